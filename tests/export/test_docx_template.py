"""A brief in a company's own Word template."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from docx.api import Document as open_docx  # noqa: N813 -- a function, in spite of its name
from docx.enum.section import WD_SECTION
from docx.opc.constants import CONTENT_TYPE as CT
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, RGBColor
from export.made_briefs import full_brief
from lxml import etree

from app.errors import FusenError
from app.export.docx_brief import render as render_docx
from app.export.docx_brief import write_brief_docx

RED = RGBColor(0xC0, 0x10, 0x20)
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef"
    "0000000049454e44ae426082"
)


def template(folder: Path, name: str = "house.docx", *, without: tuple[str, ...] = (), fonts: bool = True) -> Path:
    """Red headings, a header in the first of two sections, a footer, a narrow page, pages with text and a picture."""
    docx: Any = open_docx()
    docx.styles["Heading 1"].font.color.rgb = RED
    docx.sections[0].header.paragraphs[0].text = "Example Trading K.K."
    docx.sections[0].footer.paragraphs[0].text = "Confidential"
    docx.sections[0].page_width = Cm(18)
    docx.add_paragraph("A cover page that goes")
    docx.add_picture(io.BytesIO(PIXEL))
    notes = f'<w:footnotes {nsdecls("w")}><w:footnote w:type="separator" w:id="0"/><w:footnote w:id="1">'
    notes += "<w:p><w:r><w:t>A note that goes</w:t></w:r></w:p></w:footnote></w:footnotes>"
    part = Part(PackURI("/word/footnotes.xml"), CT.WML_FOOTNOTES, notes.encode(), docx.part.package)
    docx.part.relate_to(part, RT.FOOTNOTES)
    docx.add_section(WD_SECTION.NEW_PAGE)
    docx.add_heading("A chapter that goes", level=1)
    styles = docx.styles.element
    for each in without:
        for style in styles.xpath(f"w:style[w:name/@w:val='{each}']"):
            styles.remove(style)
    if not fonts:
        for found in styles.xpath(".//w:rFonts"):
            for key in (qn("w:eastAsia"), qn("w:eastAsiaTheme")):
                found.attrib.pop(key, None)
    path = folder / name
    docx.save(path)
    if path.suffix == ".dotx":
        change_types(path, b"document.main+xml", b"template.main+xml")
    return path


def change_types(path: Path, before: bytes, after: bytes) -> None:
    change_part(path, "[Content_Types].xml", before, after)


@pytest.mark.parametrize("name", ["house.docx", "house.dotx", "HOUSE.DOTX"])
def test_styles_headers_and_page_are_the_companys_and_its_pages_are_gone(tmp_path: Path, name: str) -> None:
    made = full_brief("ja")
    house = template(tmp_path, name) if name != "HOUSE.DOTX" else template(tmp_path, "a.dotx").rename(tmp_path / name)
    content = render_docx(made, house)
    docx: Any = open_docx(io.BytesIO(content))  # which refuses a template
    assert docx.styles["Heading 1"].font.color.rgb == RED
    (section,) = docx.sections
    assert section.header.paragraphs[0].text == "Example Trading K.K."
    assert section.footer.paragraphs[0].text == "Confidential"
    assert section.page_width.cm == pytest.approx(18, abs=0.01)
    texts = [paragraph.text for paragraph in docx.paragraphs]
    assert texts[0] == made.title
    assert not [text for text in texts if "that goes" in text]
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert not [part for part in package.namelist() if "media" in part or "thumbnail" in part], (
            "pictures of its pages"
        )
        assert not [part for part in package.namelist() if b"that goes" in package.read(part)]
        assert b"separator" in package.read("word/footnotes.xml")
    widths = {sum(int(column.get(qn("w:w"))) for column in table._tbl.tblGrid.gridCol_lst) for table in docx.tables}
    room = (section.page_width - section.left_margin - section.right_margin) // 635
    assert max(widths) <= room + 5
    assert render_docx(made, house) == content


def test_styles_that_it_lacks_are_put_in(tmp_path: Path) -> None:
    lacking = ("Title", "heading 1", "heading 2", "List Bullet", "Table Grid")
    docx: Any = open_docx(io.BytesIO(render_docx(full_brief(), template(tmp_path, without=lacking))))
    for name in ("Title", "Heading 1", "List Bullet", "Table Grid"):
        assert docx.styles[name] is not None
    heading = next(p for p in docx.paragraphs if p.text == "Findings")
    assert heading.style.name == "Heading 1"
    assert heading.style.element.xpath(".//w:outlineLvl"), "a real heading, which the navigation pane shows"
    bullets = [p.text for p in docx.paragraphs if p.style.name == "List Bullet"]
    assert all(text.startswith("• ") for text in bullets), "without its list it says so itself"
    identifiers = docx.styles.element.xpath("w:style/@w:styleId")
    assert len(identifiers) == len(set(identifiers))
    for attribute in ("w:basedOn", "w:next", "w:link"):
        named = set(docx.styles.element.xpath(f"w:style/{attribute}/@w:val"))
        assert named & {"Heading1Char", "TitleChar"} <= set(identifiers)


@pytest.mark.parametrize("fonts", [True, False])
def test_japanese_has_a_font_where_the_template_names_none(tmp_path: Path, fonts: bool) -> None:
    content = render_docx(full_brief("ja"), template(tmp_path, fonts=fonts))
    root = etree.fromstring(zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml"))
    named = root.xpath("//*[local-name()='rFonts']/@*[local-name()='eastAsia']")
    assert set(named) == (set() if fonts else {"Yu Gothic"})


_BROKEN: dict[str, tuple[str, bytes, bytes]] = {
    "xml": ("word/document.xml", b"<w:document", b"<w:d<"),
    "properties": ("docProps/core.xml", b"coreProperties", b"other"),
    "style": ("word/styles.xml", b'w:type="table" w:styleId="TableGrid"', b'w:type="paragraph" w:styleId="TableGrid"'),
    "torn": ("word/styles.xml", b"</w:styles>", b"</w:styles>" + b"<!--" + b"TORN" * 99 + b"-->"),
}


def change_part(path: Path, part: str, before: bytes, after: bytes) -> None:
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    assert before in parts[part]
    parts[part] = parts[part].replace(before, after)
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)


def bad(folder: Path, kind: str) -> Path:
    path = folder / {"macro": "bad.docm", "text": "bad.txt"}.get(kind, "bad.docx")
    if kind == "ole":
        path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000))
    elif kind in ("text", "macro", "garbage"):
        path.write_bytes(b"no template at all" * 100)
    elif kind == "empty":
        path.touch()
    elif kind == "zip":
        with zipfile.ZipFile(path, "w") as package:
            package.writestr("hello.txt", "hello")
    elif kind == "sheet":
        change_types(template(folder, "bad.docx"), b"wordprocessingml.document.main", b"spreadsheetml.sheet.main")
    elif kind == "cut":
        whole = template(folder, "bad.docx").read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    elif kind in ("xml", "properties", "style", "torn"):
        change_part(template(folder, "bad.docx"), *_BROKEN[kind])
        if kind == "torn":
            packed = path.read_bytes()
            path.write_bytes(packed.replace(b"TORN" * 99, b"TERN" * 99, 1))
    elif kind == "bomb":
        with (
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package,
            package.open("word/document.xml", "w", force_zip64=True) as part,
        ):
            part.write(bytes(3_000_000))
    elif kind == "folder":
        path.mkdir()
    return path


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("missing", "not-found"),
        ("folder", "permission"),
        ("text", "unsupported"),
        ("macro", "unsupported"),
        ("ole", "damaged"),
        ("garbage", "damaged"),
        ("empty", "damaged"),
        ("zip", "damaged"),
        ("sheet", "damaged"),
        ("cut", "damaged"),
        ("xml", "damaged"),
        ("properties", "damaged"),
        ("style", "damaged"),
        ("torn", "damaged"),
        ("bomb", "too-large"),
    ],
)
def test_a_bad_template_is_explained_and_nothing_is_written(
    tmp_path: Path, kind: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.export.template_file._MOST_BYTES", 2_000_000)
    output = tmp_path / "out.docx"
    with pytest.raises(FusenError) as caught:
        write_brief_docx(full_brief(), output, bad(tmp_path, kind))
    assert (caught.value.code, bool(caught.value.advice)) == (code, True)
    assert not output.exists()
