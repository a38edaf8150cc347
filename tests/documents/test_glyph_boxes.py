"""How high characters' areas are: against a plain reference on random lines, and on pages drawn here."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pymupdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.glyph_boxes import PageCharacters, high_as_needed, slanted_quads
from app.documents.loading import load_document
from app.documents.rules import Rules

coordinates = st.integers(0, 60).map(float)


@st.composite
def pages(draw: st.DrawFn) -> PageCharacters:
    """A few lines of one to three characters each, level or not, anywhere on a small page."""
    boxes, base, inked, sizes, first, usual, axes, up = [], [], [], [], [], [], [], []
    for _ in range(draw(st.integers(1, 6))):
        first.append(len(boxes))
        axis = draw(st.integers(0, 1))
        axes.append(axis)
        up.append(draw(st.booleans()))
        usual.append(float(draw(st.integers(5, 12))))
        line, begin = draw(coordinates), draw(coordinates)
        for _ in range(draw(st.integers(1, 3))):
            advance, above, below = (float(draw(st.integers(0, most))) for most in (8, 9, 3))
            across = (line - above, line + below)
            boxes.append(
                [begin, across[0], begin + advance, across[1]]
                if axis
                else [across[0], begin, across[1], begin + advance]
            )
            begin += advance
            base.append(line)
            inked.append(draw(st.booleans()))
            sizes.append(float(draw(st.integers(5, 12))))
    return PageCharacters(
        np.array(boxes), np.array(base), np.array(inked), np.array(sizes), np.array(first), np.array(usual),
        np.array(axes), np.array(up),
    )  # fmt: skip


def plainly(page: PageCharacters) -> np.ndarray:
    """The same by loops over lines and characters."""
    ends = [*page.first[1:].tolist(), len(page.boxes)]
    lines = []
    for number, (start, end) in enumerate(zip(page.first.tolist(), ends, strict=True)):
        axis = int(page.axis[number])
        glyphs = {i: (page.boxes[i, axis], page.boxes[i, axis + 2]) for i in range(start, end)}
        real = [
            i
            for i in glyphs
            if page.inked[i]
            and not (
                page.boxes[i, 3 - axis] - page.boxes[i, 1 - axis] < 0.01 and glyphs[i][1] - glyphs[i][0] > page.sizes[i]
            )
        ] or list(glyphs)
        low, high = {}, {}
        for i in glyphs:
            size = min(page.sizes[i], page.usual[number])
            up, down = (0.8, 0.22) if page.low_is_up[number] else (0.22, 0.8)
            low[i], high[i] = page.base[i] - up * size, page.base[i] + down * size
            if i in real:
                low[i], high[i] = min(low[i], glyphs[i][0]), max(high[i], glyphs[i][1])
            else:
                glyphs[i] = (page.base[i], page.base[i])
        least, most = min(low[i] for i in real), max(high[i] for i in real)
        for i in glyphs:
            low[i], high[i] = min(max(low[i], least), most), min(max(high[i], least), most)
        ink = (min(glyphs[i][0] for i in real), max(glyphs[i][1] for i in real))
        along = (page.boxes[start:end, 1 - axis].min(), page.boxes[start:end, 3 - axis].max())
        lines.append((axis, glyphs, low, high, ink, along))
    result = page.boxes.copy()
    for line in lines:
        axis, glyphs, low, high, ink, along = line
        limit_low, limit_high = -math.inf, math.inf
        for other in lines:
            other_ink, other_along = other[4], other[5]
            if other[0] != axis or not (along[0] < other_along[1] and along[1] > other_along[0]):
                continue
            shared = min(ink[1], other_ink[1]) - max(ink[0], other_ink[0])
            if shared > 0.5 * min(ink[1] - ink[0], other_ink[1] - other_ink[0]):
                continue
            if sum(other_ink) < sum(ink):
                limit_low = max(limit_low, (ink[0] + other_ink[1]) / 2)
            elif sum(other_ink) > sum(ink):
                limit_high = min(limit_high, (ink[1] + other_ink[0]) / 2)
        for i in glyphs:
            result[i, axis] = max(low[i], min(limit_low, glyphs[i][0]))
            result[i, axis + 2] = min(high[i], max(limit_high, glyphs[i][1]))
    return result


@settings(max_examples=150, deadline=None)
@given(pages())
def test_heights_are_those_of_the_plain_reference(page: PageCharacters) -> None:
    np.testing.assert_allclose(high_as_needed(page), plainly(page), atol=1e-9)


@pytest.mark.parametrize("degrees", range(0, 360, 15))
def test_slanted_quads_are_found_from_upright_boxes(degrees: int) -> None:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    advance, up, down, origin = 6.0, 9.0, 3.0, np.array([50.0, 70.0])
    ahead, above = np.array([c, s]), np.array([s, -c])
    corners = [origin + t * ahead + u * above for t, u in ((0, up), (advance, up), (advance, -down), (0, -down))]
    box = np.concatenate([np.min(corners, axis=0), np.max(corners, axis=0)])
    found = slanted_quads(box[None], origin[None], 10.0, (c, s))
    np.testing.assert_allclose(found.reshape(4, 2), corners, atol=1e-6)


def test_tight_lines_do_not_reach_into_each_other(tmp_path: Path) -> None:
    with pymupdf.open() as pdf:
        page = pdf.new_page()
        for i in range(6):
            page.insert_text((72, 100 + 9.5 * i), f"Tightly set lines {i} jumping", fontsize=10)
        page.insert_text((72, 400), "A line alone", fontsize=10)
        pdf.save(tmp_path / "a.pdf")
    document = load_document(tmp_path / "a.pdf")
    assert document.quads is not None
    heights = []
    for i in range(6):
        at = document.text.index(f"lines {i}")
        heights.append((document.quads[at, 1], document.quads[at, 5]))
    for (_, bottom), (top, _) in itertools.pairwise(heights):
        assert bottom <= top + 0.01
    alone = document.text.index("A line alone")
    assert document.quads[alone, 5] - document.quads[alone, 1] > 9.5


def test_rules_part_what_stands_on_either_side() -> None:
    rules = Rules(np.array([[100.0, 50.0, 300.0]]), np.array([[200.0, 80.0, 120.0]]))
    assert rules.between(95, 105, 60, 150)
    assert not rules.between(95, 99, 60, 150)
    assert not rules.between(95, 105, 310, 400)
    assert rules.beside(190, 210, 100)
    assert not rules.beside(190, 210, 130)
    assert rules.crossing(150, 250, 90) == [200.0]
    assert not rules.boxed(90, 98, 60, 150, 50)
