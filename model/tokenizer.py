"""Text to token ids: a SentencePiece unigram model over the English and Japanese pieces of the XLM-R vocabulary.

Each passage is tokenized by itself, so a passage's tokens are known without mapping offsets back through normalisation.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np
import sentencepiece
from numpy.typing import NDArray

UNKNOWN, BEGIN, END, PADDING = 0, 1, 2, 3
"""Ids of the special pieces."""


class Tokenizer:
    """Wraps a SentencePiece model file; safe to use from several threads."""

    def __init__(self, model: Path) -> None:
        # Read here: the library says of a missing file what is no `FileNotFoundError`.
        self._processor = sentencepiece.SentencePieceProcessor(model_proto=model.read_bytes())

    @property
    def size(self) -> int:
        """How many pieces there are, the special ones included."""
        return int(self._processor.get_piece_size())

    def encode(self, passages: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Ids of all passages in a row, shape (tokens,), and bounds of shape (passages + 1,).

        Passage i is `ids[bounds[i]:bounds[i + 1]]`; every passage has at least one token (`UNKNOWN` if need be).
        """
        encoded: list[list[int]] = self._processor.encode(list(passages))
        encoded = [ids or [UNKNOWN] for ids in encoded]
        bounds = np.array([0, *accumulate(map(len, encoded))], dtype=np.int64)
        ids = np.fromiter((i for passage in encoded for i in passage), dtype=np.int32, count=int(bounds[-1]))
        return ids, bounds
