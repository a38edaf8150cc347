"""Keeps None, True and False alive where Qt's binding counts their references wrongly.

PySide6 6.12 gives back a reference to None that it never took with every call that returns nothing. From Python 3.12 on
these objects are immortal and nothing happens; Python 3.11 ends with `none_dealloc` after some thousand calls.
"""

from __future__ import annotations

import ctypes
import sys

_MANY = 1 << 40


def keep_constants_alive() -> None:
    """Give the constants so many references that they can never run out. Does nothing from Python 3.12 on."""
    if sys.version_info >= (3, 12) or sys.implementation.name != "cpython":
        return
    for constant in (None, True, False):
        count = ctypes.c_ssize_t.from_address(id(constant))
        # A debugging build of Python keeps other things at an object's beginning: write only where the count is seen to be.
        if abs(count.value - sys.getrefcount(constant)) < 100:
            count.value += _MANY
