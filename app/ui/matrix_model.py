"""The matrix for Qt: only cells in view are asked for, so that hundreds of documents scroll at once; a delegate paints one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict, Unpack

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.review.matrix import DOCUMENT, Cell, Matrix, SortKey, Source
from app.ui.appearance import appearance, colour
from app.ui.highlights import draw_flag
from app.ui.language import tag_name
from app.ui.place_list import paint_excerpt
from app.ui.widgets import tooltip

Index = QModelIndex | QPersistentModelIndex
CELL = Qt.ItemDataRole.UserRole + 1
COLUMN_WIDTH = 240
_LONGEST_TIP = 1200


def row_height(font: QFont) -> int:
    """Pixels of a row: a line with the place and two lines of the passage."""
    return 3 * QFontMetrics(font).height() + 22


def cell_place(source: Source, cell: Cell) -> str:
    """The page of a cell's best passage, and how many more there are."""
    page = QCoreApplication.translate("Places", "p. {page}").format(page=cell.best.label) if source.paged else ""
    told = QCoreApplication.translate("Matrix", "{n} more").format(n=cell.more) if cell.more else ""
    return "  ·  ".join(filter(None, (page, told)))


class Arrangement(TypedDict, total=False):
    """How rows and columns can be arranged: the tag sorted by and by what of it, words of names, columns left out."""

    by: str
    key: SortKey
    descending: bool
    words: str
    hidden: frozenset[str]


class MatrixModel(QAbstractTableModel):
    """Rows are documents, named in the vertical header; columns are the tags that are shown."""

    def __init__(self) -> None:
        super().__init__()
        self.matrix = Matrix()
        self.rows: tuple[int, ...] = ()
        self.tags: tuple[str, ...] = ()
        self.hidden: frozenset[str] = frozenset()
        self.by: str = DOCUMENT
        self.key: SortKey = "text"
        self.descending = False
        self.words = ""

    def show(self, matrix: Matrix) -> None:
        """Show another matrix, sorted, filtered and with columns hidden as before."""
        self.matrix = matrix
        self.arrange()

    def arrange(self, **wanted: Unpack[Arrangement]) -> None:
        """Sort, filter or hide otherwise; what is not named stays."""
        self.beginResetModel()
        self.by = wanted.get("by", self.by)
        self.key = wanted.get("key", self.key)
        self.descending = wanted.get("descending", self.descending)
        self.words = wanted.get("words", self.words)
        self.hidden = wanted.get("hidden", self.hidden)
        self.tags = tuple(tag for tag in self.matrix.tags if tag not in self.hidden)
        if self.by not in self.tags:
            self.by = DOCUMENT
        self.rows = self.matrix.arranged(self.by, self.key, descending=self.descending, words=self.words)
        self.endResetModel()

    def source(self, row: int) -> Source:
        """The document of a row."""
        return self.matrix.documents[self.rows[row]]

    def cell(self, index: Index) -> Cell | None:
        """What stands at an index."""
        return self.matrix.cell(self.rows[index.row()], self.tags[index.column()]) if index.isValid() else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        """Number of documents shown."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        """Number of tags shown."""
        return 0 if parent.isValid() else len(self.tags)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The cell, its words, or more of them in a tooltip."""
        cell = self.cell(index)
        if role == CELL:
            return cell
        if cell is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{cell.best.text}, {cell_place(self.source(index.row()), cell)}, {cell.best.decision}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(cell.best.text[:_LONGEST_TIP])
        return None

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Names of tags and of documents."""
        if orientation == Qt.Orientation.Vertical:
            source = self.source(section)
            return {
                Qt.ItemDataRole.DisplayRole: source.name,
                Qt.ItemDataRole.ToolTipRole: tooltip(str(Path(source.file))),
            }.get(Qt.ItemDataRole(role))
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return tag_name(self.tags[section])
        return None


class CellDelegate(QStyledItemDelegate):
    """A cell: a flag with the decision and the place, below two lines of the passage."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        """All cells are alike."""
        return QSize(COLUMN_WIDTH, row_height(option.font))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the cell."""
        model = index.model()
        cell = index.data(CELL)
        theme, rect = appearance().theme, option.rect
        painter.save()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        over = cell is not None and bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.fillRect(rect, colour(theme.flag_wash if chosen else theme.hover if over else theme.panel))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), colour(theme.line))
        painter.fillRect(QRect(rect.right(), rect.top(), 1, rect.height()), colour(theme.line))
        if cell is not None and isinstance(model, MatrixModel):
            room = rect.adjusted(10, 8, -10, -6)
            flag = QRectF(room.left(), room.top() + painter.fontMetrics().height() / 2 - 5, 20, 10)
            draw_flag(painter, flag, cell.best.decision, cell.best.importance, theme)
            painter.setFont(option.font)
            painter.setPen(colour(theme.muted))
            height = painter.fontMetrics().height()
            line = QRect(room.left() + 28, room.top(), room.width() - 28, height)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, cell_place(model.source(index.row()), cell))
            painter.setClipRect(room)
            paint_excerpt(painter, room.adjusted(0, height + 4, 0, 0), option.font, cell.best.text, None, 2)
        painter.restore()


def shown_tags(matrix: Matrix) -> Sequence[tuple[str, int]]:
    """Every tag that some document has, with how many documents have it."""
    counts: dict[str, int] = {}
    for _sha256, tag in matrix.cells:
        counts[tag] = counts.get(tag, 0) + 1
    return [(tag, counts[tag]) for tag in matrix.tags]
