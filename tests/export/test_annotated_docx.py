"""The annotated copy of a Word document: comments on exactly the words, and nothing else changed."""

from __future__ import annotations

import hashlib
import io
import random
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from docx.api import Document as open_docx  # noqa: N813 -- a function, in spite of its name
from lxml import etree
from msoffcrypto.format.ooxml import OOXMLFile

from app.analysis.analysis import TagScore
from app.documents.document import Document
from app.documents.docx.locked import locked_again, unlocked
from app.documents.loading import load_document
from app.errors import FusenError
from app.export.annotated_docx import write_annotated_docx
from app.export.brief import Opinion
from app.review.findings import Decision, Finding, finding_id
from tests.documents.made_docx import (
    NAMESPACES,
    WORD,
    deleted_run,
    level,
    numbered,
    numbering,
    paragraph,
    part,
    run,
    tracked,
    write_docx,
)
from tests.export.docx_sameness import differences

MOMENT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def finding_at(document: Document, start: int, end: int, decision: Decision = "accepted", **more: object) -> Finding:
    text = document.text[start:end]
    found = Finding(
        id=finding_id(document.sha256, start, end, text),
        document_sha256=document.sha256,
        start=start,
        end=end,
        page=1,
        text=text,
        quads=(),
        importance=0.93,
        interval=(0.88, 0.98),
        tags=(TagScore("cap-on-liability", 0.9),),
        rank=1,
        decision=decision,
    )
    return replace(found, **more)  # type: ignore[arg-type] -- of whatever fields a test sets


def finding_on(document: Document, words: str, decision: Decision = "accepted", **more: object) -> Finding:
    start = document.text.index(words)
    return finding_at(document, start, start + len(words), decision, **more)


def commented(source: Path, *words: str) -> tuple[Path, list[tuple[str, str]]]:
    """The copy with a finding on each of these words; the words under our comments, and what these say."""
    document = load_document(source)
    copy = source.with_name("copy.docx")
    findings = [finding_on(document, each) for each in words]
    write_annotated_docx(source, copy, findings, "Sato Hanako", moment=MOMENT)
    again = load_document(copy)
    assert again.text == document.text
    ours = [(again.text[c.start : c.end], c.text) for c in again.comments if c.author == "Sato Hanako"]
    return copy, ours


RUNS = {
    "one run": run("Before. The words here. After."),
    "several runs": run("Before. The ") + run("words", "<w:b/>") + run(" here. After."),
    "a hyperlink": f'{run("Before. ")}<w:hyperlink w:anchor="x">{run("The words")}</w:hyperlink>{run(" here. After.")}',
    "a smart tag": f'<w:smartTag w:element="x">{run("Before. The w")}</w:smartTag>{run("ords here. After.")}',
    "a control": f"<w:sdt><w:sdtContent>{run('Before. The words')}</w:sdtContent></w:sdt>{run(' here. After.')}",
    "an insertion": tracked("ins", run("Before. The words")) + run(" here. After."),
    "a deletion inside": run("Before. The ") + tracked("del", deleted_run("old ")) + run("words here. After."),
    "a field": (
        f'{run("Before. ")}<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>REF x</w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("The words here. Af")}'
        f'<w:r><w:fldChar w:fldCharType="end"/></w:r>{run("ter.")}'
    ),
    "a simple field": f'<w:fldSimple w:instr="PAGE">{run("Before. The words")}</w:fldSimple>{run(" here. After.")}',
    "tabs and breaks": "<w:r><w:t>Before.</w:t><w:tab/><w:t>The words here.</w:t><w:br/><w:t>After.</w:t></w:r>",
    "spaces that do not count": "<w:r><w:t>  Before. The words here. After.  </w:t></w:r>",
    "revision marks": '<w:r w:rsidR="00AA"><w:rPr><w:i/><w:u w:val="single"/></w:rPr><w:t>Before. The words here. A</w:t></w:r>',
    "somebody's highlight": run("Before. The words here. After.", '<w:highlight w:val="red"/>'),
}


@pytest.mark.parametrize("kind", RUNS)
def test_a_comment_lies_on_exactly_its_words(tmp_path: Path, kind: str) -> None:
    source = write_docx(tmp_path / "a.docx", paragraph(RUNS[kind]) + paragraph("The end."))
    copy, ours = commented(source, "The words here.", "The end.")
    assert [words for words, _ in ours] == ["The words here.", "The end."]
    assert differences(source, copy) == []
    open_docx(str(copy))


