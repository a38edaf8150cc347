"""What the window shows, tested without Qt."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from samples import make_analysis, make_document, with_importance

from app.documents.document import Notice
from app.review.findings import Finding
from app.ui.availability import explain, why_no_window
from app.ui.commands import COMMANDS, MENUS
from app.ui.finding_list import FindingList
from app.ui.progress import WAITING, ProgressMeter
from app.ui.state import OpenFile, WindowState
from app.workspace.packing import finding_of


def finding(number: int, importance: float) -> Finding:
    return Finding(str(number), "s", number * 10, number * 10 + 5, 1, "text", (), importance, (0, 1), (), 1)


@pytest.fixture
def findings() -> FindingList:
    return FindingList([finding(1, 0.5), finding(2, 0.9), finding(3, 0.7)])


def test_order_by_importance_and_by_place(findings: FindingList) -> None:
    assert [f.id for f in findings] == ["2", "3", "1"]
    findings.arrange("place")
    assert [f.id for f in findings] == ["1", "2", "3"]


def test_the_next_undecided_one_wraps_and_ends(findings: FindingList) -> None:
    findings.selected_id = "1"
    assert findings.next_undecided() == "2"
    findings.update([replace(finding(2, 0.9), decision="accepted"), replace(finding(3, 0.7), decision="rejected")])
    assert findings.next_undecided() is None
    assert (findings.counts().accepted, findings.counts().rejected) == (1, 1)


def test_the_filter_keeps_the_selected_one(findings: FindingList) -> None:
    findings.update([replace(finding(2, 0.9), decision="accepted"), replace(finding(3, 0.7), decision="accepted")])
    findings.selected_id = "3"
    findings.arrange(only_undecided=True)
    assert [f.id for f in findings] == ["3", "1"]


def test_steps_stop_at_both_ends(findings: FindingList) -> None:
    assert findings.neighbour(1) == "2"
    findings.selected_id = "1"
    assert findings.neighbour(1) is None
    assert findings.neighbour(-1) == "3"


def test_what_replaces_first_findings_leaves_the_reviewer_where_she_is() -> None:
    document = make_document()
    analysis = make_analysis(document)
    first = replace(analysis, preliminary=True)
    file = OpenFile(1, Path("services.pdf"), phase="analysing")
    assert not file.is_reviewable
    shown = tuple(finding_of(document.sha256, passage) for passage in analysis.passages)
    file.take(first, shown)
    assert (file.phase, file.has_first_findings, file.is_reviewable) == ("analysing", True, True)
    file.findings.selected_id = shown[2].id
    file.findings.arrange("place", only_undecided=True)
    precise = with_importance(analysis, 2, 0.03)
    file.take(precise, (shown[1], shown[3]))
    assert (file.phase, file.has_first_findings) == ("ready", False)
    assert [f.id for f in file.findings] == [shown[1].id, shown[2].id, shown[3].id]  # order and filter are hers
    assert file.findings.selected == replace(shown[2], selected=False, importance=0.03)
    file.take(precise, (shown[1], shown[3]))
    assert file.findings.selected_id == shown[1].id  # only first findings hold a passage that is not selected


def test_progress_never_falls_and_the_time_left_is_honest() -> None:
    now = [0.0]
    meter = ProgressMeter(lambda: now[0])
    meter.report("reading", 10, 10)
    assert meter.seconds_left() is None
    now[0] = 15.0
    meter.report("deepening", 0, 2)
    assert meter.share == pytest.approx(0.44)
    assert meter.seconds_left() == pytest.approx(15 * 0.56 / 0.44)
    before = meter.share
    meter.report("reading", 1, 10)
    assert meter.share == before
    now[0] = 21.0  # nothing new was reported
    assert meter.seconds_left() == pytest.approx(15 / 0.44 - 21)
    now[0] = 40.0
    assert meter.seconds_left() is None
    meter.report(WAITING, 0, 1)
    now[0] = 100.0
    meter.report("deepening", 1, 2)
    assert meter.seconds_left() is None  # the wait says nothing of the pace


def test_where_pages_are_recognised_that_is_most_of_the_work() -> None:
    meter = ProgressMeter(lambda: 0.0)
    meter.report("recognising", 1, 2)
    assert meter.stage == "recognising"
    assert 0.4 < meter.share < 0.5
    meter.report("recognising", 2, 2)
    meter.report("scanning", 0, 2)
    assert 0.95 < meter.share < 1


def test_recognising_again_is_offered_where_a_text_layer_is_poor() -> None:
    state = WindowState()
    file = state.add(Path("scan.pdf"))
    file.phase, state.current_key = "ready", file.key
    command = next(command for command in COMMANDS if command.id == "recognise")
    document = make_document()
    file.document = document
    assert not command.enabled(state)
    file.document = replace(document, warnings=(Notice("poor-text-layer", "The text of page 1 may be wrong."),))
    assert command.enabled(state)
    file.phase = "reading"
    assert not command.enabled(state)


def test_closing_brings_the_neighbour_into_view() -> None:
    state = WindowState()
    first, second = state.add(Path("a")), state.add(Path("b"))
    state.current_key = second.key
    state.remove(second.key)
    assert state.current is first


def test_every_command_has_a_menu_and_no_key_is_taken_twice() -> None:
    assert {command.menu for command in COMMANDS} == set(MENUS)
    keys = [key for command in COMMANDS for key in command.keys]
    assert len(keys) == len(set(keys))
    for menu in MENUS:  # the letters by which entries are chosen while a menu is open
        texts = [command.text for command in COMMANDS if command.menu == menu and "&" in command.text]
        letters = [text[text.find("&") + 1].upper() for text in texts]
        assert len(letters) == len(set(letters)), menu
    state = WindowState()
    assert {c.id for c in COMMANDS if c.enabled(state)} >= {"open", "example", "quit"}
    assert not next(c for c in COMMANDS if c.id == "accept").enabled(state)


def test_a_missing_library_names_its_package() -> None:
    told = explain("libEGL.so.1: cannot open shared object file: No such file or directory")
    assert "apt install libegl1" in told
    assert "dnf install" in told


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a screen")
def test_a_screen_that_does_not_answer_is_no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/nowhere")
    monkeypatch.setenv("DISPLAY", ":4321")
    reason = why_no_window()
    assert reason is not None
    assert ":4321" in reason or "apt install" in reason


def test_a_page_has_the_label_that_the_file_gives_it() -> None:
    document = make_document()
    file = OpenFile(1, Path("a.pdf"))
    assert file.label_of(1) == ""
    file.document = replace(document, pages=(replace(document.pages[0], label="iv"), document.pages[1]))
    assert [file.label_of(page) for page in (0, 1, 2, 3)] == ["", "iv", "", ""]
