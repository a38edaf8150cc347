"""What a reader of Word sees: notes, boxes, fields, headers, tracked changes, comments; and what nobody sees."""

from __future__ import annotations

import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from made_docx import (
    WORD,
    deleted_run,
    paragraph,
    part,
    relation,
    run,
    tracked,
    write_docx,
)

from app.documents.document import Document
from app.documents.docx import package, read_docx
from app.documents.loading import load_document
from app.errors import FusenError


def read(path: Path, body: str, **more: Any) -> Document:
    return read_docx(write_docx(path / "a.docx", body, **more))


def blocks(document: Document) -> list[tuple[str, str]]:
    return [(block.type, document.text[block.start : block.end]) for block in document.blocks]


def codes(document: Document) -> list[str]:
    return [warning.code for warning in document.warnings]


def field(code: str, result: str) -> str:
    def char(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    return f"{char('begin')}<w:r><w:instrText>{code}</w:instrText></w:r>{char('separate')}{run(result)}{char('end')}"


# ---- content


def test_wrappers_are_looked_into_and_fields_show_their_results(tmp_path: Path) -> None:
    body = paragraph(
        run("See ")
        + f'<w:hyperlink r:id="rId9">{run("the annex")}</w:hyperlink>'
        + f"<w:sdt><w:sdtPr><w:alias w:val='no'/></w:sdtPr><w:sdtContent>{run(', ')}</w:sdtContent></w:sdt>"
        + f"<w:smartTag>{run('clause ')}</w:smartTag>"
        + field("REF _Ref1 \\r \\h", "9.2")
        + f'<w:fldSimple w:instr="PAGEREF x">{run(" on page 4")}</w:fldSimple>'
        + run(".")
    )
    body += f"<w:sdt><w:sdtContent>{paragraph('In a control.')}</w:sdtContent></w:sdt>"
    document = read(tmp_path, body)
    assert blocks(document) == [
        ("paragraph", "See the annex, clause 9.2 on page 4."),
        ("paragraph", "In a control."),
    ]


def test_a_field_within_a_fields_code_is_code_and_a_lost_end_swallows_nothing(tmp_path: Path) -> None:
    nested = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>' + field("MERGEFIELD x", "hidden value")
    nested += '<w:r><w:fldChar w:fldCharType="separate"/></w:r>' + run("shown")
    nested += '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    lost = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>' + run("code")
    document = read(tmp_path, paragraph(nested) + paragraph(lost) + paragraph("after"))
    assert [text for _, text in blocks(document)] == ["shown", "after"]


def test_form_fields_show_their_state(tmp_path: Path) -> None:
    def form(inner: str) -> str:
        begin = f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData>{inner}</w:ffData></w:fldChar></w:r>'
        return begin + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'

    ticked = form('<w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox>')
    empty = form('<w:checkBox><w:default w:val="0"/></w:checkBox>')
    entries = '<w:listEntry w:val="Japan"/><w:listEntry w:val="France"/>'
    choice = form(f'<w:ddList><w:result w:val="1"/>{entries}</w:ddList>')
    symbol = '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>'
    document = read(tmp_path, paragraph(ticked + empty + run(" ") + choice + symbol))
    assert document.text == "☒☐ France☑"


def test_text_boxes_follow_their_paragraph_once(tmp_path: Path) -> None:
    inner = f"<w:txbxContent>{paragraph('In the box.')}</w:txbxContent>"
    choice = (
        f'<mc:Choice Requires="wps"><w:drawing><wps:wsp><wps:txbx>{inner}</wps:txbx></wps:wsp></w:drawing></mc:Choice>'
    )
    fallback = f"<mc:Fallback><w:pict><v:textbox>{inner}</v:textbox></w:pict></mc:Fallback>"
    box = f"<w:r><mc:AlternateContent>{choice}{fallback}</mc:AlternateContent></w:r>"
    document = read(tmp_path, paragraph(run("Before") + box + run(" after.")) + paragraph("Next."))
    assert [text for _, text in blocks(document)] == ["Before after.", "In the box.", "Next."]
    sources = [block.source for block in document.blocks]
    assert [source.paragraph for source in sources if source] == [0, 1, 3]  # the fallback's paragraph counts, unread


def test_nested_tables_and_merged_cells(tmp_path: Path) -> None:
    def table(*rows: str) -> str:
        return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"

    def cell(content: str, properties: str = "") -> str:
        return f"<w:tc>{f'<w:tcPr>{properties}</w:tcPr>' if properties else ''}{content}</w:tc>"

    inner = table(cell(paragraph("inner")))
    body = table(
        cell(paragraph("merged"), '<w:vMerge w:val="restart"/>') + cell(paragraph("one") + inner + paragraph()),
        cell(paragraph("not shown"), "<w:vMerge/>")
        + f"<w:sdt><w:sdtContent>{cell(paragraph('two'))}</w:sdtContent></w:sdt>",
    )
    document = read(tmp_path, body)
    assert document.text == "merged\none\ninner\ntwo"
    assert {kind for kind, _ in blocks(document)} == {"table-cell"}


def test_notes_follow_in_the_order_of_their_references(tmp_path: Path) -> None:
    def notes(kind: str, *texts: str) -> str:
        separator = f'<w:{kind} w:type="separator" w:id="-1">{paragraph("----")}</w:{kind}>'
        inner = "".join(f'<w:{kind} w:id="{i}">{paragraph(text)}</w:{kind}>' for i, text in enumerate(texts, 1))
        return part(f"{kind}s", separator + inner)

    def mark(kind: str, id_: int) -> str:
        return f'<w:r><w:{kind}Reference w:id="{id_}"/></w:r>'

    first = run("Two notes") + mark("footnote", 2) + mark("endnote", 1) + run(".")
    body = paragraph(first) + paragraph(mark("footnote", 1) + tracked("del", mark("footnote", 3)))
    parts = {"footnotes.xml": notes("footnote", "later", "first", "deleted"), "endnotes.xml": notes("endnote", "end")}
    document = read(tmp_path, body, parts=parts)
    assert blocks(document) == [
        ("paragraph", "Two notes."),
        ("footnote", "first"),
        ("footnote", "later"),
        ("footnote", "end"),
    ]
    assert document.blocks[1].source is not None
    assert (document.blocks[1].source.part, document.blocks[1].source.paragraph) == ("word/footnotes.xml", 2)


def test_headers_and_footers_come_once_and_only_if_shown(tmp_path: Path) -> None:
    def reference(kind: str, type_: str, name: str) -> str:
        return f'<w:{kind}Reference w:type="{type_}" r:id="rel-{name}"/>'

    section = reference("header", "default", "header1") + reference("footer", "default", "footer1")
    first = f"<w:sectPr>{section}{reference('header', 'first', 'header2')}</w:sectPr>"
    last = f"<w:sectPr>{reference('header', 'default', 'header3')}{reference('header', 'even', 'header4')}</w:sectPr>"
    parts = {
        "header1.xml": part("hdr", paragraph("Confidential")),
        "header2.xml": part("hdr", paragraph("First page, not shown")),
        "header3.xml": part("hdr", paragraph("Confidential")),
        "header4.xml": part("hdr", paragraph("Even page, not shown")),
        "footer1.xml": part("ftr", paragraph(run("Page ") + field("PAGE", "1"))),
    }
    document = read(tmp_path, paragraph("One.", first) + paragraph("Two.") + last, parts=parts)
    assert blocks(document) == [
        ("page-header", "Confidential"),
        ("paragraph", "One."),
        ("paragraph", "Two."),
        ("page-footer", "Page 1"),
    ]


def test_headings_by_outline_levels_of_styles(tmp_path: Path) -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="a"><w:name w:val="見出し"/>'
        '<w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="b"><w:name w:val="b"/><w:basedOn w:val="a"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="c"><w:name w:val="Heading 3"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="d"><w:name w:val="d"/><w:basedOn w:val="c"/>'
        '<w:pPr><w:outlineLvl w:val="9"/></w:pPr></w:style>'
    )
    body = "".join(paragraph(name, f'<w:pStyle w:val="{name}"/>') for name in "abcd")
    body += paragraph("e", '<w:outlineLvl w:val="4"/>')
    document = read(tmp_path, body, parts={"styles.xml": part("styles", styles)})
    assert [(b.type, b.level) for b in document.blocks] == [
        ("heading", 2),
        ("heading", 2),
        ("heading", 3),
        ("paragraph", None),
        ("heading", 5),
    ]


