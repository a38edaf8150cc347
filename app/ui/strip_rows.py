"""Brings what lies anywhere in a document onto the rows of pixels of the strip beside the scroll bar. Knows no Qt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def rows_of(shares: Floats, height: int) -> NDArray[np.int64]:
    """The row, of `height`, of each place, given as its share of the whole from 0 to 1."""
    return np.clip((shares * height).astype(np.int64), 0, max(height - 1, 0))


def peaks(shares: Floats, values: Floats, height: int) -> Floats:
    """For each row the largest of the values that lie on it, 0 where none does: (height,)."""
    found = np.zeros(max(height, 0))
    if height > 0 and len(shares):
        np.maximum.at(found, rows_of(shares, height), values)
    return found


def nearest(shares: Floats, values: Floats, share: float, reach: float) -> int | None:
    """The index of the largest value within `reach` of a place; of equals the closest. None where there is none."""
    near = np.flatnonzero(np.abs(shares - share) <= reach)
    if not len(near):
        return None
    order = np.lexsort((np.abs(shares[near] - share), -values[near]))
    return int(near[order[0]])
