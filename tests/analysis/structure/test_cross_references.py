"""What references name, where they dangle, and which mean another document."""

from __future__ import annotations

import pytest

from tests.analysis.made import Made
from tests.analysis.structure.written import named, written

AGREEMENT: list[Made | str] = [
    ("heading", "ARTICLE III SERVICES"),
    "Section 3.1 Service. Supplier serves.",
    ("heading", "ARTICLE IV LIABILITY"),
    "Section 4.1 Cap. The cap is the fees.",
    "(a) Loss of profit is excluded. Loss that (i) is foreseen or (ii) is large, is excluded.",
    "(b) Loss of data is excluded.",
    "Section 4.2 Limits. Limits apply.",
    "Section 4.3 Others. Others are unlimited.",
]
JAPANESE: list[Made | str] = [
    ("heading", "第1条（目的）"),
    "本契約は、委託の条件を定めることを目的とする。",
    ("heading", "第2条（委託料）"),
    "1　甲は、委託料を支払う。",
    "2　支払の期限は、次の各号のとおりとする。",
    ("list-item", "(1) 着手金は、契約の日"),
    ("list-item", "(2) 残金は、検収の日"),
    "3　甲は、遅延損害金を支払う。",
    ("heading", "第3条（遅延）"),
]


def english(sentence: str) -> dict[str, list[str]]:
    return named(*AGREEMENT, sentence)


def japanese(*sentences: str) -> dict[str, list[str]]:
    everything = named(*JAPANESE, *sentences, language="ja")
    return {key: value for key, value in everything.items() if any(key in sentence for sentence in sentences)}


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("See Section 4.1.", {"Section 4.1": ["Section 4.1 Cap"]}),
        ("See Section 4.1(b) hereof.", {"Section 4.1(b)": ["(b)"]}),
        ("See clause (b) of Section 4.1 again.", {"clause (b)": ["(b)"], "Section 4.1": ["Section 4.1 Cap"]}),
        (
            "Sections 4.1 through 4.3 survive.",
            {"Sections 4.1 through 4.3": ["Section 4.1 Cap", "Section 4.2 Limits", "Section 4.3 Others"]},
        ),
        ("Articles III and IV survive.", {"Articles III": ["ARTICLE III SERVICES"], "IV": ["ARTICLE IV LIABILITY"]}),
        ("In this Article IV, all counts.", {"this Article IV": ["ARTICLE IV LIABILITY"]}),
        ("In this Section, all counts.", {"this Section": ["Section 4.3 Others"]}),
        ("See Section 9.9 for more.", {"Section 9.9": ["missing"]}),
        ("As Section 5 of the Securities Act says.", {"Section 5": ["elsewhere Securities Act"]}),
        (
            "Under Sections 3.1 and 4.1 of the Indenture.",
            {"Sections 3.1": ["elsewhere Indenture"], "4.1": ["elsewhere Indenture"]},
        ),
        ("As 21 C.F.R. § 312 says.", {"§ 312": ["elsewhere 21 C.F.R"]}),
        ("It costs 4.1 million.", {}),
        ("Portions of this Exhibit were omitted.", {}),
    ],
)
def test_english(sentence: str, wanted: dict[str, list[str]]) -> None:
    assert english(sentence) == wanted


def test_an_item_in_the_midst_of_a_clause_is_found_in_it() -> None:
    document, structure = written(*AGREEMENT, "Except as in Section 4.1(a)(ii) above.")
    (reference,) = structure.references
    ((start, end),) = reference.places
    assert document.text[start:end].startswith("(ii) is large")
    assert structure.clauses[reference.targets[0]].path == ("4", "1", "a")


def test_exhibits_have_clauses_of_their_own() -> None:
    found = named(*AGREEMENT, "See Exhibits A and B.", ("heading", "EXHIBIT A Fees"), "1.1 Due.", "In this Exhibit A.")
    assert found == {"Exhibits A": ["EXHIBIT A Fees"], "B": ["missing"], "this Exhibit A": ["EXHIBIT A Fees"]}


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("第2条第2項の期限とする。", {"第2条第2項": ["2"]}),
        ("第二条第2項第1号の支払とする。", {"第二条第2項第1号": ["(1)"]}),
        ("第2条第2項各号の支払とする。", {"第2条第2項各号": ["(1)", "(2)"]}),
        ("前条の支払とする。", {"前条": ["第2条 委託料"]}),
        ("本条の支払とする。", {"本条": ["第3条 遅延"]}),
        ("第1条及び第2条は存続する。", {"第1条": ["第1条 目的"], "第2条": ["第2条 委託料"]}),
        ("第1条から第3条までの規定は存続する。", {"第1条から第3条まで": ["第1条 目的", "第2条 委託料", "第3条 遅延"]}),
        ("第2条第1項及び同条第2項による。", {"第2条第1項": ["1"], "同条第2項": ["2"]}),
        ("第2条第1項及び第2項による。", {"第2条第1項": ["1"], "第2項": ["2"]}),
        ("民法第90条及び第2条を準用する。", {"第90条": ["elsewhere 民法"], "第2条": ["elsewhere 民法"]}),
        ("第9条を準用する。", {"第9条": ["missing"]}),
    ],
)
def test_japanese(sentence: str, wanted: dict[str, list[str]]) -> None:
    assert japanese(sentence) == wanted


def test_what_counts_from_the_paragraph_around_it() -> None:
    assert japanese(
        "1　甲は催告する。", "2　乙は応じる。", "3　前二項の後、前項により、次項に従う。", "4　終わる。"
    ) == {
        "前二項": ["1", "2"],
        "前項": ["2"],
        "次項": ["4"],
    }


def test_the_items_of_a_paragraph() -> None:
    found = named(
        *JAPANESE[:5],
        ("list-item", "(1) 甲"),
        ("list-item", "(2) 乙"),
        ("list-item", "(3) 前各号と前号"),
        language="ja",
    )
    assert found == {"次の各号": ["(1)", "(2)", "(3)"], "前各号": ["(1)", "(2)"], "前号": ["(2)"]}


def test_the_article_before_is_not_any_article_before() -> None:
    assert named("第一条　目的を定める。", "第四条　前条の規定による。", language="ja") == {"前条": ["missing"]}
