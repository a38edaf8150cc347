"""Calibration on made-up truth: what was put in is found again, and a recall target keeps what it promises."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.calibration import (
    RECALLS,
    Calibration,
    Sigmoid,
    calibrate,
    fit,
    fit_offset,
    fit_with_uncertainty,
    logit,
    threshold_for,
)


def made_documents(seed: int, count: int, slope: float = 0.6, offset: float = -1.0, size: int = 60):
    """Logits and labels whose probability is exactly the sigmoid of both."""
    generator = np.random.default_rng(seed)
    logits = [generator.normal(0, 3, size) for _ in range(count)]
    labels = [generator.random(size) < 1 / (1 + np.exp(-(slope * each + offset))) for each in logits]
    return logits, labels


def likelihood(logits: np.ndarray, labels: np.ndarray, slope: float, offset: float) -> float:
    """Log likelihood of Platt's smoothed targets."""
    positives, negatives = labels.sum(), (~labels).sum()
    target = np.where(labels, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    middle = slope * logits + offset
    return float((target * -np.logaddexp(0, -middle) + (1 - target) * -np.logaddexp(0, middle)).sum())


@pytest.mark.parametrize(
    ("slope", "offset"), [(0.6, -1.0), (1.0, 0.0), (2.5, -4.0), (0.2, 1.0), (0.1, 0.0), (0.3, -3.0)]
)
def test_slope_and_offset_are_found_again(slope, offset):
    logits, labels = made_documents(0, 400, slope, offset)
    found = fit(np.concatenate(logits), np.concatenate(labels))
    assert found == pytest.approx((slope, offset), abs=0.06 * (1 + abs(offset)))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([5, 60, 2000]), st.floats(0.0, 3), st.floats(-3, 3))
def test_nothing_near_the_fit_is_likelier(seed, size, slope, offset):
    generator = np.random.default_rng(seed)
    logits = generator.normal(0, 3, size)
    labels = generator.random(size) < 1 / (1 + np.exp(-(slope * logits + offset)))
    found = fit(logits, labels)
    best = likelihood(logits, labels, *found)
    for change in ((0.01, 0), (-0.01, 0), (0, 0.01), (0, -0.01), (0.01, 0.01), (0.01, -0.01), (-0.01, -0.01)):
        assert likelihood(logits, labels, found[0] + change[0], found[1] + change[1]) < best + 1e-6


@pytest.mark.parametrize(
    "labels", [[False] * 6, [True] * 6, [False, False, False, True, True, True]], ids=["none", "all", "separable"]
)
def test_classes_that_are_empty_or_apart_give_finite_parameters(labels):
    logits = np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
    slope, offset = fit(logits, np.array(labels))
    assert np.isfinite([slope, offset]).all()
    probability = Sigmoid(slope, offset).probability(logits)
    assert ((probability > 0) & (probability < 1)).all()
    assert abs(probability.mean() - np.mean(labels)) < 0.2


@settings(max_examples=50, deadline=None)
@given(st.floats(0.01, 5), st.floats(-5, 5), st.floats(0, 1), st.floats(0, 1), st.floats(-1, 1))
def test_probabilities_rise_with_the_logit_inside_their_interval(slope, offset, slope_sd, offset_sd, correlation):
    sigmoid = Sigmoid(slope, offset, slope_sd**2, offset_sd**2, correlation * slope_sd * offset_sd)
    logits = np.linspace(-6, 6, 41)
    probability = sigmoid.probability(logits)
    assert (np.diff(probability) >= 0).all()
    assert probability[0] < probability[-1]
    low, high = sigmoid.interval(logits)
    assert ((low >= 0) & (low <= probability) & (probability <= high) & (high <= 1)).all()
    assert sigmoid.probability(np.zeros((2, 3))).shape == (2, 3)


def test_extreme_logits_stay_probabilities():
    probability = Sigmoid(2.0, 1.0).probability(np.array([-1e6, -50.0, 0.0, 50.0, 1e6]))
    assert np.isfinite(probability).all()
    assert (probability[0], probability[-1]) == (0.0, 1.0)


def test_an_interval_is_that_of_the_line_by_hand():
    sigmoid = Sigmoid(1.0, 0.5, slope_variance=0.04, offset_variance=0.09, covariance=0.01)
    low, high = sigmoid.interval(np.array([2.0]))
    half = 1.96 * np.sqrt(0.04 * 4 + 2 * 0.01 * 2 + 0.09)
    assert logit(low[0]) == pytest.approx(2.5 - half)
    assert logit(high[0]) == pytest.approx(2.5 + half)


