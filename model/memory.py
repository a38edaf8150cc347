"""Memory that was freed and yet stays with the process."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache


def give_back() -> None:
    """Hand freed memory back to the system, where the C library is glibc; elsewhere nothing happens.

    glibc keeps what was freed in pieces for later, a few hundred megabytes after a long document's local layers, while what comes
    next asks for other sizes. Takes some milliseconds.
    """
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


@cache
def _malloc_trim() -> Callable[[int], int] | None:
    try:
        found: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    except (OSError, TypeError):  # Windows has no library of the process itself.
        return None
    return found
