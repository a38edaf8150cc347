"""Workers that go from one window to the next: to start two for each test took longer than most tests.

They are what the window has in use, a process behind the boundary; only the end of a window does not end those that are idle.
How they start and end is shown in `tests/workers`, and by the tests here that start a program of their own.
"""

from __future__ import annotations

import asyncio
import signal
from collections import defaultdict

from app.workers.client import WorkerClient

_IDLE: dict[str, list[KeptWorker]] = defaultdict(list)
FAKE_MODEL = "tests.ui.fake_model_worker"
KEPT = ("app.workers.document_worker", *((FAKE_MODEL,) if hasattr(signal, "SIGUSR1") else ()))
"""Workers to which it makes no difference what they did before; the real model worker knows what it was asked."""
PATIENCE = 1.0
"""Seconds that a worker has to let go of what nobody waits for any more; it is ended then."""


class KeptWorker(WorkerClient):
    """A worker whose closing makes it free for the next window."""

    def close(self) -> None:
        """Keep the worker where it does nothing any more, and end it otherwise."""
        with self._guard:
            if self._closed or self in _IDLE[self._module]:
                return
            is_started = self._thread is not None
        if is_started and asyncio.run_coroutine_threadsafe(self._rest(), self._loop).result():
            _IDLE[self._module].append(self)
        else:
            self.end()

    def end(self) -> None:
        """Close as a worker's client does."""
        super().close()

    async def _rest(self) -> bool:
        """Cancel what was asked for; whether the worker is free within its time."""
        for call_id in list(self._pending):
            self._cancel(call_id)
        until = self._loop.time() + PATIENCE
        while self._pending or self._deliveries:
            if self._loop.time() > until:
                return False
            await asyncio.sleep(0.005)
        if self._process is None or self._process.returncode is not None or self._retiring:
            return False
        if self._module == FAKE_MODEL:
            self._process.send_signal(signal.SIGUSR1)
        return True


def worker_client(module: str, *, name: str) -> WorkerClient:
    """A client as the window's session makes it, which may have served before."""
    if module not in KEPT:
        return WorkerClient(module, name=name)
    return _IDLE[module].pop() if _IDLE[module] else KeptWorker(module, name=name)


def end_all() -> None:
    """End the workers that wait for a window."""
    for workers in _IDLE.values():
        while workers:
            workers.pop().end()
