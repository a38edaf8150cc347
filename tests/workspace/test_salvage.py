"""Of a damaged workspace everything that can be read is saved, and what is missing is taken from a copy."""

from __future__ import annotations

import hashlib
import random
import shutil
import sqlite3
import stat
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from samples import ENGLISH, make_analysis, make_document

from app.analysis.analysis import TagScore
from app.errors import FusenError
from app.review.findings import Finding
from app.review.operations import SetComment, SetDecision, SetOwner, SetRange, SetTags, Together
from app.workspace import encryption, leftovers, rewriting
from app.workspace.backups import backups_of
from app.workspace.database import connect, migration_scripts
from app.workspace.salvage import Salvaged, recover_in_place, salvage
from app.workspace.store import Workspace

PAGE = 4096
DOCUMENTS = [make_document(tuple(f"{sentence} {number}" for sentence in ENGLISH * 12)) for number in range(3)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "w.fusen"
    with Workspace.open(path) as workspace:
        for document in DOCUMENTS:
            workspace.save_analysis(document, make_analysis(document, selected=tuple(range(1, 60, 2))))
            for number, finding in enumerate(workspace.findings(document.sha256)):
                decision = SetDecision(finding.id, "accepted" if number % 2 else "rejected")
                workspace.apply(Together((decision, SetComment(finding.id, f"{number} 署名前に確認"))))
    return path


@pytest.fixture
def stored(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path))


def all_findings(path: Path) -> dict[str, Finding]:
    with Workspace.open(path) as workspace:
        return {f.id: f for document in workspace.documents() for f in workspace.findings(document.sha256)}


def pages_of(path: Path, table: str) -> list[int]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf'", (table,))
        return [number for (number,) in rows]


def spoil(path: Path, pages: list[int], seed: int = 1) -> None:
    content, chance = bytearray(path.read_bytes()), random.Random(seed)
    for page in pages:
        content[(page - 1) * PAGE : page * PAGE] = chance.randbytes(PAGE)
    path.write_bytes(content)


def test_a_whole_workspace_is_saved_whole(stored: Path, tmp_path: Path) -> None:
    before = all_findings(stored)
    result = salvage(stored, tmp_path / "new.fusen")
    assert result.damaged == []
    assert all_findings(tmp_path / "new.fusen") == before
    with Workspace.open(stored) as old, Workspace.open(tmp_path / "new.fusen") as new:
        assert new.documents() == old.documents()
        for document in DOCUMENTS:
            assert new.analysis(document.sha256) == old.analysis(document.sha256)
        steps = 0
        while new.undo() is not None:
            steps += 1
        assert steps == len(before)
        assert new.verify().is_whole


def test_findings_of_which_no_row_is_left_are_made_again(stored: Path, tmp_path: Path) -> None:
    with Workspace.open(stored) as workspace:
        workspace.choose_share(DOCUMENTS[0].sha256, 0.3)
        first, second, third = workspace.findings(DOCUMENTS[1].sha256)[:3]
        workspace.apply(SetTags(first.id, (TagScore("insurance", 1.0),)))
        workspace.apply(SetRange(second.id, replace(second.span, end=second.end - 3, text=second.text[:-3])))
        workspace.apply(SetOwner(third.id, "佐藤"))
        workspace.undo()
    before = all_findings(stored)
    with closing(sqlite3.connect(stored)) as connection:
        pages = [number for (number,) in connection.execute("SELECT pageno FROM dbstat WHERE name = 'findings'")]
    spoil(stored, pages)
    result = salvage(stored, tmp_path / "new.fusen")
    assert "findings" in result.damaged
    assert all_findings(tmp_path / "new.fusen") == before
    with Workspace.open(tmp_path / "new.fusen") as workspace:
        assert workspace.redo() is not None
        assert {f.id: f.owner for f in workspace.findings(DOCUMENTS[1].sha256)}[third.id] == "佐藤"
        while workspace.undo() is not None:
            pass
        assert not any(f.is_touched for d in DOCUMENTS for f in workspace.findings(d.sha256))


