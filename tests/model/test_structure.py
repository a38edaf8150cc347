"""What is known of a passage besides its words, from the text alone and from a document's blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.structure import FEATURE_SIZES, NUMBERINGS, ROLES, structure_of, unknown_structure


def role(text: str, *others: str, types: list[str] | None = None) -> str:
    texts = [text, *others]
    return ROLES[structure_of(texts, list(range(len(texts))), types)[0, 0]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ARTICLE IV", "article"), ("Article 4 Term", "article"), ("第5条（解除）", "article"), ("IV. Payment", "article"),
        ("Section 9.2 Notices", "section"), ("9.2 Notices are given in writing.", "section"), ("3. The fee is due.", "section"),
        ("(a) the fee", "item"), ("（1）利用料", "item"), ("b. the term", "item"), ("2　甲は支払う。", "item"),
        ("(ii) the cost", "sub-item"), ("①利用料", "sub-item"),
        ("The fee is due.", "none"), ("2020 was a good year.", "none"), ("a fee is due", "none"), ("", "none"),
    ],
)  # fmt: skip
def test_numbering_is_read_from_the_start(text, expected):
    assert NUMBERINGS[structure_of([text], [0])[0, 1]] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Limitation of Liability", "heading"), ("第5条（解除）", "heading"), ("5. Term", "heading"),
        ("The fee is due on the first day.", "paragraph"), ("- the fee", "list-item"), ("・利用料", "list-item"),
        ("(a) the fee, which is due;", "list-item"), ("and the fee", "paragraph"), ("甲は乙に支払う。", "paragraph"),
    ],
)  # fmt: skip
def test_roles_are_read_from_the_text(text, expected):
    assert role(text) == expected


def test_what_the_blocks_say_goes_before_what_the_text_looks_like():
    assert role("Limitation of Liability", types=["table-cell"]) == "table-cell"
    assert role("Limitation of Liability", types=[""]) == "heading"
    assert role("Limitation of Liability", types=["page-footer"]) == "heading", "a type that says nothing here"


def test_a_heading_stands_alone_and_later_passages_are_no_items():
    found = structure_of(["Payment", "The fee is due.", "(b) is here"], [0, 1, 1])
    assert [ROLES[row[0]] for row in found] == ["heading", "paragraph", "paragraph"]
    assert found[:, 2].tolist() == [1, 1, 2]


@given(st.lists(st.text(max_size=400), min_size=1, max_size=30), st.randoms())
def test_features_lie_in_their_ranges_and_places_ascend(texts, chance):
    blocks = np.cumsum([chance.random() < 0.5 for _ in texts]).tolist()
    found = structure_of(texts, blocks)
    assert found.shape == (len(texts), len(FEATURE_SIZES))
    assert ((found >= 1) & (found < FEATURE_SIZES)).all(), "0 is for what is unknown"
    assert (np.diff(found[:, 3].astype(int)) >= 0).all()


def test_places_are_near_the_start_and_then_tenths():
    texts = ["x" * 500] * 200
    places = structure_of(texts, list(range(200)))[:, 3]
    assert places[:3].tolist() == [1, 3, 4], "0, 500 and 1,000 characters from the start"
    assert places[-1] == FEATURE_SIZES[3] - 1
    assert len(set(places[100:120].tolist())) == 1, "twenty passages are a tenth"


def test_unknown_is_zero():
    assert not unknown_structure(3).any()
    assert unknown_structure(3).shape == (3, len(FEATURE_SIZES))
