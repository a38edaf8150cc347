"""The examples say on their pages what their sources say, and carry their own fonts."""

from __future__ import annotations

import re
from pathlib import Path

import docx
import pymupdf
import pytest

EXAMPLES = Path(__file__).resolve().parents[1] / "resources" / "examples"


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def source_pieces(name: str) -> list[str]:
    _, _, body = (EXAMPLES / "source" / f"{name}.md").read_text(encoding="utf-8").partition("\n\n")
    chunks = [chunk for chunk in re.split(r"\n{2,}", body.strip()) if chunk != "---"]
    cells = [cell for chunk in chunks if chunk.startswith("|") for cell in re.split(r"\s\|\s|\||\n", chunk)]
    return [squeezed(piece.lstrip("#")) for piece in [*(c for c in chunks if not c.startswith("|")), *cells] if piece]


def sentences(pieces: list[str]) -> list[str]:
    # A page's end may stand inside a piece, so only parts of pieces are looked for.
    return [part for piece in pieces for part in re.findall(r".{1,24}", piece)]


@pytest.mark.parametrize(
    ("name", "fewest", "most"), [("services-agreement", 12, 15), ("outsourcing-agreement-ja", 4, 8)]
)
def test_a_pdf_holds_its_source_and_its_fonts(name: str, fewest: int, most: int) -> None:
    with pymupdf.open(EXAMPLES / f"{name}.pdf") as document:
        assert fewest <= document.page_count <= most
        text = squeezed("".join(page.get_text() for page in document))
        fonts = {font[0]: font for page in document for font in page.get_fonts()}
        assert fonts
        assert all(document.extract_font(number)[3] for number in fonts), "a font is not embedded"
    parts = sentences(source_pieces(name))
    found = sum(part in text for part in parts)
    assert len(parts) > 200
    assert found >= 0.97 * len(parts)


def test_the_word_document_holds_its_source() -> None:
    document = docx.Document(str(EXAMPLES / "outsourcing-agreement-ja.docx"))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    text = squeezed("".join([*(paragraph.text for paragraph in document.paragraphs), *cells]))
    assert all(piece in text for piece in source_pieces("outsourcing-agreement-ja"))
