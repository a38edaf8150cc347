"""Shared memory for page images: the client creates a block and frees it, the document worker attaches and fills it."""

from __future__ import annotations

import math
import sys
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory
from typing import Any

BYTES_A_PIXEL = 3


def image_bytes(width: float, height: float, scale: float) -> int:
    """Bytes that surely hold a page of `width` by `height` points at `scale` pixels a point, as RGB888 without padding."""
    return (math.ceil(width * scale) + 1) * (math.ceil(height * scale) + 1) * BYTES_A_PIXEL


def create(size: int) -> SharedMemory:
    """A new block for one image. The client calls `close` and `unlink` when it has taken the image."""
    return SharedMemory(create=True, size=size)


if sys.version_info >= (3, 13):

    def attach(name: str) -> SharedMemory:
        """The client's block, seen from the worker, which only closes it. Raises `FileNotFoundError` when it is gone."""
        return SharedMemory(name, track=False)

else:

    def attach(name: str) -> SharedMemory:
        """The client's block, seen from the worker, which only closes it. Raises `FileNotFoundError` when it is gone."""
        # Before Python 3.13 attaching registers the block with a tracker that unlinks it, and warns, at the worker's end,
        # though it is the client's. Only the worker's main thread attaches, so the exchange is safe.
        register = resource_tracker.register
        resource_tracker.register = _register_nothing
        try:
            return SharedMemory(name)
        finally:
            resource_tracker.register = register


def _register_nothing(name: Any, rtype: Any) -> None:
    """Stands in for the resource tracker's registration while a worker attaches."""
