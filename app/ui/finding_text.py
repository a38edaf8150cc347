"""Finds words in a document's text as a reader means them, and says where in the text itself they stand. Knows no Qt.

Text and words are folded alike before they are compared: full-width and half-width forms, ligatures and radicals as in
Unicode's NFKC, typographic quotes and dashes as plain ones, white space as one space, and none beside Japanese, where a line's
end means nothing. Hyphens between letters count for nothing: a word that was parted at a page's end is found, and so is
"co-operation" by "cooperation". Words are found where they run over a page's end, or from line to line that stand apart, as
verses do; never from cell to cell, out of a heading, or over the end of a sentence into another block.

Everything is done in steps of a few milliseconds, so that a window can go on while a text of a million characters is searched.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.documents.document import Document
from app.ui.going_on import CJK, joins, may_go_on
from app.ui.text_units import is_boundary

Hit = tuple[int, int]
"""Offsets of the document's text: the first character and behind the last."""

CHUNK = 1 << 14
"""Characters that are folded in one step."""
HITS = 2000
"""Hits that are looked for in one step."""

_APART, _GOES_ON = "\n", "\v"

_DASH = "\\-\u2010-\u2015\u2212\uff0d"
_JOINS = "\u0300-\u036f\u3099\u309a\uff9e\uff9f"
_NOTHING = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef"
_LETTER = r"[^\W\d_]"
_PLAIN = "\x00-\x7f\u3001-\u300f\u3041-\u3096\u30a1-\u30fe\u4e00-\u9fff\uac00-\ud7a3"
"""Characters that folding leaves as they are where nothing joins them."""
_CHANGES = re.compile(
    rf"(?P<part>(?<={_LETTER})[{_DASH}\u00ad]{_GOES_ON}*(?={_LETTER}))"
    rf"|(?P<nothing>[{_NOTHING}]+)"
    rf"|(?P<apart>\s*\n\s*)"
    rf"|(?P<space>[^\S\n]{{2,}}|[^\S\n ]| (?=[{CJK}])|(?<=[{CJK}]) )"
    rf"|(?P<letter>[^\s{_PLAIN}{_NOTHING}][{_JOINS}]*|[{_PLAIN}][{_JOINS}]+)"
)
_IS_CJK = re.compile(f"[{CJK}]")
_CALM = re.compile("[0-9A-Za-z\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]{2}(?![\u0300-\u036f\u3099\u309a\uff9e\uff9f])")
"""Between two such characters nothing of what is folded runs on."""
_LOOK_BACK = 400

