"""What all formats share at the file itself: can it be read, what are its first bytes, which SHA-256 identifies it."""

from __future__ import annotations

import errno
import hashlib
import stat
from pathlib import Path

from app.errors import FusenError

LARGEST_FILE = 1 << 31
_HASH_STEP = 1 << 20


def check_readable(path: Path) -> None:
    """Raise `FusenError` unless `path` is a non-empty regular file that may be read (a pipe would wait for ever)."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise FusenError("unsupported", f"{path.name} is a folder.", "Choose a document in it.")
        if not stat.S_ISREG(status.st_mode):
            raise FusenError(
                "unsupported", f"{path.name} is not an ordinary file.", "Copy its content to a file and open that."
            )
        if status.st_size == 0:
            raise FusenError("empty", f"{path.name} is empty.", "Ask for the file again.")
        if status.st_size > LARGEST_FILE:
            raise FusenError("too-large", f"{path.name} is larger than 2 GiB.", "Split it and open the parts.")
        with path.open("rb"):
            pass
    except OSError as error:
        raise translated(error, path) from error
    except ValueError as error:  # a NUL in the name
        raise FusenError("not-found", "There is no file of this name.", "Check the name and the folder.") from error


def translated(error: OSError, path: Path) -> FusenError:
    """The failure of the operating system in words."""
    if isinstance(error, PermissionError):
        return FusenError("permission", f"{path.name} may not be read.", "Ask for the right to read it, or copy it.")
    if isinstance(error, FileNotFoundError | NotADirectoryError) or error.errno in (errno.ELOOP, errno.ENAMETOOLONG):
        return FusenError("not-found", f"{path.name} does not exist.", "Check the name and the folder.")
    return FusenError("damaged", f"{path.name} could not be read ({error.strerror}).", "Check the disk or the network.")


def head_of(path: Path, size: int = 1024) -> bytes:
    """The first bytes."""
    with path.open("rb") as file:
        return file.read(size)


def sha256_of(path: Path) -> str:
    """The hash of the file's bytes, in hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while data := file.read(_HASH_STEP):
            digest.update(data)
    return digest.hexdigest()
