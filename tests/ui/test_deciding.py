"""Deciding by keys, through the real window: skip, ends, tags, findings of one's own, owner, due date, meeting, why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.review.findings import Finding
from app.ui.main_window import MainWindow
from app.ui.range_editing import RangeEditor
from app.ui.session import Session
from app.ui.sheet_view import SheetView
from app.ui.state import OpenFile
from app.ui.tag_picker import TagPicker
from app.ui.widgets import PassageButton
from app.workspace.store import Workspace
from tests.ui.conftest import EXAMPLE

Settle = Callable[[], OpenFile]
Key = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier
PLAIN = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def file(qtbot: QtBot, window: MainWindow, session: Session, settle: Settle) -> OpenFile:
    session.open([EXAMPLE])
    settle()
    found = session.state.current
    assert found is not None
    qtbot.waitUntil(lambda: found.document is not None, timeout=60_000)
    return found


def selected(file: OpenFile) -> Finding:
    finding = file.findings.selected
    assert finding is not None
    return finding


def stored(session: Session, file: OpenFile, finding_id: str) -> Finding:
    """As another process would find it."""
    assert file.sha256 is not None
    with Workspace.open(session._path) as workspace:
        return next(f for f in workspace.findings(file.sha256) if f.id == finding_id)


def sheets_of(window: MainWindow, file: OpenFile) -> SheetView:
    sheets = window.views[file.key].sheets
    assert sheets is not None
    return sheets


def press(qtbot: QtBot, window: MainWindow, *keys: Key, modifier: Qt.KeyboardModifier = PLAIN) -> None:
    """Press keys where the cursor is."""
    for key in keys:
        target: QWidget = QApplication.focusWidget() or window
        qtbot.keyClick(target, key, modifier)


def test_skipping_goes_on_is_remembered_and_is_no_decision(
    qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile
) -> None:
    first = selected(file)
    press(qtbot, window, Key.Key_K)
    assert selected(file).id != first.id
    assert stored(session, file, first.id).skipped
    assert file.findings.counts().decided == 0
    press(qtbot, window, Key.Key_U)
    assert selected(file) == first
    assert not stored(session, file, first.id).skipped


def test_several_findings_are_decided_on_in_one_step(window: MainWindow, session: Session, file: OpenFile) -> None:
    ids = [finding.id for finding in list(file.findings)[:4]]
    session.reviewing(lambda reviewer: reviewer.decide_many(ids, "rejected"))
    assert {stored(session, file, each).decision for each in ids} == {"rejected"}
    assert selected(file).id not in ids
    session.undo()
    assert file.findings.counts().decided == 0
    session.redo()
    assert file.findings.counts().rejected == 4


def test_the_ends_are_moved_by_keys(qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile) -> None:
    before = selected(file)
    assert file.document is not None
    press(qtbot, window, Key.Key_E)
    assert isinstance(window.deciding.editor, RangeEditor)
    press(qtbot, window, Key.Key_Left, Key.Key_Left)
    press(qtbot, window, Key.Key_Right, modifier=SHIFT)
    press(qtbot, window, Key.Key_Return)
    assert window.deciding.editor is None
    after = stored(session, file, before.id)
    assert after.decision == "edited"
    assert before.start < after.start < after.end < before.end
    assert after.text == file.document.text[after.start : after.end]
    assert after.text in before.text
    assert after.quads != before.quads
    assert after.proposed == before.span
    assert selected(file).id != before.id  # it is decided on, the next one came
    press(qtbot, window, Key.Key_U)
    assert selected(file) == before


def test_esc_drops_the_ends_and_the_next_key_decides(
    qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile
) -> None:
    before = selected(file)
    press(qtbot, window, Key.Key_E, Key.Key_Left, Key.Key_Escape)
    assert window.deciding.editor is None
    assert selected(file) == before
    press(qtbot, window, Key.Key_A)
    assert stored(session, file, before.id).decision == "accepted"
    assert stored(session, file, before.id).span == before.span


def test_an_end_is_dragged(qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile) -> None:
    finding = next(f for f in file.findings if len(f.quads) >= 2 and len(f.text) > 120)
    session.select(file, finding.id)
    window.run_command("edit-range")
    editor, sheets = window.deciding.editor, sheets_of(window, file)
    assert editor is not None
    first = sheets.rects(finding)[0]
    target = QPointF(first.left() + first.width() * 0.5, first.center().y()).toPoint()
    qtbot.mousePress(sheets.viewport(), Qt.MouseButton.LeftButton, pos=editor.handles()["end"].toPoint())
    qtbot.mouseMove(sheets.viewport(), target)
    qtbot.mouseRelease(sheets.viewport(), Qt.MouseButton.LeftButton, pos=target)
    assert finding.start == editor.span.start
    assert finding.start < editor.span.end < finding.end
    assert sheets.rects(editor.span)[-1].right() - target.x() < 60  # at the end of the word under the mouse
    window.grab()
    editor.keep()
    assert stored(session, file, finding.id).end == editor.span.end
    edited = file.findings.get(finding.id)
    assert edited is not None
    assert sheets.rects(edited) != sheets.rects(finding)


def test_an_edited_finding_stays_edited_when_it_is_accepted_and_is_itself_again_when_cleared(
    window: MainWindow, session: Session, file: OpenFile
) -> None:
    before = selected(file)
    session.reviewing(lambda reviewer: reviewer.set_range(file, before.id, before.start, before.start + 30))
    session.select(file, before.id)
    session.decide("rejected")
    session.select(file, before.id)
    session.decide("accepted")
    assert stored(session, file, before.id).decision == "edited"
    session.select(file, before.id)
    session.decide("undecided")
    assert stored(session, file, before.id) == before


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # popups, on the offscreen platform
def test_tags_are_changed_by_keys_alone(qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile) -> None:
    before = selected(file)
    had = [tag.tag for tag in before.tags]
    assert "insurance" not in had
    press(qtbot, window, Key.Key_T)
    picker = window.deciding.picker
    assert isinstance(picker, TagPicker)
    qtbot.keyClicks(picker.filter, "insur")
    qtbot.keyClick(picker.filter, Key.Key_Return)
    assert picker.filter.text() == ""
    qtbot.keyClick(picker.filter, Key.Key_Escape)
    qtbot.waitUntil(lambda: window.deciding.picker is None)
    after = stored(session, file, before.id)
    assert [tag.tag for tag in after.tags] == [*had, "insurance"]
    assert after.proposed_tags == before.tags
    assert "Insurance" in window.panel.card._tags.text()
    session.undo()
    assert selected(file) == before


def test_marked_text_becomes_a_finding_and_leaves_again(
    qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile
) -> None:
    assert file.analysis is not None
    assert file.document is not None
    assert not window.actions_by_id["add-finding"].isEnabled()
    passage = next(p for p in file.analysis.passages if not p.selected and len(p.text) > 60 and p.quads)
    file.marked = (passage.start + 5, passage.end - 3)
    session.hub.marked.emit(file.key)
    many = len(file.findings)
    press(qtbot, window, Key.Key_I)
    added = selected(file)
    assert (added.decision, added.importance, added.rank) == ("added", passage.importance, passage.rank)
    assert added.text == file.document.text[added.start : added.end]
    assert added.page == passage.page
    assert len(file.findings) == many + 1
    assert stored(session, file, added.id) == added
    assert window.panel.card.isVisible()
    press(qtbot, window, Key.Key_Backspace)  # back to undecided: it is none any more
    assert added.id not in file.findings
    assert len(file.findings) == many
    press(qtbot, window, Key.Key_U)
    assert selected(file) == added
    session.undo()
    assert added.id not in file.findings


def test_marked_text_that_goes_over_a_page_end_is_marked_on_both_pages(
    window: MainWindow, session: Session, file: OpenFile
) -> None:
    assert file.document is not None
    first, second = file.document.pages[:2]
    session.mark(file, (first.end - 60, second.start + 160))
    window.run_command("add-finding")
    added, sheets = selected(file), sheets_of(window, file)
    assert added.decision == "added"
    assert (added.page, [piece.page for piece in added.more]) == (1, [2])
    assert stored(session, file, added.id).more == added.more
    assert all(sheets._marks._rects(added.id, sheet) for sheet in (0, 1))
    below = sheets.rects(added)[-1]
    assert sheets._marks.at(below.center()) == added.id
    assert added.id in [name for name, _ in sheets._marks.flags(0)]
    assert added.id not in [name for name, _ in sheets._marks.flags(1)]  # one flag, where it begins


def test_owner_due_date_and_meeting_are_set_by_keys(
    qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile
) -> None:
    finding = selected(file)
    press(qtbot, window, Key.Key_O)
    qtbot.keyClicks(window.panel.card.owner, "  Hanako  Sato ")
    press(qtbot, window, Key.Key_Return, Key.Key_D)
    qtbot.keyClicks(window.panel.card.due, "+7")
    press(qtbot, window, Key.Key_Return, Key.Key_M)
    kept = stored(session, file, finding.id)
    assert (kept.owner, kept.due, kept.raised) == (
        "Hanako Sato",
        (date.today() + timedelta(days=7)).isoformat(),
        True,
    )
    assert window.panel.card.tools["raise"].isChecked()
    press(qtbot, window, Key.Key_A)
    assert stored(session, file, finding.id).decision == "accepted"
    for _ in range(4):
        session.undo()
    assert stored(session, file, finding.id) == finding


def test_a_date_that_is_none_stays_in_the_field_with_advice(
    qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile
) -> None:
    press(qtbot, window, Key.Key_D)
    due = window.panel.card.due
    qtbot.keyClicks(due, "soon")
    press(qtbot, window, Key.Key_Return)
    assert due.hasFocus()
    assert due.property("kind") == "wrong"
    assert "2026-03-31" in due.toolTip()
    press(qtbot, window, Key.Key_Escape)
    assert due.text() == ""
    assert stored(session, file, selected(file).id).due == ""


@pytest.mark.parametrize(
    ("key", "modifier"), [(Key.Key_Return, Qt.KeyboardModifier.ControlModifier), (Key.Key_Escape, PLAIN)]
)
def test_a_comment_is_written_and_the_next_key_decides(
    qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile, key: Key, modifier: Qt.KeyboardModifier
) -> None:
    finding = selected(file)
    press(qtbot, window, Key.Key_C)
    qtbot.keyClicks(window.panel.card._comment, "Are all kinds of claims meant?")
    press(qtbot, window, key, modifier=modifier)
    assert window.panel.list.hasFocus()
    press(qtbot, window, Key.Key_R)
    kept = stored(session, file, finding.id)
    assert (kept.comment, kept.decision) == ("Are all kinds of claims meant?", "rejected")


def test_the_words_that_carried_the_estimate_are_shaded_on_request(
    qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile
) -> None:
    card = window.panel.card
    assert "background" not in card._quote.text()
    press(qtbot, window, Key.Key_W)
    qtbot.waitUntil(lambda: "background" in card._quote.text(), timeout=20_000)
    assert card._why.isVisible()
    assert "liab" in card._why.text().lower()
    press(qtbot, window, Key.Key_N)  # asked about the next one as well
    assert "background" not in card._quote.text()
    qtbot.waitUntil(lambda: "background" in card._quote.text(), timeout=20_000)
    press(qtbot, window, Key.Key_W)
    assert "background" not in card._quote.text()
    assert not card._why.isVisible()


def test_the_card_says_page_section_and_weight_and_links_lead_there_and_back(
    qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile
) -> None:
    from app.ui.relations import relations

    finding = next(f for f in file.findings if f.page > 2 and relations(file.analysis, f))
    session.select(file, finding.id)
    card = window.panel.card
    assert f"p. {finding.page}" in card._place.text()
    assert "›" in card._place.text()
    assert "of 100 passages like this one" in card._figures.text()
    sheets = sheets_of(window, file)
    before = sheets.verticalScrollBar().value()
    qtbot.waitUntil(lambda: any(b.isVisible() for b in card.findChildren(PassageButton)))
    button = next(b for b in card.findChildren(PassageButton) if b.isVisible())
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    window.run_command("back")
    assert abs(sheets.verticalScrollBar().value() - before) <= 2


def test_what_was_open_comes_back_in_another_window(
    qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile, tmp_path: Path
) -> None:
    session.arrange("place")
    press(qtbot, window, Key.Key_A)
    looked_at = list(file.findings)[12].id
    session.select(file, looked_at)
    sheets = sheets_of(window, file)
    window.run_command("zoom-in")
    bar = sheets.verticalScrollBar()
    bar.setValue(bar.maximum() // 3)
    place = sheets.place()
    window.close()
    session.close()
    other = Session(session._path, model_worker="tests.ui.fake_model_worker")
    try:
        again = MainWindow(other)
        qtbot.addWidget(again)
        again.show()
        other.start()
        again.restoring.restore()
        qtbot.waitUntil(
            lambda: other.state.current is not None and other.state.current.phase == "ready", timeout=60_000
        )
        now = other.state.current
        assert now is not None
        assert now.path == file.path
        assert now.findings.selected_id == looked_at
        assert now.findings.order == "place"
        assert now.findings.counts().accepted == 1
        assert other.state.can_undo
        restored = sheets_of(again, now).place()
        assert place is not None
        assert restored is not None
        assert restored[0] == place[0]
        assert restored[1] == pytest.approx(place[1], abs=3)
        assert restored[2] == pytest.approx(place[2])
    finally:
        other.close()


def test_what_is_being_typed_is_kept_when_the_window_closes(
    qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile
) -> None:
    finding = selected(file)
    press(qtbot, window, Key.Key_O)
    qtbot.keyClicks(window.panel.card.owner, "Sato")
    window.close()
    assert stored(session, file, finding.id).owner == "Sato"
