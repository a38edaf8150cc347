"""Dates in one spelling, and what they are for."""

from __future__ import annotations

import pytest

from app.documents.document import Language
from tests.analysis.structure.written import written


def dates(*blocks: str, language: Language = "en") -> list[tuple[str, str | None]]:
    _, structure = written(*blocks, language=language)
    return [(date.iso, date.purpose) for date in structure.dates]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("June 8, 2010", ["2010-06-08"]),
        ("8 June 2010", ["2010-06-08"]),
        ("the 8th day of June, 2010", ["2010-06-08"]),
        ("Sept. 30, 1999", ["1999-09-30"]),
        ("2020-03-01", ["2020-03-01"]),
        ("2020/3/1", ["2020-03-01"]),
        ("since July 2018", ["2018-07"]),
        ("6/18/2010", ["2010-06-18"]),
        ("18/6/2010", ["2010-06-18"]),
        ("6/8/2010", []),
        ("June 31, 2010", []),
        ("Version 1.2020-03-01x", []),
        ("令和2年4月1日", ["2020-04-01"]),
        ("令和元年五月一日", ["2019-05-01"]),
        ("平成31年4月30日", ["2019-04-30"]),
        ("平成40年4月1日", []),
        ("昭和64年1月7日", ["1989-01-07"]),
        ("２０２０年４月１日", ["2020-04-01"]),
        ("二〇二〇年四月一日", ["2020-04-01"]),
        ("2025 年 6 月", ["2025-06"]),
        ("365年1月1日", []),
    ],
)
def test_spellings(text: str, wanted: list[str]) -> None:
    assert [iso for iso, _ in dates(f"It was {text} then.")] == wanted


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("It is entered into as of 1 March 2026 (the “Effective Date”).", ["effective"]),
        ("Effective Date: March 1, 2026", ["effective"]),
        ("This Agreement is made and entered into as of March 1, 2026.", ["signature"]),
        ("It continues until 28 February 2029.", ["expiry"]),
        ("The request for proposals dated 3 October 2025 is void.", [None]),
        ("Published Date: March 3, 2023", [None]),
        ("本契約の有効期間は、2026年4月1日から2029年3月31日までとする。", ["effective", "expiry"]),
        ("この規約は令和2年4月1日から施行する。", ["effective"]),
        ("契約日：2026年3月16日", ["signature"]),
        ("2023年11月1日発効", ["effective"]),
    ],
)
def test_purposes(sentence: str, wanted: list[str | None]) -> None:
    assert [purpose for _, purpose in dates(sentence)] == wanted


def test_a_date_by_itself_below_the_words_of_signing() -> None:
    assert dates("本書2通を作成し、記名押印の上、各1通を保有する。", "2026年3月16日", language="ja") == [
        ("2026-03-16", "signature")
    ]
