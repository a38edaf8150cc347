"""Which SQLite opens a workspace: the standard library's, or SQLCipher for an encrypted file.

Both behave the same but for their classes of errors, so whoever catches one of the two asks here for both. A plain file keeps
the standard library's driver: nothing more is loaded at the start, and whoever never encrypts does not depend on another copy
of SQLite.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app.errors import FusenError
from app.workspace import encryption
from app.workspace.encryption import Key


def open_database(path: Path, timeout: float, query: str = "") -> sqlite3.Connection:
    """A connection in autocommit mode; `query` is that of a file's URI (`mode=ro`).

    Raises FusenError `encrypted` where the file needs a key that this process was not given, the driver's errors as they are.
    """
    return open_with(encryption.key_of(path), path, timeout, query)


def open_with(key: Key | None, path: Path, timeout: float, query: str = "") -> sqlite3.Connection:
    """The same with this key; None for a plain file."""
    if key is not None:
        return open_through_cipher(key, path, timeout, query)
    return sqlite3.connect(_name(path, query), uri=bool(query), timeout=timeout, isolation_level=None)


def open_through_cipher(key: Key | None, path: Path, timeout: float, query: str = "") -> sqlite3.Connection:
    """The same with SQLCipher, which reads plain files as well: without a `key`.

    Not while this process has the plain file open otherwise: two copies of SQLite know nothing of each other's locks.
    """
    connection: sqlite3.Connection = cipher().connect(
        _name(path, query), uri=bool(query), timeout=timeout, isolation_level=None
    )
    if key is not None:
        connection.execute(f'PRAGMA key = "{key.specification}"')
    return connection


def _name(path: Path, query: str) -> str:
    # Absolute: a name such as ":memory:" or "file:x" would mean something else to SQLite.
    return f"{path.absolute().as_uri()}?{query}" if query else str(path.absolute())


def cipher() -> Any:
    """SQLCipher's driver, which has the functions and classes of `sqlite3`.

    Raises FusenError `unsupported` where it is missing.
    """
    try:
        from sqlcipher3 import dbapi2
    except ImportError as error:
        raise FusenError(
            "unsupported",
            "The library that encrypts workspaces (SQLCipher) cannot be loaded on this machine.",
            "Install Fusen anew, or use the workspace on another machine.",
        ) from error

    # It would write of wrong keys to stderr; the error that follows says that. Holds for the whole process.
    connection = dbapi2.connect(":memory:")
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.close()
    return dbapi2


def database_errors() -> tuple[type[Exception], ...]:
    """The `DatabaseError` of both drivers, for an `except` clause, and what they raise of names that are no text after damage."""
    return (*_loaded("DatabaseError"), UnicodeDecodeError)


def _loaded(name: str) -> Iterable[type[Exception]]:
    yield getattr(sqlite3, name)
    if (loaded := sys.modules.get("sqlcipher3.dbapi2")) is not None:
        yield getattr(loaded, name)
