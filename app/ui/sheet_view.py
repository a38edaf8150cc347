"""A continuous, zoomable column of sheets with the findings on them. Paints only what shows, asks only for what shows."""

from __future__ import annotations

from bisect import bisect_right

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from app.ui.appearance import appearance, colour
from app.ui.finding_list import FindingList
from app.ui.findings_model import title_of
from app.ui.highlights import FLAG_HEIGHT, FLAG_WIDTH, draw_flag, draw_frame, draw_highlight
from app.ui.sheets import Placed, Sheets

POINT = 96 / 72  # logical pixels a point at 100 %
GAP = 16.0
SIDE = 40.0
SMALLEST, LARGEST = 0.2, 5.0
STRIP = 10


class SheetView(QAbstractScrollArea):
    """Shows `Sheets`; `clicked` carries the id of a finding, `moved` says that place or zoom changed."""

    clicked = Signal(str)
    moved = Signal()

    def __init__(self, sheets: Sheets, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sheets")
        self.setAccessibleName(self.tr("Pages"))
        self._sheets = sheets
        self._sizes = list(sheets.sizes())
        self._tops: list[float] = []
        self._bottom = 0.0
        self._findings = FindingList()
        self._places: dict[str, tuple[int, list[QRectF]]] = {}
        self._by_sheet: dict[int, list[str]] = {}
        self._guest: tuple[int, list[QRectF]] | None = None  # a passage that is shown without being a finding
        self.zoom = 1.0
        self._fits = True
        self._asking = QTimer(self, interval=30, singleShot=True)
        self._asking.timeout.connect(self._ask)
        for bar in (self.verticalScrollBar(), self.horizontalScrollBar()):
            bar.setSingleStep(48)
            bar.valueChanged.connect(self._scrolled)
        self.viewport().setMouseTracking(True)
        appearance().changed.connect(self.viewport().update)
        self._arrange()

    # ---- what is shown

    def show_findings(self, findings: FindingList) -> None:
        """Show these findings from now on."""
        self._findings = findings
        self._places = {finding.id: self._sheets.place(finding) for finding in findings.all()}
        self._by_sheet = {}
        for finding_id, (sheet, rects) in self._places.items():
            if rects:
                self._by_sheet.setdefault(sheet, []).append(finding_id)
        for ids in self._by_sheet.values():
            ids.sort(key=lambda finding_id: self._places[finding_id][1][0].top())
        self.viewport().update()

    def refresh(self) -> None:
        """Paint anew: decisions, selection or a picture changed."""
        self.viewport().update()

    def reveal(self, finding_id: str) -> None:
        """Scroll so that the finding stands in the upper part of the view, unless it shows already."""
        self._guest = None
        self._scroll_to(*self._places.get(finding_id, (0, [])))

    def show_passage(self, passage: Placed) -> None:
        """Scroll to a passage that is no finding, and frame it until something else is to be seen."""
        self._guest = self._sheets.place(passage)
        self._scroll_to(*self._guest)

    def _scroll_to(self, sheet: int, rects: list[QRectF]) -> None:
        if rects:
            box = self._in_view(sheet, rects)[0]
            height = self.viewport().height()
            if not height * 0.08 < box.top() < height * 0.75:
                self.verticalScrollBar().setValue(round(self.verticalScrollBar().value() + box.top() - height * 0.3))
        self.viewport().update()

    def current_sheet(self) -> int:
        """The sheet at the middle of the view, from 0."""
        return self._sheet_at(self.verticalScrollBar().value() + self.viewport().height() * 0.4)

    def offset_at(self, at: QPointF) -> int | None:
        """The character of the text under a point of the view."""
        sheet = self._sheet_at(at.y() + self.verticalScrollBar().value())
        target = self._target(sheet)
        return self._sheets.offset_at(sheet, (at - target.topLeft()) / self._scale()) if target.contains(at) else None

    # ---- zoom

    def fit_width(self) -> None:
        """Make the widest sheet as wide as the view, also when the view changes."""
        self._fits = True
        self._arrange()

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom and keep the point `at` (default: the middle) where it is."""
        self._fits = False
        at = at or QPointF(self.viewport().rect().center())
        zoom = min(max(self.zoom * factor, SMALLEST), LARGEST)
        ratio = zoom / self.zoom
        x, y = self.horizontalScrollBar().value() + at.x(), self.verticalScrollBar().value() + at.y()
        self.zoom = zoom
        self._arrange(keep=False)
        self.horizontalScrollBar().setValue(round(x * ratio - at.x()))
        self.verticalScrollBar().setValue(round(y * ratio - at.y()))

    def _scale(self) -> float:
        return self.zoom * POINT

    def _arrange(self, *, keep: bool = True) -> None:
        """Work out where every sheet stands; `keep` holds the place in the text."""
        share = self.verticalScrollBar().value() / self._bottom if self._bottom else 0.0
        widest = max(width for width, _ in self._sizes)
        if self._fits:
            self.zoom = max((self.viewport().width() - STRIP - 2 * SIDE) / (widest * POINT), SMALLEST)
            self.zoom = min(self.zoom, 1.6)
        top, self._tops = GAP * 1.5, []
        for _, height in self._sizes:
            self._tops.append(top)
            top += height * self._scale() + GAP
        self._bottom = top + GAP * 0.5
        view = self.viewport().size()
        self.verticalScrollBar().setPageStep(view.height())
        self.verticalScrollBar().setRange(0, max(0, round(self._bottom - view.height())))
        across = round(widest * self._scale() + 2 * SIDE + STRIP)
        self.horizontalScrollBar().setPageStep(view.width())
        self.horizontalScrollBar().setRange(0, max(0, across - view.width()))
        if keep:
            self.verticalScrollBar().setValue(round(share * self._bottom))
        self._scrolled()

    def _scrolled(self) -> None:
        self._asking.start()
        self.viewport().update()
        self.moved.emit()

    def _ask(self) -> None:
        top = self.verticalScrollBar().value()
        first, last = self._sheet_at(top), self._sheet_at(top + self.viewport().height())
        near = [*range(first, last + 1), last + 1, first - 1]
        wanted = [sheet for sheet in near if 0 <= sheet < len(self._sizes)]
        self._sheets.want(wanted, self._scale() * self.devicePixelRatioF())

    # ---- geometry

    def _sheet_at(self, y: float) -> int:
        return max(bisect_right(self._tops, y) - 1, 0)

    def _target(self, sheet: int) -> QRectF:
        width, height = (length * self._scale() for length in self._sizes[sheet])
        room = self.viewport().width() - STRIP
        left = max((room - width) / 2, SIDE) - self.horizontalScrollBar().value()
        return QRectF(left, self._tops[sheet] - self.verticalScrollBar().value(), width, height)

    def _in_view(self, sheet: int, rects: list[QRectF]) -> list[QRectF]:
        corner, scale = self._target(sheet).topLeft(), self._scale()
        return [QRectF(corner + rect.topLeft() * scale, rect.size() * scale) for rect in rects]

    def _finding_at(self, at: QPointF) -> str | None:
        sheet = self._sheet_at(at.y() + self.verticalScrollBar().value())
        for finding_id in self._by_sheet.get(sheet, []):
            rects = self._in_view(*self._places[finding_id])
            if any(rect.adjusted(-2, -2, 2, 2).contains(at) for rect in rects):
                return finding_id
        return next((f for f, rect in self._flags(sheet) if rect.adjusted(-2, -1, 2, 1).contains(at)), None)

    def _flags(self, sheet: int) -> list[tuple[str, QRectF]]:
        """Flags at the right edge, moved down where they would cover each other."""
        edge, free, flags = self._target(sheet).right(), float("-inf"), []
        for finding_id in self._by_sheet.get(sheet, []):
            top = max(self._in_view(*self._places[finding_id])[0].top(), free)
            out = 6.0 if finding_id == self._findings.selected_id else 0.0
            flags.append((finding_id, QRectF(edge - 8, top, FLAG_WIDTH + out, FLAG_HEIGHT)))
            free = top + FLAG_HEIGHT + 2
        return flags

    # ---- events

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Desk, sheets, highlights, flags, and the strip of marks beside the scroll bar."""
        theme, painter = appearance().theme, QPainter(self.viewport())
        exposed = QRectF(event.rect())
        painter.fillRect(exposed, colour(theme.desk))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        top = self.verticalScrollBar().value()
        for sheet in range(self._sheet_at(top + exposed.top()), self._sheet_at(top + exposed.bottom()) + 1):
            target = self._target(sheet)
            for spread in (3, 2, 1):
                painter.fillRect(target.adjusted(-spread, -spread + 1, spread, spread + 1), colour("#000000", 0.035))
            painter.fillRect(target, colour(theme.paper))
            self._sheets.paint(painter, sheet, target, exposed & target)
            if theme.page_shade:
                painter.fillRect(target, colour("#14100a", theme.page_shade / 255))
            for finding_id in self._by_sheet.get(sheet, []):
                finding, rects = self._findings.get(finding_id), self._in_view(*self._places[finding_id])
                if finding is not None and rects[-1].bottom() >= exposed.top() and rects[0].top() <= exposed.bottom():
                    draw_highlight(painter, rects, finding, selected=finding_id == self._findings.selected_id)
            if self._guest is not None and self._guest[0] == sheet:
                draw_frame(painter, self._in_view(*self._guest), Qt.PenStyle.DashLine)
            for finding_id, rect in self._flags(sheet):
                if (finding := self._findings.get(finding_id)) is not None and rect.intersects(exposed):
                    draw_flag(painter, rect, finding.decision, finding.importance, theme)
        self._paint_strip(painter)
        painter.end()

    def _paint_strip(self, painter: QPainter) -> None:
        theme, view = appearance().theme, self.viewport().rect()
        left, height = view.width() - STRIP, view.height()
        painter.fillRect(left, 0, STRIP, height, colour(theme.panel))
        for finding_id, (sheet, rects) in self._places.items():
            if rects and (finding := self._findings.get(finding_id)) is not None:
                y = (self._tops[sheet] + rects[0].top() * self._scale()) / self._bottom * height
                tint = {"undecided": theme.flag, "rejected": theme.line}.get(finding.decision, theme.accepted)
                painter.fillRect(QRectF(left + 2, y, STRIP - 4, 2), colour(tint, 0.4 + 0.6 * finding.importance))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Lay out anew."""
        super().resizeEvent(event)
        self._arrange()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Ctrl zooms at the pointer, else scrolls."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(1.0015 ** event.angleDelta().y(), event.position())
            event.accept()
        else:
            super().wheelEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """A highlight or flag selects its finding; the strip jumps."""
        at = event.position()
        if at.x() >= self.viewport().width() - STRIP:
            middle = at.y() / self.viewport().height() * self._bottom - self.viewport().height() / 2
            self.verticalScrollBar().setValue(round(middle))
        elif (finding_id := self._finding_at(at)) is not None:
            self.clicked.emit(finding_id)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """A hand over what can be clicked, and a tooltip that says what it is."""
        finding_id = self._finding_at(event.position())
        finding = self._findings.get(finding_id) if finding_id is not None else None
        if finding is None:
            self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
            self.viewport().setToolTip("")
        else:
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
            self.viewport().setToolTip(f"{title_of(finding)} · {finding.importance:.0%}")
