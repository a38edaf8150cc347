"""Which findings of a list show: a filter of several parts, and how many findings each of its choices has. Knows no Qt.

Within one part any choice will do (one tag or another); all parts must hold. How many a choice has is counted among the
findings that pass all other parts, so that the number says what choosing it would show.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from app.review.findings import Finding
from app.review.settling import disagree

Part = Literal["tag", "decision", "kind", "page", "text"]
Kind = Literal["model", "added", "edited"]
"""Where a finding comes from: as the model found it, added by the reviewer, or edited by her."""

PARTS: tuple[Part, ...] = ("tag", "decision", "kind", "page", "text")
KINDS: tuple[Kind, ...] = ("model", "added", "edited")
DISPUTED = "disputed"
"""Chosen among the kinds as well: reviewers decided otherwise."""
CHOICES: tuple[Part, ...] = ("decision", "kind", "tag")
"""The parts whose values are chosen among, each with its number."""


def kind_of(finding: Finding) -> Kind:
    """Where it comes from."""
    return finding.decision if finding.decision in ("added", "edited") else "model"


def kinds_of(finding: Finding) -> tuple[str, ...]:
    """The same, and whether reviewers disagree about it."""
    return (kind_of(finding), DISPUTED) if disagree(finding) else (kind_of(finding),)


def decisions_of(finding: Finding) -> tuple[str, ...]:
    """As it is filtered by: what was added or edited was accepted thereby, what was skipped is undecided as well."""
    if finding.decision == "undecided":
        return ("undecided", "skipped") if finding.skipped else ("undecided",)
    return ("accepted",) if finding.decision in ("added", "edited") else (finding.decision,)


def searchable(text: str) -> str:
    """Text as it is compared: without differences of case, width and white space."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@dataclass(frozen=True, slots=True)
class Filter:
    """What is to show; an empty part lets everything through. `pages` are first and last, from 1, `shown_pages` as typed."""

    tags: frozenset[str] = frozenset()
    decisions: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    pages: tuple[int, int] | None = None
    text: str = ""
    shown_pages: str = ""

    def chosen(self, part: Part) -> frozenset[str]:
        """The values chosen in a part of `CHOICES`."""
        return {"tag": self.tags, "decision": self.decisions, "kind": self.kinds}[part]

    def toggled(self, part: Part, value: str) -> Filter:
        """The same with one more value chosen in a part of `CHOICES`, or one less."""
        wanted = self.chosen(part) ^ {value}
        if part == "tag":
            return replace(self, tags=wanted)
        return replace(self, decisions=wanted) if part == "decision" else replace(self, kinds=wanted)

    def __bool__(self) -> bool:
        return bool(self.tags or self.decisions or self.kinds or self.pages or self.text.strip())


Values = tuple[tuple[str, ...], ...]
"""What a finding has of each of `CHOICES`. Many findings have the same, so that little is to be compared."""


@dataclass(slots=True)
class Record:
    """What the filter looks at of a finding, worked out once; `fails` are the parts of the present filter that it fails."""

    values: Values
    page: int
    text: str
    fails: tuple[Part, ...] = ()


def record_of(finding: Finding) -> Record:
    """Of a new finding, or one with new values."""
    tags = tuple(tag.tag for tag in finding.tags)
    values: Values = (decisions_of(finding), kinds_of(finding), tags)
    return Record(values, finding.page, searchable(f"{finding.text} {finding.comment}"))


@dataclass
class Facets:
    """The findings' records, what each fails, and the numbers; kept up to date finding by finding."""

    filter: Filter = field(default_factory=Filter)
    records: dict[str, Record] = field(default_factory=dict)
    counts: dict[Part, Counter[str]] = field(default_factory=lambda: {part: Counter() for part in CHOICES})

    def replace(self, findings: Iterable[Finding]) -> None:
        """Have other findings."""
        self.records = {finding.id: record_of(finding) for finding in findings}
        self.use(self.filter)

    def use(self, chosen: Filter) -> None:
        """Apply another filter to all."""
        self.filter = chosen
        self.counts = {part: Counter() for part in CHOICES}
        check = _Check(chosen)
        alike: Counter[tuple[Values, tuple[Part, ...]]] = Counter()
        for record in self.records.values():
            record.fails = fails = check(record)
            alike[record.values, fails] += 1
        for (values, fails), number in alike.items():
            self._count(values, fails, number)

    def update(self, finding: Finding) -> None:
        """A finding is new, or has new values."""
        if (before := self.records.get(finding.id)) is not None:
            self._count(before.values, before.fails, -1)
        record = self.records[finding.id] = record_of(finding)
        record.fails = _Check(self.filter)(record)
        self._count(record.values, record.fails, 1)

    def options(self, part: Part) -> list[tuple[str, int]]:
        """The values that some finding has or that are chosen, the most frequent first, with their numbers."""
        counts = self.counts[part]
        values = {value for value, count in counts.items() if count > 0} | self.filter.chosen(part)
        return sorted(((value, counts[value]) for value in values), key=lambda option: (-option[1], option[0]))

    def _count(self, values: Values, fails: tuple[Part, ...], number: int) -> None:
        """A finding counts where it fails nothing else than the part that is counted."""
        for part, mine in zip(CHOICES, values, strict=True):
            if not fails or fails == (part,):
                for value in mine:
                    self.counts[part][value] += number


class _Check:
    """The filter made ready for many records."""

    def __init__(self, chosen: Filter) -> None:
        self._choices = [chosen.chosen(part) for part in CHOICES]
        self._known: dict[Values, tuple[Part, ...]] = {}
        self._pages = chosen.pages
        self._text = searchable(chosen.text)

    def __call__(self, record: Record) -> tuple[Part, ...]:
        fails = self._known.get(record.values)
        if fails is None:
            fails = self._known[record.values] = self._failing(record.values)
        if self._pages is not None and not self._pages[0] <= record.page <= self._pages[1]:
            fails = (*fails, "page")
        if self._text and self._text not in record.text:
            fails = (*fails, "text")
        return fails

    def _failing(self, values: Values) -> tuple[Part, ...]:
        parts = zip(CHOICES, self._choices, values, strict=True)
        return tuple(part for part, wanted, mine in parts if wanted and wanted.isdisjoint(mine))


def pages_between(typed: str, labels: Sequence[str]) -> tuple[int, int] | None:
    """The pages (from 1) that "3", "iv", "3-7" or "A-1 – A-4" name; None where they name none.

    `labels` has the label of every page in order, as it is shown. A label may hold a hyphen itself, so that every way to read
    the words as one label or two is tried. Ends in the wrong order are turned round.
    """
    words = searchable(typed)
    places: dict[str, int] = {}
    for number, name in enumerate(labels, start=1):
        places.setdefault(searchable(name), number)
    if words in places:
        return places[words], places[words]
    for at, letter in enumerate(words):
        if letter in "-‐‑‒–—~〜":
            first, last = places.get(words[:at].strip()), places.get(words[at + 1 :].strip())
            if first is not None and last is not None:
                return min(first, last), max(first, last)
    return None
