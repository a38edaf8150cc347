"""The annotated copy: highlights on exactly the words, seen by other programs, and nothing else changed."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest

from app.analysis.analysis import TagScore
from app.documents.document import Quad
from app.documents.pdf_opening import open_pdf
from app.errors import FusenError
from app.export.annotated_pdf import write_annotated_pdf
from app.export.brief import Opinion
from app.review.findings import Decision, Finding, Piece, Span, with_span

import pymupdf  # isort: skip

LINES = {
    "en": (
        "This Agreement is governed by the laws of Japan.",
        "Liability is capped at the fees paid.",
        "They shall meet.",
    ),
    "ja": ("本契約は日本法に準拠する。", "賠償責任は委託料を上限とする。", "当事者は協議する。"),
}
LINES_IN_ORDER = (*LINES["en"], *LINES["ja"])


def make_pdf(
    path: Path, language: str = "en", rotation: int = 0, crop: bool = False, note: bool = True, **saving: object
) -> Path:
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=420, height=595)
        for number, line in enumerate(LINES[language]):
            page.insert_text(
                (72, 100 + 40 * number), line, fontsize=12, fontname="japan" if language == "ja" else "helv"
            )
        if note:
            page.add_text_annot((300, 300), "an older note")
        if crop:
            page.set_cropbox(pymupdf.Rect(40, 60, 400, 500))
        page.set_rotation(rotation)
        pdf.save(path, **saving)
    return path


def quad_of(pdf: Path, line: str, password: str | None = None) -> Quad:
    """Where the line stands on the displayed page, clockwise from the text's upper left, from its characters."""
    with open_pdf(pdf, password) as opened:
        page = opened[0]
        for block in page.get_text("rawdict")["blocks"]:
            for entry in block.get("lines", ()):
                for span in entry["spans"]:
                    if "".join(char["c"] for char in span["chars"]) == line:
                        quad = pymupdf.recover_quad(entry["dir"], span) * page.rotation_matrix
                        return tuple(x for point in (quad.ul, quad.ur, quad.lr, quad.ll) for x in point)  # type: ignore[return-value]
    raise AssertionError(f"{line} is not on the page")


def finding_on(
    pdf: Path, line: str, decision: Decision = "accepted", comment: str = "", password: str | None = None
) -> Finding:
    return Finding(
        id=line,
        document_sha256=hashlib.sha256(pdf.read_bytes()).hexdigest(),
        start=LINES_IN_ORDER.index(line),
        end=LINES_IN_ORDER.index(line) + len(line),
        page=1,
        text=line,
        quads=(quad_of(pdf, line, password),),
        importance=0.93,
        interval=(0.88, 0.98),
        tags=(TagScore("cap-on-liability", 0.9),),
        rank=1,
        decision=decision,
        comment=comment,
    )


def words_under(annotation: pymupdf.Annot, page: pymupdf.Page) -> str:
    """The characters whose middle lies in the annotation's quads, in the page's own space before rotation."""
    points = annotation.vertices
    quads = [pymupdf.Quad(points[index : index + 4]) for index in range(0, len(points), 4)]
    areas = [quad.rect for quad in quads]
    found = []
    for block in page.get_text("rawdict")["blocks"]:
        for line in block.get("lines", ()):
            for span in line["spans"]:
                for char in span["chars"]:
                    box = pymupdf.Rect(char["bbox"])
                    middle = (box.tl + box.br) / 2
                    if any(area.contains(middle) for area in areas):
                        found.append(char["c"])
    return "".join(found)


def highlights(pdf: Path, password: str | None = None) -> list[tuple[dict[str, str], str]]:
    with open_pdf(pdf, password) as opened:
        opened[0].set_rotation(0)
        page = opened[0]
        return [(a.info, words_under(a, page)) for a in page.annots(types=[pymupdf.PDF_ANNOT_HIGHLIGHT])]


