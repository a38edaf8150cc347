"""Marks over ranges of characters on the sheets: hits of a search, and the text that the reader selected."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QRegion

from app.ui.appearance import colour
from app.ui.palette import Marks
from app.ui.sheets import Sheets, TextRange

ChangeKind = Literal["removed", "added"]
InView = Callable[[list[QRectF]], list[QRectF]]


class RangeMarks:
    """What is marked, and where on each sheet; places are worked out once for a sheet that shows."""

    def __init__(self, sheets: Sheets) -> None:
        self._sheets = sheets
        self.hits: list[TextRange] = []
        self.current: TextRange | None = None
        self.marked: TextRange | None = None
        self.changes: ChangeKind | None = None
        """What hits are where they are no hits but words that changed."""
        self._ends: list[int] = []
        self._hit_areas: dict[int, list[tuple[TextRange, list[QRectF]]]] = {}
        self._marked_areas: dict[int, list[QRectF]] = {}

    def show_hits(self, hits: Sequence[TextRange], current: int | None) -> None:
        """Mark these, in the order of the text; `current` is the index of the one that the reader is at."""
        self.current = hits[current] if current is not None and 0 <= current < len(hits) else None
        if list(hits) == self.hits:
            return
        self.hits = list(hits)
        self._ends = [end for _, end in self.hits]
        self._hit_areas.clear()

    def show_marked(self, marked: TextRange | None) -> None:
        """Mark the reader's own selection, or none."""
        self.marked = marked if marked is not None and marked[0] < marked[1] else None
        self._marked_areas.clear()

    def forget_places(self) -> None:
        """Sheets have another shape."""
        self._hit_areas.clear()
        self._marked_areas.clear()

    def region(self, sheet: int, in_view: InView) -> QRegion:
        """What is marked on a sheet: highlights leave it free, since two washes make a third colour that means something else."""
        region = QRegion()
        for rects in (self._marked_on(sheet), *(rects for _, rects in self._hits_on(sheet))):
            for rect in in_view(rects):
                region += rect.toAlignedRect()
        return region

    def paint(self, painter: QPainter, sheet: int, in_view: InView, marks: Marks, *, multiply: bool) -> None:
        """Paint what is marked on a sheet; `in_view` maps its rectangles; `multiply` leaves dark letters below dark."""
        painter.save()
        if multiply:
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
        for rect in in_view(self._marked_on(sheet)):
            painter.fillRect(rect, colour(marks.marked, 0.55))
        for hit, rects in self._hits_on(sheet):
            is_current = hit == self.current
            for rect in in_view(rects):
                if self.changes is not None:
                    _paint_change(painter, rect, marks, self.changes)
                    continue
                painter.fillRect(rect, colour(marks.hit, 0.75 if is_current else 0.4))
                # A frame, so that the current one is told apart without its colour.
                painter.setPen(QPen(colour(marks.frame if is_current else marks.hit), 1.6 if is_current else 0.8))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(rect)
        painter.restore()

    def _marked_on(self, sheet: int) -> list[QRectF]:
        if self.marked is None:
            return []
        if sheet not in self._marked_areas:
            self._marked_areas[sheet] = self._sheets.areas(sheet, [self.marked])[0]
        return self._marked_areas[sheet]

    def _hits_on(self, sheet: int) -> list[tuple[TextRange, list[QRectF]]]:
        if not self.hits:
            return []
        if sheet not in self._hit_areas:
            first, last = self._sheets.span(sheet)
            here = []
            for hit in self.hits[bisect_left(self._ends, first + 1) :]:
                if hit[0] >= last:
                    break
                here.append(hit)
            self._hit_areas[sheet] = list(zip(here, self._sheets.areas(sheet, here), strict=True))
        return self._hit_areas[sheet]


def _paint_change(painter: QPainter, rect: QRectF, marks: Marks, kind: ChangeKind) -> None:
    """A wash, and a line that says the same without colour: through what was removed, twice below what was added."""
    ink = colour(marks.hit if kind == "removed" else marks.amended)
    painter.fillRect(rect, colour(ink.name(), 0.3))
    painter.setPen(QPen(ink, 1.6))
    if kind == "removed":
        painter.drawLine(QPointF(rect.left(), rect.center().y()), QPointF(rect.right(), rect.center().y()))
    else:
        for up in (0.0, 2.5):
            painter.drawLine(QPointF(rect.left(), rect.bottom() - up), QPointF(rect.right(), rect.bottom() - up))
