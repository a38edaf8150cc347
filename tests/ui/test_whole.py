"""The workspace as a whole in a real window: summary by section, Ask, sidebar, matrix, search over all documents."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.review.matrix import DOCUMENT
from app.ui.filtering import Filter
from app.ui.grouping import Group
from app.ui.main_window import MainWindow
from app.ui.matrix_model import CELL
from app.ui.session import Session
from app.ui.sidebar import SHELF_ROW
from app.ui.state import OpenFile
from app.ui.widgets import PassageButton
from tests.ui.conftest import EXAMPLE, FAKE_MODEL

Settle = Callable[[], OpenFile]
JAPANESE = EXAMPLE.parent / "outsourcing-agreement-ja.pdf"
WORD = EXAMPLE.parent / "outsourcing-agreement-ja.docx"


def opened(qtbot: QtBot, session: Session, settle: Settle, path: Path = EXAMPLE) -> OpenFile:
    session.open([path])
    file = settle()
    assert file.phase == "ready", file.problem
    qtbot.waitUntil(lambda: file.document is not None, timeout=60_000)
    return file


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    """As a reader does: to whatever has the keys."""
    target = QApplication.focusWidget() or window
    qtbot.keyClick(target, key, modifier or Qt.KeyboardModifier.NoModifier)


def answered(qtbot: QtBot, window: MainWindow, question: str) -> None:
    panel = window.whole.ask
    panel.field.setText(question)
    qtbot.keyClick(panel.field, Qt.Key.Key_Return)
    assert panel.is_working
    qtbot.waitUntil(lambda: not panel.is_working, timeout=20_000)


# ---- the summary by section


def test_the_summary_stands_by_section_and_is_copied_with_citations(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    file = opened(qtbot, session, settle)
    press(qtbot, window, Qt.Key.Key_S)
    overview = window.panel.overview
    entries = [entry for section in overview.sections for entry in section.entries]
    assert len(overview.sections) > 8
    assert len(overview.findChildren(PassageButton)) == len(entries)
    place = window.views[file.key].sheets.verticalScrollBar().value()  # type: ignore[union-attr]  # the pages show
    overview.findChildren(PassageButton)[-1].click()
    assert window.views[file.key].sheets.verticalScrollBar().value() != place  # type: ignore[union-attr]  # the same
    press(qtbot, window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: window.views[file.key].sheets.verticalScrollBar().value() == place)  # type: ignore[union-attr]  # the same
    overview.setFocus()
    press(qtbot, window, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    data = QGuiApplication.clipboard().mimeData()
    cited = next(entry for entry in entries if entry.clause.startswith("§"))
    citation = f"({cited.clause}, p. {cited.page})"
    assert citation in data.text()
    assert citation in data.html()


def test_a_japanese_summary_is_cited_in_japanese(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    opened(qtbot, session, settle, JAPANESE)
    press(qtbot, window, Qt.Key.Key_S)
    window.panel.overview.copy()
    text = QGuiApplication.clipboard().text()
    assert "条、" in text
    assert "ページ）" in text


# ---- Ask


def test_a_question_is_typed_answered_and_followed_by_keyboard_alone(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    file = opened(qtbot, session, settle)
    press(qtbot, window, Qt.Key.Key_Q)
    panel = window.whole.ask
    assert panel.field.hasFocus()
    assert window.panel.isHidden()
    answered(qtbot, window, "who is liable for confidential information?")
    assert [answer.relevance for answer in panel.answers] == sorted(
        (answer.relevance for answer in panel.answers), reverse=True
    )
    assert "may answer this" in panel.told.text()
    assert "p. " in panel.list.rows[0].place
    press(qtbot, window, Qt.Key.Key_Down)
    press(qtbot, window, Qt.Key.Key_Return)
    best, document = panel.answers[0], file.document
    assert document is not None
    page = next(p.number for p in reversed(document.pages) if p.start <= best.start)
    sheets = window.views[file.key].sheets
    assert sheets is not None
    qtbot.waitUntil(lambda: abs(sheets.current_sheet() + 1 - page) <= 1)
    press(qtbot, window, Qt.Key.Key_Escape)
    assert panel.isHidden()
    assert not window.panel.isHidden()


def test_a_second_question_comes_at_once_and_one_without_an_answer_is_told(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    opened(qtbot, session, settle, JAPANESE)
    press(qtbot, window, Qt.Key.Key_Q)
    answered(qtbot, window, "解除できる場合")
    assert any("解除" in row.text for row in window.whole.ask.list.rows[:3])
    answered(qtbot, window, "penguins in antarctica")
    assert window.whole.ask.answers == ()
    assert window.whole.ask.told.text().startswith("Nothing in this document")


def test_until_the_model_answers_passages_are_shown_that_share_words_with_the_question(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    opened(qtbot, session, settle)
    window.whole.ask._file = session.state.current  # asked before the panel showed, so that nothing was read ahead
    panel = window.whole.ask
    panel.field.setText("take your time with liability for confidential information")
    panel.ask()
    assert panel.answers
    assert {row.share for row in panel.list.rows} == {None}
    qtbot.waitUntil(lambda: panel.told.text().startswith("These passages share words"), timeout=20_000)
    panel.cancel()
    assert panel.told.text() == "These passages share words with the question."
    answered(qtbot, window, "who is liable for confidential information?")
    assert None not in {row.share for row in panel.list.rows}


def test_a_question_can_be_cancelled(qtbot: QtBot, window: MainWindow, session: Session, settle: Settle) -> None:
    opened(qtbot, session, settle)
    window.whole.ask._file = session.state.current  # asked before the panel showed, so that nothing was read ahead
    panel = window.whole.ask
    panel.field.setText("take your time with liability")
    panel.ask()
    qtbot.waitUntil(lambda: panel.told.text() != "", timeout=20_000)
    press(qtbot, window, Qt.Key.Key_Q)
    press(qtbot, window, Qt.Key.Key_Escape)
    assert not panel.is_working
    assert not panel.isHidden()
    answered(qtbot, window, "liability")
    assert panel.answers


def test_questions_are_kept_and_can_be_forgotten(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    opened(qtbot, session, settle)
    press(qtbot, window, Qt.Key.Key_Q)
    answered(qtbot, window, "which law governs?")
    assert session.archive.questions() == ("which law governs?",)
    opened(qtbot, session, settle, WORD)
    panel = window.whole.ask
    assert panel.answers == ()
    assert panel.recent.isVisibleTo(panel)
    panel._forget()
    assert session.archive.questions() == ()
    assert not panel.recent.isVisibleTo(panel)


def test_an_answer_becomes_a_finding_by_the_command_for_that(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = opened(qtbot, session, settle)
    ran: list[str] = []
    monkeypatch.setattr(window, "run_command", ran.append)
    marked: list[int] = []
    session.hub.marked.connect(marked.append)
    panel = window.whole.ask
    panel._can_add = True
    press(qtbot, window, Qt.Key.Key_Q)
    answered(qtbot, window, "liability of affiliates")
    assert not panel.add.isEnabled()  # none is chosen yet
    press(qtbot, window, Qt.Key.Key_Down)
    panel.add.click()
    best = panel.answers[0]
    assert (file.marked, marked, ran) == ((best.start, best.end), [file.key], ["add-finding"])


def test_a_question_waits_for_the_reading_ahead_and_does_not_end_it(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    opened(qtbot, session, settle)
    press(qtbot, window, Qt.Key.Key_Q)
    panel = window.whole.ask
    assert panel._reading is not None
    panel.field.setText("liability")
    panel.ask()
    assert panel._reading is not None
    qtbot.waitUntil(lambda: panel._reading is None, timeout=20_000)
    qtbot.waitUntil(lambda: bool(panel.answers) and not panel.is_working, timeout=20_000)


@pytest.mark.slow
def test_the_trained_model_answers_in_english_and_japanese(qtbot: QtBot, tmp_path: Path) -> None:
    session = Session(tmp_path / "reviews.fusen")
    window = MainWindow(session)
    qtbot.addWidget(window)
    window.show()
    session.start()
    panel = window.whole.ask

    def ask(path: Path, question: str) -> list[str]:
        session.open([path])
        file = session.state.current
        assert file is not None
        qtbot.waitUntil(lambda: file.phase == "ready", timeout=300_000)
        window.run_command("ask")
        panel.field.setText(question)
        panel.ask()
        qtbot.waitUntil(lambda: bool(panel.answers) and not panel.is_working, timeout=300_000)
        assert panel.answers[0].relevance > 0.1
        return [row.text for row in panel.list.rows[:3]]

    try:
        assert any("law" in text for text in ask(EXAMPLE, "which law governs this agreement?"))
        assert any("上限" in text for text in ask(JAPANESE, "損害賠償の上限はいくらか"))
    finally:
        session.close()


# ---- the sidebar


def names(window: MainWindow) -> list[str]:
    rows = (window.sidebar.list.item(n).data(SHELF_ROW) for n in range(window.sidebar.list.count()))
    return [("" if row.file is not None else "closed ") + row.name for row in rows]


def test_a_closed_document_stays_in_the_sidebar_and_opens_from_there(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    opened(qtbot, session, settle)
    press(qtbot, window, Qt.Key.Key_A)
    opened(qtbot, session, settle, JAPANESE)
    session.close_file(1)
    assert names(window) == [JAPANESE.name, "closed ", f"closed {EXAMPLE.name}"]
    entry = window.sidebar.list.item(2).data(SHELF_ROW).entry
    assert (entry.decided, entry.total > 1) == (1, True)
    place = window.sidebar.list.visualItemRect(window.sidebar.list.item(2)).center()
    qtbot.mouseClick(window.sidebar.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: len(session.state.files) == 2)
    file = settle()
    assert file.name == EXAMPLE.name
    assert file.findings.counts().decided == 1
    assert names(window) == [JAPANESE.name, EXAMPLE.name]


def test_a_document_is_removed_and_comes_back_with_its_decisions(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    opened(qtbot, session, settle, JAPANESE)
    opened(qtbot, session, settle)
    press(qtbot, window, Qt.Key.Key_A)
    window.sidebar.list.setFocus()
    press(qtbot, window, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: names(window) == [JAPANESE.name])
    assert window.sidebar.undo.isVisibleTo(window.sidebar)
    window.sidebar.undo.click()
    qtbot.waitUntil(lambda: names(window) == [JAPANESE.name, "closed ", f"closed {EXAMPLE.name}"])
    assert window.sidebar.list.item(2).data(SHELF_ROW).entry.decided == 1
    assert not window.sidebar.undo.isVisibleTo(window.sidebar)


def test_many_documents_can_be_filtered(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    for number in range(9):
        path = tmp_path / f"Lease {number}.md"
        path.write_text(f"# Lease {number}\n\nThe tenant shall not assign this lease.\n", encoding="utf-8")
        session.open([path])
    settle()
    qtbot.waitUntil(lambda: all(file.phase == "ready" for file in session.state.files.values()), timeout=60_000)
    assert window.sidebar.filter.isVisibleTo(window.sidebar)
    window.sidebar.filter.setText("ＬＥＡＳＥ 7")
    assert names(window) == ["Lease 7.md"]
    window.sidebar.filter.clear()
    assert len(names(window)) == 9


# ---- the matrix


def test_documents_are_compared_by_tag_and_a_cell_leads_to_its_passage(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    opened(qtbot, session, settle)
    opened(qtbot, session, settle, JAPANESE)
    session.close_file(1)
    press(qtbot, window, Qt.Key.Key_X)
    matrix, model = window.whole.matrix, window.whole.matrix.model
    qtbot.waitUntil(lambda: model.rowCount() == 2, timeout=20_000)
    assert window.panel.isHidden()
    tag = "governing-law"
    matrix._sort_column(model.tags.index(tag))
    index = model.index(0, model.tags.index(tag))
    cell = index.data(CELL)
    assert cell is not None
    assert model.source(0).name == EXAMPLE.name
    matrix.table.setCurrentIndex(index)
    matrix.table.setFocus()
    press(qtbot, window, Qt.Key.Key_Return)
    file = settle()
    assert file.name == EXAMPLE.name
    assert not window.whole.is_matrix
    sheets = window.views[file.key].sheets
    assert sheets is not None
    assert file.analysis is not None
    page = next(p.page for p in file.analysis.passages if p.start == cell.best.start)
    qtbot.waitUntil(lambda: abs(sheets.current_sheet() + 1 - page) <= 1)


def test_decisions_cannot_be_made_on_what_the_matrix_hides_and_show_in_it(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    file = opened(qtbot, session, settle)
    best = max(file.findings, key=lambda finding: finding.importance)
    session.select(file, best.id)
    press(qtbot, window, Qt.Key.Key_A)
    press(qtbot, window, Qt.Key.Key_X)
    model = window.whole.matrix.model
    qtbot.waitUntil(lambda: model.rowCount() == 1, timeout=20_000)
    press(qtbot, window, Qt.Key.Key_R)
    assert file.findings.counts().decided == 1
    cells = [model.index(0, column).data(CELL) for column in range(model.columnCount())]
    assert any(cell.best.decision == "accepted" for cell in cells)
    press(qtbot, window, Qt.Key.Key_X)
    assert not window.whole.is_matrix
    assert not window.panel.isHidden()


def test_the_matrix_is_filtered_columns_are_chosen_and_what_shows_is_exported(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    opened(qtbot, session, settle)
    opened(qtbot, session, settle, WORD)
    window.run_command("matrix")
    matrix, model = window.whole.matrix, window.whole.matrix.model
    qtbot.waitUntil(lambda: model.rowCount() == 2, timeout=20_000)
    hidden = model.tags[0]
    matrix.toggle_tag(hidden)
    assert hidden not in model.tags
    matrix.filter.setText("outsourcing")
    assert [model.source(row).name for row in range(model.rowCount())] == [WORD.name]
    output = tmp_path / "matrix.csv"
    matrix.save(output)
    qtbot.waitUntil(output.exists, timeout=20_000)
    qtbot.waitUntil(lambda: window.bar.message is not None)
    rows = list(csv.reader(output.read_text(encoding="utf-8-sig").splitlines()))
    assert [row[0] for row in rows] == ["File", WORD.name]
    assert len(rows[0]) == 1 + len(model.tags)
    matrix.toggle_tag(hidden)
    qtbot.keyClick(matrix.filter, Qt.Key.Key_Escape)
    assert model.rowCount() == 2
    assert model.by == DOCUMENT
    qtbot.keyClick(matrix.table, Qt.Key.Key_Escape)
    assert not window.whole.is_matrix


def test_an_empty_workspace_has_an_empty_matrix(qtbot: QtBot, window: MainWindow, session: Session) -> None:
    assert not window.whole.matrix.isVisible(), "nothing lies over the pages before it is asked for"
    window.run_command("matrix")
    qtbot.waitUntil(lambda: "No document" in window.whole.matrix.told.text(), timeout=20_000)
    assert window.whole.matrix.isVisible()
    window.whole.matrix.closed.emit()
    assert not window.whole.is_matrix
    assert not window.whole.matrix.isVisible()


# ---- search over all documents


def test_words_are_searched_in_all_documents_and_a_place_opens_its_document(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    for path in (EXAMPLE, JAPANESE):
        opened(qtbot, session, settle, path)
    session.close_file(1)
    press(qtbot, window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    panel = window.whole.search
    assert panel.field.hasFocus()
    qtbot.keyClicks(panel.field, "GOVERNED by")  # searched once the typing pauses
    qtbot.waitUntil(lambda: not panel.is_working and len(panel.list.rows) > 1, timeout=20_000)
    head, place = panel.list.rows[:2]
    assert (head.text, head.head) == (EXAMPLE.name, True)
    assert place.marked is not None
    assert place.text[slice(*place.marked)].lower() == "governed by"
    press(qtbot, window, Qt.Key.Key_Return)
    press(qtbot, window, Qt.Key.Key_Return)
    file = settle()
    assert file.name == EXAMPLE.name
    sheets, target = window.views[file.key].sheets, place.target
    assert sheets is not None
    qtbot.waitUntil(lambda: abs(sheets.current_sheet() + 1 - target.page) <= 1)  # type: ignore[attr-defined]  # a search's `Target`
    assert window.panel.isHidden()  # the places stay, to go on with the next
    panel.field.setText("準拠")
    panel.search()
    qtbot.waitUntil(lambda: not panel.is_working, timeout=20_000)
    assert panel.list.rows[0].text == JAPANESE.name
    panel.field.setText("penguin")
    panel.search()
    qtbot.waitUntil(lambda: not panel.is_working, timeout=20_000)
    assert panel.told.text().startswith("No document")
    assert list(panel.list.rows) == []


def test_a_place_in_a_word_document_is_gone_to_once_its_text_is_set(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    copy = tmp_path / "long.md"
    paragraphs = "\n\n".join(f"Paragraph {n} says that the parties shall not speak of it." for n in range(400))
    copy.write_text(f"# Long\n\n{paragraphs}\n\nThe zebra clause ends it.\n", encoding="utf-8")
    opened(qtbot, session, settle, copy)
    session.close_current()
    window.run_command("search-all")
    window.whole.search.field.setText("zebra")
    window.whole.search.search()
    qtbot.waitUntil(lambda: len(window.whole.search.list.rows) == 2, timeout=20_000)
    window.whole.search.list.enter()
    press(qtbot, window, Qt.Key.Key_Return)
    file = settle()
    qtbot.waitUntil(lambda: window.views[file.key].sheets is not None, timeout=20_000)
    sheets = window.views[file.key].sheets
    assert sheets is not None
    qtbot.waitUntil(
        lambda: sheets.verticalScrollBar().value() > 0.8 * sheets.verticalScrollBar().maximum(), timeout=20_000
    )


def test_a_search_from_the_start_page_shows_the_workspace(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.pdf"
    shutil.copyfile(EXAMPLE, copy)
    opened(qtbot, session, settle, copy)
    session.close_current()
    window.run_command("search-all")
    assert window.sidebar.isVisibleTo(window)
    assert names(window) == ["closed copy.pdf"]
    qtbot.keyClick(window.whole.search.field, Qt.Key.Key_Escape)
    assert not window.sidebar.isVisibleTo(window)


def test_filter_groups_and_hidden_columns_come_back(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    file = opened(qtbot, session, settle)
    tag = file.findings[0].tags[0].tag
    session.filter(Filter(tags=frozenset({tag}), text="a", pages=(1, 9), shown_pages="1-9"))
    session.arrange("place")
    session.toggle_groups()
    session.collapse(next(row.key for row in file.findings.rows if isinstance(row, Group)), collapsed=True)
    window.run_command("matrix")
    qtbot.waitUntil(lambda: bool(window.whole.matrix.model.tags), timeout=20_000)
    window.whole.matrix.toggle_tag(tag)
    assert tag not in window.whole.matrix.model.tags
    kept = (file.findings.filter, file.findings.order, file.findings.by_section, file.findings.collapsed)
    window.close()
    session.close()
    again = Session(tmp_path / "reviews.fusen", model_worker=FAKE_MODEL)
    other = MainWindow(again)
    qtbot.addWidget(other)
    other.show()
    again.start()
    other.restoring.restore()
    try:
        qtbot.waitUntil(
            lambda: again.state.current is not None and again.state.current.phase == "ready", timeout=60_000
        )
        assert again.state.current is not None
        found = again.state.current.findings
        assert (found.filter, found.order, found.by_section, found.collapsed) == kept
        other.run_command("matrix")
        qtbot.waitUntil(lambda: bool(other.whole.matrix.model.tags), timeout=20_000)
        assert tag not in other.whole.matrix.model.tags
    finally:
        again.close()
