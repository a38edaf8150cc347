"""The findings on the sheets: which lie where, what is under the pointer, highlights and flags.

`SheetView` says where in the view its sheets stand; what marks of findings there are and how they look is known here.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from app.ui.finding_list import FindingList
from app.ui.highlights import FLAG_HEIGHT, FLAG_WIDTH, draw_flag, draw_highlight
from app.ui.sheets import Sheets
from app.ui.theme import Theme


class Standing(Protocol):
    """Where in the view sheets stand, which are counted from 0."""

    def target(self, sheet: int) -> QRectF:
        """The sheet's own place."""

    def in_view(self, sheet: int, rects: list[QRectF]) -> list[QRectF]:
        """Places on the sheet, in points, as places in the view."""

    def sheet_under(self, y: float) -> int:
        """The sheet so many pixels down the view."""


class FindingMarks:
    """Places are worked out once for a finding and a sheet that shows."""

    def __init__(self, sheets: Sheets, standing: Standing) -> None:
        self._sheets = sheets
        self._standing = standing
        self.findings = FindingList()
        self._by_sheet: dict[int, list[str]] = {}
        self._places: dict[tuple[str, int], list[QRectF]] = {}

    def show(self, findings: FindingList) -> None:
        """Mark these from now on."""
        self.findings = findings
        self._places.clear()
        self._by_sheet = {}
        for finding in sorted(findings.all(), key=self._sheets.about):
            for sheet in self._sheets.sheets_of(finding):
                self._by_sheet.setdefault(sheet, []).append(finding.id)

    def forget_places(self) -> None:
        """Sheets have another shape."""
        self._places.clear()

    def at(self, at: QPointF) -> str | None:
        """The finding whose highlight or flag is under a point of the view."""
        sheet = self._standing.sheet_under(at.y())
        for finding_id in self._by_sheet.get(sheet, []):
            if any(rect.adjusted(-2, -2, 2, 2).contains(at) for rect in self._rects(finding_id, sheet)):
                return finding_id
        flags = [flag for near in (sheet, sheet - 1) for flag in self.flags(near)]
        return next((f for f, rect in flags if rect.adjusted(-2, -1, 2, 1).contains(at)), None)

    def _rects(self, finding_id: str, sheet: int) -> list[QRectF]:
        """The finding's rectangles on a sheet that shows, in the view."""
        key = (finding_id, sheet)
        if key not in self._places:
            finding = self.findings.get(finding_id)
            self._places[key] = self._sheets.place(finding, sheet) if finding is not None else []
        return self._standing.in_view(sheet, self._places[key])

    def flags(self, sheet: int) -> list[tuple[str, QRectF]]:
        """Flags at the right edge, moved down where they would cover each other; a finding's flag is where it begins."""
        if not self._by_sheet.get(sheet):
            return []
        edge, free, flags = self._standing.target(sheet).right(), float("-inf"), []
        above = self._by_sheet.get(sheet - 1, [])
        for finding_id in self._by_sheet[sheet]:
            rects = self._rects(finding_id, sheet)
            if not rects or finding_id in above[-8:]:
                continue
            top = max(rects[0].top(), free)
            out = 6.0 if finding_id == self.findings.selected_id else 0.0
            flags.append((finding_id, QRectF(edge - 8, top, FLAG_WIDTH + out, FLAG_HEIGHT)))
            free = top + FLAG_HEIGHT + 2
        return flags

    def paint_highlights(self, painter: QPainter, sheet: int, exposed: QRectF, ground: Theme) -> None:
        """The highlights of a sheet, as far as they are `exposed`."""
        for finding_id in self._by_sheet.get(sheet, []):
            finding, rects = self.findings.get(finding_id), self._rects(finding_id, sheet)
            shows = rects and rects[-1].bottom() >= exposed.top() and rects[0].top() <= exposed.bottom()
            if finding is not None and shows:
                draw_highlight(painter, rects, finding, ground, selected=finding_id == self.findings.selected_id)

    def paint_flags(self, painter: QPainter, sheet: int, exposed: QRectF, theme: Theme) -> None:
        """The flags of a sheet, as far as they are `exposed`."""
        for finding_id, rect in self.flags(sheet):
            if (finding := self.findings.get(finding_id)) is not None and rect.intersects(exposed):
                draw_flag(painter, rect, finding.decision, finding.importance, theme)
