"""The audit on an NVIDIA GPU: every key is read once for all drawn rows of its head, and nobody waits for the result."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import triton
from torch import Tensor

from model.attention.gpu import audit_kernels
from model.attention.selection import Selection

_CHUNK = 4096
_MOST_ROWS = 64
"""Keys and rows of one program."""


def rows_audited(
    query: Tensor, key: Tensor, selection: Selection, tokens: Tensor, scale: float
) -> Callable[[], tuple[Tensor, Tensor, float]]:
    """Starts the audit of drawn rows of a selection of one document.

    `query`, `key` (batch, heads or key heads, tokens, head_dim); `tokens` (heads, rows a head) from the document's first.
    Returns what waits for it and gives, on the CPU, exact and estimated covered mass of the rows (heads, rows a head), and the
    mean estimated mass of all rows.
    """
    document, blocks = selection.layout.documents[0], selection.layout.blocks
    heads, each = tokens.shape
    key_heads = key.shape[1]
    rows = heads // key_heads * each
    token = tokens.to(torch.int32).to(key.device, non_blocking=True)
    chosen = torch.zeros(heads * each, blocks, dtype=torch.uint8, device=key.device)
    block_size = selection.layout.block_size
    audit_kernels.mark[(heads * each,)](
        chosen, token, selection.offsets, selection.indices, each, blocks, BLOCK=block_size, STEP=128, num_warps=1
    )
    chunks = triton.cdiv(document.tokens, _CHUNK)
    size = min(_MOST_ROWS, max(16, triton.next_power_of_2(rows)))
    highest, total, covered = torch.empty(3, key_heads, chunks, rows, device=key.device).unbind(0)
    precise = key.dtype == torch.float32
    audit_kernels.score_rows[(chunks, key_heads, triton.cdiv(rows, size))](
        query[document.row], key[document.row], chosen, highest, total, covered, token,
        scale * math.log2(math.e), rows, each, document.start, document.tokens, blocks, _CHUNK,
        query.stride(1), query.stride(2), key.stride(1), key.stride(2),
        D=key.shape[3], BLOCK=block_size, R=size, BN=min(64, block_size), CAUSAL=selection.is_causal,
        PRECISION="tf32x3" if precise else "tf32", num_warps=4, num_stages=2 if precise or key.shape[3] > 128 else 3,
    )  # fmt: skip
    summary = torch.empty(heads, 2 * each + 1, device=key.device)
    audit_kernels.summarise[(heads,)](
        highest, total, covered, selection.estimated, token, selection.layout.lengths, summary, rows, each, chunks, blocks,
        BLOCK=block_size, R=triton.next_power_of_2(each), CHUNKS=triton.next_power_of_2(chunks), STEP=1024, num_warps=4,
    )  # fmt: skip

    def wait() -> tuple[Tensor, Tensor, float]:
        found = summary.cpu()
        mean = float(found[:, -1].double().sum()) / (heads * document.tokens)
        return found[:, :each], found[:, each:-1], mean

    return wait
