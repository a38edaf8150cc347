"""Document in, `Analysis` out: passages, their scores by the model, selection, quads, links, summary, cost.

The scorer is handed in, loaded: this module knows its methods and nothing of weights or processes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from app.analysis.analysis import (
    Analysis,
    AnalysisSettings,
    Cost,
    CoveredMass,
    ModelIdentity,
    ScoredPassage,
    TagScore,
)
from app.analysis.cautions import cautions
from app.analysis.geometry import passage_quads
from app.analysis.links import find_links
from app.analysis.passages import Passage, document_passages, ranges_on_page
from app.analysis.resident import peak_resident_bytes
from app.analysis.selecting import ranks, select_by_share, select_by_threshold
from app.analysis.summary import summarise
from app.documents.document import Document, Quad
from app.errors import FusenError
from model.scorer import Attending, ModelName, PassageScores
from model.tags import Kind

Report = Callable[[str, int, int], None]
"""Called with a stage, units done and units in all; what it raises ends the analysis."""

LONGEST = 2_000_000
"""Characters. English contracts of 1.13 million characters (244,000 tokens) took 6.3 GB of memory and 80 s on two cores;
both grow with the length, so this much stays below what a machine of 16 GB has to give."""

SHOWN_FROM = 0.5
"""A tag is shown from this probability on: where it is more likely right than wrong."""


class PassageScorer(Protocol):
    """What is asked of `model.scorer.Scorer`; tests bring a stand-in."""

    name: ModelName
    device: str

    def score(
        self,
        passages: Sequence[str],
        *,
        kind: Kind | None = None,
        attending: Attending | None = None,
        query: str | None = None,
        report: Report | None = None,
    ) -> PassageScores:
        """Scores of all passages of one document."""
        ...

    def threshold(self, kind: Kind, recall: float, *, query: bool = False) -> float:
        """The importance from which on a passage is selected."""
        ...


def analyze(document: Document, settings: AnalysisSettings, scorer: PassageScorer, report: Report) -> Analysis:
    """Analyse one document. Raises `FusenError` for one without text or of more than `LONGEST` characters."""
    started = time.perf_counter()
    passages = _readable(document)
    scores = scorer.score(
        [document.text[passage.start : passage.end] for passage in passages],
        kind=None if settings.kind == "auto" else settings.kind,
        attending=Attending(adaptive=settings.attention == "adaptive", coverage=settings.coverage),
        query=settings.query,
        report=report,
    )
    report("linking", 0, 3)
    scored = _scored(document, passages, scores, settings, scorer)
    report("linking", 1, 3)
    links = find_links(document, passages)
    report("linking", 2, 3)
    summary = summarise(document, passages, scores.importance, scores.vectors)
    report("linking", 3, 3)
    return Analysis(
        file=document.file,
        sha256=document.sha256,
        kind=scores.kind,
        language=document.language,
        passages=scored,
        links=links,
        summary=summary,
        model=ModelIdentity(scorer.name.name, scorer.name.version, scorer.name.sha256),
        settings=settings,
        cost=_cost(scores, scorer.device, time.perf_counter() - started),
        warnings=(*document.warnings, *cautions(scores.kind, document.language, settings.query)),
    )


def _readable(document: Document) -> list[Passage]:
    """The document's passages, where there are some and not too many."""
    if len(document.text) > LONGEST:
        raise FusenError(
            "too-large",
            f"{Path(document.file).name} has {len(document.text):,} characters; Fusen reads up to {LONGEST:,} at once.",
            "Split it, for example at its chapters or exhibits, and open the parts.",
        )
    passages = document_passages(document)
    if not passages:
        raise FusenError(
            "empty",
            f"{Path(document.file).name} holds no text that could be analysed.",
            "If its pages are pictures, run text recognition (OCR) over it and open the result.",
        )
    return passages


def _scored(
    document: Document,
    passages: Sequence[Passage],
    scores: PassageScores,
    settings: AnalysisSettings,
    scorer: PassageScorer,
) -> tuple[ScoredPassage, ...]:
    lengths = [passage.end - passage.start for passage in passages]
    if settings.share is not None:
        selected = select_by_share(scores.importance, lengths, settings.share)
    else:
        # A heading is treated as any other passage: the model was calibrated with headings among its passages, and to hide
        # one that it finds important would break the recall that the threshold promises.
        threshold = scorer.threshold(scores.kind, settings.recall, query=settings.query is not None)
        selected = select_by_threshold(scores.importance, threshold)
    ranked = ranks(scores.importance)
    quads: Sequence[tuple[Quad, ...]] = [()] * len(passages)
    if document.quads is not None:
        quads = passage_quads(document.quads, ranges_on_page(document, passages))
    return tuple(
        ScoredPassage(
            start=passage.start,
            end=passage.end,
            page=passage.page,
            text=document.text[passage.start : passage.end],
            quads=quads[i],
            importance=float(scores.importance[i]),
            interval=(float(scores.low[i]), float(scores.high[i])),
            tags=_tags(scores, i),
            selected=bool(selected[i]),
            rank=int(ranked[i]),
        )
        for i, passage in enumerate(passages)
    )


def _tags(scores: PassageScores, index: int) -> tuple[TagScore, ...]:
    """The likely tags of a passage, the most probable first."""
    row = scores.tags[index]
    shown = sorted((column for column in range(len(row)) if row[column] >= SHOWN_FROM), key=lambda column: -row[column])
    return tuple(TagScore(scores.tag_names[column], float(row[column])) for column in shown)


def _cost(scores: PassageScores, device: str, seconds: float) -> Cost:
    covered = scores.covered_mass
    return Cost(
        tokens=scores.tokens,
        seconds=seconds,
        peak_bytes=peak_resident_bytes(),
        density=scores.density,
        covered_mass=CoveredMass(covered.estimate, covered.low, covered.high),
        device=device,
    )
