"""Text of a PDF's page that no reader sees: what hides it, and taking it out before anything else reads it.

Nearly all text is cleared by what is known of it without drawing: dark letters that nothing is painted over. Only where
that leaves a doubt is the page drawn, and the letters' colour compared with what the picture shows at their place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from app.documents.document import Notice
from app.documents.left_out import listed
from app.documents.mupdf import pymupdf

Cause = Literal["unpainted", "colour", "covered", "tiny", "outside", "layer", "comment"]

_WORDS: Mapping[Cause, str] = {
    "unpainted": "it is not painted",
    "colour": "it has the colour of what lies behind it",
    "covered": "something is painted over it",
    "tiny": "it is too small to be read",
    "outside": "it lies outside of what is shown",
    "layer": "it belongs to a layer that is switched off",
    "comment": "it stands in a comment that is hidden",
}

TINY = 1.5
"""Points; smaller letters are no more than a line to the eye."""

CONTRAST = 24
"""Steps of 255 by which a letter must differ from its background in one colour to be seen."""

LEAST_LETTERS = 3
"""Letters and digits on a page from which hidden text is told of; a stray mark misleads no one."""

_LIGHT = 200
_UNIFORM = 12
_NEAR = 60
_FILLED, _STROKED, _CLIPPED = 16, 32, 64
_PICTURES = ("fill-image", "fill-imgmask", "fill-shade")
_PIXELS = 6_000_000
_WORD = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\uffef]{1,12}|[^\s\u2e80-\u9fff\uac00-\ud7af\uf900-\uffef]+")

Box = tuple[float, float, float, float]


@dataclass(slots=True)
class Sifted:
    """What was found on one page: letters that were hidden, by cause; letters that a picture shows and only it."""

    hidden: Counter[Cause] = field(default_factory=Counter)
    recognised: int = 0
    text: str = ""
    """What was hidden, word by word."""

    def add(self, cause: Cause, words: Sequence[str]) -> None:
        """Count words that were hidden."""
        letters = sum(c.isalnum() for word in words for c in word)
        if letters:
            self.hidden[cause] += letters
            self.text = f"{self.text} {' '.join(words)}"


@dataclass(slots=True, eq=False)
class Span:
    """A run of letters of one look, and what is known of it."""

    line: int
    chars: list[dict[str, Any]]
    text: str
    font: str
    flags: int
    box: Box
    colour: tuple[int, int, int]
    alpha: float
    painted: bool
    stroked: bool
    clipped: bool
    tiny: bool


@dataclass(slots=True, eq=False)
class _Word:
    """Letters `start:end` of a span that are seen or not seen together."""

    span: Span
    start: int
    end: int
    box: Box
    letters: int


def sift(page: pymupdf.Page, raw: dict[str, Any], spans: Sequence[Span], *, drawable: bool = True) -> Sifted:
    """Take the letters that no reader sees out of `raw`, the page as "rawdict" with these spans, and say what they were.

    Where the page is not `drawable` in sensible time or memory, doubts are settled for the text.
    """
    found = Sifted()
    if not spans or not (any(map(_is_odd, spans)) or _paints_areas(page)):
        return found
    doubts = _Doubts(page, spans)
    words = [word for span in doubts.suspects for word in _words_of(span)]
    if words:
        judge = _Judge(page, spans, doubts, drawable=drawable)
        judge.look_at(words)
        gone = judge.settled(words, found)
        _take_out(raw, gone)
    return found


# ---- what there is


def spans_of(raw: Mapping[str, Any]) -> list[Span]:
    """The runs of letters of a page given as "rawdict"."""
    return list(_spans(raw))


def _is_odd(span: Span) -> bool:
    """Whether what is known of the span alone says that it may not be seen."""
    odd = not span.painted or span.tiny or span.clipped or span.alpha < 0.25
    return odd or min(span.colour) > _LIGHT


# Operators that fill paths, paint pictures and shadings, or run other content that may; in text, too, which does no harm.
_PAINTS = re.compile(rb"(?<![^\s\]>)])(?:f\*?|F|B\*?|b\*?|sh|Do|BI)(?=\s|$)")


def _paints_areas(page: pymupdf.Page) -> bool:
    """Whether the page may paint anything but letters and lines."""
    return page.parent.xref_get_key(page.xref, "Annots")[0] != "null" or bool(
        _PAINTS.search(page.read_contents() or b"")
    )


def _spans(raw: Mapping[str, Any]) -> Iterator[Span]:
    number = 0
    for block in raw["blocks"]:
        for line in block.get("lines", ()):
            number += 1
            for span in line["spans"]:
                text = "".join([char["c"] for char in span["chars"]])
                if text and not text.isspace():
                    yield _span(number, span, text, line["dir"])


def _span(number: int, span: dict[str, Any], text: str, direction: Sequence[float]) -> Span:
    flags, colour = span["char_flags"], span["color"]
    return Span(
        line=number,
        chars=span["chars"],
        text=text,
        font=span["font"],
        flags=flags,
        box=tuple(span["bbox"]),
        colour=(colour >> 16 & 255, colour >> 8 & 255, colour & 255),
        alpha=span["alpha"] / 255,
        painted=bool(flags & (_FILLED | _STROKED | _CLIPPED)) and (span["alpha"] > 12 or bool(flags & _CLIPPED)),
        stroked=bool(flags & _STROKED),
        clipped=bool(flags & _CLIPPED) and not flags & (_FILLED | _STROKED),
        tiny=span["size"] < TINY or _is_squeezed(span, text, direction),
    )


def _is_squeezed(span: Mapping[str, Any], text: str, direction: Sequence[float]) -> bool:
    """Letters that are high enough but have next to no width."""
    x0, y0, x1, y1 = span["bbox"]
    along = abs((x1 - x0) * direction[0]) + abs((y1 - y0) * direction[1])
    return len(text) > 3 and along < 0.03 * span["size"] * len(text)


def _words_of(span: Span) -> Iterator[_Word]:
    for found in _WORD.finditer(span.text):
        boxes = np.array([char["bbox"] for char in span.chars[found.start() : found.end()]])
        box = (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())
        yield _Word(span, found.start(), found.end(), box, sum(map(str.isalnum, found.group())))


def _center(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _overlap(a: Box, b: Box) -> float:
    """The share of `a` that lies within `b`."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    area = (a[2] - a[0]) * (a[3] - a[1])
    return width * height / area if width > 0 and height > 0 and area > 0 else 0.0


