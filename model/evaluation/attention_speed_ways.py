"""What `model.evaluation.attention_speed` times: made-up or recorded inputs, dense attention and FlexAttention on them."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor

from model.attention import AdaptiveAttentionConfig, Selection, adaptive_attention
from model.attention.adaptive import rows_to_audit
from model.attention.dense import repeat_heads
from model.evaluation.attention_speed_figures import DEFAULT
from model.evaluation.attention_speed_timing import Way, said

if TYPE_CHECKING:
    from torch.nn.attention.flex_attention import BlockMask

DENSE = {
    "cuDNN": "CUDNN_ATTENTION",
    "FlashAttention-2": "FLASH_ATTENTION",
    "efficient": "EFFICIENT_ATTENTION",
    "math": "MATH",
    DEFAULT: None,
}
"""Dense kernels, and what PyTorch calls their backends."""

LONGEST = {"math": 8192, DEFAULT: 16384}
"""Tokens beyond which a dense kernel is not measured on a GPU: math holds all scores, the choice is one of the others."""

_DIRECTIONS = 300
_LEANING = (6.0, 16.0)
"""The logit that a block's tokens give keys that lean towards the same two directions lies in this range."""


@dataclass(frozen=True)
class Inputs:
    """`query` (1, heads, tokens, head_dim), `key`, `value` (1, key heads, tokens, head_dim); dense attention's with all heads."""

    query: Tensor
    key: Tensor
    value: Tensor
    dense: tuple[Tensor, Tensor, Tensor]

    @property
    def tokens(self) -> int:
        """Of the one document."""
        return self.query.shape[2]


def dense_way(inputs: Inputs, kernel: str) -> Callable[[], Tensor]:
    """One dense kernel."""
    backend = DENSE[kernel]
    if backend is None:
        return lambda: F.scaled_dot_product_attention(*inputs.dense)
    from torch.nn.attention import SDPBackend, sdpa_kernel

    def run() -> Tensor:
        with sdpa_kernel(getattr(SDPBackend, backend)):
            return F.scaled_dot_product_attention(*inputs.dense)

    return run


def flex_way(inputs: Inputs, selection: Selection, kernel_options: Mapping[str, Any]) -> Way:
    """FlexAttention, compiled for these shapes, of the selected pairs."""
    from torch.nn.attention.flex_attention import flex_attention

    mask = block_mask(selection)
    compiled = torch.compile(flex_attention, dynamic=False)
    chosen: Any = dict(kernel_options) or None
    return lambda: compiled(*inputs.dense, block_mask=mask, kernel_options=chosen)


def block_mask(selection: Selection) -> BlockMask:
    """FlexAttention's mask of the same pairs: full blocks all, so that no mask is evaluated within one."""
    from torch.nn.attention.flex_attention import BlockMask

    heads, blocks = selection.counts.shape
    row = torch.arange(heads * blocks, device=selection.offsets.device).repeat_interleave(selection.offsets.diff())
    column = torch.arange(len(row), device=row.device) - selection.offsets[row]
    indices = torch.zeros(heads * blocks, blocks, dtype=torch.int32, device=row.device)
    indices[row, column] = selection.indices
    indices = indices.view(1, heads, blocks, blocks)
    counts = selection.counts.int()[None]
    partial = torch.zeros_like(counts), torch.zeros_like(indices)
    return BlockMask.from_kv_blocks(*partial, counts, indices, BLOCK_SIZE=selection.layout.block_size)


def audit_kernels_way(
    inputs: Inputs, selection: Selection, config: AdaptiveAttentionConfig, scale: float, logsum: Tensor
) -> Way:
    """The GPU's part of an audit: what it found is left there."""
    from model.attention.gpu.auditing import chances_on, draw_rows, weighted_missed

    chances = chances_on(inputs.query.device, selection.heads, rows_to_audit(selection, config), config.seed)
    return lambda: weighted_missed(inputs.query, inputs.key, selection, draw_rows(selection, logsum, chances), scale)


