"""Every control of the real window, in each of its states: named, reached by Tab, and seen when it has the focus."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QKeySequenceEdit,
    QLineEdit,
    QMenu,
    QMenuBar,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.ui import appearance
from app.ui.main_window import MainWindow
from app.ui.relations import relations
from app.ui.session import Session
from app.ui.sheet_view import SheetView
from app.ui.state import OpenFile
from app.ui.widgets import PassageButton
from tests.ui.conftest import EXAMPLE

Settle = Callable[[], OpenFile]
CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QKeySequenceEdit,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    SheetView,
)
COMPOUND = (QAbstractSpinBox, QComboBox, QLineEdit, QKeySequenceEdit, QTabBar, QScrollBar, QAbstractItemView)
"""What is inside of these is a part of them."""


def controls(window: QWidget) -> list[QWidget]:
    """What the user can operate now."""
    found = []
    for widget in window.findChildren(QWidget):
        parents = []
        parent = widget.parentWidget()
        while parent is not None:
            parents.append(parent)
            parent = parent.parentWidget()
        inside = any(isinstance(one, (*COMPOUND, QMenu, QMenuBar)) for one in parents)
        usable = isinstance(widget, CONTROLS) and not isinstance(widget, (QScrollBar, QMenu))
        if usable and widget.isVisible() and widget.isEnabled() and not inside:
            found.append(widget)
    return found


def name(widget: QWidget) -> str:
    """What a screen reader says."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface is not None else ""


def described(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()} {name(widget)!r}"


