"""Sets of half-open ranges: which pages, or which characters, were shown."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

Range = tuple[int, int]
Ranges = tuple[Range, ...]
"""Sorted, not empty, neither overlapping nor touching each other."""


def union(ranges: Iterable[Range]) -> Ranges:
    """All of them, joined where they overlap or touch."""
    joined: list[Range] = []
    for start, end in sorted(ranges):
        if end <= start:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def holds(ranges: Ranges, wanted: Range) -> bool:
    """Whether all of `wanted` is among them; nothing always is."""
    start, end = wanted
    if end <= start:
        return True
    place = bisect_right(ranges, start, key=lambda one: one[0]) - 1
    return place >= 0 and ranges[place][1] >= end


def within(ranges: Ranges, wanted: Range) -> int:
    """How much of `wanted` is among them."""
    start, end = wanted
    place, found = bisect_left(ranges, start, key=lambda one: one[1]), 0
    while place < len(ranges) and ranges[place][0] < end:
        found += max(min(ranges[place][1], end) - max(ranges[place][0], start), 0)
        place += 1
    return found


def gaps(ranges: Ranges, wanted: Range) -> Ranges:
    """What of `wanted` is not among them."""
    start, end = wanted
    found, at = [], start
    for first, last in ranges:
        if last > start and first < end:
            if first > at:
                found.append((at, first))
            at = max(at, last)
    if at < end:
        found.append((at, end))
    return tuple(found)
