"""What is known of a passage besides its words: heading, list item or table cell, how it is numbered, where it stands.

Read from the text alone where nothing else is known, so that a plain contract and a Word file are described in one way; what a
document's blocks say (`types`) goes before what the text looks like.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Structure = NDArray[np.int16]
"""(passages, 5): role, numbering, first of its block and place, as in `FEATURE_SIZES`, and in column `HEADING` how many passages
before it the heading of its section stands; of a heading, that of the section around its own. 0 is unknown everywhere."""

ROLES = ("unknown", "paragraph", "heading", "list-item", "table-cell", "code")
NUMBERINGS = ("unknown", "none", "article", "section", "item", "sub-item")
_FIRST = ("unknown", "first", "later")
_NEAR_START = 6
_PLACES = 1 + _NEAR_START + 10
"""Unknown; how near the start, in powers of two of `_NEAR`; beyond that, in which tenth of the text."""
_NEAR = 250

FEATURE_SIZES = (len(ROLES), len(NUMBERINGS), len(_FIRST), _PLACES)
HEADING = len(FEATURE_SIZES)
COLUMNS = HEADING + 1

_LEVELS = {"article": 1, "none": 2, "section": 2, "item": 6, "sub-item": 7}
"""How deep a heading lies by its numbering, where nobody says so; a section lies deeper with each dot in its number."""
_RUN_IN_LEVEL = 5
"""Of a heading without a number that its text follows on the same line."""
_GUESSED = 9
"""So much deeper lies what looks like a heading in a document that says itself what its headings are."""

_LONGEST_HEADING = 100
_LONGEST_RUN_IN = 70
_MOST_RUN_IN_WORDS = 8
_TIMES_OF_A_PAGE_LINE = 3
"""So often nothing is said but in page headers and footers."""
_NUMBER_JA = "[0-9０-９一二三四五六七八九十百]"
_NUMBERED = (
    (
        re.compile(rf"\s*(?:article\s+[ivxlc\d]+|第\s*{_NUMBER_JA}+\s*[章条編部]|[IVXLC]+\.\s)", re.IGNORECASE),
        "article",
    ),
    (re.compile(r"\s*(?:(?:section|clause|§)\s*\d+|\d{1,3}(?:\.\d{1,3})+|\d{1,2}[.)]\s)", re.IGNORECASE), "section"),
    (re.compile(rf"\s*(?:\([ivx]{{2,4}}\)|[ivx]{{2,4}}[.)]\s|{_NUMBER_JA}+\s*号|[①-⑳])"), "sub-item"),
    (re.compile(r"\s*(?:[(（]\w{1,3}[)）]|[a-zA-Z][.)]\s|[0-9０-９]{1,2}[\s　]+\S|[ア-ン]\s)"), "item"),
)
_BULLET = re.compile(r"\s*(?:[-*•●○・◦▪–]\s*\S)")
_SENTENCE_END = re.compile(r"[.;:。、，,][\"'”’)）」]*\s*$")
_RUN_IN_END = re.compile(r"[.:;]\s*$")
_NUMBER_AHEAD = re.compile(r"\s*(?:(?:article|section|clause|§)\s*)?[\divxlc]*[\d.()]*\s*", re.IGNORECASE)
_DOTS = re.compile(r"\D*\d+((?:\.\d+)*)")
_WORD = re.compile(r"[^\W\d_][^\W_'’-]*")
_HEADING_START = re.compile(r"\s*(?:[A-Z\d(“\"§]|[\u3041-\u9fff【＜])")


def structure_of(
    texts: Sequence[str],
    blocks: Sequence[int],
    types: Sequence[str] | None = None,
    levels: Sequence[int] | None = None,
) -> Structure:
    """Describe all passages of one document.

    `texts`: in reading order; `blocks`: the number of each passage's block (passages of one block follow each other);
    `types`: what each passage's block is, a document's block types or `code`, where that is known; an empty word where it is
    not. `levels`: how deep a heading lies, from 1; 0 where that is not known, and for all else.
    """
    found = unknown_structure(len(texts))
    page_lines = {text for text, times in Counter(map(str.strip, texts)).items() if times >= _TIMES_OF_A_PAGE_LINE}
    said = types is not None and "heading" in types
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    before = np.cumsum(lengths) - lengths
    total = max(int(lengths.sum()), 1)
    for i, text in enumerate(texts):
        alone = (i == 0 or blocks[i - 1] != blocks[i]) and (i + 1 == len(texts) or blocks[i + 1] != blocks[i])
        first = i == 0 or blocks[i - 1] != blocks[i]
        numbering = _numbering(text)
        known = types[i] if types is not None and types[i] in ROLES else ""
        on_each_page = text.strip() in page_lines
        guessed = _role(text, numbering, alone, first, on_each_page)
        run_in = _is_run_in(text, numbering, first and not said)
        if run_in and not on_each_page and guessed != "list-item":
            guessed = "heading"
        found[i, :HEADING] = (
            ROLES.index(known or guessed),
            NUMBERINGS.index(numbering),
            1 if first else 2,
            _place(int(before[i]), total),
        )
    found[:, HEADING] = _distances_to_headings(found, _depths(texts, found, types if said else None, levels))
    return found


def unknown_structure(passages: int) -> Structure:
    """Nothing known: zeros, (passages, 5)."""
    return np.zeros((passages, COLUMNS), np.int16)


def _depths(
    texts: Sequence[str], found: Structure, types: Sequence[str] | None, levels: Sequence[int] | None
) -> list[int]:
    """How deep each passage lies if it is a heading: as is said, or else by its number. `types` where they name headings."""
    depths = []
    for i, text in enumerate(texts):
        guessed = types is not None and types[i] != "heading"
        depth = _level(text, NUMBERINGS[found[i, 1]]) + guessed * _GUESSED
        depths.append((levels[i] if levels is not None else 0) or depth)
    return depths


def _level(text: str, numbering: str) -> int:
    if numbering == "section" and (dotted := _DOTS.match(text)):
        return _LEVELS[numbering] + dotted[1].count(".")
    if numbering == "none" and _RUN_IN_END.search(text):
        return _RUN_IN_LEVEL
    return _LEVELS[numbering]


def _distances_to_headings(found: Structure, levels: Sequence[int]) -> NDArray[np.int64]:
    """Column `HEADING`, from the others."""
    distances = np.zeros(len(found), np.int64)
    above: list[tuple[int, int]] = []
    within = -1
    for i, (role, _, first, _, _) in enumerate(found.tolist()):
        if ROLES[role] == "heading" and (first == 1 or within != i - 1):
            while above and above[-1][0] >= levels[i]:
                above.pop()
            distances[i] = i - above[-1][1] if above else 0
            above.append((levels[i], i))
        elif above:
            distances[i] = i - above[-1][1]
        if ROLES[role] == "heading":
            within = i
    distances[distances > np.iinfo(np.int16).max] = 0
    return distances


def _numbering(text: str) -> str:
    return next((name for pattern, name in _NUMBERED if pattern.match(text)), "none")


def _role(text: str, numbering: str, alone: bool, first: bool, on_each_page: bool) -> str:
    if first and _BULLET.match(text):
        return "list-item"
    stands_alone = alone and len(text) <= _LONGEST_HEADING and _HEADING_START.match(text)
    if stands_alone and not _SENTENCE_END.search(text) and not on_each_page and any(map(str.isalpha, text)):
        return "heading"
    if first and numbering in ("item", "sub-item"):
        return "list-item"
    return "paragraph"


def _is_run_in(text: str, numbering: str, may_lack_number: bool) -> bool:
    """Whether it is a heading such as "8.2 Insurance." that the text follows on the same line."""
    if len(text) > _LONGEST_RUN_IN or not _RUN_IN_END.search(text):
        return False
    numbered = numbering in ("article", "section")
    ahead = _NUMBER_AHEAD.match(text) if numbered else None
    words = _WORD.findall(text[ahead.end() :] if ahead else text)
    capital = all(word[0].isupper() for word in words if len(word) > 3)
    return (
        0 < len(words) <= _MOST_RUN_IN_WORDS and max(map(len, words)) > 3 and capital and (numbered or may_lack_number)
    )


def _place(before: int, total: int) -> int:
    near = (before // _NEAR).bit_length()
    if near < _NEAR_START:
        return 1 + near
    return 1 + _NEAR_START + min(10 * before // total, 9)
