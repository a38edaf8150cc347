"""How a flowing page looks: sizes, distances and colours by what a block is. Lengths are points."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontInfo,
    QTextBlockFormat,
    QTextCharFormat,
    QTextFormat,
    QTextOption,
)

from app.documents.document import Block, Language, RevisionKind
from app.ui.appearance import JAPANESE_FONTS
from app.ui.theme import Theme

BODY, SMALL, CODE, CELL, SMALL_CELL = 11, 9, 9, 10, 8
HEADINGS = {1: 18, 2: 14, 3: 12}
COLUMN = 432.0
"""Width of the text where there is room: some seventy letters to a line."""

INDENT = 20.0
"""Of a list within a list."""
GRID = 1.0
"""The width of the lines around a table's cells."""

# Lines are at least so high, in parts of the letters' size: the same whether Latin or Japanese letters stand in them.
_LINE = {"en": 1.5, "ja": 1.72}
_LINE_HEADING = {"en": 1.28, "ja": 1.45}
_LINE_CODE = 1.4


@dataclass(frozen=True, slots=True)
class Style:
    """What a block is on the page. `depth` is a heading's or list's level or a table's number, `hang` the room of a mark."""

    name: str
    depth: int = 0
    hang: float = 0.0
    marked: bool = True  # the text begins with its mark
    bullet: bool = False  # the mark is a bullet that the text does not hold
    in_cell: bool = False
    small: bool = False  # in a crowded table
    joined: bool = False  # goes on from the portion before


# What is longer is a clause that the file's author set as a heading to have it numbered; it is read, not looked for.
_LONGEST_HEADING = {"en": 140, "ja": 60}


def style_of(block: Block, language: Language) -> Style:
    """The style of a block on the page; a list item's `hang` is to be added."""
    if block.preformatted:
        return Style("code", (block.level or 0) if block.type == "list-item" else 0)
    if block.type == "heading" and block.end - block.start <= _LONGEST_HEADING[language]:
        return Style("heading", min(max(block.level or 1, 1), 6))
    if block.type == "list-item":
        return Style("list-item", min(max(block.level or 1, 1), 9))
    if block.type in ("footnote", "page-header", "page-footer"):
        return Style(block.type)
    return Style("paragraph")


def space_between(above: Style | None, style: Style) -> float:
    """The distance from the block above, by what both are; nothing above the first one and within a divided paragraph."""
    if above is None or style.joined:
        return 0.0
    if style.in_cell and above.in_cell:
        return 3.0
    names = (above.name, style.name)
    if style.name == "heading":
        # A heading stands nearer to what it heads than to what comes before it.
        return {1: 26.0, 2: 22.0, 3: 16.0}.get(style.depth, 13.0) * (0.45 if above.name == "heading" else 1.0)
    if above.name in ("page-header", "page-footer") or style.name in ("page-header", "page-footer"):
        return 2.0 if above.name == style.name else 22.0
    if "table" in names:
        # A table that goes on from the portion before shares a line with it.
        return -GRID if above == style else 12.0
    if names == ("list-item", "list-item"):
        return 3.5
    if style.name == "footnote":
        return 4.0 if above.name == "footnote" else 20.0
    if above.name == "heading":
        return {1: 9.0, 2: 6.0}.get(above.depth, 4.0)
    return 8.0


class Looks:
    """The formats of one page in one theme. Made anew when the theme changes."""

    def __init__(self, theme: Theme, language: Language, font: QFont) -> None:
        self.theme = theme
        self._language = language
        self.font = QFont(font)
        self.font.setPixelSize(BODY)
        # By its own name: a list of families knows no generic ones such as "monospace".
        fixed = QFontInfo(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)).family()
        self._fixed = [fixed, *JAPANESE_FONTS]
        self.block_format = lru_cache(maxsize=256)(self._block_format)
        self.letters = lru_cache(maxsize=64)(self._letters)

    def size(self, style: Style) -> int:
        """Of the letters."""
        if style.name == "heading":
            return HEADINGS.get(style.depth, BODY) if not style.in_cell else self.size(replace(style, name="cell"))
        if style.name == "code":
            return CODE
        if style.in_cell:
            return SMALL_CELL if style.small else CELL
        return SMALL if style.name in ("footnote", "page-header", "page-footer") else BODY

    def line_height(self, style: Style) -> float:
        """The least height of a line."""
        if style.name == "code":
            return _LINE_CODE * CODE
        heights = _LINE_HEADING if style.name == "heading" or style.in_cell else _LINE
        return heights[self._language] * self.size(style)

    @property
    def body_line(self) -> float:
        """The height of a line of a paragraph."""
        return self.line_height(Style("paragraph"))

    def _block_format(self, style: Style, above: float) -> QTextBlockFormat:
        layout = QTextBlockFormat()
        layout.setLineHeight(self.line_height(style), QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
        layout.setTopMargin(above)
        indent = INDENT * (style.depth - 1) if style.depth and style.name == "list-item" else 0.0
        indent += INDENT * (0.6 + style.depth) if style.name == "code" and not style.in_cell else 0.0
        layout.setLeftMargin(indent + style.hang)
        if style.hang and style.marked and not style.joined:
            layout.setTextIndent(-style.hang)
            layout.setTabPositions([QTextOption.Tab(style.hang, QTextOption.TabType.LeftTab)])
        return layout

    def _letters(self, style: Style) -> QTextCharFormat:
        letters = QTextCharFormat()
        letters.setProperty(QTextFormat.Property.FontPixelSize, self.size(style))
        muted = style.name in ("footnote", "page-header", "page-footer")
        letters.setForeground(QColor(self.theme.muted if muted else self.theme.text))
        if style.name == "heading":
            letters.setFontWeight(QFont.Weight.DemiBold)
        elif style.name == "code":
            letters.setFontFamilies(self._fixed)
            letters.setFontStyleHint(QFont.StyleHint.Monospace)
            letters.setFontFixedPitch(True)
        return letters

    def revised(self, letters: QTextCharFormat, kind: RevisionKind) -> QTextCharFormat:
        """Letters that a tracked change brought, took away or moved; never told by colour alone."""
        changed = QTextCharFormat(letters)
        tint = QColor({"inserted": self.theme.inserted, "deleted": self.theme.deleted}.get(kind, self.theme.moved))
        changed.setForeground(tint)
        if kind == "deleted":
            changed.setFontStrikeOut(True)
        else:
            style = QTextCharFormat.UnderlineStyle
            changed.setUnderlineStyle(style.SingleUnderline if kind == "inserted" else style.DashUnderline)
            changed.setUnderlineColor(tint)
        return changed

    def commented(self, letters: QTextCharFormat) -> QTextCharFormat:
        """Letters that a comment is about."""
        if letters.underlineStyle() != QTextCharFormat.UnderlineStyle.NoUnderline:
            return letters
        changed = QTextCharFormat(letters)
        changed.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
        changed.setUnderlineColor(QColor(self.theme.muted))
        return changed


WRAP = QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
