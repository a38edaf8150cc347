"""What a reviewer does with findings: look at one, decide, comment, undo. Every change goes through the workspace first."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QCoreApplication

from app.errors import FusenError
from app.review.findings import Decision, Finding
from app.review.operations import Change, Operation, SetComment, SetDecision
from app.review.selection import stepped
from app.ui.finding_list import Order
from app.ui.hub import Hub, Message
from app.ui.state import OpenFile, WindowState
from app.workspace.store import Workspace

_ALL: frozenset[str] = frozenset()


class Reviewer:
    """Acts on the file in view. The workspace belongs to the window's thread."""

    def __init__(self, state: WindowState, hub: Hub, workspace: Workspace) -> None:
        self._state = state
        self._hub = hub
        self._workspace = workspace
        self._refresh_history()

    def select(self, file: OpenFile, finding_id: str | None) -> None:
        """Look at a finding."""
        if finding_id is None or finding_id not in file.findings:
            return
        file.findings.selected_id = finding_id
        if file.findings.row_of(finding_id) is None:
            file.findings.rebuild()
            self._hub.findings.emit(file.key, _ALL)
        self._hub.selected.emit(file.key)  # also for the one that is selected already: it is to be seen again

    def step(self, step: Literal[1, -1]) -> None:
        """Go on to the finding below or above, decided or not."""
        if (file := self._state.current) is not None:
            self.select(file, file.findings.neighbour(step))

    def decide(self, decision: Decision) -> None:
        """Decide on the selected finding; the next undecided one comes by itself."""
        file = self._state.current
        if file is None or (finding := file.findings.selected) is None:
            return
        if self._apply(file, SetDecision(finding.id, decision)) and decision != "undecided":
            self.select(file, file.findings.next_undecided())

    def comment(self, file: OpenFile, finding_id: str, text: str) -> None:
        """Keep what the reviewer wrote about a finding."""
        self._apply(file, SetComment(finding_id, text.strip()))

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
            self._hub.findings.emit(file.key, _ALL)
            self._hub.selected.emit(file.key)

    def choose_share(self, share: float | None) -> None:
        """Select this share of the text, or what the model selected."""
        file = self._state.current
        if file is None or file.phase != "ready" or (sha256 := file.sha256) is None:
            return
        try:
            analysis, findings = self._workspace.choose_share(sha256, share), self._workspace.findings(sha256)
        except FusenError as error:
            self._hub.announced.emit(file.key, Message("error", error.message, error.advice))
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

    def _apply(self, file: OpenFile, operation: Operation) -> bool:
        try:
            change = self._workspace.apply(operation, file.findings.get(operation.finding_id))
        except FusenError as error:
            self._hub.announced.emit(file.key, Message("error", error.message, error.advice))
            return False
        self._show(change)
        return True

    def _travel(self, *, back: bool) -> None:
        file = self._state.current
        try:
            change = self._workspace.undo() if back else self._workspace.redo()
        except FusenError as error:
            self._hub.announced.emit(file.key if file else 0, Message("error", error.message, error.advice))
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
            if ids := frozenset(file.findings.update(mine)):
                self._hub.findings.emit(file.key, ids)
        self._refresh_history()

    def _refresh_history(self) -> None:
        self._state.can_undo = self._workspace.can_undo
        self._state.can_redo = self._workspace.can_redo
        self._hub.history.emit()
