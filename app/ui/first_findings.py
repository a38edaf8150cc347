"""Marks findings as first ones: the precise reading goes on, with its progress and a way to cancel, or did not finish."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.ui.actions import Actions
from app.ui.state import BUSY, OpenFile
from app.ui.widgets import label, restyle, tooltip
from app.ui.words import progress_words

BAR_RANGE = 1000


class FirstFindingsNotice(QWidget):
    """Stands above the list as long as it shows first findings."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("firstFindings")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.text, self._left = label("", "head", wrap=True), label("", "small", wrap=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, BAR_RANGE)
        self.cancel = self._link(self.tr("Cancel"), actions, "cancel")
        self.again = self._link(self.tr("Analyse again"), actions, "analyse")
        told = self.tr("A quick scan found these. The precise findings replace them; what you decide on now is kept.")
        self.setToolTip(tooltip(told))
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self._left, 1)
        row.addWidget(self.cancel)
        row.addWidget(self.again)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(4)
        column.addWidget(self.text)
        column.addWidget(self._bar)
        column.addLayout(row)

    @staticmethod
    def _link(text: str, actions: Actions, command: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("role", "link")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolTip(actions[command].toolTip())
        button.clicked.connect(actions[command].trigger)
        return button

    def show_file(self, file: OpenFile) -> None:
        """Say how far the precise reading of this file is, or that there is none any more."""
        self.setVisible(file.has_first_findings)
        if not file.has_first_findings:
            return
        busy = file.phase in BUSY
        for widget in (self._bar, self.cancel):
            widget.setVisible(busy)
        self.again.setVisible(not busy)
        restyle(self, kind="" if busy else "note")
        if busy:
            self.text.setText(self.tr("First findings: the precise reading goes on…"))
            self._bar.setValue(round(file.meter.share * BAR_RANGE) if file.meter else 0)
            self._left.setText(progress_words(file.meter))
        else:
            self.text.setText(self.tr("First findings: the precise reading stopped."))
            self._left.setText(self.tr("Decisions are kept."))
