"""Opening a workspace file: made, migrated, checked; and left alone where it is damaged, foreign or too new."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from samples import make_analysis, make_document

from app.errors import FusenError
from app.workspace.backups import backups_of
from app.workspace.database import APPLICATION_ID, connect, migration_scripts
from app.workspace.store import Workspace

DOCUMENT = make_document()


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    path = tmp_path / "w.fusen"
    with Workspace.open(path) as workspace:
        workspace.save_analysis(DOCUMENT, make_analysis(DOCUMENT))
    return path


def refusal(path: Path) -> FusenError:
    """The error of opening `path`, once it is sure that nothing in the folder changed."""
    before = {entry: entry.read_bytes() for entry in path.parent.iterdir()}
    with pytest.raises(FusenError) as caught:
        Workspace.open(path)
    assert {entry: entry.read_bytes() for entry in path.parent.iterdir()} == before
    assert caught.value.advice
    return caught.value


def test_a_new_file_has_the_newest_version_and_our_mark(stored: Path) -> None:
    with closing(sqlite3.connect(stored)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(migration_scripts()),)
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_an_empty_file_becomes_a_workspace(tmp_path: Path) -> None:
    path = tmp_path / "w.fusen"
    path.touch()
    with Workspace.open(path) as workspace:
        assert workspace.documents() == ()


def test_a_migration_brings_an_old_file_up_to_date_and_keeps_its_rows(stored: Path) -> None:
    newer = (*migration_scripts(), "ALTER TABLE documents ADD COLUMN note TEXT NOT NULL DEFAULT 'none; yet';")
    with closing(connect(stored, newer)) as connection:
        assert connection.execute("SELECT note FROM documents").fetchall() == [("none; yet",)]
        assert connection.execute("PRAGMA user_version").fetchone() == (len(newer),)
        assert connection.execute("SELECT count(*) FROM findings").fetchone() == (3,)


def test_a_migration_that_fails_half_way_leaves_the_version_before_it(stored: Path) -> None:
    failing = (*migration_scripts(), "CREATE TABLE half (x);", "INSERT INTO nowhere VALUES (1);")
    with pytest.raises(FusenError) as caught:
        connect(stored, failing)
    (backup,) = backups_of(stored)
    assert caught.value.code == "internal", "a wrong script is a bug"
    assert backup.name in caught.value.advice
    with Workspace.open(stored) as workspace:
        assert len(workspace.findings(DOCUMENT.sha256)) == 3
    with closing(sqlite3.connect(stored)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'half'").fetchone() == (0,)


def test_a_file_of_a_newer_version_is_left_alone(stored: Path) -> None:
    with closing(sqlite3.connect(stored)) as connection:
        connection.execute(f"PRAGMA user_version = {len(migration_scripts()) + 1}")
    error = refusal(stored)
    assert error.code == "unsupported"
    assert "newer version" in error.message


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE places (url TEXT)")
    assert refusal(path).code == "unsupported"


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "contract.pdf"
    path.write_bytes(b"%PDF-1.7\n" + os.urandom(500))
    assert refusal(path).code == "damaged"


@pytest.mark.parametrize("kept", [50, 4096, 10_000])
def test_a_file_that_was_cut_off_is_left_alone(stored: Path, kept: int) -> None:
    content = stored.read_bytes()
    assert len(content) > kept
    stored.write_bytes(content[:kept])
    assert refusal(stored).code == "damaged"


def test_a_file_with_an_overwritten_page_is_left_alone(stored: Path) -> None:
    content = bytearray(stored.read_bytes())
    for start in range(4096, len(content), 4096):
        content[start : start + 2048] = os.urandom(2048)
    stored.write_bytes(content)
    assert refusal(stored).code == "damaged"


def test_a_finding_without_its_document_is_damage(stored: Path) -> None:
    with closing(sqlite3.connect(stored)) as connection:
        connection.execute("DELETE FROM documents")
        connection.commit()
    assert refusal(stored).code == "damaged"


def test_a_folder_cannot_be_a_workspace(tmp_path: Path) -> None:
    folder = tmp_path / "folder.fusen"
    folder.mkdir()
    with pytest.raises(FusenError) as caught:
        Workspace.open(folder)
    assert caught.value.code == "permission"


def test_a_place_inside_a_file_cannot_be_a_workspace(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(FusenError) as caught:
        Workspace.open(tmp_path / "file" / "w.fusen")
    assert caught.value.code == "permission"
