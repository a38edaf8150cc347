"""The values that laying out a PDF's pages passes from step to step."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from app.documents.document import BlockType
from app.documents.pdf_lines import Line, Quads
from app.documents.rules import Rules


@dataclass(slots=True, eq=False)
class PageLines:
    """What is laid out: one page's displayed size, its lines and the rules drawn on it."""

    width: float
    height: float
    lines: list[Line]
    rules: Rules = field(default_factory=Rules)


@dataclass(slots=True, eq=False)
class LaidBlock:
    """A finished block: its text and, for each code point, a quad (zeros for a separator)."""

    type: BlockType
    text: str
    quads: Quads
    level: int | None = None


@dataclass(slots=True, eq=False)
class Group:
    """The lines of one block to be."""

    lines: list[Line]
    type: BlockType = "paragraph"
    level: int | None = None


@dataclass(slots=True, eq=False)
class Style:
    """What the whole document has in common: the body's size, its words, the running lines of its pages."""

    size: float
    words: Counter[str] = field(default_factory=Counter)
    running: set[int] = field(default_factory=set)  # id() of lines
