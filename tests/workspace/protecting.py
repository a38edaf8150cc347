"""A process that encrypts, gives other passphrases and decrypts is killed again and again: is there one whole file each time?

python -m tests.workspace.protecting --seed 1 --kills 200
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))

from samples import make_analysis, make_document  # noqa: E402 -- found through the line above

from app.errors import FusenError  # noqa: E402
from app.workspace import encryption, rewriting  # noqa: E402
from app.workspace.encryption import Cost  # noqa: E402
from app.workspace.store import Workspace  # noqa: E402

PASSPHRASES = ("the first passphrase", "the second passphrase")
_PADDING = 3 << 20  # bytes of the workspace: writing them takes long enough to be killed in the middle


@dataclass
class Outcome:
    """`found`: how often the file was plain or had which passphrase after a kill, and how often a kill left something."""

    kills: int = 0
    found: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def unlock(path: Path) -> str:
    """Open it with whatever opens it; what did."""
    if encryption.state_of(path) != "encrypted":
        return "plain"
    for passphrase in PASSPHRASES:
        try:
            encryption.unlock(path, passphrase)
        except FusenError:
            continue
        return passphrase
    raise AssertionError("no passphrase opens it")


def work(path: Path, begins: Event) -> None:
    """Until it is killed. Says when it begins."""
    encryption.COST = Cost(1, 64, 1)
    held = unlock(path)
    begins.set()
    while True:
        if held == "plain":
            rewriting.encrypt(path, PASSPHRASES[0])
        elif held == PASSPHRASES[0]:
            rewriting.change_passphrase(path, PASSPHRASES[1])
        else:
            rewriting.decrypt(path)
        held = unlock(path)


def run(folder: Path, *, seed: int, kills: int) -> Outcome:
    """Kill it so many times and look after each."""
    path, chance, outcome = folder / "w.fusen", random.Random(seed), Outcome()
    document = make_document()
    with Workspace.open(path) as workspace:
        workspace.save_analysis(document, make_analysis(document))
        workspace.save_window_state(random.Random(1).randbytes(_PADDING // 2).hex(), "padding")
        expected = workspace.findings(document.sha256), workspace.window_state("padding")
    processes = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")
    for _ in range(kills):
        begins = processes.Event()
        process = processes.Process(target=work, args=(path, begins))
        process.start()
        begun = begins.wait(60)
        time.sleep(chance.uniform(0, 0.8))
        if not begun or not process.is_alive():
            outcome.faults.append("it ended by itself")
        process.kill()
        process.join()
        outcome.kills += 1
        encryption._known = encryption._Keyring()
        outcome.found["something left"] += len(list(folder.iterdir())) > 1
        try:
            outcome.found[unlock(path)] += 1
            with Workspace.open(path) as workspace:
                if (workspace.findings(document.sha256), workspace.window_state("padding")) != expected:
                    outcome.faults.append("the content differs")
        except (FusenError, AssertionError) as error:
            outcome.faults.append(repr(error))
        left = {file.name: file.read_bytes()[:8] for file in folder.iterdir() if file != path}
        # A journal whose beginning is zero holds nothing that counts: SQLite's next use of it removes it.
        if left not in ({}, {f"{path.name}-journal": bytes(8)}):
            outcome.faults.append(f"left: {left}")
    return outcome


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=200)
    arguments = parser.parse_args()
    encryption.COST = Cost(1, 64, 1)
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(Path(folder), seed=arguments.seed, kills=arguments.kills)
    print(outcome)
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
