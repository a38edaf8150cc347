"""Tells of a fault in the window without a dialog: what happened, the report to look at and to copy. Work can go on."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.ui import crash
from app.ui.about_page import version
from app.ui.widgets import label

log = logging.getLogger(__name__)

REPORT_HEIGHT = 180


class CrashBar(QWidget):
    """Stands above everything else while there is something to tell."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        self.setProperty("kind", "error")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.text, self.where = label("", wrap=True), label("", "muted", wrap=True)
        self.report = QPlainTextEdit()
        self.report.setReadOnly(True)
        self.report.setTabChangesFocus(True)
        self.report.setAccessibleName(self.tr("Report"))
        self.report.setFixedHeight(REPORT_HEIGHT)
        self.report.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.shows, self.copy, close = QPushButton(), QPushButton(), QPushButton(self.tr("Dismiss"))
        self.shows.clicked.connect(self._toggle)
        self.copy.clicked.connect(self._copy)
        close.clicked.connect(self.hide)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self.text, 1)
        for button in (self.shows, self.copy, close):
            button.setProperty("role", "link")
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 8)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self.where)
        column.addWidget(self.report)
        self.hide()

    def tell(self, report: str, file: Path | None) -> None:
        """Show that something went wrong. `file`: where the report lies, if it could be kept."""
        self.text.setText(self.tr("Something went wrong in Fusen. Your decisions are stored; you can go on."))
        where = self.tr("This report holds no text of your documents, and nothing was sent. It lies in {file}.")
        self.where.setText(where.format(file=file) if file is not None else "")
        self.report.setPlainText(report)
        self._set_open(shown=False)
        self.copy.setText(self.tr("Copy"))
        self.show()

    def _set_open(self, *, shown: bool) -> None:
        self.report.setVisible(shown)
        self.where.setVisible(shown and bool(self.where.text()))
        self.shows.setText(self.tr("Hide the report") if shown else self.tr("Show the report"))

    def _toggle(self) -> None:
        self._set_open(shown=self.report.isHidden())

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report.toPlainText())
        self.copy.setText(self.tr("Copied"))


class CrashWatch(QObject):
    """Takes exceptions that nobody caught, in any thread; keeps a report and hands it to `tell` in the window's thread."""

    _seen = Signal(str, object)

    def __init__(self, tell: Callable[[str, Path | None], object], folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._seen.connect(tell, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Take exceptions from now on."""
        sys.excepthook = self.take
        threading.excepthook = lambda args: self.take(
            args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
        )

    def take(self, kind: type[BaseException], problem: BaseException, trace: TracebackType | None) -> None:
        """Keep a report of an exception and tell of it. Ctrl-C in a terminal is none."""
        if not issubclass(kind, Exception):
            sys.__excepthook__(kind, problem, trace)
            return
        text = crash.report(kind, problem, trace, version())
        log.error("a fault in the window\n%s", text)
        try:
            file: Path | None = crash.keep(text, self._folder, datetime.now())
        except OSError:
            file = None
        self._seen.emit(text, file)
