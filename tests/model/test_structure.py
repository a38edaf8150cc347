"""What is known of a passage besides its words, from the text alone and from a document's blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.structure import COLUMNS, FEATURE_SIZES, HEADING, NUMBERINGS, ROLES, structure_of, unknown_structure


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
    assert found.shape == (len(texts), COLUMNS)
    assert ((found[:, :HEADING] >= 1) & (found[:, :HEADING] < FEATURE_SIZES)).all(), "0 is for what is unknown"
    places = np.arange(len(texts))
    above = places - found[:, HEADING]
    assert (above >= 0).all()
    assert (found[above[above < places], 0] == ROLES.index("heading")).all()
    assert (np.diff(found[:, 3].astype(int)) >= 0).all()


def test_places_are_near_the_start_and_then_tenths():
    texts = ["x" * 500] * 200
    places = structure_of(texts, list(range(200)))[:, 3]
    assert places[:3].tolist() == [1, 3, 4], "0, 500 and 1,000 characters from the start"
    assert places[-1] == FEATURE_SIZES[3] - 1
    assert len(set(places[100:120].tolist())) == 1, "twenty passages are a tenth"


def test_unknown_is_zero():
    assert not unknown_structure(3).any()
    assert unknown_structure(3).shape == (3, COLUMNS)


def headings(types: str, levels: list[int] | None = None, blocks: list[int] | None = None) -> list[int | None]:
    """By passage the place of the heading of its section; `types`: a letter each, h for headings."""
    names = [{"h": "heading", "p": "table-cell"}[letter] for letter in types]
    found = structure_of(["Some words"] * len(types), blocks or list(range(len(types))), names, levels)[:, HEADING]
    return [None if not distance else i - distance for i, distance in enumerate(found.tolist())]


def test_a_passage_knows_the_heading_of_its_section_and_a_heading_the_one_above_it():
    assert headings("php" + "hp" + "hp", [0, 1, 0, 2, 0, 1, 0]) == [None, None, 1, 1, 3, None, 5]
    assert headings("hphphp", [1, 0, 3, 0, 2, 0]) == [None, 0, 0, 2, 0, 4], "a level may be left out"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8.2 Insurance.", "heading"), ("Section 4.02 Covenants of the Company.", "heading"), ("Governing Law.", "heading"),
        ("6.4 Waiver of Jury Trial.", "heading"), ("RECITALS:", "heading"),
        ("8.2 The fee is due.", "paragraph"), ("It ends.", "paragraph"), ("21", "paragraph"), ("- Insurance.", "list-item"),
    ],
)  # fmt: skip
def test_headings_that_the_text_follows_on_the_same_line(text, expected):
    found = structure_of([text, "Each party insures itself."], [0, 0])
    assert ROLES[found[0, 0]] == expected
    assert found[1, HEADING] == (expected == "heading")


def test_a_document_that_says_its_headings_has_no_others_above_its_text_that_end_theirs():
    texts = ["Risks", "Some Words", "It may fail.", "Note:", "It may not."]
    found = structure_of(texts, [0, 1, 2, 3, 3], ["heading", "", "", "", ""], [2, 0, 0, 0, 0])
    assert found[:, HEADING].tolist() == [0, 1, 1, 2, 3], (
        "what looks like one lies below it; a word with a colon is none"
    )


def test_numbered_headings_lie_below_those_that_a_document_says():
    texts = ["Terms", "8. Insurance.", "8.2 Claims.", "A claim is made in writing.", "9. Term.", "It ends."]
    found = structure_of(texts, [0, 1, 2, 2, 3, 3], ["heading", *[""] * 5], [1, *[0] * 5])
    assert found[:, HEADING].tolist() == [0, 1, 1, 1, 4, 1]


def test_what_stands_on_each_page_is_no_heading():
    texts = ["Source: ACME", "1. Term", "It ends.", "Source: ACME", "It may be renewed.", "Source: ACME"]
    found = structure_of(texts, list(range(6)))
    assert [ROLES[role] == "heading" for role in found[:, 0]] == [False, True, False, False, False, False]
    assert found[:, HEADING].tolist() == [0, 0, 1, 2, 3, 4]


def test_a_section_lies_deeper_with_each_dot_in_its_number():
    texts = ["4. Payment", "4.1 Fees", "4.1.2 Late Fees", "A fee is due.", "4.2 Taxes", "5. Term"]
    assert structure_of(texts, list(range(6)))[:, HEADING].tolist() == [0, 1, 1, 1, 4, 0]


def test_headings_of_unknown_level_stand_beside_each_other():
    assert headings("hphp") == [None, 0, None, 2]


def test_the_passages_of_one_heading_are_one():
    assert headings("hhp", [1, 1, 0], [0, 0, 1]) == [None, 0, 0]


def test_numbering_says_how_deep_a_heading_lies_where_nobody_does():
    texts = ["ARTICLE IV", "4.1 Fees", "The fee is due.", "4.2 Taxes", "ARTICLE V", "It ends."]
    found = structure_of(texts, list(range(6)))[:, HEADING]
    assert found.tolist() == [0, 1, 1, 3, 0, 1]


def test_a_heading_too_far_away_is_none():
    types = ["heading"] + ["table-cell"] * 40_000
    found = structure_of([""] * len(types), list(range(len(types))), types)[:, HEADING]
    assert (found[32_767], found[32_768]) == (32_767, 0)
