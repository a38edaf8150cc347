"""A call that a worker has not finished, as the client keeps it."""

from __future__ import annotations

from collections.abc import Callable
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
