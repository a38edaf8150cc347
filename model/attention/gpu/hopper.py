"""The Hopper kernel's wrapper: which tensors it takes, and the descriptors by which it copies them."""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor
from triton.experimental.gluon import language as gl
from triton.experimental.gluon.nvidia.hopper import TensorDescriptor

from model.attention.gpu import hopper_kernel
from model.attention.selection import Selection

_STAGES = {64: 3, 128: 2}
"""Key and value tiles in flight, by head size."""

_CACHED_BYTES = 40 << 20
"""Keys and values of one head beyond this do not stay in the cache (50 MiB on an H100) while its query blocks read them."""


def hopper_takes(query: Tensor, selection: Selection) -> bool:
    """Whether the kernel computes this: capability 9.0, 16-bit numbers, head sizes 64 and 128, token blocks of 128, no padding.

    Copied tiles may reach beyond a document's end; there the next one's numbers are weighted by zero, which numbers do not mind
    but what padding holds might.
    """
    layout = selection.layout
    return (
        _is_hopper(query.device)
        and query.dtype in (torch.float16, torch.bfloat16)
        and query.shape[3] in _STAGES
        and layout.block_size == 2 * hopper_kernel.ROWS.value
        and layout.complete
        and query.shape[0] * query.shape[1] * query.shape[2] < 2**31
    )


def hopper_forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    selection: Selection,
    scale: float,
    *,
    stages: int | None = None,
    ordered: bool | None = None,
) -> tuple[Tensor, Tensor]:
    """(output, log2-sum-exp (batch, heads, tokens) float32); shapes as in `triton_attention`.

    `ordered`: whether query blocks with similar rows are taken one after the other; None: where keys and values do not stay in
    the cache.
    """
    layout = selection.layout
    batch, heads, tokens, width = query.shape
    output = torch.empty_like(query)
    lse = torch.empty(batch, heads, tokens, dtype=torch.float32, device=query.device)
    views = [_flat(tensor) for tensor in (query, key, value)]
    tile_rows = (hopper_kernel.ROWS.value, layout.block_size, layout.block_size)
    descriptors = [_descriptor(view.rows, rows, width) for view, rows in zip(views, tile_rows, strict=True)]
    places = [number for view in views for number in (view.batch, view.head, view.column)]
    if ordered is None:
        ordered = 2 * tokens * width * key.element_size() > _CACHED_BYTES and not selection.is_causal
    order = similar_rows_together(selection) if ordered else selection.indices
    hopper_kernel.forward[(layout.blocks, heads)](
        *descriptors, output, lse, selection.offsets, selection.indices, layout.table, order,
        scale * math.log2(math.e), layout.blocks, tokens, *places, *output.stride()[:3],
        GROUP=heads // key.shape[1], D=width, BLOCK=layout.block_size, CAUSAL=selection.is_causal,
        ORDERED=ordered, STAGES=stages or _STAGES[width], num_warps=4,
    )  # fmt: skip
    return output, lse


def similar_rows_together(selection: Selection) -> Tensor:
    """(heads, blocks) int32: an order of each head's query blocks in which those with similar selections are near each other.

    Programs that run at the same time then read the same keys and values, which the cache holds for them. Rows are sorted by the
    least hash of their key blocks: two agree in it with the probability of the share of key blocks that they have in common
    (MinHash; Broder, On the resemblance and containment of documents, 1997).
    """
    mixed = (selection.indices * -1640531535) & 0xFFFFFF  # 24 bits, which float32 holds exactly
    least = torch.segment_reduce(mixed.float(), "min", offsets=selection.offsets, unsafe=True)
    return least.view_as(selection.estimated).argsort(1).to(torch.int32)


class _View(NamedTuple):
    """A 2-dimensional view in which token t of (row, head) is row  row · batch + head · head + t  from  head · column  on."""

    rows: Tensor
    batch: int
    head: int
    column: int


def _flat(tensor: Tensor) -> _View:
    batch, heads, tokens, width = tensor.shape
    by_batch, by_head, by_token, inner = tensor.stride()
    if (
        inner == 1
        and by_token % 8 == 0
        and by_head == tokens * by_token
        and (batch == 1 or by_batch == heads * by_head)
    ):
        rows = tensor.as_strided((batch * heads * tokens, width), (by_token, 1))
        return _View(rows, heads * tokens, tokens, 0)
    side_by_side = by_head % 8 == 0 and by_token % 8 == 0 and (heads - 1) * by_head + width <= by_token
    if inner == 1 and side_by_side and (batch == 1 or by_batch == tokens * by_token):
        rows = tensor.as_strided((batch * tokens, (heads - 1) * by_head + width), (by_token, 1))
        return _View(rows, tokens, 0, by_head)
    return _flat(tensor.contiguous())


def _descriptor(rows: Tensor, tile_rows: int, width: int) -> TensorDescriptor:
    element = gl.bfloat16 if rows.dtype == torch.bfloat16 else gl.float16
    layout = gl.NVMMASharedLayout.get_default_for([tile_rows, width], element)
    return TensorDescriptor(rows, list(rows.shape), list(rows.stride()), [tile_rows, width], layout)


@cache
def _is_hopper(device: torch.device) -> bool:
    return device.type == "cuda" and torch.cuda.get_device_capability(device)[0] == 9