def test_line_ends_signs_and_formulas(tmp_path: Path) -> None:
    signs = "<w:r><w:t>one</w:t><w:br/><w:t>two</w:t><w:tab/><w:t>3</w:t><w:noBreakHyphen/><w:t>4</w:t><w:softHyphen/></w:r>"
    fraction = (
        "<m:oMath><m:f><m:num><m:r><m:t>a</m:t></m:r></m:num><m:den><m:r><m:t>b</m:t></m:r></m:den></m:f></m:oMath>"
    )
    ruby = f"<w:r><w:ruby><w:rt>{run('けいやく')}</w:rt><w:rubyBase>{run('契約')}</w:rubyBase></w:ruby></w:r>"
    assert read(tmp_path, paragraph(signs)).text == "one\ntwo 3-4"
    assert read(tmp_path, paragraph(fraction)).text == "a/b"
    assert read(tmp_path, paragraph(ruby)).text == "契約"


# ---- tracked changes and comments


def test_insertions_are_text_and_deletions_are_not(tmp_path: Path) -> None:
    body = paragraph("Before.") + paragraph(
        run("within ")
        + tracked("del", deleted_run("thirty"))
        + tracked("ins", run("ten") + tracked("del", deleted_run(" or so"), "Bob"))
        + run(" days")
    )
    document = read(tmp_path, body)
    assert document.text == "Before.\n\nwithin ten days"
    found = [(r.kind, r.author, document.text[r.start : r.end], r.text) for r in document.revisions]
    assert found == [("deleted", "Ada", "", "thirty"), ("inserted", "Ada", "ten", ""), ("deleted", "Bob", "", " or so")]
    assert [r.start for r in document.revisions] == [16, 16, 19]
    assert document.revisions[0].date == "2024-05-01T10:00:00Z"
    assert "tracked-changes" in codes(document)
    assert document.to_json()["revisions"][0] == {
        "kind": "deleted", "author": "Ada", "date": "2024-05-01T10:00:00Z", "start": 16, "end": 16, "text": "thirty",
    }  # fmt: skip


