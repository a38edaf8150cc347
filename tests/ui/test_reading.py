"""Choosing text on the pages, by mouse and by keys, in a real window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.main_window import MainWindow
from app.ui.session import Session
from tests.ui.conftest import Open
from tests.ui.hands import (
    CONTROL,
    JAPANESE,
    LEFT,
    PDF,
    SHIFT,
    drag,
    marked_text,
    plain_words,
    points,
    sheets_of,
    text_of,
    view_of,
    wait_for_hits,
)


@pytest.mark.parametrize(("path", "words"), [(PDF, "freight network"), (JAPANESE, "権利義務")], ids=["pdf", "docx"])
def test_text_is_chosen_by_dragging_and_copied(
    window: MainWindow, open_file: Open, path: Path, words: str, qtbot: QtBot, session: Session
) -> None:
    file = open_file(path)
    view = view_of(window, file)
    start, end = plain_words(file, words)
    from_, to = points(view, file, start, end)
    with qtbot.waitSignal(session.hub.marked):
        drag(sheets_of(view).viewport(), from_, to)
    assert marked_text(file) == words
    window.run_command("copy")
    assert QGuiApplication.clipboard().text() == words
    assert sheets_of(view)._ranges.marked == (start, end)
    QTest.mouseClick(sheets_of(view).viewport(), LEFT, pos=from_)
    assert file.marked is None
    assert not window.actions_by_id["copy"].isEnabled()


def test_clicks_choose_word_sentence_and_block(window: MainWindow, open_file: Open) -> None:
    file = open_file(JAPANESE)
    view = view_of(window, file)
    assert file.analysis is not None
    assert file.document is not None
    start, end = plain_words(file, "業務委託")
    at, _ = points(view, file, start + 1, end)
    viewport = sheets_of(view).viewport()
    QTest.mouseClick(viewport, LEFT, pos=at)
    QTest.mouseDClick(viewport, LEFT, pos=at)
    assert "業務委託" in marked_text(file)
    assert len(marked_text(file)) < 12
    QTest.mousePress(viewport, LEFT, pos=at)
    QTest.mouseRelease(viewport, LEFT, pos=at)
    assert any(file.marked == (one.start, one.end) for one in file.analysis.passages) or any(
        file.marked == (one.start, one.end) for one in file.document.blocks
    )
    QTest.mousePress(viewport, LEFT, pos=at)
    QTest.mouseRelease(viewport, LEFT, pos=at)
    assert any(file.marked == (one.start, one.end) for one in file.document.blocks)


def test_a_click_on_a_highlight_still_selects_its_finding_and_moves_nothing(
    window: MainWindow, open_file: Open
) -> None:
    file = open_file(PDF)
    view = view_of(window, file)
    other = next(one for one in file.findings.all() if one.id != file.findings.selected_id)
    at, _ = points(view, file, other.start, other.end)
    bar = sheets_of(view).verticalScrollBar()
    bar.setValue(bar.value() - 250)  # the finding stands low in the view
    place = bar.value()
    at, _ = (point + QPoint(0, 0) for point in (sheets_of(view).rects(other)[0].center().toPoint(), QPoint()))
    QTest.mouseClick(sheets_of(view).viewport(), LEFT, pos=at)
    assert file.findings.selected_id == other.id
    assert bar.value() == place
    assert file.marked is None


def test_shift_extends_by_click_and_by_keys(window: MainWindow, open_file: Open) -> None:
    file = open_file(PDF)
    view = view_of(window, file)
    start, end = plain_words(file, "Customer operates a regional")
    from_, to = points(view, file, start, end)
    sheets = sheets_of(view)
    QTest.mouseClick(sheets.viewport(), LEFT, pos=from_)
    QTest.mouseClick(sheets.viewport(), LEFT, SHIFT, to)
    assert marked_text(file) == "Customer operates a regional"
    QTest.keyClick(sheets, Qt.Key.Key_Left, SHIFT)
    assert marked_text(file) == "Customer operates a regiona"
    QTest.keyClick(sheets, Qt.Key.Key_Left, SHIFT | CONTROL)
    assert marked_text(file) == "Customer operates a "
    QTest.keyClick(sheets, Qt.Key.Key_Escape)
    assert file.marked is None


@pytest.mark.parametrize("path", [PDF, JAPANESE], ids=["pdf", "docx"])
def test_text_is_chosen_by_keys_alone(window: MainWindow, open_file: Open, path: Path) -> None:
    file = open_file(path)
    view = view_of(window, file)
    sheets = sheets_of(view)
    window.run_command("caret")
    marking = view.desk.marking if view.desk is not None else None
    assert marking is not None
    assert marking.caret.isVisible()
    start = marking._caret_at()
    bar = sheets.verticalScrollBar().value()
    QTest.keyClick(sheets, Qt.Key.Key_Right)
    QTest.keyClick(sheets, Qt.Key.Key_Home)
    QTest.keyClick(sheets, Qt.Key.Key_End, SHIFT)
    line = marked_text(file)
    assert len(line) > 3
    assert "\n\n" not in line
    QTest.keyClick(sheets, Qt.Key.Key_Down, SHIFT)
    assert marked_text(file).startswith(line)
    assert len(marked_text(file)) > len(line)
    QTest.keyClick(sheets, Qt.Key.Key_Up, SHIFT)
    assert marked_text(file) == line
    QTest.keyClick(sheets, Qt.Key.Key_Left)
    assert file.marked is None
    assert abs(sheets.verticalScrollBar().value() - bar) < 60
    QTest.keyClick(sheets, Qt.Key.Key_End, CONTROL)
    assert marking._caret_at() == len(text_of(file))
    assert sheets.verticalScrollBar().value() > bar
    QTest.keyClick(sheets, Qt.Key.Key_Home, CONTROL | SHIFT)
    assert file.marked == (0, len(text_of(file)))
    QTest.keyClick(sheets, Qt.Key.Key_Escape)
    QTest.keyClick(sheets, Qt.Key.Key_Escape)
    assert not marking.caret.isVisible()
    assert start > 0
    QTest.keyClick(sheets, Qt.Key.Key_A, CONTROL)
    assert file.marked == (0, len(text_of(file)))


def test_the_pages_come_to_a_pointer_that_is_held_below_them(window: MainWindow, open_file: Open, qtbot: QtBot) -> None:
    file = open_file(PDF)
    view = view_of(window, file)
    sheets = sheets_of(view)
    start, end = plain_words(file, "Customer operates a regional")
    at, _ = points(view, file, start, end)
    viewport, bar = sheets.viewport(), sheets.verticalScrollBar()
    QTest.mousePress(viewport, LEFT, pos=at)
    below = QPointF(at.x(), viewport.height() + 60)
    kind, none = QEvent.Type.MouseMove, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(viewport, QMouseEvent(kind, below, below, Qt.MouseButton.NoButton, LEFT, none))
    place = bar.value()
    qtbot.waitUntil(lambda: bar.value() > place + 100)
    grown = file.marked
    assert grown is not None
    assert grown[0] == start
    qtbot.waitUntil(lambda: file.marked is not None and file.marked[1] > grown[1])
    QTest.mouseRelease(viewport, LEFT, pos=QPoint(at.x(), viewport.height() - 1))
    assert view.desk is not None
    assert not view.desk.marking._scrolling.isActive()


def test_where_a_list_has_the_keys_all_is_every_row(window: MainWindow, open_file: Open) -> None:
    file = open_file(PDF)
    window.sidebar.contents.tree.setFocus()
    window.run_command("select-all")
    assert file.marked is None


def test_the_menu_acts_on_the_chosen_text(window: MainWindow, open_file: Open, qtbot: QtBot) -> None:
    file = open_file(PDF)
    view = view_of(window, file)
    assert view.guide is not None
    assert view.desk is not None
    assert not any("Copy" in action.text() for action in view.guide.menu(None).actions())
    start = text_of(file).index("Confidential Information")
    view.desk.marking.choose(start, start + 24)
    actions = {action.text(): action for action in view.guide.menu(None).actions()}
    actions["Copy"].trigger()
    assert QGuiApplication.clipboard().text() == "Confidential Information"
    actions["Find “Confidential Information”"].trigger()
    assert view.find_bar.isVisible()
    assert len(wait_for_hits(qtbot, view)) == text_of(file).lower().count("confidential information")
    assert view.find_bar.count.text().startswith("1 of ") or view.find_bar.current is not None
