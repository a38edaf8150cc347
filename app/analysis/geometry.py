"""The quads of passages: one for each line or column of text that a passage covers, out of the quads of its characters.

Everything is computed for all passages at once, on arrays. A character carries its own direction (upper left to upper
right corner), so slanted and turned lines need no case of their own. In vertical Japanese the characters stand upright
below each other; there a run goes on downwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from app.documents.document import Quad

Floats = NDArray[np.float64]

# As multiples of a character's height. Characters of one line overlap or leave the gap of a space, seldom of a tab; a
# wider gap is a gutter or a cell's border.
_WIDEST_GAP = 2.5
_DEEPEST_OVERLAP = 0.6
_CLOSEST_COLUMN_GAP = 1.5
# Middles of characters on one line differ by less (superscripts), those of neighbouring lines by more.
_OFF_LINE = 0.5
_SAME_DIRECTION = 0.99
# A character so much taller than its neighbour, as a sign in the margin or a bracket around two lines, has a quad of its own:
# together with the line's it would lie on the lines beside it.
_TALLER = 1.75
_DECIMALS = 3


def passage_quads(quads: NDArray[np.float32], ranges: Sequence[tuple[int, int]]) -> list[tuple[Quad, ...]]:
    """Quads of each range of characters, in the order of the text; corners as in `Quad`, to a thousandth of a point.

    `quads` (characters, 8) has a row of zeros for a character without ink. Each range lies on one page.
    """
    place = np.concatenate([np.arange(start, end) for start, end in ranges] or [np.zeros(0, dtype=np.int64)])
    owner = np.repeat(np.arange(len(ranges)), [max(end - start, 0) for start, end in ranges])
    inked = quads[place].any(axis=1)
    corners = quads[place[inked]].astype(np.float64).reshape(-1, 4, 2)  # (characters, corners, xy)
    owner = owner[inked]
    if not len(owner):
        return [() for _ in ranges]
    first = np.flatnonzero(np.concatenate([[True], ~_goes_on(corners) | (owner[1:] != owner[:-1])]))
    merged = np.round(_merge(corners, first), _DECIMALS).reshape(-1, 8)
    found: list[list[Quad]] = [[] for _ in ranges]
    for passage, quad in zip(owner[first].tolist(), merged.tolist(), strict=True):
        found[passage].append(cast(Quad, tuple(quad)))
    return [tuple(lines) for lines in found]


def _goes_on(corners: Floats) -> NDArray[np.bool_]:
    """Whether each character but the first stands on the line or in the column of the one before: (characters - 1,)."""
    along, down, _, height = _frame(corners)
    middle = corners.mean(axis=1)
    step = middle[1:] - middle[:-1]
    rightwards, downwards = _dot(step, along[:-1]), _dot(step, down[:-1])
    width = _extent(corners, along)
    tall, wide = np.maximum(height[1:], height[:-1]), np.maximum(width[1:], width[:-1])
    gap = rightwards - (width[1:] + width[:-1]) / 2
    fall = downwards - (height[1:] + height[:-1]) / 2
    same = _dot(along[1:], along[:-1]) > _SAME_DIRECTION
    on_line = same & (np.abs(downwards) < _OFF_LINE * tall) & (gap > -_DEEPEST_OVERLAP * tall)
    on_line &= (gap < _WIDEST_GAP * tall) & (tall <= _TALLER * np.minimum(height[1:], height[:-1]))
    in_column = same & ~on_line & (np.abs(rightwards) < _OFF_LINE * wide)
    in_column &= (fall > -_DEEPEST_OVERLAP * tall) & (fall < _CLOSEST_COLUMN_GAP * tall)
    # A line of one character above a longer line is no column: neither character has a neighbour on its line there.
    neighbour_before = np.concatenate([[False], on_line[:-1]])
    neighbour_after = np.concatenate([on_line[1:], [False]])
    return np.asarray(on_line | (in_column & ~neighbour_before & ~neighbour_after))


def _merge(corners: Floats, first: NDArray[np.intp]) -> Floats:
    """The smallest rectangle around each run, turned as the run's characters are: (runs, 4, 2)."""
    counts = np.diff(np.append(first, len(corners)))
    along, down, _, _ = _frame(np.add.reduceat(corners, first, axis=0))
    run = np.repeat(np.arange(len(first)), counts)
    x = np.einsum("ncd,nd->nc", corners, along[run])  # each corner in the run's own directions
    y = np.einsum("ncd,nd->nc", corners, down[run])
    left, right = np.minimum.reduceat(x.min(1), first), np.maximum.reduceat(x.max(1), first)
    top, bottom = np.minimum.reduceat(y.min(1), first), np.maximum.reduceat(y.max(1), first)
    ends = [(left, top), (right, top), (right, bottom), (left, bottom)]
    return np.stack([a[:, None] * along + b[:, None] * down for a, b in ends], axis=1)


def _frame(corners: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Unit vectors along the text and down from it, both (n, 2) and at right angles, with the width and height (n,)."""
    top = corners[:, 1] - corners[:, 0]
    side = corners[:, 3] - corners[:, 0]
    width, height = np.hypot(top[:, 0], top[:, 1]), np.hypot(side[:, 0], side[:, 1])
    # A combining mark may have no width: then its side gives the direction, and where it has none either, the page does.
    direction = np.where((width > 0)[:, None], top, np.stack([side[:, 1], -side[:, 0]], axis=1))
    length = np.hypot(direction[:, 0], direction[:, 1])
    along = np.where((length > 0)[:, None], direction / np.maximum(length, 1e-12)[:, None], np.array([1.0, 0.0]))
    down = np.stack([-along[:, 1], along[:, 0]], axis=1)
    return along, down, width, height


def _extent(corners: Floats, direction: Floats) -> Floats:
    reach = np.einsum("ncd,nd->nc", corners, direction)
    return np.asarray(reach.max(1) - reach.min(1))


def _dot(a: Floats, b: Floats) -> Floats:
    return np.asarray((a * b).sum(1))