_ALIKE = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛ʼ′`´", "'"),
        **dict.fromkeys("“”„‟″", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "〜": "~",
        "ς": "σ",
        "İ": "I",
    }
)


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as it is compared. `starts` and `ends` (characters of `plain`,): where in the original each one comes from."""

    plain: str
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


def fold(text: str, begin: int = 0, end: int | None = None) -> Folded:
    """Fold `text[begin:end]`; letters stay large or small. `text` is as `searchable` gives it."""
    end = len(text) if end is None else end
    pieces: list[str] = []
    froms: list[int] = []
    tos: list[int] = []
    ramps: list[int] = []  # 1: character for character; 0: all of them come from the whole range

    def add(piece: str, start: int, stop: int, ramp: int) -> None:
        pieces.append(piece)
        froms.append(start)
        tos.append(stop)
        ramps.append(ramp)

    at = begin
    for change in _CHANGES.finditer(text, begin, end):
        start, stop = change.span()
        if start > at:
            add(text[at:start], at, at + 1, 1)
        add(_folded(text, change), start, stop, 0)
        at = stop
    if end > at:
        add(text[at:end], at, at + 1, 1)
    lengths = np.array([len(piece) for piece in pieces], dtype=np.int64)
    inside = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    inside *= np.repeat(np.array(ramps, dtype=np.int64), lengths)
    starts, ends = (np.repeat(np.array(values, dtype=np.int64), lengths) + inside for values in (froms, tos))
    return Folded("".join(pieces), starts, ends)


def searchable(document: Document) -> str:
    """The document's text, as long as it is, with what stands between blocks as `fold` wants it: apart, or one goes on."""
    parts: list[str] = []
    at = 0
    for before, block in pairwise([None, *document.blocks]):
        assert block is not None  # noqa: S101 -- only the first of all is None
        if block.start > at:
            continues = before is not None and may_go_on(document, before, block)
            parts.append((_GOES_ON if continues else _APART) * (block.start - at))
        parts.append(document.text[max(block.start, at) : block.end].replace("\n", " "))
        at = max(at, block.end)
    parts.append(document.text[at:])
    return "".join(parts)


class TextSearch:
    """All places of some words in one document. `work` does a step; `hits` are in the order of the text and may grow."""

    def __init__(self, document: Document) -> None:
        self._text = document.text
        self._searchable = searchable(document)
        self._chunks: list[Folded] = []
        self._read = 0
        self._folded: Folded | None = None
        self._lower = ""
        self._query = ""
        self._at = 0
        self._in = ""
        self.match_case = False
        self.whole_words = False
        self.hits: list[Hit] = []
        self.is_done = True

    def look_for(self, words: str, *, match_case: bool = False, whole_words: bool = False) -> None:
        """Begin to look for other words; what was found before is forgotten."""
        self.match_case, self.whole_words = match_case, whole_words
        query = fold(" ".join(words.split())).plain.strip()
        self._query = query if match_case else _small(query)
        self._at = 0
        self.hits = []
        self.is_done = not self._query

    def work(self) -> bool:
        """Do one step; says whether there is more to do."""
        if not self.is_done:
            if self._folded is None:
                self._fold_more()
            else:
                self._find_more(self._folded)
        return not self.is_done

    def finish(self) -> list[Hit]:
        """Do everything that is left, and give the hits."""
        while self.work():
            pass
        return self.hits

    def _fold_more(self) -> None:
        end = _calm_place(self._searchable, self._read + CHUNK)
        self._chunks.append(fold(self._searchable, self._read, end))
        self._read = end
        if end >= len(self._searchable):
            plain = "".join(chunk.plain for chunk in self._chunks)
            starts, ends = (
                np.concatenate([getattr(chunk, name) for chunk in self._chunks]) for name in ("starts", "ends")
            )
            self._folded, self._lower = Folded(plain, starts, ends), _small(plain)
            self._chunks, self._searchable = [], ""

    def _find_more(self, folded: Folded) -> None:
        text, size = folded.plain if self.match_case else self._lower, len(self._query)
        for _ in range(HITS):
            place = text.find(self._query, self._at)
            if place < 0:
                self.is_done = True
                return
            hit = int(folded.starts[place]), int(folded.ends[place + size - 1])
            if self.whole_words and not (is_boundary(self._text, hit[0]) and is_boundary(self._text, hit[1])):
                self._at = place + 1
                continue
            self.hits.append(hit)
            self._at = place + size


def hit_from(hits: Sequence[Hit], offset: int) -> int | None:
    """The number of the first hit that ends behind this place, else of the first of all; None where there is none."""
    if not hits:
        return None
    number = bisect_left(hits, offset, key=lambda hit: hit[1] - 1)
    return number if number < len(hits) else 0


def _folded(text: str, change: re.Match[str]) -> str:
    kind = change.lastgroup
    if kind in ("part", "nothing"):
        return ""
    if kind == "apart":
        return _APART
    if kind == "letter":
        return _letter(change.group())
    before, after = text[change.start() - 1 : change.start()], text[change.end() : change.end() + 1]
    if _GOES_ON in change.group():
        return "" if joins(before, after) else " "
    return "" if _IS_CJK.match(before) or _IS_CJK.match(after) else " "


@lru_cache(maxsize=1 << 14)
def _letter(letter: str) -> str:
    return unicodedata.normalize("NFKC", letter).translate(_ALIKE)


def _small(text: str) -> str:
    """Small letters, one for each letter."""
    small = text.lower()
    if len(small) != len(text):
        small = "".join(one if len(one := letter.lower()) == 1 else letter for letter in text)
    return small.replace("ς", "σ")


def _calm_place(text: str, wanted: int) -> int:
    """A place near `wanted` at which the text can be cut without changing how it is folded."""
    if wanted >= len(text):
        return len(text)
    last = None
    for last in _CALM.finditer(text, wanted - _LOOK_BACK, wanted):  # noqa: B007 -- the last one is wanted
        pass
    return last.start() + 1 if last is not None else wanted
