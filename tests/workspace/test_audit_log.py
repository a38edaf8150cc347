"""The audit log in the workspace: what is entered when, by whom, with which key, and what `verify` makes of it."""

from __future__ import annotations

import hashlib
import io
import json
import os
import sqlite3
import stat
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.errors import FusenError
from app.review.audit import Entry, read
from app.review.handover import read_review
from app.review.operations import SetComment, SetDecision, SetDecisions
from app.workspace import signing
from app.workspace.database import connect, migration_scripts, transaction
from app.workspace.merging import hand_over
from app.workspace.store import Workspace
from tests.samples import make_analysis, make_document

DOCUMENT = make_document()
BEFORE_THE_LOG = 6
"""So many migrations had a workspace without a log."""


@pytest.fixture(autouse=True)
def own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(signing, "user_data_path", lambda *_, **__: tmp_path / "home" / "fusen")
    return tmp_path / "home" / "fusen" / "audit"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "w.fusen") as opened:
        opened.reviewer = "Sato"
        opened.save_analysis(DOCUMENT, make_analysis(DOCUMENT))
        yield opened


def entries(workspace: Workspace) -> list[Entry]:
    found = [read(sealed) for sealed in workspace.audit.sealed()]
    return [entry for entry in found if entry is not None]


def codes(workspace: Workspace) -> list[str]:
    return [problem.code for problem in workspace.verify().problems]


def test_a_new_workspace_has_no_entry_until_something_happens(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "w.fusen") as workspace:
        assert workspace.audit_head() == ""
        assert workspace.verify().is_whole
        workspace.save_window_state("{}")
        assert workspace.audit_head() == ""


def test_each_change_is_entered_with_whom_and_what(workspace: Workspace) -> None:
    first, second, _ = workspace.findings(DOCUMENT.sha256)
    workspace.apply(SetDecision(first.id, "accepted"))
    workspace.apply(SetDecision(first.id, "accepted"))  # changes nothing
    workspace.apply(SetComment(second.id, "Secret words"))
    workspace.undo()
    workspace.redo()
    workspace.looks.add_shown(DOCUMENT.sha256, "page", (1, 3))
    workspace.looks.add_shown(DOCUMENT.sha256, "page", (1, 2))  # nothing new
    workspace.choose_share(DOCUMENT.sha256, 0.5)
    workspace.library.remove(DOCUMENT.sha256)
    workspace.library.restore(DOCUMENT.sha256)
    found = entries(workspace)
    assert [entry.kind for entry in found] == [
        *("workspace-made", "document-opened", "analysed", "decided", "decided", "decided", "decided"),
        *("shown", "selection-chosen", "document-removed", "document-restored"),
    ]
    assert {entry.by for entry in found} == {"Sato"}
    assert [entry.details["step"] for entry in found if entry.kind == "decided"] == ["do", "do", "undo", "redo"]
    change = found[3].details["changes"][0]
    assert (change["finding"], change["document"], change["decision"]) == (first.id, DOCUMENT.sha256, "accepted")
    assert (change["start"], change["end"], change["operations"]) == (first.start, first.end, ["set-decision"])
    assert found[2].details["model"]["sha256"] == make_analysis(DOCUMENT).model.sha256
    assert workspace.verify().is_whole
    assert workspace.verify().head is not None
    assert workspace.audit_head() == workspace.verify().head.hash


def test_no_words_are_in_the_log_unless_asked(workspace: Workspace) -> None:
    finding = workspace.findings(DOCUMENT.sha256)[0]
    workspace.apply(SetComment(finding.id, "Secret words"))
    written = b"".join(sealed.content for sealed in workspace.audit.sealed())
    assert b"Secret" not in written
    assert finding.text.encode()[:20] not in written
    workspace.tells_texts = True
    workspace.apply(SetComment(finding.id, "Told words"))
    written = b"".join(sealed.content for sealed in workspace.audit.sealed())
    assert b"words" not in written  # they lie beside it
    ((_, _, notes),) = workspace.audit.told(workspace.audit.head().count)
    assert notes[DOCUMENT.sha256][finding.id]["comment"] == "Told words"
    assert workspace.verify().is_whole


