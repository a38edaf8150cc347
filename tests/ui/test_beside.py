"""Two documents, or one twice, side by side in a real window."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.ui.main_window import MainWindow
from app.ui.session import Session
from tests.ui.conftest import Open
from tests.ui.hands import JAPANESE, LEFT, PDF, sheets_of, view_of, wait_for_hits


def test_two_views_side_by_side(window: MainWindow, session: Session, open_file: Open, qtbot: QtBot) -> None:
    japanese, file = open_file(JAPANESE), open_file(PDF)
    both = window.both
    assert both.right.isHidden()
    assert both.left.head.isHidden()
    window.run_command("beside")
    right = both.view
    assert right is not None
    assert session.state.beside_key == japanese.key  # the one that was in view before
    assert window.actions_by_id["beside"].isChecked()
    qtbot.waitUntil(lambda: right.sheets is not None)
    assert both.right.head.property("active") == "true"
    assert window.panel.isVisible()
    assert abs(both.left.width() - both.right.width()) < 20
    both.right.chosen.emit(file.key)  # the same once more
    right = both.view
    assert right is not None
    assert right.sheets is not None
    left = sheets_of(view_of(window, file))
    place = left.verticalScrollBar().value()
    window.run_command("find")
    assert right.find_bar.isVisible()
    assert not view_of(window, file).find_bar.isVisible()
    right.find_bar.words.setText("governed")
    wait_for_hits(qtbot, right)
    assert left.verticalScrollBar().value() == place  # the other view stays
    right.find_bar.finish()
    assert left._ranges.marked == right.sheets._ranges.marked == file.marked
    zoom = left.zoom
    window.run_command("zoom-in")
    assert left.zoom == zoom
    window.run_command("other-view")
    assert both.left.head.property("active") == "true"
    assert left.hasFocus()
    window.run_command("zoom-in")
    assert left.zoom > zoom
    QTest.mouseClick(right.sheets.viewport(), LEFT, pos=QPoint(120, 200))
    assert session.state.beside_active
    window.run_command("beside")
    assert session.state.beside_key is None
    assert both.right.isHidden()
    assert session.state.current is file


def test_closing_a_document_that_stands_beside_another(window: MainWindow, session: Session, open_file: Open) -> None:
    japanese, file = open_file(JAPANESE), open_file(PDF)
    window.run_command("beside")
    window.run_command("close")
    assert list(session.state.files) == [file.key]
    assert session.state.current is file
    assert window.both.right.isHidden()
    window.run_command("beside")
    assert session.state.beside_key == file.key
    window.run_command("close")
    assert session.state.current is None
    assert window.both.right.isHidden()
    assert japanese.key not in window.views
