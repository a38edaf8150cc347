"""What is kept of every document for questions about all of them: its text with its pages, and its tagged passages.

A digest is made when an analysis is saved; of analyses that were saved before there were digests, it is made when first asked
for, out of the passages alone.
"""

from __future__ import annotations

import sqlite3
import zlib
from pathlib import Path
from typing import TypeVar

import msgspec

from app.analysis.analysis import Analysis
from app.documents.document import Block, BlockType, Document, DocumentFormat, Language, Page
from app.review.matrix import TaggedPassage
from app.workspace.database import damaged

_MOST_BYTES = 1 << 28  # of one unpacked digest: a small hostile file must not fill the memory


class PageOfText(msgspec.Struct, frozen=True, array_like=True):
    """The range of a page in the text, and what the page calls itself."""

    number: int
    start: int
    end: int
    label: str


class BlockOfText(msgspec.Struct, frozen=True, array_like=True):
    """A block of the document, as far as its structure needs it."""

    type: BlockType
    start: int
    end: int
    page: int
    level: int | None


class TextDigest(msgspec.Struct, frozen=True):
    """A document's text; offsets are those of the document, also where some of it is missing.

    `blocks` are those of the document; none in a digest that was made of passages alone, or by an older version.
    """

    text: str
    pages: tuple[PageOfText, ...]
    blocks: tuple[BlockOfText, ...] = ()

    def page_at(self, offset: int) -> PageOfText | None:
        """The last page that starts no later than `offset`."""
        return next((page for page in reversed(self.pages) if page.start <= offset), None)


class TagDigest(msgspec.Struct, frozen=True):
    """Its passages with tags."""

    language: Language
    passages: tuple[TaggedPassage, ...]


_texts = msgspec.msgpack.Decoder(TextDigest)
_tagged = msgspec.msgpack.Decoder(TagDigest)


def text_digest(document: Document) -> TextDigest:
    """The text of a document that was read."""
    pages = (PageOfText(p.number, p.start, p.end, p.label or str(p.number)) for p in document.pages)
    blocks = (BlockOfText(b.type, b.start, b.end, b.page, b.level) for b in document.blocks)
    return TextDigest(document.text, tuple(pages), tuple(blocks))


def document_of(
    digest: TextDigest, analysis: Analysis, file: str, format_: DocumentFormat, page_count: int
) -> Document:
    """The document as far as it is kept: its text, pages without sizes, blocks; for what the text says of its structure."""
    return Document(
        file=file,
        sha256=analysis.sha256,
        format=format_,
        language=analysis.language,
        kind=analysis.kind,
        page_count=page_count,
        text=digest.text,
        pages=tuple(Page(page.number, 0.0, 0.0, page.start, page.end, page.label) for page in digest.pages),
        blocks=tuple(Block(each.type, each.start, each.end, each.page, each.level) for each in digest.blocks),
    )


def text_of_passages(analysis: Analysis) -> TextDigest:
    """What the passages of an analysis hold of the text, each at its offset."""
    pieces: list[str] = []
    length = 0
    pages: dict[int, tuple[int, int]] = {}
    for passage in sorted(analysis.passages, key=lambda p: p.start):
        first, _ = pages.get(passage.page, (passage.start, 0))
        pages[passage.page] = (first, passage.end)
        if passage.start >= length:
            pieces += ["\n" * (passage.start - length), passage.text]
            length = passage.start + len(passage.text)
    ranges = (PageOfText(number, start, end, str(number)) for number, (start, end) in sorted(pages.items()))
    return TextDigest("".join(pieces), tuple(ranges))


def tag_digest(analysis: Analysis, text: TextDigest) -> TagDigest:
    """The passages with tags, with the labels that `text` knows of their pages."""
    labels = {page.number: page.label for page in text.pages}
    passages = (
        TaggedPassage(p.start, p.end, p.page, labels.get(p.page, str(p.page)), p.text, p.importance, p.tags)
        for p in analysis.passages
        if p.tags
    )
    return TagDigest(analysis.language, tuple(passages))


def keep(connection: sqlite3.Connection, sha256: str, analysis: Analysis, text: TextDigest) -> None:
    """Store what belongs to the document's current analysis, within the caller's transaction."""
    connection.execute(
        "INSERT OR REPLACE INTO digests (document_sha256, analysis, text, tagged)"
        " SELECT ?, max(number), ?, ? FROM analyses WHERE document_sha256 = ?",
        (sha256, _pack(text), _pack(tag_digest(analysis, text)), sha256),
    )


def unpack_text(content: bytes, path: Path) -> TextDigest:
    """What `keep` packed; raises FusenError `damaged` for anything else."""
    return _unpack(_texts, content, path)


def unpack_tagged(content: bytes, path: Path) -> TagDigest:
    """What `keep` packed; raises FusenError `damaged` for anything else."""
    return _unpack(_tagged, content, path)


def _pack(value: msgspec.Struct) -> bytes:
    return zlib.compress(msgspec.msgpack.encode(value), level=6)


Unpacked = TypeVar("Unpacked")


def _unpack(decoder: msgspec.msgpack.Decoder[Unpacked], content: bytes, path: Path) -> Unpacked:
    try:
        unpacker = zlib.decompressobj()
        packed = unpacker.decompress(content, _MOST_BYTES)
        if unpacker.eof:
            return decoder.decode(packed)
    except (zlib.error, msgspec.MsgspecError, TypeError) as error:
        raise damaged(path) from error
    raise damaged(path)
