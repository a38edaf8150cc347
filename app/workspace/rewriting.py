"""Encrypting a workspace, decrypting it, changing its passphrase: one and the same, the file is written anew with another key.

The new file grows beside the old one, is compared with it, and takes its name in one step; then the old content is erased. A kill
at any moment leaves one whole file under the workspace's name, the old or the new one, and what else it leaves the next opening
erases (`leftovers.py`). Nobody else may have the workspace open meanwhile, for what another program wrote would be lost.

Copies that were made before a migration are workspaces as well and go the same way.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.errors import FusenError
from app.syncing import sync, sync_folder
from app.workspace import encryption, leftovers, sharing
from app.workspace.audit_log import AuditLog
from app.workspace.database import explained, not_writable, open_file
from app.workspace.driver import database_errors, open_through_cipher
from app.workspace.encryption import Key

log = logging.getLogger(__name__)

Progress = Callable[[float], object]
"""Told the share that is done, on the caller's thread; what it raises stops the work, and the workspace stays as it was."""

_STEPS = 20_000  # of SQLite's machine, between two calls of a `Progress`
_PATIENCE = 1.0


@dataclass(frozen=True)
class Outcome:
    """What became of the copies beside the workspace: so many went the same way.

    `removed`: those that could not be read; `left`: those that could not be written anew now, and stay as they were.
    """

    backups: int = 0
    removed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def encrypt(path: Path, passphrase: str, progress: Progress = lambda _share: None, *, reviewer: str = "") -> Outcome:
    """Protect a plain workspace; this process goes on with it unlocked. `reviewer`: who does it, for the audit log.

    Raises FusenError: `wrong-password` for too short a passphrase, `unsupported` where it is encrypted already, `timeout` where
    something else has it open, and those of `database.connect`. The workspace is then as it was.
    """
    with explained(path):
        encrypted = encryption.state_of(path) == "encrypted"
    if encrypted:
        raise FusenError("unsupported", f"{path.name} is encrypted already.", "Change its passphrase instead.")
    return _give(path, encryption.new_key(passphrase), progress, reviewer)


def change_passphrase(
    path: Path, passphrase: str, progress: Progress = lambda _share: None, *, reviewer: str = ""
) -> Outcome:
    """Give an unlocked workspace another passphrase. Raises as `encrypt` does, `encrypted` where it is not unlocked."""
    _require_key(path)
    return _give(path, encryption.new_key(passphrase), progress, reviewer)


def decrypt(path: Path, progress: Progress = lambda _share: None, *, reviewer: str = "") -> Outcome:
    """Make an unlocked workspace a plain file again. Raises as `change_passphrase` does."""
    _require_key(path)
    return _give(path, None, progress, reviewer)


def finish(path: Path) -> Outcome:
    """Do what a kill left undone: plain copies beside an unlocked encrypted workspace are encrypted as well."""
    key = encryption.key_of(path)
    if key is None:
        return Outcome()
    _erase_half_copies(path, "plain")
    return _rewrite_all([copy for copy in leftovers.copies_of(path) if _is_plain(copy)], None, key)


def _is_plain(copy: Path) -> bool:
    try:
        return encryption.state_of(copy) == "plain"
    except OSError:  # not now, then; the next unlocking looks again
        return False


def _require_key(path: Path) -> None:
    with explained(path):
        key = encryption.key_of(path)
    if key is None:
        raise FusenError("unsupported", f"{path.name} is not encrypted.", "Encrypt it first.")


def _give(path: Path, key: Key | None, progress: Progress, reviewer: str) -> Outcome:
    path = path.resolve()  # what a link leads to is replaced, not the link
    before = encryption.key_of(path)
    with alone_here(path) as shared:
        open_file(path, shared=shared)[0].close()  # is it ours and whole; missing migrations
        _rewrite(path, before, key, progress)
        encryption.give_key(path, key)
        _erase_half_copies(path)
        with closing(open_file(path, shared=shared)[0]) as connection:
            AuditLog(path, connection, lambda: reviewer).record("decrypted" if key is None else "encrypted", {})
    return _rewrite_all(leftovers.copies_of(path), before, key)


def _erase_half_copies(path: Path, state: encryption.State | None = None) -> None:
    """They hold what the workspace held under its protection of before."""
    try:
        leftovers.erase_half_copies(path, state)
    except OSError as error:
        log.warning("half a copy of the workspace was not erased: %s", error)


@contextmanager
def alone_here(path: Path) -> Iterator[bool]:
    """Let no other thread of this process open the file meanwhile, and on a network drive nobody at all.

    Whether other programs may, as in `database.open_file`. Raises FusenError `timeout` where one has it open.
    """
    with sharing.opening(path) as (first, shared):
        if not first:
            raise _in_use(path)
        yield shared
    sharing.closed(path)


def _in_use(path: Path) -> FusenError:
    return FusenError("timeout", f"{path.name} is in use.", "Close it everywhere else and try again.")


def _rewrite_all(copies: Sequence[Path], before: Key | None, key: Key | None) -> Outcome:
    written: list[str] = []
    removed: list[str] = []
    left: list[str] = []
    for copy in copies:
        try:
            held = before if encryption.state_of(copy) == "encrypted" else None
            if _is_readable(copy, held):
                _rewrite(copy, held, key)
                written.append(copy.name)
            elif key is None:  # nothing is to be protected any more, and somebody may still make something of it
                left.append(copy.name)
            else:
                # It would stay what it is for whoever can make something of it, and is of no use here.
                leftovers.erase(copy)
                removed.append(copy.name)
        except (FusenError, OSError) as error:
            log.warning("a copy of the workspace was not written anew: %s", error)
            left.append(copy.name)
    return Outcome(len(written), tuple(removed), tuple(left))


