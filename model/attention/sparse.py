"""Precise attention over selected token blocks, in plain PyTorch: differentiable, for CPU and GPU, no compiler needed.

Query blocks that selected equally many key blocks are gathered and attended to together through
`scaled_dot_product_attention`, so no computed pair is padding but at the end of the text.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from model.attention.selection import Selection

_GATHERED_BYTES = {"cpu": 16 << 20, "cuda": 1 << 30}
"""How much of keys and values is gathered at once: on a CPU what stays in the caches, on a GPU what fills it."""


def sparse_attention(
    query: Tensor, key: Tensor, value: Tensor, selection: Selection, valid: Tensor, scale: float, *, is_causal: bool
) -> Tensor:
    """Attention of each query block to its selected key blocks.

    `query` (batch, query heads, tokens, head_dim), `key`, `value` (batch, key heads, tokens, head_dim), tokens a multiple of
    the selection's block size; `valid` (batch, tokens) False where a key is padding. A query without a valid key gets zeros.
    """
    batch, heads, tokens, width = query.shape
    size = selection.block_size
    count = tokens // size
    group = heads // key.shape[1]
    query_blocks = query.reshape(-1, size, width)  # (batch · heads · blocks, size, width)
    key_blocks = key.reshape(-1, size, width)
    value_blocks = value.reshape(-1, size, width)
    block_valid = valid.view(-1, size)  # (batch · blocks, size)
    partial = ~block_valid.all(1)  # (batch · blocks,)
    rows = torch.arange(batch * heads * count, device=query.device)
    of_batch = rows // (heads * count)
    of_key_head = of_batch * key.shape[1] + rows // count % heads // group
    blocks = selection.blocks.reshape(len(rows), -1).long()
    counts = selection.counts.reshape(-1)
    # Only rows that see a partly padded block pay for a mask.
    chosen = blocks >= 0
    touches = (partial[of_batch[:, None] * count + blocks.clamp_min(0)] & chosen).any(1)
    outputs, order = [], []
    for selected in sorted(set(counts.tolist())):
        for masked in (False, True):
            bucket = rows[(counts == selected) & (touches == masked)]
            per_row = 2 * selected * size * width * key.element_size()
            step = max(1, _GATHERED_BYTES.get(query.device.type, 1 << 28) // per_row)
            for part in torch.split(bucket, step):
                keys = of_key_head[part, None] * count + blocks[part, :selected]  # (rows, selected)
                mask = _mask(block_valid, of_batch[part], blocks[part, :selected], count) if masked else None
                if is_causal:
                    mask = _with_diagonal(mask, selected, size, query.device)
                attended = F.scaled_dot_product_attention(
                    query_blocks.index_select(0, part)[:, None],
                    _gather(key_blocks, keys),
                    _gather(value_blocks, keys),
                    attn_mask=mask,
                    scale=scale,
                )[:, 0]
                if mask is not None:
                    attended = torch.where(mask.any(-1)[:, 0, :, None], attended, 0.0)
                outputs.append(attended)
                order.append(part)
    place = torch.empty_like(rows)
    place[torch.cat(order)] = rows
    return torch.cat(outputs).index_select(0, place).view(batch, heads, tokens, width)


def _gather(blocks: Tensor, chosen: Tensor) -> Tensor:
    """`blocks` (all, size, width), `chosen` (rows, selected) -> (rows, 1, selected · size, width).

    `index_select` copies whole blocks; indexing with a tensor copies number by number and takes three times as long on a CPU.
    """
    _, size, width = blocks.shape
    rows, selected = chosen.shape
    return blocks.index_select(0, chosen.flatten()).view(rows, 1, selected * size, width)


def _mask(block_valid: Tensor, batch: Tensor, blocks: Tensor, count: int) -> Tensor:
    # (rows, 1, 1, selected · size)
    return block_valid[batch[:, None] * count + blocks].flatten(1)[:, None, None, :]


def _with_diagonal(mask: Tensor | None, selected: int, size: int, device: torch.device) -> Tensor:
    # The own block comes first and is the only one that causality cuts through.
    triangle = torch.ones(size, size, dtype=torch.bool, device=device).tril()
    rest = torch.ones(size, (selected - 1) * size, dtype=torch.bool, device=device)
    causal = torch.cat([triangle, rest], dim=1)[None, None]
    return causal if mask is None else mask & causal
