"""Starting a worker's process: its environment, its pipes, its scratch folder."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import deque
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
_PREFIX = "fusen-worker-"
_SCRATCH = re.compile(rf"{_PREFIX}(\d+)-[a-z0-9_]{{8}}")
"""The name of a scratch folder, with the number of the client's process, as `mkdtemp` makes it: any other is a user's own."""


class Scratch:
    """The folder that a client's workers may write in, made when it is first needed."""

    def __init__(self) -> None:
        self._folder: Path | None = None

    def folder(self) -> Path:
        """The folder, for this user only. Raises `OSError`."""
        if self._folder is None:
            sweep(Path(tempfile.gettempdir()))
            self._folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-")).resolve()
        return self._folder

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove the scratch folders of clients that were killed: a converted document may lie there."""
    for left in folder.glob(f"{_PREFIX}*"):
        found = _SCRATCH.fullmatch(left.name)
        if found and not left.is_symlink() and not is_running(int(found[1])):
            shutil.rmtree(left, ignore_errors=True)  # those of other users stay: they are not ours to remove


async def start_process(module: str, scratch: Path) -> asyncio.subprocess.Process:
    """The process of a worker, with pipes to all three of its streams. Raises `OSError`."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # not the working folder: a file there must not pass for one of our modules
        "-m",
        module,
        str(scratch),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        limit=1 << 20,
        **own_group(),
    )


def kill(process: asyncio.subprocess.Process) -> None:
    """End the process at once, unless it has ended."""
    if process.returncode is None:
        process.kill()


def cpu_seconds(process: asyncio.subprocess.Process) -> float | None:
    """CPU time that the process has used so far; None where the system does not tell, or the process is gone."""
    try:
        fields = (
            Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        )
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return None


async def listen(process: asyncio.subprocess.Process, last_words: deque[str]) -> None:
    """Take what the worker and its libraries write to standard error, so that the pipe never fills."""
    assert process.stderr is not None  # noqa: S101 -- it was asked for
    while data := await process.stderr.read(1 << 16):
        last_words.append(data.decode("utf-8", "replace")[-4000:])


def environment() -> dict[str, str]:
    """The worker finds this very program, wherever it was started, and speaks UTF-8 on every platform."""
    paths = [str(_ROOT), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONUTF8": "1"}


if sys.platform == "win32":

    def own_group() -> dict[str, Any]:
        """Ctrl-C in the terminal is for the client, which cancels in good order; and no console window opens."""
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}

    def is_running(process: int) -> bool:
        """Whether there is such a process."""
        import ctypes

        synchronize, timed_out = 0x0010_0000, 0x102  # SYNCHRONIZE, WAIT_TIMEOUT of <winnt.h>, <winbase.h>
        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(synchronize, False, process)
        if not handle:
            return False
        waited = kernel.WaitForSingleObject(handle, 0)
        kernel.CloseHandle(handle)
        return bool(waited == timed_out)

else:

    def own_group() -> dict[str, Any]:
        """Ctrl-C in the terminal is for the client, which cancels in good order."""
        return {"start_new_session": True}

    def is_running(process: int) -> bool:
        """Whether there is such a process."""
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
        except (OSError, OverflowError):  # another user's
            return True
        return True
