"""DOCX: structure and failures."""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx
import pytest

from app.documents.loading import load_document
from app.errors import FusenError

KANA = "秘密情報とは、開示者が受領者に対して開示するすべての情報をいいます。"


def code_of(path: Path) -> str:
    with pytest.raises(FusenError) as caught:
        load_document(path)
    return caught.value.code


def blocks_of(path: Path) -> list[tuple[str, str, int | None]]:
    document = load_document(path)
    assert document.quads is None
    assert document.page_count == 1
    assert (document.pages[0].start, document.pages[0].end) == (0, len(document.text))
    return [(b.type, document.text[b.start : b.end], b.level) for b in document.blocks]


def test_docx_structure_in_reading_order(tmp_path: Path) -> None:
    word = docx.Document()
    word.add_heading("第1条 目的", level=2)
    word.add_paragraph(KANA)
    word.add_paragraph("First point", style="List Bullet")
    table = word.add_table(rows=2, cols=2)
    for i, text in enumerate(["Fee", "100 EUR", "Term", ""]):
        table.cell(i // 2, i % 2).text = text
    table.cell(1, 0).merge(table.cell(1, 1))
    word.add_paragraph("The end.")
    word.save(str(tmp_path / "a.docx"))
    assert blocks_of(tmp_path / "a.docx") == [
        ("heading", "第1条 目的", 2),
        ("paragraph", KANA, None),
        ("list-item", "First point", 1),
        ("table-cell", "Fee", None),
        ("table-cell", "100 EUR", None),
        ("table-cell", "Term", None),
        ("paragraph", "The end.", None),
    ]


def test_docx_failures(tmp_path: Path) -> None:
    (tmp_path / "torn.docx").write_bytes(b"PK\x03\x04 and no more")
    assert code_of(tmp_path / "torn.docx") == "damaged"
    (tmp_path / "locked.docx").write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le")
    )
    assert code_of(tmp_path / "locked.docx") == "encrypted"
    with zipfile.ZipFile(tmp_path / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", bytes(30 << 20))
    assert code_of(tmp_path / "bomb.docx") == "too-large"
    with zipfile.ZipFile(tmp_path / "book.docx", "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/workbook.xml", "<x/>")
    assert code_of(tmp_path / "book.docx") == "unsupported"
