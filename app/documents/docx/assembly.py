"""From drafts to one text: offsets of blocks, tracked changes and comments, which agree by construction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.documents.document import Block, BlockSource, BlockType, Comment, Revision, RevisionKind
from app.documents.docx.paragraphs import ChangeKind, Span
from app.documents.docx.story import Draft

# As in the other formats: a line end between items of one row or list, an empty line between all else.
_CLOSE: frozenset[BlockType] = frozenset({"list-item", "table-cell", "page-header", "page-footer"})
_KINDS: dict[ChangeKind, RevisionKind] = {"inserted": "inserted", "deleted": "deleted", "moved": "moved"}


@dataclass(frozen=True, slots=True)
class Assembled:
    """A document's text and what refers to it."""

    text: str
    blocks: tuple[Block, ...]
    revisions: tuple[Revision, ...]
    comments: tuple[Comment, ...]


def assemble(
    drafts: Sequence[Draft], comments: Sequence[tuple[str, str, str, str]], moves: frozenset[str] | set[str]
) -> Assembled:
    """Join the drafts. A comment is (id, author, date, text); `moves` names those that have arrived somewhere.

    Words that were moved away count once, where they are now; without such a place they were deleted.
    """
    parts: list[str] = []
    blocks: list[Block] = []
    revisions: list[Revision] = []
    starts: dict[str, int] = {}
    ends: dict[str, int] = {}
    places: dict[str, int] = {}
    position = 0
    for draft in drafts:
        text = draft.label + draft.text
        start = position
        if text:
            if blocks:
                close = draft.type == blocks[-1].type and draft.type in _CLOSE
                parts.append("\n" if close else "\n\n")
                start += len(parts[-1])
            parts.append(text)
            position = start + len(text)
            source = BlockSource(draft.part, draft.first, draft.last, len(draft.label))
            cell = None if draft.cell is None else draft.cell.cell
            blocks.append(Block(draft.type, start, position, 1, draft.level, source, cell, bullet=draft.bullet))
        start += len(draft.label)
        for span in draft.spans:
            alone = not text or (span.start == 0 and span.text.endswith("\n"))
            if (revision := _revision(span, start, moves, alone=alone)) is not None:
                revisions.append(revision)
        for id_, kind, offset in draft.marks:
            {"start": starts, "end": ends, "reference": places}[kind].setdefault(id_, start + offset)
    anchored = [
        Comment(author, date, words, *_range(starts.get(id_), ends.get(id_), places.get(id_)))
        for id_, author, date, words in comments
        if id_ in starts or id_ in ends or id_ in places
    ]
    return Assembled("".join(parts), tuple(blocks), tuple(revisions), tuple(anchored))


def _revision(span: Span, start: int, moves: frozenset[str] | set[str], *, alone: bool) -> Revision | None:
    change = span.change
    kind = _KINDS.get(change.kind)
    if kind is None:
        if change.move in moves:
            return None
        kind = "deleted"
    if kind != "deleted" and span.start == span.end:
        return None  # nothing but white space at the end of a block
    words, apart = span.text.strip("\n"), alone and kind == "deleted"
    return Revision(kind, change.author, change.date, start + span.start, start + span.end, words, apart)


def _range(start: int | None, end: int | None, place: int | None) -> tuple[int, int]:
    """Where a comment stands, of which the file may say the start, the end, or only a place."""
    known = [offset for offset in (start, end, place) if offset is not None]
    first = known[0] if start is None else start
    last = first if end is None else end
    return first, max(first, last)
