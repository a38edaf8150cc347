"""What every importance estimator makes: features whose products are the logarithms of estimated attention mass.

A token block of queries is described by a few *probes*, one a block of keys by a few *features* and a bias. The mass that probe
p gives feature f is exp(p·f + bias), normalised over all features that p may see; a pair of token blocks gets the sum over its
features and the mean over its probes. Estimators differ only in how they make probes and features; they are scored alike, on
the CPU in PyTorch, on a GPU by the kernels in `model.attention.gpu`. Query blocks are scored a tile at a time: nothing of the
size (tokens / block)² is held at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from model.attention.layout import Document, Layout


@dataclass(frozen=True)
class Features:
    """Of so many runs a token block.

    `probes` (heads, blocks · query_runs, width), `features` (key heads, blocks · key_runs, width) and `bias` (key heads or 1,
    blocks · key_runs), which is −inf where there is no key.
    """

    probes: Tensor
    features: Tensor
    bias: Tensor
    query_runs: int
    key_runs: int


class Estimator(Protocol):
    """Guesses, from queries and keys, where attention mass lies."""

    def __call__(self, query: Tensor, key: Tensor, layout: Layout, scale: float) -> Features:
        """`query` (batch, heads, tokens, head_dim), `key` (batch, key heads, tokens, head_dim), laid out as `layout` says."""
        ...


def estimate_mass(features: Features, document: Document, blocks: Tensor, *, is_causal: bool) -> Tensor:
    """Estimated share of each key block in the attention of some query blocks.

    `blocks` (so many,) int64, on the CPU, counted from the document's first. Returns float32 (heads, so many, key blocks of the
    document); rows sum to 1. Where causal, later blocks get nothing.
    """
    query_runs, key_runs = features.query_runs, features.key_runs
    seen = int(blocks.max()) + 1 if is_causal else document.blocks
    # Indices are made where `blocks` are, since on a GPU every small step waits to be launched.
    own = ((document.first + blocks)[:, None] * query_runs + torch.arange(query_runs)).flatten()
    own = own.to(features.probes.device)
    keys = slice(document.first * key_runs, (document.first + seen) * key_runs)
    # (heads, query runs, key runs)
    scores = _scores(features.probes[:, own], features.features[:, keys], features.bias[:, keys])
    if is_causal:
        block = torch.arange(seen * key_runs, device=scores.device) // key_runs
        query_block = blocks.repeat_interleave(query_runs).to(scores.device)
        scores = scores.masked_fill_(block > query_block[:, None], -math.inf)
    mass = torch.softmax(scores, dim=-1).view(len(scores), len(blocks), query_runs, seen, key_runs).sum(4).mean(2)
    return mass if seen == document.blocks else torch.nn.functional.pad(mass, (0, document.blocks - seen))


def _scores(probes: Tensor, features: Tensor, bias: Tensor) -> Tensor:
    grouped = probes.reshape(features.shape[0], -1, probes.shape[2])  # (key heads, group · query runs, width)
    scores = torch.bmm(grouped, features.transpose(1, 2)).float().add_(bias[:, None, :])
    return scores.view(probes.shape[0], probes.shape[1], -1)
