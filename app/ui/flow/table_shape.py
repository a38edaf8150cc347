"""How wide the columns of a table want to be, by what stands in them, and which cell takes which places. Knows no Qt.

A table is set in several portions, so its shape is worked out once, from its beginning, and its columns agree in all of them.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from app.documents.document import Block, Cell

MOST_COLUMNS = 20
"""What has more is not to be read as a grid on a page of this width: its cells are set as paragraphs."""

_SAMPLE = 400
_WIDE = re.compile("[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]")
_LONGEST_WORD, _LONGEST_LINE = 24, 90  # letters; what is longer is broken rather than given more room

PADDING, SMALL_PADDING = 5.0, 3.0
SMALL = 0.8
"""Letters of a crowded table, in parts of the usual ones."""

_AIR = 6.0
"""For the line between two columns, and as letters of another size are not wider in proportion to the point."""

Key = tuple[int, int]
"""Row and column."""

Measure = Callable[[str], float]
"""How long words are on a line, in points."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the columns of a table want: `least` for the longest word in each and `most` for the longest line, in points.

    A column lies between two `edges`, the columns of the file at which any cell begins or ends: forms often have a grid of
    dozens, of which each cell takes several.
    """

    edges: tuple[int, ...]
    least: tuple[float, ...]
    most: tuple[float, ...]

    @property
    def count(self) -> int:
        """How many columns there are."""
        return len(self.edges) - 1

    def is_crowded(self, room: float) -> bool:
        """Whether its words do not fit beside each other, so that smaller letters help."""
        return sum(self.least) + 2 * PADDING * self.count > room

    def widths(self, room: float, *, small: bool) -> tuple[float, list[float]]:
        """In percent: of the table, of this room, and of its columns, of the table.

        Every column gets what its words need; what is left goes to those that want more.
        """
        scale, padding = (SMALL, SMALL_PADDING) if small else (1.0, PADDING)
        around = 2 * padding + _AIR
        least = [width * scale + around for width in self.least]
        most = [max(width * scale + around, low) for width, low in zip(self.most, least, strict=True)]
        left, wanted = room - sum(least), sum(most) - sum(least)
        share = min(max(left / wanted, 0.0), 1.0) if wanted > 0 else 0.0
        widths = [low + (high - low) * share for low, high in zip(least, most, strict=True)]
        total = sum(widths)
        return min(100.0 * total / room, 100.0), [100.0 * width / total for width in widths]

    def span(self, cell: Cell) -> tuple[int, int]:
        """The first column that a cell takes, and how many."""
        first = min(max(bisect_right(self.edges, cell.column) - 1, 0), self.count - 1)
        last = min(bisect_left(self.edges, cell.column + cell.columns), self.count)
        return first, max(last - first, 1)


def shape_of(text: str, blocks: Sequence[Block], first: int, table: int, measure: Measure) -> Shape | None:
    """The shape of the table that begins at block `first`; none of a table with too many columns."""
    near = islice(blocks, first, first + 4 * _SAMPLE)
    sample = list(islice(((b, b.cell) for b in near if b.cell is not None and b.cell.table == table), _SAMPLE))
    edges = tuple(sorted({0, *(edge for _, cell in sample for edge in (cell.column, cell.column + cell.columns))}))
    count = len(edges) - 1
    if count > MOST_COLUMNS:
        return None
    shape = Shape(edges, (0.0,) * count, (0.0,) * count)
    least, most = [measure("00")] * count, [0.0] * count
    spanning: dict[tuple[int, int], float] = {}
    for block, cell in sample:
        word, line = _longest(text[block.start : min(block.end, block.start + 400)], measure)
        column, wide = shape.span(cell)
        if wide == 1:
            least[column], most[column] = max(least[column], word), max(most[column], line)
        else:
            spanning[column, wide] = max(spanning.get((column, wide), 0.0), line)
    for (column, wide), line in spanning.items():
        missing = max(line - sum(most[column : column + wide]), 0.0) / wide
        most[column : column + wide] = [width + missing for width in most[column : column + wide]]
    return Shape(edges, tuple(least), tuple(most))


def _longest(text: str, measure: Measure) -> tuple[float, float]:
    """The longest word and line of a cell. A line may break behind any Japanese letter; three stay together all the same."""
    words = _WIDE.sub(" ", text).split() if _WIDE.search(text) else text.split()
    word = measure(max(words, key=len, default="")[:_LONGEST_WORD])
    if len(text) > sum(map(len, words)) and (wide := _WIDE.search(text)):
        word = max(word, 3 * measure(wide.group()))
    return word, max(measure(line[:_LONGEST_LINE]) for line in text.split("\n"))


def arrange(cells: Iterable[Cell], shape: Shape) -> tuple[int, dict[Key, tuple[int, int]], dict[Cell, Key]]:
    """How many rows there are, how many rows and columns each place takes, and where each cell is to be set.

    Rows count from the first of `cells`, and one in which no cell begins is none. Where a file lets cells overlap, what was
    there first stays, and what lies under it is set with it.
    """
    known = sorted(dict.fromkeys(cells), key=lambda cell: (cell.row, cell.column))
    rows = sorted({cell.row for cell in known})
    owners: dict[Key, Key] = {}
    sizes: dict[Key, tuple[int, int]] = {}
    places: dict[Cell, Key] = {}
    for cell in known:
        row = bisect_left(rows, cell.row)
        column, wide = shape.span(cell)
        key = (row, column)
        places[cell] = owners.get(key, key)
        if key in owners:
            continue
        high = max(bisect_left(rows, cell.row + cell.rows) - row, 1)
        covered = [(row + down, column + right) for down in range(high) for right in range(wide)]
        if any(place in owners for place in covered):
            covered, high, wide = [key], 1, 1
        owners.update(dict.fromkeys(covered, key))
        sizes[key] = (high, wide)
    return len(rows), sizes, places
