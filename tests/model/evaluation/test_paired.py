"""Intervals of paired figures, checked by hand."""

from __future__ import annotations

import math

import pytest

from model.evaluation.paired import bootstrapped_mean, paired_difference


def test_where_all_texts_agree_the_bootstrap_has_no_width() -> None:
    assert bootstrapped_mean([2.0, 4.0, 6.0, 8.0], [1, 2, 3, 4], seed=0) == (2.0, 2.0)


def test_few_texts_say_nothing_about_how_texts_differ() -> None:
    assert bootstrapped_mean([1.0, 2.0, 3.0], [1, 1, 1], seed=0) is None


def test_the_bootstrap_of_many_texts_is_the_normal_interval() -> None:
    totals = [0.0, 1.0] * 200  # mean 1/2, standard error 1/2 / √400
    low, high = bootstrapped_mean(totals, [1] * 400, seed=0)
    assert (low, high) == pytest.approx((0.5 - 1.96 * 0.025, 0.5 + 1.96 * 0.025), abs=0.004)


def test_the_difference_counts_what_was_lost_and_gained() -> None:
    before = [True, True, True, False, False, False, True, True]
    after = [False, False, True, True, False, False, True, True]
    difference, low, high = paired_difference(before, after)
    assert difference == -1 / 8  # two lost, one gained
    spread = math.sqrt((2.5 + 1.5) / 10 - 0.1**2) / math.sqrt(10)
    assert (low, high) == pytest.approx((-0.1 - 1.96 * spread, -0.1 + 1.96 * spread))


def test_the_interval_has_a_width_where_nothing_differs() -> None:
    difference, low, high = paired_difference([True] * 98, [True] * 98)
    assert difference == 0
    assert (low, high) == pytest.approx((-1.96 * 0.01, 1.96 * 0.01))  # √(1/100) / √100
