"""Dense attention: the yardstick for quality and cost, and an explicit reference that is slow and obviously right."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor


def dense_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    *,
    is_causal: bool = False,
    key_padding_mask: Tensor | None = None,
    scale: float | None = None,
) -> Tensor:
    """All pairs, through PyTorch's fused kernel.

    `query` (batch, query heads, tokens, head_dim); `key`, `value` (batch, key heads, tokens, head_dim), where the key heads
    divide the query heads. `key_padding_mask` (batch, tokens), True where a key is padding. A query without any key gets zeros.
    """
    key, value = repeat_heads(key, query.shape[1]), repeat_heads(value, query.shape[1])
    if key_padding_mask is None:
        return F.scaled_dot_product_attention(query, key, value, is_causal=is_causal, scale=scale)
    allowed = ~key_padding_mask[:, None, None, :]  # (batch, 1, 1, tokens)
    if is_causal:
        allowed = allowed & causal_mask(query.shape[2], key.shape[2], query.device)
    output = F.scaled_dot_product_attention(query, key, value, attn_mask=allowed, scale=scale)
    return torch.where(allowed.any(-1, keepdim=True), output, 0.0)


def reference_attention(
    query: Tensor, key: Tensor, value: Tensor, allowed: Tensor, scale: float | None = None
) -> tuple[Tensor, Tensor]:
    """Softmax attention written out, in float64, with a mask.

    `allowed` broadcasts to (batch, query heads, queries, keys). Returns the output and the probabilities, where rows without
    an allowed key are zeros.
    """
    key, value = repeat_heads(key, query.shape[1]).double(), repeat_heads(value, query.shape[1]).double()
    scale = 1.0 / math.sqrt(query.shape[-1]) if scale is None else scale
    scores = query.double() @ key.transpose(-1, -2) * scale  # (batch, heads, queries, keys)
    probabilities = torch.softmax(scores.masked_fill(~allowed, -math.inf), dim=-1).nan_to_num(0.0)
    return probabilities @ value, probabilities


def repeat_heads(tensor: Tensor, heads: int) -> Tensor:
    """Key or value heads repeated so that each query head has its own; a view where they already match."""
    have = tensor.shape[1]
    if have == heads:
        return tensor
    if heads % have:
        raise ValueError(f"{have} key heads do not divide {heads} query heads")
    return tensor.repeat_interleave(heads // have, dim=1)


def causal_mask(queries: int, keys: int, device: torch.device) -> Tensor:
    """(queries, keys), True where a query may look at a key that is not after it."""
    return torch.ones(queries, keys, dtype=torch.bool, device=device).tril()
