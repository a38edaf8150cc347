"""Makes the pictures of annotated copies and of a slide in docs/images: `python -m tests.export.copy_pictures`.

Needs LibreOffice, poppler and fontconfig. Of the examples that ship with Fusen, with findings of the model that ships with it;
decisions and comments are made for the pictures.
"""

from __future__ import annotations

import subprocess
import tempfile
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
from PIL import Image, ImageDraw

from app.analysis.analysis import AnalysisSettings
from app.documents.document import Document
from app.export.brief import Brief, BriefSource, make_brief
from app.export.formats import FORMATS
from app.review.findings import Decision, Finding
from app.workers.client import WorkerClient
from app.workers.picturing import pictures_of
from app.workers.protocol import AnalysisResult, Analyze, AnnotateDocx, AnnotatePdf, ReadDocument, ReadResult
from app.workspace.packing import finding_of
from tests.export.pictures import COLOURS, IMAGES, INK, font_of, packed, require
from tests.export.reading_back import bare

EXAMPLES = Path(__file__).resolve().parents[2] / "resources" / "examples"
_COMMENTS = {
    "services-agreement.pdf": (
        "Below what we agreed in 2024. Is twelve months enough?",
        "",
        "Ask legal before the meeting.",
    ),
    "outsourcing-agreement-ja.docx": (
        "昨年の合意を下回っています。十二か月分で十分でしょうか。",
        "",
        "会議の前に法務へ確認する。",
    ),
}
_OWNERS = {"en": ("Sato", "Mori", ""), "ja": ("佐藤", "森", "")}
_DECISIONS: tuple[Decision, ...] = ("accepted", "edited", "added")
_MOST = 9
_MARGIN, _NARROWER, _NOTE_FONT, _NOTE_SIZE = 230, 50, "Noto Sans CJK JP", 12


def main() -> None:
    """All three."""
    require("soffice", "pdftoppm", "fc-match")
    documents = WorkerClient("app.workers.document_worker", name="document worker")
    model = WorkerClient("app.workers.model_worker", name="model worker")
    try:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            pdf, docx = (EXAMPLES / name for name in _COMMENTS)
            brief, findings = _reviewed(pdf, documents, model)
            copy = folder / "copy.pdf"
            documents.call(AnnotatePdf(str(pdf), str(copy), findings, "Sato"))
            page = max(1, *(finding.page for finding in findings[:1]))
            _draw(copy, page, folder, "annotated-pdf.png", 70)
            slides = folder / "slides.pptx"
            pictures = pictures_of(brief, {findings[0].document_sha256: (pdf, None)}, documents)
            FORMATS["pptx"].write(brief, slides, None, pictures)
            _draw(_converted(slides, folder, "pdf"), 3, folder, "export-pptx-en.png", 60)
            _, findings = _reviewed(docx, documents, model)
            copy = folder / "copy.docx"
            documents.call(AnnotateDocx(str(docx), str(copy), findings, "佐藤"))
            notes = 'pdf:writer_pdf_Export:{"ExportNotes":{"type":"boolean","value":"true"}}'
            printed = _converted(copy, folder, notes)
            page = _page_with(printed, findings[0].text)
            _draw(printed, page, folder, "annotated-docx-ja.png", 64, _comments(printed, page))
    finally:
        documents.close()
        model.close()


def _reviewed(path: Path, documents: WorkerClient, model: WorkerClient) -> tuple[Brief, tuple[Finding, ...]]:
    read = documents.call(ReadDocument(str(path)))
    assert isinstance(read, ReadResult)
    document: Document = read.document
    analysed = model.call(Analyze(document, AnalysisSettings()))
    assert isinstance(analysed, AnalysisResult)
    analysis = replace(analysed.analysis, file=path.name)
    chosen = sorted((p for p in analysis.passages if p.selected), key=lambda passage: passage.rank)[:_MOST]
    findings = []
    for number, passage in enumerate(sorted(chosen, key=lambda passage: passage.start)):
        findings.append(
            replace(
                finding_of(analysis.sha256, passage),
                decision=_DECISIONS[number % 3 if number % 4 == 3 else 0],
                comment=_COMMENTS[path.name][number % 3],
                owner=_OWNERS[document.language][number % 3],
                due="2026-04-30" if number % 3 == 0 else "",
                raised=number % 2 == 0,
            )
        )
    labels = tuple(page.label for page in document.pages)
    known = (path.name, path.stem, document.format, document.page_count)
    source = BriefSource(*known, analysis, tuple(findings), labels, read.structure)
    return make_brief([source], created_at=datetime(2026, 4, 1, 9, 30, tzinfo=UTC)), tuple(findings)


def _converted(file: Path, folder: Path, kind: str) -> Path:
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    run = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", folder, file]
    subprocess.run(run, check=True, stdout=subprocess.DEVNULL, timeout=300)
    return folder / f"{file.stem}.pdf"


def _page_with(pdf: Path, words: str) -> int:
    """The page (from 1) on which the words stand; the first one if none has them whole."""
    run = subprocess.run(["pdftotext", "-raw", pdf, "-"], check=True, capture_output=True, timeout=60)
    pages = run.stdout.decode("utf-8").split("\f")
    return next((number for number, text in enumerate(pages, start=1) if bare(words)[:30] in bare(text)), 1)


def _comments(pdf: Path, page: int) -> list[tuple[float, str]]:
    """What LibreOffice exports of a page's comments: how far below the page's top (points), and the words."""
    with pikepdf.open(pdf) as opened:
        shown = opened.pages[page - 1]
        height = float(shown.mediabox[3])
        notes = [note for note in shown.get("/Annots", []) if note.get("/Subtype") == "/Text"]
        return [(height - float(note.Rect[3]), str(note.Contents)) for note in notes]


def _draw(
    pdf: Path, page: int, folder: Path, name: str, resolution: int, comments: Sequence[tuple[float, str]] = ()
) -> None:
    """With `comments` in a margin, as a word processor shows them."""
    pages = ["-f", str(page), "-l", str(page), "-singlefile", *(["-hide-annotations"] if comments else [])]
    subprocess.run(["pdftoppm", "-r", str(resolution), "-png", *pages, pdf, folder / "page"], check=True, timeout=60)
    if comments:
        _add_margin(folder / "page.png", [(top * resolution / 72, words) for top, words in comments])
    packed(folder / "page.png", IMAGES / name, colours=16 if comments else COLOURS)


def _add_margin(picture: Path, comments: Sequence[tuple[float, str]]) -> None:
    with Image.open(picture) as page:
        left = page.width - _NARROWER  # of the page's own margin
        wide = Image.new("RGB", (left + _MARGIN, page.height), "white")
        wide.paste(page)
    pen, font, below = ImageDraw.Draw(wide), font_of(_NOTE_FONT, _NOTE_SIZE), 0.0
    for top, words in sorted(comments):
        lines = [part for line in words.splitlines() for part in textwrap.wrap(line, (_MARGIN - 20) // _NOTE_SIZE)]
        top, height = max(top, below), len(lines) * (_NOTE_SIZE + 5) + 10
        pen.rectangle((left, top, wide.width - 1, top + height), fill=(255, 248, 214), outline=(224, 190, 90))
        for number, line in enumerate(lines):
            pen.text((left + 8, top + 4 + number * (_NOTE_SIZE + 5)), line, fill=INK, font=font)
        below = top + height + 6
    wide.save(picture)


if __name__ == "__main__":
    main()
