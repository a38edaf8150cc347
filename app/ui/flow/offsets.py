"""Offsets of the document <-> positions in a set text, exactly and both ways. Knows no Qt.

The document counts code points, Qt counts UTF-16 units, and the set text holds words that are no part of the document's text
(what a tracked change deleted): they have positions and no offsets.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def units(text: str) -> int:
    """How many UTF-16 units a text takes."""
    return len(text) + (len(_ASTRAL.findall(text)) if text and max(text) > "\uffff" else 0)


@dataclass(frozen=True, slots=True)
class _Run:
    """Text that stands together in both. `wide` counts, from the run's start, the code points that take two units."""

    start: int
    length: int
    position: int
    size: int
    wide: tuple[int, ...]

    def position_of(self, offset: int) -> int:
        inside = min(max(offset - self.start, 0), self.length)
        return self.position + inside + bisect_left(self.wide, inside)

    def offset_of(self, position: int) -> int:
        inside = min(max(position - self.position, 0), self.size)
        # The nth wide code point begins n units later than its number says; a half of one counts as the whole.
        return self.start + inside - bisect_left(self._places(), inside)

    def _places(self) -> list[int]:
        return [at + number for number, at in enumerate(self.wide)]


class OffsetMap:
    """Filled run by run in the order of positions; offsets may come in any order, as table cells do."""

    def __init__(self) -> None:
        self._by_position: list[_Run] = []
        self._by_offset: list[_Run] = []
        self._positions: list[int] = []
        self._starts: list[int] = []

    def add(self, start: int, text: str, position: int) -> None:
        """The document's `text` from offset `start` on stands at `position`."""
        if not text:
            return
        wide = tuple(match.start() for match in _ASTRAL.finditer(text)) if max(text) > "\uffff" else ()
        run = _Run(start, len(text), position, len(text) + len(wide), wide)
        at = bisect_right(self._positions, position)
        self._positions.insert(at, position)
        self._by_position.insert(at, run)
        at = bisect_right(self._starts, start)
        self._starts.insert(at, start)
        self._by_offset.insert(at, run)

    def position(self, offset: int) -> int:
        """Where the character at `offset` begins; of an offset between runs, the end of the run before it."""
        if not self._by_offset:
            return 0
        return self._by_offset[max(bisect_right(self._starts, offset) - 1, 0)].position_of(offset)

    def offset(self, position: int) -> int:
        """Which character stands at `position`; in words without offsets, the place where they stand."""
        if not self._by_position:
            return 0
        return self._by_position[max(bisect_right(self._positions, position) - 1, 0)].offset_of(position)

    def ranges(self, start: int, end: int) -> list[tuple[int, int]]:
        """The positions that `start:end` of the text takes, first and behind the last, without words that have no offsets."""
        found: list[tuple[int, int]] = []
        for run in self._by_offset[max(bisect_right(self._starts, start) - 1, 0) :]:
            if run.start >= end:
                break
            first, last = run.position_of(start), run.position_of(end)
            if first < last:
                found.append((first, last))
        return found
