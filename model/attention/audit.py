"""The audit: how much of the dense attention mass the selection covers, measured on query rows drawn at random.

For a drawn row every pair that was left out is scored, so what it missed is exact. Few rows miss much and most miss next to
nothing, so that rows drawn evenly would seldom be the ones that matter. Rows are drawn with replacement within each head with
a chance in proportion to what they are guessed to have missed, and weighted by one over the chance: an estimate that is unbiased
whatever the guesses are, and the tighter the better they are (Hansen and Hurwitz, Ann. Math. Stat. 14:333, 1943). The guess
costs next to nothing: attention leaves the sum of the weights that it computed for each row, and the estimator said what share
of its token block's mass it left out. The 95 % interval allows for the skewness that remains (Hall, J. R. Stat. Soc. B 54:221,
1992) and for heads that vary unlike (Satterthwaite's degrees of freedom; Cochran, Sampling Techniques, section 5.4).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from model.attention.dispatch import triton_obstacle
from model.attention.selection import Selection

LEAST_ROWS = 16
"""Rows a head that are scored even where they cost more than the audit's share: fewer do not tell how skewed they are."""

_EVENLY = 1.0
"""This much of a head's mean guess is added to every row's, so that a row that was guessed wrong is drawn now and then, too."""

_LEAST_LEFT_OUT = 1e-4
"""Below this the estimator's share of what was left out says little."""

_CHUNK = 64
"""Rows scored at once: bounds the memory at _CHUNK · tokens scores."""


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
    query: Tensor, key: Tensor, selection: Selection, rows: int, scale: float, seed: int, logsum: Tensor | None = None
) -> Callable[[], CoveredMass]:
    """Start to measure the covered mass of all rows on `rows` drawn ones a head; what is returned waits for it and gives it.

    `query` (batch, query heads, tokens, head_dim), `key` (batch, key heads, tokens, head_dim), as the selection was made for;
    `logsum` (batch, query heads, tokens): of each row the logarithm of the sum of exp(score) over the computed pairs. Without
    it rows are drawn evenly, and the interval is wider and less to be relied on.
    """
    if selection.density >= 1.0:
        return lambda: CoveredMass(1.0, 1.0, 1.0, 0)
    if len(selection.layout.documents) == 1 and triton_obstacle(query, selection.layout.block_size) is None:
        from model.attention.gpu.auditing import rows_audited

        # Drawn evenly, on the CPU: drawing by guesses would take the GPU longer than scoring the rows.
        generator = torch.Generator().manual_seed(seed)
        tokens = torch.randint(selection.layout.documents[0].tokens, (selection.heads, rows), generator=generator)
        wait = rows_audited(query, key, selection, tokens, scale)
        return lambda: interval(1.0 - wait()[0])
    sizes = None if logsum is None else guessed_missed(selection, logsum)
    drawn = draw(selection, rows, seed, sizes)
    found = interval((1.0 - covered_rows(query, key, selection, drawn, scale)) * drawn.weights)
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


def draw(selection: Selection, rows: int, seed: int, sizes: Tensor | None = None) -> Drawn:
    """`rows` rows a head, with replacement, with a chance in proportion to their `sizes` (heads, blocks, block_size).

    `sizes` are those of `guessed_missed`, None: even ones. The numbers are drawn on the CPU: the same for every device.
    """
    generator = torch.Generator().manual_seed(seed)
    lengths = selection.layout.lengths
    sizes = _partial(selection) if sizes is None else sizes
    chance = torch.rand(2, selection.heads, rows, generator=generator, dtype=torch.float64).to(sizes.device)
    # First a token block, then a token in it: sums over all tokens in a row would lose the small ones.
    of_block = sizes.sum(2, dtype=torch.float64).cumsum(1)
    total = of_block[:, -1:]
    block = torch.searchsorted(of_block, chance[0] * total, right=True).clamp_max(sizes.shape[1] - 1)
    inside = sizes.gather(1, block[..., None].expand(-1, -1, sizes.shape[2])).double()  # (heads, rows, block_size)
    within = inside.cumsum(2)
    place = torch.searchsorted(within, chance[1][..., None] * within[..., -1:], right=True)
    place = place.clamp_max(sizes.shape[2] - 1)
    weights = total / (inside.gather(2, place)[..., 0] * lengths.sum())
    return Drawn((lengths.cumsum(0) - lengths).long()[block] + place[..., 0], weights)


def guessed_missed(selection: Selection, logsum: Tensor) -> Tensor:
    """What each row is guessed to have missed, up to a factor for each head: (heads, blocks, block_size), zeros beyond the end.

    A row's share is missed / (missed + computed). What it computed is known; what it missed is guessed to be alike for the rows
    of a token block: their typical sum times the odds that the estimator gave. Nothing was missed where nothing was left out.
    """
    layout = selection.layout
    sums = layout.to_blocks(logsum[..., None].float())[..., 0]  # (heads, blocks, block_size)
    covered = selection.estimated.clamp(_LEAST_LEFT_OUT, 1.0)
    odds = (1.0 - covered + _LEAST_LEFT_OUT) / covered
    missed = sums.sum(2) / layout.lengths + odds.log()  # (heads, blocks)
    partial = _partial(selection)
    guess = torch.sigmoid(missed[..., None] - sums) * partial
    return partial * (guess + _EVENLY * guess.sum((1, 2), keepdim=True) / partial.sum((1, 2), keepdim=True))


