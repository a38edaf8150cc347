"""What the window asks of the workspace as a whole and of the model about one document; nothing here holds up the window.

A search runs on a thread of its own, so that it neither waits for nor delays what is stored.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from app.documents.document import Document, Language
from app.errors import FusenError
from app.review.matrix import Matrix
from app.ui.hub import Background, Courier, Hub, Message
from app.ui.state import OpenFile
from app.ui.words import error_words
from app.workers.client import WorkerClient
from app.workers.protocol import Answers, Ask, Progress, Value
from app.workspace.across import Across, Occurring, Order, Wish
from app.workspace.library import DocumentHits, ShelfEntry
from app.workspace.store import Workspace

log = logging.getLogger(__name__)
T = TypeVar("T")

Cancel = Callable[[], None]
OnFailure = Callable[[FusenError], None]


class Archive:
    """Made in the window's thread and used there; `at_hand` gives the workspace that this thread has open."""

    def __init__(
        self, hub: Hub, courier: Courier, model: WorkerClient, path: Path, at_hand: Callable[[], Workspace | None]
    ) -> None:
        self._hub = hub
        self._courier = courier
        self._model = model
        self._path = path
        self._at_hand = at_hand
        self._searches = Background(courier)
        self._stops: list[threading.Event] = []

    def close(self) -> None:
        """End the thread; what it is at is stopped."""
        for stop in self._stops:
            stop.set()
        self._searches.close()

    # ---- the shelf and the questions, at once

    def shelf(self) -> tuple[ShelfEntry, ...]:
        """The documents of the workspace."""
        return self._try(lambda workspace: workspace.library.shelf(), ())

    def remove(self, sha256: str) -> None:
        """Take a document off the shelf."""
        self._try(lambda workspace: workspace.library.remove(sha256), None)

    def restore(self, sha256: str) -> None:
        """Put it back."""
        self._try(lambda workspace: workspace.library.restore(sha256), None)

    def questions(self) -> tuple[str, ...]:
        """What was asked last."""
        return self._try(lambda workspace: workspace.library.questions(), ())

    def remember_question(self, text: str) -> None:
        """Keep a question."""
        self._try(lambda workspace: workspace.library.remember_question(text), None)

    def forget_questions(self) -> None:
        """Forget them all."""
        self._try(lambda workspace: workspace.library.forget_questions(), None)

    # ---- what takes its time

    def ask(
        self,
        document: Document,
        question: str,
        done: Callable[[Answers], None],
        failed: OnFailure,
        progress: Callable[[Progress], None],
    ) -> Cancel:
        """Ask the model about a document; exactly one of `done` and `failed` follows, unless it is cancelled."""
        stop = threading.Event()

        def post(job: Callable[[], None]) -> None:
            self._courier.post(lambda: None if stop.is_set() else job())

        def answered(value: Value) -> None:
            assert isinstance(value, Answers)  # noqa: S101 -- the worker's contract
            post(lambda: done(value))

        # Quads are most of a document's size, and of no use for an answer.
        call = self._model.submit(
            Ask(replace(document, quads=None), question),
            on_progress=lambda told: post(lambda: progress(told)),
            on_result=answered,
            on_failure=lambda error: post(lambda: failed(error)),
        )

        def cancel() -> None:
            if not stop.is_set():
                stop.set()
                self._model.cancel(call)

        return cancel

    def search(
        self, query: str, found: Callable[[DocumentHits], None], done: Callable[[], None], failed: OnFailure
    ) -> Cancel:
        """Search all texts; `found` is called for each document with hits as it comes, then `done` or `failed`."""
        stop = threading.Event()

        def tell(hits: DocumentHits) -> None:
            if not stop.is_set():
                found(hits)

        def work() -> None:
            with Workspace.open(self._path) as workspace:
                for hits in workspace.library.search(query, stop.is_set):
                    self._courier.post(partial(tell, hits))

        self._run(work, lambda _nothing: done(), failed, stop)
        return stop.set

    def matrix(self, done: Callable[[Matrix], None], failed: OnFailure) -> None:
        """The documents by tag."""

        def work() -> Matrix:
            with Workspace.open(self._path) as workspace:
                return workspace.library.matrix()

        self._run(work, done, failed, threading.Event())

    def across(
        self, wish: Wish, order: Order, done: Callable[[Across], None], failed: OnFailure, *, descending: bool
    ) -> Cancel:
        """The findings of all documents that are as wished; who asks for others cancels this first."""
        stop = threading.Event()

        def work() -> Across:
            if stop.is_set():  # another question came while this one waited
                return Across(0, ())
            with Workspace.open(self._path) as workspace:
                return workspace.library.across(wish, order, descending=descending)

        self._run(work, done, failed, stop)
        return stop.set

    def occurring(self, done: Callable[[Occurring], None]) -> None:
        """What findings can be wished by; where that cannot be read, nothing follows."""

        def work() -> Occurring:
            with Workspace.open(self._path) as workspace:
                return workspace.library.occurring()

        self._run(work, done, lambda error: log.info("owners and tags are not known: %s", error), threading.Event())

    def save_matrix(
        self, matrix: Matrix, rows: Sequence[int], tags: Sequence[str], language: Language, output: Path, words: str
    ) -> None:
        """Write these rows and columns; that it is done is announced in `words`."""

        def work() -> None:
            from app.export.matrix_table import matrix_table, write_matrix

            with Workspace.open(self._path) as workspace:
                workspace.originals.refuse(output)
            write_matrix(matrix_table(matrix, rows, tags, language), output)

        def saved(_nothing: None) -> None:
            self._hub.announced.emit(0, Message("success", words, folder=str(output.parent)))

        self._run(work, saved, self.tell, threading.Event())

    def tell(self, error: FusenError) -> None:
        """Announce an error that concerns no document."""
        self._hub.announced.emit(0, Message("error", *error_words(error)))

    def _run(
        self, work: Callable[[], T], done: Callable[[T], object], failed: OnFailure, stop: threading.Event
    ) -> None:
        self._stops = [each for each in self._stops if not each.is_set()] + [stop]

        def unless_stopped(job: Callable[[], object]) -> None:
            if not stop.is_set():
                stop.set()
                job()

        self._searches.run(
            work,
            lambda value: unless_stopped(lambda: done(value)),
            lambda error: unless_stopped(lambda: failed(error)),
        )

    def _try(self, act: Callable[[Workspace], T], otherwise: T) -> T:
        workspace = self._at_hand()
        if workspace is None:
            return otherwise
        try:
            return act(workspace)
        except FusenError as error:
            self.tell(error)
            return otherwise


def file_with(files: Sequence[OpenFile], sha256: str) -> OpenFile | None:
    """The first open file with these bytes."""
    return next((file for file in files if file.sha256 == sha256), None)
