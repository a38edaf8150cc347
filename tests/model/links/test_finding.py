"""Links in plain text: exceptions and amendments, English and Japanese, and what paragraphs with several clauses need."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from model.links import LinkKind, find_links
from model.segmentation import paragraphs, passages

CONTRACT = ["4. LIABILITY", "4.1 The cap is the fees paid.", "5. TERM", "5.1 The term is a year.", "6. GENERAL"]
CONTRACT_JA = [
    "第1条（委託料）",
    "1　甲は、委託料を支払う。",
    "2　支払の期限は、月末とする。",
    "第2条（解除）",
    "甲は、本契約を解除できる。",
    "第3条（雑則）",
]


def linked(*texts: str, kinds: Sequence[LinkKind] = ("exception", "amendment")) -> list[tuple[str, str, str]]:
    """(kind, source, target) of paragraphs of one passage each."""
    found = find_links(texts, range(len(texts)))
    return [(link.kind, texts[link.source], texts[link.target]) for link in found if link.kind in kinds]


def plain(text: str) -> tuple[list[str], list[int]]:
    """Passages of a plain text and the numbers of their paragraphs."""
    spans = [(n, *span) for n, (start, end) in enumerate(paragraphs(text)) for span in passages(text, start, end)]
    return [text[start:end] for _, start, end in spans], [n for n, _, _ in spans]


@pytest.mark.parametrize(
    "sentence",
    [
        "Notwithstanding Section 4.1, Supplier is liable for wilful acts.",
        "Notwithstanding anything to the contrary in Section 4.1, Supplier is liable.",
        "Notwithstanding the limitations set forth in Section 4.1, Supplier is liable.",
        "Section 4.1 shall not apply to wilful acts.",
        "Liability for wilful acts is not subject to the limitations in Section 4.1.",
    ],
)
def test_an_exception_is_linked_to_its_rule(sentence: str) -> None:
    assert linked(*CONTRACT, sentence) == [("exception", sentence, CONTRACT[1])]


@pytest.mark.parametrize(
    "sentence",
    [
        "Subject to Section 4.1, Supplier is liable for everything.",
        "Subject to the terms of Section 4.1, Supplier is liable.",
        "Except as provided in Section 4.1, Supplier is liable.",
        "Except as otherwise expressly set forth in Section 4.1, Supplier is liable.",
        "Supplier is liable unless otherwise provided in Section 4.1 hereof.",
    ],
)
def test_a_rule_that_names_its_exception_is_the_target(sentence: str) -> None:
    assert linked(*CONTRACT, sentence) == [("exception", CONTRACT[1], sentence)]


@pytest.mark.parametrize(
    "sentence",
    [
        "As Section 4.1 says, Supplier is liable; provided, however, that it has insurance.",
        "The dispute is subject to arbitration under Section 4.1 as agreed.",
        "Notwithstanding Section 4.1 of the Loan Agreement, Supplier is liable.",
        "Notwithstanding the foregoing, Supplier is liable for wilful acts.",
        "Without prejudice to Section 4.1, Supplier is liable for wilful acts.",
        "Section 4.1 may be amended in writing.",
        "Section 4.1 of the Loan Agreement is hereby amended.",
    ],
)
def test_what_is_no_exception_or_amendment(sentence: str) -> None:
    assert linked(*CONTRACT, sentence) == []


def test_what_is_said_of_a_list_is_said_of_each() -> None:
    sentence = "Notwithstanding Sections 4.1 and 5.1, the fees under Section 5 are due."
    assert linked(*CONTRACT, sentence, kinds=("exception", "reference")) == [
        ("exception", sentence, CONTRACT[1]),
        ("reference", sentence, CONTRACT[2]),
        ("exception", sentence, CONTRACT[3]),
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "Section 4.1 is hereby amended to read as follows.",
        "Section 4.1 is hereby deleted in its entirety and replaced with the following.",
        "The parties hereby amend Section 4.1 as follows.",
    ],
)
def test_an_amendment_is_linked_to_what_it_amends(sentence: str) -> None:
    assert linked(*CONTRACT, sentence) == [("amendment", sentence, CONTRACT[1])]


def test_an_amendment_in_the_file_amends_the_contract_before_it() -> None:
    amendment = ["FIRST AMENDMENT TO SERVICES AGREEMENT", "1. Section 4.1 of the Agreement is hereby amended to read:"]
    assert linked(*CONTRACT, *amendment, "2. The rest stays.") == [("amendment", amendment[1], CONTRACT[1])]


def test_an_addendum_speaks_of_the_contract_before_it() -> None:
    addendum = [
        "ADDENDUM TO SERVICES AGREEMENT",
        "3.7 Notwithstanding Section 5.1, fees are due under Section 4.1 of the Agreement.",
    ]
    assert linked(*CONTRACT, *addendum, kinds=("exception", "reference")) == [
        ("reference", addendum[1], CONTRACT[1]),
        ("exception", addendum[1], CONTRACT[3]),
    ]


def test_an_amendment_by_itself_has_nothing_that_it_amends() -> None:
    texts = ["FIRST AMENDMENT TO SERVICES AGREEMENT", "1. The term is longer.", "2. Section 1 is hereby deleted."]
    assert linked(*texts) == []
    assert linked(*texts, "3. Notices under Section 1 of the Agreement are in writing.", kinds=("reference",)) == []


@pytest.mark.parametrize(
    ("sentence", "kind", "target"),
    [
        ("第1条第2項の規定にかかわらず、甲は後払いができる。", "exception", 2),
        ("第1条の定めにかかわらず、甲は後払いができる。", "exception", 0),
        ("第1条第2項の規定は、天災の場合には、適用しない。", "exception", 2),
        ("第1条第2項を次のように改める。", "amendment", 2),
        ("第1条第2項中「月末」を「翌月末」に改める。", "amendment", 2),
        ("第2条を次のとおり変更する。", "amendment", 3),
        ("第2条を削る。", "amendment", 3),
    ],
)
def test_japanese_exceptions_and_amendments(sentence: str, kind: LinkKind, target: int) -> None:
    assert linked(*CONTRACT_JA, sentence) == [(kind, sentence, CONTRACT_JA[target])]


@pytest.mark.parametrize(
    "sentence",
    ["第1条第2項の場合を除き、甲は支払う。", "第1条第2項に定める場合を除くほか、甲は支払う。"],
)
def test_a_japanese_rule_that_names_its_exception(sentence: str) -> None:
    assert linked(*CONTRACT_JA, sentence) == [("exception", CONTRACT_JA[2], sentence)]


@pytest.mark.parametrize(
    "sentence",
    [
        "民法第1条の規定にかかわらず、甲は後払いができる。",
        "第1条第2項を変更する場合は、書面による。",
        "支払人（第1条を除き、以下同じ。）は、甲とする。",
        "第1条中「月末」を「翌月末」に改める改正規定は、四月一日から施行する。",
    ],
)
def test_what_is_no_japanese_exception_or_amendment(sentence: str) -> None:
    assert linked(*CONTRACT_JA, sentence) == []


def test_the_paragraph_before_in_japanese_is_a_rule_too() -> None:
    texts = ["第一条　使用者は、賃金を支払う。", "２　前項の規定にかかわらず、賃金を控除できる。"]
    assert find_links(texts, [0, 1])[0].weight == 0.8
    assert linked(*texts) == [("exception", texts[1], texts[0])]


def test_neighbours_within_a_block_are_not_linked() -> None:
    texts = ["第一条　甲は賃金を支払う。", "ただし、第一条の規定にかかわらず、控除できる。", "第一条により乙は働く。"]
    assert [(link.source, link.target) for link in find_links(texts, [0, 0, 0])] == [(2, 0)]


def test_supplementary_provisions_have_numbers_of_their_own() -> None:
    law = ["第一条　甲は支払う。", "第二条　乙は働く。"]
    first = ["附　則", "第一条　公布の日から施行する。", "第二条　第一条の規定にかかわらず、後払いができる。"]
    later = ["附　則（平成十年法律第九号）", "第一条　附則第二条を準用する。", "第二条　第一条の規定は、施行しない。"]
    assert linked(*law, *first, *later, kinds=("exception", "reference")) == [
        ("exception", first[2], law[0]),
        ("reference", later[1], later[2]),
    ]


def test_items_in_kanji_are_found() -> None:
    texts = ["第一条　次の者は、登録できない。", "一　未成年者", "二　受刑者", "２　前項第二号の者は、その限りでない。"]
    assert [(link.source, link.target) for link in find_links(texts, range(4))] == [(3, 2)]


def test_a_paragraph_of_plain_text_may_hold_several_clauses() -> None:
    text = "4. LIABILITY. 4.1 The cap is the fees. 4.2 Supplier has insurance.\n\nUnder Section 4.2 Customer sees the policy."
    texts, blocks = plain(text)
    (link,) = find_links(texts, blocks)
    assert (texts[link.source], texts[link.target]) == (texts[-1], "4.2 Supplier has insurance.")
    assert find_links(texts, blocks, ["paragraph", "paragraph"]) == []


@pytest.mark.parametrize("text", ["VIX. SCHEDULE OF FEES", "Article IIX Fees", "第5十条　委託料", "第十5条　委託料"])
def test_odd_numbers_are_no_failure(text: str) -> None:
    assert find_links([text, "As Article VIX and 第5十条 say, fees are due."], [0, 1]) is not None


@pytest.mark.parametrize(
    ("texts", "target"),
    [
        (["1. TRANSFER", "1.A. By us.", "1.B. By you, with our consent in writing."], 2),
        (["1. TRANSFER", "a. By us.", "b. By you, with our consent in writing."], 2),
    ],
)
def test_letters_are_steps_too(texts: list[str], target: int) -> None:
    sentence = f"As Section 1.{texts[2].removeprefix('1.')[0]} says, you may transfer it."
    assert linked(*texts, sentence, kinds=("reference",)) == [("reference", sentence, texts[target])]
    (around,) = find_links([*texts, "As Section 1.C says, you may transfer it."], range(4))
    assert (around.target, around.weight) == (0, 0.7)


@pytest.mark.parametrize(
    "sentence",
    [
        "It is exempt under section 4.1441-4(a) of the Regulations.",
        "As Section 4(d) of the Terms and Conditions says, fees are due.",
        "As Section 4.e. of Additional Provisions says, fees are due.",
    ],
)
def test_numbers_of_other_texts(sentence: str) -> None:
    assert linked(*CONTRACT, sentence, kinds=("reference",)) == []


def test_numbers_apart_from_their_texts_are_no_clauses() -> None:
    texts = [
        "4. 4.1. 4.2.",
        "5.1.",
        "5.2.",
        "The fees are due.",
        "As Article 4 and Sections 4.2 and 5.1 say, fees are due.",
    ]
    assert linked(*texts, kinds=("reference",)) == []


def test_a_branch_of_an_article_and_its_paragraph_in_japanese() -> None:
    texts = [
        "第二条　甲は働く。",
        "第二条の二　甲は払う。",
        "第三条　乙は働く。",
        "２　第二条の二第一項の規定により、乙は払う。",
    ]
    assert linked(*texts, kinds=("reference",)) == [("reference", texts[3], texts[1])]


def test_a_proviso_is_the_sentence_that_is_meant() -> None:
    texts = ["第一条　甲は払う。", "ただし、猶予できる。", "２　前項ただし書の規定にかかわらず、甲は払う。"]
    (link,) = find_links(texts, [0, 0, 1])
    assert (link.source, link.target, link.kind) == (2, 1, "exception")


@pytest.mark.parametrize(
    ("definition", "uses"),
    [
        ("甲が払う金（以下この条において「前払金」という。）を定める。", [2]),
        ("甲が払う金（以下この章において「前払金」という。）を定める。", [2, 3]),
        ("甲が払う金（以下この条及び次条において「前払金」という。）を定める。", [2, 3]),
        ("甲が払う金（以下「前払金」という。）を定める。", [2, 3, 5]),
    ],
)
def test_a_term_is_linked_from_where_it_is_defined_for(definition: str, uses: list[int]) -> None:
    use = "乙は、前払金を受け取ったときは、遅滞なく甲に通知する。"
    texts = ["第一章　総則", f"第一条　{definition}", f"２　{use}", f"第二条　{use}", "第二章　雑則", f"第三条　{use}"]
    assert [link.source for link in find_links(texts, range(6)) if link.kind == "definition"] == uses


def test_a_term_of_a_section_in_english() -> None:
    texts = [
        "4.1 In this Section 4, “Excess” means what is above the cap.",
        "4.2 The Excess is borne by the Customer as agreed.",
        "5.1 The Excess is borne by the Supplier as agreed.",
    ]
    assert [(link.source, link.target) for link in find_links(texts, range(3))] == [(1, 0)]


def test_a_term_of_supplementary_provisions_is_theirs() -> None:
    first = [
        "附　則（平成九年法律第一号）",
        "第一条　公布の日（以下「施行日」という。）から施行する。",
        "第二条　施行日前にした行為は、従前の例による。",
    ]
    texts = [*first, "附　則（平成十年法律第九号）", "第一条　施行日前にした行為は、従前の例による。"]
    assert [(link.source, link.target) for link in find_links(texts, range(5))] == [(2, 1)]


def test_a_list_of_sections_keeps_its_style() -> None:
    texts = ["1. Fees.", "2. Term.", "Sections 2, I l and 9 survive.", "Articles I, II survive."]
    assert [(link.source, link.target) for link in find_links(texts, range(4))] == [(2, 1), (3, 0), (3, 1)]


def test_a_subclause_within_a_passage_is_found() -> None:
    texts = ["1. PAYMENT", "It is agreed: (a) the Customer pays, (b) the bank waits.", "2. TERM"]
    sentence = "Under Section 1(b) the bank waits, and under Section 2(z) nothing happens."
    found = [(link.target, link.weight) for link in find_links([*texts, sentence], range(4))]
    assert found == [(1, 0.7), (2, 0.7)]


def test_strings_in_code_are_no_terms() -> None:
    texts = [
        'fun main() { println("Hello World") }',
        'Then print("Hello World") says Hello World once more.',
        "Hello World again and again.",
    ]
    assert find_links(texts, range(3)) == []


def test_a_long_paragraph_of_plain_text_is_not_before_the_readers_eyes() -> None:
    use = "The Supplier pays the Excess to the Customer as agreed."
    texts = ["“Excess” means what is above the cap.", use, "Rain falls.", "Wind blows.", "Snow lies.", use]
    assert [(link.source, link.target) for link in find_links(texts, [0] * 6)] == [(5, 0)]
    assert find_links(texts, [0] * 6, ["paragraph"]) == []


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="zip"):
        find_links(["One.", "Two."], [0])


def test_three_thousand_passages_take_little_time() -> None:
    texts = [
        f"{n}.{m} Notwithstanding Sections {n}.{m + 1} and {n + 1}.{m}, the “Item” is due under 第{n}条の規定にかかわらず."
        for n in range(1, 61)
        for m in range(1, 51)
    ]
    started = time.process_time()
    found = find_links(texts, range(len(texts)))
    assert time.process_time() - started < 3.0  # about 0.3 s
    assert len(found) > 3000
