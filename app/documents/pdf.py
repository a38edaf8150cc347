"""The one adapter to PyMuPDF: open, measure, draw and read a PDF, with every failure as a `FusenError`.

PyMuPDF is not safe in threads and is run in the document worker only.
"""

from __future__ import annotations

import math
import re
import sys
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.documents import left_out as leaving_out
from app.documents.building import TextBuilder
from app.documents.document import Document, Notice
from app.documents.files import check_readable, head_of, sha256_of
from app.documents.guessing import guess_kind, guess_language
from app.documents.layout import PageLines, lay_out
from app.documents.left_out import BeginPage, Reason, listed
from app.documents.pdf_lines import page_lines
from app.documents.recognition.pages import PageRecognition
from app.errors import FusenError

# PyMuPDF tries to import its layout model and Markdown converter, which load ONNX Runtime: five times the time to start
# and three times the memory for what is not used here. None makes those imports fail, for which PyMuPDF is prepared.
for _unused in ("pymupdf.layout", "pymupdf4llm"):
    sys.modules.setdefault(_unused, None)  # type: ignore[arg-type]

import pymupdf  # noqa: E402

pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)
pymupdf.no_recommend_layout()

ReadProgress = Callable[[int, int], None]

_FLAGS = pymupdf.TEXT_PRESERVE_LIGATURES | pymupdf.TEXT_MEDIABOX_CLIP
# Enough of the white space and junk that programs put before the header.
_HEAD = 1024

LARGEST_PAGE_COUNT = 50_000

FILE_SECONDS, FILE_SECONDS_A_PAGE = 60.0, 0.2
"""How long the pages of a file may take together; what is then unread is left out. Usual pages take a hundredth of a second."""

LARGEST_CONTENT = 128 << 20
"""Bytes that one page's drawing may unpack to; a hundred times as much as the densest usual page."""

_A4 = (595.0, 842.0)


def open_pdf(path: Path, password: str | None = None) -> pymupdf.Document:
    """The opened and, where needed, unlocked file, with at least one page. Raises `FusenError`."""
    check_readable(path)
    if b"%PDF-" not in head_of(path, _HEAD):
        raise FusenError("unsupported", f"{path.name} is not a PDF, whatever its name says.", "Open the original file.")
    try:
        pdf = pymupdf.open(path, filetype="pdf")
        if pdf.needs_pass:
            _unlock(pdf, path, password)
        if not pdf.is_pdf or pdf.page_count < 1:
            raise _damaged(path)
        if pdf.page_count > LARGEST_PAGE_COUNT:
            raise FusenError(
                "too-large", f"{path.name} has more than {LARGEST_PAGE_COUNT:,} pages.", "Split it and open the parts."
            )
    except (FusenError, MemoryError):
        raise
    except Exception as error:
        _check_memory(error)
        # MuPDF's errors have no tree that tells damage from limits; all of them mean that this file cannot be opened.
        raise _damaged(path) from error
    return pdf


def _unlock(pdf: pymupdf.Document, path: Path, password: str | None) -> None:
    if password is None:
        raise FusenError("encrypted", f"{path.name} is protected by a password.", "Enter its password.")
    if not pdf.authenticate(password):
        raise FusenError("wrong-password", f"The password does not open {path.name}.", "Check it and enter it again.")


def _damaged(path: Path) -> FusenError:
    return FusenError(
        "damaged",
        f"{path.name} is damaged and has no page that can be shown.",
        "Ask for the file again, or for another copy.",
    )


def _check_memory(error: Exception) -> None:
    """MuPDF reports a failed allocation as an error like any other; here it is a `MemoryError`."""
    if _is_of_memory(error):
        raise MemoryError(str(error)) from error


def _is_of_memory(error: Exception) -> bool:
    told = re.search(r"\b[cm]alloc\b|\brealloc\b|out of memory|bad_alloc", str(error), re.IGNORECASE)
    return isinstance(error, MemoryError) or told is not None


class _OversizedError(Exception):
    """A page's drawing unpacks to more than `LARGEST_CONTENT`."""


def _check_content(pdf: pymupdf.Document, page: pymupdf.Page) -> None:
    """Raise `_OversizedError` for a page that unpacks without end. Unpacks up to the limit and keeps nothing."""
    library = pymupdf.mupdf
    try:
        inner = library.pdf_document_from_fz_document(pdf.this)
        contents = library.pdf_page_contents(library.pdf_page_from_fz_page(page.this))
        unpacked = library.fz_skip(library.pdf_open_contents_stream(inner, contents), LARGEST_CONTENT)
    except MemoryError:
        raise
    except Exception:
        return  # reading the page meets the same fault, and may get over it
    if unpacked >= LARGEST_CONTENT:
        raise _OversizedError


def page_sizes(pdf: pymupdf.Document) -> list[tuple[float, float]]:
    """Displayed width and height of every page in points."""
    return [_size(pdf, index) for index in range(pdf.page_count)]


def _size(pdf: pymupdf.Document, index: int) -> tuple[float, float]:
    try:
        rect = pdf[index].rect
        return float(rect.width), float(rect.height)
    except MemoryError:
        raise
    except Exception as error:
        _check_memory(error)
        # A page that is broken still has its place in the count; A4 stands in for its size.
        return _A4


