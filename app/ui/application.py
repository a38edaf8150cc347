"""Starts the window. The workers, and the files named on the command line, follow after the first paint."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.ui.appearance import appearance
from app.ui.main_window import MainWindow
from app.ui.session import DOCUMENT_WORKER, MODEL_WORKER, Session
from app.workspace.store import default_workspace


def run(
    files: list[str],
    workspace: Path | None = None,
    *,
    quit_when_shown: bool = False,
    document_worker: str = DOCUMENT_WORKER,
    model_worker: str = MODEL_WORKER,
) -> int:
    """Show the window with `files` open until the user closes it; returns the exit status."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)  # noqa: S101 -- nobody makes another kind here
    application.setApplicationName("Fusen")
    application.setDesktopFileName("fusen")
    appearance()
    session = Session(workspace or default_workspace(), document_worker=document_worker, model_worker=model_worker)
    window = MainWindow(session)

    def begin() -> None:
        if quit_when_shown:
            application.quit()
            return
        session.start()
        window.restoring.restore()
        session.open([Path(file) for file in files])

    window.painted.connect(lambda: QTimer.singleShot(0, begin))
    window.show()
    try:
        return application.exec()
    finally:
        session.close()
