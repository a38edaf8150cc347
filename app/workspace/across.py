"""Findings of all documents by decision, owner, date, tag or words: what is mine, what is due, every cap that was accepted.

The indexes of `0006_keeping.sql` are for these questions; a tag is looked for in every finding that has any, words in what
`folded_findings` keeps of all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Literal

import msgspec

from app.documents.document import DocumentFormat
from app.documents.folding import fold_words
from app.review.findings import Decision, Finding
from app.workspace import folded_findings, packing
from app.workspace.asked import ASKED, FROM_ASKED
from app.workspace.database import explained

MOST = 500
"""So many are listed; how many there are is told."""

Order = Literal["document", "decision", "owner", "due"]
"""By the name of the document and the place in it, or first by something else."""

# Lists show words and no places: an empty array takes the place of a finding's quads.
_COLUMNS = ", ".join(
    "x'90'" if name == "quads" else f"findings.{name}" for name in packing.FINDING_COLUMNS.replace(" ", "").split(",")
)

_ONE = f"SELECT {_COLUMNS} FROM findings WHERE rowid = ?"  # noqa: S608 (constant names)
_ROWS = 'SELECT findings.rowid, document_sha256, "start", "end", decision, owner, due'
_SHELF = "SELECT sha256, file, format, page_labels FROM documents WHERE removed_at IS NULL ORDER BY rowid"
_ON_SHELF = "document_sha256 NOT IN (SELECT sha256 FROM documents WHERE removed_at IS NOT NULL)"
_TAGGED = "(tags <> x'90' OR own_tags IS NOT NULL)"
# A passage that goes on in a newer version of its document is listed there, once. Nearly always that is the next version; one
# that is off the shelf, or does not list it, is passed over.
_STANDING = f"(SELECT id, {packing.SHOWN} AS shown, {_ON_SHELF} AS stands FROM findings)"  # noqa: S608 (constants)
_IS_LISTED = f"stands AND (shown OR changed OR name IN ({ASKED} SELECT finding_id FROM asked))"  # noqa: S608 (constants)
_STEP = "SELECT finding_id AS name, kind NOT IN ('same', 'moved') AS changed FROM"
_LATER = (
    f"WITH RECURSIVE later (name, changed) AS ({_STEP} carried WHERE source_id = next.name"  # noqa: S608 (constants)
    f" UNION {_STEP} later CROSS JOIN carried ON source_id = later.name)"
    f" SELECT 1 FROM later CROSS JOIN {_STANDING} ON id = name WHERE {_IS_LISTED}"
)
_NEXT = (
    f"SELECT 1 FROM ({_STEP} carried WHERE source_id = findings.id) AS next CROSS JOIN {_STANDING} ON id = next.name"  # noqa: S608 (constants)
    f" WHERE {_IS_LISTED} OR EXISTS ({_LATER})"
)
_GOES_ON = f"(document_sha256 IN (SELECT predecessor FROM versions) AND EXISTS ({_NEXT}))"  # noqa: S608 (constants)
_OWNERS = f"SELECT owner, count(*) FROM findings WHERE owner <> '' AND {_ON_SHELF} GROUP BY owner"  # noqa: S608 (constants)
_TAGS = (
    f"SELECT coalesce(own_tags, tags) FROM findings INDEXED BY findings_tagged WHERE {_TAGGED}"  # noqa: S608 (the same)
    f" AND {packing.SHOWN} AND {_ON_SHELF}"
)
_ASKED_TAGS = f"{ASKED} SELECT tags {FROM_ASKED} AND tags <> x'90' AND {_ON_SHELF}"
_DECISIONS: tuple[Decision, ...] = ("undecided", "accepted", "edited", "added", "rejected")


@dataclass(frozen=True, slots=True)
class Wish:
    """Findings that are all of what is given.

    `decision`: `kept` are those that go into the brief: accepted, edited, added. `owner`: however it is spelled (`owner_key`);
    empty for findings without one. `due_from`, `due_by`: from that day, until that day, as YYYY-MM-DD; `dated`: that have a
    date at all. `words`: each of them stands in the passage or its comment.
    """

    decision: Decision | Literal["kept"] | None = None
    owner: str | None = None
    due_by: str | None = None
    tag: str | None = None
    due_from: str | None = None
    dated: bool = False
    not_rejected: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """The document that a finding is in: its file's absolute path, its format and what its pages call themselves."""

    file: str
    format: DocumentFormat
    labels: tuple[str, ...] = ()

    def label_of(self, page: int) -> str:
        """What a page (from 1) is called."""
        label = self.labels[page - 1] if 1 <= page <= len(self.labels) else ""
        return label or str(page)