def test_only_the_words_are_highlighted_and_runs_keep_their_properties(tmp_path: Path) -> None:
    properties = '<w:b/><w:sz w:val="20"/><w:u w:val="single"/>'
    source = write_docx(tmp_path / "a.docx", paragraph(run("ab The words cd", properties) + run("ef")))
    copy, _ = commented(source, "The words")
    runs = open_docx(str(copy)).paragraphs[0].runs
    assert [r.text for r in runs if r.font.highlight_color is not None] == ["The words"]
    assert [r.text for r in runs if r.bold and r.underline and r.font.size is not None] == ["ab ", "The words", " cd"]
    xml = zipfile.ZipFile(copy).read("word/document.xml").decode()
    assert '<w:b/><w:sz w:val="20"/><w:highlight w:val="yellow"/><w:u w:val="single"/>' in xml, "in the schema's order"


def test_what_a_comment_says(tmp_path: Path) -> None:
    source, copy = write_docx(tmp_path / "a.docx", paragraph("本契約は日本法に準拠する。")), tmp_path / "copy.docx"
    document = load_document(source)
    finding = finding_on(
        document,
        "本契約は日本法に準拠する。",
        comment="上限を確認\n法務へ",
        owner="佐藤",
        due="2026-04-30",
        raised=True,
    )
    opinions = {finding.id: (Opinion("森", "rejected", "低い"),)}
    write_annotated_docx(source, copy, [finding], "山田 花子", opinions=opinions, moment=MOMENT)
    (comment,) = open_docx(str(copy)).comments
    assert (comment.author, comment.initials, comment.timestamp) == ("山田 花子", "山花", MOMENT)
    lines = [p.text for p in comment.paragraphs]
    assert lines[:3] == ["責任の上限", "非常に重要：93%（88%～98%）", "承認"]
    assert "佐藤" in lines[3]
    assert "2026-04-30" in lines[3]
    assert lines[4:] == ["上限を確認", "法務へ", "森：却下；低い"]


def test_decisions_that_are_shown(tmp_path: Path) -> None:
    source = write_docx(tmp_path / "a.docx", "".join(map(paragraph, ("One.", "Two.", "Three.", "Four.", "Five."))))
    document = load_document(source)
    decisions: dict[str, Decision] = {"One.": "accepted", "Two.": "rejected", "Three.": "undecided", "Four.": "edited"}
    findings = [finding_on(document, words, decision) for words, decision in decisions.items()]
    write_annotated_docx(source, tmp_path / "1.docx", findings)
    write_annotated_docx(source, tmp_path / "2.docx", findings, undecided=True)
    shown = [
        [d.text[c.start : c.end] for c in d.comments]
        for d in map(load_document, map(tmp_path.joinpath, ("1.docx", "2.docx")))
    ]
    assert shown == [["One.", "Four."], ["One.", "Three.", "Four."]]
    write_annotated_docx(source, tmp_path / "3.docx", [])
    with zipfile.ZipFile(source) as a, zipfile.ZipFile(tmp_path / "3.docx") as b:
        assert [(n, a.read(n)) for n in a.namelist()] == [(n, b.read(n)) for n in b.namelist()]


def test_comments_that_are_there_stay_and_no_number_is_used_twice(tmp_path: Path) -> None:
    old = (
        '<w:comment w:id="0" w:author="Ada"><w:p><w:r><w:t>mine</w:t></w:r></w:p></w:comment>'
        '<w:comment w:id="2" w:author="Ada"><w:p><w:r><w:t>lost</w:t></w:r></w:p></w:comment>'
    )
    end = '<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>'
    marks = f'<w:commentRangeStart w:id="0"/>{run("One two.")}{end}'
    source = write_docx(tmp_path / "a.docx", paragraph(marks), parts={"comments.xml": part("comments", old)})
    copy, ours = commented(source, "One two.", "two.", "One")
    assert sorted(words for words, _ in ours) == ["One", "One two.", "two."]
    assert differences(source, copy) == []
    comments = open_docx(str(copy)).comments
    assert [(c.comment_id, c.author) for c in comments][:2] == [(0, "Ada"), (2, "Ada")]
    assert sorted(c.comment_id for c in comments) == [0, 1, 2, 3, 4]


