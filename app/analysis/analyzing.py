"""Document in, `Analysis` out: passages, their scores by the model, selection, quads, links, summary, cost.

The scorer is handed in, loaded: this module knows its methods and nothing of weights or processes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.analysis.analysis import (
    Analysis,
    AnalysisSettings,
    Cost,
    CoveredMass,
    Missed,
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
from model.structure import Structure, structure_of
from model.tags import Kind

Report = Callable[[str, int, int], None]
"""Called with a stage, units done and units in all; what it raises ends the analysis."""

LONGEST = 2_000_000
"""Characters. English contracts of 1.13 million characters (244,000 tokens) took 6.3 GB of memory and 80 s on two cores;
both grow with the length, so this much stays below what a machine of 16 GB has to give."""

Early = Callable[[Analysis], None]
"""Called with the preliminary analysis; what it raises ends the analysis."""

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
        early: Callable[[PassageScores], None] | None = None,
        structure: Structure | None = None,
    ) -> PassageScores:
        """Scores of all passages of one document; `early` gets preliminary ones before, at most once and perhaps never."""
        ...

    def threshold(self, kind: Kind, recall: float, *, query: bool = False) -> float:
        """The importance from which on a passage is selected."""
        ...


def analyze(
    document: Document,
    settings: AnalysisSettings,
    scorer: PassageScorer,
    report: Report,
    early: Early | None = None,
) -> Analysis:
    """Analyse one document. Raises `FusenError` for one without text or of more than `LONGEST` characters.

    `early` gets a preliminary analysis where the scorer scans the document before it reads it: at most once, before this
    returns, with the same passages in the same order, and with neither links nor summary.
    """
    work = _Work(document, settings, scorer)

    def scanned(scores: PassageScores) -> None:
        if early is not None:
            early(replace(work.analysis(scores), preliminary=True))

    scores = scorer.score(
        work.texts,
        kind=None if settings.kind == "auto" else settings.kind,
        attending=Attending(
            adaptive=settings.attention == "adaptive",
            coverage=settings.coverage,
            whole=settings.attention == "dense",
        ),
        query=settings.query,
        report=report,
        early=None if early is None else scanned,
        structure=work.structure(),
    )
    report("linking", 0, 3)
    scored = work.analysis(scores)
    report("linking", 1, 3)
    links = find_links(document, work.passages)
    report("linking", 2, 3)
    summary = summarise(document, work.passages, scores.importance, scores.vectors)
    report("linking", 3, 3)
    return replace(scored, links=links, summary=summary, cost=work.cost(scores))


def readable_passages(document: Document) -> list[Passage]:
    """The document's passages. Raises `FusenError` where there are none, or the text has more than `LONGEST` characters."""
    if len(document.text) > LONGEST:
        raise FusenError(
            "too-large",
            f"{Path(document.file).name} has {len(document.text):,} characters; Fusen reads up to {LONGEST:,} at once.",
            "Split it, for example at its chapters or exhibits, and open the parts.",
        )
    passages = document_passages(document)
    if not passages:
        told = next((notice.message for notice in document.warnings if notice.code == "no-text"), "")
        raise FusenError(
            "empty",
            f"{Path(document.file).name} holds no text that could be analysed.",
            told or "Open the document in the program that it was made with, and look for its text there.",
        )
    return passages


def structure_of_passages(document: Document, passages: Sequence[Passage], texts: Sequence[str]) -> Structure:
    """What is known of the passages besides their words."""
    blocks = document.blocks
    # A paragraph may be a heading that its reader did not recognise; only what says more is passed on.
    types = ["" if blocks[p.block].type == "paragraph" else blocks[p.block].type for p in passages]
    levels = [(blocks[p.block].level or 0) if blocks[p.block].type == "heading" else 0 for p in passages]
    return structure_of(texts, [p.block for p in passages], types, levels)


class _Work:
    """One document on its way: what the preliminary and the precise analysis share is worked out once."""

    def __init__(self, document: Document, settings: AnalysisSettings, scorer: PassageScorer) -> None:
        self._started = time.perf_counter()
        self._document = document
        self._settings = settings
        self._scorer = scorer
        self.passages = readable_passages(document)
        self.texts = [document.text[passage.start : passage.end] for passage in self.passages]

    def structure(self) -> Structure:
        """What is known of the passages besides their words."""
        return structure_of_passages(self._document, self.passages, self.texts)

    def analysis(self, scores: PassageScores) -> Analysis:
        """What the scores alone say, without links and summary."""
        document, name = self._document, self._scorer.name
        return Analysis(
            file=document.file,
            sha256=document.sha256,
            kind=scores.kind,
            language=document.language,
            passages=self._scored(scores),
            links=(),
            summary=(),
            model=ModelIdentity(name.name, name.version, name.sha256),
            settings=self._settings,
            cost=self.cost(scores),
            warnings=(*document.warnings, *cautions(scores.kind, document.language, self._settings.query)),
        )

    def cost(self, scores: PassageScores) -> Cost:
        """What it cost up to now."""
        covered = scores.covered_mass
        return Cost(
            tokens=scores.tokens,
            seconds=time.perf_counter() - self._started,
            peak_bytes=peak_resident_bytes(),
            density=scores.density,
            covered_mass=CoveredMass(covered.estimate, covered.low, covered.high),
            device=self._scorer.device,
            read_deeply=1.0 if scores.deep is None else float(scores.deep.mean()),
            missed=None if (missed := scores.missed) is None else Missed(missed.estimate, missed.low, missed.high),
        )

    @cached_property
    def _quads(self) -> Sequence[tuple[Quad, ...]]:
        """Of each passage."""
        if self._document.quads is None:
            return [()] * len(self.passages)
        return passage_quads(self._document.quads, ranges_on_page(self._document, self.passages))

    def _selected(self, scores: PassageScores) -> NDArray[np.bool_]:
        settings = self._settings
        if settings.share is not None:
            return select_by_share(scores.importance, [len(text) for text in self.texts], settings.share)
        # A heading is treated as any other passage: the model was calibrated with headings among its passages, and to hide
        # one that it finds important would break the recall that the threshold promises.
        threshold = self._scorer.threshold(scores.kind, settings.recall, query=settings.query is not None)
        return select_by_threshold(scores.importance, threshold)

    def _scored(self, scores: PassageScores) -> tuple[ScoredPassage, ...]:
        selected, ranked = self._selected(scores), ranks(scores.importance)
        return tuple(
            ScoredPassage(
                start=passage.start,
                end=passage.end,
                page=passage.page,
                text=self.texts[i],
                quads=self._quads[i],
                importance=float(scores.importance[i]),
                interval=(float(scores.low[i]), float(scores.high[i])),
                tags=_tags(scores, i),
                selected=bool(selected[i]),
                rank=int(ranked[i]),
            )
            for i, passage in enumerate(self.passages)
        )


def _tags(scores: PassageScores, index: int) -> tuple[TagScore, ...]:
    """The likely tags of a passage, the most probable first."""
    row = scores.tags[index]
    shown = sorted((column for column in range(len(row)) if row[column] >= SHOWN_FROM), key=lambda column: -row[column])
    return tuple(TagScore(scores.tag_names[column], float(row[column])) for column in shown)
