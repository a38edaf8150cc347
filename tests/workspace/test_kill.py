"""A process that is killed while it writes loses nothing that it had acknowledged, and never harms the file."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from samples import make_analysis, make_document

from app.workspace.store import Workspace

ROUNDS = 25
TESTS = Path(__file__).resolve().parents[1]


def test_every_acknowledged_decision_is_there_after_a_kill(tmp_path: Path) -> None:
    path, document, chance = tmp_path / "w.fusen", make_document(), random.Random(3)
    with Workspace.open(path) as workspace:
        workspace.save_analysis(document, make_analysis(document))
    last = -1
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)])}
    for _ in range(ROUNDS):
        acknowledged = _decide_and_kill(path, last + 1, chance.uniform(0, 0.15), environment)
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        with Workspace.open(path) as workspace:
            written = max(int(f.comment or -1) for f in workspace.findings(document.sha256))
            assert acknowledged <= written <= acknowledged + 1, "at most the one that was not acknowledged yet"
        last = written
    assert last > ROUNDS, "the rounds did write"


def _decide_and_kill(path: Path, first: int, after: float, environment: dict[str, str]) -> int:
    """The last number that the process acknowledged before it was killed, `after` seconds past its first."""
    with subprocess.Popen(
        [sys.executable, str(TESTS / "workspace" / "deciding.py"), str(path), str(first)],
        stdout=subprocess.PIPE,
        env=environment,
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        time.sleep(after)
        process.kill()
        lines += process.stdout.read().splitlines(keepends=True)
    return int([line for line in lines if line.endswith(b"\n")][-1])
