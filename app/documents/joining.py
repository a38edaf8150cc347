"""The lines of a block as one text: hyphens at line ends, spaces between words, none between Japanese characters."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np

from app.documents.laying import Group, LaidBlock, Style
from app.documents.line_patterns import ENDS_CJK, HYPHENS, STARTS_CJK
from app.documents.pdf_lines import SOFT_HYPHEN


def finish(group: Group, style: Style) -> LaidBlock:
    """The block of a group's lines."""
    first = group.lines[0]
    parts, quads = [first.text], [first.quads]
    for line in group.lines[1:]:
        before = parts[-1]
        if before[-1:] in HYPHENS and line.text[:1].islower() and before[-2:-1].isalpha():
            if _drops_hyphen(before, line.text, style.words):
                parts[-1], quads[-1] = before[:-1], quads[-1][:-1]
        elif not (ENDS_CJK.search(before) or STARTS_CJK.match(line.text)):
            parts.append(" ")
            quads.append(np.zeros((1, 8), dtype=np.float32))
        parts.append(line.text)
        quads.append(line.quads)
    text, rows = "".join(parts), np.concatenate(quads)
    if SOFT_HYPHEN in text:
        keep = np.array([character != SOFT_HYPHEN for character in text])
        text, rows = text.replace(SOFT_HYPHEN, ""), rows[keep]
    return LaidBlock(group.type, text, rows, group.level)


def _drops_hyphen(before: str, after: str, words: Counter[str]) -> bool:
    """Whether the hyphen at a line's end only divides a word: the document's other words decide."""
    if before.endswith(SOFT_HYPHEN):
        return True
    head = re.search(r"[^\W\d_]+(?=.$)", before)
    tail = re.match(r"[^\W\d_]+", after)
    if head is None or tail is None:
        return False
    first, second = head.group().lower(), tail.group().lower()
    whole, hyphenated = words[first + second], words[f"{first}-{second}"]
    if whole != hyphenated:
        return whole > hyphenated
    # Two words of their own, as in "third-party", rather than the halves of one.
    return not (words[first] and words[second]) and first not in {
        "non",
        "co",
        "re",
        "pre",
        "sub",
        "self",
        "anti",
        "multi",
    }
