"""The findings of one document as the reviewer works through them: order, filter, groups, selection, what comes next.

Knows no Qt. A list of ten thousand answers at once: what a filter looks at is worked out once a finding (`filtering.py`),
orders are kept, and a decision changes numbers by what it changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from app.review.findings import Decision, Finding
from app.review.sections import Sections
from app.tags import tag_name
from app.ui.filtering import Facets, Filter
from app.ui.grouping import Group, Row, grouped

Order = Literal["importance", "place", "uncertainty", "tag"]
ORDERS: tuple[Order, ...] = get_args(Order)

UNDECIDED = frozenset({"undecided"})
_LAST = chr(0x10FFFF)
"""Sorts behind every name."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many findings there are, and how many of them were decided on."""

    total: int
    accepted: int
    rejected: int

    @property
    def decided(self) -> int:
        """Accepted or rejected, whatever the way."""
        return self.accepted + self.rejected


def is_accepted(decision: Decision) -> bool:
    """Whether the reviewer wants the passage in the brief."""
    return decision in ("accepted", "edited", "added")


class FindingList:
    """Findings in an order, with one of them selected. Every change keeps the selection where it still exists.

    `rows` is what shows: findings, and with `by_section` the heads of their groups, whose findings do not show where their key
    is in `collapsed`. The selected finding is the one on the card; `picked` are those on which a decision acts together, where
    there are more than one; `head` is the group on whose head the cursor stands.
    """

    def __init__(self, findings: Iterable[Finding] = (), name_of: Callable[[str], str] = tag_name) -> None:
        """`name_of` gives the words for a tag, by which findings are sorted by tag."""
        self._name_of = name_of
        self._by_id: dict[str, Finding] = {}
        self._ids: list[str] = []
        self._rows: dict[str, int] = {}
        self._heads: dict[int, int] = {}
        self._orders: dict[Order, list[str]] = {}
        self._numbers: dict[str, int] = {}
        self._decisions: Counter[Decision] = Counter()
        self._facets = Facets()
        self._guest: str | None = None  # selected from elsewhere although the filter hides it
        self._left: str | None = None  # what was selected before a filter hid it
        self.rows: list[Row] = []
        self.order: Order = "importance"
        self.by_section = False
        self.collapsed: frozenset[int] = frozenset()
        self.sections = Sections()
        self.selected_id: str | None = None
        self.picked: frozenset[str] = frozenset()
        self.head: int | None = None
        self.replace(findings)

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[Finding]:
        return (self._by_id[finding_id] for finding_id in self._ids)

    def __getitem__(self, number: int) -> Finding:
        return self._by_id[self._ids[number]]

    def __contains__(self, finding_id: object) -> bool:
        return finding_id in self._by_id

    # ---- what there is

    @property
    def filter(self) -> Filter:
        """What is to show."""
        return self._facets.filter

    @property
    def only_undecided(self) -> bool:
        """Whether what waits for a decision is all that is to show of decisions."""
        return self.filter.decisions == UNDECIDED

    @property
    def facets(self) -> Facets:
        """The choices of the filter with their numbers."""
        return self._facets

    @property
    def selected(self) -> Finding | None:
        """The finding that the reviewer looks at."""
        return self._by_id.get(self.selected_id) if self.selected_id is not None else None

    @property
    def targets(self) -> tuple[str, ...]:
        """The findings on which a decision acts, in the order of the list."""
        if len(self.picked) > 1:
            return tuple(finding_id for finding_id in self._ids if finding_id in self.picked)
        return (self.selected_id,) if self.selected_id is not None else ()

    def get(self, finding_id: str) -> Finding | None:
        """The finding with this id, shown or not."""
        return self._by_id.get(finding_id)

    def at(self, start: int, end: int) -> Finding | None:
        """The finding that was proposed of exactly these characters, or covers them."""
        same = (
            f for f in self._by_id.values() if (start, end) in ((f.start, f.end), (f.proposed.start, f.proposed.end))
        )
        return next(same, None)

    def all(self) -> Iterable[Finding]:
        """Every finding, those that the filter hides included."""
        return self._by_id.values()

    def total(self) -> int:
        """How many there are, those that the filter hides included."""
        return len(self._by_id)

    def row_of(self, finding_id: str) -> int | None:
        """The row that shows the finding; None where the filter hides it, or its group is collapsed."""
        return self._rows.get(finding_id)

    def head_of(self, finding_id: str) -> int | None:
        """The row with the head of the finding's group, with `by_section`."""
        return self._heads.get(self._key_of(finding_id)) if self.by_section and finding_id in self._by_id else None

    def cursor_row(self) -> int | None:
        """The row where the cursor stands: a group's head, or the selected finding's."""
        if self.head is not None and (row := self._heads.get(self.head)) is not None:
            return row
        return self._rows.get(self.selected_id) if self.selected_id is not None else None

    def counts(self) -> Counts:
        """Figures for the header; the filter does not change them."""
        accepted = sum(number for decision, number in self._decisions.items() if is_accepted(decision))
        return Counts(len(self._by_id), accepted, self._decisions["rejected"])

    # ---- other findings, other values

    def replace(self, findings: Iterable[Finding]) -> None:
        """Show other findings, as after an analysis."""
        self._by_id = {finding.id: finding for finding in findings}
        self._decisions = Counter(finding.decision for finding in self._by_id.values())
        self._facets.replace(self._by_id.values())
        self._orders.clear()
        self._numbers.clear()
        if self.selected_id not in self._by_id:
            self.selected_id = None
        self.rebuild()

    def follow(self, before: FindingList) -> None:
        """Take order, filter, groups and, where they still exist, selected findings of the list that stood here before."""
        self.order, self.by_section, self.collapsed = before.order, before.by_section, before.collapsed
        self.sections, self._name_of = before.sections, before._name_of
        self._guest, self._left = before._guest, before._left
        self.selected_id = before.selected_id if before.selected_id in self._by_id else None
        self.picked = before.picked
        self._facets.use(before.filter)
        self.rebuild()

    def update(self, changed: Iterable[Finding]) -> list[str]:
        """Take new values of findings of this list; returns the ids that are new or changed. Known rows keep their places."""
        ids: list[str] = []
        new = False
        for finding in changed:
            before = self._by_id.get(finding.id)
            if before == finding:
                continue
            self._by_id[finding.id] = finding
            self._decisions[finding.decision] += 1
            self._facets.update(finding)
            ids.append(finding.id)
            if before is None:
                new = True
            else:
                self._decisions[before.decision] -= 1
                self._recount(before, finding)
            if before is None or _moves(before, finding):
                self._orders.clear()
                self._numbers.clear()
        if new:
            self.rebuild()
        return ids

    def _recount(self, before: Finding, after: Finding) -> None:
        """The head of a group says how many of it wait."""
        step = (after.decision == "undecided") - (before.decision == "undecided")
        row = self._heads.get(self._key_of(before.id)) if step and self.by_section else None
        if row is not None and isinstance(head := self.rows[row], Group) and self._is_shown(before.id):
            self.rows[row] = replace(head, undecided=head.undecided + step)

    # ---- order, filter, groups

    def arrange(self, order: Order | None = None, only_undecided: bool | None = None) -> None:
        """Sort and filter anew."""
        self.order = self.order if order is None else order
        if only_undecided is not None:
            self._facets.use(replace(self.filter, decisions=UNDECIDED if only_undecided else frozenset()))
        self.rebuild()

    def choose(self, chosen: Filter) -> None:
        """Show what passes this filter. Where it hides the selected finding, another one is; that one comes back with it."""
        if chosen != self.filter:
            self._facets.use(chosen)
        self._guest = None
        self.picked = frozenset()
        self.rebuild()
        if self._left is not None and self._is_shown(self._left):
            self.selected_id, self._left = self._left, None
        elif self.selected_id is None or not self._is_shown(self.selected_id):
            self._left = self._left or self.selected_id
            self.selected_id = None
            self.selected_id = self.next_undecided() or (self._ids[0] if self._ids else None)

    def show_as(self, order: Order, chosen: Filter, *, by_section: bool, collapsed: frozenset[int]) -> None:
        """Stand as it did when the window closed; the findings may be still to come."""
        self.order, self.by_section, self.collapsed = order, by_section, collapsed
        self._facets.use(chosen)
        self.rebuild()

    def group(self, *, by_section: bool) -> None:
        """Put findings together by section, or not."""
        self.by_section, self.head = by_section, None
        self.rebuild()

    def take_sections(self, sections: Sections) -> bool:
        """The document's sections became known; says whether they are others."""
        if sections == self.sections:
            return False
        self.sections = sections
        self._numbers.clear()
        self.rebuild()
        return True

    def collapse(self, key: int, *, collapsed: bool) -> None:
        """Close a group, which puts the cursor on its head where it stood within, or open it."""
        within = (
            self.selected_id is not None and self.selected_id in self._by_id and self._key_of(self.selected_id) == key
        )
        if collapsed and within:
            self.head = key
        self.collapsed = self.collapsed | {key} if collapsed else self.collapsed - {key}
        self.rebuild()

    def collapse_all(self) -> None:
        """Close all groups, or open them where all are closed."""
        keys = {row.key for row in self.rows if isinstance(row, Group)}
        self.collapsed = frozenset() if keys <= self.collapsed else self.collapsed | keys
        if self.collapsed and self.selected_id is not None and self.selected_id in self._by_id:
            self.head = self._key_of(self.selected_id)
        self.rebuild()

    def rebuild(self) -> None:
        """Work out the rows. What the reviewer just decided on stays while she looks at it."""
        records, selected = self._facets.records, self.selected_id
        self._ids = [
            each for each in self._ordered() if not records[each].fails or (each == selected and self._is_shown(each))
        ]
        self.rows, self._heads = list(self._ids), {}
        if self.by_section:
            numbers = self._section_numbers()
            self.rows, self._ids = grouped(self._ids, numbers, self._waits, self.sections, self.collapsed)
            self._heads = {entry.key: row for row, entry in enumerate(self.rows) if isinstance(entry, Group)}
        self._rows = {entry: row for row, entry in enumerate(self.rows) if isinstance(entry, str)}
        if self.head not in self._heads:
            self.head = None
        if self.picked:
            self.picked = frozenset(finding_id for finding_id in self.picked if finding_id in self._rows)

    def _waits(self, finding_id: str) -> bool:
        return self._by_id[finding_id].decision == "undecided"

    def _section_numbers(self) -> dict[str, int]:
        """In which section each finding is; kept until findings or sections are others."""
        if len(self._numbers) != len(self._by_id):
            self._numbers = {f.id: self.sections.number_at(f.start) for f in self._by_id.values()}
        return self._numbers

    def _key_of(self, finding_id: str) -> int:
        """The group of a finding."""
        return self.sections.all[self._section_numbers()[finding_id]].start

    def _is_shown(self, finding_id: str) -> bool:
        fails = self._facets.records[finding_id].fails
        if not fails:
            return True
        if finding_id != self.selected_id:
            return False
        return finding_id == self._guest or (self.only_undecided and tuple(fails) == ("decision",))

    def _ordered(self) -> list[str]:
        """All findings in the order that is wanted."""
        if self.order not in self._orders:
            self._orders[self.order] = [
                finding.id for finding in ordered(self._by_id.values(), self.order, self._name_of)
            ]
        return self._orders[self.order]

    # ---- the selected one, and several

    def select(self, finding_id: str) -> bool:
        """Look at this one alone; says whether rows changed so that it shows."""
        self.selected_id, self.picked, self.head, self._left = finding_id, frozenset(), None, None
        if self.row_of(finding_id) is not None:
            return False
        if not self._is_shown(finding_id):
            self._guest = finding_id
        if self.by_section:
            self.collapsed -= {self._key_of(finding_id)}
        self.rebuild()
        return True

    def pick(self, ids: Iterable[str], current: str | None) -> None:
        """Act on several together; `current` is the one on the card."""
        self.picked = frozenset(finding_id for finding_id in ids if finding_id in self._rows)
        if current is not None and current in self._by_id:
            self.selected_id, self.head = current, None

    def neighbour(self, step: Literal[1, -1]) -> str | None:
        """The finding further down or up; the first or last one where nothing is selected; None at the end."""
        row = self.cursor_row()
        if row is None:
            row = -1 if step == 1 else len(self.rows)
        row += step
        while 0 <= row < len(self.rows):
            if isinstance(entry := self.rows[row], str):
                return entry
            row += step
        return None

    def next_undecided(self) -> str | None:
        """The undecided finding below the selected one, else from the top; None when everything that shows is decided.

        One in a collapsed group only once nothing else is left.
        """
        hidden = None
        row = self._place_of(self.selected_id)
        for finding_id in _from(self._ids, row + 1):
            if finding_id != self.selected_id and self._waits(finding_id):
                if finding_id in self._rows:
                    return finding_id
                hidden = hidden or finding_id
        return hidden

    def _place_of(self, finding_id: str | None) -> int:
        if finding_id is None or not self._ids:
            return -1
        if not self.by_section:
            return self._rows.get(finding_id, -1)
        try:
            return self._ids.index(finding_id)
        except ValueError:
            return -1


