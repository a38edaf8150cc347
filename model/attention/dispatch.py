"""The one rule by which a kernel is chosen.

1. dense, where every pair is wanted or every document is shorter than the break-even of the device;
2. dense, where a look at a few query blocks expects so many pairs that dense attention is cheaper;
3. triton, on an NVIDIA GPU whose dtype, head size and block size the kernels take;
4. gathered, everywhere else: plain PyTorch.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

import torch
from torch import Tensor

from model.attention.config import AdaptiveAttentionConfig
from model.attention.layout import Document, Layout

DENSE_BELOW = {"cpu": 2048, "cuda": 40960}
"""Tokens below which dense attention is faster whatever is selected: measured, see docs/attention.md.

Other devices: as the CPU."""

DENSE_ABOVE = {"dense": 1.0, "gathered": 0.5, "triton": 0.85}
"""Densities above which dense attention is faster: measured, see docs/attention.md."""

HEAD_SIZES = (16, 32, 64, 128, 256)
BLOCK_SIZES = (32, 64, 128)
"""What the Triton kernels take."""


@dataclass(frozen=True)
class Choice:
    """A kernel and why."""

    kernel: str
    reason: str


def first_choice(query: Tensor, layout: Layout, config: AdaptiveAttentionConfig) -> Choice:
    """What is known before anything is estimated."""
    if config.takes_everything:
        return Choice("dense", "every pair is wanted")
    if all(is_short(document, config, query.device) for document in layout.documents):
        return Choice("dense", f"every document is shorter than {dense_below(config, query.device)} tokens")
    obstacle = triton_obstacle(query, config.block_size)
    if obstacle is None:
        return Choice("triton", "an NVIDIA GPU with Triton")
    return Choice("gathered", obstacle)


def dense_below(config: AdaptiveAttentionConfig, device: torch.device) -> int:
    """The break-even length on this device."""
    return DENSE_BELOW.get(device.type, DENSE_BELOW["cpu"]) if config.dense_below is None else config.dense_below


def is_short(document: Document, config: AdaptiveAttentionConfig, device: torch.device) -> bool:
    """Whether all pairs of a document are computed, since selecting costs more than it saves."""
    return document.tokens < dense_below(config, device)


def triton_obstacle(query: Tensor, block_size: int) -> str | None:
    """Why the Triton kernels cannot be used; None where they can."""
    if query.device.type != "cuda":
        return "no NVIDIA GPU"
    if not has_triton():
        return "Triton is not installed"
    if query.dtype not in (torch.float16, torch.bfloat16, torch.float32):
        return f"the kernels do not take {query.dtype}"
    if query.shape[-1] not in HEAD_SIZES or block_size not in BLOCK_SIZES:
        return f"the kernels do not take head size {query.shape[-1]} with token blocks of {block_size}"
    return None


@cache
def has_triton() -> bool:
    """Whether Triton is installed."""
    return find_spec("triton") is not None
