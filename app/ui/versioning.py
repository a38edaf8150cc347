"""New versions of documents in the window: offered where one shares most of its passages with another, or said by the reviewer.

What was carried over is told in the bar above the document; the card of a finding whose words changed says what was decided
before (`changed_note.py`), and a key takes that decision again. A command takes all of it back.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from app.errors import FusenError
from app.ui.hub import Message
from app.ui.reviewer import Reviewer
from app.ui.state import OpenFile
from app.ui.words import error_words

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow
    from app.ui.session import Session
    from app.ui.versions_view import VersionsView
    from app.workspace.store import StoredDocument
    from app.workspace.versions import Likeness, Recognised, SaidSince


class Versioning(QObject):
    """Made by the window; hears of files that are ready."""

    def __init__(self, window: MainWindow, session: Session) -> None:
        super().__init__(window)
        self._window, self._session = window, session
        self._looked_at: set[int] = set()
        self._compared: dict[int, set[str]] = {}  # hashes of documents that a file was compared with
        # How the versions before were when they were looked at, by file.
        self._looked_back: dict[int, tuple[int, ...]] = {}
        self._view: VersionsView | None = None
        session.hub.changed.connect(self._changed)
        session.hub.current.connect(self._close)
        session.hub.listed.connect(self._listed)
        session.hub.current.connect(self._look)
        session.hub.history.connect(self._look_back)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What the commands do."""
        return {
            "follow-version": self.ask,
            "unfollow-version": self.unfollow,
            "versions": self.toggle_changes,
            "as-before": lambda: self._session.reviewing(Reviewer.decide_as_before),
        }

    # ---- recognising

    def _changed(self, key: int) -> None:
        file = self._session.state.files.get(key)
        if file is None or file.phase != "ready" or file.document is None or file.sha256 is None:
            return
        if key in self._looked_at:
            return
        self._looked_at.add(key)
        self._refresh(file)
        self._look()

    def _listed(self) -> None:
        """The version before may have been forgotten, or another program changed what is known of it."""
        for file in self._session.state.files.values():
            if file.predecessor:
                self._refresh(file)

    def _look(self) -> None:
        """Another file is in view, or ready."""
        self._look_back()
        self._look_for_predecessor()

    def _look_for_predecessor(self) -> None:
        """Look whether the file in view is a version of another document, once more where others were analysed since."""
        file = self._session.state.current
        if file is None or file.key not in self._looked_at or file.predecessor or (sha256 := file.sha256) is None:
            return
        compared = self._compared.setdefault(file.key, set())
        if others := {document.sha256 for document in self._candidates(file)} - compared:
            compared |= others  # each is offered once: she may dismiss it
            self._session.with_workspace(
                lambda workspace: workspace.versions.likely_predecessor(sha256, others), partial(self._offer, file)
            )

    def _offer(self, file: OpenFile, likely: Likeness | None) -> None:
        if likely is None or file.predecessor or file.key not in self._session.state.files:
            return
        take = partial(self.follow, file, likely.document.sha256, "offered")
        text = self.tr(
            "{percent}% of the words stand in passages of “{name}” as well. Is this a new version of it?"
        ).format(percent=int(likely.share * 100), name=Path(likely.document.file).name)
        action = self.tr("Yes, carry decisions over")
        self._tell(file, Message("note", text, action=action, act=take))

    # ---- what is said of the version before once it was followed

    def _look_back(self) -> None:
        """Look whether anything can be taken over into the file in view, if the versions before it changed."""
        file, workspace = self._session.state.current, self._session.workspace
        if file is None or workspace is None or not file.predecessor or file.phase != "ready":
            return
        if (document := file.document) is None:
            return
        try:
            revisions = workspace.versions.revisions_before(document.sha256)
        except FusenError as error:
            self._tell(file, Message("error", *error_words(error)))
            return
        if self._looked_back.get(file.key) != revisions:
            self._looked_back[file.key] = revisions
            self._session.with_workspace(
                lambda workspace: workspace.versions.said_since(document), partial(self._offer_since, file)
            )

    def _offer_since(self, file: OpenFile, since: SaidSince) -> None:
        if not since.origins or not file.predecessor or file.key not in self._session.state.files:
            return
        count = len({origin.source.id for origin in since.origins})
        text = self.tr("Since then, %n finding(s) of the version before got a decision or a note.", "", count)
        self._tell(file, Message("note", text, action=self.tr("Carry it over"), act=partial(self.take_over, file)))

    def take_over(self, file: OpenFile) -> None:
        """Carry over what was said of the version before since it was followed."""
        workspace = self._session.workspace
        if workspace is None or file.document is None:
            return
        self._window.panel.card.keep_comment()
        try:
            since = workspace.versions.take_over(file.document)
        except FusenError as error:
            self._tell(file, Message("error", *error_words(error)))
            return
        if not since.origins:  # it was taken back meanwhile
            self._session.hub.announced.emit(file.key, None)
            return
        self._take(file)
        kept = sum(origin.holds for origin in since.origins)
        text = self.tr("Carried over: {kept}. Changed since, to be decided again: {asked}.")
        told = text.format(kept=kept, asked=len(since.origins) - kept)
        self._tell(file, Message("success", told, action=self.tr("Show the changes"), act=self.toggle_changes))

    def ask(self) -> None:
        """Let the reviewer say of which document the one in view is a new version."""
        if self._session.state.current is not None:
            menu = self.menu(self._session.state.current)
            menu.exec(self._window.sidebar.mapToGlobal(self._window.sidebar.list.geometry().topLeft()))
            menu.deleteLater()

    def menu(self, file: OpenFile) -> QMenu:
        """The other analysed documents, newest first."""
        menu = QMenu(self._window)
        menu.addSection(self.tr("“{name}” is a new version of").format(name=file.name))
        for document in reversed(self._candidates(file)):
            name = Path(document.file).name.replace("&", "&&")
            chosen = partial(self.follow, file, document.sha256, "told")
            menu.addAction(name).triggered.connect(lambda _checked=False, chosen=chosen: chosen())
        if len(menu.actions()) == 1:
            menu.addAction(self.tr("No other document was analysed")).setEnabled(False)
        return menu

    def _candidates(self, file: OpenFile) -> list[StoredDocument]:
        return [each for each in self._session.recent() if each.analyzed and each.sha256 != file.sha256]

    # ---- following

    def follow(self, file: OpenFile, predecessor: str, recognised: Recognised) -> None:
        """Carry over what was decided on the version before."""
        workspace = self._session.workspace
        if workspace is None or file.document is None:
            return
        self._window.panel.card.keep_comment()
        try:
            carried = workspace.versions.follow(file.document, predecessor, recognised)
        except FusenError as error:
            self._tell(file, Message("error", *error_words(error)))
            return
        self._take(file)
        kept = sum(origin.holds for origin in carried.origins)
        asked, gone = len(carried.origins) - kept, len(carried.gone)
        text = self.tr("Carried over: {kept}. Changed since, to be decided again: {asked}. No longer there: {gone}.")
        told = text.format(kept=kept, asked=asked, gone=gone)
        self._tell(file, Message("success", told, action=self.tr("Show the changes"), act=self.toggle_changes))

    def unfollow(self) -> None:
        """It is no version after all."""
        file, workspace = self._session.state.current, self._session.workspace
        if file is None or file.sha256 is None or workspace is None:
            return
        try:
            workspace.versions.unfollow(file.sha256)
        except FusenError as error:
            self._tell(file, Message("error", *error_words(error)))
            return
        self._take(file)
        self._tell(file, Message("note", self.tr("What had been carried over was taken back. Undo restores it.")))

    def _take(self, file: OpenFile) -> None:
        """Findings are others now."""
        workspace = self._session.workspace
        if workspace is None or file.sha256 is None:
            return
        for each in self._session.state.with_sha256(file.sha256):
            self._refresh(each)
            each.findings.replace(workspace.findings(file.sha256))
            if each.findings.selected_id not in each.findings:
                each.findings.selected_id = each.findings.next_undecided()
            self._session.hub.findings.emit(each.key, frozenset())
            self._session.hub.selected.emit(each.key)
        self._session.reviewing(Reviewer.refresh_history)

    def _refresh(self, file: OpenFile) -> None:
        """What is known of the version before."""
        workspace = self._session.workspace
        if workspace is None or file.sha256 is None:
            return
        try:
            lineage = workspace.versions.lineage(file.sha256)
            file.predecessor = lineage.predecessor if lineage is not None else ""
            file.asked = workspace.versions.asked_again(file.sha256) if lineage is not None else {}
        except FusenError as error:
            self._tell(file, Message("error", *error_words(error)))
        self._window.actions_by_id.refresh()

    def _tell(self, file: OpenFile, message: Message) -> None:
        self._session.hub.announced.emit(file.key, message)

    # ---- changes

    def toggle_changes(self) -> None:
        """Show what changed, or the document again."""
        if self._view is not None:
            self._leave()
            return
        file, workspace = self._session.state.current, self._session.workspace
        if file is None or file.sha256 is None or workspace is None or not file.predecessor:
            return
        if (old := self._opened(file)) is None:
            return
        from app.ui.versions_view import VersionsView

        self._view = VersionsView(self._session, old, file)
        self._view.left.connect(self._leave)
        self._view.chosen.connect(self._go_to)
        self._window.show_page(self._view)
        self._view.begin()

    def _opened(self, file: OpenFile) -> OpenFile | None:
        """The version before, opened where it is not; the new one stays in view."""
        state = self._session.state
        if not (known := state.with_sha256(file.predecessor)):
            workspace = self._session.workspace
            documents = workspace.documents(removed=True) if workspace is not None else ()
            stored = next((each for each in documents if each.sha256 == file.predecessor), None)
            if stored is None:
                return None
            self._session.open([Path(stored.file)])  # one that was taken off the shelf stands there again
            self._session.show(file.key)
            return state.with_path(Path(stored.file))
        return known[0]

    def _go_to(self, finding_id: str) -> None:
        self._leave()
        if (file := self._session.state.current) is not None:
            self._session.select(file, finding_id)

    def _leave(self) -> None:
        self._close()
        self._window.show_page(None)

    def _close(self) -> None:
        if self._view is not None:
            view, self._view = self._view, None
            view.end()
            view.hide()
            view.setParent(None)
            view.deleteLater()
