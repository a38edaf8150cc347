"""The findings list in the real window: filter, sort, groups, several selected findings, the slider."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from app.documents.document import Notice
from app.review.selection import SHARES, level, level_at
from app.ui.findings_model import FINDING, GROUP, head_height, row_height
from app.ui.grouping import Group
from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.ui.state import OpenFile
from app.workspace.store import Workspace
from tests.ui.conftest import EXAMPLE

Settle = Callable[[], OpenFile]
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def file(qtbot: QtBot, window: MainWindow, session: Session, settle: Settle) -> OpenFile:
    """The example, read and analysed."""
    session.open([EXAMPLE])
    file = settle()
    qtbot.waitUntil(lambda: file.document is not None, timeout=30_000)
    return file


def chips(window: MainWindow) -> dict[str, QToolButton]:
    """By their words; each ends in its number."""
    shown = [chip for chip in window.panel.filter.findChildren(QToolButton) if chip.isVisible()]
    return {chip.text().rsplit("  ", 1)[0]: chip for chip in shown}


def number(chip: QToolButton) -> int:
    return int(chip.text().rsplit("  ", 1)[1].replace(",", ""))


def click(
    qtbot: QtBot, window: MainWindow, row: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    table = window.panel.list
    table.scrollTo(table.model().index(row, 0))
    place = table.visualRect(table.model().index(row, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, modifier, QPoint(40, place.y()))


def test_words_to_look_for_are_typed_after_a_slash(qtbot: QtBot, window: MainWindow, file: OpenFile) -> None:
    qtbot.keyClick(window, Qt.Key.Key_Slash)
    panel = window.panel
    assert panel.filter.isVisible()
    assert panel.filter.text.hasFocus()
    qtbot.keyClicks(panel.filter.text, "indemn")
    assert len(file.findings) == panel.list.model().rowCount() > 0
    assert all("indemn" in finding.text.lower() for finding in file.findings)
    assert file.findings.selected is not None
    assert "indemn" in file.findings.selected.text.lower()  # what the card shows passes too
    assert panel.filter.told.text() == f"{len(file.findings)} of {file.findings.total()} shown"
    qtbot.keyClick(panel.filter.text, Qt.Key.Key_Return)
    assert panel.list.hasFocus()
    before = file.findings.selected_id
    qtbot.keyClick(panel.list, Qt.Key.Key_A)  # decides, and is no text
    decided = file.findings.get(before or "")
    assert decided is not None
    assert decided.decision == "accepted"
    qtbot.keyClick(window, Qt.Key.Key_Slash)
    qtbot.keyClick(panel.filter.text, Qt.Key.Key_Escape)
    assert len(file.findings) == file.findings.total()


def test_nothing_found_is_explained_with_a_way_out(qtbot: QtBot, window: MainWindow, file: OpenFile) -> None:
    qtbot.keyClick(window, Qt.Key.Key_Slash)
    qtbot.keyClicks(window.panel.filter.text, "no finding says this")
    assert not window.panel.list.isVisible()
    assert window.panel.nothing.isVisible()
    assert window.panel.nothing.text() == "No finding has these."
    qtbot.keyClick(window, Qt.Key.Key_Slash, CONTROL)
    assert window.panel.list.isVisible()
    assert len(file.findings) == file.findings.total()
    assert not window.panel.nothing.isVisible()


def test_chips_are_combined_and_say_what_they_would_show(qtbot: QtBot, window: MainWindow, file: OpenFile) -> None:
    qtbot.keyClick(window, Qt.Key.Key_A)
    window.panel.bar.filter.click()
    tag = chips(window)["Cap on liability"]
    promised = number(tag)
    tag.click()
    assert len(file.findings) == promised
    assert {finding.tags[0].tag for finding in file.findings} == {"cap-on-liability"}
    undecided = chips(window)["Undecided"]
    promised = number(undecided)
    undecided.click()
    assert len(file.findings) == promised
    other = chips(window)["Exclusivity"]
    promised = len(file.findings) + number(other)
    other.click()
    assert len(file.findings) == promised
    window.panel.filter.clear.click()
    assert len(file.findings) == file.findings.total()
    assert not any(chip.isChecked() for chip in chips(window).values())


def test_pages_are_named_as_the_file_labels_them(qtbot: QtBot, window: MainWindow, file: OpenFile) -> None:
    window.panel.bar.filter.click()
    window.panel.filter.pages.setFocus()
    qtbot.keyClicks(window.panel.filter.pages, "3-5")
    assert {finding.page for finding in file.findings} <= {3, 4, 5}
    assert len(file.findings) == sum(3 <= finding.page <= 5 for finding in file.findings.all())
    window.panel.filter.pages.clear()
    qtbot.keyClicks(window.panel.filter.pages, "77")
    assert window.panel.filter.pages.toolTip() == "There are no such pages."
    assert len(file.findings) == file.findings.total()


def test_the_filter_hides_nothing_on_the_pages(qtbot: QtBot, window: MainWindow, file: OpenFile) -> None:
    qtbot.keyClick(window, Qt.Key.Key_Slash)
    qtbot.keyClicks(window.panel.filter.text, "no finding says this")
    hidden = next(iter(file.findings.all()))
    view = window.views[file.key]
    view.chosen.emit(hidden.id)  # as a click on its highlight does
    assert file.findings.selected_id == hidden.id
    assert window.panel.list.isVisible()


@pytest.mark.parametrize(("key", "order"), [("1", "importance"), ("2", "place"), ("5", "uncertainty"), ("6", "tag")])
def test_every_order_has_its_key(qtbot: QtBot, window: MainWindow, file: OpenFile, key: str, order: str) -> None:
    selected = file.findings.selected_id
    qtbot.keyClick(window, getattr(Qt.Key, f"Key_{key}"), CONTROL)
    assert file.findings.order == order
    assert window.actions_by_id[f"sort-{order}"].isChecked()
    model = window.panel.list.model()
    assert [model.index(row, 0).data(FINDING).id for row in range(model.rowCount())] == [f.id for f in file.findings]
    assert file.findings.selected_id == selected
    assert window.panel.list.currentIndex().data(FINDING).id == selected


def test_the_head_of_a_group_stays_in_view(qtbot: QtBot, window: MainWindow, file: OpenFile) -> None:
    window.resize(1200, 700)
    qtbot.keyClick(window, Qt.Key.Key_G)
    table = window.panel.list
    rows = file.findings.rows
    sticky, bar, height = table.sticky, table.verticalScrollBar(), head_height(table.font())
    head = next(row for row, each in enumerate(rows) if isinstance(each, Group) and each.count > 1)
    bar.setValue(table.rowViewportPosition(head) + bar.value())
    assert not sticky.isVisible()  # its own row is in view
    bar.setValue(bar.value() + table.row_height())
    assert sticky.isVisible()
    assert sticky.row == head
    assert sticky.geometry().top() == table.viewport().geometry().top()
    following = next(row for row in range(head + 1, len(rows)) if isinstance(rows[row], Group))
    bar.setValue(bar.value() + table.rowViewportPosition(following) - height // 2)
    assert sticky.row == head
    assert (
        sticky.geometry().bottom() + 1 == table.viewport().geometry().top() + height // 2
    )  # the next one pushes it out
    bar.setValue(bar.value() - height)
    table.setCurrentIndex(table.model().index(head + 1, 0))
    table.scrollTo(table.currentIndex())
    assert table.rowViewportPosition(head + 1) >= height  # below the head, not under it
    bar.setValue(bar.value() + height)
    qtbot.mouseClick(sticky, Qt.MouseButton.LeftButton)
    closed = file.findings.rows[head]
    assert isinstance(closed, Group)
    assert closed.collapsed
    assert table.currentIndex().row() == head


def test_groups_by_section_close_and_open_by_keys(qtbot: QtBot, window: MainWindow, file: OpenFile) -> None:
    qtbot.keyClick(window, Qt.Key.Key_G)
    table = window.panel.list
    heads = [row for row in range(table.model().rowCount()) if table.model().index(row, 0).data(GROUP) is not None]
    assert len(heads) > 5
    assert {table.rowHeight(row) for row in heads} == {head_height(table.font())}
    rest = {table.rowHeight(row) for row in range(table.model().rowCount()) if row not in heads}
    assert rest == {table.row_height()}
    assert table.row_height() in (row_height(table.font()), row_height(table.font(), dense=True))
    groups = [table.model().index(row, 0).data(GROUP) for row in heads]
    assert sum(group.count for group in groups) == file.findings.total()
    assert any("LIABILITY" in group.name for group in groups)
    table.setFocus()
    before, selected = table.model().rowCount(), file.findings.selected_id
    group = file.findings.rows[file.findings.head_of(selected or "") or 0]
    assert isinstance(group, Group)
    qtbot.keyClick(table, Qt.Key.Key_Left)
    assert table.model().rowCount() == before - group.count
    assert table.currentIndex().data(GROUP).key == group.key
    qtbot.keyClick(table, Qt.Key.Key_Down)  # on to the next head
    qtbot.keyClick(table, Qt.Key.Key_Up)
    assert table.currentIndex().data(GROUP).key == group.key
    qtbot.keyClick(table, Qt.Key.Key_Right)
    assert table.model().rowCount() == before
    qtbot.keyClick(window, Qt.Key.Key_G, SHIFT)
    assert table.model().rowCount() == len(heads)
    assert file.findings.selected_id == selected
    qtbot.keyClick(window, Qt.Key.Key_N)  # every finding is in a closed group
    qtbot.keyClick(window, Qt.Key.Key_G, SHIFT)
    qtbot.keyClick(window, Qt.Key.Key_G)
    assert table.model().rowCount() == file.findings.total()


def test_a_click_on_a_head_closes_its_group(qtbot: QtBot, window: MainWindow, file: OpenFile) -> None:
    qtbot.keyClick(window, Qt.Key.Key_G)
    before = window.panel.list.model().rowCount()
    group = file.findings.rows[0]
    assert isinstance(group, Group)
    click(qtbot, window, 0)
    assert window.panel.list.model().rowCount() == before - group.count
    click(qtbot, window, 0)
    assert window.panel.list.model().rowCount() == before


def test_a_decision_acts_on_all_that_are_selected(
    qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile
) -> None:
    click(qtbot, window, 1)
    click(qtbot, window, 3, SHIFT)
    click(qtbot, window, 2, CONTROL)  # not this one
    wanted = [file.findings[1].id, file.findings[3].id]
    assert set(file.findings.targets) == set(wanted)
    assert len(window.panel.list.selectionModel().selectedRows()) == 2
    qtbot.keyClick(window, Qt.Key.Key_R)
    assert {f.id for f in file.findings.all() if f.decision == "rejected"} == set(wanted)
    assert len(file.findings.targets) == 1  # the next undecided one, alone
    assert file.sha256 is not None
    with Workspace.open(session.exporter._workspace) as workspace:
        kept = {f.id for f in workspace.findings(file.sha256) if f.decision == "rejected"}
    assert kept == set(wanted)


def test_shift_and_arrows_select_further(qtbot: QtBot, window: MainWindow, file: OpenFile) -> None:
    click(qtbot, window, 0)
    window.panel.list.setFocus()
    qtbot.keyClick(window.panel.list, Qt.Key.Key_Down, SHIFT)
    qtbot.keyClick(window.panel.list, Qt.Key.Key_Down, SHIFT)
    assert file.findings.targets == tuple(file.findings[row].id for row in range(3))
    assert file.findings.selected_id == file.findings[2].id  # the card shows where the cursor is
    qtbot.keyClick(window.panel.list, Qt.Key.Key_Up)
    assert file.findings.targets == (file.findings[1].id,)
    qtbot.keyClick(window.panel.list, Qt.Key.Key_A, CONTROL)
    assert len(file.findings.targets) == file.findings.total()


def test_the_slider_says_what_a_place_on_it_would_select_while_it_is_dragged(
    qtbot: QtBot, window: MainWindow, session: Session, file: OpenFile
) -> None:
    bar, analysis = window.panel.sensitivity, file.analysis
    assert analysis is not None
    now = level(analysis)
    assert bar.told.text() == f"{now.passages} passages, {now.share:.0%} of the text"
    bar.slider.setSliderDown(True)
    bar.slider.setSliderPosition(2)
    wanted = level_at(analysis, SHARES[2])
    assert bar.told.text() == f"{wanted.passages} passages, {wanted.share:.0%} of the text"
    assert wanted.left_out is not None
    about, low, high = wanted.left_out.rounded
    assert bar.left_out.text() == f"Leaves out about {about} important ones ({low} to {high})"
    assert file.analysis is analysis  # nothing is selected yet
    qtbot.waitUntil(lambda: file.analysis is not analysis, timeout=5000)  # held still for a moment
    assert bar.slider.isSliderDown()
    bar.slider.setSliderPosition(SHARES.index(1.0))
    assert bar.left_out.text() == "Leaves out no important ones, as far as can be told"
    bar.slider.setSliderPosition(2)
    bar.slider.setSliderDown(False)  # at once
    assert file.analysis is not None
    assert sum(passage.selected for passage in file.analysis.passages) == wanted.passages
    assert bar.told.text().startswith(f"{wanted.passages} ")


def test_where_nothing_is_assured_the_slider_says_so(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    session.open([EXAMPLE.parent / "outsourcing-agreement-ja.pdf"])
    file = settle()
    assert file.analysis is not None
    file.analysis = replace(file.analysis, warnings=(Notice("weak-in-japanese", "Beware."),))
    window.panel.sensitivity.show_file(file)
    assert window.panel.sensitivity.left_out.text().startswith("How many important ones it leaves out is not assured")
