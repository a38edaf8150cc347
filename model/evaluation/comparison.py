"""Methods beside each other on the same labelled documents: what each says, and the figures of what it said."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from model.attention import CoveredMass
from model.evaluation import figures
from model.evaluation.baselines import Baseline
from model.evaluation.figures import Floats, Judged
from model.evaluation.rouge import mean_overlap
from model.scorer import Attending, ModelName, PassageScores
from model.structure import Structure
from model.tags import TAGS, Kind
from model.training.corpora import LabelledDocument

SHARES = (0.1, 0.2, 0.3)
"""Shares of the text after which recall is measured."""

TARGETS = (0.8, 0.9, 0.95)
"""Recall targets whose selection is measured."""


class DocumentScorer(Protocol):
    """The part of `Scorer` that is evaluated; tests bring their own."""

    name: ModelName

    def score(
        self,
        passages: Sequence[str],
        *,
        kind: Kind | None = None,
        attending: Attending | None = None,
        structure: Structure | None = None,
        early: Callable[[PassageScores], None] | None = None,
    ) -> PassageScores:
        """As `Scorer.score`."""

    def threshold(self, kind: Kind, recall: float) -> float:
        """As `Scorer.threshold`."""


@dataclass(frozen=True)
class Said:
    """What a method said of one document. `model` is None for baselines, which give neither tags nor probabilities."""

    importance: Floats
    model: PassageScores | None = None


Method = Callable[[Sequence[str], Kind, Structure | None], Said]
"""(passages in reading order, kind of document, what else is known of them) -> what it says of them."""


@dataclass(frozen=True)
class Run:
    """What a method said of every document, in their order, and the seconds that each took.

    Of two baselines over the vectors of one encoder, the first is the one that waits for the vectors.
    """

    method: str
    seconds: tuple[float, ...]
    said: tuple[Said, ...]

    def of(self, places: Sequence[int]) -> Run:
        """The same of the documents at `places` alone."""
        return Run(self.method, tuple(self.seconds[i] for i in places), tuple(self.said[i] for i in places))


@dataclass(frozen=True)
class Row:
    """The figures of a run, as `figures` defines them; recall by the share of the text that is read; `rouge` by its measure.

    Intervals are 95 % over resampled documents.
    """

    method: str
    average_precision: float | None
    average_precision_interval: tuple[float, float] | None
    average_precision_by_document: float | None
    recall: dict[str, float | None]
    recall_interval: dict[str, tuple[float, float] | None]
    tag_mean_average_precision: float | None
    tag_mean_average_precision_interval: tuple[float, float] | None
    calibration_error: float | None
    rouge: dict[str, float] | None
    seconds: float


@dataclass(frozen=True)
class AttentionFigures:
    """What adaptive attention computed over all documents of a run.

    `density`: computed pairs / all pairs, summed over documents, so that long ones count as they cost. `covered_mass`: mean over
    query rows, so documents count by their tokens. `read_densely`: documents where every pair was computed. `read_deeply`: share
    of all passages that the scan did not rule out, or that were read to see what it misses. `missed`: important passages that are
    expected among the others, in all documents; None where nothing was ruled out.
    """

    method: str
    density: float
    covered_mass: CoveredMass
    read_densely: int
    read_deeply: float
    missed: float | None
    documents: int


@dataclass(frozen=True)
class SelectionFigures:
    """What a recall target selects: recall reached and share of the text selected, each a mean over documents.

    `recall` counts the documents that have important passages; `share` all whose importance was labelled.
    """

    target: float
    recall: float | None
    share: float


@dataclass(frozen=True)
class Difference:
    """One run beside another: AP of the first minus AP of the second, and the largest distance between two importances.

    `rank_correlation`: Spearman's, of the importance of a document's passages, mean over documents of at least two passages.
    """

    methods: tuple[str, str]
    average_precision: float | None
    interval: tuple[float, float] | None
    largest_importance: float
    rank_correlation: float | None


def baseline_methods(baselines: Mapping[str, Baseline]) -> dict[str, Method]:
    """Baselines as methods, by name."""
    return {name: _as_method(baseline) for name, baseline in baselines.items()}


def model_methods(scorer: DocumentScorer, attendings: Mapping[str, Attending]) -> dict[str, Method]:
    """The model under each way of attending, by name. It is told the kind of document."""
    return {name: _model_method(scorer, attending) for name, attending in attendings.items()}


def run(
    methods: Mapping[str, Method], documents: Sequence[LabelledDocument], report: Callable[[int, int], None]
) -> dict[str, Run]:
    """Let every method score all documents. `report` is called with documents done and in all.

    Document by document, so that methods can share what they have made of one (see `baselines.LastDocument`).
    """
    said: dict[str, list[Said]] = {name: [] for name in methods}
    seconds: dict[str, list[float]] = {name: [] for name in methods}
    for done, document in enumerate(documents, 1):
        texts = [document.text[start:end] for start, end in document.spans]
        for name, method in methods.items():
            started = time.perf_counter()
            said[name].append(method(texts, cast(Kind, document.kind), document.structure))
            seconds[name].append(time.perf_counter() - started)
        report(done, len(documents))
    return {name: Run(name, tuple(seconds[name]), tuple(said[name])) for name in methods}


def judged(documents: Sequence[LabelledDocument], said: Sequence[Said]) -> list[Judged]:
    """The documents whose importance was labelled, with what a method said of them."""
    return [
        Judged(document.important, words.importance, np.diff(np.array(document.spans), axis=1)[:, 0])
        for document, words in zip(documents, said, strict=True)
        if document.important is not None
    ]


def row(documents: Sequence[LabelledDocument], result: Run, resamples: int, seed: int) -> Row:
    """The figures of one method."""
    known = judged(documents, result.said)
    is_model = all(said.model is not None for said in result.said)
    tags, tags_interval = _tag_figures(documents, result.said, resamples, seed) if is_model else (None, None)
    return Row(
        result.method,
        figures.average_precision(known),
        figures.interval(figures.bootstrap_average_precision(known, resamples, seed)),
        figures.average_precision_by_document(known),
        {str(share): figures.recall_when_reading(known, share) for share in SHARES},
        {str(share): figures.interval(figures.bootstrap_recall(known, share, resamples, seed)) for share in SHARES},
        tags,
        tags_interval,
        _calibration_figure(known) if is_model else None,
        mean_overlap(documents, [said.importance for said in result.said]),
        sum(result.seconds),
    )


def attention_figures(result: Run) -> AttentionFigures:
    """Density and covered mass over all documents of a model's run. Raises `ValueError` for a baseline's."""
    scores = [said.model for said in result.said if said.model is not None]
    if not scores:
        raise ValueError(f"{result.method} attends to nothing")
    missed = [each.missed.estimate for each in scores if each.missed is not None]
    pairs = np.array([float(each.tokens) ** 2 for each in scores])
    densities = np.array([each.density for each in scores])
    return AttentionFigures(
        result.method,
        float(np.average(densities, weights=pairs)),
        mean_covered_mass([each.covered_mass for each in scores], [each.tokens for each in scores]),
        int((densities >= 1.0).sum()),
        _share_read_deeply(scores),
        sum(missed) if missed else None,
        len(scores),
    )


def _share_read_deeply(scores: Sequence[PassageScores]) -> float:
    count = sum(len(each.importance) for each in scores)
    return sum(len(each.importance) if each.deep is None else int(each.deep.sum()) for each in scores) / count


def selection_figures(
    documents: Sequence[LabelledDocument], result: Run, threshold: Callable[[Kind, float], float]
) -> tuple[SelectionFigures, ...]:
    """For each of `TARGETS`; `threshold` gives the importance from which on a passage of a kind is selected."""
    kinds = [cast(Kind, document.kind) for document in documents if document.important is not None]
    known = judged(documents, result.said)
    found = []
    for target in TARGETS if known else ():
        chosen = [each.scores >= threshold(kind, target) for each, kind in zip(known, kinds, strict=True)]
        recalls = [
            float(picked[each.important].mean())
            for each, picked in zip(known, chosen, strict=True)
            if each.important.any()
        ]
        shares = [
            float(each.lengths[picked].sum() / each.lengths.sum()) for each, picked in zip(known, chosen, strict=True)
        ]
        found.append(SelectionFigures(target, float(np.mean(recalls)) if recalls else None, float(np.mean(shares))))
    return tuple(found)


def mean_covered_mass(parts: Sequence[CoveredMass], weights: Sequence[float]) -> CoveredMass:
    """Weighted mean of independent audits; half-widths add in quadrature. `audit.combine` is the case of equal weights."""
    share = np.array(weights, dtype=np.float64) / sum(weights)
    estimate = float(share @ [part.estimate for part in parts])
    below = math.hypot(*(share * [part.estimate - part.low for part in parts]))
    above = math.hypot(*(share * [part.high - part.estimate for part in parts]))
    return CoveredMass(estimate, estimate - below, estimate + above, sum(part.rows for part in parts))


def difference(documents: Sequence[LabelledDocument], first: Run, second: Run, resamples: int, seed: int) -> Difference:
    """`first` minus `second`; the interval is that of the difference on the same samples of documents."""
    one, other = judged(documents, first.said), judged(documents, second.said)
    ap, other_ap = figures.average_precision(one), figures.average_precision(other)
    sampled = figures.bootstrap_average_precision(one, resamples, seed) - figures.bootstrap_average_precision(
        other, resamples, seed
    )
    distances = [float(np.abs(a.importance - b.importance).max()) for a, b in zip(first.said, second.said, strict=True)]
    return Difference(
        (first.method, second.method),
        None if ap is None or other_ap is None else ap - other_ap,
        figures.interval(sampled),
        max(distances, default=0.0),
        _rank_correlation(first.said, second.said),
    )


def _rank_correlation(first: Sequence[Said], second: Sequence[Said]) -> float | None:
    # A document all of whose passages are equally important has no order to compare.
    each = [
        float(spearmanr(a.importance, b.importance).statistic)
        for a, b in zip(first, second, strict=True)
        if len(a.importance) > 1 and np.ptp(a.importance) > 0 and np.ptp(b.importance) > 0
    ]
    return float(np.mean(each)) if each else None


def _as_method(baseline: Baseline) -> Method:
    return lambda texts, kind, _: Said(baseline(texts, kind))


def _model_method(scorer: DocumentScorer, attending: Attending) -> Method:
    def method(texts: Sequence[str], kind: Kind, structure: Structure | None) -> Said:
        scores = scorer.score(texts, kind=kind, attending=attending, structure=structure)
        # Vectors are not evaluated; of thousands of documents they would fill the memory.
        return Said(scores.importance, replace(scores, vectors=scores.vectors[:0]))

    return method


def first_findings_method(scorer: DocumentScorer) -> Method:
    """What the model's first layers say, where it has an exit there, and what it says at last where it has none."""

    def method(texts: Sequence[str], kind: Kind, structure: Structure | None) -> Said:
        def early(scores: PassageScores) -> None:
            raise _EnoughError(scores)

        try:
            scores = scorer.score(texts, kind=kind, structure=structure, early=early)
        except _EnoughError as enough:
            scores = enough.scores
        return Said(scores.importance, replace(scores, vectors=scores.vectors[:0]))

    return method


