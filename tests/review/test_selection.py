"""A larger share of the text selects more, in the order of importance."""

from __future__ import annotations

import pytest
from samples import make_analysis, make_document

from app.review.selection import select_share, selected_share


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
