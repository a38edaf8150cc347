"""What of the sheets is in view: what counts as shown to the reader, and which pictures that and what comes next need."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QWidget

from app.ui.finding_marks import Standing
from app.ui.sheets import SheetPart, Sheets, Spots

AHEAD, BEHIND = 0.8, 0.25
"""How far beyond what shows pages are drawn, where the reader goes and where she came from, in heights of the view."""


def want(sheets: Sheets, standing: Standing, viewport: QWidget, scale: float, *, goes_down: bool) -> None:
    """Ask for what shows in the viewport at `scale` pixels a point, and for what is near it in the reader's direction."""
    view = QRectF(viewport.rect())
    below, above = (AHEAD, BEHIND) if goes_down else (BEHIND, AHEAD)
    beyond = [
        view.translated(0, view.height()).adjusted(0, 0, 0, (below - 1) * view.height()),
        view.translated(0, -view.height()).adjusted(0, (1 - above) * view.height(), 0, 0),
    ]
    ahead = [part for area in beyond[:: 1 if goes_down else -1] for part in parts(standing, area, scale)]
    sheets.want(parts(standing, view, scale), ahead, scale * viewport.devicePixelRatioF())


def parts(standing: Standing, area: QRectF, scale: float) -> list[SheetPart]:
    """What of which sheets lies in an area of the view or beyond it."""
    found = []
    for sheet in range(standing.sheet_under(area.top()), standing.sheet_under(area.bottom()) + 1):
        target = standing.target(sheet)
        part = target & area
        if not part.isEmpty():
            found.append((sheet, QRectF((part.topLeft() - target.topLeft()) / scale, part.size() / scale)))
    return found


def shown_range(sheets: Sheets, standing: Standing, viewport: QWidget, scale: float) -> tuple[int, int] | None:
    """What stands in view, half-open: pages from 1 that show by half or fill half the view; of joined sheets characters."""
    view = QRectF(viewport.rect())
    showing = range(standing.sheet_under(0), standing.sheet_under(view.height()) + 1)
    if sheets.joined:
        (first, top), (last, bottom) = ((sheet, standing.target(sheet).top()) for sheet in (showing[0], showing[-1]))
        return sheets.hold(first, -top / scale)[0], sheets.hold(last, (view.height() - bottom) / scale)[0]
    shown = [sheet for sheet in showing if _shows_enough(standing.target(sheet), view)]
    return (shown[0] + 1, shown[-1] + 2) if shown else None


def shares(spots: Spots, tops: Sequence[float], heights: Sequence[float], bottom: float) -> NDArray[np.float64]:
    """How far down all sheets each of these spots is, from 0 to 1; `tops` and `heights` of the sheets in pixels."""
    sheets, down = spots
    if not len(sheets):
        return np.zeros(0)
    found: NDArray[np.float64] = (np.array(tops)[sheets] + down * np.array(heights)[sheets]) / bottom
    return found


def _shows_enough(target: QRectF, view: QRectF) -> bool:
    height = min(target.bottom(), view.bottom()) - max(target.top(), view.top())
    return height >= min(target.height(), view.height()) / 2
