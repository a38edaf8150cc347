"""Pictures of pages are bounded: very large images are told of, and those that would take too much are not drawn."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pymupdf
import pytest

from app.documents.loading import load_document
from app.documents.pdf_drawing import KeptPages, large_images, render_page
from app.documents.pdf_opening import open_pdf
from app.errors import FusenError

EXAMPLE = Path(__file__).resolve().parents[2] / "resources" / "examples" / "services-agreement.pdf"


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


def drawn(
    pdf: pymupdf.Document, scale: float, area: tuple[int, int, int, int], kept: KeptPages | None = None
) -> np.ndarray:
    left, top, right, bottom = area
    target = bytearray(3 * (right - left) * (bottom - top))
    width, height, stride = render_page(pdf, 1, scale, memoryview(target), area, kept)
    assert (width, height, stride) == (right - left, bottom - top, 3 * (right - left))
    return np.frombuffer(target, np.uint8).reshape(height, width, 3)


@pytest.mark.parametrize("scale", [0.66, 1.3333, 2.7])
def test_tiles_put_together_are_the_page(scale: float) -> None:
    pdf = open_pdf(EXAMPLE)
    width, height = round(pdf[0].rect.width * scale), round(pdf[0].rect.height * scale)
    whole = drawn(pdf, scale, (0, 0, width, height))
    kept = KeptPages()
    side = 300
    for top in range(0, height, side):
        for left in range(0, width, side):
            area = (left, top, min(left + side, width), min(top + side, height))
            tile = drawn(pdf, scale, area, kept)
            assert np.array_equal(tile, whole[top : area[3], left : area[2]])
    assert whole.min() < 100  # there is something to see


def test_a_tile_at_eight_hundred_percent_is_crisp() -> None:
    pdf = open_pdf(EXAMPLE)
    scale = 8 * 96 / 72 * 2
    heading = pdf[0].search_for("AGREEMENT")[0]
    left, top = int(heading.x0 * scale), int(heading.y0 * scale)
    tile = drawn(pdf, scale, (left, top, left + 512, top + 512)).astype(int)[:, :, 0]
    assert ((tile < 40) | (tile > 215)).mean() > 0.97  # edges take few pixels
    assert tile.min() < 40


def test_a_tile_over_the_edge_is_white_there(tmp_path: Path) -> None:
    pdf = open_pdf(with_image(tmp_path / "a.pdf", 10))
    tile = drawn(pdf, 1.0, (60, 60, 160, 160))
    assert (tile[:, 41:] == 255).all()
    assert (tile[:10, :10] == 0).all()


@pytest.mark.parametrize("area", [(0, 0, 400, 400), (10, 10, 10, 20), (10, 10, 5, 20)])
def test_a_tile_that_has_no_room_is_refused(area: tuple[int, int, int, int]) -> None:
    pdf, kept = open_pdf(EXAMPLE), KeptPages()
    for _ in range(2):  # the second time from what is kept
        with pytest.raises(FusenError) as refused:
            render_page(pdf, 1, 2.0, memoryview(bytearray(3 * 300 * 300)), area, kept)
        assert refused.value.code == "too-large"
        drawn(pdf, 2.0, (0, 0, 100, 100), kept)


def test_what_a_page_consists_of_is_kept_for_few_pages_and_not_of_a_closed_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pdf, kept = open_pdf(EXAMPLE), KeptPages(2)
    target = memoryview(bytearray(3 * 64 * 64))
    for page in (1, 2, 3):
        render_page(pdf, page, 1.0, target, (0, 0, 64, 64), kept)
    assert [kept.get(pdf, page) is not None for page in (1, 2, 3)] == [False, True, True]
    kept.drop(pdf)
    assert kept.get(pdf, 3) is None
    monkeypatch.setattr("app.documents.pdf_drawing.KEPT_CONTENT", 10)
    render_page(pdf, 1, 1.0, target, (0, 0, 64, 64), kept)
    assert kept.get(pdf, 1) is None  # it is too much to keep
