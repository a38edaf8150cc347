"""A real window with real workers, the model worker apart."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from app.ui.appearance import appearance
from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.ui.state import OpenFile
from tests.ui import kept_workers

HERE = Path(__file__).resolve().parent
EXAMPLE = HERE.parents[1] / "resources" / "examples" / "services-agreement.pdf"
FAKE_MODEL = "tests.ui.fake_model_worker"

Settle = Callable[[], OpenFile]
Open = Callable[[Path], OpenFile]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Iterator[None]:
    """Workers are kept as long as a test of the window follows: others count processes."""
    try:
        yield
    finally:
        if nextitem is None or HERE not in nextitem.path.parents:
            kept_workers.end_all()


@pytest.fixture(autouse=True)
def _windows_follow_each_other(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A window takes over the workers of the one before it, which is gone by then, as pytest-qt asked for at its end.

    Nor is garbage of it left that another thread could collect (see `app.ui.collecting`), nor the theme that it chose.
    """
    monkeypatch.setattr("app.ui.session.WorkerClient", kept_workers.worker_client)
    gc.disable()
    yield
    if QCoreApplication.instance() is not None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        if appearance().theme.dark:
            appearance().choose("light")
            appearance().choose("system")
    gc.collect(1)
    gc.enable()


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Path) -> Iterator[Session]:
    session = Session(tmp_path / "reviews.fusen", model_worker=FAKE_MODEL)
    yield session
    session.close()


@pytest.fixture
def window(qtbot: QtBot, session: Session) -> MainWindow:
    window = MainWindow(session)
    qtbot.addWidget(window)
    window.resize(1120, 800)
    window.show()
    session.start()
    return window


@pytest.fixture
def settle(qtbot: QtBot, session: Session) -> Settle:
    """Wait until the file in view has ended its way, whichever way."""

    def wait() -> OpenFile:
        def ended() -> bool:
            file = session.state.current
            return file is not None and file.phase in ("ready", "failed", "locked", "stopped")

        qtbot.waitUntil(ended, timeout=60_000)
        assert session.state.current is not None
        return session.state.current

    return wait


@pytest.fixture
def open_file(qtbot: QtBot, window: MainWindow, session: Session, settle: Settle) -> Open:
    """Open a file, read and analysed, with the keys on its pages."""

    def open_(path: Path) -> OpenFile:
        session.open([path])
        file = settle()
        qtbot.waitUntil(lambda: file.document is not None and file.phase == "ready", timeout=60_000)
        sheets = window.views[file.key].sheets
        assert sheets is not None
        sheets.setFocus()
        return file

    return open_
