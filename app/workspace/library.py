"""The workspace seen whole: its documents with how far each is, the search over all texts, the matrix, recent questions.

As `Workspace`, of which it is a part, a `Library` belongs to the thread that opened the workspace.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.documents.document import DocumentFormat
from app.documents.folding import fold, search_pattern
from app.review.matrix import Matrix, Source, make_matrix
from app.workspace import digests
from app.workspace.database import explained, transaction

if TYPE_CHECKING:
    from app.workspace.store import Workspace

MOST_QUESTIONS = 20
MOST_HITS = 50
"""So many places of one document are listed; how many there are is told."""
_AROUND = 90
_BEFORE = 50
"""An excerpt has so many columns before its place (a Japanese character takes two), and twice `_AROUND` characters after it."""
_PAGED: frozenset[DocumentFormat] = frozenset({"pdf"})


@dataclass(frozen=True, slots=True)
class ShelfEntry:
    """A document of the workspace: `total` findings, of which so many are `decided`; `analyzed` once it was."""

    sha256: str
    file: str
    title: str
    analyzed: bool
    total: int
    decided: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where the words stand: its range in the document; its range in the excerpt; page and what that calls itself."""

    start: int
    end: int
    page: int
    label: str
    excerpt: str
    marked: tuple[int, int]


@dataclass(frozen=True, slots=True)
class DocumentHits:
    """The places in one document, the first `MOST_HITS` of `total`."""

    sha256: str
    file: str
    paged: bool
    total: int
    hits: tuple[Hit, ...]


