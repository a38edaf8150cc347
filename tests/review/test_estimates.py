"""Intervals of how many passages matter, against sums over every outcome and against the textbook."""

from __future__ import annotations

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.review.estimates import Estimate, expected, quantile, share_of_sample

probabilities = st.lists(st.floats(0, 1), max_size=8)


def by_enumeration(p: list[float], share: float) -> int:
    """The quantile, from every possible outcome."""
    chance = [0.0] * (len(p) + 1)
    for outcome in product((0, 1), repeat=len(p)):
        chance[sum(outcome)] += math.prod(q if hit else 1 - q for q, hit in zip(p, outcome, strict=True))
    reached = 0.0
    for k, each in enumerate(chance):
        reached += each
        if reached >= share - 1e-9:
            return k
    return len(p)


@given(probabilities, st.sampled_from([0.025, 0.5, 0.975]))
def test_a_quantile_is_that_of_all_outcomes(p: list[float], share: float) -> None:
    found = quantile(p, share)
    # Where a sum lies on the share up to rounding, either neighbour is right.
    assert found in {by_enumeration(p, share - 1e-7), by_enumeration(p, share), by_enumeration(p, share + 1e-7)}


@pytest.mark.parametrize("share", [0.025, 0.5, 0.975])
def test_many_passages_are_approximated_to_within_one(share: float) -> None:
    p, many = 0.03, 1200
    reached, k = 0.0, -1
    while reached < share:
        k += 1
        reached += math.comb(many, k) * p**k * (1 - p) ** (many - k)
    assert abs(quantile([p] * many, share) - k) <= 1


def test_the_expected_number_lies_within_its_interval_and_a_looser_calibration_widens_it() -> None:
    p = [0.1] * 30
    sure = expected(p, p, p)
    loose = expected(p, [0.05] * 30, [0.2] * 30)
    assert sure.value == pytest.approx(3.0)
    assert sure.low <= 3 <= sure.high
    assert loose.low <= sure.low
    assert loose.high > sure.high
    assert expected([], [], []) == Estimate(0, 0, 0)
    with pytest.raises(ValueError, match="one probability"):
        expected([0.1], [], [])


def test_certain_passages_leave_no_doubt() -> None:
    assert expected([1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 0.0]) == Estimate(2.0, 2, 2)


@pytest.mark.parametrize(
    ("hits", "drawn", "low", "high"),
    [
        (0, 10, 0.0, 0.3085),
        (1, 10, 0.0025, 0.4450),
        (5, 10, 0.1871, 0.8129),
        (10, 10, 0.6915, 1.0),
        (2, 50, 0.0049, 0.1371),
    ],
)
def test_clopper_and_pearsons_interval_is_that_of_the_tables(hits: int, drawn: int, low: float, high: float) -> None:
    found = share_of_sample(hits, drawn)
    assert found.value == hits / drawn
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_nothing_drawn_says_nothing() -> None:
    assert share_of_sample(0, 0) == Estimate(0.0, 0.0, 1.0)
    with pytest.raises(ValueError, match="cannot be"):
        share_of_sample(3, 2)


def test_an_interval_is_rounded_outwards() -> None:
    assert Estimate(2.6, 1.2, 5.1).rounded == (3, 1, 6)
    assert Estimate(0.2, 0.0, 0.4).rounded == (0, 0, 1)
