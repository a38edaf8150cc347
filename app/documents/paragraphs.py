"""Lines in reading order become the groups that are a document's blocks: paragraphs, headings, items, cells."""

from __future__ import annotations

import itertools
import statistics
from dataclasses import dataclass

from app.documents.laying import Group, Style
from app.documents.line_patterns import ENDS_CJK, ENDS_SENTENCE, LEADER, MARKER, NUMBER, STARTS_CJK
from app.documents.pdf_lines import Line
from app.documents.rules import Rules

_LONGEST_CELL = 12  # lines
_CELL_REACH = 10.0  # sizes from a cell's text to the rules around it


@dataclass(slots=True, eq=False)
class _Page:
    """What the lines of a page have in common.

    `leading`: the distance of lines within paragraphs, in sizes; `right`: where full lines end, by column; `partnered`: the
    `id()` of each line that has a short line beside it.
    """

    leading: float
    right: dict[int, float]
    partnered: set[int]
    rules: Rules


def group(lines: list[Line], style: Style, rules: Rules) -> list[Group]:
    """The groups of a page's lines, with their cells marked."""
    groups: list[Group] = []
    page = _Page(_usual_leading(lines, style.size), _right_edge(lines), _partnered(lines), rules)
    for line in lines:
        if groups and _continues(groups[-1].lines, line, page):
            groups[-1].lines.append(line)
        else:
            groups.append(Group([line]))
    return groups


def _usual_leading(lines: list[Line], size: float) -> float:
    """The distance of lines within paragraphs, as a multiple of their size."""
    steps = [
        (b.middle - a.middle) / a.size
        for a, b in itertools.pairwise(lines)
        if a.size > 0 and abs(a.size - b.size) < 0.1 * size and 0.7 < (b.middle - a.middle) / a.size < 2.6
    ]
    # The lower quartile: where each paragraph is one or two lines long, the gaps between them are as frequent.
    return statistics.quantiles(steps, n=4)[0] if len(steps) > 3 else 1.25


def _right_edge(lines: list[Line]) -> dict[int, float]:
    """Where full lines end, by the column (their left end in steps of a third of an inch gives it roughly)."""
    ends: dict[int, float] = {}
    for line in lines:
        column = round(line.x0 / 24)
        for near in range(column - 4, column + 3):
            ends[near] = max(ends.get(near, 0.0), line.x1)
    return ends


def _partnered(lines: list[Line]) -> set[int]:
    """Lines with another one beside them, both of them too short for columns of prose."""
    found: set[int] = set()
    width = max((line.x1 for line in lines), default=0.0) - min((line.x0 for line in lines), default=0.0)
    row: list[Line] = []
    for line in sorted((line for line in lines if line.level), key=lambda line: line.middle):
        row = [other for other in row if line.middle - other.middle < 0.3 * line.size]
        if line.x1 - line.x0 < 0.4 * width:
            beside = [o for o in row if line.x0 - o.x1 > line.size or o.x0 - line.x1 > line.size]
            found.update(id(other) for other in beside)
            if beside:
                found.add(id(line))
            row.append(line)
    return found


def _continues(block: list[Line], line: Line, page: _Page) -> bool:
    """Whether `line` goes on with the sentence or paragraph of `block`."""
    last = block[-1]
    if not (last.level and line.level):
        return last.source == line.source and last.level == line.level
    if not 0.75 < line.size / max(last.size, 0.1) < 1.33:
        return False
    step = line.middle - last.middle
    if abs(step) < 0.45 * max(last.size, line.size):
        return _same_row(block, line) and not page.rules.beside(last.x1 - 1, line.x0 + 1, line.middle)
    if LEADER.search(last.text):
        return False
    if step < 0:
        return _goes_on_in_next_column(block, line, page)
    if step > (page.leading + 0.35) * last.size or _is_elsewhere(block, line):
        return False
    if page.rules.between(last.y1 - 1, line.y0 + 1, max(last.x0, line.x0), min(last.x1, line.x1)):
        return False
    return not _is_next_row(last, line, page) and _runs_on(block, line, page.right)


