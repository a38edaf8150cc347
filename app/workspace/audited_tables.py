"""The tables as the audit log speaks of them: rows packed for hashing, and the state that a log begins with."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from app.review.audit_state import DocumentRow, FindingRow, HistoryRow, Tables, proposals_hash
from app.review.spans import Ranges, union

HashOf = Callable[[str, bytes], str]
"""Of a document's content, with its salt."""

_PROPOSAL = 'id, document_sha256, "start", "end", page, text, quads, importance, low, high, tags, rank, selected'
_REVIEW = "decision, comment, edited, own_tags, owner, due, raised, skipped, decided_by, decided_at, opinions"
_UNTOUCHED = ("undecided", "", None, None, "", "", 0, 0, "", "", None)
_HISTORY = "number, at, finding_id, operation, inverse, undone"
_FINDINGS = f"SELECT more, {_PROPOSAL}, {_REVIEW} FROM findings"  # noqa: S608 (constant names)
_WIDTH = len(_PROPOSAL.split(","))
_DESCRIPTION = "file, title, format, page_count, page_labels, added_at, size"


def packed(values: Iterable[Any]) -> bytes:
    """Values as SQLite has them, in one way of writing: MessagePack in its shortest form."""
    return msgspec.msgpack.encode(tuple(values))


def finding_rows(connection: sqlite3.Connection, condition: str = "1", *parameters: object) -> Iterator[FindingRow]:
    """The findings as they are stored, by document and id."""
    query = f"{_FINDINGS} WHERE {condition} ORDER BY document_sha256, id"
    for more, *row in connection.execute(query, parameters):
        proposal, review = row[:_WIDTH], tuple(row[_WIDTH:])
        name, document, start, end, _, text = proposal[:6]
        touched = review != _UNTOUCHED
        further = "" if more is None else content_hash(more)
        yield FindingRow(
            str(name), str(document), start, end, str(text), packed(review), packed(proposal), touched, further
        )


def rows_of(connection: sqlite3.Connection, ids: Iterable[str]) -> list[FindingRow]:
    """Those with these ids."""
    return [row for each in ids for row in finding_rows(connection, "id = ?", each)]


def proposals(connection: sqlite3.Connection, document: str) -> dict[str, Any]:
    """How many findings of a document are stored, the hash of what the model said of them, and where some go on."""
    rows = list(finding_rows(connection, "document_sha256 = ?", document))
    return {
        "findings": len(rows),
        "proposals": proposals_hash(row.proposal for row in rows),
        "more": {row.id: row.more for row in rows if row.more},
    }


def description(connection: sqlite3.Connection, document: str) -> tuple[Any, ...]:
    """What a document is called, where it lies: the path stands first. Empty where there is none."""
    row = connection.execute(f"SELECT {_DESCRIPTION} FROM documents WHERE sha256 = ?", (document,)).fetchone()  # noqa: S608 (constant names)
    return tuple(row or ())


def description_hash(connection: sqlite3.Connection, document: str, hash_of: HashOf) -> str:
    """Of that: names are short, so with the salt."""
    return hash_of(document, packed(description(connection, document)))


def lineage_hash(connection: sqlite3.Connection, document: str) -> str:
    """Of how a document came to be a version and which of its findings goes on from which; empty where it is none."""
    known = connection.execute("SELECT recognised, at FROM versions WHERE document_sha256 = ?", (document,)).fetchall()
    carried = connection.execute(
        "SELECT finding_id, source_id, kind, c.decided_at FROM carried c JOIN findings ON id = finding_id"
        " WHERE document_sha256 = ? ORDER BY finding_id",
        (document,),
    ).fetchall()
    return hashlib.sha256(packed([known, carried])).hexdigest() if known or carried else ""


def history_content(row: Iterable[Any]) -> bytes:
    """What is hashed of `at, finding_id, operation, inverse`."""
    return packed(row)


def looks_hash(connection: sqlite3.Connection, document: str) -> str:
    """Of all second looks at a document; empty where there are none."""
    rows = connection.execute(
        'SELECT "start", "end", matters, cut, model_sha256, draw, at FROM second_looks WHERE document_sha256 = ?'
        ' ORDER BY "start", "end"',
        (document,),
    ).fetchall()
    return hashlib.sha256(packed(rows)).hexdigest() if rows else ""