def _is_readable(copy: Path, key: Key | None) -> bool:
    if encryption.state_of(copy) == "encrypted" and (key is None or not encryption.opens(copy, key)):
        return False
    try:
        with closing(open_through_cipher(key, copy, _PATIENCE)) as connection:
            return bool(connection.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",))
    except database_errors() as error:
        # That somebody else uses a copy at this moment, or the disk fails at it, is no reason to lose it.
        return getattr(error, "sqlite_errorcode", 0) & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@contextmanager
def sole_access(path: Path, key: Key | None) -> Iterator[sqlite3.Connection]:
    """A connection beside which there is no other. Raises FusenError `timeout` where there is one."""
    if not os.access(path, os.W_OK):
        raise not_writable(path)
    with explained(path), closing(open_through_cipher(key, path, _PATIENCE)) as connection:
        connection.execute("PRAGMA temp_store = MEMORY")
        # Without its log the file is complete by itself, and only who is alone with it can leave the log's mode.
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
        if connection.execute("PRAGMA journal_mode").fetchone() != ("delete",):  # somebody came in between
            raise _in_use(path)
        yield connection


def _rewrite(path: Path, before: Key | None, key: Key | None, progress: Progress = lambda _share: None) -> None:
    new = leftovers.new_file(path)
    try:
        with sole_access(path, before) as connection:
            _export(connection, path, new, key, progress)
            _compare(connection, path, new, key)
            _take_place(connection, path, new)
    except BaseException:
        with contextlib.suppress(OSError):
            leftovers.erase(new)
        raise


def _export(connection: sqlite3.Connection, path: Path, new: Path, key: Key | None, progress: Progress) -> None:
    leftovers.erase(new)
    os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    connection.execute("ATTACH DATABASE ? AS target KEY ?", (str(new), key.specification if key else ""))
    connection.execute("PRAGMA target.journal_mode = OFF").fetchone()  # half a new file is of no use
    for name in ("auto_vacuum", "application_id", "user_version"):
        (value,) = connection.execute(f"PRAGMA main.{name}").fetchone()
        connection.execute(f"PRAGMA target.{name} = {int(value)}")
    with _told(connection, progress, new, path.stat().st_size):
        connection.execute("SELECT sqlcipher_export('target')").fetchone()
    connection.execute("DETACH DATABASE target")
    with new.open("r+b") as stream:
        sync(stream.fileno())
    shutil.copymode(path, new)


@contextmanager
def _told(connection: sqlite3.Connection, progress: Progress, new: Path, expected: int) -> Iterator[None]:
    """Tell the progress by the new file's size. An exception of `progress` ends what the connection is at, and is raised."""
    stopped: list[BaseException] = []

    def step() -> bool:
        try:
            progress(min(new.stat().st_size / max(expected, 1), 1.0) * 0.9)
        except BaseException as error:  # SQLite would make "interrupted" of it
            stopped.append(error)
        return bool(stopped)

    connection.set_progress_handler(step, _STEPS)
    try:
        yield
    except Exception:
        if stopped:
            raise stopped[0] from None
        raise
    finally:
        connection.set_progress_handler(None, 0)


def _compare(connection: sqlite3.Connection, path: Path, new: Path, key: Key | None) -> None:
    """Raises FusenError `damaged` unless the new file is whole and holds as much as the old one."""
    with closing(open_through_cipher(key, new, _PATIENCE, "mode=ro&immutable=1")) as written:
        same = _contents(connection) == _contents(written)
        whole = written.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
        whole = whole and written.execute("PRAGMA foreign_key_check").fetchone() is None
        if key is not None:
            whole = whole and written.execute("PRAGMA cipher_integrity_check").fetchone() is None
    if not (same and whole):
        raise FusenError(
            "damaged",
            f"{path.name} could not be copied without a fault.",
            "The workspace was left as it is. Check the disk, and try again.",
        )


def _contents(connection: sqlite3.Connection) -> tuple[object, ...]:
    """The schema, and how many rows each table has."""
    schema = connection.execute("SELECT type, name, sql FROM main.sqlite_schema ORDER BY type, name").fetchall()
    names = [name for kind, name, _ in schema if kind == "table"]
    quoted = (name.replace('"', '""') for name in names)
    counts = tuple(connection.execute(f'SELECT count(*) FROM main."{name}"').fetchone() for name in quoted)  # noqa: S608 -- names of the file's own tables
    version = connection.execute("PRAGMA main.user_version").fetchone()
    return tuple(schema), counts, version


def _take_place(connection: sqlite3.Connection, path: Path, new: Path) -> None:
    """Let the new file take the name, and erase the old content. The lock is held until the old file is nobody's."""
    old = leftovers.old_file(path)
    named = True
    try:
        leftovers.erase(old)
        # A name to erase it by; until the new file has taken its place, it is the workspace's second one.
        os.link(path, old)
    except OSError:
        named = False  # a drive without second names: what was there is freed and not overwritten
    if os.name == "nt":
        connection.close()  # an open file cannot be replaced there
    new.replace(path)
    sync_folder(path.parent)
    if named:
        # Who opened the new file already may have erased the old one, and then there is nothing left to do.
        with contextlib.suppress(FileNotFoundError), old.open("r+b") as stream:
            # Who waited for the lock holds the old file: once overwritten it is no database, and nothing can be lost in it.
            leftovers.overwrite(stream)
            connection.close()  # not before the handle: closing that would give up the lock
        old.unlink(missing_ok=True)
