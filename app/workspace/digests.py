"""What is kept of every document for questions about all of them: its text, and its tagged passages.

A digest is made when an analysis is saved; of analyses that were saved before there were digests, it is made when first asked
for, out of the passages alone.
"""

from __future__ import annotations

import sqlite3
import zlib
from pathlib import Path

import msgspec

from app.analysis.analysis import Analysis
from app.documents.document import Language
from app.review.matrix import TaggedPassage
from app.workspace import texts
from app.workspace.packing import inflated
from app.workspace.texts import KeptText

_MOST_BYTES = 1 << 28  # of one unpacked digest: a small hostile file must not fill the memory


class TagDigest(msgspec.Struct, frozen=True):
    """Its passages with tags."""

    language: Language
    passages: tuple[TaggedPassage, ...]


_tagged = msgspec.msgpack.Decoder(TagDigest)


def tag_digest(analysis: Analysis, text: KeptText) -> TagDigest:
    """The passages with tags, with the labels that `text` knows of their pages."""
    labels = {page.number: page.label for page in text.pages}
    passages = (
        TaggedPassage(p.start, p.end, p.page, labels.get(p.page, str(p.page)), p.text, p.importance, p.tags)
        for p in analysis.passages
        if p.tags
    )
    return TagDigest(analysis.language, tuple(passages))


def keep(connection: sqlite3.Connection, sha256: str, analysis: Analysis, text: KeptText) -> None:
    """Store what belongs to the document's current analysis, within the caller's transaction."""
    tagged = zlib.compress(msgspec.msgpack.encode(tag_digest(analysis, text)), level=6)
    connection.execute(
        "INSERT OR REPLACE INTO digests (document_sha256, analysis, text, tagged)"
        " SELECT ?, max(number), x'', ? FROM analyses WHERE document_sha256 = ?",
        (sha256, tagged, sha256),
    )
    texts.keep(connection, sha256, text)


def unpack_tagged(content: bytes, path: Path) -> TagDigest:
    """What `keep` packed; raises FusenError `damaged` for anything else."""
    return inflated(_tagged, content, path, _MOST_BYTES)
