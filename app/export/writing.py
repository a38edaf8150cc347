"""Writing a file whole or not at all: beside its target, then renamed over it."""

from __future__ import annotations

import errno
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.errors import FusenError

_PART = re.compile(r"\.fusen-[0-9a-f]{12}\.part")
_ABANDONED_AFTER = 3600.0
"""Seconds without a write: the longest export takes minutes."""


@contextmanager
def replacing(output: Path) -> Iterator[Path]:
    """A path beside `output` to write to; becomes `output` at the end, or disappears if there was an error.

    Raises FusenError when the folder is missing, may not be written to, or is full.
    """
    part = output.with_name(f".fusen-{secrets.token_hex(6)}.part")  # a name of its own: two exports may run at once
    tidy(output)
    try:
        yield part
        with part.open("rb+") as stream:
            os.fsync(stream.fileno())  # a rename must not reach the disk before the content
        part.replace(output)
    except OSError as error:
        raise _explained(output, error) from error
    finally:
        with suppress(OSError):  # a disk that is only to be read refuses this too
            part.unlink(missing_ok=True)


def tidy(output: Path) -> None:
    """Remove half files that killed exports left where `output` is written, once nobody writes to them any more."""
    with suppress(OSError):
        for entry in output.parent.glob(".fusen-*.part"):
            if _PART.fullmatch(entry.name) and time.time() - entry.stat().st_mtime > _ABANDONED_AFTER:
                entry.unlink()


def write_whole(output: Path, content: bytes) -> None:
    """Write `content` to `output`, replacing what was there. Raises FusenError as `replacing` does."""
    with replacing(output) as part:
        part.write_bytes(content)


def refuse_original(path: Path, output: Path) -> None:
    """Raise FusenError `permission` where writing to `output` would overwrite the document at `path`."""
    if output.exists() and path.exists() and output.samefile(path):
        raise FusenError(
            "permission", f"{path.name} is the original and is not overwritten.", "Choose another name for the copy."
        )


def _explained(output: Path, error: OSError) -> FusenError:
    if error.errno == errno.ENOENT:
        return FusenError("not-found", f"The folder {output.parent} does not exist.", "Choose a folder that exists.")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return FusenError(
            "permission", f"There is no space left to write {output.name}.", "Free some space and try again."
        )
    return FusenError(
        "permission",
        f"{output} cannot be written.",
        "Close it if another program has it open, or choose another name or folder.",
    )
