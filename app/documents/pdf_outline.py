"""How a PDF numbers its pages and what its outline (bookmarks) lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from app.documents.document import Block, OutlineEntry, Page
from app.documents.mupdf import check_memory, pymupdf

LONGEST_OUTLINE = 20_000
_LONGEST_TITLE = 500
_LONGEST_LABEL = 32
_HIGHEST_NUMBER = 100_000  # in Roman numerals that is a hundred letters
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff\u200b\u2028-\u202e\u2060-\u2069]+")


def labelled(pdf: pymupdf.Document, pages: Sequence[Page]) -> tuple[Page, ...]:
    """The pages with the labels that the file gives them ("iv", "A-3"), where these are not their numbers."""
    labels = page_labels(pdf, len(pages))
    return tuple(
        replace(page, label=label) if label != str(page.number) else page
        for page, label in zip(pages, labels, strict=True)
    )


def page_labels(pdf: pymupdf.Document, count: int) -> list[str]:
    """The label of each of `count` pages as the file gives it; its number where it gives none.

    The count is the caller's: of a damaged file MuPDF may find fewer pages later than at first.
    """
    plain = [str(number) for number in range(1, count + 1)]
    try:
        rules = pdf.get_page_labels()
        if not rules or any(not 0 <= rule.get("firstpagenum", 1) <= _HIGHEST_NUMBER for rule in rules):
            return plain
        given = sorted(pdf._get_page_labels())
        labels = [str(pymupdf.utils.get_label_pno(index, given)) for index in range(count)]
    except Exception as error:
        check_memory(error)
        return plain
    return [_clean(label)[:_LONGEST_LABEL] or number for label, number in zip(labels, plain, strict=True)]


def outline(pdf: pymupdf.Document, blocks: Sequence[Block], text: str) -> tuple[OutlineEntry, ...]:
    """The entries of the outline that lead to a page, each with the start of the block that is its heading, if there is one."""
    try:
        entries = pdf.get_toc(simple=True)
    except Exception as error:
        check_memory(error)
        return ()  # one that runs in a circle, or is damaged
    wanted = {number for _, _, number, *_ in entries}
    heads: dict[tuple[int, str], int] = {}
    for block in blocks:
        if block.page in wanted and block.end - block.start <= _LONGEST_TITLE and block.type != "page-header":
            heads.setdefault((block.page, _letters(text[block.start : block.end])), block.start)
    found = []
    for level, title, number, *_ in entries[:LONGEST_OUTLINE]:
        words = _clean(str(title))[:_LONGEST_TITLE]
        if words and 1 <= number <= pdf.page_count:
            start = heads.get((number, _letters(words)))
            found.append(OutlineEntry(words, max(1, int(level)), int(number), start))
    return tuple(found)


def _clean(text: str) -> str:
    return " ".join(_UNWANTED.sub(" ", text).split())


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
