"""The numbers and bullets of lists: how long each is, and how much room the marks of one list need. Knows no Qt."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from app.documents.document import Block, Document

HANG = 20.0
"""The room that a mark has at least, in points; wider ones take whole steps of half of it."""

_AIR = 0.4  # behind a mark, in parts of the letters' size
_REACH = 60  # blocks before and behind an item in which its list is looked for
_LONGEST = 60
_LABEL = re.compile(
    r"(?:[-–—*+•●○◦▪■□·・◆◇※‣⁃]"
    r"|[(（\[]?(?:[0-9０-９]{1,4}|[a-zA-Z]{1,2}|[ivxlcIVXLC]{1,7})(?:[.．-][0-9０-９]{1,3}){0,5}[.)．）\]:])\s+(?=\S)"
    r"|[(（][一二三四五六七八九十0-9０-９ア-ン]{1,3}[)）]\s*|[①-⑳㈠-㈩]\s*"
)
_BULLETS = "-*+"

Measure = Callable[[int, str], float]
"""How long words are on a line at a size of letters, in points."""


class ListMarks:
    """The marks of one document's lists. Items of a list that stand near each other begin at one line."""

    def __init__(self, document: Document, measure: Measure) -> None:
        self._document = document
        self._measure = measure
        self._hangs: dict[tuple[int, int], float] = {}

    def length(self, block: Block) -> int:
        """How many characters the mark takes, with the space that follows; none where all or too much of the text is one."""
        most = min(block.end - block.start, _LONGEST)
        if block.source is not None and block.source.label:
            return block.source.label if block.source.label < most else 0
        if block.type != "list-item":
            return 0
        found = _LABEL.match(self._document.text[block.start : block.start + most])
        return found.end() if found is not None and found.end() < block.end - block.start else 0

    def hang(self, number: int, size: int) -> float:
        """The room for the mark of a block, or of the list in which it goes on, at a size of letters."""
        if (number, size) not in self._hangs:
            siblings = [number, *self._siblings(number, -1), *self._siblings(number, 1)]
            widest = max(self._width(sibling, size) for sibling in siblings)
            step = HANG / 2
            hang = max(HANG, step * -(-(widest + _AIR * size) // step))
            self._hangs.update({(sibling, size): hang for sibling in siblings})
        return self._hangs[number, size]

    def _width(self, number: int, size: int) -> float:
        block = self._document.blocks[number]
        mark = self._document.text[block.start : block.start + self.length(block)].rstrip()
        return self._measure(size, mark)

    def _siblings(self, number: int, step: int) -> Iterator[int]:
        """Items of the same list on one side, over those of lists within it."""
        blocks = self._document.blocks
        own = blocks[number]
        for other in range(number + step, number + step * _REACH, step):
            if own.type != "list-item" or not 0 <= other < len(blocks):
                return
            block = blocks[other]
            if block.type != "list-item" or block.cell != own.cell or (block.level or 1) < (own.level or 1):
                return
            if block.level == own.level:
                yield other


def shown_mark(mark: str) -> str:
    """A mark as it is drawn, unit for unit: a stroke or star as a point, the space behind it as a step to the text's column."""
    sign = mark.rstrip()
    if not mark[-1].isspace():
        return mark
    return ("•" if sign in _BULLETS else sign) + "\u200b" * (len(mark) - len(sign) - 1) + "\t"