def test_an_entry_is_rolled_back_with_what_it_tells_of(workspace: Workspace) -> None:
    head, findings = workspace.audit_head(), workspace.findings(DOCUMENT.sha256)
    with pytest.raises(KeyError):
        workspace.apply(SetDecisions((findings[0].id, "unknown"), "accepted"))
    assert workspace.audit_head() == head
    assert workspace.findings(DOCUMENT.sha256) == findings
    assert workspace.verify().is_whole


def test_a_name_is_told_on_one_line_however_it_is_written(workspace: Workspace) -> None:
    finding = workspace.findings(DOCUMENT.sha256)[0]
    names = {"Sato\n\x1b[31m  Kenji": "Sato \x1b[31m Kenji", "\ud800": "?", "佐藤" * 9999: "佐藤" * 100}
    for number, name in enumerate(names):
        workspace.reviewer = name
        workspace.library.remove(DOCUMENT.sha256) if number % 2 else workspace.library.restore(DOCUMENT.sha256)
        assert entries(workspace)[-1].by == names[name]
        workspace.apply(SetComment(finding.id, f"{number}"))
        workspace.apply(SetDecision(finding.id, ("accepted", "rejected")[number % 2]))
    assert workspace.verify().is_whole
    assert read_review(hand_over(workspace), "review").reviewer == "佐藤" * 100
    told = CliRunner().invoke(app, ["audit", "show", str(workspace.path)]).stdout
    assert "\x1b" not in told
    assert max(map(len, told.splitlines())) < 400


def test_entries_that_damage_took_hide_no_other_problem_and_no_acknowledgement(workspace: Workspace) -> None:
    for number in range(4):
        workspace.apply(SetComment(workspace.findings(DOCUMENT.sha256)[0].id, f"{number}"))
    workspace.close()
    with closing(sqlite3.connect(workspace.path)) as other:
        name, sql = other.execute("SELECT name, sql FROM sqlite_schema WHERE name LIKE '%shortened'").fetchone()
        other.execute(f"DROP TRIGGER {name}")
        other.execute("DELETE FROM audit_notes WHERE number IN (4, 5)")
        other.execute("DELETE FROM audit_log WHERE number IN (4, 5)")
        other.execute(sql)
        other.commit()
    with Workspace.open(workspace.path) as damaged:
        assert set(codes(damaged)) == {"missing-entries", "broken-chain", "history-changed"}
        head = damaged.audit_head()
        assert damaged.verify(head).asked_head == damaged.audit.head().count
        damaged.audit_acknowledged()
        assert "cut-off" not in codes(damaged)


def test_the_table_forbids_changes(workspace: Workspace) -> None:
    workspace.apply(SetDecision(workspace.findings(DOCUMENT.sha256)[0].id, "accepted"))
    with closing(sqlite3.connect(workspace.path)) as other:
        for statement in (
            "UPDATE audit_log SET signer = 'x'",
            "DELETE FROM audit_log",
            "UPDATE audit_notes SET salt = 0",
        ):
            with pytest.raises(sqlite3.IntegrityError):
                other.execute(statement)
        name = "audit_log_is_not_changed"
        other.executescript(
            f"DROP TRIGGER {name}; CREATE TRIGGER {name} BEFORE UPDATE ON audit_log BEGIN SELECT 1; END"
        )
    assert [problem.what for problem in workspace.verify().problems] == [name], "a guard that guards nothing"


def test_a_workspace_of_before_the_log_begins_it_with_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "w.fusen"
    with Workspace.open(tmp_path / "newer.fusen") as newer:
        newer.save_analysis(DOCUMENT, make_analysis(DOCUMENT))
        newer.apply(SetDecision(newer.findings(DOCUMENT.sha256)[0].id, "accepted"))
        newer.undo()
        newer.apply(SetDecision(newer.findings(DOCUMENT.sha256)[1].id, "rejected"))
    with closing(connect(path, migration_scripts()[:BEFORE_THE_LOG])) as old:
        old.execute("ATTACH ? AS newer", (str(tmp_path / "newer.fusen"),))
        with transaction(old, path):
            for table in ("documents", "analyses", "findings", "history"):
                names = ", ".join(f'"{row[1]}"' for row in old.execute(f"PRAGMA main.table_info({table})"))
                old.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM newer.{table}")  # noqa: S608 -- names above
    with Workspace.open(path) as workspace:
        (first,) = entries(workspace)
        assert first.kind == "log-begun"
        assert [review["finding"] for review in first.details["reviews"]] == [workspace.findings(DOCUMENT.sha256)[1].id]
        assert workspace.verify().is_whole
        workspace.undo()
        assert workspace.verify().is_whole
    with closing(sqlite3.connect(path)) as other:
        other.execute("UPDATE findings SET importance = 0.5 WHERE rowid = 1")
        other.commit()
    with Workspace.open(path) as workspace:
        assert codes(workspace) == ["proposals-changed"]