@dataclass(frozen=True, slots=True)
class Across:
    """The first `MOST` of `total` findings, without their quads, in the order that was asked for; `holders` by hash."""

    total: int
    findings: tuple[Finding, ...]
    holders: Mapping[str, Holder] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Occurring:
    """What findings can be wished by: every owner, each in the spelling that is most used, and every tag."""

    owners: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    """Of a finding what it is sorted by; in the order of `_ROWS`."""

    number: int
    sha256: str
    start: int
    end: int
    decision: Decision
    owner: str
    due: str


def owner_key(owner: str) -> str:
    """The same for the same name in other letters: 佐藤 花子 and 佐藤花子, Sato and ＳＡＴＯ."""
    return fold_words(owner).replace(" ", "")


def query_of(
    wish: Wish, owners: Sequence[str] = (), *, versions: bool = False, asked: bool = False
) -> tuple[str, tuple[str | bytes, ...]]:
    """The part of the query after its columns, save for the words of a wish, and what it is asked with.

    `owners` are spellings of the wish's owner; `versions`: documents have newer versions. `asked`: behind `ASKED`, of those that
    are listed only because they are asked again; else of all others.
    """
    conditions: list[str] = []
    values: list[str | bytes] = []

    def add(condition: str, *wanted: str | bytes) -> None:
        conditions.append(condition)
        values.extend(wanted)

    if wish.decision == "undecided":
        add("decision = ?", wish.decision)
    elif wish.decision is not None:
        # With the value as a constant SQLite knows that the index of what is decided on holds all of them.
        kept = ("accepted", "edited", "added") if wish.decision == "kept" else (wish.decision,)
        add(f"decision IN ({_places(kept)}) AND decision <> 'undecided'", *kept)
    if wish.not_rejected:
        add("decision <> 'rejected'")
    if wish.owner == "":
        # No row is read for what an index knows of the few that have one.
        add("findings.rowid NOT IN (SELECT rowid FROM findings WHERE owner <> '')")
    elif wish.owner is not None:
        spelled = owners or (wish.owner,)
        add(f"owner IN ({_places(spelled)}) AND owner <> ''", *spelled)
    if wish.due_by is not None:
        add("due <= ?", wish.due_by)
    if wish.dated or wish.due_by is not None or wish.due_from is not None:
        add("due >= ? AND due <> ''", wish.due_from or "")  # with a bound it is looked up in the index of what has one
    if wish.tag is not None:
        # As MessagePack has it, with the length before the letters: no tag is part of another one.
        add(f"{_TAGGED} AND instr(coalesce(own_tags, tags), ?)", msgspec.msgpack.encode(wish.tag))
    if versions:
        add(f"NOT {_GOES_ON}")
    source = f"{FROM_ASKED} AND {_ON_SHELF}" if asked else f"FROM findings WHERE {_ON_SHELF} AND {packing.SHOWN}"
    return " AND ".join([source, *conditions]), tuple(values)


