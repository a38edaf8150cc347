"""Word files that are no plain DOCX: under a password, of the old Word, or of another program."""

from __future__ import annotations

import io
import random
import sys
from pathlib import Path

import msoffcrypto.format.ooxml
import pytest
from made_docx import paragraph, write_docx

from app.documents.docx import legacy, opening
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


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that passes for one of the old Word; what an old Word's file holds is LibreOffice's business."""
    monkeypatch.setattr(opening, "compound_kind", lambda path: "old-word")
    path = tmp_path / "--old.doc"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    return path


def stand_in(path: Path, script: str) -> str:
    """A program in the place of LibreOffice."""
    path.write_text(f"#!{sys.executable}\n{script}", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_old_documents_need_libre_office(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legacy, "libre_office", lambda: None)
    error = failure(old)
    assert error.code == "unsupported"
    assert "LibreOffice" in error.message


@pytest.mark.skipif(sys.platform == "win32", reason="the program that stands in is a script with a first line")
def test_old_documents_are_converted_in_a_scratch_folder(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = write_docx(tmp_path / "made.docx", paragraph("Old terms."))
    log = tmp_path / "log.txt"
    script = (
        "import pathlib, shutil, sys\n"
        "out = pathlib.Path(sys.argv[sys.argv.index('--outdir') + 1])\n"
        "out.mkdir()\n"
        f"shutil.copyfile({str(made)!r}, out / 'document.docx')\n"
        f"pathlib.Path({str(log)!r}).write_text('\\n'.join(sys.argv))\n"
    )
    monkeypatch.setattr(legacy, "libre_office", lambda: stand_in(tmp_path / "soffice", script))
    document = load_document(old)
    assert document.text == "Old terms."
    assert [warning.code for warning in document.warnings] == ["converted"]
    assert document.blocks[0].source is None
    said = log.read_text(encoding="utf-8").splitlines()
    assert "--headless" in said
    scratch = Path(said[-1])
    assert scratch.name == "document.doc"
    assert not scratch.parent.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="the program that stands in is a script with a first line")
def test_a_conversion_that_fails_or_hangs_is_explained(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(legacy, "libre_office", lambda: stand_in(tmp_path / "a", "raise SystemExit(1)"))
    assert failure(old).code == "damaged"
    monkeypatch.setattr(legacy, "libre_office", lambda: stand_in(tmp_path / "b", "import time; time.sleep(60)"))
    monkeypatch.setattr(legacy, "LONGEST_CONVERSION", 0.2)
    assert failure(old).code == "timeout"
    monkeypatch.setattr(legacy, "libre_office", lambda: str(tmp_path / "absent"))
    assert failure(old).code == "unsupported"
