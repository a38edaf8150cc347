"""What an export is made from, on the thread that writes it: the brief, copies that the document worker marks. Knows no Qt."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from app.analysis.structure.values import Structure
from app.errors import FusenError
from app.export.brief import KEPT, Brief, Opinion
from app.export.formats import FORMATS
from app.export.writing import refuse_template
from app.review.findings import Finding
from app.review.headings import headings_alone
from app.ui.export_files import Target
from app.ui.export_writing import Share
from app.workers.client import WorkerClient
from app.workers.picturing import pictures_of
from app.workers.protocol import AnnotateDocx, AnnotatePdf, Progress, Value, Written
from app.workspace.at_hand import file_of, files_of
from app.workspace.briefing import brief_of
from app.workspace.store import StoredDocument, Workspace

_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be written: `brief` as it is, copies with the findings in `chosen` (ids; None: those that were accepted).

    Without a `brief` the one of `documents` (hashes) is made. `templates` are by format, `passwords` by document, as pairs.
    `structures` as in `whole_brief`. `reviewer` is whose name stands in the audit log and on annotations, Fusen's own there where
    it is empty. Files of targets in `may_replace` may be there already.
    """

    targets: tuple[Target, ...]
    documents: tuple[str, ...]
    brief: Brief | None = None
    chosen: frozenset[str] | None = None
    templates: tuple[tuple[str, str], ...] = ()
    passwords: tuple[tuple[str, str], ...] = ()
    reviewer: str = ""
    may_replace: frozenset[Target] = frozenset()
    structures: Mapping[str, Structure] | None = None


def whole_brief(workspace: Path, documents: Sequence[str], known: Mapping[str, Structure] | None = None) -> Brief:
    """The whole brief of these documents as it stands now. `known`: the structure of those that are open, by hash.

    Raises FusenError.
    """
    structures = known or {}
    with Workspace.open(workspace) as opened:
        return brief_of(
            opened,
            documents,
            read_structure=lambda document: structures.get(document.sha256) or headings_alone(document),
        )


def originals(workspace: Path) -> tuple[Path, ...]:
    """Every document that the workspace knows, and itself: none of them is ever written over. Raises FusenError."""
    with Workspace.open(workspace) as opened:
        return opened.originals.never_written_over()


class Source:
    """Writes the files of one request; made and used on one thread. `stop` ends what the worker is at."""

    def __init__(self, workspace: Path, request: Request, worker: WorkerClient, stop: threading.Event) -> None:
        self._workspace = workspace
        self._request = request
        self._worker = worker
        self._stop = stop

    def write(self, target: Target, share: Share) -> Sequence[str]:
        """Write one file, whole or not at all, and return what is to be known of it; raises FusenError.

        The audit log tells of it once it is written.
        """
        notices = self._copy(target, share) if target.sha256 else self._write_brief(target, share)
        with self._opened() as opened:
            opened.record_export(
                [target.output], target.format, [target.sha256] if target.sha256 else self._documents()
            )
        return notices

    def _documents(self) -> list[str]:
        return [document.sha256 for document in self._brief.documents]

    def _write_brief(self, target: Target, share: Share) -> Sequence[str]:
        form = FORMATS[target.format]
        template = dict(self._request.templates).get(target.format, "")
        if template and not Path(template).is_file():
            raise FusenError(
                "not-found", f"The template {Path(template).name} is not there.", "Choose another one, or none."
            )
        chosen = Path(template) if template else None
        refuse_template(chosen, target.output)
        pictures = self._pictures(share) if form.pictures else {}
        form.write(self._brief, target.output, chosen, pictures, new=target not in self._request.may_replace)
        return ()

    @cached_property
    def _brief(self) -> Brief:
        asked, given = self._request, self._request.brief
        return given if given is not None else whole_brief(self._workspace, asked.documents, asked.structures)

    def _opened(self) -> Workspace:
        """The workspace, in the name of who exports: the log also tells that a document was found at another place."""
        opened = Workspace.open(self._workspace)
        opened.reviewer = self._request.reviewer
        return opened

    def _pictures(self, share: Share) -> dict[str, bytes]:
        """Of the passages that slides show, as far as their documents are still there; one that lacks is no failure."""
        passwords = dict(self._request.passwords)

        def told(done: int, total: int) -> None:
            if self._stop.is_set():
                raise FusenError("cancelled", "The export was cancelled.")
            share(done / max(total, 1))

        with self._opened() as opened, files_of(opened, opened.documents()) as files:
            known = {sha256: (file, passwords.get(sha256)) for sha256, file in files.items()}
            return pictures_of(self._brief, known, self._worker, told)

    def _copy(self, target: Target, share: Share) -> Sequence[str]:
        stored, findings = self._findings(target.sha256)
        with self._opened() as opened, file_of(opened, stored) as file:
            body = (AnnotatePdf if stored.format == "pdf" else AnnotateDocx)(
                str(file),
                str(target.output.absolute()),
                findings,
                self._request.reviewer or "Fusen",
                dict(self._request.passwords).get(target.sha256),
                self._opinions(),
                audit_head=opened.audit_head(),
                new=target not in self._request.may_replace,
                undecided=True,  # those that were chosen are among the findings, and no others
            )
            written = self._call(body, share)
        return [notice.message for notice in written.notices] if isinstance(written, Written) else []

    def _opinions(self) -> dict[str, tuple[Opinion, ...]]:
        brief = self._brief
        return {each.id: each.opinions for each in (*brief.findings, *brief.undecided) if each.opinions}

    def _findings(self, sha256: str) -> tuple[StoredDocument, tuple[Finding, ...]]:
        chosen = self._request.chosen
        with self._opened() as opened:
            stored = next((one for one in opened.documents() if one.sha256 == sha256), None)
            if stored is None:
                raise FusenError("not-found", "The document is not in this workspace any more.", "Open it again.")
            found = opened.findings(sha256)
        return stored, tuple(f for f in found if (f.decision in KEPT if chosen is None else f.id in chosen))

    def _call(self, body: AnnotatePdf | AnnotateDocx, share: Share) -> Value:
        """Have the worker do it; a wish to stop reaches it at once."""
        ended = threading.Event()
        values: list[Value] = []
        errors: list[FusenError] = []

        def fail(error: FusenError) -> None:
            errors.append(error)
            ended.set()

        def finish(value: Value) -> None:
            values.append(value)
            ended.set()

        def report(progress: Progress) -> None:
            share(progress.done / max(progress.total, 1))

        call = self._worker.submit(body, on_progress=report, on_result=finish, on_failure=fail)
        while not ended.wait(_POLL_SECONDS):
            if self._stop.is_set():
                self._worker.cancel(call)
                ended.wait()
        if errors:
            raise errors[0]
        return values[0]
