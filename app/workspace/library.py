"""The workspace seen whole: its documents with how far each is, the search over all texts, the matrix, recent questions.

As `Workspace`, of which it is a part, a `Library` belongs to the thread that opened the workspace.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.documents.document import Document, DocumentFormat
from app.documents.folding import Folded, fold, fold_words
from app.review.audit import Kind
from app.review.findings import Finding
from app.review.matrix import Matrix, Source, cells_of, join_rows
from app.workspace import digests, packing
from app.workspace.across import Across, Occurring, Order, Wish, across, occurring
from app.workspace.database import explained, transaction
from app.workspace.recalling import KnownRow, KnownText, Recall

if TYPE_CHECKING:
    from app.workspace.store import Workspace

MOST_QUESTIONS = 20
MOST_HITS = 50
"""So many places of one document are listed; how many there are is told."""
MOST_LISTED, MOST_OF_MANY = 1000, 3
"""Once so many are listed of all documents, so few of each that follows: nobody reads more, and all are counted."""
_AROUND = 90
_BEFORE = 50
"""An excerpt has so many columns before its place (a Japanese character takes two), and twice `_AROUND` characters after it."""
_WITHOUT_QUADS = packing.FINDING_COLUMNS.replace("quads", "x'90'")
"""Matrix and lists show words; an empty array takes the place of a finding's quads."""
_PAGED: frozenset[DocumentFormat] = frozenset({"pdf"})

