"""Adaptive sparse attention: estimate, select, attend, audit. The one function that others call."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from model.attention.audit import audit_rows
from model.attention.config import AdaptiveAttentionConfig
from model.attention.dense import dense_attention
from model.attention.estimator import estimate_mass, pad_tokens, pool_keys, pool_queries
from model.attention.result import AttentionResult
from model.attention.selection import Selection, select, select_all
from model.attention.sparse import sparse_attention


def adaptive_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    *,
    config: AdaptiveAttentionConfig | None = None,
    is_causal: bool = False,
    key_padding_mask: Tensor | None = None,
    scale: float | None = None,
) -> AttentionResult:
    """Attention whose computed pairs of token blocks adapt to the text.

    `query` (batch, query heads, tokens, head_dim); `key`, `value` (batch, key heads, tokens, head_dim), the key heads dividing
    the query heads. `key_padding_mask` (batch, tokens), True where a token is padding. `scale` defaults to 1/√head_dim.
    Raises `ValueError` for shapes that do not fit. Dense (and says so in `kernel`) below `config.dense_below` tokens and at
    coverage 1.0. The selection is the same for the same inputs and seed.
    """
    config = config or AdaptiveAttentionConfig()
    _check(query, key, value, key_padding_mask)
    scale = 1.0 / math.sqrt(query.shape[-1]) if scale is None else scale
    batch, heads, tokens, _ = query.shape
    valid = _valid(query, key_padding_mask)
    shape = (batch, heads, -(-tokens // config.block_size))
    if config.coverage >= 1.0 or tokens < config.dense_below:
        output = dense_attention(query, key, value, is_causal=is_causal, key_padding_mask=key_padding_mask, scale=scale)
        chosen = select_all(shape, tokens, config.block_size, is_causal=is_causal, device=query.device)
        kernel = "dense"
    else:
        chosen, output = _attend(query, key, value, valid, config, scale, is_causal)
        kernel = "gathered"
    covered = None
    if config.audit_rows and bool(valid.any()):
        covered = audit_rows(
            query, key, chosen, config.audit_rows, scale, config.seed, is_causal=is_causal, valid=valid
        )
    return AttentionResult(output, density(chosen, is_causal=is_causal), covered, chosen, kernel)


def density(selection: Selection, *, is_causal: bool) -> float:
    """Computed pairs of token blocks / all pairs (of the causal triangle where causal)."""
    batch, heads, count = selection.counts.shape
    pairs = count * (count + 1) // 2 if is_causal else count * count
    return float(selection.counts.sum()) / (batch * heads * pairs)


def _attend(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    valid: Tensor,
    config: AdaptiveAttentionConfig,
    scale: float,
    is_causal: bool,
) -> tuple[Selection, Tensor]:
    tokens, size = query.shape[2], config.block_size
    query, key, value = (pad_tokens(tensor, size) for tensor in (query, key, value))
    valid = F.pad(valid, (0, -tokens % size), value=False)
    with torch.no_grad():
        chosen = _select(query, key, valid, tokens, config, scale, is_causal)
    output = sparse_attention(query, key, value, chosen, valid, scale, is_causal=is_causal)
    return chosen, output[:, :, :tokens]


def _select(
    query: Tensor,
    key: Tensor,
    valid: Tensor,
    tokens: int,
    config: AdaptiveAttentionConfig,
    scale: float,
    is_causal: bool,
) -> Selection:
    batch, heads, padded, _ = query.shape
    count, runs = padded // config.block_size, config.block_size // config.pool
    pooled_keys = pool_keys(key, valid, config.pool, config.block_size)
    pooled_queries = pool_queries(query, config.pool)
    blocks = torch.arange(count, device=query.device)

    def estimate(first: int, last: int) -> Tensor:
        allowed = blocks[None, :] <= blocks[first:last, None] if is_causal else None
        return estimate_mass(pooled_queries[:, :, first * runs : last * runs], pooled_keys, scale, allowed)

    usable = valid.view(batch, count, config.block_size).any(-1)
    return select(
        estimate, (batch, heads, count), tokens, config, is_causal=is_causal, usable=usable, device=query.device
    )


def _valid(query: Tensor, key_padding_mask: Tensor | None) -> Tensor:
    if key_padding_mask is None:
        return torch.ones(query.shape[0], query.shape[2], dtype=torch.bool, device=query.device)
    return ~key_padding_mask


def _check(query: Tensor, key: Tensor, value: Tensor, key_padding_mask: Tensor | None) -> None:
    if query.dim() != 4 or key.shape != value.shape or key.dim() != 4:
        raise ValueError("query, key and value must be (batch, heads, tokens, head_dim), key and value of one shape")
    if query.shape[0] != key.shape[0] or query.shape[2:] != key.shape[2:] or query.shape[1] % key.shape[1]:
        raise ValueError(
            f"query {tuple(query.shape)} and key {tuple(key.shape)} must agree in batch, tokens and head_dim, "
            "and the key heads must divide the query heads"
        )
    if query.shape[2] == 0:
        raise ValueError("there are no tokens to attend to")
    if key_padding_mask is not None and key_padding_mask.shape != (query.shape[0], query.shape[2]):
        raise ValueError(f"key_padding_mask must be (batch, tokens), not {tuple(key_padding_mask.shape)}")
