"""A continuous, zoomable column of sheets with the findings on them. Lays out and paints only what shows, asks only for that.

Whatever changes sizes (a window of another width, zoom, sheets whose height was an estimate) goes through `_keeping`, which
leaves the reader at the line that she looks at.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from itertools import accumulate
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QMouseEvent, QPainter, QPaintEvent, QRegion, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from app.analysis.analysis import ScoredPassage
from app.ui.appearance import appearance, colour
from app.ui.finding_list import FindingList
from app.ui.finding_marks import FindingMarks
from app.ui.findings_model import title_of
from app.ui.highlights import draw_frame
from app.ui.page_painting import draw_paper
from app.ui.palette import marks_on
from app.ui.pinch import pinch_of
from app.ui.range_marks import ChangeKind, RangeMarks
from app.ui.sheets import LARGEST, SMALLEST, Placed, Sheets, Spots, TextRange
from app.ui.sheets_in_view import shares, shown_range, want
from app.ui.strip import WIDTH, Strip
from app.ui.theme import LIGHT, Theme
from app.ui.widgets import markup

POINT = 96 / 72  # logical pixels a point at 100 %
GAP = 16.0
SIDE = 40.0
LONGEST_RANGE = 2**31 - 1  # of a scroll bar
LOOKED_AT = 0.3
"""How far down the view a passage comes that is to be seen, and the line stands that is held where sizes change."""


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
        self._marks = FindingMarks(sheets, self)
        self._ranges = RangeMarks(sheets)
        self._guest: Placed | None = None  # a passage that is shown without being a finding
        self.zoom = 1.0
        self._fits: Literal["width", "page", ""] = "width"
        self._goes_down = True
        self._value_before = 0
        self._keeps = False
        self._asking = QTimer(self, interval=16, singleShot=True)
        self._asking.timeout.connect(self._ask)
        self._idle = QTimer(self, interval=15)
        self._idle.timeout.connect(self._settle_more)
        for bar in (self.verticalScrollBar(), self.horizontalScrollBar()):
            bar.setSingleStep(48)
            bar.valueChanged.connect(self._scrolled)
        self.strip = Strip(sheets, self._shares, self)
        self.strip.jumped.connect(self._jump)
        self.setViewportMargins(0, 0, WIDTH, 0)
        self.viewport().setMouseTracking(True)
        self.viewport().grabGesture(Qt.GestureType.PinchGesture)  # of touch screens; touchpads tell by themselves
        appearance().changed.connect(self.viewport().update)
        self._arrange()

    # ---- what is shown

    def show_findings(self, findings: FindingList) -> None:
        """Show these findings from now on."""
        self._marks.show(findings)
        self.strip.show_findings(findings)
        self.viewport().update()

    def show_passages(self, passages: Sequence[ScoredPassage]) -> None:
        """Show on the strip how important all passages are."""
        self.strip.show_passages(passages)

    def show_hits(self, hits: Sequence[TextRange], current_index: int | None = None) -> None:
        """Mark ranges of the text that a search found, in the order of the text, and the one that the reader is at."""
        self._ranges.show_hits(hits, current_index)
        self.strip.show_hits(hits, current_index)
        self.viewport().update()

    def mark_changes(self, kind: ChangeKind) -> None:
        """Ranges that are given as hits are words that changed."""
        self._ranges.changes = kind
        self.viewport().update()

    def show_marked(self, marked: TextRange | None) -> None:
        """Mark the range of the text that the reader selected, or none."""
        self._ranges.show_marked(marked)
        self.viewport().update()

    def refresh(self, ids: Iterable[str] = ()) -> None:
        """Paint anew: these findings, or the selection, changed."""
        self.strip.refresh_decisions(ids)
        self.viewport().update()

    def refresh_page(self, page: int) -> None:
        """There is a further picture of a page (from 1)."""
        if page - 1 in self._showing():
            self.viewport().update()

    def show_changes(self, *, shown: bool) -> None:
        """Mark tracked changes and show what they deleted, or show the text as it is with all of them."""
        with self._keeping():
            self._sheets.show_changes(shown=shown)

    def reveal(self, finding_id: str) -> None:
        """Scroll so that the finding stands in the upper part of the view, unless it shows already."""
        self._guest = None
        if (finding := self._marks.findings.get(finding_id)) is not None:
            self._scroll_to(finding)
        self.viewport().update()

    def show_passage(self, passage: Placed) -> None:
        """Scroll to a passage that is no finding, and frame it until something else is to be seen."""
        self._guest = passage
        self._scroll_to(passage)
        self.viewport().update()

    def show_sheet(self, sheet: int) -> None:
        """Scroll to the top of a sheet, from 0."""
        self._guest = None
        if 0 <= sheet < len(self._tops):
            self.verticalScrollBar().setValue(round(self._tops[sheet] - GAP))

    def bring(self, passage: Placed) -> None:
        """Scroll to a passage and frame nothing."""
        self._guest = None
        self._scroll_to(passage)
        self.viewport().update()

    def _scroll_to(self, passage: Placed) -> None:
        for sheet in self._sheets.sheets_of(passage):
            if not self._sheets.is_settled([sheet]):
                with self._keeping():
                    self._sheets.settle([sheet])
            if rects := self._sheets.place(passage, sheet):
                top, height = self.in_view(sheet, rects)[0].top(), self.viewport().height()
                if not height * 0.08 < top < height * 0.75:
                    bar = self.verticalScrollBar()
                    bar.setValue(round(bar.value() + top - height * LOOKED_AT))
                return

    def current_sheet(self) -> int:
        """The sheet at the middle of the view, from 0."""
        return self._sheet_at(self.verticalScrollBar().value() + self.viewport().height() * 0.4)

    def shown_range(self) -> tuple[int, int] | None:
        """What stands in view; see `app.ui.sheets_in_view`."""
        return shown_range(self._sheets, self, self.viewport(), self._scale()) if self._tops else None

    def offset_at(self, at: QPointF) -> int | None:
        """The character of the text under a point of the view."""
        sheet = self.sheet_under(at.y())
        target = self.target(sheet)
        return self._sheets.offset_at(sheet, (at - target.topLeft()) / self._scale()) if target.contains(at) else None

    def nearest(self, at: QPointF) -> int | None:
        """The place in the text that is nearest to a point of the view or beside it; None without text."""
        sheet = self.sheet_under(at.y())
        return self._sheets.nearest(sheet, (at - self.target(sheet).topLeft()) / self._scale())

    def rects(self, passage: Placed) -> list[QRectF]:
        """Where in the view, or out of sight above or below it, a passage lies: one or more rectangles a line."""
        sheets = self._sheets.sheets_of(passage)
        if not self._sheets.is_settled(sheets):
            with self._keeping():
                self._sheets.settle(sheets)
        return [rect for sheet in sheets for rect in self.in_view(sheet, self._sheets.place(passage, sheet))]

    def corner(self, sheet: int) -> QPointF:
        """Where in the view a sheet begins."""
        return self.target(sheet).topLeft()

    @property
    def is_joined(self) -> bool:
        """Whether the text is set here, in the theme's colours, and not in pictures of white pages."""
        return self._sheets.joined

    def place(self) -> tuple[int, object, float | None] | None:
        """Where the reader is, for `show_place`: sheet, what stands at the view's top, zoom (None: it fits the width).

        The top stays what it is where bars above the pages come and go. In the margin above the first sheet it is that sheet's.
        """
        margin = self._tops[0] - self.verticalScrollBar().value() if self._tops else 0.0
        held = self._hold(max(margin, 0.0))
        return None if held is None else (*held, None if self._fits else self.zoom)

    def show_place(self, sheet: int, held: object, zoom: float | None) -> None:
        """Have the reader where she was; a place that this document does not have is left out."""
        if not 0 <= sheet < len(self._sizes) or not self._sheets.is_held(sheet, held):
            return
        if zoom is not None:
            self.zoom_by(zoom / self.zoom)
        with self._keeping():
            self._sheets.settle([sheet])
        top = self._held(sheet, held)
        self.verticalScrollBar().setValue(round(top) if top > self._tops[0] else 0)

    # ---- zoom

    def fit_width(self) -> None:
        """Make the widest sheet as wide as the view, also when the view changes."""
        self._fits = "width"
        self._arrange()

    def fit_page(self) -> None:
        """Show the sheet in the middle whole, also when the view changes; text without pages takes the view's width."""
        if self._sheets.joined:
            self.fit_width()
            return
        sheet = self.current_sheet()
        self._fits = "page"
        self._arrange()
        self.verticalScrollBar().setValue(round(self._tops[sheet] - GAP))

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom and keep the point `at` (default: the middle) where it is."""
        at = at or QPointF(self.viewport().rect().center())
        zoom = min(max(self.zoom * factor, SMALLEST), LARGEST)
        self._fits = ""
        sheet = self.sheet_under(at.y())
        across = (at.x() - self.target(sheet).left()) / self._scale()
        with self._keeping(at.y()):
            self.zoom = zoom
            self._sheets.adapt(self._room() / self._scale())
        bar = self.horizontalScrollBar()
        bar.setValue(round(bar.value() + self.target(sheet).left() + across * self._scale() - at.x()))

    def _scale(self) -> float:
        return self.zoom * POINT

    def _room(self) -> float:
        """Pixels that sheets may take from side to side."""
        width = self.viewport().width()
        return width - 2 * min(SIDE, max(width * 0.04, 12.0))

    def _arrange(self) -> None:
        """The view has another size, or is to fit again."""
        with self._keeping():
            if self._fits == "page":
                self.zoom = self._whole_page()
            elif self._fits:
                self.zoom = self._sheets.fitting(self._room() / POINT)
            self._sheets.adapt(self._room() / self._scale())

    def _whole_page(self) -> float:
        width, height = self._sizes[self.current_sheet()]
        room = self.viewport().height() - 2 * GAP
        return min(max(min(self._room() / width, room / height) / POINT, SMALLEST), LARGEST)

    # ---- sizes change, the place in the text stays

    @contextmanager
    def _keeping(self, at: float | None = None) -> Iterator[None]:
        """While sizes change: hold the line that stands `at` pixels down the view, then settle what shows."""
        if self._keeps:  # someone around this does
            yield
            return
        bar = self.verticalScrollBar()
        y = self.viewport().height() * LOOKED_AT if at is None else at
        is_at_top = bar.value() == 0 and at is None
        held = self._hold(y)
        self._keeps = True
        try:
            yield
            for _ in range(4):
                self._stack()
                bar.setValue(0 if is_at_top or held is None else round(self._held(*held) - y))
                if not self._sheets.settle(self._showing()):
                    break
            else:
                self._stack()
        finally:
            self._keeps = False
        self._marks.forget_places()
        self._ranges.forget_places()
        self.strip.rearrange()
        self._tell()

    def _hold(self, y: float) -> tuple[int, object] | None:
        if not self._tops:
            return None
        y += self.verticalScrollBar().value()
        sheet = self._sheet_at(y)
        return sheet, self._sheets.hold(sheet, (y - self._tops[sheet]) / self._scale_before)

    def _held(self, sheet: int, held: object) -> float:
        return self._tops[sheet] + self._sheets.held(sheet, held) * self._scale()

    def _stack(self) -> None:
        """Work out where every sheet stands."""
        self._sizes = list(self._sheets.sizes())
        scale, gap = self._scale(), 0.0 if self._sheets.joined else GAP
        tops = list(accumulate((height * scale + gap for _, height in self._sizes), initial=GAP * 1.5))
        self._bottom = tops.pop() + GAP * 1.5 - gap
        self._tops, self._scale_before = tops, scale
        view = self.viewport().size()
        self.verticalScrollBar().setPageStep(view.height())
        self.verticalScrollBar().setRange(0, min(max(0, round(self._bottom - view.height())), LONGEST_RANGE))
        widest = max(width for width, _ in self._sizes)
        across = round(widest * scale + view.width() - self._room())
        self.horizontalScrollBar().setPageStep(view.width())
        self.horizontalScrollBar().setRange(0, min(max(0, across - view.width()), LONGEST_RANGE))

    def _scrolled(self) -> None:
        if self._keeps:
            return
        value = self.verticalScrollBar().value()
        if value != self._value_before:
            self._goes_down, self._value_before = value > self._value_before, value
        if self._sheets.is_settled(self._showing()):
            self._tell()
        else:
            with self._keeping():
                self._sheets.settle(self._showing())

    def _tell(self) -> None:
        if not self._asking.isActive():
            self._asking.start()
        if self._sheets.joined:
            self._idle.start()
        top, height = self.verticalScrollBar().value(), self.viewport().height()
        self.strip.show_view(top / self._bottom, min((top + height) / self._bottom, 1.0))
        self.viewport().update()
        self.moved.emit()

    def _settle_more(self) -> None:
        """Nothing else is to be done: find out how high one more sheet is."""
        if not self.isVisible():
            self._idle.stop()
            return
        with self._keeping():
            more = self._sheets.settle_more(self.current_sheet())
        if not more:
            self._idle.stop()

    def _ask(self) -> None:
        if not self.isVisible():
            return
        want(self._sheets, self, self.viewport(), self._scale(), goes_down=self._goes_down)

    # ---- geometry

    def _showing(self) -> range:
        top = self.verticalScrollBar().value()
        return range(self._sheet_at(top), self._sheet_at(top + self.viewport().height()) + 1)

    def sheet_under(self, y: float) -> int:
        """The sheet so many pixels down the view."""
        return self._sheet_at(y + self.verticalScrollBar().value())

    def _sheet_at(self, y: float) -> int:
        return max(bisect_right(self._tops, y) - 1, 0)

    def target(self, sheet: int) -> QRectF:
        """Where in the view a sheet stands."""
        width, height = (length * self._scale() for length in self._sizes[sheet])
        room = self.viewport().width()
        left = max((room - width) / 2, (room - self._room()) / 2) - self.horizontalScrollBar().value()
        return QRectF(left, self._tops[sheet] - self.verticalScrollBar().value(), width, height)

    def in_view(self, sheet: int, rects: list[QRectF]) -> list[QRectF]:
        """Places on a sheet, in points, as places in the view."""
        corner, scale = self.target(sheet).topLeft(), self._scale()
        return [QRectF(corner + rect.topLeft() * scale, rect.size() * scale) for rect in rects]

    # ---- events

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802
        """Pinches zoom; all else goes its way."""
        if (pinch := pinch_of(event, self.viewport())) is None:
            return super().viewportEvent(event)
        self.zoom_by(*pinch)
        return True

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Desk, sheets, highlights, flags."""
        theme, painter = appearance().theme, QPainter(self.viewport())
        exposed = QRectF(event.rect())
        painter.fillRect(exposed, colour(theme.desk))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        showing = self._showing()
        if self._sheets.joined:
            first, last = self.target(showing[0]), self.target(showing[-1])
            draw_paper(painter, first.united(last), theme.sheet)
        for sheet in showing:
            if self._sheets.joined:
                self._paint_highlights(painter, sheet, exposed, theme)
                self._sheets.paint(painter, sheet, self.target(sheet), exposed)
            else:
                self._paint_page(painter, sheet, exposed, theme)
                self._paint_highlights(painter, sheet, exposed, LIGHT)
        for sheet in showing:
            self._marks.paint_flags(painter, sheet, exposed, theme)
        painter.end()

    def _paint_page(self, painter: QPainter, sheet: int, exposed: QRectF, theme: Theme) -> None:
        target = self.target(sheet)
        draw_paper(painter, target, theme.paper)
        self._sheets.paint(painter, sheet, target, exposed & target)
        if theme.page_shade:
            painter.fillRect(target & exposed, colour("#14100a", theme.page_shade / 255))

    def _paint_highlights(self, painter: QPainter, sheet: int, exposed: QRectF, ground: Theme) -> None:
        """On pictures over them; on text that is set here under its letters, in colours of the theme."""

        def in_view(rects: list[QRectF]) -> list[QRectF]:
            return self.in_view(sheet, rects)

        if not (marked := self._ranges.region(sheet, in_view)).isEmpty():
            painter.setClipRegion(QRegion(exposed.toAlignedRect()) - marked)
        self._marks.paint_highlights(painter, sheet, exposed, ground)
        painter.setClipping(False)
        self._ranges.paint(painter, sheet, in_view, marks_on(dark=ground.dark), multiply=not ground.dark)
        if self._guest is not None and sheet in self._sheets.sheets_of(self._guest):
            rects = self.in_view(sheet, self._sheets.place(self._guest, sheet))
            draw_frame(painter, rects, ground, Qt.PenStyle.DashLine)

    def _shares(self, spots: Spots) -> NDArray[np.float64]:
        """How far down all sheets each of these is, from 0 to 1."""
        return shares(spots, self._tops, [height * self._scale() for _, height in self._sizes], self._bottom)

    def _jump(self, share: float) -> None:
        self.verticalScrollBar().setValue(round(share * self._bottom - self.viewport().height() * LOOKED_AT))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Lay out anew."""
        super().resizeEvent(event)
        view = self.viewport().geometry()
        self.strip.setGeometry(view.right() + 1, view.top(), WIDTH, view.height())
        self._arrange()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Ask for what shows."""
        super().showEvent(event)
        self._tell()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Nobody waits for what does not show."""
        super().hideEvent(event)
        self._idle.stop()
        self._asking.stop()
        self._sheets.want([], [], 1.0)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Ctrl zooms at the pointer, else scrolls."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(1.0015 ** event.angleDelta().y(), event.position())
            event.accept()
        else:
            super().wheelEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """A highlight or flag selects its finding; a comment in the margin speaks."""
        at = event.position()
        if (finding_id := self._marks.at(at)) is not None:
            self.clicked.emit(finding_id)
        elif note := self._note_at(at):
            QToolTip.showText(event.globalPosition().toPoint() + QPoint(8, 8), markup([note]), self.viewport())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """A hand over what can be clicked, and a tooltip that says what it is."""
        at = event.position()
        finding_id = self._marks.at(at)
        finding = self._marks.findings.get(finding_id) if finding_id is not None else None
        plain = Qt.CursorShape.ArrowCursor if self.offset_at(at) is None else Qt.CursorShape.IBeamCursor
        shape = plain if finding is None else Qt.CursorShape.PointingHandCursor
        self.viewport().setCursor(shape)
        told = [] if finding is None else [f"{escape(title_of(finding))} · {finding.importance:.0%}"]
        told += [note] if (note := self._note_at(at)) else []
        self.viewport().setToolTip(markup(told))

    def _note_at(self, at: QPointF) -> str:
        sheet = self.sheet_under(at.y())
        target = self.target(sheet)
        return self._sheets.note(sheet, (at - target.topLeft()) / self._scale()) if target.contains(at) else ""