def test_ranges_over_paragraphs_cells_and_a_deleted_paragraph_mark(tmp_path: Path) -> None:
    gone = '<w:p><w:pPr><w:rPr><w:del w:id="9" w:author="A"/></w:rPr></w:pPr>' + run("One half ") + "</w:p>"
    cells = "".join(f"<w:tc>{paragraph(words)}</w:tc>" for words in ("Left cell.", "Right cell."))
    source = write_docx(
        tmp_path / "a.docx",
        gone + paragraph("and another.") + f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>" + paragraph("End."),
    )
    document, copy = load_document(source), tmp_path / "copy.docx"
    whole = finding_at(document, document.text.index("half"), document.text.index("cell.") + 5)
    write_annotated_docx(source, copy, [whole, finding_on(document, "One half and another.")])
    again = load_document(copy)
    assert {again.text[c.start : c.end] for c in again.comments} == {whole.text, "One half and another."}
    assert differences(source, copy) == []


def test_words_where_word_takes_no_comments_are_highlighted_and_commented_nearby(tmp_path: Path) -> None:
    note = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    box = (
        "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:wsp><wps:txbx><w:txbxContent>"
        f"{paragraph('In a box.')}</w:txbxContent></wps:txbx></wps:wsp></w:drawing></mc:Choice></mc:AlternateContent></w:r>"
    )
    section = '<w:sectPr><w:headerReference w:type="default" r:id="rel-header1"/></w:sectPr>'
    body = (
        paragraph("First.") + paragraph(run("Noted") + note + run(" words.")) + paragraph(run("Boxed.") + box) + section
    )
    parts = {
        "footnotes.xml": part("footnotes", f'<w:footnote w:id="2">{paragraph("In a note.")}</w:footnote>'),
        "header1.xml": part("hdr", paragraph("In a header.")),
    }
    source, copy = write_docx(tmp_path / "a.docx", body, parts=parts), tmp_path / "copy.docx"
    document = load_document(source)
    findings = [finding_on(document, words) for words in ("In a box.", "In a note.", "In a header.")]
    notices = write_annotated_docx(source, copy, findings)
    assert [notice.code for notice in notices] == ["comments-elsewhere"]
    again = load_document(copy)
    places = {
        words: c.start
        for c in again.comments
        for words in ("box", "note", "header")
        if f"On: “In a {words}.”" in c.text
    }
    assert places == {
        "header": again.text.index("First."),
        "note": again.text.index("Noted") + len("Noted"),
        "box": again.text.index("Boxed.") + len("Boxed."),
    }
    with zipfile.ZipFile(copy) as package:
        assert all(b"commentR" not in package.read(f"word/{name}") for name in parts)
        for name, words in (("footnotes", "In a note."), ("header1", "In a header."), ("document", "In a box.")):
            before = package.read(f"word/{name}.xml").decode().partition(f">{words}<")[0]
            assert 'w:highlight w:val="yellow"' in before[before.rindex("<w:r>") :]
    assert differences(source, copy) == []


def test_a_number_that_word_writes_itself_stands_in_no_run(tmp_path: Path) -> None:
    body = numbered("The first.", 1) + f"<w:tbl><w:tr><w:tc>{numbered('', 1)}</w:tc></w:tr></w:tbl>"
    source = write_docx(
        tmp_path / "a.docx", body + paragraph("End."), parts={"numbering.xml": numbering(level(0, "%1."))}
    )
    document, copy = load_document(source), tmp_path / "copy.docx"
    assert document.text.startswith("1. The first.\n\n2.")
    label = document.text.index("2.")
    write_annotated_docx(source, copy, [finding_on(document, "1. The first."), finding_at(document, label, label + 2)])
    again = load_document(copy)
    assert [again.text[c.start : c.end] for c in again.comments] == ["The first.", ""]
    assert again.comments[1].start == again.text.index("2.") + 2
    assert differences(source, copy) == []


def test_controls_that_word_fills_anew_are_commented_around(tmp_path: Path) -> None:
    bound = (
        f'<w:sdt><w:sdtPr><w:dataBinding w:xpath="/x"/></w:sdtPr><w:sdtContent>{run("Acme Ltd")}</w:sdtContent></w:sdt>'
    )
    source = write_docx(tmp_path / "a.docx", paragraph(run("Between ") + bound + run(" and others.")))
    copy, ours = commented(source, "Acme Ltd and others.")
    assert [words for words, _ in ours] == ["Acme Ltd and others."]
    xml = zipfile.ZipFile(copy).read("word/document.xml").decode()
    assert xml.index("commentRangeStart") < xml.index("<w:sdt>")


