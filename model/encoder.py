"""The long-context encoder: local layers read windows, whole-document layers read everything with adaptive sparse attention.

Local layers are multilingual-e5-small's first layers (post-layer-norm, as in BERT, arXiv 1810.04805) on windows of 510 tokens
between <s> and </s>. Whole-document layers (pre-layer-norm) follow without positions: they look for what, not for where, and
averages of keys without rotary phases are good estimates of the keys.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.attention import AdaptiveAttentionConfig, CoveredMass, adaptive_attention
from model.attention.audit import combine
from model.tokenizer import BEGIN, END, PADDING

Report = Callable[[str, int, int], None]
"""Called with a stage, units done and units in all; may raise to cancel."""

Watch = Callable[[Tensor, Tensor], None]
"""Called with the query and key, (1, heads, tokens, head_dim) each, of each document in each whole-document layer."""

_DENSELY = AdaptiveAttentionConfig(coverage=1.0, audit_rows=0)
_WINDOWS_AT_ONCE = 16
_TOKENS_AT_ONCE = 8192
_GROUP = 32


@dataclass(frozen=True, slots=True)
class EncoderConfig:
    """Sizes. `window` counts tokens of text; two more positions hold <s> and </s>."""

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


@dataclass
class AttentionReport:
    """What the whole-document layers computed, one audit a layer."""

    pairs: float = 0.0
    all_pairs: float = 0.0
    audits: list[CoveredMass] = field(default_factory=list)

    @property
    def density(self) -> float:
        """Computed pairs / all pairs; 1 where nothing was attended to."""
        return self.pairs / self.all_pairs if self.all_pairs else 1.0

    @property
    def covered_mass(self) -> CoveredMass:
        """Mean over layers; 1 where attention was dense."""
        return combine(self.audits) if self.audits else CoveredMass(1.0, 1.0, 1.0, 0)


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
        packed = self.codes[ids]
        codes = torch.stack([packed & 0x0F, packed >> 4], dim=-1).flatten(-2).float() - 8.0
        scales = self.scales[ids].float()
        return codes * scales.repeat_interleave(_GROUP, dim=-1)


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

    def forward(self, x: Tensor, allowed: Tensor | None) -> Tensor:
        """`x` (windows, tokens, width); `allowed` (windows, 1, 1, tokens), False at padding, or None."""
        q, k, v = _split_heads(self.qkv(x), self.heads)
        attended = F.scaled_dot_product_attention(q, k, v, attn_mask=allowed)
        x = self.attention_norm(x + self.dropout(self.out(_join_heads(attended))))
        return _as_tensor(self.output_norm(x + self.dropout(self.down(F.gelu(self.up(x))))))


class LongLayer(nn.Module):
    """Attention over the whole document, then a feed-forward network; the norm precedes each."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        width = config.width
        self.heads = config.long_heads
        self.attention_norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.forward_norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, config.feed_forward)
        self.down = nn.Linear(config.feed_forward, width)
        self.dropout = nn.Dropout(config.dropout)
        # The layer starts as the identity, so that the base's representation is the starting point.
        for last in (self.out, self.down):
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)

    def attention_input(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(tokens, width) -> query, key, value of (1, heads, tokens, head_dim)."""
        return _split_heads(self.qkv(self.attention_norm(x))[None], self.heads)

    def after_attention(self, x: Tensor, attended: Tensor) -> Tensor:
        """Add what was attended to, (tokens, width), and the feed-forward network."""
        x = x + self.dropout(self.out(attended))
        return x + _as_tensor(self.dropout(self.down(F.gelu(self.up(self.forward_norm(x))))))


class Encoder(nn.Module):
    """Token ids of whole documents in, one vector a token out."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = PackedEmbedding(config.vocabulary, config.width)
        self.positions = nn.Parameter(torch.zeros(config.window + 2, config.width))
        self.embedding_norm = nn.LayerNorm(config.width, eps=config.norm_epsilon)
        self.dropout = nn.Dropout(config.dropout)
        self.local = nn.ModuleList(LocalLayer(config) for _ in range(config.local_layers))
        self.long = nn.ModuleList(LongLayer(config) for _ in range(config.long_layers))

    def read_locally(self, ids: Tensor, bounds: Sequence[int], report: Report | None = None) -> Tensor:
        """The local layers, for documents laid end to end.

        `ids` (tokens,); document d is `ids[bounds[d]:bounds[d + 1]]`. Returns (tokens, width).
        """
        windows, place = self._windows(ids, bounds)
        return self._read_windows(windows, report).reshape(-1, self.config.width)[place]

    def read_whole(
        self,
        x: Tensor,
        bounds: Sequence[int],
        attention: AdaptiveAttentionConfig | None,
        report: Report | None = None,
        watch: Watch | None = None,
    ) -> tuple[Tensor, AttentionReport]:
        """The whole-document layers, after the local ones.

        `x` (tokens, width), bounded as in `read_locally`. `attention` None attends densely. Returns (tokens, width) and what
        was computed.
        """
        said = AttentionReport()
        for number, layer in enumerate(self.long_layers()):
            if report:
                report("attending", number, len(self.long))
            # A seed a layer, so that the layers are explored and audited independently.
            config = _DENSELY if attention is None else replace(attention, seed=attention.seed + number)
            x = self._read_documents(layer, x, bounds, config, said, watch)
        return x, said

    def long_layers(self) -> list[LongLayer]:
        """The whole-document layers, in order."""
        return [layer for layer in self.long if isinstance(layer, LongLayer)]

    def _windows(self, ids: Tensor, bounds: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Windows (windows, longest + 2) with <s>, </s> and padding, and the place (tokens,) of each token in them."""
        size = self.config.window
        starts = [start for a, b in pairwise(bounds) for start in range(a, b, size)]
        ends = [min(start + size, b) for a, b in pairwise(bounds) for start in range(a, b, size)]
        first = torch.tensor(starts, device=ids.device)
        length = torch.tensor(ends, device=ids.device) - first
        column = torch.arange(int(length.max()) + 2, device=ids.device)
        inside = (column >= 1) & (column <= length[:, None])
        source = (first[:, None] + column - 1).clamp(0, len(ids) - 1)
        windows = torch.where(inside, ids[source], PADDING)
        windows[:, 0] = BEGIN
        windows.scatter_(1, length[:, None] + 1, END)
        return windows, inside.flatten().nonzero().squeeze(1)

    def _read_windows(self, windows: Tensor, report: Report | None) -> Tensor:
        parts = []
        step = len(windows) if self.training else _WINDOWS_AT_ONCE
        for start in range(0, len(windows), step):
            if report:
                report("scanning", start, len(windows))
            parts.append(self._read_some(windows[start : start + step]))
        return torch.cat(parts)

    def _read_some(self, windows: Tensor) -> Tensor:
        padding = windows == PADDING
        allowed = ~padding[:, None, None, :] if bool(padding.any()) else None
        x = self.dropout(self.embedding_norm(self.embedding(windows) + self.positions[: windows.shape[1]]))
        for layer in self.local:
            x = layer(x, allowed)
        return _as_tensor(x)

    def _read_documents(
        self,
        layer: LongLayer,
        x: Tensor,
        bounds: Sequence[int],
        config: AdaptiveAttentionConfig,
        said: AttentionReport,
        watch: Watch | None,
    ) -> Tensor:
        query, key, value = layer.attention_input(x)
        if watch:
            for start, end in pairwise(bounds):
                watch(query[:, :, start:end], key[:, :, start:end])
        result = adaptive_attention(query, key, value, config=config, bounds=bounds)
        pairs = sum(float(end - start) ** 2 for start, end in pairwise(bounds))
        said.all_pairs += pairs
        said.pairs += result.density * pairs
        if result.covered_mass is not None:
            said.audits.append(result.covered_mass)
        joined = _join_heads(result.output)[0]
        step = len(x) if self.training else _TOKENS_AT_ONCE
        return torch.cat([layer.after_attention(x[i : i + step], joined[i : i + step]) for i in range(0, len(x), step)])


def _split_heads(qkv: Tensor, heads: int) -> tuple[Tensor, Tensor, Tensor]:
    """(batch, tokens, 3 · width) -> three of (batch, heads, tokens, head_dim)."""
    q, k, v = qkv.view(*qkv.shape[:2], 3, heads, -1).permute(2, 0, 3, 1, 4)
    return q, k, v


def _join_heads(x: Tensor) -> Tensor:
    """(batch, heads, tokens, head_dim) -> (batch, tokens, width)."""
    return x.transpose(1, 2).flatten(2)


def _as_tensor(value: Tensor) -> Tensor:
    # Calls of modules are untyped in torch.
    return value
