"""Makes the pictures of annotated copies and of a slide in docs/images: `python -m tests.export.copy_pictures`.

Needs soffice and pdftoppm. Of the examples that ship with Fusen, with findings of the model that ships with it; decisions and
comments are made for the pictures.
"""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from app.analysis.analysis import AnalysisSettings
from app.documents.document import Document
from app.export.brief import Brief, BriefSource, make_brief
from app.export.formats import FORMATS
from app.review.findings import Decision, Finding
from app.workers.client import WorkerClient
from app.workers.picturing import pictures_of
from app.workers.protocol import AnalysisResult, Analyze, AnnotateDocx, AnnotatePdf, ReadDocument, ReadResult
from app.workspace.packing import finding_of
from tests.export.pictures import IMAGES, packed, require
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


def main() -> None:
    """All three."""
    require("soffice", "pdftoppm")
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
            margin = 'pdf:writer_pdf_Export:{"ExportNotesInMargin":{"type":"boolean","value":"true"}}'
            set_ = _converted(copy, folder, margin)
            _draw(set_, _page_with(set_, findings[0].text), folder, "annotated-docx-ja.png", 80)
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


def _draw(pdf: Path, page: int, folder: Path, name: str, resolution: int) -> None:
    pages = ["-f", str(page), "-l", str(page), "-singlefile"]
    subprocess.run(["pdftoppm", "-r", str(resolution), "-png", *pages, pdf, folder / "page"], check=True, timeout=60)
    packed(folder / "page.png", IMAGES / name)


if __name__ == "__main__":
    main()
