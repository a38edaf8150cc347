"""What a `SheetView` shows: the pages of a PDF, or one long sheet of flowing text. Sizes and quads are in points."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QPainter,
    QPalette,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)

from app.documents.document import Block, Document, Quad
from app.ui.page_images import PageImages
from app.ui.state import OpenFile

TEXT_WIDTH = 600.0
TEXT_MARGIN = 56.0


class Placed(Protocol):
    """What has a place in a document: a finding, or a passage that is none."""

    @property
    def start(self) -> int:
        """Offset of its first character."""

    @property
    def end(self) -> int:
        """Offset behind its last character."""

    @property
    def page(self) -> int:
        """Counts from 1."""

    @property
    def quads(self) -> tuple[Quad, ...]:
        """One or more a line."""


class Sheets(Protocol):
    """A column of sheets, counted from 0."""

    def sizes(self) -> Sequence[tuple[float, float]]:
        """Width and height of each."""

    def paint(self, painter: QPainter, sheet: int, target: QRectF, exposed: QRectF) -> None:
        """Draw the sheet into `target`; only `exposed` shows."""

    def place(self, passage: Placed) -> tuple[int, list[QRectF]]:
        """Where the passage lies: the sheet, and a rectangle a line."""

    def offset_at(self, sheet: int, at: QPointF) -> int | None:
        """The character of the document's text at a point of the sheet; None where none is, or where that is not known yet."""

    def want(self, sheets: Sequence[int], scale: float) -> None:
        """Get these ready, most urgent first, at `scale` pixels a point."""


class PdfSheets:
    """The pages of a PDF, as pictures from the document worker; findings lie on their stored quads."""

    def __init__(self, file: OpenFile, images: PageImages) -> None:
        self._file = file
        self._images = images

    def sizes(self) -> list[tuple[float, float]]:
        """See `Sheets`."""
        assert self._file.opened is not None  # noqa: S101 -- a view is made after opening
        return [(page.width, page.height) for page in self._file.opened.pages]

    def paint(self, painter: QPainter, sheet: int, target: QRectF, exposed: QRectF) -> None:
        """See `Sheets`."""
        image = self._images.get(self._file.key, sheet + 1)
        if image is not None:
            painter.drawImage(target, image, QRectF(image.rect()))
        elif self._images.is_lost(self._file.key, sheet + 1):
            painter.setPen(QColor("#6d6456"))
            text = QCoreApplication.translate("PdfSheets", "This page cannot be drawn.")
            painter.drawText(target, Qt.AlignmentFlag.AlignCenter, text)

    def place(self, passage: Placed) -> tuple[int, list[QRectF]]:
        """See `Sheets`."""
        rects = []
        for quad in passage.quads:
            xs, ys = quad[0::2], quad[1::2]
            rects.append(QRectF(QPointF(min(xs), min(ys)), QPointF(max(xs), max(ys))))
        return passage.page - 1, rects

    def offset_at(self, sheet: int, at: QPointF) -> int | None:
        """See `Sheets`."""
        document = self._file.document
        if document is None or document.quads is None or sheet >= len(document.pages):
            return None
        page = document.pages[sheet]
        quads = document.quads[page.start : page.end]  # (characters, 8)
        xs, ys = quads[:, 0::2], quads[:, 1::2]
        across = (xs.min(1) <= at.x()) & (at.x() <= xs.max(1)) & (xs.max(1) > xs.min(1))
        hits = np.flatnonzero(across & (ys.min(1) <= at.y()) & (at.y() <= ys.max(1)))
        return page.start + int(hits[0]) if len(hits) else None

    def want(self, sheets: Sequence[int], scale: float) -> None:
        """See `Sheets`."""
        self._images.want(self._file, [sheet + 1 for sheet in sheets], scale)


