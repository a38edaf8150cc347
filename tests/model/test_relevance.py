"""Relevance to a query: shared words in both languages, their rarity, the neighbourhood, and what must not break it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.relevance import FEATURES, features, shared_words, terms

TEXTS = st.lists(st.text(alphabet="abc 責任支払。,", max_size=12), min_size=1, max_size=9)


def unit(values: object) -> np.ndarray:
    array = np.array(values, dtype=np.float32)
    return array / np.linalg.norm(array, axis=-1, keepdims=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Supplier's LIABILITY, (cap)", {"the", "supplier", "s", "liability", "cap"}),
        ("snake_case 12.5%", {"snake", "case", "12", "5"}),
        ("損害賠償", {"損害", "害賠", "賠償"}),
        ("責任の上限。支払", {"責任", "任の", "の上", "上限", "支払"}),
        ("印", {"印"}),
        ("サービス料", {"サー", "ービ", "ビス", "ス料"}),
        ("APIの設計", {"api", "の設", "設計"}),
        ("第12条", {"第", "12", "条"}),
        ("ＡＰＩ", {"api"}),
        ("佐々木", {"佐々", "々木"}),
        ("  …!? ", set()),
        ("", set()),
    ],
)
def test_terms_are_words_and_of_japanese_pairs_of_characters(text, expected):
    assert terms(text) == expected


def test_the_share_of_the_words_asked_for_is_found():
    passages = ["The cap on liability is high.", "Payment is due.", "Liability!", "CAP LIABILITY"]
    words = shared_words("liability cap", passages)
    assert words[0] == words[3] == pytest.approx(1.0)
    assert words[1] == 0.0
    assert 0.0 < words[2] < 1.0


def test_japanese_words_are_found_without_spaces():
    passages = ["乙の損害賠償責任の上限は百万円とする。", "甲は毎月末に委託料を支払う。", "賠償については別に定める。"]
    words = shared_words("損害賠償の上限", passages)
    assert words[0] > words[2] > words[1]
    assert words[0] == pytest.approx(1.0 - shared_words("償の", ["", "", ""])[0] - _missing_share(passages))


def _missing_share(passages: list[str]) -> float:
    # 償の is in no passage; its weight by hand beside that of the others.
    weights = {"損害": 1, "害賠": 1, "賠償": 2, "償の": 0, "の上": 1, "上限": 1}
    value = {term: np.log((len(passages) + 1) / (seen + 0.5)) for term, seen in weights.items()}
    return value["償の"] / sum(value.values())


def test_a_rare_word_counts_for_more_than_a_common_one():
    passages = ["agreement indemnity", "agreement", "agreement", "agreement", "indemnity"]
    words = shared_words("agreement indemnity", passages)
    assert words[0] == pytest.approx(1.0)
    assert words[4] > words[1] > 0
    rare, common = np.log(6 / 2.5), np.log(6 / 4.5)
    assert words[4] == pytest.approx(rare / (rare + common))
    assert words[1] == pytest.approx(common / (rare + common))


@pytest.mark.parametrize("query", ["", "...", "   "])
def test_a_query_without_words_shares_none(query):
    assert shared_words(query, ["one", "two"]).tolist() == [0.0, 0.0]


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="abc 責任支払", max_size=8), TEXTS)
def test_shares_lie_between_nothing_and_everything(query, passages):
    words = shared_words(query, passages)
    assert words.shape == (len(passages),)
    assert ((words >= 0) & (words <= 1 + 1e-12)).all()
    full = shared_words(query, [*passages, query])[-1]
    assert full == pytest.approx(1.0 if terms(query) else 0.0)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 12), st.integers(0, 1000))
def test_nearby_is_the_mean_over_two_on_each_side_by_hand(count, seed):
    generator = np.random.default_rng(seed)
    vectors = unit(generator.normal(size=(count, 5)))
    passages = [["cap", "other", "cap liability"][i] for i in generator.integers(0, 3, count)]
    found = features("cap liability", passages, vectors[0], vectors)
    assert found.shape == (count, len(FEATURES))
    cosine = (vectors @ vectors[0]).astype(np.float64)
    expected = (cosine - cosine.mean()) / max(cosine.std(), 1e-6)
    np.testing.assert_allclose(found[:, 0], expected, atol=1e-4)
    np.testing.assert_allclose(found[:, 1], shared_words("cap liability", passages))
    for i in range(count):
        near = slice(max(0, i - 2), i + 3)
        np.testing.assert_allclose(found[i, 2:], found[near, :2].mean(0), atol=1e-9)


def test_likeness_is_in_standard_deviations_of_the_document():
    generator = np.random.default_rng(0)
    vectors = unit(1.0 + 0.01 * generator.normal(size=(50, 8)))  # all close together, as those of one model are
    found = features("nothing", ["text"] * 50, vectors[7], vectors)[:, 0]
    assert found.mean() == pytest.approx(0.0, abs=1e-6)
    assert found.std() == pytest.approx(1.0)
    assert int(found.argmax()) == 7


@pytest.mark.parametrize("count", [1, 2, 7])
def test_equal_vectors_are_all_alike(count):
    vectors = np.tile(unit([3.0, -1.0, 2.0]), (count, 1))
    with np.errstate(all="raise"):
        found = features("cap", ["cap"] * count, vectors[0], vectors)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found[:, [0, 2]], 0.0, atol=1e-3)
    np.testing.assert_allclose(found[:, [1, 3]], 1.0)
