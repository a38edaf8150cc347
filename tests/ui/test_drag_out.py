"""Passages are dragged out of the window as text with their place."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.ui import drag_out
from app.ui.citing import citation
from app.ui.findings_model import FINDING
from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.ui.state import OpenFile
from tests.ui.conftest import EXAMPLE

Settle = Callable[[], OpenFile]


def drag(widget: QWidget, start: QPoint, end: QPoint) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for kind, at, buttons in (
        (QMouseEvent.Type.MouseButtonPress, start, left),
        (QMouseEvent.Type.MouseMove, end, left),
        (QMouseEvent.Type.MouseButtonRelease, end, Qt.MouseButton.NoButton),
    ):
        everywhere = QPointF(widget.mapToGlobal(at))
        button = Qt.MouseButton.NoButton if kind == QMouseEvent.Type.MouseMove else left
        QApplication.sendEvent(widget, QMouseEvent(kind, QPointF(at), everywhere, button, buttons, none))


@pytest.fixture
def dragged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    texts: list[str] = []
    monkeypatch.setattr(drag_out, "start_drag", lambda _source, text: texts.append(text))
    return texts


def test_a_finding_is_dragged_out_with_its_place(
    window: MainWindow, session: Session, settle: Settle, dragged: list[str]
) -> None:
    session.open([EXAMPLE])
    file = settle()
    view = window.panel.list
    place = view.visualRect(view.model().index(1, 0)).center()
    drag(view.viewport(), place, place + QPoint(40, 60))
    finding = view.model().index(1, 0).data(FINDING)
    (text,) = dragged
    assert text == citation(file, finding.start, finding.end, finding.text)
    assert text.startswith("“")
    assert f"({EXAMPLE.name}, p. {finding.page})" in text


def test_selected_words_are_dragged_from_the_pages_and_a_click_stays_a_click(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, dragged: list[str]
) -> None:
    session.open([EXAMPLE])
    file = settle()
    qtbot.waitUntil(lambda: file.document is not None, timeout=30_000)
    sheets = window.views[file.key].sheets
    assert sheets is not None
    finding = file.findings.selected
    assert finding is not None
    sheets.reveal(finding.id)
    rects = sheets._marks._rects(finding.id, finding.page - 1)
    at = rects[0].center().toPoint()
    assert sheets.offset_at(QPointF(at)) is not None
    drag(sheets.viewport(), at, at + QPoint(50, 5))
    assert dragged == []  # nothing is selected
    file.marked = (finding.start, finding.end)
    drag(sheets.viewport(), at, at + QPoint(50, 5))
    assert dragged == [citation(file, finding.start, finding.end, finding.text)]
    with qtbot.waitSignal(sheets.clicked, timeout=1000):
        drag(sheets.viewport(), at, at)
