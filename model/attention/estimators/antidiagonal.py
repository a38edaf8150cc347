"""Strided, antidiagonal sampling: of each square of stride × stride query-key products, those on the antidiagonal are summed.

XAttention (arXiv 2503.16428, section 2.1): every token takes part, and a vertical line crosses every antidiagonal. The mean of
the stride's logits stands for each of the stride² products. Scoring costs 1/stride of dense attention's products.

A slash (each query looks at the key a fixed way before it) is found where that way is odd: with an even stride, query and key
of a sample always lie an odd way apart. Slashes at even ways are seen only as far as neighbouring keys share in them.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from model.attention.estimators.features import Features
from model.attention.layout import Layout


@dataclass(frozen=True)
class AntidiagonalEstimator:
    """Sums along antidiagonals of `stride` tokens; the stride divides the block size."""

    stride: int

    def __call__(self, query: Tensor, key: Tensor, layout: Layout, scale: float) -> Features:
        """See `Estimator`."""
        runs = layout.block_size // self.stride
        probes = self._strided(layout.to_blocks(query).flip(2)) * (scale / self.stride)
        # Reversed within each stride: the order of the strides themselves is turned back.
        probes = probes.view(len(probes), -1, runs, probes.shape[2]).flip(2).flatten(1, 2)
        features = self._strided(layout.to_blocks(key))
        start = torch.arange(0, layout.block_size, self.stride, device=layout.device)
        count = (layout.lengths[:, None] - start).clamp(0, self.stride).flatten()
        return Features(probes, features, count.float().log()[None], runs, runs)

    def _strided(self, blocks: Tensor) -> Tensor:
        # (heads, blocks, block_size, width) -> (heads, blocks · runs, stride · width)
        heads, _, _, width = blocks.shape
        return blocks.reshape(heads, -1, self.stride * width)
