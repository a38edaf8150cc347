"""The audit: how much of the dense attention mass the selection covers, measured on query rows drawn at random.

For a drawn row every pair that was left out is scored, so its covered mass is exact. Rows are drawn with replacement within
each head, equally many a head. Rows whose estimated mass is off from the truth tell how far off the estimate is, so the mean of
(covered - estimated) over drawn rows, added to the mean estimate of all rows, is a difference estimator (Cochran, Sampling
Techniques, section 7.3): unbiased whatever the estimates are, and the tighter the better they are. Its 95 % interval is
Student's over the strata. The cost is `rows` / (heads · tokens) of dense attention.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from model.attention.dispatch import triton_obstacle
from model.attention.selection import Selection

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


@dataclass(frozen=True)
class Drawn:
    """Rows drawn for an audit: `heads` and `tokens` (rows,), the tokens counted over the valid ones of all documents."""

    heads: Tensor
    tokens: Tensor


def draw(selection: Selection, rows: int, seed: int) -> Drawn:
    """About `rows` rows, at least two a head, uniform with replacement over the valid tokens of each head.

    Drawn on the CPU, so that the sample is the same on every device.
    """
    generator = torch.Generator().manual_seed(seed)
    each = max(2, rows // selection.heads)
    valid = sum(document.tokens for document in selection.layout.documents)
    tokens = torch.randint(valid, (selection.heads, each), generator=generator)
    heads = torch.arange(selection.heads)[:, None].expand_as(tokens)
    return Drawn(heads.flatten(), tokens.flatten())


def affordable_rows(selection: Selection, share: float) -> int:
    """How many rows can be scored for `share` of the query-key products that the selection computes."""
    layout = selection.layout
    valid = sum(document.tokens for document in layout.documents)
    # A row is scored against its own document: on average so many keys.
    keys = sum(document.tokens**2 for document in layout.documents) / max(1, valid)
    return int(
        share * len(selection.indices) * layout.block_size**2 / max(1.0, keys * (0.5 if selection.is_causal else 1))
    )


@torch.no_grad()
def audit(
    query: Tensor, key: Tensor, selection: Selection, rows: int, scale: float, seed: int
) -> Callable[[], CoveredMass]:
    """Start to measure the covered mass of all rows on about `rows` drawn ones; what is returned waits for it and gives it.

    `query` (batch, query heads, tokens, head_dim), `key` (batch, key heads, tokens, head_dim), as the selection was made for.
    """
    drawn = draw(selection, rows, seed)
    if len(selection.layout.documents) == 1 and triton_obstacle(query, selection.layout.block_size) is None:
        from model.attention.gpu.auditing import rows_audited

        wait = rows_audited(query, key, selection, drawn.tokens.view(selection.heads, -1), scale)
        return lambda: interval(*wait())
    covered = covered_rows(query, key, selection, drawn, scale)
    found = interval(covered, estimated_rows(selection, drawn), estimated_mean(selection))
    return lambda: found


def interval(covered: Tensor, estimated: Tensor, estimated_mean: float) -> CoveredMass:
    """The difference estimate with its 95 % interval.

    `covered`, `estimated` (heads, rows a head): exact and estimated covered mass of the drawn rows; `estimated_mean`: of all
    rows.
    """
    difference = (covered - estimated).double().cpu().numpy()
    heads, each = difference.shape
    mean = estimated_mean + float(difference.mean())
    # Strata of equal size and equally many draws: the variance of the mean is that of the heads' means, over heads².
    variance = float(difference.var(1, ddof=1).sum()) / (each * heads * heads)
    half = student_quantile(heads * (each - 1)) * math.sqrt(variance)
    low, high = max(0.0, min(1.0, mean - half)), max(0.0, min(1.0, mean + half))
    return CoveredMass(max(0.0, min(1.0, mean)), low, high, covered.numel())


def covered_rows(query: Tensor, key: Tensor, selection: Selection, drawn: Drawn, scale: float) -> Tensor:
    """(heads, rows a head) exact covered mass of the drawn rows."""
    layout = selection.layout
    group = query.shape[1] // key.shape[1]
    shares = torch.empty(len(drawn.heads), dtype=torch.float32, device=query.device)
    first = 0
    for document in layout.documents:
        inside = (drawn.tokens >= first) & (drawn.tokens < first + document.tokens)
        span = slice(document.start, document.start + document.tokens)
        for head in range(key.shape[1]):
            which = (inside & (drawn.heads // group == head)).nonzero()[:, 0]
            for part in torch.split(which, _CHUNK) if len(which) else ():
                token = drawn.tokens[part] - first
                rows = query[
                    document.row, drawn.heads[part].to(query.device), (token + document.start).to(query.device)
                ]
                scores = (rows.float() @ key[document.row, head, span].float().T) * scale  # (rows, tokens)
                block = document.first + token // layout.block_size
                chosen = _chosen(selection, drawn.heads[part], block, document.first, document.blocks)
                shares[part.to(shares.device)] = _shares(scores, chosen, token, selection)
        first += document.tokens
    return shares.view(selection.heads, -1)


def estimated_rows(selection: Selection, drawn: Drawn) -> Tensor:
    """(heads, rows a head) estimated covered mass of the drawn rows: that of their query blocks."""
    lengths = selection.layout.lengths
    block = torch.repeat_interleave(torch.arange(len(lengths), device=lengths.device), lengths)
    place = block[drawn.tokens.to(block.device)]
    return selection.estimated[drawn.heads.to(block.device), place].view(selection.heads, -1)


def estimated_mean(selection: Selection) -> float:
    """Estimated covered mass, mean over heads and valid tokens."""
    weight = selection.layout.lengths.double()
    return float((selection.estimated.double() @ weight).mean() / weight.sum())


def student_quantile(freedom: int) -> float:
    """The .975 quantile of Student's t (Abramowitz and Stegun, 26.7.5: an expansion about the normal quantile)."""
    z = 1.959963984540054
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / max(1, freedom) ** (power + 1) for power, term in enumerate(terms))


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
