"""Pictures of the passages that get a slide, drawn by the document worker."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from app.documents.files import sha256_of
from app.errors import FusenError
from app.export.brief import Brief
from app.export.slide_choice import slide_findings
from app.workers.client import WorkerClient
from app.workers.protocol import DrawPassage, PassagePicture

log = logging.getLogger(__name__)

Files = Mapping[str, tuple[Path, str | None]]
"""Where the document with a SHA-256 lies, and its password."""


def pictures_of(
    brief: Brief, files: Files, worker: WorkerClient, progress: Callable[[int, int], None] = lambda done, total: None
) -> dict[str, bytes]:
    """PNG by the finding's id. A passage without pages, or whose file is gone or has changed, has none: its words stand for it.

    `progress(done, total)` is called after each; what it raises ends the drawing. Waits for the worker: not for Qt's thread.
    """
    found: dict[str, bytes] = {}
    unchanged: dict[str, bool] = {}
    wanted = [finding for finding in slide_findings(brief) if finding.quads and finding.quote.page is not None]
    for number, finding in enumerate(wanted, start=1):
        path, password = files.get(finding.document, (None, None))
        if path is not None and finding.quote.page is not None:
            if finding.document not in unchanged:
                unchanged[finding.document] = _is(path, finding.document)
            if unchanged[finding.document]:
                body = DrawPassage(str(path), finding.quote.page, finding.quads, password)
                drawn = _drawn(worker, body)
                if drawn is not None:
                    found[finding.id] = drawn
        progress(number, len(wanted))
    return found


def _drawn(worker: WorkerClient, body: DrawPassage) -> bytes | None:
    try:
        picture = worker.call(body)
    except FusenError as error:
        if error.code == "cancelled":
            raise
        log.warning("a passage's picture was not drawn: %s", error.code)
        return None
    return picture.png if isinstance(picture, PassagePicture) else None


def _is(path: Path, sha256: str) -> bool:
    try:
        return sha256_of(path) == sha256
    except OSError:
        return False
