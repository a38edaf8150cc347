"""Finds a table of contents, whose lines are no clauses: it ends where the first heading that it lists comes again."""

from __future__ import annotations

import re

from app.analysis.structure.passages import Walked

_TITLE = re.compile(r"(?:table\s+of\s+)?contents|index|目[\s　]*次", re.IGNORECASE)
_MOST_LINES = 1000
_MOST_TABLES = 20
_LONGEST_TITLE = 40
_AROUND = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_SPACE = re.compile(r"\s+")


def contents_passages(walked: Walked) -> set[int]:
    """The passages of all tables of contents, from their titles on."""
    found: set[int] = set()
    tried = 0
    for index, text in enumerate(walked.texts):
        if index not in found and len(text) < _LONGEST_TITLE and _TITLE.fullmatch(text.strip(" :.　")):
            found |= _lines(walked, index)
            tried += 1
            if tried == _MOST_TABLES:
                break
    return found


def _lines(walked: Walked, title: int) -> set[int]:
    """All passages between the title and the first line that says again what one after the title said."""
    seen: set[str] = set()
    last = min(title + _MOST_LINES, len(walked.texts))
    for index in range(title + 1, last):
        words = _words(walked.texts[index])
        block = walked.document.blocks[walked.passages[index].block]
        if words in seen and (block.type == "heading" or walked.outline.labels[index] is not None):
            return set(range(title, index))
        if words:
            seen.add(words)
    return {title}


def _words(text: str) -> str:
    """A line without its number, its leaders and the number of its page."""
    return _SPACE.sub(" ", _AROUND.sub("", text)).casefold() if len(text) < 200 else ""
