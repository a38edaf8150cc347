"""Versions of a document in the workspace: which one follows which, and what was carried over from one to the next.

A document is a new version because a person says so; what is shared with the documents of the workspace is only ever offered.
"""

from __future__ import annotations

import difflib
import re
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from app.analysis.analysis import Analysis
from app.documents.document import Document
from app.errors import FusenError
from app.review.findings import Finding, as_proposed
from app.review.operations import (
    SetComment,
    SetDecision,
    SetDue,
    SetOpinion,
    SetOwner,
    SetRaised,
    SetRange,
    SetSkipped,
    SetTags,
    Single,
    Together,
    apply,
    finding_ids,
    from_json,
)
from app.workspace import audited_tables, packing
from app.workspace.database import explained

if TYPE_CHECKING:
    # Comparing needs a library that the window's start, which imports this module, does without.
    from app.review.carrying import CarryingOver, Origin
    from app.review.versions import MatchKind
    from app.workspace.store import StoredDocument, Workspace

Recognised = Literal["told", "offered"]
_CarriedRow = tuple[str, str, str, str, str]

SHARED = 0.5
"""Share of a document's words in passages that another one has as well from which it may be a version of it."""
SHARED_NAMESAKE = 0.25
"""The same where their names say so too."""
_ALIKE_NAMES = 0.75
_IDS = re.compile(r'"([0-9a-f]{32})"')
"""Of findings, in operations as they are written down."""
_NUMBER = re.compile(r"\d+")
_SHORT = 5
_MOST_COMPARED = 60
"""Documents that one is compared with: those of a similar name first, then those that were added last."""
_VERSION_WORDS = re.compile(
    r"(?i)(?<![a-z])(?:v(?:er(?:sion)?)?\.?\s*\d*|rev\s*\d*|draft|final|clean|第?\d+版|改訂|最終|案)|[\d_.\-()（） ]+"
)


_ASKED = """
WITH RECURSIVE chain (finding_id, source_id, kind, decided_at, depth) AS (
    SELECT finding_id, source_id, kind, carried.decided_at, 1
    FROM carried JOIN findings ON id = finding_id WHERE document_sha256 = ?
    UNION ALL
    SELECT chain.finding_id, carried.source_id, CASE WHEN chain.kind IN ('same', 'moved') THEN carried.kind ELSE chain.kind END,
        carried.decided_at, depth + 1
    FROM chain JOIN carried ON carried.finding_id = chain.source_id
    JOIN findings ON id = chain.source_id AND decision = 'undecided'
    WHERE depth < 1000
)
SELECT finding_id, source_id, kind, decided_at FROM chain WHERE kind NOT IN ('same', 'moved') ORDER BY depth
"""
"""Findings of a document whose words changed since something was said of them, with what they were then: where the reviewer
was asked before and has not answered, that is what she had said the version before that. The last of a finding's rows counts."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """`document` is a new version of `predecessor`; both are hashes, `at` is ISO 8601 in UTC."""

    document: str
    predecessor: str
    recognised: Recognised
    at: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reviewer had said of a finding whose words have changed since; `decided_at` is ISO 8601 or empty."""

    source: Finding
    kind: MatchKind
    decided_at: str


@dataclass(frozen=True, slots=True)
class SaidSince:
    """What was said of earlier versions after this one had followed them, as far as it has a place here that is still open.

    `operations` carry it over; `origins` are the findings concerned, with where it was said, and how their passages match.
    """

    origins: tuple[Origin, ...] = ()
    operations: tuple[Single, ...] = ()


@dataclass(frozen=True, slots=True)
class Likeness:
    """A document of the workspace that shares this much of its words with another: 0 to 1."""

    document: StoredDocument
    share: float


