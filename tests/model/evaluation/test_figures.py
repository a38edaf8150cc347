"""The figures by hand, beside sklearn, and where they are not defined."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from model.evaluation.figures import (
    Judged,
    average_precision,
    average_precision_by_document,
    bootstrap_average_precision,
    bootstrap_mean,
    bootstrap_recall,
    bootstrap_tag_precision,
    calibration_error,
    drawn_documents,
    equal_mass_bins,
    interval,
    recall_when_reading,
    tag_mean_average_precision,
)


def judged(important: list[int], scores: list[float], lengths: list[int] | None = None) -> Judged:
    return Judged(
        np.array(important, dtype=np.bool_),
        np.array(scores, dtype=np.float64),
        np.array(lengths or [10] * len(scores), dtype=np.int64),
    )


def random_documents(seed: int, count: int = 6) -> list[Judged]:
    generator = np.random.default_rng(seed)
    documents = []
    for _ in range(count):
        size = int(generator.integers(1, 30))
        # Few different scores, so that there are ties within and across documents.
        scores = generator.integers(0, 8, size) / 8
        documents.append(judged(list(generator.random(size) < 0.3), list(scores)))
    return documents


def test_average_precision_by_hand() -> None:
    # Ranking: yes, no, yes. Precision 1/1 at the first, 2/3 at the second.
    assert average_precision([judged([1, 0, 1], [0.9, 0.8, 0.7])]) == pytest.approx((1 + 2 / 3) / 2)


def test_average_precision_pools_documents() -> None:
    good_but_low, bad_but_high = judged([1, 0], [0.2, 0.1]), judged([0, 0], [0.9, 0.8])
    assert average_precision([good_but_low, bad_but_high]) == pytest.approx(1 / 3)
    assert average_precision_by_document([good_but_low, bad_but_high]) == pytest.approx(1.0)


def test_without_an_important_passage_nothing_is_defined() -> None:
    for documents in ([], [judged([0, 0], [0.1, 0.2])], [judged([], [])]):
        assert average_precision(documents) is None
        assert average_precision_by_document(documents) is None
        assert recall_when_reading(documents, 0.1) is None
        assert np.isnan(bootstrap_average_precision(documents, 10)).all()
        assert interval(bootstrap_average_precision(documents, 10)) is None


def test_recall_by_hand() -> None:
    # Read in order of score: lengths 20, 20, 50, 10; important: second and last.
    document = judged([0, 1, 0, 1], [0.9, 0.8, 0.7, 0.6], [20, 20, 50, 10])
    assert recall_when_reading([document], 0.1) == 0.0  # the first would cross the limit
    assert recall_when_reading([document], 0.2) == 0.0  # exactly the first
    assert recall_when_reading([document], 0.4) == 0.5  # the second too
    assert recall_when_reading([document], 0.5) == 0.5  # the third would cross; the last would fit but comes after it
    assert recall_when_reading([document], 1.0) == 1.0


def test_recall_reads_equal_scores_in_order() -> None:
    assert recall_when_reading([judged([1, 0, 0, 0], [0, 0, 0, 0])], 0.25) == 1.0
    assert recall_when_reading([judged([0, 0, 0, 1], [0, 0, 0, 0])], 0.25) == 0.0


def test_recall_is_a_mean_over_documents_that_have_any() -> None:
    found, missed, without = judged([1, 0], [1, 0]), judged([0, 1], [1, 0]), judged([0, 0], [1, 0])
    assert recall_when_reading([found, missed, without], 0.5) == 0.5


def test_recall_forgives_rounding() -> None:
    # 0.29 · 100 is a little less than 29.
    assert recall_when_reading([judged([1, 0], [1, 0], [29, 71])], 0.29) == 1.0


def test_tags_without_a_passage_are_left_out() -> None:
    truth = np.array([[1, 0, 0], [0, 0, 1], [0, 0, 1]], dtype=np.bool_)
    scores = np.array([[0.9, 0.9, 0.9], [0.1, 0.9, 0.5], [0.2, 0.9, 0.1]])
    # First tag: perfect. Third: ranks 2 and 3, precision 1/2 and 2/3.
    assert tag_mean_average_precision(truth, scores) == pytest.approx((1 + (1 / 2 + 2 / 3) / 2) / 2)
    assert tag_mean_average_precision(np.zeros_like(truth), scores) is None


def test_calibration_error_by_hand() -> None:
    important = np.array([0, 1, 1, 1], dtype=np.bool_)
    probabilities = np.array([0.1, 0.3, 0.8, 1.0])
    # Two bins of two: |0.2 − 0.5| and |0.9 − 1|.
    assert calibration_error(important, probabilities, bins=2) == pytest.approx(0.2)
    # More bins than passages: each its own.
    assert calibration_error(important, probabilities) == pytest.approx((0.1 + 0.7 + 0.2 + 0.0) / 4)
    assert calibration_error(important[:0], probabilities[:0]) is None


def test_calibrated_probabilities_have_little_error() -> None:
    generator = np.random.default_rng(0)
    probabilities = generator.random(30_000)
    important = generator.random(30_000) < probabilities
    assert calibration_error(important, probabilities) < 0.02
    assert calibration_error(important, probabilities**2) > 0.1


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_bootstrap_equals_sklearn_on_the_samples(seed: int) -> None:
    documents = random_documents(seed)
    sampled = bootstrap_average_precision(documents, resamples=5, seed=seed)
    generator = np.random.default_rng(seed)
    for value, count in zip(sampled, generator.multinomial(6, np.full(6, 1 / 6), 5), strict=True):
        important = np.concatenate([np.tile(d.important, n) for d, n in zip(documents, count, strict=True)])
        scores = np.concatenate([np.tile(d.scores, n) for d, n in zip(documents, count, strict=True)])
        if important.any():
            assert value == pytest.approx(average_precision_score(important, scores))
        else:
            assert np.isnan(value)


def test_bootstrap_of_one_document_is_its_average_precision() -> None:
    document = judged([0, 1, 0, 1, 1], [0.9, 0.9, 0.5, 0.4, 0.1])
    assert bootstrap_average_precision([document], 3) == pytest.approx([average_precision([document])] * 3)


def test_the_interval_holds_the_point_estimate_and_is_repeatable() -> None:
    documents = random_documents(0, count=40)
    sampled = bootstrap_average_precision(documents)
    low, high = interval(sampled)
    assert low < average_precision(documents) < high
    np.testing.assert_array_equal(sampled, bootstrap_average_precision(documents))
    assert not np.array_equal(sampled, bootstrap_average_precision(documents, seed=1))


def test_an_interval_is_the_middle_of_what_is_defined() -> None:
    assert interval(np.array([np.nan, *np.linspace(0, 1, 101)])) == pytest.approx((0.025, 0.975))


def test_bootstrapped_recall_is_the_mean_over_the_samples() -> None:
    documents = random_documents(3, count=7)
    sampled = bootstrap_recall(documents, 0.3, resamples=20, seed=5)
    for value, count in zip(sampled, drawn_documents(7, 20, 5).astype(int), strict=True):
        sample = [document for document, n in zip(documents, count, strict=True) for _ in range(n)]
        assert value == pytest.approx(recall_when_reading(sample, 0.3))
    low, high = interval(bootstrap_recall(random_documents(0, count=40), 0.2))
    assert low < recall_when_reading(random_documents(0, count=40), 0.2) < high


def test_bootstrapped_tags_are_those_of_the_samples() -> None:
    generator = np.random.default_rng(2)
    sizes = [5, 9, 1, 12]
    # The last tag never occurs, the one before in one document alone.
    truth = [generator.random((size, 4)) < [0.4, 0.2, 0.0, 0.0] for size in sizes]
    truth[1][3, 2] = True
    scores = [generator.integers(0, 6, (size, 4)) / 6 for size in sizes]
    sampled = bootstrap_tag_precision(truth, scores, resamples=30, seed=1)
    for value, count in zip(sampled, drawn_documents(4, 30, 1).astype(int), strict=True):
        known = np.concatenate([np.tile(each, (n, 1)) for each, n in zip(truth, count, strict=True)])
        said = np.concatenate([np.tile(each, (n, 1)) for each, n in zip(scores, count, strict=True)])
        assert value == pytest.approx(tag_mean_average_precision(known, said))


def test_nothing_to_sample_is_not_defined() -> None:
    without = [judged([0, 0], [0.1, 0.2])]
    assert np.isnan(bootstrap_recall(without, 0.2, 5)).all()
    assert np.isnan(bootstrap_recall([], 0.2, 5)).all()
    assert np.isnan(bootstrap_tag_precision([], [], 5)).all()
    assert np.isnan(bootstrap_tag_precision([np.zeros((2, 3), np.bool_)], [np.zeros((2, 3))], 5)).all()


def test_bins_hold_the_same_number_within_one() -> None:
    probabilities = np.random.default_rng(0).random(47)
    bins = equal_mass_bins(probabilities, 10)
    assert sorted(map(len, bins)) == [4] * 3 + [5] * 7
    assert sorted(np.concatenate(bins).tolist()) == list(range(47))
    assert all(probabilities[a].max() <= probabilities[b].min() for a, b in pairwise(bins))
    assert equal_mass_bins(probabilities[:0], 10) == []


def test_resampled_means_draw_documents() -> None:
    values, owner = np.array([1.0, 1.0, 1.0, 0.0]), np.array([0, 0, 0, 1])
    means = bootstrap_mean(values, owner, 400, 0)
    assert set(means.tolist()) == {0.0, 0.75, 1.0}, "both of one document, or one of each with three and one value"
    assert (means == 0.75).mean() == pytest.approx(0.5, abs=0.1)
    np.testing.assert_array_equal(means, bootstrap_mean(values, owner, 400, 0))
    assert np.isnan(bootstrap_mean(np.zeros(0), np.zeros(0, np.int64), 3)).all()
