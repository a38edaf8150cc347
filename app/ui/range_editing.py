"""Moving the ends of a finding on the page: handles to drag, arrow keys, Enter keeps, Esc drops.

It lies over the pages as a widget of its own and asks `SheetView` for two things only: which character is under a point, and
where a range lies. What is kept is told by `kept`; nothing is changed before.
"""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.documents.document import Document
from app.review.findings import Finding, Span
from app.review.ranges import nearest_end, nearest_start, next_end, next_start, span_of
from app.ui.appearance import appearance, colour
from app.ui.sheet_view import SheetView
from app.ui.theme import LIGHT

End = Literal["start", "end"]
_REACH = 12.0
"""Pixels from the middle of a handle in which it is taken hold of."""
_KNOB = 5.0
_KEYS = frozenset((Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape))


class RangeEditor(QWidget):
    """Lies over the pages while a range is edited; `kept` carries start and end, `ended` comes after it or without it."""

    kept = Signal(int, int)
    ended = Signal()

    def __init__(self, sheets: SheetView, document: Document, finding: Finding) -> None:
        super().__init__(sheets.viewport())
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)  # the pages scroll and zoom as ever
        self.setAccessibleName(self.tr("Ends of the finding"))
        self._sheets = sheets
        self._document = document
        self._joined = sheets.is_joined
        self.span: Span = finding.span
        self._held: End | None = None
        self._over = False
        sheets.viewport().installEventFilter(self)
        sheets.installEventFilter(self)
        sheets.moved.connect(self.update)
        self.resize(sheets.viewport().size())
        self.show()
        sheets.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_editor(self) -> None:
        """End without keeping anything; safe to call twice."""
        if self._over:
            return
        self._over = True
        self._sheets.viewport().removeEventFilter(self)
        self._sheets.removeEventFilter(self)
        self._sheets.viewport().unsetCursor()
        self.hide()
        self.deleteLater()
        self.ended.emit()

    def keep(self) -> None:
        """Say where the ends are now, and end."""
        if not self._over:
            start, end = self.span.start, self.span.end
            self.close_editor()
            self.kept.emit(start, end)

    def move_end(self, end: End, step: int) -> None:
        """Move one end by a word, on (1) or back (-1)."""
        text, start, stop = self._document.text, self.span.start, self.span.end
        if end == "start":
            self._take(next_start(text, start, stop, step), stop)
        else:
            self._take(start, next_end(text, start, stop, step))

    def _take(self, start: int, end: int) -> None:
        if start < end and self._document.text[start:end].strip():
            self.span = span_of(self._document, start, end)
            self.update()

    # ---- events of the pages

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Take the keys that move an end, and the mouse on a handle; leave all else to the pages."""
        kind = event.type()
        if kind == QEvent.Type.Resize and watched is self._sheets.viewport():
            self.resize(self._sheets.viewport().size())
        if isinstance(event, QKeyEvent) and event.key() in _KEYS:
            if kind == QEvent.Type.ShortcutOverride:
                event.accept()  # else Esc would be the command that has this key
                return True
            if kind == QEvent.Type.KeyPress:
                self._press(event)
                return True
        if isinstance(event, QMouseEvent) and watched is self._sheets.viewport():
            return self._mouse(event)
        return False

    def _press(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_editor()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.keep()
        else:
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.move_end("start" if shift else "end", 1 if event.key() == Qt.Key.Key_Right else -1)

    def _mouse(self, event: QMouseEvent) -> bool:
        at = event.position()
        if event.type() == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            self._held = self._handle_at(at)
            return self._held is not None
        if event.type() == QEvent.Type.MouseMove and self._held is not None:
            self._drag(at)
            return True
        if event.type() == QEvent.Type.MouseMove and self._handle_at(at) is not None:
            self._sheets.viewport().setCursor(Qt.CursorShape.SizeHorCursor)
            return True
        if event.type() == QEvent.Type.MouseButtonRelease and self._held is not None:
            self._held = None
            return True
        return False

    def _drag(self, at: QPointF) -> None:
        offset = self._sheets.offset_at(at)
        if offset is None:
            return
        text = self._document.text
        if self._held == "start":
            self._take(nearest_start(text, self.span.end, offset), self.span.end)
        else:
            self._take(self.span.start, nearest_end(text, self.span.start, offset))

    # ---- places

    def handles(self) -> dict[End, QPointF]:
        """Where the knobs of the two handles are in the view; none while the range lies on no sheet."""
        rects = self._sheets.rects(self.span)
        if not rects:
            return {}
        return {
            "start": rects[0].topLeft() - QPointF(0, _KNOB),
            "end": rects[-1].bottomRight() + QPointF(0, _KNOB),
        }

    def _handle_at(self, at: QPointF) -> End | None:
        near = {end: _distance(knob, at) for end, knob in self.handles().items()}
        nearest = min(near, key=lambda end: near[end], default=None)
        return nearest if nearest is not None and near[nearest] <= _REACH else None

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """The range with its two handles, and what the keys do."""
        theme = appearance().theme
        ground = theme if self._joined else LIGHT
        rects = self._sheets.rects(self.span)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for rect in rects:
            painter.fillRect(rect, colour(ground.inserted, 0.2))
        if rects:
            ink = colour(ground.inserted)
            painter.setPen(QPen(ink, 2.0))
            painter.drawLine(rects[0].topLeft(), rects[0].bottomLeft())
            painter.drawLine(rects[-1].topRight(), rects[-1].bottomRight())
            painter.setPen(QPen(colour(ground.paper), 1.5))
            painter.setBrush(ink)
            for knob in self.handles().values():
                painter.drawEllipse(knob, _KNOB, _KNOB)
        self._paint_hint(painter)
        painter.end()

    def _paint_hint(self, painter: QPainter) -> None:
        theme = appearance().theme
        text = self.tr("← → end   Shift+← → start   Enter keeps   Esc drops")
        width = min(painter.fontMetrics().horizontalAdvance(text) + 32.0, self.width() - 24.0)
        box = QRectF((self.width() - width) / 2, self.height() - 48.0, width, 32.0)
        painter.setPen(QPen(colour(theme.line), 1))
        painter.setBrush(colour(theme.primary))
        painter.drawRoundedRect(box, 6, 6)
        painter.setPen(colour(theme.primary_text))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(width) - 16)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)


def _distance(a: QPointF, b: QPointF) -> float:
    return max(abs(a.x() - b.x()), abs(a.y() - b.y()))
