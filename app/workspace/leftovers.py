"""Files beside a workspace that a kill in the middle of writing it anew leaves behind: erased, or brought to an end.

Overwriting reaches the place where a file's bytes lie on an ordinary disk. An SSD, a file system that copies on writing and a
backup of the whole disk may keep what was there before; only a disk that was encrypted from the start helps against that.
"""

from __future__ import annotations

import contextlib
import glob
import os
import re
import secrets
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from app.syncing import sync, sync_folder
from app.workspace.backups import backups_of, half_copies_of
from app.workspace.encryption import State, state_of

_PIECE = bytes(1 << 20)
_BACKUP = r"\.v\d+-\d{8}-\d{6}(?:-\d+)?\.backup"
_DAMAGED, _RECOVERED = ".damaged-", ".recovered-"
_RESCUED = r"\.(?:damaged|recovered)-\d{8}-\d{6}"
_BESIDE = ("-journal", "-wal", "-shm")
"""What SQLite puts beside a file."""


def new_file(path: Path) -> Path:
    """Where a workspace that is written anew grows."""
    return path.with_name(f".{path.name}.new")


def old_file(path: Path) -> Path:
    """Where the content of before waits to be erased."""
    return path.with_name(f".{path.name}.old")


def copies_of(path: Path) -> tuple[Path, ...]:
    """All copies of the workspace beside it: from before migrations, and what was damaged or recovered of it."""
    pattern = re.compile(rf"{re.escape(path.stem)}{_RESCUED}{re.escape(path.suffix)}")
    rescued = sorted(file for file in path.parent.iterdir() if pattern.fullmatch(file.name))
    return (*backups_of(path), *rescued)


def recovered_name(path: Path) -> Path:
    """Where what is saved of the workspace at `path` goes: beside it, with date and time."""
    return path.with_name(f"{path.stem}{_RECOVERED}{datetime.now():%Y%m%d-%H%M%S}{path.suffix}")


def put_in_place(path: Path, recovered: Path) -> None:
    """Let `recovered`, of `recovered_name`, take the workspace's name; the damaged file stays beside it. Raises `OSError`."""
    aside = _damaged_name(path, recovered)
    # First the log, without which the damaged file only lacks something; the other way round a new file would get an old log.
    for ending in _BESIDE:
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + ending).rename(aside.with_name(aside.name + ending))
    if not aside.exists():
        try:
            os.link(path, aside)  # so that at no moment there is no workspace
        except OSError:  # a drive without second names
            path.rename(aside)
    recovered.replace(path)
    sync_folder(path.parent)


def finish_recovery(path: Path) -> None:
    """Go on where a kill ended `put_in_place`. Raises `OSError`."""
    for recovered in path.parent.glob(f"{glob.escape(path.stem + _RECOVERED)}*{glob.escape(path.suffix)}"):
        aside = _damaged_name(path, recovered)
        begun = any(aside.with_name(aside.name + ending).exists() for ending in ("", *_BESIDE))
        # Another workspace that was begun at this place meanwhile is nobody's to replace.
        if begun and not (aside.exists() and path.exists() and not path.samefile(aside)):
            put_in_place(path, recovered)


def _damaged_name(path: Path, recovered: Path) -> Path:
    stamp = recovered.stem.removeprefix(path.stem + _RECOVERED)
    return path.with_name(f"{path.stem}{_DAMAGED}{stamp}{path.suffix}")


def erase_half_copies(path: Path, state: State | None = None) -> None:
    """Erase what was to become a copy, for who does away with what is in it: whoever is at it finds it damaged and ends.

    Only what is in this `state`, where one is given. Raises `OSError`.
    """
    for half in half_copies_of(path):
        if state is None or state_of(half) == state:
            erase(half)


def sweep(path: Path) -> None:
    """Erase what a kill left of the workspace or its copies. For who has the workspace open: nobody is writing it anew then."""
    own = re.compile(
        rf"\.{re.escape(path.stem)}({_BACKUP}|{_RESCUED})?{re.escape(path.suffix)}\.([0-9a-f]{{8}}\.)*(new|old)"
    )
    with contextlib.suppress(OSError):
        for file in [file for file in path.parent.iterdir() if own.fullmatch(file.name)]:
            # A copy may just now be written anew by another program: under another name nobody puts these zeros in its place.
            erase(file.rename(file.with_name(f"{file.stem}.{secrets.token_hex(4)}{file.suffix}")))


def erase(file: Path) -> None:
    """Overwrite a database with what SQLite put beside it, and remove it; one that is not there is no error. Raises `OSError`.

    What has a second name is not overwritten: a kill before the new file took the workspace's name leaves the workspace so.
    """
    for part in (*(file.with_name(f"{file.name}{ending}") for ending in _BESIDE), file):
        if not part.is_symlink() and part.exists():
            if part.stat().st_nlink == 1:  # opening and closing the workspace itself would drop the locks on it
                _overwrite_file(part)
            part.unlink(missing_ok=True)


def _overwrite_file(file: Path) -> None:
    with contextlib.suppress(OSError):  # not ours: then it cannot be written either
        file.chmod(0o600)
    with file.open("r+b") as stream:
        if os.fstat(stream.fileno()).st_nlink == 1:  # it still is what was looked at
            overwrite(stream)


def overwrite(stream: BinaryIO) -> None:
    """Put zeros over all of a file, and see to it that they are on the disk. Raises `OSError`."""
    left = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    while left > 0:
        left -= stream.write(_PIECE[: min(left, len(_PIECE))])
    stream.flush()
    sync(stream.fileno())
