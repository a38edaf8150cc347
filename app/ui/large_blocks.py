"""Memory of pictures goes back to the system when they are dropped, where the system's allocator would hold on to it."""

from __future__ import annotations

import ctypes
import sys

LARGE = 128 << 10
"""Bytes of a block that is taken from the system by itself; a tile's picture is a megabyte."""

_M_MMAP_THRESHOLD = -3  # of <malloc.h>


def give_back_large_blocks() -> bool:
    """Keep glibc from raising that limit by itself, after which freed pictures stay in its arenas, some fifty megabytes of them.

    Whether that is in force; on other systems nothing is changed.
    """
    if sys.platform != "linux":
        return False
    change = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none
    return change is not None and bool(change(_M_MMAP_THRESHOLD, LARGE))
