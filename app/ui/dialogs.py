"""What the window asks in the platform's dialogs: files to open, where to export to, which printer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from app.documents.names import FORMAT_NAMES

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter


def _tr(text: str) -> str:
    return QCoreApplication.translate("Dialogs", text)


def ask_files(parent: QWidget) -> list[Path]:
    """Which files to open."""
    kinds = _tr("Documents ({endings});;All files (*)").format(endings=" ".join(f"*{name}" for name in FORMAT_NAMES))
    files, _ = QFileDialog.getOpenFileNames(parent, _tr("Open documents"), "", kinds)
    return [Path(file) for file in files]


def ask_where(parent: QWidget, title: str) -> Path | None:
    """Which folder to look in."""
    folder = QFileDialog.getExistingDirectory(parent, title)
    return Path(folder) if folder else None


def ask_file(parent: QWidget, title: str, name: str) -> Path | None:
    """Where a file is that was called `name`."""
    kind = f"*{Path(name).suffix}" if Path(name).suffix else "*"
    file, _ = QFileDialog.getOpenFileName(parent, title, "", f"{kind};;{_tr('All files (*)')}")
    return Path(file) if file else None


def ask_review(parent: QWidget) -> Path | None:
    """Which review that was handed over to merge."""
    kinds = _tr("Reviews ({endings})").format(endings="*.fusenreview")
    file, _ = QFileDialog.getOpenFileName(parent, _tr("Merge a review"), "", kinds)
    return Path(file) if file else None


def ask_output(parent: QWidget, title: str, suggestion: Path) -> Path | None:
    """Where to write, with the ending of the suggestion where the user names none."""
    dialog = QFileDialog(parent, title, str(suggestion.parent), f"*{suggestion.suffix}")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(suggestion.suffix)  # the dialog's work, so that it asks before a file is replaced
    dialog.selectFile(suggestion.name)
    chosen = dialog.selectedFiles() if dialog.exec() else []
    dialog.deleteLater()
    return Path(chosen[0]) if chosen else None


def ask_folder(parent: QWidget, folder: str) -> Path | None:
    """Which folder to write to."""
    chosen = QFileDialog.getExistingDirectory(parent, _tr("Choose a folder"), folder)
    return Path(chosen) if chosen else None


def ask_template(parent: QWidget, endings: Sequence[str], before: str) -> Path | None:
    """Which template to use."""
    kinds = _tr("Templates ({endings})").format(endings=" ".join(f"*{ending}" for ending in endings))
    chosen, _ = QFileDialog.getOpenFileName(parent, _tr("Choose a template"), before, kinds)
    return Path(chosen) if chosen else None


def ask_printer(parent: QWidget, printer: QPrinter, *, paged: bool) -> bool:
    """Let the user choose the printer, and pages where the document has such; whether she wants to go on."""
    from PySide6.QtPrintSupport import QPrintDialog  # loaded when somebody prints: the window is to be up at once

    dialog = QPrintDialog(printer, parent)
    dialog.setOption(QPrintDialog.PrintDialogOption.PrintPageRange, on=paged)
    wanted = dialog.exec() == QPrintDialog.DialogCode.Accepted
    dialog.deleteLater()
    return wanted