def across(
    connection: sqlite3.Connection, path: Path, wish: Wish, order: Order = "document", *, descending: bool = False
) -> Across:
    """The findings of the workspace at `path` that are as wished; in the order of owners or dates those without come last.

    Of a passage that goes on in a newer version of its document only the finding there is listed.
    """
    with explained(path):
        spelled = _spellings(connection, wish.owner) if wish.owner else ()
        shelf = {row[0]: row[1:] for row in connection.execute(_SHELF)}
        names = sorted(shelf, key=lambda sha256: fold_words(Path(shelf[sha256][0]).name))
        documents = names[::-1] if descending and order == "document" else names
        (versions,) = connection.execute("SELECT EXISTS (SELECT 1 FROM versions)").fetchone()
        query = query_of(wish, spelled, versions=bool(versions))
        words = folded_findings.folded(wish.words).split()
        asked = _asked(connection, wish, words) if versions else ()
        question = _Question(connection, *query, documents, order, descending, asked)
        if words:
            holding = folded_findings.holding(connection, path, words, documents)
            is_all = wish == Wish(words=wish.words) and not versions
            question = question.among(holding if is_all else question.narrowed(holding))
        # To sort all of many would take longer: the first documents have enough of them.
        rows = question.all() if words and asked else question.few()
        numbers = [row.number for row in rows[:MOST]] if rows is not None else list(islice(question.first(), MOST))
        found = [connection.execute(_ONE, (number,)).fetchone() for number in numbers]
        total = question.count() if rows is None else len(rows)
    findings = tuple(packing.finding_from(row, path) for row in found if row is not None)
    holders = {each: _holder(path, *shelf[each]) for each in {f.document_sha256 for f in findings} if each in shelf}
    return Across(total, findings, holders)


def occurring(connection: sqlite3.Connection, path: Path) -> Occurring:
    """What findings of documents on the shelf can be wished by."""
    with explained(path):
        owners, tagged = (connection.execute(query).fetchall() for query in (_OWNERS, _TAGS))
        tagged += connection.execute(_ASKED_TAGS).fetchall()
    spelled = {}
    for owner, _count in sorted(owners, key=lambda each: each[1]):
        spelled[owner_key(owner)] = owner  # the one that is used most comes last
    tags = {name for (packed,) in tagged for name in packing.unpack_names(packed, path)}
    return Occurring(tuple(sorted(spelled.values(), key=fold_words)), tuple(sorted(tags)))


