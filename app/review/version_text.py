"""The words of a passage, made comparable between two versions of a document, and how two texts differ.

Two texts are the same if their tokens are: white space, line breaks, widths of Japanese letters, shapes of quotation marks and
dashes, ligatures and a word's division at a line's end make no difference. Everything that may change what a clause means does:
case (Party, party), signs and digits (10² is not 102, 1. 5 is not 1.5), and therefore this is no NFKC.
"""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rapidfuzz.distance import LCSseq

_UNSEEN = "\u00ad\u200b-\u200d\u2060\ufeff"
_KANA = "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
_CJK = f"\u2e80-\u2fdf\u3005-\u3007\u303b{_KANA}\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HALF = "\uff66-\uff9d"
_LETTER = rf"(?:(?![{_CJK}{_HALF}])[^\W\d_][\u0300-\u036f{_UNSEEN}]*)"
_HYPHEN = r"[-\u2010\u2011\uff0d]"
_NUMERALS = "〇零一二三四五六七八九十百千万億兆"
_TOKEN = re.compile(
    rf"(?:(?<!\w)[-+\u2212\uff0d\uff0b])?\d+(?:[.,\uff0e\uff0c]\d+)*"
    rf"|[{_NUMERALS}]+"
    rf"|[{_CJK}][\u3099\u309a]?|[{_HALF}][\uff9e\uff9f]?"
    rf"|{_LETTER}+(?:(?:['’]|{_HYPHEN}(?:[^\S\n]*\n\s*(?=[a-z]))?){_LETTER}+)*"
    rf"|(?P<fill>[._…‥・=\-])(?P=fill){{2,}}"
    rf"|[^\s{_UNSEEN}]"
)
_FIRST_CJK = "\u2e80"
_GROUP = operator.methodcaller("group")
_DIVIDED = re.compile(rf"{_HYPHEN}\s*")
_MEANT = frozenset({"re", "un"})
"""Prefixes before which a hyphen tells two words apart: re-sign and resign, un-ionised and unionised."""
_SHAPES = str.maketrans(
    {
        **dict.fromkeys("“”„‟＂", '"'),
        **dict.fromkeys("‘’‚′＇", "'"),
        **dict.fromkeys("‐‑‒–—―−－", "-"),
        **dict.fromkeys("〜～", "~"),
        **dict.fromkeys(map(chr, range(0xFB00, 0xFB07))),
        "\u00ad": "",
        "\u200b": "",
        "\u200c": "",
        "\u200d": "",
        "\u2060": "",
        "\ufeff": "",
    }
    | {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in (*range(0xFB00, 0xFB07), *range(0x2E80, 0x2FE0))}
)
_WIDTHS = re.compile(r"[\uff01-\uff9f\uffe0-\uffe6]+")

# ---- the number or letter that stands before a clause

_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?,?\s+\d"
_TECHNICAL = r"\s*(?:[kMG]?(?:Hz|Wh|W|VA|V|Pa)|[KMGTP]i?B|[KMGT]b(?:ps|it)|dBm?)(?![A-Za-z])"
_UNIT = (
    rf"(?!{_TECHNICAL}|(?i:\s*{_MONTH})|"
    r"\s*\d|(?i:\s*(?:days?|weeks?|months?|years?|hours?|minutes?|business|calendar|times|percent|per\s|kilogram|gram|tonne|kilomet|met(?:re|er)s|lit(?:re|er)s|volts|watts|[a-z]*bytes|degrees|million|billion|trillion|thousand|"
    r"hundred|dollars?|euros?|pounds?|yen|USD|EUR|GBP|JPY|US|[%$€£¥％円万億千百年月日週時分秒か-ヶ箇回名人個件倍割営社通度])))"
)
_ROMAN = r"[ivxlc]{1,6}|[IVXLC]{1,6}"
_PLAIN = rf"(?:\d{{1,3}}|[a-zA-Z]{{1,2}}|{_ROMAN}|[ア-ン]|[一二三四五六七八九十]{{1,3}})"
_LABEL = re.compile(
    rf"(?:[(（]{_PLAIN}[)）]\s*"
    rf"|(?:\d{{1,3}}(?:\.\d{{1,3}}){{0,4}}|[a-zA-Zア-ン]|{_ROMAN})(?:[.)]\s+|[)．）]\s*)"
    r"|\d{1,2}(?:\.\d{1,2}){1,4}\s+(?=[A-Z\"“])"
    rf"|\d{{1,2}}(?:\.\d{{1,2}}){{2,4}}\s+(?=[{_CJK}])"
    r"|第\s?[\d０-９一二三四五六七八九十百]+\s?[条章節款編](?:の[\d０-９一二三四五六七八九十]+)?(?=\s|[(（][^)）]*[)）](?:\s|$)|$)\s*"
    r"|(?i:article|section|clause|schedule|exhibit|annex|appendix)\s+[\dA-Za-z.]{1,9}?[.:)]\s+"
    r"|(?:ARTICLE|SECTION|SCHEDULE|EXHIBIT|ANNEX|APPENDIX)\s+[\dIVXLCA-Z.]{1,9}(?:\s+(?![a-z\s])|$)"
    rf"|[①-⑳⑴-⒇]\s*){_UNIT}"
)

