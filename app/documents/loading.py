"""Any supported file -> Document, told apart by content and not by name."""

from __future__ import annotations

from pathlib import Path

from app.documents.document import Document
from app.documents.pdf import ReadProgress, read_pdf


def load_document(path: Path, password: str | None = None, progress: ReadProgress | None = None) -> Document:
    """Read the whole file. `progress(done, total)` is called a page; what it raises ends the reading. Raises `FusenError`."""
    return read_pdf(path, password, progress)
