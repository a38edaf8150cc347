"""From scores to probabilities, and from a recall target to a threshold.

Platt's sigmoid (1999) of the logit, fitted on labelled documents that were not trained on. Documents, not passages, are the
independent units, so its uncertainty comes from resampling documents. The threshold for a recall target is that of conformal
risk control (Angelopoulos et al., arXiv 2208.02814, theorem 1): with exchangeable documents the expected share of important
passages that a document loses is at most 1 - recall.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RECALLS = tuple(round(0.5 + 0.01 * step, 2) for step in range(50))
"""Recall targets from .50 to .99 for which thresholds are kept; between them the stricter one is taken."""

_Z95 = 1.96


@dataclass(frozen=True, slots=True)
class Sigmoid:
    """probability = σ(slope · logit + offset), with the covariance of both."""

    slope: float = 1.0
    offset: float = 0.0
    slope_variance: float = 0.0
    offset_variance: float = 0.0
    covariance: float = 0.0

    def probability(self, logits: Floats) -> Floats:
        """Calibrated probabilities of logits of any shape."""
        return _logistic(self.slope * logits + self.offset)

    def interval(self, logits: Floats) -> tuple[Floats, Floats]:
        """95 % interval of the probability: how far the calibration itself would move with other documents."""
        middle = self.slope * logits + self.offset
        variance = self.slope_variance * logits**2 + 2 * self.covariance * logits + self.offset_variance
        half = _Z95 * np.sqrt(np.maximum(variance, 0.0))
        return _logistic(middle - half), _logistic(middle + half)


@dataclass(frozen=True, slots=True)
class Calibration:
    """For one kind of document: the sigmoid, and the lowest selected probability for each of `RECALLS`."""

    sigmoid: Sigmoid
    thresholds: tuple[float, ...]
    documents: int

    def threshold(self, recall: float) -> float:
        """The probability from which on a passage is selected. 0, which selects all, beyond the highest target kept."""
        for target, threshold in zip(RECALLS, self.thresholds, strict=True):
            if target >= recall - 1e-9:
                return threshold
        return 0.0

    def to_json(self) -> dict[str, Any]:
        """Plain values for the manifest."""
        return {
            "sigmoid": asdict(self.sigmoid),
            "thresholds": dict(zip(map(str, RECALLS), self.thresholds, strict=True)),
            "documents": self.documents,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Calibration:
        """What `to_json` wrote."""
        thresholds = tuple(float(value["thresholds"][str(recall)]) for recall in RECALLS)
        return cls(Sigmoid(**value["sigmoid"]), thresholds, int(value["documents"]))


def calibrate(
    logits: Sequence[Floats], labels: Sequence[NDArray[np.bool_]], seed: int, sigmoid: Sigmoid | None = None
) -> Calibration:
    """Fit on one array of logits and of labels a document; with a `sigmoid` the thresholds alone."""
    sigmoid = sigmoid or fit_with_uncertainty(logits, labels, seed)
    probabilities = [sigmoid.probability(each) for each in logits]
    thresholds = [threshold_for(probabilities, labels, recall) for recall in RECALLS]
    # A higher target never selects less, also where its threshold had to do without the finite-sample correction.
    return Calibration(sigmoid, tuple(np.minimum.accumulate(thresholds).tolist()), len(logits))


def fit_with_uncertainty(
    logits: Sequence[Floats], labels: Sequence[NDArray[np.bool_]], seed: int, resamples: int = 200
) -> Sigmoid:
    """The sigmoid of all documents, its covariance from `resamples` draws of as many documents with replacement."""
    generator = np.random.default_rng(seed)
    slope, offset = fit(np.concatenate(logits), np.concatenate(labels))
    drawn = []
    for _ in range(resamples if len(logits) > 1 else 0):
        chosen = generator.integers(0, len(logits), len(logits))
        truth = np.concatenate([labels[i] for i in chosen])
        if truth.any() and not truth.all():
            drawn.append(fit(np.concatenate([logits[i] for i in chosen]), truth))
    if len(drawn) < 2:
        return Sigmoid(slope, offset)
    spread = np.cov(np.array(drawn).T)
    return Sigmoid(slope, offset, float(spread[0, 0]), float(spread[1, 1]), float(spread[0, 1]))


def fit_offset(
    sigmoid: Sigmoid, logits: Sequence[Floats], labels: Sequence[NDArray[np.bool_]], steps: int = 60
) -> Sigmoid:
    """The sigmoid with the offset at which as many passages are expected as are labelled, and its own slope and covariance.

    For documents that are too few for a slope of their own. By bisection; the smoothed count of `fit` keeps it finite.
    """
    pooled, truth = np.concatenate(logits), np.concatenate(labels)
    wanted = (float(truth.sum()) + 0.5) / (len(truth) + 1)
    low, high = -50.0, 50.0
    for _ in range(steps):
        offset = (low + high) / 2
        expected = float(_logistic(sigmoid.slope * pooled + offset).mean())
        low, high = (offset, high) if expected < wanted else (low, offset)
    return replace(sigmoid, offset=(low + high) / 2)


def fit(logits: Floats, labels: NDArray[np.bool_], steps: int = 50) -> tuple[float, float]:
    """Slope and offset of largest likelihood, by Newton's method from (1, 0), its steps halved until they lead downhill.

    Platt's smoothed targets keep it finite where the classes are separable or one is empty.
    """
    positives = float(labels.sum())
    negatives = len(labels) - positives
    target = np.where(labels, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    design = np.stack([logits, np.ones_like(logits)], axis=1)

    def loss(weights: Floats) -> float:
        middle = design @ weights
        return float((np.logaddexp(0.0, middle) - target * middle).sum())

    weights = np.array([1.0, 0.0])
    for _ in range(steps):
        probability = _logistic(design @ weights)
        gradient = design.T @ (probability - target)
        curvature = (design * (probability * (1 - probability))[:, None]).T @ design + 1e-6 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        # Where the sigmoid is flat a full step overshoots, to and fro without end.
        while loss(weights - step) > loss(weights) and float(np.abs(step).max()) > 1e-8:
            step = step / 2
        weights = weights - step
        if float(np.abs(step).max()) < 1e-8:
            break
    return float(weights[0]), float(weights[1])


def threshold_for(probabilities: Sequence[Floats], labels: Sequence[NDArray[np.bool_]], recall: float) -> float:
    """The highest threshold with (n · mean loss + 1) / (n + 1) ≤ 1 - recall over the n documents that have important passages.

    A document's loss is the share of its important passages below the threshold. With fewer than recall / (1 - recall)
    documents no threshold can promise that; then it is the highest with mean loss ≤ 1 - recall, which promises nothing.
    """
    found = [np.sort(p[y]) for p, y in zip(probabilities, labels, strict=True) if y.any()]
    if not found:
        return 0.0
    allowed = (len(found) + 1) * (1 - recall) - 1
    if allowed < -1e-9:
        allowed = len(found) * (1 - recall)
    # Passing above a positive loses 1 / (positives of its document).
    values = np.concatenate(found)
    losses = np.concatenate([np.full(len(p), 1 / len(p)) for p in found])
    order = np.argsort(values, kind="stable")
    lost = np.concatenate([[0.0], np.cumsum(losses[order])])
    within = int(np.searchsorted(lost, allowed + 1e-9, side="right")) - 1
    # With the threshold at the value at `within`, exactly the smaller ones are lost; equal ones are kept together.
    return float(values[order[min(within, len(values) - 1)]])


def _logistic(x: Floats) -> Floats:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * x)), dtype=np.float64)


def logit(probability: float) -> float:
    """Inverse of the logistic function."""
    return math.log(probability / (1 - probability))
