"""Passages: the sentences and clauses of one block of text, English and Japanese.

The scorer is trained on exactly these units, so training and use share this module. A passage never leaves its block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_CHARACTERS = 900
"""A longer passage is cut at the last comma or space before this length."""

MIN_CLAUSE = 25
"""A clause before a colon or semicolon that is shorter stays with what follows it."""

# A full stop after one of these does not end a sentence.
_ABBREVIATIONS = frozenset(
    re.findall(
        r"\S+",
        "a.m approx art arts attn bros cf ch cir co corp dept dr e.g ed eds eq esp est et al etc ex exh fig figs hon i.e id inc "
        "jr llc ltd messrs mr mrs ms no nos op p.m para paras pp prof rev sec secs sr st u.k u.s u.s.a u.s.c v viz vol vs",
    )
)
_CLOSERS = "\"'”’)]」』）】〉》"
_OPENERS_JA = "「『（【〈《"
_CLOSERS_JA = "」』）】〉》"
_BREAK = re.compile(r"[.!?;:][" + re.escape(_CLOSERS) + r"]*\s+|[。！？][" + re.escape(_CLOSERS) + r"]*\s*")
_NEXT = re.compile(r"[\"'“‘(\[]*[A-Z0-9\u3040-\u30ff\u4e00-\u9fff]")
_ENUMERATOR = re.compile(
    r"[\s(]*(?:(?:section|article|clause|exhibit|schedule)\s+)?[\dA-Za-z]{1,4}(?:\.[\dA-Za-z]{1,3})*[.)]*",
    re.IGNORECASE,
)
_PARAGRAPH_BREAK = re.compile(r"\n[ \t\r\f]*(?:\n[ \t\r\f]*)+")


def paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Half-open ranges of the paragraphs of plain text, which blank lines part; white space at the ends is left out."""
    start = 0
    for gap in _PARAGRAPH_BREAK.finditer(text):
        yield from _stripped(text, start, gap.start())
        start = gap.end()
    yield from _stripped(text, start, len(text))


def passages(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Half-open ranges, as offsets into `text`, of the sentences and clauses of the block `text[start:end]`.

    The ranges are in order, do not overlap, hold no white space at their ends, and together hold every other character.
    """
    end = len(text) if end is None else end
    first = start
    for stop in _boundaries(text, start, end):
        yield from _bounded(text, first, stop)
        first = stop
    yield from _bounded(text, first, end)


def _boundaries(text: str, start: int, end: int) -> Iterator[int]:
    first = start
    depth, scanned = 0, start
    for match in _BREAK.finditer(text, start, end):
        mark = text[match.start()]
        if match.end() >= end:
            return
        if mark in "。！？":
            # A full stop inside Japanese brackets belongs to the sentence around them.
            for character in text[scanned : match.end()]:
                depth += (character in _OPENERS_JA) - (character in _CLOSERS_JA)
            scanned = match.end()
            depth = max(depth, 0)
            # 「…。」 goes on (と述べた, を除く) unless a space or a line end follows it.
            goes_on = text[match.end() - 1] in _CLOSERS
            if depth or goes_on:
                continue
        elif not _ends_clause(text, first, match, mark, end):
            continue
        yield match.end()
        first = match.end()
        depth, scanned = 0, first


def _ends_clause(text: str, first: int, match: re.Match[str], mark: str, end: int) -> bool:
    before = text[first : match.start()].strip()
    following = _NEXT.match(text, match.end(), end)
    if _ENUMERATOR.fullmatch(before):
        return False  # "1." or "(a)" or "Section 4." opens the clause that it numbers
    if mark == ";":
        return len(before) >= MIN_CLAUSE
    if following is None:
        return False
    if mark == ":":
        return len(before) >= MIN_CLAUSE
    if mark == ".":
        word = before.rsplit(None, 1)[-1].lstrip("(\"'“‘[").lower() if before else ""
        is_initial = len(word) == 1 and word.isalpha()
        return not (is_initial or word in _ABBREVIATIONS)
    return True


def _bounded(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for first, last in _stripped(text, start, end):
        begin = first
        while last - begin > MAX_CHARACTERS:
            limit = begin + MAX_CHARACTERS
            cut = max(text.rfind(mark, begin + MAX_CHARACTERS // 2, limit) for mark in (", ", "、", " ", "\n"))
            cut = cut + 1 if cut > 0 else limit
            yield from _stripped(text, begin, cut)
            begin = cut
        yield from _stripped(text, begin, last)


def _stripped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end
