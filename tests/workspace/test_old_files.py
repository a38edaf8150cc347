"""A file of every earlier version opens with everything that was in it: decisions, history, what was looked at."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from samples import ENGLISH, JAPANESE, make_analysis, make_document

from app.workspace.across import Wish
from app.workspace.backups import backups_of
from app.workspace.database import migration_scripts
from app.workspace.store import Workspace
from app.workspace.texts import text_of
from tests.workspace.old_files import DIGESTS, LOGGED, make_old_file, operations_of

VERSIONS = range(1, len(migration_scripts()) + 1)
DOCUMENTS = [
    (document, make_analysis(document))
    for document in (make_document(ENGLISH), make_document(JAPANESE, file="/contracts/業務委託.pdf"))
]


def rows_of(path: Path) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables, by the names of their columns."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return {
            table: [dict(row) for row in connection.execute(f'SELECT * FROM "{table}"')]  # noqa: S608 -- our own names
            for (table,) in tables.fetchall()
        }


@pytest.mark.parametrize("version", VERSIONS)
def test_a_file_of_every_version_opens_with_all_that_was_in_it(tmp_path: Path, version: int) -> None:
    path = tmp_path / f"version {version}.fusen"
    make_old_file(path, version, DOCUMENTS)
    before = rows_of(path)
    with Workspace.open(path) as workspace:
        decided = {f.id: f for document, _ in DOCUMENTS for f in workspace.findings(document.sha256)}
        assert [document.sha256 for document in workspace.documents()] == [document.sha256 for document, _ in DOCUMENTS]
        for document, analysis in DOCUMENTS:
            assert workspace.analysis(document.sha256) == analysis
        assert sum(f.decision == "accepted" for f in decided.values()) == (4 if version >= 4 else 2)
        assert sum(f.comment == "Ask Tokyo 署名前に確認" for f in decided.values()) == 2
        if version < LOGGED:
            assert workspace.verify().problems == (), "the log begins with what was found"
        for document, _ in DOCUMENTS:
            text = workspace.library.text(document.sha256)
            assert text is not None
            assert text == text_of(document) if version >= DIGESTS else text.text in document.text
        assert [hit.total for hit in workspace.library.search("liability")] == [1], (
            "digests are made where there are none"
        )
        assert workspace.library.across(Wish(words="署名前 １")).total == 0
        assert workspace.library.across(Wish(words="署名前 ＴＯＫＹＯ")).total == 2, (
            "words are made ready where they are not"
        )
        matrix = workspace.library.matrix()
        assert len(matrix.documents) == 2
        assert "accepted" in {cell.best.decision for cell in matrix.cells.values()}, (
            "rows are made where there are none"
        )
    after = rows_of(path)
    for rows in (before["digests"], after["digests"]) if version >= DIGESTS else ():
        for row in rows:
            del row["text"]  # looked at above; packed anew where it was searched
    for derived in ("matrix_rows", "folded_findings"):
        before.pop(derived, None)
    for table, rows in before.items():
        known = [{name: row[name] for name in rows[0]} for row in after[table]] if rows else []
        assert [row for row in rows if row not in known] == [], f"rows of {table}"
    assert len(backups_of(path)) == (version < len(migration_scripts()))
    check_history(path, version)


def check_history(path: Path, version: int) -> None:
    """It leads back to the beginning and forth again."""
    with Workspace.open(path) as workspace:
        end = [workspace.findings(document.sha256) for document, _ in DOCUMENTS]
        assert workspace.can_redo
        steps = 0
        while workspace.undo() is not None:
            steps += 1
        expected = sum(len(operations_of(version, findings)) for findings in end) - 1
        assert steps == expected
        assert not any(
            f.is_touched or f.skipped for document, _ in DOCUMENTS for f in workspace.findings(document.sha256)
        )
        for _ in range(steps):
            assert workspace.redo() is not None
        assert [workspace.findings(document.sha256) for document, _ in DOCUMENTS] == end
        assert workspace.redo() is not None, "the step that had been taken back"
