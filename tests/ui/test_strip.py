"""The strip beside the scroll bar: what lies where, what a click and the pointer do, in a real window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from app.review.findings import Decision
from app.ui.appearance import appearance
from app.ui.main_window import MainWindow
from app.ui.palette import marks_on
from app.ui.session import Session
from app.ui.sheet_view import LOOKED_AT, SheetView
from app.ui.state import OpenFile
from app.ui.strip import _DECISIONS, _HITS, _IMPORTANCE, WIDTH, Strip
from app.ui.strip_rows import nearest, peaks, rows_of
from app.ui.theme import DARK, LIGHT, Theme
from tests.ui.conftest import EXAMPLE

Settle = Callable[[], OpenFile]
FILES = [EXAMPLE, EXAMPLE.with_name("outsourcing-agreement-ja.docx")]


def test_places_fall_on_rows() -> None:
    assert rows_of(np.array([0.0, 0.5, 0.999, 1.0]), 100).tolist() == [0, 50, 99, 99]
    assert rows_of(np.zeros(0), 100).tolist() == []


def test_of_passages_on_one_row_the_most_important_shows() -> None:
    found = peaks(np.array([0.101, 0.109, 0.5]), np.array([0.2, 0.7, 0.4]), 100)
    assert found[10] == 0.7
    assert found[50] == 0.4
    assert found.sum() == pytest.approx(1.1)
    assert not peaks(np.array([0.5]), np.array([1.0]), 0).size


def test_the_most_important_passage_within_reach_is_meant() -> None:
    shares, values = np.array([0.10, 0.12, 0.13, 0.9]), np.array([0.3, 0.8, 0.8, 1.0])
    assert nearest(shares, values, 0.11, 0.03) == 1  # of equals the closer
    assert nearest(shares, values, 0.5, 0.03) is None
    assert nearest(np.zeros(0), np.zeros(0), 0.5, 1.0) is None


def opened(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, path: Path
) -> tuple[SheetView, OpenFile]:
    session.open([path])
    file = settle()
    view = window.views[file.key].sheets
    assert view is not None
    qtbot.waitUntil(lambda: not view._idle.isActive(), timeout=20_000)  # sheets have their heights
    qtbot.waitUntil(lambda: not view.strip._later.isActive(), timeout=5_000)
    return view, file


def grab(strip: Strip) -> QImage:
    return strip.grab().toImage()


def row_of(view: SheetView, start: int) -> int:
    """The row of the strip on which a passage lies, worked out from where it stands in the view."""
    (sheet,) = view._sheets.spots_at([start])[0].tolist()
    rects = view.in_view(sheet, view._sheets.areas(sheet, [(start, start + 10)])[0])
    return int((rects[0].top() + view.verticalScrollBar().value()) / view._bottom * view.strip.height())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.suffix)
def test_the_strip_stands_beside_the_pages_and_marks_passages_at_their_height(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, path: Path
) -> None:
    view, file = opened(qtbot, window, session, settle, path)
    assert view.strip.width() == WIDTH
    assert view.strip.x() == view.viewport().geometry().right() + 1
    assert view.strip.height() == view.viewport().height()
    assert file.analysis is not None
    shares = view.strip._at("passages")
    assert len(shares) == len(file.analysis.passages)  # all passages, not only findings
    assert ((shares >= 0) & (shares <= 1)).all()
    for passage, share in list(zip(file.analysis.passages, shares, strict=True))[:: len(shares) // 7]:
        assert abs(row_of(view, passage.start) - share * view.strip.height()) < view.strip.height() * 0.02


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_decisions_show_on_the_strip(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, theme: Theme
) -> None:
    view, file = opened(qtbot, window, session, settle, EXAMPLE)
    appearance().use(theme)
    try:
        marks, finding = marks_on(dark=theme.dark), next(iter(file.findings.all()))
        rows = dict(zip(view.strip._place_of, rows_of(view.strip._at("findings"), view.strip.height()), strict=True))
        others = [row for key, row in rows.items() if key != finding.id]
        lone = next(key for key, row in rows.items() if all(abs(row - o) > 3 for k, o in rows.items() if k != key))
        assert others
        view.strip.show_view(2.0, 2.0)  # its frame would lie over what is looked at
        decisions: tuple[Decision, ...] = ("undecided", "accepted", "rejected", "edited")
        for decision in decisions:
            found = file.findings.get(lone)
            assert found is not None
            file.findings.update([replace(found, decision=decision)])
            view.refresh([lone])
            image = grab(view.strip)
            assert QColor(image.pixel(_DECISIONS[0], int(rows[lone]))) == QColor(marks.of(decision))
    finally:
        appearance().use(LIGHT)


def test_a_click_on_the_strip_jumps_to_the_passage(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    view, file = opened(qtbot, window, session, settle, EXAMPLE)
    assert file.analysis is not None
    view.verticalScrollBar().setValue(0)
    passage = max((p for p in file.analysis.passages if p.page == 8), key=lambda p: p.importance)
    row = row_of(view, passage.start)
    told = view.strip.passage_at(row)
    assert told is not None
    assert told.importance >= passage.importance
    qtbot.mouseClick(view.strip, Qt.MouseButton.LeftButton, pos=QPoint(6, row))
    rects = view.in_view(told.page - 1, view._sheets.areas(told.page - 1, [(told.start, told.end)])[0])
    assert rects[0].top() == pytest.approx(view.viewport().height() * LOOKED_AT, abs=3)
    qtbot.mouseClick(view.strip, Qt.MouseButton.LeftButton, pos=QPoint(6, view.strip.height() - 1))
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()


def test_the_pointer_is_told_the_passage_its_importance_and_page(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    view, file = opened(qtbot, window, session, settle, EXAMPLE)
    finding = next(f for f in file.findings.all() if f.page == 7)
    told = view.strip.told_at(row_of(view, finding.start))
    passage = view.strip.passage_at(row_of(view, finding.start))
    assert passage is not None
    assert " ".join(passage.text.split())[:30].replace("'", "&#x27;") in told
    assert f"{passage.importance:.0%}" in told
    assert f"page {passage.page}" in told
    assert "undecided" in told
    view.strip.show_passages([replace(passage, text="<b>&")])
    assert "&lt;b&gt;&amp;" in view.strip.told_at(row_of(view, finding.start))
    view.strip.show_passages([])
    assert view.strip.told_at(10) == ""


def test_hits_of_a_search_and_the_place_in_view_show(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    view, file = opened(qtbot, window, session, settle, EXAMPLE)
    document = file.document
    assert document is not None
    start = document.pages[9].start + 200
    row = row_of(view, start)
    view.verticalScrollBar().setValue(0)
    before = grab(view.strip)
    view.show_hits([(start, start + 8)])
    after = grab(view.strip)
    lane = _HITS[0] + 1
    changed = [y for y in range(after.height()) if before.pixel(lane, y) != after.pixel(lane, y)]
    assert changed
    assert all(abs(y - row) <= 3 for y in changed)
    view.show_hits([])
    assert grab(view.strip) == before
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    assert view.strip._view[1] == pytest.approx(1.0)
    assert grab(view.strip) != before


def test_a_strip_of_many_passages_is_made_at_once(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    view, file = opened(qtbot, window, session, settle, EXAMPLE)
    assert file.analysis is not None
    many = [file.analysis.passages[n % len(file.analysis.passages)] for n in range(60_000)]
    view.show_passages(many)
    image = grab(view.strip)
    column = {image.pixel(_IMPORTANCE[0] + 1, y) for y in range(image.height())}
    assert len(column) > 2
