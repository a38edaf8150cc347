"""Findings of all documents by decision, owner, date or tag: what is mine, what is due, every cap that was accepted.

The indexes of `0006_keeping.sql` are for these questions; a tag is looked for in every finding that has any.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import msgspec

from app.review.findings import Decision, Finding
from app.workspace import packing
from app.workspace.database import explained

MOST = 500
"""So many are listed; how many there are is told."""

# Lists show words and no places: an empty array takes the place of a finding's quads.
_COLUMNS = ", ".join(
    "x'90'" if name == "quads" else f"findings.{name}" for name in packing.FINDING_COLUMNS.replace(" ", "").split(",")
)

_ONE = f"SELECT {_COLUMNS} FROM findings WHERE rowid = ?"  # noqa: S608 (constant names)
_SORTED = "SELECT findings.rowid, (SELECT documents.rowid FROM documents WHERE sha256 = document_sha256) AS place"
_ORDER = f'ORDER BY place, "start", "end" LIMIT {MOST}'


@dataclass(frozen=True, slots=True)
class Wish:
    """Findings that are all of what is given; `due_by`: until that day, as YYYY-MM-DD."""

    decision: Decision | None = None
    owner: str | None = None
    due_by: str | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Across:
    """The first `MOST` of `total` findings, without their quads, in the order of the documents and of their text."""

    total: int
    findings: tuple[Finding, ...]


def query_of(wish: Wish) -> tuple[str, tuple[str | bytes, ...]]:
    """The part of the query after its columns, and what it is asked with."""
    conditions: list[str] = []
    values: list[str | bytes] = []
    if wish.decision is not None:
        # With the value as a constant SQLite knows that the index of what is decided on holds all of them.
        conditions.append(
            "decision = ? AND decision <> 'undecided'" if wish.decision != "undecided" else "decision = ?"
        )
        values.append(wish.decision)
    if wish.owner is not None:
        conditions.append("owner = ? AND owner <> ''")
        values.append(wish.owner)
    if wish.due_by is not None:
        conditions.append("due <= ? AND due <> ''")
        values.append(wish.due_by)
    if wish.tag is not None:
        # As MessagePack has it, with the length before the letters: no tag is part of another one.
        conditions.append("(tags <> x'90' OR own_tags IS NOT NULL) AND instr(coalesce(own_tags, tags), ?)")
        values.append(msgspec.msgpack.encode(wish.tag))
    shown = "(selected OR decision <> 'undecided' OR comment <> '' OR owner <> '' OR due <> '' OR raised OR own_tags IS NOT NULL)"
    on_shelf = "document_sha256 NOT IN (SELECT sha256 FROM documents WHERE removed_at IS NOT NULL)"
    return f"FROM findings WHERE {' AND '.join([on_shelf, shown, *conditions])}", tuple(values)


def across(connection: sqlite3.Connection, path: Path, wish: Wish) -> Across:
    """The findings of the workspace at `path` that are as wished."""
    rest, values = query_of(wish)
    with explained(path):
        (total,) = connection.execute(f"SELECT count(*) {rest}", values).fetchone()
        if total <= 4 * MOST:
            numbers = [row[0] for row in connection.execute(f"{_SORTED} {rest} {_ORDER}", values)]
        else:  # the first documents have enough of them: to sort all would take longer
            numbers = list(islice(_by_document(connection, rest, values), MOST))
        rows = [connection.execute(_ONE, (number,)).fetchone() for number in numbers]
    return Across(total, tuple(packing.finding_from(row, path) for row in rows if row is not None))


def _by_document(connection: sqlite3.Connection, rest: str, values: tuple[str | bytes, ...]) -> Iterator[int]:
    shelf = connection.execute("SELECT sha256 FROM documents WHERE removed_at IS NULL ORDER BY rowid").fetchall()
    for (sha256,) in shelf:
        query = f'SELECT rowid {rest} AND document_sha256 = ? ORDER BY "start", "end"'
        yield from (row[0] for row in connection.execute(query, (*values, sha256)))
