"""Writes what the reviewer decided, where she says, without holding up the window: the export page and the single commands.

Whatever is exported goes the same way: targets (`export_files.py`), written one after the other (`export_writing.py`), briefs by
`app.export.formats`, marked copies of documents by the document worker.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.analysis.structure.values import Structure
from app.errors import FusenError
from app.export.file_names import file_stem
from app.ui.export_files import Target, default_stem, existing, folder_problem, originals_among
from app.ui.export_writing import Outcome, Step, refuse, write_files
from app.ui.finding_list import is_accepted
from app.ui.hub import Background, Courier, Hub, Message
from app.ui.state import OpenFile
from app.ui.words import error_words
from app.workers.client import WorkerClient

if TYPE_CHECKING:  # loaded when somebody exports: the window is to be up at once
    from app.export.brief import Brief
    from app.export.formats import FormatName
    from app.ui.export_choice import Choice
    from app.ui.export_preview import Preview
    from app.ui.export_source import Request

SINGLE: dict[str, FormatName] = {
    "export-pdf": "pdf",
    "export-docx": "docx",
    "export-markdown": "md",
    "export-json": "json",
}
"""Commands that write one file of the document in view, and its format."""

Cancel = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Obstacles:
    """What stands in the way of writing: a folder that is no good, files that are there, those of them that are documents."""

    folder: FusenError | None = None
    existing: tuple[Target, ...] = ()
    originals: tuple[Target, ...] = ()


class Exporter:
    """Made in the window's thread and used there; `close` ends its threads."""

    def __init__(
        self,
        hub: Hub,
        courier: Courier,
        documents: WorkerClient,
        workspace: Path,
        reviewer: Callable[[], str] = str,
    ) -> None:
        """`reviewer` is the name that the audit log and annotations bear."""
        self._reviewer = reviewer
        self._hub = hub
        self._courier = courier
        self._documents = documents
        self._workspace = workspace
        # A thread each: a preview waits for no file that is written, nor for a folder on a drive of the network.
        self._writing, self._reading, self._looking = Background(courier), Background(courier), Background(courier)
        self._previews = self._looks = 0  # the number of the newest
        self._stops: list[threading.Event] = []

    def close(self) -> None:
        """End the threads; what is being written is given up."""
        for stop in self._stops:
            stop.set()
        self._previews += 1
        self._looks += 1
        for thread in (self._writing, self._reading, self._looking):
            thread.close()

    # ---- a single command

    def suggestion(self, file: OpenFile, command: str) -> Path:
        """Beside the document, the name that the export page would give it."""
        from app.export.formats import FORMATS

        form, stem = FORMATS[SINGLE[command]], file.path.stem
        copy = form.copy_ending(file.name, "pdf")
        return file.path.with_name(
            file_stem(stem) + copy if copy else default_stem((stem,), "", form.stem) + form.ending
        )

    def export(self, file: OpenFile, command: str, output: Path) -> None:
        """Write `output`, which the user was asked about; the result is announced."""
        sha256 = file.sha256 or ""
        target = Target(SINGLE[command], output, sha256 if command == "export-pdf" else "")
        try:
            refuse(target, (file.path,), may_replace=(target,))
        except FusenError as error:
            self._tell(file, Outcome(target, error))
            return
        from app.ui.export_source import Request

        passwords = ((sha256, file.password),) if file.password is not None else ()
        request = Request(
            (target,),
            (sha256,),
            passwords=passwords,
            may_replace=frozenset((target,)),
            structures={sha256: file.structure} if file.document is not None else {},
        )
        self.write(request, lambda _step: None, lambda outcomes: self._tell(file, outcomes[0]))

    def _tell(self, file: OpenFile, outcome: Outcome) -> None:
        if outcome.error is not None:
            self._hub.announced.emit(file.key, Message("error", *error_words(outcome.error)))
            return
        output = outcome.target.output
        text = QCoreApplication.translate("Exporter", "Saved {name}.").format(name=output.name)
        advice = ""
        if not any(is_accepted(f.decision) for f in file.findings.all()):
            advice = QCoreApplication.translate("Exporter", "No finding was accepted yet.")
        self._hub.announced.emit(file.key, Message("success", text, advice, folder=str(output.parent)))

    # ---- looking before writing

    def load(
        self,
        documents: Sequence[str],
        known: Mapping[str, Structure],
        done: Callable[[Brief], object],
        failed: Callable[[FusenError], object],
    ) -> None:
        """The whole brief of these documents as it stands now; `known` is what is known of their structure, by hash."""

        def work() -> Brief:
            from app.ui.export_source import whole_brief

            return whole_brief(self._workspace, documents, known)

        self._reading.run(work, done, failed)

    def preview(
        self,
        brief: Brief,
        choice: Choice,
        done: Callable[[Preview], object],
        failed: Callable[[FusenError], object],
    ) -> None:
        """The brief as chosen, and how it will look. Of several that were asked for only the newest comes."""
        self._previews += 1
        number = self._previews

        def work() -> Preview | None:
            from app.ui.export_preview import preview_of

            return preview_of(brief, choice) if number == self._previews else None

        def show(preview: Preview | None) -> None:
            if preview is not None and number == self._previews:
                done(preview)

        self._reading.run(work, show, lambda error: failed(error) if number == self._previews else None)

    def look(
        self,
        targets: Sequence[Target],
        folder: str,
        done: Callable[[Obstacles], object],
        failed: Callable[[], object] = lambda: None,
    ) -> None:
        """What stands in the way of writing these files; where that cannot be told, which is announced, `failed` is called.

        Of several looks that were asked for only the newest comes.
        """
        self._looks += 1
        number = self._looks

        def work() -> Obstacles | None:
            from app.ui.export_source import originals

            if number != self._looks:
                return None
            documents = originals(self._workspace)
            return Obstacles(folder_problem(folder), existing(targets), originals_among(targets, documents))

        def show(obstacles: Obstacles | None) -> None:
            if obstacles is not None and number == self._looks:
                done(obstacles)

        def fail(error: FusenError) -> None:
            self._announce(error)
            if number == self._looks:
                failed()

        self._looking.run(work, show, fail)

    def _announce(self, error: FusenError) -> None:
        self._hub.announced.emit(0, Message("error", *error_words(error)))

    # ---- writing

    def write(
        self,
        request: Request,
        tell: Callable[[Step], object],
        done: Callable[[Sequence[Outcome]], object],
    ) -> Cancel:
        """Write the files; `tell` hears how far it is, `done` what became of each, also after a cancel."""
        stop = threading.Event()
        self._stops = [each for each in self._stops if not each.is_set()] + [stop]
        asked = replace(request, reviewer=self._reviewer())

        def work() -> Sequence[Outcome]:
            from app.ui.export_source import Source, originals

            return write_files(
                asked.targets,
                Source(self._workspace, asked, self._documents, stop).write,
                originals=originals(self._workspace),
                may_replace=asked.may_replace,
                stop=stop,
                tell=lambda step: self._courier.post(lambda: tell(step)),
            )

        def ended(outcomes: Sequence[Outcome]) -> None:
            stop.set()
            done(outcomes)

        self._writing.run(work, ended, lambda error: ended([Outcome(target, error) for target in asked.targets]))
        return stop.set
