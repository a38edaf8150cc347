"""All methods on one corpus: its figures, kind by kind where it holds several, and how well probabilities are calibrated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from model.evaluation import comparison
from model.evaluation.comparison import AttentionFigures, Difference, Method, Row, Run, SelectionFigures
from model.evaluation.output import progress
from model.evaluation.reliability import Reliability, reliability
from model.tags import KINDS, Kind
from model.training.corpora import LabelledDocument

FIRST, ADAPTIVE, WHOLE, DENSE = "Fusen (first findings)", "Fusen (adaptive)", "Fusen (all deep)", "Fusen (dense)"
RESAMPLES = 1000


@dataclass(frozen=True)
class KindFigures:
    """The documents of one kind in a corpus of several. Fields as in `CorpusFigures`; a row's seconds are those of this kind."""

    kind: str
    documents: int
    judged: int
    passages: int
    share: float
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class CorpusFigures:
    """One corpus under all methods.

    `judged`: documents whose importance was labelled; `passages` and `share` of important ones are theirs. `summaries`:
    documents with a summary. `kinds` is empty for a corpus of one kind. `reliability`: each way of the model on the whole
    corpus, then on each kind, as far as importance was labelled.
    """

    corpus: str
    split: str
    language: str
    documents: int
    judged: int
    with_important: int
    summaries: int
    passages: int
    share: float
    rows: tuple[Row, ...]
    kinds: tuple[KindFigures, ...]
    attention: tuple[AttentionFigures, ...]
    differences: tuple[Difference, ...]
    selection: tuple[SelectionFigures, ...]
    reliability: tuple[Reliability, ...]


@dataclass(frozen=True)
class Origin:
    """Which documents these are: names for the tables and the JSON; `language` is en or ja."""

    corpus: str
    split: str
    language: str


def evaluate(
    origin: Origin,
    documents: Sequence[LabelledDocument],
    methods: Mapping[str, Method],
    seed: int = 0,
    threshold: Callable[[Kind, float], float] | None = None,
) -> CorpusFigures:
    """All methods on one corpus; with `threshold` also what the first way of the model selects for a recall target."""
    runs = comparison.run(methods, documents, lambda done, total: progress(origin.corpus, done, total))
    judged, passages, share = _labelled(documents)
    models = [runs[name] for name in (ADAPTIVE, WHOLE, DENSE) if name in runs]
    compared = [runs[name] for name in (FIRST, ADAPTIVE, WHOLE, DENSE) if name in runs]
    parts = _parts_by_kind(documents)
    return CorpusFigures(
        origin.corpus,
        origin.split,
        origin.language,
        len(documents),
        judged,
        sum(document.important is not None and bool(document.important.any()) for document in documents),
        sum(bool(document.summary) for document in documents),
        passages,
        share,
        tuple(comparison.row(documents, result, RESAMPLES, seed) for result in runs.values()),
        tuple(_of_kind(kind, places, documents, runs, seed) for kind, places in parts.items()),
        tuple(comparison.attention_figures(result) for result in models),
        tuple(comparison.difference(documents, a, b, RESAMPLES, seed) for a, b in combinations(compared, 2)),
        comparison.selection_figures(documents, models[0], threshold) if models and threshold else (),
        tuple(_calibrations(origin, documents, models, parts, seed)),
    )


def _parts_by_kind(documents: Sequence[LabelledDocument]) -> dict[str, list[int]]:
    """The places of each kind's documents; nothing where all are of one kind."""
    parts: dict[str, list[int]] = {
        kind: [i for i, document in enumerate(documents) if document.kind == kind] for kind in KINDS
    }
    found = {kind: places for kind, places in parts.items() if places}
    return found if len(found) > 1 else {}


def _of_kind(
    kind: str, places: Sequence[int], documents: Sequence[LabelledDocument], runs: Mapping[str, Run], seed: int
) -> KindFigures:
    some = [documents[place] for place in places]
    rows = tuple(comparison.row(some, result.of(places), RESAMPLES, seed) for result in runs.values())
    return KindFigures(kind, len(some), *_labelled(some), rows)


def _labelled(documents: Sequence[LabelledDocument]) -> tuple[int, int, float]:
    """Of the documents whose importance was labelled: how many, their passages, the share of important ones."""
    labels = [document.important for document in documents if document.important is not None]
    pooled = np.concatenate([np.zeros(0, np.bool_), *labels])
    return len(labels), len(pooled), float(pooled.mean()) if len(pooled) else 0.0


def _calibrations(
    origin: Origin,
    documents: Sequence[LabelledDocument],
    models: Sequence[Run],
    parts: Mapping[str, Sequence[int]],
    seed: int,
) -> list[Reliability]:
    found = []
    for result in models:
        for kind, places in {origin.corpus: range(len(documents)), **parts}.items():
            known = comparison.judged([documents[place] for place in places], result.of(places).said)
            if known:
                found.append(reliability(result.method, kind, origin.language, known, RESAMPLES, seed))
    return found
