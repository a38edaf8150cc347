"""What a PDF's page paints, in order, and which of its letters that may hide; known without drawing the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.documents.mupdf import has_annotations, pymupdf
from app.documents.pdf_spans import Box, Span, Word, center, is_odd

CONTRAST = 24
"""Steps of 255 by which a letter must differ from its background in one colour to be seen."""

PICTURES = ("fill-image", "fill-imgmask", "fill-shade")

# Operators that fill paths, paint pictures and shadings, or run other content that may; in text, too, which does no harm.
_PAINTS = re.compile(rb"(?<![^\s\]>)])(?:f\*?|F|B\*?|b\*?|sh|Do|BI)(?=\s|$)")


def paints_areas(page: pymupdf.Page) -> bool:
    """Whether the page may paint anything but letters and lines."""
    return has_annotations(page) or bool(_PAINTS.search(page.read_contents() or b""))


class Doubts:
    """What the page paints, in order, and which spans it may hide."""

    def __init__(self, page: pymupdf.Page, spans: Sequence[Span]) -> None:
        self._page = page
        self._spans = spans
        log = page.get_bboxlog()
        self.kinds = [kind for kind, _ in log]
        self.boxes = np.array([box for _, box in log], dtype=np.float64).reshape(-1, 4)
        sides = self.boxes[:, 2:] - self.boxes[:, :2]
        areas = np.array([not kind.endswith("text") and kind.startswith("fill") for kind in self.kinds], dtype=bool)
        self.areas = np.flatnonzero(areas & (sides > 2).all(axis=1))
        """Numbers of the painted areas that are large enough to hide a letter."""
        texts = [i for i, kind in enumerate(self.kinds) if kind.endswith("text")]
        self.first_text = min(texts, default=len(log))
        self.texts = np.array(texts, dtype=np.intp)

    @cached_property
    def suspects(self) -> list[Span]:
        """The spans that may not be seen."""
        lost = self._may_be_lost()
        return [span for span, hidden in zip(self._spans, lost, strict=True) if hidden or is_odd(span)]

    def _may_be_lost(self) -> list[bool]:
        """For each span, whether an area may be painted over it, or lies around it in its colour."""
        spans = np.array([span.box for span in self._spans])[:, None]  # (spans, 1, 4)
        areas = self.boxes[self.areas]
        meets: NDArray[np.bool_] = np.logical_and(
            (areas[:, :2] < spans[..., 2:]).all(axis=2), (areas[:, 2:] > spans[..., :2]).all(axis=2)
        )  # (spans, areas)
        if not meets.any():
            return [False] * len(self._spans)
        colours = np.array([span.colour for span in self._spans])[:, None]  # (spans, 1, 3)
        # Where the fill is not known it is NaN, which differs from nothing.
        alike = ~(np.abs(self._fills - colours).max(axis=2) >= 2 * CONTRAST)
        later = meets & (self.areas > self.first_text)
        return [
            bool(same) or (bool(after.any()) and self._painted(span.box) < self.areas[after].max())
            for span, same, after in zip(self._spans, (meets & alike).any(axis=1), later, strict=True)
        ]

    @cached_property
    def _fills(self) -> NDArray[np.float64]:
        """The colour of each area as 0 to 255, shape (areas, 3); NaN for pictures, whose colour is not known."""
        unknown = (float("nan"),) * 3
        fills = [self.paths[i].get("fill") or unknown if i in self.paths else unknown for i in self.areas.tolist()]
        return 255 * np.array(fills, dtype=np.float64).reshape(-1, 3)

    def _painted(self, box: Box) -> int:
        """When the first of the letters around the middle of the box are painted; what comes before hides none of them."""
        x, y = center(box)
        texts = self.boxes[self.texts]
        around = (texts[:, 0] <= x) & (x <= texts[:, 2]) & (texts[:, 1] <= y) & (y <= texts[:, 3])
        return int(self.texts[around].min()) if around.any() else self.first_text

    def _meets(self, numbers: NDArray[np.intp], box: Box) -> NDArray[np.bool_]:
        boxes = self.boxes[numbers]
        met: NDArray[np.bool_] = (
            (boxes[:, 0] < box[2]) & (boxes[:, 2] > box[0]) & (boxes[:, 1] < box[3]) & (boxes[:, 3] > box[1])
        )
        return met

    def is_like_or_unknown(self, number: int, colour: tuple[int, int, int]) -> bool:
        """Whether an area may have the colour of the letters; of pictures that is not known."""
        fill = self.paths[number].get("fill") if number in self.paths else None
        return fill is None or max(abs(255 * a - b) for a, b in zip(fill, colour, strict=True)) < 2 * CONTRAST

    @cached_property
    def paths(self) -> dict[int, dict[str, Any]]:
        """The filled paths by their number among all that is painted."""
        return {path["seqno"]: path for path in self._page.get_cdrawings() if "f" in path["type"]}

    @cached_property
    def order(self) -> dict[tuple[float, float], int]:
        """When each letter is painted, by its origin; of two at one place the later."""
        placed: dict[tuple[float, float], int] = {}
        for span in self._page.get_texttrace():
            for char in span["chars"]:
                key = _key(char[2])
                placed[key] = max(placed.get(key, 0), span["seqno"])
        return placed

    def covers(self, word: Word) -> list[int]:
        """The areas that are painted after the word and over its middle."""
        x, y = center(word.box)
        boxes = self.boxes[self.areas]
        over = (boxes[:, 0] <= x) & (x <= boxes[:, 2]) & (boxes[:, 1] <= y) & (y <= boxes[:, 3])
        found = self.areas[over & (self.areas > self.first_text)]
        if not len(found):
            return []
        chars = word.span.chars[word.start : word.end]
        painted = max((self.order.get(_key(char["origin"]), len(self.kinds)) for char in chars), default=0)
        return [number for number in found.tolist() if number > painted]

    def has_later_text(self, word: Word, number: int) -> bool:
        """Whether letters are painted over the word after the area of this number."""
        later = self.texts[self.texts > number]
        return bool(self._meets(later, word.box).any())

    def is_outlined(self, word: Word) -> bool:
        """Whether the outlines of letters are painted at the word's middle; of these the colour is not known."""
        x, y = center(word.box)
        return any(
            kind == "stroke-text" and area[0] <= x <= area[2] and area[1] <= y <= area[3]
            for kind, area in zip(self.kinds, self.boxes, strict=True)
        )

    def is_opaque(self, number: int) -> bool:
        """Whether the area is a plain rectangle that nothing shows through, as far as the file says so."""
        path = self.paths.get(number)
        if path is None:
            return self.kinds[number] == "fill-image" and not any(image[1] for image in self._page.get_images())
        plain = len(path["items"]) == 1 and path["items"][0][0] == "re"
        return plain and path.get("fill_opacity", 1) == 1

    def in_picture(self, box: Box) -> bool:
        """Whether a picture lies at the middle of the box."""
        x, y = center(box)
        return any(
            kind in PICTURES and area[0] <= x <= area[2] and area[1] <= y <= area[3]
            for kind, area in zip(self.kinds, self.boxes, strict=True)
        )


def _key(origin: Sequence[float]) -> tuple[float, float]:
    return round(origin[0], 1), round(origin[1], 1)
