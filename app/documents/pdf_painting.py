"""What a PDF's page paints, in order, and which of its letters that may hide; known without drawing the page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from app.documents.mupdf import has_annotations, pymupdf
from app.documents.pdf_spans import Box, Span, Word, center, is_odd

CONTRAST = 24
"""Steps of 255 by which a letter must differ from its background in one colour to be seen."""

PICTURES = ("fill-image", "fill-imgmask", "fill-shade")

# Operators that fill paths, and what paints pictures and shadings, fills with patterns of them, or runs other content that may;
# in text, too, which does no harm. The letters come first and what must stand before them after, which is ten times as fast.
_FILLS = re.compile(rb"[fFBb](?<![^\s\]>)].)\*?(?=\s|$)")
_MORE = re.compile(rb"(?:sh|Do|BI)(?<![^\s\]>)]..)(?=\s|$)|/[^\s/]+\s+scn")

Painted = Literal["letters", "paths", "all"]


def painted_beside(page: pymupdf.Page) -> Painted:
    """What the page may paint that can hide letters: none but letters and lines, filled paths, or anything."""
    if has_annotations(page):
        return "all"
    content = page.read_contents() or b""
    if _MORE.search(content):
        return "all"
    return "paths" if _FILLS.search(content) else "letters"


class Doubts:
    """What the page paints, in order, and which spans it may hide."""

    def __init__(self, page: pymupdf.Page, spans: Sequence[Span], painted: Painted = "all") -> None:
        self._page = page
        self._spans = spans
        self._only_paths = painted == "paths"

    @cached_property
    def _log(self) -> list[tuple[str, Box]]:
        found: list[tuple[str, Box]] = self._page.get_bboxlog()
        return found

    @cached_property
    def kinds(self) -> list[str]:
        """How each thing is painted."""
        return [kind for kind, _ in self._log]

    @cached_property
    def boxes(self) -> NDArray[np.float64]:
        """Where each thing is painted, (things, 4)."""
        return np.array([box for _, box in self._log], dtype=np.float64).reshape(-1, 4)

    @cached_property
    def areas(self) -> NDArray[np.intp]:
        """Numbers of the painted areas that are large enough to hide a letter."""
        areas = np.array([not kind.endswith("text") and kind.startswith("fill") for kind in self.kinds], dtype=bool)
        return np.flatnonzero(areas & _are_large(self.boxes))

    @cached_property
    def texts(self) -> NDArray[np.intp]:
        """Numbers of the painted letters."""
        return np.array([i for i, kind in enumerate(self.kinds) if kind.endswith("text")], dtype=np.intp)

    @cached_property
    def first_text(self) -> int:
        """The number of the first painted letters."""
        return int(self.texts[0]) if len(self.texts) else len(self.kinds)

    @cached_property
    def suspects(self) -> list[Span]:
        """The spans that may not be seen."""
        lost = [False] * len(self._spans) if self._only_paths and self._paths_hide_none() else self._may_be_lost()
        return [span for span, hidden in zip(self._spans, lost, strict=True) if hidden or is_odd(span)]

    def _paths_hide_none(self) -> bool:
        """Whether the filled paths clearly hide no span; of the page's other paintings that needs no log, which takes long."""
        numbers = [path["seqno"] for path in self._drawings]
        first_text = next((at for at, number in enumerate(numbers) if number != at), len(numbers))  # or before it
        filled = [path for path in self._drawings if "f" in path["type"]]
        boxes = np.array([path["rect"] for path in filled], dtype=np.float64).reshape(-1, 4)
        meets = self._meeting(boxes) & _are_large(boxes)
        later = np.array([path["seqno"] > first_text for path in filled], dtype=bool)
        return not (meets & later).any() and not (meets & self._alike(_colours(filled))).any()

    def _may_be_lost(self) -> list[bool]:
        """For each span, whether an area may be painted over it, or lies around it in its colour."""
        meets = self._meeting(self.boxes[self.areas])
        if not meets.any():
            return [False] * len(self._spans)
        alike = self._alike(_colours([self.paths.get(i, {}) for i in self.areas.tolist()]))
        later = meets & np.greater(self.areas, self.first_text)[None]
        return [
            bool(same) or (bool(after.any()) and self._painted(span.box) < self.areas[after].max())
            for span, same, after in zip(self._spans, np.asarray((meets & alike).any(axis=1)), later, strict=True)
        ]

    def _meeting(self, areas: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which spans the areas (areas, 4) touch, (spans, areas)."""
        spans = np.array([span.box for span in self._spans])[:, None]  # (spans, 1, 4)
        return np.asarray((areas[:, :2] < spans[..., 2:]).all(axis=2) & (areas[:, 2:] > spans[..., :2]).all(axis=2))

    def _alike(self, fills: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which spans the areas of these colours may have the colour of, (spans, areas)."""
        colours = np.array([span.colour for span in self._spans])[:, None]  # (spans, 1, 3)
        # Where the fill is not known it is NaN, which differs from nothing.
        return np.asarray(~(np.abs(fills - colours).max(axis=2) >= 2 * CONTRAST))

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
        return {path["seqno"]: path for path in self._drawings if "f" in path["type"]}

    @cached_property
    def _drawings(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._page.get_cdrawings()
        return found

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


def _are_large(boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which boxes (boxes, 4) are large enough to hide a letter."""
    return np.asarray((boxes[:, 2:] - boxes[:, :2] > 2).all(axis=1))


def _colours(paths: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
    """The colour with which each path is filled as 0 to 255, (paths, 3); NaN where it is not known, as of pictures."""
    unknown = (float("nan"),) * 3
    return 255 * np.array([path.get("fill") or unknown for path in paths], dtype=np.float64).reshape(-1, 3)
