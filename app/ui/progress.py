"""How far a document's reading and analysis are: one share over all stages, and the time that is left. Knows no Qt."""

from __future__ import annotations

import time
from collections.abc import Callable

# What each stage takes of the whole, in per cent, as measured on a contract of 37 pages; the order is the order of work.
STAGES: dict[str, int] = {
    "reading": 5,
    "loading-model": 5,
    "scanning": 34,
    "deepening": 34,
    "attending": 18,
    "scoring": 2,
    "linking": 2,
}
RECOGNISING = "recognising"
RECOGNISED_STAGES = {**STAGES, "reading": 20 * sum(STAGES.values())}
"""Where pages are recognised, that takes some twenty times as long as all the rest, a page."""

WAITING = "waiting"
"""The stage in which the model worker still has another document."""

_ENOUGH_SECONDS = 1.5
_ENOUGH_SHARE = 0.08


class ProgressMeter:
    """Turns stage reports into a share that never falls and an estimate of the seconds left."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started = clock()
        self._reached = 0.0
        self._stages = STAGES
        self.stage = "reading"
        self.share = 0.0

    def report(self, stage: str, done: int, total: int) -> None:
        """Take a worker's report: `done` of `total` units of `stage`. A stage that is not known changes only the words."""
        if self.stage == WAITING != stage:  # the pace is that of the work, not of the wait
            self._started, self._reached = self._clock(), 0.0
        self.stage = stage
        if stage == RECOGNISING:
            self._stages, stage = RECOGNISED_STAGES, "reading"
        stages = self._stages
        if stage not in stages:
            return
        before = 0
        for name, weight in stages.items():
            if name == stage:
                break
            before += weight
        part = min(max(done / total, 0.0), 1.0) if total > 0 else 0.0
        share = (before + stages[stage] * part) / sum(stages.values())
        if share > self.share:
            self.share, self._reached = share, self._clock() - self._started

    def seconds_left(self) -> float | None:
        """Seconds until the end at the pace so far; None while too little is known for an honest figure.

        Between two reports it counts down; where the next one is late, nothing is known any more.
        """
        if self._reached < _ENOUGH_SECONDS or self.share < _ENOUGH_SHARE:
            return None
        left = self._reached / self.share - (self._clock() - self._started)
        return left if left > 0 else None
