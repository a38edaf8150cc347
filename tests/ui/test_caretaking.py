"""What the window does about files: moved ones are found, kept ones are read, others' changes show, damage is recovered."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.analysis.analysis import AnalysisSettings
from app.ui import pipeline
from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.ui.state import OpenFile
from app.workspace.store import Workspace
from tests.ui.conftest import EXAMPLE, FAKE_MODEL

Settle = Callable[[], OpenFile]


@pytest.fixture
def file(window: MainWindow, session: Session, settle: Settle, tmp_path: Path) -> OpenFile:
    """The example, copied to a folder of its own and analysed."""
    (tmp_path / "contracts").mkdir()
    session.open([Path(shutil.copy(EXAMPLE, tmp_path / "contracts" / "services.pdf"))])
    file = settle()
    assert file.phase == "ready"
    return file


def open_again(session: Session, file: OpenFile, qtbot: QtBot, done: Callable[[OpenFile], bool]) -> OpenFile:
    """Close it, and open it from where it was."""
    path = file.path
    session.close_file(file.key)
    session.open([path])
    return wait_for(session, qtbot, done)


def wait_for(session: Session, qtbot: QtBot, done: Callable[[OpenFile], bool]) -> OpenFile:
    qtbot.waitUntil(lambda: session.state.current is not None and done(session.state.current), timeout=60_000)
    assert session.state.current is not None
    return session.state.current


def told(window: MainWindow, file: OpenFile) -> str:
    message = window.views[file.key].bar.message
    return message.text if message is not None else ""


def test_a_file_that_moved_is_found_by_its_bytes_near_by_or_where_the_user_points(
    window: MainWindow, session: Session, file: OpenFile, qtbot: QtBot, tmp_path: Path
) -> None:
    session.decide("accepted")
    moved = file.path.rename(file.path.with_name("services (final).pdf"))
    found = open_again(session, file, qtbot, lambda f: f.phase == "ready")
    assert (found.path, found.opened is not None) == (moved, True)
    assert any(f.decision == "accepted" for f in found.findings.all())
    assert "was found" in told(window, found)
    with Workspace.open(session._path) as workspace:
        assert workspace.documents()[0].file == str(moved)
    # Then it goes far away: until it is found, the document is read as it is stored.
    far = tmp_path / "archive" / "2026" / "old.pdf"
    far.parent.mkdir(parents=True)
    moved.rename(far)
    shown = open_again(session, found, qtbot, lambda f: f.phase == "ready")
    assert shown.opened is None
    assert shown.document is not None
    assert "stored" in told(window, shown)
    sheets = window.views[shown.key].sheets
    assert sheets is not None, "its text shows"
    before = sheets.place()
    sheets.show_place(0, 30.0, None)  # where the reader was on its pages: there are none now
    assert sheets.place() == before
    session.decide("rejected")
    assert window.actions_by_id["look-for"].isEnabled()
    session.caretaker.take_path(shown, Path(shutil.copy(Path(__file__), tmp_path / "other.pdf")))
    qtbot.waitUntil(lambda: "another file" in told(window, shown), timeout=10_000)
    session.caretaker.look_below(shown, tmp_path / "archive")
    found = wait_for(session, qtbot, lambda f: f.phase == "ready" and f.opened is not None)
    assert found.path == far
    sheets = window.views[found.key].sheets
    assert sheets is not None
    sheets.show_place(1, (900, 3.0), None)  # and where she was in its text
    assert any(f.decision == "rejected" for f in found.findings.all())


def test_a_file_that_is_kept_inside_is_read_when_it_is_gone(
    window: MainWindow, session: Session, file: OpenFile, qtbot: QtBot
) -> None:
    window.run_command("embed")
    qtbot.waitUntil(lambda: file.is_embedded, timeout=10_000)
    assert window.actions_by_id["embed"].isChecked()
    file.path.unlink()
    shown = open_again(session, file, qtbot, lambda f: f.phase == "ready" and f.stand_in is not None)
    copy = shown.stand_in
    assert copy is not None
    assert shown.name == "services.pdf"
    assert shown.is_pdf
    if sys.platform != "win32":
        assert (copy.stat().st_mode & 0o777, copy.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    with Workspace.open(session._path) as workspace:
        assert workspace.documents()[0].file == str(shown.path), "the copy is no place of the document"
    session.close_file(shown.key)
    assert not copy.parent.exists()


DECIDE = """
import sys
from pathlib import Path
from app.review.operations import SetDecision
from app.workspace.store import Workspace
with Workspace.open(Path(sys.argv[1])) as workspace:
    finding = workspace.findings(workspace.documents()[0].sha256)[0]
    workspace.apply(SetDecision(finding.id, "rejected"))
    print(finding.id)
"""


def test_what_another_program_decides_shows_in_the_window(
    window: MainWindow, session: Session, file: OpenFile, qtbot: QtBot
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DECIDE, str(session._path)], capture_output=True, text=True, check=True
    )
    name = done.stdout.strip()
    qtbot.waitUntil(lambda: {f.id: f for f in file.findings.all()}[name].decision == "rejected", timeout=10_000)
    assert window.actions_by_id["undo"].isEnabled()
    session.select(file, name)
    session.decide("accepted")
    with Workspace.open(session._path) as workspace:
        assert {f.id: f.decision for f in workspace.findings(file.sha256 or "")}[name] == "accepted"


def test_going_back_to_earlier_settings_finds_what_was_analysed(
    window: MainWindow, session: Session, file: OpenFile, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert file.analysis is not None
    first = file.analysis
    monkeypatch.setattr(pipeline, "shipped_model_sha256", lambda: first.model.sha256)
    monkeypatch.setattr(session._pipeline, "_settings", lambda: AnalysisSettings(recall=0.7))
    session.retry()
    wait_for(
        session, qtbot, lambda f: f.phase == "ready" and f.analysis is not None and f.analysis.settings.recall == 0.7
    )
    monkeypatch.setattr(session._pipeline, "_settings", AnalysisSettings)
    monkeypatch.setattr(session._model, "submit", lambda *_, **__: pytest.fail("it was analysed once more"))
    session.retry()
    wait_for(session, qtbot, lambda f: f.analysis is not None and f.analysis.settings.recall == first.settings.recall)
    assert file.phase == "ready"
    assert file.analysis.passages == first.passages


def test_a_damaged_workspace_is_recovered_from_the_window(qtbot: QtBot, tmp_path: Path) -> None:
    from tests.samples import make_analysis, make_document

    path, document = tmp_path / "reviews.fusen", make_document()
    with Workspace.open(path) as workspace:
        workspace.save_analysis(document, make_analysis(document))
        index = workspace._rows("SELECT rootpage FROM sqlite_schema WHERE name = 'findings_by_place'")[0][0]
    content = bytearray(path.read_bytes())
    content[(index - 1) * 4096 : index * 4096] = random.Random(1).randbytes(4096)
    path.write_bytes(content)
    session = Session(path, model_worker=FAKE_MODEL)
    window = MainWindow(session)
    qtbot.addWidget(window)
    window.show()
    session.start()
    assert window.bar.message is not None
    assert window.bar.message.command == "recover"
    window.bar.action.click()
    qtbot.waitUntil(lambda: session._workspace is not None, timeout=10_000)
    assert [found.sha256 for found in session.recent()] == [document.sha256]
    assert "recovered" in window.bar.message.text
    assert len([entry for entry in tmp_path.iterdir() if ".damaged-" in entry.name]) == 1
    session.close()
