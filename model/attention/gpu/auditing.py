"""The audit on an NVIDIA GPU: rows are drawn and scored there, a key is read once for all rows of its head, nobody waits."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import torch
import triton
from torch import Tensor

from model.attention.audit import EVENLY, LEAST_LEFT_OUT, uniform
from model.attention.gpu import audit_kernels
from model.attention.layout import Document
from model.attention.selection import Selection

_MOST_ROWS = 64
"""Rows of one scoring program."""

_LEAST_CHUNK, _MOST_CHUNK = 512, 4096
_PROGRAMS = 512
"""Keys of one scoring program of the audit: few enough that there are about so many programs, four for each multiprocessor."""


@dataclass(frozen=True)
class DrawnRows:
    """Drawn rows on the device, (heads, rows a head): tokens from the document's first, int32, weights, and sums, float32."""

    tokens: Tensor
    weights: Tensor
    sums: Tensor


def weighted_missed(
    query: Tensor, key: Tensor, selection: Selection, drawn: DrawnRows, scale: float, chunk: int | None = None
) -> Tensor:
    """(heads, rows a head) float32: what drawn rows of a selection of one document missed times their weights, on the device.

    `query`, `key` (batch, heads or key heads, tokens, head_dim). A program scores `chunk` keys, a multiple of 64.
    """
    document, (heads, each) = selection.layout.documents[0], drawn.tokens.shape
    chunk = chunk or max(
        _LEAST_CHUNK, min(_MOST_CHUNK, triton.next_power_of_2(document.tokens * key.shape[1] // _PROGRAMS))
    )
    highest, total = _scored(query, key, document, drawn.tokens, scale, chunk, is_causal=selection.is_causal)
    count, chunks = heads * each, len(highest)
    missed = torch.empty(heads, each, device=key.device)
    audit_kernels.combine[(triton.cdiv(count, 32),)](
        highest, total, drawn.sums, drawn.weights, missed, count, chunks, R=32, STEP=32, num_warps=4
    )
    return missed


def mass_by_block(
    query: Tensor, key: Tensor, document: Document, block_size: int, tokens: Tensor, scale: float, *, is_causal: bool
) -> Tensor:
    """`model.attention.pilot.exact_mass`, for which nothing of the size (rows, tokens) is held."""
    heads, rows = query.shape[1], len(tokens)
    everyone = tokens.to(torch.int32).repeat(heads, 1)
    highest, total = _scored(query, key, document, everyone, scale, block_size, is_causal=is_causal)
    sums = (highest + total.log2_()).mul_(math.log(2.0)).t().contiguous()
    return torch.softmax(sums, -1).view(heads, rows, -1)


def _scored(
    query: Tensor, key: Tensor, document: Document, tokens: Tensor, scale: float, chunk: int, *, is_causal: bool
) -> tuple[Tensor, Tensor]:
    """Of rows `tokens` (heads, rows a head): each chunk's highest score, and sum of the weights beside it, (chunks, all rows).

    Both in base 2; the rows are numbered head by head.
    """
    query, key = (tensor if tensor.stride(3) == 1 else tensor.contiguous() for tensor in (query, key))
    heads, each = tokens.shape
    key_heads = key.shape[1]
    rows, chunks = heads // key_heads * each, triton.cdiv(document.tokens, chunk)
    precise = key.dtype == torch.float32
    large = precise and key.shape[3] > 128  # larger tiles would pass the shared memory
    size = min(32 if large else _MOST_ROWS, max(16, triton.next_power_of_2(rows)))
    highest, total = torch.empty(2, chunks, heads * each, device=key.device).unbind(0)
    audit_kernels.score_rows[(chunks, key_heads, triton.cdiv(rows, size))](
        query[document.row], key[document.row], highest, total, tokens,
        scale * math.log2(math.e), rows, each, document.start, document.tokens, chunk,
        query.stride(1), query.stride(2), key.stride(1), key.stride(2),
        D=key.shape[3], R=size, BN=min(chunk, 32 if large else 64), CAUSAL=is_causal,
        PRECISION="tf32x3" if precise else "tf32", num_warps=4, num_stages=2 if precise or key.shape[3] > 128 else 3,
    )  # fmt: skip
    return highest, total


def draw_rows(selection: Selection, logsum: Tensor, chances: Tensor, step: int = 1024) -> DrawnRows:
    """The rows of one document that `audit.draw` draws by the same `chances` of `audit.uniform`, up to rounding.

    `chances` (2, heads, rows) float64 on the device, `logsum` (batch, heads, tokens) as in `audit`. A program looks at `step`
    token blocks at once.
    """
    layout, device = selection.layout, logsum.device
    document, blocks = layout.documents[0], layout.blocks
    heads, each = chances.shape[1:]
    sums, estimated = logsum[document.row], selection.estimated.contiguous()
    sums = sums if sums.stride(1) == 1 else sums.contiguous()
    guessed = torch.empty(heads, blocks, device=device)
    audit_kernels.guess[(blocks, heads)](
        sums, estimated, guessed, blocks, document.start, document.tokens, sums.stride(0), LEAST_LEFT_OUT,
        BLOCK=layout.block_size, num_warps=1,
    )  # fmt: skip
    tokens = torch.empty(heads, each, dtype=torch.int32, device=device)
    weights, own = torch.empty(2, heads, each, device=device).unbind(0)
    audit_kernels.draw[(heads * each,)](
        chances, guessed, sums, estimated, selection.offsets, tokens, weights, own, heads * each, each, blocks,
        document.start, document.tokens, sums.stride(0), LEAST_LEFT_OUT, EVENLY,
        BLOCK=layout.block_size, STEP=step, CAUSAL=selection.is_causal, num_warps=4,
    )  # fmt: skip
    return DrawnRows(tokens, weights, own)


@lru_cache(maxsize=64)
def chances_on(device: torch.device, heads: int, rows: int, seed: int) -> Tensor:
    """`audit.uniform` on the device; kept, since further texts and layers of the same seed ask for the same."""
    return uniform(heads, rows, seed).to(device)


def fetched(result: Tensor) -> Callable[[], Tensor]:
    """Starts to copy to the CPU; what is returned waits for it and gives it. The work of the GPU after it is not waited for."""
    if result.device.type != "cuda":
        return lambda: result
    copied = torch.empty(result.shape, dtype=result.dtype, pin_memory=True)
    copied.copy_(result, non_blocking=True)
    done = torch.cuda.current_stream(result.device).record_event()

    def wait() -> Tensor:
        done.synchronize()
        return copied

    return wait
