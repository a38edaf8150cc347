"""Notices what of a document stands in view for at least a second: pages, or the characters of text without pages."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal

from app.review.spans import Range
from app.ui.dwell import Dwell
from app.ui.sheet_view import SheetView

_EVERY = 250
"""Milliseconds between two looks while something is new in view."""


class Watch(QObject):
    """Belongs to one view of sheets; `seen` carries a range of pages from 1 or, of joined sheets, of characters."""

    seen = Signal(object)

    def __init__(self, sheets: SheetView, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(sheets)
        self._sheets, self._clock = sheets, clock
        self._dwell = Dwell()
        self._told: Range | None = None
        self._timer = QTimer(self, interval=_EVERY)
        self._timer.timeout.connect(self._look)
        sheets.moved.connect(self._moved)
        sheets.installEventFilter(self)
        self._moved()  # they may show already

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """What comes into view again is looked at from now on."""
        if event.type() == QEvent.Type.Show:
            self._moved()
        elif event.type() == QEvent.Type.Hide:
            self._stop()
        return False

    def _moved(self) -> None:
        if self._sheets.isVisible():
            self._dwell.look(self._clock(), self._in_view())
            self._timer.start()

    def _look(self) -> None:
        now, span = self._clock(), self._in_view()
        self._dwell.look(now, span)
        held = self._dwell.held(now)
        if held is not None and held != self._told:
            self._told = held
            self.seen.emit(held)
        if held is not None and held == span and not self._dwell.waits:
            self._timer.stop()  # until something else comes into view

    def _stop(self) -> None:
        self._timer.stop()
        self._dwell.look(self._clock(), None)
        self._told = None

    def _in_view(self) -> Range | None:
        if not self._sheets.isVisible() or self._sheets.window().isMinimized():
            return None
        return self._sheets.shown_range()
