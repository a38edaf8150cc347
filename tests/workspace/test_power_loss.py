"""A sample of `python -m tests.workspace.power_loss`: kills in all that writes, and a few cuts of the power."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.workspace.power_loss import run
from tests.workspace.writers import WORKS


def test_nothing_that_was_told_is_lost_by_a_kill_or_a_cut(tmp_path: Path) -> None:
    counted = run(kills=6, cuts=3, seed=4, folder=tmp_path)
    assert sum(counted[f"kills while {work}"] for work in WORKS) == 6
    assert counted["told"] > 0
    if sys.platform == "linux":
        assert counted["cuts"] == 3
        assert counted["pages made noise"] > 0
