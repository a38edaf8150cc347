"""The workspace: one file that holds documents, their analyses, the findings, what was decided, and how to undo it.

Threads: a `Workspace` belongs to the thread that opened it (SQLite raises ProgrammingError for any other); every call is
short. Processes: several may have the same file open, one writes at a time; a writer that waits for more than
`database.BUSY_SECONDS` gives up with a `timeout`.

Every method that changes something has committed it when it returns, in one transaction; after a kill the file is as it was
at the last return.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_data_path

from app.analysis.analysis import Analysis, AnalysisSettings
from app.documents.document import Document, DocumentFormat
from app.review import operations
from app.review.audit import written_name
from app.review.findings import Finding, as_proposed, reviewed
from app.review.operations import Change, Operation
from app.review.selection import select_share, selected_share
from app.review.settling import settling
from app.workspace import (
    audit_details,
    checking,
    digests,
    document_rows,
    forgetting,
    originals,
    packing,
    sharing,
    texts,
)
from app.workspace.analyses import Analyses
from app.workspace.audit_details import Step
from app.workspace.audit_log import AuditLog, Notes
from app.workspace.database import damaged, explained, open_file, open_for_reading, own_place, transaction
from app.workspace.document_rows import Opened
from app.workspace.embedding import Embedding
from app.workspace.forgetting import Forgotten
from app.workspace.library import Library
from app.workspace.looks import LookRecords
from app.workspace.verifying import Report, file_hash, verify
from app.workspace.versions import Versions

# What was undone stands at the end: the rest of a long history is not read for every decision.
_FORGET_UNDONE = (
    "DELETE FROM history WHERE undone"
    " AND number > coalesce((SELECT number FROM history WHERE NOT undone ORDER BY number DESC LIMIT 1), 0)"
)


def default_workspace() -> Path:
    """Where the workspace lies if the user names none."""
    return user_data_path("fusen", appauthor=False) / "workspace.fusen"


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document of the workspace; `file` is the absolute path where it was opened last, `added_at` ISO 8601 in UTC.

    `page_labels`: how the file itself numbers its pages, one each, empty strings where that is the number; none are known
    before it was analysed.
    """

    sha256: str
    file: str
    title: str
    format: DocumentFormat
    page_count: int
    added_at: str
    analyzed: bool
    page_labels: tuple[str, ...] = ()