def test_without_uncertainty_the_interval_is_the_point():
    low, high = Sigmoid(1.3, 0.2).interval(np.array([-1.0, 2.0]))
    np.testing.assert_array_equal(low, high)


def test_the_uncertainty_is_that_between_documents():
    """Over many corpora the fitted offset scatters as each corpus says of itself; more documents, less scatter."""
    fitted = []
    for seed in range(60):
        generator = np.random.default_rng(seed)
        logits, labels = [], []
        for _ in range(30):
            shift = generator.normal(0, 1.0)  # each document has its own base rate, so documents are what counts
            values = generator.normal(0, 2, 25)
            logits.append(values)
            labels.append(generator.random(25) < 1 / (1 + np.exp(-(values + shift))))
        fitted.append(fit_with_uncertainty(logits, labels, seed, resamples=40))
    scatter = np.var([each.offset for each in fitted])
    said = np.mean([each.offset_variance for each in fitted])
    assert 0.5 < said / scatter < 2.0
    few = fit_with_uncertainty(*made_documents(1, 10), seed=0, resamples=60)
    many = fit_with_uncertainty(*made_documents(1, 160), seed=0, resamples=60)
    assert many.offset_variance < few.offset_variance / 4


def test_one_document_has_no_scatter_and_a_seed_decides_the_rest():
    logits, labels = made_documents(2, 1)
    assert fit_with_uncertainty(logits, labels, 0).slope_variance == 0.0
    logits, labels = made_documents(2, 12)
    assert fit_with_uncertainty(logits, labels, 0) == fit_with_uncertainty(logits, labels, 0)
    assert fit_with_uncertainty(logits, labels, 0) != fit_with_uncertainty(logits, labels, 1)


@st.composite
def few_documents(draw):
    """Documents of a few passages whose probabilities are often equal."""
    documents = []
    for _ in range(draw(st.integers(1, 12))):
        size = draw(st.integers(1, 6))
        probabilities = [value / 8 for value in draw(st.lists(st.integers(1, 8), min_size=size, max_size=size))]
        labels = draw(st.lists(st.booleans(), min_size=size, max_size=size))
        documents.append((np.array(probabilities), np.array(labels, dtype=np.bool_)))
    return [each for each, _ in documents], [each for _, each in documents]


def mean_loss(probabilities, labels, threshold: float) -> tuple[float, int]:
    losses = [float((p[y] < threshold).mean()) for p, y in zip(probabilities, labels, strict=True) if y.any()]
    return float(np.mean(losses)), len(losses)


@settings(max_examples=300, deadline=None)
@given(few_documents(), st.sampled_from(RECALLS))
def test_a_threshold_is_the_highest_that_the_rule_allows(documents, recall):
    """Every probability that occurs is tried; between two of them nothing changes."""
    probabilities, labels = documents
    found = threshold_for(probabilities, labels, recall)
    if not any(y.any() for y in labels):
        assert found == 0.0
        return
    allowed = []
    for threshold in sorted({0.0, *np.concatenate(probabilities).tolist()}):
        loss, count = mean_loss(probabilities, labels, threshold)
        corrected = (count * loss + 1) / (count + 1)
        promised = 1 / (count + 1) <= 1 - recall + 1e-9  # even losing nothing is too much for too few documents
        if (corrected if promised else loss) <= 1 - recall + 1e-9:
            allowed.append(threshold)
    # Thresholds between the same important passages select alike; the highest is at one of them.
    important = {float(v) for p, y in zip(probabilities, labels, strict=True) for v in p[y]}
    assert found in important
    assert found == max(threshold for threshold in allowed if threshold in important)
    loss, count = mean_loss(probabilities, labels, found + 1e-6)
    above = (count * loss + 1) / (count + 1) if promised else loss
    assert above > 1 - recall - 1e-9, "just above it the rule is broken"


@pytest.mark.parametrize("recall", [0.6, 0.8, 0.9])
def test_a_fresh_document_keeps_the_recall_that_was_asked_for(recall):
    """Theorem 1 of conformal risk control: over calibrations and fresh documents the expected recall reaches the target."""

    def drawn(generator: np.random.Generator, count: int):
        documents = []
        for _ in range(count):
            size = int(generator.integers(3, 25))
            difficulty = generator.normal(0, 1)  # documents differ, passages of one are alike
            logits = generator.normal(difficulty, 1.0, size)
            documents.append((1 / (1 + np.exp(-logits)), generator.random(size) < 0.4))
        return [p for p, _ in documents], [y for _, y in documents]

    generator = np.random.default_rng(5)
    recalls = []
    for _ in range(400):
        threshold = threshold_for(*drawn(generator, 20), recall)
        fresh = drawn(generator, 10)
        recalls.append(1 - mean_loss(*fresh, threshold)[0])
    mean, error = np.mean(recalls), np.std(recalls) / np.sqrt(len(recalls))
    assert mean >= recall - 3 * error
    assert mean <= recall + 1 / 12 + 3 * error, (
        "the correction costs at most 1 / (n + 1), and about 14 have important ones"
    )


