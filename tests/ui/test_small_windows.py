"""The window where there is little room: narrow, low, with large text, or with another text size of the system."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui import appearance as dressing
from app.ui.appearance import appearance
from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.ui.squeezed import Squeezed
from app.ui.state import OpenFile
from app.ui.widgets import label
from tests.ui.conftest import EXAMPLE


@pytest.fixture
def file(qtbot: QtBot, window: MainWindow, session: Session, settle: Callable[[], OpenFile]) -> Iterator[OpenFile]:
    """The example, read and analysed; afterwards text has its usual size again."""
    session.open([EXAMPLE])
    file = settle()
    qtbot.waitUntil(lambda: file.document is not None, timeout=60_000)
    yield file
    appearance().choose("system")


def resize(qtbot: QtBot, window: MainWindow, width: int, height: int) -> None:
    """As by hand: the sidebar makes room on the way."""

    def has_it() -> bool:
        window.resize(width, height)
        return (window.width(), window.height()) == (width, height)

    qtbot.waitUntil(has_it)
    qtbot.wait(30)


@pytest.mark.parametrize(("width", "height"), [(800, 600), (1000, 700)])
def test_everything_has_a_place_in_a_small_window(
    qtbot: QtBot, window: MainWindow, file: OpenFile, width: int, height: int
) -> None:
    resize(qtbot, window, width, height)
    panel = window.panel
    assert panel.list.height() >= 4.5 * panel.list.row_height()
    buttons = (panel.card.accept, panel.card.reject, panel.card.skip)
    assert all(not button.visibleRegion().isEmpty() for button in buttons)
    assert all(button.height() >= button.sizeHint().height() for button in buttons)
    assert window.sidebar.isVisible() == (width > 900)
    panel.card.edit_comment()
    QApplication.processEvents()
    field = QApplication.focusWidget()
    assert field is not None
    assert field.visibleRegion().boundingRect().height() > field.height() / 2  # it was scrolled to


def test_what_has_no_room_in_the_toolbar_is_in_its_menu(qtbot: QtBot, window: MainWindow, file: OpenFile) -> None:
    resize(qtbot, window, 800, 600)
    toolbar = window._toolbar
    in_menu = set(toolbar.more.menu().actions())
    assert window.actions_by_id["fit-width"] in in_menu
    assert toolbar.more.isVisible()
    resize(qtbot, window, 1300, 700)
    assert not toolbar.more.isVisible()


def test_the_sidebar_comes_back_by_its_command(qtbot: QtBot, window: MainWindow, file: OpenFile) -> None:
    resize(qtbot, window, 800, 600)
    assert window._toolbar.sidebar.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    assert window.sidebar.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    assert not window.sidebar.isVisible()
    resize(qtbot, window, 1300, 700)
    assert window.sidebar.isVisible()
    assert not window._toolbar.sidebar.isVisible()


def test_rows_grow_with_the_text(qtbot: QtBot, window: MainWindow, file: OpenFile) -> None:
    table = window.panel.list
    before = table.rowHeight(0)
    appearance().choose("light", 1.4)
    QApplication.processEvents()
    line = QFontMetrics(table.font()).height()
    assert table.rowHeight(0) == table.row_height() > before
    assert table.rowHeight(0) >= 2 * line + 20  # a title and a line of the passage at least


def test_the_system_s_text_size_is_followed(
    window: MainWindow, file: OpenFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = QFont(QApplication.font())
    larger = QFont(usual)
    larger.setPixelSize(usual.pixelSize() + 5)
    monkeypatch.setattr(dressing, "_base_font", lambda: larger)
    QApplication.sendEvent(window, QEvent(QEvent.Type.ThemeChange))
    assert QApplication.font().pixelSize() == usual.pixelSize() + 5
    monkeypatch.setattr(dressing, "_base_font", lambda: usual)
    QApplication.sendEvent(window, QEvent(QEvent.Type.ApplicationFontChange))
    assert QApplication.font().pixelSize() == usual.pixelSize()


def test_what_has_all_its_height_has_no_scroll_bar(qtbot: QtBot) -> None:
    """Qt keeps one that is there: beside it the lines are more, so that it seems to be needed."""
    appearance()  # the font, and how wide a scroll bar is
    for width in range(200, 330, 3):
        box = Squeezed(40, 4)
        qtbot.addWidget(box)
        box.column.addWidget(label("some words that go on and on " * 6, wrap=True))
        box.resize(width, 44)
        box.show()
        QApplication.processEvents()
        assert box.verticalScrollBar().isVisible()
        box.ask_for(None)
        box.resize(width, box.sizeHint().height())
        QApplication.processEvents()
        assert not box.verticalScrollBar().isVisible(), width
