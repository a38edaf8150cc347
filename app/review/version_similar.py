"""Which passages of two versions are alike without being equal: candidates by rare runs of words, likeness by common words."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from rapidfuzz.distance import LCSseq

from app.review.version_text import is_cjk

Words = tuple[str, ...]

_MOST_PLACES = 12
"""A run of words that stands in more passages than this says nothing about which one is meant."""
_MOST_RUNS = 48
_CANDIDATES = 5
_FEW = 64
"""Pairs of unmatched passages between two matched ones up to which all are compared; of more, those about as far along."""
_FURTHER = 2


def size(words: Words) -> float:
    """Length of a passage in words; two Japanese characters count as one."""
    return sum(0.5 if is_cjk(word) else 1.0 for word in words if word[0].isalnum())


def common_words(old: Words, new: Words) -> int:
    """Tokens that both have, in the same order."""
    return int(LCSseq.similarity(old, new))


def likeness(old: Words, new: Words) -> float:
    """Share of both texts' tokens that both have, in the same order: 0 to 1."""
    total = len(old) + len(new)
    return 2 * common_words(old, new) / total if total else 1.0


def candidates(
    old: Sequence[Words], new: Sequence[Words], here: Iterable[int], there: Iterable[int]
) -> Iterator[tuple[int, int]]:
    """Pairs of `here` and `there` that share rare runs of words, the most promising few of each passage of either side."""
    left, right = list(here), list(there)
    yield from _promising(old, new, left, right)
    yield from ((first, second) for second, first in _promising(new, old, right, left))


def _promising(
    old: Sequence[Words], new: Sequence[Words], here: list[int], there: list[int]
) -> Iterator[tuple[int, int]]:
    places: dict[Words, list[int]] = defaultdict(list)
    for index in there:
        for run in _runs(new[index]):
            if len(places[run]) <= _MOST_PLACES:
                places[run].append(index)
    for index in here:
        known = [found for run in _runs(old[index]) if 0 < len(found := places.get(run, [])) <= _MOST_PLACES]
        known.sort(key=lambda found: (len(found), found))
        score: Counter[int] = Counter()
        for found in known[:_MOST_RUNS]:
            for other in found:
                score[other] += 1
        best = sorted(score, key=lambda other: (-score[other], abs(other - index), other))
        yield from ((index, other) for other in best[:_CANDIDATES])


def _runs(words: Words) -> set[Words]:
    """Every run of two words, or of three tokens where they are Japanese."""
    if sum(map(is_cjk, words)) * 2 > len(words):
        return set(zip(words, words[1:], words[2:], strict=False))
    return set(itertools.pairwise(words))


def at_same_place(
    ordered: Sequence[tuple[int, int]], pairs: Sequence[int | None], here: Iterable[int], there: Iterable[int]
) -> Iterator[tuple[int, int]]:
    """Pairs of `here` and `there` that stand at the same place: between the same matched passages, or beside one.

    `ordered` are the matched pairs that keep their order, `pairs` all of them, by their first.
    """
    firsts, seconds = [first for first, _ in ordered], sorted(second for _, second in ordered)
    gaps: dict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for index in here:
        gaps[bisect_left(firsts, index)][0].append(index)
    free = set(there)
    for index in sorted(free):
        gaps[bisect_left(seconds, index)][1].append(index)
    for left, right in gaps.values():
        yield from _facing(left, right)
        for index in left:
            for step in (1, -1):
                pair = pairs[index - step] if 0 <= index - step < len(pairs) else None
                if pair is not None and pair + step in free:
                    yield index, pair + step


def _facing(left: Sequence[int], right: Sequence[int]) -> Iterator[tuple[int, int]]:
    if len(left) * len(right) <= _FEW:
        yield from ((first, second) for first in left for second in right)
        return
    for number, first in enumerate(left):
        middle = round(number * len(right) / len(left))
        yield from ((first, second) for second in right[max(middle - _FURTHER, 0) : middle + _FURTHER + 1])
