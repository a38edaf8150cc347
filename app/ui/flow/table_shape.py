"""How wide the columns of a table are, by what stands in them, and which cell takes which places. Knows no Qt.

A table is set in several portions, so its shape is worked out once, from its beginning, and its columns agree in all of them.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from app.documents.document import Block, Cell

MOST_COLUMNS = 20
"""What has more is not to be read as a grid on a page of this width: its cells are set as paragraphs."""

_SAMPLE = 400
_WIDE = re.compile("[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]")
_LONGEST_LINE, _LONGEST_WORD, _LEAST = 48, 16, 3
_PAGE = 74  # letters that fit beside each other on a page of full width
_GAP = 2.7  # what a column takes beside its letters

Key = tuple[int, int]
"""Row and column."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Widths in percent: of the table on the page, and of each column in the table.

    A column lies between two `edges`, the columns of the file at which any cell begins or ends: forms often have a grid of
    dozens, of which each cell takes several.
    """

    width: float
    columns: tuple[float, ...]
    edges: tuple[int, ...]

    def span(self, cell: Cell) -> tuple[int, int]:
        """The first column that a cell takes, and how many."""
        first = min(max(bisect_right(self.edges, cell.column) - 1, 0), len(self.columns) - 1)
        last = min(bisect_left(self.edges, cell.column + cell.columns), len(self.columns))
        return first, max(last - first, 1)


def shape_of(text: str, blocks: Sequence[Block], first: int, table: int) -> Shape:
    """The shape of the table that begins at block `first`; a table of too many columns has one without any."""
    near = islice(blocks, first, first + 4 * _SAMPLE)
    sample = list(islice(((b, b.cell) for b in near if b.cell is not None and b.cell.table == table), _SAMPLE))
    ends = {edge for _, cell in sample for edge in (cell.column, cell.column + cell.columns)}
    edges = tuple(sorted({0, *ends}))
    count = len(edges) - 1
    if count > MOST_COLUMNS:
        return Shape(100.0, (), edges)
    shape = Shape(100.0, (0.0,) * count, edges)
    least, wanted = [_LEAST + _GAP] * count, [_LEAST + _GAP] * count
    spanning: dict[tuple[int, int], float] = {}
    for block, cell in sample:
        word, line = _measure(text[block.start : min(block.end, block.start + 400)])
        column, wide = shape.span(cell)
        if wide == 1:
            least[column] = max(least[column], word + _GAP)
            wanted[column] = max(wanted[column], line + _GAP)
        else:
            spanning[column, wide] = max(spanning.get((column, wide), 0.0), line)
    for (column, wide), line in spanning.items():
        missing = line + _GAP - sum(wanted[column : column + wide])
        wanted[column : column + wide] = [width + max(missing, 0.0) / wide for width in wanted[column : column + wide]]
    return Shape(*_widths(least, wanted), edges)


def _widths(least: list[float], wanted: list[float]) -> tuple[float, tuple[float, ...]]:
    """Every column gets what its words need; what is left goes to those that want more."""
    room, need = _PAGE - sum(least), sum(wanted) - sum(least)
    share = max(min(room / need, 1.0), 0.0) if need > 0 else 0.0
    widths = [low + (high - low) * share for low, high in zip(least, wanted, strict=True)]
    total = sum(widths)
    return min(max(100.0 * total / _PAGE, 20.0), 100.0), tuple(100.0 * width / total for width in widths)


def _measure(text: str) -> tuple[float, float]:
    """The longest word and line, in Latin letters: a Japanese letter takes two, and a line may break behind it."""
    wide = bool(_WIDE.search(text))
    line = max(len(line) + len(_WIDE.findall(line)) for line in text.split("\n"))
    word = max((len(word) for word in (_WIDE.sub(" ", text) if wide else text).split()), default=0)
    return min(max(word, 4 if wide else 0), _LONGEST_WORD), min(line, _LONGEST_LINE)


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
