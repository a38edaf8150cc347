"""A Word document with tracked changes and findings, in the window."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from pytestqt.qtbot import QtBot

from app.ui.flow.sheets import FlowSheets
from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.ui.sheet_view import SheetView
from app.ui.state import OpenFile
from tests.documents.made_docx import deleted_run, paragraph, run, tracked, write_docx
from tests.ui.conftest import EXAMPLE

Settle = Callable[[], OpenFile]
CAP = "The Supplier's total liability shall not exceed the fees paid in the twelve months before the claim."


def redline(folder: Path) -> Path:
    body = [
        paragraph("Agreement", '<w:pStyle w:val="Heading1"/>'),
        paragraph(run("The fee is ") + tracked("del", deleted_run("100")) + tracked("ins", run("200")) + run(" EUR.")),
        *(paragraph(f"{number}. The parties meet quarterly and keep minutes of each meeting.") for number in range(60)),
        paragraph(CAP),
        *(paragraph(f"{number}. The parties meet quarterly and keep minutes of each meeting.") for number in range(60)),
    ]
    return write_docx(folder / "redline.docx", "".join(body))


def text_of(view: SheetView) -> str:
    sheets = view._sheets
    assert isinstance(sheets, FlowSheets)
    return sheets._text(0).document.toPlainText()


def sheets_of(window: MainWindow, file: OpenFile) -> SheetView:
    sheets = window.views[file.key].sheets
    assert sheets is not None
    return sheets


def test_changes_show_until_they_are_switched_off(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    action = window.actions_by_id["show-changes"]
    assert not action.isEnabled()
    session.open([redline(tmp_path)])
    file = settle()
    view = sheets_of(window, file)
    assert action.isEnabled()
    assert action.isChecked()
    assert "The fee is 100200 EUR." in text_of(view)
    window.run_command("show-changes")
    assert not action.isChecked()
    assert "The fee is 200 EUR." in text_of(view)
    window.run_command("show-changes")
    assert action.isChecked()
    assert "The fee is 100200 EUR." in text_of(view)
    session.open([EXAMPLE])
    settle()
    assert not action.isEnabled()
    assert not action.isChecked()


@pytest.mark.parametrize("shown", [True, False])
def test_a_finding_is_shown_where_its_words_are_and_a_click_selects_it(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path, shown: bool
) -> None:
    session.open([redline(tmp_path)])
    file = settle()
    view = sheets_of(window, file)
    if not shown:
        window.run_command("show-changes")
    cap = next(finding for finding in file.findings.all() if finding.text == CAP)
    session.select(file, cap.id)
    (sheet,) = view._sheets.sheets_of(cap)
    rects = view._marks._rects(cap.id, sheet)
    assert 0 < rects[0].top() < rects[-1].bottom() < view.viewport().height()
    file.findings.selected_id = None
    with qtbot.waitSignal(view.clicked) as caught:
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=rects[0].center().toPoint())
    assert caught.args == [cap.id]
    assert file.findings.selected_id == cap.id


def test_a_long_text_does_not_hold_the_window_up(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    sentence = (
        "The supplier shall deliver the goods within thirty days of the order, unless the parties agree otherwise. "
    )
    path = tmp_path / "long.txt"
    path.write_text("\n\n".join(sentence * 5 for _ in range(4000)))
    gaps, last = [], time.perf_counter()

    def tick() -> None:
        nonlocal last
        gaps.append(time.perf_counter() - last)
        last += gaps[-1]

    timer = QTimer(window, interval=5)
    timer.timeout.connect(tick)
    session.open([EXAMPLE])  # the workers are warm from here on
    settle()
    last = time.perf_counter()
    timer.start()
    session.open([path])
    file = session.state.current
    assert file is not None
    qtbot.waitUntil(lambda: window.views[file.key].sheets is not None, timeout=60_000)
    view = sheets_of(window, file)
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    qtbot.wait(200)
    settle()
    timer.stop()
    assert max(gaps) < 1.5  # some 0.05 s on a machine that has nothing else to do
