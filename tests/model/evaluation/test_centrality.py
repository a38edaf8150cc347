"""TextRank and LexRank beside the library that defines them, and ranks over vectors beside networkx."""

from __future__ import annotations

import time

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from model.evaluation.centrality import (
    centroid,
    is_japanese,
    lexrank,
    lexrank_of_vectors,
    multiples_of_the_mean,
    passage_words,
    textrank,
)

dom = pytest.importorskip("sumy.models.dom", reason="needs the library sumy")
lex_rank = pytest.importorskip("sumy.summarizers.lex_rank", reason="needs the library sumy")
text_rank = pytest.importorskip("sumy.summarizers.text_rank", reason="needs the library sumy")

ENGLISH = [
    "The licensee pays royalties every quarter, and pays them in dollars.",
    "Birds sang outside.",
    "Royalties are due when the licensee sells a product.",
    "A licensee that pays royalties late owes interest on the royalties.",
    "",
    "Interest accrues.",
    "Terminated.",
]
JAPANESE = [
    "本契約の解除は書面で通知する。",
    "鳥が鳴いた。",
    "解除の通知は書面による。契約の解除は、前項による。",
    "契約を解除するときは通知する。",
    "第1条",
]


class Spaces:
    """sumy's tokenizer where words were already cut."""

    def to_words(self, sentence: str) -> tuple[str, ...]:
        return tuple(sentence.split())


def of_sumy(summarizer, words: list[list[str]]) -> np.ndarray:
    """sumy's own ranks, pair by pair."""
    sentences = [dom.Sentence(" ".join(each), Spaces()) for each in words]
    document = dom.ObjectDocumentModel([dom.Paragraph(sentences)])
    if isinstance(summarizer, text_rank.TextRankSummarizer):
        return summarizer.power_method(summarizer._create_matrix(document), summarizer.epsilon)
    kept = [summarizer._to_words_set(sentence) for sentence in document.sentences]
    frequencies, inverse = summarizer._compute_tf(kept), summarizer._compute_idf(kept)
    matrix = summarizer._create_matrix(kept, summarizer.threshold, frequencies, inverse)
    return summarizer.power_method(matrix, summarizer.epsilon)


@pytest.mark.parametrize("texts", [ENGLISH, JAPANESE, ENGLISH[:1], ["same words here"] * 5, JAPANESE * 3])
def test_ranks_are_those_of_sumy(texts: list[str]) -> None:
    words = passage_words(texts)
    np.testing.assert_allclose(textrank(texts), of_sumy(text_rank.TextRankSummarizer(), words), rtol=1e-9)
    np.testing.assert_allclose(lexrank(texts), of_sumy(lex_rank.LexRankSummarizer(), words), rtol=1e-9)


@given(
    st.lists(st.lists(st.sampled_from(["alpha", "beta", "gamma", "delta", "kappa", "omega"]), max_size=7), min_size=1)
)
@settings(max_examples=60, deadline=None)
def test_ranks_are_those_of_sumy_on_random_words(drawn: list[list[str]]) -> None:
    texts = [" ".join(words) for words in drawn]
    words = passage_words(texts)
    np.testing.assert_allclose(textrank(texts), of_sumy(text_rank.TextRankSummarizer(), words), rtol=1e-9)
    with np.errstate(invalid="ignore"):
        expected = of_sumy(lex_rank.LexRankSummarizer(), words)
    if np.isfinite(expected).all():
        np.testing.assert_allclose(lexrank(texts), expected, rtol=1e-6, atol=1e-12)
    else:  # no passage is like any
        assert len(set(lexrank(texts))) == 1


def test_english_words_are_stems_without_stop_words() -> None:
    assert passage_words(["The licensees were paying royalties; software (2)."]) == [
        ["license", "pay", "royalti", "softwar"]
    ]
    assert passage_words(["", "of the and"]) == [[], []]


def test_japanese_words_are_pairs_of_neighbouring_characters() -> None:
    assert passage_words(["契約の解除。", "乙、通知"])[0] == ["契約", "約の", "の解", "解除"]
    assert passage_words(["契約の解除。", "乙、通知"])[1] == ["乙", "通知"]


@pytest.mark.parametrize("rank", [textrank, lexrank])
@pytest.mark.parametrize("japanese", [False, True])
def test_three_thousand_passages_are_ranked_quickly(rank, japanese: bool) -> None:
    generator = np.random.default_rng(0)
    if japanese:
        texts = ["".join(map(chr, generator.integers(0x3041, 0x3091, 60))) for _ in range(3000)]
    else:
        texts = [" ".join("".join(map(chr, generator.integers(97, 103, 4))) for _ in range(25)) for _ in range(3000)]
    started = time.process_time()
    assert np.isfinite(rank(texts)).all()
    assert time.process_time() - started < 20


def unit_vectors(rows: list[list[float]]) -> np.ndarray:
    vectors = np.array(rows, np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_centroid_is_the_cosine_with_the_mean() -> None:
    vectors = unit_vectors([[1, 0], [0, 1], [1, 1]])
    assert centroid(vectors) == pytest.approx([0.5**0.5, 0.5**0.5, 1.0])
    assert centroid(vectors[:1]) == pytest.approx([1.0])
    assert centroid(unit_vectors([[1, 0], [-1, 0]])).tolist() == [0.0, 0.0]  # no mean to be near to
    assert centroid(vectors[:0]).shape == (0,)


def test_lexrank_of_vectors_equals_networkx() -> None:
    vectors = unit_vectors(np.random.default_rng(1).normal(size=(30, 4)).tolist())
    edges = np.maximum(vectors @ vectors.T, 0).astype(np.float64)
    expected = networkx.pagerank(networkx.from_numpy_array(edges), tol=1e-12, max_iter=1000)
    ranks = lexrank_of_vectors(vectors)
    assert ranks.sum() == pytest.approx(1.0)
    assert ranks == pytest.approx([expected[i] for i in range(30)], abs=1e-7)
    assert lexrank_of_vectors(csr_matrix(vectors)) == pytest.approx(ranks)


def test_lexrank_of_vectors_prefers_the_middle_and_bears_a_zero_vector() -> None:
    vectors = unit_vectors([[1, 0.2], [1, 0], [1, -0.2], [-1, 0.1]])
    assert lexrank_of_vectors(vectors).argmax() == 1
    ranks = lexrank_of_vectors(np.concatenate([vectors, np.zeros((1, 2), np.float32)]))
    assert np.isfinite(ranks).all()
    assert ranks.sum() == pytest.approx(1.0)
    assert lexrank_of_vectors(vectors[:0]).shape == (0,)


def test_ranks_of_documents_of_any_length_have_mean_one() -> None:
    for count in (1, 4, 50):
        ranks = lexrank_of_vectors(unit_vectors(np.random.default_rng(count).normal(size=(count, 3)).tolist()))
        assert multiples_of_the_mean(ranks).mean() == pytest.approx(1.0)
    assert multiples_of_the_mean(np.zeros(3)).tolist() == [0.0, 0.0, 0.0]
    assert multiples_of_the_mean(np.zeros(0)).shape == (0,)


def test_japanese_is_told_from_english() -> None:
    assert is_japanese(JAPANESE)
    assert not is_japanese(ENGLISH)
    assert not is_japanese([])
    assert not is_japanese(["The word 付箋 (fusen, ふせん) appears once in this otherwise English sentence."])