def reached(window: QWidget, most: int) -> set[int]:
    """Every widget that Tab leads to, from the first on until it comes round."""
    start = QApplication.focusWidget() or window
    seen: set[int] = set()
    for _ in range(most):
        target = QApplication.focusWidget() or start
        QTest.keyClick(target, Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        if now is None:
            break
        seen.add(id(now))
    return seen


def beside(widget: QWidget) -> list[QAbstractButton]:
    """The buttons of which one is pressed at a time: Tab leads to that one, the arrow keys from there to the others."""
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    return group.buttons() if group is not None and group.exclusive() else []


def check(window: MainWindow, part: QWidget) -> None:
    """All controls of `part`."""
    QApplication.processEvents()
    found = controls(part)
    assert found
    nameless = [described(one) for one in found if not name(one).strip()]
    assert not nameless
    unfocused = [described(one) for one in found if not one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert not unfocused
    window.activateWindow()
    found[0].setFocus(Qt.FocusReason.TabFocusReason)
    seen = reached(window, 3 * len(controls(window)) + 20)
    lost = [
        described(one) for one in found if not any(id(each) in seen for each in (one, one.focusProxy(), *beside(one)))
    ]
    assert not lost
    check_focus_shows(found[:: max(1, len(found) // 25)])


def check_focus_shows(found: list[QWidget]) -> None:
    """Having the focus changes how a control looks. Where a list or the pages have it, the selection says so."""
    unseen = []
    for one in found:
        if isinstance(one, (QAbstractItemView, SheetView)):
            continue
        if isinstance(one, (QLineEdit, QPlainTextEdit)):
            one.setProperty("cursorWidth", 0)
        other = next((widget for widget in found if widget is not one), None)
        if other is None:
            continue
        other.setFocus(Qt.FocusReason.TabFocusReason)
        QApplication.processEvents()
        before = one.grab().toImage()
        one.setFocus(Qt.FocusReason.TabFocusReason)
        QApplication.processEvents()
        if one.hasFocus() and one.grab().toImage() == before:
            unseen.append(described(one))
    assert not unseen


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest, qtbot: QtBot) -> object:
    appearance.appearance().choose(request.param)
    yield request.param
    appearance.appearance().choose("light")
    appearance.appearance().choose("system")


def test_the_start_page(theme: str, window: MainWindow) -> None:
    check(window, window)


def test_a_document_with_findings(
    theme: str, qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    session.open([EXAMPLE])
    file = settle()
    qtbot.waitUntil(lambda: file.document is not None, timeout=30_000)
    check(window, window)
    sheets = window.views[file.key].sheets
    assert sheets is not None
    assert sheets.accessibleName() == "Pages"
    sheets.verticalScrollBar().setValue(sheets.verticalScrollBar().maximum())
    assert sheets.accessibleDescription() == f"Page {sheets.current_sheet() + 1} of {len(file.opened.pages)}"
    listing = QAccessible.queryAccessibleInterface(window.panel.list)
    assert listing.role() == QAccessible.Role.Table
    assert listing.childCount() >= len(file.findings)
    told = [listing.child(place).text(QAccessible.Text.Name) for place in range(listing.childCount())]
    assert any(file.findings[0].text[:40] in name for name in told)


def test_the_summary(window: MainWindow, session: Session, settle: Settle) -> None:
    session.open([EXAMPLE])
    settle()
    window.run_command("summary")
    check(window, window.panel)


@pytest.mark.parametrize("page", ["settings", "about"])
def test_pages_of_the_window(theme: str, window: MainWindow, page: str) -> None:
    window.run_command(page)
    check(window, window.household._pages[page])


def test_the_key_map(window: MainWindow) -> None:
    window.run_command("keys")
    check(window, window.household.keys)


def test_a_document_that_needs_a_password(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    path = tmp_path / "locked.pdf"
    with pymupdf.open() as document:
        document.new_page()
        document.save(path, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="x", owner_pw="y")
    session.open([path])
    file = settle()
    assert file.phase == "locked"
    check(window, window.views[file.key])


def test_a_document_that_cannot_be_opened(window: MainWindow, session: Session, settle: Settle, tmp_path: Path) -> None:
    session.open([tmp_path / "nowhere.pdf"])
    file = settle()
    assert file.phase == "failed"
    check(window, window)


def test_a_fault(window: MainWindow) -> None:
    window.household.crash.tell("report", None)
    window.household.crash.shows.click()
    check(window, window.household.crash)


def test_areas_that_scroll_are_no_trap(window: MainWindow) -> None:
    """An area around controls takes no focus of its own: Tab goes on to what is in it."""
    window.run_command("settings")
    page = window.household._pages["settings"]
    areas = [area for area in page.findChildren(QAbstractScrollArea) if not isinstance(area, QPlainTextEdit)]
    assert areas
    for area in areas:
        if not isinstance(area, QAbstractItemView):
            assert area.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_tab_goes_from_the_list_over_the_card_to_the_buttons(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    session.open([EXAMPLE])
    file = settle()
    qtbot.waitUntil(lambda: file.document is not None, timeout=60_000)
    linked = next(f for f in file.findings if relations(file.analysis, f))
    session.select(file, linked.id)
    QApplication.processEvents()
    window.activateWindow()
    window.panel.list.setFocus()
    card, passed = window.panel.card, [QApplication.focusWidget()]
    while passed[-1] is not card.skip and len(passed) < 30:
        QTest.keyClick(passed[-1] or window, Qt.Key.Key_Tab)
        passed.append(QApplication.focusWidget())
    assert passed[0] is window.panel.list
    assert all(one is not None and card.isAncestorOf(one) for one in passed[1:])
    assert isinstance(passed[1], PassageButton)  # what it is read together with
    rest = [one for one in passed if not isinstance(one, PassageButton)][1:]
    assert rest[:4] == list(card.tools.values())
    assert rest[4:6] == [card.owner, card.due]
    assert rest[-3:] == [card.accept, card.reject, card.skip]


def test_the_facts_of_the_sidebar_come_in_the_sidebar(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    session.open([EXAMPLE])
    file = settle()
    qtbot.waitUntil(lambda: file.document is not None, timeout=60_000)
    window.activateWindow()
    facts = [b for b in window.sidebar.contents.findChildren(PassageButton) if b.isVisible()]
    assert facts
    facts[-1].setFocus()
    QTest.keyClick(facts[-1], Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is window.sidebar.contents.tree


def test_the_pages_are_a_document_whose_value_is_the_text_in_view(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    session.open([EXAMPLE])
    file = settle()
    qtbot.waitUntil(lambda: file.document is not None, timeout=60_000)
    sheets = window.sheets()
    assert sheets is not None
    assert file.document is not None
    sheets.show_sheet(2)
    gc.collect()
    interface = QAccessible.queryAccessibleInterface(sheets)
    assert interface.role() == QAccessible.Role.Document
    assert interface.text(QAccessible.Text.Name) == "Pages"
    assert "3" in interface.text(QAccessible.Text.Description)
    page = file.document.pages[2]
    assert file.document.text[page.start : page.end] in interface.text(QAccessible.Text.Value)
    assert QAccessible.queryAccessibleInterface(window.panel.list).role() != QAccessible.Role.Document


def test_the_menu_key_opens_the_menu_at_what_is_chosen(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.open([EXAMPLE])
    file = settle()
    qtbot.waitUntil(lambda: file.document is not None, timeout=60_000)
    view = window.view()
    assert view is not None
    assert view.sheets is not None
    assert view.desk is not None
    opened: list[tuple[list[str], QPoint]] = []
    assert view.guide is not None
    told = lambda menu, at: opened.append(([a.text() for a in menu.actions()], at))  # noqa: E731 -- stands for a method
    monkeypatch.setattr(view.guide, "_open", told)
    start = file.findings.selected.start if file.findings.selected is not None else 0
    view.desk.marking.choose(start, start + 20)
    place = view.desk.marking.place()
    assert place is not None
    key = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(3, 3), QPoint(3, 3))
    QApplication.sendEvent(view.sheets, key)
    ((words, at),) = opened
    assert "Copy" in words
    assert at == view.sheets.viewport().mapToGlobal(place.toPoint())
