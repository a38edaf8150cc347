"""Findings put together by the section of the document in which they stand. Knows no Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from app.review.sections import Sections


@dataclass(frozen=True, slots=True)
class Group:
    """The head of a group in the list. `key` is where its section begins, which names it; `open` findings wait for a decision."""

    key: int
    name: str
    count: int
    undecided: int
    collapsed: bool


Row = Group | str
"""Of the list: a group's head, or the id of a finding."""


def grouped(
    ids: Iterable[str],
    number_of: Mapping[str, int],
    waits: Callable[[str], bool],
    sections: Sections,
    collapsed: frozenset[int],
) -> tuple[list[Row], list[str]]:
    """Rows by section in the order of the text, and all ids in that order; within a section they keep theirs.

    `number_of` says in which section a finding is, `waits` whether it is undecided.
    """
    held: dict[int, list[str]] = {}
    for finding_id in ids:
        held.setdefault(number_of[finding_id], []).append(finding_id)
    rows: list[Row] = []
    flat: list[str] = []
    for number in sorted(held):
        section, mine = sections.all[number], held[number]
        closed = section.start in collapsed
        rows.append(Group(section.start, section.name, len(mine), sum(map(waits, mine)), closed))
        rows.extend(() if closed else mine)
        flat.extend(mine)
    return rows, flat
