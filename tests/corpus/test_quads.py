"""The check of quads itself: right ones pass, displaced, short and wide ones do not; on small PDFs made here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pymupdf
import pytest
from numpy.typing import NDArray

from app.analysis.geometry import passage_quads
from app.analysis.passages import document_passages, ranges_on_page
from app.documents.loading import load_document
from tests.corpus.quads import check_file, check_passage, page_ink

LINES = (
    "The Supplier shall indemnify the Customer. Claims of third parties are",
    "told of at once. The office files them. Nobody else may see them, and so on",
    "until the end of this page, where the last sentence stops.",
)
JAPANESE = ("受託者は、秘密情報を第三者に開示してはならない。本契約は", "日本法に準拠する。")


def write_pdf(path: Path, lines: tuple[str, ...], font: str, rotation: int, slant: float = 0) -> Path:
    with pymupdf.open() as pdf:
        page = pdf.new_page()
        for i, line in enumerate(lines):
            at = pymupdf.Point(72, 300 + 14 * i)
            turn = (pymupdf.Point(72, 300), pymupdf.Matrix(slant)) if slant else None
            page.insert_text(at, line, fontsize=11, fontname=font, morph=turn)
        page.set_rotation(rotation)
        pdf.save(path)
    return path


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize(("lines", "font"), [(LINES, "helv"), (JAPANESE, "japan")], ids=["en", "ja"])
def test_quads_of_the_reader_pass(tmp_path: Path, lines: tuple[str, ...], font: str, rotation: int) -> None:
    result = check_file(write_pdf(tmp_path / "a.pdf", lines, font, rotation), 10)
    assert result.passages >= 2
    assert result.examples == {}
    assert result.share == 1.0


def test_quads_of_slanted_lines_pass(tmp_path: Path) -> None:
    result = check_file(write_pdf(tmp_path / "a.pdf", LINES, "helv", 0, 20), 10)
    assert result.passages >= 2
    assert result.examples == {}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda q: q, ""),
        (lambda q: q + np.array([0, 14]), "uncovered"),
        (lambda q: q + np.array([30, 0]), "uncovered"),
        (lambda q: q + np.array([[0, 0], [0, 0], [0, 14], [0, 14]]), "covers others"),
        (lambda q: q + np.array([[0, 0], [60, 0], [60, 0], [0, 0]]), "covers others"),
        (lambda q: q[:1], "uncovered"),
        (lambda q: q + 2000, "off page"),
    ],
    ids=["right", "a line too low", "too far right", "too high", "too wide", "a line is missing", "off the page"],
)
def test_wrong_quads_are_seen(
    tmp_path: Path, change: Callable[[NDArray[np.float32]], NDArray[np.float32]], reason: str
) -> None:
    path = write_pdf(tmp_path / "a.pdf", LINES, "helv", 0)
    document = load_document(path)
    with pymupdf.open(path) as pdf:
        page = page_ink(pdf[0])
    found = document_passages(document)
    ranges = ranges_on_page(document, found)
    assert document.quads is not None
    quads = passage_quads(document.quads, ranges)
    chosen = next(i for i, (s, e) in enumerate(ranges) if document.text[s:e].startswith("Claims"))
    assert len(quads[chosen]) == 2
    start, end = ranges[chosen]
    changed = change(np.array(quads[chosen]).reshape(-1, 4, 2))
    said = check_passage(document.text[start:end], document.quads[start:end].astype(float), changed, page)
    assert said.split(":")[0] == reason, said


def test_characters_that_are_elsewhere_are_seen(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", LINES, "helv", 0)
    document = load_document(path)
    with pymupdf.open(path) as pdf:
        page = page_ink(pdf[0])
    assert document.quads is not None
    moved = document.quads[10:30].astype(float)
    said = check_passage(document.text[0:20], moved, moved[:1].reshape(-1, 4, 2), page)
    assert said.startswith("misplaced")


def test_text_that_is_not_drawn_is_no_passage(tmp_path: Path) -> None:
    with pymupdf.open() as pdf:
        pdf.new_page().insert_text((72, 300), "Nobody sees this sentence.", render_mode=3)
        pdf.save(tmp_path / "a.pdf")
    result = check_file(tmp_path / "a.pdf", 1)
    assert (result.passages, result.inkless, result.passed) == (0, 0, 0)


def test_a_glyph_below_its_fonts_box_is_where_its_ink_is(tmp_path: Path) -> None:
    with pymupdf.open() as pdf:
        pdf.new_page().insert_text((72, 300), "A single line of text stands here.", fontsize=11)
        pdf.save(tmp_path / "a.pdf")
    with pymupdf.open(tmp_path / "a.pdf") as pdf:
        page = page_ink(pdf[0])
    document = load_document(tmp_path / "a.pdf")
    assert document.quads is not None
    page.boxes[:, 1::2] -= 40  # the font claims that its glyphs are far above
    quads = np.array(passage_quads(document.quads, [(0, 34)])[0]).reshape(-1, 4, 2)
    assert check_passage(document.text[:34], document.quads[:34].astype(float), quads, page) == ""


def test_what_is_drawn_upon_is_told_from_what_stands_beside(tmp_path: Path) -> None:
    with pymupdf.open() as pdf:
        page = pdf.new_page()
        page.insert_text((72, 300), "MMMMMMMM", fontsize=11)
        page.insert_text((78, 300), "i", fontsize=8)
        page.insert_text((200, 300), "i", fontsize=8)
        pdf.save(tmp_path / "a.pdf")
        ink = page_ink(page)
    end = 72 + 8 * pymupdf.get_text_length("M", fontsize=11)
    at = np.array([[72, 290], [end, 290], [end, 303], [72, 303]], dtype=float)
    rows = np.repeat(at.reshape(1, 8), 8, axis=0)
    width = (end - 72) / 8
    for i, row in enumerate(rows):
        row[0::2] = [72 + i * width, 72 + (i + 1) * width, 72 + (i + 1) * width, 72 + i * width]
    assert check_passage("MMMMMMMM", rows, at[None], ink) == ""
    wide = at + np.array([[0, 0], [210 - end, 0], [210 - end, 0], [0, 0]])
    assert check_passage("MMMMMMMM", rows, wide[None], ink).startswith("covers others")
