"""Compound files that may hold a Word document: one protected by a password, one of the old Word, or something else."""

from __future__ import annotations

import io
import mmap
from pathlib import Path
from typing import Literal

import msoffcrypto
import olefile
from msoffcrypto.format.ooxml import OOXMLFile

from app.errors import FusenError

CompoundKind = Literal["protected", "old-word", "old-word-protected", "other"]

LARGEST_PROTECTED = 256 << 20  # decrypted in memory, never to disk
_PROTECTED_NAME = "EncryptedPackage".encode("utf-16-le")
_PROTECTED_FLAG = 0x0100
_MOST_ROUNDS = 2_000_000
_FAILURES = (
    msoffcrypto.exceptions.DecryptionError,
    msoffcrypto.exceptions.EncryptionError,
    msoffcrypto.exceptions.FileFormatError,
    msoffcrypto.exceptions.InvalidKeyError,
)


def compound_kind(path: Path) -> CompoundKind:
    """What a compound file holds; by its directory, or by a look at its bytes where that is damaged."""
    try:
        with olefile.OleFileIO(str(path)) as compound:
            if compound.exists("EncryptedPackage"):
                return "protected"
            if compound.exists("WordDocument"):
                head = compound.openstream("WordDocument").read(12)
                flags = int.from_bytes(head[10:12], "little")
                return "old-word-protected" if flags & _PROTECTED_FLAG else "old-word"
            return "other"
    except MemoryError:
        raise
    except Exception:
        # The library lets the errors of its own parsing through; all of them mean a directory that is not whole.
        return "protected" if _mentions_protection(path) else "other"


def unlocked(path: Path, password: str | None) -> io.BytesIO:
    """The DOCX in a protected file. Raises `FusenError` "encrypted" without a password, "wrong-password" with another."""
    if not password:
        raise FusenError(
            "encrypted", f"{path.name} is a Word file protected by a password.", "Enter the password to open it."
        )
    if path.stat().st_size > LARGEST_PROTECTED:
        raise FusenError(
            "too-large",
            f"{path.name} is protected by a password and larger than 256 MiB.",
            "Open it in Word and save a copy without a password.",
        )
    plain = io.BytesIO()
    try:
        with path.open("rb") as file:
            protected = msoffcrypto.OfficeFile(file)
            if protected.info.get("spinValue", 0) > _MOST_ROUNDS:
                raise _unknown_protection(path)
            protected.load_key(password=password, verify_password=True)
            protected.decrypt(plain)
    except (FusenError, MemoryError, OSError):
        raise
    except msoffcrypto.exceptions.InvalidKeyError as error:
        raise FusenError(
            "wrong-password", f"The password does not open {path.name}.", "Check the password and try again."
        ) from error
    except Exception as error:
        # The library lets the errors of its parsers through; all of them mean protection that it does not know, or damage.
        raise _unknown_protection(path) from error
    plain.seek(0)
    return plain


def locked_again(plain: io.BytesIO, password: str, name: str) -> bytes:
    """The DOCX under a password, in today's kind of protection. Raises `FusenError` where that does not work."""
    protected, again = io.BytesIO(), io.BytesIO()
    # The library's writing is young (of packages below 4 KB it makes what nobody opens): what cannot be opened is not given out.
    try:
        OOXMLFile(plain).encrypt(password, protected)
        file = msoffcrypto.OfficeFile(protected)
        file.load_key(password=password, verify_password=True)
        file.decrypt(again)
    except _FAILURES:
        again = io.BytesIO()
    if again.getvalue() != plain.getvalue():
        raise FusenError(
            "unsupported",
            f"The copy of {name} could not be put under the password of the original.",
            "Save a copy without a password in Word, analyse that, and export again.",
        )
    return protected.getvalue()


def _unknown_protection(path: Path) -> FusenError:
    return FusenError(
        "unsupported",
        f"{path.name} is protected in a way that Fusen cannot open, or its protection is damaged.",
        "Open it in Word and save a copy without a password.",
    )


def _mentions_protection(path: Path) -> bool:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return data.find(_PROTECTED_NAME) >= 0
