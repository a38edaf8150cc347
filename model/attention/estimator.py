"""The importance estimator: a coarse guess at how much attention mass lies in each pair of token blocks.

Queries and keys are averaged over short runs of `pool` tokens. For a run of keys with mean m and variance v (per
coordinate), the mass that a query q gives it is  n·E[exp(s q·k)] ≈ n·exp(s q·m + s²/2 Σ q²v), the second-order cumulant
expansion; the variance term keeps a run with one strong key from being averaged away. Runs are then summed to token blocks.

Blocks of queries are estimated a tile at a time: nothing of the size (tokens / block)² need be held at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class PooledKeys:
    """What the estimator keeps of the keys: `features` (batch, heads, runs, 2·head_dim), `log_count` (batch, 1, runs)."""

    features: Tensor
    log_count: Tensor
    runs_per_block: int


def pool_keys(key: Tensor, valid: Tensor, pool: int, block_size: int) -> PooledKeys:
    """Means and variances over runs of `pool` keys.

    `key` (batch, heads, tokens, head_dim), `valid` (batch, tokens) False where a key is padding; tokens a multiple of
    `block_size`.
    """
    weight = valid[:, None, :, None].to(key.dtype)
    count = _runs(weight, pool).sum(3)  # (batch, 1, runs, 1)
    divisor = count.clamp_min(1.0)
    mean = _runs(key * weight, pool).sum(3) / divisor
    square = _runs(key.square() * weight, pool).sum(3) / divisor
    variance = (square - mean.square()).clamp_min(0.0)
    features = torch.cat([mean, variance], dim=-1)  # (batch, heads, runs, 2·head_dim)
    return PooledKeys(features, count.squeeze(-1).log(), block_size // pool)


def pool_queries(query: Tensor, pool: int) -> Tensor:
    """Mean queries over runs of `pool` tokens: (batch, heads, runs, head_dim). Padding at the end counts as zeros."""
    return _runs(query, pool).mean(3)


def estimate_mass(pooled_query: Tensor, keys: PooledKeys, scale: float, allowed: Tensor | None = None) -> Tensor:
    """Estimated share of each key block in the attention of each query block.

    `pooled_query` (batch, heads, query blocks · runs, head_dim), one tile of them. `allowed`, where given, (query blocks, key
    blocks), False where no key of the block may be seen. Returns float32
    (batch, heads, query blocks, key blocks) whose rows sum to 1.
    """
    runs = keys.runs_per_block
    probe = torch.cat([pooled_query * scale, pooled_query.square() * (0.5 * scale * scale)], dim=-1)
    repeat = pooled_query.shape[1] // keys.features.shape[1]
    features = keys.features.repeat_interleave(repeat, 1) if repeat > 1 else keys.features
    scores = (probe @ features.transpose(-1, -2)).float() + keys.log_count[:, :, None, :]
    if allowed is not None:
        fine = allowed.repeat_interleave(runs, 0).repeat_interleave(runs, 1)
        scores = scores.masked_fill(~fine, -math.inf)
    mass = torch.softmax(scores, dim=-1).nan_to_num(0.0)  # (batch, heads, query runs, key runs)
    batch, heads, query_runs, key_runs = mass.shape
    return mass.view(batch, heads, query_runs // runs, runs, key_runs // runs, runs).sum(-1).mean(3)


def _runs(tensor: Tensor, pool: int) -> Tensor:
    batch, heads, tokens, width = tensor.shape
    return tensor.view(batch, heads, tokens // pool, pool, width)


def pad_tokens(tensor: Tensor, block_size: int) -> Tensor:
    """Zeros appended along the tokens (the last dimension but one) up to a multiple of `block_size`."""
    missing = -tensor.shape[-2] % block_size
    return F.pad(tensor, (0, 0, 0, missing)) if missing else tensor
