"""Links by rule, English and Japanese: what is linked, with what, and what must not be."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from made import Made, made_document

from app.analysis.links import find_links
from app.analysis.passages import document_passages
from app.documents.document import Document
from app.documents.loading import load_document

HEADINGS: list[Made | str] = [
    ("heading", "ARTICLE IV LIABILITY"),
    ("heading", "4.1 Cap."),
    "The cap is the fees paid.",
    "(a) Loss of profit is excluded.",
    "(b) Loss of data is excluded.",
    ("heading", "5. TERM"),
    "5.1 The term is a year.",
]
EXHIBITS: list[Made | str] = [
    ("heading", "EXHIBIT A – FEES"),
    "5.1 Fees are due monthly.",
    "A late fee under Section 5.1 is due at once.",
]
JAPANESE: list[Made | str] = [
    ("heading", "第1条（目的）"),
    "本契約は、委託の条件を定めることを目的とする。",
    ("heading", "第2条（委託料）"),
    "1　甲は、委託料を支払う。",
    "2　支払の期限は、次の各号のとおりとする。",
    ("list-item", "(1) 着手金は、契約の日"),
    ("list-item", "(2) 残金は、検収の日"),
    ("heading", "第3条（遅延）"),
]


def linked(document: Document, kind: str = "reference") -> dict[str, list[str]]:
    """Source text to target texts, for links of one kind."""
    passages = document_passages(document)
    texts = [document.text[p.start : p.end] for p in passages]
    found: dict[str, list[str]] = {}
    for link in find_links(document, passages):
        assert 0 < link.weight <= 1
        assert link.source != link.target
        if link.kind == kind:
            found.setdefault(texts[link.source], []).append(texts[link.target])
    return found


def targets(sentence: str, *, exhibits: bool = False) -> list[str]:
    """What a sentence at the end of the agreement refers to."""
    document = made_document([*HEADINGS, sentence, *(EXHIBITS if exhibits else ())])
    return linked(document).get(sentence, [])


def targets_ja(sentence: str) -> list[str]:
    """What a sentence in Article 3 refers to."""
    return linked(made_document([*JAPANESE, sentence, "別紙", "単価は一万円とする。"], language="ja")).get(sentence, [])


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("According to Section 4.1, Supplier is liable.", ["4.1 Cap."]),
        ("According to section 4.1 hereof, Supplier is liable.", ["4.1 Cap."]),
        ("As Article IV says, Supplier is liable.", ["ARTICLE IV LIABILITY"]),
        ("As Article 4 of this Agreement says, Supplier is liable.", ["ARTICLE IV LIABILITY"]),
        ("As clause 4.1(b) says, Supplier is not liable.", ["(b) Loss of data is excluded."]),
        ("As clause 4.1(z) says, Supplier is not liable.", ["4.1 Cap."]),
        ("Sections 4.1(a) and (b) survive.", ["(a) Loss of profit is excluded.", "(b) Loss of data is excluded."]),
        ("Sections 4.1 and 5 survive.", ["4.1 Cap.", "5. TERM"]),
        ("Section 5 and 30 days thereafter are meant.", ["5. TERM"]),
        ("As agreed in Section 4.1, and (b) as paid, Supplier delivers.", ["4.1 Cap."]),
        ("Pay under Section 5.1 to the same extent as before.", ["5.1 The term is a year."]),
    ],
)
def test_english_references(sentence: str, wanted: list[str]) -> None:
    assert targets(sentence) == wanted


@pytest.mark.parametrize(
    "sentence",
    [
        "It is exempt under Section 5 of the Securities Act.",
        "It is exempt under Section 4.1 of that certain Loan Agreement.",
        "It is exempt under Sections 4.1 and 5 of the Code.",
        "It is exempt under Section 4.1 or Section 5 of the Exchange Act.",
        "It is exempt under Section 5 thereof.",
        "It is exempt under 11 U.S.C. § 5 as amended.",
        "It is exempt under GDPR Article 4 as amended.",
        "It is exempt under Section 9.9 as amended.",
        "It is exempt under Section 5-102 as amended.",
        "The fees are 5.1 million and the term is 4.1 years.",
        "In this Section 5 the fees are defined.",
    ],
)
def test_what_is_no_reference_to_this_document(sentence: str) -> None:
    assert targets(sentence) == []


def test_exhibits_have_numbers_of_their_own() -> None:
    late, fees = "A late fee under Section 5.1 is due at once.", "5.1 Fees are due monthly."
    assert linked(made_document([*HEADINGS, *EXHIBITS]))[late] == [fees]
    assert targets("Fees under Exhibit A are due.", exhibits=True) == ["EXHIBIT A – FEES"]
    assert targets("Fees under Section 5.1 of Exhibit A are due.", exhibits=True) == ["EXHIBIT A – FEES", fees]
    assert targets("Fees under Exhibit A of the Loan Agreement are due.", exhibits=True) == []
    assert targets("Fees under Section 5.1 are due.", exhibits=True) == ["5.1 The term is a year."]


def test_a_table_of_contents_is_neither_source_nor_target() -> None:
    contents = ["ARTICLE IV LIABILITY ........ 7", "5. TERM 12", "Section 5.1"]
    sentence = "According to Article IV, Supplier is liable."
    assert linked(made_document([*contents, *HEADINGS, sentence])) == {sentence: ["ARTICLE IV LIABILITY"]}


def test_a_number_that_stands_twice_points_nowhere() -> None:
    sentence = "According to Section 5.1, Supplier is liable."
    assert linked(made_document([*HEADINGS, "5.1 The term is two years.", sentence])) == {}


def test_a_second_contract_in_the_file_has_numbers_of_its_own() -> None:
    def contract(name: str) -> list[Made | str]:
        parts = [("heading", f"ARTICLE {n} OF {name}") for n in ("I", "II", "III")]
        return [*parts, f"See Article II as agreed by {name}."]

    assert linked(made_document(contract("ALPHA"), contract("BETA"))) == {
        "See Article II as agreed by ALPHA.": ["ARTICLE II OF ALPHA"],
        "See Article II as agreed by BETA.": ["ARTICLE II OF BETA"],
    }


def test_a_number_in_a_block_of_its_own_stands_for_the_text_beside_it() -> None:
    document = made_document([("table-cell", "7.1"), ("table-cell", "Supplier pays."), "See Section 7.1 for payment."])
    assert linked(document) == {"See Section 7.1 for payment.": ["Supplier pays."]}


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("第2条の支払が遅れたときは、解除できる。", ["第2条（委託料）"]),
        ("第２条第２項の期限を過ぎたときは、解除できる。", ["2　支払の期限は、次の各号のとおりとする。"]),
        ("第二条第2項第1号の支払を怠ったときは、解除できる。", ["(1) 着手金は、契約の日"]),
        ("本契約第2条の支払が遅れたときは、解除できる。", ["第2条（委託料）"]),
        ("前条の支払が遅れたときは、解除できる。", ["第2条（委託料）"]),
        ("第1条及び第2条は存続する。", ["第1条（目的）", "第2条（委託料）"]),
        ("単価は別紙に定める。", ["別紙"]),
        ("民法第2条を準用する。", []),
        ("個人情報の保護に関する法律（平成15年法律第57号）第2条を準用する。", []),
        ("民法第1条及び第2条を準用する。", []),
        ("基本契約第2条を準用する。", []),
        ("「別の契約」第2条を準用する。", []),
        ("第9条を準用する。", []),
    ],
)
def test_japanese_references(sentence: str, wanted: list[str]) -> None:
    assert targets_ja(sentence) == wanted


def test_the_paragraph_before_in_japanese() -> None:
    document = made_document([*JAPANESE, "1　甲は催告する。", "2　前項の催告の後、乙は解除できる。"], language="ja")
    assert linked(document) == {"2　前項の催告の後、乙は解除できる。": ["1　甲は催告する。"]}


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        (
            "第2条第1項及び同条第2項を準用する。",
            ["1　甲は、委託料を支払う。", "2　支払の期限は、次の各号のとおりとする。"],
        ),
        ("第1条から第3条までを準用する。", ["第1条（目的）", "第2条（委託料）", "第3条（遅延）"]),
        ("民法第1条第1項及び第2項を準用する。", []),
        ("第2条第1項及び第2項を準用する。", ["1　甲は、委託料を支払う。", "2　支払の期限は、次の各号のとおりとする。"]),
    ],
)
def test_what_a_japanese_reference_counts_from(sentence: str, wanted: list[str]) -> None:
    beside = ("一　甲は何もしない。", "二　乙も何もしない。", "三　丙も何もしない。", "四　丁も何もしない。")
    document = made_document([*JAPANESE, "1　甲は催告する。", "2　乙は応じる。", *beside, sentence], language="ja")
    assert linked(document).get(sentence, []) == wanted


def test_a_range_of_clauses_is_linked_with_each() -> None:
    clauses = [f"{number}. CLAUSE {letter}" for number, letter in enumerate("ABCDEFGHIJK", 1)]
    sentence = "Sections 2 through 4 survive."
    assert linked(made_document([*clauses, sentence]))[sentence] == clauses[1:4]
    assert len(linked(made_document([*clauses, "Sections 2 through 9 survive."]))["Sections 2 through 9 survive."]) == 2


def test_this_section_is_no_link() -> None:
    lines = ["4. LIABILITY", *(f"({letter}) Loss {letter} is excluded by this Section 4." for letter in "abcdefgh")]
    assert linked(made_document(lines)) == {}


DEFINING = [
    "“Confidential Information” means what a party discloses.",
    "Supplier provides hosting (the “Hosted Services”) to the Customer.",
    "“Affiliate” or “Related Company” shall mean a company that controls another.",
    "“Losses” has the meaning set forth in the Indemnity.",
    "The Supplier shall bear all damages and costs (collectively, the “Losses”).",
]


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("Each party protects Confidential Information of the other.", [DEFINING[0]]),
        ("Each party pays for the Hosted Services when they are due.", [DEFINING[1]]),
        ("Every Affiliate is bound as well by what is said here.", [DEFINING[2]]),
        ("All Affiliates are bound as well by what is said here.", [DEFINING[2]]),
        ("Every Related Company is bound by what is said here.", [DEFINING[2]]),
        ("Supplier reimburses Losses that the Customer has suffered.", [DEFINING[4]]),
        ("Each party protects confidential information of the other.", []),
        ("The parties sign the Hosted Services Agreement tomorrow.", []),
        ("They sign the Collaborative Affiliate scheme tomorrow.", []),
        ("Affiliate fees", []),
    ],
)
def test_uses_of_english_terms(sentence: str, wanted: list[str]) -> None:
    assert linked(made_document([*DEFINING, sentence]), "definition").get(sentence, []) == wanted


DEFINING_JA = [
    "「秘密情報」とは、相手方から開示された情報をいう。",
    "甲は乙に運用業務（以下「本サービス」という。）を委託する。",
    "甲と乙は本日付で契約（以下「本契約」といいます。）を締結する。",
]


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("各当事者は、相手方の秘密情報を第三者に開示してはならない。", [DEFINING_JA[0]]),
        ("乙は、善良な管理者の注意をもって本サービスを提供する。", [DEFINING_JA[1]]),
        ("乙は、別に定める本サービス利用料の支払を受けるものとする。", []),
        ("甲及び乙が別に締結した基本契約の定めるところによるものとする。", []),
        ("甲及び乙は、協議により本契約を変更することができるものとする。", [DEFINING_JA[2]]),
    ],
)
def test_uses_of_japanese_terms(sentence: str, wanted: list[str]) -> None:
    assert linked(made_document([*DEFINING_JA, sentence], language="ja"), "definition").get(sentence, []) == wanted


def test_a_term_that_everything_uses_says_nothing() -> None:
    uses = [f"Clause {n} binds the Supplier as the others do." for n in range(60)]
    document = made_document(["Acme Corporation (the “Supplier”) signs this today.", DEFINING[0], *uses])
    assert linked(document, "definition") == {}


def test_a_use_beside_the_definition_makes_no_link() -> None:
    assert linked(made_document([DEFINING[0] + " Confidential Information is protected by both."]), "definition") == {}


def test_a_very_long_document_takes_linear_time() -> None:
    page: list[Made | str] = [
        *(f"{n}.1 Supplier pays for Item {n} under Section {n + 1}.1 as agreed." for n in range(1, 90)),
        *(f"“Item {n}” means the thing with the number {n}." for n in range(90)),
    ]
    document = made_document(*[page] * 20)
    passages = document_passages(document)
    started = time.process_time()
    links = find_links(document, passages)
    assert time.process_time() - started < 5.0  # about 1 s
    assert len(links) <= 3 * len(passages)


def test_real_contracts_are_linked_within_themselves(shared: Path) -> None:
    (file,) = (shared / "documents" / "contracts").glob("BLUEFLYINC*.PDF")
    document = load_document(file)
    passages = document_passages(document)
    texts = [document.text[p.start : p.end] for p in passages]
    found = [
        (texts[link.source], texts[link.target]) for link in find_links(document, passages) if link.kind == "reference"
    ]
    assert len(found) > 30
    pairs = {target for source, target in found if "Sections 13.1 and 13.2" in source}
    assert pairs == {"13.1 Services", "13.2 Acceptable Use Policy"}
