"""A column of widgets that takes the height that it needs, and scrolls where it does not get it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

MARGIN = 4
"""Pixels that stay around what is brought into view."""


class Squeezed(QScrollArea):
    """Add to `column`. It never asks for less than `least` pixels, unless less is in it.

    What is in it stays `gutter` pixels away from the right edge, where the scroll bar comes without making it narrower.
    """

    def __init__(self, least: int | None, spacing: int, gutter: int = 0) -> None:
        super().__init__()
        self._least, self._gutter = least, gutter
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setObjectName("squeezed")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Maximum)
        content = self._content = QWidget()
        content.setObjectName("squeezedContent")
        self.column = QVBoxLayout(content)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(spacing)
        self.setWidgetResizable(True)
        self.setWidget(content)
        content.installEventFilter(self)
        self.verticalScrollBar().rangeChanged.connect(self._keep_gutter)
        self._keep_gutter(0, 0)

    def ask_for(self, least: int | None) -> None:
        """Never ask for less than so many pixels; None: for everything, and so for no scroll bar.

        Qt would keep one that is there where lines beside it are more than without it.
        """
        if least != self._least:
            self._least = least
            needed = Qt.ScrollBarPolicy.ScrollBarAsNeeded
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff if least is None else needed)
            self.updateGeometry()

    def show_whole(self, widget: QWidget) -> None:
        """Bring all of a widget into view; `ensureWidgetVisible` brings no more of a field than its cursor."""
        top = widget.mapTo(self._content, QPoint()).y()
        self.ensureVisible(0, top + widget.height(), 0, MARGIN)
        self.ensureVisible(0, top, 0, MARGIN)

    def _keep_gutter(self, _lowest: int, highest: int) -> None:
        taken = self.verticalScrollBar().sizeHint().width() if highest > 0 else 0
        self.column.setContentsMargins(0, 0, max(self._gutter - taken, 0), 0)

    def sizeHint(self) -> QSize:  # noqa: N802
        """As high as what is in it."""
        width = max(self.width(), 120)
        layout = self.column
        height = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
        return QSize(width, height)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """A few lines."""
        height = self.sizeHint().height()
        return QSize(0, height if self._least is None else min(self._least, height))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """What is in it wants another height."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Another width means other lines."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()
