"""What lives behind one window: state, workspace, workers, threads. Made before the window, started after its first paint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from app.errors import FusenError
from app.review.findings import Decision
from app.ui.archive import Archive
from app.ui.exporting import Exporter
from app.ui.finding_list import Order
from app.ui.hub import Background, Courier, Hub, Message
from app.ui.page_images import PageImages
from app.ui.pipeline import Pipeline
from app.ui.reviewer import Reviewer
from app.ui.state import OpenFile, WindowState
from app.workers.client import WorkerClient
from app.workspace.store import StoredDocument, Workspace

DOCUMENT_WORKER = "app.workers.document_worker"
MODEL_WORKER = "app.workers.model_worker"


class Session:
    """Made in the window's thread; `close` ends every process and thread."""

    def __init__(
        self, workspace: Path, *, document_worker: str = DOCUMENT_WORKER, model_worker: str = MODEL_WORKER
    ) -> None:
        self.state = WindowState()
        self.hub = Hub()
        self._courier = Courier()
        self._background = Background(self._courier)
        self._documents = WorkerClient(document_worker, name="document worker")
        self._model = WorkerClient(model_worker, name="model worker")
        self.images = PageImages(self._documents, self._courier)
        self._path = workspace
        self._workspace: Workspace | None = None
        self._reviewer: Reviewer | None = None
        self.exporter = Exporter(self.hub, self._courier, self._background, self._documents, workspace)
        self.archive = Archive(self.hub, self._courier, self._model, workspace, lambda: self._workspace)
        self._pipeline = Pipeline(
            self.state,
            self.hub,
            self._courier,
            self._background,
            self._documents,
            self._model,
            workspace,
            lambda: self._workspace,
        )

    def start(self) -> None:
        """Open the workspace and start the workers. A workspace that cannot be opened is told, and nothing else can be done."""
        try:
            self._workspace = Workspace.open(self._path)
        except FusenError as error:
            self.hub.announced.emit(0, Message("error", error.message, error.advice))
            return
        self._reviewer = Reviewer(self.state, self.hub, self._workspace)
        self._documents.start()
        self._model.start()
        self.hub.current.emit()

    def close(self) -> None:
        """End processes and threads; everything is stored already."""
        self._courier.close()
        self.images.close()
        self._documents.close()
        self._model.close()
        self._background.close()
        self.archive.close()
        if self._workspace is not None:
            self._workspace.close()
            self._workspace = self._reviewer = None

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What the commands do that need no window, by the command's id."""
        return {
            "close": self.close_current,
            "accept": lambda: self.decide("accepted"),
            "reject": lambda: self.decide("rejected"),
            "clear": lambda: self.decide("undecided"),
            "undo": self.undo,
            "redo": self.redo,
            "analyse": self.retry,
            "recognise": self.recognise,
            "cancel": self.cancel,
            "sort-importance": lambda: self.arrange(order="importance"),
            "sort-place": lambda: self.arrange(order="place"),
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
            self.hub.announced.emit(0, Message("error", error.message, error.advice))
            return ()

    def open(self, paths: Sequence[Path]) -> None:
        """Open files; the last one comes into view."""
        if self._workspace is not None:
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
