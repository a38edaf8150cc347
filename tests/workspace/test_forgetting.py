"""After a document was forgotten no byte of its text is in any file of the workspace's folder, plain or packed."""

from __future__ import annotations

import codecs
import json
import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from samples import make_analysis, make_document

from app.documents.document import Document
from app.errors import FusenError
from app.review.operations import SetComment, SetDecision, SetOwner, Together
from app.review.second_look import Look
from app.workspace import encryption, forgetting, rewriting
from app.workspace.database import connect, migration_scripts
from app.workspace.encryption import Cost
from app.workspace.store import Workspace

SECRET = make_document()
OTHER = replace(make_document(), sha256="b" * 64, file="/papers/other.txt", text=codecs.encode(SECRET.text, "rot13"))
COMMENT = "Quisling Acquisition comment"
PASSPHRASE = "correct horse battery"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(encryption, "COST", Cost(1, 64, 1))
    yield
    monkeypatch.setattr(encryption, "_known", encryption._Keyring())


def fill(path: Path, document: Document) -> None:
    analysis = make_analysis(document)
    analysis = replace(
        analysis,
        passages=tuple(replace(p, text=document.text[p.start : p.end]) for p in analysis.passages),
    )
    with Workspace.open(path) as workspace:
        workspace.save_analysis(document, analysis)
        first = workspace.findings(document.sha256)[0]
        workspace.apply(SetDecision(first.id, "accepted"))
        workspace.apply(SetComment(first.id, f"{COMMENT} on {document.sha256[:4]}"))
        workspace.apply(SetOwner(first.id, f"Ms Planted {document.sha256[:4]}"))
        workspace.looks.add_shown(document.sha256, "page", (1, 2))
        workspace.library.remember_question("What does the planted question ask?")


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    path = tmp_path / "w.fusen"
    fill(path, SECRET)
    fill(path, OTHER)
    with Workspace.open(path) as workspace:
        kept = [{"path": str(Path(SECRET.file).absolute())}, {"path": "/papers/other.txt"}]
        workspace.save_window_state(json.dumps({"files": kept, "current": 1}))
    return path


def streams(content: bytes) -> Iterator[bytes]:
    """The content, and everything in it that zlib can unpack, from any byte that may begin it."""
    yield content
    for start in range(len(content) - 1):
        if content[start] & 0x0F == 8 and (content[start] << 8 | content[start + 1]) % 31 == 0:
            try:
                yield zlib.decompressobj().decompress(content[start:])
            except zlib.error:
                continue


def found_in(folder: Path, planted: list[bytes]) -> set[tuple[str, bytes]]:
    files = [file for file in folder.iterdir() if file.is_file()]
    return {
        (file.name, words)
        for file in files
        for stream in streams(file.read_bytes())
        for words in planted
        if words in stream
    }


def planted_words() -> list[bytes]:
    pieces = [SECRET.text[start : start + 12] for start in range(0, len(SECRET.text) - 12, 40)]
    own = [piece for piece in pieces if piece not in OTHER.text]
    mentions = [
        f"{COMMENT} on {SECRET.sha256[:4]}",
        f"Ms Planted {SECRET.sha256[:4]}",
        str(Path(SECRET.file).absolute()),
    ]
    return [words.encode() for words in (*own, *mentions)]


def test_nothing_of_it_is_left_in_any_file(stored: Path) -> None:
    planted = planted_words()
    assert len({words for _, words in found_in(stored.parent, planted)}) == len(planted), "the search does find"
    with Workspace.open(stored) as workspace:
        before = workspace.findings(OTHER.sha256)
        assert workspace.forget(SECRET.sha256) == forgetting.Forgotten()
        assert found_in(stored.parent, planted) == set(), "while it is open"
        assert [document.sha256 for document in workspace.documents()] == [OTHER.sha256]
        assert workspace.findings(OTHER.sha256) == before
        assert workspace.library.questions(), "questions are asked of all documents"
        assert json.loads(workspace.window_state() or "")["files"] == [{"path": "/papers/other.txt"}]
        workspace.undo()
        workspace.forget(OTHER.sha256)
        assert workspace.library.questions() == (), "none is left of which they were asked"
    assert found_in(stored.parent, planted) == set()
    assert tables_with(stored, SECRET.sha256) == {"audit_log"}


def tables_with(path: Path, text: str) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        rows = {name: repr(connection.execute(f'SELECT * FROM "{name}"').fetchall()) for (name,) in names}  # noqa: S608 -- names of its own tables
    return {name for name, content in rows.items() if text in content}


def test_an_encrypted_workspace_forgets_as_well(stored: Path) -> None:
    rewriting.encrypt(stored, PASSPHRASE)
    with Workspace.open(stored) as workspace:
        workspace.forget(SECRET.sha256)
    rewriting.decrypt(stored)
    assert found_in(stored.parent, planted_words()) == set()


