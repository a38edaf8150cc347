"""Slides: what is on them, that it fits, in a template too, and the same bytes for the same brief."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Inches

from app.documents.document import Language
from app.errors import FusenError
from app.export import slide_choice
from app.export.brief import Brief
from app.export.formats import FORMATS
from app.export.phrases import phrase
from app.export.pptx_text import LINE, Piece, fitted, height_of, lines_of
from app.export.slide_choice import MOST_FINDINGS, slide_findings
from app.export.wording import clipped, printable
from tests.export.made_briefs import full_brief, hostile_brief
from tests.export.test_docx_template import change_part

LANGUAGES: tuple[Language, ...] = ("en", "ja")


def deck_of(brief: Brief, template: Path | None = None, pictures: dict[str, bytes] | None = None) -> Any:
    return Presentation(io.BytesIO(FORMATS["pptx"].render(brief, template, pictures or {})))


def words_of(slide: Any) -> str:
    found = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    found += [cell.text for shape in slide.shapes if shape.has_table for row in shape.table.rows for cell in row.cells]
    return "\n".join(found)


def png(width: int = 600, height: int = 240) -> bytes:
    saved = io.BytesIO()
    Image.new("RGB", (width, height), (250, 240, 200)).save(saved, "PNG")
    return saved.getvalue()


def check_fits(deck: Any) -> None:
    """Nothing reaches over the slide's edges, texts take no more room than their boxes have, no placeholder is left empty."""
    for slide in deck.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= deck.slide_width + 10
            assert shape.top + shape.height <= deck.slide_height + 10, words_of(slide)
            if shape.has_text_frame and shape.text_frame.text:
                frame = shape.text_frame
                inner = (shape.width - frame.margin_left - frame.margin_right) / 12700
                assert text_height(frame, inner) <= shape.height / 12700 + 1, frame.text
        for shape in slide.placeholders:
            assert shape.text_frame.text.strip()


def text_height(frame: Any, width: float) -> float:
    """By our own estimate of widths, which takes them rather too wide; line distances are exact."""
    height = 0.0
    for paragraph in frame.paragraphs:
        size = max((run.font.size.pt for run in paragraph.runs), default=10.0)
        assert paragraph.line_spacing.pt == pytest.approx(size * LINE, abs=0.06)
        height += lines_of(paragraph.text, size, width) * size * LINE + paragraph.space_after.pt
    return height


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_on_the_slides(language: Language) -> None:
    brief = full_brief(language, 6)
    assert brief.audit_head in deck_of(brief).core_properties.comments
    deck = deck_of(brief)
    check_fits(deck)
    slides = list(deck.slides)
    assert deck.slide_width / deck.slide_height == pytest.approx(16 / 9, rel=0.001)
    assert brief.title in words_of(slides[0])
    assert brief.purpose in words_of(slides[0])
    raised = [finding for finding in (*brief.findings, *brief.undecided) if finding.raised]
    assert raised
    for number, finding in enumerate(raised, start=1):
        slide = slides[1 + number]
        assert slide.shapes.title.text.startswith(f"{number}. ")
        words = words_of(slide)
        assert printable(finding.quote.text)[:12] in words
        assert f"{finding.importance:.0%}" in words
        for wanted in (finding.owner, finding.due, finding.comment):
            assert printable(wanted) in words
        notes = slide.notes_slide.notes_text_frame.text
        assert phrase(finding, brief) in notes
        assert printable(finding.quote.text) in notes
    (table,) = (shape.table for slide in slides for shape in slide.shapes if shape.has_table)
    assert [row.cells[0].text for row in table.rows][1:] == [str(n) for n in range(1, len(table.rows))]
    assert printable(brief.documents[0].file) in words_of(slides[-1])


def test_every_run_has_a_font_for_japanese_and_a_language() -> None:
    deck = deck_of(full_brief("ja"))
    for slide in deck.slides:
        for run in slide._element.iter(qn("a:r")):
            properties = run.find(qn("a:rPr"))
            assert properties.find(qn("a:ea")).get("typeface") == "Yu Gothic"
            assert properties.get("lang") in ("ja-JP", "en-GB")
            kinds = [child.tag for child in properties]
            assert kinds == sorted(kinds, key=[qn("a:solidFill"), qn("a:latin"), qn("a:ea")].index), (
                "the schema's order"
            )


