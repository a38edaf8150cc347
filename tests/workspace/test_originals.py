"""A file that was moved is found by its bytes, near where it was or where the user points, and never by its name alone."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from samples import make_document

from app.workspace import originals
from app.workspace.originals import Wanted, find, find_below, is_at
from app.workspace.store import Workspace

CONTENT = b"%PDF-1.7 the contract"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def wanted(tmp_path: Path) -> Wanted:
    (tmp_path / "old").mkdir()
    return Wanted(SHA256, tmp_path / "old" / "contract.pdf", len(CONTENT))


def put(path: Path, content: bytes = CONTENT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_it_is_found_in_its_folder_under_another_name(wanted: Wanted, tmp_path: Path) -> None:
    put(tmp_path / "old" / "a.pdf", CONTENT[::-1])
    assert find(wanted, ()) is None
    moved = put(tmp_path / "old" / "契約 (final).docx")
    assert find(wanted, ()) == moved


def test_it_is_found_under_its_name_where_other_documents_are(wanted: Wanted, tmp_path: Path) -> None:
    put(tmp_path / "one" / "contract.pdf", CONTENT[::-1])
    put(tmp_path / "two" / "another name.pdf")
    folders = [tmp_path / "gone", tmp_path / "one", tmp_path / "two", tmp_path / "three"]
    assert find(wanted, folders) is None
    moved = put(tmp_path / "three" / "contract.pdf")
    assert find(wanted, folders) == moved


def test_it_is_found_below_the_folder_that_the_user_points_to(wanted: Wanted, tmp_path: Path) -> None:
    moved = put(tmp_path / "archive" / "2026" / "legal" / "x.pdf")
    assert find_below(wanted, tmp_path / "archive") == moved
    assert find_below(wanted, tmp_path / "old") is None


def test_links_in_a_circle_end(wanted: Wanted, tmp_path: Path) -> None:
    (tmp_path / "loop").mkdir()
    try:
        (tmp_path / "loop" / "again").symlink_to(tmp_path / "loop", target_is_directory=True)
    except OSError:
        pytest.skip("this system lets nobody make links")
    assert find_below(wanted, tmp_path / "loop") is None


def test_only_files_of_its_size_are_read(wanted: Wanted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        put(tmp_path / "old" / f"{number}.pdf", b"x" * number)
    moved = put(tmp_path / "old" / "z.pdf")
    read, digest = [], originals._sha256
    monkeypatch.setattr(originals, "_sha256", lambda file, budget: read.append(file) or digest(file, budget))
    assert find(wanted, ()) == moved
    assert read == [moved]


def test_where_its_size_is_not_known_files_of_its_kind_are_read(wanted: Wanted, tmp_path: Path) -> None:
    unknown = replace(wanted, size=0)
    put(tmp_path / "old" / "copy.txt")
    assert find(unknown, ()) is None
    assert find(unknown, ()) is None
    moved = put(tmp_path / "old" / "copy.PDF")
    assert find(unknown, ()) == moved


@pytest.mark.parametrize(("limit", "value"), [("MOST_ENTRIES", 3), ("MOST_BYTES", 30)])
def test_a_search_has_an_end(
    wanted: Wanted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    for number in range(5):
        put(tmp_path / "old" / f"{number}.pdf", bytes([number]) * len(CONTENT))
    put(tmp_path / "old" / "z.pdf")
    assert find(wanted, ()) is not None
    monkeypatch.setattr(originals, limit, value)
    assert find(wanted, ()) is None
    assert find(wanted, (), lambda: True) is None


def test_the_user_shows_where_it_is(wanted: Wanted, tmp_path: Path) -> None:
    assert is_at(wanted, put(tmp_path / "here.pdf"))
    assert not is_at(wanted, put(tmp_path / "other.pdf", CONTENT[::-1]))
    assert not is_at(wanted, tmp_path / "nowhere.pdf")


def test_the_workspace_knows_what_was_where(tmp_path: Path) -> None:
    file, moved = put(tmp_path / "old" / "contract.pdf"), tmp_path / "new" / "contract.pdf"
    document = replace(make_document(), sha256=SHA256, file=str(file))
    with Workspace.open(tmp_path / "w.fusen") as workspace:
        workspace.add_document(document)
        assert workspace.originals.at(file) == Wanted(SHA256, file, len(CONTENT))
        assert workspace.originals.at(moved) is None
        assert workspace.originals.folders() == (file.parent,)
        moved.parent.mkdir()
        file.rename(moved)
        workspace.add_document(document)
        assert workspace.originals.at(file) == Wanted(SHA256, file, len(CONTENT)), (
            "the size of a file that is gone stays"
        )
        workspace.originals.moved(SHA256, moved)
        assert workspace.documents()[0].file == str(moved)
        assert workspace.originals.at(file) is None
