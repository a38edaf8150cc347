"""Kills processes that write, and cuts the power: `python -m tests.workspace.power_loss --kills 200 --cuts 200 --seed 1`.

A kill is SIGKILL at a random moment of deciding, storing analyses, updating an old file, exporting or keeping a document inside
(`writers.py`). A cut is harder: the writer is stopped, its files are copied as a failed disk may leave them, and opened
elsewhere. What was synced to the disk is there; of the log, what lies behind the last commit is cut off or filled with noise;
in the file itself, all pages that the log still holds are noise, as if their writing back had been torn.

Afterwards the workspace opens, is whole, and holds every decision and analysis whose storing was told; exports are whole or
absent; half files are removed by the next start. `--cuts` needs Linux.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import struct
import sys
import tempfile
import time
import zipfile
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from app.analysis.analysis import AnalysisSettings
from app.export.writing import tidy
from app.workspace.backups import backups_of
from app.workspace.store import Workspace
from tests.workspace import writers
from tests.workspace.writers import ANALYSES, DOCUMENTS, EMBEDDED, OUT, STORE

LONGEST = {"deciding": 0.2, "analysing": 0.4, "updating": 0.25, "exporting": 0.8, "embedding": 0.5}
"""Seconds after its beginning within which a work is killed: a few rounds of it."""


@dataclass
class Writer:
    """A process that works in `folder`; `heard` is all that it said."""

    process: Any
    channel: Connection
    heard: list[Any]

    def listen(self) -> None:
        """Hear what was said until now."""
        with suppress(EOFError, ConnectionResetError):
            while self.channel.poll():
                self.heard.append(self.channel.recv())

    def kill(self) -> None:
        """End it as the system ends a process: without a word."""
        assert self.process.is_alive(), "the writer ended by itself"
        self.process.kill()
        self.process.join()
        self.listen()
        self.channel.close()


def start(work: str, folder: Path, seed: int) -> Writer:
    """Begin `work` in a process of its own, which has loaded what it needs."""
    context = multiprocessing.get_context("forkserver" if os.name == "posix" else "spawn")
    if os.name == "posix":
        context.set_forkserver_preload(["tests.workspace.writers"])
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(work, folder, seed, theirs), daemon=True)
    process.start()
    theirs.close()
    assert ours.poll(60), "the writer did not begin"
    ours.recv()
    return Writer(process, ours, [])


def _work(work: str, folder: Path, seed: int, channel: Connection) -> None:
    # What a renderer imports when it is first called would take most of the time in which the process lives.
    from app.export.formats import FORMATS

    if work == "exporting":
        from importlib import import_module

        for each in FORMATS.values():
            if each.renderer:
                import_module(each.renderer.partition(":")[0])
    channel.send("begin")
    writers.run(work, folder, seed, channel.send)


# ---- kills


def kill_once(work: str, folder: Path, chance: random.Random) -> int:
    """Kill one writer and check what it left; how much it had told."""
    folder.mkdir()
    writers.prepare(folder, work)
    before = _decisions(folder / STORE)
    writer = start(work, folder, chance.randrange(1 << 30))
    time.sleep(chance.uniform(0, LONGEST[work]))
    writer.kill()
    check(work, folder, writer.heard, before)
    return len(writer.heard)


def check(work: str, folder: Path, heard: list[Any], before: dict[str, tuple[str, str]]) -> None:
    """What must hold after the loss of a process or of power."""
    path = folder / STORE
    for backup in backups_of(path):
        assert _is_whole(backup), "a copy is whole or absent"
        assert _decisions(backup) == before, "a copy holds everything"
    _age(folder)
    with Workspace.open(path) as workspace:
        workspace.embedding.drop_unfinished()
        tidy(folder / OUT / "any")
        told = [each for each in heard if each == "undo" or isinstance(each, tuple)]
        _check_decisions(workspace, [each for each in told if len(each) != 2], before)
        _check_analyses(workspace, [each for each in told if len(each) == 2])
        if work == "embedding":
            _check_embedded(workspace, heard)
    assert _is_whole(path)
    assert list(writers.leftovers(folder)) == []
    if work == "exporting":
        check_exports(folder / OUT, [told for told in heard if isinstance(told, str)])


def _check_decisions(workspace: Workspace, told: list[Any], before: dict[str, tuple[str, str]]) -> None:
    steps = [step for step in told if step != "undo"]
    expected = before | {name: (decision, comment) for name, decision, comment, *_ in steps}
    found = {f.id: (f.decision, f.comment) for d in workspace.documents() for f in workspace.findings(d.sha256)}
    others = [name for name, value in expected.items() if found.get(name) != value]
    # The step that was not told yet may be there as well; one that was is never gone, but by an undo that was begun.
    assert len(others) <= 1, others
    done, undone = sum(len(step) == 3 for step in steps), sum(len(step) == 4 for step in steps)
    for name in others:
        assert not told or told[-1] == "undo" or int(found[name][1].split()[0]) >= done, (
            "a decision that was told is gone"
        )
    left = 0
    while workspace.undo() is not None:
        left += 1
    assert left >= done - undone - (told[-1:] == ["undo"])


def _check_analyses(workspace: Workspace, told: list[Any]) -> None:
    latest = dict(told)
    for place, recall in latest.items():
        document, model = DOCUMENTS[place], ANALYSES[place].model.sha256
        assert workspace.analyses.of(document, model, AnalysisSettings(recall=recall)) is not None
        current = workspace.analysis(document.sha256)
        assert current is not None
        assert current.settings.recall >= recall


def _check_embedded(workspace: Workspace, heard: list[Any]) -> None:
    sha256 = next(d.sha256 for d in workspace.documents() if d.file.endswith(EMBEDDED))
    holds = workspace.embedding.holds(sha256)
    if heard and heard[-1] == "kept":
        assert holds, "what was told to be kept is kept"
    if holds:
        from app.workspace.embedding import discard

        taken = workspace.embedding.take_out(sha256, EMBEDDED)
        assert taken.read_bytes() == writers.CONTENT
        discard(taken)
        assert not taken.parent.exists()
    else:
        assert workspace._rows("SELECT count(*) FROM embedded_pieces") == [(0,)]


def check_exports(folder: Path, told: list[str]) -> None:
    """Every file is whole, and each that was told is there."""
    for name in told:
        assert (folder / name).is_file(), name
    for entry in folder.iterdir():
        content = entry.read_bytes()
        match entry.suffix:
            case ".docx" | ".xlsx" | ".pptx":
                with zipfile.ZipFile(entry) as archive:
                    assert archive.testzip() is None, entry
            case ".json":
                json.loads(content)
            case ".html":
                assert content.rstrip().endswith(b"</html>"), entry
            case ".ics":
                assert content.rstrip().endswith(b"END:VCALENDAR"), entry
            case _:
                assert content, entry


def _age(folder: Path) -> None:
    """Let half files be as old as they are at the next start of the day."""
    long_ago = time.time() - 86_400
    for entry in [*folder.glob(".*"), *(folder / OUT).glob(".*")]:
        os.utime(entry, (long_ago, long_ago))


def _is_whole(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as connection:
        whole = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return whole and connection.execute("PRAGMA foreign_key_check").fetchall() == []


def _decisions(path: Path) -> dict[str, tuple[str, str]]:
    query = "SELECT id, decision, comment FROM findings WHERE decision <> 'undecided' OR comment <> ''"
    with closing(sqlite3.connect(path)) as connection:
        return {name: (decision, comment) for name, decision, comment in connection.execute(query)}


# ---- cuts

_HEADER, _FRAME = 32, 24


def cut(work: str, folder: Path, chance: random.Random, times: int) -> tuple[int, int]:
    """Let one writer work, and copy what a failed disk would hold `times` times; pages made noise, bytes of the log likewise."""
    folder.mkdir()
    writers.prepare(folder, work)
    before = _decisions(folder / STORE)
    writer = start(work, folder, chance.randrange(1 << 30))
    pages = bytes_ = 0
    try:
        for number in range(times):
            time.sleep(chance.uniform(0.005, 0.15))
            os.kill(writer.process.pid, signal.SIGSTOP)
            while Path(f"/proc/{writer.process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
                time.sleep(0.001)
            lost = folder / f"lost{number}"
            lost.mkdir()
            (lost / OUT).mkdir()
            for ending in ("", "-wal", "-shm"):
                if (folder / f"{STORE}{ending}").exists():
                    shutil.copy(folder / f"{STORE}{ending}", lost / f"{STORE}{ending}")
            writer.listen()
            heard = list(writer.heard)
            os.kill(writer.process.pid, signal.SIGCONT)
            spoiled = spoil(lost / STORE, chance)
            pages, bytes_ = pages + spoiled[0], bytes_ + spoiled[1]
            check("", lost, heard, before)
            shutil.rmtree(lost)
    finally:
        writer.kill()
    return pages, bytes_


def spoil(path: Path, chance: random.Random) -> tuple[int, int]:
    """Leave of a copied workspace what was synced, and noise of what was not; pages and bytes that were spoiled.

    The index of the log says how much of the log is committed, which SQLite writes after it has synced that, and how much of it
    was written back and synced. It lies in memory and is gone after a loss of power. https://www.sqlite.org/walformat.html
    """
    index, log = path.with_name(f"{path.name}-shm"), path.with_name(f"{path.name}-wal")
    if not log.exists() or not index.exists() or index.stat().st_size < 136:
        return 0, 0
    header = index.read_bytes()[:136]
    committed, written_back = struct.unpack_from("=I", header, 16)[0], struct.unpack_from("=I", header, 96)[0]
    index.unlink()
    content = bytearray(log.read_bytes())
    if len(content) < _HEADER:
        return 0, 0
    size = struct.unpack_from(">I", content, 8)[0]
    salt = content[16:24]
    frames = [_HEADER + number * (_FRAME + size) for number in range(committed)]
    held = {struct.unpack_from(">I", content, at)[0] for at in frames if content[at + 8 : at + 16] == salt}
    if len(held) == 0 and committed:
        return 0, 0  # the log was begun anew and its header is not written yet
    pages = _spoil_pages(path, held if written_back < committed else set(), size, chance)
    end = _HEADER + committed * (_FRAME + size)
    rest = len(content) - end
    if rest > 0:
        kind = chance.choice(("cut", "noise", "torn"))
        if kind == "noise":
            content[end:] = chance.randbytes(rest)
        elif kind == "torn":
            place = end + chance.randrange(rest)
            content[place:] = bytes(len(content) - place)
        else:
            del content[end + chance.randrange(rest) :]
    log.write_bytes(content)
    return pages, max(rest, 0)


def _spoil_pages(path: Path, numbers: set[int], size: int, chance: random.Random) -> int:
    with path.open("rb+") as stream:
        whole = path.stat().st_size // size
        for number in numbers:
            if number <= whole:
                # A disk writes its first sector whole; the file's header does not change but for counters.
                kept = 512 if number == 1 else 0
                stream.seek((number - 1) * size + kept)
                stream.write(chance.randbytes(size - kept))
    return len(numbers)


# ---- both


def run(kills: int, cuts: int, seed: int, folder: Path) -> Counter[str]:
    """So many kills, in turn of everything that writes, and cuts; what was counted."""
    chance, counted = random.Random(seed), Counter[str]()
    for number in range(kills):
        work = list(writers.WORKS)[number % len(writers.WORKS)]
        place = folder / f"kill{number}"
        counted["told"] += kill_once(work, place, chance)
        counted[f"kills while {work}"] += 1
        shutil.rmtree(place)
    number = 0
    while cuts > 0 and sys.platform == "linux":
        times = min(cuts, 20)
        place = folder / f"cut{number}"
        pages, lost = cut(("deciding", "analysing")[number % 2], place, chance, times)
        counted["cuts"] += times
        counted["pages made noise"] += pages
        counted["bytes of logs cut off or made noise"] += lost
        shutil.rmtree(place)
        cuts, number = cuts - times, number + 1
    return counted


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        counted = run(arguments.kills, arguments.cuts, arguments.seed, Path(folder))
    for what, count in counted.items():
        print(f"{count:>12,}  {what}")
    print(f"nothing that was told is lost, every file is whole; {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
