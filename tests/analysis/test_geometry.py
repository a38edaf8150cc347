"""Quads of passages: one a line or column, around its characters and around nothing of the next line."""

from __future__ import annotations

import math
import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import made_document, row_of_quads
from numpy.typing import NDArray

from app.analysis.geometry import passage_quads
from app.analysis.passages import document_passages, ranges_on_page

Rows = NDArray[np.float32]


def turned(quads: Rows, degrees: float) -> Rows:
    """Turned about the origin."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return (quads.reshape(-1, 4, 2) @ np.array([[c, s], [-s, c]])).reshape(-1, 8).astype(np.float32)


def column_of_quads(count: int, x: float, y: float, size: float = 10.0) -> Rows:
    """Upright characters below each other, as vertical Japanese is set."""
    return np.concatenate([row_of_quads(1, x, y + size * i, size) for i in range(count)])


def holds(quad: tuple[float, ...], points: NDArray[np.float64], slack: float = 0.01) -> NDArray[np.bool_]:
    """Which points (n, 2) lie inside a convex quad whose corners run clockwise on a page with y downwards."""
    corners = np.array(quad).reshape(4, 2)
    inside = np.ones(len(points), dtype=bool)
    for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        edge, to = b - a, points - a
        inside &= edge[0] * to[:, 1] - edge[1] * to[:, 0] >= -slack * max(float(np.hypot(*edge)), 1.0)
    return inside


@given(
    lengths=st.lists(st.integers(2, 30), min_size=1, max_size=6),
    degrees=st.sampled_from([0.0, 90.0, 180.0, 270.0, 3.0, -41.5]),
    leading=st.floats(1.0, 3.0),
    vertical=st.booleans(),
    cuts=st.lists(st.floats(0, 1), max_size=4),
)
def test_every_quad_holds_its_line_and_no_other(
    lengths: list[int], degrees: float, leading: float, vertical: bool, cuts: list[float]
) -> None:
    lines = [
        column_of_quads(n, 500 - 10 * leading * i, 50) if vertical else row_of_quads(n, 50, 50 + 10 * leading * i)
        for i, n in enumerate(lengths)
    ]
    line_of = np.repeat(np.arange(len(lines)), lengths)
    quads = turned(np.concatenate(lines), degrees)
    bounds = sorted({0, len(quads), *(round(cut * len(quads)) for cut in cuts)})
    ranges = list(pairwise(bounds))
    middles = quads.reshape(-1, 4, 2).mean(axis=1).astype(np.float64)
    for (start, end), found in zip(ranges, passage_quads(quads, ranges), strict=True):
        own = np.unique(line_of[start:end])
        assert len(found) == len(own)
        for line, quad in zip(own, found, strict=True):
            mine = (line_of == line) & (np.arange(len(quads)) >= start) & (np.arange(len(quads)) < end)
            assert holds(quad, quads[mine].reshape(-1, 2).astype(np.float64)).all()
            assert not holds(quad, middles[line_of != line], slack=-0.01).any()


def test_corners_run_clockwise_from_the_upper_left_of_the_text() -> None:
    level = row_of_quads(3, 50, 60)
    assert passage_quads(level, [(0, 3)]) == [((50.0, 60.0, 80.0, 60.0, 80.0, 72.0, 50.0, 72.0),)]
    ((upwards,),) = passage_quads(turned(level, -90), [(0, 3)])
    assert upwards == pytest.approx((60, -50, 60, -80, 72, -80, 72, -50), abs=0.01)


def test_characters_without_ink_neither_count_nor_part() -> None:
    quads = row_of_quads(5, 50, 60)
    quads[2] = 0
    assert passage_quads(quads, [(0, 5), (2, 3), (0, 0)]) == [
        ((50.0, 60.0, 100.0, 60.0, 100.0, 72.0, 50.0, 72.0),),
        (),
        (),
    ]


def test_a_gutter_parts_and_a_space_does_not() -> None:
    columns = np.concatenate([row_of_quads(4, 50, 60), row_of_quads(4, 300, 60)])
    words = np.concatenate([row_of_quads(4, 50, 60), row_of_quads(4, 97, 60)])
    assert len(passage_quads(columns, [(0, 8)])[0]) == 2
    assert len(passage_quads(words, [(0, 8)])[0]) == 1


def test_a_raised_number_stays_on_its_line() -> None:
    quads = np.concatenate([row_of_quads(4, 50, 60), row_of_quads(1, 90, 58, 6.0), row_of_quads(4, 96, 60)])
    assert passage_quads(quads, [(0, 9)])[0] == ((50.0, 58.0, 136.0, 58.0, 136.0, 72.0, 50.0, 72.0),)


def test_a_tall_sign_has_a_quad_of_its_own() -> None:
    sign, words = row_of_quads(1, 0, 0, 20), row_of_quads(4, 22, 0, 10)
    (tall, line) = passage_quads(np.concatenate([sign, words]), [(0, 5)])[0]
    assert (tall[1], tall[5]) == (0, 24)
    assert (line[1], line[5]) == (0, 12)


def test_a_line_of_one_character_is_no_column() -> None:
    quads = np.concatenate([row_of_quads(1, 50, 60), row_of_quads(5, 50, 74)])
    assert [quad[1] for quad in passage_quads(quads, [(0, 6)])[0]] == [60.0, 74.0]


def test_a_mark_without_width_does_no_harm() -> None:
    quads = row_of_quads(3, 50, 60)
    quads[1, [2, 4]] = quads[1, [0, 6]]
    assert passage_quads(quads, [(0, 3)])[0] == ((50.0, 60.0, 80.0, 60.0, 80.0, 72.0, 50.0, 72.0),)


def test_a_document_gives_each_passage_its_own_quads() -> None:
    document = made_document(["It is so. It was.", "三。"], ["It will."], quads=True)
    assert document.quads is not None
    found = document_passages(document)
    quads = passage_quads(document.quads, ranges_on_page(document, found))
    assert [q[0][:4] for q in quads] == [(50, 60, 140, 60), (150, 60, 220, 60), (50, 80, 70, 80), (50, 60, 130, 60)]


def test_many_passages_take_little_time() -> None:
    quads = np.concatenate([row_of_quads(100, 50, 12.0 * line) for line in range(3000)])
    ranges = [(start, start + 75) for start in range(0, len(quads), 75)]
    started = time.process_time()
    found = passage_quads(quads, ranges)
    assert time.process_time() - started < 2.0  # about 0.3 s for 300,000 characters
    assert sum(map(len, found)) == 6000
