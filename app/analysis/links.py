"""Links between the passages of a document by rule; the rules themselves are the model's, which trains on them too."""

from __future__ import annotations

from collections.abc import Sequence

from app.analysis.analysis import Link
from app.analysis.passages import Passage
from app.documents.document import Document
from model import links


def find_links(document: Document, passages: Sequence[Passage]) -> tuple[Link, ...]:
    """All links, by source and target; at most one of a pair, of the most telling kind (`model.links.find_links`)."""
    found = links.find_links(
        [document.text[passage.start : passage.end] for passage in passages],
        [passage.block for passage in passages],
        [block.type for block in document.blocks],
    )
    return tuple(Link(link.source, link.target, link.weight, link.kind) for link in found)
