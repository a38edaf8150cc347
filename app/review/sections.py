"""A document cut into sections by its clauses and headings, so few that they can be looked over: for groups and the ledger."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from app.analysis.structure.values import Clause, Structure

_LARGEST = 0.25
"""A clause that holds a larger share of the text than this (a title with everything below it, a long chapter) is cut into the
clauses within it."""


@dataclass(frozen=True, slots=True)
class Section:
    """A half-open range of the text under its heading; number and title are empty for what stands before the first one."""

    start: int
    end: int
    number: str = ""
    title: str = ""

    @property
    def name(self) -> str:
        """Number and title as they are read."""
        return "  ".join(filter(None, (self.number, self.title)))


@dataclass(frozen=True)
class Sections:
    """In the order of the text, without gaps; there is always one at least."""

    all: tuple[Section, ...] = (Section(0, 0),)

    def number_at(self, offset: int) -> int:
        """Which section holds this character."""
        return max(bisect_right(self._starts, offset) - 1, 0)

    @cached_property
    def _starts(self) -> list[int]:
        return [section.start for section in self.all]


def cut(structure: Structure, length: int) -> Sections:
    """The sections of a text of `length` characters."""
    heads = _heads(structure, length)
    first = heads[0].start if heads else length
    edges = pairwise([*(clause.start for clause in heads), length])
    found = [
        Section(start, max(end, start), clause.number, clause.title)
        for clause, (start, end) in zip(heads, edges, strict=True)
    ]
    before = [Section(0, first)] if first > 0 or not found else []
    return Sections((*before, *found))


def _heads(structure: Structure, length: int) -> list[Clause]:
    """The clauses at which a section begins, in the order of the text, no two at one place."""
    within: dict[int | None, list[int]] = {}
    for number, clause in enumerate(structure.clauses):
        if clause.kind != "item":
            within.setdefault(_around(structure, clause), []).append(number)
    heads: list[Clause] = []
    waiting = list(reversed(within.get(None, [])))
    while waiting:
        number = waiting.pop()
        clause = structure.clauses[number]
        heads.append(clause)
        if clause.end - clause.start > _LARGEST * length:
            waiting.extend(reversed(within.get(number, [])))
    by_start = {clause.start: clause for clause in heads}  # of a title and the clause right at it, the inner one
    return [by_start[start] for start in sorted(by_start)]


def _around(structure: Structure, clause: Clause) -> int | None:
    """The clause around it that is no item of a list."""
    parent = clause.parent
    while parent is not None and structure.clauses[parent].kind == "item":
        parent = structure.clauses[parent].parent
    return parent
