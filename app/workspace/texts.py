"""The text of a document as the workspace keeps it: folded, which a search reads of all documents, and in pieces as it was.

What a search reads is folded before, packed by LZ4, which unpacks ten times as quickly as zlib, and looked through as bytes: in
UTF-8 no character begins within another. A text that lacks a character of what is looked for is not read at all. Of the original
only the pieces around the places that are listed are unpacked.
"""

from __future__ import annotations

import re
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from app.analysis.analysis import Analysis
from app.documents.document import Block, BlockType, Document, DocumentFormat, Page
from app.documents.folding import Folded, Places, fold
from app.workspace.database import damaged
from app.workspace.packing import inflated

_PIECE = 4096
"""Characters of a piece of the original; files rely on it."""
_ZLIB = b"x"
"""So begins what earlier versions stored: all of it in one, without the way from the folded text to this one."""
_MOST_BYTES = 1 << 28  # of one unpacked text: a small hostile file must not fill the memory


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


class KeptText(msgspec.Struct, frozen=True):
    """A document's text; offsets are those of the document, also where some of it is missing.

    `blocks` are those of the document; none in one that was made of passages alone, or by an older version.
    """

    text: str
    pages: tuple[PageOfText, ...]
    blocks: tuple[BlockOfText, ...] = ()


class _Original(msgspec.Struct, frozen=True, array_like=True):
    """As it is stored; `pieces` and `blocks` (MessagePack) are packed by zlib, each by itself."""

    pages: tuple[PageOfText, ...]
    places: Places
    pieces: tuple[memoryview, ...]
    blocks: memoryview


_original = msgspec.msgpack.Decoder(_Original)
_blocks = msgspec.msgpack.Decoder(tuple[BlockOfText, ...])
_older = msgspec.msgpack.Decoder(KeptText)


def text_of(document: Document) -> KeptText:
    """The text of a document that was read."""
    pages = (PageOfText(p.number, p.start, p.end, p.label or str(p.number)) for p in document.pages)
    blocks = (BlockOfText(b.type, b.start, b.end, b.page, b.level) for b in document.blocks)
    return KeptText(document.text, tuple(pages), tuple(blocks))


def text_of_passages(analysis: Analysis) -> KeptText:
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
    return KeptText("".join(pieces), tuple(ranges))


def document_of(text: KeptText, analysis: Analysis, file: str, format_: DocumentFormat, page_count: int) -> Document:
    """The document as far as it is kept: its text, pages without sizes, blocks; for what the text says of its structure."""
    return Document(
        file=file,
        sha256=analysis.sha256,
        format=format_,
        language=analysis.language,
        kind=analysis.kind,
        page_count=page_count,
        text=text.text,
        pages=tuple(Page(page.number, 0.0, 0.0, page.start, page.end, page.label) for page in text.pages),
        blocks=tuple(Block(each.type, each.start, each.end, each.page, each.level) for each in text.blocks),
    )


def keep(connection: sqlite3.Connection, sha256: str, text: KeptText) -> None:
    """Store the text of a document that has a digest, within the caller's transaction."""
    import lz4.block  # here, for the window's start

    folded = fold(text.text)
    cut = (text.text[start : start + _PIECE] for start in range(0, len(text.text), _PIECE))
    pieces = tuple(memoryview(zlib.compress(piece.encode(), level=3)) for piece in cut)
    blocks = memoryview(zlib.compress(msgspec.msgpack.encode(text.blocks)))
    original = msgspec.msgpack.encode(_Original(text.pages, folded.pieces, pieces, blocks))
    packed = lz4.block.compress(folded.text.encode(), mode="high_compression", compression=4)
    connection.execute("UPDATE digests SET text = ? WHERE document_sha256 = ?", (original, sha256))
    connection.execute(
        "INSERT OR REPLACE INTO folded_texts (document_sha256, characters, spaced, content) VALUES (?, ?, ?, ?)",
        (sha256, "".join(sorted(set(folded.text))), "  " in folded.text, packed),
    )


