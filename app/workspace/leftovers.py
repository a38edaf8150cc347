"""Files beside a workspace that a kill in the middle of writing it anew leaves behind, and how a file is erased.

Overwriting reaches the place where a file's bytes lie on an ordinary disk. An SSD, a file system that copies on writing and a
backup of the whole disk may keep what was there before; only a disk that was encrypted from the start helps against that.
"""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from typing import BinaryIO

from app.workspace.backups import backups_of

_PIECE = bytes(1 << 20)
_BACKUP = r"\.v\d+-\d{8}-\d{6}(?:-\d+)?\.backup"
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


def sweep(path: Path) -> None:
    """Erase what a kill left of the workspace or its copies. For who has the workspace open: nobody is writing it anew then."""
    own = re.compile(rf"\.{re.escape(path.stem)}({_BACKUP}|{_RESCUED})?{re.escape(path.suffix)}\.(new|old)")
    with contextlib.suppress(OSError):
        for file in [file for file in path.parent.iterdir() if own.fullmatch(file.name)]:
            erase(file)


def erase(file: Path) -> None:
    """Overwrite a database with what SQLite put beside it, and remove it; one that is not there is no error. Raises `OSError`."""
    for part in (*(file.with_name(f"{file.name}{ending}") for ending in _BESIDE), file):
        if not part.is_symlink() and part.exists():
            with contextlib.suppress(OSError):  # not ours: then it cannot be written either
                part.chmod(0o600)
            with part.open("r+b") as stream:
                overwrite(stream)
            part.unlink(missing_ok=True)


def overwrite(stream: BinaryIO) -> None:
    """Put zeros over all of a file, and see to it that they are on the disk. Raises `OSError`."""
    left = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    while left > 0:
        left -= stream.write(_PIECE[: min(left, len(_PIECE))])
    stream.flush()
    os.fsync(stream.fileno())
