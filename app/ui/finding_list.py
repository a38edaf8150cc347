"""The findings of one document as the reviewer works through them: order, filter, selection, what comes next. Knows no Qt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from app.review.findings import Decision, Finding

Order = Literal["importance", "place"]


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
    """An ordered list of findings with one of them selected. Every change keeps the selection where it still exists."""

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        self._by_id: dict[str, Finding] = {}
        self._ids: list[str] = []
        self._rows: dict[str, int] = {}
        self.order: Order = "importance"
        self.only_undecided = False
        self.selected_id: str | None = None
        self.replace(findings)

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[Finding]:
        return (self._by_id[finding_id] for finding_id in self._ids)

    def __getitem__(self, row: int) -> Finding:
        return self._by_id[self._ids[row]]

    def __contains__(self, finding_id: object) -> bool:
        return finding_id in self._by_id

    @property
    def selected(self) -> Finding | None:
        """The finding that the reviewer looks at."""
        return self._by_id.get(self.selected_id) if self.selected_id is not None else None

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

    def row_of(self, finding_id: str) -> int | None:
        """The row that shows the finding; None where the filter hides it."""
        return self._rows.get(finding_id)

    def counts(self) -> Counts:
        """Figures for the header; the filter does not change them."""
        accepted = sum(1 for f in self._by_id.values() if is_accepted(f.decision))
        rejected = sum(1 for f in self._by_id.values() if f.decision == "rejected")
        return Counts(len(self._by_id), accepted, rejected)

    def replace(self, findings: Iterable[Finding]) -> None:
        """Show other findings, as after an analysis."""
        self._by_id = {finding.id: finding for finding in findings}
        if self.selected_id not in self._by_id:
            self.selected_id = None
        self.rebuild()

    def update(self, changed: Iterable[Finding]) -> list[str]:
        """Take new values of findings of this list; returns the ids that are new or changed. Rows keep their places."""
        ids: list[str] = []
        for finding in changed:
            if self._by_id.get(finding.id) == finding:
                continue
            if finding.id not in self._by_id:
                self._rows[finding.id] = len(self._ids)
                self._ids.append(finding.id)
            self._by_id[finding.id] = finding
            ids.append(finding.id)
        return ids

    def arrange(self, order: Order | None = None, only_undecided: bool | None = None) -> None:
        """Sort and filter anew."""
        self.order = self.order if order is None else order
        self.only_undecided = self.only_undecided if only_undecided is None else only_undecided
        self.rebuild()

    def rebuild(self) -> None:
        """Work out the rows. The selected finding stays in the list even where the filter would hide it."""
        shown = [
            f
            for f in self._by_id.values()
            if not self.only_undecided or f.decision == "undecided" or f.id == self.selected_id
        ]
        if self.order == "importance":
            shown.sort(key=lambda f: (-f.importance, f.start))
        else:
            shown.sort(key=lambda f: (f.start, f.end))
        self._ids = [f.id for f in shown]
        self._rows = {finding_id: row for row, finding_id in enumerate(self._ids)}

    def neighbour(self, step: Literal[1, -1]) -> str | None:
        """The id one row further or back; the first or last one where nothing is selected; None at the end."""
        if not self._ids:
            return None
        row = self._rows.get(self.selected_id) if self.selected_id is not None else None
        if row is None:
            return self._ids[0 if step == 1 else -1]
        target = row + step
        return self._ids[target] if 0 <= target < len(self._ids) else None

    def next_undecided(self) -> str | None:
        """The undecided finding below the selected one, else from the top; None when everything is decided."""
        row = self._rows.get(self.selected_id, -1) if self.selected_id is not None else -1
        for finding_id in self._ids[row + 1 :] + self._ids[: row + 1]:
            if finding_id != self.selected_id and self._by_id[finding_id].decision == "undecided":
                return finding_id
        return None
