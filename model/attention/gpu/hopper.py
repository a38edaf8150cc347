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

_CACHED_BYTES = 48 << 20
"""Keys and values of one head that are larger than this do not stay in the cache (50 MiB on an H100) and are read in step."""

_IN_STEP = 16
"""Query blocks of one launch for each multiprocessor, where they are read in step."""


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
    in_step: int | None = None,
) -> tuple[Tensor, Tensor]:
    """(output, log2-sum-exp (batch, heads, tokens) float32); shapes as in `triton_attention`.

    `in_step`: query blocks of one launch, 0 for all; None: as many as read the same keys at about the same time, where a head's
    keys and values do not stay in the cache. All query blocks go through their key blocks in ascending order, so those that
    start together read most of what they have in common together, from the cache; without the waiting between launches they
    drift apart, and every tile comes from memory. (Scans that share what they read: Zukowski et al., Cooperative Scans, VLDB
    2007.)
    """
    layout = selection.layout
    batch, heads, tokens, width = query.shape
    output = torch.empty_like(query)
    lse = torch.empty(batch, heads, tokens, dtype=torch.float32, device=query.device)
    views = [_flat(tensor) for tensor in (query, key, value)]
    tile_rows = (hopper_kernel.ROWS.value, layout.block_size, layout.block_size)
    descriptors = [_descriptor(view.rows, rows, width) for view, rows in zip(views, tile_rows, strict=True)]
    places = [number for view in views for number in (view.batch, view.head, view.column)]
    if in_step is None:
        fits = 2 * tokens * width * key.element_size() <= _CACHED_BYTES
        in_step = 0 if fits else _IN_STEP * _multiprocessors(query.device)
    order = longest_first(selection, in_step) if in_step else selection.indices
    rows = heads * layout.blocks
    for first in range(0, rows, in_step or rows):
        hopper_kernel.forward[(min(in_step or rows, rows - first),)](
            *descriptors, output, lse, selection.offsets, selection.indices, layout.table, order,
            scale * math.log2(math.e), first, heads, layout.blocks, tokens, *places, *output.stride()[:3],
            GROUP=heads // key.shape[1], D=width, BLOCK=layout.block_size, CAUSAL=selection.is_causal,
            ORDERED=bool(in_step), STAGES=stages or _STAGES[width], num_warps=4,
        )  # fmt: skip
    return output, lse


def longest_first(selection: Selection, together: int) -> Tensor:
    """(heads · blocks,) int32: the rows of a selection, of each run of `together` those with the most key blocks first.

    So a launch does not end with all but one multiprocessor waiting for a long row.
    """
    counts = selection.offsets.diff()
    run = torch.arange(len(counts), device=counts.device) // together
    return (run * (selection.layout.blocks + 1) - counts).argsort(stable=True).to(torch.int32)


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


@cache
def _multiprocessors(device: torch.device) -> int:
    return torch.cuda.get_device_properties(device).multi_processor_count
