"""A list of things to choose from, each with a box to check, its words and a note; tens of thousands scroll at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.ui.appearance import appearance, colour
from app.ui.theme import SELECTED_TEXT
from app.ui.widgets import tooltip

Index = QModelIndex | QPersistentModelIndex
ITEM = Qt.ItemDataRole.UserRole + 1
_BOX, _SIDE = 14, 8


@dataclass(frozen=True, slots=True)
class Item:
    """How one of them shows; `note` stands small below the words."""

    text: str
    note: str = ""


class Choosable(Protocol):
    """What is to choose from: a value that is called by its id."""

    @property
    def id(self) -> str:
        """The same for the same thing."""


class CheckList(QListView):
    """`changed`: another set of things is checked. Space or a click checks one; Ctrl+A all of them, or none.

    `item_of` says how a thing shows; it is asked for those in view only.
    """

    changed = Signal()

    def __init__(self, name: str, most_rows: int, item_of: Callable[[Any], Item]) -> None:
        super().__init__()
        self._most = most_rows
        self._model = _Items(item_of)
        self._model.toggled.connect(self.changed)
        self.setObjectName("checkList")
        self.setModel(self._model)
        self.setItemDelegate(_ItemDelegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(name)
        self.clicked.connect(self._model.toggle)

    def show_things(self, things: Sequence[Choosable], unchecked: Collection[str] = ()) -> None:
        """Have these, all of them checked but for some; the list is as high as they need, up to its most."""
        self._model.show(things, unchecked)
        if first := next((row for row, thing in enumerate(things) if thing.id not in unchecked), 0):
            self.scrollTo(self._model.index(first), QListView.ScrollHint.PositionAtCenter)
        rows = max(1, min(self._most, len(things)))
        self.setFixedHeight(row_height(self.font()) * rows + 2 * self.frameWidth())

    def things(self) -> tuple[Choosable, ...]:
        """What there is to choose from."""
        return self._model.things

    def unchecked(self) -> frozenset[str]:
        """What is not chosen, by id."""
        return self._model.unchecked

    def checked(self) -> tuple[str, ...]:
        """What is chosen, in the order of the list."""
        return tuple(thing.id for thing in self._model.things if thing.id not in self._model.unchecked)

    def check_all(self, *, checked: bool) -> None:
        """Choose all, or none."""
        self._model.check_all(checked=checked)

    # ---- events

    def event(self, event: QEvent) -> bool:
        """Space and Ctrl+A are the list's while it has the keys."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_own(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """See the class."""
        if event.key() == Qt.Key.Key_Space:
            self._model.toggle(self.currentIndex())
        elif _is_own(event):
            self.check_all(checked=bool(self.unchecked()))
        else:
            super().keyPressEvent(event)


def _is_own(event: QKeyEvent) -> bool:
    control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
    return event.key() == Qt.Key.Key_Space or (control and event.key() == Qt.Key.Key_A)


def row_height(font: QFont) -> int:
    """Pixels of a row."""
    line = QFontMetrics(font).height()
    return line + round(line * 0.9) + 12


class _Items(QAbstractListModel):
    toggled = Signal()

    def __init__(self, item_of: Callable[[Any], Item]) -> None:
        super().__init__()
        self._item_of = item_of
        self.things: tuple[Choosable, ...] = ()
        self.unchecked: frozenset[str] = frozenset()

    def show(self, things: Sequence[Choosable], unchecked: Collection[str]) -> None:
        """Where the things are the same ones the place in the list stays."""
        gone = frozenset(unchecked) & {thing.id for thing in things} if unchecked else frozenset()
        if tuple(things) == self.things:
            self._mark(gone)
            return
        self.beginResetModel()
        self.things, self.unchecked = tuple(things), gone
        self.endResetModel()

    def toggle(self, index: Index) -> None:
        """Check the thing of a row, or do not."""
        if index.isValid():
            self._mark(self.unchecked ^ {self.things[index.row()].id})
            self.toggled.emit()

    def check_all(self, *, checked: bool) -> None:
        """See `CheckList`."""
        self._mark(frozenset() if checked else frozenset(thing.id for thing in self.things))
        self.toggled.emit()

    def _mark(self, unchecked: frozenset[str]) -> None:
        self.unchecked = unchecked
        if self.things:
            self.dataChanged.emit(self.index(0), self.index(len(self.things) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        """Number of items."""
        return 0 if parent.isValid() else len(self.things)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Every item can be checked."""
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The item, whether it is checked, or its words for assistive technology."""
        if not index.isValid():
            return None
        thing = self.things[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole:
            # The plain number: a view that asks from C++ takes nothing else for a state.
            return (Qt.CheckState.Unchecked if thing.id in self.unchecked else Qt.CheckState.Checked).value
        item = self._item_of(thing)
        if role == ITEM:
            return item
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(item.text)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return ", ".join(filter(None, (item.text[:200], item.note)))
        return None


class _ItemDelegate(QStyledItemDelegate):
    """A box, the words on one line, the note below."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        return QSize(120, row_height(option.font))

    def editorEvent(self, event: QEvent, model: object, option: object, index: object) -> bool:  # noqa: N802
        """The list itself checks: a click anywhere on the row counts."""
        return False

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item: Item = index.data(ITEM)
        is_checked = index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked.value
        theme, rect = appearance().theme, option.rect
        over = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.fillRect(rect, colour(theme.hover if over else theme.raised))
        line = QFontMetrics(option.font).height()
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(colour(theme.flag_text), 1))
            painter.drawRoundedRect(rect.adjusted(1, 1, -2, -2), 4, 4)
        _draw_box(painter, QRect(rect.left() + _SIDE, rect.top() + 5 + (line - _BOX) // 2, _BOX, _BOX), is_checked)
        left, width = rect.left() + 2 * _SIDE + _BOX, rect.width() - 3 * _SIDE - _BOX
        painter.setFont(option.font)
        painter.setPen(colour(theme.text if is_checked else theme.muted))
        words = QFontMetrics(option.font).elidedText(item.text[:400], Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRect(left, rect.top() + 5, width, line), Qt.AlignmentFlag.AlignVCenter, words)
        if item.note:
            small = QFont(option.font)
            small.setPixelSize(round(small.pixelSize() * 0.9))
            painter.setFont(small)
            painter.setPen(colour(theme.muted))
            note = QFontMetrics(small).elidedText(item.note, Qt.TextElideMode.ElideMiddle, width)
            below = QRect(left, rect.top() + 5 + line, width, rect.bottom() - rect.top() - line - 8)
            painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, note)
        painter.restore()


def _draw_box(painter: QPainter, box: QRect, is_checked: bool) -> None:
    theme = appearance().theme
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour(theme.flag_text if is_checked else theme.muted), 1))
    painter.setBrush(colour(theme.flag) if is_checked else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box, 3, 3)
    if is_checked:
        pen = QPen(colour(SELECTED_TEXT), 1.8)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPolyline(
            [QPointF(box.left() + x, box.top() + y) for x, y in ((3.5, 7.5), (6.0, 10.0), (10.8, 4.2))]
        )
    painter.setBrush(Qt.BrushStyle.NoBrush)