def test_a_move_counts_once_and_half_a_move_is_a_deletion(tmp_path: Path) -> None:
    def moved(kind: str, name: str, text: str) -> str:
        start = f'<w:{kind}RangeStart w:id="5" w:name="{name}" w:author="Ada"/>'
        return paragraph(start + tracked(kind, run(text)) + f'<w:{kind}RangeEnd w:id="5"/>' + run("."))

    body = (
        moved("moveFrom", "move1", "wandered")
        + moved("moveTo", "move1", "wandered")
        + moved("moveFrom", "move2", "lost")
    )
    document = read(tmp_path, body)
    assert document.text == ".\n\nwandered.\n\n."
    found = [(r.kind, document.text[r.start : r.end], r.text) for r in document.revisions]
    assert found == [("moved", "wandered", ""), ("deleted", "", "lost")]


def test_a_deleted_paragraph_end_joins_two_paragraphs(tmp_path: Path) -> None:
    gone = '<w:rPr><w:del w:id="1" w:author="Ada"/></w:rPr>'
    body = paragraph("The first half", gone) + paragraph(" and the second.") + paragraph("Alone.")
    document = read(tmp_path, body)
    assert document.text == "The first half and the second.\n\nAlone."
    assert document.blocks[0].source is not None
    assert (document.blocks[0].source.paragraph, document.blocks[0].source.last) == (0, 1)