def render_page(pdf: pymupdf.Document, number: int, scale: float, target: memoryview) -> tuple[int, int, int]:
    """Draw page `number` (from 1) at `scale` pixels a point into `target` as RGB888; returns width, height, bytes a row."""
    if not 1 <= number <= pdf.page_count:
        raise FusenError("not-found", f"There is no page {number}.", f"The document has {pdf.page_count} pages.")
    try:
        page = pdf[number - 1]
        needed = 3 * math.ceil(page.rect.width * scale) * math.ceil(page.rect.height * scale)
        if needed > len(target):
            raise FusenError("too-large", f"Page {number} is too large to be shown at this size.", "Show it smaller.")
        _check_content(pdf, page)
        pixmap = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csRGB, alpha=False)
    except (FusenError, MemoryError):
        raise
    except _OversizedError as error:
        raise FusenError("too-large", f"Page {number} unpacks to too much.", "Other pages can be shown.") from error
    except Exception as error:
        _check_memory(error)
        raise FusenError("damaged", f"Page {number} cannot be drawn.", "Other pages may be whole.") from error
    size = pixmap.stride * pixmap.height
    if size > len(target):
        raise FusenError("too-large", f"Page {number} is too large to be shown at this size.", "Show it smaller.")
    target[:size] = pixmap.samples_mv[:size]
    return pixmap.width, pixmap.height, pixmap.stride


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
    try:
        pages = _Pages(dict(left_out), recognition or PageRecognition("off"))
        return _read(pdf, path, progress, begin, pages)
    finally:
        pdf.close()


@dataclass(slots=True)
class _Pages:
    """What became of the pages so far: their lines, and the numbers of those that have none for a reason."""

    left_out: dict[int, Reason]
    recognition: PageRecognition
    read: list[PageLines] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)


def _read(
    pdf: pymupdf.Document, path: Path, progress: ReadProgress | None, begin: BeginPage | None, pages: _Pages
) -> Document:
    count = pdf.page_count
    over = time.monotonic() + FILE_SECONDS + FILE_SECONDS_A_PAGE * count
    for number in range(1, count + 1):
        if time.monotonic() > over + pages.recognition.seconds:
            pages.left_out.setdefault(number, "timeout")
        if number not in pages.left_out and begin is not None:
            begin(number, count)
        page = _read_page(pdf, number, pages)
        pages.read.append(page)
        if number not in pages.left_out and number not in pages.broken:
            pages.recognition.read(pdf[number - 1], number, count, page)
        if progress is not None:
            progress(number, count)
    if len(pages.left_out) + len(pages.broken) == count and pages.left_out:
        raise leaving_out.nothing_left(path, pages.left_out)
    builder = TextBuilder()
    laid = pages.recognition.instead(pages.read)
    for number, (page, blocks) in enumerate(zip(pages.read, lay_out(laid), strict=True), 1):
        builder.begin_page(page.width, page.height, pages.recognition.of(number))
        for block in blocks:
            builder.add(block.type, block.text, block.level, block.quads)
    text, made, parts, quads = builder.finish()
    return Document(
        file=str(path),
        sha256=sha256_of(path),
        format="pdf",
        language=guess_language(text),
        kind=guess_kind(text),
        page_count=len(made),
        text=text,
        pages=made,
        blocks=parts,
        warnings=_warnings(pdf, pages, laid),
        quads=quads,
    )


def _read_page(pdf: pymupdf.Document, number: int, pages: _Pages) -> PageLines:
    """One page's lines; without any where it is broken or left out, which does not take the others from the reader."""
    if number in pages.left_out:
        return PageLines(*_A4, [])
    size = _A4
    try:
        size = _size(pdf, number - 1)
        return PageLines(*size, _lines(pdf, number - 1))
    except _OversizedError:
        pages.left_out[number] = "too-large"
        return PageLines(*size, [])
    except Exception as error:
        if _is_of_memory(error):
            pages.left_out[number] = "out-of-memory"
            pymupdf.TOOLS.store_shrink(100)  # what MuPDF keeps for later may have been what was missing
        else:
            pages.broken.append(number)
        return PageLines(*size, [])


def _lines(pdf: pymupdf.Document, index: int) -> list[Any]:
    page = pdf[index]
    _check_content(pdf, page)
    raw = page.get_text("rawdict", flags=_FLAGS)
    return page_lines(raw, tuple(page.rotation_matrix), _recover_quad)


def _recover_quad(direction: Any, span: Any, char: Any) -> tuple[float, ...]:
    quad = pymupdf.recover_char_quad(direction, span, char)
    return (*quad.ul, *quad.ur, *quad.lr, *quad.ll)


def _warnings(pdf: pymupdf.Document, pages: _Pages, laid: list[PageLines]) -> tuple[Notice, ...]:
    notices: list[Notice] = []
    if pdf.is_repaired:
        notices.append(Notice("repaired", "The file was damaged and has been repaired; something may be missing."))
    notices.extend(leaving_out.notices(pages.left_out))
    if pages.broken:
        notices.append(Notice("page-damaged", f"These pages could not be read: {listed(pages.broken)}."))
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
