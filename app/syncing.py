"""What was written is on the disk, before what relies on it is done: a rename, or overwriting what it took the place of."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

if sys.platform == "darwin":
    import fcntl


def sync(handle: int) -> None:
    """Have all that was written to an open file on the disk. Raises `OSError`."""
    if sys.platform == "darwin":
        # There `fsync` leaves it in the drive's own memory, which writes in whatever order it likes. Not every drive knows more.
        with suppress(OSError):
            fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
            return
    os.fsync(handle)


def sync_folder(folder: Path) -> None:
    """Have a rename in `folder` on the disk, where the system can do that."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        sync(handle)
    except OSError:  # some network drives cannot; the file itself is written
        pass
    finally:
        os.close(handle)
