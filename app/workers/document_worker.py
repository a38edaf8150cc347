"""The document worker: opens, reads and draws files in a process of its own, so that a hostile file can only kill it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from app.documents import pdf
from app.documents.loading import load_document
from app.errors import FusenError
from app.workers import page_memory
from app.workers.protocol import (
    Body,
    OpenDocument,
    OpenedDocument,
    PageImage,
    PageSize,
    ReadDocument,
    ReadResult,
    RenderPage,
    Value,
)
from app.workers.serving import CallContext, serve


def handle(body: Body, context: CallContext) -> Value:
    """Answer one request."""
    match body:
        case OpenDocument():
            return _open(body)
        case RenderPage():
            return _render(body)
        case ReadDocument():
            return _read(body, context)
    raise FusenError("unsupported", "The document worker does not do this.", "")


def _open(body: OpenDocument) -> OpenedDocument:
    path = Path(body.path)
    opened = pdf.open_pdf(path, body.password)
    sizes = tuple(PageSize(width, height) for width, height in pdf.page_sizes(opened))
    return OpenedDocument(body.path, hashlib.sha256(path.read_bytes()).hexdigest(), "pdf", sizes)


def _read(body: ReadDocument, context: CallContext) -> ReadResult:
    def step(done: int, total: int) -> None:
        context.progress("reading", done, total)
        context.serve_urgent()
        context.check_cancelled()

    return ReadResult(load_document(Path(body.path), body.password, step))


def _render(body: RenderPage) -> PageImage:
    opened = pdf.open_pdf(Path(body.path), body.password)
    memory = page_memory.attach(body.memory)
    try:
        assert memory.buf is not None  # noqa: S101 -- it is open
        width, height, stride = pdf.render_page(opened, body.page, body.scale, memory.buf)
    finally:
        memory.close()
    return PageImage(page=body.page, width=width, height=height, stride=stride)


if __name__ == "__main__":
    serve(handle, urgent=(RenderPage, OpenDocument))
