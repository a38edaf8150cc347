"""Contents, references, terms and the way back, in a real window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.analysis.structure.values import Structure
from app.documents.document import Document
from app.ui.contents import ContentsPanel, shown_clauses
from app.ui.guide import Guide, hint_words
from app.ui.lookup import Lookup, place_of
from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.ui.sheet_view import SheetView
from app.ui.state import OpenFile

EXAMPLES = Path(__file__).resolve().parents[2] / "resources" / "examples"
FILES = [EXAMPLES / "services-agreement.pdf", EXAMPLES / "outsourcing-agreement-ja.docx"]

Settle = Callable[[], OpenFile]


def opened(qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, path: Path) -> tuple[OpenFile, Guide]:
    session.open([path])
    file = settle()
    qtbot.waitUntil(lambda: bool(file.structure.clauses), timeout=20_000)
    guide = window.views[file.key].guide
    assert guide is not None
    return file, guide


def sheets_of(window: MainWindow, file: OpenFile) -> SheetView:
    sheets = window.views[file.key].sheets
    assert sheets is not None
    return sheets


def middle_of(window: MainWindow, file: OpenFile, start: int, end: int) -> QPointF:
    """Where in the view the middle of a range stands; the range is scrolled to."""
    assert file.document is not None
    sheets = sheets_of(window, file)
    place = place_of(file.document, start, end)
    sheets.show_passage(place)
    sheet = sheets._sheets.sheets_of(place)[0]
    return sheets.in_view(sheet, sheets._sheets.place(place, sheet))[0].center()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.suffix)
def test_contents_lead_through_the_document_and_back(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, path: Path
) -> None:
    file, _ = opened(qtbot, window, session, settle, path)
    contents, bar = window.sidebar.contents, sheets_of(window, file).verticalScrollBar()
    assert contents.isVisible()
    before = bar.value()
    item = contents.tree.topLevelItem(contents.tree.topLevelItemCount() - 1)
    assert item is not None
    contents.tree.itemClicked.emit(item, 0)
    assert bar.value() > before + 500
    window.run_command("back")
    assert abs(bar.value() - before) <= 1


def test_the_contents_say_who_and_when(qtbot: QtBot, window: MainWindow, session: Session, settle: Settle) -> None:
    opened(qtbot, window, session, settle, FILES[0])
    facts = window.sidebar.contents._facts
    names = [facts.itemAt(row).widget().accessibleName() for row in range(facts.count())]
    assert names == [
        "Customer Larkspur Freight Systems, Inc.",
        "Provider Tessellate Route Works LLC",
        "Effective 2026-03-01",
        "Expires 2029-02-28",
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.suffix)
def test_control_click_follows_a_reference(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, path: Path
) -> None:
    file, guide = opened(qtbot, window, session, settle, path)
    reference = next(r for r in file.structure.references if r.state == "found" and r.places[0][0] > r.end + 2000)
    at = middle_of(window, file, reference.start, reference.end)
    hint = guide.hint_at(at)
    assert hint is not None
    assert (hint.start, hint.end, hint.target) == (reference.start, reference.end, reference.places[0])
    assert "Ctrl+click" in hint_words(hint)
    bar = sheets_of(window, file).verticalScrollBar()
    before, viewport = bar.value(), sheets_of(window, file).viewport()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=QPoint(round(at.x()), round(at.y())))
    assert bar.value() == before  # a plain click chooses findings
    control = Qt.KeyboardModifier.ControlModifier
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, control, QPoint(round(at.x()), round(at.y())))
    assert bar.value() != before
    guide.back()
    assert abs(bar.value() - before) <= 1


def test_the_clause_in_view_is_marked(qtbot: QtBot, window: MainWindow, session: Session, settle: Settle) -> None:
    file, guide = opened(qtbot, window, session, settle, FILES[0])
    number = next(n for n in shown_clauses(file.structure) if file.structure.clauses[n].path == ("12",))
    guide.go(*file.structure.clauses[number].head)
    tree = window.sidebar.contents.tree
    qtbot.waitUntil(lambda: tree.currentItem() is not None and tree.currentItem().text(0).startswith("12"))


def test_a_document_without_clauses_has_no_contents(qtbot: QtBot, tmp_path: Path) -> None:
    panel = ContentsPanel()
    qtbot.addWidget(panel)
    panel.show_file(OpenFile(1, tmp_path / "a.txt"))
    assert panel.isHidden()


def test_terms_are_whole_words(qtbot: QtBot, window: MainWindow, session: Session, settle: Settle) -> None:
    file, _ = opened(qtbot, window, session, settle, FILES[1])
    document: Document | None = file.document
    assert document is not None
    lookup = Lookup(document, file.structure)
    uses = [n for n in range(len(document.text)) if document.text.startswith("本契約", n)]
    hints = [lookup.at(n) for n in uses[3:]]
    assert {hint.title for hint in hints if hint is not None and hint.kind == "term"} == {"本契約"}
    assert Lookup(document, Structure()).at(uses[3]) is None
