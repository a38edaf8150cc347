"""Comments that a PDF came with: notes, highlights and other marks with words of their own, and where they stand in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.documents.document import Comment, Page
from app.documents.mupdf import check_memory, has_annotations, pymupdf

MOST_NOTES = 10_000
"""Of one page; more is no reviewer's work."""

_LONGEST = 100_000
_ON_WORDS = frozenset({"Highlight", "Underline", "StrikeOut", "Squiggly", "FreeText"})
_NO_COMMENTS = frozenset({"Link", "Popup", "Widget", "FileAttachment"})
_HIDDEN = 2 | 32  # flags of annotations that are not shown on a screen
_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:(Z)|([+-])(\d\d)\'?(\d\d)?)?")
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]+")

Area = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Note:
    """A comment on a page and the areas (x0, y0, x1, y1) of the displayed page that it marks."""

    author: str
    date: str
    text: str
    areas: tuple[Area, ...]
    on_words: bool


@dataclass(slots=True)
class Notes:
    """The comments of a page: those that a reader sees, and the words of those that are hidden."""

    shown: list[Note] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)


def notes_of(page: pymupdf.Page) -> Notes:
    """The comments of one page, in the file's order."""
    found = Notes()
    if not has_annotations(page):
        return found
    for annotation in _annotations(page):
        kind = annotation.type[1]
        info = annotation.info
        text = _cleaned(info["content"])
        if kind in _NO_COMMENTS or not text:
            continue
        if annotation.flags & _HIDDEN:
            found.hidden.append(text)
        else:
            date = _iso(info["modDate"] or info["creationDate"])
            areas = tuple(_areas(annotation, page))
            found.shown.append(Note(_cleaned(info["title"]), date, text, areas, kind in _ON_WORDS))
    return found


def _annotations(page: pymupdf.Page) -> Iterator[pymupdf.Annot]:
    try:
        annotation = page.first_annot
        for _ in range(MOST_NOTES):
            if annotation is None:
                return
            yield annotation
            annotation = annotation.next
    except Exception as error:
        check_memory(error)  # the rest is damaged


def _cleaned(text: str) -> str:
    return _UNWANTED.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))[:_LONGEST].strip()


def _iso(date: str) -> str:
    """A PDF's date in ISO 8601; empty where it is none."""
    found = _DATE.match(date)
    if found is None:
        return ""
    year, month, day, hour, minute, second, utc, sign, hours, minutes = found.groups()
    zone = "Z" if utc else f"{sign}{hours}:{minutes or '00'}" if sign else ""
    return f"{year}-{month or '01'}-{day or '01'}T{hour or '00'}:{minute or '00'}:{second or '00'}{zone}"


def _areas(annotation: pymupdf.Annot, page: pymupdf.Page) -> Iterator[Area]:
    """Where the annotation lies: its quads where it marks words, else its rectangle."""
    points = annotation.vertices or []
    quads = annotation.type[1] in _ON_WORDS and len(points) >= 4 and len(points) % 4 == 0
    rects = [pymupdf.Quad(points[i : i + 4]).rect for i in range(0, len(points), 4)] if quads else [annotation.rect]
    for rect in rects:
        shown = rect * page.rotation_matrix
        yield (shown.x0, shown.y0, shown.x1, shown.y1)


def comments(notes: dict[int, list[Note]], pages: Sequence[Page], quads: NDArray[np.float32]) -> tuple[Comment, ...]:
    """The comments of all pages, by number, at their places in the text; `quads` as in `Document`."""
    found = []
    for number, of_page in notes.items():
        page = pages[number - 1]
        for note in of_page:
            start, end = _place(note, page, quads[page.start : page.end])
            found.append(Comment(note.author, note.date, note.text, start, end))
    return tuple(sorted(found, key=lambda comment: (comment.start, comment.end)))


def _place(note: Note, page: Page, quads: NDArray[np.float32]) -> tuple[int, int]:
    """The characters that the note marks; or the place beside which it stands."""
    inked = np.flatnonzero(quads.any(axis=1))
    if not len(inked):
        return page.start, page.start
    x, y = quads[inked, 0::2].mean(axis=1), quads[inked, 1::2].mean(axis=1)
    if note.on_words:
        within = np.zeros(len(inked), dtype=bool)
        for x0, y0, x1, y1 in note.areas:
            within |= (x0 <= x) & (x <= x1) & (y0 <= y) & (y <= y1)
        if within.any():
            marked = inked[within]
            return page.start + int(marked[0]), page.start + int(marked[-1]) + 1
    x0, y0, x1, y1 = note.areas[0]
    # A line apart counts more than a place along the line.
    near = int(inked[np.argmin(np.abs(x - (x0 + x1) / 2) + 8 * np.abs(y - (y0 + y1) / 2))])
    return page.start + near, page.start + near
