"""Selection: for each head and query block the key blocks that are computed, from their estimated mass."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from model.attention.config import AdaptiveAttentionConfig
from model.attention.layout import Document, Layout

_STEPS_PER_OCTAVE = 8
"""Counts are rounded up to so many sizes between a number and its double, so that equal counts can be computed together."""

_TILE_ELEMENTS = 1 << 23
"""At most so many estimates are held at once."""


@dataclass(frozen=True)
class Selection:
    """Which token-block pairs are computed, as compressed rows.

    Row head · blocks + query block holds the key blocks `indices[offsets[row]:offsets[row + 1]]`, ascending and numbered through
    over all documents, so that a causal row ends with the query's own block. `estimated` (heads, blocks) float32: the estimated
    mass that a row holds. `rows` is None where every pair is computed: `indices` and `offsets` are then made when asked for.
    """

    rows: tuple[Tensor, Tensor] | None
    estimated: Tensor
    layout: Layout
    is_causal: bool

    @property
    def everything(self) -> bool:
        """Whether every pair is computed."""
        return self.rows is None

    @property
    def indices(self) -> Tensor:
        """(selected pairs,) int32 key blocks."""
        return self._rows[0]

    @property
    def offsets(self) -> Tensor:
        """(heads · blocks + 1,) int64."""
        return self._rows[1]

    @cached_property
    def _rows(self) -> tuple[Tensor, Tensor]:
        if self.rows is not None:
            return self.rows
        parts = [
            _everything(document, self.heads, self.layout.device, is_causal=self.is_causal)
            for document in self.layout.documents
        ]
        return _joined(parts, self.heads, self.layout)[:2]

    @property
    def heads(self) -> int:
        """Query heads."""
        return self.estimated.shape[0]

    @property
    def counts(self) -> Tensor:
        """(heads, blocks) how many key blocks each query block takes."""
        return self.offsets.diff().view_as(self.estimated)

    @property
    def density(self) -> float:
        """Computed pairs / all pairs of token blocks (of the causal triangles where causal), over all documents."""
        if self.everything:
            return 1.0
        pairs = sum(self.layout.pairs(document, is_causal=self.is_causal) for document in self.layout.documents)
        return len(self.indices) / max(1, self.heads * pairs)

    def row(self, head: int, query_block: int) -> Tensor:
        """The key blocks of one query block, numbered through."""
        row = head * self.layout.blocks + query_block
        return self.indices[int(self.offsets[row]) : int(self.offsets[row + 1])]

    def mask(self, document: int = 0) -> Tensor:
        """(heads, query blocks, key blocks) bool of one document. Quadratic in memory: for explanation and tests."""
        place = self.layout.documents[document]
        whole = torch.zeros(self.heads * self.layout.blocks, place.blocks, dtype=torch.bool, device=self.indices.device)
        rows = torch.repeat_interleave(torch.arange(len(whole), device=whole.device), self.offsets.diff())
        ours = (self.indices >= place.first) & (self.indices < place.last)
        whole[rows[ours], self.indices[ours].long() - place.first] = True
        return whole.view(self.heads, self.layout.blocks, place.blocks)[:, place.first : place.last]


EstimateTile = Callable[[Document, int, int], Tensor]
"""(document, first query block, last + 1), counted from the document's first -> mass (heads, query blocks, key blocks)."""