def test_a_finding_over_a_page_end_is_highlighted_on_each_of_its_pages(tmp_path: Path) -> None:
    path, output = tmp_path / "two.pdf", tmp_path / "copy.pdf"
    with pymupdf.open() as pdf:
        for line in LINES["en"][:2]:
            pdf.new_page(width=420, height=595).insert_text((72, 100), line, fontsize=12)
        pdf.save(path)
    quad = quad_of(path, LINES["en"][0])
    below = tuple(value + 40 if place % 2 else value for place, value in enumerate(quad))
    finding = replace(finding_on(path, LINES["en"][0]), more=(Piece(2, (quad, below)), Piece(9, (quad,))))  # type: ignore[arg-type] -- of eight
    write_annotated_pdf(path, output, [finding])
    with pymupdf.open(output) as copy:
        marked = [[(len(mark.vertices) // 4, mark.info["content"]) for mark in page.annots()] for page in copy]
    assert [[count for count, _ in page] for page in marked] == [[1], [2]]
    assert [bool(note) for page in marked for _, note in page] == [True, False]  # one note a finding


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [False, True])
def test_a_highlight_covers_exactly_its_words(tmp_path: Path, language: str, rotation: int, crop: bool) -> None:
    source, copy = make_pdf(tmp_path / "契約.pdf", language, rotation, crop), tmp_path / "copy.pdf"
    write_annotated_pdf(source, copy, [finding_on(source, LINES[language][1])], "山田")
    ((info, words),) = highlights(copy)
    assert words == LINES[language][1]
    assert info["title"] == "山田"


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="needs poppler's pdftoppm")
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_another_program_draws_the_highlight_at_the_same_place(tmp_path: Path, rotation: int) -> None:
    source, copy = make_pdf(tmp_path / "a.pdf", "en", rotation, crop=True, note=False), tmp_path / "copy.pdf"
    finding = finding_on(source, LINES["en"][1])
    write_annotated_pdf(source, copy, [finding])
    subprocess.run(["pdftoppm", "-r", "72", "-png", "-cropbox", copy, tmp_path / "page"], check=True)
    (image,) = tmp_path.glob("page*.png")
    pixels = pymupdf.Pixmap(str(image))
    coloured = [
        (x, y)
        for y in range(pixels.height)
        for x in range(pixels.width)
        if pixels.pixel(x, y)[2] < 150 < pixels.pixel(x, y)[0]  # amber: red and little blue
    ]
    xs, ys = finding.quads[0][0::2], finding.quads[0][1::2]
    assert min(x for x, _ in coloured) == pytest.approx(min(xs), abs=4)
    assert max(x for x, _ in coloured) == pytest.approx(max(xs), abs=4)
    assert min(y for _, y in coloured) == pytest.approx(min(ys), abs=4)
    assert max(y for _, y in coloured) == pytest.approx(max(ys), abs=4)


def test_what_a_click_on_the_highlight_says(tmp_path: Path) -> None:
    english, japanese = make_pdf(tmp_path / "e.pdf"), make_pdf(tmp_path / "j.pdf", "ja")
    write_annotated_pdf(english, tmp_path / "e2.pdf", [finding_on(english, LINES["en"][1], comment="Ask\nlegal")])
    write_annotated_pdf(japanese, tmp_path / "j2.pdf", [finding_on(japanese, LINES["ja"][1], "added", "上限を確認")])
    ((info, _),) = highlights(tmp_path / "e2.pdf")
    assert info["content"].splitlines() == [
        "Cap on liability",
        "Very important: 93% (88%–98%)",
        "Accepted",
        "Ask",
        "legal",
    ]
    ((info, _),) = highlights(tmp_path / "j2.pdf")
    assert info["content"].splitlines() == ["責任の上限", "非常に重要：93%（88%～98%）", "査読者が追加", "上限を確認"]


def test_only_decided_findings_are_drawn_unless_asked(tmp_path: Path) -> None:
    source = make_pdf(tmp_path / "a.pdf")
    decisions: tuple[Decision, ...] = ("accepted", "rejected", "undecided")
    findings = [finding_on(source, line, decision) for line, decision in zip(LINES["en"], decisions, strict=True)]
    write_annotated_pdf(source, tmp_path / "decided.pdf", findings)
    assert [words for _, words in highlights(tmp_path / "decided.pdf")] == [LINES["en"][0]]
    write_annotated_pdf(source, tmp_path / "all.pdf", findings, undecided=True)
    assert [words for _, words in highlights(tmp_path / "all.pdf")] == [LINES["en"][0], LINES["en"][2]]


def head_in(copy: Path, password: str = "") -> str:
    with pikepdf.open(copy, password=password) as pdf:
        return str(pdf.docinfo["/FusenAuditHead"])


def test_the_head_of_the_audit_log_stands_beside_what_the_document_says_of_itself(tmp_path: Path) -> None:
    source, copy = make_pdf(tmp_path / "a.pdf"), tmp_path / "copy.pdf"
    for information in (None, pikepdf.Dictionary(Title="Own"), "indirect"):
        with pikepdf.open(source, allow_overwriting_input=True) as pdf:
            if information is not None:
                direct = pikepdf.Dictionary(Title="Own")
                pdf.trailer.Info = pdf.make_indirect(direct) if information == "indirect" else direct
            pdf.save(source)
        write_annotated_pdf(source, copy, [], audit_head="ab" * 32)
        assert head_in(copy) == "ab" * 32
        with pikepdf.open(copy) as pdf:
            assert str(pdf.docinfo.get("/Title", "Own")) == "Own"
            assert len(pdf.docinfo) == (1 if information is None else 2)


def test_the_original_and_its_annotations_stay(tmp_path: Path) -> None:
    source, copy = make_pdf(tmp_path / "a.pdf"), tmp_path / "copy.pdf"
    before = source.read_bytes()
    write_annotated_pdf(source, copy, [finding_on(source, LINES["en"][0])], audit_head="ab" * 32)
    assert source.read_bytes() == before
    assert head_in(copy) == "ab" * 32
    assert copy.read_bytes().startswith(before), "the copy only appends, so that a signature stays valid"
    with open_pdf(copy) as pdf:
        assert [a.info["content"] for a in pdf[0].annots(types=[pymupdf.PDF_ANNOT_TEXT])] == ["an older note"]


@pytest.mark.parametrize("password", ["owner", "ユーザー"])
def test_an_encrypted_file_stays_encrypted(tmp_path: Path, password: str) -> None:
    source, copy = tmp_path / "a.pdf", tmp_path / "copy.pdf"
    make_pdf(source, encryption=pymupdf.PDF_ENCRYPT_AES_256, owner_pw="owner", user_pw="ユーザー")
    finding = finding_on(source, LINES["en"][1], password=password)
    write_annotated_pdf(source, copy, [finding], password=password, audit_head="ab" * 32)
    assert head_in(copy, "owner") == "ab" * 32
    with pytest.raises(FusenError) as caught:
        open_pdf(copy)
    assert caught.value.code == "encrypted"
    for each in ("owner", "ユーザー"):
        assert [words for _, words in highlights(copy, each)] == [LINES["en"][1]]


def test_a_file_that_had_to_be_repaired_is_written_anew(tmp_path: Path) -> None:
    source, copy = make_pdf(tmp_path / "a.pdf"), tmp_path / "copy.pdf"
    source.write_bytes(source.read_bytes().replace(b"startxref", b"startxxxx"))
    write_annotated_pdf(source, copy, [finding_on(source, LINES["en"][1])])
    assert [words for _, words in highlights(copy)] == [LINES["en"][1]]


def test_a_file_that_only_another_parser_repairs_is_written_anew(tmp_path: Path) -> None:
    source, copy = make_pdf(tmp_path / "a.pdf"), tmp_path / "copy.pdf"
    finding = finding_on(source, LINES["en"][1])
    damaged = re.sub(rb"/Count \d+", b"/Count -5", pymupdf.open(source).tobytes(use_objstms=0))
    source.write_bytes(damaged)
    finding = replace(finding, document_sha256=hashlib.sha256(damaged).hexdigest())
    write_annotated_pdf(source, copy, [finding], audit_head="ab" * 32)
    assert head_in(copy) == "ab" * 32
    assert [words for _, words in highlights(copy)] == [LINES["en"][1]]
    assert source.read_bytes() == damaged


def test_the_original_is_never_overwritten(tmp_path: Path) -> None:
    source = make_pdf(tmp_path / "a.pdf")
    (tmp_path / "other name.pdf").symlink_to(source)
    before = source.read_bytes()
    for output in (source, tmp_path / "other name.pdf"):
        with pytest.raises(FusenError) as caught:
            write_annotated_pdf(source, output, [finding_on(source, LINES["en"][0])])
        assert caught.value.code == "permission"
    assert source.read_bytes() == before


def test_a_file_that_changed_since_is_not_marked_at_the_wrong_words(tmp_path: Path) -> None:
    source = make_pdf(tmp_path / "a.pdf")
    finding = finding_on(source, LINES["en"][0])
    make_pdf(source, "ja")
    with pytest.raises(FusenError) as caught:
        write_annotated_pdf(source, tmp_path / "copy.pdf", [finding])
    assert caught.value.code == "unsupported"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.pdf"]


def test_errors_name_the_original_and_leave_nothing_behind(tmp_path: Path) -> None:
    source = make_pdf(tmp_path / "a.pdf", encryption=pymupdf.PDF_ENCRYPT_AES_256, owner_pw="o", user_pw="u")
    for password, code in ((None, "encrypted"), ("wrong", "wrong-password")):
        with pytest.raises(FusenError) as caught:
            write_annotated_pdf(source, tmp_path / "copy.pdf", [], password=password)
        assert caught.value.code == code
        assert "a.pdf" in caught.value.message
    with pytest.raises(FusenError) as caught:
        write_annotated_pdf(source, tmp_path / "nowhere" / "copy.pdf", [], password="u")
    assert caught.value.code == "not-found"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.pdf"]


def test_a_full_disk_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = make_pdf(tmp_path / "a.pdf")

    def full(*_: object, **__: object) -> None:
        raise pymupdf.mupdf.FzErrorSystem("cannot fwrite: No space left on device")

    monkeypatch.setattr(pymupdf.Document, "save", full)
    with pytest.raises(FusenError) as caught:
        write_annotated_pdf(source, tmp_path / "copy.pdf", [])
    assert "space" in caught.value.message


def test_what_the_reviewer_moved_added_and_gave_out_stands_on_the_page(tmp_path: Path) -> None:
    source, copy = make_pdf(tmp_path / "contract.pdf"), tmp_path / "copy.pdf"
    first, second = (finding_on(source, line, "accepted") for line in LINES["en"][:2])
    words = Span(second.start, second.end, 1, second.text, second.quads)
    edited = replace(with_span(first, words), decision="edited", owner="Sato", due="2026-04-30", raised=True)
    added = replace(finding_on(source, LINES["en"][2], "added"), rank=0, tags=())
    write_annotated_pdf(source, copy, [edited, added])
    (moved, under_moved), (own, under_own) = highlights(copy)
    assert (under_moved, under_own) == (LINES["en"][1], LINES["en"][2])
    assert "To be raised in the meeting; Owner: Sato; Due: 2026-04-30" in moved["content"]
    assert "not weighed by the model" in own["content"]
    assert "%" not in own["content"]


def test_comments_and_opinions_are_replies_that_no_viewer_draws_over_the_words(tmp_path: Path) -> None:
    source, copy = make_pdf(tmp_path / "a.pdf", note=False), tmp_path / "copy.pdf"
    finding = finding_on(source, LINES["en"][1], comment="Ask legal\n第二行")
    opinions = {finding.id: (Opinion("Mori", "rejected", "too low"), Opinion("森", "accepted"))}
    moment = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    write_annotated_pdf(source, copy, [finding], "Sato", opinions=opinions, moment=moment)
    with pikepdf.open(copy) as pdf:
        mark, *replies = (annotation for annotation in pdf.pages[0].Annots if annotation.Subtype != "/Popup")
        assert mark.Subtype == "/Highlight"
        assert all(reply.IRT.objgen == mark.objgen and reply.RT == "/R" for reply in replies)
        assert all(int(reply.F) & 2 and reply.Rect[0] >= mark.Rect[0] - 1 for reply in replies)
        said = [(str(reply.T), str(reply.Contents)) for reply in replies]
        assert said == [("Sato", "Ask legal\n第二行"), ("Mori", "Rejected\ntoo low"), ("森", "Accepted")]
        assert {str(a.M) for a in (mark, *replies)} == {"D:20260304050607Z00'00'"}
        assert mark.AP.N is not None


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_the_outline_is_kept_and_leads_to_the_findings(tmp_path: Path, rotation: int) -> None:
    source, copy = make_pdf(tmp_path / "a.pdf", "ja", rotation, crop=True), tmp_path / "copy.pdf"
    old = [[1, "第一章", 1], [2, "第一条", 1], [1, "Annex", 1]]
    with pymupdf.open(source) as pdf:
        pdf.set_toc(old)
        pdf.saveIncr()
    findings = [finding_on(source, line) for line in LINES["ja"][:2]]
    write_annotated_pdf(source, copy, findings)
    with pymupdf.open(copy) as pdf:
        entries = pdf.get_toc(simple=True)
    title = "1 ページ；責任の上限；承認"
    assert entries == [*old, [1, "指摘事項", 1], [2, title, 1], [2, title, 1]]
    with pikepdf.open(copy) as read, read.open_outline() as outline:
        (*_, last) = outline.root
        assert [child.title for child in last.children] == [title, title]
        marks = [annotation for annotation in read.pages[0].Annots if annotation.Subtype == "/Highlight"]
        for child, mark in zip(last.children, marks, strict=True):
            assert float(child.destination[3]) == pytest.approx(float(mark.Rect[3]), abs=0.01)


def test_a_file_without_an_outline_gets_one_and_a_circle_of_entries_is_left_alone(tmp_path: Path) -> None:
    source, copy = make_pdf(tmp_path / "a.pdf"), tmp_path / "copy.pdf"
    write_annotated_pdf(source, copy, [finding_on(source, LINES["en"][0])])
    with pymupdf.open(copy) as pdf:
        assert [title for _, title, _ in pdf.get_toc(simple=True)] == ["Findings", "p. 1; Cap on liability; Accepted"]
        pdf.set_toc([[1, "one", 1], [1, "two", 1]])
        root = int(pdf.xref_get_key(pdf.pdf_catalog(), "Outlines")[1].split()[0])
        first, last = (int(pdf.xref_get_key(root, key)[1].split()[0]) for key in ("First", "Last"))
        pdf.xref_set_key(last, "Next", f"{first} 0 R")
        circle = tmp_path / "circle.pdf"
        pdf.save(circle)
    write_annotated_pdf(circle, tmp_path / "marked.pdf", [finding_on(circle, LINES["en"][1])])
    assert len(highlights(tmp_path / "marked.pdf")) == 2


def test_a_signed_file_is_told_of(tmp_path: Path) -> None:
    source, copy = make_pdf(tmp_path / "a.pdf"), tmp_path / "copy.pdf"
    with pymupdf.open(source) as pdf:
        field = pdf.get_new_xref()
        pdf.update_object(field, "<</FT/Sig/T(s)/Type/Annot/Subtype/Widget/Rect[0 0 0 0]>>")
        pdf.xref_set_key(pdf.pdf_catalog(), "AcroForm", f"<</SigFlags 3/Fields[{field} 0 R]>>")
        pdf.saveIncr()
    (notice,) = write_annotated_pdf(source, copy, [finding_on(source, LINES["en"][0])])
    assert notice.code == "signature"
    assert copy.read_bytes().startswith(source.read_bytes())
