"""A larger share of the text selects more, in the order of importance."""

from __future__ import annotations

from dataclasses import replace

import pytest
from samples import make_analysis, make_document

from app.analysis.cautions import NOT_ASSURED
from app.documents.document import Notice
from app.review.estimates import Estimate
from app.review.selection import SHARES, Level, level, level_at, select_share, selected_share


def test_a_larger_share_keeps_what_a_smaller_one_selected() -> None:
    analysis = make_analysis(make_document())
    before: set[int] = set()
    for share in (0.01, 0.2, 0.5, 0.9, 1.0):
        chosen = select_share(analysis, share)
        ranks = {passage.rank for passage in chosen.passages if passage.selected}
        assert ranks >= before
        assert ranks == set(range(1, len(ranks) + 1))  # the most important ones
        assert selected_share(chosen) >= share - 1e-9
        before = ranks
    assert len(before) == len(analysis.passages)
    assert selected_share(select_share(analysis, 1.0)) == pytest.approx(1.0)


def test_a_level_says_what_the_selection_would_be() -> None:
    analysis = make_analysis(make_document())
    for share in SHARES:
        chosen = select_share(analysis, share)
        assert level_at(analysis, share) == level(chosen)
        assert level(chosen).passages == sum(passage.selected for passage in chosen.passages)
    everything = level_at(analysis, 1.0)
    assert (everything.passages, everything.share) == (len(analysis.passages), pytest.approx(1.0))
    assert everything.left_out == Estimate(0, 0, 0)


def test_what_is_left_out_is_the_importance_of_what_is_not_selected() -> None:
    analysis = make_analysis(make_document())
    rest = [passage for passage in analysis.passages if not passage.selected]
    found = level(analysis).left_out
    assert found is not None
    assert found.value == pytest.approx(sum(passage.importance for passage in rest))
    decided = {(rest[0].start, rest[0].end)}
    fewer = level(analysis, decided).left_out
    assert fewer is not None
    assert fewer.value == pytest.approx(found.value - rest[0].importance)


@pytest.mark.parametrize("code", sorted(NOT_ASSURED))
def test_nothing_is_said_of_what_is_left_out_where_it_is_not_assured(code: str) -> None:
    analysis = replace(make_analysis(make_document()), warnings=(Notice(code, "Beware."),))
    assert level(analysis).left_out is None
    assert level_at(analysis, 0.5).left_out is None


def test_without_passages_there_is_nothing_to_leave_out() -> None:
    nothing = replace(make_analysis(make_document()), passages=(), links=(), summary=())
    assert level(nothing) == level_at(nothing, 0.2) == Level(0, 0.0, Estimate(0, 0, 0))
