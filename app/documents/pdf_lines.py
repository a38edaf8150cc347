"""From a PDF page's raw characters to clean lines: valid text with a quad for each code point. Plain values, no parser."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.documents.glyph_boxes import Band, band_of, make_room, slanted_quads

Quads = NDArray[np.float32]

# Control characters, NUL, lone surrogates, non-characters, zero-width marks; a tab becomes a space instead. The mark that
# keeps letters apart means something in Arabic and Indic scripts; elsewhere programs put it around every word.
_UNWANTED = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff\u200b\u2060]|(?<![\u0600-\u0dff])\u200c"
)
_SPACES = re.compile(r"[ \t\u00a0\u2002-\u200a]{2,}|[\t\u00a0\u2002-\u200a]")
_LIGATURES = {
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\ufb05": "st",
    "\ufb06": "st",
}
_LIGATURE = re.compile("[\ufb00-\ufb06]")
SOFT_HYPHEN = "\u00ad"
# Full-width punctuation with ink in one half of its box only. Good typesetting lets neighbours into the other half.
_CLOSING = re.compile("[、。，．）」』】〕］｝〉》’”・：；]")
_OPENING = re.compile("[（「『【〔［｛〈《‘“・：；]")
_LEAST_OVERLAP = 0.02  # of the box

# Corners of (x0, y0, x1, y1) clockwise from the text's upper left, by the direction in which the text runs.
_CORNERS = {
    (1, 0): (0, 1, 2, 1, 2, 3, 0, 3),
    (0, -1): (0, 3, 0, 1, 2, 1, 2, 3),
    (0, 1): (2, 1, 2, 3, 0, 3, 0, 1),
    (-1, 0): (2, 3, 0, 3, 0, 1, 2, 1),
}


@dataclass(slots=True, eq=False)
class Line:
    """A run of text on one line, as displayed. `quads` has shape (len(text), 8); `source` numbers the PDF's own block.

    `level`: runs from left to right, which most of the layout's rules need.
    """

    text: str
    quads: Quads
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    bold: bool
    level: bool
    source: int

    @property
    def middle(self) -> float:
        """Height of the line's middle on the page."""
        return (self.y0 + self.y1) / 2


@dataclass(slots=True, eq=False)
class _RawLine:
    """A line as the PDF has it, not yet turned as the page is; `band` says how high its areas are, unless it is slanted."""

    text: str
    quads: Quads
    band: Band | None
    size: float
    bold: bool
    direction: tuple[float, float]
    downwards: bool
    source: int


def page_lines(raw: Mapping[str, Any], matrix: tuple[float, ...]) -> list[Line]:
    """Lines of a page in the PDF's order.

    `raw` is the page as PyMuPDF's "rawdict" with accurate boxes: a character's is as long as its advance and as high as its
    ink. `matrix` (a, b, c, d, e, f) turns its coordinates to those of the displayed page.
    """
    found = [
        made
        for block in raw["blocks"]
        for line in block.get("lines", ())
        if (made := _raw_line(line, block["number"])) is not None
    ]
    make_room([line.band for line in found if line.band is not None])
    lines = [_line(line, matrix) for line in found]
    return [line for line in lines if line is not None]


def _raw_line(line: Mapping[str, Any], source: int) -> _RawLine | None:
    spans = line["spans"]
    text = "".join([char["c"] for span in spans for char in span["chars"]])
    if not text.strip():
        return None
    direction = (round(line["dir"][0], 3), round(line["dir"][1], 3))
    size, bold = _style(spans)
    boxes = np.array([char["bbox"] for span in spans for char in span["chars"]], dtype=np.float64)
    band = None
    if line["wmode"]:
        quads = boxes[:, _CORNERS[1, 0]]
    else:
        origins = np.array([char["origin"] for span in spans for char in span["chars"]], dtype=np.float64)
        corners = _CORNERS.get(direction)
        if corners is None:
            quads = slanted_quads(boxes, origins, size, line["dir"])
        else:
            sizes = np.repeat([span["size"] for span in spans], [len(span["chars"]) for span in spans])
            inked = np.array([not character.isspace() for character in text])
            band = band_of(boxes, origins, inked, size, sizes, direction)
            quads = boxes[:, corners]
    return _RawLine(text, quads, band, size, bold, direction, bool(line["wmode"]), source)


def _line(raw: _RawLine, matrix: tuple[float, ...]) -> Line | None:
    quads = raw.quads if raw.band is None else _as_high_as(raw.band, raw.quads, raw.direction)
    quads = _without_empty_halves(raw.text, quads.astype(np.float32), downwards=raw.downwards)
    text, quads = clean(raw.text, _displayed(quads, matrix))
    if not text:
        return None
    x, y = quads[:, 0::2], quads[:, 1::2]
    a, b, c, d = matrix[:4]
    right, down = raw.direction
    runs_right = a * right + c * down
    level = not raw.downwards and abs(runs_right - 1) < 0.02
    edges = (float(x.min()), float(y.min()), float(x.max()), float(y.max()))
    return Line(text, quads, *edges, raw.size, raw.bold, level, raw.source)


