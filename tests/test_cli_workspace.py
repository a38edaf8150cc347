"""`fusen workspace …`, and the other commands on an encrypted workspace; what they ask for is nowhere to be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from samples import make_analysis, make_document
from typer.testing import CliRunner, Result

import app.cli
from app.cli_passphrase import login_name
from app.workspace import encryption
from app.workspace.encryption import Cost
from app.workspace.in_use import note_path
from app.workspace.store import Workspace

DOCUMENT = make_document()
PASSPHRASE = "correct horse battery"


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
    (tmp_path / "secret.txt").write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    (tmp_path / "other.txt").write_text("another passphrase\r\n", encoding="utf-8")
    return path


def fusen(*arguments: Any, keys: bool = False) -> Result:
    """As a program of its own: with no key from the command before, unless `keys`."""
    if not keys:
        encryption._known = encryption._Keyring()
    result = CliRunner().invoke(app.cli.app, [str(argument) for argument in arguments])
    assert PASSPHRASE not in result.output
    return result


def test_encrypting_using_another_passphrase_decrypting(stored: Path) -> None:
    secret, other = stored.with_name("secret.txt"), stored.with_name("other.txt")
    result = fusen("workspace", "encrypt", stored, "--passphrase-file", secret)
    assert result.exit_code == 0, result.output
    assert "nobody can open" in result.output
    refused = fusen("export", stored, "--to", "json", "--out", stored.parent / "out")
    assert refused.exit_code == 1
    assert "encrypted" in refused.output
    assert "--passphrase-file" in refused.output
    wrong = fusen("export", stored, "--to", "json", "--out", stored.parent / "out", "--passphrase-file", other)
    assert wrong.exit_code == 1
    assert "does not open" in wrong.output
    given = ("--passphrase-file", secret)
    assert fusen("export", stored, "--to", "json", "--out", stored.parent / "out", *given).exit_code == 0
    assert fusen("workspace", "passphrase", stored, *given, "--new-passphrase-file", other).exit_code == 0
    assert fusen("workspace", "decrypt", stored, *given).exit_code == 1
    assert fusen("workspace", "decrypt", stored, "--passphrase-file", other).exit_code == 0
    assert encryption.state_of(stored) == "plain"
    with Workspace.open(stored) as workspace:
        told = [(e.kind, e.by) for _, e, _ in workspace.audit.told() if e is not None and e.kind.endswith("crypted")]
    assert told == [(kind, login_name()) for kind in ("encrypted", "encrypted", "decrypted")]


def test_a_passphrase_is_asked_for_twice_before_it_protects(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    answers = [PASSPHRASE, "a typing error", PASSPHRASE, PASSPHRASE]
    monkeypatch.setattr("app.cli_passphrase.ask", lambda _words: answers.pop(0))
    assert fusen("workspace", "encrypt", stored).exit_code == 1
    assert encryption.state_of(stored) == "plain"
    assert fusen("workspace", "encrypt", stored).exit_code == 0
    assert encryption.state_of(stored) == "encrypted"
    assert not answers


def test_without_a_terminal_nothing_is_asked(stored: Path) -> None:
    result = fusen("workspace", "encrypt", stored)
    assert result.exit_code == 1
    assert "no terminal" in result.output
    assert encryption.state_of(stored) == "plain"


def test_who_stops_it_late_is_not_told_that_nothing_happened(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("app.workspace.rewriting._rewrite_all", stop)
    result = fusen("workspace", "encrypt", stored, "--passphrase-file", stored.with_name("secret.txt"))
    assert (result.exit_code, encryption.state_of(stored)) == (130, "encrypted")
    assert "done already" in result.output


@pytest.mark.parametrize("called", [DOCUMENT.file, DOCUMENT.sha256])
def test_forgetting_a_document(stored: Path, called: str) -> None:
    unsure = fusen("workspace", "forget", stored, called)
    assert unsure.exit_code == 1
    assert "cannot be undone" in unsure.output
    result = fusen("workspace", "forget", stored, called, "--yes")
    assert result.exit_code == 0, result.output
    assert DOCUMENT.text[:20].encode() not in stored.read_bytes()
    assert not list(stored.parent.glob("w.fusen-*")), "nor a journal"
    with Workspace.open(stored) as workspace:
        assert workspace.documents() == ()
    assert fusen("workspace", "forget", stored, called, "--yes").exit_code == 1


def test_a_keyring_opens_it_without_a_question(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = _Store()
    monkeypatch.setattr("app.workspace.key_store._store", lambda: store)
    secret = stored.with_name("secret.txt")
    assert fusen("workspace", "encrypt", stored, "--passphrase-file", secret, "--remember").exit_code == 0
    assert PASSPHRASE not in str(store.kept)
    assert fusen("export", stored, "--to", "json", "--out", stored.parent / "out").exit_code == 0
    assert fusen("workspace", "decrypt", stored).exit_code == 0
    assert store.kept == {}, "a key of no use is not left there"


def test_on_a_network_drive_nobody_comes_while_the_user_is_asked(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    monkeypatch.setattr("app.workspace.sharing.is_remote", lambda _path: True)
    monkeypatch.setattr("app.cli_workspace._ask_whether", lambda _file: asked.append(note_path(stored).exists()))
    result = fusen("workspace", "forget", stored, DOCUMENT.sha256)
    assert (result.exit_code, asked) == (0, [True]), result.output
    assert not note_path(stored).exists()
    with Workspace.open(stored) as workspace:
        assert workspace.documents() == ()
        assert workspace.verify().is_whole


def test_without_a_keyring_it_says_so_and_writes_nothing(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.workspace.key_store._store", lambda: None)
    before = set(stored.parent.iterdir())
    result = fusen("workspace", "encrypt", stored, "--passphrase-file", stored.with_name("secret.txt"), "--remember")
    assert "no keyring" in result.output
    assert encryption.state_of(stored) == "encrypted"
    assert set(stored.parent.iterdir()) == before


class _Store:
    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def set_password(self, service: str, name: str, secret: str) -> None:
        self.kept[service, name] = secret

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get((service, name))

    def delete_password(self, service: str, name: str) -> None:
        del self.kept[service, name]
