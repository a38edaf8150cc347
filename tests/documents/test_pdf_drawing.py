"""Pictures of pages are bounded: very large images are told of, and those that would take too much are not drawn."""

from __future__ import annotations

import zlib
from pathlib import Path

import pymupdf
import pytest

from app.documents.loading import load_document
from app.documents.pdf_drawing import large_images, render_page
from app.documents.pdf_opening import open_pdf


def with_image(path: Path, side: int) -> Path:
    """A page of 100 points with black words and a black image of so many pixels a side below them."""
    pdf = pymupdf.open()
    page = pdf.new_page(width=100, height=100)
    page.insert_text((5, 20), "Words", fontsize=10)
    image = pymupdf.Pixmap(pymupdf.csGRAY, pymupdf.IRect(0, 0, side, side))
    image.clear_with(0)
    page.insert_image((25, 40, 75, 90), pixmap=image)
    pdf.save(path)
    return path


def darkness(path: Path) -> tuple[int, int]:
    """How dark the page's upper and lower half are drawn."""
    target = bytearray(3 * 100 * 100)
    width, height, stride = render_page(open_pdf(path), 1, 1.0, memoryview(target))
    assert (width, height, stride) == (100, 100, 300)
    half = len(target) // 2
    return 255 * half - sum(target[:half]), 255 * half - sum(target[half:])


def test_a_large_image_is_told_of_and_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.documents.pdf_drawing.LARGE_IMAGE", 900_000)
    path = with_image(tmp_path / "a.pdf", 1000)
    document = load_document(path)
    assert document.text == "Words"
    assert [warning.code for warning in document.warnings] == ["large-image"]
    assert "Page 1" in document.warnings[0].message
    assert "1,000 × 1,000" in document.warnings[0].message
    assert darkness(path)[1] > 0


def test_an_image_that_unpacks_to_too_much_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.documents.pdf_drawing.LARGEST_IMAGE", 100_000)
    path = with_image(tmp_path / "a.pdf", 1000)
    before = path.read_bytes()
    assert "not shown" in load_document(path).warnings[0].message
    above, below = darkness(path)
    assert above > 0
    assert below == 0
    assert path.read_bytes() == before


def test_usual_images_are_not_told_of(tmp_path: Path) -> None:
    path = with_image(tmp_path / "a.pdf", 5000)
    assert large_images(open_pdf(path), 0) == []
    assert load_document(path).warnings == ()


def test_a_mask_counts_as_an_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = with_image(tmp_path / "a.pdf", 1000)
    pdf = pymupdf.open(path)
    image = pdf[0].get_images()[0][0]
    mask = pdf.get_new_xref()
    pdf.update_object(
        mask, "<</Type/XObject/Subtype/Image/Width 3000/Height 3000/BitsPerComponent 8/ColorSpace/DeviceGray>>"
    )
    pdf.update_stream(mask, zlib.compress(b""), new=True)
    pdf.xref_set_key(image, "SMask", f"{mask} 0 R")
    monkeypatch.setattr("app.documents.pdf_drawing.LARGE_IMAGE", 5_000_000)
    assert [found.width for found in large_images(pdf, 0)] == [3000]
