"""Teach the whole-document layers to be read sparsely: few key blocks, those that the estimator picks, hold the mass.

Attention that was only ever computed densely spreads thin mass over everything, so that covering most of it takes many of
the pairs. Here a few query blocks of each document are drawn, the estimator picks key blocks at a small fixed density, and
the loss is −log of the mass that those hold; its gradient pulls queries and keys to where the estimate is right and enough.
The idea of training with the selection that inference will use is that of NSA (arXiv 2502.11089, section 3).
"""

from __future__ import annotations

import torch
from torch import Tensor

from model.attention.config import AdaptiveAttentionConfig
from model.attention.estimators import PooledEstimator, estimate_mass
from model.attention.layout import make_layout


class Concentration:
    """Collects the loss over layers and documents: pass it as `watch`, then take `loss`.

    `density` is the share of key blocks that shall suffice; `drawn` query blocks are looked at in each document of at least
    `shortest` tokens.
    """

    def __init__(self, density: float, drawn: int = 2, shortest: int = 2048) -> None:
        self._density, self._drawn, self._shortest = density, drawn, shortest
        self._config = AdaptiveAttentionConfig()
        self._parts: list[Tensor] = []

    def __call__(self, query: Tensor, key: Tensor) -> None:
        """`query`, `key` (1, heads, tokens, head_dim) of one document in one layer."""
        size = self._config.block_size
        count = query.shape[2] // size
        if query.shape[2] >= self._shortest:
            drawn = torch.randperm(count, device=query.device)[: self._drawn]
            whole = count * size  # the last, partial block is left out
            self._parts.append(uncovered(query[:, :, :whole], key[:, :, :whole], drawn, self._density, self._config))

    def loss(self) -> Tensor | float:
        """Mean over what was watched; 0 where every document was short."""
        return torch.stack(self._parts).mean() if self._parts else 0.0


def uncovered(query: Tensor, key: Tensor, drawn: Tensor, density: float, config: AdaptiveAttentionConfig) -> Tensor:
    """−log of the mass that the estimator's pick holds, mean over heads and the tokens of the `drawn` query blocks.

    `query`, `key` (1, heads, tokens, head_dim), tokens a multiple of the block size; `drawn` (query blocks,).
    """
    _, heads, tokens, width = query.shape
    size, count = config.block_size, tokens // config.block_size
    scale = width**-0.5
    rows = query.view(heads, count, size, width)[:, drawn].flatten(1, 2)  # (heads, drawn · size, width)
    most = min(count, max(config.floor, round(density * count)))
    picked = _pick(query.detach(), key.detach(), drawn, most, config)
    scores = (rows @ key[0].transpose(-1, -2)).float() * scale  # (heads, drawn · size, tokens)
    scores = scores.view(heads, len(drawn), size, count, size)
    total = scores.flatten(3).logsumexp(-1)
    held = scores.logsumexp(-1).masked_fill(~picked[:, :, None], -torch.inf).logsumexp(-1)
    loss: Tensor = (total - held).mean()
    return loss


@torch.no_grad()
def _pick(query: Tensor, key: Tensor, drawn: Tensor, most: int, config: AdaptiveAttentionConfig) -> Tensor:
    # (heads, drawn, key blocks), True for `most` blocks: those that are always kept, then by estimated mass.
    layout = make_layout(1, query.shape[2], config.block_size, query.device)
    features = PooledEstimator(config.pool)(query.float(), key.float(), layout, query.shape[-1] ** -0.5)
    (document,) = layout.documents
    mass = estimate_mass(features, document, drawn.cpu(), is_causal=False)
    block = torch.arange(mass.shape[-1], device=key.device)
    kept = ((block - drawn[:, None]).abs() <= config.neighbours) | (block < config.opening)
    best = (mass + kept).topk(most, dim=-1).indices
    return torch.zeros_like(mass, dtype=torch.bool).scatter_(-1, best, True)
