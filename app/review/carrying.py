"""What was decided on one version of a document, carried over to the next: as operations, with where each came from.

Where a passage has equal words, everything that was said of it holds for the new one as well, in the name of who said it.
Where its words changed the reviewer is asked again: what she noted (comment, owner, due date) comes along, the decision does
not. Nothing that she said of the new version already is written over: where she has not decided, what she left open is filled in.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.analysis.analysis import Analysis, ScoredPassage
from app.documents.document import Document
from app.review.findings import Finding, Opinion
from app.review.handover import is_touched_by_owner
from app.review.operations import (
    SetComment,
    SetDecision,
    SetDue,
    SetOpinion,
    SetOwner,
    SetRaised,
    SetRange,
    SetSkipped,
    SetTags,
    Single,
    whose,
)
from app.review.ranges import added_finding, span_of
from app.review.version_text import Token, tokens
from app.review.versions import Match, Matching, MatchKind, compare


@dataclass(frozen=True, slots=True)
class Origin:
    """The finding of the old version that a finding of the new one continues, and how their passages match."""

    finding: Finding
    source: Finding
    kind: MatchKind

    @property
    def holds(self) -> bool:
        """Whether the words are the same, so that the decision holds."""
        return self.kind in ("same", "moved")


@dataclass(frozen=True, slots=True)
class CarryingOver:
    """`operations` are to be applied in one step; `gone` are findings that have no place in the new version.

    `unsaid`: of findings of which nothing was said those that go on in the same words, as findings that the new version has.
    """

    matching: Matching
    origins: tuple[Origin, ...]
    operations: tuple[Single, ...]
    gone: tuple[Finding, ...]
    unsaid: tuple[Origin, ...] = ()


def match_passages(old: Analysis, new: Analysis) -> Matching:
    """Which passage of the new analysis is which of the old one."""
    return compare([passage.text for passage in old.passages], [passage.text for passage in new.passages])


def carry_over(
    old: Analysis,
    findings: Sequence[Finding],
    document: Document,
    new: Analysis,
    known: Mapping[str, Finding],
    make: Callable[[ScoredPassage], Finding],
    pending: Collection[str] = (),
) -> CarryingOver:
    """Plan what becomes of `findings` (those of the old version) in the new one.

    `pending`: of which the reviewer was asked again in the old version and has not answered. `known` are the findings of the
    new version by id, `make` makes one of a passage that is none yet.
    """
    matching = match_passages(old, new)
    places = _Places(old, new, matching)
    origins: dict[str, Origin] = {}
    changes: list[Single] = []
    gone = []
    for source in (finding for finding in findings if finding.is_touched or finding.id in pending):
        origin = _origin(source, places, document, new, make)
        if origin is None:
            gone.append(source)
        elif origin.finding.id not in origins:
            now = known.get(origin.finding.id, origin.finding)
            origins[now.id] = Origin(now, source, origin.kind)
            changes += (each for each in _said(source, origin, places, document) if _has_room(now, each))
    rest = (
        _origin(each, places, document, new, make)
        for each in findings
        if not each.is_touched and each.id not in pending
    )
    unsaid = {
        o.finding.id: o for o in rest if o is not None and o.holds and o.finding.id in known.keys() - origins.keys()
    }
    return CarryingOver(matching, tuple(origins.values()), tuple(changes), tuple(gone), tuple(unsaid.values()))


class _Places:
    """Where ranges of the old text are in the new one."""

    def __init__(self, old: Analysis, new: Analysis, matching: Matching) -> None:
        self._old, self._new = old.passages, new.passages
        self._matches = matching.by_old()
        self._starts = [passage.start for passage in old.passages]

    def passages(self, start: int, end: int) -> list[int]:
        """Old passages that a range overlaps, by index."""
        first = max(bisect_right(self._starts, start) - 1, 0)
        found = range(first, len(self._old))
        return [i for i in found if self._old[i].start < end and start < self._old[i].end]

    def match(self, index: int) -> Match:
        """What became of an old passage."""
        return self._matches[index]

    def new_passage(self, match: Match) -> ScoredPassage:
        """The new passage of a match: of several the longest."""
        return max((self._new[index] for index in match.new), key=lambda passage: (len(passage.text), -passage.start))

    def mapped(self, start: int, end: int) -> tuple[int, int] | None:
        """The same range of the new text; None where not all of its passages stand there as they stood."""
        over = self.passages(start, end)
        matches = [self._matches[index] for index in over]
        if not matches or any(match.kind not in ("same", "moved") for match in matches):
            return None
        new = [match.new[0] for match in matches]
        if new != list(range(new[0], new[0] + len(new))):
            return None
        first = self._aligned(over[0], new[0], start, end)
        last = self._aligned(over[-1], new[-1], start, end)
        return (first[0], last[1]) if first and last else None

    def _aligned(self, old: int, new: int, start: int, end: int) -> tuple[int, int] | None:
        """The part of an old passage within a range, in the new passage: token by token."""
        before, after = self._old[old], self._new[new]
        pairs = list(_token_pairs(before.text, after.text))
        inside = [there for here, there in pairs if before.start + here.end > start and before.start + here.start < end]
        return (after.start + inside[0].start, after.start + inside[-1].end) if inside else None


def _token_pairs(old: str, new: str) -> Iterator[tuple[Token, Token]]:
    """Tokens of two texts with the same words, from the end: numbers before them may be of other lengths."""
    here, there = tokens(old), tokens(new)
    length = min(len(here), len(there))
    yield from zip(here[len(here) - length :], there[len(there) - length :], strict=True)


def _origin(
    source: Finding, places: _Places, document: Document, new: Analysis, make: Callable[[ScoredPassage], Finding]
) -> Origin | None:
    """The finding of the new version that continues an old one; None where its words are gone."""
    proposed = source.proposed
    over = places.passages(proposed.start, proposed.end)
    if not over:
        return None
    if source.decision == "added" and (mapped := places.mapped(proposed.start, proposed.end)) is not None:
        kind = places.match(over[0]).kind
        return Origin(added_finding(document, new, *mapped), source, kind)
    match = next((found for index in over if (found := places.match(index)).new), None)
    if match is None:
        return None
    holds = match.kind in ("same", "moved") and source.decision != "added"
    kind = match.kind if holds or match.kind not in ("same", "moved") else "changed"
    return Origin(make(places.new_passage(match)), source, kind)


def _said(source: Finding, origin: Origin, places: _Places, document: Document) -> Iterator[Single]:
    """What the reviewer said of the old finding, as said of the new one."""
    name = origin.finding.id
    if origin.holds:
        for opinion in source.opinions:
            yield SetOpinion(name, opinion.reviewer, _opinion(opinion, places, document))
        yield from _decided(source, name, places, document)
        if source.proposed_tags is not None:
            yield SetTags(name, source.tags)
        if source.skipped:
            yield SetSkipped(name, skipped=True)
    if source.comment:
        yield SetComment(name, source.comment)
    if source.owner:
        yield SetOwner(name, source.owner)
    if source.due:
        yield SetDue(name, source.due)
    if source.raised:
        yield SetRaised(name, raised=True)


def _has_room(now: Finding, operation: Single) -> bool:
    """Whether an operation writes over nothing that the reviewer said of the new finding, and mixes with no decision of hers.

    What others said stands beside it in any case.
    """
    if isinstance(operation, SetOpinion):
        said, known = operation.opinion, {each.reviewer: each.handed_at for each in now.opinions}
        return said is not None and (operation.reviewer not in known or known[operation.reviewer] < said.handed_at)
    if not is_touched_by_owner(now):
        return True
    if now.decision != "undecided":
        return False
    match operation:
        case SetComment():
            return not now.comment
        case SetOwner():
            return not now.owner
        case SetDue():
            return not now.due
        case SetTags():
            return now.proposed_tags is None
        case _:
            return True


def _opinion(opinion: Opinion, places: _Places, document: Document) -> Opinion:
    """What another reviewer said of the old passage, with the ends that she gave it where they can be found again."""
    mapped = None if opinion.span is None else places.mapped(opinion.span.start, opinion.span.end)
    return replace(opinion, span=None if mapped is None else span_of(document, *mapped))


def _decided(source: Finding, name: str, places: _Places, document: Document) -> Iterator[Single]:
    mapped = places.mapped(source.start, source.end) if source.proposal is not None else None
    if mapped is not None:
        yield SetRange(name, span_of(document, *mapped), source.decision, *whose(source))
    elif source.decision != "undecided" and source.proposal is None:
        yield SetDecision(name, source.decision, *whose(source))
    # A range of hers that cannot be found again is no decision on the passage that it was made of.
