"""The straight lines that a page draws: the borders of tables, the rule above the footnotes.

They tell one cell from the next where white space does not. Curves and filled areas are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_VECTOR = 3  # PyMuPDF's number for a block that is a drawing
_THICKEST, _SHORTEST = 3.0, 8.0  # points


def _none() -> Floats:
    return np.empty((0, 3))


@dataclass(slots=True, eq=False)
class Rules:
    """Level rules as rows (y, x0, x1), upright ones as rows (x, y0, y1), in points of the displayed page."""

    level: Floats = field(default_factory=_none)
    upright: Floats = field(default_factory=_none)

    def between(self, above: float, below: float, x0: float, x1: float) -> bool:
        """Whether a level rule parts what ends at the height `above` from what starts at `below`, all along x0 to x1."""
        y, left, right = self.level.T
        return bool(((y > above) & (y < below) & (left < x0 + 3) & (right > x1 - 3)).any())

    def beside(self, left: float, right: float, y: float) -> bool:
        """Whether an upright rule parts what ends at `left` from what starts at `right`, at the height `y`."""
        return len(self.crossing(left, right, y)) > 0

    def crossing(self, left: float, right: float, y: float) -> list[float]:
        """Where upright rules stand between `left` and `right` at the height `y`, in order."""
        x, top, bottom = self.upright.T
        return sorted(set(x[(x > left) & (x < right) & (top < y) & (bottom > y)].tolist()))

    def boxed(self, y0: float, y1: float, x0: float, x1: float, reach: float) -> bool:
        """Whether there is a level rule not further than `reach` both above and below, as around a cell."""
        y, left, right = self.level.T
        near = (left < x1) & (right > x0)
        return bool((near & (y <= y0 + 1) & (y > y0 - reach)).any() and (near & (y >= y1 - 1) & (y < y1 + reach)).any())


def rules_of(raw: Mapping[str, Any], matrix: tuple[float, ...]) -> Rules:
    """The rules of a page, given as PyMuPDF's "rawdict" with vectors; `matrix` turns it as the page is displayed."""
    boxes = [edge for block in raw["blocks"] if block["type"] == _VECTOR and block["isrect"] for edge in _edges(block)]
    if not boxes:
        return Rules()
    corners = np.array(boxes, dtype=np.float64).reshape(-1, 2, 2)
    a, b, c, d, e, f = matrix
    turned = corners @ np.array([[a, b], [c, d]]) + np.array([e, f])
    low, high = turned.min(axis=1), turned.max(axis=1)
    size, middle = high - low, (low + high) / 2
    level = (size[:, 1] <= _THICKEST) & (size[:, 0] >= _SHORTEST)
    upright = (size[:, 0] <= _THICKEST) & (size[:, 1] >= _SHORTEST)
    return Rules(
        np.stack([middle[level, 1], low[level, 0], high[level, 0]], axis=1),
        np.stack([middle[upright, 0], low[upright, 1], high[upright, 1]], axis=1),
    )


def _edges(block: Mapping[str, Any]) -> list[tuple[float, float, float, float]]:
    """The drawing itself where it is a rule, the four sides of a frame; nothing for a filled area."""
    x0, y0, x1, y1 = block["bbox"]
    if min(x1 - x0, y1 - y0) <= _THICKEST:
        return [(x0, y0, x1, y1)]
    if not block["stroked"]:
        return []
    return [(x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)]
