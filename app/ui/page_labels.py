"""Finds a page by what a reader calls it: the file's own label ("iv", "A-3"), or its number. Knows no Qt."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_WORDS = re.compile(r"^(?:pages?|pp?\.?|第)\s*(?=\S)|(?<=\S)\s*(?:ページ|頁|目)+$")


def page_named(labels: Sequence[str], typed: str) -> int | None:
    """The page (from 1) that is called so. `labels` has one entry a page, empty where the file has none for it.

    A label goes before a number: where the file calls its seventh page "3", "3" means that one. Large and small letters,
    full and half width, and words for "page" around it count for nothing.
    """
    wanted = _plain(typed)
    for name in (wanted, _WORDS.sub("", wanted).strip()):
        for number, label in enumerate(labels, start=1):
            if label and _plain(label) == name:
                return number
        if name.isascii() and name.isdecimal() and len(name) < 10 and 1 <= int(name) <= len(labels):
            return int(name)
    return None


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
