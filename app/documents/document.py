"""The one value that every format is read into: text with code-point offsets, pages, blocks and, for PDF, a quad a character.

Nothing here opens a file or imports a parser, so that the window can use it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

BlockType = Literal["paragraph", "heading", "list-item", "table-cell", "footnote", "page-header", "page-footer"]
DocumentFormat = Literal["pdf", "docx", "text", "markdown", "rst", "html"]
DocumentKind = Literal["contract", "report", "design"]
Language = Literal["en", "ja"]
RevisionKind = Literal["inserted", "deleted", "moved"]

OcrMode = Literal["off", "auto", "redo"]
"""Which pages are recognised. auto: those that show a picture and hold next to no text. redo: also those whose text another
program recognised or cannot be understood."""

Quad = tuple[float, float, float, float, float, float, float, float]
"""Four corners in PDF points from the page's top left, clockwise from the text's upper left: x0,y0 … x3,y3."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A page whose words were recognised in its picture: by what, and the mean confidence (0 to 1) over its characters."""

    engine: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Page:
    """One page; `number` counts from 1, sizes are PDF points as displayed (after rotation), `start:end` its share of the text.

    `label` is how the file itself numbers the page ("iv", "A-3"); empty where that is no other than `number`.
    """

    number: int
    width: float
    height: float
    start: int
    end: int
    label: str = ""
    recognised: Recognised | None = None


@dataclass(frozen=True, slots=True)
class BlockSource:
    """Where in a DOCX package a block was read, so that an exported copy can be marked at the same words.

    `part` names the part; `paragraph` and `last` count its paragraphs (every `w:p`, in the order of the XML, from 0): more
    than one where a tracked deletion took the marks between them. The first `label` characters of the block are its
    automatic number with the space that follows; they stand in no run.
    """

    part: str
    paragraph: int
    last: int
    label: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """Where in which table of the document a block stands, counted from 0, and how many rows and columns its cell takes."""

    table: int
    row: int
    column: int
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, list item, table cell, … in reading order; `level` is a heading's or list's depth from 1.

    `cell` is known of what stands in a table whose rows and columns the file names; a cell may hold several blocks.
    `preformatted` text keeps its lines and spaces, as code does. A `bullet` stands before the block and is no part of the text.
    """

    type: BlockType
    start: int
    end: int
    page: int
    level: int | None = None
    source: BlockSource | None = None
    cell: Cell | None = None
    preformatted: bool = False
    bullet: bool = False


@dataclass(frozen=True, slots=True)
class Revision:
    """A tracked change that no one has accepted or rejected yet.

    An insertion covers `start:end` of the text; so does a move, at the place to which the words were moved. A deletion is no
    part of the text: `text` holds its words, and `start` equals `end`, the place where they stood; where whole paragraphs
    were deleted they stood `apart` from the words there. `date` is as the file says (ISO 8601) or empty.
    """

    kind: RevisionKind
    author: str
    date: str
    start: int
    end: int
    text: str = ""
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment that came with the file, on `start:end` of the text (empty where it stands at a place, not on words)."""

    author: str
    date: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """An entry of the file's own outline (a bookmark): `level` counts from 1, `start` is its heading's offset where known."""

    title: str
    level: int
    page: int
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning that travels with a document or an analysis: a stable code and a sentence for the user."""

    code: str
    message: str


@dataclass(frozen=True, eq=False)
class Document:
    """One opened file.

    `quads` has shape (len(text), 8), float32, in the layout of `Quad`; a character without ink of its own (line break,
    separator) has zeros. It is None for formats without pages of their own (DOCX, text), which have one page of size 0.
    """

    file: str
    sha256: str
    format: DocumentFormat
    language: Language
    kind: DocumentKind
    page_count: int
    text: str
    pages: tuple[Page, ...]
    blocks: tuple[Block, ...]
    warnings: tuple[Notice, ...] = ()
    quads: NDArray[np.float32] | None = field(default=None, repr=False)
    revisions: tuple[Revision, ...] = ()
    comments: tuple[Comment, ...] = ()
    outline: tuple[OutlineEntry, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The `fusen.document/1` object."""
        return {
            "schema": "fusen.document/1",
            "file": self.file,
            "sha256": self.sha256,
            "format": self.format,
            "language": self.language,
            "kind": self.kind,
            "page_count": self.page_count,
            "text": self.text,
            "pages": [_page_json(p) for p in self.pages],
            "blocks": [_block_json(b) for b in self.blocks],
            "warnings": [{"code": w.code, "message": w.message} for w in self.warnings],
            "revisions": [_revision_json(r) for r in self.revisions],
            "comments": [
                {"author": c.author, "date": c.date, "text": c.text, "start": c.start, "end": c.end}
                for c in self.comments
            ],
            "outline": [_outline_json(entry) for entry in self.outline],
        }


def _page_json(page: Page) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "number": page.number,
        "width": page.width,
        "height": page.height,
        "start": page.start,
        "end": page.end,
        "label": page.label or str(page.number),
    }
    if page.recognised is not None:
        entry["recognised"] = {"engine": page.recognised.engine, "confidence": page.recognised.confidence}
    return entry


def _outline_json(entry: OutlineEntry) -> dict[str, Any]:
    found: dict[str, Any] = {"title": entry.title, "level": entry.level, "page": entry.page}
    if entry.start is not None:
        found["start"] = entry.start
    return found


def _block_json(block: Block) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": block.type, "start": block.start, "end": block.end, "page": block.page}
    if block.level is not None:
        entry["level"] = block.level
    if block.source is not None:
        entry["source"] = _source_json(block.source)
    if block.cell is not None:
        entry["cell"] = _cell_json(block.cell)
    if block.preformatted:
        entry["preformatted"] = True
    if block.bullet:
        entry["bullet"] = True
    return entry


def _cell_json(cell: Cell) -> dict[str, int]:
    return {
        "table": cell.table,
        "row": cell.row,
        "column": cell.column,
        "rows": cell.rows,
        "columns": cell.columns,
    }


def _source_json(source: BlockSource) -> dict[str, Any]:
    return {"part": source.part, "paragraph": source.paragraph, "last": source.last, "label": source.label}


def _revision_json(revision: Revision) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "kind": revision.kind,
        "author": revision.author,
        "date": revision.date,
        "start": revision.start,
        "end": revision.end,
    }
    if revision.kind == "deleted":
        entry["text"] = revision.text
    if revision.apart:
        entry["apart"] = True
    return entry
