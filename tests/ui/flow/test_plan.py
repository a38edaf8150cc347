"""Portions: together they are the document, none is long, rows stay whole."""

from __future__ import annotations

import time
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.document import Cell, Comment, Revision
from app.ui.flow.plan import LONGEST, MOST_BLOCKS, MOST_IN_ROW, Marks, make_plan
from tests.ui.flow.made import document_of, documents


@given(documents())
@settings(max_examples=60, deadline=None)
def test_portions_cover_every_block_once_and_in_order(document) -> None:
    plan = make_plan(document)
    covered = []
    for portion in plan.portions:
        for number in range(portion.first, portion.last):
            block = document.blocks[number]
            covered.append((max(block.start, portion.start), min(block.end, portion.end)))
    assert all(start < end for start, end in covered)
    joined: list[tuple[int, int]] = []
    for start, end in covered:
        if joined and joined[-1][1] == start:  # a long block that was cut
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    assert joined == [(block.start, block.end) for block in document.blocks]


@given(
    st.lists(st.integers(1, 3 * LONGEST), min_size=1, max_size=30), st.sampled_from(["a b. ", "あ。", "x", "e\u0301"])
)
@settings(max_examples=60, deadline=None)
def test_no_portion_is_long(lengths: list[int], words: str) -> None:
    document = document_of([("paragraph", (words * length)[:length]) for length in lengths])
    for portion in make_plan(document).portions:
        assert 0 < portion.end - portion.start <= 3 * LONGEST
        assert portion.last - portion.first <= MOST_BLOCKS
    assert not any(document.text[p.end : p.end + 1] == "\u0301" for p in make_plan(document).portions)


def test_rows_stay_whole_where_that_is_possible() -> None:
    cells = [Cell(0, row, column, 3 if row % 3 == 0 and column == 0 else 1) for row in range(90) for column in range(3)]
    cells = [cell for cell in cells if cell.column or cell.row % 3 == 0]
    document = document_of([("paragraph", "before"), *(("table-cell", "word") for _ in cells)], [None, *cells])
    for before, after in pairwise(make_plan(document).portions):
        cell = document.blocks[after.first].cell
        assert cell is not None
        assert cell.row % 3 == 0
        assert before.last - before.first <= MOST_BLOCKS + MOST_IN_ROW
    whole = [Cell(0, 0, 0, 500, 1)] + [Cell(0, row, 1) for row in range(500)]
    document = document_of([("table-cell", "word")] * len(whole), whole)
    assert max(p.last - p.first for p in make_plan(document).portions) <= MOST_BLOCKS + MOST_IN_ROW


def test_half_a_million_paragraphs_are_planned_at_once() -> None:
    document = document_of([("paragraph", "Clause. The supplier shall deliver.")] * 500_000)
    started = time.process_time()
    plan = make_plan(document)
    assert time.process_time() - started < 2.0  # some 0.1 s
    assert len(plan.portions) > 7000


def test_marks_are_found_by_place() -> None:
    revisions = (
        Revision("inserted", "A", "", 0, 50),
        Revision("inserted", "B", "", 10, 20),
        Revision("deleted", "C", "", 20, 20, "gone"),
        Revision("moved", "D", "", 60, 70),
    )
    comments = (Comment("A", "", "words", 5, 5), Comment("B", "", "more", 30, 40))
    marks = Marks(document_of([("paragraph", "x" * 100)], revisions=revisions, comments=comments))
    assert [r.author for r in marks.changed(15, 16)] == ["A", "B"]
    assert [r.author for r in marks.changed(45, 65)] == ["A", "D"]
    assert marks.changed(50, 60) == []
    assert [r.author for r in marks.deleted(20, 21)] == ["C"]
    assert marks.deleted(0, 20) == []
    assert [c.author for c in marks.comments(5, 6)] == ["A"]
    assert [c.author for c in marks.comments(0, 100)] == ["A", "B"]
    assert marks.comments(6, 30) == []
