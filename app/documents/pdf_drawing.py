"""What a page looks like: its size, its picture, and how far drawing it is bounded in time and memory."""

from __future__ import annotations

import math
from dataclasses import dataclass

from app.documents.document import Notice
from app.documents.left_out import listed
from app.documents.mupdf import check_memory, pymupdf
from app.errors import FusenError

LARGEST_CONTENT = 128 << 20
"""Bytes that one page's drawing may unpack to; a hundred times as much as the densest usual page."""

LARGE_IMAGE = 250_000_000
"""Pixels of an image that is told of: more than a large sheet scanned finely has (A1 at 500 dots an inch)."""

LARGEST_IMAGE = 384 << 20
"""Bytes that an image may unpack to and still be drawn."""

LARGEST_SIDE = 144_000.0
"""Points, fifty metres: ten times what the standard lets a page measure without a unit of its own."""

A4 = (595.0, 842.0)


class OversizedError(Exception):
    """A page's drawing unpacks to more than `LARGEST_CONTENT`."""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture that a page may draw: its number in the file, its pixels, and the bytes that these unpack to."""

    xref: int
    width: int
    height: int
    unpacked: int


def check_content(pdf: pymupdf.Document, page: pymupdf.Page) -> int:
    """How many bytes the page's drawing unpacks to; keeps nothing. Raises `OversizedError` where there is no end to it."""
    library = pymupdf.mupdf
    try:
        inner = library.pdf_document_from_fz_document(pdf.this)
        contents = library.pdf_page_contents(library.pdf_page_from_fz_page(page.this))
        unpacked = library.fz_skip(library.pdf_open_contents_stream(inner, contents), LARGEST_CONTENT)
    except MemoryError:
        raise
    except Exception:
        return LARGEST_CONTENT  # reading the page meets the same fault, and may get over it
    if unpacked >= LARGEST_CONTENT:
        raise OversizedError
    return int(unpacked)


_COMPONENTS = {"DeviceRGB": 3, "CalRGB": 3, "Lab": 3, "ICCBased": 3, "DeviceCMYK": 4, "DeviceN": 4}


def large_images(pdf: pymupdf.Document, index: int) -> list[Image]:
    """The images of the page that have more than `LARGE_IMAGE` pixels or unpack to more than `LARGEST_IMAGE`."""
    try:
        entries = pdf.get_page_images(index, full=True)
        found = {entry[0]: _image(entry[0], entry[2], entry[3], entry[4], entry[5], entry[8]) for entry in entries}
        found |= {mask: _mask(pdf, mask) for mask in {entry[1] for entry in entries} - {0}}
    except MemoryError:
        raise
    except Exception as error:
        check_memory(error)
        return []  # drawing meets the same fault, and may get over it
    return [image for image in found.values() if _pixels(image) > LARGE_IMAGE or image.unpacked > LARGEST_IMAGE]


def _image(xref: int, width: int, height: int, depth: int, colours: str, filter_: str) -> Image:
    unpacked = width * height * _COMPONENTS.get(colours, 1) * (depth or 8) // 8
    # A JPEG is unpacked no finer than it is drawn.
    return Image(xref, width, height, unpacked // 16 if filter_ == "DCTDecode" else unpacked)


def _mask(pdf: pymupdf.Document, xref: int) -> Image:
    width, height, depth = (
        int(value) if kind == "int" else 0
        for kind, value in (pdf.xref_get_key(xref, key) for key in ("Width", "Height", "BitsPerComponent"))
    )
    return _image(xref, width, height, depth, "", "")


def _pixels(image: Image) -> int:
    return image.width * image.height


def notices_of_images(pages: dict[int, list[Image]]) -> list[Notice]:
    """What the user is told of large images, by page."""
    found = []
    for number, images in list(pages.items())[:5]:
        largest = max(images, key=_pixels)
        left_out = any(image.unpacked > LARGEST_IMAGE for image in images)
        found.append(
            f"Page {number} holds an image of {largest.width:,} × {largest.height:,} pixels"
            + (", which is not shown." if left_out else "; showing it may take long.")
        )
    if len(pages) > 5:
        found.append(f"So do these pages: {listed(list(pages)[5:])}.")
    return [Notice("large-image", " ".join(found))] if found else []


def _leave_out_images(pdf: pymupdf.Document, index: int) -> None:
    """Put, in what is open and not in the file, a mask of one clear pixel in place of the images that would take too much."""
    for image in large_images(pdf, index):
        if image.unpacked > LARGEST_IMAGE:
            pdf.update_object(
                image.xref, "<</Type/XObject/Subtype/Image/ImageMask true/Width 1/Height 1/BitsPerComponent 1>>"
            )
            pdf.update_stream(image.xref, b"\xff", compress=False)


def page_sizes(pdf: pymupdf.Document) -> list[tuple[float, float]]:
    """Displayed width and height of every page in points."""
    return [size_of(pdf, index) for index in range(pdf.page_count)]


def size_of(pdf: pymupdf.Document, index: int) -> tuple[float, float]:
    """Displayed width and height of a page (from 0) in points."""
    try:
        rect = usable_page(pdf, index).rect
        return float(rect.width), float(rect.height)
    except MemoryError:
        raise
    except Exception as error:
        check_memory(error)
        # A page that is broken still has its place in the count; A4 stands in for its size.
        return A4


def usable_page(pdf: pymupdf.Document, index: int) -> pymupdf.Page:
    """A page (from 0); one whose size is absurd gets a usual one, on which its words can be seen. The file stays as it is."""
    page = pdf[index]
    if max(page.rect.width, page.rect.height) <= LARGEST_SIDE:
        return page
    page.set_mediabox(pymupdf.Rect(0, 0, *A4))
    pdf.xref_set_key(page.xref, "UserUnit", "null")
    return pdf.reload_page(page)


def render_page(pdf: pymupdf.Document, number: int, scale: float, target: memoryview) -> tuple[int, int, int]:
    """Draw page `number` (from 1) at `scale` pixels a point into `target` as RGB888; returns width, height, bytes a row."""
    if not 1 <= number <= pdf.page_count:
        raise FusenError("not-found", f"There is no page {number}.", f"The document has {pdf.page_count} pages.")
    try:
        page = usable_page(pdf, number - 1)
        needed = 3 * math.ceil(page.rect.width * scale) * math.ceil(page.rect.height * scale)
        if needed > len(target):
            raise FusenError("too-large", f"Page {number} is too large to be shown at this size.", "Show it smaller.")
        check_content(pdf, page)
        _leave_out_images(pdf, number - 1)
        pixmap = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csRGB, alpha=False)
    except (FusenError, MemoryError):
        raise
    except OversizedError as error:
        raise FusenError("too-large", f"Page {number} unpacks to too much.", "Other pages can be shown.") from error
    except Exception as error:
        check_memory(error)
        raise FusenError("damaged", f"Page {number} cannot be drawn.", "Other pages may be whole.") from error
    size = pixmap.stride * pixmap.height
    if size > len(target):
        raise FusenError("too-large", f"Page {number} is too large to be shown at this size.", "Show it smaller.")
    target[:size] = pixmap.samples_mv[:size]
    return pixmap.width, pixmap.height, pixmap.stride
