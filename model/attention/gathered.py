"""Precise attention over selected token blocks, in plain PyTorch: differentiable, for CPU and GPU, no compiler needed.

Query blocks that selected equally many key blocks are gathered and attended to together through
`scaled_dot_product_attention`, so no computed pair is padding but at the end of a document.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from model.attention.selection import Selection

_GATHERED_BYTES = {"cpu": 16 << 20, "cuda": 1 << 30}
"""How much of keys and values is gathered at once: on a CPU what stays in the caches, on a GPU what fills it."""


def gathered_attention(query: Tensor, key: Tensor, value: Tensor, selection: Selection, scale: float) -> Tensor:
    """Attention of each query block to its selected key blocks.

    `query` (batch, query heads, tokens, head_dim), `key`, `value` (batch, key heads, tokens, head_dim), laid out as the
    selection's layout says. Returns the shape of `query`; padding gets zeros.
    """
    layout = selection.layout
    blocks = [layout.to_blocks(tensor) for tensor in (query, key, value)]  # (heads, blocks, size, width) each
    heads, count, size, width = blocks[0].shape
    key_heads = key.shape[1]
    query_blocks, key_blocks, value_blocks = (tensor.reshape(-1, size, width) for tensor in blocks)
    rows = torch.arange(heads * count, device=query.device)
    of_key_head = rows // count // (heads // key_heads) * count  # first block of the key head
    counts = selection.counts.reshape(-1)
    partial = _touches_partial(selection)
    outputs, order = [], []
    for selected in sorted(set(counts.tolist())):
        for masked in (False, True):
            bucket = rows[(counts == selected) & (partial == masked)]
            per_row = 2 * selected * size * width * key.element_size()
            step = max(1, _GATHERED_BYTES.get(query.device.type, 1 << 28) // per_row)
            for part in torch.split(bucket, step) if len(bucket) else ():
                place = selection.offsets[part, None] + torch.arange(selected, device=query.device)
                chosen = selection.indices[place].long()  # (rows, selected)
                mask = _lengths_mask(layout.lengths, chosen, size) if masked else None
                if selection.is_causal:
                    mask = _with_diagonal(mask, selected, size, query.device)
                taken = of_key_head[part, None] + chosen
                attended = F.scaled_dot_product_attention(
                    query_blocks.index_select(0, part)[:, None],
                    _gather(key_blocks, taken),
                    _gather(value_blocks, taken),
                    attn_mask=mask,
                    scale=scale,
                )[:, 0]
                outputs.append(attended)
                order.append(part)
    place = torch.empty_like(rows)
    place[torch.cat(order)] = rows
    return layout.from_blocks(torch.cat(outputs).index_select(0, place).view(heads, count, size, width))


def _touches_partial(selection: Selection) -> Tensor:
    # (rows,) whether the row's last key block, the only one that can be, is shorter than a block: only those pay for a mask.
    last = selection.indices[selection.offsets[1:] - 1].long()
    return selection.layout.lengths[last] < selection.layout.block_size


def _gather(blocks: Tensor, chosen: Tensor) -> Tensor:
    """`blocks` (all, size, width), `chosen` (rows, selected) -> (rows, 1, selected · size, width).

    `index_select` copies whole blocks; indexing with a tensor copies number by number and takes three times as long on a CPU.
    """
    _, size, width = blocks.shape
    rows, selected = chosen.shape
    return blocks.index_select(0, chosen.flatten()).view(rows, 1, selected * size, width)


def _lengths_mask(lengths: Tensor, chosen: Tensor, size: int) -> Tensor:
    # (rows, 1, 1, selected · size)
    inside = torch.arange(size, device=chosen.device) < lengths[chosen][..., None]
    return inside.flatten(1)[:, None, None, :]


def _with_diagonal(mask: Tensor | None, selected: int, size: int, device: torch.device) -> Tensor:
    # The own block comes last and is the only one that causality cuts through.
    triangle = torch.ones(size, size, dtype=torch.bool, device=device).tril()
    rest = torch.ones(size, (selected - 1) * size, dtype=torch.bool, device=device)
    causal = torch.cat([rest, triangle], dim=1)[None, None]
    return causal if mask is None else mask & causal