def test_without_raised_findings_the_first_accepted_ones_are_shown_and_the_rest_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert MOST_FINDINGS == 40
    monkeypatch.setattr(slide_choice, "MOST_FINDINGS", 5)  # forty slides take their time
    brief = full_brief("en", 12)
    calm = replace(
        brief,
        findings=tuple(replace(finding, raised=False) for finding in brief.findings),
        undecided=tuple(replace(finding, raised=False) for finding in brief.undecided),
    )
    assert len(slide_findings(calm)) == 5
    deck = deck_of(calm)
    check_fits(deck)
    assert any("without a slide of their own: 7" in words_of(slide) for slide in deck.slides)


def test_nothing_found() -> None:
    deck = deck_of(replace(full_brief("en", 0), undecided=(), questions=(), changes=()))
    check_fits(deck)
    assert "No finding has been accepted." in "".join(map(words_of, deck.slides))


def test_groups_give_the_order() -> None:
    brief = full_brief("en", 6)
    raised = [index for index, finding in enumerate(brief.findings) if finding.raised]
    others = tuple(index for index in range(6) if index not in raised)
    grouped = replace(brief, groups=(("Later", tuple(reversed(raised))), ("Rest", others)))
    assert [f.id for f in slide_findings(grouped)][: len(raised)] == [brief.findings[i].id for i in reversed(raised)]
    deck = deck_of(grouped)
    assert "Later" in words_of(deck.slides[1])
    assert "Later" in words_of(deck.slides[2])


@pytest.mark.parametrize("size", [(1200, 300), (1200, 740), (300, 1200)])
def test_a_picture_of_the_page_stands_beside_what_is_said(size: tuple[int, int]) -> None:
    brief = full_brief("en", 4)
    finding = slide_findings(brief)[0]
    deck = deck_of(brief, pictures={finding.id: png(*size)})
    check_fits(deck)
    (picture,) = [shape for shape in deck.slides[2].shapes if shape.shape_type == 13]
    assert picture.width / picture.height == pytest.approx(size[0] / size[1], rel=0.01)
    assert picture._element.nvPicPr.cNvPr.get("descr").startswith(finding.quote.text[:20])
    boxes = [s for s in deck.slides[2].shapes if s.has_text_frame and s.shape_type == 17]
    for box in boxes:
        apart = box.left >= picture.left + picture.width or box.top >= picture.top + picture.height
        assert apart or box.top + box.height <= picture.top


def test_hostile_words_fit_and_are_taken_as_words() -> None:
    deck = deck_of(hostile_brief())
    check_fits(deck)


def test_very_long_words_are_shortened() -> None:
    brief = full_brief("ja", 2)
    long = replace(
        slide_findings(brief)[0],
        quote=replace(brief.findings[0].quote, text="契約" * 2000),
        comment="word " * 800 + "x" * 900,
        section=("第一章 " + "長い" * 300,),
        owner="担当" * 90,
    )
    check_fits(deck_of(replace(brief, title="題" * 300, purpose="目的" * 500, findings=(long,) * 3)))


def point_to(made: Any, slide: Any) -> None:
    """A custom show, a button of a layout and the outline's view that lead to a slide."""
    shown = next(iter(made.slides._sldIdLst)).rId
    show = f'<p:custShow name="a" id="0"><p:sldLst><p:sld r:id="{shown}"/></p:sldLst></p:custShow>'
    made.part._element.find(qn("p:notesSz")).addnext(
        parse_xml(f"<p:custShowLst {nsdecls('p', 'r')}>{show}</p:custShowLst>")
    )
    layout = made.slide_layouts[5]
    button = layout.placeholders[0]._element.nvSpPr.cNvPr
    key = layout.part.relate_to(slide.part, RT.SLIDE)
    button.append(parse_xml(f'<a:hlinkClick {nsdecls("a", "r")} r:id="{key}" action="ppaction://hlinksldjump"/>'))
    made.part.part_related_by(RT.VIEW_PROPS).relate_to(slide.part, RT.SLIDE)


