"""Time stays linear for texts that are made to take long, and odd texts make no fault."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analysis.structure.building import structure_of
from app.analysis.structure.values import Structure
from app.documents.document import Language
from tests.analysis.made import made_document
from tests.analysis.structure.written import checked

BITS = [
    *(
        "Section 4.1(a)",
        "ARTICLE IV",
        " and ",
        " through ",
        "this Section",
        "(a) ",
        "1. ",
        "1.1 ",
        "clause (b) of ",
        "Contents",
    ),
    *(
        "“Term” means ",
        "(the “Term”)",
        "between X, Inc. (“A”)",
        "June 8, 2010",
        " of the Act",
        ". ",
        "\n",
        "第3条",
        "第2項",
    ),
    *(
        "前項",
        "同条第2項",
        "次の各号",
        "各号",
        "から",
        "まで",
        "別紙",
        "附則",
        "第1章 ",
        "（以下「甲」という。）",
        "「秘密」とは",
    ),
    *("令和2年4月1日", "。", "　", "\u3000\u0301", "😀"),
]


@given(
    st.lists(st.lists(st.sampled_from(BITS) | st.text(max_size=5), max_size=12), max_size=12),
    st.sampled_from(["en", "ja"]),
)
@settings(max_examples=150, deadline=None)
def test_any_mixture_is_read(blocks: list[list[str]], language: Language) -> None:
    types = ("paragraph", "heading", "list-item", "table-cell")
    made = [(types[n % 4], "".join(block)) for n, block in enumerate(blocks)]
    checked(made_document(made, language=language))


@pytest.mark.parametrize(
    "text",
    [
        "May" + " " * 100_000 + "x",
        "1 " * 50_000,
        "(a) " * 40_000,
        "clause (a) or " * 20_000,
        "“A” or " * 30_000,
        "between " + "A " * 50_000,
        "Contents\n" * 20_000,
        "1." * 40_000,
        "第1条及び" * 30_000,
        "同条第2項、" * 20_000,
        "次の各号" * 30_000,
        "前項" * 40_000,
        "（以下「" * 30_000,
        "甲 " + "　" * 100_000,
        "2020年" * 40_000,
        "a" * 300_000,
        "あa " * 80_000,
    ],
    ids=lambda text: text[:12].strip(),
)
def test_long_repetitions_take_linear_time(text: str) -> None:
    blocks = text.split("\n")
    document = made_document(blocks, language="en" if text.isascii() else "ja")
    started = time.process_time()
    checked(document)
    assert time.process_time() - started < 20  # a second or two


def test_many_clauses_and_references() -> None:
    blocks = [
        f"{n}. Clause {n} refers to Sections {n} through {n + 30}, clause (b) and this Section." for n in range(1, 99)
    ]
    document = made_document(blocks * 100)
    started = time.process_time()
    structure = checked(document)
    assert len(structure.references) > 10_000
    assert time.process_time() - started < 20  # about 4 s


def test_of_a_text_without_end_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    document = made_document(["1. Fees.", "2. Term."])
    assert structure_of(document).clauses
    monkeypatch.setattr("app.analysis.structure.building.MOST_CHARACTERS", len(document.text) - 1)
    assert structure_of(document) == Structure()
