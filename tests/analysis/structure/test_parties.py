"""Who makes the contract."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.analysis.structure.building import structure_of
from app.documents.document import Language
from tests.analysis.made import made_document
from tests.analysis.structure.written import written


def parties(*blocks: str, language: Language = "en") -> list[tuple[str, tuple[str, ...]]]:
    _, structure = written(*blocks, language=language)
    return [(party.name, party.roles) for party in structure.parties]


OPENINGS: list[tuple[str, list[tuple[str, tuple[str, ...]]]]] = [
    (
        (
            "This Agreement (the “Agreement”) is entered into as of 1 March 2026 (the “Effective Date”) by and between Larkspur, "
            "Inc., a Delaware corporation (“Customer”), and Route Works LLC, a company (the “Provider”), the “Parties”."
        ),
        [("Larkspur, Inc.", ("Customer",)), ("Route Works LLC", ("Provider",))],
    ),
    (
        (
            "AGREEMENT, among OWNER TRUST 2020-A, a statutory trust, as issuer (the “Issuer”), and Cellco Partnership, a "
            "Delaware partnership (“Cellco”), as servicer (in such capacity, the “Servicer”)."
        ),
        [("OWNER TRUST 2020-A", ("Issuer",)), ("Cellco Partnership", ("Cellco", "Servicer"))],
    ),
    (
        "This is between mPhase Inc., a company at 587 Avenue, Connecticut 06854 and Fazync LLC, a company (“Fazync”).",
        [("mPhase Inc.", ()), ("Fazync LLC", ("Fazync",))],
    ),
    ("This is made between Alpha Data, Inc. and Beta Works LLC.", [("Alpha Data, Inc.", ()), ("Beta Works LLC", ())]),
    ("Party A: Beijing Network (Beijing) Co., Ltd.", [("Beijing Network (Beijing) Co., Ltd.", ("Party A",))]),
    ("The difference between Section 4 and Section 5 is small (the “Gap”).", []),
    ("This is an understanding between Licensor and Licensee.", []),
]


@pytest.mark.parametrize(("opening", "wanted"), OPENINGS)
def test_english(opening: str, wanted: list[tuple[str, tuple[str, ...]]]) -> None:
    assert parties(opening) == wanted


def test_names_in_paragraphs_of_their_own() -> None:
    lines = [
        "BETWEEN:",
        "GLAMIS GOLD LTD., a company",
        "(“Glamis”)",
        "AND:",
        "COPPER CORPORATION, a company",
        "(“Copper”)",
    ]
    assert parties(*lines, "WHEREAS:", "Western (“Other”) is no party.") == [
        ("GLAMIS GOLD LTD.", ("Glamis",)),
        ("COPPER CORPORATION", ("Copper",)),
    ]


@pytest.mark.parametrize(
    ("opening", "wanted"),
    [
        (
            "みなもと物流株式会社（以下「甲」という。）と合同会社かさね設計（以下「乙」という。）とは、次のとおり契約（以下「本契約」という。）を締結する。",
            [("みなもと物流株式会社", ("甲",)), ("合同会社かさね設計", ("乙",))],
        ),
        (
            "委託者 株式会社青空（以下、「甲」と称する。）及び受託者 山田太郎（以下「乙」とする）",
            [("株式会社青空", ("甲",)), ("山田太郎", ("乙",))],
        ),
        ("甲：株式会社青空", [("株式会社青空", ("甲",))]),
        ("業務（以下「本業務」という。）を行う。", []),
    ],
)
def test_japanese(opening: str, wanted: list[tuple[str, tuple[str, ...]]]) -> None:
    assert parties(opening, language="ja") == wanted


def test_a_report_has_no_parties() -> None:
    document = made_document(["This is between Alpha, Inc. (“Alpha”) and Beta LLC (“Beta”)."])
    assert structure_of(document).parties
    assert not structure_of(replace(document, kind="report")).parties
