"""A recogniser that sees dark bars: each bar is a line, and what it reads in it depends on how the bar stands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.documents.recognition.recogniser import Boxes, Breathe, Picture, Reading


class BarReader:
    """Boxes are given; it reads `text` with `sure` where the box is wide and its left end is darker, else with `unsure`."""

    name = "bars 1"

    def __init__(self, text: str = "words", sure: float = 0.99, unsure: float = 0.3) -> None:
        self.text, self.sure, self.unsure = text, sure, unsure
        self.reads = 0

    def detect(self, picture: Picture) -> Boxes:
        """The one bar of the picture."""
        rows, columns = np.nonzero(picture.min(axis=2) < 200)
        if not len(rows):
            return np.zeros((0, 4, 2), np.float32)
        x0, x1, y0, y1 = columns.min(), columns.max() + 1, rows.min(), rows.max() + 1
        return np.array([[[x0, y0], [x1, y0], [x1, y1], [x0, y1]]], dtype=np.float32)

    def read(self, picture: Picture, boxes: Boxes, breathe: Breathe) -> Sequence[Reading]:
        """Letters of one width."""
        breathe()
        self.reads += 1
        return [self._read(picture, box) for box in boxes]

    def sample(self, text: str) -> Picture:
        """Never asked for."""
        raise NotImplementedError(text)

    def _read(self, picture: Picture, box: Boxes) -> Reading:
        (x0, y0), (x1, y1) = box.min(axis=0).astype(int), box.max(axis=0).astype(int)
        half = (x0 + x1) // 2
        upright = x1 - x0 > y1 - y0 and picture[y0:y1, x0:half].mean() < picture[y0:y1, half:x1].mean()
        edges = np.linspace(0, 1, len(self.text) + 1, dtype=np.float32)
        confidence = np.full(len(self.text), self.sure if upright else self.unsure, np.float32)
        return Reading(self.text, confidence, np.stack([edges[:-1], edges[1:]], axis=1))


def bar(*, turns: int = 0) -> Picture:
    """A page of 400 by 300 pixels with a bar, darker at its left, then turned against the clock."""
    picture = np.full((300, 400, 3), 255, np.uint8)
    picture[60:80, 40:140] = 0
    picture[60:80, 140:240] = 120
    return np.ascontiguousarray(np.rot90(picture, turns))
