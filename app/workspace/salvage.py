"""A new workspace out of a damaged one: every row that can still be read, and what is missing then from copies made before.

Rows are read table by table, from both ends towards the damage and around it. What is read is looked at, so that damage does not
go on into the new file; what a row points at and is lost gets a stand-in where a decision hangs on it.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import sqlite3
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.errors import FusenError
from app.export.writing import take_name
from app.review import operations
from app.syncing import sync, sync_folder
from app.workspace import backups, checking, digests, encryption, leftovers, packing, sharing, texts
from app.workspace.database import damaged, explained, has_log, migration_scripts, own_place, prepare
from app.workspace.driver import database_errors, open_with
from app.workspace.embedding import Embedding
from app.workspace.rebuilding import rebuild_findings

MOST_TRIES, MOST_IN_VAIN = 50_000, 5_000
"""Places of one table at which reading is taken up again, and those one after the other at which nothing is found: seconds."""

_PAGE, _HEADER, _SIZE = 4096, 100, 28
"""Of SQLite's format: bytes of a page and of the header; where that says how many pages there are."""
_TELLING = frozenset({"documents", "findings", "analyses", "digests", "history"})
"""Tables whose rows `_is_sound` looks into."""

Row = tuple[Any, ...]


@dataclass
class Salvaged:
    """What was saved: rows by table out of the damaged file, and out of copies; tables of which some could not be read."""

    output: Path
    read: dict[str, int] = field(default_factory=dict)
    from_copies: dict[str, int] = field(default_factory=dict)
    damaged: list[str] = field(default_factory=list)
    decisions: int = 0
    documents: int = 0


def salvage(path: Path, output: Path, copies: Sequence[Path] = ()) -> Salvaged:
    """Write what can be read of the workspace at `path`, then what `copies` have besides, to the new workspace `output`.

    `output` is whole or absent, and has the protection that `path` has. Raises FusenError: `damaged` where nothing at all can be
    read, `permission`.
    """
    if output.exists():
        raise FusenError("permission", f"There is a file {output} already.", "Choose a name that is not taken.")
    path = own_place(path)
    part = _part_of(output)
    result = Salvaged(output)
    try:
        with explained(output):
            # Made here and empty, for its rights: nobody may read it who may not read the workspace.
            os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with explained(output), closing(open_with(encryption.key_of(path), part, 5.0)) as target:
            prepare(target, part, migration_scripts(), shared=False)
            target.execute("DELETE FROM audit_workspace")  # what is saved keeps the name by which its log is known
            target.execute("PRAGMA foreign_keys = OFF")
            fresh = part.read_bytes()[:_PAGE]
            for source in (path, *copies):
                with suppress(*database_errors()), closing(_Source(source, path)) as opened:
                    _add_all(opened, source, target, result, first=source is path)
                if source is path and not any(result.read.values()) and encryption.state_of(path) != "encrypted":
                    _add_without_beginning(path, fresh, target, result)
            _mend(target, path, rebuild="findings" in result.damaged)
            result.decisions = _number(target, "SELECT count(*) FROM findings WHERE decision <> 'undecided'")
            result.documents = _number(target, "SELECT count(*) FROM documents")
            if not result.documents or not checking.is_whole(target):
                raise _hopeless(path)
            # The log is worked into the file, which is then whole by itself.
            target.execute("PRAGMA journal_mode = DELETE")
        with explained(output):
            with part.open("rb+") as stream:
                sync(stream.fileno())
            with suppress(OSError):  # the damaged file is another user's
                shutil.copymode(path, part)
            take_name(part, output)
            sync_folder(output.parent)
    finally:
        for ending in ("", "-wal", "-shm", "-journal"):
            with suppress(OSError):  # of a folder that is not to be written in, which the error above tells
                part.with_name(part.name + ending).unlink()
    return result


def _part_of(output: Path) -> Path:
    return output.with_name(f".{output.name}.{secrets.token_hex(6)}.part")


