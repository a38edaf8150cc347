"""The encoder's parts: word vectors in 4 bits, a local layer, a whole-document layer, vectors for a passage's place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from model.structure import FEATURE_SIZES

_GROUP = 32


@dataclass(frozen=True, slots=True)
class EncoderConfig:
    """Sizes. `window` counts tokens of text; two more positions hold <s> and </s>.

    The first `scan_layers` of the `local_layers` are the coarse scan, which reads everything; 0: there is none, and every layer
    reads everything. First findings are given after `first_layers` of the scan. `structure`: whether the layers are told
    what is known of a passage's place (`model.structure`); `headings`: the size of the network that tells them what the
    headings above it say, 0: there is none. `long_feed_forward` is that of the whole-document layers,
    `feed_forward` where it is 0. `asks`: whether there are heads for what a reader asks.
    """

    vocabulary: int = 34_784
    width: int = 384
    feed_forward: int = 1536
    local_layers: int = 6
    local_heads: int = 12
    window: int = 510
    long_layers: int = 2
    long_heads: int = 6
    norm_epsilon: float = 1e-12
    dropout: float = 0.1
    scan_layers: int = 0
    first_layers: int = 0
    long_feed_forward: int = 0
    long_scale: float = 0.0
    structure: bool = False
    asks: bool = False
    headings: int = 0


class PackedEmbedding(nn.Module):
    """Word vectors in 4 bits, as the base ships them: frozen, unpacked a row at a time."""

    codes: Tensor
    scales: Tensor

    def __init__(self, rows: int, width: int) -> None:
        super().__init__()
        self.register_buffer("codes", torch.zeros(rows, width // 2, dtype=torch.uint8))
        self.register_buffer("scales", torch.zeros(rows, width // _GROUP, dtype=torch.float16))

    def forward(self, ids: Tensor) -> Tensor:
        """(...,) ids -> (..., width) float32."""
        return unpack(self.codes[ids], self.scales[ids])


def unpack(codes: Tensor, scales: Tensor) -> Tensor:
    """Rows of 4-bit codes, two in a byte, and a scale for each run of 32: (..., width / 2), (..., width / 32) -> float32."""
    values = torch.stack([codes & 0x0F, codes >> 4], dim=-1).flatten(-2).float() - 8.0
    return values * scales.float().repeat_interleave(_GROUP, dim=-1)


class StructureEmbedding(nn.Module):
    """One vector a value of each feature of `model.structure`, summed; zero to begin with."""

    starts: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        sizes = torch.tensor(FEATURE_SIZES)
        self.register_buffer("starts", sizes.cumsum(0) - sizes, persistent=False)
        self.vectors = nn.Parameter(torch.zeros(int(sizes.sum()), width))

    def forward(self, structure: Tensor) -> Tensor:
        """`structure` (passages, columns) as in `model.structure` -> (passages, width)."""
        return self.vectors[structure[:, : len(FEATURE_SIZES)].long() + self.starts].sum(1)


class HeadingEmbedding(nn.Module):
    """A small network over the mean word vectors of the heading of a passage's section, and of the two above it.

    Nothing to begin with.
    """

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.down = nn.Linear(2 * width, hidden)
        self.up = nn.Linear(hidden, width)
        nn.init.zeros_(self.up.weight)
        nn.init.zeros_(self.up.bias)

    def forward(self, means: Tensor, heading: Tensor) -> Tensor:
        """`means` (passages, width), of which only those of headings are read; `heading` (passages,), -1 where there is none."""
        means = F.pad(means, (0, 0, 0, 1))  # what -1 stands for: nothing
        second = F.pad(heading, (0, 1), value=-1)[heading]
        third = F.pad(heading, (0, 1), value=-1)[second]
        nearest, above = means[heading], means[second] + means[third]
        said = torch.cat([F.layer_norm(each, each.shape[1:]) for each in (nearest, above)], dim=1)
        return as_tensor(self.up(F.gelu(self.down(said))))


class LocalLayer(nn.Module):
    """Attention within a window, then a feed-forward network; the norm follows each sum."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        width = config.width
        self.heads = config.local_heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.attention_norm = nn.LayerNorm(width, eps=config.norm_epsilon)
        self.up = nn.Linear(width, config.feed_forward)
        self.down = nn.Linear(config.feed_forward, width)
        self.output_norm = nn.LayerNorm(width, eps=config.norm_epsilon)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self, x: Tensor, allowed: Tensor | None = None, limits: Tensor | None = None, longest: int = 0
    ) -> Tensor:
        """Read windows; returns the shape of `x`.

        `x` (windows, tokens, width) with `allowed` (windows, 1, 1, tokens), False at padding, or None; or, on a GPU in half
        precision, `x` (tokens, width) of windows end to end, which begin and end at `limits` (windows + 1,) int32, none
        longer than `longest`.
        """
        if limits is None:
            q, k, v = split_heads(self.qkv(x), self.heads)
            attended = join_heads(F.scaled_dot_product_attention(q, k, v, attn_mask=allowed))
        else:
            q, k, v = self.qkv(x).view(len(x), 3, self.heads, -1).unbind(1)
            attended = attend_end_to_end(q, k, v, limits, longest).flatten(1)
        x = self.attention_norm(x + self.dropout(self.out(attended)))
        return as_tensor(self.output_norm(x + self.dropout(self.down(F.gelu(self.up(x))))))


