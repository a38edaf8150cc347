"""The pilot: a few query rows whose exact attention mass tells what the estimate is worth, before anything is selected by it.

An estimate that calls 95 % of the mass what is 88 % cannot be asked for 95 %. So the mass of a few rows, spread over the
document, is computed exactly; going down a row's key blocks in the order in which they would be selected tells how much each
further estimated percent truly brings. For each head the least target is taken whose selection truly covers, on the rows'
average, what was asked for. A head's few rows are pooled with those of all heads (an empirical Bayes mean: Efron and Morris,
J. Am. Stat. Assoc. 70:311, 1975). To choose a threshold so that a risk is met on held-out cases is the calibration of conformal
risk control (arXiv 2208.02814, section 2). The audit draws other rows, so that it judges the outcome fairly.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

import torch
from torch import Tensor

from model.attention.config import AdaptiveAttentionConfig
from model.attention.dispatch import is_short, triton_obstacle
from model.attention.estimators.features import Features, estimate_mass
from model.attention.layout import Document, Layout
from model.attention.selection import always_kept, explored, in_order, limits

_PRIOR_ROWS = 8
"""A head's curve is averaged with that of all heads as if it were of so many rows."""

_TARGETS = torch.sigmoid(torch.linspace(-3.0, 9.0, 241, dtype=torch.float64))
"""Estimated shares of mass that are tried: evenly spaced in log odds, .05 to .9999."""

_PROBED = 16
"""Query blocks that are looked at to foresee the density without a pilot."""

_OTHER_THAN_THE_AUDIT = 0x9E3779B9
"""Changes the seed, so that pilot and audit draw by different random numbers."""

_SCORES = 1 << 23
"""At most so many query-key products are held at once, or those of one row."""


@torch.no_grad()
def foresee(
    query: Tensor,
    key: Tensor,
    features: Features,
    layout: Layout,
    config: AdaptiveAttentionConfig,
    scale: float,
    *,
    is_causal: bool,
    named: Tensor | None = None,
) -> tuple[Tensor | None, Callable[[], float]]:
    """What to ask the estimate for, and how many pairs that will select.

    `query` (batch, heads, tokens, head_dim), `key` (batch, key heads, tokens, head_dim), `features` made of them, `named`
    (blocks,) bool. Returns the share of the estimated mass (documents, heads) that stands for `config.coverage`, None where
    the estimate is believed or not asked for a coverage; and what gives the expected density, for which a GPU is waited for.
    """
    if config.density is not None:
        return None, lambda: float(config.density or 0.0)
    pilot = config.selects_by_coverage and config.pilot_rows > 0
    coverage = torch.full((len(layout.documents), query.shape[1]), config.coverage, device=query.device)
    densities: list[Callable[[], Tensor]] = []
    for number, document in enumerate(layout.documents):
        if is_short(document, config, query.device):
            densities.append(lambda: torch.ones(()))
        elif pilot:
            coverage[number], density = calibrated_coverage(
                query, key, features, document, layout, config, scale, is_causal=is_causal, named=named
            )
            densities.append(density)
        else:
            densities.append(partial(_believed_density, features, document, config, is_causal=is_causal))

    def foreseen() -> float:
        pairs = [layout.pairs(document, is_causal=is_causal) for document in layout.documents]
        expected = [float(density()) * count for density, count in zip(densities, pairs, strict=True)]
        return sum(expected) / max(1, sum(pairs))

    return coverage if pilot else None, foreseen