def recover_in_place(path: Path) -> Salvaged:
    """Put what can be saved of the workspace at `path`, which nobody has open, in its place; the damaged file stays beside it.

    Raises FusenError as `salvage` does; then nothing was changed.
    """
    path = own_place(path)
    before = sharing.identity_of(path)
    result = salvage(path, leftovers.recovered_name(path), backups.backups_of(path))
    if sharing.identity_of(path) != before:  # another program recovered it meanwhile, and may be at work in it
        leftovers.erase(result.output)
        raise FusenError("timeout", f"{path.name} is in use.", "Close it everywhere else and try again.")
    with explained(path):
        leftovers.put_in_place(path, result.output)
    result.output = path
    return result


# ---- reading


class _Source:
    """A file that is read: the workspace at `path`, or a copy of it with the same protection. Nothing is written to it."""

    def __init__(self, file: Path, path: Path) -> None:
        """Raises the driver's errors, as all that is asked of it does."""
        self._file = file
        self._key = encryption.key_of(path) if encryption.state_of(file) == "encrypted" else None
        self._connection = self._open()

    def _open(self) -> sqlite3.Connection:
        mode = "mode=ro" if has_log(self._file) else "mode=ro&immutable=1"
        connection = open_with(self._key, self._file, 5.0, mode)
        # Else SQLite reads nothing of a file that was cut off. Nothing is written: the file is open for reading alone.
        connection.execute("PRAGMA writable_schema = ON")
        return connection

    def execute(self, query: str, parameters: Row = ()) -> sqlite3.Cursor:
        return self._connection.execute(query, parameters)

    def go_on(self) -> None:
        """Be ready for the next question after an error: SQLCipher answers none any more once a page was damaged."""
        if self._key is not None:
            self.close()
            self._connection = self._open()

    def close(self) -> None:
        self._connection.close()


def _add_without_beginning(path: Path, fresh: bytes, target: sqlite3.Connection, result: Salvaged) -> None:
    """Read a file whose first page, which says where its tables lie, is lost, by that of a new file: `fresh`.

    Tables lie at the same places in all files that were made by this version and not written anew since. In others one may lie in
    the place of another, so that only tables are read whose rows show whether they are ones.
    """
    mended = _part_of(result.output)
    try:
        for lost in (_HEADER, _PAGE):  # what is not lost of it knows better
            for ending in ("", "-wal"):
                with suppress(FileNotFoundError):
                    shutil.copy(f"{path}{ending}", f"{mended}{ending}")
            with mended.open("r+b") as stream:
                pages = stream.seek(0, os.SEEK_END) // _PAGE
                stream.seek(0)
                stream.write(fresh[:_SIZE] + pages.to_bytes(4, "big") + fresh[_SIZE + 4 : lost])
            result.damaged.clear()
            with suppress(*database_errors()), closing(_Source(mended, path)) as opened:
                tables = None if lost == _HEADER else _TELLING
                _add_all(opened, path, target, result, first=True, tables=tables)
            if any(result.read.values()):
                return
    finally:
        for ending in ("", "-wal", "-shm"):
            Path(f"{mended}{ending}").unlink(missing_ok=True)


def _add_all(
    source: _Source,
    path: Path,
    target: sqlite3.Connection,
    result: Salvaged,
    *,
    first: bool,
    tables: frozenset[str] | None = None,
) -> None:
    for (table,) in target.execute(_TABLES).fetchall():
        if tables is not None and table not in tables:
            result.damaged.append(table)
            continue
        try:
            _add_table(source, target, table, result, path, first=first)
        except database_errors():  # its description is lost
            source.go_on()
            if first:
                result.damaged.append(table)


# What is searched and rows of the matrix are made anew of what was read.
_DERIVED = ("folded_texts", "folded_findings", "matrix_rows")
_TABLES = (
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"  # noqa: S608 (our own names)
    f" AND name NOT IN {_DERIVED} ORDER BY rowid"
)


