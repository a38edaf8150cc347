"""Precise attention over selected token blocks, in plain PyTorch: differentiable, for CPU and GPU, no compiler needed.

Query blocks that selected equally many key blocks are gathered and attended to together through
`scaled_dot_product_attention`, so no computed pair is padding but at the end of a document.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from model.attention.parts import Gathered
from model.attention.selection import Selection

_GATHERED_BYTES = {"cpu": 16 << 20, "cuda": 1 << 30}
"""How much of keys and values is gathered at once: on a CPU what stays in the caches, on a GPU what fills it."""


def gathered_attention(query: Tensor, key: Tensor, value: Tensor, selection: Selection, scale: float) -> Tensor:
    """Attention of each query block to its selected key blocks.

    `query` (batch, query heads, tokens, head_dim), `key`, `value` (batch, key heads, tokens, head_dim), laid out as the
    selection's layout says. Returns the shape of `query`; padding gets zeros.
    """
    return _gathered(query, key, value, selection, scale, _attend)[0]


def gathered_attention_and_sums(
    query: Tensor, key: Tensor, value: Tensor, selection: Selection, scale: float
) -> tuple[Tensor, Tensor]:
    """As `gathered_attention`, with (batch, query heads, tokens) logarithms of each query's sum of exp(score), for the audit.

    They come for nothing on a CPU; elsewhere all scores of what is gathered at once are held. They are not differentiated.
    """
    one_pass = query.device.type == "cpu"
    output, sums = _gathered(query, key, value, selection, scale, _attend_and_sum if one_pass else _by_products)
    return output, selection.layout.from_blocks(sums[..., None])[..., 0]


Attend = Callable[[Tensor, Tensor, Tensor, Tensor | None, float], tuple[Tensor, Tensor]]
"""Query, key, value (rows, 1, queries or keys, width), mask and scale -> output, and (rows, 1, queries) logarithms of sums."""


def _gathered(
    query: Tensor, key: Tensor, value: Tensor, selection: Selection, scale: float, attend: Attend
) -> tuple[Tensor, Tensor]:
    # Output (batch, heads, tokens, width); sums still in blocks, (heads, blocks, size).
    layout = selection.layout
    blocks = [layout.to_blocks(tensor) for tensor in (query, key, value)]  # (heads, blocks, size, width) each
    heads, count, size, width = blocks[0].shape
    key_heads = key.shape[1]
    query_blocks, key_blocks, value_blocks = (tensor.reshape(-1, size, width) for tensor in blocks)
    rows = torch.arange(heads * count, device=query.device)
    of_key_head = rows // count // (heads // key_heads) * count  # first block of the key head
    counts = selection.counts.reshape(-1)
    partial = _touches_partial(selection)
    at_once = _GATHERED_BYTES.get(query.device.type, 1 << 28) // (2 * size * width * key.element_size())  # key blocks
    spare = _spare(query_blocks, key_blocks, value_blocks, max(at_once, int(counts.max())))
    outputs, sums = Gathered(len(rows)), Gathered(len(rows))
    for selected in sorted(set(counts.tolist())):
        for masked in (False, True):
            bucket = rows[(counts == selected) & (partial == masked)]
            for part in torch.split(bucket, max(1, at_once // selected)) if len(bucket) else ():
                place = selection.offsets[part, None] + torch.arange(selected, device=query.device)
                chosen = selection.indices[place].long()  # (rows, selected)
                mask = _lengths_mask(layout.lengths, chosen, size) if masked else None
                if selection.is_causal:
                    mask = _with_diagonal(mask, selected, size, query.device)
                taken = of_key_head[part, None] + chosen
                asked = query_blocks.index_select(0, part)[:, None]
                keys, values = _gather(key_blocks, spare[0], taken), _gather(value_blocks, spare[1], taken)
                attended, summed = attend(asked, keys, values, mask, scale)
                outputs.put(part, attended[:, 0])
                sums.put(part, summed[:, 0])
    output = layout.from_blocks(outputs.rows().view(heads, count, size, width))
    return output, sums.rows().view(heads, count, -1)


def _attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, scale: float) -> tuple[Tensor, Tensor]:
    output = F.scaled_dot_product_attention(query, key, value, attn_mask=mask, scale=scale)
    return output, query.new_empty(len(query), 1, 0)


def _attend_and_sum(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, scale: float
) -> tuple[Tensor, Tensor]:
    # What `scaled_dot_product_attention` itself calls on a CPU; it drops the sums.
    bias = None if mask is None else torch.zeros(mask.shape, dtype=query.dtype).masked_fill_(~mask, -math.inf)
    both: tuple[Tensor, Tensor] = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(
        query, key, value, attn_mask=bias, scale=scale
    )
    return both[0], both[1].detach()


def _by_products(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, scale: float) -> tuple[Tensor, Tensor]:
    wide = torch.promote_types(query.dtype, torch.float32)
    scores = (query.to(wide) @ key.to(wide).transpose(-1, -2)) * scale
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    sums = scores.detach().logsumexp(-1)
    return torch.softmax(scores, dim=-1).to(value.dtype) @ value, sums


def _touches_partial(selection: Selection) -> Tensor:
    # (rows,) whether the row's last key block, the only one that can be, is shorter than a block: only those pay for a mask.
    last = selection.indices[selection.offsets[1:] - 1].long()
    return selection.layout.lengths[last] < selection.layout.block_size


def _spare(
    query_blocks: Tensor, key_blocks: Tensor, value_blocks: Tensor, count: int
) -> tuple[Tensor | None, Tensor | None]:
    """Room for `count` gathered blocks of keys and of values, used again and again: new memory is touched slowly.

    None where gradients are wanted, for which each gathered block is kept.
    """
    if torch.is_grad_enabled() and any(blocks.requires_grad for blocks in (query_blocks, key_blocks, value_blocks)):
        return None, None
    return key_blocks.new_empty(count, *key_blocks.shape[1:]), value_blocks.new_empty(count, *value_blocks.shape[1:])


def _gather(blocks: Tensor, spare: Tensor | None, chosen: Tensor) -> Tensor:
    """`blocks` (all, size, width), `chosen` (rows, selected) -> (rows, 1, selected · size, width), in `spare` where there is one.

    `index_select` copies whole blocks; indexing with a tensor copies number by number and takes three times as long on a CPU.
    """
    _, size, width = blocks.shape
    rows, selected = chosen.shape
    if spare is None:
        taken = blocks.index_select(0, chosen.flatten())
    else:
        taken = torch.index_select(blocks, 0, chosen.flatten(), out=spare[: rows * selected])
    return taken.view(rows, 1, selected * size, width)


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
