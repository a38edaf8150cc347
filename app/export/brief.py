"""The brief for a meeting as one value: what was read, what was found and decided, what no one looked at, how it was made.

The renderers (DOCX, Markdown, JSON) add nothing to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.analysis.analysis import Analysis, AnalysisSettings, CoveredMass, Missed, ModelIdentity
from app.documents.document import DocumentFormat, DocumentKind, Language, Notice
from app.review.findings import Decision, Finding

KEPT: frozenset[Decision] = frozenset({"accepted", "edited", "added"})
"""The decisions that bring a finding into a brief and onto an annotated page."""


@dataclass(frozen=True, slots=True)
class BriefSource:
    """What a brief is made of: one analysed document with its findings.

    `labels`: how the file itself numbers its pages, one each where they are known.
    """

    file: str
    title: str
    format: DocumentFormat
    page_count: int
    analysis: Analysis
    findings: tuple[Finding, ...]
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotLookedAt:
    """What of a document no person has decided on: `undecided` findings, and passages the model did not select.

    `share` is the unselected passages' share of the text that was scored, by characters.
    """

    passages: int
    unselected: int
    undecided: int
    share: float


@dataclass(frozen=True, slots=True)
class BriefDocument:
    """A document, how it was read and how much of it was not looked at. `page_count` is None for formats without pages."""

    file: str
    title: str
    sha256: str
    format: DocumentFormat
    page_count: int | None
    kind: DocumentKind
    language: Language
    model: ModelIdentity
    settings: AnalysisSettings
    density: float
    covered_mass: CoveredMass
    device: str
    not_looked_at: NotLookedAt
    warnings: tuple[Notice, ...]
    read_deeply: float = 1.0
    missed: Missed | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage in its own words; `page` is None for formats without pages.

    `label` is how the file itself numbers the page, the number where it has no other.
    """

    file: str
    page: int | None
    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class BriefFinding:
    """A finding as the meeting needs it; `tags` are identifiers, see `app.tags` for their words.

    `proposed` is the model's own passage where the reviewer moved its ends. `due` is YYYY-MM-DD; `raised`: to be raised in the
    meeting. `scored`: whether the model weighed this place at all, as it does not what stands between its passages.
    """

    quote: Quote
    language: Language
    tags: tuple[str, ...]
    importance: float
    interval: tuple[float, float]
    decision: Decision
    comment: str
    proposed: str = ""
    owner: str = ""
    due: str = ""
    raised: bool = False
    scored: bool = True


@dataclass(frozen=True, slots=True)
class Brief:
    """`findings` are accepted, edited or added, in reading order; `undecided` the rest but for the `rejected` ones."""

    title: str
    purpose: str
    language: Language
    created_at: datetime
    documents: tuple[BriefDocument, ...]
    summary: tuple[Quote, ...]
    findings: tuple[BriefFinding, ...]
    undecided: tuple[BriefFinding, ...]
    rejected: int


def make_brief(
    sources: Sequence[BriefSource],
    *,
    title: str | None = None,
    purpose: str = "",
    language: Language | None = None,
    created_at: datetime | None = None,
) -> Brief:
    """The brief of one or more analysed documents, in the order given.

    Without a `title` it has the document's; without a `language` it is Japanese if every document is.
    """
    if not sources:
        raise ValueError("a brief needs a document")
    spoken = language or ("ja" if all(source.analysis.language == "ja" for source in sources) else "en")
    pairs = [(source, finding) for source in sources for finding in sorted(source.findings, key=_place)]
    return Brief(
        title=title or ("、" if spoken == "ja" else ", ").join(source.title for source in sources),
        purpose=purpose,
        language=spoken,
        created_at=created_at or datetime.now(UTC),
        documents=tuple(map(_document, sources)),
        summary=tuple(
            _quote(source, passage.page, passage.text)
            for source in sources
            for passage in (source.analysis.passages[index] for index in source.analysis.summary)
        ),
        findings=tuple(_finding(source, finding) for source, finding in pairs if finding.decision in KEPT),
        undecided=tuple(_finding(source, finding) for source, finding in pairs if finding.decision == "undecided"),
        rejected=sum(finding.decision == "rejected" for _, finding in pairs),
    )


def _place(finding: Finding) -> tuple[int, int]:
    return finding.start, finding.end


def _document(source: BriefSource) -> BriefDocument:
    analysis = source.analysis
    return BriefDocument(
        file=Path(source.file).name,
        title=source.title,
        sha256=analysis.sha256,
        format=source.format,
        page_count=source.page_count if source.format == "pdf" else None,
        kind=analysis.kind,
        language=analysis.language,
        model=analysis.model,
        settings=analysis.settings,
        density=analysis.cost.density,
        covered_mass=analysis.cost.covered_mass,
        device=analysis.cost.device,
        not_looked_at=_not_looked_at(source),
        warnings=analysis.warnings,
        read_deeply=analysis.cost.read_deeply,
        missed=analysis.cost.missed,
    )


def _not_looked_at(source: BriefSource) -> NotLookedAt:
    seen = {(finding.proposed.start, finding.proposed.end) for finding in source.findings}
    unseen = [p for p in source.analysis.passages if not p.selected and (p.start, p.end) not in seen]
    scored = sum(p.end - p.start for p in source.analysis.passages)
    return NotLookedAt(
        passages=len(source.analysis.passages),
        unselected=len(unseen),
        undecided=sum(finding.decision == "undecided" for finding in source.findings),
        share=sum(p.end - p.start for p in unseen) / scored if scored else 0.0,
    )


def _quote(source: BriefSource, page: int, text: str) -> Quote:
    if source.format != "pdf":
        return Quote(Path(source.file).name, None, text)
    label = source.labels[page - 1] if 1 <= page <= len(source.labels) else ""
    return Quote(Path(source.file).name, page, text, label or str(page))


def _finding(source: BriefSource, finding: Finding) -> BriefFinding:
    return BriefFinding(
        quote=_quote(source, finding.page, finding.text),
        language=source.analysis.language,
        tags=tuple(tag.tag for tag in finding.tags),
        importance=finding.importance,
        interval=finding.interval,
        decision=finding.decision,
        comment=finding.comment,
        proposed="" if finding.proposal is None else finding.proposal.text,
        owner=finding.owner,
        due=finding.due,
        raised=finding.raised,
        scored=finding.rank > 0,
    )
