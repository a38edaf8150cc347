"""Precise attention over selected token blocks on an NVIDIA GPU, differentiable."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from triton.tools.tensor_descriptor import TensorDescriptor

from model.attention.gpu import attend_kernels
from model.attention.gpu.hopper import hopper_forward, hopper_takes
from model.attention.selection import Selection

_LOG2_E = math.log2(math.e)


@dataclass(frozen=True)
class Tiles:
    """Queries and keys a tile, warps a program, stages of the software pipeline; whether tiles come by the copy engine (TMA)."""

    queries: int
    keys: int
    warps: int
    stages: int
    tma: bool = False


def triton_attention(
    query: Tensor, key: Tensor, value: Tensor, selection: Selection, scale: float
) -> tuple[Tensor, Tensor]:
    """Attention of each query block to its selected key blocks.

    `query` (batch, query heads, tokens, head_dim), `key`, `value` (batch, key heads, tokens, head_dim) in float16, bfloat16 or
    float32, laid out as the selection's layout says; sums are float32. Returns the output, of the shape of `query`, zeros for
    padding; and (batch, query heads, tokens) float32 binary logarithms of each query's sum of exp(score), which are not
    differentiated and may be anything for padding.
    """
    apply: Callable[..., tuple[Tensor, Tensor]] = _Attention.apply
    return apply(query, key, value, selection, scale)


class _Attention(torch.autograd.Function):
    @staticmethod
    def forward(
        context: Any, query: Tensor, key: Tensor, value: Tensor, selection: Selection, scale: float
    ) -> tuple[Tensor, Tensor]:
        query, key, value = (_innermost(tensor) for tensor in (query, key, value))
        chosen = hopper_forward if hopper_takes(query, selection) else forward
        output, lse = chosen(query, key, value, selection, scale)
        context.save_for_backward(query, key, value, output, lse)
        context.selection, context.scale = selection, scale
        context.mark_non_differentiable(lse)
        context.set_materialize_grads(False)  # no zeros for the sums, which have no gradient
        return output, lse

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor, None, None]:
        query, key, value, output, lse = context.saved_tensors
        gradient = _innermost(gradients[0])
        found = backward(query, key, value, output, lse, gradient, context.selection, context.scale)
        return *found, None, None


def forward(
    query: Tensor, key: Tensor, value: Tensor, selection: Selection, scale: float, tiles: Tiles | None = None
) -> tuple[Tensor, Tensor]:
    """(output, log2-sum-exp of the computed scores (batch, heads, tokens) float32); shapes as in `triton_attention`."""
    layout = selection.layout
    batch, heads, tokens, width = query.shape
    tiles = tiles or forward_tiles(width, layout.block_size, query.dtype, key)
    output = torch.empty_like(query) if layout.complete else torch.zeros_like(query)
    lse = torch.empty(batch, heads, tokens, dtype=torch.float32, device=query.device)
    keys, values = (_descriptor(t, tiles.keys) if tiles.tma else t for t in (key, value))
    grid = (layout.blocks * (layout.block_size // tiles.queries), heads)
    if layout.documents:
        attend_kernels.forward[grid](
            query, keys, values, output, lse, selection.offsets, selection.indices, layout.table,
            scale * _LOG2_E, layout.blocks, tokens,
            *query.stride()[:3], *key.stride()[:3], *value.stride()[:3], *output.stride()[:3],
            GROUP=heads // key.shape[1], D=width, BLOCK=layout.block_size, BM=tiles.queries, BN=tiles.keys,
            CAUSAL=selection.is_causal, TMA=tiles.tma, PRECISION=_precision(query.dtype),
            num_warps=tiles.warps, num_stages=tiles.stages,
        )  # fmt: skip
    return output, lse


def backward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    output: Tensor,
    lse: Tensor,
    gradient: Tensor,
    selection: Selection,
    scale: float,
) -> tuple[Tensor, Tensor, Tensor]:
    """Gradients of query, key and value. The selection itself is not differentiated."""
    layout = selection.layout
    heads, key_heads, width = query.shape[1], key.shape[1], query.shape[3]
    delta = (gradient.float() * output.float()).sum(-1)
    gradients = [torch.zeros(t.shape, dtype=t.dtype, device=t.device) for t in (query, key, value)]
    if not layout.documents:
        return gradients[0], gradients[1], gradients[2]
    tiles = backward_tiles(width, layout.block_size, query.dtype)
    strides = [s for tensor in (query, key, value, gradient) for s in tensor.stride()[:3]]
    constants = {
        "D": width,
        "BLOCK": layout.block_size,
        "BM": tiles.queries,
        "BN": tiles.keys,
        "CAUSAL": selection.is_causal,
        "PRECISION": _precision(query.dtype),
        "num_warps": tiles.warps,
        "num_stages": tiles.stages,
    }
    attend_kernels.backward_query[(layout.blocks * (layout.block_size // tiles.queries), heads)](
        query, key, value, gradient, gradients[0], lse, delta, selection.offsets, selection.indices, layout.table,
        scale, layout.blocks, query.shape[2], *strides, *gradients[0].stride()[:3],
        GROUP=heads // key_heads, **constants,
    )  # fmt: skip
    offsets, rows = transposed(selection, key_heads)
    attend_kernels.backward_key_value[(layout.blocks * (layout.block_size // tiles.keys), key_heads)](
        query, key, value, gradient, gradients[1], gradients[2], lse, delta, offsets, rows, layout.table,
        scale, layout.blocks, query.shape[2], heads, *strides, *gradients[1].stride()[:3], **constants,
    )  # fmt: skip
    return gradients[0], gradients[1], gradients[2]


def transposed(selection: Selection, key_heads: int) -> tuple[Tensor, Tensor]:
    """Who took each key block: (offsets (key heads · blocks + 1,) int64, rows (pairs,) int32 of head · blocks + query block)."""
    blocks = selection.layout.blocks
    taker = torch.repeat_interleave(
        torch.arange(selection.heads * blocks, device=selection.indices.device),
        selection.offsets.diff(),
        output_size=len(selection.indices),
    )
    taken = taker // (blocks * (selection.heads // key_heads)) * blocks + selection.indices
    order = torch.sort(taken, stable=True).indices
    offsets = torch.zeros(key_heads * blocks + 1, dtype=torch.int64, device=taken.device)
    torch.cumsum(torch.bincount(taken, minlength=key_heads * blocks), 0, out=offsets[1:])
    return offsets, taker[order].to(torch.int32)


def forward_tiles(width: int, block_size: int, dtype: torch.dtype, key: Tensor) -> Tiles:
    """Measured on an H100; see docs/attention.md."""
    if dtype == torch.float32:
        return Tiles(min(64 if width <= 128 else 32, block_size), 32, 4, 2 if width <= 128 else 1)
    if width > 128:
        return Tiles(min(64, block_size), min(64, block_size), 4, 2)
    return Tiles(block_size, min(64, block_size), 8 if block_size == 128 else 4, 3)


def backward_tiles(width: int, block_size: int, dtype: torch.dtype) -> Tiles:
    """Measured on an H100; see docs/attention.md."""
    if dtype == torch.float32 or width > 128:
        return Tiles(32, 32, 4, 1)
    return Tiles(min(64, block_size), min(64, block_size), 4, 2)


def _descriptor(tensor: Tensor, rows: int) -> TensorDescriptor:
    return TensorDescriptor(tensor, list(tensor.shape), list(tensor.stride()), [1, 1, rows, tensor.shape[3]])


def _precision(dtype: torch.dtype) -> str:
    # Only float32 operands ask: three tf32 products come near to float32's own rounding.
    return "tf32x3" if dtype == torch.float32 else "tf32"


def _innermost(tensor: Tensor) -> Tensor:
    return tensor if tensor.stride(3) == 1 else tensor.contiguous()