class Versions:
    """The part of an open workspace that knows of versions; lives as long as it does."""

    def __init__(self, workspace: Workspace, connection: sqlite3.Connection) -> None:
        self._workspace = workspace
        self._connection = connection
        self._path = workspace.path

    def lineage(self, sha256: str) -> Lineage | None:
        """What a document is a version of."""
        rows = self._rows("SELECT * FROM versions WHERE document_sha256 = ?", (sha256,))
        return Lineage(*rows[0]) if rows else None

    def history(self, sha256: str) -> tuple[str, ...]:
        """The document and its predecessors, newest first."""
        found = [sha256]
        while (before := self.lineage(found[-1])) is not None and before.predecessor not in found:
            found.append(before.predecessor)
        return tuple(found)

    def revisions_before(self, sha256: str) -> tuple[int, ...]:
        """Other numbers whenever a finding of one of the versions before a document changed."""
        query = "SELECT revision FROM documents WHERE sha256 = ?"
        return tuple(revision for before in self.history(sha256)[1:] for (revision,) in self._rows(query, (before,)))

    def follow(self, document: Document, predecessor: str, recognised: Recognised = "told") -> CarryingOver:
        """Make an analysed document the new version of another and carry over what was decided, in one step of the undo stack.

        Raises FusenError: `empty` where one of them was not analysed, `unsupported` where the order would go in a circle.
        """
        if document.sha256 in self.history(predecessor):
            raise FusenError(
                "unsupported",
                "This document is itself an earlier version of that one.",
                "If it is the newer one, say of the other one first that it is not a new version after all.",
            )
        before = self.lineage(document.sha256)
        if before is not None and before.predecessor != predecessor and self._analyses(document, predecessor):
            # What came of a document that it is no version of is nothing that she said of this one.
            self.unfollow(document.sha256)
        carried = self._planned(document, predecessor)
        # First what counts: without the lineage it is offered once more, and nothing is carried over twice.
        self._carry(carried.origins, carried.operations)
        said_at = self._said_at()
        with self._workspace.audit.transaction():
            self._connection.execute(
                "INSERT OR REPLACE INTO versions (document_sha256, predecessor, recognised, at) VALUES (?, ?, ?, ?)",
                (document.sha256, predecessor, recognised, datetime.now(UTC).isoformat(timespec="milliseconds")),
            )
            self._forget_carried(document.sha256)
            self._remember((*carried.origins, *carried.unsaid), said_at)
            told = {"document": document.sha256, "predecessor": predecessor, "recognised": recognised}
            told["lineage"] = audited_tables.lineage_hash(self._connection, document.sha256)
            self._workspace.audit.append("version-followed", told)
        return carried

    def _carry(self, origins: Sequence[Origin], operations: Sequence[Single]) -> None:
        findings = [origin.finding for origin in origins]
        if operations:
            self._workspace.apply(Together(tuple(operations)), *findings)
        self._workspace.keep(*findings)

    def _remember(self, origins: Sequence[Origin], said_at: Mapping[str, str]) -> None:
        """Within the caller's transaction."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO carried VALUES (?, ?, ?, ?)",
            [(each.finding.id, each.source.id, each.kind, said_at.get(each.source.id, "")) for each in origins],
        )

    def said_since(self, document: Document) -> SaidSince:
        """What can be taken over of what was said of the versions before since they were followed; nothing changes.

        What the reviewer took back in this version is not offered again, unless something is said of it once more.
        """
        chain = [lineage for sha256 in self.history(document.sha256) if (lineage := self.lineage(sha256)) is not None]
        said_at = self._said_at(min(each.at for each in chain)) if chain else {}
        known = self._carried(document.sha256)
        origins: dict[str, Origin] = {}
        operations: list[Single] = []
        answered: set[str] = set()  # where a nearer version has an answer of its own, that one counts
        for each in chain:
            for origin, parts in self._open(document, each, said_at, known):
                if origin.finding.id not in answered and origin.finding.id not in origins:
                    origins[origin.finding.id] = origin
                    operations += parts
            answered |= {
                name for name, _, of, decision, _ in known if of == each.predecessor and decision != "undecided"
            }
        return SaidSince(tuple(origins.values()), tuple(operations))

    def _open(
        self, document: Document, lineage: Lineage, said_at: Mapping[str, str], known: Sequence[_CarriedRow]
    ) -> Iterator[tuple[Origin, tuple[Single, ...]]]:
        """What was said of one of the versions before since it was followed and makes a difference here, as operations."""
        latest = {source: at for _, source, _, _, at in known}
        said = {name for name, at in said_at.items() if at >= lineage.at and at > latest.get(name, "")}
        found = [f for f in self._workspace.findings(lineage.predecessor) if f.is_touched and f.id in said]
        if not found:
            return
        planned, continued = self._planned(document, lineage.predecessor, found), {name for name, *_ in known}
        for origin in planned.origins:
            now = origin.finding
            parts = tuple(part for part in planned.operations if part.finding_id == now.id)
            changes = bool(parts) and bool(apply({now.id: now}, Together(parts)).findings)
            is_asked = not origin.holds and now.id not in continued and now.decision == "undecided"
            if changes or is_asked:
                yield origin, parts

    def take_over(self, document: Document) -> SaidSince:
        """Carry over what `said_since` finds, in one step of the undo stack."""
        since = self.said_since(document)
        if since.origins:
            self._carry(since.origins, since.operations)
            said_at = self._said_at()
            with self._workspace.audit.transaction():
                self._remember(since.origins, said_at)
                lineage = audited_tables.lineage_hash(self._connection, document.sha256)
                self._workspace.audit.append("version-continued", {"document": document.sha256, "lineage": lineage})
        return since

    def _carried(self, sha256: str) -> list[_CarriedRow]:
        """Findings of a document that continue others: its id, the other's id, document and decision, when that was said."""
        return self._rows(
            "SELECT finding_id, source_id, older.document_sha256, older.decision, carried.decided_at FROM carried"
            " JOIN findings newer ON newer.id = finding_id JOIN findings older ON older.id = source_id"
            " WHERE newer.document_sha256 = ?",
            (sha256,),
        )

    def unfollow(self, sha256: str) -> None:
        """It is no version after all: what was carried over and not changed since is taken back, in one step."""
        rows = self._rows(
            "SELECT finding_id, source_id, kind, carried.decided_at FROM carried JOIN findings ON id = finding_id"
            " WHERE document_sha256 = ?",
            (sha256,),
        )
        steps = self._rows("SELECT operation FROM history WHERE NOT undone ORDER BY number")
        last = {name: step for (step,) in steps for name in _IDS.findall(step)}
        ids = {name for name, *_ in rows}
        findings = {finding.id: finding for finding in self._workspace.findings(sha256)}
        back: list[Single] = []
        for name, source, kind, said_at in rows:
            now, before = findings.get(name), self._finding(source)
            if now is None or before is None:
                continue
            if _says_the_same(now, before, kind) or _is_as_carried(now, last.get(name, ""), ids, said_at):
                back += _taken_back(now, before)
        if back:
            self._workspace.apply(Together(tuple(back)))
        with self._workspace.audit.transaction():
            self._forget_carried(sha256)
            self._connection.execute("DELETE FROM versions WHERE document_sha256 = ?", (sha256,))
            self._workspace.audit.append("version-unfollowed", {"document": sha256})

    def asked_again(self, sha256: str) -> dict[str, Asked]:
        """Findings whose words changed since something was said of them, by id."""
        rows = self._rows(_ASKED, (sha256,))
        sources = ((name, self._finding(source), kind, at) for name, source, kind, at in rows)
        return {name: Asked(source, kind, at) for name, source, kind, at in sources if source is not None}

    def asked_ids(self, sha256: str) -> frozenset[str]:
        """The ids of `asked_again`: they are findings whether or not the model selected them."""
        return frozenset(name for name, *_ in self._rows(_ASKED, (sha256,)))

    def likely_predecessor(self, sha256: str, among: Collection[str] | None = None) -> Likeness | None:
        """The document on the shelf that shares most with this one, if that is enough to ask; None where a version is known.

        One whose name has a higher number is the newer of both. `among`: only those with one of these hashes are compared.
        """
        documents = self._workspace.documents()
        mine = next((document for document in documents if document.sha256 == sha256), None)
        analysis = self._workspace.analysis(sha256)
        if mine is None or analysis is None or self.lineage(sha256) is not None:
            return None
        known = _weights(analysis)
        best: Likeness | None = None
        others = [other for other in documents if among is None or other.sha256 in among]
        others.sort(key=lambda other: (_namesakes(mine, other), other.added_at), reverse=True)
        for other in others[:_MOST_COMPARED]:
            if other.sha256 == sha256 or not other.analyzed or _is_newer(other, mine):
                continue
            if sha256 in self.history(other.sha256):
                continue
            theirs = self._workspace.analysis(other.sha256)
            share = _shared(known, _weights(theirs)) if theirs is not None else 0.0
            enough = SHARED_NAMESAKE if _namesakes(mine, other) else SHARED
            if share >= enough and (best is None or share > best.share):
                best = Likeness(other, share)
        return best

    def _planned(self, document: Document, predecessor: str, findings: Sequence[Finding] | None = None) -> CarryingOver:
        """What becomes of `findings` of the predecessor: without them, of all."""
        from app.review.carrying import carry_over

        old, new = self._analyses(document, predecessor)
        known = {finding.id: finding for finding in self._workspace.findings(document.sha256)}
        make = partial(packing.finding_of, document.sha256)
        before = self._workspace.findings(predecessor) if findings is None else findings
        return carry_over(old, before, document, new, known, make, self._pending(predecessor))

    def _analyses(self, document: Document, predecessor: str) -> tuple[Analysis, Analysis]:
        old, new = self._workspace.analysis(predecessor), self._workspace.analysis(document.sha256)
        if old is None or new is None:
            raise FusenError("empty", "Both versions must have been analysed.", "Open the other document first.")
        return old, new

    def _pending(self, sha256: str) -> frozenset[str]:
        """Findings on which the reviewer was asked again and that she has not decided on since."""
        asked = self.asked_ids(sha256)
        found = self._workspace.findings(sha256)
        return frozenset(finding.id for finding in found if finding.id in asked and finding.decision == "undecided")

    def _forget_carried(self, sha256: str) -> None:
        self._connection.execute(
            "DELETE FROM carried WHERE finding_id IN (SELECT id FROM findings WHERE document_sha256 = ?)", (sha256,)
        )

    def _said_at(self, since: str = "") -> dict[str, str]:
        """When findings were last a part of an operation that stands, by id; of operations `since` then."""
        query = "SELECT at, operation FROM history WHERE NOT undone AND at >= ? ORDER BY number"
        return {name: at for at, operation in self._rows(query, (since,)) for name in _IDS.findall(operation)}

    def _finding(self, finding_id: str) -> Finding | None:
        rows = self._rows(f"SELECT {packing.FINDING_COLUMNS} FROM findings WHERE id = ?", (finding_id,))  # noqa: S608 (a constant list of names)
        return packing.finding_from(rows[0], self._path) if rows else None

    def _rows(self, query: str, parameters: tuple[str, ...] = ()) -> list[tuple[Any, ...]]:
        with explained(self._path):
            rows: list[tuple[Any, ...]] = self._connection.execute(query, parameters).fetchall()
            return rows


