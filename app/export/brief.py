"""The brief for a meeting as one value: what was read, found and decided, what is open, what no one looked at, how it was made.

Every format renders this one value (`app.export.formats`) and adds nothing to it; `app.export.arranging` chooses, orders and
groups its findings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from app.analysis.analysis import Analysis, AnalysisSettings, CoveredMass, LinkKind, Missed, ModelIdentity
from app.analysis.structure.values import Structure
from app.documents.document import DocumentFormat, DocumentKind, Language, Notice, Quad
from app.export.asking import asked_in
from app.review.findings import Decision, Finding
from app.review.handover import matters
from app.review.headings import Headings
from app.review.ledger import Ledger
from app.review.settling import settlement
from app.review.spans import Ranges

KEPT: frozenset[Decision] = frozenset({"accepted", "edited", "added"})
"""The decisions that bring a finding into a brief and onto an annotated page."""

MOST_LINKS = 4
"""So many passages that it is read together with are told of one finding, the heaviest."""

QuestionReason = Literal["asked", "raised", "disagreement"]
"""asked: a comment asks it. raised: to be raised in the meeting and not decided. disagreement: reviewers decided otherwise."""

ChangeKind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one of several reviewers decided on a finding."""

    reviewer: str
    decision: Decision
    comment: str = ""


@dataclass(frozen=True, slots=True)
class BriefSource:
    """What a brief is made of: one analysed document with its findings.

    `labels`: how the file itself numbers its pages, one each where they are known. `structure` gives the headings above a
    finding, `ledger` what no one was shown; None where they are not known. `opinions`, by id of the finding, where several
    people reviewed.
    """

    file: str
    title: str
    format: DocumentFormat
    page_count: int
    analysis: Analysis
    findings: tuple[Finding, ...]
    labels: tuple[str, ...] = ()
    structure: Structure | None = None
    ledger: Ledger | None = None
    version: str = ""
    reviewer: str = ""
    opinions: Mapping[str, tuple[Opinion, ...]] | None = None


@dataclass(frozen=True, slots=True)
class NotLookedAt:
    """What of a document no person has decided on: `undecided` findings, and passages the model did not select.

    `share` is the unselected passages' share of the text that was scored, by characters. `never_shown` are half-open ranges
    of pages from 1 where the document is `paged`, else of characters, that no one had on the screen, out of `size` in all;
    None where that was not recorded.
    """

    passages: int
    unselected: int
    undecided: int
    share: float
    never_shown: Ranges | None = None
    size: int = 0
    paged: bool = False


@dataclass(frozen=True, slots=True)
class BriefDocument:
    """A document, how it was read and how much of it was not looked at. `page_count` is None for formats without pages.

    `version` is what its owner calls this state of the document; `recall` the share of the important passages that the
    selection was to hold, None where a share of the text was asked for.
    """

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
    version: str = ""
    recall: float | None = None


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
class BriefLink:
    """A passage that a finding is read together with.

    `outgoing`: the finding refers to it, uses a term of it, and so on by `kind`; otherwise it does so to the finding.
    `section` as of a finding.
    """

    kind: LinkKind
    quote: Quote
    weight: float
    outgoing: bool = True
    section: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BriefFinding:
    """A finding as the meeting needs it; `tags` are identifiers, see `app.tags` for their words.

    `proposed` is the model's own passage where the reviewer moved its ends. `due` is YYYY-MM-DD; `raised`: to be raised in the
    meeting. `scored`: whether the model weighed this place at all, as it does not what stands between its passages.
    `start:end` is its range in the document's text, `quads` its places on the page; `section` the headings above it, the
    outermost first; `probabilities` one for each of `tags`; `document` the SHA-256 of its document. Where reviewers disagreed and
    one of them decided in the end, `settled_at` is when (ISO 8601, UTC) and `settled_by` who, where that is known.
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
    id: str = ""
    start: int = 0
    end: int = 0
    quads: tuple[Quad, ...] = ()
    section: tuple[str, ...] = ()
    links: tuple[BriefLink, ...] = ()
    probabilities: tuple[float, ...] = ()
    reviewer: str = ""
    opinions: tuple[Opinion, ...] = ()
    document: str = ""
    settled_by: str = ""
    settled_at: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What the meeting has to answer; `text` are the comment's own words where one `asked` it, else empty.

    `finding` is the id of the finding that it is about, `quote` its passage.
    """

    reason: QuestionReason
    quote: Quote
    finding: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class ChangeNote:
    """What changed in a document since the last meeting: `quote` as it reads now, `before` as it read then.

    Of what was `removed`, `quote` holds the words and the place that it had. `finding` is the id of the finding that it is
    about, if any; `place_before` quotes the version before, whose finding was decided `decision_before`.
    """

    kind: ChangeKind
    quote: Quote
    before: str = ""
    finding: str = ""
    place_before: Quote | None = None
    decision_before: Decision = "undecided"
    decision: Decision = "undecided"


