"""The words of listed findings, kept folded, a document's together: to read them from their rows takes six times as long.

They are made anew with every change of the document's findings, in the same transaction. What was not, because it would take
long or came of an older program, is noticed by the state that it was made of, and made when it is asked for.
"""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from app.errors import FusenError
from app.workspace import packing
from app.workspace.database import damaged, explained, transaction
from app.workspace.texts import unpack_folded

MOST_AT_ONCE = 1 << 17
"""Bytes of packed words that are made together with a decision: some milliseconds, which a decision may take longer."""

_END = b"\xff"
"""Stands behind the words of each finding: no character has it in UTF-8."""

# Who writes a file anew may give rows other numbers, closing the gaps between them: where the last row has its number still,
# all before it have theirs.
_ALL = (
    "SELECT sha256, content FROM documents d JOIN folded_findings f ON f.document_sha256 = sha256 AND f.revision = d.revision"
    " JOIN findings ON findings.rowid = last_number AND id = last_id"
)
_STATE = (
    "SELECT revision, max(findings.rowid), id FROM documents JOIN findings ON document_sha256 = sha256 WHERE sha256 = ?"
)
_SHOWN = (
    f"SELECT rowid, text, edited, comment FROM findings WHERE document_sha256 = ? AND {packing.SHOWN}"  # noqa: S608 (constants)
    ' ORDER BY "start", "end"'
)


class _Folded(msgspec.Struct, frozen=True, array_like=True):
    """As it is stored: the numbers of the rows of findings in reading order, and LZ4 of their words, each with its end."""

    numbers: tuple[int, ...]
    words: memoryview


_decoder = msgspec.msgpack.Decoder(_Folded)
_Values = tuple[str, int, int, str, bytes]


def folded(text: str) -> str:
    """As `fold_words`, save for white space, and as quick as it must be for every finding that there is."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def holding(connection: sqlite3.Connection, path: Path, words: Sequence[str], documents: Sequence[str]) -> list[int]:
    """The rows of those listed findings in whose passage, as the reviewer moved its ends, or comment each folded word stands.

    Of these `documents` of the workspace at `path`, in their order and that of reading.
    """
    # The longest first, which fewer findings hold.
    wanted = [word.encode(errors="surrogatepass") for word in sorted(set(words), key=len, reverse=True)]
    with explained(path):
        kept = dict(connection.execute(_ALL).fetchall())
        missing = (sha256 for sha256 in documents if kept.get(sha256) is None)
        made = [values for sha256 in missing if (values := _made(connection, path, sha256))]
    if made:
        # Who may not write at this moment gets the answer all the same, and makes it again the next time.
        with suppress(FusenError), transaction(connection, path):
            _store(connection, *made)
    kept |= {sha256: content for sha256, *_, content in made}
    contents = (content for sha256 in documents if (content := kept.get(sha256)) is not None)
    return [number for content in contents for number in _rows_with(wanted, content, path)]


def keep(connection: sqlite3.Connection, path: Path, sha256: str) -> None:
    """Make anew what is kept of a document within the caller's transaction, unless that takes long."""
    query = "SELECT 1 FROM folded_findings WHERE document_sha256 = ? AND length(content) > ?"
    if connection.execute(query, (sha256, MOST_AT_ONCE)).fetchone() is None:
        with suppress(FusenError):  # a row that cannot be read is no reason to refuse a decision: who asks is told
            if made := _made(connection, path, sha256):
                _store(connection, made)


def _rows_with(words: Sequence[bytes], content: bytes, path: Path) -> list[int]:
    try:
        kept = _decoder.decode(content)
        texts = unpack_folded(kept.words, path)
        if texts and not texts.endswith(_END):
            raise damaged(path)
        if any(word not in texts for word in words):
            return []
        places = list(_places_with(words[0], texts))
        if len(words) > 1:
            apart = texts.split(_END)
            for word in words[1:]:
                places = [place for place in places if word in apart[place]]
        return [kept.numbers[place] for place in places]
    except (msgspec.MsgspecError, TypeError, IndexError) as error:
        raise damaged(path) from error


def _places_with(word: bytes, texts: bytes) -> Iterator[int]:
    """Which of the texts, each with its end, hold a word; in half the time that cutting them apart takes."""
    place = end = 0
    while (start := texts.find(word, end)) >= 0:
        place += texts.count(_END, end, start)
        yield place
        end = texts.find(_END, start)


def _made(connection: sqlite3.Connection, path: Path, sha256: str) -> _Values | None:
    """What is kept of a document with the state that it is made of; None where it has no findings."""
    import lz4.block  # here, for the window's start

    # The state is read first: what changes after it makes this something to be made again, and nothing wrong.
    state = connection.execute(_STATE, (sha256,)).fetchone()
    if state is None or state[1] is None:
        return None
    numbers, texts = [], []
    for number, text, edited, comment in connection.execute(_SHOWN, (sha256,)):
        numbers.append(number)
        texts.append(folded(f"{_shown(text, edited, path)}\n{comment}").encode() + _END)
    content = msgspec.msgpack.encode(_Folded(tuple(numbers), memoryview(lz4.block.compress(b"".join(texts)))))
    return sha256, *state, content


def _shown(text: str, edited: bytes | None, path: Path) -> str:
    """The words of the range that a finding covers now."""
    try:
        return text if edited is None else packing.unpack_span(edited).text
    except (msgspec.MsgspecError, TypeError) as error:
        raise damaged(path) from error


def _store(connection: sqlite3.Connection, *made: _Values) -> None:
    connection.executemany("INSERT OR REPLACE INTO folded_findings VALUES (?, ?, ?, ?, ?)", made)
