"""What a `SheetView` shows: the pages of a PDF; `app.ui.flow` has the text of other formats. Sizes and quads are in points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from app.analysis.geometry import passage_quads
from app.documents.document import Quad
from app.review.findings import Finding, Piece, Span
from app.ui.nearest import nearest_place
from app.ui.page_images import PageImages, Part
from app.ui.page_painting import paint_page, points_of
from app.ui.state import OpenFile

SMALLEST, LARGEST = 0.2, 8.0
"""Of the zoom."""

TextRange = tuple[int, int]
"""Offsets of the first character and behind the last."""

Spots = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Of some passages, the sheet on which each begins and how far down it does, from 0 (top) to 1 (bottom)."""


SheetPart = tuple[int, QRectF]
"""A sheet and the part of it that is meant, in points."""


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
    """A column of sheets, counted from 0. Places on a sheet are points from its top left, at 100 %."""

    @property
    def joined(self) -> bool:
        """Whether they are parts of one page in the theme's colours, or pages by themselves that come as pictures."""

    def sizes(self) -> Sequence[tuple[float, float]]:
        """Width and height of each. A height may be an estimate until the sheet is settled."""

    def fitting(self, room: float) -> float:
        """The zoom at which they are best read where so many points at 100 % fit beside each other."""

    def adapt(self, room: float) -> bool:
        """So many points fit beside each other at the present zoom; says whether sizes are others now."""

    def is_settled(self, sheets: Sequence[int]) -> bool:
        """Whether the sizes of these are their true ones."""

    def settle(self, sheets: Sequence[int]) -> bool:
        """Find out the true sizes of these; says whether any is another now."""

    def settle_more(self, near: int) -> bool:
        """Settle one more sheet, while nothing else is to be done; says whether there was one to settle."""

    def show_changes(self, *, shown: bool) -> None:
        """Whether tracked changes are marked."""

    def paint(self, painter: QPainter, sheet: int, target: QRectF, exposed: QRectF) -> None:
        """Draw the sheet into `target`; only `exposed` shows."""

    def sheets_of(self, passage: Placed) -> range:
        """The sheets on which the passage lies; none where it has no place."""

    def about(self, passage: Placed) -> tuple[int, float]:
        """The sheet on which the passage begins and how far down, roughly but at once."""

    def place(self, passage: Placed, sheet: int) -> list[QRectF]:
        """Where on the sheet the passage lies: one or more rectangles a line."""

    def span(self, sheet: int) -> TextRange:
        """The share of the text that lies on the sheet; empty where that is not known yet."""

    def areas(self, sheet: int, ranges: Sequence[TextRange]) -> list[list[QRectF]]:
        """Where on the sheet each range of the text lies: one or more rectangles a line; none for what lies elsewhere."""

    def offset_at(self, sheet: int, at: QPointF) -> int | None:
        """The character of the document's text at a point of the sheet; None where none is, or where that is not known yet."""

    def nearest(self, sheet: int, at: QPointF) -> int | None:
        """Before which character a caret stands that is set at a point of the sheet or beside it; None without text."""

    def spots(self, passages: Sequence[Placed]) -> Spots:
        """Where passages begin, roughly but at once for all of a document."""

    def spots_at(self, offsets: Sequence[int]) -> Spots:
        """The same for characters."""

    def label(self, sheet: int) -> str:
        """How the document numbers the sheet; empty where sheets are no pages."""

    def want(self, shown: Sequence[SheetPart], ahead: Sequence[SheetPart], scale: float) -> None:
        """Get ready what shows and then what soon will, most urgent first, at `scale` pixels a point; nothing else any more."""

    def hold(self, sheet: int, y: float) -> Any:
        """What stands there, to be found again by `held` when sizes are others."""

    def held(self, sheet: int, held: Any) -> float:
        """How far down on the sheet it stands now."""

    def is_held(self, sheet: int, held: object) -> bool:
        """Whether `hold` could have said this of the sheet: a document may show as pages once and as mere text another time."""

    def note(self, sheet: int, at: QPointF) -> str:
        """What there is to say of this place, as markup, or nothing."""


