"""Garbage that holds Qt objects is collected by the window's thread, however much others do."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.ui import collecting
from app.ui.collecting import Collector


@pytest.fixture
def collector(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    monkeypatch.setattr(collecting, "INTERVAL", 5)
    collector = Collector()
    yield collector
    collector.stop()
    assert gc.isenabled()


class Circle(QWidget):
    """Holds itself, so that only a collection removes it, and a timer, which only its own thread may stop."""

    def __init__(self) -> None:
        super().__init__()
        self.me = self
        self.timer = QTimer(self)
        self.timer.start(1000)


def make_many(kept: list[object]) -> None:
    kept += [[number] for number in range(20_000)]


def test_other_threads_leave_garbage_to_the_window_s(collector: Collector, qtbot: QtBot) -> None:
    collected_by: list[int] = []
    kept: list[object] = []
    for circle in [Circle() for _ in range(20)]:
        weakref.finalize(circle, lambda: collected_by.append(threading.get_ident()))
    del circle
    other = threading.Thread(target=make_many, args=(kept,))
    other.start()
    other.join()
    assert collected_by == []
    qtbot.waitUntil(lambda: len(collected_by) == 20)
    assert set(collected_by) == {threading.get_ident()}


def test_what_grew_old_before_it_became_garbage_goes_in_time(collector: Collector) -> None:
    circle = Circle()
    gone = weakref.ref(circle)
    gc.collect()
    del circle
    kept: list[object] = []
    for _ in range(60):
        make_many(kept)
        collector.collect()
        if gone() is None:
            break
    assert gone() is None
