"""The audit: how much of the dense attention mass the selection covers, measured on query rows drawn at random.

Attention leaves the logarithm of the sum of exp(score) over the pairs that each row computed. For a drawn row the same sum is
made over all pairs, so what it missed is exact. Few rows miss much and most miss next to nothing, so that rows drawn evenly
would seldom be the ones that matter. Rows are drawn with replacement within each head with a chance in proportion to what they
are guessed to have missed, and weighted by one over the chance: an estimate that is unbiased whatever the guesses are, and the
tighter the better they are (Hansen and Hurwitz, Ann. Math. Stat. 14:333, 1943). The guess costs next to nothing: what a row
computed is known, and the estimator said what share of its token block's mass it left out. The 95 % interval allows for the
skewness that remains (Hall, J. R. Stat. Soc. B 54:221, 1992) and for heads that vary unlike (Satterthwaite's degrees of
freedom; Cochran, Sampling Techniques, section 5.4).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from model.attention.dispatch import triton_obstacle
from model.attention.layout import Document, Layout
from model.attention.selection import Selection

LEAST_ROWS = 16
"""Rows a head that are scored even where they cost more than the audit's share: fewer do not tell how skewed they are."""

RESOLUTION = 2e-4
"""An interval reaches at least so far from the estimate: no few rows tell a smaller missed mass from none."""

EVENLY = 1.0
"""This much of a head's mean guess is added to every row's, so that a row that was guessed wrong is drawn now and then, too."""

LEAST_LEFT_OUT = 1e-4
"""Below this the estimator's share of what was left out says little."""

_CHUNK = 64
"""Rows of a head scored at once: bounds the memory at _CHUNK · tokens scores for each key head."""


@dataclass(frozen=True, slots=True)
class CoveredMass:
    """Mean covered mass with its 95 % interval, from `rows` audited query rows."""

    estimate: float
    low: float
    high: float
    rows: int


def combine(parts: list[CoveredMass]) -> CoveredMass:
    """Mean over several layers or documents that were audited independently; half-widths add in quadrature."""
    estimate = sum(part.estimate for part in parts) / len(parts)
    below = math.sqrt(sum((part.estimate - part.low) ** 2 for part in parts)) / len(parts)
    above = math.sqrt(sum((part.high - part.estimate) ** 2 for part in parts)) / len(parts)
    return CoveredMass(estimate, estimate - below, estimate + above, sum(part.rows for part in parts))


@torch.no_grad()
def audit(
    query: Tensor, key: Tensor, selection: Selection, rows: int, scale: float, seed: int, logsum: Tensor
) -> Callable[[], CoveredMass]:
    """Start to measure the covered mass of all rows on `rows` drawn ones a head; what is returned waits for it and gives it.

    `query` (batch, query heads, tokens, head_dim), `key` (batch, key heads, tokens, head_dim), as the selection was made for;
    `logsum` (batch, query heads, tokens): of each row the logarithm of the sum of exp(score) over the computed pairs.
    """
    if selection.density >= 1.0:
        return lambda: CoveredMass(1.0, 1.0, 1.0, 0)
    layout = selection.layout
    if len(layout.documents) == 1 and triton_obstacle(query, layout.block_size) is None:
        from model.attention.gpu.auditing import chances_on, draw_rows, fetched, weighted_missed

        on_device = draw_rows(selection, logsum, chances_on(query.device, selection.heads, rows, seed))
        wait = fetched(weighted_missed(query, key, selection, on_device, scale))
        return lambda: interval(wait())
    drawn = draw(layout, rows, seed, guessed_missed(selection, logsum))
    found = interval((1.0 - covered_rows(query, key, selection, drawn, scale, logsum)) * drawn.weights)
    return lambda: found


def affordable_rows(selection: Selection, share: float) -> int:
    """How many rows a head can be scored for `share` of the query-key products that the selection computes."""
    longest = max(document.tokens for document in selection.layout.documents)
    computed = len(selection.indices) * selection.layout.block_size**2
    return int(share * computed / (longest * selection.heads))


@dataclass(frozen=True)
class Drawn:
    """Rows drawn for an audit, (heads, rows a head): the tokens, counted over the valid ones of all documents, and their weights.

    A weight is one over the number of tokens and the row's chance: on average a row's missed mass times its weight is the mean
    missed mass of its head.
    """

    tokens: Tensor
    weights: Tensor


@dataclass(frozen=True)
class Guesses:
    """What rows are guessed to have missed, up to a factor for each head.

    `rows` (heads, blocks, block_size), zeros beyond a document's end. A row of a token block is drawn with a chance in
    proportion to its `rows` + `evenly` (heads, 1), and the token block in proportion to `blocks` (heads, blocks) float64: the
    sum of its rows' chances, or zero where nothing was left out.
    """

    rows: Tensor
    evenly: Tensor
    blocks: Tensor


