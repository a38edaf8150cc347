"""Selection by coverage: for each head and query block the smallest set of key blocks that reaches the target, within bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from model.attention.config import AdaptiveAttentionConfig

_STEPS_PER_OCTAVE = 8
"""Counts are rounded up to so many sizes between a number and its double, so that equal counts can be computed together."""

_TILE_ELEMENTS = 1 << 23
"""At most so many estimates are held at once."""


@dataclass(frozen=True)
class Selection:
    """Which token-block pairs are computed.

    `blocks` (batch, heads, query blocks, most) int32: the key blocks, the query's own first, then by estimated mass; -1 beyond
    `counts` (batch, heads, query blocks). `estimated` (batch, heads, query blocks): the estimated mass that they hold.
    `tokens` is the length of the text, `block_size` the tokens a token block.
    """

    blocks: Tensor
    counts: Tensor
    estimated: Tensor
    tokens: int
    block_size: int

    def mask(self) -> Tensor:
        """(batch, heads, query blocks, key blocks) bool. Quadratic in memory: for explanation and tests."""
        batch, heads, query_blocks, _ = self.blocks.shape
        key_blocks = -(-self.tokens // self.block_size)
        mask = torch.zeros(batch, heads, query_blocks, key_blocks + 1, dtype=torch.bool, device=self.blocks.device)
        mask.scatter_(-1, self.blocks.long() % (key_blocks + 1), True)  # -1 lands in the extra column
        return mask[..., :key_blocks]


Estimate = Callable[[int, int], Tensor]
"""(first query block, last + 1) -> (batch, heads, query blocks, key blocks) estimated mass."""


def select(
    estimate: Estimate,
    shape: tuple[int, int, int],
    tokens: int,
    config: AdaptiveAttentionConfig,
    *,
    is_causal: bool,
    usable: Tensor,
    device: torch.device,
) -> Selection:
    """Select for all query blocks, a tile at a time.

    `shape` is (batch, heads, blocks); `usable` (batch, blocks) says which key blocks hold at least one key.
    """
    batch, heads, count = shape
    explored = _explored(shape, config, is_causal, device)
    tile = max(1, min(count, _TILE_ELEMENTS // max(1, batch * heads * count * (config.block_size // config.pool) ** 2)))
    parts = [
        _select_tile(estimate(first, min(first + tile, count)), first, explored, usable, config, is_causal)
        for first in range(0, count, tile)
    ]
    most = max(blocks.shape[-1] for blocks, _, _ in parts)
    blocks = torch.cat([_widen(blocks, most) for blocks, _, _ in parts], dim=2)
    counts = torch.cat([counts for _, counts, _ in parts], dim=2)
    mass = torch.cat([mass for _, _, mass in parts], dim=2)
    return Selection(blocks, counts, mass, tokens, config.block_size)


def select_all(
    shape: tuple[int, int, int], tokens: int, block_size: int, *, is_causal: bool, device: torch.device
) -> Selection:
    """Every pair (of the causal triangle where causal)."""
    batch, heads, count = shape
    query = torch.arange(count, device=device)[:, None]
    step = torch.arange(count, device=device)[None, :]
    # The own block first, then backwards; where not causal, on around from the end.
    blocks = torch.where(step <= query, query - step, -1 if is_causal else query - step + count).to(torch.int32)
    counts = (blocks >= 0).sum(-1)
    return Selection(
        blocks.expand(batch, heads, count, count),
        counts.expand(batch, heads, count),
        torch.ones(batch, heads, count, device=device),
        tokens,
        block_size,
    )


def _select_tile(
    mass: Tensor, first: int, explored: Tensor, usable: Tensor, config: AdaptiveAttentionConfig, is_causal: bool
) -> tuple[Tensor, Tensor, Tensor]:
    batch, heads, rows, columns = mass.shape
    kept = _always_kept(first, rows, columns, explored, config, mass.device)
    allowed = usable[:, None, None, :].expand(batch, heads, rows, columns)
    query = torch.arange(first, first + rows, device=mass.device)
    key = torch.arange(columns, device=mass.device)
    if is_causal:
        allowed = allowed & (key[None, :] <= query[:, None])
    own = (key[None, :] == query[:, None]).expand_as(allowed)
    kept = (kept & allowed) | own
    # Sort keys: the own block, the other kept ones, the rest by mass, what may not be seen last.
    rank = mass.clone()
    rank[kept] += 2.0
    rank[own] += 2.0
    rank[~(allowed | own)] = -1.0
    limit = columns if config.ceiling is None else min(columns, max(config.ceiling, int(kept.sum(-1).max())))
    order = rank.topk(limit, dim=-1).indices
    reached = mass.gather(-1, order).cumsum(-1)
    needed = (reached < config.coverage).sum(-1) + 1
    least = kept.sum(-1).clamp_min(config.floor)
    available = (allowed | own).sum(-1)
    counts = _round_up(torch.maximum(needed, least)).clamp_max(limit)
    if config.ceiling is not None:
        counts = torch.minimum(counts, kept.sum(-1).clamp_min(config.ceiling))
    counts = torch.minimum(counts, available)
    position = torch.arange(limit, device=mass.device)
    blocks = torch.where(position < counts[..., None], order, -1).to(torch.int32)
    blocks = blocks[..., : int(counts.max())]
    held = reached.gather(-1, counts[..., None] - 1).squeeze(-1)
    return blocks, counts, held


def _always_kept(
    first: int, rows: int, columns: int, explored: Tensor, config: AdaptiveAttentionConfig, device: torch.device
) -> Tensor:
    query = torch.arange(first, first + rows, device=device)[:, None]
    key = torch.arange(columns, device=device)[None, :]
    kept = ((key - query).abs() <= config.neighbours) | (key < config.opening)
    kept = kept.expand(*explored.shape[:2], rows, columns).clone()
    return kept.scatter_(-1, explored[:, :, first : first + rows], True)


def _explored(
    shape: tuple[int, int, int], config: AdaptiveAttentionConfig, is_causal: bool, device: torch.device
) -> Tensor:
    # Drawn on the CPU, so that the selection is the same on every device.
    generator = torch.Generator().manual_seed(config.seed)
    draw = torch.rand(*shape, config.explored, generator=generator)
    reach = torch.arange(1, shape[2] + 1)[:, None] if is_causal else torch.full((shape[2], 1), shape[2])
    return (draw * reach).long().clamp_max(shape[2] - 1).to(device)


def _round_up(counts: Tensor) -> Tensor:
    exponent = torch.log2(counts.double()).floor()
    step = torch.exp2(exponent).div(_STEPS_PER_OCTAVE).clamp_min(1.0)
    return (torch.ceil(counts.double() / step) * step).to(counts.dtype)


def _widen(blocks: Tensor, most: int) -> Tensor:
    return torch.nn.functional.pad(blocks, (0, most - blocks.shape[-1]), value=-1)
