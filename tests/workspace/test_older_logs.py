"""Logs that tell less of the tables, as earlier versions wrote them: they stay whole, and from the next change on tell all."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.review import audit
from app.review.findings import Piece, finding_id
from app.review.operations import SetComment
from app.workspace import audit_log, signing
from app.workspace.store import Workspace
from tests.samples import make_analysis, make_document

FIRST, SECOND = (replace(make_document(), sha256=f"{number:064x}") for number in (1, 2))
NEW_WORDS = frozenset({"described", "lineage", "more", "current", "follows", "holds"})
"""Of the details of entries; older ones did not have them there."""


@pytest.fixture(autouse=True)
def own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "user_data_path", lambda *_, **__: tmp_path / "home")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A workspace with some of everything that the log tells now and did not tell before."""
    path = tmp_path / "w.fusen"
    with Workspace.open(path) as workspace:
        for document in (FIRST, SECOND):
            workspace.save_analysis(document, make_analysis(document))
        finding = workspace.findings(FIRST.sha256)[0]
        workspace.apply(SetComment(finding.id, "Who pays?"))
        workspace.versions.follow(SECOND, FIRST.sha256)
        name = finding_id(FIRST.sha256, 1, 9, "own words")
        more = (Piece(finding.page + 1, finding.quads),)
        workspace.keep(replace(finding, id=name, start=1, end=9, text="own words", more=more))
        workspace.originals.moved(FIRST.sha256, tmp_path / "elsewhere.pdf")
    return path


def make_older(path: Path, *, begun_later: bool = False) -> None:
    """Let the log tell what an earlier version told; `begun_later`: as of a workspace that is older than the log."""
    if begun_later:
        with Workspace.open(path) as workspace, workspace.audit.transaction():
            _without_guards(workspace._connection, "DELETE FROM audit_notes", "DELETE FROM audit_log")
            workspace._connection.execute("UPDATE audit_workspace SET begun = 0, id = 'another'")
        Workspace.open(path).close()
    signer = signing.signing_key().signer
    with closing(sqlite3.connect(path)) as connection:
        entries = connection.execute("SELECT content FROM audit_log ORDER BY number").fetchall()
        previous, rows = audit.BEFORE_THE_FIRST, []
        for (content,) in entries:
            entry = audit.Entry(**json.loads(content))
            sealed = audit.seal(replace(entry, previous=previous, details=_older(entry.details)), signer)
            previous = sealed.hash.hex()
            rows.append((sealed.number, sealed.signer, sealed.content, sealed.hash, sealed.signature))
        _without_guards(connection, "DELETE FROM audit_log")
        connection.executemany("INSERT INTO audit_log VALUES (?, ?, ?, ?, ?)", rows)
        connection.commit()
    audit_log._complete.clear()  # as in another process
    for record in signing.key_folder().glob("*/*.json"):
        record.unlink()


def _older(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _older(each) for name, each in value.items() if name not in NEW_WORDS}
    return [_older(each) for each in value] if isinstance(value, list) else value


def _without_guards(connection: sqlite3.Connection, *statements: str) -> None:
    guards = connection.execute("SELECT name, sql FROM sqlite_schema WHERE name LIKE 'audit%' AND type = 'trigger'")
    known = guards.fetchall()
    for statement in (*(f"DROP TRIGGER {name}" for name, _ in known), *statements, *(sql for _, sql in known)):
        connection.execute(statement)


def kinds(workspace: Workspace) -> list[str]:
    return [entry.kind for _, entry, _ in workspace.audit.told() if entry is not None]


@pytest.mark.parametrize("begun_later", [False, True])
def test_an_older_log_is_whole_and_takes_stock_once(path: Path, *, begun_later: bool) -> None:
    make_older(path, begun_later=begun_later)
    with Workspace.open(path) as workspace:
        assert workspace.verify().problems == ()
        before = len(kinds(workspace))
        finding = workspace.findings(FIRST.sha256)[0]
        workspace.apply(SetComment(finding.id, "Who pays what?"))
        workspace.apply(SetComment(finding.id, "Who?"))
        assert kinds(workspace)[before:] == ["stock-taken", "decided", "decided"]
        assert workspace.verify().problems == ()
    with Workspace.open(path) as workspace:
        workspace.undo()
        workspace.versions.unfollow(SECOND.sha256)
        workspace.save_analysis(FIRST, make_analysis(FIRST))
        assert kinds(workspace).count("stock-taken") == 1
        assert workspace.verify().problems == ()


@pytest.mark.parametrize(
    ("tampering", "code"),
    [
        ("UPDATE documents SET title = 'Draft' WHERE rowid = 1", "document-changed"),
        ("UPDATE documents SET file = '/another.pdf' WHERE rowid = 2", "document-changed"),
        ("UPDATE carried SET kind = 'changed'", "carried-changed"),
        ("DELETE FROM carried", "carried-changed"),
        ("UPDATE findings SET more = NULL", "finding-forged"),
    ],
)
@pytest.mark.parametrize("older", [False, True])
def test_what_was_changed_past_the_log_is_told(path: Path, tampering: str, code: str, *, older: bool) -> None:
    if older:
        make_older(path)
        with Workspace.open(path) as workspace:
            workspace.library.remove(SECOND.sha256)  # anything that is entered
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(tampering)
        connection.commit()
    with Workspace.open(path) as workspace:
        assert {problem.code for problem in workspace.verify().problems} == {code}


def test_stock_is_no_pardon_for_what_the_log_knows(path: Path) -> None:
    make_older(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM versions")
        connection.execute("UPDATE findings SET more = x'90' WHERE rowid = 1")
        connection.commit()
    with Workspace.open(path) as workspace:
        workspace.library.remove(SECOND.sha256)
        assert [problem.code for problem in workspace.verify().problems] == ["versions-changed", "finding-forged"]


@pytest.mark.parametrize("older", [False, True])
def test_forgetting_the_version_before_leaves_the_log_whole(path: Path, *, older: bool) -> None:
    if older:
        make_older(path, begun_later=True)
    with Workspace.open(path) as workspace:
        workspace.forget(FIRST.sha256)
        assert workspace.verify().problems == ()
