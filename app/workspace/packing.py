"""Between values and what SQLite stores of them: findings as rows, analyses as compressed MessagePack."""

from __future__ import annotations

import hashlib
import re
import zlib
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from app.analysis.analysis import Analysis, ScoredPassage, TagScore
from app.documents.document import Document, Quad
from app.errors import FusenError
from app.review.findings import Finding
from app.workspace.database import damaged

FINDING_COLUMNS = (
    'id, document_sha256, "start", "end", page, text, quads,'
    " importance, low, high, tags, rank, selected, decision, comment"
)
_INSERT = f"INSERT INTO findings ({FINDING_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 (a constant list of names)
ADD_FINDING = f"{_INSERT} ON CONFLICT (id) DO NOTHING"
# A finding that exists takes what the model says now and keeps what the person said.
UPSERT_FINDING = (
    f"{_INSERT} ON CONFLICT (id) DO UPDATE SET page = excluded.page, quads = excluded.quads, importance = excluded.importance,"
    " low = excluded.low, high = excluded.high, tags = excluded.tags, rank = excluded.rank, selected = excluded.selected"
)

_MOST_BYTES = 1 << 30  # of one unpacked analysis: a small hostile file must not fill the memory
_HEADINGS_TRIED = 8
_EXHIBIT = re.compile(r"(?:exhibit|schedule|annex|appendix|別紙|別添|添付)\s*[\w.\-()]{0,12}", re.IGNORECASE)
_analysis = msgspec.msgpack.Decoder(Analysis)
_quads = msgspec.msgpack.Decoder(tuple[Quad, ...])
_tags = msgspec.msgpack.Decoder(tuple[TagScore, ...])


def finding_id(sha256: str, start: int, end: int, text: str) -> str:
    """The same for the same words at the same place of the same bytes, in every analysis.

    The text is a part of it because another version of a loader may give the same offsets to other words: a decision must
    not move to words that no one decided on.
    """
    words = " ".join(text.split())
    return hashlib.sha256(f"{sha256}:{start}:{end}:{words}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def finding_of(sha256: str, passage: ScoredPassage) -> Finding:
    """The undecided finding that a passage begins as."""
    return Finding(
        id=finding_id(sha256, passage.start, passage.end, passage.text),
        document_sha256=sha256,
        start=passage.start,
        end=passage.end,
        page=passage.page,
        text=passage.text,
        quads=passage.quads,
        importance=passage.importance,
        interval=passage.interval,
        tags=passage.tags,
        rank=passage.rank,
        selected=passage.selected,
    )


def row_of(finding: Finding) -> tuple[Any, ...]:
    """In the order of `FINDING_COLUMNS`."""
    return (
        finding.id,
        finding.document_sha256,
        finding.start,
        finding.end,
        finding.page,
        finding.text,
        msgspec.msgpack.encode(finding.quads),
        finding.importance,
        *finding.interval,
        msgspec.msgpack.encode(finding.tags),
        finding.rank,
        finding.selected,
        finding.decision,
        finding.comment,
    )


def finding_from(row: tuple[Any, ...], path: Path) -> Finding:
    """The finding of a row; `path` names the workspace if the row cannot be read."""
    name, sha256, start, end, page, text, quads, importance, low, high, tags, rank, selected, decision, comment = row
    try:
        return Finding(
            id=name,
            document_sha256=sha256,
            start=start,
            end=end,
            page=page,
            text=text,
            quads=_quads.decode(quads),
            importance=importance,
            interval=(low, high),
            tags=_tags.decode(tags),
            rank=rank,
            selected=bool(selected),
            decision=decision,
            comment=comment,
        )
    except (msgspec.MsgspecError, TypeError) as error:
        raise damaged(path) from error


def pack_analysis(analysis: Analysis) -> bytes:
    """Compressed MessagePack."""
    return zlib.compress(msgspec.msgpack.encode(analysis), level=6)


def unpack_analysis(content: bytes, path: Path) -> Analysis:
    """What `pack_analysis` packed; raises FusenError `damaged` for anything else."""
    try:
        unpacker = zlib.decompressobj()
        packed = unpacker.decompress(content, _MOST_BYTES)
        if unpacker.eof:
            return _analysis.decode(packed)
    except (zlib.error, msgspec.MsgspecError, TypeError) as error:
        raise _unreadable(path) from error
    raise _unreadable(path)


def _unreadable(path: Path) -> FusenError:
    return FusenError(
        "damaged",
        f"An analysis that is stored in {path.name} cannot be read.",
        "Analyse the document again; the decisions are kept.",
    )


def title_of(document: Document) -> str:
    """The document's first heading that is more than an exhibit's number, on one line; empty where it has none."""
    headings = (document.text[block.start : block.end] for block in document.blocks if block.type == "heading")
    lines = [" ".join(heading.split())[:200] for heading in islice(headings, _HEADINGS_TRIED)]
    return next((line for line in lines if not _EXHIBIT.fullmatch(line)), lines[0] if lines else "")