class LongLayer(nn.Module):
    """Attention over the whole document, then a feed-forward network; the norm precedes each."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        width, wide = config.width, config.long_feed_forward or config.feed_forward
        self.heads = config.long_heads
        self.attention_norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.forward_norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, wide)
        self.down = nn.Linear(wide, width)
        self.dropout = nn.Dropout(config.dropout)
        self.scales = nn.Parameter(torch.full((2, width), config.long_scale)) if config.long_scale else None
        if self.scales is None:
            # The layer starts as the identity, so that the base's representation is the starting point.
            for last in (self.out, self.down):
                nn.init.zeros_(last.weight)
                nn.init.zeros_(last.bias)

    def forward(self, x: Tensor, limits: Tensor, longest: int) -> Tensor:
        """Documents end to end, `x` (tokens, width), attended to densely; as `LocalLayer` reads windows on a GPU."""
        query, key, value = (each[0].transpose(0, 1) for each in self.attention_input(x))
        return self.after_attention(x, attend_end_to_end(query, key, value, limits, longest).flatten(1))

    def attention_input(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(tokens, width) -> query, key, value of (1, heads, tokens, head_dim)."""
        return split_heads(self.qkv(self.attention_norm(x))[None], self.heads)

    def after_attention(self, x: Tensor, attended: Tensor) -> Tensor:
        """Add what was attended to, (tokens, width), and the feed-forward network."""
        attention_scale, forward_scale = (1.0, 1.0) if self.scales is None else self.scales
        x = x + attention_scale * self.dropout(self.out(attended))
        return x + as_tensor(forward_scale * self.dropout(self.down(F.gelu(self.up(self.forward_norm(x))))))


def attend_end_to_end(query: Tensor, key: Tensor, value: Tensor, limits: Tensor, longest: int) -> Tensor:
    """Dense attention within each of several sequences end to end: (tokens, heads, head_dim) each, on a GPU in half precision.

    `limits` (sequences + 1,) int32: where they begin and end. Nothing is padded, and all take one call: FlashAttention-2,
    arXiv 2307.08691.
    """
    # Imported where there is a GPU: it brings PyTorch's compiler along, 150 MB and more than a second.
    from torch.nn.attention.varlen import varlen_attn

    # It gives more than a tensor only when asked.
    return cast(Tensor, varlen_attn(query, key, value, limits, limits, longest, longest))


def split_heads(qkv: Tensor, heads: int) -> tuple[Tensor, Tensor, Tensor]:
    """(batch, tokens, 3 · width) -> three of (batch, heads, tokens, head_dim)."""
    q, k, v = qkv.view(*qkv.shape[:2], 3, heads, -1).permute(2, 0, 3, 1, 4)
    return q, k, v


def join_heads(x: Tensor) -> Tensor:
    """(batch, heads, tokens, head_dim) -> (batch, tokens, width)."""
    return x.transpose(1, 2).flatten(2)


def as_tensor(value: Tensor) -> Tensor:
    """Calls of modules are untyped in torch."""
    return value


def segment_means(values: Tensor, bounds: Tensor) -> Tensor:
    """Means of consecutive segments: (rows, width), bounds (segments + 1,) ascending -> (segments, width)."""
    # One sum more at either end takes the rows that no segment holds. Nothing here waits for a GPU.
    sums = values.new_zeros(len(bounds) + 1, values.shape[1]).index_add(0, owners(bounds, len(values)) + 1, values)
    return sums[1:-1] / bounds.diff().clamp_min(1)[:, None]


def owners(bounds: Tensor, rows: int) -> Tensor:
    """(rows,): the segment of each row, where segments begin and end at `bounds`; -1 before the first."""
    return torch.bucketize(torch.arange(rows, device=bounds.device), bounds, right=True) - 1


def upload(values: NDArray[Any] | Tensor, device: torch.device) -> Tensor:
    """The same on a device, without waiting for what a GPU is at."""
    tensor = torch.from_numpy(values) if isinstance(values, np.ndarray) else values
    if device.type != "cuda" or tensor.is_cuda:
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)
