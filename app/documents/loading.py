"""Any supported file -> Document, told apart by content; the name decides only between formats that are all plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from app.documents.document import Document, DocumentFormat, Notice
from app.documents.docx.opening import check_compound, read_word
from app.documents.files import check_readable, head_of, translated
from app.documents.left_out import NOTHING, BeginPage, Reason
from app.documents.names import FORMAT_NAMES
from app.documents.pdf import ReadProgress, read_pdf
from app.documents.recognition.pages import PageRecognition
from app.documents.text import read_text
from app.errors import FusenError

_HTML = re.compile(
    rb"(?:\s|<\?xml[^>]{0,200}>|<!--.{0,400}?-->)*<(?:!doctype\s+html|html|head)\b", re.IGNORECASE | re.DOTALL
)
_UNEXPECTED = {"docx": "a Word document", "html": "a web page"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def format_of(path: Path) -> DocumentFormat:
    """Which reader fits. Raises `FusenError` for a file that cannot be read, or that no reader fits."""
    check_readable(path)
    head = head_of(path)
    named = FORMAT_NAMES.get(path.suffix.lower())
    in_text = named not in (None, "pdf", "docx")
    if b"%PDF-" in head and (not in_text or head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"%PDF-")):
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return "docx"
    if head.startswith(_OLE):
        check_compound(path)
        return "docx"
    if head.startswith(b"{\\rtf"):
        raise FusenError("unsupported", f"{path.name} is a document in RTF.", "Save it as DOCX and open that.")
    if named is not None and in_text:
        return "html" if _HTML.match(_without_mark(head)) else named
    if (
        path.suffix.lower() in (".docx", ".pdf")
        and b"\x00" in head
        and not head.startswith((b"\x89PNG", b"GIF8", b"\xff\xd8"))
    ):
        raise FusenError("damaged", f"{path.name} is damaged: its beginning is missing.", "Ask for the file again.")
    raise FusenError(
        "unsupported",
        f"{path.name} is not a document that Fusen reads.",
        "Open a PDF, DOCX, HTML, Markdown, reStructuredText or text file.",
    )


def _without_mark(head: bytes) -> bytes:
    """The beginning of a text without what stands for its encoding; of UTF-16 and UTF-32 with one byte a letter."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        return head.lstrip(b"\xff\xfe\x00").replace(b"\x00", b"")
    return head.removeprefix(b"\xef\xbb\xbf")


def load_document(
    path: Path,
    password: str | None = None,
    progress: ReadProgress | None = None,
    *,
    begin: BeginPage | None = None,
    left_out: Mapping[int, Reason] = NOTHING,
    converted: Path | None = None,
    recognition: PageRecognition | None = None,
) -> Document:
    """Read the whole file but the pages `left_out` (of a PDF), pictures as `recognition` says. Raises `FusenError`.

    `converted` is explained at `read_word`.

    `begin(page, total)` is called before each page of a PDF, `progress(done, total)` after it; what they raise ends the reading.
    """
    format_ = format_of(path)
    if format_ == "pdf":
        return read_pdf(path, password, progress, begin=begin, left_out=left_out, recognition=recognition)
    try:
        document = read_word(path, password, progress, converted) if format_ == "docx" else read_text(path, format_)
    except OSError as error:
        raise translated(error, path) from error
    if progress is not None:
        progress(1, 1)
    kind = _UNEXPECTED.get(format_)
    if (
        kind is not None
        and FORMAT_NAMES.get(path.suffix.lower()) != format_
        and not path.suffix.lower().startswith((".doc", ".dot"))
    ):
        notice = Notice("other-format", f"The file is {kind}, though its name says otherwise.")
        return replace(document, warnings=(*document.warnings, notice))
    return document
