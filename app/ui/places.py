"""Where a passage stands, in words: the section around it, and what a linked passage is called. Knows no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from app.analysis.structure.values import Clause, Structure

_LONGEST = 48
"""Characters of one step of a path."""


class Ranged(Protocol):
    """What covers a range of the text."""

    @property
    def start(self) -> int:
        """Offset of its first character."""

    @property
    def end(self) -> int:
        """Offset behind its last character."""


def section_path(structure: Structure, offset: int) -> list[str]:
    """Number and title of each clause around a place, outermost first; empty where none is known."""
    around = [clause for clause in structure.clauses if clause.start <= offset < clause.end]
    innermost = max(around, key=lambda clause: (clause.level, clause.start), default=None)
    path: list[str] = []
    clauses: Sequence[Clause] = structure.clauses
    while innermost is not None:
        if words := clause_words(innermost):
            path.insert(0, words)
        innermost = clauses[innermost.parent] if innermost.parent is not None else None
    return path


def clause_words(clause: Clause) -> str:
    """A clause's number and title on one line, shortened."""
    words = " ".join(f"{clause.number.rstrip('.')} {clause.title}".split())
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1].rstrip() + "…"


def defined_in(structure: Structure, passage: Ranged) -> str:
    """The term that a passage defines; empty where it defines none, or several by different words."""
    inside = [d for d in structure.definitions if passage.start <= d.start < passage.end and d.way != "points-on"]
    return inside[0].term if len(inside) == 1 else ""
