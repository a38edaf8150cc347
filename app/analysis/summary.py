"""The extractive summary: important passages that do not repeat each other.

Maximal marginal relevance: J. Carbonell, J. Goldstein, "The use of MMR, diversity-based reranking for reordering documents
and producing summaries", SIGIR 1998. Relevance is the importance, likeness the cosine of the passages' vectors.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.analysis.passages import Passage
from app.analysis.sentences import is_sentence
from app.documents.document import Document

MOST = 8
PASSAGES_A_SENTENCE = 5
"""A summary has one passage for so many that could stand in it: a short document has a shorter one."""

RELEVANCE = 0.7
"""Weight of importance against novelty: lambda in the paper."""


def summarise(
    document: Document, passages: Sequence[Passage], importance: NDArray[np.float64], vectors: NDArray[np.float32]
) -> tuple[int, ...]:
    """Indices of the passages of the summary, in reading order.

    `importance` (passages,); `vectors` (passages, width) of length one. Empty where no passage is a whole sentence.
    """
    able = np.array([i for i, passage in enumerate(passages) if _can_stand_alone(document, passage)], dtype=np.int64)
    wanted = min(MOST, -(-len(able) // PASSAGES_A_SENTENCE))
    if not wanted:
        return ()
    # Calibrated importance may be low throughout; only its order and proportions matter here.
    relevance = importance[able] / max(float(importance[able].max()), 1e-9)
    chosen = most_relevant_and_novel(relevance, vectors[able], wanted)
    return tuple(sorted(able[chosen].tolist()))


def most_relevant_and_novel(
    relevance: NDArray[np.float64], vectors: NDArray[np.float32], wanted: int, weight: float = RELEVANCE
) -> list[int]:
    """`wanted` indices in the order of choice, each the best in `weight`·relevance - (1 - `weight`)·(likeness to those before).

    `relevance` (n,) in [0, 1]; `vectors` (n, width) of length one.
    """
    likeness = np.zeros(len(relevance))
    taken = np.zeros(len(relevance), dtype=np.bool_)
    chosen: list[int] = []
    for _ in range(min(wanted, len(relevance))):
        gain = np.where(taken, -np.inf, weight * relevance - (1 - weight) * likeness)
        best = int(gain.argmax())
        taken[best] = True
        chosen.append(best)
        likeness = np.maximum(likeness, vectors @ vectors[best])
    return chosen


def _can_stand_alone(document: Document, passage: Passage) -> bool:
    if document.blocks[passage.block].type == "heading":
        return False
    return is_sentence(document.text[passage.start : passage.end])
