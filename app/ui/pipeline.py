"""A file's way through the workers: open, show the pages, read, analyse, keep. Nothing here waits.

Answers arrive on the clients' threads; the courier brings them to the window's thread, where alone the state is changed.
An answer that belongs to an earlier attempt (`generation`) is dropped.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec

from app.analysis.analysis import Analysis, AnalysisSettings
from app.analysis.shipped import shipped_model_sha256
from app.documents.document import Document
from app.errors import FusenError
from app.review.findings import Finding
from app.review.selection import first_share, select_share, selected_share
from app.ui.hub import Background, Courier, Hub, Message
from app.ui.language import told as told_of
from app.ui.progress import WAITING, ProgressMeter
from app.ui.state import OpenFile, Phase, WindowState
from app.ui.words import error_words
from app.workers.client import WorkerClient
from app.workers.protocol import (
    AnalysisResult,
    Analyze,
    Body,
    OpenDocument,
    OpenedDocument,
    Progress,
    ReadDocument,
    ReadResult,
    Value,
)
from app.workspace.store import Workspace

log = logging.getLogger(__name__)

Stored = tuple[Analysis | None, tuple[Finding, ...], float | None]
_ALL: frozenset[str] = frozenset()


class Pipeline:
    """Opens files and carries them to their findings."""

    def __init__(
        self,
        state: WindowState,
        hub: Hub,
        courier: Courier,
        background: Background,
        documents: WorkerClient,
        model: WorkerClient,
        workspace: Path,
        at_hand: Callable[[], Workspace | None],
        settings: Callable[[], AnalysisSettings] = AnalysisSettings,
        missed: Callable[[OpenFile], object] = lambda _file: None,
    ) -> None:
        """`workspace` is the file, opened anew for what takes its time; `at_hand` the one that the window's thread has open.

        `settings` is what the user wants of an analysis that begins now; `missed` hears of files that are not there.
        """
        self._missed = missed
        self._settings = settings
        self._state = state
        self._hub = hub
        self._courier = courier
        self._background = background
        self._documents = documents
        self._model = model
        self._workspace = workspace
        self._at_hand = at_hand

    def open(self, path: Path) -> OpenFile:
        """Open a file and bring it into view; one that is open already only comes into view."""
        path = path.expanduser().absolute()
        file = self._state.with_path(path)
        if file is None:
            file = self._state.add(path)
            self._hub.listed.emit()
            self._begin(file)
        self.show(file.key)
        return file

    def show(self, key: int | None) -> None:
        """Bring a file, or the start page, into view."""
        if key != self._state.current_key:
            self._state.bring(key)
            self._hub.current.emit()

    def close(self, key: int) -> None:
        """Take a file out of the window and stop what is done for it."""
        file = self._state.files[key]
        self._abandon(file)
        self._state.remove(key)
        self._hub.listed.emit()
        self._hub.current.emit()

    def unlock(self, file: OpenFile, password: str) -> None:
        """Try a password. It is kept in memory as long as the file is open, and nowhere else."""
        file.password = password
        self._begin(file)

    def retry(self, file: OpenFile) -> None:
        """Open a file once more after a failure, or analyse it anew."""
        if file.opened is None:
            self._begin(file)
        elif self._has_other_settings(file) and file.document is not None:
            self._take_stored(file, file.document)
        else:
            self._read(file, analyse=True)

    def reopen(self, file: OpenFile, path: Path, *, stand_in: bool = False) -> None:
        """Read a file that was gone from where it is now; as a `stand_in`, the document keeps its name and its place."""
        if stand_in:
            file.stand_in = path
        else:
            file.path = path
        self._begin(file)

    def show_stored(self, file: OpenFile, document: Document, stored: Stored) -> None:
        """Show a document without its file: its text and its findings, as the workspace keeps them."""
        if stored[0] is not None:
            file.document, file.stored_sha256 = document, document.sha256
            self._show_findings(file, stored[0], *stored[1:])

    def recognise(self, file: OpenFile) -> None:
        """Read the file anew, with pages of poor text recognised, and analyse what was read."""
        file.ocr, file.document = "redo", None
        self._read(file, analyse=True)

    def cancel(self, file: OpenFile) -> None:
        """Stop reading and analysing; the pages stay."""
        self._abandon(file)
        if file.opened is None:
            self._fail(file, FusenError("cancelled", "Opening was cancelled.", "Open the file again when you want to."))
            return
        file.meter = None
        file.phase = _ended(file)
        text = told_of("The analysis was cancelled.")
        self._hub.announced.emit(file.key, Message("note", text, command="analyse"))
        self._hub.changed.emit(file.key)

    # ---- steps, all in the window's thread

    def _begin(self, file: OpenFile) -> None:
        self._abandon(file)
        file.phase, file.problem, file.opened = "opening", None, None
        self._hub.changed.emit(file.key)
        body = OpenDocument(path=str(file.source), password=file.password)
        self._submit(self._documents, file, body, self._opened, self._fail)

    def _opened_anew(self) -> Workspace:
        """On any thread; used by the one who uses the window's."""
        workspace, shown = Workspace.open(self._workspace), self._at_hand()
        if shown is not None:
            workspace.reviewer = shown.reviewer
        return workspace

    def _opened(self, file: OpenFile, value: Value) -> None:
        assert isinstance(value, OpenedDocument)  # noqa: S101 -- the worker's contract
        value = msgspec.structs.replace(value, path=str(file.path))
        file.opened = value
        file.phase = "reading"
        file.meter = ProgressMeter()
        self._hub.changed.emit(file.key)
        generation = file.generation

        def load() -> Stored:
            with self._opened_anew() as workspace:
                workspace.add_document(value)
                sha256 = value.sha256
                return workspace.analysis(sha256), workspace.findings(sha256), workspace.proposed_share(sha256)

        def loaded(stored: Stored) -> None:
            if file.generation != generation:
                return
            if stored[0] is None:
                self._read(file, analyse=True)
                return
            self._show_findings(file, stored[0], *stored[1:])
            self._read(file, analyse=False)

        self._background.run(
            load, loaded, lambda error: self._stop(file, error) if file.generation == generation else None
        )

    def _read(self, file: OpenFile, *, analyse: bool) -> None:
        if analyse:
            self._abandon(file)
            file.phase, file.meter = "reading", ProgressMeter()
            self._hub.announced.emit(file.key, None)
            self._hub.changed.emit(file.key)
        if file.document is not None and analyse:
            self._analyse(file, file.document)
            return

        def read(file: OpenFile, value: Value) -> None:
            assert isinstance(value, ReadResult)  # noqa: S101 -- the worker's contract
            file.document, file.structure = replace(value.document, file=str(file.path)), value.structure
            if analyse:
                self._analyse(file, file.document)
            else:
                self._hub.changed.emit(file.key)

        body = ReadDocument(path=str(file.source), password=file.password, ocr=file.ocr)
        # Without a document of its own, a PDF shows all the same; only what is known of its structure is missing.
        failed = self._stop if analyse or not file.is_pdf else _leave
        self._submit(self._documents, file, body, read, failed)

    def _analyse(self, file: OpenFile, document: Document) -> None:
        others = any(other.phase == "analysing" for other in self._state.files.values() if other is not file)
        file.phase = "analysing"
        if others and file.meter is not None:
            file.meter.report(WAITING, 0, 1)
        self._hub.changed.emit(file.key)

        def analysed(file: OpenFile, value: Value) -> None:
            assert isinstance(value, AnalysisResult)  # noqa: S101 -- the worker's contract
            self._keep(file, document, value.analysis)

        # Where a complete analysis shows, first findings would be a step back.
        first = file.analysis is None or file.has_first_findings
        body = Analyze(document=document, settings=self._settings(), preliminary=first)
        self._submit(self._model, file, body, analysed, self._stop, self._preview)

    def _preview(self, file: OpenFile, analysis: Analysis) -> None:
        """Show first findings at once, as the precise ones will be shown. They are not stored; decisions on them are."""
        workspace = self._at_hand()
        if workspace is None or file.phase != "analysing":
            return
        if (share := first_share(analysis)) is not None:
            analysis = select_share(analysis, share)
        try:
            findings = workspace.preview(analysis.sha256, analysis)
        except FusenError as error:
            self._hub.announced.emit(file.key, Message("error", *error_words(error)))
            return
        self._show_findings(file, analysis, findings, None)

    def _keep(self, file: OpenFile, document: Document, analysis: Analysis) -> None:
        """Store the analysis first, then show what was stored: the window never shows what a kill could lose.

        A reviewer begins with the most important passages, also where the model selected more.
        """
        generation = file.generation

        def store() -> Stored:
            with self._opened_anew() as workspace:
                workspace.save_analysis(document, analysis)
                return _with_first_share(workspace, analysis)

        def stored(value: Stored) -> None:
            if file.generation == generation:
                self._show_findings(file, value[0] or analysis, self._up_to_date(document.sha256, value[1]), value[2])

        self._background.run(
            store, stored, lambda error: self._stop(file, error) if file.generation == generation else None
        )

    def _has_other_settings(self, file: OpenFile) -> bool:
        """Whether what shows was analysed under other settings than an analysis would be now."""
        shown = file.analysis
        return shown is not None and not shown.preliminary and replace(shown.settings, share=None) != self._settings()

    def _take_stored(self, file: OpenFile, document: Document) -> None:
        """Go back to what was analysed under these settings before; where nothing was, analyse."""
        self._abandon(file)
        generation, settings = file.generation, self._settings()

        def take() -> Stored:
            with self._opened_anew() as workspace:
                analysis = workspace.take_analysis(document, shipped_model_sha256(), settings)
                return (None, (), None) if analysis is None else _with_first_share(workspace, analysis)

        def taken(value: Stored) -> None:
            if file.generation != generation:
                return
            if value[0] is None:
                self._read(file, analyse=True)
                return
            self._hub.announced.emit(file.key, None)
            self._show_findings(file, value[0], self._up_to_date(document.sha256, value[1]), value[2])

        self._background.run(
            take, taken, lambda error: self._stop(file, error) if file.generation == generation else None
        )

    def _up_to_date(self, sha256: str, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """As they are stored now: a first finding may have been decided on since `findings` were read on the other thread."""
        try:
            return workspace.findings(sha256) if (workspace := self._at_hand()) is not None else findings
        except FusenError:
            log.exception("the findings cannot be read once more")
            return findings

    def _show_findings(
        self, file: OpenFile, analysis: Analysis, findings: tuple[Finding, ...], proposed: float | None
    ) -> None:
        first, looked_at = file.analysis if file.has_first_findings else None, file.findings.selected_id
        file.take(analysis, findings)
        file.proposed_share = proposed
        # What the reader must know of this document before she trusts what is selected; once, for she may have dismissed it.
        if analysis.warnings and (first is None or analysis.warnings != first.warnings):
            told = " ".join(told_of(warning.message) for warning in analysis.warnings)
            again = "recognise" if file.has_poor_text else None
            self._hub.announced.emit(file.key, Message("note", told, command=again))
        self._hub.changed.emit(file.key)
        self._hub.findings.emit(file.key, _ALL)
        if (
            first is None or file.findings.selected_id != looked_at
        ):  # else the pages stay where the reader scrolled them
            self._hub.selected.emit(file.key)

    def _fail(self, file: OpenFile, error: FusenError) -> None:
        """The file cannot be opened."""
        file.problem, file.meter = error, None
        file.phase = "locked" if error.code in ("encrypted", "wrong-password") else "failed"
        self._hub.changed.emit(file.key)
        if error.code == "not-found":
            self._missed(file)

    def _stop(self, file: OpenFile, error: FusenError) -> None:
        """The pages show, but there will be no findings this time."""
        if file.document is None and not file.is_pdf:
            self._fail(file, error)
            return
        file.problem, file.meter = error, None
        file.phase = _ended(file)
        if error.code != "cancelled":
            again = None if error.code in ("empty", "too-large") else "analyse"  # it would say the same once more
            self._hub.announced.emit(file.key, Message("error", *error_words(error), command=again))
        self._hub.changed.emit(file.key)

    def _progress(self, file: OpenFile, progress: Progress) -> None:
        if file.meter is not None:
            file.meter.report(progress.stage, progress.done, progress.total)
            self._hub.changed.emit(file.key)

    # ---- calls

    def _submit(
        self,
        client: WorkerClient,
        file: OpenFile,
        body: Body,
        done: Callable[[OpenFile, Value], None],
        failed: Callable[[OpenFile, FusenError], None],
        preliminary: Callable[[OpenFile, Analysis], None] | None = None,
    ) -> None:
        generation = file.generation

        def post(job: Callable[[], None]) -> None:
            self._courier.post(lambda: job() if file.generation == generation else None)

        call_id = client.submit(
            body,
            on_progress=lambda progress: post(lambda: self._progress(file, progress)),
            on_result=lambda value: post(lambda: done(file, value)),
            on_failure=lambda error: post(lambda: failed(file, error)),
            on_preliminary=None if preliminary is None else lambda first: post(lambda: preliminary(file, first)),
        )
        file.calls[call_id] = client.cancel

    def _abandon(self, file: OpenFile) -> None:
        """Cancel every call of the file and make their answers void."""
        file.generation += 1
        calls, file.calls = file.calls, {}
        for call_id, cancel in calls.items():
            cancel(call_id)


def _with_first_share(workspace: Workspace, analysis: Analysis) -> Stored:
    """What is stored of a document whose current analysis is this one, with the share that a reviewer begins with."""
    shown: Analysis | None = analysis
    if (share := first_share(analysis)) is not None:
        shown = workspace.choose_share(analysis.sha256, share)
    return shown, workspace.findings(analysis.sha256), selected_share(analysis)


def _leave(file: OpenFile, error: FusenError) -> None:
    log.info("%s is shown without its structure: %s", file.name, error.message)


def _ended(file: OpenFile) -> Phase:
    """The phase of a file whose pages show once nothing is done for it any more."""
    return "ready" if file.analysis is not None and not file.has_first_findings else "stopped"
