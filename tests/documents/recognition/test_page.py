"""From a picture to lines: which way up, how large, where each character is on the page as displayed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from app.documents.layout import PageLines
from app.documents.pdf_lines import Line
from app.documents.recognition.page import even_sizes, in_rows, recognise
from app.documents.recognition.recogniser import Boxes, Breathe, Picture, Reading
from app.documents.recognition.turning import turned_boxes, upright
from tests.documents.recognition.stand_in import BarReader, bar


def nothing() -> None:
    """Nobody else waits."""


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_page_is_turned_until_its_lines_can_be_read(turns: int) -> None:
    stands = upright(BarReader(), bar(turns=turns), nothing)
    assert stands.turns == (-turns) % 4
    assert np.array_equal(stands.picture, bar())


def test_an_upright_page_is_tried_once() -> None:
    reader = BarReader()
    upright(reader, bar(), nothing)
    assert reader.reads == 1


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_quads_lie_on_the_page_as_displayed(turns: int) -> None:
    picture = bar(turns=turns)
    height, width = picture.shape[:2]
    page = recognise(BarReader("abcd"), picture, width / 2, height / 2, nothing)
    assert (page.lines.width, page.lines.height) == (200, 150)
    (line,) = page.lines.lines
    assert line.text == "abcd"
    assert line.level
    assert (line.x0, line.y0, line.x1, line.y1) == pytest.approx((20, 30, 120, 40), abs=0.01)
    assert page.confidence == pytest.approx(0.99)
    # The first letter has the bar's first quarter, wherever that is now; its corners begin at the letter's upper left.
    quads = turned_boxes(np.array([[[40, 60], [90, 60], [90, 80], [40, 80]]], np.float32), (300, 400), turns)[0]
    first = np.roll(quads, turns, axis=0) / 2
    assert line.quads[0].reshape(4, 2) == pytest.approx(first, abs=0.01)


def test_what_is_hardly_read_is_no_text() -> None:
    page = recognise(BarReader(sure=0.4, unsure=0.1), bar(), 200, 150, nothing)
    assert page.lines.lines == []
    assert page.confidence == 0


def test_an_empty_picture_has_no_lines() -> None:
    page = recognise(BarReader(), np.full((300, 400, 3), 255, np.uint8), 200, 150, nothing)
    assert page.lines.lines == []


class Slanted(BarReader):
    """Two lines that fall by 2 degrees, the second one beside the first and so lower on the page."""

    def detect(self, picture: Picture) -> Boxes:
        along, down = np.array([np.cos(0.035), np.sin(0.035)]), np.array([-np.sin(0.035), np.cos(0.035)])
        starts = [np.array([20, 50]), np.array([20, 50]) + 190 * along]
        return np.array([[s, s + 170 * along, s + 170 * along + 12 * down, s + 12 * down] for s in starts], np.float32)

    def read(self, picture: Picture, boxes: Boxes, breathe: Breathe) -> list[Reading]:
        return [Reading("ab", np.ones(2, np.float32), np.array([[0, 0.5], [0.5, 1]], np.float32)) for _ in boxes]


def test_a_slanted_page_is_level_for_the_layout_and_slanted_in_its_quads() -> None:
    page = recognise(Slanted(), np.full((300, 400, 3), 255, np.uint8), 400, 300, nothing)
    first, second = page.lines.lines
    assert abs(first.y0 - second.y0) < 0.1
    assert first.x1 < second.x0
    fall = second.quads[0, 1] - first.quads[0, 1]
    assert fall == pytest.approx(190 * np.sin(0.035), abs=0.1)


def line(text: str, x: float, y: float, size: float = 10.0) -> Line:
    return Line(text, np.zeros((len(text), 8), np.float32), x, y, x + 50, y + size, size, False, True, 0)


def texts(lines: list[Line]) -> Iterator[str]:
    return (line.text for line in lines)


def test_rows_are_read_from_left_to_right() -> None:
    lines = [line("d", 100, 32), line("b", 100, 10), line("a", 0, 12), line("c", 0, 30)]
    assert "".join(texts(in_rows(lines))) == "abcd"


def test_boxes_of_the_usual_type_have_one_size_and_headings_keep_theirs() -> None:
    page = PageLines(400, 300, [line("body text", 0, 0, size) for size in (9.0, 10.0, 11.0)])
    page.lines.append(line("Title", 0, 50, 16.0))
    even_sizes([page])
    assert [entry.size for entry in page.lines] == [10.0, 10.0, 10.0, 16.0]