class _EnoughError(Exception):
    """The first findings are there; nothing more is to be read."""

    def __init__(self, scores: PassageScores) -> None:
        self.scores = scores


def _calibration_figure(known: Sequence[Judged]) -> float | None:
    if not known:
        return None
    important = np.concatenate([document.important for document in known])
    return figures.calibration_error(important, np.concatenate([document.scores for document in known]))


def _tag_figures(
    documents: Sequence[LabelledDocument], said: Sequence[Said], resamples: int, seed: int
) -> tuple[float | None, tuple[float, float] | None]:
    """Tag mAP and its interval."""
    # All documents of the group count, also those without a tag: there every tag is known to be absent.
    tagged = [
        (document, words.model)
        for document, words in zip(documents, said, strict=True)
        if document.group in TAGS and words.model is not None
    ]
    for document, scores in tagged:
        if scores.tag_names != TAGS[document.group]:
            raise ValueError(f"the model's tags are not those of {document.group}: {scores.tag_names}")
    if not tagged:
        return None, None
    truth = [_tag_truth(document) for document, _ in tagged]
    probabilities = [scores.tags for _, scores in tagged]
    return (
        figures.tag_mean_average_precision(np.concatenate(truth), np.concatenate(probabilities)),
        figures.interval(figures.bootstrap_tag_precision(truth, probabilities, resamples, seed)),
    )


def _tag_truth(document: LabelledDocument) -> NDArray[np.bool_]:
    truth = np.zeros((len(document.spans), len(TAGS[document.group])), dtype=np.bool_)
    truth[document.tags[:, 0], document.tags[:, 1]] = True
    return truth
