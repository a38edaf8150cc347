"""The view of a document that the finders of this room share: its passages, and where their numbers stand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from app.analysis.passages import Passage, document_passages
from app.documents.document import Document
from model.links.outline import Outline, outline_of


@dataclass(frozen=True)
class Walked:
    """A document with its passages, their texts, and the outline by which links are found; built once for all finders."""

    document: Document
    passages: tuple[Passage, ...]
    texts: tuple[str, ...]
    outline: Outline

    def passage_at(self, offset: int) -> int | None:
        """The passage that holds this offset, or the last before it."""
        index = bisect_right(self.passages, offset, key=lambda passage: passage.start) - 1
        return index if index >= 0 else None


def walk(document: Document, cut: Sequence[Passage] | None = None) -> Walked:
    """Cut the document into passages, unless they are given, and read their numbers. Time is linear in the text."""
    passages = tuple(document_passages(document) if cut is None else cut)
    texts = tuple(document.text[passage.start : passage.end] for passage in passages)
    types = [block.type for block in document.blocks]
    return Walked(document, passages, texts, outline_of(texts, [passage.block for passage in passages], types))
