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

import torch
from torch import Tensor

from model.attention.config import AdaptiveAttentionConfig
from model.attention.dispatch import is_short
from model.attention.estimators.features import Features, estimate_mass
from model.attention.layout import Document, Layout
from model.attention.selection import always_kept, in_order, limits

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
    density = torch.ones_like(coverage)
    long = [n for n, document in enumerate(layout.documents) if not is_short(document, config, query.device)]
    for number in long if pilot else ():
        coverage[number], density[number] = calibrated_coverage(
            query, key, features, layout.documents[number], layout, config, scale, is_causal=is_causal, named=named
        )

    def foreseen() -> float:
        for number in () if pilot else long:
            density[number] = _believed_density(features, layout.documents[number], config, is_causal=is_causal)
        pairs = [layout.pairs(document, is_causal=is_causal) for document in layout.documents]
        weights = torch.tensor(pairs, dtype=torch.float64) / max(1, sum(pairs))
        return float((density.double().mean(1).cpu() * weights).sum())

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
) -> tuple[Tensor, Tensor]:
    """For each head of one document: the share of the estimated mass to ask for, and the density to expect of it.

    Shapes as in `foresee`; returns two (heads,) float32.
    """
    tokens = pilot_tokens(document, config)
    # (heads, rows, key blocks)
    estimated = estimate_mass(features, document, tokens // layout.block_size, is_causal=is_causal)
    tokens = tokens.to(query.device)
    blocks = tokens // layout.block_size
    exact = _exact_mass(query, key, document, layout.block_size, tokens, scale, is_causal=is_causal)
    kept = always_kept(document, blocks, len(estimated), config, named, is_causal=is_causal)
    seen = blocks + 1 if is_causal else torch.full_like(blocks, document.blocks)
    _, order = in_order(estimated, kept, blocks, is_causal=is_causal)
    reached, covered = (mass.gather(-1, order).cumsum(-1) for mass in (estimated, exact))
    targets = _TARGETS.to(reached).expand(*reached.shape[:2], -1).contiguous()
    _, floor, ceiling = limits(document, config)
    counts = (torch.searchsorted(reached, targets) + 1).clamp(max=ceiling)  # (heads, rows, targets)
    counts = torch.maximum(counts, kept.sum(-1, keepdim=True).clamp_min(floor)).minimum(seen[:, None])
    curve = _pooled(covered.gather(-1, counts - 1))
    place = (curve < config.coverage).sum(-1)  # the first target that suffices, or one past the last
    everything = place == len(_TARGETS)
    place = place.clamp_max(len(_TARGETS) - 1)
    counted = counts.gather(-1, place[:, None, None].expand(-1, counts.shape[1], 1))[..., 0]
    density = torch.where(everything, 1.0, counted.sum(-1) / seen.sum())
    return torch.where(everything, 1.0, _TARGETS.to(reached)[place]), density


def _pooled(covered: Tensor) -> Tensor:
    """(heads, rows, targets) covered mass -> (heads, targets), a head's mean drawn towards that of all heads."""
    rows = covered.shape[1]
    return (covered.sum(1) + _PRIOR_ROWS * covered.mean((0, 1))) / (rows + _PRIOR_ROWS)


def _exact_mass(
    query: Tensor, key: Tensor, document: Document, block_size: int, tokens: Tensor, scale: float, *, is_causal: bool
) -> Tensor:
    """(heads, rows, key blocks) float32 attention mass of some rows, `tokens` (rows,) from the document's first."""
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
