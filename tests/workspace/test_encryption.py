"""An encrypted workspace: nothing of it can be read, only its passphrase opens it, a kill leaves one whole file."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from samples import make_analysis, make_document
from workspace import protecting

from app.errors import FusenError
from app.review.operations import SetDecision
from app.workspace import encryption, leftovers, rewriting
from app.workspace.across import Wish
from app.workspace.encryption import Cost
from app.workspace.in_use import note_path
from app.workspace.store import Workspace

DOCUMENT = make_document()
PASSPHRASE = "correct horse バッテリー"
PLANTED = DOCUMENT.text[:24].encode()


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(encryption, "COST", Cost(1, 64, 1))
    yield
    monkeypatch.setattr(encryption, "_known", encryption._Keyring())


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    path = tmp_path / "w.fusen"
    with Workspace.open(path) as workspace:
        workspace.save_analysis(DOCUMENT, make_analysis(DOCUMENT))
        workspace.apply(SetDecision(workspace.findings(DOCUMENT.sha256)[0].id, "accepted"))
    return path


def forget_keys() -> None:
    encryption._known = encryption._Keyring()


def holds_nothing_readable(path: Path) -> bool:
    content = path.read_bytes()
    return content.startswith(encryption.MAGIC) and PLANTED not in content and b"CREATE TABLE" not in content


def refused(path: Path) -> FusenError:
    with pytest.raises(FusenError) as caught:
        Workspace.open(path).close()
    return caught.value


def decisions(path: Path) -> list[str]:
    with Workspace.open(path) as workspace:
        return [finding.decision for finding in workspace.findings(DOCUMENT.sha256)]


def test_encrypted_and_back_nothing_is_lost_and_nothing_is_readable_between(stored: Path) -> None:
    assert PLANTED in stored.read_bytes()
    before = decisions(stored)
    rewriting.encrypt(stored, PASSPHRASE)
    assert holds_nothing_readable(stored)
    assert decisions(stored) == before, "this process goes on"
    forget_keys()
    assert refused(stored).code == "encrypted"
    encryption.unlock(stored, PASSPHRASE)
    with Workspace.open(stored) as workspace:
        workspace.apply(SetDecision(workspace.findings(DOCUMENT.sha256)[1].id, "rejected"))
        assert all(PLANTED not in file.read_bytes() for file in stored.parent.iterdir()), "nor in its log"
        assert workspace.can_undo
        assert workspace.library.across(Wish(words="LIABILITY", not_rejected=True)).total > 0, "by JSON as well"
        workspace.undo()
    rewriting.decrypt(stored)
    forget_keys()
    assert decisions(stored) == before
    with closing(sqlite3.connect(stored)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert [file.name for file in stored.parent.iterdir()] == [stored.name]


@pytest.mark.parametrize("wrong", ["", "correct horse", PASSPHRASE.upper(), PASSPHRASE + " "])
def test_another_passphrase_opens_nothing(stored: Path, wrong: str) -> None:
    rewriting.encrypt(stored, PASSPHRASE)
    forget_keys()
    content = stored.read_bytes()
    with pytest.raises(FusenError) as caught:
        encryption.unlock(stored, wrong)
    assert caught.value.code == "wrong-password"
    assert PASSPHRASE not in str(caught.value)
    assert refused(stored).code == "encrypted"
    assert stored.read_bytes() == content


def test_the_same_characters_typed_otherwise_open_it(stored: Path) -> None:
    rewriting.encrypt(stored, "パスフレーズ Ünlü")
    forget_keys()
    encryption.unlock(stored, "ﾊﾟｽﾌﾚｰｽﾞ U\u0308nlu\u0308")


def test_a_new_passphrase_makes_the_old_one_useless(stored: Path) -> None:
    rewriting.encrypt(stored, PASSPHRASE)
    before = decisions(stored)
    old = encryption.key_of(stored)
    rewriting.change_passphrase(stored, "another passphrase")
    forget_keys()
    assert old is not None
    assert not encryption.opens(stored, old), "nor does its key"
    with pytest.raises(FusenError):
        encryption.unlock(stored, PASSPHRASE)
    encryption.unlock(stored, "another passphrase")
    assert decisions(stored) == before


def test_too_short_a_passphrase_protects_nothing(stored: Path) -> None:
    with pytest.raises(FusenError) as caught:
        rewriting.encrypt(stored, "short")
    assert caught.value.code == "wrong-password"
    assert decisions(stored)[0] == "accepted"


def test_damage_is_damage_and_not_a_wrong_passphrase(stored: Path) -> None:
    rewriting.encrypt(stored, PASSPHRASE)
    whole = stored.read_bytes()
    for content in (
        whole[:100] + bytes(100) + whole[200:],
        whole[:16] + bytes(20 * 4096) + whole[20 * 4096 + 16 :],
        whole[:900],
    ):
        forget_keys()
        stored.write_bytes(content)
        encryption.unlock(stored, PASSPHRASE)
        assert refused(stored).code == "damaged"


def test_while_another_program_has_it_open_it_stays_as_it_is(stored: Path) -> None:
    content = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT count(*) FROM documents').fetchone()\n"
    content += "print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-S", "-c", content, str(stored)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(FusenError) as caught:
            rewriting.encrypt(stored, PASSPHRASE)
        assert other.stdin is not None
        other.stdin.close()
    assert caught.value.code == "timeout"
    rewriting.encrypt(stored, PASSPHRASE)
    assert holds_nothing_readable(stored)


def test_while_this_program_has_it_open_it_stays_as_it_is(stored: Path) -> None:
    with Workspace.open(stored) as workspace:
        with pytest.raises(FusenError) as caught:
            rewriting.encrypt(stored, PASSPHRASE)
        assert workspace.findings(DOCUMENT.sha256)
    assert caught.value.code == "timeout"
    rewriting.encrypt(stored, PASSPHRASE)
    assert holds_nothing_readable(stored)


def test_who_stops_it_finds_the_workspace_as_it_was(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewriting, "_STEPS", 10)

    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rewriting.encrypt(stored, PASSPHRASE, stop)
    assert encryption.state_of(stored) == "plain"
    assert decisions(stored)[0] == "accepted"
    assert [file.name for file in stored.parent.iterdir()] == [stored.name]


def test_what_a_kill_left_is_erased_at_the_next_opening(stored: Path) -> None:
    copy = stored.with_name("w.v4-20260101-101010.backup.fusen")
    for file in (leftovers.new_file(stored), leftovers.old_file(stored), leftovers.old_file(copy)):
        file.write_bytes(b"half of a contract" * 100_000)
    others = leftovers.new_file(stored.with_name("w.other.fusen"))
    others.write_bytes(b"another workspace, that is being encrypted now")
    decisions(stored)
    assert sorted(stored.parent.iterdir()) == sorted([stored, others])


def test_a_changed_protection_is_told_to_who_had_the_key(stored: Path) -> None:
    rewriting.encrypt(stored, PASSPHRASE)
    key = encryption.key_of(stored)
    rewriting.change_passphrase(stored, "another passphrase")
    encryption.give_key(stored, key)
    assert refused(stored).code == "encrypted"
    assert encryption.is_locked(stored)


def test_a_key_never_shows_itself(stored: Path) -> None:
    rewriting.encrypt(stored, PASSPHRASE)
    key = encryption.key_of(stored)
    assert key is not None
    assert key.secret.hex() not in repr(key)
    assert repr(key.secret) not in repr(key)


def test_copies_beside_it_are_protected_as_well(stored: Path) -> None:
    good = stored.with_name("w.v4-20260101-101010.backup.fusen")
    bad = stored.with_name("w.v3-20250101-101010.backup.fusen")
    shutil.copyfile(stored, good)
    bad.write_bytes(stored.read_bytes()[:5000])
    damaged = stored.with_name("w.damaged-20260101-101010.fusen")
    for ending in ("", "-wal"):
        damaged.with_name(damaged.name + ending).write_bytes(os.urandom(100) + PLANTED)
    outcome = rewriting.encrypt(stored, PASSPHRASE)
    assert outcome == rewriting.Outcome(1, (bad.name, damaged.name))
    assert sorted(stored.parent.iterdir()) == sorted([stored, good])
    assert holds_nothing_readable(good)
    rewriting.change_passphrase(stored, "another passphrase")
    forget_keys()
    encryption.unlock(good, "another passphrase")
    assert decisions(good)[0] == "accepted"
    other = stored.with_name("w.v5-20260101-101010.backup.fusen")
    with Workspace.open(other) as workspace:
        workspace.save_analysis(DOCUMENT, make_analysis(DOCUMENT))
    encryption.unlock(stored, "another passphrase")
    assert rewriting.finish(stored) == rewriting.Outcome(1)
    assert holds_nothing_readable(other), "what a kill left undone"


def test_a_copy_that_cannot_be_read_is_left_when_there_is_nothing_to_protect(stored: Path) -> None:
    rewriting.encrypt(stored, PASSPHRASE)
    damaged = stored.with_name("w.damaged-20260101-101010.fusen")
    damaged.write_bytes(stored.read_bytes()[:5000])
    before = damaged.read_bytes()
    assert rewriting.decrypt(stored) == rewriting.Outcome(left=(damaged.name,))
    assert damaged.read_bytes() == before


def test_a_copy_that_is_in_use_is_left_and_not_lost(stored: Path) -> None:
    copy = stored.with_name("w.v4-20260101-101010.backup.fusen")
    shutil.copyfile(stored, copy)
    code = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN EXCLUSIVE')\n"
    code += "print('open', flush=True); sys.stdin.read()"
    command = [sys.executable, "-S", "-c", code, str(copy)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        assert rewriting.encrypt(stored, PASSPHRASE) == rewriting.Outcome(0, (), (copy.name,))
        assert other.stdin is not None
        other.stdin.close()
    assert rewriting.finish(stored) == rewriting.Outcome(1)
    assert holds_nothing_readable(copy)


def test_a_kill_at_any_moment_leaves_one_whole_file(tmp_path: Path) -> None:
    outcome = protecting.run(tmp_path, seed=5, kills=6)
    assert outcome.kills == 6
    assert not outcome.faults


@pytest.mark.parametrize("killed", [False, True])
def test_half_a_copy_that_a_kill_left_is_not_readable_either(
    killed: bool, stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    half = stored.with_name(f".{stored.name}.0123456789ab.part")
    shutil.copy(stored, half)
    if killed:
        monkeypatch.setattr(rewriting, "_erase_half_copies", lambda *_: None)
    rewriting.encrypt(stored, PASSPHRASE)
    monkeypatch.undo()
    rewriting.finish(stored)  # as at the next unlocking
    assert not half.exists()


@pytest.mark.parametrize("fails", ["looking", "opening"])
def test_a_copy_that_the_disk_refuses_for_a_moment_is_told_and_not_removed(
    fails: str, stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (stored.with_name(f"w.v{number}-20260101-101010.backup.fusen") for number in (3, 4))
    for copy in (first, second):
        shutil.copy(stored, copy)
    state_of, opened = encryption.state_of, rewriting.open_through_cipher

    def look(path: Path) -> encryption.State:
        if path == first and fails == "looking":
            raise OSError(5, "the disk failed")
        return state_of(path)

    def open_it(key: encryption.Key | None, path: Path, *others: Any) -> sqlite3.Connection:
        if path == first and fails == "opening":
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error
        return opened(key, path, *others)

    monkeypatch.setattr(encryption, "state_of", look)
    monkeypatch.setattr(rewriting, "open_through_cipher", open_it)
    outcome = rewriting.encrypt(stored, PASSPHRASE)
    assert (outcome.backups, outcome.removed, outcome.left) == (1, (), (first.name,))
    assert first.exists()
    assert holds_nothing_readable(second)


def test_on_a_network_drive_it_is_written_anew_without_a_log(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.workspace.sharing.is_remote", lambda _path: True)
    rewriting.encrypt(stored, PASSPHRASE)
    rewriting.decrypt(stored)
    assert stored.read_bytes()[18:20] == b"\1\1", "SQLite's mark of a file with a rollback journal"
    assert not note_path(stored).exists()
