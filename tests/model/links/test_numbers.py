"""Numbers of clauses in every spelling."""

from __future__ import annotations

import pytest

from model.links.numbers import digits, roman


@pytest.mark.parametrize(
    ("text", "value"), [("IV", 4), ("XIX", 19), ("xl", 40), ("IIII", None), ("", None), ("A", None)]
)
def test_roman_numbers(text: str, value: int | None) -> None:
    assert roman(text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("12", "12"), ("１２", "12"), ("十二", "12"), ("二十", "20"), ("百三", "103"), ("一〇", "10")]
)
def test_japanese_numbers(text: str, value: str) -> None:
    assert digits(text) == value
