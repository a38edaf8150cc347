"""The heads of audit logs that this machine saw last, kept outside of the workspaces: by them a cut-off end is noticed.

A record is moved on only along the chain that it knows, so that a log which went another way is told for ever, unless the
user acknowledges it. There is one for each workspace at each place, so that a copy may go its own way once it is acknowledged,
and one for each workspace wherever it lies, for a place where it was not seen before.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.export.writing import write_private
from app.review.audit import Head, canonical, is_signed, unhex
from app.workspace.signing import key_folder, known_keys, signing_key

log = logging.getLogger(__name__)

_HEAD = b"fusen.audit-head/1\n"


@dataclass(frozen=True, slots=True)
class SeenHead:
    """What was seen of a workspace's log: `path` is where it lay."""

    workspace: str
    count: int
    hash: str
    path: str
    signer: str
    signature: str

    @property
    def head(self) -> Head:
        """The head itself."""
        return Head(self.count, self.hash)

    @property
    def is_genuine(self) -> bool:
        """Whether a key of this machine's user signed it."""
        public = known_keys().get(self.signer)
        message = _message(self.workspace, self.head, self.path)
        return public is not None and is_signed(public, message, unhex(self.signature))


_seen = msgspec.json.Decoder(SeenHead)
_MOST_BYTES = 1 << 16


def seen_head(workspace: str, path: Path) -> SeenHead | None:
    """What is kept of the workspace with this id at this path, or else anywhere; None where it was not seen here.

    A record that is no record is not genuine.
    """
    return _read(_file("heads", workspace + _name(path)), workspace) or seen_anywhere(workspace)


def seen_anywhere(workspace: str) -> SeenHead | None:
    """The head of the workspace with this id that was kept last, wherever it lay."""
    return _read(_file("heads", workspace), workspace)


def seen_at(path: Path) -> SeenHead | None:
    """What is kept of the workspace that lay at this path last."""
    return _read(_file("paths", _name(path)), "")


def keep_head(workspace: str, path: Path, head: Head, *, place: bool, anywhere: bool) -> None:
    """Keep a head, also for wherever the workspace lies (`anywhere`) and as what lies at this path (`place`).

    What cannot be kept is logged and no error.
    """
    where = str(path.absolute())
    signer = signing_key().signer
    signature = signer.sign(_message(workspace, head, where)).hex()
    record = SeenHead(workspace, head.count, head.hash, where, signer.fingerprint, signature)
    try:
        write_private(_file("heads", workspace + _name(path)), msgspec.json.encode(record), synced=False)
        if anywhere:
            write_private(_file("heads", workspace), msgspec.json.encode(record), synced=False)
        if place:
            write_private(_file("paths", _name(path)), msgspec.json.encode(record), synced=False)
    except OSError as error:
        log.warning("the audit log's head cannot be kept: %s", error)


def _read(file: Path, workspace: str) -> SeenHead | None:
    try:
        content = file.read_bytes()
    except OSError:
        return None
    if not content.strip(b"\0"):
        return None  # as a power failure may leave a file that was new; who could empty it could delete it as well
    try:
        return _seen.decode(content[:_MOST_BYTES])
    except msgspec.MsgspecError:
        return SeenHead(workspace, 0, "", "", "", "")


def _message(workspace: str, head: Head, path: str) -> bytes:
    return _HEAD + canonical([workspace, head.count, head.hash, path])


def _file(folder: str, name: str) -> Path:
    # The id comes from a file that may be someone else's: it names no other place.
    safe = name if name.isalnum() and len(name) <= 64 else hashlib.sha256(name.encode()).hexdigest()
    return key_folder() / folder / f"{safe}.json"


def _name(path: Path) -> str:
    return hashlib.sha256(str(path.absolute()).encode("utf-8", "surrogatepass")).hexdigest()
