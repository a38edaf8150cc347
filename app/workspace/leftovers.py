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

_PIECE = bytes(1 << 20)


def new_file(path: Path) -> Path:
    """Where a workspace that is written anew grows."""
    return path.with_name(f".{path.name}.new")


def old_file(path: Path) -> Path:
    """Where the content of before waits to be erased."""
    return path.with_name(f".{path.name}.old")


def backups_of(path: Path) -> tuple[Path, ...]:
    """The copies beside the workspace that were made before a migration, the latest first."""
    pattern = re.compile(rf"{re.escape(path.stem)}\.v\d+-(\d{{8}}-\d{{6}}(?:-\d+)?)\.backup{re.escape(path.suffix)}")
    found = [(match[1], file) for file in path.parent.iterdir() if (match := pattern.fullmatch(file.name))]
    return tuple(file for _, file in sorted(found, reverse=True))


def sweep(path: Path) -> None:
    """Erase what a kill left. For who has the workspace open: nobody can be writing it anew then."""
    for file in (new_file(path), old_file(path)):
        with contextlib.suppress(OSError):
            erase(file)
        for ending in ("-journal", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                erase(file.with_name(f"{file.name}{ending}"))


def erase(file: Path) -> None:
    """Overwrite a file and remove it; one that is not there is no error. Raises `OSError`."""
    if file.is_symlink() or not file.exists():
        return
    with file.open("r+b") as stream:
        overwrite(stream)
    file.unlink(missing_ok=True)


def overwrite(stream: BinaryIO) -> None:
    """Put zeros over all of a file, and see to it that they are on the disk. Raises `OSError`."""
    left = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    while left > 0:
        left -= stream.write(_PIECE[: min(left, len(_PIECE))])
    stream.flush()
    os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """See to it that names that were changed in a folder are on the disk; not possible, nor needed, everywhere."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)
