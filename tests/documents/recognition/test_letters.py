"""Look-alikes are told by their neighbours, and nothing else is touched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.recognition.letters import as_meant


@pytest.mark.parametrize(
    ("seen", "meant"),
    [
        ("サーバーのー部", "サーバーの一部"),
        ("ー般的な", "一般的な"),
        ("データ", "データ"),
        ("らーめん", "らーめん"),
        ("デ一タ", "データ"),
        ("アカウン卜の", "アカウントの"),
        ("アメリ力ン", "アメリカン"),
        ("システム力が", "システム力が"),
        ("読み取リ専用", "読み取り専用"),
        ("あリます", "あります"),
        ("リスク", "リスク"),
        ("リストヘの", "リストヘの"),
        ("甲(以下", "甲（以下"),
        ("第3条(定義):", "第3条（定義）："),
        ("Article 1 (Definitions): the", "Article 1 (Definitions): the"),
        ("甲, B社(Acme)", "甲, B社(Acme)"),
    ],
)
def test_look_alikes(seen: str, meant: str) -> None:
    assert as_meant(seen) == meant


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_a_line_keeps_its_length(text: str) -> None:
    assert len(as_meant(text)) == len(text)


@given(st.text(alphabet=st.characters(max_codepoint=0x24F, codec="utf-8"), max_size=60))
def test_latin_text_is_left_alone(text: str) -> None:
    assert as_meant(text) == text
