"""Which way up a page stands: lines that run upwards, downwards or upside down are read after the picture was turned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.documents.recognition.recogniser import Boxes, Breathe, Picture, Reading, Recogniser

SURE = 0.9
"""Confidence from which lines are taken to stand upright; turned ones are read with far less."""

_SAMPLE = 5
_TALL = 1.5


Lengths = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Upright:
    """A picture on which lines run from left to right, made by `turns` quarter turns against the clock, and its boxes.

    `readings` are those of boxes that were read on the way, by their number.
    """

    picture: Picture
    boxes: Boxes
    turns: int
    readings: Mapping[int, Reading] = field(default_factory=dict)


def upright(recogniser: Recogniser, picture: Picture, breathe: Breathe) -> Upright:
    """Turn a picture so that its lines can be read. Without any line it stays as it is."""
    boxes = recogniser.detect(picture)
    if not len(boxes):
        return Upright(picture, boxes, 0)
    sample = np.argsort(-_lengths(boxes))[:_SAMPLE]
    first = 1 if _mostly_tall(boxes) else 0
    best, best_score = first, -1.0
    # The likely way first; all others only where it is not read surely.
    for turns in (first, first + 2, 1 - first, 3 - first):
        turned = _turned(picture, turns)
        readings = recogniser.read(turned, turned_boxes(boxes[sample], picture.shape[:2], turns), breathe)
        score = float(np.mean([reading.mean for reading in readings]))
        if score >= SURE and not turns:
            return Upright(picture, boxes, 0, dict(zip(sample.tolist(), readings, strict=True)))
        if score > best_score:
            best, best_score = turns, score
        if best_score >= SURE:
            break
    turned = _turned(picture, best)
    # Lines are found better where they run from left to right.
    return Upright(turned, recogniser.detect(turned) if best % 4 else boxes, best)


def turned_boxes(boxes: Boxes, size: tuple[int, ...], turns: int) -> Boxes:
    """The boxes on a picture of `size` (height, width) after quarter turns against the clock; corners begin upper left again."""
    height, width = size
    for _ in range(turns % 4):
        boxes = np.stack([boxes[..., 1], width - boxes[..., 0]], axis=-1)
        boxes = np.roll(boxes, -1, axis=-2)
        height, width = width, height
    return boxes


def _turned(picture: Picture, turns: int) -> Picture:
    return np.ascontiguousarray(np.rot90(picture, turns)) if turns % 4 else picture


def _lengths(boxes: Boxes) -> Lengths:
    across, down = _sides(boxes)
    return np.maximum(across, down)


def _mostly_tall(boxes: Boxes) -> bool:
    """Whether most of what is written, by length, runs upwards or downwards."""
    across, down = _sides(boxes)
    tall = down > _TALL * across
    return float(down[tall].sum()) > float(across[~tall].sum())


def _sides(boxes: Boxes) -> tuple[Lengths, Lengths]:
    """Length of each box's upper and of its left edge."""
    return np.hypot(*(boxes[:, 1] - boxes[:, 0]).T), np.hypot(*(boxes[:, 3] - boxes[:, 0]).T)
