"""Pages that a reading leaves out: they took too long, needed too much memory, unpack without end or ended the reader."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from app.documents.document import Notice
from app.errors import FusenError

Reason = Literal["timeout", "out-of-memory", "too-large", "crash"]

NOTHING: Mapping[int, Reason] = MappingProxyType({})

BeginPage = Callable[[int, int], None]
"""Called with a page (from 1) and the number of pages before the page is touched."""

_WORDS: Mapping[Reason, str] = {
    "timeout": "took too long",
    "out-of-memory": "needed too much memory",
    "too-large": "would unpack to more than 128 MB",
    "crash": "stopped the program that reads it",
}
_ADVICE = "The file may be damaged or made to do harm. Open a copy that was saved anew by another program."


def notices(left_out: Mapping[int, Reason]) -> list[Notice]:
    """A warning for each reason, which names the pages; codes are `page-` and the reason."""
    found = []
    for reason, words in _WORDS.items():
        pages = sorted(page for page, why in left_out.items() if why == reason)
        if pages:
            were = "were" if pages[1:] else "was"
            sentence = f"Page{'s' if pages[1:] else ''} {listed(pages)} {words} and {were} left out."
            found.append(Notice(f"page-{reason}", sentence))
    return found


def nothing_left(path: Path, left_out: Mapping[int, Reason]) -> FusenError:
    """The error of a file of which no page could be read."""
    reasons = set(left_out.values())
    if "timeout" in reasons:
        return FusenError("timeout", f"{path.name} took too long to read and was given up.", _ADVICE)
    if "out-of-memory" in reasons:
        return FusenError("out-of-memory", f"{path.name} needs more memory than a document may take.", _ADVICE)
    if "too-large" in reasons:
        return FusenError("too-large", f"{path.name} unpacks to more than can be read.", _ADVICE)
    return FusenError("damaged", f"{path.name} stopped the program that reads it, at every page.", _ADVICE)


def listed(pages: Collection[int]) -> str:
    """Page numbers for people, at most twenty entries; three and more that follow each other are one: 3–7."""
    runs: list[tuple[int, int]] = []
    for page in sorted(pages):
        if runs and page == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], page)
        else:
            runs.append((page, page))
    entries = [entry for first, last in runs for entry in _entries(first, last)]
    return ", ".join(entries[:20]) + (f" and {len(entries) - 20} more" if entries[20:] else "")


def _entries(first: int, last: int) -> list[str]:
    return [f"{first}\u2013{last}"] if last - first > 1 else [str(page) for page in range(first, last + 1)]