def _believed_density(
    features: Features, document: Document, config: AdaptiveAttentionConfig, *, is_causal: bool
) -> Tensor:
    """The expected density, from a few query blocks; what is always kept is not looked at."""
    blocks = torch.arange(0, document.blocks, max(1, document.blocks // _PROBED))
    mass = estimate_mass(features, document, blocks, is_causal=is_causal)
    _, floor, ceiling = limits(document, config)
    counts = (mass.sort(-1, descending=True).values.cumsum(-1) < config.coverage).sum(-1) + 1
    if config.threshold is not None:
        counts = (mass >= config.threshold).sum(-1)
    seen = (blocks + 1 if is_causal else torch.full_like(blocks, document.blocks)).to(mass.device)
    counts = counts.clamp(max=ceiling).clamp_min(floor).minimum(seen)
    return counts.sum() / (len(mass) * seen.sum())


def pilot_tokens(document: Document, config: AdaptiveAttentionConfig) -> Tensor:
    """(rows,) int64 tokens counted from the document's first, one drawn at random from each of as many equal stretches."""
    rows = min(config.pilot_rows, document.tokens)
    generator = torch.Generator().manual_seed(config.seed ^ _OTHER_THAN_THE_AUDIT)
    inside = torch.rand(rows, generator=generator, dtype=torch.float64)
    return ((torch.arange(rows) + inside) * (document.tokens / max(1, rows))).long().clamp_max(document.tokens - 1)


@dataclass(frozen=True)
class _Rows:
    """The rows of a pilot.

    `tokens` (rows,) and their token blocks `on_cpu` and `blocks`, from the document's first; of each, what is always kept `kept`
    (heads, rows, key blocks), how many key blocks it takes at `least` (heads, rows, 1) and how many it may see, `seen` (rows, 1).
    """

    tokens: Tensor
    on_cpu: Tensor
    blocks: Tensor
    kept: Tensor
    least: Tensor
    seen: Tensor


def calibrated_coverage(
    query: Tensor,
    key: Tensor,
    features: Features,
    document: Document,
    layout: Layout,
    config: AdaptiveAttentionConfig,
    scale: float,
    *,
    is_causal: bool,
    named: Tensor | None = None,
) -> tuple[Tensor, Callable[[], Tensor]]:
    """For each head of one document: the share of the estimated mass to ask for; and what gives the density to expect of it.

    Shapes as in `foresee`; the share is (heads,) float32, the density, of all heads, a scalar.
    """
    place = document, query.shape[1], config, query.device, is_causal
    rows = _rows(*place) if named is None else _make_rows(*place, named)
    estimated = estimate_mass(features, document, rows.on_cpu, is_causal=is_causal)  # (heads, rows, key blocks)
    by_block = _exact_mass_for(query, layout.block_size)
    exact = by_block(query, key, document, layout.block_size, rows.tokens, scale, is_causal=is_causal)
    _, order = in_order(estimated, rows.kept, rows.blocks, is_causal=is_causal)
    reached, covered = (mass.gather(-1, order).cumsum(-1) for mass in (estimated, exact))
    targets = _targets(query.device)
    _, _, ceiling = limits(document, config)
    counts = (torch.searchsorted(reached, targets.expand(*reached.shape[:2], -1).contiguous()) + 1).clamp(max=ceiling)
    counts = torch.maximum(counts, rows.least).minimum(rows.seen)  # (heads, rows, targets)
    curve = _pooled(covered.gather(-1, counts - 1))
    chosen = (curve < config.coverage).sum(-1)  # the first target that suffices, or one past the last

    def density() -> Tensor:
        every = rows.seen.expand_as(counts[..., :1])
        taken = torch.cat([counts, every], -1).gather(-1, chosen[:, None, None].expand_as(every))
        return taken.sum() / every.sum()

    return torch.cat([targets, targets.new_ones(1)])[chosen], density


def _make_rows(
    document: Document,
    heads: int,
    config: AdaptiveAttentionConfig,
    device: torch.device,
    is_causal: bool,
    named: Tensor | None = None,
) -> _Rows:
    # Small numbers are made on the CPU: on a GPU every step of theirs would have to be launched.
    tokens = pilot_tokens(document, config)
    on_cpu = tokens // config.block_size
    drawn = explored(document, on_cpu, heads, config).to(device)
    blocks = on_cpu.to(device)
    kept = always_kept(document, blocks, drawn, config, named, is_causal=is_causal)
    _, floor, _ = limits(document, config)
    seen = blocks + 1 if is_causal else torch.full_like(blocks, document.blocks)
    return _Rows(tokens.to(device), on_cpu, blocks, kept, kept.sum(-1, keepdim=True).clamp_min(floor), seen[:, None])


_rows = lru_cache(maxsize=16)(_make_rows)
"""Layers that share a seed ask for the same rows, and so does every further text of the same length."""


@lru_cache(maxsize=4)
def _targets(device: torch.device) -> Tensor:
    return _TARGETS.to(device, torch.float32)


def _pooled(covered: Tensor) -> Tensor:
    """(heads, rows, targets) covered mass -> (heads, targets), a head's mean drawn towards that of all heads."""
    rows = covered.shape[1]
    return (covered.sum(1) + _PRIOR_ROWS * covered.mean((0, 1))) / (rows + _PRIOR_ROWS)


def _exact_mass_for(query: Tensor, block_size: int) -> Callable[..., Tensor]:
    if triton_obstacle(query, block_size) is not None:
        return exact_mass
    from model.attention.gpu.auditing import mass_by_block

    return mass_by_block


def exact_mass(
    query: Tensor, key: Tensor, document: Document, block_size: int, tokens: Tensor, scale: float, *, is_causal: bool
) -> Tensor:
    """(heads, rows, key blocks) float32 attention mass of some rows of every head, `tokens` (rows,) from the document's first."""
    heads, key_heads = query.shape[1], key.shape[1]
    span = slice(document.start, document.start + document.tokens)
    keys = key[document.row, :, span].transpose(1, 2)  # (key heads, head_dim, tokens)
    step = max(1, _SCORES // (heads * document.tokens))
    parts = []
    for some in torch.split(tokens, step):
        rows = query[document.row, :, document.start + some]  # (heads, some, head_dim)
        scores = rows.reshape(key_heads, -1, rows.shape[2]) @ keys
        scores = scores.view(heads, len(some), -1).float() * scale
        if is_causal:
            later = torch.arange(document.tokens, device=some.device) > some[:, None]
            scores.masked_fill_(later, -math.inf)
        mass = torch.nn.functional.pad(torch.softmax(scores, -1), (0, -document.tokens % block_size))
        parts.append(mass.view(heads, len(some), -1, block_size).sum(-1))
    return torch.cat(parts, 1)
