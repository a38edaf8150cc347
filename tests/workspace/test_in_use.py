"""The note of a workspace on a network drive: one program has it, whoever else comes at the same moment or was killed before."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from itertools import count
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from app.errors import FusenError
from app.workspace import in_use, sharing
from app.workspace.in_use import Note, note_path
from app.workspace.store import Workspace
from tests.samples import make_analysis, make_document
from tests.workspace.steps import end_at

DOCUMENT = make_document()
GONE = 2**22 + 1  # more than a system numbers processes by


def leave_note(folder: Path) -> Path:
    """The workspace that is to be used, with a note of a program of this machine that has ended."""
    folder.mkdir()
    path = folder / "w.fusen"
    note_path(path).write_text(json.dumps({"user": "sato", "machine": in_use._machine(), "process": GONE}))
    return path


def _try(path: Path, answers: Connection, step: int | None, how: signal.Signals) -> None:
    """Try to take the note, say whether it was taken, and keep it until told to go."""
    unharmed = end_at(step, path.parent, how) if step is not None else None
    try:
        note = Note(path)
    except FusenError:
        answers.send(False)
        return
    if unharmed is not None:
        unharmed()
    answers.send(True)
    release_step = answers.recv()
    if release_step is not None:
        end_at(release_step, path.parent)
    note.release()


class Contender:
    """A process that tries; `step`: before which of its deeds it is killed, or stopped."""

    def __init__(self, path: Path, step: int | None = None, how: signal.Signals = signal.SIGKILL) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.workspace.test_in_use"])
        self.answers, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(target=_try, args=(path, theirs, step, how), daemon=True)
        self.process.start()
        theirs.close()
        self.won: bool | None = None

    def hear(self) -> bool | None:
        """Wait for the answer: whether it won; None where it was killed."""
        if self.won is None:
            try:
                self.won = bool(self.answers.recv())
            except EOFError:
                self.process.join()
        return self.won

    def is_stopped_or_done(self) -> bool:
        """Wait until one of both."""
        while not wait([self.answers], 0.005):
            if Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T":
                return True
        return False

    def go_on(self) -> None:
        """After it was stopped."""
        os.kill(self.process.pid or 0, signal.SIGCONT)

    def end(self, step: int | None = None) -> None:
        """Let the winner go, as a program that closes the workspace; killed before its `step`th deed at that."""
        if self.won:
            self.answers.send(step)
        self.process.join()


def end_all(contenders: Sequence[Contender]) -> None:
    for contender in contenders:
        contender.end()


def grow_old(folder: Path) -> None:
    """Of a file whose writer was killed before it wrote anything only the age says that it is of nobody."""
    for file in folder.iterdir():
        then = time.time() - in_use.FORGOTTEN_AFTER - 10
        os.utime(file, (then, then))


def check_nothing_is_left(path: Path) -> None:
    """Who comes later takes the note as well, and tidies up."""
    grow_old(path.parent)
    note = Note(path)
    assert json.loads(note.path.read_text())["process"] == os.getpid()
    note.release()
    assert list(path.parent.iterdir()) == []


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at other processes by Linux's /proc")


def test_of_many_at_once_one_gets_the_note(tmp_path: Path) -> None:
    for number in range(5):
        path = leave_note(tmp_path / str(number))
        contenders = [Contender(path) for _ in range(8)]
        assert sum(bool(each.hear()) for each in contenders) == 1
        end_all(contenders)
        assert list(path.parent.iterdir()) == []


def test_whatever_it_was_about_to_do_when_another_came_one_gets_the_note(tmp_path: Path) -> None:
    for step in count():
        path = leave_note(tmp_path / str(step))
        slow = Contender(path, step, signal.SIGSTOP)
        stopped = slow.is_stopped_or_done()
        quick = Contender(path)
        quick.hear()
        if stopped:
            slow.go_on()
        assert [slow.hear(), quick.hear()].count(True) == 1, f"stopped before its step {step}"
        end_all([slow, quick])
        check_nothing_is_left(path)
        if not stopped:
            break
    assert step > 6


def test_whenever_it_is_killed_one_of_those_who_come_next_gets_the_note(tmp_path: Path) -> None:
    for step in count():
        path = leave_note(tmp_path / str(step))
        killed = Contender(path, step)
        if killed.hear() is not None:
            end_all([killed])
            break
        grow_old(path.parent)
        for slow_step in (1, 3, 5, 7):
            slow = Contender(path, slow_step, signal.SIGSTOP)
            stopped = slow.is_stopped_or_done()
            quick = Contender(path)
            quick.hear()
            if stopped:
                slow.go_on()
            assert [slow.hear(), quick.hear()].count(True) == 1, f"killed before {step}, stopped before {slow_step}"
            end_all([slow, quick])
        check_nothing_is_left(path)
    assert step > 6


def test_whenever_it_is_killed_while_it_ends_the_next_gets_the_note(tmp_path: Path) -> None:
    for step in count():
        path = leave_note(tmp_path / str(step))
        killed = Contender(path)
        assert killed.hear()
        killed.end(step)
        check_nothing_is_left(path)
        if killed.process.exitcode == 0:
            break
    assert step > 3


def test_one_after_the_other_is_killed_while_taking_over(tmp_path: Path) -> None:
    path = leave_note(tmp_path / "chain")
    for claims in range(4):  # each was killed when it had claimed the claim of the one before
        assert Contender(path, 3 + 2 * claims).hear() is None
        assert len(list(path.parent.iterdir())) == 2 + claims
    contenders = [Contender(path) for _ in range(4)]
    assert sum(bool(each.hear()) for each in contenders) == 1
    assert [file.name for file in path.parent.iterdir()] == ["w.fusen.in-use"]
    end_all(contenders)
    check_nothing_is_left(path)


def test_a_clock_that_is_ahead_takes_nothing_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = leave_note(tmp_path / "ahead")
    note_path(path).write_text(json.dumps({"user": "sato", "machine": "desk-12", "process": GONE}))
    monkeypatch.setattr(time, "time", lambda: path.parent.stat().st_mtime + 86400)
    with pytest.raises(FusenError, match="sato on desk-12"):
        Note(path)
    assert [file.name for file in path.parent.iterdir()] == ["w.fusen.in-use"]


def test_who_slept_while_another_took_the_file_writes_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "is_remote", lambda _path: True)
    path = tmp_path / "w.fusen"
    with closing(Workspace.open(path)) as workspace:
        workspace.save_analysis(DOCUMENT, make_analysis(DOCUMENT))
        theirs = json.dumps({"user": "suzuki", "machine": "desk-12", "process": 1})
        note_path(path).write_text(theirs)
        with pytest.raises(FusenError, match="suzuki on desk-12") as caught:
            workspace.library.remove(DOCUMENT.sha256)
        assert caught.value.code == "timeout"
    assert note_path(path).read_text() == theirs
