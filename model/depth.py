"""Adaptive depth: which passages the deep layers read, after a cheap scan of everything.

The scan gives every passage a logit of interest: is it important, or does it carry a tag? Token blocks that hold a passage of
enough interest are read deeply; the others are ruled out, and each of their passages goes on as one token, the mean of what
the scan saw. How many blocks are read deeply follows the document. Of the blocks ruled out a few drawn at random are read
deeply all the same; from what was found in them follows how much was missed (`missed`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

TOKEN_BLOCK = 64
"""Tokens in a token block, as in `AdaptiveAttentionConfig`."""

_Z95 = 1.96


@dataclass(frozen=True)
class Blocks:
    """The token blocks of documents laid end to end: block i of a document holds its tokens [64 i, 64 i + 64).

    `first`, `last` (passages,): the blocks in which each passage begins and ends; `count`: of all documents together.
    """

    first: Tensor
    last: Tensor
    count: int

    def holding(self, passages: Tensor) -> Tensor:
        """(count,) bool: blocks that hold a part of one of `passages`, (passages,) bool."""
        steps = torch.zeros(self.count + 1, device=passages.device, dtype=torch.int32)
        chosen = passages.int()
        steps.index_add_(0, self.first, chosen)
        steps.index_add_(0, self.last + 1, -chosen)
        return steps.cumsum(0)[:-1] > 0

    def touching(self, blocks: Tensor) -> Tensor:
        """(passages,) bool: those that have a part in one of `blocks`, (count,) bool."""
        before = torch.nn.functional.pad(blocks.int().cumsum(0), (1, 0))
        return before[self.last + 1] > before[self.first]


@dataclass(frozen=True)
class Reading:
    """What is read deeply. `deep` (passages,) bool; `drawn` (blocks,) bool: blocks ruled out that are read all the same.

    `ruled_out`: how many blocks of each document the scan ruled out, the drawn ones among them.
    """

    deep: Tensor
    drawn: Tensor
    blocks: Blocks
    ruled_out: int


class ScanSaid(Protocol):
    """The part of `model.importance.Scan` that decides; logits (passages,) and (documents, kinds)."""

    @property
    def interest(self) -> Tensor:
        """Whether a passage is important or tagged."""

    @property
    def kind(self) -> Tensor:
        """What kind of document it is."""


class Depth(Protocol):
    """Decides what is read deeply."""

    def __call__(self, scan: ScanSaid, passage_bounds: Tensor, document_bounds: Sequence[int]) -> Reading:
        """`scan`: what it said; bounds as in `ImportanceModel.forward`."""


@dataclass(frozen=True)
class AdaptiveDepth:
    """Read deeply what has at least `threshold` of interest, a logit.

    With a tuple the threshold is that of the kind that the scan takes each document for. Of the blocks without it `audit_share`
    are read as well, at least `audit_least`, drawn by `seed`.
    """

    threshold: float | tuple[float, ...]
    audit_share: float = 0.04
    audit_least: int = 8
    seed: int = 0

    def __call__(self, scan: ScanSaid, passage_bounds: Tensor, document_bounds: Sequence[int]) -> Reading:
        """See `Depth`."""
        threshold: Tensor | float
        if isinstance(self.threshold, tuple):
            device = passage_bounds.device
            of_document = torch.tensor(self.threshold, device=device)[scan.kind.argmax(1)]
            threshold = torch.repeat_interleave(of_document, torch.tensor(document_bounds, device=device).diff())
        else:
            threshold = self.threshold
        return self.read(scan.interest.float() >= threshold, passage_bounds, document_bounds)

    def read(self, chosen: Tensor, passage_bounds: Tensor, document_bounds: Sequence[int]) -> Reading:
        """The reading that follows from the passages not ruled out, `chosen` (passages,) bool."""
        blocks = token_blocks(passage_bounds, document_bounds)
        kept = blocks.holding(chosen)
        out = (~kept).nonzero().squeeze(1)
        count = min(len(out), max(self.audit_least, round(self.audit_share * len(out))))
        order = torch.from_numpy(np.random.default_rng(self.seed).permutation(len(out))[:count].copy())
        drawn = torch.zeros_like(kept)
        drawn[out[order.to(out.device)]] = True
        return Reading(blocks.touching(kept | drawn), drawn, blocks, len(out))


@dataclass(frozen=True)
class RandomDepth:
    """For training: what interests most, up to a share of the passages between `least` and `most` that `generator` draws."""

    generator: np.random.Generator
    least: float = 0.05
    most: float = 0.6

    def __call__(self, scan: ScanSaid, passage_bounds: Tensor, document_bounds: Sequence[int]) -> Reading:
        """See `Depth`; nothing is audited. A little noise lets what interests less be read, too."""
        share = self.generator.uniform(self.least, self.most)
        noisy = scan.interest.detach().float() + torch.randn_like(scan.interest, dtype=torch.float32)
        chosen = noisy >= torch.quantile(noisy[:: max(1, len(noisy) // 65_536)], 1 - share)
        blocks = token_blocks(passage_bounds, document_bounds)
        kept = blocks.holding(chosen)
        return Reading(blocks.touching(kept), torch.zeros_like(kept), blocks, int((~kept).sum()))


def token_blocks(passage_bounds: Tensor, document_bounds: Sequence[int]) -> Blocks:
    """The token blocks of documents; bounds as in `ImportanceModel.forward`."""
    device = passage_bounds.device
    documents = torch.tensor(document_bounds, device=device)
    starts = passage_bounds[documents]
    sizes = (starts.diff() + TOKEN_BLOCK - 1) // TOKEN_BLOCK
    ahead = torch.nn.functional.pad(sizes.cumsum(0), (1, 0))
    owner = torch.repeat_interleave(torch.arange(len(sizes), device=device), documents.diff())
    shift, ahead_of = starts[owner], ahead[owner]
    first = (passage_bounds[:-1] - shift) // TOKEN_BLOCK + ahead_of
    last = (passage_bounds[1:] - 1 - shift) // TOKEN_BLOCK + ahead_of
    return Blocks(first, torch.maximum(first, last), int(ahead[-1]))


@dataclass(frozen=True)
class Missed:
    """An estimate with a 95 % interval: how many important passages the scan ruled out that were not read deeply.

    `share_read`: of the passages, deeply; `blocks`: how many ruled-out ones were read for the estimate.
    """

    estimate: float
    low: float
    high: float
    share_read: float
    blocks: int


def missed(found: NDArray[np.float64], ruled_out: int, share_read: float) -> Missed:
    """From what was found in each drawn block, (blocks,), to what `ruled_out - blocks` unread ones hold.

    Simple random sampling without replacement: the unread blocks hold the sample's mean each, in expectation. What is found is
    rare and skewed, so the interval is the gamma interval for weighted counts (Fay and Feuer 1997, Statistics in Medicine
    16), its chi-square quantiles by Wilson and Hilferty's cube.
    """
    drawn = len(found)
    unread = ruled_out - drawn
    if unread <= 0 or drawn == 0:
        bound = 0.0 if unread <= 0 else math.inf
        return Missed(0.0, 0.0, bound, share_read, drawn)
    weight = unread / drawn
    total = float(found.sum())
    estimate = weight * total
    # As counts: variance of the weighted sum; a single block may hold one more of the largest kind.
    variance = weight**2 * float((found**2).sum()) + estimate * total / max(drawn, 1)
    largest = weight * max(1.0, float(found.max()))
    low = variance / (2 * estimate) * _chi_square(-_Z95, 2 * estimate**2 / variance) if estimate > 0 else 0.0
    above, spread = estimate + largest, variance + largest**2
    high = spread / (2 * above) * _chi_square(_Z95, 2 * above**2 / spread)
    return Missed(estimate, low, high, share_read, drawn)


def _chi_square(z: float, degrees: float) -> float:
    if degrees <= 0:
        return 0.0
    spread = 2 / (9 * degrees)
    return degrees * max(0.0, 1 - spread + z * math.sqrt(spread)) ** 3
