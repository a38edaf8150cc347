"""The worker's side of the process boundary: take calls from standard input, answer on standard output, one at a time.

A frame is four bytes of length (little-endian) and one MessagePack message. A reader thread only sorts what arrives:
calls into a queue, a `Cancel` onto its call. The main thread alone runs the handler, because the libraries that the
workers guard (PyMuPDF, torch) are not to be entered from two threads. A long handler lets urgent calls through between
two steps of its own with `CallContext.serve_urgent`.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import BinaryIO

from app import faults
from app.analysis.analysis import Analysis
from app.errors import FusenError
from app.workers.protocol import (
    Body,
    Call,
    Cancel,
    Failure,
    FromWorker,
    PageBegun,
    Preliminary,
    Progress,
    Result,
    Started,
    Value,
    decode_to_worker,
    encode,
    file_of,
)

log = logging.getLogger(__name__)

LENGTH_BYTES = 4


class CallContext:
    """What a handler may do besides computing: report progress and first findings, notice a cancel, let urgent calls through."""

    def __init__(self, worker: _Worker, call_id: int) -> None:
        self._worker = worker
        self._id = call_id
        self.cancelled = threading.Event()

    def progress(self, stage: str, done: int, total: int) -> None:
        """Tell the client that `done` of `total` units of `stage` are finished."""
        self._worker.send(Progress(id=self._id, stage=stage, done=done, total=total))

    def begin_page(self, page: int, total: int, *, recognising: bool = False) -> None:
        """Tell the client that `page` (from 1) of `total` is at work, so that it knows what a death or a delay is due to."""
        self._worker.send(PageBegun(id=self._id, page=page, total=total, recognising=recognising))

    def preliminary(self, analysis: Analysis) -> None:
        """Tell the client what a first scan found, before the call's result."""
        self._worker.send(Preliminary(id=self._id, analysis=analysis))

    def check_cancelled(self) -> None:
        """Raise `FusenError("cancelled")` once the client has cancelled this call."""
        if self.cancelled.is_set():
            raise FusenError("cancelled", "The work was stopped at your request.")

    def serve_urgent(self) -> None:
        """Run the urgent calls that wait, in between; they are answered before this returns."""
        self._worker.run_urgent()


Handler = Callable[[Body, CallContext], Value]


class _Worker:
    """The queue of calls and the two ends of the pipe."""

    def __init__(self, source: BinaryIO, sink: BinaryIO, urgent: tuple[type[Body], ...]) -> None:
        self._source = source
        self._sink = sink
        self._urgent = urgent
        self._handler: Handler | None = None
        self._arrived = threading.Condition()
        self._waiting: deque[Call] = deque()
        self._waiting_urgent: deque[Call] = deque()
        self._contexts: dict[int, CallContext] = {}
        self._closed = False
        self._nested = False

    def send(self, message: FromWorker) -> None:
        """Encode and write one message. Only the main thread sends, so no lock is needed."""
        self._write(encode(message))

    def _write(self, data: bytes) -> None:
        self._sink.write(len(data).to_bytes(LENGTH_BYTES, "little"))
        self._sink.write(data)
        self._sink.flush()

    def read_all(self) -> None:
        """The reader thread: sort what arrives until the client closes the pipe, then end the process.

        The main thread may be deep in a library at that moment and nobody waits for its answer any more.
        """
        try:
            while (data := self._read_frame()) is not None:
                self._take(decode_to_worker(data))
        except Exception:
            log.exception("the client sent what this worker cannot read")
        with self._arrived:
            self._closed = True
            self._arrived.notify()
            idle = not self._contexts
        if not idle:
            os._exit(0)

    def _read_frame(self) -> bytes | None:
        head = self._source.read(LENGTH_BYTES)
        if len(head) < LENGTH_BYTES:
            return None
        length = int.from_bytes(head, "little")
        data = self._source.read(length)
        return data if len(data) == length else None

    def _take(self, message: Call | Cancel) -> None:
        with self._arrived:
            if isinstance(message, Cancel):
                context = self._contexts.get(message.id)
                if context is not None:
                    context.cancelled.set()
                return
            self._contexts[message.id] = CallContext(self, message.id)
            queue = self._waiting_urgent if isinstance(message.body, self._urgent) else self._waiting
            queue.append(message)
            self._arrived.notify()

    def run(self, handler: Handler) -> None:
        """The main thread: one call after the other, urgent ones first, until the client closes the pipe."""
        self._handler = handler
        while (call := self._next()) is not None:
            self._run_call(call)

    def _next(self) -> Call | None:
        with self._arrived:
            while not (self._closed or self._waiting or self._waiting_urgent):
                self._arrived.wait()
            if self._closed:
                return None
            return self._waiting_urgent.popleft() if self._waiting_urgent else self._waiting.popleft()

    def run_urgent(self) -> None:
        """Run what is urgent from within a running call; an urgent call does not let others in itself."""
        if self._nested:
            return
        self._nested = True
        try:
            while self._waiting_urgent:
                self._run_call(self._waiting_urgent.popleft())
        finally:
            self._nested = False

    def _run_call(self, call: Call) -> None:
        context = self._contexts[call.id]
        try:
            context.check_cancelled()
            self.send(Started(id=call.id))
            assert self._handler is not None  # noqa: S101 -- set by run(), the only way here
            answer = encode(Result(id=call.id, value=self._handler(call.body, context)))
        except FusenError as error:
            answer = encode(Failure(id=call.id, code=error.code, message=error.message, advice=error.advice))
        except MemoryError:
            answer = encode(_out_of_memory(call))
        except BrokenPipeError:
            raise
        except Exception:
            log.exception("call %d failed", call.id)
            answer = encode(_internal(call))
        with self._arrived:
            del self._contexts[call.id]
        self._write(answer)


def _out_of_memory(call: Call) -> Failure:
    return Failure(
        id=call.id,
        code="out-of-memory",
        message=f"There was not enough memory for {file_of(call.body) or 'this step'}.",
        advice="Close other documents or programs, or split the file, and try again.",
    )


def _internal(call: Call) -> Failure:
    return Failure(
        id=call.id,
        code="internal",
        message=f"Fusen failed at {file_of(call.body) or 'this step'} because of a fault of its own.",
        advice="Other documents are not affected. Please report this fault together with the log.",
    )


def _die_with_the_client() -> None:
    """Ask Linux to end this process with the client, even while a library hangs and holds the interpreter.

    Elsewhere the reader thread sees the closed pipe as soon as the library returns.
    """
    if sys.platform == "linux":
        parent_death_signal = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>
        ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGKILL)


def serve(
    handler: Handler,
    *,
    urgent: tuple[type[Body], ...] = (),
    prepare: Callable[[], None] | None = None,
) -> None:
    """Answer calls with `handler` until the client closes the pipe.

    `urgent` are the kinds of body that overtake others and that `CallContext.serve_urgent` runs. `prepare` runs first,
    while calls already queue up: the place for slow imports.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    faults.install()
    source = os.fdopen(os.dup(0), "rb")
    sink = os.fdopen(os.dup(1), "wb")
    # A library that prints must not write into a frame, nor one that reads swallow a call.
    os.dup2(2, 1)
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 -- a descriptor is wanted, not a file's content
        os.dup2(nothing.fileno(), 0)
    _die_with_the_client()
    worker = _Worker(source, sink, urgent)
    threading.Thread(target=worker.read_all, name="calls", daemon=True).start()
    if prepare is not None:
        prepare()
    try:
        worker.run(handler)
    except BrokenPipeError:
        # The client is gone; so is everyone who could be told.
        os._exit(0)
