"""An end to parsers that take too long: after so much CPU time they are stopped wherever they are.

Libraries for marks have places where hostile text makes them slow, more than can be known beforehand.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class OverdueError(BaseException):
    """The time is over. No `Exception`, so that no library takes it for one of its own."""


if hasattr(signal, "setitimer"):

    @contextmanager
    def cpu_time(seconds: float) -> Iterator[None]:
        """Raise `OverdueError` in what is done within once that took so much CPU time, which a busy machine does not shorten.

        Only in a process's main thread, and not on Windows, which has no such clock: elsewhere there is no limit.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGVTALRM, _stop)
        try:
            # Again and again: where a library swallows the first, the next one ends it.
            signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 0.1)
            yield
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, before)

    def _stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise OverdueError

else:

    @contextmanager
    def cpu_time(seconds: float) -> Iterator[None]:
        """No limit: Windows has no such clock."""
        del seconds
        yield
