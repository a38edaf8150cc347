"""While the reviewer is led through what is left: how much that still is, the next thing, and a way out."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.review.ledger import Ledger
from app.ui.actions import Actions
from app.ui.ledger_words import head_words
from app.ui.widgets import label


class TourBar(QWidget):
    """Stands at the top of the panel; `ended` says that the reviewer wants to go her own way."""

    ended = Signal()

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        box = QWidget()
        box.setObjectName("tour")
        box.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.told = label("", "small", wrap=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 1000)
        self.next, self.end = QPushButton(self.tr("Next  ⇧L")), QPushButton(self.tr("End"))
        self.next.setToolTip(actions["next-left"].toolTip())
        self.next.clicked.connect(actions["next-left"].trigger)
        self.end.clicked.connect(self.ended)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self.told, 1)
        for button in (self.next, self.end):
            button.setProperty("role", "link")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(box)
        column.setContentsMargins(16, 8, 16, 8)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self._bar)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 8)
        around.addWidget(box)
        self.hide()

    def show_ledger(self, ledger: Ledger | None) -> None:
        """How much is left; None hides it."""
        self.setVisible(ledger is not None)
        if ledger is not None:
            self.told.setText(head_words(ledger))
            self._bar.setValue(round(ledger.progress * 1000))
            self.next.setVisible(not ledger.is_done)
