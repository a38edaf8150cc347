"""In which order a page's lines are read.

The PDF's own order is the reading order for nearly all programs that write PDF, so it stands but where it plainly cannot be
right: where it runs across columns line by line, or where something is drawn after what stands below it. Lines in other
directions than the page's (vertical Japanese, a table turned by a quarter) are laid out as if their page were turned, each
direction for itself.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.documents.laying import PageLines
from app.documents.line_patterns import STARTS_CJK
from app.documents.pdf_lines import Line

_FEWEST_PAIRS = 8
_MOST_PIECES = 400
_SAME_SIZE = 1.15
_FEWEST_STACKED = 6
# In multiples of the size.
_FURTHEST_STEP = 2.2
_WIDEST_GAP = 2.5


def in_reading_order(lines: list[Line], width: float) -> list[Line]:
    """Level lines, on a page as wide as `width`."""
    return _from_top_to_bottom(_by_columns(lines, width))


# ---- columns whose lines the PDF writes in turn


def _by_columns(lines: list[Line], width: float) -> list[Line]:
    """The lines, down one column and then the next, where the PDF writes them across all."""
    gutters = _gutters([(a, b) for a, b in itertools.pairwise(lines) if _beside(a, b, width)])
    if not gutters:
        return lines
    ordered: list[Line] = []
    columns: list[list[Line]] = [[] for _ in range(len(gutters) + 1)]
    for line in sorted(lines, key=lambda line: (round(line.middle), line.x0)):
        if any(line.x0 < middle < line.x1 for middle in gutters):
            ordered += [*itertools.chain(*columns), line]
            columns = [[] for _ in columns]
        else:
            columns[sum(line.x0 >= middle for middle in gutters)].append(line)
    return [*ordered, *itertools.chain(*columns)]


def _gutters(pairs: list[tuple[Line, Line]]) -> list[float]:
    """The middles of the gaps that many of the pairs have in common."""
    found: list[float] = []
    rest = sorted(pairs, key=lambda pair: pair[0].x1)
    while rest:
        left, right, taken = rest[0][0].x1, rest[0][1].x0, 0
        for a, b in rest:
            if a.x1 >= right:
                break
            left, right, taken = max(left, a.x1), min(right, b.x0), taken + 1
            if left >= right:
                return []  # what overlaps so is a table or a figure
        if taken >= _FEWEST_PAIRS:
            found.append((left + right) / 2)
        rest = rest[taken:]
    return found


def _beside(a: Line, b: Line, width: float) -> bool:
    """Two long runs of prose at one height, left and right of a gutter."""
    return (
        abs(a.middle - b.middle) < 0.4 * a.size
        and a.size < b.x0 - a.x1 < 0.15 * width
        and min(a.x1 - a.x0, b.x1 - b.x0) > 0.2 * width
    )


# ---- what is drawn late


def _from_top_to_bottom(lines: list[Line]) -> list[Line]:
    """What stands above something and over part of its width comes first; all else as it is."""
    pieces = _pieces(lines)
    if not 1 < len(pieces) <= _MOST_PIECES:
        return lines
    edges = np.array(
        [
            (
                min(line.x0 for line in piece),
                min(line.y0 for line in piece),
                max(line.x1 for line in piece),
                max(line.y1 for line in piece),
                piece[0].size,
            )
            for piece in pieces
        ]
    )
    x0, y0, x1, y1, size = edges.T
    shared = np.minimum(x1[:, None], x1) - np.maximum(x0[:, None], x0)
    over = shared > 0.2 * np.minimum(x1 - x0, (x1 - x0)[:, None])
    above = over & (y1[:, None] <= y0 + 0.3 * size) & ((y0 + y1)[:, None] < y0 + y1)  # (upper, lower)
    if not np.tril(above, -1).any():
        return lines
    return [line for number in _sorted_by(above) for line in pieces[number]]


def _pieces(lines: list[Line]) -> list[list[Line]]:
    """The lines cut where the next one is not simply the next below or beside."""
    pieces: list[list[Line]] = []
    for line in lines:
        if pieces and _follows(pieces[-1][-1], line):
            pieces[-1].append(line)
        else:
            pieces.append([line])
    return pieces


def _follows(last: Line, line: Line) -> bool:
    larger = max(last.size, line.size)
    if larger > _SAME_SIZE * min(last.size, line.size):
        return False
    step = line.middle - last.middle
    if abs(step) < 0.45 * larger:
        return -0.5 * larger < line.x0 - last.x1 < _WIDEST_GAP * larger
    return 0 < step < _FURTHEST_STEP * larger and min(last.x1, line.x1) > max(last.x0, line.x0)


def _sorted_by(before: NDArray[np.bool_]) -> list[int]:
    """The numbers from 0, with i before j where `before[i, j]`: if it may be each after its predecessor, else the least one."""
    waits = before.sum(axis=0)
    ready = {int(number) for number in np.flatnonzero(waits == 0)}
    order: list[int] = []
    while ready:
        following = order[-1] + 1 if order else 0
        number = following if following in ready else min(ready)
        ready.remove(number)
        order.append(number)
        for later in np.flatnonzero(before[number]).tolist():
            waits[later] -= 1
            if waits[later] == 0:
                ready.add(later)
    return order if len(order) == len(before) else list(range(len(before)))


# ---- other directions


def by_direction(page: PageLines) -> list[PageLines]:
    """The page's lines, those of each direction as a page on which they run from left to right; most lines' direction first.

    Only the lines' edges are turned. Their quads stay where they are displayed.
    """
    found: dict[str, list[Line]] = {}
    for line in page.lines:
        found.setdefault(line.runs, []).append(line)
    pages = []
    for runs, lines in sorted(found.items(), key=lambda item: -sum(len(line.text) for line in item[1])):
        if runs in ("right", "slanted") and not _is_stacked(lines):
            pages.append(PageLines(page.width, page.height, lines, page.rules))
        else:
            turned = [_turned(line, page) for line in lines]
            swapped = runs != "left"
            pages.append(PageLines(*((page.height, page.width) if swapped else (page.width, page.height)), turned))
    return pages


def _is_stacked(lines: list[Line]) -> bool:
    """Japanese characters each set on its own, most of them right below the one before: vertical writing by other means."""
    single = sum(len(line.text) == 1 and STARTS_CJK.match(line.text) is not None for line in lines)
    if single < _FEWEST_STACKED or single < 0.9 * len(lines):
        return False
    below = sum(
        abs(b.x0 - a.x0) < 0.3 * a.size and 0.8 < (b.middle - a.middle) / max(a.size, 0.1) < 1.6
        for a, b in itertools.pairwise(lines)
    )
    return below > 0.6 * len(lines)


def _turned(line: Line, page: PageLines) -> Line:
    width, height = page.width, page.height
    x0, y0, x1, y1 = line.x0, line.y0, line.x1, line.y1
    if line.runs == "up":
        x0, y0, x1, y1 = height - y1, x0, height - y0, x1
    elif line.runs == "left":
        x0, y0, x1, y1 = width - x1, height - y1, width - x0, height - y0
    else:  # down the page, as vertical Japanese does too: further columns stand to the left
        x0, y0, x1, y1 = y0, width - x1, y1, width - x0
    return replace(line, x0=x0, y0=y0, x1=x1, y1=y1, level=True)


def with_columns_joined(lines: list[Line]) -> list[Line]:
    """Lines of vertical writing, which come character by character or in pieces, as whole columns."""
    joined: list[Line] = []
    for line in lines:
        if joined and _same_column(joined[-1], line):
            last = joined[-1]
            joined[-1] = replace(
                last,
                text=last.text + line.text,
                quads=np.concatenate([last.quads, line.quads]),
                y0=min(last.y0, line.y0),
                x1=line.x1,
                y1=max(last.y1, line.y1),
            )
        else:
            joined.append(line)
    return joined


def _same_column(last: Line, line: Line) -> bool:
    if max(last.size, line.size) > _SAME_SIZE * min(last.size, line.size):
        return False
    return abs(line.middle - last.middle) < 0.3 * line.size and abs(line.x0 - last.x1) < 0.6 * line.size
