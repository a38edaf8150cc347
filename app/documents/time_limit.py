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


_armed = False  # the clock belongs to the whole process


if hasattr(signal, "setitimer"):

    @contextmanager
    def cpu_time(seconds: float) -> Iterator[None]:
        """Raise `OverdueError` in what is done within once that took so much CPU time, which a busy machine does not shorten.

        Only in a process's main thread, and not on Windows, which has no such clock: elsewhere there is no limit.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        global _armed
        signal.signal(signal.SIGVTALRM, _stop)
        # Again and again: where a library swallows the first, the next one ends it.
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 0.1)
        _armed = True
        try:
            try:
                yield
            finally:
                _armed = False
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        finally:  # once more, for the time may be over in the lines above
            _armed = False
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    def _stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        if _armed:
            raise OverdueError

else:

    @contextmanager
    def cpu_time(seconds: float) -> Iterator[None]:
        """No limit: Windows has no such clock."""
        del seconds
        yield
