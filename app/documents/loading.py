"""Any supported file -> Document, told apart by content; the name decides only between Markdown and plain text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from app.documents.document import Document, DocumentFormat, Notice
from app.documents.docx import read_docx
from app.documents.files import check_readable, head_of, translated
from app.documents.left_out import NOTHING, BeginPage, Reason
from app.documents.pdf import ReadProgress, read_pdf
from app.documents.text import read_text
from app.errors import FusenError

_MARKDOWN_NAMES = (".md", ".markdown", ".mdown")
_TEXT_NAMES = (".txt", ".text", *_MARKDOWN_NAMES)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")


def format_of(path: Path) -> DocumentFormat:
    """Which reader fits. Raises `FusenError` for a file that cannot be read, or that no reader fits."""
    check_readable(path)
    head = head_of(path)
    if b"%PDF-" in head:
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return "docx"
    if head.startswith(_OLE):
        _refuse_ole(path)
    if path.suffix.lower() in _TEXT_NAMES:
        return "markdown" if path.suffix.lower() in _MARKDOWN_NAMES else "text"
    if (
        path.suffix.lower() in (".docx", ".pdf")
        and b"\x00" in head
        and not head.startswith((b"\x89PNG", b"GIF8", b"\xff\xd8"))
    ):
        raise FusenError("damaged", f"{path.name} is damaged: its beginning is missing.", "Ask for the file again.")
    raise FusenError(
        "unsupported", f"{path.name} is not a document that Fusen reads.", "Open a PDF, DOCX, Markdown or text file."
    )


def _refuse_ole(path: Path) -> None:
    """An OLE container is an encrypted DOCX, or a document of the old Word."""
    if _ENCRYPTED_PACKAGE in path.read_bytes():
        raise FusenError(
            "encrypted",
            f"{path.name} is protected by a password, which Fusen can open for PDF only.",
            "Open it in Word with its password and save a copy without.",
        )
    raise FusenError(
        "unsupported", f"{path.name} was made by an old Word or another program.", "Save it as DOCX and open that."
    )


def load_document(
    path: Path,
    password: str | None = None,
    progress: ReadProgress | None = None,
    *,
    begin: BeginPage | None = None,
    left_out: Mapping[int, Reason] = NOTHING,
) -> Document:
    """Read the whole file but the pages `left_out` (of a PDF). Raises `FusenError`.

    `begin(page, total)` is called before each page of a PDF, `progress(done, total)` after it; what they raise ends the reading.
    """
    format_ = format_of(path)
    if format_ == "pdf":
        return read_pdf(path, password, progress, begin=begin, left_out=left_out)
    try:
        document = read_docx(path) if format_ == "docx" else read_text(path, markdown=format_ == "markdown")
    except OSError as error:
        raise translated(error, path) from error
    if progress is not None:
        progress(1, 1)
    if format_ == "docx" and not path.suffix.lower().startswith((".docx", ".docm", ".dot")):
        notice = Notice("other-format", "The file is a Word document, though its name says otherwise.")
        return replace(document, warnings=(*document.warnings, notice))
    return document
