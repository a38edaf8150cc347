"""How central each passage is to its document: TextRank and LexRank over words, centroid and LexRank over vectors.

TextRank and LexRank over words are those of the library sumy: its edges, its constants, its power iteration, its English stop
words and stemmer. sumy compares two passages at a time in Python, which takes it one to two minutes for 3,000 passages; here all
pairs are one matrix product, and a test compares the two. What is added is words for Japanese.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, issparse
from sklearn.feature_extraction.text import CountVectorizer

from model.language import is_japanese

Floats = NDArray[np.float64]

_ENGLISH_WORD = re.compile(r"(?<![^\W_])[^\W\d_](?:[^\W\d_]|['-])*")
_WORD_CHARACTERS = re.compile(r"[^\W_]+")
_EXACT = 1e-9
"""LexRank over vectors is iterated until ranks move by no more than this in all (Euclidean)."""


def textrank(texts: Sequence[str]) -> Floats:
    """TextRank (Mihalcea and Tarau 2004, section 4) as sumy computes it: (passages,) ranks.

    The weight of an edge is the number of common words over the sum of the logarithms of both numbers of words.
    """
    if not len(texts):
        return np.zeros(0)
    sumy = _textrank_of_sumy()
    counts = _counts(passage_words(texts))
    words = np.asarray(counts.sum(axis=1)).ravel()
    common = (counts @ counts.T).toarray()
    logarithm = np.log(np.maximum(words, 1))
    lengths = logarithm[:, None] + logarithm[None, :]
    lengths[lengths < 1e-8] = 1.0  # two passages of one word each
    weights = common / lengths
    weights /= weights.sum(axis=1, keepdims=True) + sumy._ZERO_DIVISION_PREVENTION
    return _ranks(sumy, weights, sumy.epsilon)


def lexrank(texts: Sequence[str]) -> Floats:
    """LexRank with a threshold (Erkan and Radev 2004, section 3.2) as sumy computes it: (passages,) ranks.

    Passages whose TF-IDF vectors have a cosine above .1 are neighbours. sumy iterates without damping and stops early; where no
    passage is like any, which leaves it without an answer, all rank alike here.
    """
    if not len(texts):
        return np.zeros(0)
    sumy: Any = import_module("sumy.summarizers.lex_rank").LexRankSummarizer
    counts = _counts(passage_words(texts))
    most = np.maximum(counts.max(axis=1).toarray().ravel(), 1)
    inverse = np.log(len(texts) / (1 + np.asarray((counts > 0).sum(axis=0)).ravel()))
    vectors = diags(1 / most) @ counts @ diags(inverse)
    norms = np.sqrt(np.asarray(vectors.multiply(vectors).sum(axis=1)).ravel())
    vectors = diags(np.divide(1, norms, out=np.zeros_like(norms), where=norms > 0)) @ vectors
    neighbours = ((vectors @ vectors.T).toarray() > sumy.threshold).astype(np.float64)
    if not neighbours.any():
        return np.full(len(texts), len(texts) ** -0.5)
    neighbours /= np.maximum(neighbours.sum(axis=1, keepdims=True), 1)
    return np.asarray(sumy.power_method(neighbours, sumy.epsilon))


def centroid(vectors: NDArray[np.float32]) -> Floats:
    """Cosine of each row of `vectors` (passages, width), of length one, with their mean: (passages,)."""
    if not len(vectors):
        return np.zeros(0)
    mean = vectors.mean(axis=0, dtype=np.float64)
    length = float(np.linalg.norm(mean))
    return np.asarray(vectors @ (mean / length if length else mean), dtype=np.float64)


def lexrank_of_vectors(vectors: NDArray[np.float32] | csr_matrix) -> Floats:
    """Continuous LexRank (Erkan and Radev 2004, section 3.3): (passages,) ranks that sum to 1.

    PageRank over the graph whose edges are the cosines of `vectors` (passages, width), rows of length one; the jump has
    probability .15, and a passage is its own neighbour. Negative cosines, which the paper's counts of words cannot have,
    are no edges. Takes 16 bytes for each pair of passages.
    """
    if not vectors.shape[0]:
        return np.zeros(0)
    cosines: Any = vectors @ vectors.T
    weights = np.maximum(cosines.toarray() if issparse(cosines) else cosines, 0, dtype=np.float64)
    degree = weights.sum(axis=1, keepdims=True)
    # A passage of a zero vector has no neighbour and hands its rank to all.
    weights = np.divide(weights, degree, out=np.full_like(weights, 1 / len(weights)), where=degree > 0)
    return _ranks(_textrank_of_sumy(), weights, _EXACT)


def multiples_of_the_mean(ranks: Floats) -> Floats:
    """Ranks that can be pooled over documents of different lengths: 1 is the rank of an average passage."""
    mean = float(ranks.mean()) if len(ranks) else 0.0
    return ranks / mean if mean else ranks


def passage_words(texts: Sequence[str]) -> list[list[str]]:
    """The words of each passage that are counted: stems without stop words; of Japanese all pairs of neighbouring characters.

    Japanese has no spaces to cut at; pairs of characters need no dictionary and hold most words of two kanji.
    """
    if is_japanese(texts):
        runs = [_WORD_CHARACTERS.findall(text) for text in texts]
        return [[run[at : at + 2] for run in found for at in range(max(1, len(run) - 1))] for found in runs]
    stop_words = _stop_words()
    lowered = [_ENGLISH_WORD.findall(text.lower()) for text in texts]
    return [[_stem(word) for word in found if word not in stop_words] for found in lowered]


def _counts(words: Sequence[Sequence[str]]) -> csr_matrix:
    """(passages, different words) how often each occurs; one column of zeros where there is no word at all."""
    if not any(words):
        return csr_matrix((len(words), 1))
    return csr_matrix(CountVectorizer(analyzer=list, dtype=np.float64).fit_transform(words))


def _ranks(sumy: Any, weights: Floats, epsilon: float) -> Floats:
    """PageRank over rows of `weights` that sum to 1, or to 0 for a passage that hands on nothing."""
    jump = (1 - sumy.damping) / len(weights)
    return np.asarray(sumy.power_method(jump + sumy.damping * weights, epsilon))


def _textrank_of_sumy() -> Any:
    return import_module("sumy.summarizers.text_rank").TextRankSummarizer


@cache
def _stop_words() -> frozenset[str]:
    words: frozenset[str] = import_module("sumy.utils").get_stop_words("english")
    return words


@cache
def _stemmer() -> Any:
    return import_module("sumy.nlp.stemmers").Stemmer("english")


@cache
def _stem(word: str) -> str:
    return str(_stemmer()(word))
