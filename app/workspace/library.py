"""The workspace seen whole: its documents with how far each is, the search over all texts, the matrix, recent questions.

As `Workspace`, of which it is a part, a `Library` belongs to the thread that opened the workspace.
"""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from app.documents.document import Document
from app.documents.folding import fold_words
from app.review.audit import Kind
from app.review.matrix import Matrix
from app.workspace import digests, folded_findings, packing, rows, texts
from app.workspace.across import Across, Occurring, Order, Wish, across, occurring
from app.workspace.asked import COUNT_ASKED
from app.workspace.database import damaged, explained, transaction
from app.workspace.texts import KeptText, Original, occurrences

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

# The index findings_shown answers these without reading a finding.
_COUNTS = "count(*), sum(decision <> 'undecided') FROM findings INDEXED BY findings_shown"
COUNT_ALL = f"SELECT document_sha256, {_COUNTS} WHERE {packing.SHOWN} GROUP BY document_sha256"
COUNT_ONE = f"SELECT {_COUNTS} WHERE {packing.SHOWN} AND document_sha256 = ?"
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
        shelf = self._rows(
            "SELECT sha256, revision, file, title, EXISTS (SELECT 1 FROM analyses WHERE document_sha256 = sha256)"
            " FROM documents WHERE removed_at IS NULL ORDER BY rowid"
        )
        self._count(row[:2] for row in shelf)
        # Whether a passage is asked again hangs on other documents as well: it is counted anew.
        asked: dict[str, int] = dict(self._rows(COUNT_ASKED))
        counts = {sha256: (total + asked.get(sha256, 0), done) for sha256, (_, total, done) in self._counts.items()}
        return tuple(
            ShelfEntry(sha256, file, title, bool(known), *counts[sha256]) for sha256, _, file, title, known in shelf
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

    def search(self, query: str, stopped: Callable[[], bool] = lambda: False) -> Iterator[DocumentHits]:
        """Where the words stand, by document, in the order of the shelf; ends early once it is `stopped`."""
        words = fold_words(query).split()
        if not words:
            return
        self._make_missing(stopped)
        shelf = self._rows(
            "SELECT sha256, file, format, characters FROM digests g JOIN documents ON sha256 = g.document_sha256"
            " LEFT JOIN folded_texts f ON sha256 = f.document_sha256 WHERE removed_at IS NULL ORDER BY documents.rowid"
        )
        needed, listed = set("".join(words)), 0
        for sha256, file, format_, characters in shelf:
            if stopped():
                return
            if characters is None:
                self._fold(sha256)
            elif any(each not in characters for each in needed):
                continue
            total, found = self._occurrences(sha256, words, MOST_HITS if listed < MOST_LISTED else MOST_OF_MANY)
            if total:
                listed += len(found)
                yield DocumentHits(sha256, file, format_ in rows.PAGED, total, self._hits(sha256, found))

    def _fold(self, sha256: str) -> None:
        """Make what is searched of a text, as it was kept by an earlier version."""
        with transaction(self._connection, self._path):
            for (content,) in self._rows("SELECT text FROM digests WHERE document_sha256 = ?", (sha256,)):
                texts.keep(self._connection, sha256, texts.unpack_text(content, self._path))

    def _occurrences(self, sha256: str, words: list[str], most: int) -> tuple[int, list[tuple[int, int]]]:
        query = "SELECT spaced, content FROM folded_texts WHERE document_sha256 = ?"
        for spaced, content in self._rows(query, (sha256,)):
            try:
                return occurrences(texts.unpack_folded(content, self._path), words, most, spaced=bool(spaced))
            except UnicodeDecodeError as error:
                raise damaged(self._path) from error
        return 0, []  # another program took the document out since it was listed

    def _hits(self, sha256: str, places: list[tuple[int, int]]) -> tuple[Hit, ...]:
        for (content,) in self._rows("SELECT text FROM digests WHERE document_sha256 = ?", (sha256,)):
            original = Original(content, self._path)
            return tuple(_hit(original, *original.range_of(start, end)) for start, end in places)
        return ()

    def text(self, sha256: str) -> KeptText | None:
        """The text of an analysed document with its pages and blocks."""
        query = "SELECT text FROM digests WHERE document_sha256 = ?"
        kept = self._rows(query, (sha256,))
        if not kept:
            self._make_missing(lambda: False)
            kept = self._rows(query, (sha256,))
        return texts.unpack_text(kept[0][0], self._path) if kept else None

    def across(self, wish: Wish, order: Order = "document", *, descending: bool = False) -> Across:
        """The findings of all documents on the shelf that are as wished."""
        return across(self._connection, self._path, wish, order, descending=descending)

    def occurring(self) -> Occurring:
        """What the findings of all documents on the shelf can be wished by."""
        return occurring(self._connection, self._path)

    def keep_ready(self, sha256: str) -> None:
        """Make anew, within the caller's transaction, what is answered from a document's findings that changed."""
        rows.keep(self._connection, self._path, sha256)
        folded_findings.keep(self._connection, self._path, sha256)

    def document(self, sha256: str) -> Document | None:
        """An analysed document as far as it is kept, without its file: text, pages without sizes, blocks."""
        known = self._rows("SELECT file, format, page_count FROM documents WHERE sha256 = ?", (sha256,))
        text, analysis = self.text(sha256), self._workspace.analysis(sha256)
        if not known or text is None or analysis is None:
            return None
        return texts.document_of(text, analysis, *known[0])

    def matrix(self) -> Matrix:
        """All documents on the shelf that were analysed, by tag."""
        self._make_missing(lambda: False)
        return rows.matrix(self._connection, self._path)

    def _make_missing(self, stopped: Callable[[], bool]) -> None:
        """Digests of documents whose current analysis has none."""
        missing = self._rows(
            "SELECT a.document_sha256 FROM analyses a JOIN documents d ON d.sha256 = a.document_sha256"
            " LEFT JOIN digests g ON g.document_sha256 = a.document_sha256 WHERE d.removed_at IS NULL"
            " GROUP BY a.document_sha256 HAVING g.analysis IS NULL OR g.analysis <> max(a.number)"
        )
        for (sha256,) in missing:
            if stopped():
                return
            if (analysis := self._workspace.analysis(sha256)) is not None:
                with transaction(self._connection, self._path):
                    digests.keep(self._connection, sha256, analysis, texts.text_of_passages(analysis))

    def _rows(self, query: str, parameters: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        with explained(self._path):
            found: list[tuple[Any, ...]] = self._connection.execute(query, parameters).fetchall()
            return found


def _hit(text: Original, start: int, end: int) -> Hit:
    page = text.page_at(start)
    first = max(start - 2 * _AROUND, 0)
    around = text.words(first, end + 2 * _AROUND)
    before = _ending(around[: start - first].rpartition("\n")[2])
    words = " ".join(around[start - first : end - first].split())
    after = around[end - first :].partition("\n")[0]
    after = (" " if after[:1].isspace() else "") + " ".join(after.split())
    number, label = (page.number, page.label) if page is not None else (1, "1")
    return Hit(start, end, number, label, before + words + after, (len(before), len(before) + len(words)))


def _ending(text: str) -> str:
    """The end of what stands before a place, so short that the place shows on the first lines: `_BEFORE` columns."""
    whole = " ".join(text.split()) + (" " if text[-1:].isspace() and text.strip() else "")
    start = max(len(whole) - _BEFORE, 0)
    if not whole.isascii():
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
