"""Writing a file whole or not at all: beside its target, then renamed over it."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from app.errors import FusenError
from app.syncing import sync

_NEW = ".new"
_PART = re.compile(r"\.fusen-[0-9a-f]{12}\.part")
_ABANDONED_AFTER = 3600.0
"""Seconds without a write: the longest export takes minutes."""


@contextmanager
def replacing(output: Path, *, new: bool = False) -> Iterator[Path]:
    """A file beside `output` to write to; becomes `output` at the end, or disappears if there was an error.

    What it replaces may be read by the same people as before. Where it is to be `new` nothing is replaced, not even what another
    program wrote there meanwhile.

    Raises FusenError when the folder is missing, may not be written to, or is full.
    """
    part = output.with_name(f".fusen-{secrets.token_hex(6)}.part")  # a name of its own: two exports may run at once
    rights = _rights(output)
    try:
        os.close(
            os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666 if rights is None else rights | stat.S_IWUSR)
        )
        tidy(output, part.stat().st_mtime)  # by the clock of the drive, which may be another computer's
        yield part
        with part.open("rb+") as stream:
            sync(stream.fileno())  # a rename must not reach the disk before the content
        if rights is not None:
            with suppress(OSError):  # a drive that knows no rights; as it was made, nobody else may do more
                part.chmod(rights)
        if new:
            take_name(part, output)
        else:
            part.replace(output)
    except FileExistsError as error:
        raise FusenError(
            "permission", f"A file {output.name} has come into the folder meanwhile.", "Write once more."
        ) from error
    except OSError as error:
        raise _explained(output, error) from error
    finally:
        with suppress(OSError):  # a disk that is only to be read refuses this too
            part.unlink(missing_ok=True)


def take_name(part: Path, output: Path) -> None:
    """Give a finished file a name that nothing has. Raises `FileExistsError`, `OSError`."""
    try:
        os.link(part, output)  # which replaces nothing, as a rename would
    except FileExistsError:
        raise
    except OSError:  # a drive without second names
        if output.exists() or output.is_symlink():
            raise FileExistsError(errno.EEXIST, "there is one", str(output)) from None
        part.rename(output)
    else:
        part.unlink()


def _rights(output: Path) -> int | None:
    """Who may read and write what is there; None where nothing is."""
    try:
        found = output.lstat()
    except OSError:
        return None
    return stat.S_IMODE(found.st_mode) & 0o777 if stat.S_ISREG(found.st_mode) else None


def tidy(output: Path, now: float | None = None) -> None:
    """Remove half files that killed exports left where `output` is written, once nobody writes to them any more."""
    now = time.time() if now is None else now
    with suppress(OSError):
        for entry in output.parent.glob(".fusen-*.part"):
            if _PART.fullmatch(entry.name) and now - entry.stat().st_mtime > _ABANDONED_AFTER:
                entry.unlink()


def write_whole(output: Path, content: bytes, *, new: bool = False) -> None:
    """Write `content` to `output`, replacing what was there unless it is to be `new`. Raises FusenError as `replacing` does."""
    with replacing(output, new=new) as part:
        part.write_bytes(content)


def write_private(file: Path, content: bytes, *, synced: bool = True, new: bool = False) -> None:
    """Write a file of the program's own that only its user can read, so that after a kill it is the old one or the new one.

    `synced`: after a power failure as well. `new`: there is none yet. A link stays one. Raises `OSError`, `FileExistsError`.
    """
    file = Path(os.path.realpath(file))
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if synced:  # what is written all the time is not worth looking around each time
        _tidy_private(file)
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=file.name, suffix=_NEW)  # mode 0600
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            if synced:
                stream.flush()
                sync(stream.fileno())
        if new:
            take_name(Path(temporary), file)
        else:
            Path(temporary).replace(file)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise


def _tidy_private(file: Path) -> None:
    """Remove what a killed program left of `write_private`: it may hold a key that is not in force."""
    own = re.compile(rf"{re.escape(file.name)}[a-z0-9_]{{8}}{re.escape(_NEW)}")
    with suppress(OSError):
        for entry in file.parent.iterdir():
            if own.fullmatch(entry.name) and time.time() - entry.stat().st_mtime > _ABANDONED_AFTER:
                entry.unlink()


def put_aside(file: Path) -> None:
    """Give a file that cannot be used another name, so that what its user put there is not lost. Raises `OSError`."""
    file = Path(os.path.realpath(file))
    file.rename(file.with_name(f"{file.stem}.damaged-{datetime.now():%Y%m%d-%H%M%S-%f}{file.suffix}"))


def refuse_original(path: Path, output: Path) -> None:
    """Raise FusenError `permission` where writing to `output` would overwrite the document at `path`."""
    if output.exists() and path.exists() and output.samefile(path):
        raise FusenError(
            "permission", f"{path.name} is the original and is not overwritten.", "Choose another name for the copy."
        )


def refuse_template(template: Path | None, output: Path) -> None:
    """Raise FusenError `permission` where writing to `output` would overwrite the template that it is made from."""
    if template is not None and output.exists() and template.exists() and output.samefile(template):
        raise FusenError("permission", f"{output.name} is the template and is not overwritten.", "Choose another name.")


def _explained(output: Path, error: OSError) -> FusenError:
    if error.errno == errno.ENOENT and not output.parent.exists():
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
