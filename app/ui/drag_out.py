"""Drags passages out of the window: findings from the list, selected words from the pages, as text with their place."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QAbstractScrollArea, QApplication, QWidget

from app.review.findings import Finding
from app.ui.citing import citation, marked_text
from app.ui.findings_model import FINDING
from app.ui.sheet_view import SheetView
from app.ui.state import OpenFile

FileInView = Callable[[], OpenFile | None]


def start_drag(source: QWidget, text: str) -> None:
    """Carry `text` until the button is let go."""
    drag, data = QDrag(source), QMimeData()
    data.setText(text)
    drag.setMimeData(data)
    drag.exec(Qt.DropAction.CopyAction)


class _Dragging(QObject):
    """Watches a view's viewport: a press on something with words, then a move, begins a drag.

    It belongs to the view: nothing in Python holds a viewport, so that the two would be collected as a ring.
    """

    def __init__(self, view: QAbstractScrollArea) -> None:
        super().__init__(view)
        self._viewport = view.viewport()
        self._pressed: QPointF | None = None
        self._viewport.installEventFilter(self)

    def words_at(self, at: QPointF) -> str:
        """What would be dragged from there."""
        raise NotImplementedError

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """See the class."""
        if not isinstance(event, QMouseEvent):
            return super().eventFilter(watched, event)
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
            self._pressed = event.position() if plain and self.words_at(event.position()) else None
            return self._pressed is not None and self.keeps_press
        if kind == QEvent.Type.MouseMove and self._pressed is not None:
            self._move(event.position())
            return True
        if kind == QEvent.Type.MouseButtonRelease and self._pressed is not None:
            pressed, self._pressed = self._pressed, None
            if self.keeps_press:
                self._click(pressed, event)
                return True
        return False

    keeps_press = False
    """Whether a press is kept from the view until it is known to begin no drag."""

    def _move(self, to: QPointF) -> None:
        assert self._pressed is not None  # noqa: S101 -- its caller looked
        if (to - self._pressed).manhattanLength() >= QApplication.startDragDistance():
            words, self._pressed = self.words_at(self._pressed), None
            start_drag(self._viewport, words)

    def _click(self, at: QPointF, release: QMouseEvent) -> None:
        """It was a click after all: let the view have it."""
        self._viewport.removeEventFilter(self)
        left, no_key = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        everywhere = QPointF(self._viewport.mapToGlobal(QPoint(round(at.x()), round(at.y()))))
        for kind, buttons in (
            (QEvent.Type.MouseButtonPress, left),
            (QEvent.Type.MouseButtonRelease, Qt.MouseButton.NoButton),
        ):
            QCoreApplication.sendEvent(self._viewport, QMouseEvent(kind, at, everywhere, left, buttons, no_key))
        self._viewport.installEventFilter(self)


class FindingDragging(_Dragging):
    """From the list: the finding under the pointer, or all that are selected where it is one of them."""

    def __init__(self, view: QAbstractItemView, file: FileInView) -> None:
        super().__init__(view)
        self._view = view
        self._file = file

    def words_at(self, at: QPointF) -> str:
        """See `_Dragging`."""
        file, index = self._file(), self._view.indexAt(at.toPoint())
        if file is None or not isinstance(index.data(FINDING), Finding):
            return ""
        chosen = self._view.selectionModel().selectedIndexes()
        rows = sorted(chosen, key=lambda one: one.row()) if index in chosen else [index]
        findings = [finding for row in rows if isinstance(finding := row.data(FINDING), Finding)]
        return "\n\n".join(citation(file, one.start, one.end, one.text) for one in findings)


class MarkedDragging(_Dragging):
    """From the pages: the selected words, where the press is on them."""

    keeps_press = True

    def __init__(self, view: SheetView, file: OpenFile) -> None:
        super().__init__(view)
        self._view = view
        self._file = file

    def words_at(self, at: QPointF) -> str:
        """See `_Dragging`."""
        marked, text = self._file.marked, marked_text(self._file)
        if marked is None or not text:
            return ""
        offset = self._view.offset_at(at)
        return citation(self._file, *marked, text) if offset is not None and marked[0] <= offset < marked[1] else ""
