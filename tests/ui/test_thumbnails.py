"""Small pictures of the pages beside the contents: drawn when they show, marked with findings, a way to go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pymupdf
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from app.ui.main_window import MainWindow
from app.ui.palette import ON_PAPER
from app.ui.session import Session
from app.ui.state import OpenFile
from app.ui.thumbnails import ThumbnailsPanel
from tests.ui.conftest import EXAMPLE

Settle = Callable[[], OpenFile]


def panel_of(window: MainWindow) -> ThumbnailsPanel:
    pages = window.sidebar.outline.pages
    assert pages is not None
    return pages


def shown(qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, path: Path = EXAMPLE) -> OpenFile:
    session.open([path])
    file = settle()
    qtbot.waitUntil(lambda: file.document is not None, timeout=20_000)
    window.sidebar.outline.buttons["pages"].click()
    return file


def test_a_switch_changes_between_contents_and_pages(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    session.open([EXAMPLE])
    settle()
    outline = window.sidebar.outline
    qtbot.waitUntil(lambda: window.sidebar.contents.isVisible(), timeout=20_000)
    assert outline.switch.isVisible()
    assert not panel_of(window).isVisible()
    outline.buttons["pages"].click()
    assert panel_of(window).isVisible()
    assert not window.sidebar.contents.isVisible()
    window.sidebar.refresh()  # as at every change of the state
    assert panel_of(window).isVisible()
    assert not window.sidebar.contents.isVisible()
    outline.buttons["contents"].click()
    assert window.sidebar.contents.isVisible()


def test_a_document_without_pages_has_contents_alone(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    shown(qtbot, window, session, settle)
    session.open([EXAMPLE.with_name("outsourcing-agreement-ja.docx")])
    settle()
    qtbot.waitUntil(lambda: window.sidebar.contents.isVisible(), timeout=20_000)
    assert not window.sidebar.outline.switch.isVisible()
    assert not panel_of(window).isVisible()
    assert window.sidebar.contents.title.isVisible()


def test_only_pages_near_what_shows_are_drawn(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    path = tmp_path / "long.pdf"
    with pymupdf.open() as pdf:
        for number in range(300):
            pdf.new_page().insert_text((72, 72), f"Page {number}: the supplier shall not assign this agreement.")
        pdf.save(path)
    file = shown(qtbot, window, session, settle, path)
    pages = panel_of(window)
    qtbot.waitUntil(
        lambda: all(session.images.get(file.key, row + 1) is not None for row in pages.showing()), timeout=20_000
    )
    assert 0 < len(pages.showing()) < 60
    assert session.images.get(file.key, 200) is None
    pages.view.verticalScrollBar().setValue(pages.view.verticalScrollBar().maximum())
    assert 299 in pages.showing()
    qtbot.waitUntil(lambda: session.images.get(file.key, 300) is not None, timeout=20_000)
    assert session.images.get(file.key, 150) is None
    pages.hide()
    assert not session.images._thumbnails


def test_a_click_goes_to_the_page_and_the_page_that_is_read_is_marked(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    file = shown(qtbot, window, session, settle)
    pages, view = panel_of(window), window.views[file.key].sheets
    assert view is not None
    pages.view.scrollToTop()
    index = pages.model.index(3)
    qtbot.mouseClick(pages.view.viewport(), Qt.MouseButton.LeftButton, pos=pages.view.visualRect(index).center())
    assert view.current_sheet() == 3
    assert 0 <= view.target(3).top() < 40
    assert pages.view.currentIndex().row() == 3
    view.show_sheet(6)
    assert pages.view.currentIndex().row() == 6
    qtbot.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    pages.view.setFocus()
    pages.view.setCurrentIndex(pages.model.index(9))
    qtbot.keyClick(pages.view, Qt.Key.Key_Return)
    assert view.current_sheet() == 9


def test_pages_have_the_labels_of_the_file(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    path = tmp_path / "labels.pdf"
    with pymupdf.open(EXAMPLE) as pdf:
        pdf.set_page_labels([{"startpage": 0, "style": "r", "firstpagenum": 1}, {"startpage": 3, "style": "D"}])
        pdf.save(path)
    shown(qtbot, window, session, settle, path)
    model = panel_of(window).model
    assert [model.data(model.index(row)) for row in range(5)] == ["i", "ii", "iii", "1", "2"]
    told = model.data(model.index(1), Qt.ItemDataRole.AccessibleTextRole)
    assert isinstance(told, str)
    assert told.startswith("Page ii")


def test_findings_are_marked_at_their_height(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    file = shown(qtbot, window, session, settle)
    pages = panel_of(window)
    finding = file.findings.selected
    assert finding is not None
    pages.view.scrollTo(pages.model.index(finding.page - 1))
    assert finding.id in {one.id for one in pages.model.findings(finding.page)}
    told = pages.model.data(pages.model.index(finding.page - 1), Qt.ItemDataRole.ToolTipRole)
    assert isinstance(told, str)
    assert str(len(pages.model.findings(finding.page))) in told

    def colours() -> set[str]:
        picture = pages.view.viewport().grab(pages.view.visualRect(pages.model.index(finding.page - 1))).toImage()
        points = (QPoint(x, y) for x in range(picture.width()) for y in range(picture.height()))
        return {picture.pixelColor(point).name() for point in points}

    assert QColor(ON_PAPER.undecided).name() in colours()
    assert QColor(ON_PAPER.accepted).name() not in colours()
    session.decide("accepted")
    assert QColor(ON_PAPER.accepted).name() in colours()
