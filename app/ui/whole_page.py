"""What the matrix and the list of all findings have in common: they stand in place of the pages, and Esc leads back to these."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget

from app.ui.appearance import appearance
from app.ui.widgets import claims_escape


def _tr(text: str) -> str:
    return QCoreApplication.translate("WholePage", text)


class WholePage(QWidget):
    """`closed` ends it. Esc empties `field`, where words are looked for, and closes where that is empty."""

    closed = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.field = QLineEdit()
        self.field.setClearButtonEnabled(True)
        self.close_button = QToolButton()
        self.close_button.setToolTip(_tr("Close (Esc)"))
        self.close_button.setAccessibleName(_tr("Close"))
        self.close_button.setIconSize(QSize(16, 16))
        self.close_button.clicked.connect(self.closed)
        appearance().changed.connect(self.dress)

    def dress(self) -> None:
        """Have the theme's colours, and sizes that follow the text."""
        self.close_button.setIcon(appearance().icon("close"))

    def event(self, event: QEvent) -> bool:
        """Esc is this view's while it has the keys."""
        return claims_escape(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc empties the field, then closes."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.field.text():
            self.field.clear()
        else:
            self.closed.emit()
