"""How many of some passages matter, as an estimate with an interval: from calibrated probabilities, or from a random sample."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

_TAIL = 0.025
"""Of a 95 % interval, on either side."""
_EXACT_BELOW = 9.0
"""With a smaller variance the distribution is computed term by term, else approximated with its skewness."""
_NORMAL = NormalDist()
_OWN_WAY = 0.2
"""Log-odds by which all passages of one document may matter more or less than the calibration says: chosen on validation
documents so that 95 % of intervals hold (`tests.review.left_out`)."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number of passages with its 95 % interval, all of them 0 or more."""

    value: float
    low: float
    high: float

    @property
    def rounded(self) -> tuple[int, int, int]:
        """Whole passages: an interval is rounded outwards, so that it promises no more than it holds."""
        low, high = math.floor(self.low + 1e-9), math.ceil(self.high - 1e-9)
        return min(max(round(self.value), low), high), low, high


def expected(probabilities: Sequence[float], lows: Sequence[float], highs: Sequence[float]) -> Estimate:
    """How many of the passages matter where each does so with its probability, independently of the others.

    `lows` and `highs` bound the probabilities as far as the calibration is known; it errs for all passages in the same
    direction, and so does what is peculiar to the document. The interval holds all of it: it goes from the low end of what
    chance makes of `lows`, made lower by `_OWN_WAY`, to the high end of `highs`, made higher.
    """
    if not len(probabilities) == len(lows) == len(highs):
        raise ValueError("one probability, low and high a passage")
    low = quantile(_shifted(lows, -_OWN_WAY), _TAIL)
    high = quantile(_shifted(highs, _OWN_WAY), 1 - _TAIL)
    return Estimate(math.fsum(probabilities), low, high)


def _shifted(probabilities: Sequence[float], log_odds: float) -> np.ndarray:
    """The probabilities whose odds are larger by a factor; 0 and 1 stay."""
    p = np.clip(np.asarray(probabilities, dtype=np.float64), 0.0, 1.0)
    odds = math.exp(log_odds)
    return np.asarray(p * odds / (1 - p + p * odds))


def quantile(probabilities: Sequence[float] | np.ndarray, share: float) -> int:
    """The smallest number k such that with probability `share` or more no more than k of independent events happen.

    Poisson-binomial distribution: exactly where its variance is small, else the refined normal approximation (Hong 2013, "On
    computing the distribution function for the Poisson binomial distribution", section 3.2).
    """
    p = np.clip(np.asarray(probabilities, dtype=np.float64), 0.0, 1.0)
    mean, variance = float(p.sum()), float((p * (1 - p)).sum())
    if variance >= _EXACT_BELOW:
        skewness = float((p * (1 - p) * (1 - 2 * p)).sum()) / variance**1.5
        return _refined_normal(mean, math.sqrt(variance), skewness, share, len(p))
    sure = int((p >= 1.0).sum())
    return sure + _exact(p[(p > 0.0) & (p < 1.0)], share)


def _exact(p: np.ndarray, share: float) -> int:
    """Term by term, up to so many that what is beyond has no weight."""
    most = min(len(p), math.ceil(float(p.sum()) + 12 * math.sqrt(_EXACT_BELOW)))
    terms = np.zeros(most + 1)
    terms[0] = 1.0
    for one in p:
        terms[1:] = terms[1:] * (1 - one) + terms[:-1] * one
        terms[0] *= 1 - one
    return min(int(np.searchsorted(np.cumsum(terms), share - 1e-12)), most)


def _refined_normal(mean: float, deviation: float, skewness: float, share: float, most: int) -> int:
    def reaches(k: int) -> bool:
        x = (k + 0.5 - mean) / deviation
        return _NORMAL.cdf(x) + skewness * (1 - x * x) * _NORMAL.pdf(x) / 6 >= share

    k = math.floor(mean + _NORMAL.inv_cdf(share) * deviation)
    while k > 0 and reaches(k - 1):
        k -= 1
    while k < most and not reaches(k):
        k += 1
    return min(max(k, 0), most)


def share_of_sample(hits: int, drawn: int) -> Estimate:
    """The share of all of which `drawn` were drawn at random and `hits` were hits, between 0 and 1.

    Clopper and Pearson's interval (1934), which covers the true share in 95 % of samples or more. Raises ValueError for
    fewer drawn than hit; with none drawn everything is possible.
    """
    if not 0 <= hits <= drawn:
        raise ValueError(f"{hits} of {drawn} cannot be hits")
    if drawn == 0:
        return Estimate(0.0, 0.0, 1.0)
    low = 0.0 if hits == 0 else _root(lambda p: 1 - _at_most(hits - 1, drawn, p) - _TAIL)
    high = 1.0 if hits == drawn else _root(lambda p: _TAIL - _at_most(hits, drawn, p))
    return Estimate(hits / drawn, low, high)


def _at_most(hits: int, drawn: int, p: float) -> float:
    return math.fsum(math.comb(drawn, k) * p**k * (1 - p) ** (drawn - k) for k in range(hits + 1))


def _root(rising: Callable[[float], float]) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return (low + high) / 2
