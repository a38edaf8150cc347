"""Between values and what SQLite stores of them: findings as rows, analyses as compressed MessagePack."""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from app.analysis.analysis import Analysis, AnalysisSettings, ScoredPassage, TagScore
from app.documents.document import Document, Quad
from app.errors import FusenError
from app.review.findings import Finding, Opinion, Piece, Span, finding_id, with_span, with_tags
from app.workspace.database import damaged

FINDING_COLUMNS = (
    'id, document_sha256, "start", "end", page, text, quads,'
    " importance, low, high, tags, rank, selected, decision, comment,"
    " edited, own_tags, owner, due, raised, skipped, decided_by, decided_at, opinions, more"
)
# What is listed: selected, or somebody said something of it. The condition is that of the index findings_shown.
SHOWN = (
    "(selected OR decision <> 'undecided' OR comment <> '' OR owner <> '' OR due <> '' OR raised"
    " OR own_tags IS NOT NULL OR opinions IS NOT NULL)"
)
_PLACES = ", ".join("?" * len(FINDING_COLUMNS.split(",")))
_INSERT = f"INSERT INTO findings ({FINDING_COLUMNS}) VALUES ({_PLACES})"  # noqa: S608 (a constant list of names)
ADD_FINDING = f"{_INSERT} ON CONFLICT (id) DO NOTHING"
# A finding that exists takes what the model says now and keeps what the person said.
UPSERT_FINDING = (
    f"{_INSERT} ON CONFLICT (id) DO UPDATE SET page = excluded.page, quads = excluded.quads, more = excluded.more,"
    " importance = excluded.importance, low = excluded.low, high = excluded.high, tags = excluded.tags,"
    " rank = excluded.rank, selected = excluded.selected"
)

# Everything that an operation can change; in the order of `review_of`.
STORE_REVIEW = (
    "UPDATE findings SET decision = ?, comment = ?, edited = ?, own_tags = ?, owner = ?, due = ?, raised = ?, skipped = ?,"
    " decided_by = ?, decided_at = ?, opinions = ?"
    " WHERE id = ?"
)


class _Name(msgspec.Struct):
    """Of a tag its name alone: of very many it is read six times as quickly."""

    tag: str


_MOST_BYTES = 1 << 30  # of one unpacked analysis: a small hostile file must not fill the memory
_HEADINGS_TRIED = 8
_EXHIBIT = re.compile(r"(?:exhibit|schedule|annex|appendix|別紙|別添|添付)\s*[\w.\-()]{0,12}", re.IGNORECASE)
_analysis = msgspec.msgpack.Decoder(Analysis)
_quads = msgspec.msgpack.Decoder(tuple[Quad, ...])
_more = msgspec.msgpack.Decoder(tuple[Piece, ...])
_tags = msgspec.msgpack.Decoder(tuple[TagScore, ...])
_names = msgspec.msgpack.Decoder(list[_Name])
_labels = msgspec.json.Decoder(tuple[str, ...])
_span = msgspec.msgpack.Decoder(Span)
_opinions = msgspec.msgpack.Decoder(tuple[Opinion, ...])


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
    """In the order of `FINDING_COLUMNS`: what the model said, then what the reviewer made of it."""
    proposed = finding.proposed
    tags = finding.tags if finding.proposed_tags is None else finding.proposed_tags
    return (
        finding.id,
        finding.document_sha256,
        proposed.start,
        proposed.end,
        proposed.page,
        proposed.text,
        msgspec.msgpack.encode(proposed.quads),
        finding.importance,
        *finding.interval,
        msgspec.msgpack.encode(tags),
        finding.rank,
        finding.selected,
        *review_of(finding),
        msgspec.msgpack.encode(proposed.more) if proposed.more else None,
    )


def review_of(finding: Finding) -> tuple[Any, ...]:
    """What the reviewer made of it, in the order of `STORE_REVIEW`."""
    return (
        finding.decision,
        finding.comment,
        None if finding.proposal is None else msgspec.msgpack.encode(finding.span),
        None if finding.proposed_tags is None else msgspec.msgpack.encode(finding.tags),
        finding.owner,
        finding.due,
        finding.raised,
        finding.skipped,
        finding.decided_by,
        finding.decided_at,
        msgspec.msgpack.encode(finding.opinions) if finding.opinions else None,
    )


def finding_from(row: tuple[Any, ...], path: Path) -> Finding:
    """The finding of a row; `path` names the workspace if the row cannot be read."""
    name, sha256, start, end, page, text, quads, importance, low, high, tags, rank, selected, *review = row
    decision, comment, edited, own_tags, owner, due, raised, skipped, decided_by, decided_at, opinions, more = review
    try:
        proposed = Finding(
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
            owner=owner,
            due=due,
            raised=bool(raised),
            skipped=bool(skipped),
            more=_more.decode(more) if more is not None else (),
            decided_by=decided_by,
            decided_at=decided_at,
            opinions=() if opinions is None else _opinions.decode(opinions),
        )
        own = proposed if edited is None else with_span(proposed, _span.decode(edited))
        return own if own_tags is None else with_tags(own, _tags.decode(own_tags))
    except (msgspec.MsgspecError, TypeError) as error:
        raise damaged(path) from error


def unpack_names(content: bytes, path: Path) -> list[str]:
    """The names of stored tags; `path` names the workspace if they cannot be read."""
    try:
        return [tag.tag for tag in _names.decode(content)]
    except msgspec.MsgspecError as error:
        raise damaged(path) from error


def unpack_span(content: bytes) -> Span:
    """A stored range. Raises `msgspec.MsgspecError` for anything else."""
    return _span.decode(content)


def pack_analysis(analysis: Analysis) -> bytes:
    """Compressed MessagePack."""
    return zlib.compress(msgspec.msgpack.encode(analysis), level=6)


def pack_settings(settings: AnalysisSettings) -> str:
    """Canonical JSON: the same settings are the same text."""
    return json.dumps(asdict(settings), sort_keys=True, ensure_ascii=False)


def unpack_analysis(content: bytes, path: Path) -> Analysis:
    """What `pack_analysis` packed; raises FusenError `damaged` for anything else."""
    try:
        return inflated(_analysis, content, path, _MOST_BYTES)
    except FusenError as error:
        raise _unreadable(path) from error


Unpacked = TypeVar("Unpacked")


def inflated(
    decoder: msgspec.msgpack.Decoder[Unpacked], content: bytes | memoryview, path: Path, most: int
) -> Unpacked:
    """The value of compressed MessagePack of up to `most` bytes; raises FusenError `damaged` for anything else."""
    try:
        unpacker = zlib.decompressobj()
        packed = unpacker.decompress(content, most)
        if unpacker.eof:
            return decoder.decode(packed)
    except (zlib.error, msgspec.MsgspecError, TypeError) as error:
        raise damaged(path) from error
    raise damaged(path)


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


def pack_labels(document: Document) -> str:
    """JSON of the labels of a document's pages; empty where every page is called by its number."""
    labels = [page.label for page in document.pages]
    return msgspec.json.encode(labels).decode() if any(labels) else ""


def unpack_labels(content: str, path: Path) -> tuple[str, ...]:
    """What `pack_labels` packed; raises FusenError `damaged` for anything else."""
    try:
        return _labels.decode(content) if content else ()
    except msgspec.MsgspecError as error:
        raise damaged(path) from error