def test_copies_from_before_a_migration_forget_as_well(stored: Path) -> None:
    old = stored.with_name("w.v2-20250101-101010.backup.fusen")
    with closing(connect(old, migration_scripts()[:2])) as connection:
        values = (SECRET.sha256, SECRET.file, SECRET.text[:200], "text", 1, "2025-01-01")
        connection.execute(
            "INSERT INTO documents (sha256, file, title, format, page_count, added_at) VALUES (?,?,?,?,?,?)", values
        )
    copy = stored.with_name("w.v5-20260101-101010.backup.fusen")
    shutil.copyfile(stored, copy)
    broken = stored.with_name("w.v4-20250601-101010.backup.fusen")
    broken.write_bytes(stored.read_bytes()[:9000])
    with Workspace.open(stored) as workspace:
        assert workspace.forget(SECRET.sha256) == forgetting.Forgotten(2, (broken.name,))
    assert found_in(stored.parent, planted_words()) == set()
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT sha256 FROM documents").fetchall() == [(OTHER.sha256,)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_copy_that_is_in_use_is_not_lost(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "_PATIENCE", 0.01)
    copy = Path(shutil.copyfile(stored, stored.with_name("w.v5-20260101-101010.backup.fusen")))
    with closing(sqlite3.connect(copy)) as other, Workspace.open(stored) as workspace:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(FusenError, match="Another window or program"):
            workspace.forget(SECRET.sha256)
        other.execute("ROLLBACK")
        assert workspace.forget(SECRET.sha256) == forgetting.Forgotten(1)


def test_what_tells_of_several_documents_is_forgotten_with_each(stored: Path, tmp_path: Path) -> None:
    with Workspace.open(stored) as workspace:
        others, ours = (workspace.findings(each.sha256)[0].id for each in (OTHER, SECRET))
        workspace.apply(Together((SetComment(others, "mine"), SetComment(ours, "planted for both"))))
        (tmp_path / "planted name.docx").write_bytes(b"")
        workspace.record_export([tmp_path / "planted name.docx"], "docx", [OTHER.sha256, SECRET.sha256])
        workspace.forget(SECRET.sha256)
        (tmp_path / "planted name.docx").unlink()
        assert found_in(stored.parent, [b"planted for both", b"planted name"]) == set()
        assert workspace.verify().is_whole
        while workspace.undo() is not None:
            pass
        assert workspace.verify().is_whole


def test_later_tables_need_no_word_here(stored: Path) -> None:
    with closing(sqlite3.connect(stored)) as connection:
        connection.executescript(
            "CREATE TABLE opinions (number INTEGER PRIMARY KEY, finding_id TEXT REFERENCES findings (id), said TEXT);"
            "CREATE TABLE replies (opinion INTEGER NOT NULL REFERENCES opinions, said TEXT);"
            "CREATE TABLE editions (older_sha256 TEXT, newer_sha256 TEXT, said TEXT);"
        )
        ids = connection.execute("SELECT id FROM findings WHERE document_sha256 = ?", (SECRET.sha256,)).fetchall()
        connection.executemany("INSERT INTO opinions (finding_id, said) VALUES (?, 'planted opinion')", ids)
        connection.execute("INSERT INTO replies SELECT number, 'planted reply' FROM opinions")
        connection.execute("INSERT INTO editions VALUES (?, ?, 'planted edition')", (OTHER.sha256, SECRET.sha256))
        connection.commit()
    with Workspace.open(stored) as workspace:
        workspace.forget(SECRET.sha256)
    assert found_in(stored.parent, [b"planted opinion", b"planted reply", b"planted edition"]) == set()
    with closing(sqlite3.connect(stored)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_document_is_called_by_its_file_or_hash(stored: Path) -> None:
    with Workspace.open(stored) as workspace:
        connection = workspace._connection
        for called in (SECRET.sha256, SECRET.sha256[:8].upper(), SECRET.file, Path(SECRET.file).name):
            found = forgetting.find(connection, stored, called)
            assert found is not None
            assert found[0] == SECRET.sha256
        assert forgetting.find(connection, stored, "unknown.pdf") is None
        with pytest.raises(FusenError) as caught:
            workspace.forget("c" * 64)
        assert caught.value.code == "not-found"


def test_what_was_taken_off_the_shelf_is_still_there_until_it_is_forgotten(stored: Path) -> None:
    with Workspace.open(stored) as workspace:
        workspace.library.remove(SECRET.sha256)
        assert found_in(stored.parent, planted_words())
        workspace.forget(SECRET.sha256)
    assert not found_in(stored.parent, planted_words())


def test_a_second_look_is_forgotten(stored: Path) -> None:
    with Workspace.open(stored) as workspace:
        passage = make_analysis(SECRET).passages[0]
        workspace.looks.add_second_look(SECRET.sha256, Look((passage.start, passage.end), True, 1, "m"))
        workspace.forget(SECRET.sha256)
        assert workspace.looks.second_looks(SECRET.sha256) == ()


def test_half_a_copy_that_a_kill_left_goes(stored: Path) -> None:
    half = stored.with_name(f".{stored.name}.0123456789ab.part")
    shutil.copy(stored, half)
    with Workspace.open(stored) as workspace:
        workspace.forget(SECRET.sha256)
    assert not half.exists()