def uniform(heads: int, rows: int, seed: int) -> Tensor:
    """(2, heads, rows) float64 numbers that draw a token block and a row in it, on the CPU: the same for every device."""
    return torch.rand(2, heads, rows, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def draw(layout: Layout, rows: int, seed: int, guesses: Guesses) -> Drawn:
    """`rows` rows a head, with replacement, with a chance in proportion to what they are guessed to have missed."""
    # First a token block, then a token in it: sums over all tokens in a row would lose the small ones.
    of_block = guesses.blocks.cumsum(1)
    total = of_block[:, -1:]
    heads, blocks, size = guesses.rows.shape
    chance = uniform(heads, rows, seed).to(total.device)
    block = torch.searchsorted(of_block, chance[0] * total, right=True).clamp_max(blocks - 1)
    head = torch.arange(heads, device=block.device)[:, None]
    beyond = torch.arange(size, device=block.device) >= layout.lengths[block][..., None]
    chosen = guesses.rows[head, block].double() + guesses.evenly[..., None]
    within = chosen.masked_fill_(beyond, 0.0).cumsum(2)  # (heads, rows, block_size)
    place = torch.searchsorted(within, chance[1][..., None] * within[..., -1:], right=True).clamp_max(size - 1)
    weights = total / (chosen.gather(2, place)[..., 0] * layout.lengths.sum())
    return Drawn((layout.lengths.cumsum(0) - layout.lengths)[block] + place[..., 0], weights)


def guessed_missed(selection: Selection, logsum: Tensor) -> Guesses:
    """What each row is guessed to have missed, from the sum that it computed.

    A row's share is missed / (missed + computed). What it computed is known; what it missed is guessed to be alike for the rows
    of a token block: their typical sum times the odds that the estimator gave. Nothing was missed where nothing was left out.
    """
    layout = selection.layout
    sums = layout.to_blocks(logsum[..., None].float())[..., 0]  # (heads, blocks, block_size)
    covered = selection.estimated.clamp(LEAST_LEFT_OUT, 1.0)
    typical = sums.sum(2) / layout.lengths + ((1.0 - covered + LEAST_LEFT_OUT) / covered).log()
    rows = (typical[..., None] - sums).sigmoid_()
    if layout.blocks * layout.block_size > sum(document.tokens for document in layout.documents):
        rows.masked_fill_(torch.arange(layout.block_size, device=rows.device) >= layout.lengths[:, None], 0.0)
    left_out = _left_out(selection)
    guessed = rows.sum(2).double() * left_out
    tokens = layout.lengths * left_out
    evenly = EVENLY * guessed.sum(1, keepdim=True) / tokens.sum(1, keepdim=True)
    return Guesses(rows, evenly, guessed + evenly * tokens)


def _left_out(selection: Selection) -> Tensor:
    """(heads, blocks) whether a token block left something out; True for all of a head that left nothing out."""
    layout = selection.layout
    first, last = layout.table[:, 3], layout.table[:, 4]
    seen = torch.arange(layout.blocks, device=layout.device) + 1 - first if selection.is_causal else last - first
    left_out = selection.counts < seen
    # A head that left nothing out is drawn from all the same, and found to have missed nothing.
    return left_out | ~left_out.any(1, keepdim=True)


def interval(missed: Tensor) -> CoveredMass:
    """The estimate with its 95 % interval, from the weighted missed mass of drawn rows (heads, rows a head)."""
    # Not torch, which takes twice as long over so few numbers.
    values = missed.double().cpu().numpy()
    heads, rows = values.shape
    means = values.sum(1) / rows
    mean = float(means.sum()) / heads
    apart = values - means[:, None]
    squares = apart * apart
    spread = squares.sum(1) / (rows - 1)
    summed = float(spread.sum())
    squared = summed / (rows * heads**2)
    if squared == 0.0:
        return CoveredMass(_share(1.0 - mean), _share(1.0 - mean), _share(1.0 - mean), values.size)
    freedom = summed**2 / float(spread @ spread) * (rows - 1)
    error, quantile = math.sqrt(squared), student_quantile(freedom)
    third = float((squares * apart).sum()) / ((rows - 1) * max(1, rows - 2)) / (rows * heads**3) if rows > 2 else 0.0
    skewness = third / error**3
    most = mean - error * _unskewed(-quantile, skewness)
    least = mean - error * _unskewed(quantile, skewness)
    # Where almost nothing is missed, a few rows miss it all, and those are seldom drawn.
    most, least = max(most, mean + RESOLUTION), min(least, mean - RESOLUTION)
    return CoveredMass(_share(1.0 - mean), _share(1.0 - most), _share(1.0 - least), values.size)


def _unskewed(quantile: float, skewness: float) -> float:
    """Which studentised mean a quantile stands for where the mean's distribution has this skewness.

    It is the inverse of Hall's transformation t + γt²/3 + γ²t³/27 + γ/6.
    """
    if abs(skewness) < 1e-6:
        return quantile
    inner = 1.0 + skewness * (quantile - skewness / 6.0)
    unskewed = 3.0 / skewness * (math.copysign(abs(inner) ** (1.0 / 3.0), inner) - 1.0)
    # An interval holds its estimate however skewed the sample is.
    return max(0.0, unskewed) if quantile > 0 else min(0.0, unskewed)


def _share(value: float) -> float:
    return max(0.0, min(1.0, value))


def covered_rows(
    query: Tensor, key: Tensor, selection: Selection, drawn: Drawn, scale: float, logsum: Tensor
) -> Tensor:
    """(heads, rows a head) exact covered mass of the drawn rows."""
    rows = drawn.tokens.shape[1]
    tokens = drawn.tokens.flatten()
    heads = torch.arange(selection.heads, device=tokens.device).repeat_interleave(rows)
    covered = torch.empty(len(tokens), dtype=logsum.dtype, device=tokens.device)
    group = query.shape[1] // key.shape[1]
    for document, key_heads, which, token in _by_keys(tokens, heads // group, selection.layout):
        place = (document.row, heads[which], document.start + token)
        keys = key[document.row, key_heads, document.start : document.start + document.tokens]
        asked = query[place].view(len(keys), -1, query.shape[3])
        position = token.view(len(keys), -1) if selection.is_causal else None
        # Sums of the same numbers in another order can pass one another in the last digit.
        covered[which] = (logsum[place] - _log_sums(asked, keys, position, scale).flatten()).exp().clamp_max(1.0)
    return covered.view(-1, rows)


def _by_keys(
    tokens: Tensor, key_heads: Tensor, layout: Layout
) -> Iterator[tuple[Document, slice, slice | Tensor, Tensor]]:
    """Rows that see the same keys: the document, its key heads, which rows, and their tokens counted from its first.

    Rows of one document come all at once, since every key head has as many of them.
    """
    if len(layout.documents) == 1:
        yield layout.documents[0], slice(None), slice(None), tokens
        return
    first = 0
    for document in layout.documents:
        inside = (tokens >= first) & (tokens < first + document.tokens)
        for head in sorted(set(key_heads[inside].tolist())):
            which = (inside & (key_heads == head)).nonzero()[:, 0]
            yield document, slice(head, head + 1), which, tokens[which] - first
        first += document.tokens


def _log_sums(query: Tensor, key: Tensor, position: Tensor | None, scale: float) -> Tensor:
    """(key heads, rows) logarithms of the sums of exp(score) over all keys, or over those up to the rows' `position`.

    `query` (key heads, rows, head_dim), `key` (key heads, tokens, head_dim), `position` (key heads, rows).
    """
    one_pass = query.device.type == "cpu"
    parts = []
    for first in range(0, query.shape[1], _CHUNK):
        some = query[:, first : first + _CHUNK]
        later = None
        if position is not None:
            later = torch.arange(key.shape[1], device=key.device) > position[:, first : first + _CHUNK, None]
        parts.append(_in_one_pass(some, key, later, scale) if one_pass else _by_products(some, key, later, scale))
    return torch.cat(parts, 1)


def _in_one_pass(query: Tensor, key: Tensor, later: Tensor | None, scale: float) -> Tensor:
    # It averages keys as if they were values, too, and is still twice as fast as products and then their sums.
    bias = None if later is None else torch.zeros(later.shape, dtype=query.dtype).masked_fill_(later, -math.inf)[None]
    key = key if key.stride(2) == 1 else key.contiguous()
    both: tuple[Tensor, Tensor] = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(
        query[None], key[None], key[None], attn_mask=bias, scale=scale
    )
    return both[1][0]


def _by_products(query: Tensor, key: Tensor, later: Tensor | None, scale: float) -> Tensor:
    wide = torch.promote_types(query.dtype, torch.float32)
    scores = (query.to(wide) @ key.to(wide).transpose(1, 2)) * scale
    return (scores if later is None else scores.masked_fill_(later, -math.inf)).logsumexp(-1)


def student_quantile(freedom: float) -> float:
    """The .975 quantile of Student's t (Abramowitz and Stegun, 26.7.5: an expansion about the normal quantile)."""
    z = 1.959963984540054
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / max(1.0, freedom) ** (power + 1) for power, term in enumerate(terms))
