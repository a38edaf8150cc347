"""Is the audit log whole, and do the tables hold what it says? Everything is computed anew from what is stored."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.errors import FusenError
from app.review.audit import Chain, Entry, Head, KnownSigner, Problem
from app.review.audit_state import Replay
from app.workspace import audited_tables, heads
from app.workspace.audit_log import AuditLog
from app.workspace.database import explained, migration_scripts
from app.workspace.driver import database_errors
from app.workspace.exported_heads import head_named_in
from app.workspace.signing import known_keys

_GUARDS = frozenset({"audit_log_is_not_changed", "audit_log_is_not_shortened", "audit_notes_are_not_changed"})
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Export:
    """An export as the log tells of it."""

    entry: int
    at: str
    name: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was found: `problems` in the order of the entries, `head` and `signers` as far as the log can be read.

    `ours`: fingerprints of this machine's user. `accepted`: those that this user acknowledged, or named now.
    `seen`: the head that this machine saw last, None where it saw none. `asked_head`: the entry whose hash was asked for.
    `exports`: where the files that were asked for were exported; `named`: of each of them, changed since or not, that names the
    log's head in its text or properties, the file and the entry's number.
    """

    problems: tuple[Problem, ...]
    head: Head | None
    signers: tuple[KnownSigner, ...]
    ours: frozenset[str]
    seen: Head | None
    asked_head: int | None = None
    exports: tuple[Export, ...] = ()
    named: tuple[tuple[Path, int], ...] = ()
    accepted: frozenset[str] = frozenset()

    @property
    def strangers(self) -> tuple[KnownSigner, ...]:
        """Signers that are neither this user nor accepted, nor endorsed by one who is: a colleague's, or a forger's.

        No problem in themselves, for a workspace may have been used on several machines; but somebody must have asked.
        """
        known, found = set(self.ours | self.accepted), []
        for signer in self.signers:  # a key is endorsed by one that stands before it
            if signer.fingerprint in known or signer.follows in known:
                known.add(signer.fingerprint)
            else:
                found.append(signer)
        return tuple(found)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def verify(
    path: Path,
    connection: sqlite3.Connection,
    *,
    head: str = "",
    exported: tuple[Path, ...] = (),
    signers: tuple[str, ...] = (),
) -> Report:
    """Look at the whole log of the workspace at `path`.

    `head`: a hash in hex (or at least 16 digits of its beginning) that an entry must have. `exported`: files that must be
    exports of this workspace, unchanged. `signers`: fingerprints (or their beginnings); with any, other signers are a problem.
    Raises FusenError where the file, or an exported one, cannot be read.
    """
    log = AuditLog(path, connection)
    chain, replay, ours = Chain(), Replay(), frozenset(known_keys())
    accepted: set[str] = set()
    exports: dict[str, Export] = {}
    problems: list[Problem] = []
    with explained(path):
        connection.execute("BEGIN")  # what is read is of one moment, whoever writes meanwhile
        try:
            for entry in _go_through(log, chain, replay, exports):
                if entry.kind == "acknowledged" and entry.signer in ours:
                    accepted |= _fingerprints(entry.details.get("signers"))
            problems += chain.problems
            problems += _guards_missing(connection)
            problems += _against_records(log, chain)
            if chain.hashes:
                problems += _differences(connection, replay)
        finally:
            connection.execute("ROLLBACK")
    wanted = head.strip().lower()
    asked = _number_of(wanted, chain.hashes) if wanted else None
    if wanted and asked is None:
        problems.append(Problem("head-not-found", None, wanted))
    hashes = {file: file_hash(file) for file in exported}
    problems += [Problem("export-unknown", None, str(file)) for file, digest in hashes.items() if digest not in exports]
    if signers:
        problems += [
            Problem("foreign-signer", signer.since, name)
            for name, signer in chain.signers.items()
            if not name.startswith(signers)
        ]
    numbers = {each: number for number, each in chain.hashes.items()}
    named = ((file, head_named_in(file, numbers)) for file in exported)
    record = heads.seen_head(log.identity()[0], path)
    return Report(
        tuple(problems),
        chain.head,
        tuple(chain.signers.values()),
        ours,
        record.head if record is not None else None,
        asked,
        tuple(exports[digest] for digest in hashes.values() if digest in exports),
        tuple((file, number) for file, number in named if number is not None),
        frozenset({*accepted, *(name for name in chain.signers if signers and name.startswith(signers))}),
    )


