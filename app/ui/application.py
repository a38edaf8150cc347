"""Starts the window, or hands the files to the one that is open. Workers and files follow after the first paint."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from app import faults
from app.ui import crash, language, remembered, settings, single
from app.ui.appearance import appearance, has_japanese_font
from app.ui.collecting import Collector
from app.ui.crash_bar import CrashWatch
from app.ui.main_window import MainWindow
from app.ui.session import DOCUMENT_WORKER, MODEL_WORKER, Session
from app.ui.unlocking import Unlocking
from app.workers.limits import MODEL_MEMORY
from app.workspace.store import default_workspace


class FileRequests(QObject):
    """Files that macOS asks a running application to open; `asked` carries their paths."""

    asked = Signal(list)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Take requests for files, let everything else pass."""
        if isinstance(event, QFileOpenEvent) and event.file():
            self.asked.emit([event.file()])
            return True
        return super().eventFilter(watched, event)


def run(
    files: list[str],
    workspace: Path | None = None,
    *,
    quit_when_shown: bool = False,
    document_worker: str = DOCUMENT_WORKER,
    model_worker: str = MODEL_WORKER,
) -> int:
    """Show the window with `files` open until the user closes it; returns the exit status.

    Where a window of the same workspace is open already, that one opens them, and this ends at once.
    """
    faults.install()
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)  # noqa: S101 -- nobody makes another kind here
    application.setApplicationName("Fusen")
    application.setDesktopFileName("fusen")
    workspace = workspace or default_workspace()
    address = single.name_of(workspace)
    if not quit_when_shown and single.hand_over(address, files):
        return 0
    collector = Collector(application)
    shown = _Shown(application, workspace, address, document_worker, model_worker)
    try:
        while True:
            status, shown.again = shown.run(files, quit_when_shown=quit_when_shown)
            if not shown.again:
                return status
            files = []  # what was open comes back by itself
    finally:
        collector.stop()


@dataclass
class _Shown:
    """One window from its beginning to its end: a change of language makes another one in the same process."""

    application: QApplication
    workspace: Path
    address: str
    document_worker: str
    model_worker: str
    again: bool = False

    def run(self, files: list[str], *, quit_when_shown: bool) -> tuple[int, bool]:
        """Show it until it is closed: the exit status, and whether another one is to follow."""
        kept = settings.Settings.load(settings.default_file())
        _dress(kept)
        if kept["model-memory"]:
            os.environ[MODEL_MEMORY] = str(kept["model-memory"])  # the worker is given this process's environment
        session = Session(
            self.workspace, document_worker=self.document_worker, model_worker=self.model_worker, settings=kept
        )
        window = MainWindow(session)
        watch = CrashWatch(window.household.crash.tell, crash.default_folder(), window)
        unlocking = Unlocking(window, session)
        from_system = FileRequests(window)
        self.application.installEventFilter(from_system)

        def open_files(paths: list[str]) -> None:
            session.open([Path(path) for path in paths])
            window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
            window.raise_()
            window.activateWindow()

        def begin() -> None:
            if quit_when_shown:
                self.application.quit()
                return
            reception = single.Reception(self.address, window)
            reception.asked.connect(open_files)
            window.closing.connect(reception.close)
            unlocking.opened.connect(opened)
            unlocking.begin()

        def opened() -> None:
            if kept["restore-documents"] or restarted:
                window.restoring.restore()
            session.open([Path(file) for file in files])

        restarted, self.again = self.again, False
        from_system.asked.connect(open_files)
        window.painted.connect(lambda: QTimer.singleShot(0, begin))
        window.household.remember_layout(remembered.default_file())
        watch.install()
        window.show()
        try:
            return self.application.exec(), window.restarts
        finally:
            session.close()
            self.application.removeEventFilter(from_system)
            if window.restarts:
                window.deleteLater()


def _dress(kept: settings.Settings) -> None:
    look = appearance()
    chosen = language.wanted(kept["language"])
    if kept["language"] == "system" and not has_japanese_font():
        chosen = "en"  # readable, where the system's language would be a row of boxes
    language.use(chosen)
    look.choose(kept["theme"], float(kept["text-size"]))
