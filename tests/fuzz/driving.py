"""Damaged files through the application's own document worker: what each ended in, how long it took, what is no good end."""

from __future__ import annotations

import contextlib
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from app.documents.document import Document
from app.errors import ERROR_CODES, FusenError
from app.workers import page_memory
from app.workers.client import WorkerClient
from app.workers.protocol import Body, OpenDocument, ReadDocument, ReadResult, RenderPage
from tests.corpus.comparing import inconsistencies
from tests.corpus.judging import error_faults
from tests.fuzz.making import Damaged

DEADLINE = 20.0
# A deadline is one without progress, and each page read is progress; this is how long a whole case may take.
LONGEST = 180.0
_SCALE = 0.5
_PICTURE = 8 << 20


@dataclass(frozen=True, slots=True)
class End:
    """What a case ended in: `opened`, a code of `fusen.error/1`, or `fault`; `fault` says what is wrong, empty if nothing is."""

    case: int
    outcome: str
    seconds: float
    fault: str = ""


@dataclass(slots=True)
class Summary:
    """All cases together; `slow` are those that were stopped at the deadline, which is a good end."""

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[Damaged, End]] = field(default_factory=list)
    slow: list[tuple[Damaged, End]] = field(default_factory=list)
    longest: End | None = None
    peak_bytes: int = 0
    workers: int = 0


def drive(
    cases: Iterable[Damaged],
    folder: Path,
    *,
    deadline: float = DEADLINE,
    saved: Path | None = None,
    on_end: Callable[[Damaged, End], None] | None = None,
) -> Summary:
    """Read each case in one document worker, which is started again only when it dies.

    `folder` holds the file of the moment; a copy of those that end badly, or slowly, is kept in `saved`.
    """
    summary = Summary()
    deadlines: Mapping[type[Body], float] = {OpenDocument: deadline, ReadDocument: deadline, RenderPage: deadline}
    client = WorkerClient("app.workers.document_worker", name="document worker", deadlines=deadlines)
    pids: set[int] = set()
    try:
        for one in cases:
            path = folder / f"case-{one.case}{one.source.suffix}"
            path.write_bytes(one.data)
            end = read_one(client, one.case, path)
            path.unlink()
            _measure(summary, pids)
            _note(summary, one, end, saved)
            if on_end is not None:
                on_end(one, end)
    finally:
        client.close()
    summary.workers = len(pids)
    return summary


def read_one(client: WorkerClient, case: int, path: Path) -> End:
    """Read one file and judge its end."""
    began = time.perf_counter()
    outcome, fault = "opened", ""
    try:
        value = client.call(ReadDocument(str(path)))
        if isinstance(value, ReadResult):
            fault = "; ".join(inconsistencies(value.document.to_json())) or _drawn(client, path, value.document)
        else:
            fault = f"the worker answered with {type(value).__name__}"
    except FusenError as error:
        outcome, fault = error.code, fault_of(error)
    seconds = time.perf_counter() - began
    if not fault and seconds > LONGEST:
        fault = f"took {seconds:.0f} s"
    return End(case, outcome, seconds, fault)


def _drawn(client: WorkerClient, path: Path, document: Document) -> str:
    """Draw the first page as the window does, but small; what is wrong with how that ends. An error that is shown is not."""
    if document.format != "pdf":
        return ""
    memory = page_memory.create(_PICTURE)
    try:
        client.call(RenderPage(str(path), 1, scale=_SCALE, memory=memory.name))
    except FusenError as error:
        return fault_of(error)
    finally:
        memory.close()
        memory.unlink()
    return ""


def fault_of(error: FusenError) -> str:
    """What is wrong with an error; empty for one that a user may see."""
    if error.code == "internal":
        # Either the worker died, which the application survives but should not have to, or it met a fault of its own.
        return error.message
    if error.code not in ERROR_CODES or error.code == "cancelled":
        return f"unexpected code {error.code}"
    return "; ".join(error_faults({"code": error.code, "message": error.message, "advice": error.advice}))


def _note(summary: Summary, one: Damaged, end: End, saved: Path | None) -> None:
    summary.outcomes[end.outcome] += 1
    if summary.longest is None or end.seconds > summary.longest.seconds:
        summary.longest = end
    slow = end.outcome in ("timeout", "out-of-memory")
    if end.fault:
        summary.faults.append((one, end))
    elif slow:
        summary.slow.append((one, end))
    if saved is not None and (end.fault or slow):
        saved.mkdir(parents=True, exist_ok=True)
        (saved / f"case-{one.case}{one.source.suffix}").write_bytes(one.data)


def _measure(summary: Summary, pids: set[int]) -> None:
    """The most memory that the worker ever had, and how many workers there have been."""
    with contextlib.suppress(psutil.Error):
        for child in psutil.Process().children():
            with contextlib.suppress(psutil.Error):
                if child.pid not in pids and "document_worker" not in " ".join(child.cmdline()):
                    continue  # what keeps the list of shared memory
                pids.add(child.pid)
                summary.peak_bytes = max(summary.peak_bytes, _peak(child))


def _peak(process: psutil.Process) -> int:
    """The most bytes of memory at any time so far, on Linux; elsewhere those of now."""
    status = Path(f"/proc/{process.pid}/status")
    with contextlib.suppress(OSError):
        if found := re.search(r"VmHWM:\s+(\d+) kB", status.read_text()):
            return int(found[1]) << 10
    return process.memory_info().rss
