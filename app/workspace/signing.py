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
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import msgspec
from platformdirs import user_data_path

from app.export.writing import put_aside, write_private
from app.review.audit import Signer, fingerprint, unhex

log = logging.getLogger(__name__)

KEYRING_SECONDS = 20.0
"""A keyring may ask the user for its password; after so long the key is kept in a file instead."""

_SERVICE, _NAME = "fusen", "audit-key"
_SECRET, _PUBLIC = "audit-key", "audit-key.json"


Kept = Literal["keyring", "file", "nowhere"]
_PLACES: tuple[Kept, ...] = ("keyring", "file")


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
            _held[folder] = _found_or_made(folder)
        return _held[folder]


def _found_or_made(folder: Path) -> SigningKey:
    """A key that is there and cannot be had now is not given up for another one."""
    places: Collection[Kept] = _PLACES
    try:
        if (found := _load(folder)) is not None:
            return found
    except TimeoutError as error:
        log.warning("the keyring does not give the audit log's key: %s", error)
        places = _PLACES[1:]
    except OSError as error:
        log.warning("the audit log's key cannot be read: %s", error)
        places = ()
    return _make(folder, _known_parts(folder), None, places)


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
    parts = held.parts if held is not None else _known_parts(key_folder())
    return {part.fingerprint: unhex(part.public_key) for part in parts}


def _load(folder: Path) -> SigningKey | None:
    """The key that is kept; None where there is none. Raises `OSError` where that cannot be told now, see `_from_keyring`."""
    parts = _read_parts(folder)
    kept: Kept = "file"
    secret = _from_file(folder / _SECRET)
    if secret is None and any(part.kept == "keyring" for part in parts):
        secret, kept = _from_keyring(), "keyring"
    if secret is None:
        return None
    signer = Signer(secret)
    if not parts or unhex(parts[-1].public_key) != signer.public:
        # The public file is behind, or lost, or a new key was not kept any more: what is secret decides.
        parts = (*parts, PublicPart(signer.public.hex(), kept))
        _write_parts(folder, parts)
    return SigningKey(signer, parts)


def _make(
    folder: Path, parts: tuple[PublicPart, ...], before: SigningKey | None, places: Collection[Kept] = _PLACES
) -> SigningKey:
    """A new key, in the first of the `places` that takes it; or that of another program which made its first one meanwhile."""
    secret = secrets.token_bytes(32)
    signer = Signer(secret)
    part = PublicPart(signer.public.hex(), "keyring")  # by which it is looked for in the file as well
    if before is not None:
        endorsement = before.signer.endorse(signer.public).hex()
        part = replace(part, follows=before.signer.fingerprint, endorsement=endorsement)
    # What is public comes first: after a kill a part too many does no harm, a secret without its endorsement would.
    _write_parts(folder, (*parts, part))
    try:
        kept = _keep(folder, secret, places, first=before is None)
    except FileExistsError:
        found = _load(folder)
        if found is not None:
            return found
        kept = "nowhere"
    # What that other program signed is this user's as well.
    others = [each for each in _known_parts(folder) or parts if each.public_key != part.public_key]
    parts = (*others, replace(part, kept=kept))
    _write_parts(folder, parts)
    return SigningKey(signer, parts)


def _keep(folder: Path, secret: bytes, places: Collection[Kept], *, first: bool) -> Kept:
    """Raises `FileExistsError` where the `first` key is there already."""
    file = folder / _SECRET
    if "keyring" in places and _into_keyring(secret):
        with contextlib.suppress(OSError):
            file.unlink(missing_ok=True)
        return "keyring"
    if "file" not in places:
        return "nowhere"
    try:
        if first and file.exists() and _from_file(file) is None:
            put_aside(file)  # it holds something else
        write_private(file, secret.hex().encode() + b"\n", new=first)
    except FileExistsError:
        raise
    except OSError as error:
        log.warning("the audit log's key cannot be kept: %s", error)
        return "nowhere"
    return "file"


def _from_file(file: Path) -> bytes | None:
    """The secret that is kept there; None where none is. Raises `OSError` where it cannot be read."""
    try:
        if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
            file.chmod(0o600)
        secret = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except (FileNotFoundError, ValueError):
        return None
    return secret if len(secret) == 32 else None


def _read_parts(folder: Path) -> tuple[PublicPart, ...]:
    """What is public; nothing where there is nothing, or no more than damage. Raises `OSError` where it cannot be read."""
    try:
        return _parts.decode((folder / _PUBLIC).read_bytes())
    except (FileNotFoundError, msgspec.MsgspecError):
        return ()


def _known_parts(folder: Path) -> tuple[PublicPart, ...]:
    try:
        return _read_parts(folder)
    except OSError:
        return ()


def _write_parts(folder: Path, parts: tuple[PublicPart, ...]) -> None:
    """Those that are written already and are not among these stay, before them."""
    file = folder / _PUBLIC
    try:
        held, ours = _read_parts(folder), {part.public_key for part in parts}
        if not held and file.exists():
            put_aside(file)
        others = [part for part in held if part.public_key not in ours]
        write_private(file, msgspec.json.encode((*others, *parts)))
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
    """The secret that it keeps; None where it has none. Raises `TimeoutError` where it does not answer."""

    def ask() -> bytes:
        import keyring

        return unhex(keyring.get_password(_SERVICE, _NAME) or "")

    secret = _asked(ask)
    if secret is None:
        raise TimeoutError("it is locked, or not there")
    return secret if len(secret) == 32 else None


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
