"""A document is cut into sections that can be looked over."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.analysis.structure.values import Clause, ClauseKind, Structure
from app.review.sections import Section, cut


def clause(start: int, end: int, number: str = "", parent: int | None = None, kind: ClauseKind = "section") -> Clause:
    return Clause(kind, number, (number,), "", (start, start + 1), start, end, 1 if parent is None else 2, parent)


def test_without_clauses_the_whole_is_one_section() -> None:
    assert cut(Structure(), 100).all == (Section(0, 100),)
    assert cut(Structure(), 0).all == (Section(0, 0),)


def test_what_stands_before_the_first_heading_is_a_section_without_a_name() -> None:
    sections = cut(Structure((clause(10, 20, "1"), clause(20, 100, "2"))), 100)
    assert sections.all == (Section(0, 10), Section(10, 20, "1"), Section(20, 100, "2"))
    assert [sections.number_at(offset) for offset in (0, 9, 10, 19, 20, 99, 500)] == [0, 0, 1, 1, 2, 2, 2]
    assert not sections.all[0].name


def test_a_title_over_everything_is_cut_into_what_stands_below_it() -> None:
    clauses = (
        clause(0, 100, "T", kind="heading"),
        clause(5, 50, "1", 0),
        clause(50, 60, "2", 0),
        clause(60, 100, "3", 0),
    )
    assert [section.number for section in cut(Structure(clauses), 100).all] == ["T", "1", "2", "3"]


def test_a_short_clause_is_not_cut_and_items_of_lists_never_count() -> None:
    clauses = (
        clause(0, 20, "1"),
        clause(5, 10, "1.1", 0),
        clause(20, 100, "2"),
        clause(30, 60, "(a)", 2, "item"),
        clause(35, 50, "2.1", 3),
    )
    assert [section.number for section in cut(Structure(clauses), 100).all] == ["1", "2", "2.1"]


def test_japanese_sections_have_number_and_title() -> None:
    article = Clause("article", "第3条", ("3",), "賠償責任の上限", (4, 12), 4, 40, 1, None)
    assert cut(Structure((article,)), 40).all[1].name == "第3条  賠償責任の上限"


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(1, 60)), max_size=12))
def test_sections_have_no_gaps_and_hold_every_character(places: list[tuple[int, int]]) -> None:
    clauses = tuple(clause(start, min(start + size, 100), str(n)) for n, (start, size) in enumerate(sorted(places)))
    sections = cut(Structure(clauses), 100)
    assert sections.all[0].start == 0
    assert sections.all[-1].end == 100
    assert all(before.end == after.start for before, after in pairwise(sections.all))
    for offset in range(100):
        section = sections.all[sections.number_at(offset)]
        assert section.start <= offset < section.end
