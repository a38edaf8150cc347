"""A sheet of paper on the desk that text is set on, as it will be printed: dark ink on white in either theme."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from app.ui.appearance import appearance, colour
from app.ui.theme import LIGHT

WIDEST = 820
"""Pixels; about A4 at the size in which one reads."""
_DESK, _MARGIN, _NARROW_MARGIN, _NARROW = 20, 52, 24, 560
INK, QUIET, RULE, SHADE = "#1f2a37", "#5b6570", "#c9ced6", "#eef1f5"
"""Of the printed brief: text, what is secondary, lines, the ground of heads."""


class Paper(QTextBrowser):
    """Follows no links: what a document says is shown and not run."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("paper")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        appearance().changed.connect(self._dress)
        self._dress()

    def show_html(self, html: str) -> None:
        """Show another text; the reader stays where she was."""
        bar = self.verticalScrollBar()
        place = bar.value()
        self.setHtml(html)
        self._set_margin()
        bar.setValue(place)

    def show_markdown(self, text: str) -> None:
        """Show another text; the reader stays where she was."""
        bar = self.verticalScrollBar()
        place = bar.value()
        self.setMarkdown(text)
        self._set_margin()
        bar.setValue(place)

    def _dress(self) -> None:
        palette = self.palette()
        for role, tint in (
            (QPalette.ColorRole.Base, appearance().theme.paper),
            (QPalette.ColorRole.Text, INK),
            (QPalette.ColorRole.Link, LIGHT.flag_text),
        ):
            palette.setColor(role, QColor(tint))
        self.viewport().setPalette(palette)
        self.viewport().update()

    def _set_margin(self) -> None:
        narrow = self.viewport().width() < _NARROW
        self.document().setDocumentMargin(_NARROW_MARGIN if narrow else _MARGIN)

    # ---- events

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep the sheet in the middle of the desk."""
        scroll = self.verticalScrollBar().sizeHint().width()
        side = max(_DESK, (self.width() - scroll - WIDEST) // 2)
        self.setViewportMargins(side, _DESK, side, 0)
        self._set_margin()
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """In the dark theme white paper is dimmed, as pages that come as pictures are."""
        super().paintEvent(event)
        if shade := appearance().theme.page_shade:
            painter = QPainter(self.viewport())
            painter.fillRect(event.rect(), colour("#14100a", shade / 255))
            painter.end()