def _partial(selection: Selection) -> Tensor:
    """1 for the rows that left something out, 0 for the others and beyond the end; 1 for all of a head that left nothing out."""
    layout = selection.layout
    inside = torch.arange(layout.block_size, device=layout.device) < layout.lengths[:, None]
    first, last = layout.table[:, 3], layout.table[:, 4]
    seen = torch.arange(layout.blocks, device=layout.device) + 1 - first if selection.is_causal else last - first
    left_out = selection.counts < seen  # (heads, blocks)
    # A head that left nothing out is drawn from all the same, and found to have missed nothing.
    left_out = left_out | ~left_out.any(1, keepdim=True)
    return (inside & left_out[..., None]).float()


def interval(missed: Tensor) -> CoveredMass:
    """The estimate with its 95 % interval, from the weighted missed mass of drawn rows (heads, rows a head)."""
    missed = missed.double().cpu()
    heads, rows = missed.shape
    mean = float(missed.mean())
    apart = missed - missed.mean(1, keepdim=True)
    spread = apart.square().sum(1) / (rows - 1)
    squared = float(spread.sum()) / (rows * heads**2)
    if squared == 0.0:
        return CoveredMass(_share(1.0 - mean), _share(1.0 - mean), _share(1.0 - mean), missed.numel())
    freedom = float(spread.sum() ** 2 / spread.square().sum()) * (rows - 1)
    error, quantile = math.sqrt(squared), student_quantile(freedom)
    third = float((apart**3).sum()) / ((rows - 1) * max(1, rows - 2)) / (rows * heads**3) if rows > 2 else 0.0
    skewness = third / error**3
    most = mean - error * _unskewed(-quantile, skewness)
    least = mean - error * _unskewed(quantile, skewness)
    return CoveredMass(_share(1.0 - mean), _share(1.0 - most), _share(1.0 - least), missed.numel())


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


def covered_rows(query: Tensor, key: Tensor, selection: Selection, drawn: Drawn, scale: float) -> Tensor:
    """(heads, rows a head) exact covered mass of the drawn rows."""
    layout = selection.layout
    group = query.shape[1] // key.shape[1]
    tokens = drawn.tokens.flatten()
    heads = torch.arange(selection.heads, device=tokens.device).repeat_interleave(drawn.tokens.shape[1])
    shares = torch.empty(len(tokens), dtype=torch.float32, device=query.device)
    first = 0
    for document in layout.documents:
        inside = (tokens >= first) & (tokens < first + document.tokens)
        span = slice(document.start, document.start + document.tokens)
        for head in range(key.shape[1]):
            which = (inside & (heads // group == head)).nonzero()[:, 0]
            for part in torch.split(which, _CHUNK) if len(which) else ():
                token = tokens[part] - first
                rows = query[document.row, heads[part], token + document.start]
                scores = (rows.float() @ key[document.row, head, span].float().T) * scale  # (rows, tokens)
                block = document.first + token // layout.block_size
                chosen = _chosen(selection, heads[part], block, document.first, document.blocks)
                shares[part] = _shares(scores, chosen, token, selection)
        first += document.tokens
    return shares.view(selection.heads, -1)


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


def _chosen(selection: Selection, heads: Tensor, blocks: Tensor, first: int, count: int) -> Tensor:
    # (rows, count) bool: which key blocks of the document the rows took.
    row = (heads * selection.layout.blocks + blocks).to(selection.offsets.device)
    start, end = selection.offsets[row], selection.offsets[row + 1]
    position = torch.arange(int((end - start).max()), device=row.device)
    inside = position < (end - start)[:, None]
    place = (start[:, None] + position).clamp_max(len(selection.indices) - 1)
    index = torch.where(inside, selection.indices[place].long() - first, count)
    return torch.zeros(len(row), count + 1, dtype=torch.bool, device=row.device).scatter_(1, index, True)[:, :count]


def _shares(scores: Tensor, chosen: Tensor, token: Tensor, selection: Selection) -> Tensor:
    if selection.is_causal:
        position = torch.arange(scores.shape[1], device=scores.device)
        scores = scores.masked_fill(position[None, :] > token.to(scores.device)[:, None], -math.inf)
    mass = torch.softmax(scores, dim=-1)
    padded = torch.nn.functional.pad(mass, (0, -mass.shape[1] % selection.layout.block_size))
    blocks = padded.view(len(mass), -1, selection.layout.block_size).sum(-1)
    # Sums of a softmax can pass 1 in the last digit.
    return (blocks * chosen).sum(1).clamp_max(1.0)
