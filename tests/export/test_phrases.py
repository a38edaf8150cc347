"""What is to be said of a finding in a meeting."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from export.made_briefs import HOSTILE, finding, full_brief
from hypothesis import given
from hypothesis import strategies as st

from app.documents.document import Language
from app.export.brief import Opinion
from app.export.phrases import certainty, phrase, shortened
from app.export.wording import date_words, printable


@given(st.text(st.sampled_from("abc ,;:.()–、。（）契約がは\u3000"), max_size=400), st.sampled_from(["en", "ja"]))
def test_a_shortened_text_holds_nothing_but_words_of_the_text_in_their_order(text: str, language: Language) -> None:
    text = printable(text)
    short = shortened(text, language)
    place = 0
    for piece in filter(None, map(str.strip, short.split("…"))):
        found = text.find(piece, place)
        assert found >= 0
        place = found + len(piece)
    assert ("…" in short) == (len(text) > {"en": 200, "ja": 90}[language]) or short == text or "…" in text
    assert len(short) <= {"en": 206, "ja": 95}[language] or short == text


def test_english_goes_on_where_the_verb_stands() -> None:
    text = (
        "The Supplier's total aggregate liability arising out of or in connection with this Agreement, whether in contract,"
        " tort (including negligence), breach of statutory duty or otherwise, shall not exceed the fees paid in the twelve"
        " months before the claim, except in case of wilful misconduct, gross negligence, or a breach of confidentiality."
    )
    short = shortened(text, "en")
    assert short.startswith("The Supplier's total aggregate liability")
    assert "shall not exceed the fees paid" in short


def test_only_an_insertion_is_left_out_of_the_middle() -> None:
    text = (
        '"Change of Control" refers, with respect to a Party, to (a) the acquisition by any person or group of more than thirty'
        " percent (30%) of the voting interests of that Party, (b) a merger in which that Party is not the surviving entity."
    )
    assert shortened(text, "en") == text[: text.index(", (b)")] + " …"
    grant = (
        "Provider grants to Customer a non-exclusive, non-transferable, "
        + "non-sublicensable right to use the Platform " * 9
    )
    assert "right to use the Platform" in shortened(grant, "en")
    number = (
        "A Deliverable is accepted five (5) Business Days after delivery "
        + "to the premises of the Customer in Albany " * 4
    )
    assert not shortened(number, "en").endswith("five …")


def test_a_quotation_within_a_japanese_one_has_its_own_brackets() -> None:
    made = full_brief("ja")
    one = replace(made.findings[3], quote=replace(made.findings[3].quote, text="「本件業務」とは、運用をいう；"))
    assert "、「『本件業務』とは、運用をいう」とあります。" in phrase(one, made)


def test_japanese_keeps_the_end_where_the_verb_is_negated() -> None:
    text = "受託者は、" + "天災地変その他の不可抗力による場合、" * 8 + "本契約上の義務の不履行について責任を負わない。"
    short = shortened(text, "ja")
    assert short.startswith("受託者は、")
    assert short.endswith("責任を負わない。")
    assert len(short) <= 95


@pytest.mark.parametrize(
    ("language", "rule", "exception", "told"),
    [
        (
            "en",
            "The Supplier shall pay all costs of the recall, ",
            "unless the Customer caused it.",
            "goes on with an exception",
        ),
        (
            "ja",
            "受託者は回収に要する一切の費用を負担する。",
            "ただし、委託者の責めによる場合はこの限りでない。",
            "例外の定めが続きます",
        ),
    ],
)
def test_an_exception_that_is_left_out_is_told(language: Language, rule: str, exception: str, told: str) -> None:
    brief = full_brief(language)
    filling = "as the parties have agreed in writing, " * 8 if language == "en" else ""
    text = rule + filling + exception if filling else rule[:-1] + "。" + "費用は期限までに支払う。" * 8 + exception
    long = replace(finding(1, language), quote=replace(brief.findings[0].quote, text=text))
    short = replace(long, quote=replace(long.quote, text=rule))
    assert told in phrase(long, brief)
    assert told not in phrase(short, brief)


@pytest.mark.parametrize(
    ("importance", "interval", "en", "ja"),
    [
        (0.93, (0.86, 0.97), "The model is fairly sure", "可能性が高い"),
        (0.7, (0.6, 0.8), "The model holds it to be likely", "おそらく重要"),
        (0.38, (0.2, 0.5), "The model is not sure", "確信を持てていません"),
        (0.6, (0.1, 0.9), "The model's estimate is rough", "幅があります"),
    ],
)
def test_uncertainty_is_said_in_words(importance: float, interval: tuple[float, float], en: str, ja: str) -> None:
    words: dict[Language, str] = {"en": en, "ja": ja}
    for language, expected in words.items():
        one = replace(finding(3, language), importance=importance, interval=interval, opinions=())
        assert expected in certainty(one, language)
        assert not re.search(r"\d", certainty(one, language))


def test_reviewers_agree_or_do_not() -> None:
    base = finding(3, "en")
    both = (Opinion("Abe", "accepted"), Opinion("Mori", "edited"))
    assert "two reviewers agreed" in certainty(replace(base, opinions=both), "en")
    against = (Opinion("Abe", "accepted"), Opinion("Mori", "rejected"))
    assert "the reviewers disagree (Abe: Accepted, Mori: Rejected)" in certainty(replace(base, opinions=against), "en")
    assert "査読者 2 名の判断が一致" in certainty(replace(base, opinions=both), "ja")
    undecided = (Opinion("Abe", "accepted"), Opinion("Mori", "undecided"))
    assert "a reviewer accepted it" in certainty(replace(base, opinions=undecided), "en")


def test_what_was_never_weighed_is_not_called_likely() -> None:
    words = certainty(replace(finding(2, "en"), scored=False), "en")
    assert words == "The model did not weigh it; a reviewer added it."


def test_owner_date_and_question_are_said() -> None:
    made = full_brief("ja")
    said = phrase(made.findings[0], made)
    assert said.startswith("1 ページの「第9条（損害賠償）」に、「受託者は、")
    assert "担当は佐藤、期限は2026年4月30日です。" in said
    assert said.endswith("確認したい点：十二か月分で十分でしょうか。")
    assert date_words("2026-04-03", "en") == "3 April 2026"
    assert date_words("soon", "en") == "soon"


def test_of_several_documents_the_file_is_said_too() -> None:
    made = full_brief()
    two = replace(made, documents=made.documents * 2)
    assert phrase(two.findings[0], two).startswith("services-agreement.pdf, on page 1, under 9 Liability: “")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_said_on_one_line(text: str) -> None:
    made = full_brief()
    said = phrase(replace(made.findings[0], quote=replace(made.findings[0].quote, text=text), comment=""), made)
    assert "\n" not in said
    assert said.isprintable() or "\u202e" in said or "\u200d" in said
    assert len(said) < 700
