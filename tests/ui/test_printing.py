"""Printing through the real window into PDF files, which are looked at."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pymupdf
import pytest
from PySide6.QtCore import Qt, qInstallMessageHandler
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.ui import dialogs
from app.ui.appearance import appearance
from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.ui.state import OpenFile
from tests.ui.conftest import EXAMPLE

Settle = Callable[[], OpenFile]


def printed(qtbot: QtBot, window: MainWindow, file: OpenFile, output: Path, *, highlights: bool) -> None:
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(output))
    window.household.print_to(printer, file, highlights=highlights)
    assert window.household.printing.isVisible()
    qtbot.waitUntil(lambda: not window.household.printing.is_busy, timeout=60_000)


def coloured(page: pymupdf.Page) -> int:
    """Pixels that are no grey."""
    samples = np.frombuffer(page.get_pixmap(dpi=40).samples, np.uint8).reshape(-1, 3)
    return int((np.ptp(samples, axis=1) > 12).sum())


def test_a_pdf_is_printed_with_and_without_highlights(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    session.open([EXAMPLE])
    file = settle()
    assert file.opened is not None
    finding = file.findings.selected
    assert finding is not None
    with_, without = tmp_path / "with.pdf", tmp_path / "without.pdf"
    printed(qtbot, window, file, with_, highlights=True)
    assert "was sent to the printer" in window.household.printing.text.text()
    printed(qtbot, window, file, without, highlights=False)
    with pymupdf.open(with_) as marked, pymupdf.open(without) as plain, pymupdf.open(EXAMPLE) as original:
        assert len(marked) == len(plain) == len(original) == len(file.opened.pages)
        assert coloured(marked[finding.page - 1]) > 100 + coloured(plain[finding.page - 1])
        ink = [
            sum(255 - value for value in document[0].get_pixmap(dpi=40, colorspace="gray").samples)
            for document in (plain, original)
        ]
        assert ink[0] == pytest.approx(ink[1], rel=0.3)  # the page as it is, a little smaller: printers have margins


def test_a_rejected_finding_is_not_marked(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    few = tmp_path / "few.pdf"
    with pymupdf.open(EXAMPLE) as document:
        document.select([4, 5])
        document.save(few)
    session.open([few])
    file = settle()
    assert len(file.findings) > 2
    for finding in list(file.findings.all()):
        session.select(file, finding.id)
        session.decide("rejected")
    printed(qtbot, window, file, tmp_path / "a.pdf", highlights=True)
    printed(qtbot, window, file, tmp_path / "b.pdf", highlights=False)
    with pymupdf.open(tmp_path / "a.pdf") as marked, pymupdf.open(tmp_path / "b.pdf") as plain:
        assert [coloured(page) for page in marked] == [coloured(page) for page in plain]


def test_a_text_is_printed_in_light_whatever_the_window_is(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    source = tmp_path / "long.txt"
    lines = [f"{number}. The supplier shall not assign item number{number}x to anybody else." for number in range(400)]
    source.write_text("\n\n".join(lines), encoding="utf-8")
    appearance().choose("dark")
    try:
        session.open([source])
        file = settle()
        printed(qtbot, window, file, tmp_path / "out.pdf", highlights=True)
        assert appearance().theme.dark
    finally:
        appearance().choose("light")
        appearance().choose("system")
    with pymupdf.open(tmp_path / "out.pdf") as document:
        assert 4 < len(document) < 60
        samples = document[1].get_pixmap(dpi=40, colorspace="gray").samples
        assert sum(value > 200 for value in samples) > len(samples) * 0.6
        assert sum(value < 110 for value in samples) > 100
        text = "".join(page.get_text() for page in document)
    assert text.count("The supplier shall not assign item") == 400  # none lost and none twice where pages end


def test_what_is_printed_into_a_file_takes_no_documents_place_and_is_whole_or_not_there(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    source, link, other = tmp_path / "contract.pdf", tmp_path / "again.pdf", tmp_path / "other.pdf"
    shutil.copyfile(EXAMPLE, source)
    link.symlink_to(source)
    other.write_bytes(b"of before")
    session.open([source])
    file = settle()

    def begin(output: Path) -> None:
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(output))
        window.household.print_to(printer, file, highlights=False)

    for output in (source, link, session.path):
        begin(output)
        assert not window.household.printing.is_busy
        assert "is not overwritten" in window.bar.text.text()
    assert source.read_bytes() == EXAMPLE.read_bytes()
    begin(other)
    job = window.household.printing.job
    assert job is not None
    qtbot.waitUntil(lambda: job.share > 0, timeout=60_000)
    assert other.read_bytes() == b"of before"
    job.cancel()
    assert other.read_bytes() == b"of before"
    begin(tmp_path / "nowhere" / "out.pdf")
    assert not window.household.printing.is_busy
    begin(other)
    qtbot.waitUntil(lambda: not window.household.printing.is_busy, timeout=60_000)
    assert other.read_bytes().startswith(b"%PDF")
    assert sorted(each.name for each in tmp_path.glob("*.p*")) == ["again.pdf", "contract.pdf", "other.pdf"]
    assert list(tmp_path.glob(".*")) == []


def test_printing_can_be_cancelled(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    session.open([EXAMPLE])
    file = settle()
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "out.pdf"))
    window.household.print_to(printer, file, highlights=True)
    bar = window.household.printing
    qtbot.waitUntil(lambda: bar.job is None or bar.job.share > 0, timeout=30_000)
    assert bar.job is not None
    bar.button.click()
    assert not bar.is_busy
    assert "cancelled" in bar.text.text()
    qtbot.wait(100)  # what was on its way comes to nothing
    bar.button.click()
    assert not bar.isVisible()


def test_the_command_asks_for_the_printer_and_prints(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def ask(_parent: QWidget, printer: QPrinter, *, paged: bool) -> bool:
        asked.append(paged)
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(tmp_path / "out.pdf"))
        printer.setFromTo(2, 3)
        return len(asked) > 1

    monkeypatch.setattr(dialogs, "ask_printer", ask)
    session.open([EXAMPLE])
    settle()
    qtbot.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert not window.household.printing.is_busy  # she thought better of it
    window.run_command("print-plain")
    qtbot.waitUntil(lambda: not window.household.printing.is_busy, timeout=60_000)
    assert asked == [True, True]
    with pymupdf.open(tmp_path / "out.pdf") as document:
        assert len(document) == 2  # the pages that were asked for


def test_a_printer_that_refuses_is_told(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    session.open([EXAMPLE])
    file = settle()
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "no such folder" / "out.pdf"))
    with qtbot.captureExceptions() as faults, _quiet():
        window.household.print_to(printer, file, highlights=True)
    assert not faults
    assert not window.household.printing.is_busy
    assert "no such folder does not exist" in window.household.printing.text.text()


class _quiet:  # noqa: N801 -- reads as a word
    """Qt writes a warning of its own about the printer, which is not the window's fault."""

    def __enter__(self) -> None:
        self._kept = qInstallMessageHandler(lambda *_: None)

    def __exit__(self, *_: object) -> None:
        qInstallMessageHandler(self._kept)
