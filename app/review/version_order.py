"""Pairs that keep their order: what two versions of a document have in common before anything is compared word by word.

Everything here works on numbers (one a passage, the same for the same words) and stays fast for 20,000 passages, also where
all of them are alike.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence

from rapidfuzz.distance import LCSseq

_MOST_CELLS = 1 << 29
"""Cells (a bit each) of the table of one comparison: 64 MB. Longer runs of nothing but repeated passages are left to others."""


def common(old: Sequence[int], new: Sequence[int], weight: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of equal entries in the order of both, as indices; `weight` of an entry of `old` says how much it counts.

    Entries that stand once in each are paired first, the heaviest run of them in order; between those follows the longest
    common subsequence. So a repeated heading cannot pull unlike parts of two documents together.
    """
    found: list[tuple[int, int]] = []
    last = (-1, -1)
    for pair in [*_anchors(old, new, weight), (len(old), len(new))]:
        found += _between(old, new, last, pair)
        if pair[0] < len(old):
            found.append(pair)
        last = pair
    return found


def _anchors(old: Sequence[int], new: Sequence[int], weight: Sequence[int]) -> list[tuple[int, int]]:
    before, after = Counter(old), Counter(new)
    place = {key: index for index, key in enumerate(new) if after[key] == 1 and before[key] == 1}
    return in_order([(index, place[key]) for index, key in enumerate(old) if key in place], weight)


def in_order(pairs: Sequence[tuple[int, int]], weight: Sequence[int]) -> list[tuple[int, int]]:
    """The heaviest part of `pairs` (by their first, ascending; each index once) that ascends by the second as well."""
    # Tops of what is known so far: ends ascend, and so do their totals, so that the best before a place is found by bisection.
    ends: list[int] = []
    totals: list[int] = []
    tops: list[int] = []
    before: list[int] = []
    for number, (first, second) in enumerate(pairs):
        at = bisect_right(ends, second)
        total = weight[first] + (totals[at - 1] if at else 0)
        before.append(tops[at - 1] if at else -1)
        stop = at
        while stop < len(ends) and totals[stop] <= total:
            stop += 1
        ends[at:stop], totals[at:stop], tops[at:stop] = [second], [total], [number]
    return _chain(pairs, before, tops[-1] if tops else -1)


def _chain(pairs: Sequence[tuple[int, int]], before: Sequence[int], number: int) -> list[tuple[int, int]]:
    chain = []
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


def _between(
    old: Sequence[int], new: Sequence[int], after: tuple[int, int], before: tuple[int, int]
) -> list[tuple[int, int]]:
    """Common entries strictly between two pairs."""
    first, start = after[0] + 1, after[1] + 1
    here, there = old[first : before[0]], new[start : before[1]]
    if not here or not there or len(here) * len(there) > _MOST_CELLS:
        return []
    return [
        (first + code.src_start + step, start + code.dest_start + step)
        for code in LCSseq.opcodes(here, there)
        if code.tag == "equal"
        for step in range(code.src_end - code.src_start)
    ]
