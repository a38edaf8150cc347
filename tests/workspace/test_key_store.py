"""Only the system's own stores of secrets keep keys: never one that writes to a file."""

from __future__ import annotations

from types import SimpleNamespace

import keyring
import pytest
from keyring.backends.chainer import ChainerBackend

from app.errors import FusenError
from app.workspace import key_store
from app.workspace.encryption import Key

KEY = Key(b"k" * 32, b"Fsn1" + b"s" * 12)


def store_of(module: str) -> object:
    return type("Keyring", (), {"__module__": module})()


@pytest.mark.parametrize(
    ("module", "trusted"),
    [
        ("keyring.backends.SecretService", True),
        ("keyring.backends.macOS", True),
        ("keyring.backends.fail", False),
        ("keyring.backends.null", False),
        ("keyrings.alt.file", False),
        ("keyrings.cryptfile.cryptfile", False),
    ],
)
def test_which_stores_are_trusted(monkeypatch: pytest.MonkeyPatch, module: str, trusted: bool) -> None:
    monkeypatch.setattr(keyring, "get_keyring", lambda: store_of(module))
    assert key_store.is_available() is trusted


def test_of_several_the_systems_own_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    own = store_of("keyring.backends.kwallet")
    chain = ChainerBackend()
    monkeypatch.setattr(ChainerBackend, "backends", [store_of("keyrings.alt.file"), own])
    monkeypatch.setattr(keyring, "get_keyring", lambda: chain)
    assert key_store._store() is own


def test_without_one_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "get_keyring", lambda: store_of("keyring.backends.fail"))
    with pytest.raises(FusenError) as caught:
        key_store.remember(KEY)
    assert caught.value.code == "unsupported"
    key_store.forget(KEY)
    assert key_store._kept(KEY.salt) is None


def test_a_store_that_refuses_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("the user said no")

    store = SimpleNamespace(set_password=refuse, get_password=refuse, delete_password=refuse)
    monkeypatch.setattr(key_store, "_store", lambda: store)
    with pytest.raises(FusenError) as caught:
        key_store.remember(KEY)
    assert caught.value.code == "permission"
    assert key_store._kept(KEY.salt) is None
    key_store.forget(KEY)
