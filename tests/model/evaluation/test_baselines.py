"""The baselines on tiny documents."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from model.evaluation.baselines import (
    BASELINES,
    embedding_baselines,
    lead,
    longest,
    search_words,
    shuffled,
    tfidf_centroid,
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


@pytest.mark.parametrize("texts", [TEXTS, JAPANESE])
def test_the_repeated_topic_outranks_the_stray_passage(texts: list[str]) -> None:
    assert tfidf_centroid(texts).argmin() == 1


@pytest.mark.parametrize("name", ["TextRank", "LexRank", "TF-IDF LexRank"])
@pytest.mark.parametrize("texts", [TEXTS, JAPANESE])
def test_the_stray_passage_is_not_the_most_central(name: str, texts: list[str]) -> None:
    # A passage is its own neighbour in all three, so one without others keeps an average rank.
    scores = BASELINES[name](texts, "contract")
    assert scores.argmax() != 1
    assert scores[1] <= 1.0 + 1e-9


def test_centroid_scores_are_cosines() -> None:
    scores = tfidf_centroid(TEXTS)
    assert ((scores > 0) & (scores <= 1)).all()
    assert tfidf_centroid(["alpha beta"] * 3) == pytest.approx([1.0] * 3)


def test_search_words_are_counted_once_each() -> None:
    text = "Termination: either party may TERMINATE this Agreement and assign its licenses."
    assert occurring_words(text, "contract") == {"terminat", "assign", "license"}
    assert search_words([text, "The sky is blue."], "contract").tolist() == [3.0, 0.0]


def test_search_words_begin_at_a_word() -> None:
    assert occurring_words("The issue is reliable.", "contract") == frozenset()


def test_search_words_are_found_in_japanese() -> None:
    assert occurring_words("甲は本契約を解除し、損害の賠償を請求できる。", "contract") == {"解除", "損害", "賠償"}


class CountingEncoder:
    """Two numbers a passage; counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += 1
        angles = np.array([len(text) / 100 for text in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_vectors_of_a_document_are_made_once_for_all_that_rank_them() -> None:
    encoder = CountingEncoder()
    baselines = embedding_baselines({"small": encoder})
    assert list(baselines) == ["small centroid", "small LexRank"]
    for texts in (TEXTS, JAPANESE):
        for baseline in baselines.values():
            scores = baseline(texts, "contract")
            assert scores.shape == (len(texts),)
            assert np.isfinite(scores).all()
    assert encoder.asked == 2
    baselines["small centroid"](TEXTS, "contract")
    assert encoder.asked == 3  # only the last document is remembered


def test_a_document_without_passages_is_not_embedded() -> None:
    encoder = CountingEncoder()
    for baseline in embedding_baselines({"small": encoder}).values():
        assert baseline([], "contract").shape == (0,)
    assert encoder.asked == 0


def test_encoders_have_baselines_of_their_own() -> None:
    first, second = CountingEncoder(), CountingEncoder()
    baselines = embedding_baselines({"one": first, "other": second})
    baselines["one LexRank"](TEXTS, "contract")
    assert (first.asked, second.asked) == (1, 0)


def test_vectors_are_kept_for_later_runs(tmp_path) -> None:
    asked: list[list[str]] = []

    def encoder(texts: Sequence[str]) -> np.ndarray:
        asked.append(list(texts))
        return np.eye(4, dtype=np.float32)[: len(texts)]

    texts, other = ["One.", "Two.", "Three."], ["One.Two."]
    first = [baseline(texts, "contract") for baseline in embedding_baselines({"small": encoder}, tmp_path).values()]
    again = [baseline(texts, "contract") for baseline in embedding_baselines({"small": encoder}, tmp_path).values()]
    np.testing.assert_allclose(first, again)
    assert asked == [texts]
    for baseline in embedding_baselines({"small": encoder, "other": encoder}, tmp_path).values():
        baseline(other, "contract")
    assert asked == [texts, other, other], "another document, and another encoder"
