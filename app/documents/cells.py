"""Which groups of lines are the cells of a table, and in which order they are read: row by row."""

from __future__ import annotations

import itertools
import re

from app.documents.laying import Group
from app.documents.rules import Rules

_LONGEST_CELL = 12  # lines
_LONGEST_WRITTEN_BY_COLUMN = 3
_FEWEST_ROWS = 2
_NUMERIC = re.compile(r"[^\w]*\d[\d.,:/%\s-]*[^\d]{0,4}")
_FIGURES = 0.6  # of a column's cells
_REACH = 4.0  # sizes from a cell to its border


def mark_cells(groups: list[Group], rules: Rules) -> list[Group]:
    """Short groups that stand beside each other are cells. The groups, with the cells of a table row by row."""
    for a, b in itertools.pairwise(groups):
        if not (a.lines[0].level and b.lines[0].level) or max(len(a.lines), len(b.lines)) > _LONGEST_CELL:
            continue
        apart = b.lines[0].x0 > max(line.x1 for line in a.lines)
        if apart and (_is_level(a, b) or _share_a_row(a, b)):
            a.type = b.type = "table-cell"
    ordered: list[Group] = []
    for short, run in itertools.groupby(groups, _is_short):
        same = list(run)
        ordered += _row_by_row(same, rules) if short else same
    return ordered


def _is_level(a: Group, b: Group) -> bool:
    return abs(a.lines[0].middle - b.lines[0].middle) < 0.45 * b.lines[0].size


def _share_a_row(a: Group, b: Group) -> bool:
    """One is level with the other's middle, as in a table whose cells are centred."""
    top, bottom = max(a.lines[0].y0, b.lines[0].y0), min(a.lines[-1].y1, b.lines[-1].y1)
    least = min(a.lines[-1].y1 - a.lines[0].y0, b.lines[-1].y1 - b.lines[0].y0)
    return bottom - top > 0.6 * least and min(len(a.lines), len(b.lines)) <= 2


# ---- tables that were written column by column


def _is_short(group: Group) -> bool:
    return group.lines[0].level and len(group.lines) <= _LONGEST_WRITTEN_BY_COLUMN


def _row_by_row(groups: list[Group], rules: Rules) -> list[Group]:
    """Short groups that follow each other, the tables among them row by row where they go down the columns.

    An index in columns looks alike; what has figures in a column or borders is a table.
    """
    if not any(b.lines[-1].y1 <= a.lines[0].y0 for a, b in itertools.pairwise(groups)):
        return groups
    rows: list[list[Group]] = []
    for group in sorted(groups, key=lambda g: g.lines[0].middle):
        if rows and _is_level(rows[-1][0], group):
            rows[-1].append(group)
        else:
            rows.append([group])
    for beside, run in itertools.groupby(rows, lambda row: len(row) > 1):
        table = [sorted(row, key=lambda g: g.lines[0].x0) for row in run]
        if beside and len(table) >= _FEWEST_ROWS and _is_table(table, rules):
            groups = _with_cells(groups, list(itertools.chain(*table)))
    return groups


def _with_cells(groups: list[Group], cells: list[Group]) -> list[Group]:
    """The groups with the cells together and in this order, where the first of them stood."""
    for cell in cells:
        cell.type = "table-cell"
    own = {id(cell) for cell in cells}
    first = next(number for number, group in enumerate(groups) if id(group) in own)
    return [*groups[:first], *cells, *(group for group in groups[first:] if id(group) not in own)]


def _is_table(rows: list[list[Group]], rules: Rules) -> bool:
    columns: dict[int, list[str]] = {}
    for row in rows:
        for number, cell in enumerate(row[1:]):
            columns.setdefault(number, []).append(cell.lines[0].text)
    if any(sum(bool(_NUMERIC.fullmatch(t)) for t in texts) >= _FIGURES * len(texts) for texts in columns.values()):
        return True
    return all(
        rules.boxed(line.y0, cell.lines[-1].y1, line.x0, line.x1, _REACH * line.size)
        for row in rows
        for cell in row
        for line in cell.lines[:1]
    )
