"""The list of the findings of all documents, in a real window and without one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QComboBox
from pytestqt.qtbot import QtBot

from app.ui import wishing
from app.ui.main_window import MainWindow
from app.ui.restoring import Shown, from_json, to_json
from app.ui.reviewer import Reviewer
from app.ui.session import Session
from app.ui.state import OpenFile
from app.ui.wishing import Wished, wish_of
from app.workspace.across import Wish
from tests.ui.test_accessibility import check

LEASE = "# Lease\n\nThe tenant shall not assign this lease.\n\nThe term shall renew every year.\n"
JAPANESE = """# 業務委託契約

乙は、自己の責めに帰すべき事由により甲に生じた損害を賠償する責任を負う。

甲は、三十日前までに書面で通知することにより、本契約を解除することができる。

乙は、天災地変その他の不可抗力により生じた損害については責任を負わない。
"""
TODAY = date(2026, 11, 27)  # a Friday


def test_what_is_wished_follows_the_day_and_the_reviewer() -> None:
    assert wish_of(Wished(), TODAY, "佐藤") == Wish()
    assert wish_of(Wished(whose="mine", due="overdue"), TODAY, "佐藤") == Wish(
        owner="佐藤", due_by="2026-11-26", not_rejected=True
    )
    week = Wish(due_from="2026-11-23", due_by="2026-11-29", decision="rejected")
    assert wish_of(Wished(due="week", decision="rejected"), TODAY, "") == week
    assert wish_of(Wished(due="until", until="2026-12-01", whose="nobody"), TODAY, "") == Wish(
        owner="", due_by="2026-12-01", dated=True
    )
    assert wish_of(Wished(due="until", words=" cap "), TODAY, "") == Wish(dated=True, words="cap")


def test_what_is_wished_is_kept_and_what_nobody_understands_is_left_out() -> None:
    wished = Wished("kept", "named", "佐藤", "until", "2027-01-31", "cap-on-liability", "cap", "due", True)
    assert from_json(to_json(Shown(wished=wished))).wished == wished
    assert wishing.from_json(None) == Wished()
    broken = {
        "decision": "maybe",
        "whose": "named",
        "due": 3,
        "until": "soon",
        "words": "cap",
        "order": [],
        "tag": None,
    }
    assert wishing.from_json(broken) == Wished(words="cap")


def opened(session: Session, settle: Callable[[], OpenFile], folder: Path) -> tuple[OpenFile, OpenFile]:
    """Two documents. In the second one the first three findings are due: mine, somebody's, nobody's."""
    session.settings._raw["reviewer"] = "佐藤花子"
    files = []
    for name, text in (("lease.md", LEASE), ("契約.md", JAPANESE)):
        (folder / name).write_text(text, encoding="utf-8")
        session.open([folder / name])
        files.append(settle())
        session.choose_share(1.0)
    first, second, third = list(files[1].findings.all())[:3]
    yesterday = (date.today() - timedelta(days=1)).isoformat()

    def act(reviewer: Reviewer) -> None:
        reviewer.set_owner(files[1], first.id, "佐藤 花子")
        reviewer.set_owner(files[1], second.id, "Meier")
        for each in (first, second, third):
            reviewer.set_due(files[1], each.id, yesterday)
        reviewer.comment(files[1], second.id, "=1+1")

    session.reviewing(act)
    return files[0], files[1]


def choose(box: QComboBox, value: object) -> None:
    row = next(row for row in range(box.count()) if box.itemData(row) == value)
    box.setCurrentIndex(row)
    box.activated.emit(row)


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    """As a reader does: to whatever has the keys."""
    qtbot.keyClick(QApplication.focusWidget() or window, key, modifier or Qt.KeyboardModifier.NoModifier)


def test_mine_and_overdue_are_two_clicks_and_a_finding_is_gone_to_and_come_back_from(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Callable[[], OpenFile], tmp_path: Path
) -> None:
    press(qtbot, window, Qt.Key.Key_F)
    view = window.whole.all_findings
    qtbot.waitUntil(lambda: "no findings yet" in view.told.text(), timeout=20_000)
    press(qtbot, window, Qt.Key.Key_Escape)
    assert window.whole.page is None
    lease, japanese = opened(session, settle, tmp_path)
    total = lease.findings.total() + japanese.findings.total()
    press(qtbot, window, Qt.Key.Key_F)
    model, bar = view.model, view.bar

    def lists(number: int) -> None:
        qtbot.waitUntil(lambda: model.rowCount() == number and view.counts.text() != "", timeout=20_000)

    lists(total)
    assert view.table.hasFocus()
    assert window.panel.isHidden()
    qtbot.waitUntil(lambda: bar.owner.count() == 5)
    bar.overdue.click()
    lists(3)
    bar.mine.click()
    lists(1)
    check(window, view)
    view.table.setFocus()
    (mine,) = model.found.findings
    assert (mine.owner, view.counts.text()) == ("佐藤 花子", "1 finding")

    session.close_file(japanese.key)  # it is opened again from the list
    window.run_command("all-findings") if window.whole.page is None else None
    session.state.summary = True
    view.table.setFocus()
    press(qtbot, window, Qt.Key.Key_Return)
    file = settle()
    assert (file.name, window.whole.page) == ("契約.md", None)
    qtbot.waitUntil(lambda: file.findings.selected_id == mine.id and not session.state.summary, timeout=20_000)
    press(qtbot, window, Qt.Key.Key_A)
    press(qtbot, window, Qt.Key.Key_Escape)
    assert window.whole.page is view
    qtbot.waitUntil(lambda: model.found.findings[0].decision == "accepted", timeout=20_000)
    view.table.setFocus()
    press(qtbot, window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.whole.page is None)
    press(qtbot, window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert window.whole.page is view

    answers: list[int] = []  # a late one never takes the place of a newer one
    model.modelReset.connect(lambda: answers.append(model.rowCount()))
    for wished in (Wished(words="liability"), Wished(words="zzz"), Wished(due="dated")):
        session.wish(wished)
    qtbot.waitUntil(lambda: bool(answers), timeout=20_000)
    qtbot.wait(50)
    assert answers == [3]
    session.wish(Wished(decision="undecided"))
    lists(total - 1)
    view.table.setCurrentIndex(model.index(1, 0))
    view.table.setFocus()
    press(qtbot, window, Qt.Key.Key_Return)
    press(qtbot, window, Qt.Key.Key_R)
    press(qtbot, window, Qt.Key.Key_Escape)
    lists(total - 2)
    assert (view.table.currentIndex().row(), view.table.hasFocus()) == (1, True)
    bar.clear.click()
    lists(total)
    choose(bar.owner, ("named", "Meier"))
    lists(1)
    view.table.selectionModel().select(
        model.index(0, 0), QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
    )
    view.table.setFocus()
    press(qtbot, window, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    cells = QGuiApplication.clipboard().text().split("\t")
    assert (cells[0], cells[5], cells[7]) == ("契約.md", "Meier", "'=1+1")
    view.words.setText("nothing of the kind")
    qtbot.waitUntil(lambda: "Remove a filter" in view.told.text(), timeout=20_000)
    assert session.state.wished == Wished(whose="named", owner="Meier", words="nothing of the kind")
    session.settings._raw["reviewer"] = ""
    bar.mine.click()
    assert "does not know your name" in view.told.text()
    press(qtbot, window, Qt.Key.Key_Escape)  # the words first
    press(qtbot, window, Qt.Key.Key_Escape)
    assert window.whole.page is None
