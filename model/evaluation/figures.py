"""The figures that methods are compared by, as plain functions over judged documents.

Definitions, the same for every method. A figure that the data cannot define is None, never 0 or 1.

- AP: average precision of importance over all passages of all documents in one ranking.
- AP by document: each document ranked for itself; the mean over documents that have an important passage. It does not ask
  that scores of different documents can be compared, which pooling does.
- recall at a share: one reads a document's passages from the highest score down until that share of its text is read; the
  passage that would cross the limit is not read, and nothing after it. The share of important passages read, averaged
  over documents that have any.
- tag mAP: mean over tags with at least one passage of AP over all passages.
- ECE: expected calibration error over bins of equal mass (adaptive binning of Nguyen and O'Connor 2015, arXiv 1508.05154).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """One document under one method, in reading order: is a passage important, its score, its length in characters."""

    important: NDArray[np.bool_]
    scores: Floats
    lengths: NDArray[np.int64]


def average_precision(documents: Sequence[Judged]) -> float | None:
    """AP over the passages of all documents; None where no passage is important."""
    important, scores, _ = _pooled(documents)
    return _precision(important, scores)


def average_precision_by_document(documents: Sequence[Judged]) -> float | None:
    """Mean over documents of their own AP; documents without an important passage are left out."""
    each = [_precision(document.important, document.scores) for document in documents]
    return _mean([value for value in each if value is not None])


def recall_when_reading(documents: Sequence[Judged], share: float) -> float | None:
    """Mean share of important passages that reading the top `share` (0 to 1) of each document's text finds."""
    return _mean([_recall(document, share) for document in documents if document.important.any()])


def tag_mean_average_precision(truth: NDArray[np.bool_], scores: Floats) -> float | None:
    """Mean AP over tags with at least one positive; `truth` and `scores` (passages, tags)."""
    present = np.flatnonzero(truth.any(axis=0))
    return _mean([float(average_precision_score(truth[:, tag], scores[:, tag])) for tag in present])


def calibration_error(important: NDArray[np.bool_], probabilities: Floats, bins: int = 15) -> float | None:
    """Mean distance of probability from frequency over `bins` runs of passages of like probability; None without passages.

    Every bin holds the same number of passages within one; with fewer passages than bins each passage is its own bin.
    """
    if not len(important):
        return None
    order = np.argsort(probabilities, kind="stable")
    runs = np.array_split(order, min(bins, len(order)))
    gaps = [abs(probabilities[run].mean() - important[run].mean()) for run in runs]
    return float(np.average(gaps, weights=[len(run) for run in runs]))


def bootstrap_average_precision(documents: Sequence[Judged], resamples: int = 1000, seed: int = 0) -> Floats:
    """AP of `resamples` samples of documents, drawn with replacement; (resamples,), NaN where none has an important passage.

    The same seed and number of documents give the same samples, so two methods' arrays may be subtracted element by element.
    """
    important, scores, owner = _pooled(documents)
    if not important.any():
        return np.full(resamples, np.nan)
    # AP = sum over thresholds of (recall gained there) · (precision there). A threshold where no document has an important
    # passage gains no recall in any sample, so only the scores of important passages need to be looked at.
    thresholds = np.unique(scores[important])[::-1]  # descending
    read = _read_at(thresholds, scores, owner, len(documents))
    found = _read_at(thresholds, scores[important], owner[important], len(documents))
    drawn = np.random.default_rng(seed).multinomial(
        len(documents), np.full(len(documents), 1 / len(documents)), resamples
    )
    count = drawn.astype(np.float64)  # (resamples, documents): how often each document is in the sample
    true, total = count @ found.T, count @ read.T  # (resamples, thresholds)
    precision = np.divide(true, total, out=np.zeros_like(true), where=total > 0)
    gained = np.diff(true, axis=1, prepend=0.0)
    everything = true[:, -1]
    summed = (precision * gained).sum(axis=1)
    sampled: Floats = np.divide(summed, everything, out=np.full(resamples, np.nan), where=everything > 0)
    return sampled


def bootstrap_mean(values: Floats, owner: NDArray[np.int64], resamples: int = 1000, seed: int = 0) -> Floats:
    """Means of `values` (n,) over `resamples` samples of their owners, drawn with replacement; (resamples,).

    `owner` (n,) numbers from 0 the document that each value belongs to: values of one document are alike, so documents are
    drawn and not values. The same seed and owners give the same samples.
    """
    documents = int(owner.max(initial=-1)) + 1
    if not documents:
        return np.full(resamples, np.nan)
    drawn = np.random.default_rng(seed).multinomial(documents, np.full(documents, 1 / documents), resamples)
    sums, counts = np.bincount(owner, values, documents), np.bincount(owner, minlength=documents)
    sampled: Floats = drawn @ sums / np.maximum(drawn @ counts, 1)
    return sampled


def interval(values: Floats, level: float = 0.95) -> tuple[float, float] | None:
    """The middle `level` of bootstrapped values; None where all are NaN."""
    defined = values[~np.isnan(values)]
    if not len(defined):
        return None
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _read_at(thresholds: Floats, scores: Floats, owner: NDArray[np.int64], documents: int) -> Floats:
    """(thresholds, documents): how many passages of each document score at least each threshold, thresholds descending."""
    slot = np.searchsorted(-thresholds, -scores)  # the first threshold that is not above the score
    counts = np.zeros((len(thresholds) + 1, documents))
    np.add.at(counts, (slot, owner), 1.0)
    return counts[:-1].cumsum(axis=0)


def _recall(document: Judged, share: float) -> float:
    # Stable: of equal scores the earlier passage is read first.
    order = np.argsort(-document.scores, kind="stable")
    # A ten-thousandth of a character forgives the rounding of share · length.
    limit = share * document.lengths.sum() + 1e-4
    read = order[document.lengths[order].cumsum() <= limit]
    return float(document.important[read].sum() / document.important.sum())


def _pooled(documents: Sequence[Judged]) -> tuple[NDArray[np.bool_], Floats, NDArray[np.int64]]:
    """Labels, scores and the number of the document, over all passages."""
    important = np.concatenate([np.zeros(0, np.bool_), *(document.important for document in documents)])
    scores = np.concatenate([np.zeros(0), *(document.scores for document in documents)])
    owner = np.repeat(np.arange(len(documents)), [len(document.important) for document in documents])
    return important, scores, owner


def _precision(important: NDArray[np.bool_], scores: Floats) -> float | None:
    return float(average_precision_score(important, scores)) if important.any() else None


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None
