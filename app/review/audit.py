"""The audit log's entries and their chain: canonical JSON, SHA-256, Ed25519. Knows neither files nor Qt.

An entry names the hash of the one before it, so that whoever knows the last hash can tell every change, removal and
reordering before it. Each is signed, so that a chain that was made anew bears another signer. What neither shows, that the
end was cut off, is told by a head that was kept elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

LONGEST_NAME = 200
BEFORE_THE_FIRST = "0" * 64
"""What the first entry names as the hash before it."""

Kind = Literal[
    "workspace-made",
    "log-begun",
    "signer-added",
    "stock-taken",
    "document-opened",
    "document-moved",
    "document-removed",
    "document-restored",
    "document-forgotten",
    "analysed",
    "selection-chosen",
    "version-followed",
    "version-continued",
    "version-unfollowed",
    "shown",
    "second-look",
    "decided",
    "exported",
    "handed-over",
    "merged",
    "encrypted",
    "decrypted",
    "setting-changed",
    "acknowledged",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
FIRST_KINDS: tuple[Kind, ...] = ("workspace-made", "log-begun")

ProblemCode = Literal[
    "log-empty",
    "log-lost",
    "guards-missing",
    "missing-entries",
    "changed-entry",
    "unreadable-entry",
    "wrong-number",
    "broken-chain",
    "no-beginning",
    "unknown-signer",
    "bad-signature",
    "foreign-signer",
    "other-workspace",
    "cut-off",
    "other-history",
    "head-record-changed",
    "head-not-found",
    "export-unknown",
    "note-changed",
    "document-changed",
    "finding-changed",
    "finding-missing",
    "finding-unlogged",
    "finding-forged",
    "proposals-changed",
    "history-changed",
    "analysis-changed",
    "selection-changed",
    "shown-changed",
    "second-looks-changed",
    "shelf-changed",
    "versions-changed",
    "carried-changed",
]

_ENTRY = b"fusen.audit/1\n"
_SUCCESSOR = b"fusen.audit-key/1\n"
_FIELDS = frozenset({"number", "previous", "at", "kind", "by", "signer", "details"})
_MOST_BYTES = 1 << 28  # of one entry: the file may come from someone else


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong, at an entry or (None) with the whole; `what` names the thing: an id, a hash, a count."""

    code: ProblemCode
    entry: int | None = None
    what: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: `by` whom (empty: not said), `signer` the fingerprint of the key, `at` ISO 8601 in UTC.

    `previous` is the hash of the entry before it, in hex.
    """

    number: int
    previous: str
    at: str
    kind: str
    by: str
    signer: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sealed:
    """An entry as it is stored: canonical JSON, its SHA-256 (32 bytes) and the signature of that (64 bytes)."""

    number: int
    signer: str
    content: bytes
    hash: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The log's end: how many entries, and the hash of the last in hex."""

    count: int
    hash: str


class Signer:
    """A private key, from its seed of 32 bytes."""

    def __init__(self, seed: bytes) -> None:
        # Here and not above: the window starts without it.
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw()
        self.fingerprint = fingerprint(self.public)

    def sign(self, message: bytes) -> bytes:
        """The signature, 64 bytes. `message` begins with what it is for."""
        return self._key.sign(message)

    def endorse(self, public: bytes) -> bytes:
        """Say that another key follows this one."""
        return self.sign(_SUCCESSOR + public)


def fingerprint(public: bytes) -> str:
    """By which a public key is named: SHA-256 in hex."""
    return hashlib.sha256(public).hexdigest()


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the key's owner signed this message."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def is_endorsed(public: bytes, by: bytes, signature: bytes) -> bool:
    """Whether the owner of the key `by` said that `public` follows it."""
    return is_signed(by, _SUCCESSOR + public, signature)


def canonical(value: Any) -> bytes:
    """JSON as RFC 8785 has it: one way of writing each value. What UTF-8 cannot hold is written as its escape."""
    import rfc8785

    return rfc8785.dumps(_writable(value))


def written_name(name: str) -> str:
    """A reviewer's name as it is kept: on one line, no longer than other reviewers' programs take, and valid text."""
    return " ".join(name.encode("utf-8", "replace").decode().split())[:LONGEST_NAME]


