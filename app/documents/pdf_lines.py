"""From a PDF page's raw characters to clean lines: valid text with a quad for each code point. Plain values, no parser."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from app.documents.glyph_boxes import PageCharacters, high_as_needed, slanted_quads
from app.documents.pdf_spans import letter_of

Quads = NDArray[np.float32]
Runs = Literal["right", "left", "up", "down", "slanted", "column"]

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
_TO_CHANGE = re.compile(f"{_UNWANTED.pattern}|{SOFT_HYPHEN}|{_SPACES.pattern}")
# Full-width punctuation with ink in one half of its box only. Good typesetting lets neighbours into the other half.
_CLOSING = re.compile("[、。，．）」』】〕］｝〉》’”・：；]")
_OPENING = re.compile("[（「『【〔［｛〈《‘“・：；]")
_LEAST_OVERLAP = 0.02  # of the box
_INKED = np.array([not chr(code).isspace() for code in range(0x3001)] + [True])  # the last: any further character

# Corners of (x0, y0, x1, y1) clockwise from the text's upper left, by the direction in which the text runs.
_CORNERS: dict[tuple[float, float], tuple[int, ...]] = {
    (1, 0): (0, 1, 2, 1, 2, 3, 0, 3),
    (0, -1): (0, 3, 0, 1, 2, 1, 2, 3),
    (0, 1): (2, 1, 2, 3, 0, 3, 0, 1),
    (-1, 0): (2, 3, 0, 3, 0, 1, 2, 1),
}


@dataclass(slots=True, eq=False)
class Line:
    """A run of text on one line, as displayed. `quads` has shape (len(text), 8); `source` numbers the PDF's own block.

    `runs` says whereto on the displayed page; "column" is vertical writing. `level`: its edges are those of a line that runs
    from left to right, which most of the layout's rules need.
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
    runs: Runs = "right"

    @property
    def middle(self) -> float:
        """Height of the line's middle on the page."""
        return (self.y0 + self.y1) / 2


@dataclass(slots=True, eq=False)
class _RawLine:
    """A line as the PDF has it. `direction` is none of the upright ones for a slanted line; `downwards`: vertical writing."""

    text: str
    spans: list[dict[str, Any]]
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
    if not found:
        return []
    text = "".join([line.text for line in found])
    counts = np.array([len(line.text) for line in found], dtype=np.intp)
    quads = _without_empty_halves(text, _page_quads(found).astype(np.float32), counts, found)
    quads = _displayed(quads, matrix)
    ends = np.cumsum(counts).tolist()
    cleaned = [clean(line.text, quads[end - len(line.text) : end]) for line, end in zip(found, ends, strict=True)]
    return _lines([(line, *made) for line, made in zip(found, cleaned, strict=True) if made[0]], matrix)


def _raw_line(line: Mapping[str, Any], source: int) -> _RawLine | None:
    spans = line["spans"]
    text = "".join(map(letter_of, chain.from_iterable([span["chars"] for span in spans])))
    if not text or text.isspace():
        return None
    direction = (round(line["dir"][0], 3), round(line["dir"][1], 3))
    return _RawLine(text, spans, *_style(spans), direction, bool(line["wmode"]), source)


def _page_quads(lines: list[_RawLine]) -> NDArray[np.float64]:
    """The quads (characters, 8) of all lines, one after the other, not yet turned as the page is."""
    counts = np.array([len(line.text) for line in lines], dtype=np.intp)
    first = np.cumsum(counts) - counts
    chars = chain.from_iterable([span["chars"] for line in lines for span in line.spans])
    flat = chain.from_iterable(map(itemgetter("bbox"), chars))
    boxes = np.fromiter(flat, dtype=np.float64, count=4 * int(counts.sum())).reshape(-1, 4)
    upright = np.array([not line.downwards and line.direction in _CORNERS for line in lines])
    if upright.any():
        chosen = np.repeat(upright, counts)
        boxes[chosen] = high_as_needed(
            _characters([line for line in lines if not line.downwards and line.direction in _CORNERS], boxes[chosen])
        )
    corners = np.array(
        [_CORNERS[1, 0] if line.downwards else _CORNERS.get(line.direction, _CORNERS[1, 0]) for line in lines],
        dtype=np.intp,
    )
    quads = boxes[np.arange(len(boxes))[:, None], np.repeat(corners, counts, axis=0)]
    for line, start, count in zip(lines, first.tolist(), counts.tolist(), strict=True):
        if not (line.downwards or line.direction in _CORNERS):
            origins = np.array([char["origin"] for span in line.spans for char in span["chars"]], dtype=np.float64)
            own = slice(start, start + count)
            quads[own] = slanted_quads(boxes[own], origins, line.size, line.direction)
    return quads