def tables(connection: sqlite3.Connection) -> Tables:
    """Everything that the log speaks of."""
    notes = connection.execute("SELECT number, document_sha256, salt, note FROM audit_notes").fetchall()
    history = connection.execute(f"SELECT {_HISTORY} FROM history ORDER BY number")  # noqa: S608 (constant names)
    return Tables(
        documents=tuple(_documents(connection)),
        findings=finding_rows(connection),
        history=(HistoryRow(number, history_content(row), bool(undone)) for number, *row, undone in history),
        notes={(number, document): (_bytes(salt), _bytes(note)) for number, document, salt, note in notes},
    )


def state_found(connection: sqlite3.Connection, hash_of: HashOf) -> dict[str, Any]:
    """The details of an entry that begins the log of a workspace which is already in use."""
    found: dict[str, Any] = {"documents": {}, "reviews": [], "history": []}
    for row in _documents(connection):
        found["documents"][row.sha256] = {
            "share": row.share,
            "removed": row.removed,
            "analyses": row.analyses,
            "shown": row.shown,
            "looks": row.looks,
            **proposals(connection, row.sha256),
            **_known_since(row, hash_of),
        }
    for finding in finding_rows(connection):
        if finding.touched:
            review = hash_of(finding.document, finding.review)
            found["reviews"].append({"finding": finding.id, "document": finding.document, "review": review})
    steps = f"SELECT document_sha256, h.{_HISTORY.replace(', ', ', h.')} FROM history h JOIN findings f ON f.id = finding_id"  # noqa: S608 (constant names)
    for document, number, *row, undone in connection.execute(f"{steps} ORDER BY h.number"):
        digest = hash_of(document, history_content(row))
        found["history"].append({"number": number, "document": document, "hash": digest, "undone": bool(undone)})
    return found


def stock(connection: sqlite3.Connection, hash_of: HashOf) -> dict[str, Any]:
    """The details of an entry that tells what a log of an earlier version does not."""
    found = {row.sha256: {"more": {}, **_known_since(row, hash_of)} for row in _documents(connection)}
    for row in finding_rows(connection, "more IS NOT NULL"):
        found[row.document]["more"][row.id] = row.more
    return {"documents": found}


def _known_since(row: DocumentRow, hash_of: HashOf) -> dict[str, Any]:
    described = hash_of(row.sha256, row.description)
    return {"described": described, "current": row.current, "follows": row.follows, "lineage": row.lineage}


def _documents(connection: sqlite3.Connection) -> Iterator[DocumentRow]:
    query = (
        "SELECT sha256, share, removed_at IS NOT NULL, coalesce(predecessor, '') FROM documents"
        " LEFT JOIN versions ON document_sha256 = sha256 ORDER BY documents.rowid"
    )
    for sha256, share, removed, follows in connection.execute(query).fetchall():
        contents = connection.execute(
            "SELECT content FROM analyses WHERE document_sha256 = ? ORDER BY number", (sha256,)
        )
        analyses = tuple(content_hash(content) for (content,) in contents)
        yield DocumentRow(
            sha256,
            share,
            bool(removed),
            tuple(sorted(analyses)),
            _shown(connection, sha256),
            looks_hash(connection, sha256),
            analyses[-1] if analyses else "",
            follows,
            packed(description(connection, sha256)),
            lineage_hash(connection, sha256),
        )


def content_hash(content: object) -> str:
    """Of an analysis as it is stored."""
    return hashlib.sha256(_bytes(content)).hexdigest()


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else repr(value).encode()


def _shown(connection: sqlite3.Connection, document: str) -> dict[str, Ranges]:
    found: dict[str, list[tuple[int, int]]] = {}
    query = 'SELECT unit, "start", "end" FROM shown WHERE document_sha256 = ?'
    for unit, start, end in connection.execute(query, (document,)):
        found.setdefault(unit, []).append((start, end))
    return {unit: union(ranges) for unit, ranges in found.items()}
