"""What calibration fits, apart from a model."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from model.training.calibrate import Asked, _fit_relevance


def asked(weights: list[float], passages: int, seed: int) -> list[Asked]:
    """Questions whose answers follow a logistic model of `weights`, the last of which is the offset."""
    generator = np.random.default_rng(seed)
    features = generator.normal(size=(passages, len(weights) - 1))
    probability = expit(features @ np.array(weights[:-1]) + weights[-1])
    return [(features, generator.random(passages) < probability)]


def test_weights_of_relevance_are_those_that_made_the_answers() -> None:
    true = [1.0, 0.5, 0.0, -2.0]
    fitted = _fit_relevance([*asked(true, 40_000, 1), *asked(true, 40_000, 2)])
    np.testing.assert_allclose(fitted, true, atol=0.06)


def test_no_feature_speaks_against_a_passage() -> None:
    fitted = _fit_relevance(asked([1.0, -0.8, -1.0], 10_000, 1))
    assert fitted[0] > 0.5
    assert fitted[1] == 0.0