def _from(ids: Sequence[str], start: int) -> Iterator[str]:
    """Round from `start`, without a copy."""
    for number in range(len(ids)):
        yield ids[(start + number) % len(ids)]


def _moves(before: Finding, after: Finding) -> bool:
    """Whether it may stand elsewhere in some order."""

    def place(finding: Finding) -> tuple[Any, ...]:
        return finding.start, finding.end, finding.importance, finding.interval, finding.tags

    return place(before) != place(after)


def ordered(findings: Collection[Finding], order: Order, name_of: Callable[[str], str] = tag_name) -> list[Finding]:
    """In this order, that of tags by their names; among equals the important ones come first, then by place."""
    if order == "place":
        return sorted(findings, key=lambda f: (f.start, f.end))
    found = sorted(findings, key=lambda f: (-f.importance, f.start))
    if order == "uncertainty":
        threshold = min((f.importance for f in findings if f.selected), default=0.5)
        found.sort(key=lambda f: certainty(f, threshold))
    elif order == "tag":
        names = {tag: name_of(tag) for tag in {tag.tag for f in found for tag in f.tags[:1]}}
        found.sort(key=lambda f: names[f.tags[0].tag] if f.tags else _LAST)
    return found


def certainty(finding: Finding, threshold: float) -> float:
    """How far the importance lies from the threshold, in half widths of its interval: what is near it and wide is unsure."""
    low, high = finding.interval
    distance, half = abs(finding.importance - threshold), max((high - low) / 2, 1e-6)
    return distance / half
