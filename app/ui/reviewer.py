"""What a reviewer does with findings: look at one, decide, comment, undo. Every change goes through the workspace first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QCoreApplication

from app.errors import FusenError
from app.review.findings import Decision, Finding
from app.review.operations import (
    Change,
    Operation,
    SetComment,
    SetDecision,
    SetDecisions,
    SetDue,
    SetOwner,
    SetRaised,
    SetRange,
    SetSkipped,
    SetTags,
    Single,
    Together,
    finding_ids,
)
from app.review.ranges import added_finding, chosen_tags, span_of
from app.review.selection import stepped
from app.ui.filtering import Filter
from app.ui.finding_list import Order
from app.ui.hub import Hub, Message
from app.ui.state import OpenFile, WindowState
from app.ui.words import error_words
from app.workspace.store import Workspace

_ALL: frozenset[str] = frozenset()


class Reviewer:
    """Acts on the file in view. The workspace belongs to the window's thread."""

    def __init__(self, state: WindowState, hub: Hub, workspace: Workspace) -> None:
        self._state = state
        self._hub = hub
        self._workspace = workspace
        self.refresh_history()

    def select(self, file: OpenFile, finding_id: str | None) -> None:
        """Look at a finding."""
        if finding_id is None or finding_id not in file.findings:
            return
        if file.findings.select(finding_id):
            self._hub.arranged.emit(file.key)
        self._hub.selected.emit(file.key)  # also for the one that is selected already: it is to be seen again

    def step(self, step: Literal[1, -1]) -> None:
        """Go on to the finding below or above, decided or not."""
        if (file := self._state.current) is not None:
            self.select(file, file.findings.neighbour(step))

    def decide(self, decision: Decision) -> None:
        """Decide on the selected findings; the next undecided one comes by itself."""
        file = self._state.current
        if file is not None and file.findings.targets:
            self.decide_many(file.findings.targets, decision)

    def decide_as_before(self) -> None:
        """Decide on the selected finding as on the one that it was in the version before."""
        file = self._state.current
        finding = file.findings.selected if file is not None else None
        asked = file.asked.get(finding.id) if file is not None and finding is not None else None
        if finding is not None and asked is not None and asked.source.decision != "undecided":
            # Where she had moved its ends or added it, it is the passage as it reads now that is accepted.
            self.decide_many([finding.id], "rejected" if asked.source.decision == "rejected" else "accepted")

    def decide_many(self, ids: Sequence[str], decision: Decision) -> None:
        """Decide on all of these in one step, to be undone as one; the next undecided one comes by itself."""
        if (file := self._state.current) is None:
            return
        parts = tuple(_decision(finding, decision) for each in ids if (finding := file.findings.get(each)) is not None)
        if not parts:
            return
        plain = all(part == SetDecision(part.finding_id, decision) for part in parts)
        several = SetDecisions(tuple(part.finding_id for part in parts), decision) if plain else Together(parts)
        if self._apply(file, parts[0] if len(parts) == 1 else several) and decision != "undecided":
            self.select(file, file.findings.next_undecided())
        elif len(parts) > 1:
            self._hub.arranged.emit(file.key)

    def add(self, file: OpenFile, finding: Finding) -> bool:
        """Make a finding of a passage that was not selected, or of any other range; says whether it was kept."""
        return self._apply(file, SetDecision(finding.id, "added"), finding)

    def skip(self) -> None:
        """Go on to the next undecided finding; this one is remembered as skipped."""
        file = self._state.current
        if file is None or (finding := file.findings.selected) is None:
            return
        undecided = finding.decision == "undecided"
        if not undecided or self._apply(file, SetSkipped(finding.id, skipped=True)):
            self.select(file, file.findings.next_undecided())

    def comment(self, file: OpenFile, finding_id: str, text: str) -> None:
        """Keep what the reviewer wrote about a finding."""
        self._apply(file, SetComment(finding_id, text.strip()))

    def set_owner(self, file: OpenFile, finding_id: str, owner: str) -> None:
        """Say who is to take care of a finding."""
        self._apply(file, SetOwner(finding_id, " ".join(owner.split())))

    def set_due(self, file: OpenFile, finding_id: str, due: str) -> None:
        """Say until when, as YYYY-MM-DD; empty takes the date away."""
        self._apply(file, SetDue(finding_id, due))

    def toggle_raised(self) -> None:
        """Have the selected finding raised in the meeting, or not."""
        file = self._state.current
        if file is not None and (finding := file.findings.selected) is not None:
            self._apply(file, SetRaised(finding.id, not finding.raised))

    def set_tags(self, file: OpenFile, finding_id: str, tags: Sequence[str]) -> None:
        """Give a finding these tags and no others."""
        if (finding := file.findings.get(finding_id)) is not None:
            self._apply(file, SetTags(finding_id, chosen_tags(finding, tags)))

    def set_range(self, file: OpenFile, finding_id: str, start: int, end: int) -> None:
        """Move the ends of a finding, which is a decision to keep it; the next undecided one comes by itself."""
        finding, document = file.findings.get(finding_id), file.document
        if finding is None or document is None or (start, end) == (finding.start, finding.end):
            return
        is_new = finding.decision not in ("edited", "added")
        decision: Decision = "added" if finding.decision == "added" else "edited"
        kept = self._apply(file, SetRange(finding_id, span_of(document, start, end), decision))
        self.select(file, file.findings.next_undecided() if kept and is_new else finding_id)

    def add_marked(self) -> None:
        """Make a finding of the text that is marked on the pages; a passage that is one already is accepted."""
        file = self._state.current
        if file is None or file.document is None or file.marked is None:
            return
        try:
            finding = added_finding(file.document, file.analysis, *file.marked)
        except ValueError:
            return  # nothing but white space was marked
        known = file.findings.at(finding.start, finding.end)
        if known is not None:
            self._apply(file, _decision(known, "accepted"))
        elif self.add(file, finding):
            known = file.findings.get(finding.id)
        self.select(file, known.id if known is not None else None)

    def undo(self) -> None:
        """Take back the last change, in whichever document it was, and show it."""
        self._travel(back=True)

    def redo(self) -> None:
        """Do again what was undone."""
        self._travel(back=False)

    def arrange(self, order: Order | None = None, only_undecided: bool | None = None) -> None:
        """Sort and filter the list."""
        if (file := self._state.current) is not None:
            file.findings.arrange(order, only_undecided)
            self._hub.arranged.emit(file.key)

    def filter(self, chosen: Filter) -> None:
        """Show the findings that pass this filter."""
        if (file := self._state.current) is not None:
            file.findings.choose(chosen)
            self._hub.arranged.emit(file.key)

    def pick(self, ids: Sequence[str], current: str | None) -> None:
        """Let decisions act on several findings together; `current` is the one on the card."""
        if (file := self._state.current) is not None:
            file.findings.pick(ids, current)
            self._hub.selected.emit(file.key)

    def group(self, *, by_section: bool) -> None:
        """Put the findings together by section, or not."""
        if (file := self._state.current) is not None:
            file.findings.group(by_section=by_section)
            self._hub.arranged.emit(file.key)

    def collapse(self, key: int | None, *, collapsed: bool) -> None:
        """Close or open a group of the list; without a key all of them."""
        if (file := self._state.current) is not None:
            file.findings.collapse_all() if key is None else file.findings.collapse(key, collapsed=collapsed)
            self._hub.arranged.emit(file.key)

    def choose_share(self, share: float | None) -> None:
        """Select this share of the text, or what the model selected."""
        file = self._state.current
        if file is None or file.phase != "ready" or (sha256 := file.sha256) is None:
            return
        try:
            analysis, findings = self._workspace.choose_share(sha256, share), self._workspace.findings(sha256)
        except FusenError as error:
            self._hub.announced.emit(file.key, Message("error", *error_words(error)))
            return
        for owner in self._state.with_sha256(sha256):
            if owner.phase == "ready" and analysis is not None:
                owner.take(analysis, findings)
                self._hub.changed.emit(owner.key)
                self._hub.findings.emit(owner.key, _ALL)
                self._hub.selected.emit(owner.key)

    def step_share(self, step: Literal[1, -1]) -> None:
        """Select a little more or less of the text."""
        file = self._state.current
        if file is not None and file.analysis is not None and (share := stepped(file.analysis, step)) is not None:
            self.choose_share(share)

    def _apply(self, file: OpenFile, operation: Operation, unknown: Finding | None = None) -> bool:
        known = (file.findings.get(each) for each in finding_ids(operation))
        try:
            change = self._workspace.apply(operation, *known, unknown)
        except FusenError as error:
            self._hub.announced.emit(file.key, Message("error", *error_words(error)))
            return False
        self._show(change)
        return True

    def _travel(self, *, back: bool) -> None:
        file = self._state.current
        try:
            change = self._workspace.undo() if back else self._workspace.redo()
        except FusenError as error:
            self._hub.announced.emit(file.key if file else 0, Message("error", *error_words(error)))
            return
        if change is None:
            return
        self._show(change)
        if change.findings:
            self._look_at(change.findings[0], file)

    def _look_at(self, finding: Finding, file: OpenFile | None) -> None:
        """Bring into view what was undone or redone, so that nothing changes unseen."""
        owners = self._state.with_sha256(finding.document_sha256)
        if owners and file not in owners:
            self._state.bring(owners[0].key)
            self._hub.current.emit()
        if owners:
            self.select(file if file is not None and file in owners else owners[0], finding.id)
        else:
            text = QCoreApplication.translate(
                "Reviewer", "A decision in a document that is not open was changed: “{text}”"
            )
            told = text.format(text=" ".join(finding.text.split())[:80])
            self._hub.announced.emit(file.key if file else 0, Message("note", told))

    def _show(self, change: Change) -> None:
        for file in self._state.files.values():
            mine = [f for f in change.findings if f.document_sha256 == file.sha256]
            if mine and file.is_reviewable:
                self._show_in(file, mine)
        self.refresh_history()

    def _show_in(self, file: OpenFile, changed: Sequence[Finding]) -> None:
        """New values in one file. Where a finding came, went or moved, the rows and the pages are made anew."""
        before = {finding.id: file.findings.get(finding.id) for finding in changed}
        gone = {f.id for f in changed if (old := before[f.id]) is not None and _is_gone(old, f)}
        ids = frozenset(file.findings.update(f for f in changed if f.id not in gone))
        places = {f.id: f.span for f in changed}
        stays = not gone and all(old is not None and old.span == places[key] for key, old in before.items())
        if stays and ids:
            self._hub.findings.emit(file.key, ids)
        elif gone or ids:
            if file.findings.selected_id in gone:
                file.findings.selected_id = file.findings.next_undecided() or file.findings.neighbour(-1)
            file.findings.replace([f for f in file.findings.all() if f.id not in gone])
            self._hub.findings.emit(file.key, _ALL)
            self._hub.selected.emit(file.key)

    def refresh_history(self) -> None:
        """Tell what can be undone and redone now."""
        self._state.can_undo = self._workspace.can_undo
        self._state.can_redo = self._workspace.can_redo
        self._hub.history.emit()


def _decision(finding: Finding, decision: Decision) -> Single:
    """What deciding means for a finding: one whose ends were moved or that was added stays so when it is accepted."""
    if decision == "accepted" and finding.decision == "added":
        return SetDecision(finding.id, "added")
    if decision == "accepted" and finding.proposal is not None:
        return SetDecision(finding.id, "edited")
    if decision == "undecided" and finding.proposal is not None and finding.decision == "edited":
        return SetRange(finding.id, None, "undecided")
    return SetDecision(finding.id, decision)


def _is_gone(before: Finding, after: Finding) -> bool:
    """Whether what the reviewer had added is none of the findings any more."""
    return before.decision == "added" and not after.is_touched and not after.selected
