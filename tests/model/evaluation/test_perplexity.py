"""Perplexity of models whose losses are known."""

from __future__ import annotations

import math

import pytest
from made_language_models import BEGIN, Guessing

from model.attention import AdaptiveAttentionConfig
from model.evaluation.perplexity import Piece, cut_pieces, described, measure

PIECES = [Piece(str(i), "en", (BEGIN, *range(10, 30 + i))) for i in range(5)]


def test_who_knows_nothing_is_as_perplexed_as_there_are_tokens() -> None:
    (dense,) = measure(Guessing(1000), PIECES, [], AdaptiveAttentionConfig())
    assert dense.perplexity == pytest.approx(1000)
    assert (dense.ratio, dense.interval, dense.density, dense.pieces) == (1.0, (1.0, 1.0), None, 5)


def test_the_ratio_is_that_of_the_perplexities() -> None:
    dense, adaptive = measure(Guessing(50, more=math.log(1.01)), PIECES, [0.9], AdaptiveAttentionConfig())
    assert adaptive.perplexity == pytest.approx(50.5)
    assert adaptive.ratio == pytest.approx(adaptive.perplexity / dense.perplexity) == pytest.approx(1.01)
    assert adaptive.interval == pytest.approx((1.01, 1.01))
    assert (adaptive.coverage, adaptive.density, adaptive.covered_mass) == (0.9, 0.5, 0.9)
    assert adaptive.kernels == ("made up", "other")


def test_every_token_but_the_special_ones_is_predicted() -> None:
    model = Guessing(2)
    measure(model, PIECES[:1], [0.5], AdaptiveAttentionConfig())
    assert model.asked == [tuple(range(1, 21))] * 2


def test_pieces_are_the_beginnings_of_documents_that_are_long_enough() -> None:
    documents = [("short", "abc"), ("just", "abcd"), ("long", "abcdefgh")]
    pieces = cut_pieces(Guessing(2), documents, "en", 5, wanted=3, seed=0)
    assert sorted((piece.document, piece.ids) for piece in pieces) == [
        ("just", (BEGIN, 97, 98, 99, 100)),
        ("long", (BEGIN, 97, 98, 99, 100)),
    ]
    assert len(cut_pieces(Guessing(2), documents, "en", 5, wanted=1, seed=0)) == 1


def test_the_table_has_a_line_for_each_coverage() -> None:
    rows = measure(Guessing(8), PIECES[:2], [0.8, 0.95], AdaptiveAttentionConfig())
    lines = described(rows).splitlines()
    assert [line.split("|")[2].strip() for line in lines[2:]] == ["dense", "0.8", "0.95"]
    assert all(row.interval is None for row in rows)  # two pieces say nothing about pieces
