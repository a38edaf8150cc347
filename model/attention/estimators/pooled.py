"""Pooled token blocks: queries and keys averaged over short runs of tokens.

For a run of n keys with mean m and variance v (per coordinate), the mass that a query q gives it is
n·E[exp(s q·k)] ≈ n·exp(s q·m + s²/2 Σ q²v), the second-order cumulant expansion; the variance term keeps a run with one strong
key from being averaged away. Pooling blocks is the estimator of SpargeAttn (arXiv 2502.18137, section 3.2) and of MInference's
block-sparse heads (arXiv 2407.02490, section 3.2); the dilution that the variance term answers is described for rotary positions
by Prism (arXiv 2602.08426).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from model.attention.dispatch import triton_obstacle
from model.attention.estimators.features import Features
from model.attention.layout import Layout


@dataclass(frozen=True)
class PooledEstimator:
    """Means over runs of `pool` tokens, with the variance of the keys where `spread`."""

    pool: int
    spread: bool = True

    def __call__(self, query: Tensor, key: Tensor, layout: Layout, scale: float) -> Features:
        """See `Estimator`."""
        if triton_obstacle(query, layout.block_size) is not None:
            return self.plain(query, key, layout, scale)
        from model.attention.gpu.selecting import pooled_features

        return pooled_features(query, key, layout, scale, self.pool, spread=self.spread)

    def plain(self, query: Tensor, key: Tensor, layout: Layout, scale: float) -> Features:
        """The same in plain PyTorch."""
        runs = layout.block_size // self.pool
        count = self._count(layout).to(key.dtype)  # (blocks · runs,)
        divisor = count.clamp_min(1.0)[None, :, None]
        keys = self._runs(layout.to_blocks(key))
        mean = keys.sum(2) / divisor
        probe = self._runs(layout.to_blocks(query)).sum(2) / divisor * scale
        bias = count.float().log()[None]
        if not self.spread:
            return Features(probe, mean, bias, runs, runs)
        # Zeros beyond a document's end add nothing to the sum of squares.
        variance = (keys.square().sum(2) / divisor - mean.square()).clamp_min(0.0)
        probes = torch.cat([probe, probe.square() * 0.5], dim=-1)
        return Features(probes, torch.cat([mean, variance], dim=-1), bias, runs, runs)

    def _runs(self, blocks: Tensor) -> Tensor:
        # (heads, blocks, block_size, width) -> (heads, blocks · runs, pool, width)
        heads, _, _, width = blocks.shape
        return blocks.reshape(heads, -1, self.pool, width)

    def _count(self, layout: Layout) -> Tensor:
        start = torch.arange(0, layout.block_size, self.pool, device=layout.device)
        return (layout.lengths[:, None] - start).clamp(0, self.pool).flatten()
