"""The client's side of the process boundary: start a worker, send calls, hear of progress, survive the worker's death.

One thread a client runs an asyncio loop that owns the process, its pipes and all deadlines, so nothing here needs a lock;
callbacks run on that thread. The worker says when it takes up a call (`Started`), so the client knows which call a dead or
stuck worker was at: that one fails, the others go to the worker's successor. A reading that has begun with its pages does
not fail but goes on without the page that it was at (`app.workers.page_watch`).
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from app.errors import FusenError
from app.workers import failures
from app.workers.converting import Conversions, drop
from app.workers.delivering import EXPORT_SECONDS, WRITING, deliver, discard, in_scratch
from app.workers.page_watch import PAGE_SECONDS, LostDrawings
from app.workers.pending import OnFailure, OnPreliminary, OnProgress, OnResult, Outcome, Pending
from app.workers.protocol import (
    Body,
    Call,
    Cancel,
    ConversionWanted,
    Failure,
    FromWorker,
    OpenDocument,
    PageBegun,
    PageImage,
    Preliminary,
    Progress,
    ReadDocument,
    RenderPage,
    Result,
    Started,
    ToWorker,
    Value,
    Written,
    decode_from_worker,
    encode,
)
from app.workers.starting import Scratch, cpu_seconds, kill, listen, start_process

log = logging.getLogger(__name__)
T = TypeVar("T")

DEADLINES: Mapping[type[Body], float] = {OpenDocument: 15, RenderPage: 10, ReadDocument: 60, **EXPORT_SECONDS}
"""Seconds that a call may run without a result or progress. Kinds that are not named may take as long as they need."""

RECYCLE_PAGES = 3000
"""After so many pages read or drawn, an idle worker makes way for a fresh one: parsers leak."""

STARTING_SECONDS = 120.0
CANCELLING_SECONDS = 5.0
CLOSING_SECONDS = 2.0
ATTEMPTS = 2
PATIENCE = 2
"""How many times its deadline a worker may have that has used less than half of it as CPU time: other programs hold it up."""

LONGEST_FRAME = 1 << 30


class WorkerClient:
    """One worker process, started when needed and started again after its death.

    `deadlines` gives the seconds a kind of call may run without progress before the worker is ended and the call fails
    with `timeout`; `page_seconds` those of a single page of a reading, which then goes on without it. After
    `recycle_pages` pages an idle worker is replaced.
    """

    def __init__(
        self,
        module: str,
        *,
        name: str,
        deadlines: Mapping[type[Body], float] = DEADLINES,
        page_seconds: float = PAGE_SECONDS,
        recycle_pages: int = RECYCLE_PAGES,
    ) -> None:
        self._module = module
        self._name = name
        self._deadlines = deadlines
        self._page_seconds = page_seconds
        self._recycle_pages = recycle_pages
        self._ids = itertools.count(1)
        self._guard = threading.Lock()  # of the thread's start and end only
        self._thread: threading.Thread | None = None
        self._closed = False
        self._loop = asyncio.new_event_loop()
        # From here on: touched by the loop's thread alone.
        self._pending: dict[int, Pending] = {}
        self._unsent: list[Pending] = []
        self._running: list[int] = []
        self._process: asyncio.subprocess.Process | None = None
        self._life: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._verdict: FusenError | None = None
        self._scratch = Scratch()
        self._deliveries: set[asyncio.Task[None]] = set()
        self._conversions = Conversions(self._scratch, self._accept, self._settle)
        self._lost_drawings = LostDrawings()
        self._pages_done = 0
        self._retiring = False

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
        pending = Pending(next(self._ids), body, on_progress, on_result, on_failure, on_preliminary)
        pending.pages.limit = self._page_seconds
        self._post(lambda: self._accept(pending))
        return pending.id

    def cancel(self, call_id: int) -> None:
        """Stop a call soon; it ends in `on_failure` with the code `cancelled`, or in its result if that was faster."""
        self._post(lambda: self._cancel(call_id))

    def call(self, body: Body, on_progress: OnProgress | None = None) -> Value:
        """Send a request and wait for its value; raises `FusenError`. A `KeyboardInterrupt` cancels the call first.

        Not for use in callbacks: it would wait for the thread that it runs on.
        """
        outcome = Outcome()
        call_id = self.submit(body, on_progress=on_progress, on_result=outcome.settle, on_failure=outcome.settle)
        try:
            # In slices, because on Windows an endless wait hears no Ctrl-C.
            while not outcome.wait(0.2):
                pass
        except KeyboardInterrupt:
            self.cancel(call_id)
            outcome.wait(CANCELLING_SECONDS + CLOSING_SECONDS)
            raise
        return outcome.take()

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
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()
        self._scratch.remove()

    def _accept(self, pending: Pending) -> None:
        try:
            self._prepare(pending)
        except FusenError as error:
            self._settle(pending, error)
            return
        self._pending[pending.id] = pending
        self._unsent.append(pending)
        self._ensure_process()
        self._send_unsent()

    def _prepare(self, pending: Pending) -> None:
        """What is to be done before a request is sent. Raises `FusenError` where it need not be."""
        body = pending.body
        if isinstance(body, RenderPage) and body in self._lost_drawings:
            raise failures.timeout(body, 0)
        if isinstance(body, WRITING):
            pending.output = Path(body.output)
            try:
                pending.body = in_scratch(body, self._scratch.folder())
            except OSError as error:
                raise failures.no_scratch() from error

    def _cancel(self, call_id: int) -> None:
        pending = self._pending.get(call_id)
        self._conversions.stop(call_id)
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
            self._settle(pending, failures.cancelled())

    def _settle(self, pending: Pending, outcome: Value | FusenError) -> None:
        """Give the caller its answer, once."""
        if pending.settled:
            return
        pending.settled = True
        drop(pending.body)
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
        self._retiring = False
        self._pages_done = 0
        returncode: int | None = None
        try:
            process = await start_process(self._module, self._scratch.folder())
        except OSError:
            log.exception("the %s cannot be started", self._name)
            for pending in self._pending.values():
                pending.attempts += 1
        else:
            self._process = process
            last_words: deque[str] = deque(maxlen=40)
            listening = self._loop.create_task(listen(process, last_words))
            self._send_unsent()
            if not self._closed:
                await self._read_answers(process)
            returncode = await self._end(process)
            await listening
            if returncode and self._verdict is None and not self._retiring:
                log.warning("the %s ended with %s", self._name, returncode)
                log.debug("its last words:\n%s", "".join(last_words))  # libraries quote what they cannot read
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
            kill(process)
            return await process.wait()

    def _hear(self, message: FromWorker) -> None:
        if self._closed:
            return
        if isinstance(message, Started):
            self._running.append(message.id)
        elif message.id in self._pending:
            pending = self._pending[message.id]
            if isinstance(message, PageBegun):
                now = self._loop.time()
                pending.pages.begin(message.page, message.total, now, recognising=message.recognising)
                self._pages_done += not message.recognising
            elif isinstance(message, Progress):
                if not isinstance(pending.body, ReadDocument) or pending.pages.advance(message.done):
                    self._report(pending, pending.on_progress, message)
            elif isinstance(message, Preliminary):
                self._report(pending, pending.on_preliminary, message.analysis)
            else:
                self._finish(pending, message)
        self._watch()

    def _report(self, pending: Pending, callback: Callable[[T], None] | None, news: T) -> None:
        """Tell the caller what is not the end of the call yet."""
        if callback is None or pending.cancelled:
            return
        try:
            callback(news)
        except Exception:
            log.exception("a callback failed")

    def _finish(self, pending: Pending, message: Result | Failure) -> None:
        del self._pending[pending.id]
        if pending.id in self._running:
            self._running.remove(pending.id)
        if isinstance(message, Failure):
            outcome: Value | FusenError = FusenError(message.code, message.message, message.advice)
        else:
            outcome = message.value
        if isinstance(outcome, Written) and pending.settled:  # cancelled before it was known to have begun
            discard(outcome)
        elif isinstance(outcome, Written) and pending.output is not None:
            delivery = self._loop.create_task(self._deliver(pending, outcome, pending.output))
            self._deliveries.add(delivery)
            delivery.add_done_callback(self._deliveries.discard)
        elif isinstance(outcome, ConversionWanted):
            self._conversions.begin(pending)
        else:
            self._settle(pending, outcome)
        self._pages_done += isinstance(outcome, PageImage)
        if failures.ran_out_of_memory(outcome) or self._pages_done >= self._recycle_pages:
            self._retiring = True
        self._retire_if_idle()

    async def _deliver(self, pending: Pending, written: Written, output: Path) -> None:
        """Carry what the worker wrote to where it is wanted, on another thread, since it may take a while."""
        try:
            new = isinstance(pending.body, WRITING) and pending.body.new
            self._settle(pending, await asyncio.to_thread(deliver, written, output, new=new))
        except FusenError as error:
            self._settle(pending, error)

    def _retire_if_idle(self) -> None:
        """Close the pipe of a worker that is due to be replaced: it ends, and another starts."""
        if self._retiring and not self._pending and self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._loop.call_later(CLOSING_SECONDS, kill, self._process)

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
            self._timer = self._loop.call_later(CANCELLING_SECONDS, self._kill, failures.cancelled())
            return
        seconds = pending.pages.seconds() or self._deadlines.get(type(pending.body))
        if seconds is not None:
            self._wait(seconds, failures.timeout(pending.body, seconds), self._cpu_seconds(), PATIENCE)

    def _wait(self, seconds: float, verdict: FusenError, since: float | None, times: int) -> None:
        """End the worker in `seconds`, or up to `times` as late while it has hardly run since the CPU time `since`."""
        self._timer = self._loop.call_later(seconds, self._overdue, seconds, verdict, since, times - 1)

    def _overdue(self, seconds: float, verdict: FusenError, since: float | None, times: int) -> None:
        used = self._cpu_seconds()
        starved = used is not None and since is not None and used - since < seconds / 2
        if starved and times > 0:
            self._wait(seconds, verdict, since, times)
        else:
            self._kill(verdict)

    def _cpu_seconds(self) -> float | None:
        return None if self._process is None else cpu_seconds(self._process)

    def _kill(self, verdict: FusenError | None) -> None:
        log.warning("the %s does not answer and is ended", self._name)
        self._verdict = verdict
        if self._process is not None:
            kill(self._process)

    def _succeed_the_dead(self) -> None:
        """Hand what waits to a new worker; the call that the worker died at fails, unless it can go on without a page.

        A call that was sent and never started is sent again only so often: without a guilty one, it may be the cause.
        """
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        guilty = self._pending.get(self._running[-1]) if self._running else None
        self._running.clear()
        if guilty is not None and not self._goes_on(guilty):
            del self._pending[guilty.id]
            self._settle(guilty, self._verdict or failures.stopped(self._name, guilty))
        waiting = list(self._pending.values())
        for pending in waiting:
            pending.pages.rest()
            if guilty is not None:
                pending.attempts = 0
        self._unsent = [p for p in waiting if not p.settled and not p.cancelled and p.attempts < ATTEMPTS]
        self._pending = {p.id: p for p in self._unsent}
        for pending in waiting:
            if pending.id not in self._pending:
                self._settle(pending, failures.stopped(self._name, pending))
        if (self._unsent or self._retiring) and not self._closed:
            self._ensure_process()

    def _goes_on(self, guilty: Pending) -> bool:
        """Whether the call that the worker died at is to be sent again, without the page that it was at."""
        timed_out = self._verdict is not None and self._verdict.code == "timeout"
        if isinstance(guilty.body, RenderPage) and timed_out:
            self._lost_drawings.add(guilty.body)
        if not isinstance(guilty.body, ReadDocument) or guilty.cancelled or (self._verdict and not timed_out):
            return False
        if not guilty.pages.give_up_page("timeout" if timed_out else "crash", self._loop.time()):
            return False
        guilty.body = msgspec.structs.replace(guilty.body, left_out=dict(guilty.pages.left_out))
        return True

    def _send_unsent(self) -> None:
        if self._process is None or self._process.returncode is not None or self._process.stdin is None:
            return
        if self._process.stdin.is_closing():  # it is ending; its successor is told
            return
        unsent, self._unsent = self._unsent, []
        for pending in unsent:
            pending.attempts += 1
            try:
                self._write(Call(id=pending.id, body=pending.body))
            except UnicodeEncodeError:
                del self._pending[pending.id]
                self._settle(pending, failures.unspeakable(pending.body))
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
        await self._conversions.close()
        if self._process is not None and self._running:
            # The worker is busy with what nobody waits for any more.
            self._verdict = failures.cancelled()
            kill(self._process)
        self._pending.clear()
        self._unsent.clear()
        self._running.clear()
        for call in pending:
            self._settle(call, failures.cancelled())
        while self._deliveries:
            await asyncio.wait(self._deliveries)
        if self._life is not None:
            if self._process is not None and self._process.stdin is not None:
                self._process.stdin.close()
            self._loop.call_later(CLOSING_SECONDS, self._kill, None)
            await self._life
        self._loop.stop()
