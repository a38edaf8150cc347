"""Words that go on from one block to the next: a paragraph over a page's end is two blocks, and one to a reader. Knows no Qt."""

from __future__ import annotations

import re
from bisect import bisect_right

from app.documents.document import Block, Document

CJK = "\u2e80-\u2fdf\u3001-\u30ff\u3400-\u9fff\uf900-\ufaff\uff61-\uff9f\U00020000-\U0003ffff"
"""Characters of Japanese as they stand in brackets of a regular expression: beside them a line's end is no space."""

_FLOWING = frozenset({"paragraph", "list-item", "footnote"})
_SENTENCE_ENDS = re.compile(r"[.!?:;。！？：；．][\"'”’」』）)\]]*\s*\Z")
_WIDE = re.compile(f"[{CJK}\uff01-\uff60]")
_TAIL = 20


def goes_on(document: Document, before: Block, block: Block) -> bool:
    """Whether a block is the rest of the one before it, as where a page ends within a paragraph."""
    return before.page != block.page and may_go_on(document, before, block)


def may_go_on(document: Document, before: Block, block: Block) -> bool:
    """Whether words may run from one block to the next: also where lines stand apart, as those of verses and addresses do."""
    if before.type not in _FLOWING or block.type != "paragraph":
        return False
    tail = document.text[max(before.start, before.end - _TAIL) : before.end]
    return _SENTENCE_ENDS.search(tail) is None


def joins(before: str, after: str) -> bool:
    """Whether a line's end between two characters means nothing; full-width signs and letters belong to Japanese here."""
    return bool(_WIDE.match(before) or _WIDE.match(after))


def joined_text(document: Document, start: int, end: int) -> str:
    """A range of the text as it is copied: what goes on over a page's end is joined, in Japanese without a space."""
    number = max(bisect_right(document.blocks, start, key=lambda block: block.start) - 1, 0)
    parts: list[str] = []
    at, before = start, None
    for block in document.blocks[number:]:
        if block.start >= end:
            break
        if before is not None and block.start > start and goes_on(document, before, block):
            parts.append(document.text[at : max(before.end, at)])
            parts.append("" if joins(document.text[before.end - 1], document.text[block.start]) else " ")
            at = block.start
        before = block
    parts.append(document.text[at:end])
    return "".join(parts)
