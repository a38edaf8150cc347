"""The note beside a workspace on a network drive: which program uses it. One has it at a time.

Who wants it creates it, which only one can. A note whose program ended without a word is taken over by whoever first creates a
*claim*, a file beside it whose name is made of what the note says: while it is there nobody else may replace or remove this very
note. The claim then takes the note's name, so that both change in one step. A claim whose program was ended is taken over the
same way. So whatever is killed wherever, one of those who come next gets the note, and never two.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import platform
import secrets
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from app.errors import FusenError

RENEWED_EVERY = 30.0
"""Seconds between two signs of life of who uses a file on a network drive."""
FORGOTTEN_AFTER = 180.0
"""Seconds without a sign of life after which a program is taken to have ended: sleeping machines and slow networks pause."""


class Note:
    """The file beside a workspace that says which program uses it. Its age is its sign of life."""

    def __init__(self, workspace: Path) -> None:
        """Raises FusenError `timeout` where another program's note is fresh, OSError where none can be written."""
        self.path = note_path(workspace)
        # What it says is said by no other: by that a note is known again.
        told = {"user": _user(), "machine": _machine(), "process": os.getpid(), "id": secrets.token_hex(8)}
        self._content = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
        self._ended = threading.Event()
        if not self._take():
            raise in_use(workspace)
        with suppress(OSError):
            self._tidy()
        self._thread = threading.Thread(target=self._live, name="workspace note", daemon=True)
        self._thread.start()

    @property
    def is_lost(self) -> bool:
        """Whether another program has it now, as after this machine slept; raises OSError where that cannot be told."""
        return _read(self.path) not in (self._content, None)

    def release(self) -> None:
        """Take the note away."""
        self._ended.set()
        self._thread.join()
        with suppress(OSError):
            claim = _claim_on(self.path, self._content)
            if self._create(claim):  # else somebody takes it over just now
                if _read(self.path) == self._content:
                    self.path.unlink()
                claim.unlink()

    def _take(self) -> bool:
        for _ in range(2):
            if self._create(self.path):
                return True
            found = _read(self.path)
            if found is not None:
                return _is_left(self.path, found, time.time()) and self._take_over(self.path, found)
        return False

    def _take_over(self, place: Path, found: bytes) -> bool:
        """Put this note in the place of one that says `found`; False where another program is at it, or was."""
        claim = _claim_on(place, found)
        if not self._create(claim):
            theirs = _read(claim)
            if theirs is None or not _is_left(claim, theirs, time.time()) or not self._take_over(claim, theirs):
                return False
        try:
            # Its age by the clock that made both files: this machine's may go wrong.
            if _read(place) == found and _is_left(place, found, claim.stat().st_mtime):
                claim.replace(place)
                return _read(place) == self._content
            claim.unlink()
        except FileNotFoundError:  # it was so late that its claim was taken over, or tidied up
            pass
        return False

    def _create(self, file: Path) -> bool:
        """Whether this very program made the file."""
        try:
            with file.open("xb") as stream:
                stream.write(self._content)
        except FileExistsError:
            return False
        return _read(file) == self._content

    def _tidy(self) -> None:
        """Remove claims on notes that are there no more, as a kill leaves them."""
        own, oldest = _claim_on(self.path, self._content), self.path.stat().st_mtime - FORGOTTEN_AFTER
        for file in self.path.parent.iterdir():
            if file.name.startswith(f"{self.path.name}.") and file != own and file.stat().st_mtime < oldest:
                file.unlink(missing_ok=True)

    def _live(self) -> None:
        while not self._ended.wait(RENEWED_EVERY):
            with suppress(OSError):  # the drive is away for a moment
                if not self.is_lost:
                    os.utime(self.path)


def note_path(path: Path) -> Path:
    """Where the note about a workspace lies."""
    return path.with_name(f"{path.name}.in-use")


def in_use(workspace: Path) -> FusenError:
    """The error that says who uses the file."""
    who = ""
    with suppress(OSError, ValueError, KeyError, TypeError):
        told = json.loads(note_path(workspace).read_bytes())
        who = f" by {told['user']} on {told['machine'] or 'another computer'}"
    return FusenError(
        "timeout",
        f"{workspace.name} lies on a network drive and is in use{who}.",
        "Close it there and try again, or keep the workspace on a disk of this computer.",
    )


def _claim_on(place: Path, content: bytes) -> Path:
    """Beside the note, for what lies at `place` and says this."""
    name = hashlib.sha256(place.name.encode("utf-8", "surrogateescape") + b"\0" + content).hexdigest()[:16]
    return place.with_name(f"{place.name.partition('.in-use')[0]}.in-use.{name}")


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None


def _is_left(file: Path, content: bytes, now: float) -> bool:
    """Whether the writer has ended: no sign of life, or no such process on this very machine."""
    try:
        if now - file.stat().st_mtime > FORGOTTEN_AFTER:
            return True
        told = json.loads(content)
        return told["machine"] == _machine() != "" and not is_running(int(told["process"]))
    except FileNotFoundError:
        return False
    except (ValueError, KeyError, TypeError):
        return False  # another one may be writing it at this moment


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a system without names of users
        return "another user"


def _machine() -> str:
    return platform.node()  # empty where the system has no name for it


def is_running(process: int) -> bool:
    """Whether a program of this machine with that number runs; True where that cannot be told."""
    if sys.platform == "win32":
        return True  # signal 0 would end it there
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