def test_a_cut_off_end_is_noticed_where_it_was_seen_or_its_head_is_known(workspace: Workspace, own_keys: Path) -> None:
    finding = workspace.findings(DOCUMENT.sha256)[0]
    copy = workspace.path.with_name("copy.fusen")
    with closing(sqlite3.connect(copy)) as target, closing(sqlite3.connect(workspace.path)) as source:
        source.backup(target)
    workspace.apply(SetDecision(finding.id, "accepted"))
    head = workspace.audit_head()
    assert workspace.verify(head).asked_head == workspace.verify().head.count
    with Workspace.open(copy) as earlier:
        assert codes(earlier) == ["cut-off"]
        earlier.apply(SetDecision(finding.id, "rejected"))  # does not move the record on
        assert codes(earlier) == ["other-history"]
        for record in own_keys.rglob("*/*.json"):
            record.unlink()
        assert codes(earlier) == []  # another machine cannot tell from the file alone
        assert [problem.code for problem in earlier.verify(head).problems] == ["head-not-found"]


def test_what_was_wrong_can_be_acknowledged_and_is_told_for_ever(workspace: Workspace) -> None:
    copy = workspace.path.with_name("copy.fusen")
    with closing(sqlite3.connect(copy)) as target, closing(sqlite3.connect(workspace.path)) as source:
        source.backup(target)
    workspace.apply(SetDecision(workspace.findings(DOCUMENT.sha256)[0].id, "accepted"))
    with Workspace.open(copy) as earlier:
        assert [problem.code for problem in earlier.audit_acknowledged().problems] == ["cut-off"]
        assert earlier.verify().is_whole
        assert entries(earlier)[-1].details["problems"] == ["cut-off"]


