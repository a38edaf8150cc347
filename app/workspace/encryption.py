"""Encrypted workspaces: which file is one, the key that opens it, and the keys that this process was given.

An encrypted workspace is one SQLCipher file and nothing beside it: every page is encrypted and authenticated (AES-256,
HMAC-SHA512), and the first sixteen bytes, which SQLCipher keeps in plain sight as its salt, begin with `MAGIC`. So the file
says by itself that it is a workspace and how its key is made, and there is no second file to lose or to part from it. The key
is Argon2id's of the passphrase and that salt. Another passphrase means another salt and a file written anew (`rewriting.py`):
an old passphrase then opens nothing, not even together with an old copy of some header.

Keys live in this process's memory, by the file they open, so that every thread opens the workspace by its path alone.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import threading
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from app.errors import FusenError

MAGIC = b"Fsn1"
"""The last character is the version of how a key is made of a passphrase."""
SALT_BYTES = 16
KEY_BYTES = 32
SHORTEST_PASSPHRASE = 8
_PLAIN_MAGIC = b"SQLite format 3\0"
# SQLCipher 4's own: a page ends with its initial vector and its authentication code.
_PAGE, _CODE, _PAGES_TRIED = 4096, 64, 64

State = Literal["absent", "plain", "encrypted", "foreign"]


@dataclass(frozen=True)
class Cost:
    """What a guess of the passphrase costs: Argon2id's passes over so many KiB in so many lanes."""

    iterations: int = 3
    kibibytes: int = 128 * 1024
    lanes: int = 4


COST = Cost()
"""Of version 1: some 0.4 s on a laptop. The second choice of RFC 9106 with twice its memory. Tests lower it."""


@dataclass(frozen=True)
class Key:
    """Opens one file: the one that begins with `salt`. Neither is ever printed."""

    secret: bytes = field(repr=False)
    salt: bytes = field(repr=False)

    @property
    def specification(self) -> str:
        """As SQLCipher takes it, without its quotes: nothing is derived once more."""
        return f"x'{self.secret.hex()}{self.salt.hex()}'"


class _Keyring:
    """The keys that were given, and the files that are known to need none; any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[Path, Key] = {}
        self._plain: dict[Path, tuple[int, int]] = {}

    def give(self, path: Path, key: Key | None) -> None:
        with self._lock:
            self._plain.pop(path, None)
            if key is None:
                self._keys.pop(path, None)
            else:
                self._keys[path] = key

    def key(self, path: Path) -> Key | None:
        with self._lock:
            return self._keys.get(path)

    def is_plain(self, path: Path, identity: tuple[int, int]) -> bool:
        with self._lock:
            return self._plain.get(path) == identity

    def know_plain(self, path: Path, identity: tuple[int, int]) -> None:
        with self._lock:
            self._plain[path] = identity


_known = _Keyring()


def state_of(path: Path) -> State:
    """What the file at `path` is, by its beginning. `foreign`: neither SQLite's nor ours. Raises `OSError`."""
    place = path.resolve()
    if _known.key(place) is not None:
        return "encrypted"
    try:
        found = path.stat()
    except FileNotFoundError:
        return "absent"
    if found.st_size == 0:
        return "absent"
    # A file is opened here once and not again: closing it would drop the locks that this process holds on it for SQLite.
    identity = (found.st_dev, found.st_ino)
    if _known.is_plain(place, identity):
        return "plain"
    with path.open("rb") as stream:
        head = stream.read(SALT_BYTES)
    if head == _PLAIN_MAGIC:
        _known.know_plain(place, identity)
        return "plain"
    return "encrypted" if head.startswith(MAGIC) and len(head) == SALT_BYTES else "foreign"


def know_plain(path: Path) -> None:
    """Note that this process made a plain file at `path`: nobody need look into it, which would drop the locks on it."""
    found = path.stat()
    _known.know_plain(path.resolve(), (found.st_dev, found.st_ino))


def key_of(path: Path) -> Key | None:
    """The key that this process was given for the file; None for a plain file. Raises FusenError `encrypted`."""
    if state_of(path) != "encrypted":
        return None
    key = _known.key(path.resolve())
    if key is None:
        raise _locked(path)
    return key


def is_locked(path: Path) -> bool:
    """Whether the file is encrypted and no key was given yet."""
    return state_of(path) == "encrypted" and _known.key(path.resolve()) is None


