"""Plain text, Markdown, reStructuredText and HTML -> Document: decoded, read into pieces, put together with what was noticed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from app.documents.decoding import declared_encoding, decode
from app.documents.document import Document, Language, Notice
from app.documents.guessing import guess_kind, guess_language
from app.documents.pieces import Pieces, TooManyMarksError, build
from app.documents.plain import read_plain
from app.documents.time_limit import OverdueError, cpu_time
from app.errors import FusenError

LARGEST_TEXT = 32 << 20
"""In bytes: some ten thousand pages. Marks in Markdown and reStructuredText are read to less."""

MOST_LINES = 500_000
"""A book has some ten thousand; each line costs time and memory beside its bytes."""

MOST_TAGS = 1_000_000
"""In HTML, begun and ended; the longest specifications have some hundred thousand."""

LONGEST_PARSING = 8.0
"""Seconds of CPU time for understanding marks; ordinary documents take less than one."""

TextFormat = Literal["text", "markdown", "rst", "html"]

_HEAD = 4096
_JAPANESE = re.compile("[\u3041-\u30ff\u4e00-\u9fff]")


def read_text(path: Path, format_: TextFormat) -> Document:
    """The file as one page without size. Raises `FusenError`, and `OSError` where it cannot be read."""
    with path.open("rb") as file:
        data = file.read(LARGEST_TEXT + 1)  # once, so that hash and text agree also of a file that grows
    if len(data) > LARGEST_TEXT:
        raise FusenError(
            "too-large", f"{path.name} is longer than {LARGEST_TEXT >> 20} MiB of text.", "Split it and open the parts."
        )
    content, notices = decode(data, path.name, declared_encoding(data[:_HEAD]) if format_ == "html" else None)
    if content.count("\n") > MOST_LINES:
        raise FusenError(
            "too-large", f"{path.name} has more than {MOST_LINES:,} lines.", "Split it and open the parts."
        )
    if format_ == "html" and content.count("<") > MOST_TAGS:
        raise FusenError("too-large", f"{path.name} has more than {MOST_TAGS:,} tags.", "Split it and open the parts.")
    read = _READERS[format_](content)
    text, pages, blocks = build(read.pieces)
    if not text:
        raise FusenError("empty", f"{path.name} holds no text.", "Ask for the file again.")
    return Document(
        file=str(path),
        sha256=hashlib.sha256(data).hexdigest(),
        format=format_,
        language=_language(text, read.language),
        kind=guess_kind(text),
        page_count=1,
        text=text,
        pages=pages,
        blocks=blocks,
        warnings=_each_once([*notices, *read.notices]),
    )


def _language(text: str, declared: str | None) -> Language:
    """What the file says of its language, where its letters do not speak against it."""
    tag = (declared or "").lower().partition("-")[0]
    share = len(_JAPANESE.findall(text, 0, _HEAD)) / max(len(text[:_HEAD]), 1)
    if tag == "ja" and share > 0.01:
        return "ja"
    if tag == "en" and share < 0.3:
        return "en"
    return guess_language(text)


def _each_once(notices: list[Notice]) -> tuple[Notice, ...]:
    codes: dict[str, Notice] = {}
    for notice in notices:
        codes.setdefault(notice.code, notice)
    return tuple(codes.values())


# ---- the readers; their parsers are loaded with the first file of their kind


def _markdown(content: str) -> Pieces:
    from app.documents.markdown import LONGEST_MARKDOWN, read_markdown

    return _or_plain(content, read_markdown, len(content) <= LONGEST_MARKDOWN)


def _restructured(content: str) -> Pieces:
    from app.documents.restructured import LONGEST_LINE, LONGEST_RESTRUCTURED, read_restructured

    fits = len(content) <= LONGEST_RESTRUCTURED and all(len(line) <= LONGEST_LINE for line in content.split("\n"))
    return _or_plain(content, read_restructured, fits)


def _page(content: str) -> Pieces:
    from app.documents.web_page import read_page

    return read_page(content)


def _or_plain(content: str, read: Callable[[str], Pieces], fits: bool) -> Pieces:
    """Plain text where marks cannot be understood: its words are what matters."""
    if fits:
        try:
            with cpu_time(LONGEST_PARSING):
                return read(content)
        except (RecursionError, TooManyMarksError, OverdueError):
            pass
    plain = read_plain(content)
    told = "The text is too long or too deeply nested for its marks to be understood: it was read as plain text."
    return Pieces(plain.pieces, [Notice("marks-not-understood", told)], plain.language)


_READERS: dict[TextFormat, Callable[[str], Pieces]] = {
    "text": read_plain,
    "markdown": _markdown,
    "rst": _restructured,
    "html": _page,
}
