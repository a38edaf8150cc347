"""What the audit log says that the workspace's tables hold, by going through its entries; and where the tables differ.

Tables come as plain values, so that this knows no storage. Values are compared by hashes: what a reviewer wrote by one with a
salt that lies beside the log and not in it, what the model said by a plain one.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.review.audit import Entry, Problem
from app.review.findings import finding_id
from app.review.spans import Ranges, union

Notes = Mapping[tuple[int, str], tuple[bytes, bytes]]
"""Salt and note, by the entry's number and the document's hash."""

_NONE = (b"", b"")

SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding as it is stored: `review` and `proposal` are what the reviewer and the model said, packed.

    `touched`: something of the review is not as it begins. `start`, `end`, `text` are the model's. `more`: the hash of what lies
    behind its page's end; empty where nothing does.
    """

    id: str
    document: str
    start: int
    end: int
    text: str
    review: bytes
    proposal: bytes
    touched: bool
    more: str = ""


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A step of the history, packed."""

    number: int
    content: bytes
    undone: bool


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document: the share that was chosen, whether it was taken off the shelf, hashes of its analyses, what was shown.

    `current`: of the analysis that counts. `follows`: the hash of the version before, empty where there is none; `lineage`: that
    of what was carried over from it. `description`: its names and its place, packed.
    """

    sha256: str
    share: float | None
    removed: bool
    analyses: tuple[str, ...] = ()
    shown: Mapping[str, Ranges] = field(default_factory=dict)
    looks: str = ""
    current: str = ""
    follows: str = ""
    description: bytes = b""
    lineage: str = ""


@dataclass(frozen=True)
class Tables:
    """What the workspace holds."""

    documents: tuple[DocumentRow, ...]
    findings: Iterable[FindingRow]
    history: Iterable[HistoryRow]
    notes: Notes


def salted(salt: bytes, content: bytes) -> str:
    """A hash from which a short value cannot be guessed without the salt."""
    return hmac.digest(salt, content, "sha256").hex()


def commitment(salt: bytes) -> str:
    """By which a salt is known in the log."""
    return hashlib.sha256(salt).hexdigest()


def proposals_hash(proposals: Iterable[bytes]) -> str:
    """Of what the model said of several findings, in the order of their ids."""
    whole = hashlib.sha256()
    for proposal in proposals:
        whole.update(hashlib.sha256(proposal).digest())
    return whole.hexdigest()


@dataclass(frozen=True, slots=True)
class _Logged:
    """A hash with the entry that told it, whose salt of `document` it was made with."""

    entry: int
    document: str
    hash: str


@dataclass(slots=True)
class _Document:
    """What the log says of one document; `added`: findings that came after `proposals` was taken, with their hashes.

    None is what a log that was begun later, or an entry of an earlier version, does not tell: `more` of all findings, or of one.
    """

    entry: int
    share: float | None = None
    removed: bool = False
    proposals: str = ""
    added: dict[str, str] = field(default_factory=dict)
    more: dict[str, str | None] | None = field(default_factory=dict)
    analyses: set[str] = field(default_factory=set)
    shown: dict[str, Ranges] = field(default_factory=dict)
    looks: str = ""
    current: str | None = ""
    follows: str | None = ""
    lineage: str | None = ""
    described: _Logged | None = None

    def describe(self, entry: int, sha256: str, told: Mapping[str, Any]) -> None:
        """Its names and place are as this entry tells, if it does."""
        self.described = _Logged(entry, sha256, told["described"]) if "described" in told else None

    def fill(self, entry: int, sha256: str, told: Mapping[str, Any]) -> None:
        """Take from an entry what none before it told; what one did stays, whatever was found since."""
        if self.described is None:
            self.describe(entry, sha256, told)
        self.current = told.get("current") if self.current is None else self.current
        self.follows = told.get("follows") if self.follows is None else self.follows
        self.lineage = told.get("lineage") if self.lineage is None else self.lineage
        found = told.get("more")
        if found is not None:
            known = found if self.more is None else self.more
            self.more = {name: found.get(name, "") if each is None else each for name, each in known.items()}


@dataclass(slots=True)
class _Step:
    logged: _Logged
    documents: frozenset[str]
    undone: bool = False
    forgotten: bool = False


