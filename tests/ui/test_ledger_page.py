"""The ledger, the way through what is left, and the blind second look, in the real window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.review.second_look import DRAW
from app.ui.ledger_page import ENTRY
from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.ui.state import OpenFile
from tests.ui.conftest import EXAMPLE, FAKE_MODEL

Settle = Callable[[], OpenFile]
SHIFT = Qt.KeyboardModifier.ShiftModifier
JAPANESE = """# 業務委託契約書

## 第1条 目的

本契約は、委託者が受託者に委託する業務の条件を定めることを目的として締結されるものとする。

## 第2条 責任

受託者の賠償責任は、直近十二か月間に支払われた委託料の総額を上限とするものと定める。

"""


@pytest.fixture
def file(qtbot: QtBot, window: MainWindow, session: Session, settle: Settle) -> OpenFile:
    """The example, read and analysed, its first page shown."""
    session.open([EXAMPLE])
    file = settle()
    qtbot.waitUntil(lambda: file.document is not None, timeout=30_000)
    return file


def shown(session: Session, file: OpenFile) -> set[int]:
    """The pages, or characters, that were shown."""
    assert session.looking is not None
    return {number for start, end in session.looking.shown(file) for number in range(start, end)}


def test_a_page_counts_once_it_stood_in_view_for_a_second(
    qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile, settle: Settle
) -> None:
    qtbot.waitUntil(lambda: 1 in shown(session, file), timeout=10_000)
    sheets = window.views[file.key].sheets
    assert sheets is not None
    sheets.show_sheet(5)
    sheets.show_sheet(8)  # page 6 went by
    qtbot.waitUntil(lambda: 9 in shown(session, file), timeout=10_000)
    assert 6 not in shown(session, file)


def test_what_was_shown_and_judged_survives_a_restart(qtbot: QtBot, tmp_path: Path) -> None:
    def opened() -> tuple[Session, OpenFile]:
        session = Session(tmp_path / "reviews.fusen", model_worker=FAKE_MODEL)
        window = MainWindow(session)
        qtbot.addWidget(window)
        window.show()
        session.start()
        session.open([EXAMPLE])
        file = session.state.current
        assert file is not None
        qtbot.waitUntil(lambda: file.phase == "ready" and file.document is not None, timeout=60_000)
        window.run_command("second-look")
        return session, file

    session, file = opened()
    try:
        assert session.looking is not None
        qtbot.waitUntil(lambda: bool(shown(session, file)), timeout=10_000)
        look = session.looking.second_look(file)
        assert look is not None
        session.looking.judge(file, look.waiting[0], matters=False)
        before, waiting = shown(session, file), look.waiting[1:]
    finally:
        session.close()
    session, file = opened()
    try:
        assert shown(session, file) >= before
        assert session.looking is not None
        look = session.looking.second_look(file)
        assert look is not None
        assert (look.judged, look.waiting) == (1, waiting)  # it goes on where it was left
    finally:
        session.close()


def test_the_ledger_says_what_is_left_section_by_section(
    qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile
) -> None:
    qtbot.keyClick(window, Qt.Key.Key_L)
    page = window.asides.ledger
    assert page.isVisible()
    assert window.actions_by_id["ledger"].isChecked()
    waiting = sum(finding.decision == "undecided" for finding in file.findings.all())
    assert page.head.text().startswith(f"{waiting} selected passages undecided, ")
    assert "never shown" in page.head.text()
    model = page.list.model()
    entries = [model.index(row, 0).data(ENTRY) for row in range(model.rowCount())]
    assert len(entries) > 5
    assert sum(entry.selected for entry in entries) == file.findings.total()
    assert file.analysis is not None
    assert sum(entry.passages for entry in entries) == len(file.analysis.passages)
    before = page.head.text()
    qtbot.waitUntil(lambda: page.head.text() != before or 1 in shown(session, file), timeout=10_000)
    # Deciding is not possible while the card does not show.
    assert not window.actions_by_id["accept"].isEnabled()
    qtbot.keyClick(window, Qt.Key.Key_L)
    assert window.panel.list.isVisible()
    assert window.actions_by_id["accept"].isEnabled()


def test_a_row_of_the_ledger_leads_to_its_section(qtbot: QtBot, window: MainWindow, file: OpenFile) -> None:
    qtbot.keyClick(window, Qt.Key.Key_L)
    listed, sheets = window.asides.ledger.list, window.views[file.key].sheets
    assert sheets is not None
    last = listed.model().rowCount() - 1
    entry = listed.model().index(last, 0).data(ENTRY)
    listed.setCurrentIndex(listed.model().index(last, 0))
    listed.activated.emit(listed.model().index(last, 0))  # as Return does
    assert abs(sheets.current_sheet() + 1 - entry.pages[0]) <= 1
    assert window.asides.ledger.isVisible()


def test_ledger_and_summary_take_turns(qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile) -> None:
    qtbot.keyClick(window, Qt.Key.Key_L)
    qtbot.keyClick(window, Qt.Key.Key_S)
    assert window.panel.overview.isVisible()
    assert session.state.aside == ""
    qtbot.keyClick(window, Qt.Key.Key_V)
    assert window.asides.second_look.isVisible()
    assert not session.state.summary
    qtbot.keyClick(window, Qt.Key.Key_N)
    assert window.panel.list.isVisible()


def test_the_way_through_what_is_left_ends_when_nothing_is(
    qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile
) -> None:
    assert session.looking is not None
    for _ in range(file.findings.total()):
        qtbot.keyClick(window, Qt.Key.Key_L, SHIFT)
        selected = file.findings.selected
        assert selected is not None
        assert selected.decision == "undecided"
        qtbot.keyClick(window, Qt.Key.Key_A)
    assert file.opened is not None
    pages = len(file.opened.pages)
    session.saw(file, (1, pages - 1))  # as if all but the last two had been looked at
    qtbot.waitUntil(lambda: window.asides.tour.isVisible(), timeout=5000)
    qtbot.waitUntil(lambda: "2 pages never shown" in window.asides.tour.told.text(), timeout=5000)
    sheets = window.views[file.key].sheets
    assert sheets is not None
    for page in (pages - 1, pages):
        qtbot.keyClick(window, Qt.Key.Key_L, SHIFT)
        assert session.looking.is_touring(file)
        qtbot.waitUntil(lambda page=page: page in shown(session, file), timeout=10_000)
    ledger = session.looking.ledger(file)
    assert ledger is not None
    assert ledger.is_done
    qtbot.keyClick(window, Qt.Key.Key_L, SHIFT)
    assert window.asides.ledger.isVisible()
    assert window.asides.ledger.head.text().startswith("Everything that was selected is decided")
    assert not window.asides.ledger.go.isVisible()


def test_the_tour_can_be_left(qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile) -> None:
    qtbot.keyClick(window, Qt.Key.Key_L, SHIFT)
    qtbot.waitUntil(lambda: window.asides.tour.isVisible(), timeout=5000)
    window.asides.tour.end.click()
    assert not window.asides.tour.isVisible()


def test_a_second_look_is_blind_and_says_what_is_missed(
    qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile
) -> None:
    total = file.findings.total()
    qtbot.keyClick(window, Qt.Key.Key_V)
    page = window.asides.second_look
    drawn = page.passage
    assert drawn is not None
    assert not drawn.selected
    texts = " ".join(part.text() for part in (page.progress, page.text, page.told, page.place))
    assert "%" not in texts  # neither its importance nor anything like it
    assert page.text.text() == " ".join(drawn.text.split())
    qtbot.keyClick(window, Qt.Key.Key_1)
    finding = file.findings.at(drawn.start, drawn.end)
    assert finding is not None
    assert (finding.decision, file.findings.total()) == ("added", total + 1)
    for _ in range(DRAW - 1):
        assert page.passage is not None
        assert page.passage != drawn
        qtbot.keyClick(window, Qt.Key.Key_2)
    assert page.passage is None
    assert f"{DRAW}, of which 1 important." in page.told.text()
    assert file.findings.total() == total + 1
    window.run_command("ledger")
    assert f"{DRAW}, of which 1 important." in window.asides.ledger.looks.text()
    window.run_command("second-look")
    qtbot.keyClick(window, Qt.Key.Key_4)
    assert page.passage is not None
    assert page.progress.text() == f"Passage 1 of {DRAW}: must a reviewer read it?"


def test_what_was_added_by_a_second_look_can_be_undone(
    qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile
) -> None:
    qtbot.keyClick(window, Qt.Key.Key_V)
    drawn = window.asides.second_look.passage
    assert drawn is not None
    qtbot.keyClick(window, Qt.Key.Key_1)
    session.undo()
    finding = file.findings.at(drawn.start, drawn.end)
    assert finding is None or finding.decision == "undecided"


def test_a_japanese_text_without_pages_has_a_ledger_in_shares(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    path = tmp_path / "契約書.md"
    sections = "".join(
        f"## 第{n}条 雑則\n\n" + "当事者は、四半期ごとに誠意をもって協議するものとする。" * 30 + "\n\n"
        for n in range(3, 20)
    )
    path.write_text(JAPANESE + sections, encoding="utf-8")
    session.open([path])
    file = settle()
    assert file.phase == "ready", file.problem
    qtbot.keyClick(window, Qt.Key.Key_L)
    page = window.asides.ledger
    assert "of the text never shown" in page.head.text()
    model = page.list.model()
    entries = [model.index(row, 0).data(ENTRY) for row in range(model.rowCount())]
    assert any("責任" in entry.section.name for entry in entries)
    qtbot.waitUntil(lambda: len(shown(session, file)) > 60, timeout=10_000)
    assert file.document is not None
    assert len(shown(session, file)) < len(file.document.text)
    qtbot.waitUntil(lambda: model.index(1, 0).data(ENTRY).shown > 0, timeout=5000)
    qtbot.keyClick(window, Qt.Key.Key_G)


def test_without_findings_the_ledger_is_about_pages_alone(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    path = tmp_path / "harmless.txt"
    path.write_text("The parties like each other and they meet every week.\n\n" * 3, encoding="utf-8")
    session.open([path])
    file = settle()
    assert file.findings.total() == 0
    qtbot.keyClick(window, Qt.Key.Key_L)
    qtbot.waitUntil(lambda: bool(shown(session, file)), timeout=10_000)
    qtbot.waitUntil(lambda: "shown" in window.asides.ledger.head.text(), timeout=5000)
    assert window.asides.ledger.list.model().rowCount() == 1
