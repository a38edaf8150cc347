"""Reading a PDF: pages to lines to blocks, with what must be said of the file beside its text.

Runs in the document worker only, see `app.documents.mupdf`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.documents import left_out as leaving_out
from app.documents import pdf_hidden, pdf_notes, pdf_outline, pdf_text_layer
from app.documents.building import TextBuilder
from app.documents.collecting import without_collection
from app.documents.document import Document, Notice
from app.documents.files import sha256_of
from app.documents.guessing import guess_kind, guess_language
from app.documents.layout import PageLines, lay_out
from app.documents.left_out import BeginPage, Reason, listed
from app.documents.mupdf import FLAGS, check_memory, is_of_memory, pymupdf
from app.documents.pdf_cautions import cautions
from app.documents.pdf_drawing import (
    A4,
    Image,
    OversizedError,
    check_content,
    large_images,
    notices_of_images,
    size_of,
    usable_page,
)
from app.documents.pdf_hidden import Sifted
from app.documents.pdf_lines import Line, page_lines
from app.documents.pdf_opening import open_pdf, was_repaired
from app.documents.pdf_spans import Span, spans_of
from app.documents.raised import with_marks_in_place
from app.documents.recognition.pages import PageRecognition
from app.documents.rules import Rules, rules_of

log = logging.getLogger(__name__)

ReadProgress = Callable[[int, int], None]

_DRAWING = 1 << 20
"""Pages whose drawing unpacks to more bytes are pictures rather than text with tables; their lines would need much memory."""

FILE_SECONDS, FILE_SECONDS_A_PAGE = 60.0, 0.2
"""How long the pages of a file may take together; what is then unread is left out. Usual pages take a hundredth of a second."""


def read_pdf(
    path: Path,
    password: str | None = None,
    progress: ReadProgress | None = None,
    *,
    begin: BeginPage | None = None,
    left_out: Mapping[int, Reason] = leaving_out.NOTHING,
    recognition: PageRecognition | None = None,
) -> Document:
    """The whole text of a PDF with a quad for each code point, but for the pages `left_out`, which are not touched.

    With `recognition`, made for this reading, pages that are pictures are recognised as it says.
    A page that needs too much memory is left out, as are those that are unread when the file's time is over. Raises
    `FusenError`, also when no page is left, or what `begin` or `progress` raises.
    """
    pdf = open_pdf(path, password)
    layered = None
    try:
        layered = pdf_text_layer.layers_shown(pdf, path, password)
        file = _File(path, pdf, layered, pdf_text_layer.Fonts(pdf))
        pages = _Pages(dict(left_out), recognition or PageRecognition("off"))
        return _read(file, progress, begin, pages)
    finally:
        pdf.close()
        if layered is not None:
            layered.close()


@dataclass(frozen=True, slots=True)
class _File:
    """What is open: the file, the same with all its layers where some are off, and what is known of its fonts."""

    path: Path
    pdf: pymupdf.Document
    layered: pymupdf.Document | None
    fonts: pdf_text_layer.Fonts


@dataclass(slots=True)
class _Pages:
    """What became of the pages so far: their lines, and the numbers of those that have none for a reason."""

    left_out: dict[int, Reason]
    recognition: PageRecognition
    read: list[PageLines] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    images: dict[int, list[Image]] = field(default_factory=dict)
    sifted: dict[int, Sifted] = field(default_factory=dict)
    notes: dict[int, list[pdf_notes.Note]] = field(default_factory=dict)
    contradicting: list[int] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)
    unchecked: set[int] = field(default_factory=set)

    def hide(self, number: int, cause: pdf_hidden.Cause, words: Sequence[str]) -> None:
        """Note words of a page that no reader sees."""
        if words:
            self.sifted.setdefault(number, Sifted()).add(cause, words)


def _read(file: _File, progress: ReadProgress | None, begin: BeginPage | None, pages: _Pages) -> Document:
    count = file.pdf.page_count
    over = time.monotonic() + FILE_SECONDS + FILE_SECONDS_A_PAGE * count
    for number in range(1, count + 1):
        if time.monotonic() > over + pages.recognition.seconds:
            pages.left_out.setdefault(number, "timeout")
        if number not in pages.left_out and begin is not None:
            begin(number, count)
        with without_collection():  # a page is very many small values, and they are gone with it
            page = _read_page(file, number, pages)
        pages.read.append(page)
        if number not in pages.left_out and number not in pages.broken:
            _recognise(file, number, page, pages)
        if progress is not None:
            progress(number, count)
    if len(pages.left_out) + len(pages.broken) == count and pages.left_out:
        raise leaving_out.nothing_left(file.path, pages.left_out)
    builder = TextBuilder()
    laid = pages.recognition.instead(pages.read)
    with without_collection():
        laid_out = lay_out(laid)
    for number, (page, blocks) in enumerate(zip(pages.read, laid_out, strict=True), 1):
        builder.begin_page(page.width, page.height, pages.recognition.of(number))
        for block in blocks:
            builder.add(block.type, block.text, block.level, block.quads)
    text, made, parts, quads = builder.finish()
    return Document(
        file=str(file.path),
        sha256=sha256_of(file.path),
        format="pdf",
        language=guess_language(text),
        kind=guess_kind(text),
        page_count=len(made),
        text=text,
        pages=pdf_outline.labelled(file.pdf, made),
        blocks=parts,
        warnings=_warnings(file.pdf, pages, laid),
        quads=quads,
        comments=pdf_notes.comments(pages.notes, made, quads),
        outline=pdf_outline.outline(file.pdf, parts, text),
    )


def _recognise(file: _File, number: int, lines: PageLines, pages: _Pages) -> None:
    """Recognise the page where that is wanted; what was damaged so that it is lost meanwhile keeps its lines."""
    try:
        page = usable_page(file.pdf, number - 1)
    except Exception as error:
        check_memory(error)
        return
    pages.recognition.read(page, number, file.pdf.page_count, lines)


def _read_page(file: _File, number: int, pages: _Pages) -> PageLines:
    """One page's lines; without any where it is broken or left out, which does not take the others from the reader."""
    if number in pages.left_out:
        return PageLines(*A4, [])
    size = A4
    try:
        size = size_of(file.pdf, number - 1)
        return PageLines(*size, *_lines(file, number, pages))
    except OversizedError:
        pages.left_out[number] = "too-large"
        return PageLines(*size, [])
    except Exception as error:
        if is_of_memory(error):
            pages.left_out[number] = "out-of-memory"
            pymupdf.TOOLS.store_shrink(100)  # what MuPDF keeps for later may have been what was missing
        else:
            pages.broken.append(number)
        return PageLines(*size, [])


