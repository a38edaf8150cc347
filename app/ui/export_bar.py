"""Below what is chosen for an export: the button that writes, a question before files are replaced, progress, how it went."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.ui.flow_layout import FlowLayout
from app.ui.widgets import label, restyle

BAR_RANGE = 1000
Answer = Literal["replace", "both", "cancel"]


class ExportBar(QWidget):
    """`wanted`: write. `answered` carries an `Answer`. `stopped`: write no further file."""

    wanted = Signal()
    answered = Signal(str)
    stopped = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.text = label("", wrap=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, BAR_RANGE)
        self._bar.setAccessibleName(self.tr("Progress of the export"))
        self.write = self._button("", "primary")
        self.both = self._button(self.tr("Keep both"), "")
        self.replace = self._button(self.tr("Replace"), "")
        self.cancel = self._button(self.tr("Cancel"), "")
        self.folder = self._button(self.tr("Open folder"), "")
        self.write.clicked.connect(self.wanted)
        self.replace.clicked.connect(lambda: self.answered.emit("replace"))
        self.both.clicked.connect(lambda: self.answered.emit("both"))
        self.cancel.clicked.connect(self._cancel)
        self.folder.clicked.connect(self._open_folder)
        self._asks = False
        self._folder: Path | None = None
        buttons = FlowLayout(gap=8)
        for button in (self.write, self.both, self.replace, self.cancel, self.folder):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(self.text)
        column.addWidget(self._bar)
        column.addLayout(buttons)
        self.show_ready("", told="", enabled=False)

    @staticmethod
    def _button(text: str, role: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("role", role)
        return button

    @property
    def asks(self) -> bool:
        """Whether a question waits for its answer."""
        return self._asks

    def show_ready(self, words: str, *, told: str, enabled: bool, kind: str = "", folder: Path | None = None) -> None:
        """Offer to write; `told` says how it went, or what is missing; `folder` can be opened."""
        self._asks, self._folder = False, folder
        self._say(told, kind)
        self._show(self.write, *([self.folder] if folder is not None else []))
        self.write.setText(words)
        self.write.setEnabled(enabled)

    def ask(self, question: str) -> None:
        """Ask before files are replaced; Enter keeps both."""
        self._asks = True
        self._say(question, "")
        self._show(self.both, self.replace, self.cancel)
        self.both.setFocus()

    def show_progress(self, words: str, share: float) -> None:
        """Say what is being written."""
        self._asks = False
        self._say(words, "")
        self._show(self.cancel, bar=True)
        self._bar.setValue(round(share * BAR_RANGE))

    def _say(self, text: str, kind: str) -> None:
        self.text.setText(text)
        self.text.setVisible(bool(text))
        restyle(self.text, role={"error": "warning", "success": "done"}.get(kind, ""))

    def _show(self, *buttons: QPushButton, bar: bool = False) -> None:
        for button in (self.write, self.replace, self.both, self.cancel, self.folder):
            button.setVisible(button in buttons)
        self._bar.setVisible(bar)

    def _cancel(self) -> None:
        if self._asks:
            self.answered.emit("cancel")
        else:
            self.stopped.emit()

    def _open_folder(self) -> None:
        if self._folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))
