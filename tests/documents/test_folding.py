"""Folded text: what compares equal, and the way back to the original."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.folding import fold, search_pattern


def found(text: str, query: str) -> list[str]:
    pattern = search_pattern(query)
    assert pattern is not None
    return [text[start:end] for start, end in fold(text).ranges(pattern)]


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("The Governing Law is that of Japan.", "governing law", ["Governing Law"]),
        ("The governing\n  law", "Governing law", ["governing\n  law"]),
        ("賠償の上限は１０％とする。", "10%", ["１０％"]),
        ("ｶﾞﾗｽとｶﾒﾗ", "ガラス", ["ｶﾞﾗｽ"]),
        ("ガラスとカメラ", "ｶﾒﾗ", ["カメラ"]),
        ("か\u3099いしゃ", "がい", ["か\u3099い"]),
        ("the ﬁnancial oﬀer, twice ﬁnancial", "financial", ["ﬁnancial", "ﬁnancial"]),
        ("the ﬁnancial offer", "inancial of", ["ﬁnancial of"]),  # half a ligature is all of it
        ("Straße und STRASSE", "strasse", ["Straße", "STRASSE"]),
        ("a.b and aXb", "a.b", ["a.b"]),
        ("㈱山田", "(株)山田", ["㈱山田"]),
        ("nothing here", "else", []),
    ],
)
def test_words_are_found_where_they_stand(text: str, query: str, expected: list[str]) -> None:
    assert found(text, query) == expected


def test_nothing_is_looked_for_with_white_space_alone() -> None:
    assert search_pattern(" \n　") is None


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_every_place_leads_back_in_order_and_within_the_text(text: str) -> None:
    ranges = list(fold(text).ranges(re.compile(".", re.DOTALL)))
    assert ranges == sorted(ranges)
    assert all(0 <= start < end <= len(text) for start, end in ranges)


@given(st.text(st.sampled_from("aBÉ ﬁｶﾞ社１\u3099\u0301ß㈱.\n"), max_size=30), st.integers(0, 29), st.integers(1, 6))
def test_what_stands_in_a_text_is_found_there(text: str, start: int, length: int) -> None:
    words = text[start : start + length]
    pattern = search_pattern(words)
    if pattern is None or any(c in "\u3099\u0301ﾞ" for c in text[start : start + length + 1]):
        return
    ranges = list(fold(text).ranges(pattern))
    assert ranges
    assert all(fold(words.strip()).text.split()[0][0] in fold(text[a:b]).text for a, b in ranges)
