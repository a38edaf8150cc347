"""How the window's parts share its width: minimums follow the text size, and what is beside the pages makes room for them.

In a narrow window the sidebar goes altogether, and comes back by its command.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QWidget

from app.ui.appearance import appearance
from app.ui.sidebar import Sidebar

_SIDEBAR, _MIDDLE, _PANEL = 168, 290, 336
_WANTED = 520
"""Pixels that the pages are to have before what is beside them has more than it needs."""
_USUALLY = {0: 240, 2: 380}
"""Widths of the parts beside the pages, of which nothing else is known."""
NARROW = 920
"""Pixels at the usual text size: below that there is no room for three parts beside each other."""
_USUAL = 20
"""Height in pixels of a line of the usual text size."""


class Narrow(QObject):
    """Made by the window once its parts stand."""

    def __init__(
        self, window: QMainWindow, splitter: QSplitter, sidebar: Sidebar, middle: QWidget, panel: QWidget
    ) -> None:
        super().__init__(window)
        self._splitter = splitter
        self._window, self._sidebar, self._middle, self._panel = window, sidebar, middle, panel
        self._was_narrow = False
        self._preferred: dict[int, int] = {}  # widths by part, where there is room
        splitter.splitterMoved.connect(lambda *_: self._prefer())
        window.installEventFilter(self)
        appearance().changed.connect(self.follow)
        self.follow()

    def follow(self) -> None:
        """The window has another width, or text another size."""
        ratio = max(QFontMetrics(self._window.font()).height() / _USUAL, 1.0)
        for part, width in ((self._sidebar, _SIDEBAR), (self._middle, _MIDDLE), (self._panel, _PANEL)):
            part.setMinimumWidth(round(width * ratio))
        narrow = self._window.width() < NARROW * ratio
        if narrow != self._was_narrow:
            self._was_narrow = narrow
            self._sidebar.fold(folded=narrow)
            QTimer.singleShot(0, self, self.follow)  # once it has a width, or none
        self._make_room(round(_WANTED * ratio))

    def _make_room(self, wanted: int) -> None:
        """Where the pages are narrow, take from what is beside them what it can spare; it has that again where they are not."""
        sizes, middle = self._splitter.sizes(), self._splitter.indexOf(self._middle)
        if not self._window.isVisible():
            return
        if not self._preferred and sizes[middle] >= wanted:
            self._prefer()
        total = sum(sizes)
        beside = [part for part, size in enumerate(sizes) if size and part != middle]
        for part in beside:
            sizes[part] = self._preferred.get(part, _USUALLY.get(part, sizes[part]))
        missing = wanted - (total - sum(sizes[part] for part in beside))
        for part in beside:
            widget = self._splitter.widget(part)
            spare = max(sizes[part] - (widget.minimumWidth() if widget is not None else 0), 0)
            given = min(spare, max(missing, 0))
            sizes[part], missing = sizes[part] - given, missing - given
        sizes[middle] = total - sum(sizes[part] for part in beside)
        if sizes != self._splitter.sizes():
            self._splitter.setSizes(sizes)

    def _prefer(self) -> None:
        """Parts stand as the user wants them."""
        middle = self._splitter.indexOf(self._middle)
        self._preferred |= {part: size for part, size in enumerate(self._splitter.sizes()) if size and part != middle}

    def toggle(self) -> None:
        """Show the sidebar, or hide it."""
        self._sidebar.fold(folded=not self._sidebar.is_folded)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """The window's width."""
        if isinstance(event, QResizeEvent) and event.size().width() != event.oldSize().width():
            QTimer.singleShot(0, self, self.follow)  # once the parts have their share of it
        return False
