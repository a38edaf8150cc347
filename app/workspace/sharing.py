"""Who has a workspace open: the connections of this process, and on a network drive the one program that may use the file.

On a disk of this machine several programs share a workspace safely: SQLite lets one write at a time, and each notices what the
others changed. On a network drive neither its shared memory nor, on many servers, its locks can be relied on; there a note beside
the file says who uses it, and others are told to wait.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.workspace.in_use import Note, in_use

_NAMES = (
    "nfs nfs4 cifs smb smb2 smb3 smbfs afpfs webdav davfs davfs2 fuse.davfs fuse.sshfs sshfs fuse.rclone fuse.gvfsd-fuse 9p"
    " afs ceph fuse.ceph glusterfs fuse.glusterfs lustre gpfs vboxsf vmhgfs fuse.vmhgfs-fuse prl_fs macfuse osxfuse"
)
_NETWORK = frozenset(_NAMES.split())


Identity = tuple[int, int]


class ChangedMeanwhileError(Exception):
    """Another program, or another window, changed what a change was thought out for: it is thought out anew."""


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


def require_note(path: Path) -> None:
    """Raise FusenError `timeout` where another program took over a file on a network drive, as while this machine slept."""
    identity = identity_of(path)
    # Not under the lock, which is held while a file is opened and checked: nobody who decides waits for that.
    use = _uses.by_file.get(identity) if identity is not None else None
    if use is not None and use.note is not None:
        with suppress(OSError):  # a drive that does not answer says so when it is written to
            if use.note.is_lost:
                raise in_use(path)


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


def _note_for(path: Path) -> Note | None:
    if not is_remote(path):
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    return Note(path)
