"""The comments that came with a DOCX: who, when, and the words."""

from __future__ import annotations

from app.documents.docx.names import W_AUTHOR, W_DATE, W_ID, W_P, Element, w
from app.documents.docx.paragraphs import Line, Met, ParagraphReader
from app.documents.docx.styles import PLAIN, Styles


def read_comments(root: Element) -> list[tuple[str, str, str, str]]:
    """Id, author, date and text of each comment, in the part's order; none where there is no such part."""
    if root is None:
        return []
    return [_read(element) for element in root.iterchildren(w("comment"))]


def _read(element: Element) -> tuple[str, str, str, str]:
    paragraphs = []
    reader = ParagraphReader(Styles(None), Met())
    for paragraph in element.iter(W_P):
        line = Line()
        reader.read(paragraph, line, PLAIN, "unknown", None)
        paragraphs.append("".join(line.pieces).strip())
    text = "\n".join(paragraph for paragraph in paragraphs if paragraph)
    return element.get(W_ID) or "", element.get(W_AUTHOR) or "", element.get(W_DATE) or "", text
