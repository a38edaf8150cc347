"""What the audit log tells of each change of the workspace: numbers, names and hashes, and no words of a document.

A decision, tags, a date are told as they are; comments and owners by hashes with salts. Names of files lie in notes beside the
entry, which are deleted when the document is forgotten, and so do words, where the user wants them told.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from app.analysis.analysis import Analysis
from app.review.audit_state import proposals_hash
from app.review.findings import Finding
from app.review.settling import settlement
from app.review.spans import Ranges
from app.workspace import audited_tables
from app.workspace.audit_log import Notes

Step = Literal["do", "undo", "redo"]


def analysed(connection: sqlite3.Connection, notes: Notes, analysis: Analysis, content: bytes) -> dict[str, Any]:
    """That an analysis was stored: `content` as it lies in the table. What was asked for is told by its hash alone."""
    notes.say(analysis.sha256, file=Path(analysis.file).name)
    settings = asdict(analysis.settings)
    question = settings.pop("query")
    if question is not None:
        settings["query"] = notes.hash(analysis.sha256, question.encode("utf-8", "surrogatepass"))
    cost = analysis.cost
    return {
        "document": analysis.sha256,
        "kind": analysis.kind,
        "model": asdict(analysis.model),
        "settings": settings,
        "device": cost.device,
        "covered_mass": asdict(cost.covered_mass),
        "passages": len(analysis.passages),
        "analysis": audited_tables.content_hash(content),
        "described": audited_tables.description_hash(connection, analysis.sha256, notes.hash),
        **audited_tables.proposals(connection, analysis.sha256),
    }


def selection(connection: sqlite3.Connection, sha256: str, share: float | None) -> dict[str, Any]:
    """That another share of the text was selected."""
    return {"document": sha256, "share": share, **audited_tables.proposals(connection, sha256)}


def shown(sha256: str, unit: str, before: Ranges, now: Ranges) -> dict[str, Any]:
    """That more was shown: the ranges that are new or grew."""
    return {"document": sha256, "unit": unit, "ranges": [each for each in now if each not in before]}


def decided(
    connection: sqlite3.Connection,
    notes: Notes,
    findings: Sequence[Finding],
    operations: Mapping[str, Sequence[str]],
    *,
    texts: bool,
) -> dict[str, Any]:
    """What was changed of these findings, which are stored already; `operations` by finding, `texts` tells them too."""
    rows = {row.id: row for row in audited_tables.rows_of(connection, [finding.id for finding in findings])}
    changes = []
    for finding in findings:
        change: dict[str, Any] = {
            "finding": finding.id,
            "document": finding.document_sha256,
            "start": finding.start,
            "end": finding.end,
            "operations": operations.get(finding.id, ()),
            "decision": finding.decision,
            "decided_by": finding.decided_by,
            "review": notes.hash(finding.document_sha256, rows[finding.id].review),
        }
        if finding.proposed_tags is not None:
            change["tags"] = [tag.tag for tag in finding.tags]
        change |= {name: value for name in ("due", "raised", "skipped") if (value := getattr(finding, name))}
        if (settled := settlement(finding)) is not None:
            change["settled"] = {"by": settled.by, "before": settled.before}
        if finding.comment:
            change["comment"] = notes.hash(finding.document_sha256, finding.comment.encode("utf-8", "surrogatepass"))
        if texts:
            said = {"passage": finding.text, "comment": finding.comment, "owner": finding.owner}
            notes.say(finding.document_sha256, **{finding.id: said})
        changes.append(change)
    return {"changes": changes}


def added(connection: sqlite3.Connection, ids: Iterable[str]) -> list[dict[str, str]]:
    """Findings that came without an analysis."""
    return [
        {"finding": row.id, "document": row.document, "proposal": proposals_hash([row.proposal]), "more": row.more}
        for row in audited_tables.rows_of(connection, ids)
    ]


def step(connection: sqlite3.Connection, notes: Notes, number: int, document: str) -> dict[str, Any]:
    """A new step of the history."""
    row = connection.execute(
        "SELECT at, finding_id, operation, inverse FROM history WHERE number = ?", (number,)
    ).fetchone()
    return {"number": number, "document": document, "hash": notes.hash(document, audited_tables.history_content(row))}
