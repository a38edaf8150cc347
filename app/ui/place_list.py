"""A list of places in documents: where each stands, how relevant it is, its words; documents' names stand between as heads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.ui.appearance import appearance, colour
from app.ui.theme import Theme
from app.ui.widgets import fitted

ROW = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex
_LEFT, _RIGHT = 16, 12
_BAR = 36
"""Width of the bar that stands for a relevance."""


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """`place` says where, `text` is the passage with the range `marked` in it, `share` the relevance in [0, 1] if it has one.

    A head has a name as `text` and a count as `place`. `target` is whatever the list's owner wants back.
    """

    text: str
    place: str
    target: object = None
    marked: tuple[int, int] | None = None
    share: float | None = None
    head: bool = False


class _Model(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[PlaceRow] = []

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.rows[index.row()]
        if role == ROW:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            share = f"{row.share:.0%}" if row.share is not None else ""
            return ", ".join(filter(None, (row.place, share, row.text)))
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or self.rows[index.row()].head:
            return Qt.ItemFlag.NoItemFlags  # the arrow keys pass it by
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def show(self, rows: Sequence[PlaceRow]) -> None:
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def extend(self, rows: Sequence[PlaceRow]) -> None:
        self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(rows) - 1)
        self.rows += rows
        self.endInsertRows()


class PlaceList(QListView):
    """`followed` carries the target of a row that was clicked on, or chosen with Enter."""

    followed = Signal(object)

    def __init__(self, lines: int, parent: QWidget | None = None) -> None:
        """Passages take up to `lines` lines each."""
        super().__init__(parent)
        self._places = _Model()
        self.setModel(self._places)
        self.setItemDelegate(_Delegate(lines, self))
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.clicked.connect(self._follow)

    @property
    def rows(self) -> Sequence[PlaceRow]:
        """What is listed."""
        return self._places.rows

    def show_rows(self, rows: Sequence[PlaceRow]) -> None:
        """List other places."""
        self._places.show(rows)

    def add_rows(self, rows: Sequence[PlaceRow]) -> None:
        """List more."""
        if rows:
            self._places.extend(rows)

    def current_target(self) -> object:
        """Of the row that has the keys; None without one."""
        index = self.currentIndex()
        return self._places.rows[index.row()].target if index.isValid() else None

    def enter(self) -> None:
        """Take the keys, at the first place."""
        first = next((row for row, each in enumerate(self._places.rows) if not each.head), None)
        if first is not None:
            if not self.currentIndex().isValid():
                self.setCurrentIndex(self._places.index(first))
            self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter goes to the place."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._follow(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _follow(self, index: QModelIndex) -> None:
        if index.isValid() and not self._places.rows[index.row()].head:
            self.followed.emit(self._places.rows[index.row()].target)


class _Delegate(QStyledItemDelegate):
    def __init__(self, lines: int, parent: QListView) -> None:
        super().__init__(parent)
        self._lines = lines

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        row: PlaceRow = index.data(ROW)
        height = option.fontMetrics.height()
        return QSize(200, height + 22 if row.head else 10 + _first_line(row, height) + self._lines * (height + 1) + 10)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: PlaceRow = index.data(ROW)
        theme, rect = appearance().theme, option.rect
        painter.save()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        over = bool(option.state & QStyle.StateFlag.State_MouseOver) and not row.head
        painter.fillRect(rect, colour(theme.flag_wash if chosen else theme.hover if over else theme.panel))
        if chosen:
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), colour(theme.flag))
        room = rect.adjusted(_LEFT, 0, -_RIGHT, 0)
        painter.fillRect(QRect(room.left(), rect.bottom(), room.width(), 1), colour(theme.line))
        if row.head:
            _paint_head(painter, room, option.font, row, theme)
        else:
            _paint_place(painter, room, option.font, row, theme)
            above = 8 + _first_line(row, option.fontMetrics.height())
            text = QRect(room.left(), room.top() + above, room.width(), room.height())
            paint_excerpt(painter, text, option.font, row.text, row.marked, self._lines)
        painter.restore()


def _first_line(row: PlaceRow, height: int) -> int:
    """Height of the line that says where a place is, in a font of `height`; none in a document without pages."""
    return height + 4 if row.place or row.share is not None else 0


def _paint_head(painter: QPainter, room: QRect, font: QFont, row: PlaceRow, theme: Theme) -> None:
    room = room.adjusted(0, 10, 0, -4)
    painter.setFont(font)
    painter.setPen(colour(theme.muted))
    taken = painter.fontMetrics().horizontalAdvance(row.place) + 12
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, row.place)
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    painter.setFont(bold)
    painter.setPen(colour(theme.text))
    name = painter.fontMetrics().elidedText(row.text, Qt.TextElideMode.ElideMiddle, room.width() - taken)
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, name)


def _paint_place(painter: QPainter, room: QRect, font: QFont, row: PlaceRow, theme: Theme) -> None:
    painter.setFont(font)
    line = QRect(room.left(), room.top() + 8, room.width(), painter.fontMetrics().height() + 4)
    painter.setPen(colour(theme.muted))
    if row.share is not None:
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"{row.share:.0%}")
        taken = painter.fontMetrics().horizontalAdvance("100%") + 8
        bar = QRectF(line.right() - taken - _BAR, line.center().y() - 1, _BAR, 4)
        painter.fillRect(bar, colour(theme.line))
        painter.fillRect(QRectF(bar.left(), bar.top(), bar.width() * min(row.share, 1.0), 4), colour(theme.flag))
        line.setRight(int(bar.left()) - 8)
    place = painter.fontMetrics().elidedText(row.place, Qt.TextElideMode.ElideRight, line.width())
    painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, place)


def paint_excerpt(
    painter: QPainter, room: QRect, font: QFont, text: str, marked: tuple[int, int] | None, most: int
) -> None:
    """Up to `most` lines of a text, the range `marked` set off; an ellipsis stands for the rest."""
    theme = appearance().theme
    lines = fitted(text, font, room.width(), most)
    words = "\u2028".join(lines)  # Qt's line separator: the breaks are those that were just found
    layout = QTextLayout(words, font)
    if marked is not None and (place := _in_lines(lines, text, marked)) is not None:
        layout.setFormats([_format(place, words, theme)])
    painter.setPen(colour(theme.text))
    height, top = painter.fontMetrics().height() + 1, 0
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(
            2 * room.width()
        )  # what is set off is bold, and a little wider than it was when it was fitted
        line.setPosition(QPointF(0, top))
        top += height
    layout.endLayout()
    layout.draw(painter, QPointF(room.topLeft()))


def _in_lines(lines: Sequence[str], text: str, marked: tuple[int, int]) -> tuple[int, int] | None:
    """Where in the joined lines the range of the text stands, as far as it shows: lines differ from it in white space alone."""
    joined = "\u2028".join(lines)
    places = [place for place, letter in enumerate(joined) if not letter.isspace()]
    first = sum(not letter.isspace() for letter in text[: marked[0]])
    count = sum(not letter.isspace() for letter in text[marked[0] : marked[1]])
    if not count or first >= len(places):
        return None
    return places[first], places[min(first + count, len(places)) - 1] + 1


def _format(marked: tuple[int, int], text: str, theme: Theme) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    style = QTextCharFormat()
    style.setBackground(colour(theme.flag_wash))
    style.setForeground(colour(theme.flag_text))
    style.setFontWeight(QFont.Weight.DemiBold)
    made.start, made.length, made.format = _units(text[: marked[0]]), _units(text[marked[0] : marked[1]]), style
    return made


def _units(text: str) -> int:
    """Qt counts in UTF-16."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
