"""Pages that are left out are named, the others are read; where none is left, the error says why."""

from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest

from app.documents.left_out import Reason, listed, notices
from app.documents.loading import load_document
from app.documents.pdf_drawing import render_page
from app.documents.pdf_opening import open_pdf
from app.errors import FusenError


def three_pages(path: Path) -> Path:
    pdf = pymupdf.open()
    for number in (1, 2, 3):
        pdf.new_page().insert_text((72, 72), f"The text of page {number}.")
    pdf.save(path)
    return path


@pytest.mark.parametrize(
    ("pages", "words"),
    [([7], "7"), ([1, 2], "1, 2"), ([1, 2, 3, 9], "1\u20133, 9"), (range(1, 60, 2), "1, 3, 5")],
)
def test_pages_are_listed_briefly(pages: list[int], words: str) -> None:
    assert listed(pages).startswith(words)
    assert ("and 10 more" in listed(pages)) == (len(pages) > 20)


def test_each_reason_has_a_notice_of_its_own() -> None:
    found = notices({4: "timeout", 2: "crash", 5: "timeout"})
    assert [(notice.code, notice.message) for notice in found] == [
        ("page-timeout", "Pages 4, 5 took too long and were left out."),
        ("page-crash", "Page 2 stopped the program that reads it and was left out."),
    ]


def test_a_page_left_out_is_not_touched_and_the_others_are_read(tmp_path: Path) -> None:
    begun: list[int] = []
    document = load_document(
        three_pages(tmp_path / "a.pdf"), begin=lambda page, _: begun.append(page), left_out={2: "timeout"}
    )
    assert begun == [1, 3]
    assert document.text == "The text of page 1.\n\nThe text of page 3."
    assert [(page.number, page.start == page.end) for page in document.pages] == [(1, False), (2, True), (3, False)]
    assert [notice.code for notice in document.warnings] == ["page-timeout"]


@pytest.mark.parametrize(
    ("reason", "code"), [("timeout", "timeout"), ("out-of-memory", "out-of-memory"), ("crash", "damaged")]
)
def test_a_file_of_which_nothing_is_left_is_an_error(tmp_path: Path, reason: Reason, code: str) -> None:
    with pytest.raises(FusenError) as caught:
        load_document(three_pages(tmp_path / "a.pdf"), left_out={1: reason, 2: reason, 3: reason})
    assert caught.value.code == code
    assert "a.pdf" in caught.value.message
    assert caught.value.advice


def test_a_page_without_memory_costs_that_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    get_text = pymupdf.Page.get_text

    def short_of_memory(page: pymupdf.Page, *args: object, **kwargs: object) -> object:
        if page.number == 1:
            raise MemoryError
        return get_text(page, *args, **kwargs)

    monkeypatch.setattr(pymupdf.Page, "get_text", short_of_memory)
    document = load_document(three_pages(tmp_path / "a.pdf"))
    assert [notice.message for notice in document.warnings] == ["Page 2 needed too much memory and was left out."]
    assert "page 3" in document.text


def test_a_page_that_unpacks_without_end_costs_that_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = three_pages(tmp_path / "a.pdf")
    pdf = pymupdf.open(path)
    pdf.update_stream(pdf[0].get_contents()[0], b"q Q " * 30_000)
    pdf.save(tmp_path / "b.pdf", deflate=True)
    monkeypatch.setattr("app.documents.pdf_drawing.LARGEST_CONTENT", 100_000)
    document = load_document(tmp_path / "b.pdf")
    assert [notice.code for notice in document.warnings] == ["page-too-large"]
    assert document.text == "The text of page 2.\n\nThe text of page 3."
    pixels = memoryview(bytearray(3 * 600 * 850))
    with pytest.raises(FusenError) as caught:
        render_page(open_pdf(tmp_path / "b.pdf"), 1, 1.0, pixels)
    assert caught.value.code == "too-large"


def test_pages_that_are_unread_when_the_time_is_over_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.documents.pdf.FILE_SECONDS", -1.0)
    with pytest.raises(FusenError) as caught:
        load_document(three_pages(tmp_path / "a.pdf"))
    assert caught.value.code == "timeout"
