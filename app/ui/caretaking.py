"""What the window does for the workspace's file and for the documents' files, beside the work and on a thread of its own.

It checks the workspace to its end where opening could not wait for that, recovers a damaged one, notices what other programs
changed in it, looks for documents that were moved, and keeps documents inside the workspace or takes them out of it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, QTimer

from app.documents.document import Document
from app.errors import FusenError
from app.review.findings import Finding
from app.ui.hub import Background, Courier, Hub, Message
from app.ui.pipeline import Pipeline, Stored
from app.ui.state import OpenFile, WindowState
from app.ui.words import error_words
from app.workspace import embedding, originals
from app.workspace.originals import Wanted
from app.workspace.salvage import Salvaged, recover_in_place
from app.workspace.store import Workspace

log = logging.getLogger(__name__)

LOOK_EVERY = 2000
"""Milliseconds between two looks whether another program changed the workspace, each of some microseconds."""
_ALL: frozenset[str] = frozenset()


def _tr(text: str) -> str:
    return QCoreApplication.translate("Caretaker", text)


class Caretaker(QObject):
    """Of one session; made and used in the window's thread. `at_hand` gives the workspace that this thread has open."""

    def __init__(
        self, state: WindowState, hub: Hub, courier: Courier, path: Path, at_hand: Callable[[], Workspace | None]
    ) -> None:
        super().__init__()
        self._state = state
        self._hub = hub
        self._path = path
        self._at_hand = at_hand
        self._background = Background(courier)
        self._stop = threading.Event()
        self._wanted: dict[int, Wanted] = {}
        self._copies: dict[int, Path] = {}
        self._pipeline: Pipeline | None = None
        self._seen = 0
        self._timer = QTimer(self, interval=LOOK_EVERY)
        self._timer.timeout.connect(self.notice)
        hub.changed.connect(self._opened)
        hub.listed.connect(self._listed)

    def serve(self, pipeline: Pipeline) -> None:
        """Open files that were found through `pipeline`."""
        self._pipeline = pipeline

    def begin(self, workspace: Workspace) -> None:
        """The workspace is open."""
        self._state.is_damaged = False
        self._seen = workspace.changes
        self._timer.start()
        checked, path = workspace.is_checked, self._path

        def tidy_up() -> None:
            embedding.discard_abandoned()
            with Workspace.open(path) as opened:
                opened.embedding.drop_unfinished()
            if not checked:
                Workspace.check(path)

        self._background.run(tidy_up, lambda _nothing: None, self.tell_damage)

    def close(self) -> None:
        """End the thread and remove what was taken out."""
        self._timer.stop()
        self._stop.set()
        self._background.close()
        for copy in self._copies.values():
            embedding.discard(copy)

    # ---- damage

    def tell_damage(self, error: FusenError) -> None:
        """Tell that the workspace cannot be opened, or was found damaged; offer to recover it where that can help."""
        self._state.is_damaged = error.code == "damaged"
        text, advice = error_words(error)
        if self._state.is_damaged:
            advice = _tr(
                "Fusen can make a new workspace of all that can still be read, and keeps the damaged file beside it."
            )
        command = "recover" if self._state.is_damaged else None
        self._hub.history.emit()  # which commands can be used
        self._hub.announced.emit(0, Message("error", text, advice, command=command))

    def recover(self, release: Callable[[], object], start: Callable[[], object]) -> None:
        """Save what can be saved; `release` closes the workspace first, `start` opens it again."""
        self._timer.stop()
        release()

        def done(result: Salvaged) -> None:
            start()
            text = _tr("The workspace was recovered: {documents} documents, {decisions} decisions.")
            text = text.format(documents=result.documents, decisions=result.decisions)
            told = _tr("Some of it could not be read; the damaged file is kept beside it.") if result.damaged else ""
            self._hub.announced.emit(0, Message("success", text, told, folder=str(self._path.parent)))

        self._background.run(lambda: recover_in_place(self._path), done, self._tell)

    # ---- other programs

    def notice(self) -> None:
        """Show what another program changed, if one did."""
        workspace = self._at_hand()
        if workspace is None:
            return
        try:
            changes = workspace.changes
            if changes != self._seen:
                self._seen = changes
                for file in list(self._state.files.values()):
                    self._refresh(workspace, file)
                self._state.can_undo, self._state.can_redo = workspace.can_undo, workspace.can_redo
                self._hub.history.emit()
                self._hub.listed.emit()
        except FusenError as error:  # another program is writing: the next look is soon
            log.info("changes of the workspace are not known: %s", error)

    def _refresh(self, workspace: Workspace, file: OpenFile) -> None:
        if file.phase != "ready" or file.sha256 is None or file.analysis is None:
            return
        stored, shown = {f.id: f for f in workspace.findings(file.sha256)}, {f.id: f for f in file.findings.all()}
        if stored == shown:
            return
        analysis = file.analysis
        if any(_proposed(stored.get(name)) != _proposed(shown.get(name)) for name in stored.keys() | shown.keys()):
            analysis = workspace.analysis(file.sha256) or analysis
        file.take(analysis, tuple(stored.values()), unasked=True)
        self._hub.findings.emit(file.key, _ALL)

    # ---- documents that are not where they were

    def knows(self, path: Path) -> bool:
        """Whether a document was opened from this place before."""
        return self._opened_from(path) is not None

    def _opened_from(self, path: Path) -> Wanted | None:
        workspace = self._at_hand()
        try:
            return workspace.originals.at(path) if workspace is not None else None
        except FusenError as error:
            log.info("it is not known what was opened from %s: %s", path.name, error)
            return None

    def missed(self, file: OpenFile) -> None:
        """A file is not there: look where it may be; else take it out of the workspace, else show what is stored of it."""
        wanted, path = self._opened_from(file.path), self._path
        if wanted is None:
            return
        self._wanted[file.key] = wanted

        def look() -> Path | None:
            with Workspace.open(path) as workspace:
                folders = workspace.originals.folders()
            return originals.find(wanted, folders, self._stop.is_set)

        self._search(file, look, self._stand_in)

    def look_below(self, file: OpenFile, folder: Path) -> None:
        """Look for the file in a folder that the user points to."""
        if (wanted := self._wanted_of(file)) is not None:
            self._say(file, _tr("Looking for {name}…").format(name=file.name))
            self._search(file, lambda: originals.find_below(wanted, folder, self._stop.is_set), self._not_found)

    def take_path(self, file: OpenFile, path: Path) -> None:
        """The user says that this is the file; it is, where its bytes are the same."""
        if (wanted := self._wanted_of(file)) is not None:
            self._search(file, lambda: path if originals.is_at(wanted, path) else None, self._is_another)

    def _wanted_of(self, file: OpenFile) -> Wanted | None:
        return self._wanted.get(file.key)

    def _search(
        self, file: OpenFile, look: Callable[[], Path | None], otherwise: Callable[[OpenFile, Wanted], object]
    ) -> None:
        wanted, path, shown = self._wanted[file.key], self._path, self._at_hand()
        reviewer = shown.reviewer if shown is not None else ""

        def work() -> Path | None:
            found = look()
            if found is not None:
                with Workspace.open(path) as workspace:
                    workspace.reviewer = reviewer
                    workspace.originals.moved(wanted.sha256, found)
            return found

        def done(found: Path | None) -> None:
            if file.key not in self._state.files:
                return
            if found is None:
                otherwise(file, wanted)
            else:
                self._found(file, found)

        self._background.run(work, done, self._tell)

    def _found(self, file: OpenFile, path: Path) -> None:
        assert self._pipeline is not None  # noqa: S101 -- `serve` comes first
        self._wanted.pop(file.key, None)
        text = _tr("{name} was found in {folder}.").format(name=path.name, folder=str(path.parent))
        if file.document is None and self._state.with_path(path) is None:
            self._pipeline.reopen(file, path)
            key = file.key
        else:  # its pages take the place of what was shown instead
            self._pipeline.close(file.key)
            key = self._pipeline.open(path).key
        self._hub.announced.emit(key, Message("note", text))

    def _stand_in(self, file: OpenFile, wanted: Wanted) -> None:
        """The file was not found: its copy from inside the workspace is read, or what is stored of it shows."""
        path = self._path

        def work() -> tuple[Path | None, Document | None, Stored]:
            with Workspace.open(path) as workspace:
                if workspace.embedding.holds(wanted.sha256):
                    return workspace.embedding.take_out(wanted.sha256, file.name), None, (None, (), None)
                analysis, findings = workspace.analysis(wanted.sha256), workspace.findings(wanted.sha256)
                stored = (analysis, findings, workspace.proposed_share(wanted.sha256))
                return None, workspace.library.document(wanted.sha256), stored

        def done(value: tuple[Path | None, Document | None, Stored]) -> None:
            copy, document, stored = value
            if file.key not in self._state.files or self._pipeline is None:
                if copy is not None:
                    embedding.discard(copy)
            elif copy is not None:
                self._copies[file.key] = copy
                self._pipeline.reopen(file, copy, stand_in=True)
                self._say(
                    file,
                    _tr("{name} is not where it was. You see the copy that the workspace keeps.").format(
                        name=file.name
                    ),
                )
            else:
                if document is not None:
                    self._pipeline.show_stored(file, document, stored)
                self._not_found(file, wanted)

        self._background.run(work, done, self._tell)

    def _not_found(self, file: OpenFile, _wanted: Wanted) -> None:
        told = _tr("{name} is not where it was.").format(name=file.name)
        if file.document is not None:
            told += " " + _tr("You see its text as it is stored.")
        self._say(file, told)

    def _is_another(self, file: OpenFile, _wanted: Wanted) -> None:
        self._say(
            file, _tr("That is another file: {name} had other content when it was analysed.").format(name=file.name)
        )

    def _say(self, file: OpenFile, text: str) -> None:
        self._hub.announced.emit(file.key, Message("note", text, command="look-for", other_command="show-where"))

    # ---- documents inside the workspace

    def toggle_embedding(self) -> None:
        """Keep the file in view inside the workspace, or not any more."""
        file = self._state.current
        sha256 = file.sha256 if file is not None else None
        if file is None or sha256 is None:
            return
        path, source, keep = self._path, file.source, not file.is_embedded

        def work() -> None:
            with Workspace.open(path) as workspace:
                if keep:
                    workspace.embedding.keep(sha256, source, self._stop.is_set)
                else:
                    workspace.embedding.drop(sha256)

        def done(_nothing: None) -> None:
            file.is_embedded = keep
            words = (
                _tr("{name} is kept inside the workspace.")
                if keep
                else _tr("{name} is not kept inside the workspace any more.")
            )
            self._hub.announced.emit(file.key, Message("success", words.format(name=file.name)))
            self._hub.changed.emit(file.key)

        def failed(error: FusenError) -> None:
            self._hub.announced.emit(file.key, Message("error", *error_words(error)))
            self._hub.changed.emit(file.key)

        self._background.run(work, done, failed)

    def _opened(self, key: int) -> None:
        """A file that was opened is kept inside, or is not."""
        file, workspace = self._state.files.get(key), self._at_hand()
        if file is None or workspace is None or file.opened is None or file.phase != "reading":
            return
        try:
            file.is_embedded = workspace.embedding.holds(file.opened.sha256)
        except FusenError as error:
            log.info("it is not known whether %s is kept inside: %s", file.name, error)

    def _listed(self) -> None:
        """What was looked for or taken out for a file that is closed now goes."""
        for key in [key for key in self._copies if key not in self._state.files]:
            embedding.discard(self._copies.pop(key))
        for key in [key for key in self._wanted if key not in self._state.files]:
            del self._wanted[key]

    def _tell(self, error: FusenError) -> None:
        self._hub.announced.emit(0, Message("error", *error_words(error)))


def _proposed(finding: Finding | None) -> object:
    """What the model says of a finding."""
    return None if finding is None else (finding.importance, finding.selected, finding.proposed)
