"""The picture of a passage: the right part of the page, its words highlighted, within bounds."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.documents.pdf_opening import open_pdf
from app.errors import FusenError
from app.export.passage_picture import passage_picture
from tests.export.test_annotated_pdf import LINES, make_pdf, quad_of


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_the_words_are_highlighted_in_the_picture_of_their_surroundings(tmp_path: Path, rotation: int) -> None:
    source = make_pdf(tmp_path / "a.pdf", "en", rotation, crop=True, note=False)
    quad = quad_of(source, LINES["en"][1])
    with open_pdf(source) as pdf:
        picture = passage_picture(pdf, 1, (quad,), 800)
        size = pdf[0].rect
    pixels = np.asarray(Image.open(io.BytesIO(picture.png)).convert("RGB")).astype(int)
    assert pixels.shape[:2] == (picture.height, picture.width)
    assert 780 <= picture.width <= 802
    assert picture.whole or rotation in (90, 270)
    amber = (pixels[..., 0] - pixels[..., 2] > 80).sum() / pixels[..., 0].size
    xs, ys = quad[0::2], quad[1::2]
    share = (max(xs) - min(xs)) * (max(ys) - min(ys)) / (size.width * size.height)
    assert amber > share / 2
    dark = (pixels.max(axis=2) < 90).sum()
    assert dark > 200, "the words themselves can be read"


def test_pages_and_passages_that_are_not_there(tmp_path: Path) -> None:
    source = make_pdf(tmp_path / "a.pdf")
    with open_pdf(source) as pdf:
        for page, quads in ((2, (quad_of(source, LINES["en"][0]),)), (1, ())):
            with pytest.raises(FusenError) as caught:
                passage_picture(pdf, page, quads, 800)
            assert caught.value.code == "not-found"


def test_a_passage_as_long_as_the_page_is_cut(tmp_path: Path) -> None:
    source = make_pdf(tmp_path / "a.pdf")
    with open_pdf(source) as pdf:
        picture = passage_picture(pdf, 1, ((40, 40, 380, 40, 380, 560, 40, 560),), 700)
    assert not picture.whole
    assert picture.height <= 0.63 * picture.width
