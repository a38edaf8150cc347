"""Copies of a workspace, made before its file is changed to a newer version: beside it, whole or absent, the latest few kept."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import sqlite3
import time
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from app.errors import FusenError
from app.export.writing import take_name
from app.syncing import sync, sync_folder
from app.workspace import checking, encryption
from app.workspace.driver import open_with

KEPT = 3
"""Of the copies that updates made: one to go back to, and two more for who notices late."""
_SPARE = 16 << 20
"""Bytes that must stay free beside a copy, for the change itself."""
_ABANDONED_AFTER = 3600.0
"""Seconds without a write after which a half copy belongs to a program that was killed: checking a large one takes minutes."""


def make(connection: sqlite3.Connection, path: Path, version: int) -> Path:
    """Copy the workspace as `connection`, which is in no transaction, sees it; returns the copy, which is on the disk.

    Raises FusenError `permission` where there is no space, `damaged` where the copy is not whole; the driver's errors.
    """
    _need_space(connection, path)
    part = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        # Made here and empty, for its rights: nobody may read a copy who may not read the workspace.
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        connection.execute("VACUUM INTO ?", (str(part),))
        shutil.copymode(path, part)
        with closing(open_part(part, path)) as copied:
            if not checking.is_whole(copied):
                raise FusenError(
                    "damaged",
                    f"The copy of {path.name} that is made before an update is not whole, so nothing was changed.",
                    "Check the disk that it lies on, then try again.",
                )
        with part.open("rb+") as stream:
            sync(stream.fileno())
        backup = _take_free_name(part, path, version)
        sync_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)
    return backup


def thin_out(path: Path, newest: Path, version: int | None = None) -> None:
    """Keep the latest few copies, with `newest`, which was just made; with `version` only those of this one are thinned out.

    An update that fails again and again makes copies of one version, for which none of an earlier one is given up.
    """
    others = [each for each in backups_of(path) if each != newest]  # whatever the clock said when they were made
    if version is not None:
        others = [each for each in others if each.name.startswith(f"{path.stem}.v{version}-")]
    for old in others[KEPT - 1 :]:
        with suppress(OSError):  # it is in use, or not ours to delete: it takes space, no more
            old.unlink()


def open_part(part: Path, path: Path) -> sqlite3.Connection:
    """A connection for reading the copy `part` of the workspace at `path`, with whose key it was written."""
    return open_with(encryption.key_of(path), part, timeout=0.0, query="mode=ro&immutable=1")


def backups_of(path: Path) -> tuple[Path, ...]:
    """The copies beside the workspace at `path`, the latest first."""
    pattern = re.compile(rf"{re.escape(path.stem)}\.v(\d+)-(\d{{8}}-\d{{6}}(?:-\d+)?)\.backup{re.escape(path.suffix)}")
    found = [(match[2], int(match[1]), entry) for entry in _entries(path) if (match := pattern.fullmatch(entry.name))]
    return tuple(entry for *_, entry in sorted(found, reverse=True))


def tidy(path: Path) -> None:
    """Remove half copies that a killed program left beside the workspace."""
    for entry in half_copies_of(path):
        with suppress(OSError):
            if time.time() - entry.stat().st_mtime > _ABANDONED_AFTER:
                entry.unlink()


def half_copies_of(path: Path) -> list[Path]:
    """Copies, and what is recovered of the workspace, while they are written, or were when a program was killed."""
    name = rf"{re.escape(path.stem)}(\.recovered-\d{{8}}-\d{{6}})?{re.escape(path.suffix)}"
    pattern = re.compile(rf"\.{name}\.[0-9a-f]{{12}}\.part(-journal|-wal|-shm)?")
    return [entry for entry in _entries(path) if pattern.fullmatch(entry.name)]


def _entries(path: Path) -> list[Path]:
    try:
        return list(path.parent.iterdir())
    except OSError:
        return []


def _take_free_name(part: Path, path: Path, version: int) -> Path:
    """Two programs may update at once: neither takes the other's name, for one of them removes its copy again."""
    stem = f"{path.stem}.v{version}-{datetime.now():%Y%m%d-%H%M%S}"
    for number in range(1, 1000):
        backup = path.with_name(f"{stem}{f'-{number}' if number > 1 else ''}.backup{path.suffix}")
        with suppress(FileExistsError):
            take_name(part, backup)
            return backup
    raise FileExistsError(errno.EEXIST, "a thousand copies of one second", stem)


def _need_space(connection: sqlite3.Connection, path: Path) -> None:
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    needed = pages * size + _SPARE
    if shutil.disk_usage(path.parent).free < needed:
        raise FusenError(
            "permission",
            f"{path.name} is to be updated, and there is no space for a copy of it beforehand.",
            f"Free {needed // 1_000_000 + 1} MB on the disk that holds it and open it again; nothing was changed.",
        )
