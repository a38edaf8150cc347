"""The picture of a passage on its page, with what stands around it and a highlight on its words, for slides.

Runs in the document worker. The page is drawn with the bounds of time and memory that hold in the window too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.documents.document import Quad
from app.documents.mupdf import pymupdf
from app.documents.pdf_drawing import PixelArea, render_page, size_of
from app.errors import FusenError

_AROUND = 34.0
"""Points of the page that show beside a passage, in which a line or two of its surroundings can be read."""
_NARROWEST = 0.8
"""Share of the page's width that shows at least, so that words have the same size on most slides."""
_FLATTEST, _TALLEST = 0.42, 0.62
"""Height in widths of the picture; what is taller does not fit beside what is said of it."""
_AMBER = (255, 214, 92)
_LARGEST_SCALE = 4.0


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG, its size in pixels, and whether the passage is all on it."""

    png: bytes
    width: int
    height: int
    whole: bool = True


def passage_picture(pdf: pymupdf.Document, page: int, quads: Sequence[Quad], width: int) -> Picture:
    """Draw the part of page `page` (from 1) around `quads`, `width` pixels wide. Raises FusenError as `render_page` does."""
    if not 1 <= page <= pdf.page_count or not quads:
        raise FusenError("not-found", f"There is no passage to draw on page {page}.", "Analyse the document again.")
    left, top, right, bottom = _area(size_of(pdf, page - 1), quads)
    scale = min(_LARGEST_SCALE, width / max(1.0, right - left))
    area: PixelArea = (
        math.floor(left * scale),
        math.floor(top * scale),
        math.ceil(right * scale),
        math.ceil(bottom * scale),
    )
    columns, rows = area[2] - area[0], area[3] - area[1]
    buffer = bytearray(3 * rows * columns)
    render_page(pdf, page, scale, memoryview(buffer), area)
    pixels = np.frombuffer(buffer, dtype=np.uint8).reshape(rows, columns, 3)  # (y, x, colour)
    for quad in quads:
        _tint(pixels, np.asarray(quad).reshape(4, 2) * scale - np.asarray(area[:2]))
    drawn = pymupdf.Pixmap(pymupdf.csRGB, columns, rows, bytes(buffer), False)
    whole = max(max(quad[1::2]) for quad in quads) <= bottom + 1
    return Picture(bytes(drawn.tobytes("png")), columns, rows, bool(whole))  # no values of numpy, which do not travel


def _area(size: tuple[float, float], quads: Sequence[Quad]) -> tuple[float, float, float, float]:
    """Left, top, right, bottom on the page in points."""
    corners = np.asarray(quads, dtype=np.float64).reshape(-1, 2)  # (corners, x and y)
    (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
    left, right = _widened(x0 - _AROUND, x1 + _AROUND, _NARROWEST * size[0], size[0])
    wide = right - left
    top, bottom = _widened(y0 - _AROUND, y1 + _AROUND, _FLATTEST * wide, size[1])
    return left, top, right, min(bottom, top + _TALLEST * wide)


def _widened(low: float, high: float, least: float, limit: float) -> tuple[float, float]:
    """At least so long, and within the page: what is missing is taken from both sides, as far as there is room."""
    missing = max(0.0, least - (high - low)) / 2
    low, high = low - missing, high + missing
    shift = min(0.0, limit - high) + max(0.0, -low)
    return max(0.0, low + shift), min(limit, high + shift)


def _tint(pixels: NDArray[np.uint8], corners: NDArray[np.float64]) -> None:
    """Colour what lies in a convex area of four corners, as a marker pen does: black stays black."""
    rows, columns, _ = pixels.shape
    x0, y0 = (max(0, math.floor(v)) for v in corners.min(axis=0))
    x1, y1 = (math.ceil(v) for v in corners.max(axis=0))
    x1, y1 = min(columns, x1), min(rows, y1)
    if x0 >= x1 or y0 >= y1:
        return
    ys, xs = np.mgrid[y0:y1, x0:x1] + 0.5  # (height, width) each: the middles of the pixels
    sides = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = end - start
        sides.append(along[0] * (ys - start[1]) - along[1] * (xs - start[0]))
    stacked = np.stack(sides)
    inside = (stacked >= 0).all(axis=0) | (stacked <= 0).all(axis=0)
    part = pixels[y0:y1, x0:x1]
    part[inside] = (part[inside].astype(np.uint16) * np.asarray(_AMBER, dtype=np.uint16) // 255).astype(np.uint8)
