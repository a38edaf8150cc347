"""Text made comparable for search: NFKC and case folded, white space alike, with the way back to the original offsets.

So a search for ｶﾒﾗ finds カメラ, "financial" finds "ﬁnancial" with a ligature, １０％ finds 10%.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

_HALF_WIDTH_MARKS = "\uff9e\uff9f"
"""Voicing marks of half-width kana, which NFKC joins with the letter before them."""

Places = tuple[tuple[int, int, bool], ...]


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` folded; `pieces` are (offset in `text`, offset in the original, whole), each until the next one begins.

    A `whole` piece got longer or shorter and has no offsets within; in all others both texts run alike.
    """

    text: str
    pieces: Places = ((0, 0, False),)

    def ranges(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
        """Where in the original the pattern is found."""
        for found in pattern.finditer(self.text):
            yield self.original(found.start(), found.end())

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Where a range of the folded text stands in the original."""
        return self._start(start), self._end(end - 1)

    def _row(self, offset: int) -> int:
        return bisect_right(self.pieces, (offset, 1 << 62, True)) - 1

    def _start(self, offset: int) -> int:
        """Where the original of the character at `offset` begins."""
        here, there, whole = self.pieces[self._row(offset)]
        return there if whole else there + offset - here

    def _end(self, offset: int) -> int:
        """Where it ends."""
        row = self._row(offset)
        return self.pieces[row + 1][1] if self.pieces[row][2] else self._start(offset) + 1


def fold(text: str) -> Folded:
    """Fold a text. A piece that gets longer or shorter keeps its place as a whole."""
    known = set(text)
    for white in known & _WHITE:
        text = text.replace(white, " ")
    if text.isascii():
        return Folded(text.lower())
    marks = "".join(map(re.escape, (c for c in known if unicodedata.combining(c) or c in _HALF_WIDTH_MARKS)))
    odd = "".join(map(re.escape, (c for c in known - _WHITE if len(_folded(c)) != 1)))
    pattern = "|".join(filter(None, (f"[^{marks}][{marks}]+" if marks else "", f"[{odd}]" if odd else "")))
    return _fold_pieces(text, re.compile(pattern, re.DOTALL)) if pattern else Folded(_alike(text))


def fold_words(text: str) -> str:
    """A short text folded, white space at its ends and doubled white space left out: what is looked for."""
    return " ".join(fold(text).text.split())


def search_pattern(query: str) -> re.Pattern[str] | None:
    """What finds a query in a folded text, whatever white space stands between its words; None for an empty one."""
    words = fold_words(query).split()
    return re.compile(" +".join(map(re.escape, words))) if words else None


def _fold_pieces(text: str, odd: re.Pattern[str]) -> Folded:
    texts: list[str] = []
    pieces: list[tuple[int, int, bool]] = []
    length = end = 0
    for found in odd.finditer(text):
        alike = _alike(text[end : found.start()])
        pieces += [(length, end, False), (length + len(alike), found.start(), True)]
        texts += [alike, _folded(found.group())]
        length += len(alike) + len(texts[-1])
        end = found.end()
    texts.append(_alike(text[end:]))
    return Folded("".join(texts), (*pieces, (length, end, False)))


def _alike(text: str) -> str:
    """A text whose every character folds to one: the whole at once, unless some of them join, as parts of Hangul do."""
    folded = _folded(text)
    return folded if len(folded) == len(text) else "".join(map(_folded, text))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


_WHITE = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u2028\u2029\u3000")