def _says_the_same(now: Finding, before: Finding, kind: MatchKind) -> bool:
    """Whether nothing was changed since it was carried over."""
    holds = kind in ("same", "moved")
    decision = before.decision if holds else "undecided"
    tags = before.tags if holds and before.proposed_tags is not None else None
    if (now.proposed_tags is not None and now.tags != tags) or (now.skipped and not (holds and before.skipped)):
        return False
    kept = (now.comment, now.owner, now.due, now.raised) == (before.comment, before.owner, before.due, before.raised)
    decided = (now.decision, now.decided_by, now.decided_at) == (decision, before.decided_by, before.decided_at)
    return kept and (decided or now.decision == "undecided")


def _is_as_carried(now: Finding, step: str, carried: Collection[str], said_at: str) -> bool:
    """Whether all that is said of it comes of the `step` that carried it over, whatever was said of the version before since.

    `carried` are all findings that go on in this version. What she decides here is dated later than what was said there by then.
    """
    if not step or now.decided_at > said_at:
        return False
    operation = from_json(step)
    if not isinstance(operation, Together) or not set(finding_ids(operation)) <= set(carried):
        return False
    bare = replace(as_proposed(now), selected=now.selected)
    parts = tuple(part for part in operation.operations if part.finding_id == now.id)
    return apply({now.id: bare}, Together(parts)).findings == (now,)


