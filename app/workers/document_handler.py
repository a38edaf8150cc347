"""What the document worker does at each request: open, read, draw, annotate.

A running read lets requests to draw a page pass between two of its own pages, so that the window shows pages at once. It
says which page it is at, so that a page that hangs or kills the worker costs that page and no other.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from pathlib import Path
from typing import Any

from app.documents.files import check_readable, sha256_of
from app.documents.loading import format_of, load_document
from app.documents.old_word import OldWordError
from app.documents.pdf_drawing import KeptPages, page_sizes, render_page
from app.documents.pdf_opening import open_pdf
from app.documents.recognition.pages import PageRecognition
from app.documents.recognition.recogniser import SAMPLE, find, is_installed, try_out
from app.errors import FusenError
from app.workers import limits, page_memory
from app.workers.confinement import Confinement
from app.workers.protocol import (
    AnnotateDocx,
    AnnotatePdf,
    Body,
    ConversionWanted,
    Describe,
    Description,
    DrawPassage,
    OpenDocument,
    OpenedDocument,
    PageImage,
    PageSize,
    PassagePicture,
    ReadDocument,
    ReadResult,
    RenderPage,
    Value,
    Written,
)
from app.workers.serving import CallContext

OPEN_FILES = 4

_Key = tuple[str, str | None, int, int]


class OpenPdfs:
    """The PDFs used last stay open, so that drawing a page need not open its file again; a changed file is opened anew."""

    def __init__(self, capacity: int = OPEN_FILES) -> None:
        self._capacity = capacity
        self._open: OrderedDict[_Key, Any] = OrderedDict()
        self.kept = KeptPages()

    def get(self, path: Path, password: str | None) -> Any:
        """The opened PDF. Raises `FusenError`."""
        check_readable(path)
        status = path.stat()
        key = (str(path), password, status.st_mtime_ns, status.st_size)
        if key in self._open:
            self._open.move_to_end(key)
            return self._open[key]
        opened = open_pdf(path, password)
        self._open[key] = opened
        for old in [k for k in self._open if k[:2] == key[:2] and k != key]:
            self._close(self._open.pop(old))
        while len(self._open) > self._capacity:
            self._close(self._open.popitem(last=False)[1])
        return opened

    def _close(self, pdf: Any) -> None:
        self.kept.drop(pdf)
        pdf.close()


class DocumentHandler:
    """Answers the requests of one worker process."""

    def __init__(self, confinement: Confinement) -> None:
        self._confinement = confinement
        self._pdfs = OpenPdfs()

    def __call__(self, body: Body, context: CallContext) -> Value:
        """Answer one request."""
        match body:
            case OpenDocument():
                limits.limit_step(limits.STEP_MEMORY)
                return self._open(body)
            case RenderPage():
                limits.limit_step(limits.STEP_MEMORY)
                return self._render(body)
            case ReadDocument():
                return _read(body, context)
            case AnnotatePdf() | AnnotateDocx():
                limits.limit_step()
                return _annotate(body)
            case DrawPassage():
                limits.limit_step(limits.STEP_MEMORY)
                return _draw_passage(self._pdfs.get(Path(body.path), body.password), body)
            case Describe():
                limits.limit_step(limits.RECOGNITION_MEMORY)
                return _describe(self._confinement)
        raise FusenError(
            "internal", "The document worker was asked for what it does not do.", "Please report this fault."
        )

    def _open(self, body: OpenDocument) -> OpenedDocument:
        path = Path(body.path)
        format_ = format_of(path)
        sizes: tuple[PageSize, ...] = ()
        if format_ == "pdf":
            opened = self._pdfs.get(path, body.password)
            sizes = tuple(PageSize(width, height) for width, height in page_sizes(opened))
        return OpenedDocument(path=body.path, sha256=sha256_of(path), format=format_, pages=sizes)

    def _render(self, body: RenderPage) -> PageImage:
        opened = self._pdfs.get(Path(body.path), body.password)
        try:
            memory = page_memory.attach(body.memory)
        except FileNotFoundError:
            raise FusenError("cancelled", "The page is no longer wanted.") from None
        try:
            assert memory.buf is not None  # noqa: S101 -- it is open
            begin = time.process_time()
            drawn = render_page(opened, body.page, body.scale, memory.buf, body.area, self._pdfs.kept)
        finally:
            memory.close()
        return PageImage(body.page, *drawn, seconds=time.process_time() - begin)


def _read(body: ReadDocument, context: CallContext) -> ReadResult | ConversionWanted:
    stage = "reading"

    def begin(page: int, total: int) -> None:
        nonlocal stage
        stage = "reading"
        limits.limit_step(limits.STEP_MEMORY)
        context.begin_page(page, total)

    def begin_recognition(page: int, total: int) -> None:
        nonlocal stage
        stage = "recognising"
        limits.limit_step(limits.RECOGNITION_MEMORY)
        context.begin_page(page, total, recognising=True)

    def breathe() -> None:
        context.serve_urgent()
        context.check_cancelled()
        limits.limit_step(limits.RECOGNITION_MEMORY)  # what was served had a limit of its own

    def step(done: int, total: int) -> None:
        context.progress(stage, done, total)
        context.serve_urgent()
        context.check_cancelled()
        if done == total:
            limits.limit_step()  # what was read is put together now, which takes what it takes

    # Not imported above: opening the first file and showing its pages must not wait for it.
    from app.analysis.structure.building import structure_of

    limits.limit_step()
    recognition = PageRecognition(body.ocr, begin_recognition, breathe)
    converted = None if body.converted is None else Path(body.converted)
    try:
        document = load_document(
            Path(body.path),
            body.password,
            step,
            begin=begin,
            left_out=body.left_out,
            converted=converted,
            recognition=recognition,
        )
    except OldWordError:
        return ConversionWanted()
    return ReadResult(document, structure_of(document)) if body.structure else ReadResult(document)


def _describe(confinement: Confinement) -> Description:
    """What is in force, and, where a recogniser is installed, whether it works within these walls."""
    facts, missing = confinement.facts(), confinement.missing()
    if is_installed():
        recogniser = find()
        if recogniser is not None and try_out(recogniser) == SAMPLE:
            facts = (*facts, ("Recognition", f"{recogniser.name}, offline; it reads its test picture"))
        else:
            missing = (*missing, ("Recognition", "installed, and does not read its test picture"))
    return Description(facts, missing)


def _annotate(body: AnnotatePdf | AnnotateDocx) -> Written:
    # Not imported above: writing is rare, and opening the first file must not wait for it.
    from app.export.annotated_docx import write_annotated_docx
    from app.export.annotated_pdf import write_annotated_pdf

    write = write_annotated_pdf if isinstance(body, AnnotatePdf) else write_annotated_docx
    notices = write(
        Path(body.path),
        Path(body.output),
        body.findings,
        body.author,
        body.password,
        undecided=body.undecided,
        opinions=body.opinions,
        audit_head=body.audit_head,
    )
    return Written(body.output, notices)


def _draw_passage(pdf: Any, body: DrawPassage) -> PassagePicture:
    from app.export.passage_picture import passage_picture

    drawn = passage_picture(pdf, body.page, body.quads, body.width)
    return PassagePicture(drawn.png, drawn.width, drawn.height, drawn.whole)
