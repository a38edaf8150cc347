"""Kills a process before each single thing that it does to a file: `python -m tests.workspace.steps [--fail]`.

A random moment (`power_loss.py`, `protecting.py`) meets what takes long. What lies between two renames takes microseconds, and
is met here every time: Python tells of each opening, linking, renaming and removing before it is done, and the process that
does the work ends itself at the first one, the next process at the second, and so on until one comes to its end. With `--fail`
that one thing fails instead, as on a disk that is full, broken or only to be read, and the process goes on.
"""

from __future__ import annotations

import argparse
import errno
import multiprocessing
import os
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from app.errors import FusenError
from app.review.operations import SetComment, SetDecision, Together
from app.workspace import encryption, rewriting
from app.workspace.backups import backups_of
from app.workspace.encryption import Cost
from app.workspace.leftovers import copies_of
from app.workspace.salvage import recover_in_place
from app.workspace.store import Workspace
from tests.samples import ENGLISH, JAPANESE, make_analysis, make_document
from tests.workspace import steps_beside
from tests.workspace.old_files import make_old_file

STORE, COPY, HOME = "w.fusen", "w.v4-20260101-101010.backup.fusen", "home"
PASSPHRASES = ("the first passphrase", "the second passphrase")
DOCUMENTS = [make_document(ENGLISH * 8, file="/services.pdf"), make_document(JAPANESE * 8, file="/業務委託.pdf")]
_EVENTS = {"open", "os.chmod", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.truncate"}
_PAGE = 4096
FAILURES = (errno.ENOSPC, errno.EACCES, errno.EIO)
_TOLD, _BORNE = 3, 4
"""Exit statuses of a process one of whose deeds failed: it told of that in words, or did its work all the same."""
_met: list[str] = []

Decisions = dict[str, tuple[str, str]]


# ---- what is done


def encrypt(path: Path) -> rewriting.Outcome:
    """A plain workspace with a copy."""
    return rewriting.encrypt(path, PASSPHRASES[0])


def change(path: Path) -> rewriting.Outcome:
    """An encrypted one gets another passphrase."""
    encryption.unlock(path, PASSPHRASES[0])
    return rewriting.change_passphrase(path, PASSPHRASES[1])


def decrypt(path: Path) -> rewriting.Outcome:
    """And is plain again."""
    encryption.unlock(path, PASSPHRASES[0])
    return rewriting.decrypt(path)


def update(path: Path) -> None:
    """A file of an earlier version is copied and brought up to date."""
    Workspace.open(path).close()


def recover(path: Path) -> None:
    """A damaged one is replaced by what can be read of it."""
    recover_in_place(path)


def forget(path: Path) -> None:
    """The second document is forgotten, in the copy as well."""
    with Workspace.open(path) as workspace:
        workspace.forget(DOCUMENTS[1].sha256)


def begin(path: Path) -> None:
    """A new workspace at a new home, where there is no key to sign with yet, and a first decision."""
    with Workspace.open(path) as workspace:
        workspace.save_analysis(DOCUMENTS[0], make_analysis(DOCUMENTS[0]))
        workspace.apply(SetDecision(workspace.findings(DOCUMENTS[0].sha256)[0].id, "accepted"))


WORKS: dict[str, Callable[[Path], object]] = {
    each.__name__: each for each in (begin, encrypt, change, decrypt, update, recover, forget)
} | {name: work.do for name, work in steps_beside.WORKS.items()}


# ---- what is there before


def prepare(folder: Path, work: str) -> Decisions:
    """The files that `work` begins with; the decisions in them."""
    path = folder / STORE
    if work == "begin":
        return {}
    if work == "update":
        make_old_file(path, 1, [(document, make_analysis(document)) for document in DOCUMENTS])
        with closing(sqlite3.connect(path)) as connection:
            rows = connection.execute("SELECT id, decision, comment FROM findings").fetchall()
        return {name: (decision, comment) for name, decision, comment in rows}
    with Workspace.open(path) as workspace:
        for document in DOCUMENTS:
            workspace.save_analysis(document, make_analysis(document))
            for number, finding in enumerate(workspace.findings(document.sha256)):
                steps = SetDecision(finding.id, "accepted"), SetComment(finding.id, f"{number} 確認")
                workspace.apply(Together(steps))
    before = decisions(path)
    shutil.copy(path, folder / COPY)
    if work in ("change", "decrypt"):
        rewriting.encrypt(path, PASSPHRASES[0])
        _forget_keys()
    elif work == "recover":
        return _damage(path)
    elif work in steps_beside.WORKS:
        steps_beside.beside(path).mkdir()
        steps_beside.WORKS[work].prepare(path)
    return before


def _damage(path: Path) -> Decisions:
    """Make the pages of the history noise, and leave the last decision in the log, as a killed program does."""
    with Workspace.open(path) as workspace:
        workspace.apply(SetDecision(workspace.findings(DOCUMENTS[0].sha256)[0].id, "rejected"))
        before = _decisions_in(workspace)
        kept = {file: file.read_bytes() for file in (path, path.with_name(f"{path.name}-wal"))}
    for file, content in kept.items():
        file.write_bytes(content)
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        query = "SELECT pageno FROM dbstat WHERE name = 'history' AND pagetype = 'leaf'"
        pages = [number for (number,) in connection.execute(query)]
    with path.open("r+b") as stream:
        for number in pages:
            stream.seek((number - 1) * _PAGE)
            stream.write(b"\xa5" * _PAGE)
    return before


def _at_home_in(folder: Path) -> None:
    """Let the program keep its keys and what it knows of the workspace there: copies of one are not to know of each other."""
    os.environ["XDG_DATA_HOME"] = str(folder / HOME)


def _forget_keys() -> None:
    encryption._known = encryption._Keyring()


# ---- the kill


def end_at(step: int, folder: Path, how: signal.Signals = signal.SIGKILL, failure: int = 0) -> Callable[[], None]:
    """Let this process end itself before its `step`th deed in the folder, from 0, or be stopped; returns what prevents it.

    With `failure`, a number of the system's, the deed fails instead.
    """
    left: float = step

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event in _EVENTS and any(isinstance(each, str | os.PathLike) and _within(each) for each in arguments[:2]):
            left -= 1
            if left == -1 and failure:
                _met.append(event)
                raise OSError(failure, os.strerror(failure))
            if left == -1:
                os.kill(os.getpid(), how)

    place = str(folder)

    def _within(argument: str | os.PathLike[str]) -> bool:
        return os.fspath(argument).startswith(place)

    def never() -> None:
        nonlocal left
        left = float("inf")

    sys.addaudithook(heard)
    return never


def _work(work: str, folder: Path, step: int, failure: int) -> None:
    encryption.COST = Cost(1, 64, 1)
    _at_home_in(folder)
    end_at(step, folder, failure=failure)
    told = False
    try:
        outcome = WORKS[work](folder / STORE)
        told = isinstance(outcome, rewriting.Outcome) and bool(outcome.left)
    except (FusenError, OSError) as error:
        # Settings tell of what the system says, everything else in words.
        told = isinstance(error, FusenError) or work.startswith("settings")
        if not told:
            raise
    if _met or told:
        sys.exit(_TOLD if told else _BORNE)


def interrupt_at(work: str, folder: Path, step: int, failure: int = 0) -> int:
    """Begin `work` and interrupt it at its `step`th deed, from 0; how it ended: 0 if that was before."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.workspace.steps"])
    process = context.Process(target=_work, args=(work, folder, step, failure), daemon=True)
    process.start()
    process.join(60)
    expected = (0, _TOLD, _BORNE) if failure else (0, -signal.SIGKILL)
    assert process.exitcode in expected, f"{work}, step {step}: ended with {process.exitcode}"
    return int(process.exitcode or 0)


# ---- what is there after it


def decisions(path: Path) -> Decisions:
    """Opened as the window opens it; what was decided."""
    with Workspace.open(path) as workspace:
        return _decisions_in(workspace)


def _decisions_in(workspace: Workspace) -> Decisions:
    return {f.id: (f.decision, f.comment) for d in workspace.documents() for f in workspace.findings(d.sha256)}


def check(work: str, folder: Path, before: Decisions, *, ended: bool) -> None:
    """What must hold after each kill. Raises AssertionError."""
    path = folder / STORE
    _forget_keys()
    assert path.exists() or work == "begin", "there is always a workspace"
    _unlock(path)
    if work == "recover" and _is_damaged(path):
        assert not ended
        time.sleep(1)  # the names of what is recovered bear the second
        recover_in_place(path)
    with Workspace.open(path) as workspace:
        found, verdict = _decisions_in(workspace), workspace.verify()
    assert verdict.is_whole, verdict
    if work == "begin":
        decided = sum(decision == "accepted" for decision, _ in found.values())
        assert decided == 1 or (decided == 0 and not ended)
    elif work == "forget":
        with Workspace.open(path) as workspace:
            kept = {f.id: before[f.id] for f in workspace.findings(DOCUMENTS[0].sha256)}
        assert kept
        assert found == kept if ended else found in (kept, before)
    else:
        assert found == before, f"{len(before)} decisions, {len(found)} found"
    _check_copies(work, path, before, ended=ended)
    if work in steps_beside.WORKS:
        steps_beside.WORKS[work].check(path, ended)
    expected = {path, folder / HOME, steps_beside.beside(path), *copies_of(path)}
    others = [file.name for file in folder.iterdir() if file not in expected and not _is_of_sqlite(file, expected)]
    # Half of a copy is removed an hour later: its maker may still be at it.
    assert [name for name in others if not name.endswith(".part")] == []


def _is_damaged(path: Path) -> bool:
    try:
        Workspace.open(path).close()
    except FusenError as error:
        return error.code == "damaged"
    return False


def _unlock(path: Path) -> None:
    for passphrase in PASSPHRASES if encryption.state_of(path) == "encrypted" else ():
        with suppress(FusenError):
            encryption.unlock(path, passphrase)
    assert not encryption.is_locked(path), "no passphrase opens it"


def _is_of_sqlite(file: Path, expected: set[Path]) -> bool:
    return any(file.name == f"{each.name}{ending}" for each in expected for ending in ("-wal", "-shm", "-journal"))


def _check_copies(work: str, path: Path, before: Decisions, *, ended: bool) -> None:
    """Copies are whole; beside an encrypted workspace the next unlocking leaves no plain one."""
    if encryption.state_of(path) == "encrypted":
        rewriting.finish(path)
    for copy in backups_of(path):
        plain = encryption.state_of(copy) == "plain"
        assert plain or encryption.state_of(path) == "encrypted" or not ended
        assert not (plain and encryption.state_of(path) == "encrypted"), "a plain copy beside an encrypted workspace"
        if plain:
            with closing(sqlite3.connect(copy)) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                if work != "forget":
                    assert {name for (name,) in connection.execute("SELECT id FROM findings")} == set(before)
    assert work in ("begin", "update") or backups_of(path), "no copy is lost"


# ---- all of it


def run(works: list[str], folder: Path, failures: Sequence[int] = (0,)) -> Counter[str]:
    """Interrupt each work at every step; how many steps each had. `failures` in turn; 0 is a kill."""
    counted = Counter[str]()
    for work in works:
        made = folder / work / "made"
        made.mkdir(parents=True)
        _at_home_in(made)
        before = prepare(made, work)
        ended = False
        while not ended:
            place = folder / work / f"step{counted[work]}"
            shutil.copytree(made, place)
            _at_home_in(place)
            failure = failures[counted[work] % len(failures)]
            status = interrupt_at(work, place, counted[work], failure)
            ended = status == 0
            try:
                check(work, place, before, ended=status in (0, _BORNE))
            except (AssertionError, FusenError) as error:
                raise AssertionError(f"{work}, step {counted[work]}, {failure or 'killed'}: {error}") from error
            shutil.rmtree(place)
            counted[work] += not ended
    return counted


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("works", nargs="*", default=list(WORKS), help=f"of {', '.join(WORKS)}")
    parser.add_argument("--fail", action="store_true", help="Let each step fail in turn, instead of killing.")
    arguments = parser.parse_args()
    encryption.COST = Cost(1, 64, 1)
    with tempfile.TemporaryDirectory() as folder:
        counted = run(arguments.works, Path(folder), FAILURES if arguments.fail else (0,))
    print(", ".join(f"{work}: {number} steps" for work, number in counted.items()))
    print("nothing was lost")


if __name__ == "__main__":
    main()
