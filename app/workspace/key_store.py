"""Keys that the system keeps for its user, through the library keyring: Keychain, Windows' credentials, Secret Service, KWallet.

What is kept is the file's key and not the passphrase, which may open other things as well, under the file's salt, so that it
goes with the file wherever that is moved, and is of no use once the passphrase was changed. Only stores that the system itself
protects are used: where there is none this says so, and nothing is ever written to a file instead.

The system may ask its user before it answers, so every call can take as long as she does: none of them is for Qt's thread.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from app.errors import FusenError
from app.workspace import encryption
from app.workspace.encryption import KEY_BYTES, Key

SERVICE = "Fusen workspace"
_TRUSTED = frozenset(
    f"keyring.backends.{name}" for name in ("macOS", "Windows", "SecretService", "libsecret", "kwallet")
)


def is_available() -> bool:
    """Whether this machine has a store of secrets."""
    return _store() is not None


def remember(key: Key) -> None:
    """Keep a key for the next starts. Raises FusenError `unsupported` where there is no store, `permission` where it refuses."""
    store = _store()
    if store is None:
        raise FusenError(
            "unsupported",
            "This machine has no keyring of the system in which a key could be kept.",
            "The passphrase is asked for at each start.",
        )
    try:
        store.set_password(SERVICE, _name(key.salt), key.secret.hex())
    except Exception as error:  # each system's store has errors of its own
        raise FusenError(
            "permission",
            "The keyring of the system did not take the key.",
            "Unlock the keyring and try again. The passphrase is asked for at each start until then.",
        ) from error


def forget(key: Key) -> None:
    """Keep it no longer; one that was not kept, or a store that does not answer, is no error."""
    store = _store()
    if store is not None:
        with contextlib.suppress(Exception):  # as above
            store.delete_password(SERVICE, _name(key.salt))


def unlock_remembered(path: Path) -> bool:
    """Let this process open the encrypted file with the key that is kept for it; whether one was."""
    salt = encryption.salt_of(path)
    secret = _kept(salt)
    if secret is None:
        return False
    try:
        encryption.unlock_with(path, Key(secret, salt))
    except FusenError:
        return False
    return True


def _kept(salt: bytes) -> bytes | None:
    store = _store()
    if store is None:
        return None
    try:
        secret = bytes.fromhex(store.get_password(SERVICE, _name(salt)) or "")
    except Exception:  # locked, refused, or not what was put in: the passphrase is asked for
        return None
    return secret if len(secret) == KEY_BYTES else None


def _name(salt: bytes) -> str:
    return salt.hex()


def _store() -> Any:
    """The first of the system's own stores, never one that writes to a file; None where there is none."""
    import keyring
    from keyring.backends.chainer import ChainerBackend

    try:
        chosen = keyring.get_keyring()
        stores = chosen.backends if isinstance(chosen, ChainerBackend) else [chosen]
    except Exception:  # a broken configuration of the user's
        return None
    return next((store for store in stores if type(store).__module__ in _TRUSTED), None)
