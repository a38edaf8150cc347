"""Hits of a search and the reader's own selection are painted where the characters stand, on pages and on flowing text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from app.ui.finding_list import FindingList
from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.ui.sheet_view import SheetView
from app.ui.state import OpenFile
from tests.ui.conftest import EXAMPLE

Settle = Callable[[], OpenFile]
FILES = [EXAMPLE, EXAMPLE.with_name("outsourcing-agreement-ja.docx")]


def opened(window: MainWindow, session: Session, settle: Settle, path: Path) -> tuple[SheetView, OpenFile]:
    session.open([path])
    file = settle()
    sheets = window.views[file.key].sheets
    assert sheets is not None
    assert file.document is not None
    file.findings.selected_id = None
    sheets.verticalScrollBar().setValue(0)
    return sheets, file


def grab(sheets: SheetView) -> QImage:
    return sheets.viewport().grab().toImage()


def differing(before: QImage, after: QImage) -> set[tuple[int, int]]:
    assert before.size() == after.size()
    return {
        (x, y) for y in range(before.height()) for x in range(before.width()) if before.pixel(x, y) != after.pixel(x, y)
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.suffix)
def test_hits_are_marked_at_their_characters_and_nowhere_else(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, path: Path
) -> None:
    sheets, file = opened(window, session, settle, path)
    document = file.document
    assert document is not None
    qtbot.wait(600)  # until pictures have come
    before = grab(sheets)
    start = document.text.index(document.text[40:46], 40)
    sheets.show_hits([(start, start + 6)], 0)
    after = grab(sheets)
    (rects,) = sheets._sheets.areas(0, [(start, start + 6)])
    shown = [rect.adjusted(-2, -2, 2, 2) for rect in sheets.in_view(0, rects)]
    changed = differing(before, after)
    assert changed
    assert all(any(rect.contains(x, y) for rect in shown) for x, y in changed)
    sheets.show_hits([])
    assert grab(sheets) == before


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.suffix)
def test_the_reader_s_selection_is_marked(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, path: Path
) -> None:
    sheets, _ = opened(window, session, settle, path)
    qtbot.wait(600)
    before = grab(sheets)
    sheets.show_marked((30, 90))
    rects = sheets.in_view(0, sheets._sheets.areas(0, [(30, 90)])[0])
    after = grab(sheets)
    corner = rects[0].topLeft().toPoint()
    assert QColor(after.pixel(corner.x() + 2, corner.y() + 1)) != QColor(before.pixel(corner.x() + 2, corner.y() + 1))
    sheets.show_marked(None)
    assert grab(sheets) == before


def test_a_range_over_two_pages_is_marked_on_both(window: MainWindow, session: Session, settle: Settle) -> None:
    sheets, file = opened(window, session, settle, EXAMPLE)
    document = file.document
    assert document is not None
    cut = document.pages[0].end
    both = [sheets._sheets.areas(sheet, [(cut - 60, cut + 60)])[0] for sheet in (0, 1)]
    assert all(both)
    assert sheets._sheets.areas(2, [(cut - 60, cut + 60)]) == [[]]


def test_a_selection_over_a_highlight_has_its_own_colour(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    """Two washes over each other would make the colour of another decision."""
    sheets, file = opened(window, session, settle, FILES[1])
    finding = next(iter(file.findings.all()))
    sheets.show_passage(finding)
    sheet = sheets._sheets.sheets_of(finding)[0]
    first = sheets.in_view(sheet, sheets._sheets.areas(sheet, [(finding.start + 2, finding.start + 3)])[0])[0]
    at = first.toAlignedRect().topLeft()
    at.setX(at.x() + 1)
    at.setY(at.y() + 1)
    washed = QColor(grab(sheets).pixel(at))
    sheets.show_marked((finding.start, finding.end))
    over = QColor(grab(sheets).pixel(at))
    sheets.show_findings(FindingList())
    alone = QColor(grab(sheets).pixel(at))
    assert over == alone
    assert washed != alone
