"""A sheet of paper on the desk that text is set on, as it will be printed: dark ink on white in either theme."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from app.ui.appearance import appearance, colour
from app.ui.export_preview import INK

WIDEST = 820
"""Pixels; about A4 at the size in which one reads."""
_NARROW, _ROOMY = 560, 760
"""Pixels of the sheet, below which its tables are set otherwise (more with larger text), from which its margins are wide."""
_DESK, _MARGIN, _NARROW_MARGIN = 20, 52, 20


class Paper(QTextBrowser):
    """Follows no links and fetches nothing: what a document says is shown and not run."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("paper")
        self._wide = self._narrow = ""
        self._is_narrow = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        appearance().changed.connect(self._dress)
        self._dress()

    def show_html(self, wide: str, narrow: str) -> None:
        """Show another text, as it is set where there is room for it or not; the reader stays where she was."""
        self._wide, self._narrow = wide, narrow
        place = self.verticalScrollBar().value()
        self._set()
        self.verticalScrollBar().setValue(place)

    def _set(self) -> None:
        self._is_narrow = self.viewport().width() < appearance().scaled(_NARROW)
        self.setHtml(self._narrow if self._is_narrow else self._wide)
        self.document().setDocumentMargin(_NARROW_MARGIN if self.viewport().width() < _ROOMY else _MARGIN)

    def loadResource(self, kind: int, name: object) -> object:  # noqa: N802
        """Nothing: there are no pictures and no style sheets but those in the text."""
        return None

    def _dress(self) -> None:
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Base, QColor(appearance().theme.paper))
        palette.setColor(QPalette.ColorRole.Text, QColor(INK))
        self.viewport().setPalette(palette)
        self.viewport().update()

    # ---- events

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep the sheet in the middle of the desk."""
        scroll = self.verticalScrollBar().sizeHint().width()
        side = max(_DESK if self.width() > _ROOMY else _DESK // 2, (self.width() - scroll - WIDEST) // 2)
        self.setViewportMargins(side, _DESK, side, 0)
        super().resizeEvent(event)
        width = self.viewport().width()
        if (width < appearance().scaled(_NARROW)) != self._is_narrow:
            bar = self.verticalScrollBar()
            share = bar.value() / max(bar.maximum(), 1)
            self._set()
            bar.setValue(round(share * bar.maximum()))
        self.document().setDocumentMargin(_NARROW_MARGIN if width < _ROOMY else _MARGIN)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """In the dark theme white paper is dimmed, as pages that come as pictures are."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), QColor(appearance().theme.paper))  # the style sheet's ground is that of the desk
        painter.end()
        super().paintEvent(event)
        if shade := appearance().theme.page_shade:
            painter = QPainter(self.viewport())
            painter.fillRect(event.rect(), colour("#14100a", shade / 255))
            painter.end()
