"""Which pages are recognised, what stays of the file's own text, what the reader is told; with a recogniser that stands in."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pymupdf
import pytest
from PIL import Image

from app.documents.document import Document, OcrMode
from app.documents.layout import PageLines
from app.documents.loading import load_document
from app.documents.pdf_lines import Line
from app.documents.recognition.pages import PageRecognition
from app.documents.recognition.recogniser import INSTALL, Recogniser
from app.errors import FusenError
from tests.documents.recognition.stand_in import BarReader, bar

SENTENCE = "This Agreement is made between the parties that are named in its schedule."


def picture_of(pixels: np.ndarray) -> bytes:
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "PNG")
    return data.getvalue()


def under_words() -> np.ndarray:
    """The bar, and where `write` puts words the ink of some, too pale for the recogniser that stands in."""
    picture = bar().copy()
    picture[273:281, 20:330:4] = 205
    return picture


def write(path: Path, *pages: tuple[np.ndarray | None, str, int]) -> Path:
    """A PDF of pages, each a picture or none, with a text in a render mode (0 visible, 3 invisible)."""
    with pymupdf.open() as pdf:
        for pixels, text, mode in pages:
            page = pdf.new_page(width=200, height=150)
            if pixels is not None:
                page.insert_image(page.rect, stream=picture_of(pixels))
            if text:
                # So pale that the recogniser that stands in does not see it.
                page.insert_text((10, 140), text, fontsize=4, render_mode=mode, color=(0.9, 0.9, 0.9))
        pdf.save(path)
    return path


def read(
    path: Path, mode: OcrMode = "auto", recogniser: Recogniser | None = None, **more: Callable[..., object]
) -> Document:
    found = recogniser or BarReader()
    return load_document(path, recognition=PageRecognition(mode, finder=lambda: found, available=lambda: True, **more))


def codes(document: Document) -> list[str]:
    return [warning.code for warning in document.warnings]


def test_a_picture_is_recognised_and_named(tmp_path: Path) -> None:
    document = read(write(tmp_path / "a.pdf", (bar(), "", 0), (None, SENTENCE, 0)))
    assert document.text.startswith("words\n\nThis Agreement")
    scanned, written = document.pages
    assert scanned.recognised is not None
    assert (scanned.recognised.engine, scanned.recognised.confidence) == ("bars 1", pytest.approx(0.99))
    assert written.recognised is None
    assert codes(document) == ["recognised"]
    assert "Page 1 was" in document.warnings[0].message
    assert "99 %" in document.warnings[0].message
    pages = document.to_json()["pages"]
    assert pages[0]["recognised"] == {"engine": "bars 1", "confidence": 0.99}
    assert "recognised" not in pages[1]
    assert document.quads is not None
    assert document.quads[:5, 0].min() == pytest.approx(20, abs=0.5)


def test_a_turned_page_keeps_its_displayed_size(tmp_path: Path) -> None:
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=150, height=200)
        page.insert_image(page.rect, stream=picture_of(bar(turns=3)))
        pdf.save(tmp_path / "a.pdf")
    document = read(tmp_path / "a.pdf")
    assert document.text == "words"
    assert (document.pages[0].width, document.pages[0].height) == (150, 200)
    assert document.quads is not None
    # The text runs down the page: its upper left corner is at the right.
    assert document.quads[0, 0] == pytest.approx(120, abs=0.5)
    assert document.quads[0, 1] == pytest.approx(20, abs=0.5)


def test_a_stamp_on_a_scan_stays_and_is_not_doubled(tmp_path: Path) -> None:
    path = write(tmp_path / "a.pdf", (bar(), "Bates 000123", 0))
    document = read(path)
    assert sorted(document.text.split("\n\n")) == ["Bates 000123", "words"]
    with pymupdf.open(path) as pdf:
        pdf[0].insert_text((20, 38), "A better word over all of it", fontsize=8, color=(0.9, 0.9, 0.9))
        pdf.save(tmp_path / "b.pdf")
    assert "words" not in read(tmp_path / "b.pdf").text


def test_text_without_a_picture_is_left_alone(tmp_path: Path) -> None:
    reader = BarReader()
    document = read(write(tmp_path / "a.pdf", (None, "Short.", 0), (bar(), SENTENCE, 0)), recogniser=reader)
    assert reader.reads == 0
    assert codes(document) == []


def test_text_of_another_program_is_told_of_and_recognised_again_when_asked(tmp_path: Path) -> None:
    path = write(tmp_path / "a.pdf", (under_words(), SENTENCE.replace("a", "@"), 3))
    document = read(path)
    assert "p@rties" in document.text
    assert codes(document) == ["poor-text-layer"]
    assert "page 1" in document.warnings[0].message
    again = read(path, "redo")
    assert again.text == "words"
    assert codes(again) == ["recognised"]


def test_text_under_a_picture_is_as_invisible(tmp_path: Path) -> None:
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=200, height=150)
        page.insert_text((10, 140), SENTENCE, fontsize=4)
        page.insert_image(page.rect, stream=picture_of(under_words()))
        pdf.save(tmp_path / "a.pdf")
    document = read(tmp_path / "a.pdf")
    assert document.text == SENTENCE
    assert codes(document) == ["poor-text-layer"]


@pytest.mark.parametrize(
    ("letters", "poor"),
    [("\ufffd" * 30, True), ("\ue001\ue002 ab", True), ("\uf0b7 a list with a bullet", False), ("", False)],
)
def test_letters_without_a_meaning_are_a_poor_text_layer(letters: str, poor: bool) -> None:
    quads = np.zeros((len(letters), 8), np.float32)
    lines = [Line(letters, quads, 10, 10, 90, 20, 10, False, True, 0)] if letters else []
    recognition = PageRecognition("auto", available=lambda: True)
    with pymupdf.open() as pdf:
        recognition.read(pdf.new_page(width=200, height=150), 1, 1, PageLines(200, 150, lines))
    assert [(n.code, "cannot be understood" in n.message) for n in recognition.notices()] == [
        ("poor-text-layer", True)
    ] * poor


@pytest.mark.parametrize("mode", ["auto", "redo"])
def test_without_the_extra_pages_are_pictures_and_the_advice_says_what_to_install(
    tmp_path: Path, mode: OcrMode
) -> None:
    def never() -> Recogniser | None:
        raise AssertionError("nothing is loaded")

    path = write(tmp_path / "a.pdf", (bar(), "", 0))
    document = load_document(path, recognition=PageRecognition(mode, finder=never, available=lambda: False))
    assert document.text == ""
    assert codes(document) == ["no-text"]
    assert INSTALL in document.warnings[0].message


def test_off_recognises_nothing_and_says_so(tmp_path: Path) -> None:
    reader = BarReader()
    document = read(write(tmp_path / "a.pdf", (bar(), "", 0)), "off", reader)
    assert reader.reads == 0
    assert codes(document) == ["no-text"]
    assert "switched off" in document.warnings[0].message


def test_a_page_that_fails_keeps_what_it_has(tmp_path: Path) -> None:
    class Broken(BarReader):
        def detect(self, picture: np.ndarray) -> np.ndarray:
            raise MemoryError

    document = read(write(tmp_path / "a.pdf", (bar(), "Stamp", 0)), recogniser=Broken())
    assert document.text == "Stamp"
    assert codes(document) == ["not-recognised"]


def test_an_empty_scan_is_neither_recognised_nor_an_error(tmp_path: Path) -> None:
    reader = BarReader()
    document = read(write(tmp_path / "a.pdf", (np.full((300, 400, 3), 250, np.uint8), "", 0)), recogniser=reader)
    assert reader.reads == 0
    assert codes(document) == ["no-text"]
    assert document.warnings[0].message.endswith("No words were found in their pictures.")


def test_an_empty_page_among_others_is_only_named(tmp_path: Path) -> None:
    document = read(write(tmp_path / "a.pdf", (None, "", 0), (None, SENTENCE, 0)))
    (warning,) = document.warnings
    assert (warning.code, warning.message) == ("pages-without-text", "These pages have no text and were not read: 1.")


def test_cancelling_ends_it_between_lines(tmp_path: Path) -> None:
    def breathe() -> None:
        raise FusenError("cancelled", "Stopped.")

    begun: list[int] = []
    with pytest.raises(FusenError, match="Stopped"):
        read(write(tmp_path / "a.pdf", (bar(), "", 0)), breathe=breathe, begin=lambda page, _: begun.append(page))
    assert begun == [1]
