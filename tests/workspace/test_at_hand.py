"""Exports without a window read a document where it is, where it moved to, or out of the workspace."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from samples import make_document

from app.workspace.at_hand import file_of, files_of
from app.workspace.store import Workspace

CONTENT = b"%PDF-1.7 the contract"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "contracts").mkdir()
    file = tmp_path / "contracts" / "a.pdf"
    file.write_bytes(CONTENT)
    return file


@pytest.fixture
def workspace(tmp_path: Path, file: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "w.fusen") as workspace:
        workspace.add_document(replace(make_document(), sha256=SHA256, file=str(file)))
        yield workspace


def test_where_it_is_and_where_it_went(workspace: Workspace, file: Path) -> None:
    with file_of(workspace, workspace.documents()[0]) as found:
        assert found == file
    moved = file.rename(file.with_name("b.pdf"))
    with file_of(workspace, workspace.documents()[0]) as found:
        assert found == moved
    assert workspace.documents()[0].file == str(moved)


def test_out_of_the_workspace_and_gone_afterwards(workspace: Workspace, file: Path) -> None:
    workspace.embedding.keep(SHA256, file)
    file.unlink()
    with file_of(workspace, workspace.documents()[0]) as found:
        assert (found.name, found.read_bytes()) == ("a.pdf", CONTENT)
    assert not found.parent.exists()
    assert workspace.documents()[0].file == str(file)


def test_of_two_versions_that_lay_in_one_place_each_is_its_own(workspace: Workspace, file: Path) -> None:
    newer = b"%PDF-1.7 the contract as amended"
    file.rename(file.with_name("kept.pdf"))
    file.write_bytes(newer)
    workspace.add_document(replace(make_document(), sha256=hashlib.sha256(newer).hexdigest(), file=str(file)))
    for name in ("a.pdf", "b.pdf"):
        file = file.rename(file.with_name(name))
        with files_of(workspace, workspace.documents()) as found:
            assert {each.name: each.read_bytes() for each in found.values()} == {"kept.pdf": CONTENT, name: newer}


def test_of_what_is_gone_the_place_where_it_was(workspace: Workspace, file: Path) -> None:
    file.unlink()
    with file_of(workspace, workspace.documents()[0]) as found:
        assert found == file
