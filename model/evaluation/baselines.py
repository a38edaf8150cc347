"""What people use instead of a model: passages of one document in, one score a passage out, higher meaning more important.

None is trained and none sees a label. Scores rank passages; they are no probabilities.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from model.evaluation.search_words import occurring_words
from model.tags import Kind

Floats = NDArray[np.float64]
Baseline = Callable[[Sequence[str], Kind], Floats]
"""(passages in reading order, kind of document) -> (passages,) scores."""

_DAMPING = 0.85
_TOLERANCE = 1e-8
_MOST_STEPS = 200


def lead(texts: Sequence[str]) -> Floats:
    """The earlier the more important: 1 for the first passage down to 1/n for the last."""
    return np.arange(len(texts), 0, -1) / max(len(texts), 1)


def shuffled(texts: Sequence[str], seed: int = 0) -> Floats:
    """Uniform random scores, the same for the same passages and seed."""
    # The text is part of the seed, so that the same places are not favoured in every document.
    text = zlib.crc32("\n".join(texts).encode())
    return np.random.default_rng([seed, text]).random(len(texts))


def longest(texts: Sequence[str]) -> Floats:
    """Number of characters. Longer passages say more; how far that alone goes is worth knowing."""
    return np.array([len(text) for text in texts], dtype=np.float64)


def tfidf_centroid(texts: Sequence[str]) -> Floats:
    """Cosine of each passage's TF-IDF vector with the document's mean vector (centroid method, Radev et al. 2004).

    Inverse document frequencies are those of the document's own passages: nothing but the document is looked at.
    """
    vectors = tfidf_vectors(texts)
    centroid = np.asarray(vectors.mean(axis=0)).ravel() if len(texts) else np.zeros(vectors.shape[1])
    length = float(np.linalg.norm(centroid))
    return np.asarray(vectors @ (centroid / length if length else centroid))


def textrank(texts: Sequence[str]) -> Floats:
    """PageRank over the graph of passages, edges weighted by cosine of TF-IDF vectors; the scores sum to 1.

    Mihalcea and Tarau 2004, section 4, with LexRank's similarity (Erkan and Radev 2004) in place of counted common words. With
    X the vectors, the edges are X Xᵀ without its diagonal; the power iteration applies them through X and never writes
    them out, so that 3,000 passages take milliseconds.
    """
    count = len(texts)
    if not count:
        return np.zeros(0)
    vectors = tfidf_vectors(texts)
    own = np.asarray(vectors.multiply(vectors).sum(axis=1)).ravel()  # the diagonal

    def along_edges(values: Floats) -> Floats:
        return np.asarray(vectors @ (vectors.T @ values)) - own * values

    degree = along_edges(np.ones(count))
    linked = degree > 1e-9  # what is left of a passage without neighbours is rounding
    rank = np.full(count, 1.0 / count)
    for _ in range(_MOST_STEPS):
        passed_on = along_edges(np.divide(rank, degree, out=np.zeros(count), where=linked))
        # Passages without neighbours hand their rank to all, as in networkx.
        following = (1 - _DAMPING + _DAMPING * rank[~linked].sum()) / count + _DAMPING * passed_on
        change = float(np.abs(following - rank).sum())
        rank = following
        if change < _TOLERANCE:
            break
    return rank / float(rank.sum())


def search_words(texts: Sequence[str], kind: Kind) -> Floats:
    """How many different words of the kind's search list a passage holds: what a careful search with Ctrl+F finds."""
    return np.array([len(occurring_words(text, kind)) for text in texts], dtype=np.float64)


def tfidf_vectors(texts: Sequence[str]) -> csr_matrix:
    """(passages, terms) with rows of length 1, or 0 where a passage holds no term. Japanese is cut into character n-grams."""
    if is_japanese(texts):
        vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(2, 3), sublinear_tf=True)
    else:
        vectorizer = TfidfVectorizer(stop_words="english", sublinear_tf=True)
    try:
        return csr_matrix(vectorizer.fit_transform(texts))
    except ValueError:  # sklearn's only word for "no passage holds a term"
        return csr_matrix((len(texts), 1))


def is_japanese(texts: Sequence[str]) -> bool:
    """Is a tenth of the characters or more kana? English text has none, Japanese prose about half."""
    kana = sum("\u3041" <= character <= "\u30ff" for text in texts for character in text)
    return kana > 0 and 10 * kana >= sum(map(len, texts))


BASELINES: dict[str, Baseline] = {
    "random": lambda texts, kind: shuffled(texts),
    "lead": lambda texts, kind: lead(texts),
    "longest": lambda texts, kind: longest(texts),
    "TF-IDF centroid": lambda texts, kind: tfidf_centroid(texts),
    # Ranks sum to 1 whatever the document's length; as multiples of the mean they can be pooled over documents.
    "TextRank": lambda texts, kind: textrank(texts) * len(texts),
    "search words": search_words,
}
"""By the name that tables show."""
