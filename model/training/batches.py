"""Batches for training: crops of whole documents laid end to end, drawn with balanced kinds, made ahead in threads."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.layers import upload
from model.structure import HEADING, ROLES
from model.tags import TAG_COUNT, TAGS, tag_slice
from model.tokenizer import PADDING
from model.training.packing import UNLABELLED, group_number

T = TypeVar("T")
Ints = NDArray[np.int64]

_MOST_QUERIES = 6
"""Of one crop of a meeting."""
_MOST_LINKS = 48
"""Of one crop."""
_WORTH_ASKING = 3
"""Passages that a section must have for its heading to stand apart."""
_HEADING_ROLE = ROLES.index("heading")


@dataclass(frozen=True)
class Batch:
    """Crops end to end. `importance` (passages,) is -1 where unknown; `tags` and `tag_known` (passages, tag outputs).

    `kind` (documents,) and `passage_kind` (passages,) are -1 where a document has none. `structure` (passages, features).
    `moved` (passages,) bool: moved in from another document. `links` (links, 2): passage and the passage it refers to;
    `sections` (pairs, 2): passage and the heading of its section, which was taken from its place (`Corpus.with_headings_apart`).
    `queries` (queries, longest) padded ids, `query_document` (queries,), `answers` (pairs, 2): query and passage. `soft`
    (passages, kinds + tag outputs): probabilities that a teacher gives, or (0,) without one.
    `weak` (passages,): importance by rule, below 0 without. `passage_bounds`, `structure` and `queries` stay on
    the host, where they are needed.
    """

    ids: Tensor
    passage_bounds: Tensor
    document_bounds: list[int]
    kind: Tensor
    passage_kind: Tensor
    importance: Tensor
    tags: Tensor
    tag_known: Tensor
    structure: Tensor
    moved: Tensor
    links: Tensor
    sections: Tensor
    queries: Tensor
    query_document: Tensor
    answers: Tensor
    soft: Tensor
    weak: Tensor

    def to(self, device: torch.device) -> Batch:
        """The same on another device."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        moved: dict[str, Any] = {
            name: upload(value, device)
            for name, value in values.items()
            if isinstance(value, Tensor) and name not in ("passage_bounds", "structure", "queries")
        }
        return replace(self, **moved)


@dataclass(frozen=True)
class Crop:
    """Passages of one document, in order; where `moved`, (passages,) bool, another document's stand in their place.

    The last `apart` are headings that were taken from their places; `sections` (pairs, 2) holds passages of their sections,
    and the heading of each, as places in the crop.
    """

    document: int
    passages: Ints
    moved: NDArray[np.bool_]
    apart: int = 0
    sections: Ints = field(default_factory=lambda: np.zeros((0, 2), np.int64))


