"""Where a document's file went: known by its bytes, looked for where it may be, and never by name alone.

Only files of the document's size are read. The search reads so many folders, files and bytes and no more, so that it ends soon on
any disk; it is made beside the work, and can be stopped.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.errors import FusenError
from app.workspace import audited_tables, leftovers
from app.workspace.audit_log import AuditLog, Notes
from app.workspace.database import explained

MOST_ENTRIES = 50_000
"""Of folders, in one search."""
MOST_BYTES = 4 << 30
"""Read to compare hashes, in one search."""
DEEPEST = 8
"""Folders below the one that the user points to."""

Stopped = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document whose file is looked for: `size` in bytes, 0 where it is not known; `file` is where it was last."""

    sha256: str
    file: Path
    size: int


@dataclass(frozen=True, slots=True)
class Originals:
    """Of the workspace at `path`, through its connection; made by `Workspace.originals`."""

    path: Path
    connection: sqlite3.Connection
    audit: AuditLog

    def at(self, file: Path) -> Wanted | None:
        """The document that was opened last from this place."""
        return self._one("file = ?", str(file.absolute()))

    def of(self, sha256: str) -> Wanted | None:
        """The document with this hash: several may have been opened from one place, one after the other."""
        return self._one("sha256 = ?", sha256)

    def _one(self, condition: str, value: str) -> Wanted | None:
        query = f"SELECT sha256, file, size FROM documents WHERE {condition} ORDER BY rowid DESC LIMIT 1"  # noqa: S608 (our own words)
        with explained(self.path):
            row = self.connection.execute(query, (value,)).fetchone()
        return None if row is None else Wanted(row[0], Path(row[1]), row[2])

    def folders(self) -> tuple[Path, ...]:
        """Where the documents of the workspace lie, or lay."""
        with explained(self.path):
            rows = self.connection.execute("SELECT file FROM documents ORDER BY rowid DESC").fetchall()
        return tuple(dict.fromkeys(Path(file).parent for (file,) in rows))

    def files(self) -> tuple[Path, ...]:
        """The file of every document, of those that were removed from the shelf as well."""
        with explained(self.path):
            return tuple(Path(file) for (file,) in self.connection.execute("SELECT file FROM documents").fetchall())

    def never_written_over(self) -> tuple[Path, ...]:
        """The workspace itself, the copies beside it, its documents."""
        with explained(self.path):
            copies = leftovers.copies_of(self.path.resolve())
        return (self.path, *copies, *self.files())

    def refuse(self, output: Path) -> None:
        """Raise FusenError `permission` where what is written to `output` would take the place of one of these."""
        kept = next((file for file in self.never_written_over() if is_same_file(file, output)), None)
        if kept is not None and kept not in self.files():
            raise FusenError(
                "permission", f"{output.name} is the workspace and is not overwritten.", "Choose another name."
            )
        if kept is not None:
            raise FusenError(
                "permission",
                f"{output.name} is the original and is not overwritten.",
                "Choose another name for the copy.",
            )

    def moved(self, sha256: str, file: Path) -> None:
        """The document was found at another place."""
        with self.audit.transaction():
            moved = self.connection.execute(
                "UPDATE documents SET file = ?, size = ? WHERE sha256 = ?",
                (str(file.absolute()), size_of(file), sha256),
            ).rowcount
            if moved:  # another program may have forgotten it meanwhile
                notes = Notes()
                notes.say(sha256, file=file.name)
                described = audited_tables.description_hash(self.connection, sha256, notes.hash)
                self.audit.append("document-moved", {"document": sha256, "described": described}, notes)


def find(wanted: Wanted, folders: Sequence[Path], stopped: Stopped = lambda: False) -> Path | None:
    """Look beside the place where the file was, under any name, then under its own name in the `folders`."""
    beside = wanted.file.parent
    budget = _Budget(stopped)
    named = (folder / wanted.file.name for folder in folders if folder != beside)
    return _first(wanted, _files(beside, budget, deepest=0), budget) or _first(wanted, named, budget)


def find_below(wanted: Wanted, folder: Path, stopped: Stopped = lambda: False) -> Path | None:
    """Look in a folder that the user points to and in those below it, under any name."""
    budget = _Budget(stopped)
    return _first(wanted, _files(folder, budget, DEEPEST), budget)


def is_at(wanted: Wanted, file: Path) -> bool:
    """Whether the document's file is this one."""
    return _first(wanted, [file], _Budget(lambda: False)) is not None


def is_same_file(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file; of files that are not there, whether they would."""
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return one.absolute() == other.absolute()


def size_of(file: Path) -> int:
    """Bytes of a file; 0 where there is none to be found."""
    try:
        return file.stat().st_size if file.is_file() else 0
    except OSError:
        return 0


class _Budget:
    """What a search may still read."""

    def __init__(self, stopped: Stopped) -> None:
        self.stopped = stopped
        self.entries = MOST_ENTRIES
        self.bytes = MOST_BYTES

    @property
    def is_spent(self) -> bool:
        return self.entries <= 0 or self.bytes <= 0 or self.stopped()


def _first(wanted: Wanted, candidates: Iterator[Path] | Sequence[Path], budget: _Budget) -> Path | None:
    for file in candidates:
        if budget.is_spent:
            return None
        size = size_of(file)
        # Of a document whose size was not kept yet only files of its kind are read.
        alike = size == wanted.size if wanted.size else size and file.suffix.lower() == wanted.file.suffix.lower()
        if alike and _sha256(file, budget) == wanted.sha256:
            return file.absolute()
    return None


def _files(folder: Path, budget: _Budget, deepest: int) -> Iterator[Path]:
    """The files in a folder, then those in the folders below; links to folders are not followed."""
    waiting = [(folder, 0)]
    while waiting and not budget.is_spent:
        here, depth = waiting.pop(0)
        try:
            with os.scandir(here) as found:
                entries = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in _some(found, budget)]
        except OSError:
            continue
        for name, is_folder in sorted(entries):
            if not is_folder:
                yield here / name
            elif depth < deepest and not name.startswith("."):
                waiting.append((here / name, depth + 1))


def _some(found: Iterator[os.DirEntry[str]], budget: _Budget) -> Iterator[os.DirEntry[str]]:
    for entry in found:
        if budget.entries <= 0:
            return
        budget.entries -= 1
        yield entry


def _sha256(file: Path, budget: _Budget) -> str:
    """Of the file's bytes; empty where it cannot be read or there is no time left for that."""
    digest = hashlib.sha256()
    try:
        with file.open("rb") as stream:
            while piece := stream.read(1 << 20):
                budget.bytes -= len(piece)
                if budget.is_spent:
                    return ""
                digest.update(piece)
    except OSError:
        return ""
    return digest.hexdigest()
