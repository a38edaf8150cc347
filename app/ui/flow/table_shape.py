"""How wide the columns of a table are, by what stands in them, and which cell takes which places. Knows no Qt.

A table is set in several portions, so its shape is worked out once, from its beginning, and its columns agree in all of them.
"""

from __future__ import annotations

import re
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
    """Widths in percent: of the table on the page, and of each column in the table."""

    width: float
    columns: tuple[float, ...]


def shape_of(text: str, blocks: Sequence[Block], first: int, table: int) -> Shape:
    """The shape of the table that begins at block `first`; a table of too many columns has one without any."""
    sample = (block for block in islice(blocks, first, first + 4 * _SAMPLE) if block.cell and block.cell.table == table)
    words: dict[int, float] = {}
    lines: dict[int, float] = {}
    count = 0
    for block in islice(sample, _SAMPLE):
        assert block.cell is not None  # noqa: S101 -- chosen above
        cell = block.cell
        count = max(count, cell.column + cell.columns)
        if cell.columns == 1:
            word, line = _measure(text[block.start : min(block.end, block.start + 400)])
            words[cell.column] = max(words.get(cell.column, 0), word)
            lines[cell.column] = max(lines.get(cell.column, 0), line)
    if count > MOST_COLUMNS:
        return Shape(100.0, ())
    least = [max(words.get(column, 0), _LEAST) + _GAP for column in range(count)]
    wanted = [max(lines.get(column, 0) + _GAP, least[column]) for column in range(count)]
    return _shape(least, wanted)


def _shape(least: list[float], wanted: list[float]) -> Shape:
    """Every column gets what its words need; what is left goes to those that want more."""
    room, need = _PAGE - sum(least), sum(wanted) - sum(least)
    share = max(min(room / need, 1.0), 0.0) if need > 0 else 0.0
    widths = [low + (high - low) * share for low, high in zip(least, wanted, strict=True)]
    total = sum(widths)
    return Shape(min(max(100.0 * total / _PAGE, 20.0), 100.0), tuple(100.0 * width / total for width in widths))


def _measure(text: str) -> tuple[float, float]:
    """The longest word and line, in Latin letters: a Japanese letter takes two, and a line may break behind it."""
    wide = bool(_WIDE.search(text))
    line = max(len(line) + len(_WIDE.findall(line)) for line in text.split("\n"))
    word = max((len(word) for word in (_WIDE.sub(" ", text) if wide else text).split()), default=0)
    return min(max(word, 4 if wide else 0), _LONGEST_WORD), min(line, _LONGEST_LINE)


def arrange(cells: Iterable[Cell], columns: int) -> tuple[int, dict[Key, tuple[int, int]], dict[Key, Key]]:
    """How many rows there are, how many rows and columns each cell takes, and to which cell each stated place belongs.

    Rows count from the first of `cells`, and one in which no cell begins is none. Where a file lets cells overlap, what was
    there first stays, and what lies under it belongs to it.
    """
    known = list(dict.fromkeys(cells))
    rows = {row: index for index, row in enumerate(sorted({cell.row for cell in known}))}
    owners: dict[Key, Key] = {}
    sizes: dict[Key, tuple[int, int]] = {}
    stated: dict[Key, Key] = {}
    for cell in sorted(known, key=lambda cell: (cell.row, cell.column)):
        key = (rows[cell.row], min(cell.column, columns - 1))
        stated[cell.row, cell.column] = owners.get(key, key)
        if key in owners:
            continue
        high = sum(cell.row <= row < cell.row + cell.rows for row in rows)
        wide = min(cell.columns, columns - key[1])
        covered = [(key[0] + down, key[1] + right) for down in range(high) for right in range(wide)]
        if any(place in owners for place in covered):
            covered, high, wide = [key], 1, 1
        owners.update(dict.fromkeys(covered, key))
        sizes[key] = (high, wide)
    return len(rows), sizes, stated