def _add_table(
    source: _Source, target: sqlite3.Connection, table: str, result: Salvaged, path: Path, *, first: bool
) -> None:
    known = [row[1] for row in target.execute(f'PRAGMA table_info("{table}")')]
    there = _columns_in(source, table)
    columns = [name for name in known if there is None or name in there]
    if there == []:
        return  # an older file, which did not have it yet
    names = ", ".join(f'"{name}"' for name in columns)
    insert = f'INSERT OR IGNORE INTO "{table}" ({names}) VALUES ({", ".join("?" * len(columns))})'  # noqa: S608 (our own names)
    reader = _Reader(source, table, names, _key(target, table), _indexes(target, table))
    before = _number(target, f'SELECT count(*) FROM "{table}"')  # noqa: S608 (our own name)
    target.execute("BEGIN")
    for row in reader.rows():
        if _is_sound(table, dict(zip(columns, row, strict=True)), path):
            with suppress(sqlite3.IntegrityError, *database_errors()):  # a row that the table's own rules refuse
                target.execute(insert, row)
    target.execute("COMMIT")
    count = _number(target, f'SELECT count(*) FROM "{table}"') - before  # noqa: S608 (our own name)
    (result.read if first else result.from_copies)[table] = count + (0 if first else result.from_copies.get(table, 0))
    if first and reader.failed:
        result.damaged.append(table)


def _columns_in(source: _Source, table: str) -> list[str] | None:
    """The columns of a table, none where there is no such table; None where that cannot be read."""
    try:
        return [row[1] for row in source.execute(f'PRAGMA table_info("{table}")')]
    except database_errors():
        source.go_on()
        return None


def _key(target: sqlite3.Connection, table: str) -> list[str]:
    """The columns of the key of a table without row numbers; none for a table with them."""
    (sql,) = target.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
    if not sql.rstrip().upper().endswith("WITHOUT ROWID"):
        return []
    keyed = [(row[5], row[1]) for row in target.execute(f'PRAGMA table_info("{table}")') if row[5]]
    return [name for _, name in sorted(keyed)]


def _indexes(target: sqlite3.Connection, table: str) -> list[str]:
    """The indexes that hold the numbers of all rows of a table."""
    return [row[1] for row in target.execute(f'PRAGMA index_list("{table}")') if not row[4]]


class _Reader:
    """Reads the rows of one table that can be read; `failed` once some could not."""

    def __init__(self, source: _Source, table: str, names: str, key: Sequence[str], indexes: Sequence[str]) -> None:
        self._source, self._table, self._names, self._key = source, table, names, key
        self._indexes = indexes
        self._tries = self._in_vain = 0
        self._last: int | None = None
        self.failed = False

    def rows(self) -> Iterator[Row]:
        if self._key:
            order = ", ".join(f'"{name}"' for name in self._key)
            down = ", ".join(f'"{name}" DESC' for name in self._key)
            select = f'SELECT {self._names} FROM "{self._table}" ORDER BY'  # noqa: S608 (our own names)
            yield from self._read(f"{select} {order}", ())
            if self.failed:
                yield from self._read(f"{select} {down}", ())
            return
        for row in self._between(-(1 << 63), (1 << 63) - 1):
            yield row[1:]

    def _between(self, low: int, high: int) -> Iterator[Row]:
        """Rows with these numbers: up from the lowest, down from the highest, and around what lies between."""
        waiting = [(low, high)]
        while waiting and self._tries < MOST_TRIES and self._in_vain < MOST_IN_VAIN:
            low, high = waiting.pop()
            select = f'SELECT rowid, {self._names} FROM "{self._table}" NOT INDEXED WHERE rowid BETWEEN ? AND ? ORDER BY rowid'  # noqa: S608 (our own names)
            ended = yield from self._walk(select, low, high)
            if ended is None:
                continue
            low, high = max(low, ended + 1), min(high, self._highest())
            ended = yield from self._walk(f"{select} DESC", low, high)
            if ended is None:
                continue
            high = min(high, ended - 1)
            if low < high:
                middle = (low + high) // 2
                waiting += [(middle + 1, high), (low, middle)]

    def _highest(self) -> int:
        """The number of the last row, where something besides the table itself knows it."""
        if self._last is None:
            self._last = (1 << 63) - 1
            queries: list[tuple[str, Row]] = [("SELECT seq FROM sqlite_sequence WHERE name = ?", (self._table,))]
            queries += [(f'SELECT max(rowid) FROM "{self._table}" INDEXED BY "{index}"', ()) for index in self._indexes]  # noqa: S608
            for query, values in queries:
                try:
                    found = self._source.execute(query, values).fetchone()
                except database_errors():
                    self._source.go_on()
                    continue
                if found is not None and found[0] is not None:
                    self._last = int(found[0])
                    break
        return self._last

    def _walk(self, select: str, low: int, high: int) -> Generator[Row, None, int | None]:
        """Rows until the end, or until damage: then the number of the last row before it."""
        down = select.endswith("DESC")
        last = high + 1 if down else low - 1
        self._tries += 1
        self._in_vain += 1
        try:
            for row in self._source.execute(select, (low, high)):
                last = row[0]
                self._in_vain = 0
                yield row
        except database_errors():
            self.failed = True
            self._source.go_on()
            return last
        return None

    def _read(self, select: str, parameters: Row) -> Iterator[Row]:
        try:
            yield from self._source.execute(select, parameters)
        except database_errors():
            self.failed = True
            self._source.go_on()


