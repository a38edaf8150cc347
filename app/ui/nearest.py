"""The place in the text that is nearest to a point of a page, from the quads of its characters. Knows no Qt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_NEIGHBOUR = 3.0
"""A next character so many of its own sizes away stands on another line."""


def nearest_place(quads: NDArray[np.float32], x: float, y: float) -> int | None:
    """Before which of the characters a caret stands that is set at this point; their number where it is behind the last.

    `quads` (characters, 8) are those of one page, a row of zeros for a character without ink. None where nothing has ink.
    The line goes before the column: beside the end of a line is the end of that line, however near another one is. In text
    that runs downwards it is the other way round.
    """
    inked = np.flatnonzero(quads.any(axis=1))
    if not len(inked):
        return None
    corners = quads[inked].astype(np.float64).reshape(-1, 4, 2)  # (characters, corners, xy)
    low, high = corners.min(axis=1), corners.max(axis=1)
    point = np.array([x, y])
    distance = np.maximum(np.maximum(low - point, point - high), 0)  # (characters, xy)
    middle = (low + high) / 2
    steps = _steps(corners, middle)
    line = 0 if np.median(np.abs(steps[:, 1])) > np.median(np.abs(steps[:, 0])) else 1
    # A point between two lines belongs to the nearer one, whichever way: distances from the line within half a character
    # are told apart only after those along it.
    size = max(float(np.median(high[:, line] - low[:, line])), 1e-6)
    across, along = np.round(distance[:, line] / size), distance[:, 1 - line]
    best = int(np.lexsort((distance[:, line], along, across))[0])
    behind = float((point - middle[best]) @ steps[best]) > 0
    return int(inked[best]) + int(behind)


def _steps(corners: NDArray[np.float64], middle: NDArray[np.float64]) -> NDArray[np.float64]:
    """Which way the text goes on from each character: to its neighbour, else as the character itself stands."""
    size = np.maximum(np.hypot(*(corners[:, 3] - corners[:, 0]).T), np.hypot(*(corners[:, 1] - corners[:, 0]).T))
    step = np.diff(middle, axis=0)
    near = np.hypot(*step.T) < _NEIGHBOUR * np.maximum(size[1:], size[:-1])
    steps = corners[:, 1] - corners[:, 0]
    steps[1:][near] = step[near]
    steps[:-1][near] = step[near]
    return np.asarray(steps)
