"""Before an update changes a workspace it is copied, whole or not at all; where that fails the file is as it was."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import sys
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from samples import make_analysis, make_document

from app.errors import FusenError
from app.review.operations import SetDecision
from app.workspace import backups
from app.workspace.backups import KEPT, backups_of
from app.workspace.database import connect, migration_scripts
from app.workspace.store import Workspace

DOCUMENT = make_document()
NEWER = (*migration_scripts(), "CREATE TABLE newer (x);")


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    path = tmp_path / "審査 1.fusen"
    with Workspace.open(path) as workspace:
        workspace.save_analysis(DOCUMENT, make_analysis(DOCUMENT))
        workspace.apply(SetDecision(workspace.findings(DOCUMENT.sha256)[0].id, "accepted"))
    return path


def migrate(path: Path, scripts: tuple[str, ...] = NEWER) -> None:
    connect(path, scripts).close()


def names(path: Path) -> set[str]:
    return {entry.name for entry in path.parent.iterdir()}


def test_the_copy_is_the_workspace_as_it_was(stored: Path) -> None:
    stored.chmod(0o600)
    with Workspace.open(stored) as workspace:
        before = workspace.findings(DOCUMENT.sha256)
    migrate(stored)
    (backup,) = backups_of(stored)
    assert backup.name.startswith(f"審査 1.v{len(migration_scripts())}-")
    assert backup.suffix == ".fusen"
    if sys.platform != "win32":
        assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    with Workspace.open(backup) as workspace:
        assert workspace.findings(DOCUMENT.sha256) == before
        assert workspace.can_undo
    assert names(stored) == {stored.name, backup.name}, "nothing else is left"


def test_neither_a_new_nor_a_current_workspace_is_copied(stored: Path) -> None:
    with Workspace.open(stored):
        assert backups_of(stored) == ()


def test_the_latest_few_copies_are_kept(stored: Path) -> None:
    scripts = migration_scripts()
    for number in range(KEPT + 2):
        scripts = (*scripts, f"CREATE TABLE newer{number} (x);")
        migrate(stored, scripts)
    versions = [int(backup.name.split(".v")[1].split("-")[0]) for backup in backups_of(stored)]
    assert versions == [len(scripts) - 1 - number for number in range(KEPT)]
    for backup in backups_of(stored):
        backup.rename(backup.with_name(backup.name.replace("-20", "-99", 1)))
    migrate(stored, (*scripts, "CREATE TABLE last (x);"))
    assert any(f".v{len(scripts)}-20" in name for name in names(stored)), "also once the clock was set back"
    assert len(backups_of(stored)) == KEPT


def test_the_copies_of_another_workspace_are_not_its_own(stored: Path) -> None:
    other = stored.with_name("審査 10.fusen")
    shutil.copy(stored, other)
    migrate(other)
    assert backups_of(stored) == ()
    assert len(backups_of(other)) == 1


def test_without_space_for_a_copy_nothing_is_changed(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = stored.read_bytes()
    free = shutil.disk_usage(stored)._replace(free=stored.stat().st_size)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: free)
    with pytest.raises(FusenError) as caught:
        migrate(stored)
    assert caught.value.code == "permission"
    assert "space" in caught.value.message
    assert names(stored) == {stored.name}
    assert stored.read_bytes() == before


def test_a_copy_that_fails_is_absent_and_nothing_is_changed(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise OSError(5, "the disk failed")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(FusenError, match="reported an error"):
        migrate(stored)
    monkeypatch.undo()
    assert names(stored) == {stored.name}
    with closing(sqlite3.connect(stored)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(migration_scripts()),)


def test_half_copies_of_a_killed_program_go_once_nobody_writes_them(stored: Path) -> None:
    old, new = (stored.with_name(f".{stored.name}.{digit * 12}.part") for digit in "ab")
    for part in (old, new):
        part.write_bytes(b"half")
    long_ago = time.time() - 7200
    os.utime(old, (long_ago, long_ago))
    Workspace.open(stored).close()
    assert not old.exists()
    assert new.exists(), "another program may be at it"


def test_what_is_written_while_the_copy_is_made_is_in_it(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make, made = backups.make, []

    def make_and_write(connection: sqlite3.Connection, path: Path, version: int) -> Path:
        backup = make(connection, path, version)
        if not made:
            with closing(sqlite3.connect(path)) as other:
                other.execute("UPDATE findings SET comment = 'meanwhile'")
                other.commit()
        made.append(backup)
        return backup

    monkeypatch.setattr(backups, "make", make_and_write)
    migrate(stored)
    (backup,) = backups_of(stored)
    assert len(made) == 2
    with closing(sqlite3.connect(backup)) as connection:
        assert {text for (text,) in connection.execute("SELECT comment FROM findings")} == {"meanwhile"}


def test_an_update_that_fails_again_and_again_costs_no_copy_of_an_earlier_version(stored: Path) -> None:
    migrate(stored)
    (first,) = backups_of(stored)
    for _ in range(KEPT + 2):
        with pytest.raises(FusenError, match="could not be updated"):
            migrate(stored, (*NEWER, "CREATE TABLE newer (x);"))
    assert first in backups_of(stored)
    assert len(backups_of(stored)) == 1 + KEPT
    migrate(stored, (*NEWER, "CREATE TABLE newest (x);"))
    assert len(backups_of(stored)) == KEPT, "the latest, once it is updated"


@pytest.mark.parametrize("has_links", [True, False])
def test_two_that_update_at_once_keep_each_others_copies(
    has_links: bool, stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class SameSecond(datetime):
        @classmethod
        def now(cls, _tz: object = None) -> SameSecond:
            return cls(2026, 1, 1)

    def refuse(*_: Any) -> None:
        raise OSError(1, "no links here")

    monkeypatch.setattr(backups, "datetime", SameSecond)
    if not has_links:
        monkeypatch.setattr(os, "link", refuse)
    with closing(connect(stored)) as one, closing(connect(stored)) as other:
        first = backups.make(one, stored, 3)
        content = first.read_bytes()
        other.execute("UPDATE findings SET comment = 'meanwhile'")
        with monkeypatch.context() as looked_before:
            if has_links:
                looked_before.setattr(Path, "exists", lambda _path: False)
            second = backups.make(other, stored, 3)
    assert first != second
    assert first.read_bytes() == content
    second.unlink()
    assert backups_of(stored) == (first,)
