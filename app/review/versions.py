"""Which passage of a new version of a document is which of the old one: same, moved, changed, split, merged, new or gone.

Plain values in and out: the texts of both versions' passages, whatever made them. What is equal is found first, in order
(`version_order.py`) and then elsewhere; what is left is compared by likeness (`version_similar.py`). Words are compared as
`version_text.py` says, so that another layout of the same words is the same and another number never is.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from app.review.version_order import common, in_order
from app.review.version_similar import Words, at_same_place, candidates, common_words, likeness, size
from app.review.version_text import label_end, loose_label_end, words

MatchKind = Literal["same", "moved", "changed", "split", "merged", "new", "gone"]

ALIKE = 0.5
"""Likeness from which two passages at the same place are one that was changed."""
ALIKE_ELSEWHERE = 0.65
"""The same for passages that stand elsewhere."""
_HELD = 0.8
"""Share of the shorter passage's words from which it may be a piece of the longer one."""
_SMALL = 4.0
"""Words below which a passage is too slight to be known again elsewhere: "Yes", "10 %", "(a)"."""
_MOST_PIECES = 6
_GAIN = 0.02
"""By how much a further piece must make a passage and its pieces more alike."""


@dataclass(frozen=True, slots=True)
class Match:
    """Passages of the old version, by index, and what they are in the new one.

    `same`: equal words in the same order of things. `moved`: equal words elsewhere, or with another number before them.
    `changed`: other words; elsewhere too where it is not `in_order`. `split` and `merged`: one passage is several, or several
    are one, with equal words where `likeness` (0 to 1) is 1. `new` has no old passage and `gone` no new one.
    """

    kind: MatchKind
    old: tuple[int, ...]
    new: tuple[int, ...]
    in_order: bool = True
    likeness: float = 1.0


@dataclass(frozen=True, slots=True)
class Matching:
    """Every passage of both versions in exactly one match, in the order of the new version; what is gone where it stood."""

    matches: tuple[Match, ...]

    def by_old(self) -> dict[int, Match]:
        """The match of each passage of the old version."""
        return {index: match for match in self.matches for index in match.old}


def compare(old: Sequence[str], new: Sequence[str]) -> Matching:
    """Match the passages of two versions, given as texts in reading order.

    From the new version to the old one the answer is the same turned round. Time grows about as the number of passages does.
    """
    before, after = _Side.of(old), _Side.of(new)
    # One of both directions is computed, whichever is asked for: where several answers are as good, both give the same.
    if before.words <= after.words:
        return Matching(_arranged(_matches(before, after), len(old), len(new)))
    turned = [_turned(match) for match in _matches(after, before)]
    return Matching(_arranged(turned, len(old), len(new)))


@dataclass(frozen=True, slots=True)
class _Side:
    """One version: its passages' words, with and without the number before them, and how many they are."""

    words: list[Words]
    bodies: list[Words]
    sizes: list[float]
    texts: Sequence[str]

    @classmethod
    def of(cls, texts: Sequence[str]) -> _Side:
        known: dict[str, tuple[Words, Words, float]] = {}
        for text in texts:
            if text not in known:
                whole, end = words(text), label_end(text)
                known[text] = whole, words(text[end:]) if end else whole, size(whole)
        rows = [known[text] for text in texts]
        return cls([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows], texts)


_Group = tuple[tuple[int, ...], tuple[int, ...]]


