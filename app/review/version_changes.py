"""What changed between two analysed versions of a document: a list of changes with their places, words and decisions."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from app.analysis.analysis import Analysis, ScoredPassage
from app.review.carrying import match_passages
from app.review.findings import Finding
from app.review.version_text import Piece, differences
from app.review.versions import Match, Matching, MatchKind

ChangeSort = Literal["changed", "new", "gone", "moved", "renumbered"]
"""What a reader tells apart: split and merged passages are changed ones; one that only has another number is renumbered."""
SORTS: tuple[ChangeSort, ...] = ("changed", "new", "gone", "moved", "renumbered")

Concern = Literal["again", "lost", "fresh", "other"]
"""In the order in which a reader must hear of them: words that changed or are gone since something was said of them; findings
in new words; all else."""
CONCERNS: tuple[Concern, ...] = ("again", "lost", "fresh", "other")


@dataclass(frozen=True, slots=True)
class PassageChange:
    """Passages that are not what they were. `before` and `after` are the findings on them in either version, if any.

    One of several findings is the one of which something was said, or the most important one.
    """

    kind: MatchKind
    in_order: bool
    old: tuple[ScoredPassage, ...]
    new: tuple[ScoredPassage, ...]
    before: Finding | None = None
    after: Finding | None = None

    @property
    def sort(self) -> ChangeSort:
        """How it is told to a reader."""
        match self.kind:
            case "moved":
                return "renumbered" if self.in_order else "moved"
            case "new" | "gone":
                return self.kind
            case _:
                return "changed"

    @property
    def old_text(self) -> str:
        """The words of the old version."""
        return " ".join(passage.text for passage in self.old)

    @property
    def new_text(self) -> str:
        """The words of the new version."""
        return " ".join(passage.text for passage in self.new)

    @property
    def old_range(self) -> tuple[int, int] | None:
        """Offsets into the old document's text."""
        return (self.old[0].start, self.old[-1].end) if self.old else None

    @property
    def new_range(self) -> tuple[int, int] | None:
        """Offsets into the new document's text."""
        return (self.new[0].start, self.new[-1].end) if self.new else None

    @property
    def concerns(self) -> bool:
        """Whether it is about a finding of either version."""
        return self.before is not None or self.after is not None

    @property
    def concern(self) -> Concern:
        """What it is to a reader who reviewed the old version."""
        said, differs = self.before is not None and self.before.is_touched, self.sort in ("changed", "new")
        if said and (differs or self.sort == "gone"):
            return "again" if differs else "lost"
        return "fresh" if differs and self.after is not None else "other"

    def pieces(self) -> tuple[Piece, ...]:
        """How the old words become the new ones, as offsets into both documents' texts; none for what is in one only."""
        if not self.old or not self.new:
            return ()
        found = differences(self.old_text, self.new_text)
        return tuple(Piece(each.kind, _place(self.old, each.old), _place(self.new, each.new)) for each in found)


def changes(
    old: Analysis,
    new: Analysis,
    old_findings: Sequence[Finding] = (),
    new_findings: Sequence[Finding] = (),
    matching: Matching | None = None,
) -> tuple[PassageChange, ...]:
    """All that is not the same, in the order of the new version; what is gone stands where it stood."""
    matching = matching or match_passages(old, new)
    before, after = _by_passage(old.passages, old_findings), _by_passage(new.passages, new_findings)
    return tuple(_change(match, old, new, before, after) for match in matching.matches if match.kind != "same")


def further_findings(
    old: Analysis, old_findings: Sequence[Finding], found: Sequence[PassageChange]
) -> Iterator[PassageChange]:
    """What else was said of old passages that changed or are gone: several findings may lie in one, and passages may be merged.

    `found` are all changes, which tell of one finding each.
    """
    told = {change.before.id for change in found if change.before is not None}
    over = {passage.start: change for change in found for passage in change.old}
    for finding in (each for each in old_findings if each.is_touched and each.id not in told):
        mine = [over.get(old.passages[index].start) for index in _by_passage(old.passages, (finding,))]
        if all(change is not None and change.sort == "gone" for change in mine):
            yield PassageChange("gone", True, (_passage_of(finding),), (), finding)
        elif changed := next((change for change in mine if change is not None and change.sort == "changed"), None):
            yield replace(changed, before=finding)


def _passage_of(finding: Finding) -> ScoredPassage:
    span = finding.span
    weight = (finding.importance, finding.interval, finding.tags, finding.selected, finding.rank)
    return ScoredPassage(span.start, span.end, span.page, span.text, span.quads, *weight)


def counts(found: Iterable[PassageChange]) -> dict[ChangeSort, int]:
    """How many changes there are of each sort."""
    counted = Counter(change.sort for change in found)
    return {sort: counted[sort] for sort in SORTS}


def anchors(old: Analysis, new: Analysis, matching: Matching) -> tuple[tuple[int, int], ...]:
    """Offsets into both texts at which passages begin that belong together and keep their order, ascending."""
    pairs = (match for match in matching.matches if match.old and match.new and match.in_order)
    return tuple((old.passages[match.old[0]].start, new.passages[match.new[0]].start) for match in pairs)


def aligned(pairs: Sequence[tuple[int, int]], offset: int, *, back: bool) -> int:
    """The place in the new text (`back`: in the old one) that stands beside `offset` of the other."""
    here, there = (1, 0) if back else (0, 1)
    row = bisect_right(pairs, offset, key=lambda pair: pair[here]) - 1
    if row < 0:
        return min(offset, pairs[0][there]) if pairs else offset
    place = pairs[row][there] + offset - pairs[row][here]
    return min(place, pairs[row + 1][there]) if row + 1 < len(pairs) else place


def _change(
    match: Match, old: Analysis, new: Analysis, before: Mapping[int, Finding], after: Mapping[int, Finding]
) -> PassageChange:
    return PassageChange(
        match.kind,
        match.in_order,
        tuple(old.passages[index] for index in match.old),
        tuple(new.passages[index] for index in match.new),
        _foremost(before[index] for index in match.old if index in before),
        _foremost(after[index] for index in match.new if index in after),
    )


def _by_passage(passages: Sequence[ScoredPassage], findings: Sequence[Finding]) -> dict[int, Finding]:
    """The finding on each passage."""
    starts = [passage.start for passage in passages]
    found: dict[int, Finding] = {}
    for finding in findings:
        index = max(bisect_right(starts, finding.proposed.start) - 1, 0)
        while index < len(passages) and passages[index].start < finding.proposed.end:
            if passages[index].end > finding.proposed.start:
                best = _foremost(each for each in (found.get(index), finding) if each is not None)
                found[index] = best or finding
            index += 1
    return found


def _foremost(findings: Iterable[Finding]) -> Finding | None:
    return max(findings, key=lambda finding: (finding.is_touched, finding.importance), default=None)


def _place(passages: Sequence[ScoredPassage], within: tuple[int, int]) -> tuple[int, int]:
    """A range of passages joined by a space each, as a range of the document."""
    return _offset(passages, within[0], end=False), _offset(passages, within[1], end=within[0] < within[1])


def _offset(passages: Sequence[ScoredPassage], at: int, *, end: bool) -> int:
    for passage in passages:
        length = len(passage.text)
        if at < length or (end and at == length) or passage is passages[-1]:
            return passage.start + min(at, length)
        at -= length + 1
    raise ValueError("a change without passages has no place")