# ---- what may hide it


class _Doubts:
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
        return [span for span, hidden in zip(self._spans, lost, strict=True) if hidden or _is_odd(span)]

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
        x, y = _center(box)
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

    def covers(self, word: _Word) -> list[int]:
        """The areas that are painted after the word and over its middle."""
        x, y = _center(word.box)
        boxes = self.boxes[self.areas]
        over = (boxes[:, 0] <= x) & (x <= boxes[:, 2]) & (boxes[:, 1] <= y) & (y <= boxes[:, 3])
        found = self.areas[over & (self.areas > self.first_text)]
        if not len(found):
            return []
        chars = word.span.chars[word.start : word.end]
        painted = max((self.order.get(_key(char["origin"]), len(self.kinds)) for char in chars), default=0)
        return [number for number in found.tolist() if number > painted]

    def has_later_text(self, word: _Word, number: int) -> bool:
        """Whether letters are painted over the word after the area of this number."""
        later = self.texts[self.texts > number]
        return bool(self._meets(later, word.box).any())

    def is_outlined(self, word: _Word) -> bool:
        """Whether the outlines of letters are painted at the word's middle; of these the colour is not known."""
        x, y = _center(word.box)
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
        x, y = _center(box)
        return any(
            kind in _PICTURES and area[0] <= x <= area[2] and area[1] <= y <= area[3]
            for kind, area in zip(self.kinds, self.boxes, strict=True)
        )


def _key(origin: Sequence[float]) -> tuple[float, float]:
    return round(origin[0], 1), round(origin[1], 1)


# ---- what the picture shows


class _Picture:
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


def _without_letters(page: pymupdf.Page, clip: pymupdf.Rect) -> _Picture:
    with pymupdf.open() as copy:
        copy.insert_pdf(page.parent, from_page=page.number, to_page=page.number, links=False)
        bare = copy[0]
        bare.set_rotation(0)
        bare.add_redact_annot(bare.rect, fill=False, cross_out=False)
        bare.apply_redactions(images=0, graphics=0, text=0)
        return _Picture(bare, clip)


