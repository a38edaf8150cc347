"""Sets a portion of a document as a `QTextDocument`, and keeps which offset stands where in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby, pairwise

from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextOption,
    QTextTable,
    QTextTableFormat,
)

from app.documents.document import Block, Comment, Document, Revision
from app.ui.flow.list_marks import ListMarks, shown_mark
from app.ui.flow.offsets import OffsetMap, units
from app.ui.flow.plan import Marks, Plan, Portion
from app.ui.flow.styles import CELL, COLUMN, GRID, WRAP, Looks, Style, space_between, style_of
from app.ui.flow.table_shape import PADDING, SMALL_PADDING, Shape, arrange, shape_of

LONGEST_DELETION, MOST_DELETIONS = 2000, 200
"""In characters, and at one place: what was deleted must not be longer than what is there."""

_BEYOND = 1 << 60
"""No offset is so high."""

# Qt ends a paragraph at these, and draws nothing or a box for others; an override of the writing direction would show other
# words than the ones that are read. One unit stays one unit.
_SHOWN = {
    **dict.fromkeys([*range(9), *range(11, 32), 0x7F, 0x2029, 0xFDD0, 0xFDD1, 0xFFFC], "\u00a0"),
    ord("\n"): "\u2028",
    0x202D: "\u2194",
    0x202E: "\u2194",
}


@dataclass(slots=True)
class SetText:
    """A portion as it was set. `above` is its distance from the portion before it, in points, no part of `document`."""

    document: QTextDocument
    above: float = 0.0
    offsets: OffsetMap = field(default_factory=OffsetMap)
    changes: list[tuple[int, int, Revision]] = field(default_factory=list)  # first position and behind the last
    comments: list[tuple[int, Comment]] = field(default_factory=list)  # the position of each one's place
    tables: list[tuple[QTextTable, Shape, bool]] = field(default_factory=list)  # whether it is set in small letters

    def lay_out(self, width: float) -> None:
        """Break lines and divide tables for this width in points, if that is not done."""
        if self.document.textWidth() == width:
            return
        percent = QTextLength.Type.PercentageLength
        for table, shape, small in self.tables:
            layout = table.format()
            whole, columns = shape.widths(width, small=small)
            layout.setWidth(QTextLength(percent, whole))
            layout.setColumnWidthConstraints([QTextLength(percent, column) for column in columns])
            table.setFormat(layout)
        self.document.setTextWidth(width)
        self.document.size()  # lays it out


class Setter:
    """Sets the portions of one document, in one theme, with its tracked changes or as if all were accepted."""

    def __init__(self, document: Document, plan: Plan, marks: Marks, looks: Looks, *, changes: bool) -> None:
        self._document = document
        self._plan = plan
        self._marks = marks
        self._looks = looks
        self._changes = changes
        self._shapes: dict[int, Shape | None] = {}
        self._metrics: dict[int, QFontMetricsF] = {}
        self._marks_of_lists = ListMarks(document, self._width)

    def set(self, number: int) -> SetText:
        """The portion, without a width yet."""
        text = QTextDocument()
        text.setUndoRedoEnabled(False)
        text.setDocumentMargin(0)
        text.setDefaultFont(self._looks.font)
        option = QTextOption()
        option.setWrapMode(WRAP)
        text.setDefaultTextOption(option)
        portion = self._plan.portions[number]
        writer = _Writer(SetText(text), self._looks, self._style_before(portion))
        self._write(writer, portion)
        return writer.set

    def _style_before(self, portion: Portion) -> Style | None:
        if portion.first == 0:
            return None
        block = self._document.blocks[portion.first - 1]
        table = self._table(block)
        if table is not None:
            return Style("table", table)
        return style_of(block, self._document.language)

    def _write(self, writer: _Writer, portion: Portion) -> None:
        blocks = self._document.blocks
        numbers = range(portion.first, portion.last)
        if not blocks and self._changes:
            for deletion in self._marks.deleted(0, _BEYOND)[:MOST_DELETIONS]:
                writer.deleted_paragraph(deletion)
        for table, group in groupby(numbers, lambda number: self._table(blocks[number])):
            if table is None:
                for number in group:
                    self._write_block(writer, portion, number)
            else:
                self._write_table(writer, portion, list(group), table)

    def _table(self, block: Block) -> int | None:
        """The table in which to set a block, if it is to be set in one."""
        return block.cell.table if block.cell is not None and self._shape(block) is not None else None

    def _shape(self, block: Block) -> Shape | None:
        if block.cell is None or block.type in ("page-header", "page-footer", "footnote"):
            return None
        table = block.cell.table
        if table not in self._shapes:
            first, measure = self._plan.tables[table], partial(self._width, CELL)
            self._shapes[table] = shape_of(self._document.text, self._document.blocks, first, table, measure)
        return self._shapes[table]

    # ---- blocks

    def _write_block(self, writer: _Writer, portion: Portion, number: int) -> None:
        block = self._document.blocks[number]
        start, end = max(block.start, portion.start), min(block.end, portion.end)
        inline, before, behind = self._deletions(number, start, end)
        for deletion in before:
            writer.deleted_paragraph(deletion)
        style, text = self._styled(writer, number, start, self._document.text[start:end])
        writer.begin(style)
        if style.bullet and not style.joined:
            writer.bullet(style)
        self._write_text(writer, style, start, text, inline)
        for deletion in behind:
            writer.deleted_paragraph(deletion)

    def _styled(self, writer: _Writer, number: int, start: int, text: str) -> tuple[Style, str]:
        """The style of a block and the text to show; the space behind a list item's mark becomes a step to its column."""
        block = self._document.blocks[number]
        style = writer.placed(style_of(block, self._document.language))
        length = self._marks_of_lists.length(block) if style.name in ("list-item", "heading", "paragraph") else 0
        if length or block.bullet or style.name == "list-item":
            hang = self._marks_of_lists.hang(number, self._looks.size(style))
            style = replace(style, hang=hang, bullet=block.bullet, marked=bool(length) or block.bullet)
        if length and start == block.start:
            text = shown_mark(text[:length]) + text[length:]
        return replace(style, joined=start > block.start), text

    def _width(self, size: int, words: str) -> float:
        """How long words are on a line, in points."""
        if size not in self._metrics:
            font = QFont(self._looks.font)
            font.setPixelSize(size)
            self._metrics[size] = QFontMetricsF(font)
        return self._metrics[size].horizontalAdvance(words)

    def _deletions(self, number: int, start: int, end: int) -> tuple[list[Revision], list[Revision], list[Revision]]:
        """What was deleted in a part of a block: within its text, and whole paragraphs before and behind it."""
        if not self._changes:
            return [], [], []
        blocks = self._document.blocks
        low, high = start, end
        if start == blocks[number].start:
            low = blocks[number - 1].end + 1 if number else 0
        if end == blocks[number].end:
            high = end + 1 if number + 1 < len(blocks) else _BEYOND
        found = self._marks.deleted(low, high)[:MOST_DELETIONS]
        inline = [r for r in found if not r.apart or start < r.start < end]
        apart = [r for r in found if r.apart and not start < r.start < end]
        return inline, [r for r in apart if r.start <= start], [r for r in apart if r.start > start]

    # ---- text

    def _write_text(self, writer: _Writer, style: Style, start: int, text: str, deleted: Sequence[Revision]) -> None:
        end = start + len(text)
        letters = self._looks.letters(style)
        changed = self._marks.changed(start, end) if self._changes else []
        comments = self._marks.comments(start, end)
        cuts = {start, end}
        for first, last in [*((r.start, r.end) for r in changed), *((c.start, c.end) for c in comments)]:
            cuts.update((max(first, start), min(last, end)))
        cuts.update(min(max(deletion.start, start), end) for deletion in deleted)
        waiting = list(deleted)
        for first, last in pairwise(sorted(cuts)):
            while waiting and waiting[0].start <= first:
                writer.deleted(waiting.pop(0), letters)
            over = [revision for revision in changed if revision.start <= first and last <= revision.end]
            shown = self._looks.revised(letters, over[-1].kind) if over else letters
            if any(comment.start <= first and last <= comment.end for comment in comments):
                shown = self._looks.commented(shown)
            writer.insert(first, text[first - start : last - start], shown, over)
        for deletion in waiting:
            writer.deleted(deletion, letters)
        places = [comment for comment in comments if start <= comment.start < end]
        writer.set.comments += [(writer.set.offsets.position(comment.start), comment) for comment in places]

    # ---- tables

    def _write_table(self, writer: _Writer, portion: Portion, numbers: Sequence[int], table: int) -> None:
        shape, blocks = self._shapes[table], self._document.blocks
        assert shape is not None  # noqa: S101 -- its blocks would not be here
        cells = [cell for number in numbers if (cell := blocks[number].cell) is not None]
        rows, sizes, places = arrange(cells, shape)
        by_cell: dict[tuple[int, int], list[int]] = {}
        for number, cell in zip(numbers, cells, strict=True):
            by_cell.setdefault(places[cell], []).append(number)
        grid = writer.begin_table(rows, shape, table, small=shape.is_crowded(COLUMN))
        for (row, column), (high, wide) in sizes.items():
            if (high, wide) != (1, 1):
                grid.mergeCells(row, column, high, wide)
        for key in sorted(by_cell):
            writer.begin_cell(grid, key)
            for number in by_cell[key]:
                self._write_block(writer, portion, number)
        writer.end_table(grid, table)


