"""A call that a worker has not finished, as the client keeps it, and as a thread waits for it."""

from __future__ import annotations

import queue
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.analysis.analysis import Analysis
from app.errors import FusenError
from app.workers.page_watch import PageWatch
from app.workers.protocol import Body, Progress, Value

OnProgress = Callable[[Progress], None]
OnPreliminary = Callable[[Analysis], None]
OnResult = Callable[[Value], None]
OnFailure = Callable[[FusenError], None]


@dataclass(eq=False)
class Pending:
    """A call and what to do when it ends. `settled`: the caller has its answer, the worker does not know it yet."""

    id: int
    body: Body
    on_progress: OnProgress | None
    on_result: OnResult
    on_failure: OnFailure
    on_preliminary: OnPreliminary | None = None
    attempts: int = 0
    cancelled: bool = False
    settled: bool = False
    output: Path | None = None  # where what the worker writes in its scratch folder is wanted
    pages: PageWatch = field(default_factory=PageWatch)


class Outcome:
    """What a thread waits for and another one settles; Ctrl-C at any moment leaves it whole.

    Not so `threading.Event`: it is written in Python, and interrupted inside its lock that stays taken, for both threads.
    """

    def __init__(self) -> None:
        self._outcomes: list[Value | FusenError] = []
        self._ended: queue.SimpleQueue[None] = queue.SimpleQueue()

    def settle(self, outcome: Value | FusenError) -> None:
        """Called once."""
        self._outcomes.append(outcome)
        self._ended.put(None)

    def wait(self, seconds: float) -> bool:
        """Whether it is settled within so many seconds."""
        if not self._outcomes:
            with suppress(queue.Empty):
                self._ended.get(timeout=seconds)
        return bool(self._outcomes)

    def take(self) -> Value:
        """What the call ended in. Raises the FusenError that it failed with."""
        (outcome,) = self._outcomes
        if isinstance(outcome, FusenError):
            raise outcome
        return outcome
