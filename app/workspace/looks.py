"""What the workspace keeps of the reviewer's looking: which pages or ranges were shown to her, and her blind second looks."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from app.review.second_look import Look
from app.review.spans import Range, Ranges, union
from app.workspace import audit_details, audited_tables
from app.workspace.audit_log import AuditLog
from app.workspace.database import explained

Unit = Literal["page", "character"]
"""page: of a document with pages, from 1. character: of the text of any other."""


@dataclass(frozen=True, slots=True)
class LookRecords:
    """Of the workspace at `path`, through its connection; every method has committed when it returns."""

    path: Path
    connection: sqlite3.Connection
    audit: AuditLog

    def shown(self, sha256: str, unit: Unit) -> Ranges:
        """What of the document was ever shown."""
        with explained(self.path):
            rows = self.connection.execute(
                'SELECT "start", "end" FROM shown WHERE document_sha256 = ? AND unit = ?', (sha256, unit)
            ).fetchall()
        return union((start, end) for start, end in rows)

    def add_shown(self, sha256: str, unit: Unit, shown: Range) -> Ranges:
        """Add what was shown as well; returns all that was. The document must be known, else nothing is kept."""
        with self.audit.transaction():
            before = self.shown(sha256, unit)
            now = union((*before, shown))
            known = self.connection.execute("SELECT 1 FROM documents WHERE sha256 = ?", (sha256,)).fetchone()
            if known is None or now == before:
                return before
            self.connection.execute("DELETE FROM shown WHERE document_sha256 = ? AND unit = ?", (sha256, unit))
            self.connection.executemany(
                'INSERT INTO shown (document_sha256, unit, "start", "end") VALUES (?, ?, ?, ?)',
                [(sha256, unit, start, end) for start, end in now],
            )
            self.audit.append("shown", audit_details.shown(sha256, unit, before, now))
        return now

    def second_looks(self, sha256: str) -> tuple[Look, ...]:
        """All answers about the document, in the order in which they were given."""
        with explained(self.path):
            rows = self.connection.execute(
                'SELECT "start", "end", matters, cut, model_sha256, draw FROM second_looks'
                " WHERE document_sha256 = ? ORDER BY draw, at",
                (sha256,),
            ).fetchall()
        return tuple(Look((start, end), bool(matters), *rest) for start, end, matters, *rest in rows)

    def add_second_look(self, sha256: str, look: Look) -> None:
        """Keep an answer; one that was given before is replaced."""
        with self.audit.transaction():
            self.connection.execute(
                'INSERT OR REPLACE INTO second_looks (document_sha256, "start", "end", matters, cut, model_sha256, draw, at)'
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    sha256,
                    *look.place,
                    look.matters,
                    look.cut,
                    look.model,
                    look.draw,
                    datetime.now(UTC).isoformat(timespec="milliseconds"),
                ),
            )
            told = {"start": look.place[0], "end": look.place[1], "matters": look.matters, "draw": look.draw}
            looks = audited_tables.looks_hash(self.connection, sha256)
            self.audit.append("second-look", {"document": sha256, **told, "looks": looks})
