"""Windows and workers that are killed at random moments lose nothing that was said to be done."""

from __future__ import annotations

from pathlib import Path

from tests.ui.killing import Killer

KILLS = 15
"""A few, for these processes take their time to start; `python -m tests.ui.killing` kills fifty times."""


def test_nothing_is_lost_and_the_next_window_goes_on_where_the_last_one_was(tmp_path: Path) -> None:
    killer = Killer(tmp_path, seed=11)
    killer.run(KILLS)
    assert sum(killer.kills.values()) == KILLS
    assert killer.kills["window"] >= 3
    assert killer.steps > KILLS
