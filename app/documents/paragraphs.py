"""Lines in reading order become the groups that are a document's blocks: paragraphs, headings, items, cells."""

from __future__ import annotations

import itertools
import statistics
from dataclasses import dataclass

from app.documents.laying import Group, Style
from app.documents.line_patterns import ENDS_SENTENCE, LEADER, MARKER, NUMBER, STARTS_CJK
from app.documents.pdf_lines import Line
from app.documents.rules import Rules

_LONGEST_CELL = 12  # lines
# Of pages with too few lines to tell; Japanese is set wider.
_LEADING, _JAPANESE_LEADING = 1.25, 1.8
_CELL_REACH = 10.0  # sizes from a cell's text to the rules around it


@dataclass(slots=True, eq=False)
class _Page:
    """What the lines of a page have in common.

    `leading`: the distance of lines within paragraphs, in sizes; `right`: where full lines end, by column; `rows`: as of
    `_rows`.
    """

    leading: float
    right: dict[int, float]
    rows: dict[int, list[Line]]
    rules: Rules


def group(lines: list[Line], style: Style, rules: Rules) -> list[Group]:
    """The groups of a page's lines, with their cells marked."""
    groups: list[Group] = []
    page = _Page(_usual_leading(lines, style.size), _right_edge(lines), _rows(lines), rules)
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
    if len(steps) > 3:
        return statistics.quantiles(steps, n=4)[0]
    japanese = sum(STARTS_CJK.match(line.text) is not None for line in lines) * 2 > len(lines)
    return min(max([_LEADING, *steps[:1]]), _JAPANESE_LEADING) if japanese else _LEADING


def _right_edge(lines: list[Line]) -> dict[int, float]:
    """Where full lines end, by the column (their left end in steps of a third of an inch gives it roughly)."""
    ends: dict[int, float] = {}
    for line in lines:
        column = round(line.x0 / 24)
        for near in range(column - 4, column + 3):
            ends[near] = max(ends.get(near, 0.0), line.x1)
    return ends


def _rows(lines: list[Line]) -> dict[int, list[Line]]:
    """For the `id()` of each line that has another one beside it: the lines of its row from left to right.

    Only lines that are too short for columns of prose have such rows.
    """
    found: dict[int, list[Line]] = {}
    width = max((line.x1 for line in lines), default=0.0) - min((line.x0 for line in lines), default=0.0)
    short = [line for line in lines if line.level and line.x1 - line.x0 < 0.4 * width]
    row: list[Line] = []
    for line in [*sorted(short, key=lambda line: line.middle), None]:
        if line is not None and (not row or line.middle - row[0].middle < 0.45 * row[0].size):
            row.append(line)
            continue
        row.sort(key=lambda other: other.x0)
        if any(b.x0 - a.x1 > a.size for a, b in itertools.pairwise(row)):
            found.update({id(other): row for other in row})
        row = [] if line is None else [line]
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
    """Both lines stand in rows of a table, and most of the row's columns say that a new row begins."""
    upper, lower = page.rows.get(id(last), []), page.rows.get(id(line), [])
    if not upper or not lower:
        return False
    if page.rules.boxed(last.y0, line.y1, max(last.x0, line.x0), min(last.x1, line.x1), _CELL_REACH * line.size):
        return False  # the drawn rules tell the rows apart
    votes = [
        _is_next_cell(a, right_of_a, b)
        for a, right_of_a in zip(upper, [*upper[1:], None], strict=True)
        for b in lower
        if abs(a.x0 - b.x0) < 0.3 * a.size or abs(a.x1 - b.x1) < 0.3 * a.size
    ]
    said = [vote for vote in votes if vote is not None]
    return sum(said) * 2 > len(said)


def _is_next_cell(above: Line, right_of_it: Line | None, below: Line) -> bool | None:
    """Whether the first word of `below` would have found room behind `above`; None where nothing says so."""
    if below.text[:1].islower():
        return False
    if right_of_it is None:
        return None
    word = (below.x1 - below.x0) * len(below.text.split(" ", 1)[0]) / len(below.text)
    return above.x1 + word + 1.5 * above.size < right_of_it.x0


def _goes_on_in_next_column(block: list[Line], line: Line, page: _Page) -> bool:
    """Whether the head of the next column goes on with an unfinished sentence."""
    last = block[-1]
    if ENDS_SENTENCE.search(last.text) or last.bold != line.bold or not _is_elsewhere([last], line):
        return False
    beside = any(abs(line.middle - b.middle) < 0.5 * b.size for b in block)
    if (beside and len(block) <= _LONGEST_CELL) or (id(line) in page.rows and id(last) in page.rows):
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