@pytest.mark.parametrize("seed", range(2))
def test_all_around_the_damage_is_saved(stored: Path, tmp_path: Path, seed: int) -> None:
    before = all_findings(stored)
    leaves = pages_of(stored, "findings")
    spoiled = random.Random(seed).sample(leaves, 2)
    with closing(sqlite3.connect(stored)) as connection:
        cells = dict(
            connection.execute("SELECT pageno, ncell FROM dbstat WHERE name = 'findings' AND pagetype = 'leaf'")
        )
    spoil(stored, spoiled, seed)
    with pytest.raises(FusenError, match="damaged"):
        Workspace.open(stored)
    result = salvage(stored, tmp_path / "new.fusen")
    assert "findings" in result.damaged
    assert result.read["findings"] >= len(before) - sum(cells[page] for page in spoiled), (
        "only what stood there is lost"
    )
    assert all_findings(tmp_path / "new.fusen") == before, "and made again"


@pytest.mark.parametrize("table", ["audit_log", "embedded_pieces", "cut off", "header", "first page"])
def test_damage_in_one_place_takes_nothing_else_along(stored: Path, tmp_path: Path, table: str) -> None:
    before, file = all_findings(stored), tmp_path / "kept.bin"
    file.write_bytes(random.Random(1).randbytes(50_000))
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    with Workspace.open(stored) as workspace:
        workspace.add_document(replace(DOCUMENTS[0], sha256=sha256, file=str(file)))
        workspace.embedding.keep(sha256, file)
    if table == "cut off":
        stored.write_bytes(stored.read_bytes()[: -2 * PAGE])
    elif table in ("header", "first page"):
        lost = 100 if table == "header" else PAGE
        stored.write_bytes(bytes(lost) + stored.read_bytes()[lost:])
    else:
        with closing(sqlite3.connect(stored)) as connection:
            query = "SELECT pageno FROM dbstat WHERE name = ? AND pagetype <> 'internal' ORDER BY pageno DESC LIMIT 1"
            spoil(stored, [connection.execute(query, (table,)).fetchone()[0]])
    link = tmp_path / "link.fusen"
    link.symlink_to(stored)
    salvage(link, tmp_path / "new.fusen")
    assert all_findings(tmp_path / "new.fusen") == before
    with Workspace.open(tmp_path / "new.fusen") as workspace:
        assert workspace.embedding.holds(sha256) == (table in ("audit_log", "header")), "half a file is none"


def test_through_a_link_the_log_of_a_killed_program_is_read_as_well(stored: Path, tmp_path: Path) -> None:
    killed = tmp_path / "killed"
    killed.mkdir()
    with Workspace.open(stored) as workspace:
        finding = workspace.findings(DOCUMENTS[0].sha256)[0]
        workspace.apply(SetOwner(finding.id, "佐藤"))
        for file in tmp_path.glob("w.fusen*"):
            shutil.copy(file, killed)
    (tmp_path / "link.fusen").symlink_to(killed / stored.name)
    salvage(tmp_path / "link.fusen", tmp_path / "new.fusen")
    assert all_findings(tmp_path / "new.fusen")[finding.id].owner == "佐藤"


def test_what_is_lost_comes_from_the_copy_and_what_is_newer_stays(stored: Path, tmp_path: Path) -> None:
    connect(stored, (*migration_scripts(), "CREATE TABLE newer (x);")).close()
    with closing(sqlite3.connect(stored)) as connection:  # back again: this program knows no newer version
        connection.executescript(f"DROP TABLE newer; PRAGMA user_version = {len(migration_scripts())}")
    (copy,) = backups_of(stored)
    before = all_findings(stored)
    newest = next(iter(before))
    with Workspace.open(stored) as workspace:
        workspace.apply(SetComment(newest, "newer than the copy"))
        before = all_findings(stored)
    with closing(sqlite3.connect(stored)) as connection:
        (page,) = connection.execute(
            "SELECT min(pageno) FROM dbstat WHERE name = 'findings' AND pagetype = 'leaf'"
        ).fetchone()
        last = pages_of(stored, "findings")[-1]
    spoil(stored, [last] if last != page else [])
    result = recover_in_place(stored)
    assert result.from_copies["findings"] > 0
    assert copy.exists()
    assert all_findings(stored) == before
    assert [entry for entry in stored.parent.iterdir() if ".damaged-" in entry.name], "the damaged file is kept"


