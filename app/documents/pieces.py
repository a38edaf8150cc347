"""What the readers of text formats share: pieces of text in reading order, lines joined to paragraphs, a document of pieces."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from app.documents.building import TextBuilder
from app.documents.document import Block, BlockType, Cell, Notice, Page

_CJK_EDGE = re.compile("[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")
_HYPHENATED = re.compile(r"([^\W\d_]+)[-\u2010\u00ad]$")
_NEXT_WORD = re.compile(r"[^\W\d_A-Z]+")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_DIVIDED = re.compile(r"(?<![^\W\d_])[^\W\d_]++[-\u2010\u00ad][ \t]*\n\s*[^\W\d_]+")
_NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_PREFIXES = frozenset({"non", "co", "re", "pre", "sub", "self", "anti", "multi", "semi", "cross", "third", "well"})


@dataclass(frozen=True, slots=True)
class Piece:
    """One block to be, before it has its place in the text."""

    type: BlockType
    text: str
    level: int | None = None
    cell: Cell | None = None
    preformatted: bool = False
    bullet: bool = False


@dataclass(frozen=True, slots=True)
class Pieces:
    """What a reader made of a file; `language` is what the file says of it (a tag such as `ja-JP`), if it does."""

    pieces: Sequence[Piece]
    notices: Sequence[Notice] = ()
    language: str | None = None


class TooManyMarksError(Exception):
    """The text holds more marks that nothing closes than can be looked at in time."""


@dataclass(slots=True)
class Words:
    """Counts the words of a text when first asked: most texts have no hyphen at a line's end."""

    text: str
    _counted: Counter[str] = field(default_factory=Counter)

    def __call__(self, word: str) -> int:
        """How often the word occurs, in lower case."""
        if not self._counted:
            whole = _DIVIDED.sub(" ", self.text)  # the halves of a divided word are no words
            self._counted.update(match.group().lower() for match in _WORD.finditer(whole))
        return self._counted[word]


def _no_words(_: str) -> int:
    return 0


def join_lines(lines: Iterable[str], count: Callable[[str], int] = _no_words) -> str:
    """Lines of one paragraph: joined by a space, or by nothing where either side is Japanese, or a word was divided.

    `count` says how often a word occurs in the document, by which a hyphen is known to divide a word or to belong to it.
    """
    parts: list[str] = []
    for line in lines:
        line = line.strip()
        if not line:
            continue
        if parts:
            before = parts[-1]
            if (head := _HYPHENATED.search(before[-60:])) and (tail := _NEXT_WORD.match(line)):
                if _divides(head[1].lower(), tail.group().lower(), count):
                    parts[-1] = before[:-1]
            elif not (_CJK_EDGE.match(before[-1]) or _CJK_EDGE.match(line)):
                parts.append(" ")
        parts.append(line)
    return "".join(parts)


def _divides(first: str, second: str, count: Callable[[str], int]) -> bool:
    """Whether a hyphen between the two only divides a word."""
    whole, hyphenated = count(first + second), count(f"{first}-{second}")
    if whole != hyphenated:
        return whole > hyphenated
    return not (count(first) and count(second)) and first not in _PREFIXES


def build(pieces: Iterable[Piece]) -> tuple[str, tuple[Page, ...], tuple[Block, ...]]:
    """Text, the one page without size, and blocks. Pieces without text are left out."""
    builder = TextBuilder()
    builder.begin_page(0.0, 0.0)
    for piece in pieces:
        text = _NO_TEXT.sub("", piece.text).strip()
        builder.add(
            piece.type, text, piece.level, cell=piece.cell, preformatted=piece.preformatted, bullet=piece.bullet
        )
    text, pages, blocks, _ = builder.finish()
    return text, pages, blocks
