from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.review.version_text import differences, label_end, tokens, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The fee of\n  US$1,000 is due.", "The fee of US$1,000 is due."),
        ("the Par-\nty’s non-refundable “fee”", 'the Party\'s nonrefundable "fee"'),
        ("ﬁnancial statements", "financial statements"),
        ("caf\u00e9", "cafe\u0301"),
        ("agree\u00adment", "agreement"),
        ("ｶﾞｲﾄﾞﾗｲﾝ　１，０００円（税込）", "ガイドライン 1,000円(税込)"),
        ("本契約は、\n日本法に 準拠する。", "本契約は、日本法に準拠する。"),
        ("⽇本", "日本"),
        ("Fees ........ 3", "Fees .... 3"),
    ],
)
def test_another_layout_of_the_same_words_is_the_same(one: str, other: str) -> None:
    assert words(one) == words(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("within 30 days", "within 60 days"),
        ("an area of 10² metres", "an area of 102 metres"),
        ("a factor of 1½", "a factor of 11⁄2"),
        ("at 1.5 per cent", "at 15 per cent"),
        ("at 1. 5 per cent", "at 1.5 per cent"),
        ("USD 1 000", "USD 1000"),
        ("a change of -5%", "a change of 5%"),
        ("shall notify", "shall not notify"),
        ("not able", "notable"),
        ("the Party", "the party"),
        ("shall re-sign", "shall resign"),
        ("三十日以内", "六十日以内"),
        ("解約できる", "解約できない"),
        ("第10条", "第1 0条"),
        ("10 万円", "10 億円"),
    ],
)
def test_what_changes_the_meaning_is_never_the_same(one: str, other: str) -> None:
    assert words(one) != words(other)


@given(st.text(max_size=80))
def test_tokens_hold_every_letter_and_digit_and_stand_in_order(text: str) -> None:
    found = tokens(text)
    assert tuple(token.word for token in found) == words(text)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    covered = {at for token in found for at in range(token.start, token.end)}
    assert all(at in covered for at, character in enumerate(text) if character.isalnum())


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("12.3 Term. It lasts.", "12.3 "),
        ("(a) the fees", "(a) "),
        ("4. Term", "4. "),
        ("Section 4. Term", "Section 4. "),
        ("第5条（秘密保持）", "第5条"),
        ("（２）甲は", "（２）"),
        ("①甲は", "①"),
        ("2. 5 days", ""),
        ("3.3 V supply", ""),
        ("2.5 GB of memory", ""),
        ("3.1 SLA", "3.1 "),
        ("1.1 A party", "1.1 "),
        ("31. March 2026", ""),
        ("3. March", "3. "),
        ("SECTION 4 applies to", ""),
        ("SECTION 4 TERM", "SECTION 4 "),
        ("1.5 Million Dollars", ""),
        ("2.50 Euros a unit", ""),
        ("(30) days after", ""),
        ("30 days", ""),
        ("3 年以内に", ""),
        ("2.5 倍とする", ""),
        ("第5条に定める義務", ""),
        ("第5条（秘密保持）に定める義務", ""),
        ("Section 4 shall not apply", ""),
    ],
)
def test_the_number_before_a_clause_is_told_from_amounts_and_references(text: str, label: str) -> None:
    assert text[: label_end(text)] == label


def _shown(old: str, new: str) -> list[tuple[str, str, str]]:
    return [(piece.kind, old[slice(*piece.old)], new[slice(*piece.new)]) for piece in differences(old, new)]


def test_differences_are_words_in_english_and_characters_in_japanese() -> None:
    assert _shown("payable within 30 days.", "payable within 45 days!")[1] == ("replaced", "30", "45")
    shown = _shown("甲は、三十日以内に支払う。", "甲は、六十日以内に乙へ支払う。")
    assert ("replaced", "三十", "六十") in shown
    assert [b for kind, _, b in shown if kind == "added"] == ["乙へ"]


@given(st.lists(st.sampled_from(["a", "the", "30", "60", "甲", "乙", "は", ",", "not "]), max_size=14), st.data())
def test_differences_lead_from_one_text_to_the_other(parts: list[str], data: st.DataObject) -> None:
    old = " ".join(parts)
    new = " ".join(data.draw(st.permutations(parts))[: data.draw(st.integers(0, 14))])
    pieces = differences(old, new)
    for one, place in ((old, "old"), (new, "new")):
        kept = [token.word for piece in pieces for token in tokens(one[slice(*getattr(piece, place))])]
        assert kept == list(words(one))
    equal = [piece for piece in pieces if piece.kind == "equal"]
    assert all(words(old[slice(*piece.old)]) == words(new[slice(*piece.new)]) for piece in equal)
    assert all(a.kind != b.kind or a.kind != "equal" for a, b in itertools.pairwise(pieces))
