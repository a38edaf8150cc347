"""Defined terms and how they are defined."""

from __future__ import annotations

import pytest

from app.documents.document import Language
from tests.analysis.structure.written import written


def defined(*blocks: str, language: Language = "en") -> list[tuple[str, str, tuple[str, ...]]]:
    _, structure = written(*blocks, language=language)
    return [(d.term, d.way, d.aliases) for d in structure.definitions]


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("“Losses” means damages and costs.", [("Losses", "means", ())]),
        ("Supplier hosts (the “Services”) for a fee.", [("Services", "called", ())]),
        (
            "“Affiliate” or “Related Company” shall mean a company that controls another.",
            [("Affiliate", "means", ("Related Company",)), ("Related Company", "means", ("Affiliate",))],
        ),
        ("“Fees” has the meaning set forth in Section 5.", [("Fees", "points-on", ())]),
        ("Confidential Information means what a party discloses.", [("Confidential Information", "means", ())]),
        ("Lucid is one party and the other (‘Distributor’) another.", [("Distributor", "called", ())]),
        ("“We,” “Us,” and “Our” refer to the company.", [("We", "means"), ("Us", "means"), ("Our", "means")]),
        ("This means that nothing is defined.", []),
        ('"type": "object" and "Action": "none" are data.', []),
    ],
)
def test_english(sentence: str, wanted: list[tuple[str, ...]]) -> None:
    assert [found[: len(wanted[0])] for found in defined(sentence)] == wanted if wanted else not defined(sentence)


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("「秘密情報」とは、開示された情報をいう。", [("秘密情報", "means")]),
        ("甲は運用業務（以下「本サービス」という。）を委託する。", [("本サービス", "called")]),
        ("株式会社甲野を以下「甲」という。", [("甲", "called")]),
        ("この取引（以下本取引という。）を行う。", [("本取引", "called")]),
        ("一　変更の登録　登録事項に変更があった場合に行う登録をいう。", [("変更の登録", "means")]),
        ("「秘密情報」を開示しない。", []),
        ("（以下「●●」という。）", []),
    ],
)
def test_japanese(sentence: str, wanted: list[tuple[str, str]]) -> None:
    assert [found[:2] for found in defined(sentence, language="ja")] == wanted


def test_where_a_definition_stands() -> None:
    document, structure = written("1. Definitions.", "1.1 “Fees” means money. It is due.", "2. Term.")
    (definition,) = structure.definitions
    assert definition.clause is not None
    assert structure.clauses[definition.clause].path == ("1", "1")
    assert document.text[slice(*definition.defining)] == "1.1 “Fees” means money."
