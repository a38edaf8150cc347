"""Passages of English and Japanese text: where they part, where they must not, and what holds for any text at all."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.segmentation import MAX_CHARACTERS, paragraphs, passages

# Text as it comes, and text dense in what the rules look for.
ANYTHING = st.text(max_size=300)
PIECES = [
    "The Supplier", "shall pay", "No.", "e.g.", "Inc.", "1.", "(a)", "Section 4.", ";", ":", ". ", "! ", "? ",
    "\n", "\n\n", "「", "」",
    "（", "）", "。", "、", "契約", "責任を負う", "。」", '."', ".)", " ", "\u3000", "\t", ", ", "A", "x", "12",
]  # fmt: skip
DENSE = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
LONG = st.builds(
    lambda word, count, mark: (word + mark) * count,
    st.sampled_from(["word", "責任", "x" * 50]),
    st.integers(1, 700),
    st.sampled_from(["", " ", "、", ", "]),
)


def parts(text: str) -> list[str]:
    return [text[start:end] for start, end in passages(text)]


@pytest.mark.parametrize(
    "expected",
    [
        ["The Supplier shall pay.", "The Customer shall not."],
        ["Is it due?", "It is!", "So be it."],
        ['He said "it is due."', "Then he left."],
        ["Payment is due (see below.)", "It bears interest."],
        ["See No. 5 of the list, e.g. the second row, vs. Smith Corp. and Jones Inc. of New York."],
        ["It was made with J. Smith of the U.S. Government."],
        ["The fee is 1.5 percent of 2.000 units."],
        ["1. The Supplier shall deliver.", "2. The Customer shall pay."],
        ["Section 4.2. Payment is due within thirty days."],
        ["(a) The first of the two applies.", "(B) The second does."],
        ["the Supplier shall deliver the goods in time;", "the Customer shall pay for them in full."],
        ["Goods; services; and everything else that was agreed."],
        ["The following shall survive the termination:", "The duties of Section 5."],
        ["Note: It is short."],
        ["They agreed on terms; and on what follows from them."],
        ["it ended. and went on in lower case, as abbreviations unknown to us make it do."],
    ],
)
def test_english_sentences_and_clauses(expected):
    assert parts(" ".join(expected)) == expected


@pytest.mark.parametrize(
    "expected",
    [
        ["甲は乙に委託料を支払う。", "乙はこれを受領する。"],
        ["本当にそうか？", "そうである！", "以上。"],
        ["「本業務」とは、次の業務をいう。", "ただし、甲が認める場合を除く。"],
        ["甲は「支払う。」と述べた。", "乙は了承した。"],
        ["損害（逸失利益を含む。以下同じ。）を賠償する。", "ただし、上限を設ける。"],
        ["第1条（目的）　本契約は、次のとおりとする。", "甲は承諾する。"],
        ["契約期間は1.5年とする。", "更新はしない。"],
    ],
)
def test_japanese_sentences(expected):
    assert parts("".join(expected)) == expected


def test_a_quoted_japanese_sentence_ends_where_a_line_ends():
    assert parts("「終わりである。」\n次の文である。") == ["「終わりである。」", "次の文である。"]
    assert parts("「終わりである。」次の文である。") == ["「終わりである。」次の文である。"]


def test_both_languages_in_one_block():
    assert parts("The fee is due. 料金は月末に支払う。The rest follows. 残りは別に定める。") == [
        "The fee is due.",
        "料金は月末に支払う。",
        "The rest follows.",
        "残りは別に定める。",
    ]


def test_a_bracket_that_never_closes_does_not_swallow_a_closing_one_that_never_opened():
    assert parts("一つ）である。二つである。") == ["一つ）である。", "二つである。"]


def test_a_long_sentence_is_cut_at_a_comma_or_space():
    sentence = "the goods, " * 200
    cut = parts(sentence)
    assert len(cut) == 3
    assert {word for part in cut for word in part.split()} == {"the", "goods,"}, "no word is cut"
    assert " ".join(cut) == sentence.strip()
    japanese = "目的物及び成果物、" * 200
    assert all(part.endswith("、") for part in parts(japanese))
    assert "".join(parts(japanese)) == japanese


def test_a_long_word_is_cut_anyhow():
    assert [len(part) for part in parts("x" * 2000)] == [MAX_CHARACTERS, MAX_CHARACTERS, 200]


def test_offsets_are_those_of_the_whole_text():
    text = "A heading\n\nThe first. The second.\n\nAfter it."
    block = text.index("The first"), text.index("\n\nAfter")
    assert [text[a:b] for a, b in passages(text, *block)] == ["The first.", "The second."]
    assert list(passages(text, *block)) == [(11, 21), (22, 33)]


def test_paragraphs_are_parted_by_blank_lines():
    text = "\n\n One\nand two. \n \t\r\n\nThree.\n\n\n\nFour"
    assert [text[a:b] for a, b in paragraphs(text)] == ["One\nand two.", "Three.", "Four"]
    assert list(paragraphs("")) == list(paragraphs(" \n\n \n")) == []


@pytest.mark.parametrize("text", ["", " ", "\n\u3000\t"])
def test_white_space_has_no_passages(text):
    assert list(passages(text)) == []


@settings(max_examples=300, deadline=None)
@given(st.one_of(ANYTHING, DENSE, LONG), st.data())
def test_passages_of_any_block_are_in_order_apart_and_together_everything(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = list(passages(text, start, end))
    assert all(start <= a < b <= end for a, b in found)
    assert all(first[1] <= second[0] for first, second in pairwise(found))
    assert all(b - a <= MAX_CHARACTERS for a, b in found)
    assert not any(text[a].isspace() or text[b - 1].isspace() for a, b in found)
    held = {i for a, b in found for i in range(a, b)}
    assert {i for i in range(start, end) if not text[i].isspace()} <= held
    # A block is cut as if it were the whole text.
    assert [(a - start, b - start) for a, b in found] == list(passages(text[start:end]))


@settings(max_examples=150, deadline=None)
@given(st.one_of(ANYTHING, DENSE))
def test_paragraphs_hold_everything_but_white_space_around_them(text):
    found = list(paragraphs(text))
    assert all(first[1] < second[0] for first, second in pairwise(found))
    assert all("\n\n" not in text[a:b] for a, b in found)
    assert not any(text[a].isspace() or text[b - 1].isspace() for a, b in found)
    held = {i for a, b in found for i in range(a, b)}
    assert {i for i, character in enumerate(text) if not character.isspace()} <= held
