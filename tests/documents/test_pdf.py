"""Text, quads, blocks and failures of the PDF reader, on small PDFs made here and on real ones."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pymupdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.document import Document
from app.documents.loading import load_document
from app.documents.pdf_drawing import page_sizes, render_page
from app.documents.pdf_lines import clean, page_lines
from app.documents.pdf_opening import open_pdf
from app.errors import FusenError

ENGLISH = "The Supplier shall indemnify the Customer against all third-party claims that arise from the Services. "
JAPANESE = "受託者は、本業務の遂行に関して知り得た委託者の秘密情報を第三者に開示してはならない。"


def write_pdf(path: Path, pages: list[list[str]], *, font: str = "helv", rotation: int = 0) -> Path:
    pdf = pymupdf.open()
    for lines in pages:
        page = pdf.new_page(width=595, height=842)
        for i, line in enumerate(lines):
            if line:
                page.insert_text((72, 120 + 14 * i), line, fontsize=11, fontname=font)
        page.set_rotation(rotation)
    pdf.save(path)
    pdf.close()
    return path


def check_whole(document: Document) -> None:
    """What holds for every document: offsets, pages and blocks agree, the text is valid."""
    document.text.encode("utf-8")
    assert document.pages[0].start == 0
    assert document.pages[-1].end == len(document.text)
    for a, b in zip(document.pages, document.pages[1:], strict=False):
        assert a.end == b.start
    last = 0
    for block in document.blocks:
        assert last <= block.start < block.end
        page = document.pages[block.page - 1]
        assert page.start <= block.start
        assert block.end <= page.end
        last = block.end
    if document.quads is not None:
        assert document.quads.shape == (len(document.text), 8)
        assert document.quads.dtype == np.float32


def check_quads(document: Document, path: Path, sample: int) -> None:
    """Words taken by offset are the words that PyMuPDF finds inside their quads."""
    assert document.quads is not None
    pdf = pymupdf.open(path)
    words = list(re.finditer(r"[A-Za-z]{4,}|[\u4e00-\u9fff]{2,}", document.text))
    assert words
    for word in words[:: max(1, len(words) // sample)]:
        quads = document.quads[word.start() : word.end()]
        if quads[:, 1].max() - quads[:, 1].min() > 4:
            continue  # joined over a line end
        number = next(p.number for p in document.pages if p.start <= word.start() < p.end)
        page = pdf[number - 1]
        x, y = quads[:, 0::2], quads[:, 1::2]
        box = pymupdf.Rect(x.min(), y.min() + 2, x.max(), y.max() - 2) * page.derotation_matrix
        shown = page.get_textbox(pymupdf.Rect(box.x0 - 0.5, box.y0, box.x1 + 0.5, box.y1))
        assert word.group() in re.sub(r"\s", "", unicodedata.normalize("NFKC", shown)), (number, word.group(), shown)


def test_lines_become_paragraphs_and_every_character_has_its_quad(tmp_path: Path) -> None:
    lines = ["1. Liability", "", "The Supplier's liability is limited to the fees paid in the", "twelve months before."]
    path = write_pdf(tmp_path / "a.pdf", [lines, ["Second page."]])
    document = load_document(path)
    check_whole(document)
    check_quads(document, path, 10)
    assert "limited to the fees paid in the twelve months before." in document.text
    assert document.blocks[0].type == "heading"
    assert document.text.index("Second page.") >= document.pages[1].start
    assert document.language == "en"


def test_japanese_lines_join_without_a_space(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", [[JAPANESE[:20], JAPANESE[20:]]], font="japan")
    document = load_document(path)
    check_whole(document)
    check_quads(document, path, 10)
    assert JAPANESE in document.text
    assert document.language == "ja"


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_quads_lie_on_the_page_as_displayed(tmp_path: Path, rotation: int) -> None:
    path = write_pdf(tmp_path / "a.pdf", [["Turned pages keep their words."]], rotation=rotation)
    document = load_document(path)
    check_quads(document, path, 10)
    page = document.pages[0]
    assert (page.width, page.height) == ((842, 595) if rotation != 180 else (595, 842))
    assert document.quads is not None
    assert document.quads[:, 0::2].max() <= page.width
    assert document.quads[:, 1::2].max() <= page.height


def test_running_lines_are_no_part_of_paragraphs(tmp_path: Path) -> None:
    pdf = pymupdf.open()
    for number in range(1, 7):
        page = pdf.new_page(width=595, height=842)
        page.insert_text((72, 40), "Confidential draft of Example Ltd.", fontsize=9)
        page.insert_text((72, 400), f"Clause {number} says that the parties agree.", fontsize=11)
        page.insert_text((290, 810), f"- {number} -", fontsize=9)
    pdf.save(tmp_path / "a.pdf")
    document = load_document(tmp_path / "a.pdf")
    check_whole(document)
    types = [block.type for block in document.blocks]
    assert types == ["page-header", "paragraph", "page-footer"] * 6


def test_hyphen_at_a_line_end_follows_the_document(tmp_path: Path) -> None:
    lines = [
        "Termination is by notice. A non-exclusive licence ends at termi-",
        "nation of the contract, with a non-",
        "exclusive right.",
    ]
    document = load_document(write_pdf(tmp_path / "a.pdf", [lines]))
    assert "at termination of the contract, with a non-exclusive right." in document.text


@given(st.text(alphabet="ab \t\x00\u00ad\ufb01\ufb03\ud800あ", min_size=1))
def test_cleaned_text_and_quads_stay_in_step(text: str) -> None:
    quads = np.arange(len(text) * 8, dtype=np.float32).reshape(-1, 8)
    cleaned, rows = clean(text, quads)
    assert len(cleaned) == len(rows)
    cleaned.encode("utf-8")
    assert "\x00" not in cleaned
    assert "\ufb01" not in cleaned
    assert cleaned == cleaned.strip(" ")


def code_of(path: Path, password: str | None = None) -> str:
    with pytest.raises(FusenError) as caught:
        load_document(path, password)
    assert caught.value.message
    assert caught.value.advice
    return caught.value.code


def test_failures_have_their_codes(tmp_path: Path) -> None:
    assert code_of(tmp_path / "none.pdf") == "not-found"
    assert code_of(tmp_path) == "unsupported"
    for name, data, code in [
        ("empty.pdf", b"", "empty"),
        ("page.pdf", b"<html><body>Hello</body></html>", "unsupported"),
        ("picture.pdf", b"\x89PNG\r\n\x1a\n" + bytes(100), "unsupported"),
        ("broken.pdf", b"%PDF-1.7\nnothing follows", "damaged"),
    ]:
        (tmp_path / name).write_bytes(data)
        assert code_of(tmp_path / name) == code


def test_passwords_are_taken_verbatim(tmp_path: Path) -> None:
    pdf = pymupdf.open()
    pdf.new_page().insert_text((72, 72), "A secret.")
    pdf.save(tmp_path / "a.pdf", encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="  ひみつ ", owner_pw="owner")
    assert code_of(tmp_path / "a.pdf") == "encrypted"
    assert code_of(tmp_path / "a.pdf", "") == "wrong-password"
    assert code_of(tmp_path / "a.pdf", "ひみつ") == "wrong-password"
    assert "A secret." in load_document(tmp_path / "a.pdf", "  ひみつ ").text


def test_a_page_without_text_is_named(tmp_path: Path) -> None:
    document = load_document(write_pdf(tmp_path / "a.pdf", [[]]))
    assert document.text == ""
    assert [w.code for w in document.warnings] == ["no-text"]


def test_a_page_of_absurd_size_is_shown_as_a_usual_one(tmp_path: Path) -> None:
    with pymupdf.open() as pdf:
        for box, unit in (("[0 0 612 4294967296]", "1"), ("[0 0 612 792]", "100000000"), ("[0 0 14000 200]", "1")):
            page = pdf.new_page(width=612, height=792)
            page.insert_text((72, 100), "The Supplier shall indemnify.")
            pdf.xref_set_key(page.xref, "MediaBox", box)
            pdf.xref_set_key(page.xref, "UserUnit", unit)
        pdf.save(tmp_path / "a.pdf")
    document = load_document(tmp_path / "a.pdf")
    assert [(page.width, page.height) for page in document.pages] == [(595, 842), (595, 842), (14_000, 200)]
    assert [document.text[p.start : p.end].strip() for p in document.pages[:2]] == ["The Supplier shall indemnify."] * 2
    with open_pdf(tmp_path / "a.pdf") as pdf:
        assert page_sizes(pdf)[0] == (595, 842)
        width, height, _ = render_page(pdf, 1, 0.5, memoryview(bytearray(3 * 300 * 425)))
    assert (width, height) == (298, 421)


def folded(text: str) -> str:
    """Without white space, hyphens and the difference of straight and curly quotes."""
    quotes = str.maketrans("“”‘’–—‐", "\"\"''---")
    return re.sub("[-\\s\u00ad\u200b\ufffd]+", "", unicodedata.normalize("NFKC", text).translate(quotes))


def boxes(*spans: tuple[str, float, float]) -> dict[str, Any]:
    """A "rawdict" of one line: characters from x to x on a line 10 high."""
    chars = [{"c": c, "origin": (x0, 8.0), "bbox": (x0, 0.0, x1, 10.0)} for c, x0, x1 in spans]
    line = {
        "dir": (1.0, 0.0),
        "wmode": 0,
        "spans": [{"chars": chars, "origin": (0.0, 8.0), "size": 10.0, "flags": 0, "font": "Mincho"}],
    }
    return {"blocks": [{"number": 0, "lines": [line]}]}


def ends(raw: dict[str, Any]) -> list[tuple[float, float]]:
    (line,) = page_lines(raw, (1, 0, 0, 1, 0, 0))
    return [(float(quad[0]), float(quad[2])) for quad in line.quads]


def test_empty_halves_of_punctuation_give_way_to_neighbours() -> None:
    # A full stop and an opening bracket share one em; a letter stands close to each.
    assert ends(boxes(("く", 0, 10), ("。", 10, 20), ("a", 15, 20))) == [(0, 10), (10, 15), (15, 20)]
    assert ends(boxes(("a", 0, 10), ("「", 5, 15), ("く", 15, 25))) == [(0, 10), (10, 15), (15, 25)]
    assert ends(boxes(("。", 0, 10), ("「", 0, 10), ("く", 10, 20))) == [(0, 5), (5, 10), (10, 20)]


def test_punctuation_without_neighbours_in_its_box_keeps_it() -> None:
    whole = boxes(("く", 0, 10), ("。", 10, 20), ("「", 20, 30), ("a", 30, 35), ("V", 34, 40))
    assert ends(whole) == [(0, 10), (10, 20), (20, 30), (30, 35), (34, 40)]
    assert ends(boxes(("。", 0, 10))) == [(0, 10)]


def test_marks_that_keep_letters_apart_stay_only_where_they_mean_something() -> None:
    for text, kept in (
        ("\u200cthe\u200c \u200cfee", "the fee"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
    ):
        quads = np.zeros((len(text), 8), dtype=np.float32)
        assert clean(text, quads)[0] == kept


def test_labelled_clauses_of_real_contracts_are_in_the_text(shared: Path) -> None:
    folder = shared / "documents" / "contracts"
    truth = json.loads((folder / "TRUTH.json").read_text(encoding="utf-8"))
    found = total = 0
    for name, entry in list(truth.items())[::6]:  # all of them are read by `tests.corpus`
        document = load_document(folder / name)
        check_whole(document)
        assert document.page_count == entry["pages"]
        if entry["scanned"]:
            continue
        check_quads(document, folder / name, 40)
        text = folded(document.text)
        total += len(entry["labels"])
        found += sum(folded(label["text"]) in text for label in entry["labels"])
    assert found >= 0.97 * total


def test_japanese_quads_of_a_real_document(shared: Path) -> None:
    path = shared / "documents" / "realistic" / "mdn-plus-terms-ja.pdf"
    document = load_document(path)
    check_whole(document)
    check_quads(document, path, 100)
    assert document.language == "ja"


def test_a_failed_allocation_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_pdf(tmp_path / "a.pdf", [["One line."]])

    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("code=1: malloc (8589934592 bytes) failed")

    monkeypatch.setattr(pymupdf.Page, "get_text", fail)
    with pytest.raises(FusenError) as caught:
        load_document(path)
    assert caught.value.code == "out-of-memory"
