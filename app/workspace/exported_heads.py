"""Which entry of the audit log an exported file names as its head, whatever its format is: the hash is looked for in its bytes.

No document is opened for that. Parts of office files are unpacked, within bounds; what is under a password cannot be read.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

_HASH = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_FOLD = b"\r\n "
"""What a calendar's long lines are broken with."""
_MOST = 256 << 20
"""Bytes of a file, and of all that is unpacked of it."""
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError, KeyError, OSError)


def head_named_in(file: Path, numbers: Mapping[str, int]) -> int | None:
    """The latest entry whose hash (hex, with its number in `numbers`) stands in the file; None where none does."""
    found = (numbers.get(each.decode()) for piece in _pieces(file) for each in _HASH.findall(piece))
    return max(filter(None, found), default=None)


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        content = stream.read(_MOST)
    if not content.startswith(b"PK\x03\x04"):
        yield content.replace(_FOLD, b"")
        return
    left = _MOST
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            for member in package.infolist():
                left -= member.file_size
                if left > 0 and member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    with package.open(member) as part:
                        yield part.read(member.file_size)
    except _BROKEN:
        return  # no package of an office program: whoever made it, it names no head