def unpack_folded(content: bytes | memoryview, path: Path) -> bytes:
    """The folded text in UTF-8 that `keep` packed. Raises FusenError `damaged` for anything else."""
    import lz4.block

    if int.from_bytes(content[:4], "little") > _MOST_BYTES:  # the size that it says it has
        raise damaged(path)
    try:
        unpacked: bytes = lz4.block.decompress(content)
    except (lz4.block.LZ4BlockError, ValueError) as error:
        raise damaged(path) from error
    return unpacked


def unpack_text(content: bytes, path: Path) -> KeptText:
    """The text that `keep`, or an earlier version, stored in a digest. Raises FusenError `damaged` for anything else."""
    if content[:1] == _ZLIB:
        return inflated(_older, content, path, _MOST_BYTES)
    return Original(content, path).whole()


class Original:
    """A text as it was, unpacked piece by piece. What cannot be read raises FusenError `damaged`."""

    def __init__(self, content: bytes, path: Path) -> None:
        """`content` is what `keep` stored in a digest of the workspace at `path`."""
        self._path = path
        try:
            self._packed = _original.decode(content)
        except msgspec.MsgspecError as error:
            raise damaged(path) from error
        self._places = Folded("", self._packed.places)
        self._unpacked: dict[int, str] = {}

    def range_of(self, start: int, end: int) -> tuple[int, int]:
        """Where a range of the folded text stands."""
        return self._places.original(start, end) if len(self._packed.places) > 1 else (start, end)

    def page_at(self, offset: int) -> PageOfText | None:
        """The last page that starts no later than `offset`."""
        for page in reversed(self._packed.pages):
            if page.start <= offset:
                return page
        return None

    def words(self, start: int, end: int) -> str:
        """The text in a range that is not empty, as far as there is one."""
        first, last = start // _PIECE, min((end - 1) // _PIECE, len(self._packed.pieces) - 1)
        text = self._piece(first) if first == last else "".join(map(self._piece, range(first, last + 1)))
        return text[start - first * _PIECE : end - first * _PIECE]

    def whole(self) -> KeptText:
        """All of it."""
        text = "".join(map(self._piece, range(len(self._packed.pieces))))
        return KeptText(text, self._packed.pages, inflated(_blocks, self._packed.blocks, self._path, _MOST_BYTES))

    def _piece(self, number: int) -> str:
        if number not in self._unpacked:
            try:
                piece = zlib.decompressobj().decompress(self._packed.pieces[number], 4 * _PIECE)
                self._unpacked[number] = piece.decode()
            except (zlib.error, UnicodeDecodeError) as error:
                raise damaged(self._path) from error
        return self._unpacked[number]


# ---- searching


def occurrences(folded: bytes, words: Sequence[str], most: int, *, spaced: bool) -> tuple[int, list[tuple[int, int]]]:
    """How often folded words stand in a folded text one after the other, and the first `most` places, in characters.

    The text is UTF-8; `spaced` where white space is doubled in it. Raises UnicodeDecodeError where it is no UTF-8.
    """
    wanted = [word.encode(errors="surrogatepass") for word in words]
    if spaced and len(words) > 1:
        if any(word not in folded for word in wanted):
            return 0, []
        places = [found.span() for found in re.finditer(b" +".join(map(re.escape, wanted)), folded)]
        return len(places), list(_in_characters(folded, places[:most]))
    # To find and count without a pattern takes a tenth of the time.
    phrase, end = b" ".join(wanted), 0
    places = []
    while len(places) < most and (start := folded.find(phrase, end)) >= 0:
        end = start + len(phrase)
        places.append((start, end))
    total = most + folded.count(phrase, end) if len(places) == most else len(places)
    return total, list(_in_characters(folded, places))


def _in_characters(text: bytes, places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Ranges of bytes, in their order, as ranges of characters."""
    done = characters = 0
    for start, end in places:
        begin = characters + len(text[done:start].decode())
        done, characters = end, begin + len(text[start:end].decode())
        yield begin, characters
