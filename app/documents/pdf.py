"""The one adapter to PyMuPDF: open, measure, draw and read a PDF, with every failure as a `FusenError`.

PyMuPDF is not safe in threads and is run in the document worker only.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.documents.building import TextBuilder
from app.documents.document import Document, Notice
from app.documents.files import check_readable, head_of, sha256_of
from app.documents.guessing import guess_kind, guess_language
from app.documents.layout import PageLines, lay_out
from app.documents.pdf_lines import page_lines
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
    if re.search(r"\b[cm]alloc\b|\brealloc\b|out of memory", str(error), re.IGNORECASE):
        raise MemoryError(str(error)) from error


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
        return 595.0, 842.0


def render_page(pdf: pymupdf.Document, number: int, scale: float, target: memoryview) -> tuple[int, int, int]:
    """Draw page `number` (from 1) at `scale` pixels a point into `target` as RGB888; returns width, height, bytes a row."""
    if not 1 <= number <= pdf.page_count:
        raise FusenError("not-found", f"There is no page {number}.", f"The document has {pdf.page_count} pages.")
    try:
        page = pdf[number - 1]
        needed = 3 * math.ceil(page.rect.width * scale) * math.ceil(page.rect.height * scale)
        if needed > len(target):
            raise FusenError("too-large", f"Page {number} is too large to be shown at this size.", "Show it smaller.")
        pixmap = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csRGB, alpha=False)
    except (FusenError, MemoryError):
        raise
    except Exception as error:
        _check_memory(error)
        raise FusenError("damaged", f"Page {number} cannot be drawn.", "Other pages may be whole.") from error
    size = pixmap.stride * pixmap.height
    if size > len(target):
        raise FusenError("too-large", f"Page {number} is too large to be shown at this size.", "Show it smaller.")
    target[:size] = pixmap.samples_mv[:size]
    return pixmap.width, pixmap.height, pixmap.stride


def read_pdf(path: Path, password: str | None = None, progress: ReadProgress | None = None) -> Document:
    """The whole text of a PDF with a quad for each code point. Raises `FusenError`, or what `progress` raises."""
    pdf = open_pdf(path, password)
    try:
        return _read(pdf, path, progress)
    finally:
        pdf.close()


def _read(pdf: pymupdf.Document, path: Path, progress: ReadProgress | None) -> Document:
    pages: list[PageLines] = []
    broken: list[int] = []
    for index in range(pdf.page_count):
        width, height = _size(pdf, index)
        try:
            lines = _lines(pdf, index)
        except MemoryError:
            raise
        except Exception as error:
            _check_memory(error)
            # One broken page does not take the others from the reader.
            lines = []
            broken.append(index + 1)
        pages.append(PageLines(width, height, lines))
        if progress is not None:
            progress(index + 1, pdf.page_count)
    builder = TextBuilder()
    for page, blocks in zip(pages, lay_out(pages), strict=True):
        builder.begin_page(page.width, page.height)
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
        warnings=_warnings(pdf, pages, broken),
        quads=quads,
    )


def _lines(pdf: pymupdf.Document, index: int) -> list[Any]:
    page = pdf[index]
    raw = page.get_text("rawdict", flags=_FLAGS)
    return page_lines(raw, tuple(page.rotation_matrix), _recover_quad)


def _recover_quad(direction: Any, span: Any, char: Any) -> tuple[float, ...]:
    quad = pymupdf.recover_char_quad(direction, span, char)
    return (*quad.ul, *quad.ur, *quad.lr, *quad.ll)


def _warnings(pdf: pymupdf.Document, pages: list[PageLines], broken: list[int]) -> tuple[Notice, ...]:
    notices: list[Notice] = []
    if pdf.is_repaired:
        notices.append(Notice("repaired", "The file was damaged and has been repaired; something may be missing."))
    if broken:
        notices.append(Notice("page-damaged", f"These pages could not be read: {_listed(broken)}."))
    silent = [i for i, page in enumerate(pages, 1) if not page.lines and i not in broken]
    if len(silent) + len(broken) == len(pages):
        notices.append(Notice("no-text", "The pages are pictures without text, so there is nothing to analyse."))
    elif silent:
        notices.append(Notice("pages-without-text", f"These pages have no text and were not read: {_listed(silent)}."))
    return tuple(notices)


def _listed(numbers: list[int]) -> str:
    shown = ", ".join(str(number) for number in numbers[:20])
    return shown + (f" and {len(numbers) - 20} more" if len(numbers) > 20 else "")
