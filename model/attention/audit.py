"""The audit: how much of the dense attention mass the selection covers, measured on query rows drawn at random.

For a drawn row every key is scored, those left out included, so its covered mass is exact; the mean over rows drawn uniformly
is an unbiased estimate of the mean covered mass of all rows, and its 95 % interval is the normal one over the rows. The cost is
`rows` / (heads · tokens) of dense attention.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from model.attention.selection import Selection

_Z95 = 1.96
_CHUNK = 64
"""Rows scored at once: bounds the memory at _CHUNK · tokens scores."""


@dataclass(frozen=True, slots=True)
class CoveredMass:
    """Mean covered mass with its 95 % interval, from `rows` audited query rows."""

    estimate: float
    low: float
    high: float
    rows: int


def combine(parts: list[CoveredMass]) -> CoveredMass:
    """Mean over several layers or documents that were audited independently; half-widths add in quadrature."""
    estimate = sum(part.estimate for part in parts) / len(parts)
    below = math.sqrt(sum((part.estimate - part.low) ** 2 for part in parts)) / len(parts)
    above = math.sqrt(sum((part.high - part.estimate) ** 2 for part in parts)) / len(parts)
    return CoveredMass(estimate, estimate - below, estimate + above, sum(part.rows for part in parts))


@torch.no_grad()
def audit_rows(
    query: Tensor,
    key: Tensor,
    selection: Selection,
    rows: int,
    scale: float,
    seed: int,
    *,
    is_causal: bool,
    valid: Tensor,
) -> CoveredMass:
    """Covered mass of `rows` rows, drawn uniformly with replacement among the rows whose query is not padding.

    `query` (batch, query heads, tokens, head_dim), `key` (batch, key heads, tokens, head_dim), `valid` (batch, tokens).
    """
    generator = torch.Generator().manual_seed(seed)
    places = valid.nonzero().cpu()
    drawn = places[torch.randint(len(places), (rows,), generator=generator)].to(query.device)
    heads = torch.randint(query.shape[1], (rows,), generator=generator).to(query.device)
    shares = [
        _row_shares(query, key, selection, drawn[i : i + _CHUNK], heads[i : i + _CHUNK], scale, is_causal, valid)
        for i in range(0, rows, _CHUNK)
    ]
    share = torch.cat(shares).double()
    mean = float(share.mean())
    spread = float(share.std()) / math.sqrt(rows) if rows > 1 else 1.0
    return CoveredMass(mean, max(0.0, mean - _Z95 * spread), min(1.0, mean + _Z95 * spread), rows)


def _row_shares(
    query: Tensor,
    key: Tensor,
    selection: Selection,
    drawn: Tensor,
    heads: Tensor,
    scale: float,
    is_causal: bool,
    valid: Tensor,
) -> Tensor:
    batch, token = drawn.unbind(1)
    group = query.shape[1] // key.shape[1]
    rows = query[batch, heads, token].float()  # (rows, head_dim)
    scores = torch.stack(
        [key[b, h // group].float() @ row for b, h, row in zip(batch.tolist(), heads.tolist(), rows, strict=True)]
    ).mul_(scale)  # (rows, tokens)
    seen = valid[batch]
    position = torch.arange(key.shape[2], device=key.device)
    if is_causal:
        seen = seen & (position[None, :] <= token[:, None])
    mass = torch.softmax(scores.masked_fill(~seen, -math.inf), dim=-1).nan_to_num(0.0)
    blocks = selection.blocks[batch, heads, token // selection.block_size].long()  # (rows, most)
    count = -(-key.shape[2] // selection.block_size)
    chosen = torch.zeros(len(rows), count + 1, dtype=torch.bool, device=key.device)
    chosen.scatter_(1, blocks % (count + 1), True)
    # Sums of a softmax can pass 1 in the last digit.
    return (mass * chosen[:, position // selection.block_size]).sum(1).clamp_max(1.0)
