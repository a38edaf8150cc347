"""Opening the workspace's SQLite file safely: is it ours, whole and not too new; migrations; errors in the user's words.

Before the first write the file is looked at through a read-only connection, so that a damaged or foreign file, or one of a
newer program, is left exactly as it was.
"""

from __future__ import annotations

import errno
import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from importlib import resources
from pathlib import Path

from app.errors import FusenError
from app.workspace import backups, checking, encryption, leftovers, sharing
from app.workspace.driver import database_errors, open_database

APPLICATION_ID = 0x4675736E  # "Fusn": tells a workspace from the database of another program
BUSY_SECONDS = 5.0

_PRAGMAS = (
    # Readers and one writer at once (the window, and the command line beside it); a killed writer leaves a log that the
    # next opening replays. Where the file system cannot do it (some network drives), SQLite keeps its rollback journal.
    "PRAGMA journal_mode = WAL",
    # A decision is on the disk when the window shows it, even if the power fails right after. Decisions come at the speed
    # of a person, so one sync a commit is affordable.
    "PRAGMA synchronous = FULL",
    # On macOS a sync leaves content in the drive's own memory, unless it is asked for more; no other system knows this.
    "PRAGMA fullfsync = ON",
    # No finding without its document, no history without its finding.
    "PRAGMA foreign_keys = ON",
    # The file may come from someone else: its schema must not call functions with side effects.
    "PRAGMA trusted_schema = OFF",
    # Notice damage when a page is read rather than return nonsense from it.
    "PRAGMA cell_size_check = ON",
    # What a query sorts and a VACUUM copies is content of documents: it does not go to files elsewhere.
    "PRAGMA temp_store = MEMORY",
)


def own_place(path: Path) -> Path:
    """Where the file itself lies, for who gives a link to it: there SQLite has its log, and there the copies are to lie."""
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def connect(path: Path, migrations: Sequence[str] | None = None) -> sqlite3.Connection:
    """A connection to the workspace at `path`, made if absent and migrated if old: see `open_file`."""
    return open_file(path, migrations)[0]


