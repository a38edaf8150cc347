"""Forgetting a document so that nothing of it is left in the workspace's file, in its log, or in the copies beside it.

Taking a document off the shelf (`Library.remove`) keeps everything; this keeps nothing but what the audit log says of it, which
is hashes. It works on any version of the schema, so that copies from before a migration are cleaned like the workspace itself:
what belongs to a document is found by its hash, which no other value equals, and by the foreign keys that lead there.

Deleted rows are overwritten (`secure_delete`), then the file is written anew without free pages, and the log is emptied. What the
disk itself may keep of freed space is said in `leftovers.py`.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.errors import FusenError
from app.workspace import encryption, leftovers
from app.workspace.database import explained, transaction
from app.workspace.driver import database_errors, open_with

KEPT_TABLES = ("audit_log",)
"""Never touched: entries that are chained, which hold no text of a document."""
_PATIENCE = 5.0
_STRINGS = re.compile(r'"([^"\\]*)"')
"""Of JSON, without those that have an escape: no hash or id has one."""


@dataclass(frozen=True)
class Forgotten:
    """What became of the copies beside the workspace: so many held the document and were cleaned; `removed`: not cleanable."""

    backups: int = 0
    removed: tuple[str, ...] = ()


def find(connection: sqlite3.Connection, path: Path, named: str) -> tuple[str, str] | None:
    """Hash and path of the document that the user calls `named`: a hash, eight or more of its first digits, or its file.

    Documents off the shelf are found as well. Raises FusenError `not-found` for several that are called so.
    """
    wanted = named.strip().lower()
    digits = len(wanted) >= 8 and set(wanted) <= set("0123456789abcdef")
    with explained(path):
        rows = connection.execute("SELECT sha256, file FROM documents").fetchall()
    found = [row for row in rows if row[1] == str(Path(named).absolute())]
    found = found or [row for row in rows if digits and row[0].startswith(wanted)]
    found = found or [row for row in rows if Path(row[1]).name == named]
    if len(found) > 1:
        raise FusenError(
            "not-found",
            f"{path.name} holds {len(found)} documents called {named}.",
            "Say which one by its SHA-256: " + ", ".join(sha256 for sha256, _ in found),
        )
    return (found[0][0], found[0][1]) if found else None


def forget(connection: sqlite3.Connection, path: Path, sha256: str, step: AbstractContextManager[None]) -> Forgotten:
    """Forget the document with this hash, through an open connection to the workspace at `path`; cannot be undone.

    `step` is the transaction in which its rows are deleted; what it does at its end belongs to the same step.

    Raises FusenError: `not-found`; `timeout` where another program is reading or writing, `permission` where there is no space or
    a copy may not be written: what it forgot by then is gone, and doing it again does the rest.
    """
    with explained(path):
        leftovers.erase_half_copies(path)
    outcome = _clean_backups(path, sha256)
    known = _forget_in(connection, path, sha256, step)
    if not known and not outcome.backups and not outcome.removed:
        raise FusenError("not-found", f"{path.name} holds no document with the SHA-256 {sha256}.")
    return outcome


def _forget_in(connection: sqlite3.Connection, path: Path, sha256: str, step: AbstractContextManager[None]) -> bool:
    """Whether the document was there."""
    with explained(path):
        connection.execute("PRAGMA secure_delete = ON").fetchone()
    with step:
        row = connection.execute("SELECT file FROM documents WHERE sha256 = ?", (sha256,)).fetchone()
        connection.execute("PRAGMA defer_foreign_keys = ON")
        gone = {sha256, *_delete(connection, sha256)}
        _forget_steps(connection, gone)
        _forget_in_windows(connection, {*gone, *(row or ())})
        if _has(connection, "questions") and not connection.execute("SELECT 1 FROM documents LIMIT 1").fetchone():
            connection.execute("DELETE FROM questions")  # they were asked of what is gone
    _squeeze(connection, path)
    return row is not None


def _squeeze(connection: sqlite3.Connection, path: Path) -> None:
    """Write the file without free pages and empty its log."""
    with explained(path):
        connection.execute("VACUUM")
        (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise FusenError(
                "timeout",
                f"Another window or program is reading {path.name}, so its log still holds what was forgotten.",
                "Close it, and forget the document again or close Fusen: the log is emptied then.",
            )


def _delete(connection: sqlite3.Connection, sha256: str) -> set[str]:
    """Delete every row that belongs to the document; returns the ids of its findings."""
    gone: set[str] = set()
    for table in _tables(connection):
        for column in _columns(connection, table):
            if column.endswith("sha256"):
                gone |= _delete_where(connection, table, column, [sha256])
    return gone


def _delete_where(connection: sqlite3.Connection, table: str, column: str, values: list[Any]) -> set[str]:
    """Delete rows and first, recursively, those that point at them; returns the texts that identified what was deleted."""
    gone: set[str] = set()
    condition = f"{_quoted(column)} = ?"
    for child, child_column, parent_column in _references_to(connection, table):
        for value in values:
            keys = connection.execute(
                f"SELECT DISTINCT {_quoted(parent_column)} FROM {_quoted(table)} WHERE {condition}",  # noqa: S608 -- names of the file's own tables
                (value,),
            ).fetchall()
            identities = [key for (key,) in keys]
            gone |= {identity for identity in identities if isinstance(identity, str)}
            if identities:
                gone |= _delete_where(connection, child, child_column, identities)
    connection.executemany(f"DELETE FROM {_quoted(table)} WHERE {condition}", [(value,) for value in values])  # noqa: S608 -- as above
    return gone


def _forget_steps(connection: sqlite3.Connection, gone: set[str]) -> None:
    """Delete the steps of the history that tell of what is gone: those about several documents lead to one finding alone."""
    if _has(connection, "history"):
        steps = connection.execute("SELECT number, operation || inverse FROM history").fetchall()
        told = [(number,) for number, text in steps if not gone.isdisjoint(_STRINGS.findall(text))]
        connection.executemany("DELETE FROM history WHERE number = ?", told)


def _references_to(connection: sqlite3.Connection, table: str) -> Iterator[tuple[str, str, str]]:
    """Tables whose foreign keys lead to `table`: table, its column, the column that it names."""
    for child in _tables(connection):
        if child == table:
            continue
        for _, _, parent, column, named, *_ in connection.execute(f"PRAGMA foreign_key_list({_quoted(child)})"):
            if parent == table:
                yield child, column, named or _primary_key(connection, table)


def _tables(connection: sqlite3.Connection) -> list[str]:
    names = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'"
    )
    return [name for (name,) in names.fetchall() if name not in KEPT_TABLES]


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({_quoted(table)})").fetchall()]


def _primary_key(connection: sqlite3.Connection, table: str) -> str:
    rows = connection.execute(f"PRAGMA table_info({_quoted(table)})").fetchall()
    return next((str(row[1]) for row in rows if row[5] == 1), "rowid")


def _has(connection: sqlite3.Connection, table: str) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (table,)).fetchone() is not None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


# ---- what windows remember


def _forget_in_windows(connection: sqlite3.Connection, gone: set[str]) -> None:
    """Take out of each window's memory what mentions the document: its place, what was selected in it."""
    if not _has(connection, "window_state"):
        return
    for rowid, content in connection.execute("SELECT rowid, content FROM window_state").fetchall():
        if not any(json.dumps(text, ensure_ascii=False)[1:-1] in content or text in content for text in gone):
            continue
        try:
            kept = json.dumps(_without(json.loads(content), gone), ensure_ascii=False)
        except ValueError:
            kept = ""  # not JSON: the window begins anew
        connection.execute("UPDATE window_state SET content = ? WHERE rowid = ?", (kept, rowid))


