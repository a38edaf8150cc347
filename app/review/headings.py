"""Which headings and numbered clauses stand above a place of a document."""

from __future__ import annotations

from bisect import bisect_right

from app.analysis.structure.values import Clause, Structure
from app.documents.document import Document

_LONGEST = 120
"""Characters of a heading; a paragraph that a file calls a heading is cut there."""


class Headings:
    """Of one document."""

    def __init__(self, structure: Structure) -> None:
        self._clauses = structure.clauses
        self._starts = [clause.start for clause in structure.clauses]

    def above(self, offset: int) -> tuple[str, ...]:
        """Number and title of each clause around this character, the outermost first, without the items of lists."""
        found: list[str] = []
        number: int | None = bisect_right(self._starts, offset) - 1
        while number is not None and number >= 0:
            clause = self._clauses[number]
            if clause.kind != "item" and clause.start <= offset < clause.end and (name := _name(clause)):
                found.append(name)
            number = clause.parent
        return tuple(reversed(found))


def _name(clause: Clause) -> str:
    name = " ".join(f"{clause.number} {clause.title}".split())
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1].rstrip() + "…"


def headings_alone(document: Document) -> Structure:
    """The headings that the file itself shows, for where no one has read the numbers of its clauses."""
    end = len(document.text)
    heads = [block for block in document.blocks if block.type == "heading"]
    clauses: list[Clause] = []
    around: list[int] = []
    for block in heads:
        level = block.level or 1
        while around and clauses[around[-1]].level >= level:
            around.pop()
        title = " ".join(document.text[block.start : block.end].split())
        head, parent = (block.start, block.end), around[-1] if around else None
        clauses.append(Clause("heading", "", (), title, head, block.start, end, level, parent))
        around.append(len(clauses) - 1)
    return Structure(clauses=tuple(clauses))
