"""Marks of decisions stay apart for people of every colour vision, on light and on dark ground, and without any colour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from app.review.findings import Decision
from app.ui.highlights import draw_flag, draw_highlight
from app.ui.palette import marks_on, wash_of
from app.ui.strip import _SHAPES
from app.ui.theme import DARK, LIGHT, Theme
from tests.ui.colour_vision import VISIONS, apart
from tests.ui.test_state import finding

DECISIONS: tuple[Decision, ...] = ("undecided", "accepted", "rejected", "edited", "added")
STATES: tuple[Decision, ...] = ("undecided", "accepted", "rejected", "edited")
Colour = tuple[int, int, int]


def rgb(text: str) -> Colour:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def over(colour: Colour, ground: Colour, opacity: float) -> Colour:
    r, g, b = (round(top * opacity + below * (1 - opacity)) for top, below in zip(colour, ground, strict=True))
    return r, g, b


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_flags_and_lines_of_decisions_are_clearly_apart(theme: Theme, vision: str) -> None:
    marks = marks_on(dark=theme.dark)
    for one, other in combinations(STATES, 2):
        assert apart(rgb(marks.of(one)), rgb(marks.of(other)), vision) >= 10, (one, other)
    for state in STATES:
        assert apart(rgb(marks.of(state)), rgb(theme.sheet), vision) >= 25, state


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_washes_are_more_than_just_to_be_noticed(theme: Theme, vision: str) -> None:
    marks, ground = marks_on(dark=theme.dark), rgb(theme.sheet)
    for importance in (0.3, 0.6, 0.95):
        washes = [
            over(rgb(marks.of(state)), ground, wash_of(state, importance, dark=theme.dark)) for state in STATES
        ]  # that of a rejected one is the ground
        for one, other in combinations(washes, 2):
            assert apart(one, other, vision) >= 2 * 2.3


def test_a_more_important_finding_has_a_stronger_wash_and_a_decided_one_the_same() -> None:
    assert wash_of("undecided", 0.2, dark=False) < wash_of("undecided", 0.9, dark=False) < 1
    assert wash_of("accepted", 0.2, dark=False) == wash_of("accepted", 0.9, dark=False)


def picture(paint: Callable[[QPainter], None]) -> QImage:
    image = QImage(160, 60, QImage.Format.Format_RGB32)
    image.fill("#ffffff")
    painter = QPainter(image)
    paint(painter)
    painter.end()
    return image.convertToFormat(QImage.Format.Format_Grayscale8)


def line_below(theme: Theme, decision: Decision) -> tuple[int, bool]:
    """How many lines run below a highlight that ends at y = 34, and whether they are broken."""
    one = replace(finding(1, 0.9), decision=decision)
    grey = picture(lambda painter: draw_highlight(painter, [QRectF(20, 20, 100, 14)], one, theme, selected=False))
    inked = [[grey.pixelColor(x, y).lightness() < 200 for x in range(24, 116)] for y in range(34, 42)]
    lines = [any(row) for row in inked]
    count = sum(line and not above for above, line in zip([False, *lines], lines, strict=False))
    return count, any(any(row) and not all(row) for row in inked)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_every_decision_has_a_line_that_is_no_colour(qapp: QApplication, theme: Theme) -> None:
    shapes = {decision: line_below(theme, decision) for decision in STATES}
    assert shapes == {"undecided": (0, False), "accepted": (1, False), "rejected": (1, True), "edited": (2, False)}


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_every_decision_has_a_sign_on_its_flag(qapp: QApplication, theme: Theme) -> None:
    signs = set()
    for decision in DECISIONS:
        grey = picture(lambda painter, of=decision: draw_flag(painter, QRectF(20, 20, 24, 12), of, 0.9, theme))
        ground = grey.pixelColor(24, 26).lightness()
        inside = [(x, y) for y in range(22, 31) for x in range(28, 42)]
        signs.add(tuple(abs(grey.pixelColor(x, y).lightness() - ground) > 40 for x, y in inside))
    assert len(signs) == len(DECISIONS)


def test_the_selected_finding_has_a_frame(qapp: QApplication) -> None:
    one = finding(1, 0.9)
    rects = [QRectF(20, 20, 100, 14)]
    plain, framed = (
        picture(lambda painter, on=on: draw_highlight(painter, rects, one, LIGHT, selected=on)) for on in (False, True)
    )
    column = [framed.pixelColor(70, y).lightness() < 160 for y in range(10, 20)]
    assert sum(line and not above for above, line in zip([False, *column], column, strict=False)) == 2  # a double one
    assert not any(plain.pixelColor(70, y).lightness() < 160 for y in range(10, 20))


def test_marks_on_the_strip_differ_in_shape() -> None:
    assert len({_SHAPES[state] for state in STATES}) == len(STATES)
