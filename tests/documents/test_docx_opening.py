"""Word files that are no plain DOCX: under a password, of the old Word, or of another program."""

from __future__ import annotations

import io
import random
from pathlib import Path

import msoffcrypto.format.ooxml
import pytest
from made_docx import paragraph, write_docx

from app.documents.docx import opening
from app.documents.loading import format_of, load_document
from app.errors import FusenError


def failure(path: Path, password: str | None = None) -> FusenError:
    with pytest.raises(FusenError) as caught:
        load_document(path, password)
    assert caught.value.advice
    return caught.value


@pytest.fixture
def protected(tmp_path: Path) -> Path:
    # What the library writes is read back only from a certain length on, which real files have.
    padding = {"picture.bin": random.Random(7).randbytes(8000)}
    plain = write_docx(tmp_path / "plain.docx", paragraph("Secret terms."), parts=padding)
    path = tmp_path / "protected.docx"
    locked = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(plain.read_bytes())).encrypt("合い言葉", locked)
    path.write_bytes(locked.getvalue())
    return path


def test_a_password_opens_what_it_protects(protected: Path) -> None:
    assert format_of(protected) == "docx"
    document = load_document(protected, "合い言葉")
    assert document.text == "Secret terms."
    assert document.file == str(protected)
    assert document.sha256 != load_document(protected.with_name("plain.docx")).sha256


def test_without_the_password_it_is_asked_for(protected: Path) -> None:
    assert failure(protected).code == "encrypted"
    assert failure(protected, "").code == "encrypted"
    assert failure(protected, "another").code == "wrong-password"


def test_damaged_protection_is_no_reason_to_ask_again(protected: Path) -> None:
    data = protected.read_bytes()
    at = data.find(b"spinCount")
    assert at > 0
    protected.write_bytes(data[:at] + b"spinCoun_" + data[at + 9 :])
    assert failure(protected, "合い言葉").code == "unsupported"


def test_other_compound_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    assert failure(path).code == "unsupported"


def test_documents_of_the_old_word_are_read_from_what_was_made_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "compound_kind", lambda path: "old-word")
    path = tmp_path / "old.doc"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    error = failure(path)
    assert error.code == "unsupported"
    assert "LibreOffice" in error.message
    made = write_docx(tmp_path / "made.docx", paragraph("Old terms."))
    document = load_document(path, converted=made)
    assert (document.text, document.file) == ("Old terms.", str(path))
    assert [warning.code for warning in document.warnings] == ["converted"]
    assert document.blocks[0].source is None
