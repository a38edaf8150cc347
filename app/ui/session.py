"""What lives behind one window: state, workspace, workers, threads. Made before the window, started after its first paint."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, TypeVar

from app.errors import FusenError
from app.review.findings import Decision
from app.ui.archive import Archive
from app.ui.caretaking import Caretaker
from app.ui.explaining import Explainer
from app.ui.exporting import Exporter
from app.ui.filtering import Filter
from app.ui.finding_list import Order
from app.ui.hub import Background, Courier, Hub, Message
from app.ui.language import tag_name
from app.ui.looking import Looking
from app.ui.page_images import PageImages
from app.ui.pipeline import Pipeline
from app.ui.reviewer import Reviewer
from app.ui.settings import AUDITED, Settings
from app.ui.state import OpenFile, WindowState
from app.ui.wishing import Wished
from app.ui.words import error_words
from app.workers.client import WorkerClient
from app.workspace.checking import PATIENCE
from app.workspace.signing import signing_key
from app.workspace.store import StoredDocument, Workspace

log = logging.getLogger(__name__)
T = TypeVar("T")

Progresses = dict[str, tuple[int, int]]
"""Decided and all findings of documents, by hash."""

DOCUMENT_WORKER = "app.workers.document_worker"
MODEL_WORKER = "app.workers.model_worker"


class Session:
    """Made in the window's thread; `close` ends every process and thread."""

    def __init__(
        self,
        workspace: Path,
        *,
        document_worker: str = DOCUMENT_WORKER,
        model_worker: str = MODEL_WORKER,
        settings: Settings | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self.state = WindowState(tag_name=tag_name)
        self.hub = Hub()
        self._courier = Courier()
        self._background = Background(self._courier)
        self._documents = WorkerClient(document_worker, name="document worker")
        self._model = WorkerClient(model_worker, name="model worker")
        self.explainer = Explainer(self._model, self._courier)
        self.images = PageImages(self._documents, self._courier)
        self._path = workspace
        self._workspace: Workspace | None = None
        self._waiting: list[Path] = []  # files that are asked for while the workspace is not open
        self._reviewer: Reviewer | None = None
        self.exporter = Exporter(self.hub, self._courier, self._documents, workspace, self._reviewer_name)
        self.looking: Looking | None = None
        self.archive = Archive(self.hub, self._courier, self._model, workspace, lambda: self._workspace)
        self.caretaker = Caretaker(self.state, self.hub, self._courier, workspace, lambda: self._workspace)
        self._pipeline = Pipeline(
            self.state,
            self.hub,
            self._courier,
            self._background,
            self._documents,
            self._model,
            workspace,
            lambda: self._workspace,
            self.settings.analysis,
            self.caretaker.missed,
        )
        self.caretaker.serve(self._pipeline)
        self.settings.listen(self._name_reviewer)

    def _reviewer_name(self) -> str:
        return str(self.settings["reviewer"])

    def _name_reviewer(self, key: str) -> None:
        """The audit log tells who decided, and what was set that results depend on."""
        if self._workspace is None:
            return
        self._workspace.reviewer = self._reviewer_name()
        self._workspace.tells_texts = bool(self.settings["audit-text"])
        if key in AUDITED:
            self._workspace.audit.record("setting-changed", {"key": key, "value": self.settings[key]})

    @property
    def workspace(self) -> Workspace | None:
        """The open workspace; it belongs to the window's thread."""
        return self._workspace

    def reload_findings(self) -> None:
        """Show the findings of all open files as the workspace has them, after a change of many."""
        if self._workspace is None:
            return
        for file in list(self.state.files.values()):
            if file.analysis is not None and file.sha256 is not None and not file.has_first_findings:
                file.take(file.analysis, self._workspace.findings(file.sha256), unasked=True)
                self.hub.findings.emit(file.key, frozenset())
        self.state.can_undo, self.state.can_redo = self._workspace.can_undo, self._workspace.can_redo
        self.hub.history.emit()

    def start(self) -> None:
        """Open the workspace and start the workers. A workspace that cannot be opened is told, and nothing else can be done."""
        try:
            self._workspace = Workspace.open(self._path, PATIENCE)
        except FusenError as error:
            self.caretaker.tell_damage(error)
            return
        self.state.has_workspace = True
        self.caretaker.begin(self._workspace)
        self._name_reviewer("reviewer")
        self._workspace.audit.later = self._keep_later
        # The log's key is fetched before the first decision waits for it.
        self._background.run(signing_key, lambda _key: None, lambda error: log.warning("no signing key: %s", error))
        self._reviewer = Reviewer(self.state, self.hub, self._workspace)
        self.looking = Looking(self.state, self.hub, self._workspace, self._reviewer)
        self._documents.start()
        self._model.start()
        self.hub.current.emit()
        waiting, self._waiting = self._waiting, []
        self.open(waiting)

    def _keep_later(self, job: Callable[[], None]) -> None:
        self._background.run(job, lambda _nothing: None, lambda error: log.warning("the head is not kept: %s", error))

    @property
    def path(self) -> Path:
        """The workspace's file."""
        return self._path

    @property
    def is_open(self) -> bool:
        """Whether the workspace is open."""
        return self._workspace is not None

    def pause(self) -> None:
        """Close every file and the workspace, so that its file can be replaced; `start` opens it again."""
        for key in list(self.state.files):
            self.close_file(key)
        if self._workspace is not None:
            self._workspace.close()
            self._workspace = self._reviewer = self.looking = None
            self.state.has_workspace = False

    def in_background(
        self, work: Callable[[], T], done: Callable[[T], object], failed: Callable[[FusenError], object]
    ) -> None:
        """Do `work` on the thread on which the workspace is written; `done` or `failed` follows in the window's thread."""
        self._background.run(work, done, failed)

    def post(self, job: Callable[[], object]) -> None:
        """Run `job` soon in the window's thread; from any thread."""
        self._courier.post(job)

    def close(self) -> None:
        """End processes and threads; everything is stored already."""
        self._courier.close()
        self.images.close()
        self._documents.close()
        self._model.close()
        self._background.close()
        self.exporter.close()
        self.archive.close()
        self.caretaker.close()
        if self._workspace is not None:
            self._workspace.close()
            self._workspace = self._reviewer = self.looking = None

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What the commands do that need no window, by the command's id."""
        return {
            "close": self.close_current,
            "accept": lambda: self.decide("accepted"),
            "reject": lambda: self.decide("rejected"),
            "clear": lambda: self.decide("undecided"),
            "skip": lambda: self.reviewing(Reviewer.skip),
            "raise": lambda: self.reviewing(Reviewer.toggle_raised),
            "add-finding": lambda: self.reviewing(Reviewer.add_marked),
            "embed": self.caretaker.toggle_embedding,
            "recover": lambda: self.caretaker.recover(self.pause, self.start),
            "undo": self.undo,
            "redo": self.redo,
            "analyse": self.retry,
            "recognise": self.recognise,
            "cancel": self.cancel,
            "sort-importance": lambda: self.arrange(order="importance"),
            "sort-place": lambda: self.arrange(order="place"),
            "sort-uncertainty": lambda: self.arrange(order="uncertainty"),
            "sort-tag": lambda: self.arrange(order="tag"),
            "group": self.toggle_groups,
            "fold": lambda: self.collapse(None, collapsed=True),
            "clear-filter": lambda: self.filter(Filter()),
            "only-undecided": self.toggle_undecided,
            "less": lambda: self.step_share(-1),
            "more": lambda: self.step_share(1),
            "model-selection": lambda: self.choose_share(None),
        }

    def recent(self) -> Sequence[StoredDocument]:
        """Documents of the workspace, oldest first."""
        try:
            return self._workspace.documents() if self._workspace is not None else ()
        except FusenError as error:
            self.hub.announced.emit(0, Message("error", *error_words(error)))
            return ()

    def progress_of(self, documents: Sequence[StoredDocument], done: Callable[[Progresses], object]) -> None:
        """Find out in the background how far the review of these is: `done` gets decided and all findings, by hash."""

        def count() -> Progresses:
            with Workspace.open(self._path) as workspace:
                found = {document.sha256: workspace.findings(document.sha256) for document in documents}
            return {
                sha256: (sum(finding.decision != "undecided" for finding in findings), len(findings))
                for sha256, findings in found.items()
            }

        # A workspace that cannot be read tells so elsewhere; here only a figure is missing.
        self._background.run(count, done, lambda error: log.info("no progress is known: %s", error))

    def drawing(self) -> tuple[WorkerClient, Courier]:
        """Who draws pages, and who brings them."""
        return self._documents, self._courier

    def with_workspace(self, work: Callable[[Workspace], T], done: Callable[[T], object]) -> None:
        """Do what takes longer than a frame with the workspace, on another thread; `done` follows in the window's."""

        def run() -> T:
            with Workspace.open(self._path) as workspace:
                workspace.reviewer = self._reviewer_name()
                return work(workspace)

        def tell(error: FusenError) -> None:
            self.hub.announced.emit(0, Message("error", *error_words(error)))

        self._background.run(run, done, tell)

    def stored_window(self) -> str | None:
        """What the window showed last, in its own words; None where nothing is known of that."""
        try:
            return self._workspace.window_state() if self._workspace is not None else None
        except FusenError as error:
            self.hub.announced.emit(0, Message("error", *error_words(error)))
            return None

    def store_window(self, content: str) -> None:
        """Keep what the window shows. Raises FusenError where that cannot be written now."""
        if self._workspace is not None:
            self._workspace.save_window_state(content)

    def hide_tags(self, hidden: frozenset[str]) -> None:
        """Have these columns of the matrix hidden, and no others."""
        if hidden != self.state.hidden_tags:
            self.state.hidden_tags = hidden
            self.hub.hid.emit()

    def wish(self, wished: Wished) -> None:
        """Have these findings of all documents listed, and no others."""
        if wished != self.state.wished:
            self.state.wished = wished
            self.hub.wished.emit()

    def open(self, paths: Sequence[Path]) -> None:
        """Open files; the last one comes into view."""
        if self._workspace is None:
            self._waiting += paths
            return
        for path in paths:
            self._pipeline.open(path)

    def show(self, key: int) -> None:
        """Bring a file into view."""
        self._pipeline.show(key)

    def close_current(self) -> None:
        """Close the file in view."""
        if (key := self.state.current_key) is not None:
            self.close_file(key)

    def close_file(self, key: int) -> None:
        """Close a file."""
        self._pipeline.close(key)
        self.images.forget(key)

    def show_beside(self, key: int | None = None) -> None:
        """Show a file to the right of the one in view: see `WindowState.show_beside`."""
        self.state.show_beside(key)
        self.hub.current.emit()

    def end_beside(self) -> None:
        """Show one file only."""
        self.state.end_beside()
        self.hub.current.emit()

    def activate(self, *, beside: bool) -> None:
        """Let commands act on the view to the right, or to the left."""
        if self.state.beside_key is not None and beside != self.state.beside_active:
            self.state.activate(beside=beside)
            self.hub.current.emit()

    def mark(self, file: OpenFile, chosen: tuple[int, int] | None) -> None:
        """Keep which range of the text is selected on the pages."""
        if chosen != file.marked:
            file.marked = chosen
            self.hub.marked.emit(file.key)

    def unlock(self, file: OpenFile, password: str) -> None:
        """Try a password."""
        self._pipeline.unlock(file, password)

    def retry(self, file: OpenFile | None = None) -> None:
        """Open or analyse once more."""
        if (file := file or self.state.current) is not None:
            self._pipeline.retry(file)

    def recognise(self) -> None:
        """Read the file in view anew, with pages of poor text recognised."""
        if (file := self.state.current) is not None:
            self.mark(file, None)  # its offsets mean nothing in the text that is to come
            self._pipeline.recognise(file)

    def cancel(self) -> None:
        """Stop what is done for the file in view."""
        if (file := self.state.current) is not None:
            self._pipeline.cancel(file)

    def select(self, file: OpenFile, finding_id: str) -> None:
        """Look at a finding."""
        if self._reviewer is not None:
            self._reviewer.select(file, finding_id)

    def step(self, step: Literal[1, -1]) -> None:
        """The next or previous finding."""
        if self._reviewer is not None:
            self._reviewer.step(step)

    def decide(self, decision: Decision) -> None:
        """Decide on the selected finding."""
        if self._reviewer is not None:
            self._reviewer.decide(decision)

    def reviewing(self, act: Callable[[Reviewer], object]) -> None:
        """Let the reviewer do something, once there is a workspace to keep it in."""
        if self._reviewer is not None:
            act(self._reviewer)

    def comment(self, file: OpenFile, finding_id: str, text: str) -> None:
        """Keep a comment."""
        if self._reviewer is not None:
            self._reviewer.comment(file, finding_id, text)

    def undo(self) -> None:
        """Take back the last change."""
        if self._reviewer is not None:
            self._reviewer.undo()

    def redo(self) -> None:
        """Do it again."""
        if self._reviewer is not None:
            self._reviewer.redo()

    def arrange(self, order: Order) -> None:
        """Sort the findings."""
        if self._reviewer is not None:
            self._reviewer.arrange(order=order)

    def choose_share(self, share: float | None) -> None:
        """Select this share of the text, or what the model selected."""
        if self._reviewer is not None:
            self._reviewer.choose_share(share)

    def step_share(self, step: Literal[1, -1]) -> None:
        """Select a little more or less."""
        if self._reviewer is not None:
            self._reviewer.step_share(step)

    def toggle_undecided(self) -> None:
        """Show all findings, or the undecided ones only."""
        if self._reviewer is not None and self.state.current is not None:
            self._reviewer.arrange(only_undecided=not self.state.current.findings.only_undecided)

    def decide_many(self, ids: Sequence[str], decision: Decision) -> None:
        """Decide on several findings of the file in view."""
        if self._reviewer is not None:
            self._reviewer.decide_many(ids, decision)

    def filter(self, chosen: Filter) -> None:
        """Show the findings that pass this filter."""
        if self._reviewer is not None:
            self._reviewer.filter(chosen)

    def pick(self, ids: Sequence[str], current: str | None) -> None:
        """Let decisions act on several findings of the file in view together."""
        if self._reviewer is not None:
            self._reviewer.pick(ids, current)

    def stand_on(self, key: int) -> None:
        """The cursor stands on the head of a group of the list."""
        if (file := self.state.current) is not None:
            file.findings.head = key

    def saw(self, file: OpenFile, span: tuple[int, int]) -> None:
        """These pages (from 1), or characters of a document without pages, stood in view."""
        if self.looking is not None:
            self.looking.saw(file, span)

    def toggle_groups(self) -> None:
        """Put the findings together by section, or not."""
        if self._reviewer is not None and self.state.current is not None:
            self._reviewer.group(by_section=not self.state.current.findings.by_section)

    def collapse(self, key: int | None, *, collapsed: bool) -> None:
        """Close or open a group of the list; without a key all of them."""
        if self._reviewer is not None:
            self._reviewer.collapse(key, collapsed=collapsed)