class TextSheet:
    """A document without pages of its own, set as one sheet; offsets of the document map to places in the set text."""

    def __init__(self, document: Document, font: QFont) -> None:
        self._text = document.text
        self._starts: list[int] = []
        self._positions: list[int] = []
        self._set = QTextDocument()
        self._set.setUndoRedoEnabled(False)
        self._set.setDocumentMargin(TEXT_MARGIN)
        body = QFont(font)
        body.setPixelSize(14)
        self._set.setDefaultFont(body)
        cursor = QTextCursor(self._set)
        cursor.beginEditBlock()
        for number, block in enumerate(document.blocks):
            self._insert(cursor, block, first=number == 0)
        cursor.endEditBlock()
        self._set.setTextWidth(TEXT_WIDTH)

    def _insert(self, cursor: QTextCursor, block: Block, *, first: bool) -> None:
        layout, letters = QTextBlockFormat(), QTextCharFormat()
        layout.setLineHeight(128, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        layout.setBottomMargin(8)
        letters.setForeground(QColor("#29241d"))
        if block.type == "heading":
            letters.setFontWeight(QFont.Weight.DemiBold)
            letters.setProperty(QTextCharFormat.Property.FontPixelSize, {1: 22, 2: 18, 3: 16}.get(block.level or 1, 14))
            layout.setTopMargin(16)
        elif block.type == "list-item":
            layout.setLeftMargin(20.0 * (block.level or 1))
        elif block.type in ("page-header", "page-footer", "footnote"):
            letters.setForeground(QColor("#6d6456"))
        if first:
            cursor.setBlockFormat(layout)
        else:
            cursor.insertBlock(layout)
        self._starts.append(block.start)
        self._positions.append(cursor.position())
        # A line end inside a block stays in it, and one code unit stays one.
        cursor.insertText(self._text[block.start : block.end].replace("\n", "\u2028"), letters)

    def _position(self, offset: int) -> int:
        row = max(bisect_right(self._starts, offset) - 1, 0)
        before = self._text[self._starts[row] : offset]
        # Qt counts UTF-16 units, the document code points.
        return self._positions[row] + len(before) + sum(1 for letter in before if letter > "\uffff")

    def sizes(self) -> list[tuple[float, float]]:
        """See `Sheets`."""
        size: QSizeF = self._set.size()
        return [(TEXT_WIDTH, max(size.height(), 320.0))]

    def paint(self, painter: QPainter, sheet: int, target: QRectF, exposed: QRectF) -> None:
        """See `Sheets`."""
        scale = target.width() / TEXT_WIDTH
        painter.save()
        painter.translate(target.topLeft())
        painter.scale(scale, scale)
        context = QAbstractTextDocumentLayout.PaintContext()
        context.palette.setColor(QPalette.ColorRole.Text, QColor("#29241d"))
        top_left = (exposed.topLeft() - target.topLeft()) / scale
        context.clip = QRectF(top_left, exposed.size() / scale)
        painter.setClipRect(context.clip)
        self._set.documentLayout().draw(painter, context)
        painter.restore()

    def place(self, passage: Placed) -> tuple[int, list[QRectF]]:
        """See `Sheets`."""
        start, end = self._position(passage.start), self._position(passage.end)
        block = self._set.findBlock(start)
        corner = self._set.documentLayout().blockBoundingRect(block).topLeft()
        layout, rects = block.layout(), []
        first, last = start - block.position(), min(end - block.position(), block.length() - 1)
        for number in range(layout.lineCount()):
            line = layout.lineAt(number)
            a, b = max(first, line.textStart()), min(last, line.textStart() + line.textLength())
            if a < b:
                left, right = _x(line.cursorToX(a)), _x(line.cursorToX(b))
                height = line.ascent() + line.descent()
                rects.append(QRectF(corner.x() + left, corner.y() + line.y(), right - left, height))
        return 0, rects

    def offset_at(self, sheet: int, at: QPointF) -> int | None:
        """See `Sheets`."""
        position = self._set.documentLayout().hitTest(at, Qt.HitTestAccuracy.ExactHit)
        if position < 0:
            return None
        row = max(bisect_right(self._positions, position) - 1, 0)
        start, units = self._starts[row], position - self._positions[row]
        # The document counts code points, Qt UTF-16 units: at least as many.
        ahead = self._text[start : start + units].encode("utf-16-le", "surrogatepass")[: 2 * units]
        return start + len(ahead.decode("utf-16-le", "ignore"))

    def want(self, sheets: Sequence[int], scale: float) -> None:
        """Nothing is to be fetched."""


def _x(value: object) -> float:
    # PySide returns the position together with the cursor that it moved.
    return float(value[0] if isinstance(value, tuple) else value)  # type: ignore[arg-type]