def _as_high_as(band: Band, quads: NDArray[np.float64], direction: tuple[float, float]) -> NDArray[np.float64]:
    """The quads with the band's edges across the line."""
    corners = _CORNERS[direction]
    made = quads.copy()
    for place, corner in enumerate(corners):
        if corner % 2 == band.axis:
            made[:, place] = band.low if corner < 2 else band.high
    return made


def _without_empty_halves(text: str, quads: Quads, *, downwards: bool) -> Quads:
    """The quads of full-width punctuation without the empty half where a neighbour stands in it.

    A highlight that ends with a full stop would else lie on the next sentence's first letter as well.
    """
    closing = np.array([found.start() for found in _CLOSING.finditer(text)], dtype=np.intp)
    opening = np.array([found.start() for found in _OPENING.finditer(text)], dtype=np.intp)
    if not (len(closing) or len(opening)):
        return quads
    corners = np.array(quads, dtype=np.float64).reshape(-1, 4, 2)
    begin, end = ([0, 1], [3, 2]) if downwards else ([0, 3], [1, 2])
    for chosen, step in ((closing[closing < len(text) - 1], 1), (opening[opening > 0], -1)):
        # The side that is moved, and the opposite one that stays.
        moved, fixed = (end, begin) if step > 0 else (begin, end)
        across = corners[chosen][:, moved] - corners[chosen][:, fixed]  # (chosen, 2 corners, xy)
        depth = np.hypot(across[..., 0], across[..., 1]).mean(axis=1)
        unit = across[:, 0] / np.maximum(depth, 1e-9)[:, None]
        beyond = corners[chosen][:, moved[0]] - corners[chosen + step][:, fixed[0]]
        overlap = (beyond * unit).sum(axis=1) / np.maximum(depth, 1e-9)
        # Not more than the empty half; and what lies wholly within is a mark on the letter, not a neighbour.
        share = np.where((overlap > _LEAST_OVERLAP) & (overlap < 1.01), np.minimum(overlap, 0.5), 0.0)
        corners[chosen[:, None], moved] -= share[:, None, None] * across
    return corners.reshape(-1, 8).astype(np.float32)


def _displayed(quads: Quads, matrix: tuple[float, ...]) -> Quads:
    """The quads after the page's rotation; corners keep their order, for it follows the text."""
    if matrix == (1, 0, 0, 1, 0, 0):
        return quads
    a, b, c, d, e, f = matrix
    turned = np.empty_like(quads)
    turned[:, 0::2] = a * quads[:, 0::2] + c * quads[:, 1::2] + e
    turned[:, 1::2] = b * quads[:, 0::2] + d * quads[:, 1::2] + f
    return turned


def _style(spans: list[dict[str, Any]]) -> tuple[float, bool]:
    """The size of most characters, and whether most are bold."""
    if len(spans) == 1:
        return float(spans[0]["size"]), _is_bold(spans[0])
    sizes: Counter[float] = Counter()
    bold = 0
    for span in spans:
        sizes[span["size"]] += len(span["chars"])
        bold += len(span["chars"]) * _is_bold(span)
    return float(sizes.most_common(1)[0][0]), bold * 10 > sizes.total() * 9


def _is_bold(span: Mapping[str, Any]) -> bool:
    return bool(span["flags"] & 16) or "bold" in span["font"].lower()


def clean(text: str, quads: Quads) -> tuple[str, Quads]:
    """Valid text on one line, ligatures spelt out, runs of spaces as one, none at the ends; quads follow.

    A soft hyphen at the end stays, because the joining of lines needs it.
    """
    if _LIGATURE.search(text):
        text, quads = _spell_out(text, quads)
    if "\t" in text or SOFT_HYPHEN in text or _UNWANTED.search(text) or _SPACES.search(text):
        keep = np.ones(len(text), dtype=bool)
        for found in _UNWANTED.finditer(text):
            keep[found.start() : found.end()] = False
        for found in re.finditer(SOFT_HYPHEN, text.rstrip()[:-1]):
            keep[found.start()] = False
        for found in _SPACES.finditer(text):
            keep[found.start() + 1 : found.end()] = False
        blank = _SPACES.sub(lambda found: " " * len(found.group()), text)
        text, quads = "".join([c for c, k in zip(blank, keep, strict=True) if k]), quads[keep]
    left = len(text) - len(text.lstrip(" "))
    stripped = text.strip(" ")
    return stripped, quads[left : left + len(stripped)]


def _spell_out(text: str, quads: Quads) -> tuple[str, Quads]:
    """Each letter of a ligature gets its even share of the glyph's quad."""
    letters: list[str] = []
    rows: list[Quads] = []
    for character, quad in zip(text, quads, strict=True):
        spelt = _LIGATURES.get(character, character)
        letters.append(spelt)
        if len(spelt) == 1:
            rows.append(quad[None])
            continue
        ul, ur, lr, ll = quad.reshape(4, 2)
        for i in range(len(spelt)):
            left, right = i / len(spelt), (i + 1) / len(spelt)
            top, bottom = ur - ul, lr - ll
            corners = (ul + left * top, ul + right * top, ll + right * bottom, ll + left * bottom)
            rows.append(np.concatenate(corners)[None])
    return "".join(letters), np.concatenate(rows).astype(np.float32)