def _lines(file: _File, number: int, pages: _Pages) -> tuple[list[Line], Rules]:
    page = usable_page(file.pdf, number - 1)
    size = check_content(file.pdf, page)
    images = large_images(file.pdf, number - 1)
    if images:
        pages.images[number] = images
    flags = FLAGS | pymupdf.TEXT_ACCURATE_BBOXES | (pymupdf.TEXT_COLLECT_VECTORS if size < _DRAWING else 0)
    raw = page.get_text("rawdict", flags=flags)
    given = _Given(page, number, flags, raw, spans_of(raw), drawable=not images)
    for check in (_compare, _sift, _take_notes):
        try:
            check(file, given, pages)
        except Exception as error:
            if is_of_memory(error):
                raise
            # What is damaged here need not keep the rest of the page from the reader.
            log.debug("page %d: %s failed: %s", number, check.__name__, error)
            pages.unchecked.add(number)
    matrix = tuple(page.rotation_matrix)
    return with_marks_in_place(page_lines(given.raw, matrix)), rules_of(given.raw, matrix)


@dataclass(slots=True)
class _Given:
    """A page as MuPDF gives it, "rawdict" in `raw` by `flags` with its `spans`, which the checks change to what is shown."""

    page: pymupdf.Page
    number: int
    flags: int
    raw: dict[str, Any]
    spans: list[Span]
    drawable: bool


def _compare(file: _File, given: _Given, pages: _Pages) -> None:
    """Whether the text is what is drawn; the letters of what is drawn where the file gives other words for it."""
    number = given.number
    layered = None if file.layered is None else file.layered[number - 1]
    compared = pdf_text_layer.compare(given.page, "".join([span.text for span in given.spans]), layered)
    if compared.contradicts:
        given.raw = pdf_text_layer.without_stand_ins(given.page, given.flags)
        given.spans = spans_of(given.raw)
    for cause, words in compared.unseen.items():
        pages.hide(number, cause, words)
    wrong, unmapped = file.fonts.of_page(number - 1)
    if compared.contradicts or wrong:
        pages.contradicting.append(number)
    elif pdf_text_layer.is_unreadable(given.spans, unmapped):
        pages.unreadable.append(number)


def _sift(file: _File, given: _Given, pages: _Pages) -> None:
    """Take out what no reader sees."""
    found = pages.sifted.setdefault(given.number, Sifted())
    pdf_hidden.sift(given.page, given.raw, given.spans, found, drawable=given.drawable)


def _take_notes(file: _File, given: _Given, pages: _Pages) -> None:
    """Comments, and the words of those that are hidden."""
    notes = pdf_notes.notes_of(given.page)
    pages.hide(given.number, "comment", notes.hidden)
    if notes.shown:
        pages.notes[given.number] = notes.shown


def _warnings(pdf: pymupdf.Document, pages: _Pages, laid: list[PageLines]) -> tuple[Notice, ...]:
    notices: list[Notice] = []
    if was_repaired(pdf):
        notices.append(Notice("repaired", "The file was damaged and has been repaired; something may be missing."))
    notices.extend(leaving_out.notices(pages.left_out))
    if pages.broken:
        notices.append(Notice("page-damaged", f"These pages could not be read: {listed(pages.broken)}."))
    notices.extend(pdf_hidden.notices(pages.sifted, pages.recognition.told()))
    notices.extend(pdf_text_layer.notices(pages.contradicting, pages.unreadable))
    notices.extend(notices_of_images(pages.images))
    notices.extend(cautions(pdf))
    if pages.unchecked:
        told = f"Whether all the text is seen could not be checked on these pages: {listed(pages.unchecked)}."
        notices.append(Notice("page-unchecked", told))
    unread = {*pages.broken, *pages.left_out}
    silent = [number for number, page in enumerate(laid, 1) if not page.lines and number not in unread]
    notices.extend(_without_text(silent, len(laid), pages.recognition.advice(silent)))
    notices.extend(pages.recognition.notices())
    return tuple(notices)


def _without_text(silent: Collection[int], count: int, advice: str) -> list[Notice]:
    if len(silent) == count:
        told = f"The pages are pictures without text, so there is nothing to analyse. {advice}".strip()
        return [Notice("no-text", told)]
    if silent:
        told = f"These pages have no text and were not read: {listed(silent)}. {advice}".strip()
        return [Notice("pages-without-text", told)]
    return []
