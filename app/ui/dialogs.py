"""What the window asks and tells in dialogs of its own: files to open, where to export to, the keys, about."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QIcon, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

from app.documents.names import FORMAT_NAMES
from app.ui.actions import words
from app.ui.commands import COMMANDS, MENUS
from app.ui.widgets import label


def _tr(text: str) -> str:
    return QCoreApplication.translate("Dialogs", text)


def ask_files(parent: QWidget) -> list[Path]:
    """Which files to open."""
    kinds = _tr("Documents ({endings});;All files (*)").format(endings=" ".join(f"*{name}" for name in FORMAT_NAMES))
    files, _ = QFileDialog.getOpenFileNames(parent, _tr("Open documents"), "", kinds)
    return [Path(file) for file in files]


def ask_output(parent: QWidget, title: str, suggestion: Path) -> Path | None:
    """Where to write, with the ending of the suggestion where the user names none."""
    dialog = QFileDialog(parent, title, str(suggestion.parent), f"*{suggestion.suffix}")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(suggestion.suffix)  # the dialog's work, so that it asks before a file is replaced
    dialog.selectFile(suggestion.name)
    chosen = dialog.selectedFiles() if dialog.exec() else []
    dialog.deleteLater()
    return Path(chosen[0]) if chosen else None


def show_about(parent: QWidget) -> None:
    """What Fusen is."""
    text = _tr("Fusen flags the passages that a person must read. Nothing leaves this machine.\nAGPL-3.0-or-later.")
    QMessageBox.about(parent, _tr("About Fusen"), text)


def show_keys(parent: QWidget) -> None:
    """Every key, by menu."""
    keys_dialog(parent).exec()


def keys_dialog(parent: QWidget) -> QDialog:
    """The table of keys, two columns of menus."""
    dialog = QDialog(parent)
    dialog.setWindowTitle(_tr("Keys"))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    columns = QHBoxLayout()
    columns.setSpacing(40)
    for menus in (("review", "edit"), ("file", "view", "help")):
        column = QVBoxLayout()
        column.setSpacing(8)
        for menu in menus:
            column.addWidget(label(words(MENUS[menu]).replace("&", ""), "head"))
            column.addLayout(_table(menu))
            column.addSpacing(8)
        column.addStretch(1)
        columns.addLayout(column)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    buttons.buttons()[0].setIcon(QIcon())
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(24, 24, 24, 16)
    layout.setSpacing(16)
    layout.addLayout(columns)
    layout.addWidget(buttons)
    return dialog


def _table(menu: str) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(1, 1)
    for row, command in enumerate(c for c in COMMANDS if c.menu == menu and c.keys):
        keys = QHBoxLayout()
        keys.setSpacing(4)
        for key in command.keys:
            keys.addWidget(label(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText), "key"))
        keys.addStretch(1)
        grid.addLayout(keys, row, 0)
        grid.addWidget(label(words(command.text).replace("&", "").rstrip("…")), row, 1)
    return grid
