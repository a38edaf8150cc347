"""Documents whose file is kept inside the workspace, in compressed pieces, for when the file itself is gone.

What is taken out lies in a folder that only its user may open, until whoever took it out discards it; what a killed program left
there is removed at the next start.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.errors import FusenError
from app.workspace import encryption
from app.workspace.database import explained, transaction
from app.workspace.in_use import is_running

PIECE = 1 << 20
MOST_BYTES = 1 << 30
"""Of one file: a workspace that holds gigabytes is slow to check and to copy."""
_FOLDER = "fusen-document-"
_TAKEN_OUT = re.compile(rf"{_FOLDER}(\d+)-[a-z0-9_]{{8}}")
"""As `mkdtemp` names such a folder: any other is a user's own. The number is that of the process."""
_IN_MEMORY = Path("/dev/shm")  # noqa: S108 -- the folder that is made there is private
"""Of Linux: what is written there lies on no disk."""
_A_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Embedding:
    """Of the workspace at `path`, through its connection; made by `Workspace.embedding`."""

    path: Path
    connection: sqlite3.Connection

    def holds(self, sha256: str) -> bool:
        """Whether the document's file is kept inside."""
        with explained(self.path):
            found = self.connection.execute("SELECT 1 FROM embedded WHERE document_sha256 = ?", (sha256,)).fetchone()
        return found is not None

    def held(self) -> frozenset[str]:
        """The hashes of all that are kept inside."""
        with explained(self.path):
            return frozenset(row[0] for row in self.connection.execute("SELECT document_sha256 FROM embedded"))

    def is_sound(self, sha256: str) -> bool:
        """Whether what is kept inside is the document, byte for byte."""
        digest = hashlib.sha256()
        try:
            for piece in self._stored_pieces(sha256):
                digest.update(piece)
        except FusenError:
            return False
        return digest.hexdigest() == sha256

    def keep(self, sha256: str, file: Path, stopped: Callable[[], bool] = lambda: False) -> None:
        """Copy the document's file into the workspace, as a whole or, where it fails or is `stopped`, not at all.

        Raises FusenError: `not-found`, `permission`, `too-large`, `unsupported` where the file is not that of the document (any
        more), `cancelled`.
        """
        if self.holds(sha256):
            return
        self.drop(sha256)
        digest, size, count = hashlib.sha256(), 0, 0
        try:
            for piece in _pieces(file):
                if stopped():
                    raise FusenError("cancelled", "Keeping the file was cancelled.")
                digest.update(piece)
                self._store_piece(sha256, count, piece)
                size, count = size + len(piece), count + 1
            if digest.hexdigest() != sha256:
                raise _changed(file)
            self._finish(sha256, size, count, file)
        except BaseException:
            with suppress(FusenError):
                self.drop(sha256)
            raise

    def drop(self, sha256: str) -> None:
        """Keep the document's file inside no more."""
        with transaction(self.connection, self.path):
            self.connection.execute("DELETE FROM embedded WHERE document_sha256 = ?", (sha256,))
            self.connection.execute("DELETE FROM embedded_pieces WHERE document_sha256 = ?", (sha256,))

    def drop_unfinished(self) -> None:
        """Remove the pieces that a killed program left; one that is being kept at this moment fails and says so."""
        with transaction(self.connection, self.path):
            self.connection.execute(
                "DELETE FROM embedded_pieces WHERE document_sha256 NOT IN (SELECT document_sha256 FROM embedded)"
            )

    def take_out(self, sha256: str, name: str) -> Path:
        """Write the document to a file called `name` in a private folder of its own; `discard` it afterwards.

        Raises FusenError: `not-found` where it is not kept inside, `damaged`, `permission` where there is no space.
        """
        if not self.holds(sha256):
            raise FusenError("not-found", f"{name} is not kept inside the workspace.", "Open the file itself.")
        discard_abandoned()
        try:
            folder = Path(tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-", dir=self._place_for(sha256)))
            file = folder / (Path(name).name or "document")
            self._write(sha256, name, file)
        except OSError as error:
            raise FusenError(
                "permission", f"There is no place to write {name} to.", "Free some space and try again."
            ) from error
        return file

    def _write(self, sha256: str, name: str, file: Path) -> None:
        digest = hashlib.sha256()
        try:
            with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as stream:
                for piece in self._stored_pieces(sha256):
                    digest.update(piece)
                    stream.write(piece)
            if digest.hexdigest() != sha256:
                raise self._unreadable(name)
        except BaseException:
            discard(file)
            raise

    def _place_for(self, sha256: str) -> Path | None:
        """Memory that is used as a folder, for a document of an encrypted workspace, where there is such a place with room."""
        if encryption.state_of(self.path) != "encrypted" or not os.access(_IN_MEMORY, os.W_OK):
            return None
        (size,) = self.connection.execute("SELECT size FROM embedded WHERE document_sha256 = ?", (sha256,)).fetchone()
        return _IN_MEMORY if shutil.disk_usage(_IN_MEMORY).free > 2 * int(size) else None

    def _store_piece(self, sha256: str, number: int, piece: bytes) -> None:
        # Level 1: what most documents are made of is compressed already.
        row = (sha256, number, zlib.compress(piece, level=1))
        with transaction(self.connection, self.path):
            self.connection.execute(
                "INSERT INTO embedded_pieces (document_sha256, number, content) VALUES (?, ?, ?)", row
            )

    def _finish(self, sha256: str, size: int, count: int, file: Path) -> None:
        with transaction(self.connection, self.path):
            (stored,) = self.connection.execute(
                "SELECT count(*) FROM embedded_pieces WHERE document_sha256 = ?", (sha256,)
            ).fetchone()
            if stored != count:  # another program removed what it took for the rest of a killed one
                raise _changed(file)
            row = (sha256, size, datetime.now(UTC).isoformat(timespec="seconds"))
            self.connection.execute("INSERT INTO embedded (document_sha256, size, embedded_at) VALUES (?, ?, ?)", row)

    def _stored_pieces(self, sha256: str) -> Iterator[bytes]:
        with explained(self.path):
            rows = self.connection.execute(
                "SELECT content FROM embedded_pieces WHERE document_sha256 = ? ORDER BY number", (sha256,)
            )
            for (content,) in rows:
                unpacker = zlib.decompressobj()
                try:
                    yield unpacker.decompress(content, PIECE)
                except (zlib.error, TypeError) as error:
                    raise self._unreadable("The file") from error

    def _unreadable(self, name: str) -> FusenError:
        return FusenError(
            "damaged",
            f"{name} is kept inside {self.path.name}, but cannot be read from it.",
            "Open the file itself if you still have it; the decisions are kept.",
        )


def discard(file: Path) -> None:
    """Remove what `take_out` wrote, with its folder; anything else is left alone."""
    if _TAKEN_OUT.fullmatch(file.parent.name):
        shutil.rmtree(file.parent, ignore_errors=True)


def discard_abandoned() -> None:
    """Remove what programs took out that do not run any more."""
    folders = [folder for place in (Path(tempfile.gettempdir()), _IN_MEMORY) for folder in place.glob(f"{_FOLDER}*-*")]
    for folder in folders:
        found = _TAKEN_OUT.fullmatch(folder.name)
        with suppress(OSError):
            # Where it cannot be told what runs, a day is longer than a document stays open.
            old = sys.platform == "win32" and time.time() - folder.stat().st_mtime > _A_DAY
            if found and not folder.is_symlink() and (old or not is_running(int(found[1]))):
                shutil.rmtree(folder, ignore_errors=True)


def _pieces(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as stream:
            if os.fstat(stream.fileno()).st_size > MOST_BYTES:
                raise FusenError(
                    "too-large",
                    f"{file.name} is too large to be kept inside the workspace.",
                    "Files up to one gigabyte can be.",
                )
            while piece := stream.read(PIECE):
                yield piece
    except FileNotFoundError as error:
        raise FusenError("not-found", f"There is no file {file}.", "Find the file first.") from error
    except OSError as error:
        raise FusenError("permission", f"{file.name} cannot be read.", "Check the rights of the file.") from error


def _changed(file: Path) -> FusenError:
    return FusenError(
        "unsupported",
        f"{file.name} was changed since it was opened, and is not kept inside the workspace.",
        "Open it again and keep it then.",
    )
