"""A document without pages as a column of portions on one paper. Only those near the reader are set; the others are estimated."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QAbstractTextDocumentLayout, QColor, QFont, QPainter, QPalette, QTextBlock

from app.documents.collecting import without_collection
from app.documents.document import Document
from app.ui.appearance import appearance
from app.ui.flow.lines import line_top, rects_of
from app.ui.flow.notes import comment_note, draw_comment, revision_note
from app.ui.flow.plan import Marks, Portion, make_plan
from app.ui.flow.setting import Setter, SetText
from app.ui.flow.styles import BODY, COLUMN, Looks
from app.ui.sheets import Placed, SheetPart, Spots, TextRange

MARGIN, NARROW_MARGIN = 56.0, 30.0
HEAD, FOOT = 44.0, 64.0
NARROWEST, SHORTEST = 220.0, 320.0
SMALLEST_ZOOM, LARGEST_ZOOM = 1.0, 1.25
KEPT = 48
"""Portions that stay set."""

MOST_MEASURED = 240
"""A document of so many portions is laid out to its end while nothing else is to be done, so that nothing moves any more."""


class FlowSheets:
    """`Sheets` of a `Document`: each sheet is a portion. Lengths are points at 100 %."""

    joined = True

    def __init__(self, document: Document, font: QFont) -> None:
        self._document = document
        self._font = font
        with without_collection():  # the document itself may be half a million values to look through
            self._plan = make_plan(document)
            self._marks = Marks(document)
        self._changes = bool(document.revisions)
        self._width = COLUMN + 2 * MARGIN
        self._set: OrderedDict[int, SetText] = OrderedDict()
        self._exact: set[int] = set()
        self._ratio = 1.0
        self._heights: list[float] = []
        self._dress()
        self._estimate()

    def _dress(self) -> None:
        self._looks = Looks(appearance().theme, self._document.language, self._font)
        self._setter = Setter(self._document, self._plan, self._marks, self._looks, changes=self._changes)
        self._set.clear()

    def show_changes(self, *, shown: bool) -> None:
        """See `Sheets`; what they deleted is shown with them."""
        if shown != self._changes:
            self._changes = shown
            self._dress()
            self._estimate()

    # ---- sizes

    @property
    def _margin(self) -> float:
        return min(max((self._width - COLUMN) / 2, NARROW_MARGIN), MARGIN)

    def fitting(self, room: float) -> float:
        """See `Sheets`."""
        return min(max(room / (COLUMN + 2 * MARGIN), SMALLEST_ZOOM), LARGEST_ZOOM)

    def adapt(self, room: float) -> bool:
        """See `Sheets`: lines are broken anew for another width."""
        width = min(max(room, NARROWEST), COLUMN + 2 * MARGIN)
        if abs(width - self._width) < 0.5:
            return False
        self._width = width
        self._estimate()
        return True

    def sizes(self) -> list[tuple[float, float]]:
        """See `Sheets`."""
        return [(self._width, height) for height in self._heights]

    def is_settled(self, sheets: Sequence[int]) -> bool:
        """See `Sheets`."""
        return self._exact.issuperset(sheets)

    def settle(self, sheets: Sequence[int]) -> bool:
        """See `Sheets`."""
        changed = False
        for sheet in sheets:
            if sheet not in self._exact:
                height = self._height(sheet)
                changed = changed or abs(height - self._heights[sheet]) > 0.01
                self._heights[sheet] = height
                self._exact.add(sheet)
        return changed

    def settle_more(self, near: int) -> bool:
        """See `Sheets`."""
        total = len(self._heights)
        reach = total if total <= MOST_MEASURED else 3
        for step in range(reach + 1):
            for sheet in (near + step, near - step):
                if 0 <= sheet < total and sheet not in self._exact:
                    self.settle([sheet])
                    return True
        return False

    def _height(self, sheet: int) -> float:
        text = self._text(sheet)
        height = text.document.size().height() + self._above(sheet, text)
        if sheet == len(self._heights) - 1:
            height += FOOT
        return max(height, SHORTEST) if len(self._heights) == 1 else height

    def _above(self, sheet: int, text: SetText) -> float:
        return HEAD if sheet == 0 else text.above

    def _estimate(self) -> None:
        """Heights by the number of letters, until each portion is set."""
        self._exact.clear()
        letter = BODY * (0.98 if self._document.language == "ja" else 0.56)
        a_line = (self._width - 2 * self._margin) / letter
        line = self._looks.body_line

        def height(portion: Portion) -> float:
            blocks = portion.last - portion.first
            return line * ((portion.end - portion.start) / a_line + 0.45 * blocks) + 7.0 * blocks

        self._heights = [height(portion) for portion in self._plan.portions]
        self._heights[0] += HEAD
        self._heights[-1] += FOOT

    def _text(self, sheet: int) -> SetText:
        """The portion set at the present width."""
        if self._looks.theme is not appearance().theme:
            self._dress()
        text = self._set.get(sheet)
        if text is None:
            text = self._set[sheet] = self._setter.set(sheet)
            while len(self._set) > KEPT:
                self._set.popitem(last=False)
        self._set.move_to_end(sheet)
        text.lay_out(self._width - 2 * self._margin)
        return text

    # ---- drawing

    def paint(self, painter: QPainter, sheet: int, target: QRectF, exposed: QRectF) -> None:
        """See `Sheets`."""
        text, scale = self._text(sheet), target.width() / self._width
        painter.save()
        painter.translate(target.topLeft())
        painter.scale(scale, scale)
        for rect, _ in self._comment_marks(sheet, text):
            draw_comment(painter, rect, self._looks.theme)
        painter.translate(self._margin, self._above(sheet, text))
        context = QAbstractTextDocumentLayout.PaintContext()
        context.palette.setColor(QPalette.ColorRole.Text, QColor(self._looks.theme.text))
        top = (exposed.top() - target.top()) / scale - self._above(sheet, text)
        context.clip = QRectF(0, top, self._width - 2 * self._margin, exposed.height() / scale)
        text.document.documentLayout().draw(painter, context)
        painter.restore()

    def want(self, shown: Sequence[SheetPart], ahead: Sequence[SheetPart], scale: float) -> None:
        """Nothing is to be fetched."""

    def label(self, sheet: int) -> str:
        """Portions are no pages."""
        return ""

    # ---- places

    def sheets_of(self, passage: Placed) -> range:
        """See `Sheets`."""
        last = self._plan.at(max(passage.end - 1, passage.start))
        return range(self._plan.at(passage.start), last + 1)

    def about(self, passage: Placed) -> tuple[int, float]:
        """See `Sheets`."""
        sheet = self._plan.at(passage.start)
        return sheet, self._estimated(sheet, passage.start)

    def spots(self, passages: Sequence[Placed]) -> Spots:
        """See `Sheets`."""
        return self.spots_at([passage.start for passage in passages])

    def spots_at(self, offsets: Sequence[int]) -> Spots:
        """See `Sheets`."""
        at = np.asarray(offsets, np.int64)
        starts = np.array([portion.start for portion in self._plan.portions])
        ends = np.array([portion.end for portion in self._plan.portions])
        sheets = np.maximum(np.searchsorted(starts, at, side="right") - 1, 0)
        shares = (at - starts[sheets]) / np.maximum(ends[sheets] - starts[sheets], 1)
        return sheets, np.clip(shares, 0.0, 1.0)

    def place(self, passage: Placed, sheet: int) -> list[QRectF]:
        """See `Sheets`."""
        return self.areas(sheet, [(passage.start, passage.end)])[0]

    def span(self, sheet: int) -> TextRange:
        """See `Sheets`."""
        portion = self._plan.portions[sheet]
        return portion.start, portion.end

    def areas(self, sheet: int, ranges: Sequence[TextRange]) -> list[list[QRectF]]:
        """See `Sheets`."""
        text = self._text(sheet)
        return [self._on_sheet(sheet, text, rects_of(text, start, end)) for start, end in ranges]

    def _on_sheet(self, sheet: int, text: SetText, rects: list[QRectF]) -> list[QRectF]:
        by = QPointF(self._margin, self._above(sheet, text))
        return [rect.translated(by) for rect in rects]

    def offset_at(self, sheet: int, at: QPointF) -> int | None:
        """See `Sheets`; words that a tracked change deleted have no offset."""
        text = self._text(sheet)
        position = self._position_at(sheet, text, at)
        offset = text.offsets.offset(position)
        stands = text.offsets.ranges(offset, offset + 1)
        return offset if any(first <= position < last for first, last in stands) else None

    def nearest(self, sheet: int, at: QPointF) -> int | None:
        """See `Sheets`."""
        portion, text = self._plan.portions[sheet], self._text(sheet)
        inside = at - QPointF(self._margin, self._above(sheet, text))
        position = text.document.documentLayout().hitTest(inside, Qt.HitTestAccuracy.FuzzyHit)
        return min(max(text.offsets.offset(position), portion.start), portion.end) if position >= 0 else None

    def hold(self, sheet: int, y: float) -> tuple[int, float]:
        """See `Sheets`: an offset in the line there, and how far from the line's top."""
        portion = self._plan.portions[sheet]
        if sheet not in self._exact:
            share = min(max(y / max(self._heights[sheet], 1.0), 0.0), 1.0)
            return portion.start + round(share * (portion.end - portion.start)), 0.0
        text = self._text(sheet)
        at = QPointF(0.0, y - self._above(sheet, text))
        position = text.document.documentLayout().hitTest(at, Qt.HitTestAccuracy.FuzzyHit)
        offset = min(max(text.offsets.offset(position), portion.start), portion.end)
        return offset, y - self._line_top(sheet, text, offset)

    def held(self, sheet: int, held: tuple[int, float]) -> float:
        """See `Sheets`."""
        offset, below = held
        if sheet not in self._exact:
            return self._estimated(sheet, offset)
        return self._line_top(sheet, self._text(sheet), offset) + below

    def is_held(self, sheet: int, held: object) -> bool:
        """See `Sheets`."""
        portion = self._plan.portions[sheet]
        return isinstance(held, tuple) and portion.start <= held[0] <= portion.end

    def _line_top(self, sheet: int, text: SetText, offset: int) -> float:
        return self._above(sheet, text) + line_top(text, text.offsets.position(offset))

    def _estimated(self, sheet: int, offset: int) -> float:
        portion = self._plan.portions[sheet]
        return self._heights[sheet] * (offset - portion.start) / max(portion.end - portion.start, 1)

    # ---- what is told about a place

    def note(self, sheet: int, at: QPointF) -> str:
        """See `Sheets`: who changed or commented what, and when, as markup in which the document's words are escaped."""
        text = self._text(sheet)
        notes = [note for rect, note in self._comment_marks(sheet, text) if rect.adjusted(-4, -4, 4, 4).contains(at)]
        position = self._position_at(sheet, text, at)
        if position >= 0:
            found = [revision for first, last, revision in text.changes if first <= position < last]
            notes += [revision_note(revision) for revision in found]
            offset = text.offsets.offset(position)
            notes += [comment_note(c) for c in self._marks.comments(offset, offset + 1) if c.start <= offset < c.end]
        return "<hr>".join(dict.fromkeys(notes))

    def _position_at(self, sheet: int, text: SetText, at: QPointF) -> int:
        inside = at - QPointF(self._margin, self._above(sheet, text))
        return text.document.documentLayout().hitTest(inside, Qt.HitTestAccuracy.ExactHit)

    def _comment_marks(self, sheet: int, text: SetText) -> list[tuple[QRectF, str]]:
        """A mark in the margin for each comment, with its words; comments on one line share a mark."""
        by_line: dict[float, list[str]] = {}
        for position, comment in text.comments:
            block: QTextBlock = text.document.findBlock(position)
            top = text.document.documentLayout().blockBoundingRect(block).top()
            line = block.layout().lineForTextPosition(position - block.position())
            if line.isValid():
                middle = top + line.y() + line.ascent() * 0.62
                by_line.setdefault(round(middle, 1), []).append(comment_note(comment))
        left, above = self._margin / 2 - 9.0, self._above(sheet, text)
        return [(QRectF(left, y + above - 4.5, 11.0, 9.0), "<hr>".join(notes)) for y, notes in by_line.items()]
