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


def estimate_mass(features: Features, document: Document, first: int, last: int, *, is_causal: bool) -> Tensor:
    """Estimated share of each key block in the attention of query blocks `first` up to `last`, counted from the document's first.

    Returns float32 (heads, last - first, key blocks of the document); rows sum to 1. Where causal, later blocks get nothing.
    """
    query_runs, key_runs = features.query_runs, features.key_runs
    probes = features.probes[:, (document.first + first) * query_runs : (document.first + last) * query_runs]
    seen = last if is_causal else document.blocks
    keys = slice(document.first * key_runs, (document.first + seen) * key_runs)
    scores = _scores(probes, features.features[:, keys], features.bias[:, keys])  # (heads, query runs, key runs)
    if is_causal:
        query = torch.arange(first, last, device=scores.device).repeat_interleave(query_runs)
        block = torch.arange(seen, device=scores.device).repeat_interleave(key_runs)
        scores = scores.masked_fill_(block[None, :] > query[:, None], -math.inf)
    mass = torch.softmax(scores, dim=-1).view(len(scores), last - first, query_runs, seen, key_runs).sum(4).mean(2)
    return torch.nn.functional.pad(mass, (0, document.blocks - seen))


def _scores(probes: Tensor, features: Tensor, bias: Tensor) -> Tensor:
    grouped = probes.reshape(features.shape[0], -1, probes.shape[2])  # (key heads, group · query runs, width)
    scores = torch.bmm(grouped, features.transpose(1, 2)).float().add_(bias[:, None, :])
    return scores.view(probes.shape[0], probes.shape[1], -1)
