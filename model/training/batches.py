"""Batches for training: crops of whole documents laid end to end, drawn with balanced kinds, made ahead in threads."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.tags import TAG_COUNT, TAGS, tag_slice
from model.tokenizer import PADDING

T = TypeVar("T")


@dataclass(frozen=True)
class Batch:
    """Crops end to end. `importance` (passages,) is -1 where unknown; `tags` and `tag_known` (passages, tag outputs)."""

    ids: Tensor
    passage_bounds: Tensor
    document_bounds: list[int]
    kind: Tensor
    passage_kind: Tensor
    importance: Tensor
    tags: Tensor
    tag_known: Tensor

    def to(self, device: torch.device) -> Batch:
        """The same on another device."""
        moved: dict[str, Any] = {
            name: value.to(device, non_blocking=True) for name, value in vars(self).items() if isinstance(value, Tensor)
        }
        return replace(self, **moved)


class Corpus:
    """Packed documents (see `corpora.pack`)."""

    def __init__(self, path: Path) -> None:
        with np.load(path, allow_pickle=False) as arrays:
            self.tokens = arrays["tokens"]
            self.passage_bounds = arrays["passage_bounds"].astype(np.int64)
            self.document_bounds = arrays["document_bounds"].astype(np.int64)
            self.kind, self.group = arrays["kind"], arrays["group"]
            self.importance, self.tags = arrays["importance"], arrays["tags"]
        self._tag_starts = np.searchsorted(self.tags[:, 0], np.arange(len(self.importance) + 1))

    def members(self, group: str) -> NDArray[np.int64]:
        """Documents of a tag group, or of none for `none`."""
        number = list(TAGS).index(group) if group in TAGS else -1
        return np.flatnonzero(self.group == number)

    def crop(self, document: int, longest: int, generator: np.random.Generator | None) -> tuple[int, int]:
        """Passages [first, last) of a crop of at most about `longest` tokens; the whole document without a generator."""
        first, last = int(self.document_bounds[document]), int(self.document_bounds[document + 1])
        begin, end = self.passage_bounds[first], self.passage_bounds[last]
        if generator is None or end - begin <= longest:
            # A random start shifts the windows; few passages are lost.
            if generator is not None and last - first > 20:
                first += int(generator.integers(0, 10))
            return first, last
        start = generator.integers(begin, end - longest + 1)
        first = int(np.searchsorted(self.passage_bounds, start))
        last = int(np.searchsorted(self.passage_bounds, start + longest, side="right")) - 1
        return first, max(last, first + 1)

    def whole(self, group: str, tokens: int = 131_072) -> Iterator[Batch]:
        """All documents of a group, whole, in batches of about `tokens`."""
        crops: list[tuple[int, tuple[int, int]]] = []
        size = 0
        for document in self.members(group).tolist():
            first, last = self.crop(document, 0, None)
            crops.append((document, (first, last)))
            size += int(self.passage_bounds[last] - self.passage_bounds[first])
            if size >= tokens:
                yield self.batch(crops)
                crops, size = [], 0
        if crops:
            yield self.batch(crops)

    def batch(self, crops: list[tuple[int, tuple[int, int]]]) -> Batch:
        """Lay crops, as (document, (first passage, last)), end to end."""
        ids, bounds, documents, importance, tags, known, kinds, passage_kinds = [], [0], [0], [], [], [], [], []
        for document, (first, last) in crops:
            a, b = self.passage_bounds[first], self.passage_bounds[last]
            ids.append(self.tokens[a:b].astype(np.int64))
            bounds.extend((self.passage_bounds[first + 1 : last + 1] - a + bounds[-1]).tolist())
            documents.append(len(bounds) - 1)
            importance.append(self.importance[first:last])
            kinds.append(int(self.kind[document]))
            passage_kinds.append(np.full(last - first, self.kind[document], np.int64))
            matrix = np.zeros((last - first, TAG_COUNT), np.float32)
            pairs = self.tags[self._tag_starts[first] : self._tag_starts[last]]
            matrix[pairs[:, 0] - first, pairs[:, 1]] = 1.0
            mask = np.zeros((last - first, TAG_COUNT), np.bool_)
            if self.group[document] >= 0:
                mask[:, tag_slice(list(TAGS)[self.group[document]])] = True
            tags.append(matrix)
            known.append(mask)
        return Batch(
            torch.from_numpy(np.concatenate(ids)),
            torch.tensor(bounds),
            documents,
            torch.tensor(kinds),
            torch.from_numpy(np.concatenate(passage_kinds)),
            torch.from_numpy(np.concatenate(importance).astype(np.int64)),
            torch.from_numpy(np.concatenate(tags)),
            torch.from_numpy(np.concatenate(known)),
        )


class Sampler:
    """Draws batches without end: groups in the given shares of tokens, documents by length, without replacement in a round."""

    def __init__(self, corpus: Corpus, shares: dict[str, float], tokens: int, longest: int, seed: int) -> None:
        self._corpus, self._tokens, self._longest = corpus, tokens, longest
        self._shares = shares
        self._generator = np.random.default_rng(seed)
        self._rounds: dict[str, list[int]] = {group: [] for group in shares}

    def __iter__(self) -> Iterator[Batch]:
        while True:
            crops = []
            for group, share in self._shares.items():
                wanted = share * self._tokens
                while wanted > 0:
                    document = self._next(group)
                    span = self._corpus.crop(document, self._longest, self._generator)
                    crops.append((document, span))
                    wanted -= float(self._corpus.passage_bounds[span[1]] - self._corpus.passage_bounds[span[0]])
            yield self._corpus.batch(crops)

    def _next(self, group: str) -> int:
        if not self._rounds[group]:
            members = self._corpus.members(group)
            sizes = np.diff(self._corpus.passage_bounds[self._corpus.document_bounds])[members]
            turns = np.maximum(1, np.round(sizes / self._longest)).astype(int)
            self._rounds[group] = self._generator.permutation(np.repeat(members, turns)).tolist()
        return self._rounds[group].pop()


class Pairs:
    """Parallel sentences as padded id matrices."""

    def __init__(self, path: Path, count: int, seed: int) -> None:
        with np.load(path, allow_pickle=False) as arrays:
            self._arrays = {name: arrays[name] for name in arrays.files}
        self._count = count
        self._generator = np.random.default_rng(seed)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        total = len(self._arrays["en_bounds"]) - 1
        while True:
            drawn = self._generator.choice(total, self._count, replace=False)
            yield self._padded("en", drawn), self._padded("ja", drawn)

    def _padded(self, side: str, drawn: NDArray[np.int64]) -> Tensor:
        ids, bounds = self._arrays[side], self._arrays[f"{side}_bounds"]
        rows = [ids[bounds[i] : bounds[i + 1]] for i in drawn]
        matrix = np.full((len(rows), max(map(len, rows))), PADDING, np.int64)
        for row, values in zip(matrix, rows, strict=True):
            row[: len(values)] = values
        return torch.from_numpy(matrix)


def ahead(source: Iterator[T], depth: int = 8) -> Iterator[T]:
    """The same items, made ahead by a thread."""
    waiting: queue.Queue[T] = queue.Queue(depth)

    def fill() -> None:
        for item in source:
            waiting.put(item)

    threading.Thread(target=fill, daemon=True).start()
    while True:
        yield waiting.get()
