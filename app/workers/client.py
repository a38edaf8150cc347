"""The client's side of the process boundary: start a worker, send calls, hear of progress, survive the worker's death.

One thread a client runs an asyncio loop that owns the process, its pipes and all deadlines, so nothing here needs a lock;
callbacks run on that thread. The worker says when it takes up a call (`Started`), so the client knows which call a dead or
stuck worker was at: that one fails, the others go to the worker's successor.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from app.analysis.analysis import Analysis
from app.errors import FusenError
from app.workers.protocol import (
    AnnotatePdf,
    Body,
    Call,
    Cancel,
    Failure,
    FromWorker,
    OpenDocument,
    Preliminary,
    Progress,
    ReadDocument,
    RenderPage,
    Result,
    Started,
    ToWorker,
    Value,
    decode_from_worker,
    encode,
    file_of,
)

log = logging.getLogger(__name__)
T = TypeVar("T")

DEADLINES: Mapping[type[Body], float] = {OpenDocument: 30, RenderPage: 20, ReadDocument: 60, AnnotatePdf: 120}
"""Seconds that a call may run without a result or progress. Kinds that are not named may take as long as they need."""

STARTING_SECONDS = 120.0
CANCELLING_SECONDS = 5.0
CLOSING_SECONDS = 2.0
ATTEMPTS = 2
LONGEST_FRAME = 1 << 30
_ROOT = Path(__file__).resolve().parents[2]

OnProgress = Callable[[Progress], None]
OnPreliminary = Callable[[Analysis], None]
OnResult = Callable[[Value], None]
OnFailure = Callable[[FusenError], None]


@dataclass(eq=False)
class _Pending:
    """A call that the worker has not finished. `settled`: the caller has its answer, the worker does not know it yet."""

    id: int
    body: Body
    on_progress: OnProgress | None
    on_result: OnResult
    on_failure: OnFailure
    on_preliminary: OnPreliminary | None = None
    attempts: int = 0
    cancelled: bool = False
    settled: bool = False


class WorkerClient:
    """One worker process, started when needed and started again after its death.

    `deadlines` gives the seconds a kind of call may run without progress before the worker is ended and the call fails
    with `timeout`.
    """

    def __init__(self, module: str, *, name: str, deadlines: Mapping[type[Body], float] = DEADLINES) -> None:
        self._module = module
        self._name = name
        self._deadlines = deadlines
        self._ids = itertools.count(1)
        self._guard = threading.Lock()  # of the thread's start and end only
        self._thread: threading.Thread | None = None
        self._closed = False
        self._loop = asyncio.new_event_loop()
        # From here on: touched by the loop's thread alone.
        self._pending: dict[int, _Pending] = {}
        self._unsent: list[_Pending] = []
        self._running: list[int] = []
        self._process: asyncio.subprocess.Process | None = None
        self._life: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._verdict: FusenError | None = None

    # ---- for any thread

    def start(self) -> None:
        """Start the worker ahead of the first call; returns at once."""
        self._post(self._ensure_process)

    def submit(
        self,
        body: Body,
        *,
        on_progress: OnProgress | None = None,
        on_result: OnResult,
        on_failure: OnFailure,
        on_preliminary: OnPreliminary | None = None,
    ) -> int:
        """Send a request and return its number. Exactly one of `on_result` and `on_failure` is called, on the client's thread.

        `on_preliminary` is called before it, on the same thread, if the worker has first findings; never after a `cancel`.
        """
        pending = _Pending(next(self._ids), body, on_progress, on_result, on_failure, on_preliminary)
        self._post(lambda: self._accept(pending))
        return pending.id

    def cancel(self, call_id: int) -> None:
        """Stop a call soon; it ends in `on_failure` with the code `cancelled`, or in its result if that was faster."""
        self._post(lambda: self._cancel(call_id))

    def call(self, body: Body, on_progress: OnProgress | None = None) -> Value:
        """Send a request and wait for its value; raises `FusenError`. A `KeyboardInterrupt` cancels the call first.

        Not for use in callbacks: it would wait for the thread that it runs on.
        """
        ended = threading.Event()
        values: list[Value] = []
        errors: list[FusenError] = []

        def succeed(value: Value) -> None:
            values.append(value)
            ended.set()

        def fail(error: FusenError) -> None:
            errors.append(error)
            ended.set()

        call_id = self.submit(body, on_progress=on_progress, on_result=succeed, on_failure=fail)
        try:
            # In slices, because on Windows an endless wait hears no Ctrl-C.
            while not ended.wait(0.2):
                pass
        except KeyboardInterrupt:
            self.cancel(call_id)
            ended.wait(CANCELLING_SECONDS + CLOSING_SECONDS)
            raise
        if errors:
            raise errors[0]
        return values[0]

    def close(self) -> None:
        """End the process and the thread; calls that are still pending fail with `cancelled`. Safe to call twice."""
        with self._guard:
            if self._closed:
                return
            self._closed = True
            thread = self._thread
        if thread is None:
            self._loop.close()
            return
        self._loop.call_soon_threadsafe(self._begin_closing)
        if thread is not threading.current_thread():
            thread.join()

    def _post(self, action: Callable[[], object]) -> None:
        with self._guard:
            if self._closed:
                raise RuntimeError(f"the client of the {self._name} is closed")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run_loop, name=self._name, daemon=True)
                self._thread.start()
            self._loop.call_soon_threadsafe(action)

    # ---- the client's thread

    def _run_loop(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def _accept(self, pending: _Pending) -> None:
        self._pending[pending.id] = pending
        self._unsent.append(pending)
        self._ensure_process()
        self._send_unsent()

    def _cancel(self, call_id: int) -> None:
        pending = self._pending.get(call_id)
        if pending is None or pending.cancelled:
            return
        pending.cancelled = True
        if pending in self._unsent:
            self._unsent.remove(pending)
            del self._pending[call_id]
        else:
            self._write(Cancel(id=call_id))
        if call_id in self._running:
            self._watch()
        else:
            self._settle(pending, _cancelled())

    def _settle(self, pending: _Pending, outcome: Value | FusenError) -> None:
        """Give the caller its answer, once."""
        if pending.settled:
            return
        pending.settled = True
        try:
            if isinstance(outcome, FusenError):
                pending.on_failure(outcome)
            else:
                pending.on_result(outcome)
        except Exception:
            log.exception("a callback failed")

    def _ensure_process(self) -> None:
        if self._life is None:
            self._life = self._loop.create_task(self._live())

    async def _live(self) -> None:
        """One process from its start to its end."""
        self._verdict = None
        returncode: int | None = None
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",  # not the working folder: a file there must not pass for one of our modules
                "-m",
                self._module,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_environment(),
                limit=1 << 20,
                **_own_group(),
            )
        except OSError:
            log.exception("the %s cannot be started", self._name)
        else:
            self._process = process
            last_words: deque[str] = deque(maxlen=40)
            listening = self._loop.create_task(_listen(process, last_words))
            self._send_unsent()
            if not self._closed:
                await self._read_answers(process)
            returncode = await self._end(process)
            await listening
            if returncode and self._verdict is None:
                log.warning("the %s ended with %s:\n%s", self._name, returncode, "".join(last_words))
        self._process = None
        self._life = None
        self._succeed_the_dead()

    async def _read_answers(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None  # noqa: S101 -- it was asked for
        while True:
            try:
                length = int.from_bytes(await process.stdout.readexactly(4), "little")
                if length > LONGEST_FRAME:
                    raise msgspec.DecodeError(f"a frame of {length} bytes")
                self._hear(decode_from_worker(await process.stdout.readexactly(length)))
            except asyncio.IncompleteReadError:
                return
            except msgspec.MsgspecError:
                log.exception("the %s sent what cannot be read", self._name)
                return

    async def _end(self, process: asyncio.subprocess.Process) -> int:
        """Let the process leave by itself for a moment, then end it."""
        assert process.stdin is not None  # noqa: S101 -- it was asked for
        process.stdin.close()
        try:
            return await asyncio.wait_for(process.wait(), CLOSING_SECONDS)
        except TimeoutError:
            process.kill()
            return await process.wait()

    def _hear(self, message: FromWorker) -> None:
        if self._closed:
            return
        if isinstance(message, Started):
            self._running.append(message.id)
        elif message.id in self._pending:
            pending = self._pending[message.id]
            if isinstance(message, Progress):
                self._report(pending, pending.on_progress, message)
            elif isinstance(message, Preliminary):
                self._report(pending, pending.on_preliminary, message.analysis)
            else:
                self._finish(pending, message)
        self._watch()

    def _report(self, pending: _Pending, callback: Callable[[T], None] | None, news: T) -> None:
        """Tell the caller what is not the end of the call yet."""
        if callback is None or pending.cancelled:
            return
        try:
            callback(news)
        except Exception:
            log.exception("a callback failed")

    def _finish(self, pending: _Pending, message: Result | Failure) -> None:
        del self._pending[pending.id]
        if pending.id in self._running:
            self._running.remove(pending.id)
        if isinstance(message, Result):
            self._settle(pending, message.value)
        else:
            self._settle(pending, FusenError(message.code, message.message, message.advice))

    # ---- deadlines and death

    def _watch(self) -> None:
        """Set the one timer anew: for the call that the worker is at, or for the worker's start."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._running:
            if self._pending:
                self._timer = self._loop.call_later(STARTING_SECONDS, self._kill, None)
            return
        pending = self._pending[self._running[-1]]
        if pending.cancelled:
            self._timer = self._loop.call_later(CANCELLING_SECONDS, self._kill, _cancelled())
            return
        seconds = self._deadlines.get(type(pending.body))
        if seconds is not None:
            error = _timeout(pending.body, seconds)
            self._timer = self._loop.call_later(seconds, self._kill, error)

    def _kill(self, verdict: FusenError | None) -> None:
        log.warning("the %s does not answer and is ended", self._name)
        self._verdict = verdict
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    def _succeed_the_dead(self) -> None:
        """Fail the call that the worker died at, and hand the others to a new worker, each only so often."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        guilty = self._pending.pop(self._running[-1], None) if self._running else None
        self._running.clear()
        waiting = list(self._pending.values())
        self._unsent = [p for p in waiting if not p.settled and not p.cancelled and p.attempts < ATTEMPTS]
        self._pending = {p.id: p for p in self._unsent}
        if guilty is not None:
            self._settle(guilty, self._verdict or self._stopped(guilty.body))
        for pending in waiting:
            if pending.id not in self._pending:
                self._settle(pending, _cancelled() if pending.cancelled else self._stopped(pending.body))
        if self._unsent and not self._closed:
            self._ensure_process()

    def _stopped(self, body: Body) -> FusenError:
        file = file_of(body)
        return FusenError(
            "internal",
            f"The {self._name} stopped unexpectedly" + (f" at {Path(file).name}." if file else "."),
            "It starts again by itself, and other documents are not affected. The file may be damaged, or too large for "
            "this machine's memory.",
        )

    def _send_unsent(self) -> None:
        if self._process is None or self._process.returncode is not None:
            return
        unsent, self._unsent = self._unsent, []
        for pending in unsent:
            pending.attempts += 1
            try:
                self._write(Call(id=pending.id, body=pending.body))
            except UnicodeEncodeError:
                del self._pending[pending.id]
                self._settle(pending, _unspeakable(pending.body))
        if not self._running:
            self._watch()

    def _write(self, message: ToWorker) -> None:
        data = encode(message)
        if self._process is not None and self._process.stdin is not None and not self._process.stdin.is_closing():
            self._process.stdin.writelines((len(data).to_bytes(4, "little"), data))

    def _begin_closing(self) -> None:
        self._closing = self._loop.create_task(self._finish_closing())

    async def _finish_closing(self) -> None:
        pending = list(self._pending.values())
        if self._process is not None and self._running:
            # The worker is busy with what nobody waits for any more.
            self._verdict = _cancelled()
            self._process.kill()
        self._pending.clear()
        self._unsent.clear()
        self._running.clear()
        for call in pending:
            self._settle(call, _cancelled())
        if self._life is not None:
            if self._process is not None and self._process.stdin is not None:
                self._process.stdin.close()
            self._loop.call_later(CLOSING_SECONDS, self._kill, None)
            await self._life
        self._loop.stop()


async def _listen(process: asyncio.subprocess.Process, last_words: deque[str]) -> None:
    """Take what the worker and its libraries write to standard error, so that the pipe never fills."""
    assert process.stderr is not None  # noqa: S101 -- it was asked for
    while data := await process.stderr.read(1 << 16):
        last_words.append(data.decode("utf-8", "replace")[-4000:])


def _environment() -> dict[str, str]:
    """The worker finds this very program, wherever it was started, and speaks UTF-8 on every platform."""
    paths = [str(_ROOT), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONUTF8": "1"}


if sys.platform == "win32":

    def _own_group() -> dict[str, Any]:
        """Ctrl-C in the terminal is for the client, which cancels in good order; and no console window opens."""
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}

else:

    def _own_group() -> dict[str, Any]:
        """Ctrl-C in the terminal is for the client, which cancels in good order."""
        return {"start_new_session": True}


def _cancelled() -> FusenError:
    return FusenError("cancelled", "The work was stopped at your request.")


def _timeout(body: Body, seconds: float) -> FusenError:
    return FusenError(
        "timeout",
        f"{file_of(body) or 'The work'} made no progress for {seconds:g} seconds and was stopped.",
        "The file may be damaged or very complicated. Open a copy that was saved anew by another program.",
    )


def _unspeakable(body: Body) -> FusenError:
    name = (file_of(body) or "").encode("utf-8", "replace").decode("utf-8")
    return FusenError("unsupported", f"The name of {name} is not valid text.", "Rename the file and open it again.")