def _without(value: Any, gone: set[str]) -> Any:
    """Lists without the entries that mention one of `gone`, objects without such keys and plain values."""
    match value:
        case list():
            return [_without(entry, gone) for entry in value if not _mentions(entry, gone)]
        case dict():
            kept = {key: entry for key, entry in value.items() if key not in gone}
            return {key: None if _is_one(entry, gone) else _without(entry, gone) for key, entry in kept.items()}
    return value


def _mentions(value: Any, gone: set[str]) -> bool:
    match value:
        case list():
            return any(_is_one(entry, gone) for entry in value)
        case dict():
            return any(_is_one(entry, gone) for entry in value.values())
    return _is_one(value, gone)


def _is_one(value: Any, gone: set[str]) -> bool:
    return isinstance(value, str) and value in gone


# ---- copies


def _clean_backups(path: Path, sha256: str) -> Forgotten:
    """The same in the copies from before migrations; one that cannot be read is removed. Raises FusenError as `forget`."""
    cleaned, removed = 0, []
    failures: tuple[type[Exception], ...] = (FusenError, *database_errors())
    for backup in leftovers.copies_of(path):
        with explained(backup):
            try:
                cleaned += _clean(backup, path, sha256)
            except failures as error:
                # In use, or no space to write it anew: that passes, and is no reason to lose a copy.
                if isinstance(error, FusenError) and error.code in ("timeout", "permission"):
                    raise
                leftovers.erase(backup)
                removed.append(backup.name)
    return Forgotten(cleaned, tuple(removed))


def _clean(backup: Path, path: Path, sha256: str) -> bool:
    """Whether the document was in this copy."""
    key = None if encryption.state_of(backup) == "plain" else encryption.key_of(path)
    with explained(backup), closing(open_with(key, backup, _PATIENCE)) as connection:
        connection.execute("PRAGMA temp_store = MEMORY")
        known = connection.execute("SELECT 1 FROM documents WHERE sha256 = ?", (sha256,)).fetchone()
        return known is not None and _forget_in(connection, backup, sha256, transaction(connection, backup))