def test_with_too_few_documents_the_threshold_is_that_without_a_promise():
    probabilities, labels = [np.array([0.2, 0.4, 0.6, 0.8])], [np.ones(4, dtype=np.bool_)]
    # One document promises at most a recall of .5; for .75 one of its four may be lost.
    assert threshold_for(probabilities, labels, 0.75) == 0.4
    assert threshold_for(probabilities, labels, 0.9) == 0.2
    assert threshold_for(probabilities * 3, labels * 3, 0.75) == 0.2, "three promise .75 by losing nothing"


def test_without_an_important_passage_everything_is_selected():
    assert threshold_for([], [], 0.9) == 0.0
    assert threshold_for([np.array([0.3])], [np.array([False])], 0.9) == 0.0


@settings(max_examples=60, deadline=None)
@given(few_documents())
def test_a_higher_target_never_selects_less(documents):
    calibration = calibrate(*documents, seed=0)
    assert all(low >= high for low, high in pairwise(calibration.thresholds))
    assert all(0.0 <= threshold <= 1.0 for threshold in calibration.thresholds)
    assert calibration.documents == len(documents[0])


def test_a_calibration_selects_what_its_target_says_on_its_own_documents():
    logits, labels = made_documents(3, 50)
    calibration = calibrate(logits, labels, seed=0)
    probabilities = [calibration.sigmoid.probability(each) for each in logits]
    for recall in (0.5, 0.8, 0.9):
        loss, count = mean_loss(probabilities, labels, calibration.threshold(recall))
        assert (count * loss + 1) / (count + 1) <= 1 - recall + 1e-9


def test_a_target_between_two_takes_the_stricter_and_beyond_the_last_all():
    thresholds = tuple(1 - recall for recall in RECALLS)
    calibration = Calibration(Sigmoid(), thresholds, 10)
    assert RECALLS[0] == 0.5
    assert RECALLS[-1] == 0.99
    for recall, threshold in zip(RECALLS, thresholds, strict=True):
        assert calibration.threshold(recall) == threshold
    assert calibration.threshold(0.905) == calibration.threshold(0.91)
    assert calibration.threshold(0.1) == thresholds[0]
    assert calibration.threshold(0.995) == 0.0
    assert calibration.threshold(1.0) == 0.0


def test_a_calibration_comes_back_from_json():
    calibration = calibrate(*made_documents(4, 20), seed=0)
    assert calibration.sigmoid.slope_variance > 0
    assert Calibration.from_json(json.loads(json.dumps(calibration.to_json()))) == calibration
    other = replace(calibration, documents=21)
    assert Calibration.from_json(other.to_json()) != calibration


def test_what_is_kept_for_a_target_that_is_missing_is_not_guessed():
    kept = calibrate(*made_documents(4, 20), seed=0).to_json()
    del kept["thresholds"]["0.9"]
    with pytest.raises(KeyError, match=r"0\.9"):
        Calibration.from_json(kept)


@given(st.floats(0.001, 0.999))
def test_logit_is_the_inverse_of_the_sigmoid(probability):
    assert Sigmoid().probability(np.array([logit(probability)]))[0] == pytest.approx(probability)


def test_an_offset_alone_expects_as_many_as_there_are():
    generator = np.random.default_rng(0)
    logits = [generator.normal(-2, 2, 200) for _ in range(2)]
    labels = [generator.random(200) < 1 / (1 + np.exp(-(each + 1.5))) for each in logits]
    sigmoid = Sigmoid(1.0, 0.0, 0.1, 0.2, 0.05)
    found = fit_offset(sigmoid, logits, labels)
    assert found.offset == pytest.approx(1.5, abs=0.5)
    expected = found.probability(np.concatenate(logits)).mean()
    assert expected == pytest.approx(np.concatenate(labels).mean(), abs=0.002)
    assert (found.slope, found.slope_variance, found.covariance) == (1.0, 0.1, 0.05)
    nothing = fit_offset(sigmoid, logits, [np.zeros(200, np.bool_)] * 2)
    assert np.isfinite(nothing.offset)
    assert nothing.probability(np.array([0.0]))[0] < 0.01
    given = calibrate(logits, labels, 0, found)
    assert given.sigmoid == found
