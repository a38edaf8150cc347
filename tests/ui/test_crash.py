"""The report of a fault: says where in the program, and nothing of any document."""

from __future__ import annotations

import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.ui import crash
from app.ui.crash_bar import CrashBar, CrashWatch
from app.ui.settings import Settings

SECRET = "The Supplier shall pay 4,000,000 yen"


def fault() -> tuple[type[BaseException], BaseException, object]:
    try:
        try:
            Settings()[SECRET]
        except KeyError as error:
            raise ValueError(SECRET) from error
    except ValueError as error:
        return type(error), error, error.__traceback__


def test_a_report_holds_places_and_no_words() -> None:
    text = crash.report(*fault(), "1.0")
    assert SECRET not in text
    assert "builtins.KeyError" in text
    assert "builtins.ValueError" in text
    assert text.index("KeyError") < text.index("ValueError")
    assert "app/ui/settings.py, line" in text
    assert str(Path.home()) not in text


def test_neither_log_nor_folder_gets_a_word_of_a_document(
    qtbot: QtBot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bar = CrashBar()
    qtbot.addWidget(bar)
    CrashWatch(bar.tell, tmp_path, bar).take(*fault())
    qtbot.waitUntil(bar.isVisible)
    written = [file.read_text(encoding="utf-8") for file in tmp_path.iterdir()]
    assert "ValueError" in caplog.text
    assert len(written) == 1
    for text in (caplog.text, bar.report.toPlainText(), *written):
        assert SECRET not in text


def test_an_error_that_causes_itself_ends() -> None:
    error = ValueError("x")
    error.__cause__ = error
    assert crash.report(ValueError, error, None, "").count("ValueError") == 1


def test_only_so_many_reports_are_kept(tmp_path: Path) -> None:
    begin = datetime(2026, 1, 1)
    for number in range(crash.KEPT + 3):
        last = crash.keep(str(number), tmp_path, begin + timedelta(seconds=number))
    assert len(list(tmp_path.iterdir())) == crash.KEPT
    assert last.read_text(encoding="utf-8") == str(crash.KEPT + 2)


def test_a_fault_is_told_without_a_dialog(qtbot: QtBot, tmp_path: Path) -> None:
    bar = CrashBar()
    qtbot.addWidget(bar)
    watch = CrashWatch(bar.tell, tmp_path, bar)
    watch.take(*fault())
    qtbot.waitUntil(bar.isVisible)
    (file,) = tmp_path.iterdir()
    assert str(file) in bar.where.text()
    assert not bar.report.isVisible()
    bar.shows.click()
    assert bar.report.isVisible()
    assert "ValueError" in bar.report.toPlainText()
    bar.copy.click()
    assert QGuiApplication.clipboard().text() == file.read_text(encoding="utf-8")
    bar.shows.click()
    assert not bar.report.isVisible()


def test_faults_of_threads_and_full_disks_are_told(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bar = CrashBar()
    qtbot.addWidget(bar)
    blocked = tmp_path / "a file"
    blocked.touch()
    watch = CrashWatch(bar.tell, blocked, bar)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    watch.install()
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
    qtbot.waitUntil(bar.isVisible)
    assert "ZeroDivisionError" in bar.report.toPlainText()
    assert str(blocked) not in bar.where.text()


def test_ctrl_c_is_no_fault(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    passed: list[type] = []
    monkeypatch.setattr(sys, "__excepthook__", lambda kind, *_: passed.append(kind))
    watch = CrashWatch(lambda *_: None, tmp_path)
    watch.take(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert passed == [KeyboardInterrupt]
    assert not list(tmp_path.iterdir())
