"""Text that a PDF gives for what it draws is compared with what is drawn."""

from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest

from app.documents.document import Document
from app.documents.loading import load_document
from app.documents.pdf_text_layer import contradicts

DRAWN = "The seller may not cancel"


def codes(document: Document) -> list[str]:
    return [warning.code for warning in document.warnings]


def with_stand_in(path: Path, stand_in: str) -> Document:
    """A page that draws `DRAWN` and gives other words for it."""
    pdf = pymupdf.open()
    page = pdf.new_page()
    page.insert_text((72, 100), DRAWN, fontsize=12)
    stream = pdf.xref_stream(page.get_contents()[-1])
    given = ("\ufeff" + stand_in).encode("utf-16-be").hex()
    pdf.update_stream(page.get_contents()[-1], f"/Span <</ActualText <{given}>>> BDC ".encode() + stream + b" EMC")
    pdf.save(path)
    return load_document(path)


def test_a_stand_in_that_says_something_else_is_told_of_and_not_taken(tmp_path: Path) -> None:
    document = with_stand_in(tmp_path / "a.pdf", "The seller may cancel at any time")
    assert codes(document) == ["text-differs"]
    assert "page 1" in document.warnings[0].message
    assert document.text == DRAWN


def test_a_stand_in_of_the_same_words_is_taken(tmp_path: Path) -> None:
    document = with_stand_in(tmp_path / "a.pdf", DRAWN)
    assert document.warnings == ()
    assert document.text == DRAWN


@pytest.mark.parametrize(
    ("given", "drawn", "other"),
    [
        ("within 90 days", "within 30 days", True),
        ("a fee of 5", "a fee of 6", True),
        ("may cancel", "may not cancel", True),
        ("• first", "l first", False),
        ("first line", "12 first line", False),
        ("ﬁrst", "first", False),
        ("con\u00adtract", "con-tract", False),
        ("Acme", "", False),
        ("the supplier pays nothing at all", "", True),
        ("α + β", "\ue001 + \ue002", False),
        ("違約金", "違約⾦", False),
    ],
)
def test_what_is_a_contradiction(given: str, drawn: str, other: bool) -> None:
    shared = "The parties agree as follows: "
    assert contradicts(shared + given, shared + drawn) is other


def with_map(path: Path, letters: str, codes_of: str, text: str, *, font: str = "helv") -> Document:
    """A page with `text` whose font maps each code of `codes_of` to the letter of `letters` at its place."""
    pdf = pymupdf.open()
    page = pdf.new_page()
    page.insert_text((72, 100), text, fontsize=12, fontname=font)
    pairs = "\n".join(f"<{ord(c):02x}> <{ord(letter):04x}>" for c, letter in zip(codes_of, letters, strict=True))
    stream = pdf.get_new_xref()
    pdf.update_object(stream, "<<>>")
    cmap = f"begincmap 1 begincodespacerange <00> <ff> endcodespacerange {len(letters)} beginbfchar\n{pairs}\nendbfchar endcmap"
    pdf.update_stream(stream, cmap.encode())
    pdf.xref_set_key(page.get_fonts()[0][0], "ToUnicode", f"{stream} 0 R")
    pdf.save(path)
    return load_document(path)


ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def test_a_map_to_other_letters_is_told_of(tmp_path: Path) -> None:
    document = with_map(tmp_path / "a.pdf", ALPHABET[1:] + "a", ALPHABET, "the buyer shall pay within thirty days")
    assert "uif cvzfs" in document.text
    assert codes(document) == ["text-differs"]


def test_a_map_to_the_same_letters_is_not_told_of(tmp_path: Path) -> None:
    document = with_map(tmp_path / "a.pdf", ALPHABET, ALPHABET, "the buyer shall pay within thirty days")
    assert document.warnings == ()


def test_a_map_to_private_letters_is_told_of(tmp_path: Path) -> None:
    private = "".join(chr(0xE000 + i) for i in range(26))
    document = with_map(tmp_path / "a.pdf", private, ALPHABET, "the buyer shall pay within thirty days")
    assert "text-unreadable" in codes(document) or "text-differs" in codes(document)


def test_a_few_private_letters_are_bullets(tmp_path: Path) -> None:
    document = with_map(tmp_path / "a.pdf", "\uf0b7", "*", "* the buyer shall pay within thirty days")
    assert document.warnings == ()


def test_symbols_are_no_wrong_letters(tmp_path: Path) -> None:
    pdf = pymupdf.open()
    page = pdf.new_page()
    page.insert_text((72, 100), "The angle is", fontsize=12)
    page.insert_text((172, 100), "abcdef", fontsize=12, fontname="symb")
    pdf.save(tmp_path / "a.pdf")
    assert load_document(tmp_path / "a.pdf").warnings == ()


def test_a_line_over_the_edge_is_not_hidden_text(tmp_path: Path) -> None:
    pdf = pymupdf.open()
    page = pdf.new_page(width=300, height=300)
    page.insert_text((72, 100), "A very long line of a program that runs over the edge of the page", fontsize=12)
    page.insert_text((-40, 150), "over-the-left-edge", fontsize=12)
    pdf.save(tmp_path / "a.pdf")
    assert load_document(tmp_path / "a.pdf").warnings == ()
