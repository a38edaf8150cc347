"""Links between the passages of a document by rule: a reference and its target, a term and its definition."""

from __future__ import annotations

from collections.abc import Sequence

from app.analysis.analysis import Link, LinkKind
from app.analysis.definitions import definition_links
from app.analysis.outline import outline_of
from app.analysis.passages import Passage
from app.analysis.references import references
from app.documents.document import Document

MOST_REFERENCES = 20
"""Of one passage; a longer list ("Sections 1, 3, 4, … survive") belongs to everything and hence to nothing."""


def find_links(document: Document, passages: Sequence[Passage]) -> tuple[Link, ...]:
    """All links, by source and target. Two passages have at most one: a reference, before a definition."""
    texts = [document.text[passage.start : passage.end] for passage in passages]
    outline = outline_of(document, passages)
    found: dict[tuple[int, int], tuple[float, LinkKind]] = {}
    for source, text in enumerate(texts):
        for target, weight in list(references(text, source, outline))[:MOST_REFERENCES]:
            known = found.get((source, target), (0.0, "reference"))
            found[source, target] = max(known, (weight, "reference"))
    for source, target, weight in definition_links(texts, [passage.block for passage in passages]):
        if source not in outline.in_contents:
            found.setdefault((source, target), (weight, "definition"))
    return tuple(Link(source, target, weight, kind) for (source, target), (weight, kind) in sorted(found.items()))
