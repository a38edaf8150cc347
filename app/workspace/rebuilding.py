"""Findings whose rows are lost, made again: what the model said comes from the analyses, what the person said from the history.

For `salvage.py`, which fills a new workspace. A range that the reviewer added herself stands in no analysis and cannot be made
again; its steps go.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from app.errors import FusenError
from app.review import operations
from app.review.findings import Finding
from app.review.operations import Single
from app.review.selection import select_share
from app.workspace import packing


def rebuild_findings(target: sqlite3.Connection, path: Path) -> int:
    """Add what is missing, within the caller's transaction; returns how many findings came back."""
    known = {name for (name,) in target.execute("SELECT id FROM findings")}
    steps = list(_steps(target))
    said = {step.finding_id for step in steps}
    state = {f.id: f for f in _proposed(target, path) if f.id not in known and (f.selected or f.id in said)}
    target.executemany(packing.ADD_FINDING, [packing.row_of(finding) for finding in state.values()])
    for step in steps:
        if step.finding_id in state:
            for finding in operations.apply(state, step).findings:
                state[finding.id] = finding
    target.executemany(packing.STORE_REVIEW, [(*packing.review_of(f), f.id) for f in state.values()])
    return len(state)


def _steps(target: sqlite3.Connection) -> Iterator[Single]:
    """What the reviewer did and did not take back, in its order."""
    for (written,) in target.execute("SELECT operation FROM history WHERE NOT undone ORDER BY number").fetchall():
        yield from operations.singles(operations.from_json(written))


def _proposed(target: sqlite3.Connection, path: Path) -> Iterator[Finding]:
    """The findings that all passages would begin as, those of the current analyses last: they alone say what is selected."""
    rows = target.execute(
        "SELECT a.document_sha256, content, share, number = (SELECT max(number) FROM analyses b"
        " WHERE b.document_sha256 = a.document_sha256)"
        " FROM analyses a JOIN documents ON sha256 = a.document_sha256 ORDER BY number"
    ).fetchall()
    for sha256, content, share, is_current in rows:
        try:
            analysis = packing.unpack_analysis(content, path)
        except FusenError:
            continue
        if is_current and share is not None:
            analysis = select_share(analysis, share)
        for passage in analysis.passages:
            finding = packing.finding_of(sha256, passage)
            yield finding if is_current else replace(finding, selected=False)
