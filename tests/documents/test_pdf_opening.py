"""Damaged files are repaired as far as something of them is left; locked ones ask for their password as it is."""

from __future__ import annotations

import re
from pathlib import Path

import pymupdf
import pytest

from app.documents.loading import load_document
from app.documents.pdf_opening import open_pdf, was_repaired, was_rewritten
from app.errors import FusenError

SENTENCE = "The supplier is liable without limit."


def plain_pdf() -> bytes:
    """A small PDF without compression, so that tests can damage it."""
    pdf = pymupdf.open()
    pdf.new_page().insert_text((72, 100), SENTENCE)
    return bytes(pdf.tobytes(deflate=False))


def test_a_whole_file_is_opened_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(plain_pdf())
    pdf = open_pdf(tmp_path / "a.pdf")
    assert not was_repaired(pdf)
    assert not was_rewritten(pdf)


def test_a_file_with_a_wrong_count_of_pages_is_repaired(tmp_path: Path) -> None:
    damaged = re.sub(rb"/Count 1\b", b"/Count -5", plain_pdf())
    (tmp_path / "a.pdf").write_bytes(damaged)
    document = load_document(tmp_path / "a.pdf")
    assert document.text == SENTENCE
    assert [warning.code for warning in document.warnings] == ["repaired"]
    assert was_rewritten(open_pdf(tmp_path / "a.pdf"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.pdf"]


@pytest.mark.parametrize("content", [b"%PDF-1.7\n%%EOF\n", b"%PDF-1.4\nnothing of a document " * 40])
def test_a_file_of_which_nothing_is_left_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.pdf").write_bytes(content)
    with pytest.raises(FusenError) as raised:
        open_pdf(tmp_path / "a.pdf")
    assert raised.value.code == "damaged"


def test_a_file_too_large_to_be_written_anew_stays_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.documents.pdf_opening.LARGEST_REPAIRED", 100)
    (tmp_path / "a.pdf").write_bytes(re.sub(rb"/Count 1\b", b"/Count -5", plain_pdf()))
    with pytest.raises(FusenError, match="damaged"):
        open_pdf(tmp_path / "a.pdf")


@pytest.mark.parametrize("password", ["    ", " lead", "trail ", "ぱすわーど"])
def test_a_password_is_taken_as_it_is(tmp_path: Path, password: str) -> None:
    path = tmp_path / "a.pdf"
    pdf = pymupdf.open()
    pdf.new_page().insert_text((72, 100), SENTENCE)
    pdf.save(path, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw=password, owner_pw="owner")
    assert load_document(path, password).text == SENTENCE
    for wrong, code in ((None, "encrypted"), (password.strip() + "x", "wrong-password")):
        with pytest.raises(FusenError) as raised:
            load_document(path, wrong)
        assert raised.value.code == code


def test_pages_that_are_no_objects_of_their_own_are_read(tmp_path: Path) -> None:
    fonts = b"/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]%s/Contents 3 0 R>>" % fonts
    content = b"BT /F 12 Tf 72 700 Td (" + SENTENCE.encode() + b") Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[" + page + b"]>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
    ]
    written, places = b"%PDF-1.7\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    table = b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    written += table + b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(written)
    (tmp_path / "a.pdf").write_bytes(written)
    document = load_document(tmp_path / "a.pdf")
    assert document.text == SENTENCE
    assert document.warnings == ()
