"""What the sidebar lists: the open documents, then those of the workspace that are not open. Knows no Qt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.documents.folding import fold_words
from app.ui.state import OpenFile
from app.workspace.library import ShelfEntry


@dataclass(frozen=True, slots=True)
class ShelfRow:
    """An open `file`, or a stored `entry` that is not open; neither: the head of the stored ones."""

    file: OpenFile | None = None
    entry: ShelfEntry | None = None

    @property
    def name(self) -> str:
        """The file's name."""
        if self.file is not None:
            return self.file.name
        return Path(self.entry.file).name if self.entry is not None else ""

    @property
    def sha256(self) -> str | None:
        """Identity of the bytes, where it is known."""
        if self.file is not None:
            return self.file.sha256
        return self.entry.sha256 if self.entry is not None else None

    @property
    def is_unread(self) -> bool:
        """Whether there are findings, and nobody has decided on any of them."""
        if self.file is not None:
            counts = self.file.findings.counts()
            return self.file.phase == "ready" and counts.total > 0 and counts.decided == 0
        return self.entry is not None and self.entry.total > 0 and self.entry.decided == 0


def shelf_rows(files: Iterable[OpenFile], shelf: Sequence[ShelfEntry], words: str = "") -> list[ShelfRow]:
    """The rows whose names hold all of the words; a document that is open is not listed once more."""
    opened = list(files)
    hashes = {file.sha256 for file in opened}
    paths = {str(file.path) for file in opened if file.sha256 is None}
    stored = [entry for entry in shelf if entry.sha256 not in hashes and entry.file not in paths]
    wanted = fold_words(words).split()

    def matches(row: ShelfRow) -> bool:
        name = fold_words(row.name)
        return all(word in name for word in wanted)

    closed = [row for row in (ShelfRow(entry=entry) for entry in stored) if matches(row)]
    rows = [row for row in (ShelfRow(file=file) for file in opened) if matches(row)]
    return [*rows, *([ShelfRow()] if closed and rows else []), *closed]