def give_key(path: Path, key: Key | None) -> None:
    """Let this process open the file with `key` from now on; None takes it away, or says that the file is plain now."""
    _known.give(path.resolve(), key)


def unlock(path: Path, passphrase: str) -> Key:
    """Let this process open the encrypted file; half a second.

    Raises FusenError: `wrong-password`; `permission` where the file cannot be read.
    """
    return unlock_with(path, Key(_derive(passphrase, salt := salt_of(path)), salt))


def unlock_with(path: Path, key: Key) -> Key:
    """The same with a key that was kept. Raises FusenError `wrong-password` where it does not open the file (any more)."""
    try:
        right = opens(path, key)
    except OSError as error:
        raise _unreadable(path) from error
    if not right:
        raise FusenError(
            "wrong-password",
            f"The passphrase does not open {path.name}.",
            "Try again; upper and lower case count. Without the passphrase nobody can open the workspace, Fusen neither.",
        )
    give_key(path, key)
    return key


def new_key(passphrase: str) -> Key:
    """A key for a file that is to be written. Raises FusenError `wrong-password` for a passphrase that protects nothing."""
    if len(_normal(passphrase)) < SHORTEST_PASSPHRASE:
        raise FusenError(
            "wrong-password",
            f"The passphrase is too short: {SHORTEST_PASSPHRASE} characters are the least.",
            "Several words that do not belong together are easy to keep in mind and hard to guess.",
        )
    salt = MAGIC + secrets.token_bytes(SALT_BYTES - len(MAGIC))
    return Key(_derive(passphrase, salt), salt)


def opens(path: Path, key: Key) -> bool:
    """Whether a page was written with this key, of many all over the file: damage does not make a passphrase wrong."""
    if salt_of(path) != key.salt:
        return False
    # SQLCipher's code of a page: HMAC-SHA512 over content, initial vector and number, with a key of its own.
    secret = hashlib.pbkdf2_hmac("sha512", key.secret, bytes(byte ^ 0x3A for byte in key.salt), 2, KEY_BYTES)
    with path.open("rb") as stream:
        pages = os.fstat(stream.fileno()).st_size // _PAGE
        if pages == 0:
            return True  # what is left of a file that was cut off is damaged, whatever the passphrase
        for number in {1, *range(2, pages + 1, pages // _PAGES_TRIED + 1)}:
            stream.seek((number - 1) * _PAGE)
            page = stream.read(_PAGE)
            start = SALT_BYTES if number == 1 else 0
            code = hmac.new(secret, page[start:-_CODE] + number.to_bytes(4, "little"), "sha512").digest()
            if hmac.compare_digest(code, page[-_CODE:]):
                return True
    return False


def replaced(path: Path) -> FusenError | None:
    """The error where another process changed the protection of a file that this one had opened; what was known is dropped."""
    key = _known.key(path.resolve())
    try:
        begins = salt_of(path)
    except FusenError:
        return None
    if begins == (key.salt if key is not None else _PLAIN_MAGIC) or not begins.startswith((MAGIC, _PLAIN_MAGIC)):
        return None
    give_key(path, None)
    return FusenError(
        "encrypted",
        f"The protection of {path.name} was changed by another program.",
        "Close Fusen and open the workspace again.",
    )


def salt_of(path: Path) -> bytes:
    """What the file begins with. Raises FusenError `permission`."""
    try:
        with path.open("rb") as stream:
            return stream.read(SALT_BYTES)
    except OSError as error:
        raise _unreadable(path) from error


def _unreadable(path: Path) -> FusenError:
    return FusenError(
        "permission", f"The workspace {path} cannot be read.", "Check the rights of the file and its folder."
    )


def _normal(passphrase: str) -> str:
    # The same characters come composed or not, and wide or not, depending on keyboard and system.
    return unicodedata.normalize("NFKC", passphrase)


def _derive(passphrase: str, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id  # not at the start: few workspaces are encrypted

    derivation = Argon2id(
        salt=salt, length=KEY_BYTES, iterations=COST.iterations, lanes=COST.lanes, memory_cost=COST.kibibytes
    )
    return derivation.derive(_normal(passphrase).encode("utf-8", "surrogatepass"))


def _locked(path: Path) -> FusenError:
    return FusenError(
        "encrypted",
        f"{path.name} is encrypted.",
        "Give its passphrase: on the terminal when it is asked for, or with --passphrase-file.",
    )
