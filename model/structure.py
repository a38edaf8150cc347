"""What is known of a passage besides its words: heading, list item or table cell, how it is numbered, where it stands.

Read from the text alone where nothing else is known, so that a plain contract and a Word file are described in one way; what a
document's blocks say (`types`) goes before what the text looks like.
"""

from __future__ import annotations

import re
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

_LEVELS = {"article": 1, "section": 2, "none": 2, "item": 3, "sub-item": 4}
"""How deep a heading lies by its numbering, where nobody says so."""

_LONGEST_HEADING = 100
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
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    before = np.cumsum(lengths) - lengths
    total = max(int(lengths.sum()), 1)
    for i, text in enumerate(texts):
        alone = (i == 0 or blocks[i - 1] != blocks[i]) and (i + 1 == len(texts) or blocks[i + 1] != blocks[i])
        first = i == 0 or blocks[i - 1] != blocks[i]
        numbering = _numbering(text)
        known = types[i] if types is not None and types[i] in ROLES else ""
        found[i, :HEADING] = (
            ROLES.index(known or _role(text, numbering, alone, first)),
            NUMBERINGS.index(numbering),
            1 if first else 2,
            _place(int(before[i]), total),
        )
    found[:, HEADING] = _distances_to_headings(found, levels)
    return found


def unknown_structure(passages: int) -> Structure:
    """Nothing known: zeros, (passages, 5)."""
    return np.zeros((passages, COLUMNS), np.int16)


def _distances_to_headings(found: Structure, levels: Sequence[int] | None) -> NDArray[np.int64]:
    """Column `HEADING`, from the others."""
    distances = np.zeros(len(found), np.int64)
    above: list[tuple[int, int]] = []
    within = -1
    for i, (role, numbering, first, _, _) in enumerate(found.tolist()):
        if ROLES[role] == "heading" and (first == 1 or within != i - 1):
            level = (levels[i] if levels is not None else 0) or _LEVELS[NUMBERINGS[numbering]]
            while above and above[-1][0] >= level:
                above.pop()
            distances[i] = i - above[-1][1] if above else 0
            above.append((level, i))
        elif above:
            distances[i] = i - above[-1][1]
        if ROLES[role] == "heading":
            within = i
    distances[distances > np.iinfo(np.int16).max] = 0
    return distances


def _numbering(text: str) -> str:
    return next((name for pattern, name in _NUMBERED if pattern.match(text)), "none")


def _role(text: str, numbering: str, alone: bool, first: bool) -> str:
    if first and _BULLET.match(text):
        return "list-item"
    if alone and len(text) <= _LONGEST_HEADING and _HEADING_START.match(text) and not _SENTENCE_END.search(text):
        return "heading"
    if first and numbering in ("item", "sub-item"):
        return "list-item"
    return "paragraph"


def _place(before: int, total: int) -> int:
    near = (before // _NEAR).bit_length()
    if near < _NEAR_START:
        return 1 + near
    return 1 + _NEAR_START + min(10 * before // total, 9)
