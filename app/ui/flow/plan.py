"""Cuts a document into portions that are set and laid out one by one, so that a text of any length shows at once. Knows no Qt.

A portion is some ten paragraphs to a screen or two: little enough to be laid out between two frames. A paragraph that is longer
than that is cut; a table is cut between rows that no merged cell joins, if that comes soon enough.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Generic, NamedTuple, TypeVar
from unicodedata import combining

from app.documents.document import Block, Comment, Document, Revision

Ranged = TypeVar("Ranged", Revision, Comment)

LONGEST = 4000
MOST_BLOCKS = 64
MOST_IN_ROW = 96
"""In characters and blocks. Table rows that hang together may make a portion so many blocks long."""


class Portion(NamedTuple):
    """The blocks `first` to before `last`, as far as they lie in `start:end` of the text."""

    first: int
    last: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The portions in reading order, and the first block of each table."""

    portions: tuple[Portion, ...]
    starts: tuple[int, ...]
    tables: dict[int, int]

    def at(self, offset: int) -> int:
        """The portion in which an offset lies, or behind which it does."""
        return max(bisect_right(self.starts, offset) - 1, 0)


def make_plan(document: Document) -> Plan:
    """Some hundred nanoseconds a block: half a million paragraphs are planned within a few frames."""
    blocks, portions = document.blocks, []
    starts = [block.start for block in blocks]
    tables: dict[int, int] = {}
    cells = [block.cell for block in blocks]
    for index, cell in enumerate(cells if any(cells) else ()):
        if cell is not None:
            tables.setdefault(cell.table, index)
    first, start = 0, 0
    while first < len(blocks):
        portion = _portion(document.text, blocks, starts, first, max(start, starts[first]))
        portions.append(portion)
        start = portion.end
        first = portion.last - 1 if portion.end < blocks[portion.last - 1].end else portion.last
    if not portions:
        portions.append(Portion(0, 0, 0, 0))
    return Plan(tuple(portions), tuple(portion.start for portion in portions), tables)


def _portion(text: str, blocks: Sequence[Block], starts: Sequence[int], first: int, start: int) -> Portion:
    if blocks[first].end - start > LONGEST:
        return Portion(first, first + 1, start, _cut(text, start))
    last = max(min(first + MOST_BLOCKS, bisect_right(starts, start + LONGEST, first)), first + 1)
    if last > first + 1 and blocks[last - 1].end - blocks[last - 1].start > LONGEST:
        last -= 1
    if last < len(blocks) and blocks[last].cell is not None:
        last = _between_rows(blocks, first, last)
    return Portion(first, last, start, blocks[last - 1].end)


def _cut(text: str, start: int) -> int:
    """Where to cut a paragraph: behind a sentence or at least a word, and never behind half a character."""
    end = start + LONGEST
    for mark in (". ", "。", "\n", " "):
        found = text.rfind(mark, start + LONGEST // 2, end)
        if found >= 0:
            return found + len(mark)
    # A mark that belongs to the letter before it, or joins two of them, stays there.
    while end < start + 2 * LONGEST and _joins(text[end - 1 : end + 1]):
        end += 1
    return end


def _joins(pair: str) -> bool:
    return "\u200d" in pair or combining(pair[-1]) > 0 or "\ufe00" <= pair[-1] <= "\ufe0f"


def _between_rows(blocks: Sequence[Block], first: int, last: int) -> int:
    """The end of the portion nearest to `last` that parts no row and no merged cell, if there is one in reach."""
    cell = blocks[last].cell
    begin = last
    while cell is not None and begin > first and (above := blocks[begin - 1].cell) is not None:
        if above.table != cell.table:
            break
        begin -= 1
    ends = _row_ends(blocks, begin, min(last + MOST_IN_ROW, len(blocks)))
    before = [end for end in ends if first < end <= last]
    if begin > first:
        before.append(begin)
    return max(before) if before else next(iter(ends), last)


def _row_ends(blocks: Sequence[Block], begin: int, end: int) -> list[int]:
    """The indices of `begin:end` at which a row of the table there begins that nothing joins to the row before."""
    found: list[int] = []
    reach = 0
    first = blocks[begin].cell
    for index in range(begin, end):
        cell = blocks[index].cell
        if cell is None or first is None or cell.table != first.table:
            if index > begin:
                found.append(index)
            break
        if index > begin and cell.row >= reach:
            found.append(index)
        reach = max(reach, cell.row + cell.rows)
    return found


class Marks:
    """Tracked changes and comments of a document, found by place."""

    def __init__(self, document: Document) -> None:
        self._deleted = sorted((r for r in document.revisions if r.kind == "deleted"), key=lambda r: r.start)
        self._places = [revision.start for revision in self._deleted]
        self._kept = _Ranges([r for r in document.revisions if r.kind != "deleted"])
        self._comments = _Ranges(document.comments)

    def deleted(self, start: int, end: int) -> list[Revision]:
        """Deletions whose place is in `start:end`, the end left out."""
        return self._deleted[bisect_left(self._places, start) : bisect_left(self._places, end)]

    def changed(self, start: int, end: int) -> list[Revision]:
        """Insertions and moves that reach into `start:end`, in their order."""
        return self._kept.over(start, end)

    def comments(self, start: int, end: int) -> list[Comment]:
        """Comments on something in `start:end`, or at a place in it."""
        return self._comments.over(start, end)


class _Ranges(Generic[Ranged]):
    """Ranges of the text by what they reach over, though they may lie within each other."""

    def __init__(self, ranges: Sequence[Ranged]) -> None:
        self._ranges: list[Ranged] = sorted(ranges, key=lambda ranged: ranged.start)
        self._starts: list[int] = [ranged.start for ranged in self._ranges]
        self._reach: list[int] = list(accumulate((ranged.end for ranged in self._ranges), max))

    def over(self, start: int, end: int) -> list[Ranged]:
        """Those with something in `start:end`; an empty one where its place is in it."""
        last = bisect_left(self._starts, end)
        first = last
        while first > 0 and self._reach[first - 1] >= start:
            first -= 1
        return [r for r in self._ranges[first:last] if r.end > start or r.start == r.end == start]
