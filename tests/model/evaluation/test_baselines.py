"""The baselines on tiny documents, and TextRank beside networkx."""

from __future__ import annotations

import time

import networkx
import numpy as np
import pytest

from model.evaluation.baselines import (
    BASELINES,
    is_japanese,
    lead,
    longest,
    search_words,
    shuffled,
    textrank,
    tfidf_centroid,
    tfidf_vectors,
)
from model.evaluation.search_words import occurring_words
from model.tags import KINDS

TEXTS = [
    "The licensee pays royalties every quarter.",
    "Birds sang outside.",
    "Royalties are due when the licensee sells a product.",
    "A licensee that pays royalties late owes interest.",
]
JAPANESE = [
    "本契約の解除は書面で通知する。",
    "鳥が鳴いた。",
    "解除の通知は書面による。",
    "契約を解除するときは通知する。",
]


@pytest.mark.parametrize("name", BASELINES)
@pytest.mark.parametrize(
    "texts", [TEXTS, JAPANESE, ["One."], [], ["the", "of", "and"], ["", " ", "。"], ["same words here"] * 5]
)
def test_every_passage_gets_one_finite_score(name: str, texts: list[str]) -> None:
    for kind in KINDS:
        scores = BASELINES[name](texts, kind)
        assert scores.shape == (len(texts),)
        assert np.isfinite(scores).all()
        np.testing.assert_array_equal(scores, BASELINES[name](texts, kind))


def test_lead_falls_in_reading_order() -> None:
    assert lead(TEXTS).tolist() == [1.0, 0.75, 0.5, 0.25]


def test_longest_prefers_the_longest() -> None:
    assert longest(TEXTS).argmax() == 2


def test_random_differs_by_seed_and_by_document() -> None:
    assert shuffled(TEXTS).tolist() == shuffled(list(TEXTS)).tolist()
    assert shuffled(TEXTS).tolist() != shuffled(TEXTS, seed=1).tolist()
    assert shuffled(TEXTS).tolist() != shuffled(TEXTS[::-1]).tolist()


@pytest.mark.parametrize("method", [tfidf_centroid, textrank])
@pytest.mark.parametrize("texts", [TEXTS, JAPANESE])
def test_the_repeated_topic_outranks_the_stray_passage(method, texts: list[str]) -> None:
    assert method(texts).argmin() == 1


def test_centroid_scores_are_cosines() -> None:
    scores = tfidf_centroid(TEXTS)
    assert ((scores > 0) & (scores <= 1)).all()
    assert tfidf_centroid(["alpha beta"] * 3) == pytest.approx([1.0] * 3)


def test_textrank_sums_to_one_and_equals_networkx() -> None:
    texts = [*TEXTS, "Nothing shared whatsoever.", "", "Interest accrues when a product sells late."]
    vectors = tfidf_vectors(texts)
    edges = (vectors @ vectors.T).toarray()
    np.fill_diagonal(edges, 0.0)
    expected = networkx.pagerank(networkx.from_numpy_array(edges), tol=1e-10, max_iter=500)
    ranks = textrank(texts)
    assert ranks.sum() == pytest.approx(1.0)
    assert ranks == pytest.approx([expected[i] for i in range(len(texts))], abs=1e-6)


def test_textrank_reads_three_thousand_passages_quickly() -> None:
    generator = np.random.default_rng(0)
    words = np.array([f"word{i}" for i in range(5000)])
    texts = [" ".join(generator.choice(words, 25)) for _ in range(3000)]
    started = time.perf_counter()
    assert textrank(texts).sum() == pytest.approx(1.0)
    assert time.perf_counter() - started < 5


def test_search_words_are_counted_once_each() -> None:
    text = "Termination: either party may TERMINATE this Agreement and assign its licenses."
    assert occurring_words(text, "contract") == {"terminat", "assign", "license"}
    assert search_words([text, "The sky is blue."], "contract").tolist() == [3.0, 0.0]


def test_search_words_begin_at_a_word() -> None:
    assert occurring_words("The issue is reliable.", "contract") == frozenset()


def test_search_words_are_found_in_japanese() -> None:
    assert occurring_words("甲は本契約を解除し、損害の賠償を請求できる。", "contract") == {"解除", "損害", "賠償"}


def test_japanese_is_told_from_english() -> None:
    assert is_japanese(JAPANESE)
    assert not is_japanese(TEXTS)
    assert not is_japanese([])
    assert not is_japanese(["The word 付箋 (fusen, ふせん) appears once in this otherwise English sentence."])
