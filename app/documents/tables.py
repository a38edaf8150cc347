"""Rows and columns of a table as its cells come by: where each stands, with those that are merged.

Every reader of tables numbers their cells here, so that a merged cell counts in the same way whatever the format.
"""

from __future__ import annotations

from dataclasses import replace

from app.documents.document import Cell

MOST_COLUMNS = 256
MOST_ROWS = 65_534
"""What a file says beyond these is cut: nobody sees a cell that is merged over millions of rows."""


class TableGrid:
    """One table on its way; `number` tells the tables of a document apart."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._row = -1
        self._column = 0
        self._taken: dict[int, int] = {}  # column -> how many rows, this one counted, a cell covers there

    def begin_row(self) -> None:
        """The cells to come stand in a further row."""
        self._taken = {column: rows - 1 for column, rows in self._taken.items() if rows > 1}
        self._row += 1
        self._column = 0

    def skip(self, columns: int) -> None:
        """Leave columns of this row empty."""
        self._column = min(self._column + max(columns, 0), MOST_COLUMNS - 1)

    def place(self, rows: int = 1, columns: int = 1) -> Cell:
        """The row's next cell, which takes so many rows and columns."""
        if self._row < 0:
            self.begin_row()
        while self._column in self._taken and self._column < MOST_COLUMNS - 1:
            self._column += 1
        column = self._column
        rows, columns = min(max(rows, 1), MOST_ROWS), min(max(columns, 1), MOST_COLUMNS - column)
        for covered in range(column, column + columns) if rows > 1 else ():
            self._taken[covered] = rows
        self._column = min(column + columns, MOST_COLUMNS - 1)
        return Cell(self._number, self._row, column, rows, columns)


class GrowingCell:
    """A cell that may turn out to go on in the rows below, as DOCX says it row by row."""

    def __init__(self, cell: Cell) -> None:
        self._first = cell
        self._rows = 1

    def goes_on(self, row: int) -> None:
        """It covers this row too."""
        self._rows = max(self._rows, row - self._first.row + 1)

    @property
    def cell(self) -> Cell:
        """The cell as far as it is known."""
        return replace(self._first, rows=self._rows)