@pytest.mark.parametrize("ending", [".pptx", ".potx"])
def test_a_template_gives_its_layouts_and_loses_its_slides(tmp_path: Path, ending: str) -> None:
    template = tmp_path / f"company{ending}"
    made = Presentation()
    made.slide_layouts[5].name = "Company bare"
    old = made.slides.add_slide(made.slide_layouts[1])
    old.shapes.title.text = "A slide of the company's"
    old.notes_slide.notes_text_frame.text = "Notes of the company's"
    point_to(made, old)
    made.save(str(template))
    if ending == ".potx":
        data = template.read_bytes()
        with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(template, "w") as target:
            for name in source.namelist():
                part = source.read(name)
                target.writestr(name, part.replace(b"presentation.main+xml", b"template.main+xml"))
    deck = deck_of(full_brief("en"), template)
    check_fits(deck)
    assert deck.slide_width == Inches(10)
    assert all("company's" not in words_of(slide) for slide in deck.slides)
    assert deck.slides[2].slide_layout.name == "Company bare"
    data = FORMATS["pptx"].render(full_brief("en"), template)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert b"presentation.main+xml" in package.read("[Content_Types].xml")
        assert len(package.namelist()) == len(set(package.namelist()))
        assert not [name for name in package.namelist() if b"company's" in package.read(name) or "thumbnail" in name]
        for name in ("presentation.xml", "slideLayouts/slideLayout6.xml"):
            part = package.read(f"ppt/{name}").decode()
            folder, _, base = f"ppt/{name}".rpartition("/")
            known = package.read(f"{folder}/_rels/{base}.rels").decode()
            assert all(f'Id="{key}"' in known for key in re.findall(r'r:id="(\w+)"', part)), (
                "nothing points to what is gone"
            )


def test_a_template_without_the_usual_layouts_is_used_as_it_is(tmp_path: Path) -> None:
    made = Presentation()
    for layout in list(made.slide_layouts)[:6]:
        made.slide_layouts.remove(layout)
    for layout in made.slide_layouts:
        layout._element.attrib.pop("type", None)
    made.save(str(tmp_path / "odd.pptx"))
    check_fits(deck_of(full_brief("en"), tmp_path / "odd.pptx"))


def test_templates_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "text.pptx").write_text("no zip")
    with zipfile.ZipFile(tmp_path / "other.pptx", "w") as package:
        package.writestr("word/document.xml", "<x/>")
    Presentation().save(str(tmp_path / "sizeless.pptx"))
    change_part(tmp_path / "sizeless.pptx", "ppt/presentation.xml", b"<p:sldSz", b"<p:other")
    cases = (
        ("text.pptx", "damaged"),
        ("sizeless.pptx", "damaged"),
        ("other.pptx", "damaged"),
        ("none.pptx", "not-found"),
    )
    for name, code in cases:
        with pytest.raises(FusenError) as caught:
            FORMATS["pptx"].render(full_brief("en"), tmp_path / name)
        assert caught.value.code == code


def test_the_same_brief_gives_the_same_bytes() -> None:
    brief = full_brief("ja")
    pictures = {finding.id: png() for finding in slide_findings(brief)}
    assert FORMATS["pptx"].render(brief, None, pictures) == FORMATS["pptx"].render(brief, None, pictures)


def test_text_is_fitted_by_size_first_and_shortened_only_then() -> None:
    assert fitted([Piece("short")], 200, 40, 20, 10).size == 20
    smaller = fitted([Piece("word " * 30)], 200, 100, 20, 8)
    assert 8 <= smaller.size < 20
    assert smaller.pieces[0].text == "word " * 30
    fit = fitted([Piece("keep this"), Piece("漢字" * 400, flexible=True)], 200, 60, 20, 10)
    assert fit.pieces[0].text == "keep this"
    assert fit.pieces[1].text.endswith("…")
    assert height_of(fit.pieces, fit.size, fit.gap, 200) <= 60
    assert clipped("one two three", 9) == "one two…"
    assert clipped("2024 年の合意を下回る。", 9) == "2024 年の合…", "Japanese is cut anywhere"
    assert lines_of("あ" * 10, 10, 50) == 2
    assert lines_of("", 10, 50) == 1