def _go_through(log: AuditLog, chain: Chain, replay: Replay, exports: dict[str, Export]) -> Iterator[Entry]:
    """The entries with which nothing is wrong by themselves."""
    for sealed in log.sealed():
        wrong = len(chain.problems)
        entry = chain.take(sealed)
        if entry is None:
            continue
        if len(chain.problems) == wrong:
            yield entry
        try:
            replay.take(entry)
            if entry.kind == "exported":
                _note_exports(entry, log.notes(entry.number), exports)
        except (KeyError, TypeError, ValueError, AttributeError):
            chain.problems.append(Problem("unreadable-entry", sealed.number))
        if entry.kind == "log-begun" and entry.details.get("after_loss"):
            chain.problems.append(Problem("log-lost", sealed.number))


def _fingerprints(value: object) -> set[str]:
    return {str(each) for each in value} if isinstance(value, list) else set()


def _note_exports(entry: Entry, notes: Mapping[str, Any], exports: dict[str, Export]) -> None:
    names: list[Any] = next((note["names"] for note in notes.values() if "names" in note), [])
    for place, file in enumerate(entry.details["files"]):
        name = str(names[place]) if place < len(names) else ""
        exports[file["sha256"]] = Export(entry.number, entry.at, name)


def _guards_missing(connection: sqlite3.Connection) -> Iterator[Problem]:
    known = "".join(migration_scripts())
    rows = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
    there = {name for name, sql in rows if str(sql) in known}  # one that does something else guards nothing
    for name in sorted(_GUARDS - there):
        yield Problem("guards-missing", None, name)


def _against_records(log: AuditLog, chain: Chain) -> Iterator[Problem]:
    """What this machine knows from before."""
    workspace, begun = log.identity()
    seen, lay_here = heads.seen_head(workspace, log.path), heads.seen_at(log.path)
    first = next(log.sealed(1, 1), None)
    if first is None:
        if begun or seen is not None or lay_here is not None:
            yield Problem("log-empty")
    elif f'"workspace":"{workspace}"'.encode() not in first.content:
        yield Problem("other-workspace", 1, workspace)
    if lay_here is not None and lay_here.is_genuine and lay_here.workspace != workspace:
        yield Problem("other-workspace", None, lay_here.workspace)
    if seen is None and lay_here is not None and lay_here.workspace == workspace:
        seen = lay_here  # older, for who took the later one away
    if seen is None:
        return
    if not seen.is_genuine:
        yield Problem("head-record-changed")
    elif seen.count > max(chain.hashes, default=0):
        yield Problem("cut-off", None, str(seen.count))
    elif chain.hashes.get(seen.count, seen.hash) != seen.hash:  # one that is missing is told already
        yield Problem("other-history", seen.count, seen.hash)


def _differences(connection: sqlite3.Connection, replay: Replay) -> list[Problem]:
    unusual: tuple[type[Exception], ...] = (TypeError, ValueError, AttributeError, OverflowError, *database_errors())
    try:
        return list(replay.differences(audited_tables.tables(connection)))
    except unusual as error:
        if getattr(error, "sqlite_errorcode", None) is not None:
            raise
        # A value of a type that nothing in this program writes, or a text that is none.
        return [Problem("finding-forged", None, type(error).__name__)]


def _number_of(wanted: str, hashes: Mapping[int, str]) -> int | None:
    if len(wanted) < 16:
        return None
    return next((number for number, each in hashes.items() if each.startswith(wanted)), None)


def file_hash(file: Path) -> str:
    """SHA-256 of a file in hex. Raises FusenError `not-found` or `permission`."""
    whole = hashlib.sha256()
    try:
        with file.open("rb") as stream:
            while piece := stream.read(_CHUNK):
                whole.update(piece)
    except FileNotFoundError as error:
        raise FusenError("not-found", f"There is no file {file}.", "Check its name and folder.") from error
    except OSError as error:
        raise FusenError("permission", f"The file {file} cannot be read.", "Check its rights.") from error
    return whole.hexdigest()