class _Writer:
    """The place in a set text at which is written, and what stands above it."""

    def __init__(self, text: SetText, looks: Looks, above: Style | None) -> None:
        self.set = text
        self.cursor = QTextCursor(text.document)
        self._looks = looks
        self._above = above
        self._fresh = self._first = True  # the block at the cursor is not yet in use; nothing is
        self._position = 0
        self._table: QTextTable | None = None  # the one that ended just above
        self._within = Style("page")

    def begin(self, style: Style) -> None:
        """A block begins."""
        space = self._space(style)
        if self._table is not None:
            # Behind a table Qt minds the table's margin, not the paragraph's.
            margins = self._table.format()
            margins.setBottomMargin(space)
            self._table.setFormat(margins)
            self._table, space = None, 0.0
        layout = self._looks.block_format(style, space)
        letters = self._looks.letters(style)
        if self._fresh:
            self.cursor.setBlockFormat(layout)
            self.cursor.mergeBlockCharFormat(letters)  # a table cell keeps in it what is merged
        else:
            self.cursor.insertBlock(layout, letters)
            self._position += 1
        self._fresh, self._above = False, style

    def placed(self, style: Style) -> Style:
        """The style as it is where the writer stands: on the page or in a cell."""
        return replace(style, in_cell=self._within.in_cell, small=self._within.small)

    def _space(self, style: Style) -> float:
        """The distance from what is above; that of the portion's first block is kept apart."""
        space = space_between(self._above, style)
        if self._first:
            self.set.above, self._first = space, False
            return 0.0
        return space

    def bullet(self, style: Style) -> None:
        """What stands before a list item and is no part of the text."""
        self._show("•\t", self._looks.letters(style))

    def insert(self, start: int, text: str, letters: QTextCharFormat, over: Sequence[Revision] = ()) -> None:
        """Text of the document from offset `start` on."""
        self.set.offsets.add(start, text, self._position)
        size = self._show(text, letters)
        self.set.changes += [(self._position - size, self._position, revision) for revision in over]

    def deleted(self, revision: Revision, letters: QTextCharFormat) -> None:
        """Words that a change took away: they have no offsets."""
        words = revision.text
        if len(words) > LONGEST_DELETION:
            words = words[:LONGEST_DELETION] + "…"
        size = self._show(words, self._looks.revised(letters, "deleted"))
        self.set.changes.append((self._position - size, self._position, revision))

    def deleted_paragraph(self, revision: Revision) -> None:
        """A whole paragraph that a change took away."""
        style = self.placed(Style("paragraph"))
        self.begin(style)
        self.deleted(revision, self._looks.letters(style))

    def _show(self, text: str, letters: QTextCharFormat) -> int:
        self.cursor.insertText(text.translate(_SHOWN), letters)
        size = units(text)
        self._position += size
        return size

    def begin_table(self, rows: int, shape: Shape, number: int, *, small: bool) -> QTextTable:
        """A table begins, its cells still empty."""
        style = Style("table", number)
        layout = QTextTableFormat()
        layout.setBorder(GRID)
        layout.setBorderBrush(QBrush(QColor(self._looks.theme.grid)))
        layout.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        layout.setBorderCollapse(True)
        layout.setCellPadding(SMALL_PADDING if small else PADDING)
        layout.setCellSpacing(0)
        layout.setTopMargin(self._space(style))
        self._table = None
        if not self._fresh:
            # Qt shows nothing of the empty block before a table but its margins.
            self.cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())
        table = self.cursor.insertTable(rows, shape.count, layout)
        self.set.tables.append((table, shape, small))
        self._within = Style("cell", in_cell=True, small=small)
        return table

    def begin_cell(self, table: QTextTable, key: tuple[int, int]) -> None:
        """What is written from now on stands in this cell."""
        self.cursor.setPosition(table.cellAt(*key).firstPosition())
        self._position, self._fresh, self._above = self.cursor.position(), True, None

    def end_table(self, table: QTextTable, number: int) -> None:
        """Go on behind the table, in the block that Qt keeps there."""
        self._table, self._within = table, Style("page")
        self.cursor.movePosition(QTextCursor.MoveOperation.End)
        self._position, self._fresh, self._above = self.cursor.position(), True, Style("table", number)