def test_what_a_kill_left_of_a_recovery_is_ended_by_the_next_opening(
    stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = all_findings(stored)

    def refuse(*_arguments: object) -> None:
        raise PermissionError

    with monkeypatch.context() as patch:
        patch.setattr("os.link", refuse)  # a drive without second names
        patch.setattr(Path, "replace", refuse)
        with pytest.raises(FusenError):
            recover_in_place(stored)
    assert not stored.exists()
    assert all_findings(stored) == before
    (aside,) = [entry for entry in stored.parent.iterdir() if entry != stored]
    assert ".damaged-" in aside.name
    recovered = aside.with_name(aside.name.replace("damaged", "recovered"))
    shutil.copy(aside, recovered)  # a file of the user's own beside it is nobody's to put anywhere
    assert all_findings(stored) == before
    assert recovered.exists()


def test_a_lost_document_has_a_stand_in_for_the_sake_of_its_decisions(stored: Path, tmp_path: Path) -> None:
    before = all_findings(stored)
    spoil(stored, pages_of(stored, "documents"))
    salvage(stored, tmp_path / "new.fusen")
    assert all_findings(tmp_path / "new.fusen") == before


def test_where_nothing_can_be_read_that_is_said_and_nothing_is_written(stored: Path, tmp_path: Path) -> None:
    stored.write_bytes(b"SQLite format 3\0" + random.Random(1).randbytes(50_000))
    with pytest.raises(FusenError) as caught:
        salvage(stored, tmp_path / "new.fusen")
    assert caught.value.code == "damaged"
    assert {entry.name for entry in tmp_path.iterdir()} == {stored.name}


def test_a_file_that_is_there_is_not_overwritten(stored: Path, tmp_path: Path) -> None:
    (tmp_path / "new.fusen").write_text("mine")
    with pytest.raises(FusenError, match="already"):
        salvage(stored, tmp_path / "new.fusen")
    assert (tmp_path / "new.fusen").read_text() == "mine"


def test_what_is_saved_of_an_encrypted_workspace_is_encrypted(
    stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encryption, "COST", encryption.Cost(1, 8 * 1024, 1))
    before = all_findings(stored)
    rewriting.encrypt(stored, "correct horse battery")
    content = bytearray(stored.read_bytes())
    middle = len(content) // PAGE // 2
    content[middle * PAGE : (middle + 1) * PAGE] = random.Random(1).randbytes(PAGE)
    stored.write_bytes(content)
    with pytest.raises(FusenError, match="damaged"):
        Workspace.open(stored)
    recover_in_place(stored)
    assert encryption.state_of(stored) == "encrypted"
    assert b"Supplier" not in stored.read_bytes()
    after = all_findings(stored)
    assert after == before


@pytest.mark.skipif(sys.platform == "win32", reason="rights are others there")
def test_who_may_not_read_the_workspace_may_not_read_what_is_saved_of_it(stored: Path) -> None:
    for rights in (0o600, 0o640):
        stored.chmod(rights)
        output = stored.with_name(f"{rights}.fusen")
        salvage(stored, output)
        assert stat.S_IMODE(output.stat().st_mode) == rights
    recover_in_place(stored)
    assert stat.S_IMODE(stored.stat().st_mode) == rights


def test_what_another_program_recovered_meanwhile_is_not_put_aside(
    stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(stored, pages_of(stored, "history"))

    def save_slowly(path: Path, output: Path, copies: Sequence[Path]) -> Salvaged:
        result = salvage(path, output, copies)
        monkeypatch.setattr("app.workspace.salvage.salvage", salvage)
        monkeypatch.setattr(leftovers, "recovered_name", lambda path: path.with_name(f"{path.stem}.other.fusen"))
        recover_in_place(path)
        with Workspace.open(path) as workspace:
            workspace.apply(SetComment(workspace.findings(DOCUMENTS[0].sha256)[0].id, "decided since"))
        return result

    monkeypatch.setattr("app.workspace.salvage.salvage", save_slowly)
    with pytest.raises(FusenError, match="is in use"):
        recover_in_place(stored)
    assert "decided since" in {finding.comment for finding in all_findings(stored).values()}
