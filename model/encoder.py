"""The long-context encoder: local layers read windows, whole-document layers read everything with adaptive sparse attention.

Local layers are those of multilingual-e5-small (post-layer-norm, as in BERT, arXiv 1810.04805) on windows between <s> and
</s>. The first few are the coarse scan and read everything; the others may be given what the scan did not rule out, laid end
to end. Whole-document layers (pre-layer-norm) follow without positions: they look for what, not for where, and averages of keys
without rotary phases are good estimates of the keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from model.attention import AdaptiveAttentionConfig, CoveredMass, adaptive_attention
from model.attention.audit import combine
from model.attention.parts import Gathered
from model.layers import (
    EncoderConfig,
    HeadingEmbedding,
    LocalLayer,
    LongLayer,
    PackedEmbedding,
    StructureEmbedding,
    as_tensor,
    join_heads,
    upload,
)
from model.tokenizer import BEGIN, END, PADDING

Report = Callable[[str, int, int], None]
"""Called with a stage, units done and units in all; may raise to cancel."""

Watch = Callable[[Tensor, Tensor], None]
"""Called with the query and key, (1, heads, tokens, head_dim) each, of each document in each whole-document layer."""

Run = Callable[[Sequence[nn.Module], Tensor, Tensor, int], Tensor]
"""Layers, states (places, width) of sequences end to end, where they begin and end, and the longest -> the states after."""

_DENSELY = AdaptiveAttentionConfig(coverage=1.0, audit_rows=0)
_TOKENS_AT_ONCE = {"cpu": 8192, "cuda": 131_072}


@dataclass
class AttentionReport:
    """What the whole-document layers computed, one audit a layer."""

    pairs: float = 0.0
    all_pairs: float = 0.0
    audits: list[CoveredMass] = field(default_factory=list)

    @property
    def density(self) -> float:
        """Computed pairs / all pairs; 1 where nothing was attended to."""
        return self.pairs / self.all_pairs if self.all_pairs else 1.0

    @property
    def covered_mass(self) -> CoveredMass:
        """Mean over layers; 1 where attention was dense."""
        return combine(self.audits) if self.audits else CoveredMass(1.0, 1.0, 1.0, 0)


@dataclass(frozen=True)
class Windows:
    """Places of rows in windows, each window between <s> and </s>: as a rectangle (windows, columns), or end to end (places,).

    `source`: the row at each place, some row where none is. `column`: how far from its window's start a place is, and
    `length`: how many rows its window holds, of shapes that broadcast. For windows end to end, which hold the rows `rows`:
    `limits` (windows + 1,) int32, `longest`, and `held` (rows,), the place of each row.
    """

    source: Tensor
    column: Tensor
    length: Tensor
    padded: bool
    limits: Tensor | None = None
    longest: int = 0
    rows: slice | None = None
    held: Tensor | None = None

    def inside(self) -> Tensor:
        """Where rows are, (windows, columns) or (places,) bool."""
        return (self.column >= 1) & (self.column <= self.length)

    def allowed(self) -> Tensor | None:
        """(windows, 1, 1, columns) bool, False at padding; None without any."""
        return (self.column <= self.length + 1)[:, None, None, :] if self.padded else None

    def take(self, x: Tensor) -> tuple[slice | Tensor, Tensor]:
        """Which rows are held, and their states, from the states of all places."""
        if self.rows is not None and self.held is not None:
            return self.rows, x.index_select(0, self.held)
        inside = self.inside()
        return self.source[inside], x[inside]


@dataclass(frozen=True)
class Places:
    """What is known of the passages: `vectors` (passages, width), and `owner` (tokens,), the passage of each token."""

    vectors: Tensor
    owner: Tensor


def cut(bounds: Sequence[int], size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First row and length of windows of at most `size` rows, none of which crosses the end of a document."""
    edges = np.array(bounds)
    counts = -(-np.diff(edges) // size)
    document = np.repeat(np.arange(len(counts)), counts)
    number = np.arange(len(document)) - np.repeat(np.cumsum(counts) - counts, counts)
    first = edges[document] + number * size
    return first, np.minimum(size, edges[document + 1] - first)


def rectangles(
    first: NDArray[np.int64], length: NDArray[np.int64], most: int, device: torch.device
) -> Iterator[Windows]:
    """Windows as rectangles of about `most` places: the full ones apart from the others, so that they have no padding."""
    full = length == length.max(initial=0)
    for chosen in (np.flatnonzero(full), np.flatnonzero(~full)):
        if not len(chosen):
            continue
        columns = int(length[chosen].max()) + 2
        column = torch.arange(columns, device=device)
        step = max(1, most // columns)
        for start in range(0, len(chosen), step):
            part = chosen[start : start + step]
            begin, size = (torch.from_numpy(each[part]).to(device)[:, None] for each in (first, length))
            last = int(first[-1] + length[-1]) - 1
            yield Windows(
                (begin + column - 1).clamp(0, last), column, size, padded=bool((length[part] < columns - 2).any())
            )


def end_to_end(
    first: NDArray[np.int64], length: NDArray[np.int64], most: int, device: torch.device
) -> Iterator[Windows]:
    """Windows end to end, of about `most` places together."""
    ends = np.cumsum(length + 2)
    edges = np.searchsorted(ends, np.arange(most, ends[-1] + most, most), side="left") + 1
    start = 0
    for end in np.unique(np.minimum(edges, len(length))).tolist():
        begin, size = first[start:end], length[start:end]
        limits = np.concatenate([[0], np.cumsum(size + 2)])
        column = np.arange(limits[-1]) - np.repeat(limits[:-1], size + 2)
        inner = np.clip(column - 1, 0, np.repeat(size, size + 2) - 1)
        source = np.repeat(begin, size + 2) + inner
        yield Windows(
            upload(source, device),
            upload(column, device),
            upload(np.repeat(size, size + 2), device),
            padded=False,
            limits=upload(limits.astype(np.int32), device),
            longest=int(size.max(initial=0)) + 2,
            rows=slice(int(begin[0]), int(begin[-1] + size[-1])),
            held=upload(np.flatnonzero((column >= 1) & (column <= np.repeat(size, size + 2))), device),
        )
        start = end


def one_after_another(layers: Sequence[nn.Module], x: Tensor, limits: Tensor, longest: int) -> Tensor:
    """The plain `Run`."""
    for layer in layers:
        x = layer(x, limits=limits, longest=longest)
    return x


class Encoder(nn.Module):
    """Token ids of whole documents in, one vector a token out.

    `run` is how layers go through sequences end to end, which training may do faster.
    """

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.config = config
        self.run: Run = one_after_another
        self.embedding = PackedEmbedding(config.vocabulary, config.width)
        self.positions = nn.Parameter(torch.zeros(config.window + 2, config.width))
        self.embedding_norm = nn.LayerNorm(config.width, eps=config.norm_epsilon)
        self.dropout = nn.Dropout(config.dropout)
        self.local = nn.ModuleList(LocalLayer(config) for _ in range(config.local_layers))
        self.long = nn.ModuleList(LongLayer(config) for _ in range(config.long_layers))
        # Local layers leave states of a quarter's size; beside them whatever the layers above add would be all that is left.
        self.long_norm = nn.LayerNorm(config.width) if config.long_scale else None
        if config.structure:
            self.place = StructureEmbedding(config.width)
            self.place_whole = StructureEmbedding(config.width)
        if config.headings:
            self.headings = HeadingEmbedding(config.width, config.headings)
        if config.scan_layers:
            # What <s> and </s> are where layers go on, after first findings and after the scan; what marks what was ruled out.
            self.ends = nn.Parameter(torch.zeros(2, 2, config.width))
            self.ruled_out = nn.Parameter(torch.zeros(config.width))

    def embed(
        self, ids: Tensor, bounds: Sequence[int], places: Places | None = None, report: Report | None = None
    ) -> Tensor:
        """The first layers over everything: up to first findings, or all of the scan, or all, as the architecture has them.

        `ids` (tokens,); document d is `ids[bounds[d]:bounds[d + 1]]`. `places` are added to the word vectors.
        Returns (tokens, width).
        """

        def begin(windows: Windows) -> Tensor:
            return self._embedded(windows, ids, places)

        last = self.config.first_layers or self.config.scan_layers or self.config.local_layers
        return self._in_windows(self.local[:last], len(ids), bounds, begin, report, "scanning")

    def scan(self, x: Tensor, bounds: Sequence[int], report: Report | None = None) -> Tensor:
        """The rest of the coarse scan, after `embed`. `x` (tokens, width)."""
        if not self.config.first_layers:
            return x
        layers = self.local[self.config.first_layers : self.config.scan_layers]
        return self._go_on(layers, x, bounds, self.ends[0], report, "scanning")

    def deepen(self, x: Tensor, bounds: Sequence[int], report: Report | None = None) -> Tensor:
        """The other local layers, over the states (rows, width) that the scan left of what it did not rule out."""
        if not self.config.scan_layers:
            return x
        return self._go_on(self.local[self.config.scan_layers :], x, bounds, self.ends[1], report, "deepening")

    def read_locally(self, ids: Tensor, bounds: Sequence[int], report: Report | None = None) -> Tensor:
        """All local layers, for documents laid end to end; arguments as in `embed`. Returns (tokens, width)."""
        return self.deepen(self.scan(self.embed(ids, bounds, None, report), bounds, report), bounds, report)

    def read_whole(
        self,
        x: Tensor,
        bounds: Sequence[int],
        attention: AdaptiveAttentionConfig | None,
        report: Report | None = None,
        watch: Watch | None = None,
    ) -> tuple[Tensor, AttentionReport]:
        """The whole-document layers, after the local ones.

        `x` (tokens, width), bounded as in `embed`. `attention` None attends densely. Returns (tokens, width) and what
        was computed.
        """
        said = AttentionReport()
        if self.long_norm is not None:
            x = self.long_norm(x)
        if self.training and attention is None and watch is None and self.long and _in_half_precision(x.device):
            # Many short documents in one call; `adaptive_attention` takes a call for each.
            limits = upload(np.array(bounds, np.int32), x.device)
            return self.run(self.long_layers(), x, limits, int(np.diff(bounds).max())), said
        for number, layer in enumerate(self.long_layers()):
            if report:
                report("attending", number, len(self.long))
            # A seed a layer, so that the layers are explored and audited independently.
            config = _DENSELY if attention is None else replace(attention, seed=attention.seed + number)
            x = self._read_documents(layer, x, bounds, config, said, watch)
        return x, said

    def long_layers(self) -> list[LongLayer]:
        """The whole-document layers, in order."""
        return [layer for layer in self.long if isinstance(layer, LongLayer)]

    def _go_on(
        self,
        layers: Iterable[nn.Module],
        x: Tensor,
        bounds: Sequence[int],
        ends: Tensor,
        report: Report | None,
        stage: str,
    ) -> Tensor:
        def begin(windows: Windows) -> Tensor:
            states = torch.where(windows.inside()[..., None], _rows(x, windows.source), 0.0)
            first, last = ends.to(states.dtype)
            states = states + (windows.column == 0)[..., None] * first
            return as_tensor(states + (windows.column == windows.length + 1)[..., None] * last)

        return self._in_windows(layers, len(x), bounds, begin, report, stage)

    def _embedded(self, windows: Windows, ids: Tensor, places: Places | None) -> Tensor:
        inside = windows.inside()
        words = torch.where(inside, ids[windows.source], PADDING)
        words = torch.where(windows.column == 0, BEGIN, words)
        words = torch.where(windows.column == windows.length + 1, END, words)
        x = self.embedding(words) + _rows(self.positions, windows.column)
        if places is not None:
            x = x + torch.where(inside[..., None], _rows(places.vectors, places.owner[windows.source]), 0.0)
        return as_tensor(self.dropout(self.embedding_norm(x)))

    def _in_windows(
        self,
        layers: Iterable[nn.Module],
        rows: int,
        bounds: Sequence[int],
        begin: Callable[[Windows], Tensor],
        report: Report | None,
        stage: str,
    ) -> Tensor:
        """Run layers over windows whose states `begin` makes, and put the rows back into their order: (rows, width)."""
        device, layers = self.positions.device, list(layers)
        first, length = cut(bounds, self.config.window)
        lay = end_to_end if _in_half_precision(device) else rectangles
        most = 4 * rows + len(first) if self.training else _TOKENS_AT_ONCE[device.type]
        gathered = Gathered(rows)
        for windows in lay(first, length, most, device):
            if report:
                report(stage, gathered.done, rows)
            x = begin(windows)
            if windows.limits is not None:
                x = self.run(layers, x, windows.limits, windows.longest)
            else:
                for layer in layers:
                    x = layer(x, windows.allowed())
            gathered.put(*windows.take(x))
        return gathered.rows()

    def _read_documents(
        self,
        layer: LongLayer,
        x: Tensor,
        bounds: Sequence[int],
        config: AdaptiveAttentionConfig,
        said: AttentionReport,
        watch: Watch | None,
    ) -> Tensor:
        query, key, value = layer.attention_input(x)
        pairs = sum(float(end - start) ** 2 for start, end in pairwise(bounds))
        said.all_pairs += pairs
        if watch:
            for start, end in pairwise(bounds):
                watch(query[:, :, start:end], key[:, :, start:end])
        result = adaptive_attention(query, key, value, config=config, bounds=bounds)
        said.pairs += result.density * pairs
        if result.covered_mass is not None:
            said.audits.append(result.covered_mass)
        joined = join_heads(result.output)[0]
        # What follows needs only `joined`, and these are what a long document takes most memory for.
        del query, key, value, result
        step = len(x) if self.training else _TOKENS_AT_ONCE[x.device.type]
        gathered = Gathered(len(x))
        for start in range(0, len(x), step):
            place = slice(start, start + step)
            gathered.put(place, layer.after_attention(x[place], joined[place]))
        return gathered.rows()


def _rows(x: Tensor, places: Tensor) -> Tensor:
    """`x` (rows, width) at `places` of any shape: (*places, width). The gradient of `index_select` is one sum, no sorting."""
    return x.index_select(0, places.reshape(-1)).view(*places.shape, -1)


def _in_half_precision(device: torch.device) -> bool:
    return device.type == "cuda" and torch.is_autocast_enabled("cuda")
