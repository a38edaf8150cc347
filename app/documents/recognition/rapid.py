"""The adapter to rapidocr: PaddleOCR's PP-OCRv6 on ONNX Runtime, with the models that lie in rapidocr's wheel.

rapidocr downloads a model that it misses. Here it is told where each model lies, so that it never looks for one; and the
library that it would download with is not there for it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from app.documents.recognition.recogniser import Boxes, Breathe, Picture, Reading


@contextmanager
def _without_network() -> Iterator[None]:
    """While rapidocr is imported, an empty module stands for the one that it downloads with: its reference stays to that."""
    nothing = ModuleType("requests")
    vars(nothing).update(Response=OSError, RequestException=OSError)  # which rapidocr names while it is imported
    before = sys.modules.get("requests")
    sys.modules["requests"] = nothing
    try:
        yield
    finally:
        del sys.modules["requests"]
        if before is not None:
            sys.modules["requests"] = before


with _without_network():
    # All of it, for most is else imported with the first model.
    import rapidocr.inference_engine.onnxruntime
    from rapidocr.main import RapidOCR

import cv2  # noqa: E402 -- comes with rapidocr

DETECTION_SIDE = 1440
"""Pixels of the longer side of the picture in which lines are looked for; they are read in the whole picture."""

_TALL = 1.5  # times as high as wide: rapidocr takes such a box for a line that runs downwards
_MODELS = Path(rapidocr.__file__).parent / "models"
_DETECTION, _RECOGNITION = _MODELS / "PP-OCRv6_det_small.onnx", _MODELS / "PP-OCRv6_rec_small.onnx"


class RapidRecogniser:
    """PP-OCRv6 (small) for Latin letters, kana and kanji. Raises `FileNotFoundError` where a model is missing."""

    def __init__(self, threads: int) -> None:
        cv2.setNumThreads(1)  # its work is small, and its threads would come on top
        for model in (_DETECTION, _RECOGNITION):
            if not model.is_file():
                raise FileNotFoundError(f"rapidocr is installed without its model {model.name}")
        # Lines are read side by side, one a thread, which uses the cores better than to divide each line among them.
        self._finder = _engine(threads)
        self._reader = _engine(1)
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="recognition")

    @property
    def name(self) -> str:
        """Program, version and model."""
        return f"rapidocr {version('rapidocr')} (PP-OCRv6 small)"

    def detect(self, picture: Picture) -> Boxes:
        """The boxes of lines."""
        found = self._finder(_bgr(picture), use_det=True, use_cls=False, use_rec=False)
        if getattr(found, "boxes", None) is None:
            return np.zeros((0, 4, 2), np.float32)
        boxes: Boxes = np.asarray(found.boxes, dtype=np.float32)
        return boxes

    def read(self, picture: Picture, boxes: Boxes, breathe: Breathe) -> Sequence[Reading]:
        """What stands in each box. A box that is higher than wide may hold a single upright letter: both ways are tried."""
        whole = _bgr(picture)
        futures = [self._pool.submit(self._read_box, whole, box) for box in boxes]
        try:
            for future in futures:
                breathe()
                wait([future])
        finally:
            for future in futures:  # of those that wait, where the caller has had enough
                future.cancel()
        return [future.result() for future in futures]

    def sample(self, text: str) -> Picture:
        """One line, drawn in the font that OpenCV has within itself."""
        paper = np.full((160, 80 + 40 * len(text), 3), 255, np.uint8)
        written: Picture = cv2.putText(paper, text, (40, 100), cv2.FONT_HERSHEY_SIMPLEX, 2, (0, 0, 0), 3, cv2.LINE_AA)
        return written

    def _read_box(self, picture: Picture, box: Any) -> Reading:
        (cut,) = self._reader.crop_text_regions(picture, box[None])
        if not cut.size:
            return _NOTHING
        reading = self._read_line(cut)
        if _is_tall(box):
            upright = self._read_line(np.ascontiguousarray(np.rot90(cut, -1)))
            if upright.mean < reading.mean:
                return Reading(reading.text, reading.confidence, reading.spans, downwards=True)
            return upright
        return reading

    def _read_line(self, cut: Picture) -> Reading:
        found = self._reader.recognize_txt([cut])
        text: str = found.txts[0]
        if not text.strip():
            return _NOTHING
        words = found.word_results[0]
        confidence = np.array(words.confs, dtype=np.float32)
        columns = [column for word in words.word_cols for column in word]
        return Reading(text, confidence, _spans(text, columns, float(words.line_txt_len)))


_NOTHING = Reading("", np.zeros(0, np.float32), np.zeros((0, 2), np.float32))


def _engine(threads: int) -> Any:
    """A session of rapidocr that loads its models when they are first used."""
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.max_side_len": 1 << 16,  # no shrinking before a line is cut out
            "Global.min_side_len": 1,
            "Global.use_vertical_padding": False,
            "Global.return_word_box": True,
            "Det.model_path": str(_DETECTION),
            "Det.limit_type": "max",
            "Det.limit_side_len": DETECTION_SIDE,
            "Rec.model_path": str(_RECOGNITION),
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _bgr(picture: Picture) -> Picture:
    return np.ascontiguousarray(picture[:, :, ::-1])


def _is_tall(box: Any) -> bool:
    sides = np.hypot(*(box - np.roll(box, -1, axis=0)).T)  # upper, right, lower, left
    return bool(max(sides[1], sides[3]) >= _TALL * max(sides[0], sides[2]))


def _spans(text: str, columns: Sequence[int], length: float) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Where each character begins and ends, as shares of the line, from the columns of the model's output it was seen in.

    Neighbours meet halfway; a space takes the middle third of the way between its neighbours.
    """
    centres = (np.array(columns, dtype=np.float32) + 0.5) / max(length, 1.0)
    inked = np.array([not character.isspace() for character in text])
    spans = np.zeros((len(text), 2), dtype=np.float32)
    places = np.flatnonzero(inked)
    between = np.diff(centres)
    apart = np.diff(places) > 1  # a space lies between
    ends = centres[:-1] + np.where(apart, between / 3, between / 2)
    starts = centres[1:] - np.where(apart, between / 3, between / 2)
    half = float(np.median(between)) / 2 if len(between) else 0.5
    spans[places, 0] = np.concatenate([[max(centres[0] - half, 0.0)], starts])
    spans[places, 1] = np.concatenate([ends, [min(centres[-1] + half, 1.0)]])
    for space in np.flatnonzero(~inked):
        before, after = places[places < space], places[places > space]
        spans[space, 0] = spans[before[-1], 1] if len(before) else 0.0
        spans[space, 1] = spans[after[0], 0] if len(after) else 1.0
    return np.clip(spans, 0.0, 1.0)
