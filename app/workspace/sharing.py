"""Who has a workspace open: the connections of this process, and on a network drive the one program that may use the file.

On a disk of this machine several programs share a workspace safely: SQLite lets one write at a time, and each notices what the
others changed. On a network drive neither its shared memory nor, on many servers, its locks can be relied on; there a note beside
the file says who uses it, and others are told to wait.
"""

from __future__ import annotations

import getpass
import json
import os
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.errors import FusenError

RENEWED_EVERY = 30.0
"""Seconds between two signs of life of who uses a file on a network drive."""
FORGOTTEN_AFTER = 180.0
"""Seconds without a sign of life after which a program is taken to have ended: sleeping machines and slow networks pause."""

_NAMES = (
    "nfs nfs4 cifs smb smb2 smb3 smbfs afpfs webdav davfs davfs2 fuse.davfs fuse.sshfs sshfs fuse.rclone fuse.gvfsd-fuse 9p"
    " afs ceph fuse.ceph glusterfs fuse.glusterfs lustre gpfs vboxsf vmhgfs fuse.vmhgfs-fuse prl_fs macfuse osxfuse"
)
_NETWORK = frozenset(_NAMES.split())


Identity = tuple[int, int]


@dataclass
class _Use:
    """The connections that this process has to one file, and its note, where it wrote one."""

    connections: int = 0
    note: Note | None = None


@dataclass
class _Uses:
    lock: threading.Lock = field(default_factory=threading.Lock)
    by_file: dict[Identity, _Use] = field(default_factory=dict)


_uses = _Uses()


@contextmanager
def opening(path: Path) -> Iterator[tuple[bool, bool]]:
    """While a connection to `path` is made, one at a time: whether this process has none yet, and whether others may have one.

    Only the first may look into the file besides SQLite: on POSIX systems closing any handle of a file gives up every lock that
    the process holds on it, and with them what keeps another program from deleting the log that is still written to.

    Raises FusenError `timeout` where another program uses a file on a network drive.
    """
    with _uses.lock:
        known = _uses.by_file.get(identity_of(path) or (0, 0))
        note = _note_for(path) if known is None else None
        try:
            yield known is None, note is None and (known is None or known.note is None)
        except BaseException:
            if note is not None:
                note.release()
            raise
        use = known or _Use(note=note)
        use.connections += 1
        if (identity := identity_of(path)) is not None:
            _uses.by_file[identity] = use


def closed(path: Path, opened: Identity | None = None) -> None:
    """A connection to `path` was closed; `opened`: what `identity_of` said once it was open, for it may have gone since."""
    with _uses.lock:
        identity = opened or identity_of(path)
        use = _uses.by_file.get(identity) if identity is not None else None
        if identity is None or use is None:
            return
        use.connections -= 1
        if use.connections <= 0:
            del _uses.by_file[identity]
            if use.note is not None:
                use.note.release()


def identity_of(path: Path) -> Identity | None:
    """What the system knows the file by, whatever it is called; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


# ---- network drives


def is_remote(path: Path) -> bool:
    """Whether the file lies, or would lie, on a drive of another machine; False where that cannot be told."""
    folder = path.absolute().parent
    if sys.platform == "win32":
        import ctypes

        drive = os.path.splitdrive(os.path.realpath(folder))[0]
        remote: bool = drive.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(f"{drive}\\") == 4
        return remote
    return _kind_of_file_system(os.path.realpath(folder)) in _NETWORK


def _kind_of_file_system(folder: str) -> str:
    """The name that the system has for it, in lower case; empty where it cannot be told."""
    kind, longest = "", -1
    for place, name in _mounts():
        inside = folder == place or folder.startswith(place.rstrip("/") + "/")
        if inside and len(place) >= longest:  # of several on one place the last one counts
            kind, longest = name, len(place)
    return kind.lower()


def _mounts() -> list[tuple[str, str]]:
    """Where which kind of file system is mounted."""
    if sys.platform == "darwin":
        told = subprocess.run(["/sbin/mount"], capture_output=True, text=True, timeout=5, check=False).stdout
        lines = [line.partition(" on ")[2].rpartition(" (") for line in told.splitlines()]
        return [(place, options.partition(",")[0].strip(" )")) for place, _, options in lines]
    try:
        text = Path("/proc/self/mounts").read_text("utf-8", "surrogateescape")
    except OSError:
        return []
    fields = [line.split(" ") for line in text.splitlines()]
    # The system writes white space in a place as an octal number.
    return [(each[1].replace("\\040", " ").replace("\\011", "\t"), each[2]) for each in fields if len(each) > 2]


class Note:
    """The file beside a workspace that says which program uses it. Its age is its sign of life."""

    def __init__(self, path: Path) -> None:
        """Raises FusenError `timeout` where another program's note is fresh, OSError where none can be written."""
        self.path = note_path(path)
        self._text = json.dumps({"user": _user(), "machine": _machine(), "process": os.getpid()}, ensure_ascii=False)
        self._ended = threading.Event()
        self._take(path)
        self._thread = threading.Thread(target=self._live, name="workspace note", daemon=True)
        self._thread.start()

    def _take(self, workspace: Path) -> None:
        for _ in range(2):
            try:
                with self.path.open("x", encoding="utf-8") as stream:
                    stream.write(self._text)
                return
            except FileExistsError:
                if not self._is_stale():
                    break
                with suppress(FileNotFoundError):
                    self.path.unlink()
        raise in_use(workspace, self.path)

    def _is_stale(self) -> bool:
        """Whether its writer has ended: no sign of life, or no such process on this very machine."""
        try:
            if time.time() - self.path.stat().st_mtime > FORGOTTEN_AFTER:
                return True
            told = json.loads(self.path.read_text("utf-8"))
            return told["machine"] == _machine() != "" and not is_running(int(told["process"]))
        except FileNotFoundError:
            return True
        except (OSError, ValueError, KeyError, TypeError):
            return False  # another one may be writing it at this moment

    def _live(self) -> None:
        while not self._ended.wait(RENEWED_EVERY):
            with suppress(OSError):  # the drive is away for a moment
                os.utime(self.path)

    def release(self) -> None:
        """Take the note away."""
        self._ended.set()
        self._thread.join()
        with suppress(OSError):
            if self.path.read_text("utf-8") == self._text:
                self.path.unlink()


def note_path(path: Path) -> Path:
    """Where the note about a workspace lies."""
    return path.with_name(f"{path.name}.in-use")


def in_use(workspace: Path, note: Path) -> FusenError:
    """The error that says who uses the file."""
    who = ""
    with suppress(OSError, ValueError, KeyError, TypeError):
        told = json.loads(note.read_text("utf-8"))
        who = f" by {told['user']} on {told['machine'] or 'another computer'}"
    return FusenError(
        "timeout",
        f"{workspace.name} lies on a network drive and is in use{who}.",
        "Close it there and try again, or keep the workspace on a disk of this computer.",
    )


def _note_for(path: Path) -> Note | None:
    if not is_remote(path):
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    return Note(path)


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
