"""The passages of a document: the sentences and clauses of its blocks, in reading order.

The model was trained on plain text in which headings are passages like any other, and it needs them to know what a clause
is about; so headings are passages here too. Whether one is shown as a finding is for its importance alone to decide.
Page headers and footers are no passages: they repeat, they stand between the halves of sentences, nobody decides on them.
Nor is a page number that stands in the midst of a page, as where a contract was printed anew from a filing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from app.documents.document import Block, BlockType, Document
from model.segmentation import passages

_NOT_READ: frozenset[BlockType] = frozenset({"page-header", "page-footer"})
_PAGE_NUMBER = re.compile(r"[\s\-–—]*(?:page\s+)?\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?[\s\-–—]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Passage:
    """The text `start:end` of the document's block number `block`; `page` is the one on which it starts."""

    start: int
    end: int
    page: int
    block: int


def document_passages(document: Document) -> list[Passage]:
    """All passages, in the order of the text. None crosses the end of a block."""
    starts = [page.start for page in document.pages]
    found = []
    for number, block in enumerate(document.blocks):
        if block.type in _NOT_READ or _is_page_number(document, block):
            continue
        for start, end in passages(document.text, block.start, block.end):
            # The last page that starts no later; pages without text start where their successor does.
            page = document.pages[max(bisect_right(starts, start) - 1, 0)].number if starts else block.page
            found.append(Passage(start, end, page, number))
    return found


def _is_page_number(document: Document, block: Block) -> bool:
    """A paragraph of nothing but a number; a number in a table is not one."""
    return block.type == "paragraph" and bool(_PAGE_NUMBER.fullmatch(document.text, block.start, block.end))


def ranges_on_page(document: Document, found: Sequence[Passage]) -> list[tuple[int, int]]:
    """What of each passage lies on its own page.

    The readers of this project end a block with its page, so this is all of it; for a document from elsewhere, what runs on
    to the next page has no area on this one.
    """
    ends = {page.number: page.end for page in document.pages}
    return [(passage.start, min(passage.end, ends.get(passage.page, passage.end))) for passage in found]
