"""The brief, and what each renderer makes of it."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from docx.api import Document as open_docx  # noqa: N813 -- a function, in spite of its name
from docx.oxml.ns import qn
from samples import ENGLISH, JAPANESE, make_analysis, make_document

from app.analysis.analysis import Missed
from app.analysis.structure.values import Structure
from app.documents.document import Language
from app.errors import FusenError
from app.export.asking import asked_in
from app.export.brief import Brief, BriefSource, Opinion, make_brief
from app.export.docx_brief import render as render_docx
from app.export.docx_brief import write_brief_docx
from app.export.json_brief import write_brief_json
from app.export.markdown import brief_markdown
from app.export.wording import how_made_lines
from app.review.findings import Decision, Finding, Span
from app.review.headings import headings_alone
from app.review.operations import (
    SetComment,
    SetDecision,
    SetDue,
    SetOwner,
    SetRaised,
    SetRange,
    Together,
    apply,
)
from app.workspace.briefing import brief_of
from app.workspace.packing import finding_of
from app.workspace.store import Workspace

NOW = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)
DECISIONS: tuple[Decision, ...] = ("accepted", "rejected", "undecided")


def source(
    sentences: tuple[str, ...] = ENGLISH, comment: str = "Ask legal", file: str = "/c/services.pdf"
) -> BriefSource:
    document = make_document(sentences, file=file)
    analysis = make_analysis(document)
    findings = [finding_of(document.sha256, p) for p in analysis.passages if p.selected]
    decided: list[Finding] = [replace(f, decision=d, comment=comment) for f, d in zip(findings, DECISIONS, strict=True)]
    return BriefSource(file, sentences[0], "pdf", 2, analysis, tuple(decided))


def brief(*sources: BriefSource) -> Brief:
    return make_brief(sources or (source(),), purpose="Meeting of 2 April", created_at=NOW)


def test_each_finding_is_where_its_decision_puts_it() -> None:
    made = brief()
    assert [f.quote.text for f in made.findings] == [ENGLISH[1]]
    assert [f.quote.text for f in made.undecided] == [ENGLISH[3]]
    assert made.rejected == 1
    assert [(q.page, q.text) for q in made.summary] == [(1, ENGLISH[1]), (2, ENGLISH[3])]
    (document,) = made.documents
    assert (document.not_looked_at.passages, document.not_looked_at.unselected, document.not_looked_at.undecided) == (
        5,
        2,
        1,
    )
    unread = len(ENGLISH[0]) + len(ENGLISH[4])
    assert document.not_looked_at.share == pytest.approx(unread / sum(map(len, ENGLISH)))


def test_the_language_is_that_of_the_documents() -> None:
    assert brief(source(JAPANESE)).language == "ja"
    assert brief(source(JAPANESE), source()).language == "en"


def test_a_document_without_pages_is_cited_without_them() -> None:
    made = brief(replace(source(), format="docx"))
    assert made.documents[0].page_count is None
    assert made.findings[0].quote.page is None
    assert "p. 1" not in brief_markdown(made)


@pytest.mark.parametrize(
    ("sentences", "tag", "heading"), [(ENGLISH, "Cap on liability", "Findings"), (JAPANESE, "責任の上限", "指摘事項")]
)
def test_the_word_document_says_it_all_and_shows_japanese(sentences: tuple[str, ...], tag: str, heading: str) -> None:
    made = brief(source(sentences))
    docx = open_docx(io.BytesIO(render_docx(made)))
    headings = [p.text for p in docx.paragraphs if p.style is not None and p.style.name == "Heading 1"]
    assert heading in headings
    assert docx.paragraphs[0].style is not None
    assert (docx.paragraphs[0].style.name, docx.paragraphs[0].text) == ("Title", sentences[0])
    table = next(t for t in docx.tables if len(t.columns) == 5)
    assert table.rows[0]._tr.trPr is not None
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    cells = [cell.text for cell in table.rows[1].cells]
    assert (cells[0], cells[1].split("\n")[0], cells[2], cells[4]) == ("1", sentences[1], tag, "Ask legal")
    assert "93%" in cells[3]
    everything = "\n".join(
        [*(p.text for p in docx.paragraphs), *(c.text for t in docx.tables for r in t.rows for c in r.cells)]
    )
    for fact in (made.documents[0].sha256, "ab" * 32, "96.1%", "18.0%", "90%", "2026-04-01", "Page 2 is an image"):
        assert fact in everything
    assert sentences[2] not in everything, "a rejected finding is counted, not told"
    for paragraph in (paragraph for cell in table.rows[1].cells for paragraph in cell.paragraphs):
        style: Any = paragraph.style
        assert style.base_style.name == "Normal"
        assert style.base_style.element.rPr.rFonts.get(qn("w:eastAsia")) == "Yu Gothic"
    assert docx.sections[0].page_width.cm == pytest.approx(21, abs=0.01)
    assert (docx.core_properties.author, docx.core_properties.title) == ("Fusen", sentences[0])


def test_the_same_brief_gives_the_same_bytes() -> None:
    assert render_docx(brief()) == render_docx(brief())


def test_what_xml_does_not_allow_is_left_out() -> None:
    made = brief(source(comment="bell \x07, half \ud83d, page\x0c, null \x00."))
    assert "bell , half , page, null ." in [
        cell.text for t in open_docx(io.BytesIO(render_docx(made))).tables for row in t.rows for cell in row.cells
    ]
    assert "bell , half , page, null ." in brief_markdown(made)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice")
def test_libreoffice_opens_it(tmp_path: Path) -> None:
    write_brief_docx(brief(source(JAPANESE)), tmp_path / "b.docx")
    subprocess.run(
        ["soffice", "--headless", "--convert-to", "pdf", "--outdir", tmp_path, tmp_path / "b.docx"], check=True
    )
    assert (tmp_path / "b.pdf").stat().st_size > 1000


def test_markdown_shows_text_as_it_is() -> None:
    made = brief(source(comment="1. *not* a [link](x) <b> | # `code`"))
    text = brief_markdown(made)
    assert r"1\. \*not\* a \[link\](x) \<b\> \| \# \`code\`" in text
    assert f"> {ENGLISH[1]}" in text
    assert "(p. 2)" in text


def test_json_has_the_agreed_shape(tmp_path: Path) -> None:
    write_brief_json(brief(source(JAPANESE, comment="確認\ud83d")), tmp_path / "b.json")
    value = json.loads((tmp_path / "b.json").read_text(encoding="utf-8"))
    assert value["schema"] == "fusen.brief/1"
    (finding,) = value["findings"]
    assert (finding["page"], finding["text"], finding["decision"]) == (1, JAPANESE[1], "accepted")
    assert finding["tags"] == [{"tag": "cap-on-liability", "name": "責任の上限"}]
    assert value["documents"][0]["covered_mass"] == {"estimate": 0.961, "low": 0.951, "high": 0.969}
    assert value["created_at"] == "2026-04-01T09:30:00+00:00"


def test_the_brief_of_a_workspace(tmp_path: Path) -> None:
    document = make_document(JAPANESE, file="/契約/委託.pdf")
    with Workspace.open(tmp_path / "w.fusen") as workspace:
        with pytest.raises(FusenError) as caught:
            brief_of(workspace)
        assert caught.value.code == "empty"
        workspace.save_analysis(document, make_analysis(document))
        first = workspace.findings(document.sha256)[0]
        workspace.apply(SetDecision(first.id, "accepted"))
        workspace.apply(SetComment(first.id, "確認"))
        made = brief_of(workspace, document.sha256)
    assert (made.title, made.documents[0].file) == (JAPANESE[0], "委託.pdf")
    assert [(f.quote.text, f.comment) for f in made.findings] == [(JAPANESE[1], "確認")]


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "b.docx"
    output.write_bytes(b"the older one")

    def full_disk(self: Path, content: bytes) -> int:
        self.open("wb").write(content[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    with pytest.raises(FusenError) as caught:
        write_brief_docx(brief(), output)
    assert "space" in caught.value.message
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("b.docx", b"the older one")]


def test_a_disk_that_is_only_to_be_read_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, *_: object, **__: object) -> int:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(FusenError) as caught:
        write_brief_docx(brief(), tmp_path / "b.docx")
    assert caught.value.code == "permission"


def test_a_missing_folder_is_explained(tmp_path: Path) -> None:
    with pytest.raises(FusenError) as caught:
        write_brief_docx(brief(), tmp_path / "nowhere" / "b.docx")
    assert caught.value.code == "not-found"


def test_what_was_decided_comes_first_and_what_was_not_is_only_pointed_to() -> None:
    long = "The Supplier shall keep records of every delivery. " * 8
    first = source()
    made = brief(
        replace(
            first, findings=tuple(replace(f, text=long) if f.decision == "undecided" else f for f in first.findings)
        )
    )
    text = brief_markdown(made)
    assert text.index("## Findings") < text.index("## Summary") < text.index("## Undecided")
    assert long.strip() not in text
    assert "The Supplier shall keep records of every delivery. The Supplier" in text
    assert "…" in text


@pytest.mark.parametrize(
    ("language", "whole", "some"),
    [
        (
            "en",
            "100% of the passages",
            "62% of the passages; in the others about 1.2 important ones are expected (0.3–4.0)",
        ),
        ("ja", "文の 100%", "文の 62%。残りの文に重要なものが約 1.2 件（0.3～4.0 件）あると見積もられる"),
    ],
)
def test_how_much_was_read_closely_is_said(language: Language, whole: str, some: str) -> None:
    one = brief(source(JAPANESE if language == "ja" else ENGLISH))
    (document,) = one.documents
    read = replace(document, read_deeply=0.62, missed=Missed(1.2, 0.3, 4.0))
    for each, expected in ((document, whole), (read, some)):
        assert expected in [value for _, value in how_made_lines(each, one)]


def reviewed_source() -> BriefSource:
    """One finding whose ends were moved, with owner, date and meeting, and one that the reviewer added."""
    made = source(comment="")
    first, *rest = made.findings
    shorter = Span(first.start, first.end - 10, first.page, first.text[:-10], first.quads)
    (edited,) = apply(
        {first.id: first},
        Together(
            (
                SetRange(first.id, shorter),
                SetOwner(first.id, "Sato"),
                SetDue(first.id, "2026-04-30"),
                SetRaised(first.id, raised=True),
            )
        ),
    ).findings
    added = replace(rest[1], id="own", text="Words between.", rank=0, decision="added", tags=(), importance=0.0)
    none = replace(made.analysis, passages=tuple(replace(p, selected=False) for p in made.analysis.passages))
    return replace(made, analysis=none, findings=(edited, added), labels=("iv", ""))


def test_edited_and_added_findings_are_briefed_as_the_reviewer_left_them() -> None:
    made = brief(reviewed_source())
    edited, added = made.findings
    assert (edited.decision, edited.quote.text, edited.proposed) == ("edited", ENGLISH[1][:-10], ENGLISH[1])
    assert (edited.owner, edited.due, edited.raised, edited.scored) == ("Sato", "2026-04-30", True, True)
    assert (added.decision, added.quote.text, added.scored) == ("added", "Words between.", False)
    assert made.documents[0].not_looked_at.unselected == 3  # the proposed passage was looked at, whatever its ends now
    written = brief_markdown(made)
    assert "p. iv" in written
    assert "To be raised in the meeting; Owner: Sato; Due: 2026-04-30" in written.replace("\\", "")
    assert "Added by the reviewer; not weighed by the model" in written
    assert f"> {ENGLISH[1][:-10].strip()}\n" in written


def test_programs_get_owner_date_and_the_proposed_passage(tmp_path: Path) -> None:
    write_brief_json(brief(reviewed_source()), tmp_path / "brief.json")
    edited, added = json.loads((tmp_path / "brief.json").read_text())["findings"]
    assert {edited[key] for key in ("owner", "due", "label", "proposed")} == {"Sato", "2026-04-30", "iv", ENGLISH[1]}
    assert edited["raised"]
    assert (added["decision"], added["scored"], added["label"]) == ("added", False, "2")


def test_a_brief_knows_where_a_finding_stands_and_what_it_is_read_together_with() -> None:
    made = brief(replace(source(), structure=headings_alone(make_document())))
    (finding,) = made.findings
    assert finding.section == (ENGLISH[0],)
    assert (finding.id, ENGLISH[1]) == (source().findings[0].id, "\n".join(ENGLISH)[finding.start : finding.end])
    assert (finding.probabilities, len(finding.quads)) == ((0.8,), 1)
    (link,) = finding.links
    assert (link.kind, link.outgoing, link.quote.text, link.quote.page) == ("read-together", False, ENGLISH[3], 2)
    assert made.undecided[0].links[0].outgoing


def test_documents_of_one_name_are_told_apart() -> None:
    files = ("/a/x.pdf", "/b/x.pdf", "/b/y.pdf", "/b/y.pdf")
    made = brief(*(source((*ENGLISH[:-1], f"{number}."), file=file) for number, file in enumerate(files)))
    names = [document.file for document in made.documents]
    assert names == ["a/x.pdf", "b/x.pdf", *(f"y.pdf ({each.sha256[:8]})" for each in made.documents[2:])]
    assert [finding.quote.file for finding in made.findings] == names


def test_comments_raised_findings_and_disagreements_are_open_questions() -> None:
    first = source(comment="Fine. Who pays for recall?")
    kept, _, undecided = first.findings
    opinions = {kept.id: (Opinion("Abe", "accepted"), Opinion("Mori", "rejected"))}
    findings = (kept, replace(undecided, comment="", raised=True))
    made = brief(replace(first, findings=findings, opinions=opinions, reviewer="Abe"))
    assert [(q.reason, q.text, q.quote.text) for q in made.questions] == [
        ("asked", "Who pays for recall?", ENGLISH[1]),
        ("disagreement", "", ENGLISH[1]),
        ("raised", "", ENGLISH[3]),
    ]
    alike = {kept.id: (Opinion("Abe", "accepted"), Opinion("Mori", "edited"))}
    agreed = brief(replace(first, findings=findings, opinions=alike, reviewer="Abe"))
    assert "disagreement" not in {question.reason for question in agreed.questions}
    assert made.reviewers == ("Abe", "Mori")
    assert (made.findings[0].reviewer, made.undecided[0].reviewer) == ("Abe", "")


@pytest.mark.parametrize(
    ("comment", "asked"),
    [
        ("", ()),
        ("Ask legal.", ()),
        ("Why? Because. (Is it so?) Done", ("Why?", "(Is it so?)")),
        ("上限は妥当ですか。法務に確認。", ("上限は妥当ですか。",)),
        ("Within approx. 5 days, cf. sec. 3? Yes", ("Within approx. 5 days, cf. sec. 3?",)),
        ("静かな場所。しかし要確認", ("しかし要確認",)),
        ("誰が負担するのか？\nこれは定義である", ("誰が負担するのか？",)),
    ],
)
def test_a_question_is_told_from_a_statement(comment: str, asked: tuple[str, ...]) -> None:
    assert asked_in(comment) == asked


def test_the_brief_of_a_workspace_says_what_was_never_shown_and_where_findings_stand(tmp_path: Path) -> None:
    document = make_document()
    with Workspace.open(tmp_path / "w.fusen") as workspace:
        workspace.save_analysis(document, make_analysis(document))
        workspace.looks.add_shown(document.sha256, "page", (1, 2))
        made = brief_of(workspace)
        given = brief_of(workspace, read_structure=lambda _document: Structure())
    missed = made.documents[0].not_looked_at
    assert (missed.never_shown, missed.size, missed.paged) == (((2, 3),), 2, True)
    assert made.documents[0].recall == 0.9
    assert {f.section for f in made.undecided} == {(ENGLISH[0],)}
    assert {f.section for f in given.undecided} == {()}
