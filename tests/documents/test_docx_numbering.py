"""Automatic numbers are a part of the text, as Word shows them."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_docx import level, numbered, numbering, paragraph, part, write_docx

from app.documents.docx import read_docx
from app.documents.docx.number_formats import formatted

CLAUSES = level(0, "%1.") + level(1, "%1.%2") + level(2, "(%3)", "lowerLetter") + level(3, "(%4)", "lowerRoman")


def texts(path: Path, body: str, numbering_xml: str, styles: str = "") -> list[str]:
    parts = {"numbering.xml": numbering_xml}
    if styles:
        parts["styles.xml"] = part("styles", styles)
    document = read_docx(write_docx(path / "a.docx", body, parts=parts))
    return [document.text[block.start : block.end] for block in document.blocks]


def test_levels_restart_and_show_the_numbers_above(tmp_path: Path) -> None:
    levels = [0, 1, 1, 2, 2, 3, 1, 2, 0, 1, 2]
    body = "".join(numbered("x", 1, index) for index in levels)
    shown = [text.removesuffix(" x") for text in texts(tmp_path, body, numbering(CLAUSES))]
    assert shown == ["1.", "1.1", "1.2", "(a)", "(b)", "(i)", "1.3", "(a)", "2.", "2.1", "(a)"]


def test_the_label_is_told_apart_from_what_stands_in_runs(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "a.docx", numbered("Term", 1), parts={"numbering.xml": numbering(CLAUSES)})
    (block,) = read_docx(path).blocks
    assert (block.type, block.level) == ("list-item", 1)
    assert block.source is not None
    assert (block.source.part, block.source.paragraph, block.source.label) == ("word/document.xml", 0, len("1. "))


def test_lists_of_one_kind_count_on_and_an_override_starts_anew(tmp_path: Path) -> None:
    overrides = {2: "", 3: '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride>'}
    body = "".join(numbered("x", number) for number in (1, 1, 2, 3, 3, 1))
    assert texts(tmp_path, body, numbering(CLAUSES, overrides)) == ["1. x", "2. x", "3. x", "7. x", "8. x", "9. x"]


def test_an_override_may_bring_a_level_of_its_own(tmp_path: Path) -> None:
    overrides = {2: f'<w:lvlOverride w:ilvl="0">{level(0, "Article %1", "upperRoman", start=4)}</w:lvlOverride>'}
    assert texts(tmp_path, numbered("x", 2), numbering(CLAUSES, overrides)) == ["Article IV x"]


def test_a_level_may_go_on_across_higher_ones(tmp_path: Path) -> None:
    never = level(0, "%1.") + level(1, "%2)", more='<w:lvlRestart w:val="0"/>')
    body = "".join(numbered("x", 1, index) for index in (0, 1, 1, 0, 1))
    assert texts(tmp_path, body, numbering(never)) == ["1. x", "1) x", "2) x", "2. x", "3) x"]


def test_what_follows_the_number_and_legal_digits(tmp_path: Path) -> None:
    levels = level(0, "第%1条", "japaneseCounting", more='<w:suff w:val="nothing"/>') + level(
        1, "%1-%2", more="<w:isLgl/>"
    )
    body = numbered("（目的）", 1) + numbered("x", 1, 1)
    assert texts(tmp_path, body, numbering(levels)) == ["第一条（目的）", "1-1 x"]


def test_styles_bring_numbers_by_the_level_that_names_them(tmp_path: Path) -> None:
    levels = level(0, "%1.", more='<w:pStyle w:val="Clause"/>') + level(1, "%1.%2", more='<w:pStyle w:val="Sub"/>')
    numbering_of_style = (
        '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="0"/></w:pPr>'
    )
    styles = (
        f'<w:style w:type="paragraph" w:styleId="Clause"><w:name w:val="Clause"/>{numbering_of_style}</w:style>'
        '<w:style w:type="paragraph" w:styleId="Sub"><w:name w:val="Sub"/>'
        '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="9"/></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Below"><w:name w:val="Below"/><w:basedOn w:val="Sub"/></w:style>'
    )
    body = "".join(paragraph("x", f'<w:pStyle w:val="{name}"/>') for name in ("Clause", "Sub", "Below", "Clause"))
    body += paragraph("no number", '<w:pStyle w:val="Sub"/><w:numPr><w:numId w:val="0"/></w:numPr>')
    assert texts(tmp_path, body, numbering(levels), styles) == ["1. x", "1.1 x", "1.2 x", "2. x", "no number"]


def test_a_list_may_be_kept_in_a_numbering_style(tmp_path: Path) -> None:
    real = f'<w:abstractNum w:abstractNumId="5">{level(0, "§ %1")}<w:styleLink w:val="Legal"/></w:abstractNum>'
    xml = part(
        "numbering",
        '<w:abstractNum w:abstractNumId="0"><w:numStyleLink w:val="Legal"/></w:abstractNum>'
        f'{real}<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="9"><w:abstractNumId w:val="5"/></w:num>',
    )
    styles = (
        '<w:style w:type="numbering" w:styleId="Legal"><w:pPr><w:numPr><w:numId w:val="9"/></w:numPr></w:pPr></w:style>'
    )
    assert texts(tmp_path, numbered("x", 1), xml, styles) == ["§ 1 x"]


def test_bullets_have_no_text_and_empty_items_count(tmp_path: Path) -> None:
    bullets = numbering(level(0, "\uf0b7", "bullet"))
    assert texts(tmp_path, numbered("x", 1), bullets) == ["x"]
    parts = {"numbering.xml": bullets}
    document = read_docx(write_docx(tmp_path / "b.docx", numbered("x", 1) + paragraph("y"), parts=parts))
    assert [block.bullet for block in document.blocks] == [True, False]
    body = numbered("", 1) + numbered("x", 1)
    assert texts(tmp_path, body, numbering(CLAUSES)) == ["2. x"]


def test_a_number_alone_in_a_cell_is_seen(tmp_path: Path) -> None:
    row = "<w:tr>" + "".join(f"<w:tc>{cell}</w:tc>" for cell in (numbered("", 1), paragraph("Fee"))) + "</w:tr>"
    assert texts(tmp_path, f"<w:tbl>{row * 2}</w:tbl>", numbering(CLAUSES)) == ["1.", "Fee", "2.", "Fee"]


def test_a_deleted_item_is_not_counted(tmp_path: Path) -> None:
    gone = (
        '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr><w:rPr><w:del w:id="1" w:author="A"/></w:rPr>'
        '</w:pPr><w:del w:id="2" w:author="A"><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>'
    )
    body = numbered("x", 1) + gone + numbered("y", 1)
    assert texts(tmp_path, body, numbering(CLAUSES)) == ["1. x", "2. y"]


@pytest.mark.parametrize(
    ("format_", "shown"),
    [
        ("decimal", ["1", "9", "10", "21", "123"]),
        ("decimalZero", ["01", "09", "10", "21", "123"]),
        ("upperRoman", ["I", "IX", "X", "XXI", "CXXIII"]),
        ("lowerRoman", ["i", "ix", "x", "xxi", "cxxiii"]),
        ("upperLetter", ["A", "I", "J", "U", "SSSSS"]),
        ("lowerLetter", ["a", "i", "j", "u", "sssss"]),
        ("ordinal", ["1st", "9th", "10th", "21st", "123rd"]),
        ("cardinalText", ["One", "Nine", "Ten", "Twenty-one", "One hundred twenty-three"]),
        ("ordinalText", ["First", "Ninth", "Tenth", "Twenty-first", "One hundred twenty-third"]),
        ("decimalFullWidth", ["１", "９", "１０", "２１", "１２３"]),
        ("japaneseCounting", ["一", "九", "十", "二十一", "百二十三"]),
        ("japaneseLegal", ["壱", "九", "壱拾", "弐拾壱", "壱百弐拾参"]),
        ("ideographDigital", ["一", "九", "一〇", "二一", "一二三"]),
        ("japaneseDigitalTenThousand", ["一", "九", "一〇", "二一", "一二三"]),
        ("aiueo", ["ｱ", "ｹ", "ｺ", "ﾅ", "ﾏ"]),
        ("aiueoFullWidth", ["ア", "ケ", "コ", "ナ", "マ"]),
        ("iroha", ["ｲ", "ﾘ", "ﾇ", "ﾅ", "ｵ"]),
        ("irohaFullWidth", ["イ", "リ", "ヌ", "ナ", "オ"]),
        ("decimalEnclosedCircle", ["①", "⑨", "⑩", "㉑", "123"]),
        ("decimalEnclosedParen", ["⑴", "⑼", "⑽", "21", "123"]),
        ("ideographEnclosedCircle", ["㊀", "㊈", "㊉", "21", "123"]),
        ("ideographTraditional", ["甲", "壬", "癸", "21", "123"]),
        ("ideographZodiac", ["子", "申", "酉", "21", "123"]),
        ("ideographZodiacTraditional", ["甲子", "壬申", "癸酉", "甲申"]),
        ("numberInDash", ["- 1 -", "- 9 -"]),
        ("hex", ["1", "9", "A", "15", "7B"]),
        ("something new", ["1", "9", "10"]),
    ],
)
def test_formats(format_: str, shown: list[str]) -> None:
    numbers = (1, 9, 10, 21, 123)
    assert [formatted(number, format_) for number in numbers[: len(shown)]] == shown


def test_formats_of_odd_numbers_are_short() -> None:
    for format_ in (
        "upperLetter",
        "upperRoman",
        "japaneseCounting",
        "chicago",
        "cardinalText",
        "aiueo",
        "ideographDigital",
    ):
        for number in (-5, 0, 999_999_999):
            assert 0 < len(formatted(number, format_)) < 80
    assert formatted(7, "custom", "001, 002, 003, ...") == "007"
    assert formatted(10_203, "japaneseCounting") == "一万二百三"


def test_hostile_numbering_is_read(tmp_path: Path) -> None:
    xml = part(
        "numbering",
        '<w:abstractNum w:abstractNumId="x"/><w:abstractNum w:abstractNumId="0"><w:numStyleLink w:val="Ring"/></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num/><w:num w:numId="2"><w:abstractNumId w:val="77"/></w:num>',
    )
    styles = (
        '<w:style w:type="numbering" w:styleId="Ring"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="A"><w:basedOn w:val="B"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="B"><w:basedOn w:val="A"/></w:style>'
    )
    body = numbered("x", 1, 99_999) + numbered("y", 2) + numbered("z", 3) + paragraph("ring", '<w:pStyle w:val="A"/>')
    assert texts(tmp_path, body, xml, styles) == ["x", "y", "z", "ring"]
