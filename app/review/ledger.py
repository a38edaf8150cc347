"""The ledger: what of a document the reviewer looked at and decided on, section by section, and what is left.

What was shown counts in pages where a document has pages of its own, else in characters of its text. A passage waits for a
decision where it is undecided and is selected, or is asked again because its words changed since the version before; what the
reviewer once decided on counts as decided, selected or not.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from app.documents.document import Page
from app.review.findings import Finding
from app.review.sections import Section, Sections
from app.review.spans import Range, Ranges, gaps, within

LOOK_SECONDS = 1.0
"""A page, or a range of text, counts as shown when it stood in view for so long."""

_LEAST_GAP = 200
"""Characters. What was not shown of a flowing text is worth naming from about two lines on: ranges are only as exact as the
lines at the edges of the view."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One section. `pages` are half-open numbers from 1, empty in a document without pages.

    `shown` of `size` is in pages, or in characters of a document without pages. `selected` findings, `decided` of all.
    """

    section: Section
    pages: Range
    passages: int
    selected: int
    decided: int
    undecided: int
    shown: int
    size: int

    @property
    def state(self) -> Literal["done", "part", "never"]:
        """done: everything is decided and shown. never: nothing of it was."""
        if self.undecided == 0 and self.size - self.shown < (1 if self.pages != (0, 0) else _LEAST_GAP):
            return "done"
        return "part" if self.shown or self.decided else "never"


@dataclass(frozen=True, slots=True)
class Ledger:
    """`undecided`: ids of the findings that wait, in the order of the text; `decided` is how many do not any more.

    `never_shown` are ranges of pages (from 1) where the document has pages, else of characters; `size` is all of it.
    """

    entries: tuple[Entry, ...]
    undecided: tuple[str, ...]
    decided: int
    never_shown: Ranges
    size: int
    paged: bool

    @property
    def unseen(self) -> int:
        """How many pages, or characters, were never shown."""
        return sum(end - start for start, end in self.never_shown)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left."""
        return not self.undecided and not self.never_shown

    @property
    def progress(self) -> float:
        """How much is done, from 0 to 1: decisions and what was shown weigh the same."""
        waiting = self.decided + len(self.undecided)
        shares = [self.decided / waiting] if waiting else []
        shares += [1 - self.unseen / self.size] if self.size else []
        return sum(shares) / len(shares) if shares else 1.0


@dataclass(frozen=True, slots=True)
class Left:
    """One thing that is left: a finding to decide on, or where something begins that was never shown (page or offset)."""

    finding_id: str | None = None
    place: int | None = None


def make_ledger(
    sections: Sections,
    pages: Sequence[Page],
    passages: Iterable[Range],
    findings: Sequence[Finding],
    shown: Ranges,
    *,
    paged: bool,
    asked: Collection[str] = (),
) -> Ledger:
    """The ledger of a document with these sections and pages; `passages` are the ranges of all that was scored.

    `shown` are pages from 1 where it is `paged`, else characters. `asked`: ids of findings that are asked again.
    """
    counts = [0] * len(sections.all)
    for start, _ in passages:
        counts[sections.number_at(start)] += 1
    held: list[list[Finding]] = [[] for _ in sections.all]
    for finding in findings:
        held[sections.number_at(finding.start)].append(finding)
    starts = [page.start for page in pages]
    entries = tuple(
        _entry(section, _pages_of(section, starts) if paged else (0, 0), count, mine, shown, asked)
        for section, count, mine in zip(sections.all, counts, held, strict=True)
    )
    whole = (1, len(pages) + 1) if paged else (0, sections.all[-1].end)
    size = whole[1] - whole[0]
    least = 1 if paged else max(min(_LEAST_GAP, size // 2), 1)
    left_out = tuple(gap for gap in gaps(shown, whole) if gap[1] - gap[0] >= least)
    ordered = sorted(findings, key=lambda finding: (finding.start, finding.end))
    undecided = tuple(finding.id for finding in ordered if _waits(finding, asked))
    decided = sum(1 for finding in findings if finding.decision != "undecided")
    return Ledger(entries, undecided, decided, left_out, size, paged)


def next_left(ledger: Ledger, after: Left | None = None) -> Left | None:
    """What is left after `after`, else from the beginning: first all decisions, then all that was never shown."""
    undecided = [Left(finding_id=finding_id) for finding_id in ledger.undecided]
    unseen = [Left(place=place) for start, end in ledger.never_shown for place in _stops(ledger, start, end)]
    things = undecided or unseen
    if after is None or not things:
        return things[0] if things else None
    if after in things:
        return things[(things.index(after) + 1) % len(things)]
    later = [thing for thing in things if thing.place is not None and after.place is not None]
    return next((thing for thing in later if (thing.place or 0) > (after.place or 0)), things[0])


def _stops(ledger: Ledger, start: int, end: int) -> range:
    """Every page is one; in a text the beginning of what was not shown, for the rest comes by reading on."""
    return range(start, end) if ledger.paged else range(start, start + 1)


def _waits(finding: Finding, asked: Collection[str]) -> bool:
    return finding.decision == "undecided" and (finding.selected or finding.id in asked)


def _entry(
    section: Section, pages: Range, passages: int, findings: list[Finding], shown: Ranges, asked: Collection[str]
) -> Entry:
    span = pages if pages != (0, 0) else (section.start, section.end)
    return Entry(
        section=section,
        pages=pages,
        passages=passages,
        selected=sum(1 for finding in findings if finding.selected),
        decided=sum(1 for finding in findings if finding.decision != "undecided"),
        undecided=sum(1 for finding in findings if _waits(finding, asked)),
        shown=within(shown, span),
        size=span[1] - span[0],
    )


def _pages_of(section: Section, starts: list[int]) -> Range:
    first = max(bisect_right(starts, section.start), 1)
    last = max(bisect_right(starts, max(section.end - 1, section.start)), first)
    return first, last + 1