def _writable(value: Any) -> Any:
    """Tuples as lists; half a surrogate pair, as a file's name may hold, as its escape."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, Mapping):
        return {_writable(key): _writable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_writable(each) for each in value]
    return value


def seal(entry: Entry, signer: Signer) -> Sealed:
    """The entry as it is stored. Raises ValueError for details that JSON does not know."""
    content = canonical({name: getattr(entry, name) for name in sorted(_FIELDS)})
    digest = hashlib.sha256(content).digest()
    return Sealed(entry.number, entry.signer, content, digest, signer.sign(_ENTRY + digest))


def read(sealed: Sealed) -> Entry | None:
    """The entry that is stored; None for anything that `seal` did not write."""
    if len(sealed.content) > _MOST_BYTES:
        return None
    try:
        fields = _parsed(sealed.content)
        if fields is None:
            fields = json.loads(sealed.content)
            if canonical(fields) != sealed.content:
                return None
        if not isinstance(fields, dict) or fields.keys() != _FIELDS:
            return None
    except (ValueError, RecursionError):
        return None
    entry = Entry(**fields)
    texts = (entry.previous, entry.at, entry.kind, entry.by, entry.signer)
    numbered = isinstance(entry.number, int) and not isinstance(entry.number, bool)
    whole = numbered and isinstance(entry.details, dict) and all(isinstance(text, str) for text in texts)
    return entry if whole else None


_BEYOND = re.compile(rb"[\xf0-\xff]")
"""Characters after the first 65,536, by which names are sorted otherwise."""


def _parsed(content: bytes) -> Any:
    """What is written in canonical JSON of the common kind, told many times faster than by `canonical`; None for all else."""
    uncommon: list[str] = []

    def whole(digits: str) -> int | None:
        if len(digits) < 16:
            return int(digits)
        uncommon.append(digits)
        return None

    if content.isascii() or _BEYOND.search(content) is None:
        value = json.loads(content, parse_int=whole, parse_float=uncommon.append, parse_constant=uncommon.append)
        written = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False)
        if not uncommon and written.encode() == content:
            return value
    return None


@dataclass(frozen=True, slots=True)
class KnownSigner:
    """A key that signed entries from number `since` on; `follows` names the key whose owner endorsed it."""

    fingerprint: str
    public: bytes
    since: int
    by: str
    follows: str = ""


@dataclass(slots=True)
class Chain:
    """Goes over the entries in their order; `problems` says what is wrong with those so far.

    `hashes` has the hash of each entry in hex by its number, recomputed from its content.
    """

    problems: list[Problem] = field(default_factory=list)
    signers: dict[str, KnownSigner] = field(default_factory=dict)
    hashes: dict[int, str] = field(default_factory=dict)
    _expected: int = 1
    _last: str = BEFORE_THE_FIRST

    def take(self, sealed: Sealed) -> Entry | None:
        """Look at the next entry; None where nothing can be made of it."""
        found: list[Problem] = []
        if sealed.number != self._expected:
            missing = f"{self._expected}-{sealed.number - 1}"
            found.append(Problem("missing-entries", sealed.number, missing))
        self._expected = sealed.number + 1
        digest = hashlib.sha256(sealed.content).digest()
        if digest != sealed.hash:
            found.append(Problem("changed-entry", sealed.number))
        entry = read(sealed)
        if entry is None:
            found.append(Problem("unreadable-entry", sealed.number))
        else:
            found += self._links(sealed, entry)
        self._last = self.hashes[sealed.number] = digest.hex()
        self.problems += found
        return entry

    @property
    def head(self) -> Head | None:
        """The end of what was looked at."""
        return Head(self._expected - 1, self._last) if self.hashes else None

    def _links(self, sealed: Sealed, entry: Entry) -> Iterable[Problem]:
        number = sealed.number
        if entry.number != number:
            yield Problem("wrong-number", number, str(entry.number))
        if entry.previous != self._last:
            yield Problem("broken-chain", number)
        if (number == 1) != (entry.kind in FIRST_KINDS):
            yield Problem("no-beginning", number)
        if entry.kind in (*FIRST_KINDS, "signer-added"):
            self._introduce(entry)
        signer = self.signers.get(entry.signer)
        if signer is None or sealed.signer != entry.signer:
            yield Problem("unknown-signer", number, entry.signer)
        elif not is_signed(signer.public, _ENTRY + sealed.hash, sealed.signature):
            yield Problem("bad-signature", number)

    def _introduce(self, entry: Entry) -> None:
        """An entry that brings its own signer's key."""
        public = unhex(entry.details.get("public_key"))
        if fingerprint(public) != entry.signer or entry.signer in self.signers:
            return
        before = self.signers.get(str(entry.details.get("follows", "")))
        endorsed = before is not None and is_endorsed(public, before.public, unhex(entry.details.get("endorsement")))
        follows = before.fingerprint if before is not None and endorsed else ""
        self.signers[entry.signer] = KnownSigner(entry.signer, public, entry.number, entry.by, follows)


def unhex(value: Any) -> bytes:
    """The bytes that are written in hex; none for anything else."""
    try:
        return bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError:
        return b""