class Workspace:
    """An open workspace file. Use `open`, and `close` when done (or a `with` statement).

    `reviewer`: how the one who uses it calls herself (empty: not said). `tells_texts`: whether the audit log may hold words.
    """

    tells_texts: bool = False
    _reviewer: str = ""

    def __init__(self, path: Path, connection: sqlite3.Connection, *, is_checked: bool = True) -> None:
        """`is_checked`: the check of the whole file was made to its end; else `check` is to follow."""
        self.path = path
        self.is_checked = is_checked
        self._connection = connection
        self._is_open = True
        self._identity = sharing.identity_of(path)
        self.audit = AuditLog(path, connection, lambda: self.reviewer)
        self.library = Library(self, connection)
        self.analyses = Analyses(self, connection)
        self.embedding = Embedding(path, connection)
        self.originals = originals.Originals(path, connection, self.audit)

    @classmethod
    def open(cls, path: Path, patience: float | None = None) -> Workspace:
        """Open, or make, the workspace at `path`. `patience`: seconds that the check of the whole file may take.

        Raises FusenError: `damaged` (with the file untouched), `unsupported` (made by a newer version, or by another
        program), `permission`, `timeout` (another process is writing, or has it open on a network drive).
        """
        path = own_place(path)
        with explained(path), sharing.opening(path) as (first, shared):
            connection, whole = open_file(path, first=first, patience=patience, shared=shared)
        workspace = cls(path, connection, is_checked=whole)
        try:
            workspace.audit.begin()
        except BaseException:
            workspace.close()
            raise
        return workspace

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; nothing is pending."""
        if self._is_open:
            self._is_open = False
            self._connection.close()
            sharing.closed(self.path, self._identity)

    @property
    def reviewer(self) -> str:
        """How the one who uses it calls herself, as it is kept."""
        return self._reviewer

    @reviewer.setter
    def reviewer(self, name: str) -> None:
        self._reviewer = written_name(name)

    @staticmethod
    def check(path: Path) -> None:
        """Check a workspace that is open, however long it takes, on any thread. Raises FusenError `damaged`."""
        with explained(path), closing(open_for_reading(path)) as connection:
            if not checking.is_whole(connection):
                raise damaged(path)

    @property
    def changes(self) -> int:
        """Another number whenever another connection, of this process or another one, changed the workspace."""
        return int(self._rows("PRAGMA data_version")[0][0])

    @property
    def looks(self) -> LookRecords:
        """What was shown to the reviewer, and her second looks."""
        return LookRecords(self.path, self._connection, self.audit)

    def audit_head(self) -> str:
        """The hash of the audit log's last entry, in hex; empty where there is none."""
        head = self.audit.head()
        return head.hash if head is not None else ""

    def verify(self, head: str = "", exported: Sequence[Path] = (), signers: Sequence[str] = ()) -> Report:
        """Whether the audit log is whole and tells what the workspace holds: see `verifying.verify`."""
        return verify(self.path, self._connection, head=head, exported=tuple(exported), signers=tuple(signers))

    def record_export(self, files: Sequence[Path], format_: str, documents: Sequence[str] = ()) -> None:
        """Enter in the audit log that these files, which are written already, were exported: from these documents, by hash.

        Raises FusenError if one is gone.
        """
        notes, told = Notes(), [{"sha256": file_hash(file), "format": format_} for file in files]
        # Files are often called as the document is: their names are forgotten with it.
        notes.say(documents[0] if documents else "", names=[file.name for file in files])
        self.audit.record("exported", {"files": told, "documents": list(documents)}, notes)

    def audit_acknowledged(self) -> Report:
        """Accept the audit log and its signers as they are, as after a backup was brought back; what was wrong is entered."""
        report = self.verify()
        strangers = [signer.fingerprint for signer in report.strangers]
        self.audit.acknowledge([problem.code for problem in report.problems], strangers)
        return report

    @property
    def versions(self) -> Versions:
        """Which document is a new version of which, and what was carried over."""
        return Versions(self, self._connection)

    def documents(self, *, removed: bool = False) -> tuple[StoredDocument, ...]:
        """All documents on the shelf, or also those that were `removed` from it, in the order in which they were added."""
        rows = self._rows(
            "SELECT sha256, file, title, format, page_count, added_at,"
            " EXISTS (SELECT 1 FROM analyses WHERE document_sha256 = sha256), page_labels FROM documents"
            " WHERE removed_at IS NULL OR ? ORDER BY documents.rowid",
            (removed,),
        )
        return tuple(
            StoredDocument(
                sha256, file, title, format_, pages, added_at, bool(analyzed), packing.unpack_labels(labels, self.path)
            )
            for sha256, file, title, format_, pages, added_at, analyzed, labels in rows
        )

    def add_document(self, opened_or_document: Opened | Document) -> None:
        """Remember a document; one that is known by its hash keeps its date and takes the new path."""
        with self.audit.transaction():
            document_rows.store(self._connection, self.audit, opened_or_document, analysed=False)

    def save_analysis(self, document: Document, analysis: Analysis) -> None:
        """Keep the analysis and make a finding of every selected passage.

        A passage that was a finding before keeps its decision and comment. A finding that the new analysis does not select
        stays if there is a decision or comment, and leaves `findings` otherwise. The selection is the model's again.
        Raises ValueError for a preliminary analysis, which is not kept.
        """
        if analysis.preliminary:
            raise ValueError("a preliminary analysis is not stored")
        settings = packing.pack_settings(analysis.settings)
        content = packing.pack_analysis(analysis)
        with self.audit.transaction():
            document_rows.store(self._connection, self.audit, document, analysed=True)
            self._connection.execute("UPDATE documents SET share = NULL WHERE sha256 = ?", (document.sha256,))
            # REPLACE gives a repeated analysis a new, highest number: it is the current one again.
            self._connection.execute(
                "INSERT OR REPLACE INTO analyses (document_sha256, model_sha256, settings, analyzed_at, content)"
                " VALUES (?, ?, ?, ?, ?)",
                (document.sha256, analysis.model.sha256, settings, _now(), content),
            )
            self.analyses.forget_oldest(document.sha256)
            digests.keep(self._connection, document.sha256, analysis, texts.text_of(document))
            self._merge_findings(document.sha256, analysis)
            self._tell_analysis(analysis, content)

    def take_analysis(self, document: Document, model_sha256: str, settings: AnalysisSettings) -> Analysis | None:
        """Make the stored analysis by this model under these settings the document's current one, as if it were saved anew.

        None, and no change, where there is none, or where it was made of another text than `document` has now.
        """
        with self.audit.transaction():
            analysis = self.analyses.of(document, model_sha256, settings)
            if analysis is None:
                return None
            document_rows.store(self._connection, self.audit, document, analysed=True)
            self._connection.execute("UPDATE documents SET share = NULL WHERE sha256 = ?", (document.sha256,))
            self.analyses.make_current(analysis)
            digests.keep(self._connection, document.sha256, analysis, texts.text_of(document))
            self._merge_findings(document.sha256, analysis)
            content = self._rows("SELECT content FROM analyses ORDER BY number DESC LIMIT 1")[0][0]
            self._tell_analysis(analysis, content)
        return analysis

    def analysis(self, sha256: str) -> Analysis | None:
        """The document's latest analysis, with the selection that the reviewer chose.

        Raises FusenError `damaged` when what is stored cannot be read.
        """
        rows = self._rows(
            "SELECT content, share FROM analyses JOIN documents ON sha256 = document_sha256"
            " WHERE document_sha256 = ? ORDER BY number DESC LIMIT 1",
            (sha256,),
        )
        if not rows:
            return None
        content, share = rows[0]
        analysis = packing.unpack_analysis(content, self.path)
        return analysis if share is None else select_share(analysis, share)

    def proposed_share(self, sha256: str) -> float | None:
        """The share of the document's text that the model selected, whatever the reviewer chose since."""
        rows = self._rows(
            "SELECT content FROM analyses WHERE document_sha256 = ? ORDER BY number DESC LIMIT 1", (sha256,)
        )
        return selected_share(packing.unpack_analysis(rows[0][0], self.path)) if rows else None

    def choose_share(self, sha256: str, share: float | None) -> Analysis | None:
        """Select this share of the document's text (see `select_share`) from now on, or with None what the model selected.

        Returns the analysis with that selection. Findings change as with a new analysis; without one there is no change.
        """
        with self.audit.transaction():
            self._connection.execute("UPDATE documents SET share = ? WHERE sha256 = ?", (share, sha256))
            analysis = self.analysis(sha256)
            if analysis is not None:
                self._merge_findings(sha256, analysis)
                self.audit.append("selection-chosen", audit_details.selection(self._connection, sha256, share))
        return analysis

    def findings(self, sha256: str) -> tuple[Finding, ...]:
        """What the model selected or the reviewer touched in the document, or in the version before it, in reading order."""
        found = self._findings("document_sha256 = ?", (sha256,))
        asked = self.versions.asked_ids(sha256)
        return tuple(sorted((f for f in found if f.selected or f.is_touched or f.id in asked), key=_place))

    def preview(self, sha256: str, analysis: Analysis) -> tuple[Finding, ...]:
        """The findings that there would be if `analysis` were saved, in reading order; nothing is stored."""
        asked = self.versions.asked_ids(sha256)
        touched = [f for f in self.findings(sha256) if f.is_touched or f.id in asked]
        places = {(f.proposed.start, f.proposed.end) for f in touched}
        proposed = (p for p in analysis.passages if p.selected or (p.start, p.end) in places)
        shown = {finding.id: finding for finding in (packing.finding_of(sha256, passage) for passage in proposed)}
        for before in touched:
            now = shown.get(before.id)
            shown[before.id] = replace(before, selected=False) if now is None else reviewed(now, before)
        return tuple(sorted((f for f in shown.values() if f.selected or f.is_touched or f.id in asked), key=_place))

    def stored_findings(self, sha256: str) -> tuple[Finding, ...]:
        """Every finding that there ever was in the document, also where neither model nor reviewer has it now."""
        return self._findings("document_sha256 = ?", (sha256,))

    def apply(
        self,
        operation: Operation,
        *findings: Finding | None,
        told: Literal["decided", "merged"] = "decided",
        details: Mapping[str, object] | None = None,
        seen: int | None = None,
    ) -> Change:
        """Do it, store it, remember how to undo it. What could be redone before cannot be any more.

        An operation that changes nothing leaves no trace in the history. Of the `findings` that are given, `operation` may be
        about one that is not known yet: a decision on what only a preliminary analysis selected is kept, also where no other
        one follows, and so is what the reviewer adds herself. `told`: as what the audit log tells of it, with these `details`.
        Raises KeyError for an unknown finding, `ChangedMeanwhileError` where others wrote since `changes` were `seen`.
        """
        with self.audit.transaction():
            if seen not in (None, self.changes):
                raise sharing.ChangedMeanwhileError
            added = self._add(*findings)
            ids, now = operations.finding_ids(operation), _now()
            before = self._by_ids(ids)
            operation = operations.stamped(settling(before, operation, self.reviewer, now), self.reviewer, now)
            change = operations.apply(before, operation)
            if change.findings:
                self._connection.execute(_FORGET_UNDONE)
                written = (operations.to_json(operation), operations.to_json(operations.inverse(before, operation)))
                number = self._connection.execute(
                    "INSERT INTO history (at, finding_id, operation, inverse) VALUES (?, ?, ?, ?)",
                    (_now(), ids[0], *written),
                ).lastrowid
                self._store_change(change)
                self._tell(change, operation, "do", number or 0, added, told, details or {})
            elif added:
                self.audit.append("decided", {"changes": (), "added": audit_details.added(self._connection, added)})
        return change

    def keep(self, *findings: Finding) -> None:
        """Keep findings that are not known yet, with nothing said of them."""
        with self.audit.transaction():
            if added := self._add(*findings):
                self.audit.append("decided", {"changes": (), "added": audit_details.added(self._connection, added)})

    def _add(self, *findings: Finding | None) -> list[str]:
        """Keep findings that are not known yet; returns their ids."""
        given = {finding.id: finding for finding in findings if finding is not None}
        new = given.keys() - self._by_ids(list(given)).keys()
        # Not selected: that is for an analysis to say. Undecided again, it leaves `findings`.
        rows = [packing.row_of(as_proposed(given[name])) for name in sorted(new)]
        self._connection.executemany(packing.ADD_FINDING, rows)
        return sorted(new)

    def _tell_analysis(self, analysis: Analysis, content: bytes) -> None:
        notes = Notes()
        self.audit.append("analysed", audit_details.analysed(self._connection, notes, analysis, content), notes)

    def _tell(
        self,
        change: Change,
        operation: Operation,
        step: Step,
        number: int,
        added: Sequence[str] = (),
        kind: Literal["decided", "merged"] = "decided",
        more: Mapping[str, object] | None = None,
    ) -> None:
        """Enter a step of the history in the audit log."""
        notes, kinds = Notes(), operations.kinds(operation)
        details = audit_details.decided(self._connection, notes, change.findings, kinds, texts=self.tells_texts)
        told: dict[str, Any] = {"number": number}
        if step == "do":
            told = audit_details.step(self._connection, notes, number, change.findings[0].document_sha256)
        details |= {**(more or {}), "step": step, "history": told}
        if added:
            details["added"] = audit_details.added(self._connection, added)
        self.audit.append(kind, details, notes)

    def undo(self) -> Change | None:
        """Take back the last operation that stands; None when there is none."""
        return self._step("SELECT number, inverse FROM history WHERE NOT undone ORDER BY number DESC LIMIT 1", True)

    def redo(self) -> Change | None:
        """Do again what was undone last; None when there is nothing."""
        return self._step("SELECT number, operation FROM history WHERE undone ORDER BY number LIMIT 1", False)

    @property
    def can_undo(self) -> bool:
        """Whether `undo` would do something."""
        return bool(self._rows("SELECT 1 FROM history WHERE NOT undone LIMIT 1"))

    @property
    def can_redo(self) -> bool:
        """Whether `redo` would do something."""
        return bool(self._rows("SELECT 1 FROM history WHERE undone LIMIT 1"))

    def window_state(self, window: str = "main") -> str | None:
        """What `save_window_state` kept of a window; None where nothing was."""
        rows = self._rows('SELECT content FROM window_state WHERE "window" = ?', (window,))
        return str(rows[0][0]) if rows else None

    def save_window_state(self, content: str, window: str = "main") -> None:
        """Keep what a window shows, in the window's own words, to be shown again at the next start."""
        with transaction(self._connection, self.path):
            self._connection.execute(
                'INSERT OR REPLACE INTO window_state ("window", content) VALUES (?, ?)', (window, content)
            )

    def forget(self, sha256: str) -> Forgotten:
        """Forget a document for good, in this file and the copies beside it: see `forgetting.forget`."""
        return forgetting.forget(self._connection, self.path, sha256, self.audit.forgetting(sha256))

    def _step(self, query: str, undone: bool) -> Change | None:
        with self.audit.transaction():
            row = self._connection.execute(query).fetchone()
            if row is None:
                return None
            number, text = row
            operation = operations.from_json(text)
            change = operations.apply(self._by_ids(operations.finding_ids(operation)), operation)
            self._store_change(change)
            self._connection.execute("UPDATE history SET undone = ? WHERE number = ?", (undone, number))
            self._tell(change, operation, "undo" if undone else "redo", number)
        return change

    def _merge_findings(self, sha256: str, analysis: Analysis) -> None:
        known = {
            row[0] for row in self._connection.execute("SELECT id FROM findings WHERE document_sha256 = ?", (sha256,))
        }
        self._connection.execute("UPDATE findings SET selected = 0 WHERE document_sha256 = ?", (sha256,))
        candidates = (packing.finding_of(sha256, passage) for passage in analysis.passages)
        self._connection.executemany(
            packing.UPSERT_FINDING,
            [packing.row_of(finding) for finding in candidates if finding.selected or finding.id in known],
        )
        self.library.keep_ready(sha256)

    def _by_ids(self, ids: Sequence[str]) -> Mapping[str, Finding]:
        return {finding.id: finding for each in ids for finding in self._findings("id = ?", (each,))}

    def _findings(self, condition: str, parameters: tuple[str, ...]) -> tuple[Finding, ...]:
        rows = self._rows(f"SELECT {packing.FINDING_COLUMNS} FROM findings WHERE {condition}", parameters)  # noqa: S608
        return tuple(packing.finding_from(row, self.path) for row in rows)

    def _store_change(self, change: Change) -> None:
        self._connection.executemany(
            packing.STORE_REVIEW, [(*packing.review_of(finding), finding.id) for finding in change.findings]
        )
        for sha256 in {finding.document_sha256 for finding in change.findings}:
            self.library.keep_ready(sha256)

    def _rows(self, query: str, parameters: tuple[str | bool, ...] = ()) -> list[tuple[Any, ...]]:
        with explained(self.path):
            rows: list[tuple[Any, ...]] = self._connection.execute(query, parameters).fetchall()
            return rows


def _place(finding: Finding) -> tuple[int, int]:
    return finding.start, finding.end


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