class PdfSheets:
    """The pages of a PDF, as pictures from the document worker; findings lie on their stored quads."""

    joined = False

    def __init__(self, file: OpenFile, images: PageImages) -> None:
        self._file = file
        self._images = images
        self._sizes: list[tuple[float, float]] | None = None

    def sizes(self) -> list[tuple[float, float]]:
        """See `Sheets`."""
        assert self._file.opened is not None  # noqa: S101 -- a view is made after opening
        if self._sizes is None:
            self._sizes = [(page.width, page.height) for page in self._file.opened.pages]
        return self._sizes

    def fitting(self, room: float) -> float:
        """See `Sheets`: the widest page fills the room, where that does not make it very large."""
        widest = max(width for width, _ in self.sizes())
        return min(max(room / widest, SMALLEST), 1.6)

    def adapt(self, room: float) -> bool:
        """Pages are as they are."""
        return False

    def is_settled(self, sheets: Sequence[int]) -> bool:
        """Sizes are known."""
        return True

    def settle(self, sheets: Sequence[int]) -> bool:
        """Sizes are known."""
        return False

    def settle_more(self, near: int) -> bool:
        """Sizes are known."""
        return False

    def show_changes(self, *, shown: bool) -> None:
        """A PDF has none."""

    def paint(self, painter: QPainter, sheet: int, target: QRectF, exposed: QRectF) -> None:
        """See `Sheets`."""
        wide = self.sizes()[sheet][0]
        if paint_page(painter, self._images, self._file, sheet + 1, target, exposed, wide):
            return
        if self._images.is_lost(self._file.key, sheet + 1):
            painter.setPen(QColor("#6d6456"))
            text = QCoreApplication.translate("PdfSheets", "This page cannot be drawn.")
            painter.drawText(target, Qt.AlignmentFlag.AlignCenter, text)

    def sheets_of(self, passage: Placed) -> range:
        """See `Sheets`."""
        pieces = pieces_of(passage)
        return range(pieces[0].page - 1, pieces[-1].page) if pieces else range(passage.page - 1, passage.page - 1)

    def about(self, passage: Placed) -> tuple[int, float]:
        """See `Sheets`."""
        return passage.page - 1, min(passage.quads[0][1::2]) if passage.quads else 0.0

    def place(self, passage: Placed, sheet: int) -> list[QRectF]:
        """See `Sheets`."""
        return [_around(quad) for piece in pieces_of(passage) if piece.page - 1 == sheet for quad in piece.quads]

    def span(self, sheet: int) -> TextRange:
        """See `Sheets`."""
        document = self._file.document
        if document is None or sheet >= len(document.pages):
            return 0, 0
        return document.pages[sheet].start, document.pages[sheet].end

    def areas(self, sheet: int, ranges: Sequence[TextRange]) -> list[list[QRectF]]:
        """See `Sheets`: on the quads of the characters."""
        document, (first, last) = self._file.document, self.span(sheet)
        if document is None or document.quads is None:
            return [[] for _ in ranges]
        here = [(max(start, first), max(min(end, last), max(start, first))) for start, end in ranges]
        return [[_around(quad) for quad in quads] for quads in passage_quads(document.quads, here)]

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

    def nearest(self, sheet: int, at: QPointF) -> int | None:
        """See `Sheets`."""
        document, (first, last) = self._file.document, self.span(sheet)
        if document is None or document.quads is None:
            return None
        place = nearest_place(document.quads[first:last], at.x(), at.y())
        return first + place if place is not None else None

    def spots(self, passages: Sequence[Placed]) -> Spots:
        """See `Sheets`: by the passages' own quads, which are known before the document is read again."""
        pages = np.fromiter((p.page for p in passages), np.int64, len(passages))
        tops = np.fromiter((min(p.quads[0][1::2]) if p.quads else 0.0 for p in passages), np.float64, len(passages))
        return self._spots(pages - 1, tops)

    def spots_at(self, offsets: Sequence[int]) -> Spots:
        """See `Sheets`."""
        document = self._file.document
        if document is None or document.quads is None or not len(offsets):
            return np.zeros(0, np.int64), np.zeros(0)
        at = np.minimum(np.asarray(offsets, np.int64), len(document.quads) - 1)
        starts = np.array([page.start for page in document.pages])
        return self._spots(np.searchsorted(starts, at, side="right") - 1, document.quads[at, 1::2].min(1))

    def _spots(self, sheets: NDArray[np.int64], tops: NDArray[np.floating[Any]]) -> Spots:
        heights = np.array([height for _, height in self.sizes()])
        sheets = np.clip(sheets, 0, len(heights) - 1)
        return sheets, np.clip(tops / np.maximum(heights[sheets], 1.0), 0.0, 1.0)

    def label(self, sheet: int) -> str:
        """See `Sheets`: the file's own label, else the number."""
        return self._file.page_words(sheet + 1)

    def want(self, shown: Sequence[SheetPart], ahead: Sequence[SheetPart], scale: float) -> None:
        """See `Sheets`."""
        if not shown and not ahead:
            self._images.want_nothing(self)
            return
        near, far = ([Part(sheet + 1, points_of(area)) for sheet, area in parts] for parts in (shown, ahead))
        self._images.want(self, self._file, near, far, scale)

    def hold(self, sheet: int, y: float) -> float:
        """See `Sheets`."""
        return y

    def held(self, sheet: int, held: float) -> float:
        """See `Sheets`."""
        return held

    def is_held(self, sheet: int, held: object) -> bool:
        """See `Sheets`."""
        return isinstance(held, int | float)

    def note(self, sheet: int, at: QPointF) -> str:
        """Nothing is known of places on pictures."""
        return ""


def pieces_of(passage: Placed) -> tuple[Piece, ...]:
    """What of a passage lies on each page, none where it has no place; only a reader's own range goes on over a page's end."""
    first = (Piece(passage.page, passage.quads),) if passage.quads else ()
    return (*first, *passage.more) if isinstance(passage, Finding | Span) else first


def _around(quad: Quad) -> QRectF:
    xs, ys = quad[0::2], quad[1::2]
    return QRectF(QPointF(min(xs), min(ys)), QPointF(max(xs), max(ys)))