# ---- what was read


def _is_sound(table: str, row: Mapping[str, Any], path: Path) -> bool:
    """Whether a row is one that a workspace could have written: damage also turns bytes into others."""
    try:
        match table:
            case "documents":
                return len(row["sha256"]) == hashlib.sha256().digest_size * 2 and row["file"] != ""
            case "findings":
                values = {**_FINDING, **row}
                packing.finding_from(
                    tuple(values[name.strip(' "')] for name in packing.FINDING_COLUMNS.split(",")), path
                )
            case "analyses":
                packing.unpack_analysis(row["content"], path)
            case "digests":
                texts.unpack_text(row["text"], path)
                digests.unpack_tagged(row["tagged"], path)
            case "history":
                operations.from_json(row["operation"])
                operations.from_json(row["inverse"])
    except (FusenError, ValueError, KeyError, TypeError):
        return False
    return True


_FINDING: Mapping[str, Any] = {"edited": None, "own_tags": None, "owner": "", "due": "", "raised": 0, "skipped": 0}


def _mend(target: sqlite3.Connection, path: Path, *, rebuild: bool) -> None:
    """Let nothing point at what is lost: a stand-in for a document, of whose findings some are left; the rest goes."""
    target.execute("BEGIN")
    target.execute("DELETE FROM audit_workspace WHERE rowid > (SELECT min(rowid) FROM audit_workspace)")
    if rebuild:
        rebuild_findings(target, path)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    lost = "SELECT DISTINCT document_sha256 FROM findings WHERE document_sha256 NOT IN (SELECT sha256 FROM documents)"
    for (sha256,) in target.execute(lost).fetchall():
        target.execute(
            "INSERT INTO documents (sha256, file, title, format, page_count, added_at) VALUES (?, ?, ?, 'pdf', 0, ?)",
            (sha256, f"{sha256[:12]}.pdf", sha256[:12], now),
        )
    known = {name for (name,) in target.execute("SELECT id FROM findings")}
    for number, operation in target.execute("SELECT number, operation FROM history").fetchall():
        if not known.issuperset(operations.finding_ids(operations.from_json(operation))):
            target.execute("DELETE FROM history WHERE number = ?", (number,))
    for (table,) in target.execute(_TABLES).fetchall():
        for *_, parent, column, named, _, _, _ in target.execute(f'PRAGMA foreign_key_list("{table}")').fetchall():
            target.execute(f'DELETE FROM "{table}" WHERE "{column}" NOT IN (SELECT "{named}" FROM "{parent}")')  # noqa: S608 (our own names)
    target.execute("COMMIT")
    kept = Embedding(path, target)
    for sha256 in kept.held():
        if not kept.is_sound(sha256):
            kept.drop(sha256)


def _number(connection: sqlite3.Connection, query: str) -> int:
    return int(connection.execute(query).fetchone()[0])


def _hopeless(path: Path) -> FusenError:
    error = damaged(path)
    return FusenError(
        "damaged", error.message, "Nothing of it can be read. Open one of the copies beside it, if there are any."
    )
