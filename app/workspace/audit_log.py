"""The audit log in the workspace's file: each entry is written in the transaction that changes what it tells of.

Every change of the workspace goes through `AuditLog.transaction`, which also begins the log where there is none yet: in an
older workspace with the hashes of what it found.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from app.errors import FusenError
from app.review.audit import BEFORE_THE_FIRST, Entry, Head, Kind, Sealed, canonical, read, seal, written_name
from app.review.audit_state import SALT_BYTES, commitment, salted
from app.workspace import audited_tables, heads, sharing
from app.workspace.database import explained, transaction
from app.workspace.signing import SigningKey, signing_key

_COLUMNS = "number, signer, content, hash, signature"
_HOLDS = 2
"""How much a log tells of the tables, said by the first entry, or by a later one that took stock. 2: also documents' names, what
was carried over from one version to the next, and where a passage goes on over its page's end."""
_complete: set[sharing.Identity] = set()
"""Files whose logs are known to tell that, for it takes long to look through those that once did not."""


@dataclass
class Notes:
    """What goes beside the entry that is being made: a salt for each document, made when it is first asked for, and words."""

    salts: dict[str, bytes] = field(default_factory=dict)
    words: dict[str, dict[str, Any]] = field(default_factory=dict)

    def hash(self, document: str, content: bytes) -> str:
        """The content's hash, with the document's salt."""
        return salted(self.salts.setdefault(document, secrets.token_bytes(SALT_BYTES)), content)

    def say(self, document: str, **words: Any) -> None:
        """Tell something that is not to outlast the document."""
        self.words.setdefault(document, {}).update(words)

    def rows(self) -> list[tuple[str, bytes, bytes, str]]:
        """Document, salt, note, and the note's hash, for each document."""
        rows = []
        for document in sorted(self.salts.keys() | self.words.keys()):
            note = canonical(self.words.get(document, {}))
            digest = self.hash(document, note)
            rows.append((document, self.salts[document], note, digest))
        return rows


