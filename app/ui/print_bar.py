"""Above the pages while the document is printed: how far it is, the time left, and a way to stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.errors import FusenError
from app.ui.widgets import label, restyle
from app.ui.words import error_words, time_left

if TYPE_CHECKING:  # what prints is loaded when somebody prints
    from app.ui.printing import PrintJob

BAR_RANGE = 1000


class PrintBar(QWidget):
    """Follows one `PrintJob` at a time."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.text, self._left = label("", wrap=True), label("", "small")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, BAR_RANGE)
        self._bar.setAccessibleName(self.tr("Progress of printing"))
        self.button = QPushButton()
        self.button.setProperty("role", "link")
        self.button.clicked.connect(self._act)
        self.job: PrintJob | None = None
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self.text, 1)
        row.addWidget(self._left)
        row.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 8)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self._bar)
        self.hide()

    @property
    def is_busy(self) -> bool:
        """Whether something is being printed."""
        return self.job is not None

    def follow(self, job: PrintJob, name: str, ended: Callable[[FusenError | None], object] | None = None) -> None:
        """Start `job` of the document `name` and show how it goes."""
        self.job, self._name = job, name
        job.progressed.connect(self._progress)
        job.ended.connect(self._end)
        if ended is not None:
            job.ended.connect(ended)
        restyle(self, kind="note")
        self.text.setText(self.tr("Printing {name}…").format(name=name))
        self._left.setText("")
        self._bar.setValue(0)
        self._bar.show()
        self.button.setText(self.tr("Cancel"))
        self.show()
        job.start()

    def _progress(self, share: float) -> None:
        self._bar.setValue(round(share * BAR_RANGE))
        left = time_left(self.job.seconds_left() if self.job is not None else None)
        self._left.setText("  ·  ".join(filter(None, (f"{share:.0%}", left))))

    def _end(self, error: FusenError | None) -> None:
        if self.job is not None:
            self.job.deleteLater()
            self.job = None
        self._left.setText("")
        self._bar.hide()
        self.button.setText(self.tr("Dismiss"))
        if error is None:
            restyle(self, kind="success")
            self.text.setText(self.tr("{name} was sent to the printer.").format(name=self._name))
        elif error.code == "cancelled":
            self.text.setText(self.tr("Printing was cancelled."))
        else:
            restyle(self, kind="error")
            self.text.setText(" ".join(filter(None, error_words(error))))

    def _act(self) -> None:
        if self.job is not None:
            self.job.cancel()
        else:
            self.hide()
