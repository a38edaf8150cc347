"""Intervals for what two ways of reading make of the same texts."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

_Z95 = 1.96
_FEWEST = 4
"""Fewer texts than these say nothing about how texts differ."""


def bootstrapped_mean(
    totals: Sequence[float], counts: Sequence[int], seed: int, resamples: int = 2000
) -> tuple[float, float] | None:
    """95 % interval of sum(totals) / sum(counts) over texts drawn with replacement; None for fewer than four texts.

    `totals` are sums of paired differences, one a text, over `counts` items of it.
    """
    if len(totals) < _FEWEST:
        return None
    drawn = np.random.default_rng(seed).integers(len(totals), size=(resamples, len(totals)))
    means = np.asarray(totals)[drawn].sum(axis=1) / np.asarray(counts)[drawn].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def paired_difference(first: Sequence[bool], second: Sequence[bool]) -> tuple[float, float, float]:
    """Share of True in `second` minus that in `first`, with its 95 % interval, items paired.

    The interval is Wald's with half an item added to each cell of the two-by-two table (Agresti and Min 2005, Simple improved
    confidence intervals for comparing matched proportions, Statistics in Medicine 24): it has a width also where no item
    differs. It takes the items for independent.
    """
    before, after = np.asarray(first, bool), np.asarray(second, bool)
    gained, lost = int((after & ~before).sum()), int((before & ~after).sum())
    items = len(before) + 2
    middle = (gained - lost) / items
    spread = math.sqrt((gained + lost + 1) / items - middle**2) / math.sqrt(items)
    return (gained - lost) / len(before), middle - _Z95 * spread, middle + _Z95 * spread
