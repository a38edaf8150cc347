"""Several programs on one workspace: each sees what the others did; on a network drive one at a time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from samples import make_analysis, make_document

from app.errors import FusenError
from app.review.operations import SetComment
from app.workspace import in_use, sharing
from app.workspace.store import Workspace

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = make_document()
COMMENT = """
import sys
from pathlib import Path
from app.review.operations import SetComment
from app.workspace.store import Workspace
for number in range(int(sys.argv[2])):
    with Workspace.open(Path(sys.argv[1])) as workspace:
        finding = workspace.findings(workspace.documents()[0].sha256)[0]
        workspace.apply(SetComment(finding.id, f"theirs {number}"))
"""


def another_program(path: Path, times: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", COMMENT, str(path), str(times)], env={**os.environ, "PYTHONPATH": str(ROOT)}
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "w.fusen"


def test_a_program_that_comes_and_goes_takes_nothing_from_one_that_stays(path: Path) -> None:
    with Workspace.open(path) as workspace:
        workspace.save_analysis(DOCUMENT, make_analysis(DOCUMENT))
        second = workspace.findings(DOCUMENT.sha256)[1]
        # Connections of other threads that are opened and closed must not give up what this one holds.
        thread = threading.Thread(target=lambda: Workspace.open(path).close())
        thread.start()
        thread.join()
        seen = workspace.changes
        other, number = another_program(path, 10), 0
        while other.poll() is None:
            workspace.apply(SetComment(second.id, f"ours {number}"))
            number += 1
            time.sleep(0.01)  # no reviewer is as quick, and SQLite does not queue those who wait to write
        assert other.returncode == 0
        assert workspace.changes != seen, "what another program did is noticed"
        comments = [finding.comment for finding in workspace.findings(DOCUMENT.sha256)]
        assert comments[:2] == ["theirs 9", f"ours {number - 1}"]
        assert path.with_name("w.fusen-wal").exists(), "the log is there as long as somebody writes to it"
    with Workspace.open(path) as workspace:
        steps = 0
        while workspace.undo() is not None:
            steps += 1
        assert steps == 10 + number


def test_ones_own_changes_are_no_news(path: Path) -> None:
    with Workspace.open(path) as workspace:
        seen = workspace.changes
        workspace.save_analysis(DOCUMENT, make_analysis(DOCUMENT))
        assert workspace.changes == seen


def test_a_file_that_goes_while_it_is_open_takes_nothing_more_and_is_forgotten(path: Path) -> None:
    before = len(sharing._uses.by_file)
    workspace = Workspace.open(path)
    assert sharing.identity_of(path) in sharing._uses.by_file
    path.rename(path.with_name("elsewhere.fusen"))
    with pytest.raises(FusenError, match="moved, deleted or replaced"):
        workspace.save_analysis(DOCUMENT, make_analysis(DOCUMENT))
    path.write_bytes(path.with_name("elsewhere.fusen").read_bytes())
    with pytest.raises(FusenError, match="moved, deleted or replaced"):
        workspace.save_analysis(DOCUMENT, make_analysis(DOCUMENT))
    workspace.close()
    assert len(sharing._uses.by_file) == before


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "is_remote", lambda _path: True)


def test_on_a_network_drive_one_program_at_a_time(path: Path, network: None) -> None:
    with Workspace.open(path) as one, Workspace.open(path) as two:  # of one program as many as it wants
        assert one._rows("PRAGMA journal_mode") == [("delete",)]
        two.save_analysis(DOCUMENT, make_analysis(DOCUMENT))
        note = in_use.note_path(path)
        assert json.loads(note.read_text())["process"] == os.getpid()
    assert not note.exists()
    note.write_text(json.dumps({"user": "sato", "machine": "desk-12", "process": 4}))
    with pytest.raises(FusenError) as caught:
        Workspace.open(path)
    assert caught.value.code == "timeout"
    assert "sato on desk-12" in caught.value.message
    assert note.exists()


@pytest.mark.parametrize("ended", ["long ago", "here"])
def test_the_note_of_a_program_that_ended_without_a_word_is_taken_over(path: Path, network: None, ended: str) -> None:
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    machine = in_use._machine() if ended == "here" else "desk-12"
    note = in_use.note_path(path)
    note.write_text(json.dumps({"user": "sato", "machine": machine, "process": int(gone.stdout)}))
    if ended == "long ago":
        then = time.time() - in_use.FORGOTTEN_AFTER - 1
        os.utime(note, (then, then))
    elif sys.platform == "win32":
        pytest.skip("Windows does not tell whether a process runs without a handle of it; there the note's age says so")
    with Workspace.open(path):
        assert json.loads(note.read_text())["process"] == os.getpid()


def test_a_failed_opening_leaves_no_note(path: Path, network: None) -> None:
    path.write_bytes(b"this is no workspace")
    with pytest.raises(FusenError, match="damaged"):
        Workspace.open(path)
    assert not in_use.note_path(path).exists()


def test_the_kind_of_a_file_system_is_that_of_the_closest_mount(monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = [("/", "ext4"), ("/net", "autofs"), ("/net/legal", "cifs"), ("/net/legal/local", "ext4")]
    monkeypatch.setattr(sharing, "_mounts", lambda: mounts)
    kinds = [
        sharing._kind_of_file_system(folder) for folder in ("/home/me", "/net/legal", "/net/legal/a/b", "/net/legality")
    ]
    assert kinds == ["ext4", "cifs", "cifs", "autofs"]
    assert sharing._kind_of_file_system("/net/legal/local/x") == "ext4"
