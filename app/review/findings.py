"""A finding is a passage under review; what a reviewer decides about it is kept beside what the model said."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Literal

from app.analysis.analysis import TagScore
from app.documents.document import Quad

Decision = Literal["undecided", "accepted", "rejected", "edited", "added"]


@dataclass(frozen=True, slots=True)
class Piece:
    """What of a range lies on one page."""

    page: int
    quads: tuple[Quad, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A range of a document with its words and its place; `quads` lie on `page`, `more` on the pages on which it goes on."""

    start: int
    end: int
    page: int
    text: str
    quads: tuple[Quad, ...]
    more: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Settlement:
    """Who ended a disagreement by deciding, and when (ISO 8601, UTC); `before`: what she had decided until then, on her own."""

    by: str
    at: str
    before: Decision = "undecided"


@dataclass(frozen=True, slots=True)
class Opinion:
    """What another reviewer made of a passage; `at` is when she decided, `signer` the fingerprint of the key that signed it.

    `span` and `tags` where they are not the model's. `handed_at`: when she handed it over.
    `settled`: the decision that was made in the end by someone who knew this opinion.
    """

    reviewer: str
    decision: Decision
    comment: str = ""
    at: str = ""
    signer: str = ""
    span: Span | None = None
    tags: tuple[TagScore, ...] | None = None
    owner: str = ""
    due: str = ""
    raised: bool = False
    handed_at: str = field(default="", compare=False)
    settled: Settlement | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One passage under review. `id` is stable across restarts; `selected` is the model's proposal, `decision` the person's.

    Where the reviewer moved its ends, `start` to `quads` are hers and `proposal` is the model's range; where she chose its tags,
    `tags` are hers (with probability 1 what she added) and `proposed_tags` the model's. `due` is a date as YYYY-MM-DD or empty;
    `raised`: it is to be raised in the meeting; `skipped`: she passed it by without deciding. `rank` is 0 where the model ranked
    nothing at this place, as of what she added beside all passages. `quads` lie on `page`; of a range of hers that goes on over
    the page's end, `more` has what lies on the pages behind it. `decided_by` and `decided_at` (ISO 8601, UTC) say whose
    the decision is, as far as that was kept; `opinions` what other reviewers said, by name.
    """

    id: str
    document_sha256: str
    start: int
    end: int
    page: int
    text: str
    quads: tuple[Quad, ...]
    importance: float
    interval: tuple[float, float]
    tags: tuple[TagScore, ...]
    rank: int
    selected: bool = True
    decision: Decision = "undecided"
    comment: str = ""
    proposal: Span | None = None
    proposed_tags: tuple[TagScore, ...] | None = None
    owner: str = ""
    due: str = ""
    raised: bool = False
    skipped: bool = False
    more: tuple[Piece, ...] = ()
    decided_by: str = ""
    decided_at: str = field(default="", compare=False)
    opinions: tuple[Opinion, ...] = ()

    @property
    def span(self) -> Span:
        """The range that it covers now."""
        return Span(self.start, self.end, self.page, self.text, self.quads, self.more)

    @property
    def proposed(self) -> Span:
        """The range that the model proposed, whatever the reviewer made of it."""
        return self.proposal or self.span

    @property
    def is_touched(self) -> bool:
        """Whether the reviewer said something of it that must outlive an analysis which does not select it."""
        said = self.comment or self.owner or self.due or self.raised or self.proposed_tags is not None
        return self.decision != "undecided" or bool(said) or bool(self.opinions)


def finding_id(sha256: str, start: int, end: int, text: str) -> str:
    """The same for the same words at the same place of the same bytes, in every analysis.

    The text is a part of it because another version of a loader may give the same offsets to other words: a decision must
    not move to words that no one decided on.
    """
    words = " ".join(text.split())
    return hashlib.sha256(f"{sha256}:{start}:{end}:{words}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def with_span(finding: Finding, span: Span | None) -> Finding:
    """The finding at another range; with None, or the proposed range itself, at that which the model proposed."""
    span = span or finding.proposed
    proposal = None if span == finding.proposed else finding.proposed
    return replace(
        finding,
        start=span.start,
        end=span.end,
        page=span.page,
        text=span.text,
        quads=span.quads,
        proposal=proposal,
        more=span.more,
    )


def page_by_page(finding: Finding) -> tuple[Finding, ...]:
    """The finding as it stands on each of its pages, with that page's quads alone."""
    parts = (Piece(finding.page, finding.quads), *finding.more)
    return tuple(replace(finding, page=part.page, quads=part.quads, more=()) for part in parts if part.quads)


def with_tags(finding: Finding, tags: tuple[TagScore, ...] | None) -> Finding:
    """The finding with tags of the reviewer's choice; with None those of the model."""
    proposed = finding.tags if finding.proposed_tags is None else finding.proposed_tags
    if tags is None or tags == proposed:
        return replace(finding, tags=proposed, proposed_tags=None)
    return replace(finding, tags=tags, proposed_tags=proposed)


def as_proposed(finding: Finding) -> Finding:
    """What the model said of it, without anything that the reviewer did, and not selected: that is for an analysis to say."""
    bare = replace(with_tags(with_span(finding, None), None), selected=False, decision="undecided", comment="")
    bare = replace(bare, owner="", due="", raised=False, skipped=False)
    return replace(bare, decided_by="", decided_at="", opinions=())


def reviewed(proposed: Finding, before: Finding) -> Finding:
    """What an analysis proposes now, with everything that the reviewer did to the finding `before`."""
    now = replace(
        proposed,
        decision=before.decision,
        comment=before.comment,
        owner=before.owner,
        due=before.due,
        raised=before.raised,
        skipped=before.skipped,
        decided_by=before.decided_by,
        decided_at=before.decided_at,
        opinions=before.opinions,
    )
    now = with_span(now, before.span) if before.proposal is not None else now
    return with_tags(now, before.tags) if before.proposed_tags is not None else now
