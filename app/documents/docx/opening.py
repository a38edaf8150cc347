"""A Word file in any wrapping -> Document: a DOCX as it is, one under a password, a document of the old Word."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.documents.document import Document, Notice
from app.documents.docx.locked import compound_kind, unlocked
from app.documents.docx.package import Progress
from app.documents.docx.reading import read_docx
from app.documents.files import head_of
from app.documents.old_word import OldWordError
from app.errors import FusenError

_ZIP = b"PK\x03\x04"


def check_compound(path: Path) -> None:
    """Raise `FusenError` unless the compound file is a DOCX under a password or a document of the old Word."""
    kind = compound_kind(path)
    if kind == "other":
        raise FusenError(
            "unsupported",
            f"{path.name} was made by another program than Word.",
            "Save it as DOCX or PDF and open that.",
        )
    if kind == "old-word-protected":
        raise FusenError(
            "unsupported",
            f"{path.name} is protected by a password of the old Word, which Fusen cannot open.",
            "Open it in Word and save a copy as DOCX.",
        )


def read_word(
    path: Path, password: str | None = None, progress: Progress | None = None, converted: Path | None = None
) -> Document:
    """The whole document; `progress` as in `read_docx`. Raises `FusenError`, among them "encrypted" and "wrong-password".

    A document of the old Word is read from `converted`, a DOCX that was made of it; without one, `OldWordError` is raised.
    """
    if head_of(path).startswith(_ZIP):
        return read_docx(path, progress=progress)
    if compound_kind(path) == "protected":
        return read_docx(path, unlocked(path, password), progress)
    if converted is None:
        raise OldWordError(path.name)
    with converted.open("rb") as content:
        document = read_docx(path, content, progress)
    # Places in the converted copy are no places in the user's file.
    blocks = tuple(replace(block, source=None) for block in document.blocks)
    notice = Notice(
        "converted", "The file is of the old Word's format. It was read through a conversion by LibreOffice."
    )
    return replace(document, blocks=blocks, warnings=(*document.warnings, notice))