# The condition is that of the index findings_shown, which answers these without reading a finding.
_SHOWN = "(selected OR decision <> 'undecided' OR comment <> '' OR owner <> '' OR due <> '' OR raised OR own_tags IS NOT NULL)"
_COUNTS = "count(*), sum(decision <> 'undecided') FROM findings INDEXED BY findings_shown"
COUNT_ALL = f"SELECT document_sha256, {_COUNTS} WHERE {_SHOWN} GROUP BY document_sha256"
COUNT_ONE = f"SELECT {_COUNTS} WHERE {_SHOWN} AND document_sha256 = ?"
_MATRIX_ROWS = (
    "SELECT sha256, file, format, analysis, revision FROM digests JOIN documents ON sha256 = document_sha256"
    " WHERE removed_at IS NULL ORDER BY documents.rowid"
)
_NOWHERE = "\ue000\ue001"
"""Stands in no document: characters for private use."""
_FEW = 20
_NEVER = (-1, 0, 0)


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
        self._counts: dict[str, tuple[int, int, int]] = {}  # revision, findings, decided ones

    # ---- the shelf

    def shelf(self) -> tuple[ShelfEntry, ...]:
        """The documents on the shelf, in the order in which they were added."""
        rows = self._rows(
            "SELECT sha256, revision, file, title, EXISTS (SELECT 1 FROM analyses WHERE document_sha256 = sha256)"
            " FROM documents WHERE removed_at IS NULL ORDER BY rowid"
        )
        self._count(row[:2] for row in rows)
        return tuple(
            ShelfEntry(sha256, file, title, bool(known), *self._counts[sha256][1:])
            for sha256, _, file, title, known in rows
        )

    def _count(self, documents: Iterable[tuple[str, int]]) -> None:
        """Findings, and decided ones, of the documents that changed since they were counted."""
        changed = [
            (sha256, revision) for sha256, revision in documents if self._counts.get(sha256, _NEVER)[0] != revision
        ]
        if len(changed) > _FEW:
            counted = {sha256: (total, decided) for sha256, total, decided in self._rows(COUNT_ALL)}
        else:
            counted = {sha256: self._rows(COUNT_ONE, (sha256,))[0] for sha256, _ in changed}
        for sha256, revision in changed:
            total, decided = counted.get(sha256, (0, 0))
            self._counts[sha256] = (revision, total, decided or 0)

    def remove(self, sha256: str) -> None:
        """Take a document off the shelf; what was found and decided stays in the file until it is opened again."""
        self._shelve("UPDATE documents SET removed_at = ? WHERE sha256 = ?", (_now(), sha256), "document-removed")

    def restore(self, sha256: str) -> None:
        """Put it back."""
        self._shelve("UPDATE documents SET removed_at = NULL WHERE sha256 = ?", (sha256,), "document-restored")

    def _shelve(self, statement: str, parameters: tuple[str, ...], told: Kind) -> None:
        audit = self._workspace.audit
        with audit.transaction():
            if self._connection.execute(statement, parameters).rowcount:
                audit.append(told, {"document": parameters[-1]})

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

    def search(
        self, query: str, stopped: Callable[[], bool] = lambda: False, recall: Recall | None = None
    ) -> Iterator[DocumentHits]:
        """Where the words stand, by document, in the order of the shelf; ends early once it is `stopped`.

        With `recall` the texts stay in memory, and the next search is ten times as quick.
        """
        words = fold_words(query).split()
        if not words:
            return
        recall = recall or Recall()
        self._make_missing(stopped)
        rows = self._rows(
            "SELECT sha256, analysis, file, format FROM digests JOIN documents ON sha256 = document_sha256"
            " WHERE removed_at IS NULL ORDER BY documents.rowid"
        )
        listed = 0
        for sha256, number, file, format_ in rows:
            if stopped():
                return
            text = recall.text(sha256, number, partial(self._text, sha256))
            most = MOST_HITS if listed < MOST_LISTED else MOST_OF_MANY
            total, found = occurrences(text.folded, words, most)
            if total:
                listed += len(found)
                yield DocumentHits(sha256, file, format_ in _PAGED, total, _placed(text.digest, found))

    def _text(self, sha256: str) -> KnownText:
        rows = self._rows("SELECT text FROM digests WHERE document_sha256 = ?", (sha256,))
        # Another program may have taken the document out since it was listed.
        digest = digests.unpack_text(rows[0][0], self._path) if rows else digests.TextDigest("", ())
        return KnownText(digests.TextDigest(digest.text, digest.pages), fold(digest.text))  # a search needs no blocks

    def text(self, sha256: str) -> digests.TextDigest | None:
        """The text of an analysed document with its pages and blocks."""
        query = "SELECT text FROM digests WHERE document_sha256 = ?"
        rows = self._rows(query, (sha256,))
        if not rows:
            self._make_missing(lambda: False)
            rows = self._rows(query, (sha256,))
        return digests.unpack_text(rows[0][0], self._path) if rows else None

    def across(self, wish: Wish, order: Order = "document", *, descending: bool = False) -> Across:
        """The findings of all documents on the shelf that are as wished."""
        return across(self._connection, self._path, wish, order, descending=descending)

    def occurring(self) -> Occurring:
        """What the findings of all documents on the shelf can be wished by."""
        return occurring(self._connection, self._path)

    def document(self, sha256: str) -> Document | None:
        """An analysed document as far as it is kept, without its file: text, pages without sizes, blocks."""
        rows = self._rows("SELECT file, format, page_count FROM documents WHERE sha256 = ?", (sha256,))
        text, analysis = self.text(sha256), self._workspace.analysis(sha256)
        if not rows or text is None or analysis is None:
            return None
        return digests.document_of(text, analysis, *rows[0])

    def matrix(self, recall: Recall | None = None) -> Matrix:
        """All documents on the shelf that were analysed, by tag. With `recall` only documents that changed are read anew."""
        recall = recall or Recall()
        self._make_missing(lambda: False)
        known = [recall.row(row[0], row[1:], partial(self._row, *row[:3])) for row in self._rows(_MATRIX_ROWS)]
        return join_rows([(each.source, each.cells) for each in known])

    def make_ready(self, recall: Recall, stopped: Callable[[], bool], *, texts: bool) -> None:
        """Have `recall` know what the matrix, or (with `texts`) what a search is answered from; ends early once `stopped`."""
        if texts:
            for _ in self.search(_NOWHERE, stopped, recall):
                pass
            return
        for row in self._rows(_MATRIX_ROWS):
            if stopped():
                return
            recall.row(row[0], row[1:], partial(self._row, *row[:3]))

    def _row(self, sha256: str, file: str, format_: DocumentFormat) -> KnownRow:
        rows = self._rows("SELECT tagged FROM digests WHERE document_sha256 = ?", (sha256,))
        tagged = digests.unpack_tagged(rows[0][0], self._path) if rows else digests.TagDigest("en", ())
        source = Source(
            sha256, file, Path(file).name, tagged.language, format_ in _PAGED, tagged.passages, self._tagged(sha256)
        )
        # What the cells were made of is not kept with them: it would take as much memory again.
        return KnownRow(replace(source, passages=(), findings=()), cells_of(source))

    def _tagged(self, sha256: str) -> tuple[Finding, ...]:
        """The findings that have tags, or had some before the reviewer took them away: without their quads."""
        rows = self._rows(
            f"SELECT {_WITHOUT_QUADS} FROM findings WHERE document_sha256 = ?"  # noqa: S608 (constants)
            " AND (tags <> x'90' OR own_tags IS NOT NULL)",
            (sha256,),
        )
        found = (packing.finding_from(row, self._path) for row in rows)
        return tuple(sorted((f for f in found if f.selected or f.is_touched), key=lambda f: (f.start, f.end)))

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


def occurrences(folded: Folded, words: Sequence[str], most: int) -> tuple[int, list[tuple[int, int]]]:
    """How often folded words stand in a text one after the other, and the first `most` places in the original."""
    text = folded.text
    if any(word not in text for word in words):
        return 0, []
    pattern = re.compile(" +".join(map(re.escape, words)))
    if len(words) == 1:  # to count and to find without a pattern takes a tenth of the time
        return text.count(words[0]), list(islice(folded.ranges(pattern), most))
    ranges = list(folded.ranges(pattern))
    return len(ranges), ranges[:most]


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