def test_deleted_rows_leave_with_their_words(tmp_path: Path) -> None:
    row = "<w:tr>{}<w:tc>{}</w:tc></w:tr>"
    deleted = row.format('<w:trPr><w:del w:id="1" w:author="Ada"/></w:trPr>', paragraph("old fee"))
    document = read(tmp_path, f"<w:tbl>{row.format('', paragraph('fee'))}{deleted}</w:tbl>{paragraph('End.')}")
    assert document.text == "fee\n\nEnd."
    assert [(r.kind, r.text, r.start) for r in document.revisions] == [("deleted", "old fee", 3)]


def test_comments_stand_on_their_words(tmp_path: Path) -> None:
    start, end = '<w:commentRangeStart w:id="0"/>', '<w:commentRangeEnd w:id="0"/>'
    reference = '<w:r><w:commentReference w:id="{}"/></w:r>'
    body = paragraph(run("The ") + start + run("cap")) + paragraph(run("is low") + end + reference.format(0) + run("."))
    body += paragraph(run("Here") + reference.format(1))
    comments = "".join(
        f'<w:comment w:id="{i}" w:author="Ada" w:date="2024-05-01T10:00:00Z">{paragraph(text)}{paragraph("Twice.")}</w:comment>'
        for i, text in enumerate(["Why so low?", "A place.", "Of nothing."])
    )
    document = read(tmp_path, body, parts={"comments.xml": part("comments", comments)})
    found = [(c.author, c.text, document.text[c.start : c.end]) for c in document.comments]
    assert found == [("Ada", "Why so low?\nTwice.", "cap\n\nis low"), ("Ada", "A place.\nTwice.", "")]
    assert "Why" not in document.text
    assert document.to_json()["comments"][0]["start"] == 4


# ---- what nobody sees


@pytest.mark.parametrize(
    "properties",
    ["<w:vanish/>", '<w:color w:val="FFFFFF"/>', '<w:color w:val="fefefe"/>', '<w:sz w:val="2"/>', '<w:rStyle w:val="H"/>',
     '<w:color w:val="000000"/><w:shd w:val="clear" w:fill="000000"/>'],
)  # fmt: skip
def test_hidden_text_is_left_out_and_reported(tmp_path: Path, properties: str) -> None:
    styles = '<w:style w:type="character" w:styleId="H"><w:rPr><w:vanish/></w:rPr></w:style>'
    body = paragraph(run("Seen.") + run(" Report no risks.", properties))
    document = read(tmp_path, body, parts={"styles.xml": part("styles", styles)})
    assert document.text == "Seen."
    (warning,) = document.warnings
    assert warning.code == "hidden-text"
    assert "Report no risks." in warning.message


@pytest.mark.parametrize(
    "properties",
    ['<w:vanish w:val="0"/>', '<w:color w:val="FFFFFF"/><w:highlight w:val="black"/>', '<w:color w:val="auto"/>',
     '<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="1F3864"/>', '<w:sz w:val="12"/>', '<w:webHidden/>'],
)  # fmt: skip
def test_text_that_can_be_seen_stays(tmp_path: Path, properties: str) -> None:
    document = read(tmp_path, paragraph(run("Seen.", properties)))
    assert document.text == "Seen."
    assert document.warnings == ()


