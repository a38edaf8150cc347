"""The row of a document: what it is called, where it lies. The audit log tells of each change of that in the same transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from app.documents.document import Document, DocumentFormat
from app.workspace import audited_tables, originals, packing
from app.workspace.audit_log import AuditLog, Notes


class Opened(Protocol):
    """What is known of a document that was opened but not read yet."""

    @property
    def path(self) -> str:
        """Path of the file."""

    @property
    def sha256(self) -> str:
        """Hash of its bytes."""

    @property
    def format(self) -> DocumentFormat:
        """What it is."""

    @property
    def pages(self) -> Sequence[object]:
        """One entry a page."""


def store(connection: sqlite3.Connection, audit: AuditLog, source: Opened | Document, *, analysed: bool) -> None:
    """Keep a document, within the caller's transaction; one that is known keeps its date and takes the new path.

    `analysed`: an entry about its analysis follows, which tells what it is called; so only another place is told here.
    """
    before = _on_shelf(connection, source.sha256)
    _write(connection, source)
    now = audited_tables.description(connection, source.sha256)
    if before is None or before[0] != now[0] or (before != now and not analysed):
        notes = Notes()
        notes.say(source.sha256, file=Path(now[0]).name)
        pages = source.page_count if isinstance(source, Document) else len(source.pages)
        told = {"document": source.sha256, "format": source.format, "pages": pages}
        told["described"] = audited_tables.description_hash(connection, source.sha256, notes.hash)
        audit.append("document-opened", told, notes)


def _on_shelf(connection: sqlite3.Connection, sha256: str) -> tuple[object, ...] | None:
    known = "SELECT 1 FROM documents WHERE sha256 = ? AND removed_at IS NULL"
    found = connection.execute(known, (sha256,)).fetchone()
    return None if found is None else audited_tables.description(connection, sha256)


def _write(connection: sqlite3.Connection, source: Opened | Document) -> None:
    if isinstance(source, Document):
        path, title, page_count = source.file, packing.title_of(source), source.page_count
    else:
        path, title, page_count = source.path, "", len(source.pages)
    # A document that was only opened has no title of its own yet: its file's name, unless a better one is known.
    connection.execute(
        "INSERT INTO documents (sha256, file, title, format, page_count, added_at) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (sha256) DO UPDATE SET file = excluded.file, page_count = max(page_count, excluded.page_count),"
        " title = CASE WHEN ? <> '' THEN excluded.title ELSE title END, removed_at = NULL",
        (
            source.sha256,
            str(Path(path).absolute()),
            title or Path(path).stem,
            source.format,
            page_count,
            datetime.now(UTC).isoformat(timespec="milliseconds"),
            title,
        ),
    )
    if isinstance(source, Document):
        labels = packing.pack_labels(source)
        connection.execute("UPDATE documents SET page_labels = ? WHERE sha256 = ?", (labels, source.sha256))
    if size := originals.size_of(Path(path)):
        connection.execute("UPDATE documents SET size = ? WHERE sha256 = ?", (size, source.sha256))