def _spread(pixels: NDArray[np.int16]) -> int:
    flat = pixels.reshape(-1, 3)
    return int((flat.max(axis=0) - flat.min(axis=0)).max()) if len(flat) else 0


def _inner(pixels: NDArray[np.int16]) -> NDArray[np.int16]:
    """The pixels but for the rim, where what lies beside it shows."""
    down, across = max(1, pixels.shape[0] // 8), min(2, pixels.shape[1] // 6)
    return pixels[down:-down, across : pixels.shape[1] - across]


def _distance(pixels: NDArray[np.int16], colour: tuple[int, int, int]) -> NDArray[np.float64]:
    distance: NDArray[np.float64] = np.abs(pixels.reshape(-1, 3) - np.array(colour)).max(axis=1).astype(np.float64)
    return distance


class _Judge:
    """Settles what is seen of the words in doubt."""

    def __init__(self, page: pymupdf.Page, spans: Sequence[Span], doubts: _Doubts, *, drawable: bool) -> None:
        self._page = page
        self._spans = spans
        self._doubts = doubts
        self._drawable = drawable
        self._clip = pymupdf.Rect()
        self._causes: dict[int, Cause] = {}

    @cached_property
    def _drawn(self) -> _Picture:
        return _Picture(self._page, self._clip)

    @cached_property
    def _bare(self) -> _Picture:
        return _without_letters(self._page, self._clip)

    def look_at(self, words: Sequence[_Word]) -> None:
        """Find the cause for which each word is not seen, if any."""
        boxes = np.array([word.box for word in words])
        area = (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())
        width, height = self._page.rect.width, self._page.rect.height
        if self._page.rotation in (90, 270):
            width, height = height, width
        self._clip = pymupdf.Rect(area) & pymupdf.Rect(0, 0, width, height)
        self._drawable = self._drawable and not self._clip.is_empty
        for word in words:
            cause = self._cause(word)
            if cause is not None:
                self._causes[id(word)] = cause

    def settled(self, words: Sequence[_Word], found: Sifted) -> list[_Word]:
        """The words to take out, counted in `found`; not those that a picture shows, in which they were recognised."""
        shown = self._shown_by_picture(words)
        gone = []
        for word in words:
            cause = self._causes.get(id(word))
            if cause is not None and word.span.line in shown:
                found.recognised += word.letters
            elif cause is not None:
                found.add(cause, [word.span.text[word.start : word.end]])
                gone.append(word)
        return gone

    def _cause(self, word: _Word) -> Cause | None:
        span = word.span
        if not span.painted:
            return "unpainted"
        if span.tiny:
            return "tiny"
        if not word.letters or not self._drawable:
            return None
        pixels = self._drawn.at(word.box)
        if not len(pixels.reshape(-1, 3)) or pixels.shape[0] < 4:
            return None
        uniform = _spread(_inner(pixels)) < _UNIFORM
        if span.stroked or self._doubts.is_outlined(word):
            alike = uniform and min(span.colour) > _LIGHT
        else:
            alike = not span.clipped and _is_alike(pixels, span)
        if alike:
            return "colour"
        covers = self._doubts.covers(word)
        if (covers or span.clipped) and uniform:
            return "covered" if covers else "unpainted"
        return "covered" if covers and self._is_covered(word, covers, pixels) else None

    def _is_covered(self, word: _Word, covers: Sequence[int], pixels: NDArray[np.int16]) -> bool:
        if self._doubts.has_later_text(word, covers[0]):
            # What is seen here may be the other letters.
            return any(self._doubts.is_opaque(number) and self._is_plain(word) for number in covers)
        pictures = any(self._doubts.is_like_or_unknown(number, word.span.colour) for number in covers)
        if not pictures and _distance(pixels, word.span.colour).min() < _NEAR:
            return False
        return _spread(_inner(self._bare.at(word.box) - pixels)) < _UNIFORM

    def _is_plain(self, word: _Word) -> bool:
        """Nothing but one colour lies behind all the letters at this place."""
        return _spread(_inner(self._bare.at(word.box))) < _UNIFORM

    def _shown_by_picture(self, words: Sequence[_Word]) -> set[int]:
        """The lines whose letters are not painted themselves, or under a picture, while the picture shows something."""
        if not self._drawable:
            return set()
        marks: dict[int, list[bool]] = {}
        for word in words:
            if self._causes.get(id(word)) in ("unpainted", "covered") and word.letters:
                marks.setdefault(word.span.line, []).append(self._is_shown(word))
        return {line for line, shown in marks.items() if 2 * sum(shown) >= len(shown)}

    def _is_shown(self, word: _Word) -> bool:
        if not self._doubts.in_picture(word.box) and self._has_visible:
            return False
        if self._causes[id(word)] == "covered" and not self._lies_under_scan(word):
            return False
        return _spread(self._drawn.at(word.box)) >= CONTRAST and not self._repeats_visible(word)

    @cached_property
    def _visible(self) -> list[Span]:
        hidden = {id(span) for span in self._doubts.suspects}
        return [span for span in self._spans if id(span) not in hidden]

    @property
    def _has_visible(self) -> bool:
        return bool(self._visible)

    def _repeats_visible(self, word: _Word) -> bool:
        return any(_overlap(word.box, span.box) > 0.5 for span in self._visible)

    def _lies_under_scan(self, word: _Word) -> bool:
        """A picture of most of the page is painted over the word, as programs that recognise text do."""
        page = (0.0, 0.0, self._page.rect.width, self._page.rect.height)
        whole = page[2] * page[3]
        doubts = self._doubts
        for number in doubts.covers(word):
            x0, y0, x1, y1 = doubts.boxes[number].tolist()
            if doubts.kinds[number] == "fill-image" and (x1 - x0) * (y1 - y0) > 0.5 * whole:
                return True
        return False


def _is_alike(pixels: NDArray[np.int16], span: Span) -> bool:
    """Whether letters of the span's colour cannot be told from what lies around and between them."""
    edge = np.concatenate([pixels[0], pixels[-1]])
    for background in (np.median(pixels.reshape(-1, 3), axis=0), np.median(edge, axis=0)):
        if float(np.abs(background - np.array(span.colour)).max()) * span.alpha >= CONTRAST:
            return False
    return True


def _take_out(raw: dict[str, Any], words: Sequence[_Word]) -> None:
    """Remove the words from the page, and with the last letters of a span its spaces and marks."""
    gone: dict[int, set[int]] = {}
    for word in words:
        gone.setdefault(id(word.span.chars), set()).update(range(word.start, word.end))
    if not gone:
        return
    for block in raw["blocks"]:
        for line in block.get("lines", ()):
            for span in line["spans"]:
                left_out = gone.get(id(span["chars"]))
                if left_out is not None:
                    kept = [char for i, char in enumerate(span["chars"]) if i not in left_out]
                    span["chars"] = kept if any(not char["c"].isspace() for char in kept) else []
            line["spans"] = [span for span in line["spans"] if span["chars"]]
        if "lines" in block:
            block["lines"] = [line for line in block["lines"] if line["spans"]]


# ---- what the user is told


def _is_printers(text: str) -> bool:
    """Whether this is a typesetter's record (dates, job numbers, paths) rather than words that could say something."""
    words = text.split()
    codes = sum(bool(re.search(r"[\d\\/_]", word)) for word in words)
    return len(words) >= 4 and 2 * codes > len(words)


def notices(pages: Mapping[int, Sifted]) -> list[Notice]:
    """Warnings of hidden and of recognised text, which name the pages."""
    found = []
    hidden = {
        number: page.hidden
        for number, page in pages.items()
        if page.hidden.total() >= LEAST_LETTERS and not _is_printers(page.text)
    }
    if hidden:
        causes = {cause for page in hidden.values() for cause, letters in page.items() if letters}
        why = "; ".join(words for cause, words in _WORDS.items() if cause in causes)
        holds = "s {} hold" if hidden.keys() - {min(hidden)} else " {} holds"
        where = "Page" + holds.format(listed(hidden))
        told = f"{where} text that no reader sees ({why}). It was left out, since it could mislead."
        found.append(Notice("hidden-text", told))
    recognised = [number for number, page in pages.items() if page.recognised]
    if recognised:
        pages_ = f"page{'s' if recognised[1:] else ''} {listed(recognised)}"
        told = f"The text of {pages_} was recognised in a picture (OCR) and may be wrong; compare it with the page."
        found.append(Notice("recognised-text", told))
    return found
