"""What a recogniser of text in pictures is, and which one this installation has.

The recogniser is an extra: without it, everything here can still be imported, and `find` gives None.
"""

from __future__ import annotations

import functools
import importlib.util
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)

INSTALL = "pip install 'fusen[ocr]'"

MOST_THREADS = 4
"""Each takes memory of its own, and the process may take only so much."""

Picture = NDArray[np.uint8]
"""A page as drawn: (height, width, 3), RGB."""

Boxes = NDArray[np.float32]
"""(boxes, 4 corners, xy) in pixels; corners clockwise from a box's upper left, as the picture stands."""

Breathe = Callable[[], None]
"""Called every few lines, so that others get their turn. What it raises ends the recognition."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands in one box: for each character of `text` its confidence (0 to 1), and where it begins and ends.

    `spans` has shape (len(text), 2), as shares of the box's length along the text. `downwards`: the text runs from the
    upper to the lower edge of the box instead of from left to right.
    """

    text: str
    confidence: NDArray[np.float32]
    spans: NDArray[np.float32]
    downwards: bool = False

    @property
    def mean(self) -> float:
        """Confidence of the whole; 0 where nothing was read."""
        return float(self.confidence.mean()) if self.text else 0.0


class Recogniser(Protocol):
    """Finds lines of text in a picture and reads them."""

    @property
    def name(self) -> str:
        """Program, version and model, as a person should see them."""
        ...

    def detect(self, picture: Picture) -> Boxes:
        """The boxes of lines, none or more, in no particular order."""
        ...

    def read(self, picture: Picture, boxes: Boxes, breathe: Breathe) -> Sequence[Reading]:
        """What stands in each box."""
        ...

    def sample(self, text: str) -> Picture:
        """A picture of one line of ASCII, to try the recogniser on."""
        ...


@functools.cache
def find() -> Recogniser | None:
    """The recogniser of this installation, made when it is first asked for; None where the extra is not installed."""
    try:
        from app.documents.recognition.rapid import RapidRecogniser

        return RapidRecogniser(min(_cores(), MOST_THREADS))
    except ImportError:
        return None
    except (OSError, ValueError) as error:  # installed, but not whole
        log.warning("the recogniser cannot be used: %s", error)
        return None


def is_installed() -> bool:
    """Whether the extra is installed; nothing is loaded for the answer."""
    return importlib.util.find_spec("rapidocr") is not None


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


SAMPLE = "FUSEN 2026"


def try_out(recogniser: Recogniser) -> str:
    """What the recogniser reads in a picture of `SAMPLE`."""
    picture = recogniser.sample(SAMPLE)
    return " ".join(reading.text for reading in recogniser.read(picture, recogniser.detect(picture), lambda: None))
