"""Documents made block by block, and a scorer without a model that finds passages important by their words.

A document without a query it scans first, with words of its own for that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from app.documents.building import TextBuilder
from app.documents.document import BlockType, Document, Language
from model.attention import CoveredMass
from model.scorer import Attending, ModelName, PassageScores, WholeReading
from model.tags import CONTRACT_TAGS, Kind

Made = tuple[BlockType, str]


def made_document(*pages: Sequence[Made | str], language: Language = "en", quads: bool = False) -> Document:
    """Pages of blocks; a plain string is a paragraph. With `quads`, each block is one line of characters ten points wide."""
    builder = TextBuilder()
    for page in pages:
        builder.begin_page(595, 842)
        for line, block in enumerate(page):
            type_, text = ("paragraph", block) if isinstance(block, str) else block
            builder.add(type_, text, quads=row_of_quads(len(text), 50.0, 60.0 + 20 * line))
    text, made, blocks, rows = builder.finish()
    return Document(
        file="made.pdf",
        sha256="ab" * 32,
        format="pdf",
        language=language,
        kind="contract",
        page_count=len(made),
        text=text,
        pages=made,
        blocks=blocks,
        quads=rows if quads else None,
    )


def row_of_quads(count: int, x: float, y: float, size: float = 10.0) -> NDArray[np.float32]:
    """Quads of characters on one level line, each as wide as `size` and a little higher: (count, 8)."""
    left = x + size * np.arange(count)
    box = [left, y, left + size, y, left + size, y + 1.2 * size, left, y + 1.2 * size]
    return np.stack([np.broadcast_to(np.asarray(v), (count,)) for v in box], axis=1).astype(np.float32)


FIRST = {"liab": 0.6, "govern": 0.7, "terminat": 0.65}  # what a cheap scan would say
IMPORTANT = {"liab": 0.9, "terminat": 0.8, "indemn": 0.7, "責任": 0.9, "解除": 0.8}


class StandInScorer:
    """Answers as `model.scorer.Scorer` does, by words; remembers what it was asked."""

    name = ModelName("stand-in", "0", "cd" * 32)
    device = "cpu"

    def __init__(self, before: Callable[[], None] = lambda: None) -> None:
        self._before = before
        self.asked: dict[str, object] = {}

    def score(
        self,
        passages: Sequence[str],
        *,
        kind: Kind | None = None,
        attending: Attending | None = None,
        query: str | None = None,
        report: Callable[[str, int, int], None] | None = None,
        early: Callable[[PassageScores], None] | None = None,
        structure: np.ndarray | None = None,
    ) -> PassageScores:
        self.asked = {
            "kind": kind,
            "attending": attending,
            "query": query,
            "passages": list(passages),
            "early": early,
            "structure": structure,
        }
        self._before()
        if early is not None and query is None:
            early(self._scores(passages, kind, FIRST))
        for stage in ("scanning", "attending", "scoring"):
            if report is not None:
                report(stage, 1, 1)
        return self._scores(passages, kind, IMPORTANT)

    def _scores(self, passages: Sequence[str], kind: Kind | None, words: dict[str, float]) -> PassageScores:
        importance = np.array([_importance(text.lower(), words) for text in passages])
        tags = np.zeros((len(passages), len(CONTRACT_TAGS)))
        for i, text in enumerate(passages):
            tags[i, CONTRACT_TAGS.index("cap-on-liability")] = 0.75 if "liab" in text else 0.1
            tags[i, CONTRACT_TAGS.index("governing-law")] = 0.9 if "governed" in text else 0.49
        vectors = np.eye(len(passages), dtype=np.float32)
        covered = CoveredMass(0.96, 0.95, 0.97, 256)
        counted = (sum(map(len, passages)), 0.25, covered)
        low, high = importance - 0.05, importance + 0.05
        return PassageScores(kind or "contract", importance, low, high, tags, CONTRACT_TAGS, vectors, *counted)

    def threshold(self, kind: Kind, recall: float, *, query: bool = False) -> float:
        self.asked |= {"threshold": (kind, recall, query)}
        return 1.0 - recall if query else 1.5 - recall

    def read_whole(
        self,
        passages: Sequence[str],
        *,
        report: Callable[[str, int, int], None] | None = None,
        structure: np.ndarray | None = None,
    ) -> WholeReading:
        self.readings = getattr(self, "readings", 0) + 1
        if report is not None:
            report("attending", 1, 1)
        return WholeReading(tuple(passages), np.eye(len(passages), dtype=np.float32), torch.zeros(len(passages), 1))

    def answer(self, query: str, reading: WholeReading) -> np.ndarray:
        wanted = set(query.lower().strip("?").split())
        return np.array([len(wanted & set(text.lower().split())) / len(wanted) for text in reading.passages])

    def facts(self) -> list[tuple[str, str]]:
        return [("Model", "stand-in 0"), ("Device", self.device)]


def _importance(text: str, words: dict[str, float]) -> float:
    return max((value for word, value in words.items() if word in text), default=0.1)