class Library:
    """Made by `Workspace.library`."""

    def __init__(self, workspace: Workspace, connection: sqlite3.Connection) -> None:
        self._workspace = workspace
        self._connection = connection
        self._path = workspace.path

    # ---- the shelf

    def shelf(self) -> tuple[ShelfEntry, ...]:
        """The documents on the shelf, in the order in which they were added."""
        rows = self._rows(
            "SELECT sha256, file, title, EXISTS (SELECT 1 FROM analyses WHERE document_sha256 = sha256),"
            " count(id), coalesce(sum(decision <> 'undecided'), 0)"
            " FROM documents LEFT JOIN findings ON document_sha256 = sha256"
            " AND (selected OR decision <> 'undecided' OR comment <> '' OR owner <> '' OR due <> '' OR raised"
            " OR own_tags IS NOT NULL)"
            " WHERE removed_at IS NULL GROUP BY sha256 ORDER BY documents.rowid"
        )
        return tuple(
            ShelfEntry(sha256, file, title, bool(known), *counts) for sha256, file, title, known, *counts in rows
        )

    def remove(self, sha256: str) -> None:
        """Take a document off the shelf; what was found and decided stays in the file until it is opened again."""
        with transaction(self._connection, self._path):
            self._connection.execute("UPDATE documents SET removed_at = ? WHERE sha256 = ?", (_now(), sha256))

    def restore(self, sha256: str) -> None:
        """Put it back."""
        with transaction(self._connection, self._path):
            self._connection.execute("UPDATE documents SET removed_at = NULL WHERE sha256 = ?", (sha256,))

    # ---- questions

    def questions(self) -> tuple[str, ...]:
        """What was asked last, the latest first."""
        return tuple(text for (text,) in self._rows("SELECT text FROM questions ORDER BY asked_at DESC, rowid DESC"))

    def remember_question(self, text: str) -> None:
        """Keep a question; the oldest of more than `MOST_QUESTIONS` are forgotten."""
        with transaction(self._connection, self._path):
            self._connection.execute("INSERT OR REPLACE INTO questions (text, asked_at) VALUES (?, ?)", (text, _now()))
            self._connection.execute(
                "DELETE FROM questions WHERE text NOT IN"
                " (SELECT text FROM questions ORDER BY asked_at DESC, rowid DESC LIMIT ?)",
                (MOST_QUESTIONS,),
            )

    def forget_questions(self) -> None:
        """Forget them all."""
        with transaction(self._connection, self._path):
            self._connection.execute("DELETE FROM questions")

    # ---- over all documents

    def search(self, query: str, stopped: Callable[[], bool] = lambda: False) -> Iterator[DocumentHits]:
        """Where the words stand, by document, in the order of the shelf; ends early once it is `stopped`."""
        pattern = search_pattern(query)
        if pattern is None:
            return
        self._make_missing(stopped)
        numbers = [
            sha256 for (sha256,) in self._rows("SELECT sha256 FROM documents WHERE removed_at IS NULL ORDER BY rowid")
        ]
        for sha256 in numbers:
            if stopped():
                return
            rows = self._rows(
                "SELECT file, format, text FROM digests JOIN documents ON sha256 = document_sha256 WHERE sha256 = ?",
                (sha256,),
            )
            for file, format_, content in rows:
                digest = digests.unpack_text(content, self._path)
                if found := list(_hits(digest, pattern)):
                    yield DocumentHits(sha256, file, format_ in _PAGED, len(found), _placed(digest, found[:MOST_HITS]))

    def text(self, sha256: str) -> digests.TextDigest | None:
        """The text of an analysed document with its pages and blocks."""
        query = "SELECT text FROM digests WHERE document_sha256 = ?"
        rows = self._rows(query, (sha256,))
        if not rows:
            self._make_missing(lambda: False)
            rows = self._rows(query, (sha256,))
        return digests.unpack_text(rows[0][0], self._path) if rows else None

    def matrix(self) -> Matrix:
        """All documents on the shelf that were analysed, by tag."""
        self._make_missing(lambda: False)
        rows = self._rows(
            "SELECT sha256, file, format, tagged FROM digests JOIN documents ON sha256 = document_sha256"
            " WHERE removed_at IS NULL ORDER BY documents.rowid"
        )
        return make_matrix(self._source(*row) for row in rows)

    def _source(self, sha256: str, file: str, format_: DocumentFormat, content: bytes) -> Source:
        tagged = digests.unpack_tagged(content, self._path)
        findings = self._workspace.findings(sha256)
        paged = format_ in _PAGED
        return Source(sha256, file, Path(file).name, tagged.language, paged, tagged.passages, findings)

    def _make_missing(self, stopped: Callable[[], bool]) -> None:
        """Digests of documents whose current analysis has none."""
        rows = self._rows(
            "SELECT a.document_sha256 FROM analyses a JOIN documents d ON d.sha256 = a.document_sha256"
            " LEFT JOIN digests g ON g.document_sha256 = a.document_sha256 WHERE d.removed_at IS NULL"
            " GROUP BY a.document_sha256 HAVING g.analysis IS NULL OR g.analysis <> max(a.number)"
        )
        for (sha256,) in rows:
            if stopped():
                return
            if (analysis := self._workspace.analysis(sha256)) is not None:
                with transaction(self._connection, self._path):
                    digests.keep(self._connection, sha256, analysis, digests.text_of_passages(analysis))

    def _rows(self, query: str, parameters: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        with explained(self._path):
            rows: list[tuple[Any, ...]] = self._connection.execute(query, parameters).fetchall()
            return rows


def _hits(digest: digests.TextDigest, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    return fold(digest.text).ranges(pattern)


def _placed(digest: digests.TextDigest, ranges: list[tuple[int, int]]) -> tuple[Hit, ...]:
    return tuple(_hit(digest, start, end) for start, end in ranges)


def _hit(digest: digests.TextDigest, start: int, end: int) -> Hit:
    page = digest.page_at(start)
    line = digest.text.rfind("\n", max(start - 2 * _AROUND, 0), start) + 1 or max(start - 2 * _AROUND, 0)
    before = _ending(digest.text[line:start])
    words = " ".join(digest.text[start:end].split())
    after = digest.text[end : end + 2 * _AROUND].partition("\n")[0]
    after = (" " if after[:1].isspace() else "") + " ".join(after.split())
    number, label = (page.number, page.label) if page is not None else (1, "1")
    return Hit(start, end, number, label, before + words + after, (len(before), len(before) + len(words)))


def _ending(text: str) -> str:
    """The end of what stands before a place, so short that the place shows on the first lines: `_BEFORE` columns."""
    whole = " ".join(text.split()) + (" " if text[-1:].isspace() and text.strip() else "")
    room, start = _BEFORE, len(whole)
    while start > 0 and room > 0:
        start -= 1
        room -= 2 if unicodedata.east_asian_width(whole[start]) in "WF" else 1
    if start == 0:
        return whole
    shown = whole[start:]
    return "…" + (shown.partition(" ")[2] if " " in shown[:12] else shown)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
