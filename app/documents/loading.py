"""Any supported file -> Document, told apart by content; the name decides only between Markdown and plain text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.documents.document import Document, DocumentFormat, Notice
from app.documents.docx.opening import check_compound, read_word
from app.documents.files import check_readable, head_of, translated
from app.documents.pdf import ReadProgress, read_pdf
from app.documents.text import read_text
from app.errors import FusenError

_MARKDOWN_NAMES = (".md", ".markdown", ".mdown")
_TEXT_NAMES = (".txt", ".text", *_MARKDOWN_NAMES)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def format_of(path: Path) -> DocumentFormat:
    """Which reader fits. Raises `FusenError` for a file that cannot be read, or that no reader fits."""
    check_readable(path)
    head = head_of(path)
    if b"%PDF-" in head:
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return "docx"
    if head.startswith(_OLE):
        check_compound(path)
        return "docx"
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


def load_document(path: Path, password: str | None = None, progress: ReadProgress | None = None) -> Document:
    """Read the whole file. `progress(done, total)` is called a page; what it raises ends the reading. Raises `FusenError`."""
    format_ = format_of(path)
    if format_ == "pdf":
        return read_pdf(path, password, progress)
    try:
        document = (
            read_word(path, password, progress)
            if format_ == "docx"
            else read_text(path, markdown=format_ == "markdown")
        )
    except OSError as error:
        raise translated(error, path) from error
    if progress is not None:
        progress(1, 1)
    if format_ == "docx" and not path.suffix.lower().startswith((".doc", ".dot")):
        notice = Notice("other-format", "The file is a Word document, though its name says otherwise.")
        return replace(document, warnings=(*document.warnings, notice))
    return document