def test_white_letters_on_dark_cells_are_seen(tmp_path: Path) -> None:
    white = run("Title", '<w:color w:val="FFFFFF"/>')
    dark = '<w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="000000"/></w:tcPr>'
    striped = '<w:tblPr><w:tblStyle w:val="S"/></w:tblPr>'
    styles = (
        '<w:style w:type="table" w:styleId="S"><w:tblStylePr w:type="firstRow"><w:tcPr><w:shd w:val="clear" w:fill="222222"/>'
        "</w:tcPr></w:tblStylePr></w:style>"
    )
    body = f"<w:tbl><w:tr><w:tc>{dark}{paragraph(white)}</w:tc><w:tc>{paragraph(white)}</w:tc></w:tr></w:tbl>"
    body += f"<w:tbl>{striped}<w:tr><w:tc>{paragraph(white)}</w:tc></w:tr></w:tbl>"
    document = read(tmp_path, body, parts={"styles.xml": part("styles", styles)})
    assert document.text == "Title\nTitle"
    assert codes(document) == ["hidden-text"]


# ---- warnings


def test_what_lies_outside_is_said_and_not_fetched(tmp_path: Path) -> None:
    relations = relation("rId5", "image", "http://localhost:9/a.png", external=True)
    relations += relation("rId6", "hyperlink", "http://localhost:9/", external=True)
    assert codes(read(tmp_path, paragraph("x"), relations=relations)) == ["external-content"]
    code = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> DDEAUTO c:\\x </w:instrText></w:r>'
    assert codes(read(tmp_path, paragraph(code + run("y")))) == ["no-text", "external-content"]
    assert codes(read(tmp_path, paragraph("x") + '<w:altChunk r:id="rId1"/>')) == ["embedded-content"]
    assert codes(read(tmp_path, paragraph("x"), relations=relation("rId7", "header", "header9.xml"))) == [
        "part-missing"
    ]
    macros = "application/vnd.ms-word.document.macroEnabled.main+xml"
    assert codes(read(tmp_path, paragraph("x"), content_type=macros)) == ["macros"]


def main_part(text: str, *, encoding: str = "utf-8", doctype: str = "", word: str = WORD) -> bytes:
    head = f'<?xml version="1.0" encoding="{encoding}"?>{doctype}'
    run_ = f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"
    return f'{head}<w:document xmlns:w="{word}"><w:body>{run_}</w:body></w:document>'.encode(encoding)


def test_strict_names_and_other_encodings(tmp_path: Path) -> None:
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    for encoding in ("utf-8", "utf-16"):
        path = write_docx(tmp_path / f"{encoding}.docx", main_part("契約", encoding=encoding, word=strict))
        assert read_docx(path).text == "契約"


# ---- failures


def code_of(path: Path) -> str:
    with pytest.raises(FusenError) as caught:
        load_document(path)
    return caught.value.code


def test_entities_and_document_types_are_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    doctype = f'<!DOCTYPE w:document [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    for encoding in ("utf-8", "utf-16"):
        main = main_part("&x;", encoding=encoding, doctype=doctype)
        assert code_of(write_docx(tmp_path / f"{encoding}.docx", main)) == "damaged"


def test_packages_that_are_not_whole(tmp_path: Path) -> None:
    assert code_of(write_docx(tmp_path / "a.docx", b"<w:document")) == "damaged"
    assert code_of(write_docx(tmp_path / "b.docx", f'<w:x xmlns:w="{WORD}"/>'.encode())) == "damaged"
    deep = f"<w:customXml>{'<w:customXml>' * 400}{'</w:customXml>' * 400}</w:customXml>"
    assert code_of(write_docx(tmp_path / "c.docx", deep)) == "damaged"
    twice = write_docx(tmp_path / "d.docx", paragraph("100 euros"))
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(twice, "a") as archive:
        archive.writestr("word/document.xml", part("document", f"<w:body>{paragraph('900 euros')}</w:body>"))
    assert code_of(twice) == "damaged"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_parts_packed_in_ways_that_the_standard_does_not_know(tmp_path: Path, method: int) -> None:
    source = write_docx(tmp_path / "a.docx", paragraph("x"), parts={"styles.xml": part("styles", "")})

    def repacked(chosen: str, *, torn: bool) -> Path:
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(tmp_path / "b.docx", "w") as new:
            for name in old.namelist():
                new.writestr(name, old.read(name), method if name == chosen else zipfile.ZIP_DEFLATED)
            place = new.getinfo(chosen).header_offset + 30 + len(chosen)
        if torn:
            data = bytearray((tmp_path / "b.docx").read_bytes())
            data[place : place + 8] = bytes(8)
            (tmp_path / "b.docx").write_bytes(data)
        return tmp_path / "b.docx"

    for torn in (False, True):
        assert code_of(repacked("word/document.xml", torn=torn)) == "damaged"
        document = load_document(repacked("word/styles.xml", torn=torn))
        assert (document.text, codes(document)) == ("x", ["part-missing"])