def open_file(
    path: Path,
    migrations: Sequence[str] | None = None,
    *,
    first: bool = True,
    patience: float | None = None,
    shared: bool = True,
) -> tuple[sqlite3.Connection, bool]:
    """A connection to the workspace at `path`, made if absent and migrated if old, and whether it was checked to its end.

    `first`: this process has no other one; otherwise the file was checked. `patience`: seconds that the check may take.
    `shared`: other programs may use the file at the same time, which a network drive does not allow.

    Raises FusenError: `damaged` or `unsupported` (the file is untouched), `permission`, `timeout` (another process writes),
    `encrypted` (see `encryption.unlock`).
    """
    scripts = migration_scripts() if migrations is None else migrations
    whole: bool | None = True
    with explained(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # a new one is its user's only
        if first:
            leftovers.finish_recovery(path.resolve())
            backups.tidy(path)
            if path.exists() and path.stat().st_size > 0:
                whole = _inspect(path, len(scripts), patience)
        new = encryption.state_of(path) == "absent"
        # autocommit mode: every transaction in this program is begun and ended by `transaction`, in plain sight
        connection = open_database(path, BUSY_SECONDS)
        try:
            prepare(connection, path, scripts, shared=shared)
            if new:
                encryption.know_plain(path)
        except BaseException:
            connection.close()
            raise
    if first:
        leftovers.sweep(path.resolve())
    return connection, whole is not None


def prepare(connection: sqlite3.Connection, path: Path, scripts: Sequence[str], *, shared: bool = True) -> None:
    """Set a new connection up for writing, and bring the file up to date."""
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    if not shared:
        # The log needs memory that all users of the file share, which two machines do not have.
        connection.execute("PRAGMA journal_mode = DELETE")
    _migrate(connection, path, scripts)


def open_for_reading(path: Path, *, quiet: bool = False) -> sqlite3.Connection:
    """A connection that cannot write; `quiet`: nor leave files beside the workspace, for which nobody may write to it."""
    # What a kill left half written in a file without a log is taken back by who opens it, which a reader may not do.
    mode = "rw" if Path(f"{path}-journal").exists() else "ro"
    return open_database(path, BUSY_SECONDS, f"mode={mode}{'&immutable=1' if quiet else ''}")


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """All or nothing. Takes the write lock at the start, so that what is read inside stays true until the commit."""
    with explained(path):
        sharing.require_note(path)
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def migration_scripts() -> tuple[str, ...]:
    """The SQL that leads from version n to n + 1, at index n."""
    folder = resources.files("app.workspace.migrations")
    scripts = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    for number, name in enumerate(scripts, start=1):
        if not name.startswith(f"{number:04d}_"):
            raise RuntimeError(f"migrations are not numbered without gaps: {name} stands at {number}")
    return tuple((folder / name).read_text(encoding="utf-8") for name in scripts)


def _inspect(path: Path, newest: int, patience: float | None) -> bool | None:
    """Refuse what must not be written to, through a connection that cannot write; None where the check was not finished."""
    if encryption.state_of(path) == "foreign":
        raise damaged(path)
    # Even a reader would leave files beside a database in WAL mode, unless it is told that no one writes. That must hold:
    # a log beside the file belongs to a running process, or to one that was killed, and its content counts.
    if not has_log(path):
        try:
            return _look_into(path, newest, patience, quiet=True)
        except FusenError as error:
            if error.code != "damaged" or not has_log(path):
                raise
            # Another program began to write meanwhile, and what was read was neither the old nor the new.
    return _look_into(path, newest, None, quiet=False)


def has_log(path: Path) -> bool:
    """Whether a log lies beside the file: somebody writes to it, or was killed or lost power while writing."""
    return any(Path(f"{path}{ending}").exists() for ending in ("-wal", "-journal"))


def _look_into(path: Path, newest: int, patience: float | None, *, quiet: bool) -> bool | None:
    with explained(path), closing(open_for_reading(path, quiet=quiet)) as connection:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if application != APPLICATION_ID and tables:
            raise FusenError(
                "unsupported",
                f"{path.name} belongs to another program.",
                "Choose a file that Fusen made, or a new name.",
            )
        if version > newest:
            raise FusenError(
                "unsupported",
                f"{path.name} was made by a newer version of Fusen.",
                "Install the current version of Fusen to open it; the file was not changed.",
            )
        whole = checking.is_whole(connection, patience)
    if whole is False:
        raise damaged(path)
    return whole


def _migrate(connection: sqlite3.Connection, path: Path, scripts: Sequence[str]) -> None:
    """Run the scripts that are missing, all of them in one transaction, once the file was copied as it was before."""
    while (version := _version(connection)) < len(scripts):
        seen = _changes(connection)
        backup = backups.make(connection, path, version) if version else None
        connection.execute("BEGIN IMMEDIATE")
        # Another process may have migrated, or written more, while this one copied or waited for the lock.
        if _changes(connection) != seen:
            connection.execute("ROLLBACK")
            if backup is not None:
                backup.unlink(missing_ok=True)
            continue
        try:
            for script in scripts[version:]:
                for statement in _statements(script):
                    connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {len(scripts)}")
            connection.execute("COMMIT")
            if backup is not None:
                backups.thin_out(path, backup)
        except BaseException as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if backup is not None:
                backups.thin_out(path, backup, version)
            if backup is not None and isinstance(error, database_errors()):
                raise _not_migrated(path, backup, error) from error
            raise


def _changes(connection: sqlite3.Connection) -> int:
    """Another number whenever another connection committed something."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def _not_migrated(path: Path, backup: Path, error: Exception) -> FusenError:
    why = _translate(path, error)
    return FusenError(
        "internal" if why is None else why.code,
        f"{path.name} could not be updated." if why is None else f"{path.name} could not be updated. {why.message}",
        f"It is as it was before, and a copy of it is {backup.name} in the same folder. "
        + ("Please report this as a bug." if why is None else why.advice),
    )


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    # sqlite3.executescript would commit the running transaction first.
    statement = ""
    for piece in re.split(r"(?<=;)", script):
        statement += piece
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def damaged(path: Path) -> FusenError:
    """The error for a file that cannot be trusted."""
    return FusenError(
        "damaged",
        f"{path.name} is damaged or is not a Fusen workspace.",
        "It was left untouched. `fusen recover` with its name makes a new workspace of all that can still be read.",
    )


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn SQLite's and the system's errors about the file at `path` into FusenError; bugs (wrong SQL) pass through."""
    try:
        yield
    except OSError as error:
        raise _of_the_system(path, error) from error
    except database_errors() as error:
        translated = _translate(path, error)
        if translated is None:
            raise
        raise translated from error


def not_writable(path: Path) -> FusenError:
    """The error for a file that may not be written."""
    return FusenError(
        "permission",
        f"The workspace {path} cannot be opened for writing.",
        "Check the rights of the file and its folder, or choose another place for the workspace.",
    )


def _of_the_system(path: Path, error: OSError) -> FusenError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return _no_space(path)
    return _failing(path) if error.errno == errno.EIO else not_writable(path)


def _failing(path: Path) -> FusenError:
    return FusenError(
        "permission",
        f"The disk that holds {path.name} reported an error.",
        "Check that the drive is connected and not full, then try again.",
    )


def _no_space(path: Path) -> FusenError:
    return FusenError(
        "permission",
        f"There is no space left on the disk that holds {path.name}.",
        "Free some space and try again; nothing that was saved before is lost.",
    )


def _translate(path: Path, error: Exception) -> FusenError | None:
    if isinstance(error, UnicodeDecodeError) or "decode to UTF-8" in str(error):  # the driver's, of what SQLite read
        return damaged(path)
    # The low byte is the primary code; the rest says more than the user can use.
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return FusenError(
                "timeout",
                f"Another window or program is writing to {path.name}.",
                "Wait until it is done, or close it, and try again.",
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return encryption.replaced(path) or damaged(path)
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return not_writable(path)
        case sqlite3.SQLITE_FULL:
            return _no_space(path)
        case sqlite3.SQLITE_IOERR:
            return _failing(path)
    return None