_RUN_ON = re.compile(
    r"第\s?[\d０-９一二三四五六七八九十百]+\s?条(?:の[\d０-９一二三四五六七八九十]+)?(?=[(（][^)）]*[)）])"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number, a Japanese character or a sign: `word` as it is compared, `start:end` in the text."""

    word: str
    start: int
    end: int


PieceKind = Literal["equal", "removed", "added", "replaced"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of two texts: equal in both, only in the old one, only in the new one, or other words for other words.

    `old` and `new` are half-open ranges of characters; the one that has no words is empty, at the place where they would stand.
    """

    kind: PieceKind
    old: tuple[int, int]
    new: tuple[int, int]


def tokens(text: str) -> list[Token]:
    """What a text is compared by, in order."""
    found = (Token(_word(match.group()), *match.span()) for match in _TOKEN.finditer(text))
    return [token for token in found if token.word]


def words(text: str) -> tuple[str, ...]:
    """The tokens without their places: two texts are the same if these are."""
    return tuple(filter(None, map(_word, map(_GROUP, _TOKEN.finditer(text)))))


def label_end(text: str) -> int:
    """Where the number or letter before a clause ends, with the space behind it; 0 where there is none.

    What may be an amount or a reference is none: "1.5 million", "30 days", "Section 4 shall …".
    """
    found = _LABEL.match(text)
    return found.end() if found else 0


def loose_label_end(text: str) -> int:
    """The same where nothing stands between the title of a Japanese article and its text, as in many a PDF.

    A reference may look like that too. It is a label only if the other version has it with a space, and all else is equal.
    """
    found = _RUN_ON.match(text)
    return found.end() if found else label_end(text)


def is_cjk(word: str) -> bool:
    """Whether a token is a Japanese character, of which there are about two for an English word."""
    return word[0] >= _FIRST_CJK


def differences(old: str, new: str) -> tuple[Piece, ...]:
    """How the old text becomes the new one, word by word and in Japanese character by character.

    Pieces are in order and together cover all tokens of both. A lone sign between two changes belongs to them.
    """
    before, after = tokens(old), tokens(new)
    codes = LCSseq.opcodes([token.word for token in before], [token.word for token in after])
    runs = [(code.tag == "equal", code.src_start, code.src_end, code.dest_start, code.dest_end) for code in codes]
    pieces = []
    for equal, *ends in _joined(runs, before):
        first, last, start, stop = ends
        kind: PieceKind = "equal" if equal else "removed" if start == stop else "added" if first == last else "replaced"
        pieces.append(Piece(kind, _place(before, first, last, len(old)), _place(after, start, stop, len(new))))
    return tuple(pieces)


_Run = tuple[bool, int, int, int, int]


def _joined(runs: Sequence[_Run], before: Sequence[Token]) -> list[_Run]:
    """Runs of changes with what is too little to stand between them."""
    out: list[_Run] = []
    for number, run in enumerate(runs):
        equal, first, last, start, stop = run
        if equal and 0 < number < len(runs) - 1:
            beside = min(_length(runs, number, -1), _length(runs, number, 1))
            equal = not _is_slight(before[first:last], beside)
        if out and out[-1][0] == equal:
            out[-1] = (equal, out[-1][1], last, out[-1][3], stop)
        else:
            out.append((equal, first, last, start, stop))
    return out


def _length(runs: Sequence[_Run], number: int, step: int) -> int:
    """Tokens of the change on one side of an equal run, of the text that has more of them."""
    removed = added = 0
    number += step
    while 0 <= number < len(runs) and not runs[number][0]:
        _, first, last, start, stop = runs[number]
        removed, added, number = removed + last - first, added + stop - start, number + step
    return max(removed, added)


def _is_slight(between: Sequence[Token], beside: int) -> bool:
    """A lone sign, or so few words between longer changes that they are alike by chance."""
    if len(between) == 1 and not between[0].word[0].isalnum():
        return True
    chance = beside if any(is_cjk(token.word) for token in between) else beside - 1
    return len(between) <= min(2, chance)


def _place(found: Sequence[Token], first: int, last: int, length: int) -> tuple[int, int]:
    if first < last:
        return found[first].start, found[last - 1].end
    at = found[first].start if first < len(found) else found[-1].end if found else min(length, 0)
    return at, at


@lru_cache(maxsize=1 << 16)
def _word(written: str) -> str:
    """A token as it is compared."""
    if written.isascii() and written.isalnum():
        return written
    if (
        written[0] == written[-1]
        and len(written) > 2
        and not written[0].isalnum()
        and not set(written[1:]) - {written[0]}
    ):
        return written[0] * 3
    word = unicodedata.normalize("NFC", _WIDTHS.sub(_narrow, written.translate(_SHAPES)))
    return _undivided(word) if "-" in word and word[0].isalpha() else word


def _narrow(found: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", found.group())


def _undivided(word: str) -> str:
    """A word without the hyphens that a line's end may as well have brought in."""
    joined, *rest = _DIVIDED.split(word)
    last = joined
    for part in rest:
        divides = len(last) > 1 and last.lower() not in _MEANT and part[:1].islower() and len(part) > 1
        joined, last = joined + ("" if divides else "-") + part, part
    return joined
