"""Workspace files as earlier versions of the program wrote them: their tables, and rows with no more than they knew."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from app.analysis.analysis import Analysis, TagScore
from app.documents.document import Document
from app.review.findings import Finding, Span
from app.review.operations import (
    Operation,
    SetComment,
    SetDecision,
    SetDecisions,
    SetDue,
    SetOwner,
    SetRaised,
    SetRange,
    SetSkipped,
    SetTags,
)
from app.review.second_look import Look
from app.workspace.database import connect, migration_scripts
from app.workspace.store import Workspace
from app.workspace.texts import text_of

REVIEWING = 4
"""The version from which findings had an owner, a date, ends and tags of the reviewer's own."""
LOGGED = 7
"""The version from which there was an audit log."""
DIGESTS, FOLDED = 5, 11
"""From the first a document's text was kept, packed as one; from the second as it is searched now."""


def make_old_file(path: Path, version: int, documents: Sequence[tuple[Document, Analysis]]) -> None:
    """A workspace of `version` at `path`: analysed documents, decisions of every kind that it knew, a step that was undone."""
    current = path.with_name(f"{path.name}.current")
    with Workspace.open(current) as workspace:
        for document, analysis in documents:
            workspace.save_analysis(document, analysis)
            for operation in operations_of(version, workspace.findings(document.sha256)):
                workspace.apply(operation)
            if version >= 3:
                workspace.looks.add_shown(document.sha256, "page", (1, 2))
                workspace.looks.add_second_look(document.sha256, Look((30, 40), True, 3, "m", 0))
        workspace.undo()
        if version >= REVIEWING:
            workspace.save_window_state('{"files": []}')
        if version >= DIGESTS:
            workspace.library.remember_question("Who pays?")
    connect(path, migration_scripts()[:version]).close()
    with closing(sqlite3.connect(path)) as old:
        old.execute("ATTACH ? AS now", (str(current),))
        for (table,) in old.execute(
            "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall():
            names = ", ".join(f'"{row[1]}"' for row in old.execute(f"PRAGMA main.table_info({table})"))
            old.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM now.{table}")  # noqa: S608 -- our own names
        if DIGESTS <= version < FOLDED:
            for document, _ in documents:
                text = zlib.compress(msgspec.msgpack.encode(text_of(document)))
                old.execute("UPDATE digests SET text = ? WHERE document_sha256 = ?", (text, document.sha256))
        old.commit()
    for entry in path.parent.glob(f"{current.name}*"):
        entry.unlink()


def operations_of(version: int, findings: Sequence[Finding]) -> list[Operation]:
    """Something of everything that a reviewer could do then."""
    first, second, *_, last = findings
    done: list[Operation] = [
        SetDecision(first.id, "accepted"),
        SetComment(first.id, "Ask Tokyo 署名前に確認"),
        SetDecision(second.id, "rejected"),
        SetDecision(second.id, "undecided"),
        SetDecision(second.id, "rejected"),
    ]
    if version >= REVIEWING:
        shorter = Span(first.start + 2, first.end - 2, first.page, first.text[2:-2], first.quads[:1])
        done += [
            SetRange(first.id, shorter),
            SetTags(first.id, (TagScore("insurance", 1.0),)),
            SetOwner(first.id, "佐藤"),
            SetDue(first.id, "2027-03-31"),
            SetRaised(first.id, raised=True),
            SetSkipped(last.id, skipped=True),
            SetDecisions((second.id, last.id), "accepted"),
        ]
    return [*done, SetComment(last.id, "taken back again")]
