"""Why a passage: phrases, and what the estimate loses without each of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import ENGLISH, JAPANESE

from app.analysis.explaining import FEWEST_PHRASES, MOST_PHRASES, explain, phrases


@dataclass
class WordScorer:
    """Finds passages important by the words `liability` and `not`, the first weighing more."""

    read: list[list[str]] = field(default_factory=list)

    def score(self, passages: Sequence[str], **_: Any) -> Any:
        self.read.append(list(passages))
        odds = [2.0 * ("liability" in p) + 1.0 * ("not" in p) - 1.5 for p in passages]
        return SimpleNamespace(importance=np.array([1 / (1 + math.exp(-each)) for each in odds]))


def test_the_words_that_carry_the_estimate_fall_most() -> None:
    scorer: Any = WordScorer()
    text = ENGLISH[1]
    found = explain([ENGLISH[0], text, ENGLISH[2]], 1, "contract", scorer, lambda: None)
    falls = {text[weight.start : weight.end]: weight.fall for weight in found.weights}
    assert falls["liability"] == pytest.approx(2.0)
    assert falls["not"] == pytest.approx(1.0)
    assert sum(abs(fall) > 1e-9 for fall in falls.values()) == 2
    assert found.importance == pytest.approx(1 / (1 + math.exp(-1.5)))
    assert all(read[0] == ENGLISH[0] and read[2] == ENGLISH[2] for read in scorer.read)


def test_it_ends_at_once_where_nobody_waits_any_more() -> None:
    scorer: Any = WordScorer()
    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        explain([ENGLISH[1]], 0, "contract", scorer, check)
    assert len(scorer.read) == 3


def test_a_long_passage_is_read_less_often() -> None:
    scorer: Any = WordScorer()
    explain(["word " * 2000], 0, "contract", scorer, lambda: None)
    assert len(scorer.read) <= FEWEST_PHRASES + 1


@pytest.mark.parametrize("text", [*ENGLISH, *JAPANESE])
def test_phrases_are_words(text: str) -> None:
    found = phrases(text)
    assert "".join(text[start:end] for start, end in found).replace(" ", "") == text.replace(" ", "")
    assert not any(text[start] in "、。，．,." for start, _ in found)


@given(st.text(st.sampled_from("ab 責任はア、。,.\n"), max_size=300), st.integers(1, MOST_PHRASES))
def test_phrases_cover_all_words_in_their_order(text: str, most: int) -> None:
    found = phrases(text, most)
    assert len(found) <= most or len(found) == 0
    ends = 0
    for start, end in found:
        assert ends <= start < end
        assert not text[ends:start].strip()
        ends = end
    assert not text[ends:].strip()
