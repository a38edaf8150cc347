"""The key that signs the audit log: one for the user on this machine, made when it is first needed.

Its secret lies in the system's keyring where there is one, else in a file that only the user can read. What is public of it,
and of the keys that it followed, lies in a file beside that.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import stat
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import msgspec
from platformdirs import user_data_path

from app.review.audit import Signer, fingerprint, unhex

log = logging.getLogger(__name__)

KEYRING_SECONDS = 20.0
"""A keyring may ask the user for its password; after so long the key is kept in a file instead."""

_SERVICE, _NAME = "fusen", "audit-key"
_SECRET, _PUBLIC = "audit-key", "audit-key.json"


Kept = Literal["keyring", "file", "nowhere"]


@dataclass(frozen=True, slots=True)
class PublicPart:
    """A key's public half; `endorsement`: the signature by which the key before it, `follows`, named it its follower."""

    public_key: str
    kept: Kept
    follows: str = ""
    endorsement: str = ""

    @property
    def fingerprint(self) -> str:
        """By which it is named."""
        return fingerprint(unhex(self.public_key))


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The key in force, and the public parts of all, the latest last."""

    signer: Signer
    parts: tuple[PublicPart, ...]

    @property
    def part(self) -> PublicPart:
        """What is public of the key in force."""
        return self.parts[-1]


_lock = threading.Lock()
_held: dict[Path, SigningKey] = {}
_parts = msgspec.json.Decoder(tuple[PublicPart, ...])


def key_folder() -> Path:
    """Where keys and heads lie."""
    return user_data_path("fusen", appauthor=False) / "audit"


def signing_key() -> SigningKey:
    """The key in force; made on first use. Where none can be kept, one for as long as the program runs."""
    folder = key_folder()
    with _lock:
        if folder not in _held:
            _held[folder] = _load(folder) or _make(folder, _read_parts(folder), None)
        return _held[folder]


def rotate() -> SigningKey:
    """A new key, which the one in force endorses; its secret replaces that of the old one."""
    before = signing_key()
    folder = key_folder()
    with _lock:
        _held[folder] = _make(folder, before.parts, before)
        return _held[folder]


def known_keys() -> dict[str, bytes]:
    """The public keys of this machine's user by their fingerprints, those that are not in force any more included."""
    with _lock:
        held = _held.get(key_folder())
    parts = held.parts if held is not None else _read_parts(key_folder())
    return {part.fingerprint: unhex(part.public_key) for part in parts}


def write_private(file: Path, content: bytes, *, synced: bool = False) -> None:
    """Write a file that only the user can read, so that after a kill it is the old one or the new one.

    `synced`: after a power failure as well. Raises `OSError`.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=file.name, suffix=".new")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            if synced:
                stream.flush()
                os.fsync(stream.fileno())
        Path(temporary).replace(file)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def _load(folder: Path) -> SigningKey | None:
    parts = _read_parts(folder)
    kept: Kept = "file"
    secret = _from_file(folder / _SECRET)
    if secret is None and parts and parts[-1].kept == "keyring":
        secret, kept = _from_keyring(), "keyring"
    if secret is None:
        return None
    signer = Signer(secret)
    if not parts or unhex(parts[-1].public_key) != signer.public:
        # The public file is behind, or lost: what is secret decides.
        parts = (*parts, PublicPart(signer.public.hex(), kept))
        _write_parts(folder, parts)
    return SigningKey(signer, parts)


def _make(folder: Path, parts: tuple[PublicPart, ...], before: SigningKey | None) -> SigningKey:
    secret = secrets.token_bytes(32)
    signer = Signer(secret)
    part = PublicPart(signer.public.hex(), _keep(folder, secret))
    if before is not None:
        endorsement = before.signer.endorse(signer.public).hex()
        part = replace(part, follows=before.signer.fingerprint, endorsement=endorsement)
    # Another program may have made its first key meanwhile, and what that one signed is this user's as well.
    parts = (*(_read_parts(folder) or parts), part)
    _write_parts(folder, parts)
    return SigningKey(signer, parts)


def _keep(folder: Path, secret: bytes) -> Kept:
    if _into_keyring(secret):
        with contextlib.suppress(OSError):
            (folder / _SECRET).unlink(missing_ok=True)
        return "keyring"
    try:
        write_private(folder / _SECRET, secret.hex().encode() + b"\n", synced=True)
    except OSError as error:
        log.warning("the audit log's key cannot be kept: %s", error)
        return "nowhere"
    return "file"


def _from_file(file: Path) -> bytes | None:
    try:
        if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
            file.chmod(0o600)
        secret = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return None
    return secret if len(secret) == 32 else None


def _read_parts(folder: Path) -> tuple[PublicPart, ...]:
    try:
        return _parts.decode((folder / _PUBLIC).read_bytes())
    except (OSError, msgspec.MsgspecError):
        return ()


def _write_parts(folder: Path, parts: tuple[PublicPart, ...]) -> None:
    try:
        write_private(folder / _PUBLIC, msgspec.json.encode(parts), synced=True)
    except OSError as error:
        log.warning("what is public of the audit log's key cannot be kept: %s", error)


# ---- the system's keyring


def _into_keyring(secret: bytes) -> bool:
    def keep() -> bytes | None:
        import keyring

        if keyring.get_keyring().priority <= 0:  # the one that stands in where there is none
            return None
        keyring.set_password(_SERVICE, _NAME, secret.hex())
        return unhex(keyring.get_password(_SERVICE, _NAME))

    return _asked(keep) == secret


def _from_keyring() -> bytes | None:
    def ask() -> bytes | None:
        import keyring

        return unhex(keyring.get_password(_SERVICE, _NAME))

    secret = _asked(ask)
    return secret if secret is not None and len(secret) == 32 else None


def _asked(question: Callable[[], bytes | None]) -> bytes | None:
    """The keyring's answer; None where it has none in time. It is another program, which may hang or fail in any way."""
    answers: list[bytes | None] = []

    def ask() -> None:
        with contextlib.suppress(Exception):
            answers.append(question())

    thread = threading.Thread(target=ask, name="keyring", daemon=True)
    thread.start()
    thread.join(KEYRING_SECONDS)
    return answers[0] if answers else None