@dataclass(frozen=True, slots=True)
class _Question:
    """A question ready to be asked: see `query_of`; `documents` in the order in which their findings are listed.

    `asked` are findings that `rest` does not find: undecided ones without owner and date. `numbers`, where words are wished: of
    all rows that `rest` is about, in this order.
    """

    connection: sqlite3.Connection
    rest: str
    values: tuple[str | bytes, ...]
    documents: Sequence[str]
    order: Order
    descending: bool
    asked: tuple[_Row, ...]
    numbers: Mapping[int, None] | None = None

    def among(self, numbers: Sequence[int]) -> _Question:
        """Asked of these rows, all of which are as wished."""
        question = replace(self, numbers=dict.fromkeys(numbers))
        return (
            replace(question, rest=f"FROM findings WHERE {_in(numbers)}", values=()) if _are_few(numbers) else question
        )

    def narrowed(self, numbers: Iterable[int], condition: str = "") -> list[int]:
        """Those of the rows that are as wished, in the same order."""
        numbers = list(numbers)
        # In one value SQLite tells them in half the time that rows take.
        query = f"SELECT json_group_array(findings.rowid) {self.rest}{condition}"
        query += f" AND {_in(numbers)}" if _are_few(numbers) else ""
        found = set(msgspec.json.decode(self.connection.execute(query, self.values).fetchone()[0]))
        return [number for number in numbers if number in found]

    def count(self) -> int:
        """How many findings there are."""
        if self.numbers is not None:
            return len(self.numbers) + len(self.asked)
        (total,) = self.connection.execute(f"SELECT count(*) {self.rest}", self.values).fetchone()
        return int(total) + len(self.asked)

    def few(self) -> list[_Row] | None:
        """All of them, in order, where there are few."""
        if self.numbers is not None and not _are_few(self.numbers):
            return None
        rows = self.all(f" LIMIT {4 * MOST + 1}")
        return rows if _are_few(rows) else None

    def all(self, limit: str = "") -> list[_Row]:
        """All of them, in order."""
        rows = self._in_place((*self._rows(limit), *self.asked))
        if self.order == "decision":
            rows.sort(key=lambda row: _DECISIONS.index(row.decision), reverse=self.descending)
        elif self.order != "document":
            rows.sort(key=self._value, reverse=self.descending)
            rows.sort(key=lambda row: not self._value(row))
        return rows

    def _rows(self, condition: str = "", *values: str) -> list[_Row]:
        """Those that `rest` finds; `condition` narrows them down further, and asks with `values`."""
        found = self.connection.execute(f"{_ROWS} {self.rest}{condition}", (*self.values, *values))
        return [_Row(*row) for row in found if self.numbers is None or row[0] in self.numbers]

    def _in_place(self, rows: Iterable[_Row]) -> list[_Row]:
        place = {sha256: number for number, sha256 in enumerate(self.documents)}
        on_shelf = (row for row in rows if row.sha256 in place)
        return sorted(on_shelf, key=lambda row: (place[row.sha256], row.start, row.end))

    def _value(self, row: _Row) -> str:
        return row.due if self.order == "due" else fold_words(row.owner)

    def first(self) -> Iterator[int]:
        """Numbers of the rows in order, no more read than are taken."""
        if self.order == "document":
            yield from self._by_document("", self.asked)
        elif self.order == "decision":
            for decision in reversed(_DECISIONS) if self.descending else _DECISIONS:
                asked = self.asked if decision == "undecided" else ()
                yield from self._by_document(f" AND decision = '{decision}'", asked)
        else:
            column = self.order
            for alike in self._occurring(column):
                condition = f" AND {column} <> '' AND {column} IN ({_places(alike)})"
                yield from (row.number for row in self._in_place(self._rows(condition, *alike)))
            yield from self._by_document(f" AND {column} = ''", self.asked)

    def _occurring(self, column: Literal["owner", "due"]) -> Iterator[Sequence[str]]:
        """The owners or dates that occur, in order; those together that are sorted alike. From an index alone."""
        query = f"SELECT DISTINCT {column} FROM findings WHERE {column} <> ''"  # noqa: S608 (constant names)
        alike: dict[str, list[str]] = {}
        for (value,) in self.connection.execute(query):
            alike.setdefault(fold_words(value), []).append(value)
        return (alike[key] for key in sorted(alike, reverse=self.descending))

    def _by_document(self, condition: str, asked: Iterable[_Row]) -> Iterator[int]:
        if self.numbers is not None:
            yield from self.narrowed(self.numbers, condition) if condition else self.numbers
            return
        again: dict[str, list[_Row]] = {}
        for row in asked:
            again.setdefault(row.sha256, []).append(row)
        for sha256 in self.documents:
            rows = [*self._rows(f"{condition} AND document_sha256 = ?", sha256), *again.get(sha256, ())]
            yield from (row.number for row in sorted(rows, key=lambda row: (row.start, row.end)))


def _asked(connection: sqlite3.Connection, wish: Wish, words: Sequence[str]) -> tuple[_Row, ...]:
    """Of findings that are listed only because they are asked again those that are as wished."""
    if wish.decision not in (None, "undecided") or wish.owner or wish.dated or wish.due_by or wish.due_from:
        return ()  # they have none of that
    rest, values = query_of(wish, versions=True, asked=True)
    found = connection.execute(f"{ASKED} {_ROWS}, text {rest}", values)
    return tuple(_Row(*row) for *row, text in found if _holds(words, text))


def _holds(words: Sequence[str], text: str) -> bool:
    shown = folded_findings.folded(text)
    return all(word in shown for word in words)


def _spellings(connection: sqlite3.Connection, owner: str) -> tuple[str, ...]:
    """Every spelling of an owner that occurs."""
    known = connection.execute("SELECT DISTINCT owner FROM findings WHERE owner <> ''").fetchall()
    return tuple(each for (each,) in known if owner_key(each) == owner_key(owner))


def _are_few(values: Collection[object]) -> bool:
    return len(values) <= 4 * MOST


def _in(numbers: Sequence[int]) -> str:
    return f"findings.rowid IN ({', '.join(map(str, numbers))})"


def _holder(path: Path, file: str, format_: DocumentFormat, labels: str) -> Holder:
    return Holder(file, format_, packing.unpack_labels(labels, path))


def _places(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