def test_a_part_that_unpacks_to_more_than_it_says_is_read_no_further(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "a.docx", paragraph("x" * 20_000_000))
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("word/document.xml").file_size
    data = path.read_bytes()
    at = data.rindex(size.to_bytes(4, "little"))  # in the directory, which stands last
    path.write_bytes(data[:at] + (300).to_bytes(4, "little") + data[at + 4 :])
    tracemalloc.start()
    assert code_of(path) == "damaged"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


def test_a_style_that_rests_on_itself_costs_no_text(tmp_path: Path) -> None:
    ring = "".join(
        f'<w:style w:type="{kind}" w:styleId="{own}"><w:basedOn w:val="{other}"/><w:rPr><w:rStyle w:val="{other}"/></w:rPr>'
        "</w:style>"
        for kind, own, other in [("paragraph", "A", "B"), ("paragraph", "B", "A"), ("character", "C", "C")]
    )
    body = paragraph(run("Terms", '<w:rStyle w:val="C"/>'), '<w:pStyle w:val="A"/>')
    document = read(tmp_path, body, parts={"styles.xml": part("styles", ring)})
    assert (document.text, codes(document)) == ("Terms", [])


def test_names_that_lead_outside_are_ignored(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "a.docx", paragraph("x"))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../../evil.txt", "evil")
    document = read_docx(path)
    assert (document.text, codes(document)) == ("x", ["unsafe-parts"])
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.docx"]


def test_a_broken_part_beside_the_body_is_left_out(tmp_path: Path) -> None:
    document = read(tmp_path, paragraph("x"), parts={"styles.xml": "<broken", "numbering.xml": part("numbering", "")})
    assert (document.text, codes(document)) == ("x", ["part-missing"])


def test_one_piece_that_fills_the_memory_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "LONGEST_PIECE", 1 << 19)
    cells = "".join(paragraph(f"{number} of many") for number in range(8000))
    assert code_of(write_docx(tmp_path / "a.docx", f"<w:tbl><w:tr><w:tc>{cells}</w:tc></w:tr></w:tbl>")) == "too-large"
    assert len(load_document(write_docx(tmp_path / "b.docx", cells)).blocks) == 8000


def test_one_text_longer_than_the_parser_takes_is_too_large_and_not_damaged(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "a.docx", paragraph("word " * 2_100_000))
    assert code_of(path) == "too-large"


def test_many_paragraphs_are_read_piece_by_piece(tmp_path: Path) -> None:
    body = "".join(paragraph(run(f"Clause {number}.")) for number in range(2000))
    document = read(tmp_path, body)
    assert [b.source.paragraph for b in document.blocks if b.source] == list(range(2000))
    assert all(document.text[b.start : b.end] == f"Clause {i}." for i, b in enumerate(document.blocks))


def test_reading_can_be_stopped(tmp_path: Path) -> None:
    class StopError(Exception):
        pass

    told: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        told.append((done, total))
        if done:
            raise StopError

    path = write_docx(tmp_path / "a.docx", "".join(paragraph(f"Clause {number}.") for number in range(2000)))
    with pytest.raises(StopError):
        load_document(path, progress=stop)
    assert len(told) == 2
    assert 0 < told[1][0] < told[1][1]