def test_the_strict_variant_stays_strict(tmp_path: Path) -> None:
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    main = part("document", f"<w:body>{paragraph('Strict words. More.')}</w:body>").replace(WORD, strict)
    source = write_docx(tmp_path / "a.docx", main.encode())
    copy, ours = commented(source, "Strict words.")
    assert [words for words, _ in ours] == ["Strict words."]
    with zipfile.ZipFile(copy) as package:
        assert all(WORD.encode() not in package.read(f"word/{name}.xml") for name in ("document", "comments"))


@pytest.mark.parametrize("variant", ["transitional", "strict"])
def test_the_head_of_the_audit_log_is_a_custom_property(tmp_path: Path, variant: str) -> None:
    main = part("document", f"<w:body>{paragraph('Some words.')}</w:body>")
    if variant == "strict":
        main = main.replace(WORD, "http://purl.oclc.org/ooxml/wordprocessingml/main")
    first, again = tmp_path / "1.docx", tmp_path / "2.docx"
    source = write_docx(tmp_path / "a.docx", main.encode())
    write_annotated_docx(source, first, [finding_on(load_document(source), "Some words.")], audit_head="ab" * 32)
    assert variant == "strict" or differences(source, first) == []
    with zipfile.ZipFile(first) as old, zipfile.ZipFile(tmp_path / "owned.docx", "w") as new:
        for name in old.namelist():  # somebody else's property between two exports
            own = b'<property pid="3" name="Client"/></Properties>'
            new.writestr(name, old.read(name).replace(b"</Properties>", own))
    write_annotated_docx(tmp_path / "owned.docx", again, [], audit_head="cd" * 32)
    assert differences(tmp_path / "owned.docx", again) == ["docProps/custom.xml changed"]  # ours alone:
    with zipfile.ZipFile(again) as package:
        assert len(package.namelist()) == len(set(package.namelist()))
        shown = etree.fromstring(package.read("docProps/custom.xml"))
        relations = package.read("_rels/.rels").decode()
        assert package.read("[Content_Types].xml").count(b"custom-properties+xml") == 1
    named = {each.get("name"): "".join(each.itertext()) for each in shown}
    assert named == {"FusenAuditHead": "cd" * 32, "Client": ""}
    kind = "customProperties" if variant == "strict" else "custom-properties"
    assert relations.count(f"/relationships/{kind}") == 1
    assert etree.QName(shown).namespace.endswith(f"/{kind}")


def test_many_cuts_in_random_runs(tmp_path: Path) -> None:
    draw = random.Random(7)
    letters = "abc あ漢𠮷 <&>"
    for number in range(12):
        pieces = []
        for _ in range(draw.randint(1, 9)):
            text = "".join(draw.choices(letters, k=draw.randint(1, 9)))
            piece = run(text, draw.choice(("", "<w:b/>", "<w:i/>")))
            pieces.append(draw.choice((piece, piece, tracked("ins", piece), f"<w:hyperlink>{piece}</w:hyperlink>")))
        source = write_docx(tmp_path / f"{number}.docx", paragraph("".join(pieces)) + paragraph("x"))
        document, copy = load_document(source), tmp_path / "copy.docx"
        spans = (
            {tuple(sorted(draw.sample(range(len(document.text) - 3), 2))) for _ in range(5)}
            if len(document.text) > 6
            else set()
        )
        write_annotated_docx(source, copy, [finding_at(document, *span) for span in spans])
        again = load_document(copy)
        assert again.text == document.text
        assert {(c.start, c.end) for c in again.comments} == spans
        assert differences(source, copy) == []