class _Comparison:
    """The pairs found so far: `there` of each old passage, `here` of each new one; each is in at most one."""

    def __init__(self, old: _Side, new: _Side) -> None:
        self.old, self.new = old, new
        self.there: list[int | None] = [None] * len(old.words)
        self.here: list[int | None] = [None] * len(new.words)
        self.placed: set[int] = set()  # old passages that are paired for their place alone

    def groups(self) -> list[_Group]:
        """Old and new indices that belong together; what is in none is gone or new."""
        whole, bodies = _numbered(self.old.words, self.new.words), _numbered(self.old.bodies, self.new.bodies)
        self._pair(common(*whole, [1 + round(each) for each in self.old.sizes]))
        for numbers in (whole, bodies):
            self._equal_elsewhere(*numbers)
        self._alike()
        self._in_place()
        return self._with_pieces()

    def _pair(self, pairs: Iterable[tuple[int, int]]) -> None:
        for first, second in pairs:
            if self.there[first] is None and self.here[second] is None:
                self.there[first], self.here[second] = second, first

    def _free(self) -> tuple[list[int], list[int]]:
        old = [index for index, pair in enumerate(self.there) if pair is None]
        return old, [index for index, pair in enumerate(self.here) if pair is None]

    # ---- equal words elsewhere

    def _equal_elsewhere(self, old: Sequence[int], new: Sequence[int]) -> None:
        """Pair what is left of equal words: what stands once, what is beside it, then repeated ones in their order."""
        self._repeated(old, new, once=True)
        self._beside(old, new)
        self._repeated(old, new, once=False)
        self._beside(old, new)

    def _repeated(self, old: Sequence[int], new: Sequence[int], *, once: bool) -> None:
        here, there = self._free()
        places: dict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for index in here:
            places[old[index]][0].append(index)
        for index in there:
            places[new[index]][1].append(index)
        for left, right in places.values():
            if left and right and self.old.sizes[left[0]] >= _SMALL and (not once or len(left) == len(right) == 1):
                self._pair(zip(left, right, strict=False))

    def _beside(self, old: Sequence[int], new: Sequence[int]) -> None:
        """Equal words that follow or precede a pair, however slight they are."""
        for step, order in ((1, range(len(old))), (-1, range(len(old) - 1, -1, -1))):
            for index in order:
                pair = self.there[index]
                if pair is None or not 0 <= index + step < len(old) or not 0 <= pair + step < len(new):
                    continue
                if old[index + step] == new[pair + step] and self.old.bodies[index + step]:
                    self._pair([(index + step, pair + step)])

    # ---- alike

    def _alike(self) -> None:
        here, there = self._free()
        known = [(index, pair) for index, pair in enumerate(self.there) if pair is not None]
        known = in_order(known, [1 + round(each) for each in self.old.sizes])
        near = set(at_same_place(known, self.there, here, there))
        pairs = {*near, *candidates(self.old.words, self.new.words, here, there)}
        scored = [(self._score(*pair, at_place=pair in near), pair) for pair in pairs]
        ordered = sorted((-score, abs(i - j), i + j, i, j) for score, (i, j) in scored if score > 0)
        self._pair((first, second) for *_, first, second in ordered)

    def _score(self, first: int, second: int, *, at_place: bool) -> float:
        """How good a pair it is; 0: none. At the same place one may be a piece of the other."""
        old, new = self.old.words[first], self.new.words[second]
        shared, total = common_words(old, new), len(old) + len(new)
        alike = 2 * shared / total if total else 0.0
        if at_place:
            shorter = min(self.old.sizes[first], self.new.sizes[second])
            piece = shorter >= _SMALL and shared >= _HELD * min(len(old), len(new))
            return alike + 0.1 if alike >= ALIKE or piece else 0.0
        small = min(self.old.sizes[first], self.new.sizes[second]) < _SMALL
        return 0.0 if small or alike < ALIKE_ELSEWHERE else alike

    # ---- in the same place

    def _in_place(self) -> None:
        """What is too slight to be like anything, as figures of a table: as many between equal neighbours are the same cells."""
        paired = [(index, pair) for index, pair in enumerate(self.there) if pair is not None]
        for (before, start), (after, end) in itertools.pairwise(paired):
            cells = [*zip(range(before + 1, after), range(start + 1, end), strict=False)]
            if cells and after - before == end - start and all(self._is_slight(*cell) for cell in cells):
                self._pair(cells)
                self.placed.update(first for first, _ in cells)

    def _is_slight(self, first: int, second: int) -> bool:
        return self.here[second] is None and max(self.old.sizes[first], self.new.sizes[second]) < _SMALL

    # ---- pieces

    def _with_pieces(self) -> list[_Group]:
        found: list[_Group] = []
        for index, pair in enumerate(self.there):
            if pair is None or self.here[pair] != index:
                continue
            old, new = self.old.bodies[index], self.new.bodies[pair]
            if old == new or index in self.placed:
                found.append(((index,), (pair,)))
                continue
            alike = likeness(self.old.words[index], self.new.words[pair])
            split, of_split = _grown(self.old.words[index], self.new.words, pair, self.here, alike)
            merged, of_merged = _grown(self.new.words[pair], self.old.words, index, self.there, alike)
            group: _Group = (merged, (pair,)) if of_merged > of_split else ((index,), split)
            if max(of_split, of_merged) >= ALIKE:
                found.append(group)
                self._take(group)
        return found

    def _take(self, group: _Group) -> None:
        for index in group[0]:
            self.there[index] = group[1][0]
        for index in group[1]:
            self.here[index] = group[0][0]


