"""Pages of the window's own, in place of the document; settings and about have a title, a way back, a column that scrolls."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.ui.appearance import TextWide
from app.ui.widgets import label

COLUMN = 720
"""Pixels that the column takes at most, at the usual text size: longer lines are hard to read."""


class OwnPage(QWidget):
    """A page in place of the document. `left`: the user wants back to the documents."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("housePage")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def begin(self) -> None:
        """The page comes into view: put the focus where one begins."""
        self.setFocus()

    def show_part(self, name: str) -> None:
        """Bring a part of the page into view."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc leads back."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class HousePage(OwnPage):
    """With a title and a column: `column` takes what is shown, `head` what stands beside the title."""

    def __init__(self, title: str) -> None:
        super().__init__()
        back = QPushButton(self.tr("Done"))
        back.clicked.connect(self.left)
        self.head = QHBoxLayout()
        self.head.setSpacing(16)
        self.head.addWidget(label(title, "brand"))
        self.head.addStretch(1)
        self.head.addWidget(back)
        content = QWidget()
        content.setObjectName("houseContent")
        self.column = QVBoxLayout(content)
        self.column.setContentsMargins(0, 8, 12, 24)
        self.column.setSpacing(8)
        self.area = QScrollArea()
        self.area.setObjectName("houseArea")
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(content)
        inner = QWidget()
        TextWide(inner, COLUMN, at_most=True)
        inside = QVBoxLayout(inner)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(12)
        inside.addLayout(self.head)
        inside.addWidget(self.area, 1)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(24, 24, 24, 0)
        outer.addStretch(1)
        outer.addWidget(inner, 1000)
        outer.addStretch(1)
