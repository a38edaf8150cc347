"""The figures that methods are compared by, as plain functions over judged documents.

Definitions, the same for every method. A figure that the data cannot define is None, never 0 or 1.

- AP: average precision of importance over all passages of all documents in one ranking.
- AP by document: each document ranked for itself; the mean over documents that have an important passage. It does not ask
  that scores of different documents can be compared, which pooling does.
- recall at a share: one reads a document's passages from the highest score down until that share of its text is read; the
  passage that would cross the limit is not read, and nothing after it. The share of important passages read, averaged
  over documents that have any.
- tag mAP: mean over tags with at least one passage of AP over all passages.
- ROUGE-1, -2, -L: see `model.evaluation.rouge`.
- ECE: expected calibration error over bins of equal mass (adaptive binning of Nguyen and O'Connor 2015, arXiv 1508.05154).
  Few passages make it larger: the frequency in a bin of few differs from any probability by chance.
- intervals: the middle 95 % over samples of the documents, drawn with replacement.
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
    """Mean distance of probability from frequency over the bins of `equal_mass_bins`; None without passages."""
    if not len(important):
        return None
    runs = equal_mass_bins(probabilities, bins)
    gaps = [abs(probabilities[run].mean() - important[run].mean()) for run in runs]
    return float(np.average(gaps, weights=[len(run) for run in runs]))


def equal_mass_bins(probabilities: Floats, bins: int) -> list[NDArray[np.intp]]:
    """The passages of each bin, from the lowest probabilities up.

    Every bin holds the same number of passages within one; with fewer passages than bins each passage is its own bin.
    """
    order = np.argsort(probabilities, kind="stable")
    return np.array_split(order, min(bins, len(order))) if len(order) else []


def drawn_documents(documents: int, resamples: int, seed: int) -> Floats:
    """(resamples, documents): how often each document is in a sample of as many, drawn with replacement.

    The same arguments give the same samples, so figures of two methods may be subtracted sample by sample.
    """
    generator = np.random.default_rng(seed)
    return generator.multinomial(documents, np.full(documents, 1 / documents), resamples).astype(np.float64)


def bootstrap_average_precision(documents: Sequence[Judged], resamples: int = 1000, seed: int = 0) -> Floats:
    """AP of `resamples` samples of documents, as `drawn_documents` draws them; (resamples,).

    NaN where no document of a sample has an important passage.
    """
    if not documents:
        return np.full(resamples, np.nan)
    return _sampled_precision(*_pooled(documents), drawn_documents(len(documents), resamples, seed))


def bootstrap_recall(documents: Sequence[Judged], share: float, resamples: int = 1000, seed: int = 0) -> Floats:
    """`recall_when_reading` of the samples of documents; (resamples,), NaN where none of a sample has an important passage."""
    if not documents:
        return np.full(resamples, np.nan)
    count = drawn_documents(len(documents), resamples, seed)
    having = np.array([document.important.any() for document in documents])
    recall = np.array([_recall(document, share) if document.important.any() else 0.0 for document in documents])
    return _divided(count @ recall, count @ having)


def bootstrap_tag_precision(
    truth: Sequence[NDArray[np.bool_]], scores: Sequence[Floats], resamples: int = 1000, seed: int = 0
) -> Floats:
    """`tag_mean_average_precision` of the samples of documents; (resamples,), NaN where no tag occurs in a sample.

    `truth` and `scores` hold (passages, tags) of each document. A sample's mean is that of the tags that occur in it.
    """
    if not truth:
        return np.full(resamples, np.nan)
    count = drawn_documents(len(truth), resamples, seed)
    owner = np.repeat(np.arange(len(truth)), [len(each) for each in truth])
    known, said = np.concatenate(truth), np.concatenate(scores)
    summed, defined = np.zeros(resamples), np.zeros(resamples)
    for tag in np.flatnonzero(known.any(axis=0)):
        precision = _sampled_precision(known[:, tag], said[:, tag], owner, count)
        summed += np.nan_to_num(precision)
        defined += ~np.isnan(precision)
    return _divided(summed, defined)


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


def passages_read(scores: Floats, lengths: NDArray[np.int64], share: float) -> NDArray[np.intp]:
    """The passages that are read, highest score first, until `share` (0 to 1) of the text is reached; never beyond it."""
    # Stable: of equal scores the earlier passage is read first.
    order = np.argsort(-scores, kind="stable")
    # A ten-thousandth of a character forgives the rounding of share · length.
    limit = share * lengths.sum() + 1e-4
    read: NDArray[np.intp] = order[lengths[order].cumsum() <= limit]
    return read


def _sampled_precision(important: NDArray[np.bool_], scores: Floats, owner: NDArray[np.int64], count: Floats) -> Floats:
    """AP over the passages of each sample: `owner` is a passage's document, `count` (samples, documents). (samples,)."""
    if not important.any():
        return np.full(len(count), np.nan)
    # AP = sum over thresholds of (recall gained there) · (precision there). A threshold where no document has an important
    # passage gains no recall in any sample, so only the scores of important passages need to be looked at.
    thresholds = np.unique(scores[important])[::-1]  # descending
    read = _read_at(thresholds, scores, owner, count.shape[1])
    found = _read_at(thresholds, scores[important], owner[important], count.shape[1])
    true, total = count @ found.T, count @ read.T  # (samples, thresholds)
    precision = np.divide(true, total, out=np.zeros_like(true), where=total > 0)
    gained = np.diff(true, axis=1, prepend=0.0)
    return _divided((precision * gained).sum(axis=1), true[:, -1])


def _divided(values: Floats, by: Floats) -> Floats:
    """NaN where there is nothing to divide by."""
    quotient: Floats = np.divide(values, by, out=np.full(len(values), np.nan), where=by > 0)
    return quotient


def _read_at(thresholds: Floats, scores: Floats, owner: NDArray[np.int64], documents: int) -> Floats:
    """(thresholds, documents): how many passages of each document score at least each threshold, thresholds descending."""
    slot = np.searchsorted(-thresholds, -scores)  # the first threshold that is not above the score
    counts = np.zeros((len(thresholds) + 1, documents))
    np.add.at(counts, (slot, owner), 1.0)
    return counts[:-1].cumsum(axis=0)


def _recall(document: Judged, share: float) -> float:
    read = passages_read(document.scores, document.lengths, share)
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
