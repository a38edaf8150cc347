"""The one adapter to PyMuPDF: open, measure, draw and read a PDF, with every failure as a `FusenError`.

PyMuPDF is not safe in threads and is run in the document worker only.
"""

from __future__ import annotations

import hashlib
import math
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from app.documents.document import Block, Document, Page
from app.errors import FusenError

# PyMuPDF tries to import its layout model and Markdown converter, which load ONNX Runtime: five times the time to start
# and three times the memory for what is not used here. None makes those imports fail, for which PyMuPDF is prepared.
for _unused in ("pymupdf.layout", "pymupdf4llm"):
    sys.modules.setdefault(_unused, None)  # type: ignore[arg-type]

import pymupdf  # noqa: E402

pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)
pymupdf.no_recommend_layout()

ReadProgress = Callable[[int, int], None]


def open_pdf(path: Path, password: str | None = None) -> pymupdf.Document:
    """The opened and, where needed, unlocked file. Raises `FusenError`."""
    try:
        with path.open("rb") as file:
            head = file.read(1024)
    except FileNotFoundError:
        raise FusenError("not-found", f"{path} does not exist.", "Check the name and the folder.") from None
    except PermissionError:
        raise FusenError("permission", f"{path} may not be read.", "Ask for the right to read it.") from None
    if not head:
        raise FusenError("empty", f"{path} is empty.", "Ask for the file again.")
    if b"%PDF-" not in head:
        raise FusenError("unsupported", f"{path} is not a PDF, whatever its name says.", "Open the original file.")
    try:
        pdf = pymupdf.open(path, filetype="pdf")
        if pdf.needs_pass:
            _unlock(pdf, path, password)
        if pdf.page_count < 1:
            raise _damaged(path)
    except FusenError:
        raise
    except Exception as error:
        raise _damaged(path) from error
    return pdf


def _unlock(pdf: pymupdf.Document, path: Path, password: str | None) -> None:
    if password is None:
        raise FusenError("encrypted", f"{path} is protected by a password.", "Enter its password.")
    if not pdf.authenticate(password):
        raise FusenError("wrong-password", f"The password does not open {path}.", "Check it and enter it again.")


def _damaged(path: Path) -> FusenError:
    return FusenError("damaged", f"{path} is damaged and has no page to show.", "Ask for the file again.")


def page_sizes(pdf: pymupdf.Document) -> list[tuple[float, float]]:
    """Displayed width and height of every page in points."""
    return [(page.rect.width, page.rect.height) for page in pdf]


def render_page(pdf: pymupdf.Document, number: int, scale: float, target: memoryview) -> tuple[int, int, int]:
    """Draw page `number` (from 1) at `scale` pixels a point into `target` as RGB888; returns width, height, bytes a row."""
    page = pdf[number - 1]
    needed = 3 * math.ceil(page.rect.width * scale) * math.ceil(page.rect.height * scale)
    if needed > len(target):
        raise FusenError("too-large", f"Page {number} is too large to be shown at this size.", "Choose a smaller size.")
    pixmap = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csRGB, alpha=False)
    size = pixmap.stride * pixmap.height
    target[:size] = pixmap.samples_mv[:size]
    return pixmap.width, pixmap.height, pixmap.stride


def read_pdf(path: Path, password: str | None = None, progress: ReadProgress | None = None) -> Document:
    """The whole text of a PDF with a quad for each character."""
    pdf = open_pdf(path, password)
    parts: list[str] = []
    quads: list[tuple[float, ...]] = []
    pages: list[Page] = []
    blocks: list[Block] = []
    position = 0
    for index in range(pdf.page_count):
        page = pdf[index]
        page_start = position
        for block in page.get_text("rawdict", flags=0)["blocks"]:
            start = position
            for line in block.get("lines", ()):
                for span in line["spans"]:
                    for char in span["chars"]:
                        x0, y0, x1, y1 = char["bbox"]
                        parts.append(char["c"])
                        quads.append((x0, y0, x1, y0, x1, y1, x0, y1))
                        position += 1
                parts.append(" ")
                quads.append((0.0,) * 8)
                position += 1
            if position > start:
                blocks.append(Block("paragraph", start, position - 1, index + 1))
                parts[-1] = "\n"
        pages.append(Page(index + 1, page.rect.width, page.rect.height, page_start, position))
        if progress is not None:
            progress(index + 1, pdf.page_count)
    return Document(
        file=str(path),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        format="pdf",
        language="en",
        kind="contract",
        page_count=pdf.page_count,
        text="".join(parts),
        pages=tuple(pages),
        blocks=tuple(blocks),
        quads=np.array(quads, dtype=np.float32).reshape(-1, 8),
    )