def _characters(lines: list[_RawLine], boxes: NDArray[np.float64]) -> PageCharacters:
    """The characters of upright lines, whose boxes these are."""
    spans = [(line, span) for line in lines for span in line.spans]
    lengths = [len(span["chars"]) for _, span in spans]
    axis = np.array([1 if line.direction[1] == 0 else 0 for line in lines], dtype=np.intp)
    counts = np.array([len(line.text) for line in lines], dtype=np.intp)
    codes = np.frombuffer("".join([line.text for line in lines]).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return PageCharacters(
        boxes=boxes,
        # A span keeps to one baseline: what is raised is a span of its own.
        base=np.repeat([span["origin"][1 if line.direction[1] == 0 else 0] for line, span in spans], lengths),
        inked=_INKED[np.minimum(codes, len(_INKED) - 1)],
        sizes=np.repeat([float(span["size"]) for _, span in spans], lengths),
        first=np.cumsum(counts) - counts,
        usual=np.array([line.size for line in lines]),
        axis=axis,
        low_is_up=np.array([line.direction in ((1, 0), (0, -1)) for line in lines]),
    )


def _lines(cleaned: list[tuple[_RawLine, str, Quads]], matrix: tuple[float, ...]) -> list[Line]:
    """Lines out of those that have text left, with it and its quads."""
    if not cleaned:
        return []
    first = np.cumsum([0, *(len(text) for _, text, _ in cleaned[:-1])])
    corners = np.concatenate([quads for _, _, quads in cleaned])
    low = np.minimum.reduceat(corners, first).reshape(-1, 4, 2).min(axis=1).tolist()
    high = np.maximum.reduceat(corners, first).reshape(-1, 4, 2).max(axis=1).tolist()
    lines = []
    for (raw, text, quads), (x0, y0), (x1, y1) in zip(cleaned, low, high, strict=True):
        runs = _runs(raw, matrix)
        lines.append(Line(text, quads, x0, y0, x1, y1, raw.size, raw.bold, runs == "right", raw.source, runs))
    return lines


def _runs(raw: _RawLine, matrix: tuple[float, ...]) -> Runs:
    a, b, c, d = matrix[:4]
    along, across = raw.direction
    x, y = a * along + c * across, b * along + d * across
    if abs(x) > 0.98:
        runs: Runs = "right" if x > 0 else "left"
    elif abs(y) > 0.98:
        runs = "down" if y > 0 else "up"
    else:
        return "slanted"
    # Vertical writing on a page that is displayed turned is read as the turned lines that it then consists of.
    return "column" if raw.downwards and runs == "down" else runs


def _without_empty_halves(text: str, quads: Quads, counts: NDArray[np.intp], lines: list[_RawLine]) -> Quads:
    """The quads of full-width punctuation without the empty half where a neighbour stands in it.

    `text` and `quads` are those of all the lines, of `counts` characters each. A highlight that ends with a full stop would
    else lie on the next sentence's first letter as well.
    """
    if text.isascii():
        return quads
    closing = np.array([found.start() for found in _CLOSING.finditer(text)], dtype=np.intp)
    opening = np.array([found.start() for found in _OPENING.finditer(text)], dtype=np.intp)
    ends = np.cumsum(counts)
    is_first, is_last = np.zeros(len(text), dtype=bool), np.zeros(len(text), dtype=bool)
    is_first[ends - counts], is_last[ends - 1] = True, True
    closing, opening = closing[~is_last[closing]], opening[~is_first[opening]]
    if not (len(closing) or len(opening)):
        return quads
    downwards = np.repeat([line.downwards for line in lines], counts)
    corners = np.array(quads, dtype=np.float64).reshape(-1, 4, 2)
    for vertical, begin, end in ((False, [0, 3], [1, 2]), (True, [0, 1], [3, 2])):
        for chosen, step in ((closing, 1), (opening, -1)):
            # The side that is moved, and the opposite one that stays.
            moved, fixed = (end, begin) if step > 0 else (begin, end)
            _cut_half(corners, chosen[downwards[chosen] == vertical], step, moved, fixed)
    return corners.reshape(-1, 8).astype(np.float32)


def _cut_half(
    corners: NDArray[np.float64], chosen: NDArray[np.intp], step: int, moved: list[int], fixed: list[int]
) -> None:
    """Of the chosen characters, move a side away from the neighbour (`step` further) that stands in its half."""
    across = corners[chosen][:, moved] - corners[chosen][:, fixed]  # (chosen, 2 corners, xy)
    depth = np.hypot(across[..., 0], across[..., 1]).mean(axis=1)
    unit = across[:, 0] / np.maximum(depth, 1e-9)[:, None]
    beyond = corners[chosen][:, moved[0]] - corners[chosen + step][:, fixed[0]]
    overlap = (beyond * unit).sum(axis=1) / np.maximum(depth, 1e-9)
    # Not more than the empty half; and what lies wholly within is a mark on the letter, not a neighbour.
    share = np.where((overlap > _LEAST_OVERLAP) & (overlap < 1.01), np.minimum(overlap, 0.5), 0.0)
    corners[chosen[:, None], moved] -= share[:, None, None] * across


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
    if text.isascii() and text.isprintable() and "  " not in text:
        left = len(text) - len(text.lstrip(" "))
        stripped = text.strip(" ")
        return stripped, quads[left : left + len(stripped)]
    if _LIGATURE.search(text):
        text, quads = _spell_out(text, quads)
    if _TO_CHANGE.search(text):
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
