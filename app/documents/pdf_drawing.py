"""What a page looks like: its size, its picture, and how far drawing it is bounded in time and memory."""

from __future__ import annotations

import math
from collections import OrderedDict
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

KEPT_PAGES = 4
KEPT_CONTENT = 8 << 20
"""So many pages stay ready to be drawn further, if what they consist of unpacks to no more than so many bytes."""

PixelArea = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels of a whole page at some scale."""


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
        shows = "pixels, which is not shown." if left_out else "pixels; showing it may take long."
        found.append(f"Page {number} holds an image of {largest.width:,} × {largest.height:,} {shows}")
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


class KeptPages:
    """What the pages drawn last consist of, so that a further part of one is drawn without reading the page again."""

    def __init__(self, capacity: int = KEPT_PAGES) -> None:
        self._capacity = capacity
        self._kept: OrderedDict[tuple[int, int], tuple[pymupdf.Document, pymupdf.DisplayList]] = OrderedDict()

    def get(self, pdf: pymupdf.Document, number: int) -> pymupdf.DisplayList | None:
        """The page's list of what is to be drawn, if it is kept."""
        key = (id(pdf), number)
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key][1]

    def keep(self, pdf: pymupdf.Document, number: int, listed: pymupdf.DisplayList) -> None:
        """Keep it; the one that was not used for the longest time goes."""
        self._kept[(id(pdf), number)] = (pdf, listed)  # with the PDF itself, whose id is no other's as long as it lives
        while len(self._kept) > self._capacity:
            self._kept.popitem(last=False)

    def drop(self, pdf: pymupdf.Document) -> None:
        """The PDF is closed."""
        for key in [key for key in self._kept if key[0] == id(pdf)]:
            del self._kept[key]


def render_page(
    pdf: pymupdf.Document,
    number: int,
    scale: float,
    target: memoryview,
    area: PixelArea | None = None,
    kept: KeptPages | None = None,
) -> tuple[int, int, int]:
    """Draw page `number` (from 1) at `scale` pixels a point into `target` as RGB888; returns width, height, bytes a row.

    `area` (left, top, right, bottom in pixels of the whole page at this scale) draws that part alone, white where it reaches
    over the page's edge. Raises `FusenError`: `not-found`, `too-large`, `damaged`.
    """
    if not 1 <= number <= pdf.page_count:
        raise FusenError("not-found", f"There is no page {number}.", f"The document has {pdf.page_count} pages.")
    try:
        listed = kept.get(pdf, number) if kept is not None else None
        if listed is None:
            page = usable_page(pdf, number - 1)
            _check_room(number, page.rect, scale, area, target)
            unpacked = check_content(pdf, page)
            _leave_out_images(pdf, number - 1)
            listed = page.get_displaylist()
            if kept is not None and unpacked <= KEPT_CONTENT:
                kept.keep(pdf, number, listed)
        else:
            _check_room(number, listed.rect, scale, area, target)
        pixmap = _draw(listed, scale, area)
    except (FusenError, MemoryError):
        raise
    except OversizedError as error:
        raise FusenError("too-large", f"Page {number} unpacks to too much.", "Other pages can be shown.") from error
    except Exception as error:
        check_memory(error)
        raise FusenError("damaged", f"Page {number} cannot be drawn.", "Other pages may be whole.") from error
    size = pixmap.stride * pixmap.height
    if size > len(target):
        raise _too_large(number)
    target[:size] = pixmap.samples_mv[:size]
    return pixmap.width, pixmap.height, pixmap.stride


def _check_room(number: int, page: pymupdf.Rect, scale: float, area: PixelArea | None, target: memoryview) -> None:
    left, top, right, bottom = area or (0, 0, math.ceil(page.width * scale), math.ceil(page.height * scale))
    if right <= left or bottom <= top or 3 * (right - left) * (bottom - top) > len(target):
        raise _too_large(number)


def _too_large(number: int) -> FusenError:
    return FusenError("too-large", f"Page {number} is too large to be shown at this size.", "Show it smaller.")


def _draw(listed: pymupdf.DisplayList, scale: float, area: PixelArea | None) -> pymupdf.Pixmap:
    """The pixels of an area, to the pixel: PyMuPDF's own clip is in points, which round to a pixel more or less."""
    library, matrix = pymupdf.mupdf, pymupdf.Matrix(scale, scale)
    if area is None:
        return listed.get_pixmap(matrix=matrix, colorspace=pymupdf.csRGB, alpha=False)
    pixels = library.fz_new_pixmap_with_bbox(pymupdf.csRGB.this, library.FzIrect(*area), library.FzSeparations(), 0)
    library.fz_clear_pixmap_with_value(pixels, 0xFF)
    device = library.fz_new_draw_device(library.FzMatrix(scale, 0, 0, scale, 0, 0), pixels)
    everywhere = library.FzRect(library.FzRect.Fixed_INFINITE)
    library.fz_run_display_list(listed.this, device, library.FzMatrix(), everywhere, library.FzCookie())
    library.fz_close_device(device)
    return pymupdf.Pixmap("raw", pixels)
