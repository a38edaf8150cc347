"""Encodings: told by marks, by looks and by what a file says; nothing is lost without a word."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.decoding import declared_encoding, decode
from app.errors import FusenError

JAPANESE = "第1条（目的）\n秘密情報とは、開示者が受領者に対して開示するすべての情報をいいます。\n"
CHINESE = "第一条 合同双方应当按照约定全面履行自己的义务，不得擅自变更或者解除合同。当事人应当遵循诚信原则。\n" * 4
KOREAN = "계약 당사자는 이 계약에 따라 성실하게 의무를 이행하여야 한다. 비밀 정보를 보호하여야 한다.\n" * 4
ENGLISH = "The supplier shall deliver.\nThe fee is 100 euros.\n"


def codes(data: bytes) -> tuple[str, list[str]]:
    text, notices = decode(data, "a.txt")
    return text, [notice.code for notice in notices]


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "shift_jis", "cp932",
     "euc_jp", "iso2022_jp", "shift_jis_2004", "euc_jis_2004"],
)  # fmt: skip
def test_japanese_is_read_without_a_word(encoding: str) -> None:
    assert codes(JAPANESE.encode(encoding)) == (JAPANESE, [])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", [ENGLISH, CHINESE])
def test_wide_letters_without_a_mark(encoding: str, text: str) -> None:
    assert codes(text.encode(encoding)) == (text, [])


@pytest.mark.parametrize(("encoding", "text"), [("gb18030", CHINESE), ("cp949", KOREAN)])
def test_others_are_guessed_and_said(encoding: str, text: str) -> None:
    assert codes(text.encode(encoding)) == (text, ["encoding-guessed"])


def test_letters_of_names_that_windows_adds() -> None:
    text = "髙橋と﨑山は、①の業務について、ここに合意いたします。\n"
    assert codes(text.encode("cp932")) == (text, [])


def test_western_text() -> None:
    text, found = codes("Le café coûte 100 €. Voilà la société.\n".encode("cp1252") * 5)
    assert text.startswith("Le café")
    assert found == ["encoding-guessed"]


def test_two_encodings_in_one_file() -> None:
    text, found = codes((JAPANESE * 5).encode() + (JAPANESE * 5).encode("cp932"))
    assert text == JAPANESE * 10
    assert found == ["encoding-mixed"]
    first = (JAPANESE * 5).encode()[:-41]  # within a character
    text, found = codes(first + (JAPANESE * 5).encode("cp932"))
    assert text.endswith(JAPANESE * 4)
    assert found == ["encoding-mixed", "encoding-damaged"]


def test_a_broken_byte_leaves_the_rest() -> None:
    data = bytearray((JAPANESE * 5).encode())
    data[100] = 0xFF
    text, found = codes(bytes(data))
    assert found == ["encoding-damaged"]
    assert text.endswith(JAPANESE * 4)
    data = bytearray((JAPANESE * 20).encode("cp932"))
    data[100] = 0xFF
    text, found = codes(bytes(data))
    assert found == ["encoding-damaged"]
    assert text.endswith(JAPANESE * 15)


def test_line_ends_and_pages() -> None:
    assert (
        decode("一\r二\r\n三\x85四\u2028五\u2029六\x0b七\x0c八".encode(), "a")[0]
        == "一\n二\n三\n四\n五\n\n六\n七\n\f\n八"
    )


def test_nul_bytes() -> None:
    assert codes(b"one\x00\x00two\x00three\x00") == ("one two three", ["characters-removed"])
    assert codes(b"good \xe2\x80\x94 a\x00g\x00r\x00e\x00e\x00 end") == (
        "good \u2014 agree end",
        ["characters-removed"],
    )


def test_letters_that_no_one_sees_and_that_turn_others_round() -> None:
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in "ignore all")
    assert codes(f"Fee{hidden} 100".encode()) == ("Fee 100", ["hidden-text"])
    assert codes("Fee \u202e001\u202c".encode())[1] == ["reordered-text"]


def test_binary_data_is_refused() -> None:
    for data in (bytes(range(256)) * 20, b"\x01\x02\x03\x04" * 500, b"\x89PNG\r\n\x1a\n" + bytes(range(1, 30)) * 40):
        with pytest.raises(FusenError) as caught:
            decode(data, "a.txt")
        assert caught.value.code == "unsupported"


def test_what_a_page_says_of_itself() -> None:
    assert declared_encoding(b'<html><meta charset="Shift_JIS">') == "shift_jis"
    assert declared_encoding(b'<meta http-equiv="Content-Type" content="text/html; charset=EUC-JP">') == "euc-jp"
    assert declared_encoding(b'<?xml version="1.0" encoding="gb2312"?>') == "gb2312"
    assert declared_encoding(b"<p>charset=x") is None
    data = "契約書".encode("cp932")  # no kana: it could be much else
    assert decode(data, "a", "x-sjis")[0] == "契約書"
    for strange in ("rot13", "zlib_codec", "unicode_escape", "utf-7", "idna", "\x00"):
        decode("é".encode("cp1252") * 3, "a", strange)


@settings(deadline=None)
@given(st.binary(max_size=400), st.sampled_from([None, "shift_jis", "euc-jp", "iso-2022-jp", "utf-8", "no-such"]))
def test_any_bytes_are_text_or_a_known_error(data: bytes, declared: str | None) -> None:
    try:
        text, _ = decode(data, "a.txt", declared)
    except FusenError as error:
        text, code = "", error.code
    else:
        code = "unsupported"
    assert code == "unsupported"
    assert "\r" not in text
    assert "\x00" not in text


@settings(deadline=None, max_examples=50)
@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), min_size=1))
def test_utf8_is_never_taken_for_something_else(text: str) -> None:
    assert decode(text.encode(), "a.txt")[0] == text
