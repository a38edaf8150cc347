"""First findings in the real window: shown at once and marked; what the reviewer did meanwhile outlives their replacement."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

from app.ui.findings_model import FINDING
from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.ui.state import OpenFile
from app.workspace.store import Workspace
from tests.ui.conftest import EXAMPLE

Order = Callable[[str], None]


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """Of a file of this name the stand-in sends first findings and then waits."""
    return Path(shutil.copyfile(EXAMPLE, tmp_path / "first findings.pdf"))


@pytest.fixture
def order(document: Path) -> Order:
    """Tell the stand-in what to do after the first findings."""

    def write(text: str) -> None:
        document.with_suffix(".order").write_text(text, encoding="utf-8")

    return write


@pytest.fixture
def file(qtbot: QtBot, window: MainWindow, session: Session, document: Path) -> OpenFile:
    """The document in the window, with its first findings."""
    session.open([document])
    file = session.state.current
    assert file is not None
    qtbot.waitUntil(lambda: file.has_first_findings, timeout=60_000)
    return file


def finish(qtbot: QtBot, file: OpenFile, order: Order) -> None:
    order("go on")
    qtbot.waitUntil(lambda: file.phase == "ready", timeout=30_000)


def stored(session: Session, file: OpenFile) -> dict[str, str]:
    with Workspace.open(session._path) as workspace:
        return {f.id: f.decision for f in workspace.findings(file.sha256 or "") if f.decision != "undecided"}


def only_first(file: OpenFile, *, row: int = 0) -> str:
    """A first finding that the precise reading does not select."""
    ids = [f.id for f in file.findings if any(tag.tag in ("price-restrictions", "non-compete") for tag in f.tags)]
    return ids[row]


def current_row_on_screen(window: MainWindow) -> QPoint:
    view = window.panel.list
    return view.viewport().mapTo(window, view.visualRect(view.currentIndex()).topLeft())


def test_first_findings_show_at_once_and_say_what_they_are(
    qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile, order: Order
) -> None:
    panel, sheets = window.panel, window.views[file.key].sheets
    assert sheets is not None
    assert file.phase == "analysing"
    assert panel.list.isVisible()
    assert panel.list.model().rowCount() == len(file.findings) > 10
    assert set().union(*sheets._marks._by_sheet.values()) == {f.id for f in file.findings}  # highlights
    assert "first findings" in panel._title.text()
    assert panel.first.isVisible()
    assert panel.first.text.text() == "First findings: the precise reading goes on…"
    assert not panel.sensitivity.isVisible()
    assert panel.card.isVisible()
    assert "first estimate" in panel.card._figures.text().lower()
    assert window.actions_by_id["accept"].isEnabled()
    for command in ("export-pdf", "export-json", "more", "summary", "analyse"):
        assert not window.actions_by_id[command].isEnabled(), command
    with Workspace.open(session._path) as workspace:
        assert workspace.analysis(file.sha256 or "") is None
        assert workspace.findings(file.sha256 or "") == ()
    finish(qtbot, file, order)
    assert file.analysis is not None
    assert not file.has_first_findings
    assert "first" not in panel._title.text()
    assert not panel.first.isVisible()
    assert panel.sensitivity.isVisible()
    assert "of 100 passages like this one" in panel.card._figures.text()
    assert window.actions_by_id["export-json"].isEnabled()
    with Workspace.open(session._path) as workspace:
        assert workspace.analysis(file.sha256 or "") == file.analysis
        assert workspace.findings(file.sha256 or "") == tuple(
            sorted((f for f in file.findings.all() if f.selected), key=lambda f: (f.start, f.end))
        )


def test_decisions_on_first_findings_outlive_them(
    qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile, order: Order
) -> None:
    dropped, undone, both = only_first(file), only_first(file, row=1), file.findings[0].id
    for finding_id, key in ((dropped, Qt.Key.Key_A), (both, Qt.Key.Key_R), (undone, Qt.Key.Key_A)):
        session.select(file, finding_id)
        qtbot.keyClick(window, key)
    qtbot.keyClick(window, Qt.Key.Key_U)
    session.comment(file, dropped, "上限額を確認")
    session.select(file, both)
    expected = {dropped: "accepted", both: "rejected"}
    assert stored(session, file) == expected
    before = file.findings.get(both)
    finish(qtbot, file, order)
    assert stored(session, file) == expected
    assert {f.id: f.decision for f in file.findings.all() if f.decision != "undecided"} == expected
    kept, other = file.findings.get(dropped), file.findings.get(both)
    assert kept is not None
    assert (kept.comment, kept.selected, kept.importance) == ("上限額を確認", False, 0.05)
    assert other is not None
    assert before is not None
    assert (other.selected, other.importance != before.importance) == (True, True)
    assert undone not in file.findings
    session.undo()
    assert file.findings.get(dropped) is not None
    assert file.findings.get(dropped).comment == ""  # type: ignore[union-attr]


def test_the_reviewer_stays_where_she_is(
    qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile, order: Order
) -> None:
    sheets = window.views[file.key].sheets
    assert sheets is not None
    window.resize(1200, 1100)  # so that the card, which grows by the links, does not cover the row
    session.select(file, file.findings[2].id)  # neither first nor among the last in the other order
    qtbot.wait(50)  # the list scrolls when the card has taken its room
    looked_at, row = file.findings.selected_id, file.findings.row_of(file.findings.selected_id or "")
    sheets.verticalScrollBar().setValue(sheets.verticalScrollBar().maximum() // 2)  # she reads on elsewhere
    place, standing = sheets.verticalScrollBar().value(), current_row_on_screen(window)
    finish(qtbot, file, order)
    qtbot.wait(50)
    assert file.findings.selected_id == looked_at
    assert file.findings.row_of(looked_at or "") != row  # the order is another one
    assert window.panel.list.currentIndex().data(FINDING).id == looked_at
    assert sheets.verticalScrollBar().value() == place
    assert current_row_on_screen(window) == standing


def test_a_passage_that_she_looks_at_stays_and_can_be_decided_on_though_it_is_not_selected(
    qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile, order: Order
) -> None:
    looked_at = only_first(file)
    session.select(file, looked_at)
    comment = window.panel.card.findChild(QPlainTextEdit)
    assert comment is not None
    window.activateWindow()
    comment.setFocus()
    qtbot.keyClicks(comment, "Half a sen")
    finish(qtbot, file, order)
    session.caretaker.notice()  # the stored analysis is a change that came by another connection
    assert file.findings.selected_id == looked_at
    assert comment.toPlainText() == "Half a sen"
    assert "not selected" in window.panel.card._figures.text()
    assert "about 5 (" in window.panel.card._figures.text()
    qtbot.keyClicks(comment, "tence")
    qtbot.keyClick(comment, Qt.Key.Key_Return)
    window.panel.card.keep_comment()
    session.decide("accepted")
    assert stored(session, file) == {looked_at: "accepted"}
    kept = file.findings.get(looked_at)
    assert kept is not None
    assert kept.comment == "Half a sentence"
    assert file.findings.selected_id != looked_at  # and on to the next


def test_a_decision_while_the_precise_findings_are_stored_is_not_lost(
    qtbot: QtBot,
    window: MainWindow,
    session: Session,
    file: OpenFile,
    order: Order,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting: list[Callable[[], object]] = []

    def hold_back(work: Callable[[], object], done: Callable[[object], object], failed: object) -> None:
        value = work()
        if isinstance(value, tuple):  # what was stored, and not the counts of the sidebar
            waiting.append(partial(done, value))
        else:
            done(value)

    monkeypatch.setattr(session._background, "run", hold_back)
    order("go on")
    qtbot.waitUntil(lambda: bool(waiting), timeout=30_000)
    assert file.has_first_findings  # stored, not shown yet
    decided = only_first(file)
    session.select(file, decided)
    session.decide("rejected")
    waiting[0]()
    assert file.phase == "ready"
    shown = file.findings.get(decided)
    assert shown is not None
    assert shown.decision == "rejected"


def test_cancelling_between_keeps_the_first_findings_marked_as_such(
    qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile, order: Order
) -> None:
    session.decide("accepted")
    expected = stored(session, file)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert file.phase == "stopped"
    assert file.has_first_findings
    panel = window.panel
    assert panel.first.text.text() == "First findings: the precise reading stopped."
    assert panel.first.again.isVisible()
    assert not panel.first.cancel.isVisible()
    assert not window.actions_by_id["export-pdf"].isEnabled()
    qtbot.keyClick(window, Qt.Key.Key_R)  # one can go on with what there is
    assert len(stored(session, file)) == 2
    panel.first.again.click()
    assert panel.list.isVisible()
    assert panel.first.cancel.isVisible()
    finish(qtbot, file, order)
    assert expected.items() < stored(session, file).items()
    assert file.findings.counts().decided == 2


def test_a_crash_between_is_told_and_the_decisions_are_there_after_a_restart(
    qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile, order: Order
) -> None:
    decided = only_first(file)
    session.select(file, decided)
    session.decide("accepted")
    order("die")
    qtbot.waitUntil(lambda: file.phase == "stopped", timeout=30_000)
    message = window.views[file.key].bar.message
    assert message is not None
    assert (message.kind, message.command) == ("error", "analyse")
    assert "stopped unexpectedly" in message.text
    assert window.panel.first.text.text() == "First findings: the precise reading stopped."
    assert stored(session, file) == {decided: "accepted"}
    with Workspace.open(session._path) as workspace:
        assert workspace.analysis(file.sha256 or "") is None
    session.close_current()
    order("go on")
    session.open([file.path])
    again = session.state.current
    assert again is not None
    assert again is not file
    qtbot.waitUntil(lambda: again.phase == "ready", timeout=60_000)
    kept = again.findings.get(decided)
    assert kept is not None
    assert kept.decision == "accepted"


def test_first_findings_do_not_replace_a_complete_analysis(
    qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile, order: Order
) -> None:
    finish(qtbot, file, order)
    complete = file.analysis
    file.path.with_suffix(".order").unlink()
    session.retry(file)
    seen: list[bool] = []
    session.hub.changed.connect(lambda _key: seen.append(file.has_first_findings))
    qtbot.waitUntil(lambda: file.phase == "ready", timeout=30_000)
    assert seen
    assert not any(seen)
    assert file.analysis is not None
    assert complete is not None
    assert file.analysis.passages == complete.passages


def test_a_summary_that_was_open_does_not_cover_the_list(
    qtbot: QtBot, window: MainWindow, session: Session, document: Path, order: Order
) -> None:
    session.state.summary = True  # left open in another document
    session.open([document])
    file = session.state.current
    assert file is not None
    qtbot.waitUntil(lambda: file.has_first_findings, timeout=60_000)
    assert window.panel.list.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_A)
    assert file.findings.counts().accepted == 1
    finish(qtbot, file, order)
    assert window.panel.list.isVisible()