@dataclass
class Replay:
    """Feed it the entries in their order, then ask for the differences."""

    documents: dict[str, _Document] = field(default_factory=dict)
    reviews: dict[str, _Logged] = field(default_factory=dict)
    history: dict[int, _Step] = field(default_factory=dict)
    notes: dict[tuple[int, str], tuple[str, str]] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)
    exports: dict[int, frozenset[str]] = field(default_factory=dict)
    undone: set[int] = field(default_factory=set)
    dispensable: set[tuple[int, str]] = field(default_factory=set)

    def take(self, entry: Entry) -> None:
        """The next entry. Raises KeyError, TypeError, ValueError or AttributeError for details that are not of its kind."""
        details = entry.details
        for document, (salt, note) in details.get("notes", {}).items():
            self.notes[entry.number, document] = (salt, note)
        match entry.kind:
            case "log-begun":
                self._begin(entry.number, details)
            case "stock-taken":
                for sha256, found in details["documents"].items():
                    if sha256 in self.documents:
                        self.documents[sha256].fill(entry.number, sha256, found)
            case "document-opened" | "document-restored":
                self.forgotten.discard(details["document"])
                document = self._document(entry)
                document.removed = False
                if entry.kind == "document-opened":
                    document.describe(entry.number, details["document"], details)
            case "document-moved":
                self._document(entry).describe(entry.number, details["document"], details)
            case "document-removed":
                self._document(entry).removed = True
            case "document-forgotten":
                self._forget(details["document"])
            case "analysed" | "selection-chosen":
                self._propose(entry)
            case "version-followed" | "version-unfollowed":
                document = self._document(entry)
                document.follows = details.get("predecessor", "")
                document.lineage = details.get("lineage") if document.follows else ""
            case "version-continued":
                self._document(entry).lineage = details["lineage"]
            case "shown":
                shown, unit = self._document(entry).shown, details["unit"]
                shown[unit] = union((*shown.get(unit, ()), *((start, end) for start, end in details["ranges"])))
            case "second-look":
                self._document(entry).looks = details["looks"]
            case "decided" | "merged":
                self._decide(entry)
            case "exported":
                self.exports[entry.number] = frozenset(details.get("documents", ()))

    def differences(self, tables: Tables) -> Iterator[Problem]:
        """Where the tables are not as the log says."""
        yield from self._notes_differ(tables.notes)
        yield from self._documents_differ(tables.documents, tables.notes)
        yield from self._findings_differ(tables)
        yield from self._history_differs(tables)

    # ---- what the entries say

    def _document(self, entry: Entry) -> _Document:
        document = self.documents.setdefault(entry.details["document"], _Document(entry.number))
        document.entry = entry.number
        return document

    def _begin(self, number: int, details: Mapping[str, Any]) -> None:
        for sha256, found in details["documents"].items():
            shown = {unit: union((a, b) for a, b in ranges) for unit, ranges in found["shown"].items()}
            self.documents[sha256] = _Document(
                number,
                share=found["share"],
                removed=found["removed"],
                proposals=found["proposals"],
                analyses=set(found["analyses"]),
                shown=shown,
                looks=found["looks"],
                more=None,
                current=None,
                follows=None,
                lineage=None,
            )
            self.documents[sha256].fill(number, sha256, found)
        for found in details["reviews"]:
            self.reviews[found["finding"]] = _Logged(number, found["document"], found["review"])
        for found in details["history"]:
            logged = _Logged(number, found["document"], found["hash"])
            self.history[found["number"]] = _Step(logged, frozenset({found["document"]}), found["undone"])
        self.undone = {number for number, each in self.history.items() if each.undone}

    def _propose(self, entry: Entry) -> None:
        document = self._document(entry)
        document.proposals, document.added = entry.details["proposals"], {}
        if "more" in entry.details:
            document.more = dict(entry.details["more"])
        elif document.more is not None:  # a finding that is proposed now goes on no more
            document.more = dict.fromkeys(document.more)
        document.share = entry.details.get("share")
        if entry.kind == "analysed":
            self.forgotten.discard(entry.details["document"])
            document.removed = False
            document.describe(entry.number, entry.details["document"], entry.details)
            document.current = entry.details["analysis"]
            document.analyses.add(entry.details["analysis"])

    def _decide(self, entry: Entry) -> None:
        details = entry.details
        for change in details["changes"]:
            self.reviews[change["finding"]] = _Logged(entry.number, change["document"], change["review"])
        for added in details.get("added", ()):
            document = self.documents[added["document"]]
            document.added[added["finding"]] = added["proposal"]
            if document.more is not None:
                document.more[added["finding"]] = added.get("more")
        step = details.get("history")
        if step is None:
            return
        if details["step"] == "do":
            for undone in [number for number in self.undone if not self.history[number].forgotten]:
                del self.history[undone]
                self.undone.remove(undone)
            documents = frozenset(change["document"] for change in details["changes"])
            logged = _Logged(entry.number, step["document"], step["hash"])
            self.history[step["number"]] = _Step(logged, documents or frozenset({step["document"]}))
        else:
            self.history[step["number"]].undone = undone = details["step"] == "undo"
            (self.undone.add if undone else self.undone.discard)(step["number"])

    def _forget(self, sha256: str) -> None:
        self.forgotten.add(sha256)
        self.documents.pop(sha256, None)
        for document in self.documents.values():
            if document.follows == sha256:
                document.follows = document.lineage = ""
        # Names of files that were exported of this document and others go with it; earlier versions kept them.
        self.dispensable |= {key for key in self.notes if sha256 in self.exports.get(key[0], ())}
        self.notes = {k: known for k, known in self.notes.items() if k[1] != sha256 and k not in self.dispensable}
        self.reviews = {name: logged for name, logged in self.reviews.items() if logged.document != sha256}
        for step in self.history.values():
            step.forgotten = step.forgotten or sha256 in step.documents

    # ---- where the tables differ

    def _notes_differ(self, notes: Notes) -> Iterator[Problem]:
        for key, (known_salt, known_note) in self.notes.items():
            salt, note = notes.get(key, _NONE)
            if commitment(salt) != known_salt or salted(salt, note) != known_note:
                yield Problem("note-changed", key[0], key[1])
        for number, document in notes.keys() - self.notes.keys() - self.dispensable:
            yield Problem("note-changed", number, document)

    def _documents_differ(self, rows: tuple[DocumentRow, ...], notes: Notes) -> Iterator[Problem]:
        stored = {row.sha256: row for row in rows}
        for sha256 in sorted(stored.keys() ^ self.documents.keys()):
            if sha256 not in self.forgotten:
                yield Problem("shelf-changed", None, sha256)
        for sha256, said in self.documents.items():
            row = stored.get(sha256)
            if row is None:
                continue
            if row.removed != said.removed:
                yield Problem("shelf-changed", said.entry, sha256)
            if row.share != said.share:
                yield Problem("selection-changed", said.entry, sha256)
            another = said.current not in (None, row.current)
            if another or not said.analyses.issuperset(row.analyses) or (said.analyses and not row.analyses):
                yield Problem("analysis-changed", said.entry, sha256)
            if said.follows not in (None, row.follows):
                yield Problem("versions-changed", said.entry, sha256)
            if said.lineage not in (None, row.lineage):
                yield Problem("carried-changed", said.entry, sha256)
            if said.described is not None and _is_other(said.described, row.description, notes):
                yield Problem("document-changed", said.described.entry, sha256)
            if dict(row.shown) != said.shown:
                yield Problem("shown-changed", said.entry, sha256)
            if row.looks != said.looks:
                yield Problem("second-looks-changed", said.entry, sha256)

    def _findings_differ(self, tables: Tables) -> Iterator[Problem]:
        left = dict(self.reviews)
        proposals: dict[str, list[bytes]] = {}
        added: dict[str, set[str]] = {}
        for row in tables.findings:
            yield from self._finding_differs(row, left.pop(row.id, None), tables.notes)
            document = self.documents.get(row.document)
            if document is not None and document.more is not None:
                more = document.more.get(row.id, "")
                if more not in (None, row.more):
                    yield Problem("finding-forged", None, row.id)
            if document is not None and row.id in document.added:
                added.setdefault(row.document, set()).add(row.id)
                if document.added[row.id] != proposals_hash([row.proposal]):
                    yield Problem("proposals-changed", document.entry, row.document)
            else:
                proposals.setdefault(row.document, []).append(row.proposal)
        for name, logged in left.items():
            yield Problem("finding-missing", logged.entry, name)
        for sha256, said in self.documents.items():
            found = proposals.get(sha256, [])
            same = proposals_hash(found) == said.proposals if said.proposals else not found
            if not same or added.get(sha256, set()) != said.added.keys():
                yield Problem("proposals-changed", said.entry, sha256)

    def _finding_differs(self, row: FindingRow, logged: _Logged | None, notes: Notes) -> Iterator[Problem]:
        if finding_id(row.document, row.start, row.end, row.text) != row.id:
            yield Problem("finding-forged", None, row.id)
        if logged is None:
            if row.touched:
                yield Problem("finding-unlogged", None, row.id)
            return
        if logged.document != row.document or _is_other(logged, row.review, notes):
            yield Problem("finding-changed", logged.entry, row.id)

    def _history_differs(self, tables: Tables) -> Iterator[Problem]:
        left = {number: step for number, step in self.history.items() if not step.forgotten}
        for row in tables.history:
            step = self.history.get(row.number)
            left.pop(row.number, None)
            if step is None:
                yield Problem("history-changed", None, str(row.number))
            elif not step.forgotten and (
                row.undone != step.undone or _is_other(step.logged, row.content, tables.notes)
            ):
                yield Problem("history-changed", step.logged.entry, str(row.number))
        for number, step in left.items():
            yield Problem("history-changed", step.logged.entry, str(number))


def _is_other(logged: _Logged, content: bytes, notes: Notes) -> bool:
    """Whether this is not what was logged, by the salt that lies beside the entry."""
    salt, _ = notes.get((logged.entry, logged.document), _NONE)
    return salted(salt, content) != logged.hash
