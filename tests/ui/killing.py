"""Kills the window or one of its workers at random moments and looks what is left: `python -m tests.ui.killing --kills 50`.

A window of its own (this module with `--window`) decides, comments, edits, undoes and scrolls as fast as it can and says each
step aloud once it is stored. Whatever is killed, and whenever, what was said must be in the workspace, and the next window must
show the documents, the place and the history again. The seed decides on steps and moments.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import queue
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pymupdf

from app.workspace.store import Workspace

ROOT = Path(__file__).resolve().parents[2]
SENTENCES = (
    "The Supplier's total liability shall not exceed the fees paid in the twelve months before the claim.",
    "Either party may terminate this Agreement for convenience by giving thirty days' notice in writing.",
    "This Agreement is governed by the laws of Japan and shall be construed accordingly by the courts.",
    "The parties shall meet quarterly at a place of their choice and keep minutes of every meeting.",
)
PER_WINDOW = 5
"""Kills a window process: workers first, the window itself last."""


def make_document(path: Path, pages: int = 4) -> Path:
    """A small contract."""
    with pymupdf.open() as pdf:
        for page in range(pages):
            sheet = pdf.new_page()
            for row in range(12):
                text = f"{page + 1}.{row + 1} {SENTENCES[row % len(SENTENCES)]}"
                sheet.insert_textbox((60, 60 + 50 * row, 540, 105 + 50 * row), text, fontsize=11)
        pdf.save(path)
    return path


# ---- the window that is killed


def say(kind: str, value: object = None) -> None:
    print(json.dumps([kind, value]), flush=True)


def window_main(store: Path, files: list[Path], seed: int) -> None:
    """Run a window that works by itself until it is killed."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from app.ui.main_window import MainWindow
    from app.ui.session import Session

    application = QApplication([])
    session = Session(store, model_worker="tests.ui.fake_model_worker")
    window = MainWindow(session)
    window.resize(900, 600)
    window.show()
    session.start()
    window.restoring.restore()
    session.open(files)
    worker = Worker(session, window, random.Random(seed))
    timer = QTimer(interval=10)
    timer.timeout.connect(worker.step)
    timer.start()
    application.exec()


class Worker:
    """Takes one random step a tick, once the documents show."""

    def __init__(self, session: Any, window: Any, chance: random.Random) -> None:
        self.session, self.window, self.chance = session, window, chance
        self.known: dict[str, str] = {}
        self.pids: list[int] = []
        self.is_ready = False
        self.written = ""
        self.ticks = 0

    def step(self) -> None:
        files = list(self.session.state.files.values())
        self.tell_workers()
        if not self.is_ready:
            if not files or any(f.phase != "ready" or f.document is None for f in files):
                return
            self.ticks += 1
            if self.ticks < 5:  # a few rounds for what follows the findings
                return
            self.is_ready = True
            say("ready", [json.loads(self.shown()), len(files)])
            self.known = self.decisions()
        file = self.session.state.current
        if file is not None and file.is_reviewable:
            self.act(file)
        if (written := self.window.restoring._written) != self.written:
            self.written = written
            say("shown", json.loads(written))

    def act(self, file: Any) -> None:
        session, chance = self.session, self.chance
        kind = chance.choices(
            (
                "accept",
                "reject",
                "skip",
                "comment",
                "range",
                "raise",
                "undo",
                "redo",
                "scroll",
                "step",
                "again",
                "other",
            ),
            (8, 8, 3, 4, 3, 2, 3, 2, 4, 3, 0.3, 0.5),
        )[0]
        selected = file.findings.selected
        say("begin", kind)
        if kind == "comment" and selected is not None:
            session.comment(file, selected.id, f"{chance.random()}")
        elif kind == "range" and selected is not None and file.document is not None:
            end = selected.start + 20 if selected.proposal is None else selected.proposed.end
            session.reviewing(lambda reviewer: reviewer.set_range(file, selected.id, selected.start, end))
        elif kind == "scroll":
            bar = self.window.views[file.key].sheets.verticalScrollBar()
            bar.setValue(chance.randrange(bar.maximum() + 1))
        elif kind == "step":
            session.step(chance.choice((1, -1)))
        elif kind == "again":
            session.retry()
        elif kind == "other":
            session.show(chance.choice(list(session.state.files)))
        else:
            self.window.run_command(kind)
        now = self.decisions()
        changed = {key: value for key, value in now.items() if self.known.get(key) != value}
        self.known |= changed
        say("done", changed)

    def decisions(self) -> dict[str, str]:
        files = self.session.state.files.values()
        return {
            f.id: f"{f.decision} {f.comment} {f.start} {f.end} {f.raised}"
            for each in files
            for f in each.findings.all()
        }

    def shown(self) -> str:
        from app.ui.restoring import to_json

        return to_json(self.window.restoring._now())

    def tell_workers(self) -> None:
        clients = (self.session._documents, self.session._model)
        pids = [process.pid for client in clients if (process := client._process) is not None]
        if pids != self.pids:
            self.pids = pids
            say("workers", pids)


# ---- who kills


@dataclass
class Told:
    """What a window said until its end."""

    decisions: dict[str, str] = field(default_factory=dict)
    shown: list[Any] = field(default_factory=list)
    restored: Any = None
    steps: int = 0
    in_doubt: str | None = None
    workers: list[int] = field(default_factory=list)

    def hear(self, kind: str, value: Any) -> None:
        match kind:
            case "begin":
                self.in_doubt = value
            case "done":
                self.steps += 1
                self.in_doubt = None
                self.decisions |= value
            case "shown":
                self.shown.append(value)
            case "ready":
                self.restored = value[0]
            case "workers":
                self.workers = value