class AuditLog:
    """Made by `Workspace`; `reviewer` tells who uses it now. Belongs to the thread that opened the workspace.

    `later` runs the writing of the head outside of the file, which may take as long as the rest of a decision: at once, unless
    the owner has a thread for it. A head that a kill forgets is made good by the next one; until then the one before counts.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, reviewer: Callable[[], str] = str) -> None:
        self.path = path
        self._connection = connection
        self._file = sharing.identity_of(path)
        self._reviewer = reviewer
        self.later: Callable[[Callable[[], None]], None] = lambda job: job()
        self._introduced: set[str] = set()
        self._placed = False
        self._follows: tuple[bool, bool] | None = None
        self._grown = False

    # ---- writing

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, as `database.transaction`; entries are appended inside, and after it the head is kept outside."""
        self._grown = False
        self._require_file()
        with transaction(self._connection, self.path):
            made = self._begin()
            yield
        if self._grown:
            self._keep_head(made=made)

    def _require_file(self) -> None:
        """What is written to a file that was deleted, or replaced by another one, is lost, and SQLite says nothing of it."""
        if sharing.identity_of(self.path) != self._file:
            raise FusenError(
                "not-found",
                f"{self.path.name} was moved, deleted or replaced by another file while it was open.",
                "Nothing more can be stored in it. Put the workspace back in its place, then close Fusen and open it again.",
            )

    def record(self, kind: Kind, details: Mapping[str, Any], notes: Notes | None = None) -> None:
        """An entry that tells of nothing in the tables, in a transaction of its own."""
        with self.transaction():
            self.append(kind, details, notes)

    def append(self, kind: Kind, details: Mapping[str, Any], notes: Notes | None = None) -> int:
        """Write an entry within the caller's transaction; returns its number.

        `notes`: with whose salts hashes in `details` were made.
        """
        key = signing_key()
        self._introduce(key)
        return self._append(kind, details, notes or Notes(), key)

    def begin(self) -> None:
        """Begin the log of a workspace of an older version, if it is one: what it holds is hashed as it was found."""
        if self.head() is None and self._rows("SELECT 1 FROM documents LIMIT 1"):
            with self.transaction():
                pass

    @contextmanager
    def forgetting(self, sha256: str) -> Iterator[None]:
        """The transaction in which everything about a document is deleted; the log tells of it."""
        with self.transaction():
            yield
            self.forget(sha256)

    def forget(self, sha256: str) -> None:
        """Within `transaction`, when everything about a document is deleted: no value of it can be told from the log after."""
        self._connection.execute("DELETE FROM audit_notes WHERE document_sha256 = ?", (sha256,))
        for sealed in self.sealed():  # files that were exported of several documents are called after any of them
            if b'"kind":"exported"' in sealed.content and sha256.encode() in sealed.content:
                self._connection.execute("DELETE FROM audit_notes WHERE number = ?", (sealed.number,))
        self.append("document-forgotten", {"document": sha256})

    def acknowledge(self, problems: Sequence[str], signers: Sequence[str] = ()) -> None:
        """Enter that the user knows of these problems and accepts these signers, by their fingerprints.

        This log's end is the one that is known from now on.
        """
        workspace = self.identity()[0]
        seen = heads.seen_head(workspace, self.path)
        before = None if seen is None else {"count": seen.count, "hash": seen.hash}
        self._follows = None
        self.record("acknowledged", {"problems": list(problems), "seen": before, "signers": list(signers)})
        if (head := self.head()) is not None:
            anywhere = self._continues(heads.seen_anywhere(workspace))
            heads.keep_head(workspace, self.path, head, place=True, anywhere=anywhere)
            self._follows = (True, anywhere)

    # ---- reading

    def head(self) -> Head | None:
        """The log's end; None where it has not begun."""
        rows = self._rows("SELECT number, hash FROM audit_log ORDER BY number DESC LIMIT 1")
        return Head(int(rows[0][0]), bytes(rows[0][1]).hex()) if rows else None

    def sealed(self, first: int = 1, last: int | None = None) -> Iterator[Sealed]:
        """The entries with these numbers as they are stored, in their order."""
        with explained(self.path):
            rows = self._connection.execute(
                f"SELECT {_COLUMNS} FROM audit_log WHERE number BETWEEN ? AND ? ORDER BY number",  # noqa: S608 (constant)
                (first, (1 << 62) if last is None else last),
            )
            for number, signer, content, digest, signature in rows:
                yield Sealed(number, str(signer), as_bytes(content), as_bytes(digest), as_bytes(signature))

    def told(self, first: int = 1, last: int | None = None) -> Iterator[tuple[Sealed, Entry | None, dict[str, Any]]]:
        """The same with what each tells, and what it says of each document besides, as far as that was not forgotten."""
        for sealed in self.sealed(first, last):
            yield sealed, read(sealed), self.notes(sealed.number)

    def notes(self, number: int) -> dict[str, dict[str, Any]]:
        """What an entry says of each document besides, as far as that was not forgotten."""
        rows = self._rows("SELECT document_sha256, note FROM audit_notes WHERE number = ?", (number,))
        return {document: _note(note) for document, note in rows}

    # ---- inside

    def _begin(self) -> bool:
        """The first entry, where there is none. Whether the workspace is a new one."""
        if self._connection.execute("SELECT 1 FROM audit_log LIMIT 1").fetchone() is not None:
            self._take_stock()
            return False
        (workspace, begun), notes, key = self._identity(), Notes(), signing_key()
        details: dict[str, Any] = {"workspace": workspace, "public_key": key.part.public_key, "holds": _HOLDS}
        empty = self._connection.execute("SELECT 1 FROM documents LIMIT 1").fetchone() is None
        if not empty or begun:
            details |= audited_tables.state_found(self._connection, notes.hash) | {"after_loss": bool(begun)}
        self._append("log-begun" if not empty or begun else "workspace-made", details, notes, key)
        self._connection.execute("UPDATE audit_workspace SET begun = 1")
        return empty and not begun

    def _take_stock(self) -> None:
        """Tell once what a log that was written by an earlier version does not tell of the tables."""
        if self._file in _complete:
            return
        told = (
            "SELECT 1 FROM audit_log WHERE instr(content, ?) LIMIT 1"  # stops at the first entry of a log that is new
        )
        if self._connection.execute(told, (f'"holds":{_HOLDS}'.encode(),)).fetchone() is None:
            notes = Notes()
            stock = audited_tables.stock(self._connection, notes.hash)
            self.append("stock-taken", {**stock, "holds": _HOLDS}, notes)
        elif self._file is not None:  # only what was there before is certain to stay: a transaction may be rolled back
            _complete.add(self._file)

    def _identity(self) -> tuple[str, bool]:
        """The workspace's id, and whether a log was begun. A file that lost them takes others, and has lost its log too."""
        row = self._connection.execute("SELECT id, begun FROM audit_workspace").fetchone()
        if row is None:
            row = (secrets.token_hex(16), 1)
            self._connection.execute("INSERT INTO audit_workspace (id, begun) VALUES (?, ?)", row)
        return str(row[0]), bool(row[1])

    def _introduce(self, key: SigningKey) -> None:
        """A signer that is new to this log brings its key."""
        name = key.signer.fingerprint
        if name in self._introduced:
            return
        if self._connection.execute("SELECT 1 FROM audit_log WHERE signer = ? LIMIT 1", (name,)).fetchone() is None:
            part = key.part
            details = {"public_key": part.public_key, "follows": part.follows, "endorsement": part.endorsement}
            self._append("signer-added", details, Notes(), key)
        # Only once it is certain to stay: the transaction may still be rolled back.
        elif not self._grown:
            self._introduced.add(name)

    def _append(self, kind: Kind, details: Mapping[str, Any], notes: Notes, key: SigningKey) -> int:
        last = self._connection.execute("SELECT number, hash FROM audit_log ORDER BY number DESC LIMIT 1").fetchone()
        number, previous = (1, BEFORE_THE_FIRST) if last is None else (last[0] + 1, as_bytes(last[1]).hex())
        if rows := notes.rows():
            details = {**details, "notes": {document: [commitment(salt), digest] for document, salt, _, digest in rows}}
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        entry = Entry(number, previous, at, kind, written_name(self._reviewer()), key.signer.fingerprint, details)
        sealed = seal(entry, key.signer)
        self._connection.execute(
            f"INSERT INTO audit_log ({_COLUMNS}) VALUES (?, ?, ?, ?, ?)",  # noqa: S608 (constant names)
            (sealed.number, sealed.signer, sealed.content, sealed.hash, sealed.signature),
        )
        self._connection.executemany(
            "INSERT INTO audit_notes (number, document_sha256, salt, note) VALUES (?, ?, ?, ?)",
            [(number, *row[:3]) for row in rows],
        )
        self._grown = True
        return number

    def _keep_head(self, *, made: bool) -> None:
        """Move the record of this log's head on, if the log goes on from what the record says."""
        head, (workspace, _) = self.head(), self.identity()
        if head is None:
            return
        if self._follows is None:  # once: from then on this connection moves the records on itself
            here = self._continues(heads.seen_head(workspace, self.path))
            self._follows = (here, self._continues(heads.seen_anywhere(workspace)))
        here, anywhere = self._follows
        if not here:
            return
        place = made or (not self._placed and heads.seen_at(self.path) is None)
        self._placed = True
        self.later(partial(heads.keep_head, workspace, self.path, head, place=place, anywhere=anywhere))

    def identity(self) -> tuple[str, bool]:
        """The workspace's id, empty where the file has lost it, and whether a log was begun."""
        rows = self._rows("SELECT id, begun FROM audit_workspace")
        return (str(rows[0][0]), bool(rows[0][1])) if len(rows) == 1 else ("", True)

    def _continues(self, seen: heads.SeenHead | None) -> bool:
        """Whether this log goes on from what was seen."""
        return seen is None or (seen.is_genuine and self._has(seen.head))

    def _has(self, head: Head) -> bool:
        rows = self._rows("SELECT hash FROM audit_log WHERE number = ?", (head.count,))
        return bool(rows) and as_bytes(rows[0][0]).hex() == head.hash

    def _rows(self, query: str, parameters: Iterable[object] = ()) -> list[tuple[Any, ...]]:
        with explained(self.path):
            rows: list[tuple[Any, ...]] = self._connection.execute(query, tuple(parameters)).fetchall()
            return rows


def _note(content: object) -> dict[str, Any]:
    """What a note says; nothing where it is not one of ours."""
    try:
        note = json.loads(as_bytes(content))
    except (ValueError, RecursionError):
        return {}
    return note if isinstance(note, dict) else {}


def as_bytes(value: object) -> bytes:
    """A blob; what another type of value stands in its place, as in a file that was tampered with, is no content of ours."""
    return value if isinstance(value, bytes) else repr(value).encode()