class Corpus:
    """Packed documents (see `packing.pack`), and what teachers say of them: files that `teach` wrote, their mean is taken."""

    def __init__(self, path: Path, teachers: Sequence[Path] = ()) -> None:
        self.teachers = [_packed_probabilities(teacher) for teacher in teachers]
        with np.load(path, allow_pickle=False) as arrays:
            self._arrays = {name: arrays[name] for name in arrays.files}
        self.tokens = self._arrays["tokens"]
        self.passage_bounds = self._arrays["passage_bounds"].astype(np.int64)
        self.document_bounds = self._arrays["document_bounds"].astype(np.int64)
        self.kind, self.group = self._arrays["kind"].astype(np.int64), self._arrays["group"]
        self.importance, self.tags = self._arrays["importance"], self._arrays["tags"]
        self._weak = self._arrays["weak"]
        self.structure, self.links = self._arrays["structure"], self._arrays["links"].astype(np.int64)
        passages = np.arange(len(self.importance) + 1)
        self._tag_starts = np.searchsorted(self.tags[:, 0], passages)
        self._link_starts = np.searchsorted(self.links[:, 0], passages)
        self.query_document = self._arrays["query_document"]
        self._answers = self._arrays["answers"].astype(np.int64)
        self._answer_starts = np.searchsorted(self._answers[:, 0], np.arange(len(self.query_document) + 1))

    def members(self, group: str) -> Ints:
        """Documents of a tag group, of meetings, or of none for `none`."""
        return np.flatnonzero(self.group == group_number(group))

    def span(self, document: int, longest: int, generator: np.random.Generator | None) -> tuple[int, int]:
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

    def crop(self, document: int, longest: int, generator: np.random.Generator | None) -> Crop:
        """The passages of `span`, none moved."""
        first, last = self.span(document, longest, generator)
        return Crop(document, np.arange(first, last), np.zeros(last - first, np.bool_))

    def with_moved(self, crop: Crop, other: int, share: float, generator: np.random.Generator) -> Crop:
        """About `share` of the passages replaced by runs of one to three of document `other`."""
        passages, moved = crop.passages.copy(), crop.moved.copy()
        begin, end = int(self.document_bounds[other]), int(self.document_bounds[other + 1])
        for _ in range(round(share * len(passages) / 2)):
            length = min(int(generator.integers(1, 4)), len(passages), end - begin)
            place = int(generator.integers(0, len(passages) - length + 1))
            source = int(generator.integers(begin, end - length + 1))
            passages[place : place + length] = np.arange(source, source + length)
            moved[place : place + length] = True
        return Crop(crop.document, passages, moved)

    def with_headings_apart(self, crop: Crop, most: int, generator: np.random.Generator) -> Crop:
        """Up to `most` headings of sections moved to the end, so that only what a section says tells which one is its own."""
        heading = self._headings_within(crop)
        owned, counts = np.unique(heading[heading >= 0], return_counts=True)
        owned = owned[counts >= _WORTH_ASKING]
        if len(owned) < 2:
            return crop
        chosen = np.sort(generator.permutation(owned)[:most])
        others = np.setdiff1d(np.arange(len(crop.passages)), chosen)
        order = np.concatenate([others, chosen])
        is_heading = self.structure[crop.passages[others], 0] == _HEADING_ROLE
        own = np.flatnonzero(np.isin(heading[others], chosen) & ~is_heading)
        own = np.sort(generator.permutation(own)[:_MOST_LINKS])
        targets = len(others) + np.searchsorted(chosen, heading[others[own]])
        sections = np.stack([own, targets], axis=1)
        return Crop(crop.document, crop.passages[order], crop.moved[order], len(chosen), sections)

    def _headings_within(self, crop: Crop) -> Ints:
        """(passages,): the place in the crop of the heading of each passage's section; -1 where it has none there."""
        wanted = crop.passages - self.structure[crop.passages, HEADING].astype(np.int64)
        found = _places(crop.passages, wanted)
        found[crop.moved | (wanted == crop.passages) | crop.moved[found]] = -1
        return found

    def _structure_of(self, crop: Crop) -> Ints:
        """(passages, columns); where passages have moved, headings are where they are now."""
        structure: Ints = self.structure[crop.passages].astype(np.int64)
        heading, places = self._headings_within(crop), np.arange(len(crop.passages))
        structure[:, HEADING] = np.where((heading >= 0) & (heading < places), places - heading, 0)
        if crop.apart:
            # Nothing but its words says where it was.
            structure[-crop.apart :] = 0
            structure[-crop.apart :, 0] = _HEADING_ROLE
        return structure

    def whole(self, group: str, tokens: int = 131_072, most: int | None = None) -> Iterator[Batch]:
        """All documents of a group, or the first `most`, whole, in batches of about `tokens`."""
        crops: list[Crop] = []
        size = 0
        for document in self.members(group)[:most].tolist():
            crop = self.crop(document, 0, None)
            crops.append(crop)
            size += self.size(crop)
            if size >= tokens:
                yield self.batch(crops)
                crops, size = [], 0
        if crops:
            yield self.batch(crops)

    def size(self, crop: Crop) -> int:
        """Tokens of a crop."""
        return int((self.passage_bounds[crop.passages + 1] - self.passage_bounds[crop.passages]).sum())

    def batch(self, crops: list[Crop], generator: np.random.Generator | None = None, unknown: float = 0.0) -> Batch:
        """Lay crops end to end.

        A generator draws among too many queries and links; `unknown` is the share of crops told no structure.
        """
        passages = np.concatenate([crop.passages for crop in crops])
        moved = np.concatenate([crop.moved for crop in crops])
        sizes = [len(crop.passages) for crop in crops]
        bounds = np.concatenate([[0], np.cumsum(sizes)])
        lengths = self.passage_bounds[passages + 1] - self.passage_bounds[passages]
        passage_bounds = np.concatenate([[0], np.cumsum(lengths)])
        source = np.repeat(self.passage_bounds[passages] - passage_bounds[:-1], lengths) + np.arange(passage_bounds[-1])
        documents = np.array([crop.document for crop in crops])
        importance = np.where(moved, UNLABELLED, self.importance[passages]).astype(np.int64)
        tags, known = self._tags_of(crops, passages, moved, bounds)
        structure = np.concatenate([self._structure_of(crop) for crop in crops])
        if generator is not None:
            hidden = np.repeat(generator.random(len(crops)) < unknown, sizes)
            structure[hidden] = 0
        links = [self._links_of(crop, generator) + start for crop, start in zip(crops, bounds, strict=False)]
        sections = [crop.sections + start for crop, start in zip(crops, bounds, strict=False)]
        queries, query_document, answers = self._queries_of(crops, bounds, generator)
        said = [unpack_probabilities(teacher[passages]) for teacher in self.teachers]
        soft = np.mean(said, axis=0, dtype=np.float32) if said else np.zeros(0, np.float32)
        return Batch(
            torch.from_numpy(self.tokens[source].astype(np.int64)),
            torch.from_numpy(passage_bounds),
            bounds.tolist(),
            torch.from_numpy(self.kind[documents]),
            torch.from_numpy(np.repeat(self.kind[documents], sizes)),
            torch.from_numpy(importance),
            torch.from_numpy(tags),
            torch.from_numpy(known),
            torch.from_numpy(structure),
            torch.from_numpy(moved),
            torch.from_numpy(np.concatenate(links)),
            torch.from_numpy(np.concatenate(sections)),
            torch.from_numpy(padded(queries)),
            torch.tensor(query_document, dtype=torch.long),
            torch.from_numpy(np.concatenate([np.zeros((0, 2), np.int64), *answers])),
            torch.from_numpy(soft),
            torch.from_numpy(np.where(moved, UNLABELLED, self._weak[passages]).astype(np.float32) / 100),
        )

    def _tags_of(
        self, crops: list[Crop], passages: Ints, moved: NDArray[np.bool_], bounds: Ints
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        starts, ends = self._tag_starts[passages], self._tag_starts[passages + 1]
        rows = np.repeat(np.arange(len(passages)), ends - starts)
        inner = np.arange(len(rows)) - np.repeat(np.cumsum(ends - starts) - (ends - starts), ends - starts)
        matrix = np.zeros((len(passages), TAG_COUNT), np.float32)
        matrix[rows, self.tags[np.repeat(starts, ends - starts) + inner, 1]] = 1.0
        known = np.zeros((len(passages), TAG_COUNT), np.bool_)
        names = list(TAGS)
        for crop, first, last in zip(crops, bounds, bounds[1:], strict=False):
            if self.group[crop.document] >= 0:
                known[first:last, tag_slice(names[self.group[crop.document]])] = True
        known[moved] = False
        return matrix, known

    def _links_of(self, crop: Crop, generator: np.random.Generator | None) -> Ints:
        """(links, 2) places within the crop; both ends lie in it."""
        ids = crop.passages[~crop.moved]
        if not len(ids):
            return np.zeros((0, 2), np.int64)
        pairs = _places(crop.passages, self.links[self._link_starts[ids.min()] : self._link_starts[ids.max() + 1]])
        pairs = pairs[(pairs >= 0).all(1)]
        pairs = pairs[~crop.moved[pairs].any(1)]
        if generator is not None and len(pairs) > _MOST_LINKS:
            pairs = pairs[generator.choice(len(pairs), _MOST_LINKS, replace=False)]
        return pairs.reshape(-1, 2).astype(np.int64)

    def _queries_of(
        self, crops: list[Crop], bounds: Ints, generator: np.random.Generator | None
    ) -> tuple[list[NDArray[Any]], list[int], list[Ints]]:
        queries: list[NDArray[Any]] = []
        owners: list[int] = []
        answers: list[Ints] = []
        query_bounds, tokens = self._arrays["query_bounds"], self._arrays["query_tokens"]
        for number, crop in enumerate(crops):
            first, last = int(crop.passages[0]), int(crop.passages[-1])
            found = np.flatnonzero(self.query_document == crop.document)
            if generator is not None and len(found):
                found = generator.permutation(found)[:_MOST_QUERIES]
            for query in found.tolist():
                hits = self._answers[self._answer_starts[query] : self._answer_starts[query + 1], 1]
                hits = hits[(hits >= first) & (hits <= last)] - first + bounds[number]
                if len(hits):
                    answers.append(np.stack([np.full(len(hits), len(queries)), hits], axis=1))
                    queries.append(tokens[query_bounds[query] : query_bounds[query + 1]])
                    owners.append(number)
        return queries, owners, answers


@dataclass(frozen=True)
class Drawing:
    """How a sampler draws.

    `tokens` a batch, `longest` tokens a crop; in one batch of `long_every`, which holds more in return, crops are of
    `very_long` tokens. `moved_crops` of the crops have `moved` of their passages moved in from elsewhere, of `apart_crops` up to
    `apart` headings stand apart, `unknown` are told no structure.
    """

    tokens: int
    longest: int
    very_long: int = 0
    long_every: int = 0
    moved_crops: float = 0.25
    moved: float = 0.06
    apart_crops: float = 0.2
    apart: int = 6
    unknown: float = 0.15


class Sampler:
    """Draws batches without end: groups in the given shares of tokens, documents by length, without replacement in a round.

    Crops are long beside a batch, so a group that got more than its share waits in the batches that follow.
    """

    def __init__(self, corpus: Corpus, shares: dict[str, float], drawing: Drawing, seed: int) -> None:
        self._corpus, self._drawing = corpus, drawing
        self._shares = {group: share for group, share in shares.items() if share > 0}
        self._generator = np.random.default_rng(seed)
        self._rounds: dict[str, list[int]] = {group: [] for group in shares}

    def __iter__(self) -> Iterator[Batch]:
        drawing = self._drawing
        wanted = dict.fromkeys(self._shares, 0.0)
        number = 0
        while True:
            is_long = bool(drawing.long_every) and number % drawing.long_every == drawing.long_every - 1
            longest = drawing.very_long if is_long else drawing.longest
            crops = []
            for group, share in self._shares.items():
                wanted[group] += share * max(drawing.tokens, 2 * longest)
                while wanted[group] > 0:
                    document = self._next(group)
                    crop = self._corpus.crop(document, longest, self._generator)
                    wanted[group] -= self._corpus.size(crop)
                    # Answers to questions are spans of the meeting as it was.
                    if group != "meeting" and self._generator.random() < drawing.moved_crops:
                        other = int(self._generator.choice(self._corpus.members(group)))
                        crop = self._corpus.with_moved(crop, other, drawing.moved, self._generator)
                    if group != "meeting" and self._generator.random() < drawing.apart_crops:
                        crop = self._corpus.with_headings_apart(crop, drawing.apart, self._generator)
                    crops.append(crop)
            if crops:
                number += 1
                yield self._corpus.batch(crops, self._generator, drawing.unknown)

    def _next(self, group: str) -> int:
        if not self._rounds[group]:
            members = self._corpus.members(group)
            sizes = np.diff(self._corpus.passage_bounds[self._corpus.document_bounds])[members]
            turns = np.maximum(1, np.round(sizes / self._drawing.longest)).astype(int)
            self._rounds[group] = self._generator.permutation(np.repeat(members, turns)).tolist()
        return self._rounds[group].pop()


class Pairs:
    """Sentences of two sides that belong together, as padded id matrices: single ones, or `run` that follow each other."""

    def __init__(self, path: Path, count: int, seed: int, run: int = 1) -> None:
        with np.load(path, allow_pickle=False) as arrays:
            self._arrays = {name: arrays[name] for name in arrays.files}
        self._count, self._run = count, run
        self._generator = np.random.default_rng(seed)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        total = len(self._arrays["en_bounds"]) - 1
        runs = min(self._count, total) // self._run
        while True:
            first = self._generator.choice(total // self._run, runs, replace=False) * self._run
            drawn = (first[:, None] + np.arange(self._run)).ravel()
            yield self._padded("en", drawn), self._padded("ja", drawn)

    def _padded(self, side: str, drawn: NDArray[np.int64]) -> Tensor:
        ids, bounds = self._arrays[side], self._arrays[f"{side}_bounds"]
        return torch.from_numpy(padded([ids[bounds[i] : bounds[i + 1]] for i in drawn]))


def _places(passages: Ints, wanted: Ints) -> Ints:
    """Where each of `wanted`, of any shape, stands in `passages`; -1 where it does not."""
    order = np.argsort(passages, kind="stable")
    places = order[np.minimum(np.searchsorted(passages, wanted, sorter=order), len(order) - 1)]
    found: Ints = np.where(passages[places] == wanted, places, -1)
    return found


def pack_probabilities(probabilities: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    """A byte each: its root in steps of 1/255, so that small ones, which are nearly all, keep their size."""
    packed: NDArray[np.uint8] = np.round(255 * np.sqrt(probabilities)).astype(np.uint8)
    return packed


def unpack_probabilities(packed: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What `pack_probabilities` packed, float32."""
    return np.asarray((packed.astype(np.float32) / 255) ** 2)


def _packed_probabilities(path: Path) -> NDArray[np.uint8]:
    with np.load(path, allow_pickle=False) as arrays:
        packed: NDArray[np.uint8] = arrays["probabilities"]
    return packed


def padded(rows: list[NDArray[Any]]) -> Ints:
    """(rows, longest) of token ids, `PADDING` after the end of each."""
    matrix = np.full((len(rows), max(map(len, rows), default=0)), PADDING, np.int64)
    for row, values in zip(matrix, rows, strict=True):
        row[: len(values)] = values
    return matrix


def ahead(source: Iterator[T], depth: int = 8) -> Iterator[T]:
    """The same items, made ahead by a thread."""
    waiting: queue.Queue[T] = queue.Queue(depth)

    def fill() -> None:
        for item in source:
            waiting.put(item)

    threading.Thread(target=fill, daemon=True).start()
    while True:
        yield waiting.get()
