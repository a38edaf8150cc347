"""A new version of a document in the window: offered, carried over, shown side by side, taken back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.review.ranges import added_finding
from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.ui.sidebar import SHELF_ROW
from app.ui.state import OpenFile
from app.ui.versions_view import VersionsView

OLD = """Services Agreement

The Supplier's total liability shall not exceed the fees paid in the twelve months before the claim.

This Agreement is governed by the laws of Japan and the courts of Tokyo have jurisdiction.

Either party may terminate this Agreement for convenience by giving thirty days' notice to the other.

The parties shall meet quarterly to look at the reports of the Supplier and to agree on what is to be done.
"""
NEW = OLD.replace("twelve", "ninety").replace(
    "The parties shall meet",
    "The Supplier shall keep insurance cover against fire and theft.\n\nThe parties shall meet",
)


@pytest.fixture
def versions(window: MainWindow, session: Session, settle: Callable[[], OpenFile], tmp_path: Path) -> OpenFile:
    """The new version in view, with decisions on the old one."""
    for name, text in (("services v1.txt", OLD), ("services v2.txt", NEW)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    session.open([tmp_path / "services v1.txt"])
    old = settle()
    for finding in list(old.findings.all()):
        session.select(old, finding.id)
        session.decide("accepted")
    law = added_finding(old.document, old.analysis, *_place(OLD, "governed by the laws of Japan"))
    session.reviewing(lambda reviewer: reviewer.add(old, law))
    session.open([tmp_path / "services v2.txt"])
    return settle()


def _place(text: str, words: str) -> tuple[int, int]:
    """Of words of a text whose paragraphs are parted by blank lines."""
    start = text.index(words)
    return start, start + len(words)


def test_a_new_version_is_offered_carried_over_and_shown(
    window: MainWindow, session: Session, versions: OpenFile, qtbot: QtBot
) -> None:
    bar = window.views[versions.key].bar
    qtbot.waitUntil(lambda: bar.message is not None and bar.message.act is not None, timeout=10_000)
    assert not any(finding.is_touched for finding in versions.findings.all())  # nothing happens unasked
    bar.action.click()
    decisions = {finding.text: finding.decision for finding in versions.findings.all()}
    assert decisions["governed by the laws of Japan"] == "added"
    (changed,) = versions.asked
    assert versions.findings.get(changed).decision == "undecided"

    session.select(versions, changed)
    note = window.panel.card.changed
    assert not note.isHidden()
    assert "<s " in note.words.text()
    assert "ninety" in note.words.text()

    window.run_command("versions")
    view = window.findChild(VersionsView)
    assert view is not None
    qtbot.waitUntil(lambda: len(view.list.rows) > 0 and view.old.sheets is not None, timeout=10_000)
    assert [view.chips[sort].text().split()[-1] for sort in ("changed", "new")] == ["1", "1"]
    change = view.current()
    assert change is not None
    assert change.sort == "changed"
    qtbot.keyClick(view.list, Qt.Key.Key_B)
    assert versions.findings.get(changed).decision == "accepted"
    qtbot.keyClick(view.list, Qt.Key.Key_N)
    assert view.current() is not None
    assert view.current().sort == "new"
    view.chips["changed"].click()
    assert [row.head for row in view.list.rows] == [True, False]
    assert "was accepted · now accepted" in view.list.rows[1].place
    qtbot.keyClick(view.list, Qt.Key.Key_Return)
    assert versions.findings.selected_id == changed
    assert not session.state.away

    window.run_command("unfollow-version")
    assert not versions.predecessor
    assert not versions.asked
    left = {finding.id for finding in versions.findings.all() if finding.is_touched}
    assert left == {changed}  # what was decided anew stays


def test_the_reviewer_says_what_it_is_a_version_of(window: MainWindow, session: Session, versions: OpenFile) -> None:
    actions = window.versioning.menu(versions).actions()
    assert [action.text() for action in actions if not action.isSeparator()] == ["services v1.txt"]
    actions[-1].trigger()
    assert versions.predecessor
    session.undo()
    assert not any(finding.is_touched for finding in versions.findings.all())


def test_what_is_decided_on_the_old_version_since_is_offered_and_taken_over(
    window: MainWindow, session: Session, versions: OpenFile, qtbot: QtBot
) -> None:
    old = next(file for file in session.state.files.values() if file.name == "services v1.txt")
    window.versioning.follow(versions, old.sha256, "told")
    bar = window.views[versions.key].bar
    last = "agree on what is to be done"
    session.show(old.key)
    added = added_finding(old.document, old.analysis, *_place(OLD, last))
    session.reviewing(lambda reviewer: reviewer.add(old, added))
    session.show(versions.key)
    offered = "Since then, 1 finding"
    qtbot.waitUntil(lambda: bar.message is not None and bar.message.text.startswith(offered), timeout=10_000)
    assert last not in {finding.text for finding in versions.findings.all()}  # nothing happens unasked
    bar.action.click()
    decisions = {finding.text: finding.decision for finding in versions.findings.all()}
    assert decisions[last] == "added"
    assert bar.message.text == "Carried over: 1. Changed since, to be decided again: 0."
    session.undo()
    assert last not in {finding.text for finding in versions.findings.all()}
    session.archive.remove(old.sha256)
    session.close_file(old.key)
    window.run_command("versions")  # with a version that was taken off the shelf as well
    view = window.findChild(VersionsView)
    assert view is not None
    qtbot.waitUntil(lambda: len(view.list.rows) > 0, timeout=10_000)


def test_the_old_version_may_be_opened_after_the_new_one(
    window: MainWindow, session: Session, settle: Callable[[], OpenFile], qtbot: QtBot, tmp_path: Path
) -> None:
    files = []
    for name, text in (("services v2.txt", NEW), ("services v1.txt", OLD)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        session.open([tmp_path / name])
        files.append(settle())
        qtbot.waitUntil(lambda: files[-1].document is not None, timeout=10_000)
    new, old = files
    session.show(new.key)
    bar = window.views[new.key].bar
    qtbot.waitUntil(lambda: bar.message is not None and "“services v1.txt”" in bar.message.text, timeout=10_000)
    assert window.views[old.key].bar.message is None  # it is not taken for a new version of the new one
    session.hub.announced.emit(new.key, None)
    session.show(old.key)
    session.show(new.key)
    qtbot.wait(300)
    assert bar.message is None  # what was dismissed is not offered again


def test_where_the_old_version_is_forgotten_there_are_no_changes_to_show(
    window: MainWindow, session: Session, versions: OpenFile, qtbot: QtBot
) -> None:
    old = next(file for file in session.state.files.values() if file.name == "services v1.txt")
    window.versioning.follow(versions, old.sha256, "told")
    assert versions.asked
    assert window.actions_by_id["versions"].isEnabled()
    window.forgetting.ask(old.sha256)
    window.forgetting.bar.forget.click()
    qtbot.waitUntil(lambda: not versions.predecessor, timeout=20_000)
    assert not versions.asked
    assert not window.actions_by_id["versions"].isEnabled()


def test_what_is_gone_is_listed_with_what_was_decided_on_it(
    window: MainWindow, session: Session, versions: OpenFile, qtbot: QtBot, tmp_path: Path
) -> None:
    old = next(file for file in session.state.files.values() if file.name == "services v1.txt")
    last = "The parties shall meet quarterly"
    added = added_finding(old.document, old.analysis, *_place(OLD, last))
    session.reviewing(lambda reviewer: reviewer.add(old, added))
    session.reviewing(lambda reviewer: reviewer.comment(old, added.id, "Too often."))
    (tmp_path / "services v3.txt").write_text(NEW[: NEW.index(last)], encoding="utf-8")
    session.open([tmp_path / "services v3.txt"])
    qtbot.waitUntil(lambda: session.state.current is not versions and session.state.current.phase == "ready")
    third = session.state.current
    assert third is not None
    row = next(row for row in map(window.sidebar.list.item, range(9)) if row and row.text() == third.name).data(
        SHELF_ROW
    )
    menu = window.sidebar.menu(row)
    (submenu,) = (action.menu() for action in menu.actions() if action.menu() is not None)
    next(action for action in submenu.actions() if action.text() == old.name).trigger()
    session.close_file(old.key)
    (tmp_path / old.name).unlink()
    window.run_command("versions")
    view = window.findChild(VersionsView)
    assert view is not None
    qtbot.waitUntil(lambda: len(view.list.rows) > 0 and view.old.sheets is not None, timeout=10_000)
    heads = [row.text for row in view.list.rows if row.head]
    assert heads[:2] == ["Decided before, changed since", "Decided before, no longer there"]
    gone = next(place for place, row in enumerate(view.list.rows) if row.text == heads[1]) + 1
    view.list.setCurrentIndex(view.list.model().index(gone, 0))
    change = view.current()
    assert change is not None
    assert (change.sort, change.before and change.before.decision) == ("gone", "added")
    assert "Too often." in view.told.text()
    qtbot.keyClick(view.list, Qt.Key.Key_P)
    assert view.current() is view.list.rows[1].target  # heads are passed by