def test_a_password_is_kept(tmp_path: Path) -> None:
    filling = paragraph("".join(random.Random(1).choices("abcdefghij 漢字仮名", k=6000)))
    plain, source = write_docx(tmp_path / "plain.docx", paragraph("Secret words. More.") + filling), tmp_path / "a.docx"
    with plain.open("rb") as file, source.open("wb") as target:
        OOXMLFile(file).encrypt("påss", target)
    # Each opening takes its time, on purpose; so the words are read from what was locked in.
    finding = finding_on(load_document(plain), "Secret words.")
    finding = replace(finding, document_sha256=hashlib.sha256(source.read_bytes()).hexdigest())
    copy, opened = tmp_path / "copy.docx", tmp_path / "opened.docx"
    write_annotated_docx(source, copy, [finding], password="påss")
    assert b"Secret" not in copy.read_bytes()
    opened.write_bytes(unlocked(copy, "påss").getvalue())
    again = load_document(opened)
    assert [again.text[c.start : c.end] for c in again.comments] == ["Secret words."]
    assert differences(plain, opened) == []
    for password, code in ((None, "encrypted"), ("wrong", "wrong-password")):
        with pytest.raises(FusenError) as caught:
            write_annotated_docx(source, tmp_path / "b.docx", [], password=password)
        assert caught.value.code == code


def test_a_package_too_small_to_be_put_under_a_password_is_refused(tmp_path: Path) -> None:
    small = write_docx(tmp_path / "a.docx", paragraph("Few words.")).read_bytes()
    with pytest.raises(FusenError) as caught:
        locked_again(io.BytesIO(small), "p", "a.docx")
    assert caught.value.code == "unsupported"


def test_a_signature_is_told_of(tmp_path: Path) -> None:
    source = write_docx(tmp_path / "a.docx", paragraph("Signed."))
    with zipfile.ZipFile(source, "a") as package:
        package.writestr("_xmlsignatures/origin.sigs", b"")
    kind = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(tmp_path / "signed.docx", "w") as new:
        for name in old.namelist():
            data = old.read(name).decode()
            if name == "_rels/.rels":
                data = data.replace(
                    "</Relationships>",
                    f'<Relationship Id="s" Type="{kind}" Target="_xmlsignatures/origin.sigs"/></Relationships>',
                )
            new.writestr(name, data)
    document = load_document(tmp_path / "signed.docx")
    notices = write_annotated_docx(tmp_path / "signed.docx", tmp_path / "c.docx", [finding_on(document, "Signed.")])
    assert [notice.code for notice in notices] == ["signature"]


def test_errors_leave_nothing_behind_and_never_the_original_changed(tmp_path: Path) -> None:
    source = write_docx(tmp_path / "a.docx", paragraph("Words."))
    finding, before = finding_on(load_document(source), "Words."), source.read_bytes()
    with pytest.raises(FusenError) as caught:
        write_annotated_docx(source, source, [finding])
    assert (caught.value.code, source.read_bytes()) == ("permission", before)
    other = write_docx(tmp_path / "b.docx", paragraph("Other."))
    with pytest.raises(FusenError) as caught:
        write_annotated_docx(other, tmp_path / "c.docx", [finding])
    assert caught.value.code == "unsupported"
    moved = replace(finding, text="Werds.")  # as another version of the reading would have it
    with pytest.raises(FusenError) as caught:
        write_annotated_docx(source, tmp_path / "c.docx", [moved])
    assert caught.value.code == "unsupported"
    broken = write_docx(tmp_path / "d.docx", paragraph("Words."), parts={"comments.xml": "<no xml"})
    with pytest.raises(FusenError) as caught:
        write_annotated_docx(broken, tmp_path / "c.docx", [finding_on(load_document(broken), "Words.")])
    assert caught.value.code == "damaged"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.docx", "b.docx", "d.docx"]


def test_the_same_findings_give_the_same_bytes(tmp_path: Path) -> None:
    source = write_docx(tmp_path / "a.docx", paragraph("Some words. More."))
    finding = finding_on(load_document(source), "Some words.")
    for name in ("1.docx", "2.docx"):
        write_annotated_docx(source, tmp_path / name, [finding], moment=MOMENT)
    assert (tmp_path / "1.docx").read_bytes() == (tmp_path / "2.docx").read_bytes()


def test_the_judge_of_sameness_sees_a_change(tmp_path: Path) -> None:
    first = write_docx(tmp_path / "a.docx", paragraph(run("Some ", "<w:b/>") + run("words.")))
    for other in ("Some wards.", "Some words. "):
        assert (
            differences(first, write_docx(tmp_path / "b.docx", paragraph(run("Some ", "<w:b/>") + run(other[5:]))))
            != []
        )
    assert differences(first, write_docx(tmp_path / "b.docx", paragraph("Some words."))) != []
    assert (
        differences(first, write_docx(tmp_path / "b.docx", paragraph(run("Some ", "<w:b/>") + run("wo") + run("rds."))))
        == []
    )
    assert NAMESPACES
