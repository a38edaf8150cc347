"""Ranges of the text that a reviewer chooses herself: their words and place, a finding made of one, moving an end by a word."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from app.analysis.analysis import Analysis, ScoredPassage, TagScore
from app.analysis.geometry import passage_quads
from app.documents.document import Document
from app.review.findings import Finding, Piece, Span, finding_id

_WORD = re.compile(
    r"[\u4e00-\u9fff々]+|[\u3041-\u309f]+|[\u30a0-\u30ffー]+|[^\W\u3041-\u30ff\u4e00-\u9fff]+(?:['’\-][^\W]+)*|\S"
)
"""A word; in Japanese, which has no spaces, a run of one script."""
_NEAR = 400
"""Characters before and after a place in which the next word is looked for."""


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The range without white space at its ends; an empty one at `start` where nothing else is in it."""
    start, end = max(start, 0), min(end, len(text))
    inside = text[start:end]
    if not inside.strip():
        return start, start
    return start + len(inside) - len(inside.lstrip()), end - len(inside) + len(inside.rstrip())


def span_of(document: Document, start: int, end: int) -> Span:
    """The words and the place of a range, on every page that it touches.

    Raises ValueError for a range that holds nothing but white space.
    """
    start, end = trimmed(document.text, start, end)
    if start == end:
        raise ValueError("a range without words is no passage")
    first, *more = pieces_of(document, start, end)
    return Span(start, end, first.page, document.text[start:end], first.quads, tuple(more))


def pieces_of(document: Document, start: int, end: int) -> tuple[Piece, ...]:
    """What of a range lies on each page: always the page on which it begins, then those behind it that have ink of it."""
    number = max(bisect_right(document.pages, start, key=lambda page: page.start) - 1, 0)
    first = document.pages[number]
    if document.quads is None:
        return (Piece(first.number, ()),)
    pages = [page for page in document.pages[number:] if page is first or page.start < end]
    ranges = [(max(start, page.start), min(end, page.end)) for page in pages]
    if start >= first.end:  # between two pages, or behind the last
        ranges[0] = (start, min(end, pages[1].start) if len(pages) > 1 else end)
    places = passage_quads(document.quads, ranges)
    pieces = [Piece(page.number, quads) for page, quads in zip(pages, places, strict=True)]
    return (pieces[0], *(piece for piece in pieces[1:] if piece.quads))


def added_finding(document: Document, analysis: Analysis | None, start: int, end: int) -> Finding:
    """The undecided finding that a range begins as: importance and tags are those of the passages that it overlaps.

    Of several, the most important one says how important, and each tag has its highest probability. Where there is none the
    model has no say: importance 0 of an interval from 0 to 1, and rank 0. Raises ValueError for a range without words.
    """
    span = span_of(document, start, end)
    passages = analysis.passages if analysis is not None else ()
    overlapped = [passage for passage in passages if passage.start < span.end and span.start < passage.end]
    first = max(overlapped, key=lambda passage: passage.importance, default=None)
    return Finding(
        id=finding_id(document.sha256, span.start, span.end, span.text),
        document_sha256=document.sha256,
        start=span.start,
        end=span.end,
        page=span.page,
        text=span.text,
        quads=span.quads,
        more=span.more,
        importance=first.importance if first else 0.0,
        interval=first.interval if first else (0.0, 1.0),
        tags=_tags(overlapped),
        rank=first.rank if first else 0,
        selected=False,
    )


def _tags(passages: Iterable[ScoredPassage]) -> tuple[TagScore, ...]:
    best: dict[str, float] = {}
    for tag in (tag for passage in passages for tag in passage.tags):
        best[tag.tag] = max(tag.probability, best.get(tag.tag, 0.0))
    return tuple(TagScore(tag, best[tag]) for tag in sorted(best, key=lambda tag: -best[tag]))


def chosen_tags(finding: Finding, tags: Iterable[str]) -> tuple[TagScore, ...]:
    """Scores of the tags that a reviewer chose: the model's where it knows one, 1 for what she added. The model's come first."""
    proposed = finding.tags if finding.proposed_tags is None else finding.proposed_tags
    wanted = dict.fromkeys(tags)
    known = {tag.tag for tag in proposed}
    return (
        *(tag for tag in proposed if tag.tag in wanted),
        *(TagScore(tag, 1.0) for tag in wanted if tag not in known),
    )


def next_end(text: str, start: int, end: int, step: int) -> int:
    """The end of the range one word further (`step` 1) or back (-1); at least one word stays."""
    if step > 0:
        ends = (word_end for _, word_end in _words(text, end, end + _NEAR))
        return next((word_end for word_end in ends if word_end > end), end)
    ends = (word_end for _, word_end in _words(text, max(start, end - _NEAR), end))
    return max((word_end for word_end in ends if start < word_end < end), default=end)


def next_start(text: str, start: int, end: int, step: int) -> int:
    """The start of the range one word further (`step` 1) or back (-1); at least one word stays."""
    if step > 0:
        starts = (word_start for word_start, _ in _words(text, start, min(end, start + _NEAR)))
        return next((word_start for word_start in starts if start < word_start < end), start)
    starts = (word_start for word_start, _ in _words(text, start - _NEAR, start))
    return max((word_start for word_start in starts if word_start < start), default=start)


def nearest_end(text: str, start: int, offset: int) -> int:
    """The end of the word that holds `offset`, behind `start`: where the range ends that is drawn to that character."""
    ends = [word_end for _, word_end in _words(text, max(start, offset - _NEAR), offset + _NEAR)]
    return min((e for e in ends if e > max(offset, start)), default=max(offset + 1, start + 1))


def nearest_start(text: str, end: int, offset: int) -> int:
    """The start of the word that holds `offset`, before `end`."""
    starts = [word_start for word_start, _ in _words(text, offset - _NEAR, min(offset + _NEAR, end))]
    return max((s for s in starts if s <= min(offset, end - 1)), default=min(offset, end - 1))


def _words(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Start and end of the words from `start` on up to `end`; one that lies across either is cut."""
    for found in _WORD.finditer(text, max(start, 0), min(end, len(text))):
        yield found.span()