Groups = tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class Brief:
    """`findings` are accepted, edited or added, in reading order unless arranged; `undecided` the rest but for the `rejected`.

    `groups`: heading and indices into `findings`, each finding in one of them; empty where they are not grouped. `left_out`
    is how many accepted findings were not chosen for this brief. `audit_head` is the hex digest of the audit log's last entry.
    """

    title: str
    purpose: str
    language: Language
    created_at: datetime
    documents: tuple[BriefDocument, ...]
    summary: tuple[Quote, ...]
    findings: tuple[BriefFinding, ...]
    undecided: tuple[BriefFinding, ...]
    rejected: int
    questions: tuple[Question, ...] = ()
    reviewers: tuple[str, ...] = ()
    audit_head: str = ""
    changes: tuple[ChangeNote, ...] = ()
    groups: Groups = ()
    left_out: int = 0


def make_brief(
    sources: Sequence[BriefSource],
    *,
    title: str | None = None,
    purpose: str = "",
    language: Language | None = None,
    created_at: datetime | None = None,
    reviewers: Sequence[str] = (),
    audit_head: str = "",
    changes: Sequence[ChangeNote] = (),
) -> Brief:
    """The brief of one or more analysed documents, in the order given.

    Without a `title` it has the document's; without a `language` it is Japanese if every document is. Without `reviewers`
    they are those of the sources.
    """
    if not sources:
        raise ValueError("a brief needs a document")
    sources = _told_apart(sources)
    spoken = language or ("ja" if all(source.analysis.language == "ja" for source in sources) else "en")
    kept: list[BriefFinding] = []
    undecided: list[BriefFinding] = []
    for source in sources:
        make = _FindingMaker(source)
        for finding in sorted(source.findings, key=_place):
            if finding.decision in KEPT:
                kept.append(make.finding(finding))
            elif finding.decision == "undecided":
                undecided.append(make.finding(finding))
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
        findings=tuple(kept),
        undecided=tuple(undecided),
        rejected=sum(finding.decision == "rejected" for source in sources for finding in source.findings),
        questions=tuple(_questions((*kept, *undecided))),
        reviewers=tuple(reviewers) or _reviewers(sources),
        audit_head=audit_head,
        changes=tuple(changes),
    )


def _told_apart(sources: Sequence[BriefSource]) -> list[BriefSource]:
    """The sources by their files' names alone; of names that are alike with the folder, else with the beginning of the hash."""
    paths = [Path(source.file) for source in sources]
    names = Counter(path.name for path in paths)
    in_folders = Counter((path.parent.name, path.name) for path in paths)
    shown = []
    for source, path in zip(sources, paths, strict=True):
        name = path.name
        if names[name] > 1:
            alone = in_folders[path.parent.name, name] == 1
            name = f"{path.parent.name}/{name}" if alone else f"{name} ({source.analysis.sha256[:8]})"
        shown.append(replace(source, file=name))
    return shown


def _place(finding: Finding) -> tuple[int, int]:
    return finding.start, finding.end


def _reviewers(sources: Iterable[BriefSource]) -> tuple[str, ...]:
    named = [source.reviewer for source in sources]
    named += [opinion.reviewer for source in sources for each in (source.opinions or {}).values() for opinion in each]
    return tuple(dict.fromkeys(filter(None, named)))


def _questions(findings: Iterable[BriefFinding]) -> Iterable[Question]:
    """In the order of the findings; of one finding first what its comment asks."""
    for finding in findings:
        asked = asked_in(finding.comment)
        yield from (Question("asked", finding.quote, finding.id, text) for text in asked)
        said = {matters(opinion.decision) for opinion in finding.opinions}
        if said >= {True, False} and not finding.settled_at:
            yield Question("disagreement", finding.quote, finding.id)
        if finding.raised and finding.decision == "undecided" and not asked:
            yield Question("raised", finding.quote, finding.id)


