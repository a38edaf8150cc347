"""Search by meaning across languages: a sentence is looked for among the sentences, and documents, of the other language.

Pairs come from whole blocks of parallel text that a split holds (`corpora.parallel_split`); pairs whose Japanese side is shorter
than `SHORTEST` are left out, among them the terms of a dictionary. The query is one side of a pair, the candidates are all
sides in the other language; right is the query's own translation alone. A block stands for a document, whose score is that of
its best passage (MaxP: Dai and Callan 2019, arXiv 1905.09217). Of equal scores the right one counts as the last. Intervals are
95 % over resampled blocks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from model.evaluation import figures
from model.evaluation.figures import Floats
from model.evaluation.output import bounds, number, progress, table
from model.evaluation.search_methods import SearchMethod
from model.training.corpora import ParallelBlock

SHORTEST = 20
"""Characters that the Japanese side of a pair has at least."""

LIMITS = (1, 5)
"""Ranks at which recall is measured; of documents at the last."""

RESAMPLES = 1000
DIRECTIONS = ("English to Japanese", "Japanese to English")

Ranks = NDArray[np.int64]
"""(queries,): 1 for a right answer that is found first."""


@dataclass(frozen=True)
class TranslationRow:
    """One method in one direction. `recall` by rank; `documents`: recall of documents at rank 5, a mean over all queries."""

    direction: str
    method: str
    recall: dict[str, float]
    recall_interval: dict[str, tuple[float, float] | None]
    mean_reciprocal_rank: float
    documents: float
    documents_interval: tuple[float, float] | None
    seconds: float


@dataclass(frozen=True)
class TranslationFigures:
    """All methods on the blocks of a split."""

    split: str
    blocks: int
    pairs: int
    rows: tuple[TranslationRow, ...]


def drawn_blocks(blocks: Sequence[ParallelBlock], limit: int | None, seed: int) -> list[ParallelBlock]:
    """`limit` blocks drawn with the seed, in their order, with the pairs that are long enough; without those that have none."""
    kept = []
    for block in blocks:
        pairs = tuple(pair for pair in block.pairs if len(pair[1]) >= SHORTEST)
        if pairs:
            kept.append(ParallelBlock(block.source, block.index, pairs))
    chosen = np.random.default_rng(seed).permutation(len(kept))[:limit]
    return [kept[index] for index in sorted(chosen.tolist())]


def measure(
    split: str, blocks: Sequence[ParallelBlock], methods: dict[str, SearchMethod], seed: int
) -> TranslationFigures:
    """All methods in both directions. Raises `ValueError` without blocks."""
    if not blocks:
        raise ValueError("no parallel text to search in")
    rows = []
    for name, method in methods.items():
        for side, direction in enumerate(DIRECTIONS):
            progress(f"{name}, {direction}", side, len(DIRECTIONS))
            documents = [[pair[1 - side] for pair in block.pairs] for block in blocks]
            queries = [pair[side] for block in blocks for pair in block.pairs]
            started = time.perf_counter()
            scores = method(queries, documents)
            seconds = time.perf_counter() - started
            rows.append(_row(direction, name, scores, [len(each) for each in documents], seed, seconds))
        progress(name, len(DIRECTIONS), len(DIRECTIONS))
    return TranslationFigures(split, len(blocks), sum(len(block.pairs) for block in blocks), tuple(rows))


def passage_ranks(scores: NDArray[np.float32]) -> Ranks:
    """Rank of passage i for query i; `scores` (queries, passages), as many of one as of the other."""
    return np.asarray((scores >= np.diagonal(scores)[:, None]).sum(axis=1))


def document_ranks(scores: NDArray[np.float32], sizes: Sequence[int]) -> Ranks:
    """Rank of the document that holds passage i for query i; `sizes`: passages of each document in their row."""
    starts = np.array([0, *accumulate(sizes)][:-1])
    best = np.maximum.reduceat(scores, starts, axis=1)  # (queries, documents)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    right = best[np.arange(len(best)), owner]
    return np.asarray((best >= right[:, None]).sum(axis=1))


def described(result: TranslationFigures) -> str:
    """The table for people."""
    heading = (
        f"\nTranslations, split {result.split}: {result.pairs:,} pairs in {result.blocks} blocks, Japanese sides of {SHORTEST} "
        "characters or more\n"
    )
    header = ["direction, method"]
    for limit in LIMITS:
        header += [f"recall@{limit}", "95 %"]
    header += ["MRR", f"documents, recall@{LIMITS[-1]}", "95 %", "seconds"]
    return heading + "\n" + table(header, [_cells(row) for row in result.rows])


def _row(
    direction: str, method: str, scores: NDArray[np.float32], sizes: Sequence[int], seed: int, seconds: float
) -> TranslationRow:
    owner = np.repeat(np.arange(len(sizes)), sizes)
    passages, documents = passage_ranks(scores), document_ranks(scores, sizes)
    sampled = _sampler(owner, seed)
    found = {str(limit): (passages <= limit).astype(np.float64) for limit in LIMITS}
    held = (documents <= LIMITS[-1]).astype(np.float64)
    return TranslationRow(
        direction,
        method,
        {limit: float(values.mean()) for limit, values in found.items()},
        {limit: sampled(values) for limit, values in found.items()},
        float((1.0 / passages).mean()),
        float(held.mean()),
        sampled(held),
        seconds,
    )


def _sampler(owner: NDArray[np.int64], seed: int) -> Callable[[Floats], tuple[float, float] | None]:
    return lambda values: figures.interval(figures.bootstrap_mean(values, owner, RESAMPLES, seed))


def _cells(row: TranslationRow) -> list[str]:
    cells = [f"{row.direction}, {row.method}"]
    for limit, recall in row.recall.items():
        cells += [number(recall), bounds(row.recall_interval[limit])]
    cells += [number(row.mean_reciprocal_rank), number(row.documents), bounds(row.documents_interval)]
    return [*cells, number(row.seconds, 1)]
