"""The program as it is started: settings, language, one window, and faults, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.ui import single
from app.workers.starting import environment
from tests.ui.conftest import EXAMPLE

START = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
application = QApplication([])
from app.ui import application as starting
from app.ui.main_window import MainWindow

def look():
    window = next((w for w in application.topLevelWidgets() if isinstance(w, MainWindow)), None)
    names = [file.name for file in window._state.files.values()] if window else []
    if names and names != seen:
        seen[:] = names
        print(names, window.actions_by_id["accept"].text(), flush=True)
    if "fault" in sys.argv and window and window.isVisible() and not seen:
        seen.append("fault")
        QTimer.singleShot(0, lambda: 1 / 0)
    if window and window.household.crash.isVisible():
        print("told", flush=True)
        window.close()
    if len(names) == 2:
        window.close()

seen = []
timer = QTimer(interval=20)
timer.timeout.connect(look)
timer.start()
sys.exit(starting.run([a for a in sys.argv[2:] if a != "fault"], Path(sys.argv[1]), model_worker="tests.ui.fake_model_worker"))
"""


RESTART = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
application = QApplication([])
from app.ui import application as starting
from app.ui.main_window import MainWindow

def look():
    windows = [w for w in application.topLevelWidgets() if isinstance(w, MainWindow) and w.isVisible()]
    file = windows[0]._state.current if windows else None
    if file is None or file.phase != "ready" or file.document is None:
        return
    window, accept = windows[0], windows[0].actions_by_id["accept"].text()
    if "Accept" in accept:
        chosen.append(file.findings.selected_id)
        window.run_command("accept")
        window.run_command("settings")
        row = window.household._pages["settings"].rows["language"]
        row.control.setCurrentIndex(row.control.findData("ja"))
        assert not row.again.isHidden()
        row.again.click()
    else:
        window.run_command("undo")
        undone = file.findings.get(chosen[0]).decision
        print(file.name, accept, undone, window.actions_by_id["undo"].isEnabled(), flush=True)
        window.close()

chosen = []
timer = QTimer(interval=20)
timer.timeout.connect(look)
timer.start()
sys.exit(starting.run(sys.argv[2:], Path(sys.argv[1]), model_worker="tests.ui.fake_model_worker"))
"""


def start(home: Path, *arguments: str, script: str = START) -> subprocess.Popen[str]:
    folders = {name: str(home / name.lower()) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")}
    settings = {**environment(), **folders, "QT_QPA_PLATFORM": "offscreen", "HOME": str(home)}
    command = [sys.executable, "-c", script, str(home / "r.fusen"), *arguments]
    return subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.skipif(sys.platform != "linux", reason="sets the folders of the user as Linux names them")
def test_a_second_start_opens_in_the_first_window_which_speaks_what_is_set(tmp_path: Path) -> None:
    file = tmp_path / "xdg_config_home" / "fusen" / "settings.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"language": "ja"}', encoding="utf-8")
    first = start(tmp_path, str(EXAMPLE))
    try:
        assert first.stdout is not None
        assert first.stdout.readline().strip() == f"['{EXAMPLE.name}'] 承認"
        second = start(tmp_path, str(EXAMPLE.with_name("design-proposal.md")))
        assert second.wait(60) == 0
        assert "design-proposal.md" in first.stdout.readline()
        assert first.wait(60) == 0
        assert json.loads((tmp_path / "xdg_state_home" / "fusen" / "window.json").read_text("utf-8")).keys() == {
            "geometry",
            "parts",
        }
    finally:
        first.kill()
        first.communicate()


@pytest.mark.skipif(sys.platform != "linux", reason="sets the folders of the user as Linux names them")
def test_a_fault_is_kept_and_the_window_goes_on(tmp_path: Path) -> None:
    program = start(tmp_path, "fault")
    try:
        out, err = program.communicate(timeout=60)
    finally:
        program.kill()
    assert out.strip() == "told", err
    assert program.returncode == 0
    (report,) = (tmp_path / "xdg_state_home" / "fusen" / "log").iterdir()
    assert "builtins.ZeroDivisionError" in report.read_text("utf-8")


@pytest.mark.skipif(sys.platform != "linux", reason="sets the folders of the user as Linux names them")
def test_another_language_comes_with_a_restart_that_brings_everything_back(tmp_path: Path) -> None:
    file = tmp_path / "xdg_config_home" / "fusen" / "settings.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"language": "en", "restore-documents": false}', encoding="utf-8")
    program = start(tmp_path, str(EXAMPLE), script=RESTART)
    try:
        out, err = program.communicate(timeout=120)
    finally:
        program.kill()
    assert out.strip() == f"{EXAMPLE.name} 承認 undecided False", err
    assert program.returncode == 0


def test_names_of_sockets_fit_every_system() -> None:
    """A socket's path is at most 103 characters on macOS."""
    assert len(single.name_of(Path("/" + "x" * 4000))) < 40
    assert os.sep not in single.name_of(Path("/a/b"))


def test_starting_takes_no_time_for_what_is_not_shown() -> None:
    """Settings, about and printing are imported, but nothing heavy is."""
    code = "import sys; import app.ui.application; print([m for m in ('torch', 'pymupdf', 'docx') if m in sys.modules])"
    begun = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert time.monotonic() - begun < 60
