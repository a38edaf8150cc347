"""Names of exported files that every system takes, whatever the document or the meeting is called."""

from __future__ import annotations

import re
import unicodedata

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?$", re.IGNORECASE)
_LONGEST_BYTES = 180
"""Of a name that is made here: file systems take 255, and an ending and a number follow."""


def file_stem(text: str) -> str:
    """A name that every system takes as a file's, made of any text; never empty."""
    stem = " ".join(_FORBIDDEN.sub(" ", text).split()).strip(". ")
    while len(stem.encode("utf-8", "replace")) > _LONGEST_BYTES:
        stem = stem[:-1].rstrip(". ")
    return f"_{stem}" if not stem or _RESERVED.match(stem) else stem


def folded(name: str) -> str:
    """The same for all names that some system takes for one: in capitals or not, with accents and marks composed or not."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())