def test_an_exported_file_is_known_while_it_is_unchanged(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "brief.md"
    file.write_bytes(b"# Brief\n")
    workspace.record_export([file], "md")
    assert entries(workspace)[-1].details["files"] == [
        {"sha256": hashlib.sha256(b"# Brief\n").hexdigest(), "format": "md"}
    ]
    assert [export.name for export in workspace.verify(exported=[file]).exports] == ["brief.md"]
    file.write_bytes(b"# Brief.\n")
    assert [problem.code for problem in workspace.verify(exported=[file]).problems] == ["export-unknown"]
    with pytest.raises(FusenError, match="no file"):
        workspace.verify(exported=[tmp_path / "none"])


def test_an_exported_file_names_the_head_that_the_log_had(workspace: Workspace, tmp_path: Path) -> None:
    head = workspace.audit_head()
    number = len(entries(workspace))
    workspace.apply(SetDecision(workspace.findings(DOCUMENT.sha256)[0].id, "accepted"))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("docProps/custom.xml", f"<vt:lpwstr>{head}</vt:lpwstr>")
    contents = {
        "a.pdf": f"%PDF-1.7\n<</FusenAuditHead({head})>>".encode(),
        "a.docx": packed.getvalue(),
        "a.ics": f"X-FUSEN-AUDIT-HEAD:{head[:56]}\r\n {head[56:]}\r\n".encode(),
        "none.md": f"{DOCUMENT.sha256} {head}0".encode(),
        "torn.docx": packed.getvalue()[:60],
    }
    files = [tmp_path / name for name in contents]
    for file in files:
        file.write_bytes(contents[file.name])
    assert workspace.verify(exported=files).named == tuple((file, number) for file in files[:3])


def test_another_machine_is_another_signer(
    workspace: Workspace, own_keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = signing.signing_key().signer.fingerprint
    monkeypatch.setattr(signing, "key_folder", lambda: own_keys.with_name("elsewhere"))
    with Workspace.open(workspace.path) as elsewhere:
        elsewhere.reviewer = "Suzuki"
        elsewhere.apply(SetDecision(elsewhere.findings(DOCUMENT.sha256)[0].id, "rejected"))
    monkeypatch.setattr(signing, "key_folder", lambda: own_keys)
    report = workspace.verify()
    assert report.is_whole
    assert [(signer.by, signer.fingerprint in report.ours) for signer in report.signers] == [
        ("Sato", True),
        ("Suzuki", False),
    ]
    assert [problem.code for problem in workspace.verify(signers=[ours]).problems] == ["foreign-signer"]
    (stranger,) = report.strangers
    assert stranger.by == "Suzuki"
    assert not workspace.verify(signers=[ours, stranger.fingerprint]).strangers
    told = CliRunner().invoke(app, ["audit", "verify", str(workspace.path)])
    assert (told.exit_code, f"Careful: from entry {stranger.since} on" in told.stdout) == (0, True)
    told = CliRunner().invoke(app, ["audit", "verify", str(workspace.path), "--json"])
    assert [each["what"] for each in json.loads(told.stdout)["warnings"]] == [stranger.fingerprint]
    told = CliRunner().invoke(app, ["audit", "acknowledge", str(workspace.path)])
    assert f"Accepted the key {stranger.fingerprint[:16]} (Suzuki)" in told.stdout
    assert not workspace.verify().strangers
    # Nobody accepts a key but this machine's user.
    monkeypatch.setattr(signing, "key_folder", lambda: own_keys.with_name("elsewhere"))
    assert {signer.by for signer in workspace.verify().strangers} == {"Sato"}


def test_a_new_key_is_endorsed_by_the_one_before(workspace: Workspace) -> None:
    before = signing.signing_key().signer.fingerprint
    after = signing.rotate().signer.fingerprint
    workspace.apply(SetDecision(workspace.findings(DOCUMENT.sha256)[0].id, "accepted"))
    report = workspace.verify()
    assert report.is_whole
    assert [(signer.fingerprint, signer.follows) for signer in report.signers] == [(before, ""), (after, before)]
    assert report.ours == {before, after}


@pytest.mark.skipif(os.name != "posix", reason="rights of files are POSIX's")
def test_the_key_is_the_users_alone_and_stays(own_keys: Path) -> None:
    made = signing.signing_key().signer.fingerprint
    file = own_keys / "audit-key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    signing._held.clear()
    assert signing.signing_key().signer.fingerprint == made
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_keyring_keeps_the_key_where_there_is_one(own_keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring

    held: dict[tuple[str, str], str] = {}
    monkeypatch.setattr(keyring, "get_keyring", lambda: SimpleNamespace(priority=5))
    monkeypatch.setattr(keyring, "set_password", lambda *key: held.update({key[:2]: key[2]}))
    monkeypatch.setattr(keyring, "get_password", lambda *key: held.get(key))
    made = signing.signing_key()
    assert made.part.kept == "keyring"
    assert not (own_keys / "audit-key").exists()
    signing._held.clear()
    assert signing.signing_key().signer.fingerprint == made.signer.fingerprint


def test_what_a_power_failure_or_another_program_left_of_keys_and_heads_is_no_tampering(
    workspace: Workspace, own_keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for record in (own_keys / "heads").iterdir():
        record.write_bytes(bytes(20))
    assert workspace.verify().is_whole
    assert workspace.verify().seen is None
    # Two programs make the first key at the same moment: the head is the one's, the secret that stays the other's.
    parts = own_keys / "audit-key.json"
    ours, written = signing.signing_key(), parts.read_bytes()
    parts.unlink()
    signing._held.clear()
    monkeypatch.setattr(signing, "_load", lambda _folder: None)
    monkeypatch.setattr(signing, "_keep", lambda *_, **__: parts.write_bytes(written) and "file")
    assert signing.signing_key().signer.fingerprint != ours.signer.fingerprint
    assert ours.signer.fingerprint in signing.known_keys()


def test_a_keyring_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    import keyring

    forever = threading.Event()
    monkeypatch.setattr(signing, "KEYRING_SECONDS", 0.05)
    monkeypatch.setattr(keyring, "get_keyring", forever.wait)
    assert signing.signing_key().part.kept == "file"
    forever.set()


def test_forgetting_leaves_no_hash_that_can_be_guessed(workspace: Workspace) -> None:
    finding = workspace.findings(DOCUMENT.sha256)[0]
    workspace.apply(SetComment(finding.id, "no"))
    with closing(sqlite3.connect(workspace.path)) as other:
        assert other.execute("SELECT count(*) FROM audit_notes").fetchone() == (3,)
    with workspace.audit.transaction():
        for table in ("history", "digests", "folded_texts", "folded_findings", "matrix_rows", "analyses", "findings"):
            workspace._connection.execute(f"DELETE FROM {table}")  # noqa: S608 -- names above
        workspace._connection.execute("DELETE FROM documents")
        workspace.audit.forget(DOCUMENT.sha256)
    with closing(sqlite3.connect(workspace.path)) as other:
        assert other.execute("SELECT count(*) FROM audit_notes").fetchone() == (0,)
    assert workspace.verify().is_whole
    workspace.save_analysis(DOCUMENT, make_analysis(DOCUMENT))
    workspace.apply(SetDecision(finding.id, "accepted"))
    assert workspace.verify().is_whole


def test_a_key_that_cannot_be_read_now_is_not_given_up_for_another(
    own_keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = signing.signing_key().signer.fingerprint
    secret = (own_keys / "audit-key").read_bytes()

    def fail(_file: Path) -> None:
        raise OSError(5, "the disk failed")

    signing._held.clear()
    with monkeypatch.context() as failing:
        failing.setattr(signing, "_from_file", fail)
        stand_in = signing.signing_key()
    assert stand_in.part.kept == "nowhere"
    signing._held.clear()
    with monkeypatch.context() as failing:
        failing.setattr(signing, "_read_parts", fail)
        signing.signing_key()
    assert (own_keys / "audit-key").read_bytes() == secret
    signing._held.clear()
    assert signing.signing_key().signer.fingerprint == made
    assert {made, stand_in.signer.fingerprint} <= signing.known_keys().keys(), "what was signed meanwhile is one's own"


def test_a_keyring_that_does_not_answer_now_keeps_its_key(own_keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring

    held: dict[tuple[str, str], str] = {}
    monkeypatch.setattr(keyring, "get_keyring", lambda: SimpleNamespace(priority=5))
    monkeypatch.setattr(keyring, "set_password", lambda *key: held.update({key[:2]: key[2]}))
    monkeypatch.setattr(keyring, "get_password", lambda *key: held.get(key))
    signing.signing_key()
    before = dict(held)
    signing._held.clear()
    answers: list[str] = []

    def locked_at_first(*key: str) -> str | None:
        answers.append("")
        if len(answers) == 1:
            raise RuntimeError("locked")
        return held.get((key[0], key[1]))

    monkeypatch.setattr(keyring, "get_password", locked_at_first)
    assert signing.signing_key().part.kept == "file"
    assert held == before


@pytest.mark.parametrize("call", ["_write_parts", "_keep"])
def test_a_kill_while_a_new_key_is_made_leaves_one_of_the_two_with_its_endorsement(
    call: str, own_keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = signing.signing_key().signer.fingerprint
    done: list[str] = []
    whole = getattr(signing, call)

    def end(*arguments: object, **named: object) -> object:
        if done:
            raise KeyboardInterrupt
        done.append(call)
        result = whole(*arguments, **named)
        if call == "_keep":
            raise KeyboardInterrupt
        return result

    with monkeypatch.context() as killed:
        killed.setattr(signing, call, end)
        with pytest.raises(KeyboardInterrupt):
            signing.rotate()
    signing._held.clear()
    key = signing.signing_key()
    assert key.part.follows in ("", before)
    assert (key.signer.fingerprint == before) != (key.part.follows == before)
    assert before in signing.known_keys()


def test_two_programs_that_make_the_first_key_at_once_have_one(own_keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep = signing._keep

    def keep_slowly(*arguments: Any, **named: Any) -> Any:
        monkeypatch.setattr(signing, "_keep", keep)
        others.append(signing._found_or_made(own_keys))
        return keep(*arguments, **named)

    others: list[signing.SigningKey] = []
    monkeypatch.setattr(signing, "_keep", keep_slowly)
    ours = signing.signing_key()
    assert ours.signer.fingerprint == others[0].signer.fingerprint
    signing._held.clear()
    assert signing.signing_key().signer.fingerprint == ours.signer.fingerprint
    # Something else in the place of the secret is kept beside it.
    (own_keys / "audit-key").write_text("my own notes")
    (own_keys / "audit-key.json").write_text("[and others]")
    signing._held.clear()
    assert signing.signing_key().part.kept == "file"
    aside = sorted(file.read_text() for file in own_keys.iterdir() if ".damaged-" in file.name)
    assert aside == ["[and others]", "my own notes"]
