"""What is made of the answers: shares, points lost, the worst task."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_language_models import BEGIN, Guessing, Repeating

from model.attention import AdaptiveAttentionConfig
from model.evaluation.retrieval import Plan, Result, described, measure_distances, measure_lengths, worst
from model.evaluation.retrieval_tasks import Maker

CONFIG = AdaptiveAttentionConfig(coverage=0.5)
PLAN = Plan(contexts=2, questions=4, tasks=("key", "continuation"))


@pytest.fixture
def maker() -> Maker:
    return Maker(Guessing(2).encode, [BEGIN], list(range(100_000, 120_000)), "en", 0)


@pytest.fixture
def by_distance(maker: Maker) -> list[Result]:
    return measure_distances(Repeating(reach=600), maker, "en", [512, 1024], PLAN, CONFIG)


def test_who_looks_back_too_little_loses_every_point(by_distance: list[Result]) -> None:
    assert [(result.task, result.distance) for result in by_distance] == [
        ("key", 512),
        ("continuation", 512),
        ("key", 1024),
        ("continuation", 1024),
    ]
    assert [result.dense for result in by_distance] == [1.0] * 4
    assert [result.adaptive for result in by_distance] == [1.0, 1.0, 0.0, 0.0]
    assert [result.guessed for result in by_distance] == [0.0] * 4
    assert [(result.lost, result.gained, result.questions) for result in by_distance[1:3]] == [(0, 0, 8), (8, 0, 8)]
    assert [result.points for result in by_distance] == [0.0, 0.0, -100.0, -100.0]
    assert by_distance[2].interval[0] < -60
    assert by_distance[2].interval[1] < 0
    assert (by_distance[0].density, by_distance[0].covered_mass) == (0.5, 0.5)


def test_at_a_length_some_evidence_is_near(maker: Maker) -> None:
    (result,) = measure_lengths(Repeating(reach=1500), maker, "en", [3000], replace(PLAN, tasks=("key",)), CONFIG)
    assert result.distance is None
    assert 2900 < result.tokens <= 3000
    assert result.dense == 1.0
    assert 0.0 < result.adaptive < 1.0
    assert result.points == pytest.approx(100 * (result.adaptive - result.dense))


def test_the_worst_task_is_named(by_distance: list[Result]) -> None:
    assert worst(by_distance) is by_distance[2]
    assert "worst: key (en) 1,024 tokens apart, -100.00 points" in described(by_distance)


def test_what_dense_cannot_do_cannot_be_lost(maker: Maker) -> None:
    results = measure_distances(Guessing(2), maker, "en", [512], PLAN, CONFIG)
    assert [result.dense for result in results] == [0.0, 0.0]
    assert worst(results) is None
    assert "no task that dense attention solves" in described(results)