def _grown(
    whole: Words, texts: Sequence[Words], start: int, pairs: Sequence[int | None], alike: float
) -> tuple[tuple[int, ...], float]:
    """The run of unpaired passages around `start` that together is most like `whole`, and how like it."""
    first, last = start, start
    for step in (1, -1):
        at, joined = start, texts[start] if step > 0 else _together(texts, first, last)
        while last - first + 1 < _MOST_PIECES and 0 <= (at := at + step) < len(texts) and pairs[at] is None:
            joined = joined + texts[at] if step > 0 else texts[at] + joined
            with_it = likeness(whole, joined)
            if with_it < alike + _GAIN:
                break
            first, last, alike = min(first, at), max(last, at), with_it
    return tuple(range(first, last + 1)), alike


def _together(texts: Sequence[Words], first: int, last: int) -> Words:
    return tuple(word for text in texts[first : last + 1] for word in text)


def _numbered(old: Sequence[Words], new: Sequence[Words]) -> tuple[list[int], list[int]]:
    """A number for each passage, the same for the same words."""
    numbers: dict[Words, int] = {}
    return (
        [numbers.setdefault(text, len(numbers)) for text in old],
        [numbers.setdefault(text, len(numbers)) for text in new],
    )


# ---- from groups to matches


def _matches(before: _Side, after: _Side) -> list[Match]:
    groups = sorted(_Comparison(before, after).groups())
    weight = [1 + round(each) for each in before.sizes]
    kept = set(in_order([(old[0], new[0]) for old, new in groups], weight))
    return [_match(group, (group[0][0], group[1][0]) in kept, before, after) for group in groups]


def _match(group: _Group, ordered: bool, before: _Side, after: _Side) -> Match:
    old, new = group
    if len(old) > 1 or len(new) > 1:
        alike = likeness(_together(before.words, old[0], old[-1]), _together(after.words, new[0], new[-1]))
        return Match("merged" if len(old) > 1 else "split", old, new, ordered, alike)
    first, second = old[0], new[0]
    if before.words[first] == after.words[second]:
        return Match("same" if ordered else "moved", old, new, ordered)
    alike = likeness(before.words[first], after.words[second])
    return Match("moved" if _same_body(before, first, after, second) else "changed", old, new, ordered, alike)


def _same_body(before: _Side, first: int, after: _Side, second: int) -> bool:
    """Whether only the number before the words is another one, which at least one of the versions must clearly show to be one."""
    if before.bodies[first] == after.bodies[second]:
        return True
    for one, i, other, j in ((before, first, after, second), (after, second, before, first)):
        loose = words(one.texts[i][loose_label_end(one.texts[i]) :])
        if label_end(other.texts[j]) and loose == other.bodies[j]:
            return True
    return False


def _turned(match: Match) -> Match:
    kinds: dict[MatchKind, MatchKind] = {"split": "merged", "merged": "split"}
    return replace(match, kind=kinds.get(match.kind, match.kind), old=match.new, new=match.old)


def _arranged(matches: Sequence[Match], old: int, new: int) -> tuple[Match, ...]:
    """The matches with what is new and gone, in the order of the new version."""
    seen = {index for match in matches for index in match.new}
    added = [Match("new", (), (index,), likeness=0.0) for index in range(new) if index not in seen]
    places = [((match.new[0], 0, 0), match) for match in (*matches, *added)]
    return tuple(match for _, match in sorted([*places, *_gone(matches, old)], key=lambda each: each[0]))


def _gone(matches: Iterable[Match], length: int) -> list[tuple[tuple[int, int, int], Match]]:
    """What is gone, with its place in the new version's order: behind what stood before it and kept its place."""
    pairs = {index: match for match in matches for index in match.old}
    found, behind = [], -1
    for index in range(length):
        match = pairs.get(index)
        if match is None:
            found.append(((behind, 1, index), Match("gone", (index,), (), likeness=0.0)))
        elif match.in_order:
            behind = match.new[-1]
    return found
