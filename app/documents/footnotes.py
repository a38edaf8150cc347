"""Footnotes apart from the text above them, so that a paragraph goes on in the next column or page without them."""

from __future__ import annotations

import itertools
import re

from app.documents.laying import PageLines
from app.documents.pdf_lines import Line

_SMALLER = 0.93  # than the body
_LOWER_PART = 0.4  # of the page, from its top
_RULE_ABOVE = 2.0  # sizes
_MARK = re.compile(r"[*†‡§¶※]|[1-9]\d{0,2}(?![\d.,)])|[（(]?注")
_NUMBERED = re.compile(r"[*＊注]?\s?([1-9]\d{0,2})(?!\d)")
_SIGN = re.compile(r"[*†‡§¶※](?!\d)")
_LEAST_GAP = 0.5  # sizes from the text above, where no rule is drawn


def apart_from_footnotes(lines: list[Line], size: float, page: PageLines) -> tuple[list[Line], list[Line]]:
    """The lines of the body, and those of the footnotes; `size` is the body's."""
    kept: list[Line] = []
    notes: list[Line] = []
    for piece in _small_runs(lines, size):
        if _is_footnotes(piece, lines, size, page):
            notes += piece
        else:
            kept += piece
    return kept, notes


def single_notes(lines: list[Line]) -> list[list[Line]]:
    """The lines of footnotes, note by note: a number that is one more than the note's before begins the next, as a sign does."""
    notes: list[list[Line]] = []
    number: int | None = None
    for line in lines:
        found = _NUMBERED.match(line.text)
        marked = int(found.group(1)) if found else None
        follows = number is None or marked == number + 1
        if not notes or (marked is not None and follows) or _SIGN.match(line.text):
            notes.append([])
            number = marked
        notes[-1].append(line)
    return notes


def _small_runs(lines: list[Line], size: float) -> list[list[Line]]:
    """Consecutive lines, those that are smaller than the body apart from the others and from those of another column."""
    runs: list[list[Line]] = []
    for line in lines:
        small = _is_small(line, size)
        if runs and small == _is_small(runs[-1][-1], size) and not (small and line.middle < runs[-1][-1].y0):
            runs[-1].append(line)
        else:
            runs.append([line])
    return runs


def _is_small(line: Line, size: float) -> bool:
    return line.level and line.size < _SMALLER * size


def _is_footnotes(run: list[Line], lines: list[Line], size: float, page: PageLines) -> bool:
    """Small lines below a rule or with a mark, with nothing of the body's size below them in their column.

    The first of them may be the rest of a note on the page before, and have no mark.
    """
    first = run[0]
    if not _is_small(first, size) or first.y0 < _LOWER_PART * page.height:
        return False
    if not (_MARK.match(first.text) or _is_below_rule(first, page)) or _is_in_rows(run):
        return False
    x0, x1 = min(line.x0 for line in run), max(line.x1 for line in run)
    column = [line for line in lines if line.x0 < x1 and line.x1 > x0]
    if any(line.y0 >= first.y1 and not _is_small(line, size) for line in column):
        return False
    above = [line for line in column if line.middle < first.y0]
    # A page, or a column of it, may be all in small print.
    if all(_is_small(line, size) for line in above):
        return False
    return _is_below_rule(first, page) or first.y0 - max(line.y1 for line in above) > _LEAST_GAP * first.size


def _is_in_rows(run: list[Line]) -> bool:
    """Lines beside each other: a table in small print."""
    return any(abs(a.middle - b.middle) < 0.3 * a.size and b.x0 - a.x1 > a.size for a, b in itertools.pairwise(run))


def _is_below_rule(line: Line, page: PageLines) -> bool:
    """A rule that is shorter than the text is wide, right above the line, as nearly all programs draw it above footnotes."""
    y, x0, x1 = page.rules.level.T
    near = (y < line.y0 + 1) & (y > line.y0 - _RULE_ABOVE * line.size) & (x0 < line.x0 + 2 * line.size) & (x1 > line.x0)
    return bool((near & (x1 - x0 < 0.6 * page.width)).any())
