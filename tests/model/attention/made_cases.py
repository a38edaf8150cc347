"""Random documents, however padded or packed, and random selections of their token blocks, for the attention's tests."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from model.attention.dense import reference_attention
from model.attention.layout import Layout, make_layout
from model.attention.selection import Selection

CPU = torch.device("cpu")


def packed(lengths: Sequence[int], block_size: int) -> Layout:
    """Documents of these lengths, end to end in one row."""
    bounds = [0, *torch.tensor(lengths).cumsum(0).tolist()]
    return make_layout(1, bounds[-1], block_size, CPU, bounds=bounds)


def random_selection(
    heads: int, layout: Layout, generator: torch.Generator, *, is_causal: bool, density: float = 0.4
) -> Selection:
    """Any key blocks at all, however unlikely an estimator were to pick them, and the own one."""
    mask = torch.zeros(heads, layout.blocks, layout.blocks, dtype=torch.bool)
    for document in layout.documents:
        ours = slice(document.first, document.last)
        drawn = torch.rand(heads, document.blocks, document.blocks, generator=generator) < density
        mask[:, ours, ours] = drawn | torch.eye(document.blocks, dtype=torch.bool)
    if is_causal:
        mask = mask.tril()
    rows = mask.flatten(0, 1)
    offsets = torch.nn.functional.pad(rows.sum(1).cumsum(0), (1, 0))
    indices = rows.nonzero()[:, 1].to(torch.int32)
    return Selection((indices, offsets), torch.ones(heads, layout.blocks), layout, is_causal)


def allowed_tokens(selection: Selection) -> Tensor:
    """(batch, heads, tokens, tokens) bool: what the selection lets each token look at."""
    layout = selection.layout
    allowed = torch.zeros(layout.batch, selection.heads, layout.tokens, layout.tokens, dtype=torch.bool)
    for number, document in enumerate(layout.documents):
        fine = selection.mask(number).repeat_interleave(layout.block_size, 1).repeat_interleave(layout.block_size, 2)
        fine = fine[:, : document.tokens, : document.tokens]
        ours = slice(document.start, document.start + document.tokens)
        allowed[document.row, :, ours, ours] = fine.tril() if selection.is_causal else fine
    return allowed


def exact_covered(query: Tensor, key: Tensor, selection: Selection, scale: float) -> Tensor:
    """(heads, tokens of all documents) covered mass of every row, by the reference."""
    layout = selection.layout
    everything = Selection(None, torch.ones_like(selection.estimated), layout, selection.is_causal)
    _, probabilities = reference_attention(query, key, key, allowed_tokens(everything), scale)
    covered = (probabilities * allowed_tokens(selection)).sum(-1)  # (batch, heads, tokens)
    return torch.cat([covered[d.row, :, d.start : d.start + d.tokens] for d in layout.documents], dim=1)
