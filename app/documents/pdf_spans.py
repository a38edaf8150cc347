"""The runs of letters of a PDF's page, with what is known of how each is painted, and their words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np

TINY = 1.5
"""Points; smaller letters are no more than a line to the eye."""

LIGHT = 200
"""Of 255 in each colour: letters that are lighter may be lost on a white page."""

_FILLED, _STROKED, _CLIPPED = 16, 32, 64
_WORD = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\uffef]{1,12}|[^\s\u2e80-\u9fff\uac00-\ud7af\uf900-\uffef]+")

Box = tuple[float, float, float, float]

letter_of: Callable[[Mapping[str, Any]], str] = itemgetter("c")
"""The letter of a character of "rawdict"."""


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
class Word:
    """Letters `start:end` of a span that are seen or not seen together."""

    span: Span
    start: int
    end: int
    box: Box
    letters: int


def spans_of(raw: Mapping[str, Any]) -> list[Span]:
    """The runs of letters of a page given as "rawdict"."""
    return list(_spans(raw))


def is_odd(span: Span) -> bool:
    """Whether what is known of the span alone says that it may not be seen."""
    odd = not span.painted or span.tiny or span.clipped or span.alpha < 0.25
    return odd or min(span.colour) > LIGHT


def _spans(raw: Mapping[str, Any]) -> Iterator[Span]:
    number = 0
    for block in raw["blocks"]:
        for line in block.get("lines", ()):
            number += 1
            for span in line["spans"]:
                text = "".join(map(letter_of, span["chars"]))
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


def words_of(span: Span) -> Iterator[Word]:
    """The words of a span; what has no spaces between its words is cut after some letters."""
    for found in _WORD.finditer(span.text):
        boxes = np.array([char["bbox"] for char in span.chars[found.start() : found.end()]])
        box = (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())
        yield Word(span, found.start(), found.end(), box, sum(map(str.isalnum, found.group())))


def center(box: Box) -> tuple[float, float]:
    """The middle of a box."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def overlap(a: Box, b: Box) -> float:
    """The share of `a` that lies within `b`."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    area = (a[2] - a[0]) * (a[3] - a[1])
    return width * height / area if width > 0 and height > 0 and area > 0 else 0.0


def take_out(raw: dict[str, Any], words: Sequence[Word]) -> None:
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
