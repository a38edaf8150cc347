"""Which pictures a page is put together from: tiles at the scale that shows, and a coarse whole. Knows no Qt.

A tile names its pixels of the whole page at its scale, so that neighbours meet without a seam.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

SIDE = 512
"""Pixels of a tile's sides: drawn within some hundredths of a second, and a screen takes a dozen."""

SLOW_SIDE = 2048
"""Of a page that takes long to be drawn: each tile takes most of what the whole page would."""

COARSE_SIDE = 400
COARSEST = 2.0
"""A coarse picture's longer side in pixels, and its largest scale in pixels a point."""

BYTES_A_PIXEL = 4

Points = tuple[float, float, float, float]
"""Left, top, right and bottom on a page in points."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of page `page` (from 1) at `scale` pixels a point; `area` is left, top, right, bottom in pixels of the whole."""

    page: int
    scale: float
    area: tuple[int, int, int, int]
    coarse: bool = False

    @property
    def size(self) -> int:
        """Bytes of its picture as it is kept."""
        left, top, right, bottom = self.area
        return (right - left) * (bottom - top) * BYTES_A_PIXEL


def exact(scale: float) -> float:
    """A scale as tiles are known by it: the same zoom always has the same tiles."""
    return round(scale, 4)


def coarse_tile(page: int, width: float, height: float) -> Tile:
    """The whole page, small: stands in where tiles are to come, and is the page's thumbnail. Lengths in points."""
    scale = min(COARSE_SIDE / max(width, height, 1.0), COARSEST)
    return Tile(page, scale, (0, 0, _pixels(width, scale), _pixels(height, scale)), coarse=True)


def tiles_in(page: int, width: float, height: float, scale: float, side: int, shown: Points) -> Iterator[Tile]:
    """The tiles that cover what of the page is `shown`, row by row; none where the coarse picture is as fine."""
    scale = exact(scale)
    if scale <= coarse_tile(page, width, height).scale:
        return
    right, bottom = _pixels(width, scale), _pixels(height, scale)
    first_row, rows = _run(shown[1], shown[3], scale, side, bottom)
    first_column, columns = _run(shown[0], shown[2], scale, side, right)
    for y in range(first_row * side, rows * side, side):
        for x in range(first_column * side, columns * side, side):
            yield Tile(page, scale, (x, y, min(x + side, right), min(y + side, bottom)))


def _pixels(length: float, scale: float) -> int:
    return max(math.ceil(length * scale), 1)


def _run(begin: float, end: float, scale: float, side: int, most: int) -> tuple[int, int]:
    """The first tile from `begin` to `end` and the one behind the last, among those of `most` pixels."""
    if end <= max(begin, 0.0) or begin * scale >= most:
        return 0, 0
    first = max(math.floor(begin * scale / side), 0)
    return first, min(math.ceil(end * scale / side), math.ceil(most / side))


class Sized(Protocol):
    """What takes memory."""

    def sizeInBytes(self) -> int:  # noqa: N802 -- Qt's name
        """Bytes that it takes."""


K = TypeVar("K", bound=Hashable)
V = TypeVar("V", bound=Sized)


class ByteCache(Generic[K, V]):
    """Values up to so many bytes together; those that were not used for the longest time go first."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.size = 0
        self._values: dict[K, V] = {}  # in the order of their use

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[K]:
        return iter(self._values)

    def get(self, key: K) -> V | None:
        """The value, which counts as used now."""
        value = self._values.pop(key, None)
        if value is not None:
            self._values[key] = value
        return value

    def put(self, key: K, value: V) -> list[K]:
        """Keep a value; returns the keys of those that went for it."""
        self.drop(key)
        self._values[key] = value
        self.size += value.sizeInBytes()
        gone: list[K] = []
        while self.size > self.most and len(self._values) > 1:
            gone.append(next(iter(self._values)))
            self.drop(gone[-1])
        return gone

    def drop(self, key: K) -> None:
        """Forget a value, if there is one."""
        value = self._values.pop(key, None)
        if value is not None:
            self.size -= value.sizeInBytes()