def _taken_back(now: Finding, before: Finding) -> list[Single]:
    """The operations after which nothing is said of a finding any more, but by reviewers who said it of this version."""
    carried = {(opinion.reviewer, opinion.handed_at) for opinion in before.opinions}
    said = [each.reviewer for each in now.opinions if (each.reviewer, each.handed_at) in carried]
    bare: list[tuple[Single, bool]] = [
        (SetRange(now.id, None, "undecided"), now.proposal is not None),
        (SetDecision(now.id, "undecided"), now.proposal is None and now.decision != "undecided"),
        (SetComment(now.id, ""), bool(now.comment)),
        (SetTags(now.id, None), now.proposed_tags is not None),
        (SetOwner(now.id, ""), bool(now.owner)),
        (SetDue(now.id, ""), bool(now.due)),
        (SetRaised(now.id, raised=False), now.raised),
        (SetSkipped(now.id, skipped=False), now.skipped),
    ]
    return [
        *(SetOpinion(now.id, reviewer, None) for reviewer in said),
        *(operation for operation, is_said in bare if is_said),
    ]


def _weights(analysis: Analysis) -> dict[tuple[str, ...], int]:
    """Words of each passage that is long enough to be known again."""
    from app.review.version_text import words

    texts = (words(passage.text) for passage in analysis.passages)
    return {text: len(text) for text in texts if len(text) >= _SHORT}


def _shared(mine: dict[tuple[str, ...], int], theirs: dict[tuple[str, ...], int]) -> float:
    """Share of the shorter text's words that stand in passages of the other as well."""
    least = min(sum(mine.values()), sum(theirs.values()))
    return sum(weight for text, weight in mine.items() if text in theirs) / least if least else 0.0


def _namesakes(one: StoredDocument, other: StoredDocument) -> bool:
    """Whether their files' names, or their titles, differ in no more than what tells versions apart."""
    pairs = ((Path(one.file).stem, Path(other.file).stem), (one.title, other.title))
    bare = ((_VERSION_WORDS.sub(" ", a).split(), _VERSION_WORDS.sub(" ", b).split()) for a, b in pairs)
    return any(
        a and b and difflib.SequenceMatcher(None, " ".join(a), " ".join(b)).ratio() >= _ALIKE_NAMES for a, b in bare
    )


def _is_newer(one: StoredDocument, other: StoredDocument) -> bool:
    """Whether their files' names are the same but for numbers, of which the first has the higher ones: of a version or a day."""
    names = [Path(each.file).stem for each in (one, other)]
    here, there = ([int(number) for number in _NUMBER.findall(name)] for name in names)
    return here > there and _NUMBER.sub("", names[0]) == _NUMBER.sub("", names[1])
