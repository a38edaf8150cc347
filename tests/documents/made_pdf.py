"""Small PDFs for tests of the layout: text at places, rules, true vertical writing. Everything is made with PyMuPDF."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pymupdf

from app.documents.document import Document
from app.documents.loading import load_document

LOREM = (
    "The supplier delivers the goods within thirty days after the order was received and",
    "tells the customer at once of any delay that it can foresee, whatever its cause may be",
    "and whoever has to answer for it, so that the customer is able to make other plans for",
    "the time until the goods arrive at the place that both of the parties agreed upon here",
)


def read(folder: Path, draw: Callable[[Any], None], *, pages: int = 1, name: str = "made.pdf") -> Document:
    """The document of a PDF with so many A4 pages, each drawn by `draw`; `page.number` counts from 0."""
    with pymupdf.open() as pdf:
        for _ in range(pages):
            pdf.new_page(width=595, height=842)
        for page in pdf:
            draw(page)
        pdf.save(folder / name)
    return load_document(folder / name)


def lines(page: Any, x: float, y: float, texts: Sequence[str], *, size: float = 10, font: str = "helv") -> float:
    """Write lines below each other; the place of the next one."""
    for text in texts:
        page.insert_text((x, y), text, fontsize=size, fontname=font)
        y += 1.2 * size
    return y


def blocks(document: Document, *kinds: str) -> list[str]:
    """The texts of the blocks of these types, or of all."""
    return [document.text[b.start : b.end] for b in document.blocks if not kinds or b.type in kinds]


def vertical(page: Any, columns: Sequence[tuple[float, float, str]], *, size: float = 10) -> None:
    """Write columns (x, y, text) of true vertical Japanese on an empty page: in a font, not embedded, that runs downwards."""
    pdf = page.parent
    inner = pdf.get_new_xref()
    pdf.update_object(
        inner,
        "<</Type/Font/Subtype/CIDFontType0/BaseFont/HeiseiMin-W3"
        "/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 2>>/DW 1000/FontDescriptor<</Type/FontDescriptor"
        "/FontName/HeiseiMin-W3/Flags 4/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 800/Descent -200/StemV 80>>>>",
    )
    font = pdf.get_new_xref()
    pdf.update_object(
        font,
        f"<</Type/Font/Subtype/Type0/BaseFont/HeiseiMin-W3/Encoding/UniJIS-UTF16-V/DescendantFonts[{inner} 0 R]>>",
    )
    shown = [f"1 0 0 1 {x} {page.rect.height - y} Tm <{text.encode('utf-16-be').hex()}> Tj" for x, y, text in columns]
    stream = pdf.get_new_xref()
    pdf.update_object(stream, "<<>>")
    pdf.update_stream(stream, f"BT /V {size} Tf {' '.join(shown)} ET".encode("ascii"))
    pdf.xref_set_key(page.xref, "Resources", f"<</Font<</V {font} 0 R>>>>")
    pdf.xref_set_key(page.xref, "Contents", f"{stream} 0 R")
