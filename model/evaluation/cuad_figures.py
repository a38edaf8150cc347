"""CUAD's measures: precision against recall of the spans of a clause, as its authors' published script counts them.

Hendrycks, Burns, Chen and Ball 2021, arXiv 2103.06268, section 4, and the evaluation published with the data set. Every pair of
a contract and a category is a question; its answers are the labelled spans, none where the category is absent, and what a
model says are spans with probabilities, counted as texts. Definitions:

- A span matches an answer where the Jaccard index of their sets of words is at least .5. Words are lower case, without full
  stops, commas, colons and semicolons; a slash parts words. For parties it is enough that the span holds the answer's text.
- At a threshold the spans of a higher probability are predicted. An answer that any of them matches is a true positive, any
  other a false negative; a predicted span that matches no answer is a false positive. Further spans that match an answer
  are counted neither way, and every span predicted for a question without answers is false.
- Counts are summed over all questions of all categories before precision and recall are taken: pooled, not averaged.
- The curve begins at recall 0 with precision 1 and goes through 101 thresholds. Precision at a recall is the best precision
  at it or at any higher recall; AUPR is the trapezoids' area under that, up to the highest recall that is reached.
- Precision at 80 % recall is that of the first threshold whose recall is at least .8, and 0 where there is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import auc

Floats = NDArray[np.float64]

MATCHING = 0.5
"""Jaccard index from which on a span matches an answer."""

RECALL = 0.8
"""Recall at which precision is published."""

THRESHOLDS: Floats = np.array([*(hundredth / 100 for hundredth in range(99, 0, -1)), 0.001, 0.0])
"""Those of the published script, descending."""

PARTIES = "parties"
"""The category whose answers may be a part of a span."""

UNMATCHED = -1.0
"""Stands for the probability of a match where there is none: it lies above no threshold."""

_DROPPED = re.compile(r"[.,;:]")


@dataclass(frozen=True)
class Candidate:
    """A span that a model proposes for a question, with its probability (0 to 1)."""

    text: str
    probability: float


@dataclass(frozen=True)
class Counted:
    """What one question adds to the counts at every threshold.

    `found` (answers,): the highest probability of a span that matches each answer, `UNMATCHED` where none does. `wrong`
    (spans that match no answer,): their probabilities.
    """

    found: Floats
    wrong: Floats


@dataclass(frozen=True)
class Tally:
    """Counts at descending thresholds: `true` and `false` (thresholds,) positives; `answers`, that are to be found."""

    true: Floats
    false: Floats
    answers: float


@dataclass(frozen=True)
class Curve:
    """Precision and recall by descending threshold, the point (recall 0, precision 1) before them.

    `precision` is NaN where nothing is predicted.
    """

    precision: Floats
    recall: Floats

    @property
    def best_precision(self) -> Floats:
        """The highest precision at each recall or a higher one."""
        # fmax passes over NaN: a threshold that predicts nothing says nothing of precision.
        return np.fmax.accumulate(self.precision[::-1])[::-1]


def words(text: str) -> frozenset[str]:
    """The words by which spans are compared."""
    return frozenset(_DROPPED.sub("", text).lower().replace("/", " ").split())


def jaccard(first: frozenset[str], second: frozenset[str]) -> float:
    """Words in both / words in either; 0 where there are none at all."""
    either = first | second
    return len(first & second) / len(either) if either else 0.0


def count(category: str, candidates: Sequence[Candidate], answers: Sequence[str]) -> Counted:
    """One question. Of candidates with the same text the likeliest counts; those without text are left out."""
    likeliest: dict[str, float] = {}
    for candidate in candidates:
        if candidate.text:
            likeliest[candidate.text] = max(candidate.probability, likeliest.get(candidate.text, 0.0))
    probability = np.array(list(likeliest.values()), dtype=np.float64)
    wanted = [words(answer) for answer in answers]
    matches = np.zeros((len(likeliest), len(answers)), dtype=np.bool_)
    for row, text in enumerate(likeliest):
        said = words(text)
        for column, (answer, its_words) in enumerate(zip(answers, wanted, strict=True)):
            held = category == PARTIES and answer in text
            matches[row, column] = held or jaccard(said, its_words) >= MATCHING
    found = np.where(matches, probability[:, None], UNMATCHED).max(axis=0, initial=UNMATCHED)
    return Counted(found, probability[~matches.any(axis=1)])


def tally(questions: Sequence[Counted], thresholds: Floats = THRESHOLDS) -> Tally:
    """The counts of all questions together at each threshold; thresholds descend."""
    found = np.concatenate([np.zeros(0), *(question.found for question in questions)])
    wrong = np.concatenate([np.zeros(0), *(question.wrong for question in questions)])
    above = [len(values) - np.searchsorted(np.sort(values), thresholds, side="right") for values in (found, wrong)]
    return Tally(above[0].astype(np.float64), above[1].astype(np.float64), float(len(found)))


def curve(counts: Tally) -> Curve:
    """Precision and recall at each threshold of the tally; recall is NaN without answers."""
    true, predicted = counts.true, counts.true + counts.false
    precision = np.divide(true, predicted, out=np.full_like(true, np.nan), where=predicted > 0)
    recall = true / counts.answers if counts.answers else np.full_like(true, np.nan)
    return Curve(np.concatenate([[1.0], precision]), np.concatenate([[0.0], recall]))


def bootstrap(contracts: Sequence[Tally], resamples: int, seed: int) -> tuple[Floats, Floats]:
    """AUPR and precision at `RECALL`, (resamples,) each, of contracts drawn with replacement; NaN where undefined."""
    shares = np.full(len(contracts), 1 / len(contracts))
    drawn = np.random.default_rng(seed).multinomial(len(contracts), shares, resamples).astype(np.float64)
    true = drawn @ np.stack([each.true for each in contracts])  # (resamples, thresholds)
    false = drawn @ np.stack([each.false for each in contracts])
    answers = drawn @ np.array([each.answers for each in contracts])
    curves = [curve(Tally(*sample)) for sample in zip(true, false, answers, strict=True)]
    figures = np.array([(area(points), precision_at(points)) for points in curves], dtype=np.float64)
    return figures[:, 0], figures[:, 1]


def every_threshold(questions: Sequence[Counted]) -> Floats:
    """All thresholds at which anything changes, descending: the curve without the steps of `THRESHOLDS`."""
    said = np.concatenate([np.zeros(1), *(values for each in questions for values in (each.found, each.wrong))])
    return np.unique(said[said >= 0.0])[::-1]


def area(points: Curve) -> float | None:
    """AUPR; None where recall is undefined."""
    if np.isnan(points.recall).any():
        return None
    return float(auc(points.recall, points.best_precision))


def precision_at(points: Curve, recall: float = RECALL) -> float | None:
    """Precision at a recall (0 to 1); 0 where it is not reached, None where recall is undefined."""
    if np.isnan(points.recall).any():
        return None
    reached = np.flatnonzero(points.recall >= recall)
    return float(points.best_precision[reached[0]]) if len(reached) else 0.0