def _is_elsewhere(block: list[Line], line: Line) -> bool:
    """No part of the line is below the block: it stands in another column of a table."""
    return line.x0 > max(b.x1 for b in block) or line.x1 < min(b.x0 for b in block)


def _is_next_row(last: Line, line: Line, page: _Page) -> bool:
    """Both lines stand in rows of a table, and nothing says that they are one cell."""
    if id(last) not in page.partnered or id(line) not in page.partnered:
        return False
    if page.rules.boxed(last.y0, line.y1, max(last.x0, line.x0), min(last.x1, line.x1), _CELL_REACH * line.size):
        return False  # the drawn rules tell the rows apart
    full = last.x1 > page.right.get(round(last.x0 / 24), last.x1) - 2 * last.size
    return not full and not line.text[:1].islower() and not ENDS_CJK.search(last.text)


def _goes_on_in_next_column(block: list[Line], line: Line, page: _Page) -> bool:
    """Whether the head of the next column goes on with an unfinished sentence."""
    last = block[-1]
    if ENDS_SENTENCE.search(last.text) or last.bold != line.bold or not _is_elsewhere([last], line):
        return False
    beside = any(abs(line.middle - b.middle) < 0.5 * b.size for b in block)
    if (beside and len(block) <= _LONGEST_CELL) or (id(line) in page.partnered and id(last) in page.partnered):
        return False  # the next cell of a row, whose first line may be as high as this one's
    if line.text[:1].islower():
        return True
    full = last.x1 > page.right.get(round(last.x0 / 24), last.x1) - 2 * last.size
    marked = MARKER.match(line.text) or NUMBER.match(line.text)
    return full and not marked and len(block) > 1


def _same_row(block: list[Line], line: Line) -> bool:
    last = block[-1]
    gap = line.x0 - last.x1
    marker = (
        len(block) == 1 and len(last.text) < 14 and (MARKER.match(last.text + " ") or NUMBER.match(last.text + " "))
    )
    return -0.5 * line.size < gap < (6 if marker else 2.5) * line.size


def _runs_on(block: list[Line], line: Line, right: dict[int, float]) -> bool:
    """At a usual distance below: the same paragraph, unless its last line, this line's start or a style says otherwise."""
    last = block[-1]
    if last.bold != line.bold and not (len(block) == 1 and last.text[-1:] not in ".:" and line.text[:1].islower()):
        return False
    ended = bool(ENDS_SENTENCE.search(last.text))
    short = last.x1 < right.get(round(last.x0 / 24), last.x1) - max(6 * last.size, 0.0)
    marked = bool(MARKER.match(line.text) or NUMBER.match(line.text))
    if marked and (ended or short or line.text[:1] in "(（•●第"):
        return False
    if short and (ended or line.text[:1].isupper() or STARTS_CJK.match(line.text) is not None):
        return False
    indented = line.x0 > min(b.x0 for b in block) + 0.9 * line.size
    fresh = not line.text[:1].islower()
    return not (indented and ended and fresh and len(block) > 1)


def mark_cells(groups: list[Group]) -> list[Group]:
    """Short groups that stand beside each other are a table's cells; the groups with the cells in order, row by row."""
    for a, b in itertools.pairwise(groups):
        first, last = b.lines[0], a.lines[0]
        if not (first.level and last.level) or max(len(a.lines), len(b.lines)) > _LONGEST_CELL:
            continue
        apart = first.x0 > max(line.x1 for line in a.lines)
        level = abs(first.middle - last.middle) < 0.45 * first.size
        if apart and (level or _share_a_row(a, b)):
            a.type = b.type = "table-cell"
    return groups


def _share_a_row(a: Group, b: Group) -> bool:
    """One is level with the other's middle, as in a table whose cells are centred."""
    top, bottom = max(a.lines[0].y0, b.lines[0].y0), min(a.lines[-1].y1, b.lines[-1].y1)
    least = min(a.lines[-1].y1 - a.lines[0].y0, b.lines[-1].y1 - b.lines[0].y0)
    return bottom - top > 0.6 * least and min(len(a.lines), len(b.lines)) <= 2
