"""The audit log as a page: newest entries first, whether it is whole in words, and the whole of it as a file of JSON lines."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QDateTime,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimeZone,
)
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QPushButton, QTableView

from app.errors import FusenError
from app.review.audit import Entry
from app.review.audit_words import Names, NotesOfEntry
from app.ui import dialogs
from app.ui.audit_words import entry_text, numbered, problem_text, stranger_text
from app.ui.house_page import HousePage
from app.ui.session import Session
from app.ui.widgets import label, tooltip
from app.ui.words import error_words
from app.workspace.audit_log import AuditLog
from app.workspace.store import Workspace
from app.workspace.verifying import Report

_CHUNK = 100
_MOST_PROBLEMS = 8
_ROW = 30
_MOST_WORDS = 600
"""Characters of an entry in its tooltip."""
Index = QModelIndex | QPersistentModelIndex


class AuditModel(QAbstractTableModel):
    """The entries, newest first; those that come into view are read in portions."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._log: AuditLog | None = None
        self._count = 0
        self._names = Names()
        self._read: dict[int, tuple[Entry | None, NotesOfEntry]] = {}

    def show_log(self, log: AuditLog | None, names: Names) -> None:
        """Show what stands in this log now; `names` are those of documents."""
        self.beginResetModel()
        head = log.head() if log is not None else None
        self._log, self._names = log, names
        self._count, self._read = head.count if head is not None else 0, {}
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 -- Qt's
        """One an entry."""
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 -- Qt's
        """When, who, what."""
        return 0 if parent.isValid() else 3

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: N802
        """The columns' names."""
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return (self.tr("When"), self.tr("Who"), self.tr("What"))[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words; as a tooltip with the entry's number, for its words may not fit on the line."""
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        number = self._count - index.row()
        entry, notes = self._entry(number)
        what = entry_text(entry, notes, self._names) if entry is not None else self.tr("Not readable")
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(numbered(number, what[:_MOST_WORDS]))
        return (_when(entry.at) if entry is not None else "", entry.by if entry is not None else "", what)[
            index.column()
        ]

    def _entry(self, number: int) -> tuple[Entry | None, NotesOfEntry]:
        if number not in self._read and self._log is not None:
            last = min(number + _CHUNK // 2, self._count)
            for sealed, entry, notes in self._log.told(max(last - _CHUNK, 1), last):
                self._read[sealed.number] = (entry, notes)
        return self._read.get(number, (None, {}))


class AuditPage(HousePage):
    """Made when it is first shown."""

    def __init__(self, session: Session) -> None:
        super().__init__(QCoreApplication.translate("AuditPage", "Audit log"))
        self._session = session
        told = self.tr("What happened in this workspace, each entry signed and chained to the one before it.")
        self.column.addWidget(label(told, "muted", wrap=True))
        buttons = QHBoxLayout()
        self.verify_button = QPushButton(self.tr("Verify"))
        self.verify_button.clicked.connect(self.verify)
        self.save_button = QPushButton(self.tr("Save as JSON…"))
        self.save_button.clicked.connect(self._ask_file)
        for button in (self.verify_button, self.save_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.column.addLayout(buttons)
        self.result = label("", "head", wrap=True)
        self.result.hide()
        self.column.addWidget(self.result)
        self.model = AuditModel(self)
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setAccessibleName(self.tr("Audit log"))
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        self.table.setMinimumHeight(320)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.table.verticalHeader().setDefaultSectionSize(_ROW)
        # Hidden: what stands in each column says itself, and a screen reader is told all the same.
        self.table.horizontalHeader().hide()
        self.table.horizontalHeader().setStretchLastSection(True)
        self.column.addWidget(self.table, 1)

    def begin(self) -> None:
        """Show what stands in the log by now."""
        workspace = self._session.workspace
        names = Names()
        if workspace is not None:
            names.learn({document.sha256: {"file": Path(document.file).name} for document in workspace.documents()})
        self.model.show_log(workspace.audit if workspace is not None else None, names)
        metrics = self.table.fontMetrics()
        self.table.setColumnWidth(0, metrics.horizontalAdvance(_when("2026-12-28T22:58:58.000+00:00")) + 24)
        self.table.setColumnWidth(1, metrics.horizontalAdvance("M" * 9) + 16)
        self.save_button.setEnabled(self.model.rowCount() > 0)
        self.result.hide()
        self.table.setFocus()

    def verify(self) -> None:
        """Look at the whole log, off the window's thread."""
        path = self._session.path
        self.verify_button.setEnabled(False)
        self._say(self.tr("Verifying…"))

        def look() -> Report:
            with Workspace.open(path) as workspace:
                return workspace.verify()

        self._session.in_background(look, self._show_report, self._show_error)

    def _show_report(self, report: Report) -> None:
        self.verify_button.setEnabled(True)
        count = report.head.count if report.head is not None else 0
        strangers = [stranger_text(signer) for signer in report.strangers]
        if report.is_whole:
            told = self.tr("The log is whole (entries: {count}), and the workspace holds what it tells.")
            self._say("\n".join([told.format(count=QLocale().toString(count)), *strangers]))
            return
        lines = [self.tr("The log is not whole, or the workspace does not hold what it tells.")]
        lines += [problem_text(problem) for problem in report.problems[:_MOST_PROBLEMS]]
        if len(report.problems) > _MOST_PROBLEMS:
            lines.append("…")
        self._say("\n".join([*lines, *strangers]))

    def _show_error(self, error: FusenError) -> None:
        self.verify_button.setEnabled(True)
        self._say(" ".join(error_words(error)))

    def _say(self, text: str) -> None:
        self.result.setText(text)
        self.result.setVisible(bool(text))

    def _ask_file(self) -> None:
        name = self._session.path.with_suffix(".audit.jsonl").name
        if (file := dialogs.ask_output(self, self.tr("Save the audit log"), Path.home() / name)) is not None:
            self.save(file)

    def save(self, file: Path) -> None:
        """Write all entries as JSON lines, as `fusen audit show --json` does."""
        path = self._session.path

        def write() -> None:
            from app.export.writing import write_whole

            with Workspace.open(path) as workspace:
                workspace.originals.refuse(file)
                write_whole(file, b"".join(_json_lines(workspace.audit)))

        told = self.tr("Saved {name}.").format(name=file.name)
        self._session.in_background(write, lambda _nothing: self._say(told), self._show_error)


def _json_lines(log: AuditLog) -> list[bytes]:
    lines = []
    for sealed, entry, notes in log.told():
        if entry is not None:
            told = {"schema": "fusen.audit-entry/1", **asdict(entry)}
            told |= {"hash": sealed.hash.hex(), "signature": sealed.signature.hex(), "notes": notes}
            lines.append(json.dumps(told, ensure_ascii=False).encode() + b"\n")
    return lines


def _when(at: str) -> str:
    moment = QDateTime.fromString(at[:19] + "Z", Qt.DateFormat.ISODate)
    if not moment.isValid():
        return at[:19]
    return moment.toTimeZone(QTimeZone.systemTimeZone()).toString("yyyy-MM-dd HH:mm")
