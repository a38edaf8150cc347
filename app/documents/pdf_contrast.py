"""How a part of a PDF's page is drawn, as pixels, with its letters and without."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.documents.mupdf import pymupdf
from app.documents.pdf_spans import Box

_PIXELS = 6_000_000


class Picture:
    """A part of the page as it is drawn, or as it would be without its letters."""

    def __init__(self, page: pymupdf.Page, clip: pymupdf.Rect) -> None:
        rotation = page.rotation
        scale = min(2.0, (_PIXELS / max(clip.width * clip.height, 1.0)) ** 0.5)
        try:
            if rotation:
                page.set_rotation(0)  # the letters' places are those of the page as it is before it is turned
            drawn = page.get_pixmap(
                matrix=pymupdf.Matrix(scale, scale), clip=clip, colorspace=pymupdf.csRGB, alpha=False
            )
        finally:
            if rotation:
                page.set_rotation(rotation)
        self.scale = scale
        self._origin = (drawn.x, drawn.y)
        rows = np.frombuffer(drawn.samples_mv, dtype=np.uint8).reshape(drawn.height, drawn.stride)
        self._pixels = rows[:, : 3 * drawn.width].reshape(drawn.height, drawn.width, 3).astype(np.int16)

    def at(self, box: Box) -> NDArray[np.int16]:
        """The pixels of the box, shape (height, width, 3); empty where it is not drawn."""
        x, y = self._origin
        left, top = int(box[0] * self.scale) - x, int(box[1] * self.scale) - y
        right, bottom = int(np.ceil(box[2] * self.scale)) - x, int(np.ceil(box[3] * self.scale)) - y
        return self._pixels[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]


def without_letters(page: pymupdf.Page, clip: pymupdf.Rect) -> Picture:
    """The part of the page `clip` as it would be drawn without letters; the page itself stays as it is."""
    with pymupdf.open() as copy:
        copy.insert_pdf(page.parent, from_page=page.number, to_page=page.number, links=False)
        bare = copy[0]
        bare.set_rotation(0)
        bare.add_redact_annot(bare.rect, fill=False, cross_out=False)
        bare.apply_redactions(images=0, graphics=0, text=0)
        return Picture(bare, clip)


def spread(pixels: NDArray[np.int16]) -> int:
    """The most by which pixels (height, width, 3) differ from each other in one colour; 0 for none."""
    flat = pixels.reshape(-1, 3)
    return int((flat.max(axis=0) - flat.min(axis=0)).max()) if len(flat) else 0


def inner(pixels: NDArray[np.int16]) -> NDArray[np.int16]:
    """The pixels but for the rim, where what lies beside it shows."""
    down, across = max(1, pixels.shape[0] // 8), min(2, pixels.shape[1] // 6)
    return pixels[down:-down, across : pixels.shape[1] - across]


def distance(pixels: NDArray[np.int16], colour: tuple[int, int, int]) -> NDArray[np.float64]:
    """How far each pixel is from the colour, by the colour that differs most; shape (pixels,)."""
    distance: NDArray[np.float64] = np.abs(pixels.reshape(-1, 3) - np.array(colour)).max(axis=1).astype(np.float64)
    return distance
