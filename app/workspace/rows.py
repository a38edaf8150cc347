"""The matrix of documents and tags, of rows that are kept finished: the best passage of each cell, with what was decided on it.

A row is made anew with every change of the document's findings, in the same transaction. One that was not, because it would take
long or came of an older program, is noticed by the state that it was made of, and made when it is asked for.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import msgspec

from app.documents.document import DocumentFormat, Language
from app.errors import FusenError
from app.review.findings import Finding
from app.review.matrix import Cell, Matrix, Source, cells_of, join_rows
from app.workspace import digests, packing
from app.workspace.database import damaged, explained, transaction

PAGED: frozenset[DocumentFormat] = frozenset({"pdf"})
MOST_AT_ONCE = 1 << 17
"""Bytes of packed passages whose row is made together with a decision: some milliseconds, which a decision may take longer."""

_COLUMNS = packing.FINDING_COLUMNS.replace("quads", "x'90'")
"""The matrix shows words; an empty array takes the place of a finding's quads."""
# Findings whose cells are others than their passages' alone: those that the reviewer said something of.
_TAGGED = (
    f"SELECT {_COLUMNS} FROM findings INDEXED BY findings_tagged WHERE document_sha256 = ?"  # noqa: S608 (constants)
    " AND (tags <> x'90' OR own_tags IS NOT NULL) AND (decision <> 'undecided' OR comment <> '' OR owner <> '' OR due <> ''"
    " OR raised OR own_tags IS NOT NULL OR opinions IS NOT NULL OR edited IS NOT NULL)"
)
_ALL = (
    "SELECT sha256, file, format, content, m.analysis IS g.analysis AND m.revision IS d.revision"
    " FROM digests g JOIN documents d ON sha256 = g.document_sha256"
    " LEFT JOIN matrix_rows m ON m.document_sha256 = sha256 WHERE removed_at IS NULL ORDER BY d.rowid"
)


class _Row(msgspec.Struct, frozen=True, array_like=True):
    """As it is stored: the document's language, its cells by tag."""

    language: Language
    cells: dict[str, Cell]


_row = msgspec.msgpack.Decoder(_Row)
_Values = tuple[str, int, int, bytes]


def matrix(connection: sqlite3.Connection, path: Path) -> Matrix:
    """All documents on the shelf of the workspace at `path` that were analysed, by tag."""
    with explained(path):
        kept = connection.execute(_ALL).fetchall()
        made = {row[0]: values for row in kept if not row[4] and (values := _made(connection, path, row[0]))}
    if made:
        # Who may not write at this moment gets the answer all the same, and makes it again the next time.
        with suppress(FusenError), transaction(connection, path):
            _store(connection, *made.values())
    rows: list[tuple[Source, Mapping[str, Cell]]] = []
    for sha256, file, format_, content, is_current in kept:
        if not is_current and sha256 not in made:
            continue  # another program took the document out meanwhile
        row = _decoded(content if is_current else made[sha256][3], path)
        rows.append((Source(sha256, file, Path(file).name, row.language, format_ in PAGED, ()), row.cells))
    return join_rows(rows)


def keep(connection: sqlite3.Connection, path: Path, sha256: str) -> None:
    """Make a document's row anew within the caller's transaction, unless that takes long."""
    size = connection.execute("SELECT length(tagged) FROM digests WHERE document_sha256 = ?", (sha256,)).fetchone()
    if size is None or size[0] > MOST_AT_ONCE:
        return
    with suppress(FusenError):  # a digest that cannot be read is no reason to refuse a decision: the matrix tells of it
        if made := _made(connection, path, sha256):
            _store(connection, made)


def _decoded(content: bytes, path: Path) -> _Row:
    try:
        return _row.decode(content)
    except (msgspec.MsgspecError, TypeError) as error:
        raise damaged(path) from error


def _made(connection: sqlite3.Connection, path: Path, sha256: str) -> _Values | None:
    """A row with the state that it is made of; None for a document that has no digest."""
    # The state is read first: what changes after it makes the row one to be made again, and not one that is wrong.
    found = connection.execute(
        "SELECT analysis, revision, file, format, tagged FROM documents JOIN digests ON sha256 = document_sha256"
        " WHERE sha256 = ?",
        (sha256,),
    ).fetchone()
    if found is None:
        return None
    analysis, revision, file, format_, content = found
    tagged = digests.unpack_tagged(content, path)
    source = Source(sha256, file, "", tagged.language, format_ in PAGED, tagged.passages)
    cells = cells_of(replace(source, findings=_tagged(connection, path, sha256)))
    return sha256, analysis, revision, msgspec.msgpack.encode(_Row(tagged.language, cells))


def _store(connection: sqlite3.Connection, *made: _Values) -> None:
    connection.executemany("INSERT OR REPLACE INTO matrix_rows VALUES (?, ?, ?, ?)", made)


def _tagged(connection: sqlite3.Connection, path: Path, sha256: str) -> tuple[Finding, ...]:
    found = (packing.finding_from(row, path) for row in connection.execute(_TAGGED, (sha256,)).fetchall())
    return tuple(sorted((f for f in found if f.selected or f.is_touched), key=lambda f: (f.start, f.end)))
