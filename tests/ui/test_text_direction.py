"""Which way text runs, and the keys of the caret in vertical Japanese."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pymupdf
from PySide6.QtCore import QRectF, Qt
from pytestqt.qtbot import QtBot

from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.ui.state import OpenFile
from app.ui.text_direction import begins, runs_down

COLUMNS = ("本契約は日本法に準拠し", "甲及び乙は誠実に協議し", "責任は委託料を上限とす")


def test_characters_below_each_other_run_down() -> None:
    column = [QRectF(100, 20 * number, 16, 18) for number in range(6)]
    line = [QRectF(9 * number, 100, 8, 16) for number in range(6)]
    wrapped = [QRectF(80, 100, 8, 16), QRectF(90, 100, 8, 16), QRectF(0, 120, 8, 16), QRectF(9, 120, 8, 16)]
    next_column = [*column[3:], QRectF(70, 0, 16, 18), QRectF(70, 20, 16, 18)]
    assert runs_down(column)
    assert runs_down(next_column)
    assert not runs_down(line)
    assert not runs_down(wrapped)
    assert not runs_down(column[:1])


def test_a_caret_lies_across_the_direction_of_the_text() -> None:
    character = QRectF(10, 20, 16, 18)
    assert begins(character, down=False, behind=False) == QRectF(9, 20, 2, 18)
    assert begins(character, down=True, behind=False) == QRectF(10, 19, 16, 2)
    assert begins(character, down=True, behind=True) == QRectF(10, 37, 16, 2)


def test_in_vertical_japanese_the_arrow_keys_follow_the_text(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Callable[[], OpenFile], tmp_path: Path
) -> None:
    path = tmp_path / "vertical.pdf"
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=420, height=595)
        for column, words in enumerate(COLUMNS):
            for row, letter in enumerate(words):
                page.insert_text((340 - 24 * column, 80 + 16 * row), letter, fontsize=14, fontname="japan")
        pdf.save(path)
    session.open([path])
    file = settle()
    qtbot.waitUntil(lambda: file.document is not None, timeout=60_000)
    view = window.view()
    assert view is not None
    assert view.desk is not None
    assert view.sheets is not None
    assert file.document is not None
    text, marking = file.document.text, view.desk.marking
    starts = [text.index(words) for words in COLUMNS]
    marking.toggle_caret()
    marking.choose(starts[0], starts[0] + 2)
    marking.clear()

    def press(key: Qt.Key) -> int:
        qtbot.keyClick(view.sheets, key)
        return marking._caret_at()

    assert press(Qt.Key.Key_Down) == starts[0] + 3
    assert press(Qt.Key.Key_Up) == starts[0] + 2
    assert press(Qt.Key.Key_Left) == starts[1] + 2
    assert press(Qt.Key.Key_Left) == starts[2] + 2
    assert press(Qt.Key.Key_Right) == starts[1] + 2
    assert press(Qt.Key.Key_Home) == starts[1]
    assert press(Qt.Key.Key_End) == starts[1] + len(COLUMNS[1])
    assert marking.caret.width() > marking.caret.height()