def _document(source: BriefSource) -> BriefDocument:
    analysis = source.analysis
    settings = analysis.settings
    return BriefDocument(
        file=source.file,
        title=source.title,
        sha256=analysis.sha256,
        format=source.format,
        page_count=source.page_count if source.format == "pdf" else None,
        kind=analysis.kind,
        language=analysis.language,
        model=analysis.model,
        settings=settings,
        density=analysis.cost.density,
        covered_mass=analysis.cost.covered_mass,
        device=analysis.cost.device,
        not_looked_at=_not_looked_at(source),
        warnings=analysis.warnings,
        read_deeply=analysis.cost.read_deeply,
        missed=analysis.cost.missed,
        version=source.version,
        recall=settings.recall if settings.share is None else None,
    )


def _not_looked_at(source: BriefSource) -> NotLookedAt:
    seen = {(finding.proposed.start, finding.proposed.end) for finding in source.findings}
    unseen = [p for p in source.analysis.passages if not p.selected and (p.start, p.end) not in seen]
    scored = sum(p.end - p.start for p in source.analysis.passages)
    ledger = source.ledger
    return NotLookedAt(
        passages=len(source.analysis.passages),
        unselected=len(unseen),
        undecided=sum(finding.decision == "undecided" for finding in source.findings),
        share=sum(p.end - p.start for p in unseen) / scored if scored else 0.0,
        never_shown=None if ledger is None else ledger.never_shown,
        size=0 if ledger is None else ledger.size,
        paged=ledger is not None and ledger.paged,
    )


def _quote(source: BriefSource, page: int, text: str) -> Quote:
    if source.format != "pdf":
        return Quote(source.file, None, text)
    label = source.labels[page - 1] if 1 <= page <= len(source.labels) else ""
    return Quote(source.file, page, text, label or str(page))


class _FindingMaker:
    """Knows of one document which passages its findings are read together with, and what stands above them."""

    def __init__(self, source: BriefSource) -> None:
        self._source = source
        self._headings = Headings(source.structure or Structure())
        passages = source.analysis.passages
        self._by_place = {(passage.start, passage.end): index for index, passage in enumerate(passages)}
        self._links: dict[int, list[tuple[float, LinkKind, int, bool]]] = {}
        for link in source.analysis.links:
            if 0 <= link.source < len(passages) and 0 <= link.target < len(passages):
                self._links.setdefault(link.source, []).append((link.weight, link.kind, link.target, True))
                self._links.setdefault(link.target, []).append((link.weight, link.kind, link.source, False))

    def finding(self, finding: Finding) -> BriefFinding:
        """The finding with all that its document says of it."""
        source, settled = self._source, settlement(finding)
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
            id=finding.id,
            start=finding.start,
            end=finding.end,
            quads=finding.quads,
            section=self._headings.above(finding.start),
            links=self._links_of(finding),
            probabilities=tuple(tag.probability for tag in finding.tags),
            reviewer=source.reviewer if finding.decision != "undecided" else "",
            opinions=(source.opinions or {}).get(finding.id, ()),
            document=source.analysis.sha256,
            settled_by="" if settled is None else settled.by,
            settled_at="" if settled is None else settled.at,
        )

    def _links_of(self, finding: Finding) -> tuple[BriefLink, ...]:
        index = self._by_place.get((finding.proposed.start, finding.proposed.end))
        if index is None:
            return ()
        by_weight = sorted(self._links.get(index, ()), key=lambda link: (-link[0], link[2], not link[3]))
        once = {other: (weight, kind, other, outgoing) for weight, kind, other, outgoing in reversed(by_weight)}
        heaviest = [link for link in by_weight if once[link[2]] == link][:MOST_LINKS]
        passages = self._source.analysis.passages
        return tuple(
            BriefLink(
                kind,
                _quote(self._source, passages[other].page, passages[other].text),
                weight,
                outgoing,
                self._headings.above(passages[other].start),
            )
            for weight, kind, other, outgoing in heaviest
        )