def backward_ways(inputs: Inputs, config: AdaptiveAttentionConfig, notes: list[str]) -> dict[str, Way]:
    """Backward passes alone: of the whole call, and of the fastest dense kernel that has one."""
    leaves = [tensor.detach().requires_grad_() for tensor in (inputs.query, inputs.key, inputs.value)]
    gradient = torch.ones_like(inputs.query)

    def of(output: Tensor, given: Sequence[Tensor]) -> Way:
        return lambda: torch.autograd.grad(output, given, gradient, retain_graph=True)

    ways: dict[str, Way] = {}
    dense = [tensor.detach().requires_grad_() for tensor in inputs.dense]
    with torch.enable_grad():
        ways["backward"] = of(adaptive_attention(*leaves, config=config).output, leaves)
        for kernel in ("cuDNN", "FlashAttention-2", DEFAULT) if inputs.query.is_cuda else (DEFAULT,):
            try:
                output = dense_way(replace(inputs, dense=(dense[0], dense[1], dense[2])), kernel)()
            except Exception as error:
                notes.append(f"backward of {kernel}: {said(error)}")
                continue
            return {**ways, "dense backward": of(output, dense)}
    return ways


def make_inputs(tokens: int, options: argparse.Namespace) -> Inputs:
    """Recorded or made-up queries, keys and values of so many tokens."""
    dtype, device = getattr(torch, options.dtype), torch.device(options.device)
    if options.recorded:
        query, key, value = (_repeated(tensor, tokens).to(device, dtype) for tensor in recorded(options.recorded))
    else:
        query, key, value = (
            tensor.to(dtype)
            for tensor in leaning(
                tokens,
                options.heads,
                options.key_heads,
                options.head_size,
                options.block_size,
                device,
                options.seed,
                dtype,
            )
        )
    heads = query.shape[1]
    return Inputs(query, key, value, (query, repeat_heads(key, heads), repeat_heads(value, heads)))


def leaning(
    tokens: int, heads: int, key_heads: int, size: int, block: int, device: torch.device, seed: int, dtype: torch.dtype
) -> tuple[Tensor, Tensor, Tensor]:
    """Query (1, heads, tokens, size), key and value (1, key heads, tokens, size): noise, and what the tokens of a block share.

    A block leans towards a first direction and, less, a second one, in queries and keys alike. How strongly its queries do is
    drawn for each block and head.
    """
    generator = torch.Generator(device).manual_seed(seed)
    blocks = -(-tokens // block)

    def noise(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, device=device)

    query = torch.empty(1, heads, tokens, size, dtype=dtype, device=device)
    key = torch.empty(1, key_heads, tokens, size, dtype=dtype, device=device)
    value = torch.empty_like(key)
    low, high = _LEANING
    key_strength = math.sqrt((low + high) / 2) / size**0.25
    for place in range(key_heads):
        directions = noise(_DIRECTIONS, size)
        drawn = torch.randint(_DIRECTIONS, (2, blocks), generator=generator, device=device)
        shared = 0.8 * directions[drawn[0]] + 0.6 * directions[drawn[1]]  # (blocks, size)

        def tokens_of(strength: Tensor | float, shared: Tensor = shared) -> Tensor:
            leaning = (shared * strength).repeat_interleave(block, 0)[:tokens]
            return leaning.add_(noise(tokens, size))

        key[0, place] = tokens_of(key_strength)
        value[0, place] = noise(tokens, size)
        for head in range(place * heads // key_heads, (place + 1) * heads // key_heads):
            logit = low + (high - low) * torch.rand(blocks, 1, generator=generator, device=device)
            query[0, head] = tokens_of(logit / (math.sqrt(size) * key_strength))
    return query, key, value


def recorded(path: Path) -> tuple[Tensor, Tensor, Tensor]:
    """Query, key and value of a real document, shaped as those of `Inputs`."""
    from safetensors.torch import load_file

    found = load_file(path)
    return found["query.0"], found["key.0"], found["value.0"]


def _repeated(tensor: Tensor, tokens: int) -> Tensor:
    times = -(-tokens // tensor.shape[2])
    return tensor.repeat(1, 1, times, 1)[:, :, :tokens].contiguous()
