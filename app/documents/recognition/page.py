"""From a page's picture to its lines as the layout takes them: upright, level, in rows, with a quad for each character.

A scanned page is seldom straight. The layout sees each line where it would stand on a straight page; the quads lie where
the words are on the page as it is displayed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.documents.layout import PageLines
from app.documents.pdf_lines import Line, Quads, clean
from app.documents.recognition.letters import as_meant
from app.documents.recognition.recogniser import Boxes, Breathe, Picture, Reading, Recogniser
from app.documents.recognition.turning import Upright, upright

LEAST_CONFIDENCE = 0.5
"""A line that is read with less is no text but a part of a picture, or cannot be used."""

_SIZE_OF_HEIGHT = 0.8  # a line's box reaches a little beyond its letters
_SAME_SIZE = 1.25  # boxes of one size of type differ so much in height, by the letters that happen to be in them
_SAME_ROW = 0.5  # of the lower line's height

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class RecognisedPage:
    """A page's lines, on a page of that size that stands upright; `confidence` is the mean over characters, 0 without any."""

    lines: PageLines
    confidence: float


def recognise(
    recogniser: Recogniser, picture: Picture, width: float, height: float, breathe: Breathe
) -> RecognisedPage:
    """Read the picture of a page that is displayed at `width` by `height` points."""
    stands = upright(recogniser, picture, breathe)
    readings = _read(recogniser, stands, breathe)
    kept = [i for i, reading in enumerate(readings) if reading.mean >= LEAST_CONFIDENCE]
    frame = _Frame.of(stands, width, height)
    lines = [line for i in kept if (line := _line(readings[i], stands.boxes[i], frame)) is not None]
    confidence = np.concatenate([readings[i].confidence for i in kept]) if kept else np.zeros(1)
    return RecognisedPage(PageLines(frame.width, frame.height, in_rows(lines)), float(confidence.mean()))


def _read(recogniser: Recogniser, stands: Upright, breathe: Breathe) -> list[Reading]:
    rest = [i for i in range(len(stands.boxes)) if i not in stands.readings]
    found = dict(zip(rest, recogniser.read(stands.picture, stands.boxes[rest], breathe), strict=True)) if rest else {}
    return [stands.readings[i] if i in stands.readings else found[i] for i in range(len(stands.boxes))]


def even_sizes(pages: Iterable[PageLines]) -> None:
    """Give the lines of all recognised pages that are about as large as most of the text that one size.

    Headings are told by their size, and a box is as high as the letters that happen to stand in it.
    """
    lines = sorted(itertools.chain.from_iterable(page.lines for page in pages), key=lambda line: line.size)
    if not lines:
        return
    letters = np.cumsum([len(line.text) for line in lines])
    usual = lines[int(np.searchsorted(letters, letters[-1] / 2))].size
    for line in lines:
        if usual / _SAME_SIZE < line.size < usual * _SAME_SIZE:
            line.size = usual


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    """From pixels of the upright picture to points: of the page as displayed, and of a page that stands straight."""

    size: tuple[int, int]  # of the upright picture in pixels: width, height
    turns: int
    width: float  # of the straight page in points
    height: float
    slope: float  # of the lines, in radians

    @classmethod
    def of(cls, stands: Upright, width: float, height: float) -> _Frame:
        rows, columns = stands.picture.shape[:2]
        if stands.turns % 2:
            width, height = height, width
        return cls((columns, rows), stands.turns, width, height, _slope(stands.boxes))

    def straight(self, points: Points) -> Points:
        """Points (..., xy) on the straight page: turned about its middle, so that the lines are level."""
        scaled = points * (self.width / self.size[0], self.height / self.size[1])
        middle = np.array([self.width / 2, self.height / 2])
        cos, sin = np.cos(self.slope), np.sin(self.slope)
        straight: Points = (scaled - middle) @ np.array([[cos, -sin], [sin, cos]]) + middle
        return straight

    def displayed(self, points: Points) -> Points:
        """Points (..., xy) on the page as displayed."""
        x, y = points[..., 0] / self.size[0], points[..., 1] / self.size[1]
        for _ in range(self.turns % 4):  # back, with the clock
            x, y = 1 - y, x
        across, down = (self.height, self.width) if self.turns % 2 else (self.width, self.height)
        return np.stack([x * across, y * down], axis=-1)


def _slope(boxes: Boxes) -> float:
    """The angle of the lines: the median over boxes, each as heavy as it is long."""
    along = boxes[:, 1] - boxes[:, 0]
    lengths = np.hypot(along[:, 0], along[:, 1])
    long = lengths > 3 * np.hypot(*(boxes[:, 3] - boxes[:, 0]).T)
    if not long.any():
        return 0.0
    angles, weights = np.arctan2(along[long, 1], along[long, 0]), lengths[long]
    order = np.argsort(angles)
    middle = np.searchsorted(np.cumsum(weights[order]), weights.sum() / 2)
    return float(angles[order][middle])


def _line(reading: Reading, box: NDArray[np.float32], frame: _Frame) -> Line | None:
    corners = np.roll(box, -1, axis=0) if reading.downwards else box
    pixels = _character_quads(corners.astype(np.float64), reading.spans)
    quads: Quads = frame.displayed(pixels).reshape(-1, 8).astype(np.float32)
    text, quads = clean(as_meant(reading.text), quads)
    if not text:
        return None
    straight = frame.straight(box.astype(np.float64))
    (x0, y0), (x1, y1) = straight.min(axis=0), straight.max(axis=0)
    edges = np.hypot(*(straight[[3, 2]] - straight[[0, 1]]).T)  # left and right
    size = _SIZE_OF_HEIGHT * (x1 - x0 if reading.downwards else float(edges.mean()))
    level = not reading.downwards
    return Line(text, quads, float(x0), float(y0), float(x1), float(y1), float(size), False, level, 0)


def _character_quads(corners: Points, spans: NDArray[np.float32]) -> Points:
    """(characters, 4, xy): each character's share of a line, from the line's corners."""
    upper_left, upper_right, lower_right, lower_left = corners
    left, right = spans[:, :1].astype(np.float64), spans[:, 1:].astype(np.float64)
    top, bottom = upper_right - upper_left, lower_right - lower_left
    return np.stack(
        [
            upper_left + left * top,
            upper_left + right * top,
            lower_left + right * bottom,
            lower_left + left * bottom,
        ],
        axis=1,
    )


def in_rows(lines: Iterable[Line]) -> list[Line]:
    """Lines from the top down, and within what stands at one height from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.middle):
        last = rows[-1][-1] if rows else None
        if last is not None and _overlap(last, line) > _SAME_ROW * min(last.y1 - last.y0, line.y1 - line.y0):
            rows[-1].append(line)
        else:
            rows.append([line])
    return list(itertools.chain.from_iterable(sorted(row, key=lambda line: line.x0) for row in rows))


def _overlap(a: Line, b: Line) -> float:
    return min(a.y1, b.y1) - max(a.y0, b.y0)
