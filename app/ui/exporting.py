"""Writes what the reviewer decided, where she says, without holding up the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from app.errors import FusenError
from app.ui.finding_list import is_accepted
from app.ui.hub import Background, Courier, Hub, Message
from app.ui.state import OpenFile
from app.ui.words import error_words
from app.workers.client import WorkerClient
from app.workers.protocol import AnnotatePdf

ENDINGS: dict[str, str] = {
    "export-pdf": ".pdf",
    "export-docx": ".docx",
    "export-markdown": ".md",
    "export-json": ".json",
}


class Exporter:
    """One export at a time and document is plenty; each ends in a message in that document's view."""

    def __init__(
        self,
        hub: Hub,
        courier: Courier,
        background: Background,
        documents: WorkerClient,
        workspace: Path,
        reviewer: Callable[[], str] = str,
    ) -> None:
        """`reviewer` is the name that annotations bear; Fusen's own where it is empty."""
        self._reviewer = reviewer
        self._hub = hub
        self._courier = courier
        self._background = background
        self._documents = documents
        self._workspace = workspace

    def suggestion(self, file: OpenFile, command: str) -> Path:
        """A name beside the document that does not overwrite it."""
        what = "annotated" if command == "export-pdf" else "brief"
        return file.path.with_name(f"{file.path.stem} {what}{ENDINGS[command]}")

    def export(self, file: OpenFile, command: str, output: Path) -> None:
        """Write `output`; the result is announced."""
        if output == file.path or (output.exists() and file.path.exists() and output.samefile(file.path)):
            text = QCoreApplication.translate("Exporter", "The export would overwrite the document itself.")
            advice = QCoreApplication.translate("Exporter", "Choose another name.")
            self._hub.announced.emit(file.key, Message("error", text, advice))
            return
        if command == "export-pdf":
            findings = tuple(f for f in file.findings.all() if is_accepted(f.decision))
            body = AnnotatePdf(
                path=str(file.path),
                output=str(output),
                findings=findings,
                author=self._reviewer() or "Fusen",
                password=file.password,
            )
            self._documents.submit(
                body,
                on_result=lambda _value: self._courier.post(lambda: self._copied(file, output)),
                on_failure=lambda error: self._courier.post(lambda: self._failed(file, error)),
            )
            return
        sha256 = file.sha256 or ""
        self._background.run(
            lambda: _write_brief(self._workspace, sha256, command, output, self._reviewer()),
            lambda _nothing: self._saved(file, output),
            lambda error: self._failed(file, error),
        )

    def _copied(self, file: OpenFile, output: Path) -> None:
        self._background.run(
            lambda: _record_copy(self._workspace, file.sha256 or "", output, self._reviewer()),
            lambda _nothing: self._saved(file, output),
            lambda error: self._failed(file, error),
        )

    def _saved(self, file: OpenFile, output: Path) -> None:
        text = QCoreApplication.translate("Exporter", "Saved {name}.").format(name=output.name)
        advice = ""
        if not any(is_accepted(f.decision) for f in file.findings.all()):
            advice = QCoreApplication.translate("Exporter", "No finding was accepted yet.")
        self._hub.announced.emit(file.key, Message("success", text, advice, folder=str(output.parent)))

    def _failed(self, file: OpenFile, error: FusenError) -> None:
        self._hub.announced.emit(file.key, Message("error", *error_words(error)))


def _write_brief(workspace: Path, sha256: str, command: str, output: Path, reviewer: str) -> None:
    # Imported here, on the thread: python-docx takes its time and few sessions export.
    from app.export.docx_brief import write_brief_docx
    from app.export.json_brief import write_brief_json
    from app.export.markdown import write_brief_markdown
    from app.workspace.briefing import brief_of
    from app.workspace.store import Workspace

    writers: dict[str, Callable[..., object]] = {
        "export-docx": write_brief_docx,
        "export-markdown": write_brief_markdown,
        "export-json": write_brief_json,
    }
    with Workspace.open(workspace) as opened:
        opened.reviewer = reviewer
        writers[command](brief_of(opened, [sha256]), output)
        opened.record_export([output], ENDINGS[command].lstrip("."), [sha256])


def _record_copy(workspace: Path, sha256: str, output: Path, reviewer: str) -> None:
    from app.workspace.store import Workspace

    with Workspace.open(workspace) as opened:
        opened.reviewer = reviewer
        opened.record_export([output], "annotated", [sha256])