class Killer:
    """Starts windows, kills, and checks."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.store = folder / "reviews.fusen"
        self.files = [make_document(folder / "first.pdf"), make_document(folder / "second.pdf", pages=3)]
        self.chance = random.Random(seed)
        self.kills = {"window": 0, "worker": 0}
        self.steps = 0
        self.believed: dict[str, str] = {}
        self.expected: Any = None  # what the next window is to show

    def run(self, kills: int) -> None:
        while sum(self.kills.values()) < kills:
            self.one_window(min(PER_WINDOW, kills - sum(self.kills.values())))

    def one_window(self, kills: int) -> None:
        first = self.expected is None
        files = self.files if first else []
        command = [sys.executable, "-m", "tests.ui.killing", "--window", str(self.store)]
        command += ["--seed", str(self.chance.randrange(1 << 30)), *map(str, files)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as process:
            told, lines = Told(decisions=dict(self.believed)), queue.Queue[str | None]()
            thread = threading.Thread(target=_pass_on, args=(process, lines))
            thread.start()
            try:
                self.drive(told, lines, process, kills)
            finally:
                process.send_signal(signal.SIGKILL)
                process.wait()
                thread.join()
            self.kills["window"] += 1
            while (line := lines.get()) is not None:
                told.hear(*json.loads(line))
        self.check(told, first=first)

    def drive(self, told: Told, lines: queue.Queue[str | None], process: Any, kills: int) -> None:
        """Hear of the window until it is ready, then kill its workers, and return at the moment of its own end."""
        self.hear_until(told, lines, lambda: told.restored is not None, process)
        for number in range(kills):
            before, until = told.steps, time.monotonic() + self.chance.uniform(0.0, 0.4)
            self.hear_until(told, lines, lambda u=until: time.monotonic() >= u, process)
            if number < kills - 1:
                self.hear_until(told, lines, lambda: bool(told.workers), process)
                self.kill_worker(told)
                self.hear_until(told, lines, lambda b=before: told.steps > b + 3, process)

    def kill_worker(self, told: Told) -> None:
        victim = self.chance.choice(told.workers)
        with contextlib.suppress(ProcessLookupError):  # it was killed before, and its successor has not been told yet
            os.kill(victim, signal.SIGKILL)
        self.kills["worker"] += 1

    @staticmethod
    def hear_until(told: Told, lines: queue.Queue[str | None], enough: Any, process: Any) -> None:
        end = time.monotonic() + 120
        while not enough():
            assert time.monotonic() < end, "the window said nothing for two minutes"
            try:
                line = lines.get(timeout=0.02)
            except queue.Empty:
                continue
            assert line is not None, f"the window ended by itself with {process.wait()}"
            told.hear(*json.loads(line))

    def check(self, told: Told, *, first: bool) -> None:
        """What was said is there; at most the step that was begun is there besides."""
        self.steps += told.steps
        if not first:
            same_place(told.restored, self.expected)
        with Workspace.open(self.store) as workspace:
            found = {
                f.id: f"{f.decision} {f.comment} {f.start} {f.end} {f.raised}"
                for document in workspace.documents()
                for f in workspace.findings(document.sha256)
            }
            state = json.loads(workspace.window_state() or "null")
        others = [key for key, value in told.decisions.items() if found.get(key) != value and key in found]
        gone = [
            key for key, value in told.decisions.items() if key not in found and not value.startswith("undecided  ")
        ]
        assert not gone, gone
        assert len(others) <= (told.in_doubt is not None), (others, told.in_doubt)
        assert state is not None
        assert state not in told.shown[:-1] or state == told.shown[-1], "an older state of the window is stored"
        assert len(state["files"]) == len(self.files)
        self.believed = found
        self.expected = state
        self.check_history()

    def check_history(self) -> None:
        """Undone to its beginning, in a copy, the history leaves nothing decided: no step of it was lost."""
        with tempfile.TemporaryDirectory() as folder:
            for entry in self.folder.glob("reviews.fusen*"):
                shutil.copy(entry, folder)
            with Workspace.open(Path(folder) / self.store.name) as workspace:
                while workspace.undo() is not None:
                    pass
                left = [f for d in workspace.documents() for f in workspace.findings(d.sha256) if f.is_touched]
                assert not left, "a decision has no step in the history"


def same_place(restored: Any, expected: Any) -> None:
    """Documents, the one in view, order and selection are those that were stored, and the place is within a few points."""
    assert restored["current"] == expected["current"]
    for now, before in zip(restored["files"], expected["files"], strict=True):
        assert {**now, "place": None} == {**before, "place": None}
        assert now["place"][0] == before["place"][0], (now, before)
        assert abs(now["place"][1] - before["place"][1]) < 6, (now, before)


def _pass_on(process: Any, lines: queue.Queue[str | None]) -> None:
    for line in process.stdout:
        if line.endswith("\n"):
            lines.put(line)
    lines.put(None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--window", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("files", nargs="*", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.window is not None:
        window_main(arguments.window, arguments.files, arguments.seed)
        return
    with tempfile.TemporaryDirectory() as folder:
        killer = Killer(Path(folder), arguments.seed)
        started = time.monotonic()
        killer.run(arguments.kills)
        print(f"{killer.kills} kills, {killer.steps} steps, nothing lost, {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
