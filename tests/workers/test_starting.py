"""Scratch folders: for this user only, gone at the end, and after a kill gone at the next start."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from app.workers.starting import Scratch, is_running, sweep


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def ended() -> int:
    """The number of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-S", "-c", ""])
    process.wait()
    return process.pid


def test_what_a_killed_program_left_goes_at_the_next_start(temporary: Path) -> None:
    left = temporary / f"fusen-worker-{ended()}-abcd_012"
    (left / "deeper").mkdir(parents=True)
    (left / "deeper" / "converted.docx").write_text("the contract")
    mine, strange = temporary / f"fusen-worker-{os.getpid()}-abcd_012", temporary / "fusen-worker-x"
    own = [temporary / f"fusen-worker-{ended()}{ending}" for ending in ("", "-05", "-abcd_012 (my notes)")]
    for folder in (mine, strange, *own):
        folder.mkdir()
    scratch = Scratch()
    folder = scratch.folder()
    assert sorted(temporary.iterdir()) == sorted([folder, mine, strange, *own]), "folders of the user's own stay"
    scratch.remove()
    assert not folder.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has rights of another kind")
def test_a_scratch_folder_is_its_users_only(temporary: Path) -> None:
    scratch = Scratch()
    assert stat.S_IMODE(scratch.folder().stat().st_mode) == 0o700
    scratch.remove()


def test_a_link_is_not_followed(temporary: Path) -> None:
    target = temporary / "papers"
    target.mkdir()
    (temporary / f"fusen-worker-{ended()}-abcd_012").symlink_to(target)
    sweep(temporary)
    assert target.is_dir()


def test_who_runs() -> None:
    assert is_running(os.getpid())
    assert not is_running(ended())