def select(
    estimate: EstimateTile,
    heads: int,
    layout: Layout,
    config: AdaptiveAttentionConfig,
    *,
    is_causal: bool,
    coverage: Tensor | None = None,
    named: Tensor | None = None,
    dense: Callable[[Document], bool] = lambda document: False,
    rounded: bool = True,
) -> Selection:
    """Select for all query blocks, a tile at a time.

    `coverage` (documents, heads), where given, stands for `config.coverage`. `named` (blocks,) bool: key blocks that every query
    block of their document keeps. A document that `dense` names takes every pair. `rounded` lets counts grow to few sizes.
    """
    parts: list[tuple[Tensor, Tensor, Tensor]] = []
    for number, document in enumerate(layout.documents):
        if dense(document):
            parts.append(_everything(document, heads, layout.device, is_causal=is_causal))
            continue
        target = limits(document, config)[0] if coverage is None else coverage[number, :, None, None]
        tile = max(1, _TILE_ELEMENTS // (heads * document.blocks * (config.block_size // config.pool) ** 2))
        for first in range(0, document.blocks, tile):
            last = min(first + tile, document.blocks)
            mass = estimate(document, first, last)
            blocks = torch.arange(first, last, device=layout.device)
            drawn = explored(document, blocks, heads, config)
            kept = always_kept(document, blocks, drawn, config, named, is_causal=is_causal)
            parts.append(
                _select_tile(mass, kept, blocks, document, config, target, is_causal=is_causal, rounded=rounded)
            )
    indices, offsets, estimated = _joined(parts, heads, layout)
    return Selection((indices, offsets), estimated, layout, is_causal)


def select_all(heads: int, layout: Layout, *, is_causal: bool) -> Selection:
    """Every pair (of the causal triangles where causal)."""
    return Selection(None, torch.ones(heads, layout.blocks, device=layout.device), layout, is_causal)


def limits(document: Document, config: AdaptiveAttentionConfig) -> tuple[float, int, int]:
    """(coverage, floor, ceiling) that a query block of `document` is selected by.

    Fixed density is a floor that equals the ceiling; a threshold is applied to the mass before and needs no coverage.
    """
    if config.density is not None:
        count = max(1, math.ceil(config.density * document.blocks))
        return math.inf, count, count
    coverage = config.coverage if config.threshold is None else 0.0
    return coverage, config.floor, document.blocks if config.ceiling is None else config.ceiling


def explored(document: Document, blocks: Tensor, heads: int, config: AdaptiveAttentionConfig) -> Tensor:
    """Key blocks drawn at random, (heads, query blocks, explored), by a hash that is the same on every device.

    A draw depends on the seed, the head, the query block (`blocks`, counted from its document's first so that a document is read
    alike in any company) and its own number; it is uniform over the document's blocks.
    """
    shape = (heads, len(blocks), config.explored)
    head = torch.arange(heads, device=blocks.device).view(-1, 1, 1)
    number = torch.arange(config.explored, device=blocks.device).view(1, 1, -1)
    mixed = hashed(hashed(hashed(hashed(blocks.view(1, -1, 1)) ^ head) ^ number) ^ (config.seed & 0x7FFFFFFF))
    return ((mixed * document.blocks) >> 32).expand(shape)


def hashed(value: Tensor) -> Tensor:
    """A 32-bit mixing hash of non-negative int64 numbers below 2³² (the finaliser of MurmurHash3, here with 31-bit factors)."""
    value = ((value ^ (value >> 16)) * 0x45D9F3B) & 0xFFFFFFFF
    value = ((value ^ (value >> 16)) * 0x45D9F3B) & 0xFFFFFFFF
    return value ^ (value >> 16)


def always_kept(
    document: Document,
    blocks: Tensor,
    drawn: Tensor,
    config: AdaptiveAttentionConfig,
    named: Tensor | None,
    *,
    is_causal: bool,
) -> Tensor:
    """(heads, query blocks, key blocks) bool: own block, neighbours, opening, those named, those drawn at random.

    `blocks` (query blocks,) counted from the document's first; `drawn` is what `explored` draws for them. Where causal, nothing
    after the own block.
    """
    key = torch.arange(document.blocks, device=blocks.device)
    away = key - blocks[:, None]
    kept = (away.abs() <= config.neighbours) | (key < config.opening)
    if named is not None:
        kept = kept | named[document.first : document.last]
    kept = kept.expand(len(drawn), len(blocks), document.blocks).clone()
    kept.scatter_(-1, drawn, True)
    return kept & (away <= 0) if is_causal else kept


def in_order(mass: Tensor, kept: Tensor, blocks: Tensor, *, is_causal: bool) -> tuple[Tensor, Tensor]:
    """The order in which key blocks are selected: the always-kept ones, the rest by mass, and last what may not be seen.

    `mass`, `kept` (heads, query blocks, key blocks), `blocks` (query blocks,) from the document's first. Returns what is sorted
    by, and the indices; ties go to the earlier block, so not by `topk`, which lets them go anywhere.
    """
    rank = torch.where(kept, mass + 2.0, mass)
    if is_causal:
        rank.masked_fill_(torch.arange(mass.shape[-1], device=mass.device) > blocks[:, None], -1.0)
    return rank, torch.sort(rank, stable=True, dim=-1, descending=True).indices


def _select_tile(
    mass: Tensor,
    kept: Tensor,
    blocks: Tensor,
    document: Document,
    config: AdaptiveAttentionConfig,
    coverage: Tensor | float,
    *,
    is_causal: bool,
    rounded: bool,
) -> tuple[Tensor, Tensor, Tensor]:
    """(indices, counts (heads, rows), estimated (heads, rows)) of one tile; `coverage` for all heads or (heads, 1, 1)."""
    columns = mass.shape[2]
    available = blocks + 1 if is_causal else torch.full_like(blocks, columns)
    rank, order = in_order(mass, kept, blocks, is_causal=is_causal)
    _, floor, ceiling = limits(document, config)
    if config.threshold is None:
        order = order[..., : max(ceiling, int(kept.sum(-1).max()))]
    reached = mass.gather(-1, order).cumsum(-1)
    needed = (reached < coverage).sum(-1) + 1
    if config.threshold is not None:
        needed = (rank >= config.threshold).sum(-1)
    least = kept.sum(-1)
    counts = torch.maximum(needed.clamp(max=ceiling), least.clamp_min(floor))
    if rounded and config.density is None:
        counts = torch.maximum(_round_up(counts).clamp(max=ceiling), counts)
    counts = torch.minimum(counts, available).clamp(max=order.shape[-1])
    chosen = torch.arange(order.shape[-1], device=mass.device) < counts[..., None]
    order = order.masked_fill(~chosen, columns).sort(-1).values
    held = reached.gather(-1, counts[..., None] - 1).squeeze(-1)
    return (order[order < columns] + document.first).to(torch.int32), counts, held


def _everything(
    document: Document, heads: int, device: torch.device, *, is_causal: bool
) -> tuple[Tensor, Tensor, Tensor]:
    count = document.blocks
    key = torch.arange(count, dtype=torch.int32, device=device)
    seen = key[None, :] <= key[:, None] if is_causal else torch.ones(count, count, dtype=torch.bool, device=device)
    indices = (key.expand(count, count)[seen] + document.first).repeat(heads)
    counts = seen.sum(-1).expand(heads, count)
    return indices, counts, torch.ones(heads, count, device=device)


def _joined(parts: list[tuple[Tensor, Tensor, Tensor]], heads: int, layout: Layout) -> tuple[Tensor, Tensor, Tensor]:
    """Tiles (indices, counts and estimated (heads, their rows)) -> indices, offsets, estimated of all rows."""
    if not parts:
        nothing = torch.zeros(heads, 0, device=layout.device)
        return nothing.flatten().int(), torch.zeros(1, dtype=torch.int64, device=layout.device), nothing
    counts = torch.cat([counts for _, counts, _ in parts], dim=1)
    offsets = torch.zeros(counts.numel() + 1, dtype=torch.int64, device=layout.device)
    torch.cumsum(counts.flatten(), 0, out=offsets[1:])
    indices = parts[0][0]
    if len(parts) > 1:
        by_head = [torch.split(part, counts.sum(1).tolist()) for part, counts, _ in parts]
        indices = torch.cat([tile[head] for head in range(heads) for tile in by_head])
    return indices, offsets, torch.cat([mass for _, _, mass in parts], dim=1)


def _round_up(counts: Tensor) -> Tensor:
    exponent = torch.log2(counts.double()).floor()
    step = torch.exp2(exponent).div(_STEPS_PER_OCTAVE).clamp_min(1.0)
    return (torch.ceil(counts.double() / step) * step).to(counts.dtype)
