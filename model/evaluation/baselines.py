"""What people use instead of a model: passages of one document in, one score a passage out, higher meaning more important.

None sees a label of ours; sentence encoders were trained by others, on pairs of sentences. Scores rank passages; they are no
probabilities.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from model.evaluation.centrality import (
    Floats,
    centroid,
    lexrank,
    lexrank_of_vectors,
    multiples_of_the_mean,
    textrank,
)
from model.evaluation.search_words import occurring_words
from model.language import is_japanese
from model.tags import Kind

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Passages of one document -> (passages, width), rows of length one."""

Baseline = Callable[[Sequence[str], Kind], Floats]
"""(passages in reading order, kind of document) -> (passages,) scores."""


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


def embedding_baselines(encoders: Mapping[str, Encode], kept: Path | None = None) -> dict[str, Baseline]:
    """Centroid and LexRank over the vectors of each encoder, by the name that tables show.

    The vectors of a document are made once: what asks second, for the same passages, is given those of the first. In the folder
    `kept`, where one is given, they stay for later runs.
    """
    found: dict[str, Baseline] = {}
    for name, encode in encoders.items():
        shared = LastDocument(encode if kept is None else Kept(encode, kept / name))
        found[f"{name} centroid"] = _over_vectors(shared, centroid)
        found[f"{name} LexRank"] = _over_vectors(
            shared, lambda vectors: multiples_of_the_mean(lexrank_of_vectors(vectors))
        )
    return found


class LastDocument:
    """An encoder that remembers what it said of the last document."""

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._texts: tuple[str, ...] | None = None
        self._vectors = np.zeros((0, 0), np.float32)

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(passages, width), rows of length one."""
        if self._texts != tuple(texts):
            self._vectors = self._encode(texts)
            self._texts = tuple(texts)
        return self._vectors


class Kept:
    """An encoder whose vectors are kept in a folder, a file for each document, named by its passages; in half precision."""

    def __init__(self, encode: Encode, folder: Path) -> None:
        self._encode, self._folder = encode, folder
        folder.mkdir(parents=True, exist_ok=True)

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(passages, width), rows of length one."""
        path = self._folder / (hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest() + ".npy")
        if not path.exists():
            vectors = self._encode(texts).astype(np.float16)
            unfinished = path.with_suffix(".part.npy")
            np.save(unfinished, vectors, allow_pickle=False)
            unfinished.replace(path)
        kept: NDArray[np.float16] = np.load(path, allow_pickle=False)
        return kept.astype(np.float32)


def _over_vectors(encode: Encode, rank: Callable[[NDArray[np.float32]], Floats]) -> Baseline:
    return lambda texts, kind: rank(encode(texts)) if len(texts) else np.zeros(0)


BASELINES: dict[str, Baseline] = {
    "random": lambda texts, kind: shuffled(texts),
    "lead": lambda texts, kind: lead(texts),
    "longest": lambda texts, kind: longest(texts),
    "TF-IDF centroid": lambda texts, kind: tfidf_centroid(texts),
    "TF-IDF LexRank": lambda texts, kind: multiples_of_the_mean(lexrank_of_vectors(tfidf_vectors(texts))),
    "TextRank": lambda texts, kind: multiples_of_the_mean(textrank(texts)),
    "LexRank": lambda texts, kind: multiples_of_the_mean(lexrank(texts)),
    "search words": search_words,
}
"""Those that look at words and places alone, by the name that tables show. All of the name LexRank or TextRank need sumy."""
