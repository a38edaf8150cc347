"""The start page: the first time, what was read before with how far it is, files to drop."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.ui.state import OpenFile
from tests.ui.conftest import EXAMPLE

Settle = Callable[[], OpenFile]


def words(window: MainWindow) -> str:
    labels = window.start.findChildren(QLabel)
    return "\n".join(label.text() for label in labels if label.isVisible())


def test_the_first_time_says_how_it_works_and_what_stays_here(window: MainWindow) -> None:
    shown = words(window)
    assert "How it works" in shown
    assert "A accepts, R rejects" in shown
    assert "never connects to the network" in shown
    assert "Unless you encrypt it" in shown  # honest
    assert "Continue" not in shown


def test_what_was_read_before_is_listed_with_its_progress(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    one, other = tmp_path / "契約書 & 別紙.pdf", tmp_path / ("a very long name " * 8 + ".pdf")
    shutil.copyfile(EXAMPLE, one)
    shutil.copyfile(EXAMPLE.with_name("outsourcing-agreement-ja.pdf"), other)
    session.open([one])
    file = settle()
    total = len(list(file.findings.all()))
    qtbot.keyClick(window, Qt.Key.Key_A)
    session.open([other])
    settle()
    other.unlink()
    session.close_current()
    session.close_current()
    assert session.state.current is None
    start = window.start
    gone, row = start._rows.values()  # nobody looks for files here: one that is gone opens as the workspace keeps it
    assert gone.accessibleName().startswith(other.name)
    qtbot.waitUntil(lambda: f"1 of {total} decided" in row.accessibleName())
    assert row.accessibleName().startswith(one.name)
    assert row.width() <= start.viewport().width()
    assert "How it works" not in words(window)
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    assert session.state.current is not None
    assert session.state.current.path == one
    settle()


def test_documents_are_not_listed_where_that_is_not_wanted(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    session.open([EXAMPLE])
    settle()
    session.close_current()
    assert window.start._rows
    session.settings.choose("show-recent", value=False)
    assert not window.start._rows
    assert window.start.first.isVisible()


def test_a_small_window_scrolls(window: MainWindow) -> None:
    window.resize(640, 360)
    assert window.start.verticalScrollBar().maximum() > 0
    assert window.start.horizontalScrollBar().maximum() == 0
