"""Which endings of names Fusen knows. Apart from the readers, so that the window can use it."""

from __future__ import annotations

from app.documents.document import DocumentFormat

FORMAT_NAMES: dict[str, DocumentFormat] = {
    ".pdf": "pdf",
    ".docx": "docx",
    ".docm": "docx",
    ".doc": "docx",
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".mdown": "markdown",
    ".rst": "rst",
    ".rest": "rst",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
}
"""The endings of the names of what Fusen reads, in lower case."""
