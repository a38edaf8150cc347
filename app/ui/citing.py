"""Passages as text for other applications: the words, the document, the page or clause where they stand."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.ui.state import OpenFile


def _tr(text: str) -> str:
    return QCoreApplication.translate("Citing", text)


def citation(file: OpenFile, start: int, end: int, text: str) -> str:
    """`text`, which stands at these offsets of the file's text, in quotation marks with its place."""
    words = " ".join(text.split())
    place = place_of(file, start)
    pattern = _tr("“{text}” ({file}, {place})") if place else _tr("“{text}” ({file})")
    return pattern.format(text=words, file=file.name, place=place)


def place_of(file: OpenFile, start: int) -> str:
    """The page (by the document's own label), else the number of the innermost clause; empty where neither is known."""
    document = file.document
    if document is not None and file.is_pdf:
        number = next((page.number for page in document.pages if page.start <= start < page.end), None)
        if number is not None:
            return _tr("p. {page}").format(page=file.page_words(number))
    around = [clause for clause in file.structure.clauses if clause.start <= start < clause.end and clause.number]
    return max(around, key=lambda clause: clause.start).number if around else ""


def marked_text(file: OpenFile) -> str:
    """The words that are selected on the pages; empty where none are."""
    if file.marked is None or file.document is None:
        return ""
    start, end = file.marked
    return file.document.text[start:end].strip()
