"""Draws are fair and repeatable, and what they say holds for what was drawn from."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from samples import make_analysis, make_document

from app.analysis.analysis import Analysis
from app.review.second_look import DRAW, Look, draw, outcome


@pytest.fixture
def analysis() -> Analysis:
    """Twenty passages, of which the first four are selected."""
    one = make_analysis(make_document())
    first = one.passages[0]
    passages = tuple(
        replace(first, start=n * 10, end=n * 10 + 9, rank=n + 1, importance=1 - n / 20, selected=n < 4)
        for n in range(20)
    )
    return replace(one, passages=passages, links=(), summary=())


def look(number: int, *, matters: bool = False, cut: int = 4, model: str = "") -> Look:
    return Look((number * 10, number * 10 + 9), matters, cut, model)


def test_a_draw_holds_only_what_is_neither_selected_nor_known(analysis: Analysis) -> None:
    known = {(50, 59), (60, 69)}
    drawn = draw(analysis, known, 0, count=100)
    assert len(drawn) == 14
    assert not any(passage.selected or (passage.start, passage.end) in known for passage in drawn)
    assert len(draw(analysis, (), 0)) == DRAW
    assert draw(analysis, {(p.start, p.end) for p in analysis.passages}, 0) == ()


def test_the_same_draw_is_the_same_and_goes_on_where_it_was_left(analysis: Analysis) -> None:
    drawn = draw(analysis, (), 3)
    assert drawn == draw(analysis, (), 3)
    assert drawn != draw(analysis, (), 4)
    done = {(passage.start, passage.end) for passage in drawn[:2]}
    assert draw(analysis, done, 3, count=3) == drawn[2:]


def test_every_passage_is_as_likely_whatever_its_importance(analysis: Analysis) -> None:
    counts = Counter(passage.start for number in range(2000) for passage in draw(analysis, (), number, count=4))
    assert set(counts) == {n * 10 for n in range(4, 20)}
    # 500 are expected of each, with a standard deviation of about 19.
    assert all(400 < count < 600 for count in counts.values())


def test_the_outcome_is_that_of_the_sample(analysis: Analysis) -> None:
    model = analysis.model.sha256
    found = outcome(analysis, [look(n, matters=n == 5, model=model) for n in range(4, 12)])
    assert (found.drawn, found.hits, found.rest) == (8, 1, 8)
    assert found.missed.value == pytest.approx(1.0)
    assert 0 < found.missed.low < 1 < found.missed.high <= 8


def test_answers_of_another_model_or_a_larger_selection_do_not_count(analysis: Analysis) -> None:
    model = analysis.model.sha256
    answers = [
        look(5, matters=True, model="another"),
        look(6, matters=True, cut=5, model=model),
        look(2, matters=True, model=model),  # it is selected now
        look(7, cut=3, model=model),  # from a smaller selection: what is left out now was drawn from
    ]
    found = outcome(analysis, answers)
    assert (found.drawn, found.hits) == (1, 0)


def test_without_answers_everything_is_possible(analysis: Analysis) -> None:
    found = outcome(analysis, ())
    assert (found.drawn, found.rest) == (0, 16)
    assert (found.missed.low, found.missed.high) == (0, 16)


def test_what_was_decided_otherwise_is_not_missed(analysis: Analysis) -> None:
    assert outcome(analysis, (), {(40, 49)}).rest == 15
