"""The whole file is checked at opening, for as long as the caller can wait, and to its end after an unclean end."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from samples import make_analysis, make_document

from app.errors import FusenError
from app.workspace import checking, database
from app.workspace.store import Workspace

DOCUMENT = make_document()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "w.fusen"
    with Workspace.open(path) as workspace:
        workspace.save_analysis(DOCUMENT, make_analysis(DOCUMENT))
    return path


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[float | None]:
    """The patience of every check that is made."""
    told: list[float | None] = []
    check = checking.is_whole

    def note(connection: Any, patience: float | None = None) -> bool | None:
        told.append(patience)
        return check(connection, patience)

    monkeypatch.setattr(checking, "is_whole", note)
    return told


def test_a_check_that_takes_too_long_is_made_later(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_look", lambda connection: connection.execute(ENDLESS).fetchone() and True)
    with Workspace.open(path, 0.05) as workspace:
        assert not workspace.is_checked
        monkeypatch.undo()
        assert len(workspace.findings(DOCUMENT.sha256)) == 3, "what follows is not interrupted"
        Workspace.check(path)


ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


def test_a_check_in_time_is_the_whole_one(path: Path, asked: list[float | None]) -> None:
    with Workspace.open(path, 5.0) as workspace:
        assert workspace.is_checked
        assert asked == [5.0]
        with Workspace.open(path):  # the second of this process
            assert asked == [5.0]


def test_after_an_unclean_end_the_check_is_never_cut_short(
    path: Path, tmp_path: Path, asked: list[float | None]
) -> None:
    lost = tmp_path / "lost"
    lost.mkdir()
    with Workspace.open(path) as workspace:
        workspace.save_window_state("x")
        for ending in ("", "-wal"):
            shutil.copy(f"{path}{ending}", lost / f"w.fusen{ending}")
    asked.clear()
    with Workspace.open(lost / "w.fusen", 0.0001) as workspace:
        assert asked == [None]
        assert workspace.window_state() == "x"


def test_damage_that_is_found_beside_the_work_is_told(path: Path) -> None:
    with Workspace.open(path) as workspace:
        (page,) = workspace._rows("SELECT rootpage FROM sqlite_schema WHERE name = 'findings_by_place'")[0]
    content = bytearray(path.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = random.Random(1).randbytes(4096)
    path.write_bytes(content)
    with pytest.raises(FusenError) as caught:
        Workspace.check(path)
    assert caught.value.code == "damaged"


def test_a_file_that_another_program_changes_during_the_check_is_not_called_damaged(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check, connections = checking.is_whole, []

    def disturbed(connection: Any, patience: float | None = None) -> bool | None:
        if not connections:
            connections.append(database.open_file(path, first=False)[0])  # it writes, and keeps a log
            connections[0].execute("UPDATE documents SET title = 'x'")
            return False
        return check(connection, patience)

    monkeypatch.setattr(checking, "is_whole", disturbed)
    with Workspace.open(path, 1.0) as workspace:
        assert workspace.is_checked
    connections[0].close()
