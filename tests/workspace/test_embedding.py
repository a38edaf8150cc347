"""A document's file is kept inside the workspace whole or not at all, and comes out as it went in, for its user's eyes only."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from samples import make_document

from app.errors import FusenError
from app.workspace import embedding, encryption, rewriting
from app.workspace.embedding import PIECE, discard, discard_abandoned
from app.workspace.encryption import Cost
from app.workspace.store import Workspace

CONTENT = random.Random(1).randbytes(PIECE) + bytes(PIECE + 17)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "契約 1.pdf"
    file.write_bytes(CONTENT)
    return file


@pytest.fixture
def workspace(tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    with Workspace.open(tmp_path / "w.fusen") as workspace:
        workspace.add_document(replace(make_document(), sha256=SHA256, file=str(file)))
        yield workspace


def pieces(workspace: Workspace) -> int:
    return int(workspace._rows("SELECT count(*) FROM embedded_pieces")[0][0])


def test_what_goes_in_comes_out(workspace: Workspace, file: Path) -> None:
    assert not workspace.embedding.holds(SHA256)
    workspace.embedding.keep(SHA256, file)
    workspace.embedding.keep(SHA256, file)
    assert workspace.embedding.holds(SHA256)
    assert workspace.embedding.held() == {SHA256}
    assert pieces(workspace) == 3
    file.unlink()
    taken = workspace.embedding.take_out(SHA256, "../契約 1.pdf")
    assert (taken.name, taken.read_bytes()) == ("契約 1.pdf", CONTENT)
    if sys.platform != "win32":
        assert stat.S_IMODE(taken.stat().st_mode) == 0o600
        assert stat.S_IMODE(taken.parent.stat().st_mode) == 0o700
    discard(taken)
    assert not taken.parent.exists()
    workspace.embedding.drop(SHA256)
    assert not workspace.embedding.holds(SHA256)
    assert pieces(workspace) == 0


def test_a_file_that_changed_is_not_kept(workspace: Workspace, file: Path) -> None:
    file.write_bytes(CONTENT + b"x")
    with pytest.raises(FusenError) as caught:
        workspace.embedding.keep(SHA256, file)
    assert caught.value.code == "unsupported"
    assert (workspace.embedding.holds(SHA256), pieces(workspace)) == (False, 0)


def test_one_that_is_stopped_or_gone_leaves_nothing(workspace: Workspace, file: Path) -> None:
    asked = iter([False, True])
    with pytest.raises(FusenError, match="cancelled"):
        workspace.embedding.keep(SHA256, file, lambda: next(asked))
    file.unlink()
    with pytest.raises(FusenError) as caught:
        workspace.embedding.keep(SHA256, file)
    assert caught.value.code == "not-found"
    assert pieces(workspace) == 0


def test_what_a_killed_program_left_goes(workspace: Workspace, tmp_path: Path) -> None:
    workspace.embedding._store_piece(SHA256, 0, b"half")
    workspace.embedding.drop_unfinished()
    assert pieces(workspace) == 0
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    old, ours = (tmp_path / "temporary" / f"fusen-document-{pid}-abcd_012" for pid in (int(gone.stdout), os.getpid()))
    for folder in (old, ours):
        folder.mkdir()
        (folder / "contract.pdf").write_bytes(b"x")
    own = [tmp_path / "temporary" / f"fusen-document-{gone.stdout.strip()}{ending}" for ending in ("-05", "-my notes")]
    for folder in own:
        folder.mkdir()
        (folder / "contract.pdf").write_bytes(b"the user's own")
        discard(folder / "contract.pdf")
    discard_abandoned()
    assert all((folder / "contract.pdf").exists() for folder in own)
    assert ours.exists()
    assert not old.exists() or sys.platform == "win32"


@pytest.mark.parametrize("content", [b"\0", None])
def test_damage_is_told_and_leaves_no_file(
    workspace: Workspace, file: Path, tmp_path: Path, content: bytes | None
) -> None:
    workspace.embedding.keep(SHA256, file)
    if content is None:
        workspace._connection.execute("DELETE FROM embedded_pieces WHERE number = 1")
    else:
        workspace._connection.execute("UPDATE embedded_pieces SET content = ? WHERE number = 1", (content,))
    with pytest.raises(FusenError) as caught:
        workspace.embedding.take_out(SHA256, "a.pdf")
    assert caught.value.code == "damaged"
    assert list((tmp_path / "temporary").iterdir()) == []


def test_out_of_an_encrypted_workspace_it_comes_into_memory_where_there_is_room(
    workspace: Workspace, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory, path = tmp_path / "memory", workspace.path
    memory.mkdir()
    monkeypatch.setattr(embedding, "_IN_MEMORY", memory)
    workspace.embedding.keep(SHA256, file)
    assert workspace.embedding.take_out(SHA256, "a.pdf").parent.parent == tmp_path / "temporary"
    workspace.close()
    monkeypatch.setattr(encryption, "COST", Cost(1, 64, 1))
    monkeypatch.setattr(encryption, "_known", encryption._Keyring())
    rewriting.encrypt(path, "a long enough passphrase")
    with Workspace.open(path) as opened:
        taken = opened.embedding.take_out(SHA256, "a.pdf")
        assert (taken.parent.parent, taken.read_bytes()) == (memory, CONTENT)
        discard(taken)
        monkeypatch.setattr(shutil, "disk_usage", lambda _place: SimpleNamespace(free=len(CONTENT)))
        assert opened.embedding.take_out(SHA256, "a.pdf").parent.parent == tmp_path / "temporary"


def test_discarding_leaves_other_files_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.pdf").write_bytes(b"x")
    discard(tmp_path / "mine.pdf")
    assert (tmp_path / "mine.pdf").exists()
