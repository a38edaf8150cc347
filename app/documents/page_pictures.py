"""What a PDF's page shows apart from its text layer: pictures, invisible text, outlines; and the page drawn as a picture.

Takes PyMuPDF's pages as values and does not import the parser, which stays behind its adapter.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.documents.recognition.recogniser import Picture

DOTS_PER_INCH = 200
MOST_PIXELS = 8_000_000
"""An A3 page at `DOTS_PER_INCH`. A larger page is drawn more coarsely: posters have large letters."""

COVERED = 0.5
"""Share of the page from which a picture is what the page is about."""

_IMAGES = ("fill-image", "fill-imgmask")
_UNSEEN = "ignore-text"
_SOFT_MASK = 1  # its place in what PyMuPDF says of an image


@dataclass(frozen=True, slots=True)
class Look:
    """`pictures`: share of the page that pictures cover. The others count texts, to be seen and not, and filled paths."""

    pictures: float
    visible_texts: int
    invisible_texts: int
    paths: int


def look_at(page: Any) -> Look:
    """What the page shows; nothing is drawn for it. Raises what PyMuPDF raises.

    A text that a picture is drawn over, without a mask, is as invisible as one that is drawn without ink.
    """
    shown = page.rect * page.derotation_matrix
    area = max(abs(shown.width * shown.height), 1.0)
    opaque = not any(image[_SOFT_MASK] for image in page.get_images())
    kinds: Counter[str] = Counter()
    covered = 0.0
    for kind, box in page.get_bboxlog():
        kinds[kind] += 1
        if kind in _IMAGES:
            width = min(box[2], shown.x1) - max(box[0], shown.x0)
            height = min(box[3], shown.y1) - max(box[1], shown.y0)
            share = max(width, 0.0) * max(height, 0.0) / area
            covered += share
            if kind == "fill-image" and share >= COVERED and opaque:
                kinds[_UNSEEN] += kinds.pop("fill-text", 0) + kinds.pop("stroke-text", 0)
    return Look(min(covered, 1.0), kinds["fill-text"] + kinds["stroke-text"], kinds[_UNSEEN], kinds["fill-path"])


def has_images(page: Any) -> bool:
    """Whether the page's resources name an image at all; quick, so that most pages need not be looked at."""
    return bool(page.get_images())


def draw(page: Any) -> Picture:
    """The page as displayed. Raises what PyMuPDF raises."""
    width, height = page.rect.width, page.rect.height
    scale = min(DOTS_PER_INCH / 72, math.sqrt(MOST_PIXELS / max(width * height, 1.0)))
    pixmap = page.get_pixmap(dpi=max(round(72 * scale), 1), colorspace="rgb", alpha=False)
    samples = np.frombuffer(pixmap.samples_mv, dtype=np.uint8).reshape(pixmap.height, pixmap.stride)
    picture: Picture = samples[:, : 3 * pixmap.width].reshape(pixmap.height, pixmap.width, 3).copy()
    return picture
