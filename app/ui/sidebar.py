"""The documents of the workspace, the open ones first, each with its state; below them the contents of the one in view."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFont, QFontMetrics, QKeyEvent, QKeySequence, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.ui.actions import Actions
from app.ui.appearance import appearance, colour
from app.ui.archive import Archive
from app.ui.contents import ContentsPanel
from app.ui.outline import Outline
from app.ui.shelf_rows import ShelfRow, shelf_rows
from app.ui.state import OpenFile, WindowState
from app.ui.theme import Theme
from app.ui.widgets import label, tooltip
from app.ui.words import entry_words, state_words
from app.workspace.library import ShelfEntry

KEY = Qt.ItemDataRole.UserRole + 1
SHELF_ROW = Qt.ItemDataRole.UserRole + 2


def _line(font: QFont) -> int:
    """Height of a line."""
    return QFontMetrics(font).height() + 2


_MOST_BESIDE_CONTENTS = 7
_MANY = 8
"""With more documents than this there is a field to filter them."""
QWIDGETSIZE_MAX = (1 << 24) - 1
"""Qt's word for no limit, which its Python binding does not have."""


class Sidebar(QWidget):
    """`chosen` carries the key of an open file, `wanted` hash and path of a stored one, `removed` the hash of one to remove.

    `restored` carries the hash of one whose removal is taken back, `forgetting` of one to forget for good.
    """

    chosen = Signal(int)
    wanted = Signal(str, str)
    removed = Signal(str)
    restored = Signal(str)
    unfolded = Signal(bool)
    _wanted, _folded = True, False
    versions_of: Callable[[OpenFile], QMenu]
    """The menu of what a document is a new version of."""
    forgetting = Signal(str)

    def __init__(self, state: WindowState, actions: Actions, archive: Archive, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._state = state
        self._archive = archive
        self._shelf: tuple[ShelfEntry, ...] = ()
        self._gone: tuple[str, str] | None = None  # hash and name of what was removed last
        self.list = self._make_list(actions)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Filter"))
        self.filter.setAccessibleName(self.tr("Filter the documents"))
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(lambda _text: self._fill())
        self.contents = ContentsPanel()
        self.outline = Outline(self.contents)
        opening = QPushButton(self.tr("Open…"))
        opening.clicked.connect(actions["open"].trigger)
        title = label(self.tr("Documents"), "title")
        title.setContentsMargins(16, 16, 16, 12)
        filtering = self._filtering = QWidget()
        row = QHBoxLayout(filtering)
        row.setContentsMargins(16, 0, 16, 8)
        row.addWidget(self.filter)
        foot = QVBoxLayout()
        foot.setContentsMargins(16, 16, 16, 16)
        foot.addWidget(opening)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 1, 0)
        layout.setSpacing(0)
        layout.addWidget(title)
        layout.addWidget(filtering)
        layout.addWidget(self.list, 2)
        layout.addWidget(self._make_undo())
        layout.addWidget(self.outline, 3)
        layout.addLayout(foot)
        appearance().changed.connect(self.refresh)  # rows may have another height
        self.setTabOrder(self.list, self.filter)  # or the field had the keys from the start, and commands none

    @property
    def is_folded(self) -> bool:
        """Whether it makes room, whatever else wants to show it."""
        return self._folded

    def fold(self, *, folded: bool) -> None:
        """Make room, or stand where it is wanted."""
        self._folded = folded
        super().setVisible(self._wanted and not folded)
        self.unfolded.emit(not folded)

    def setVisible(self, visible: bool) -> None:  # noqa: N802 -- Qt's
        """It is wanted, or not."""
        self._wanted = visible
        super().setVisible(visible and not self._folded)

    def _make_list(self, actions: Actions) -> QListWidget:
        view = _List()
        view.setItemDelegate(_FileDelegate(self._state, view))
        view.setMouseTracking(True)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        view.setAccessibleName(self.tr("Documents"))
        view.currentItemChanged.connect(self._changed)
        view.itemClicked.connect(self._open)
        view.entered_on.connect(self._open)
        self.remove = QAction(self.tr("Remove from the workspace"), view)
        self.remove.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        self.remove.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.remove.triggered.connect(self._remove)
        view.addAction(self.remove)  # for its key
        self._close = actions["close"]
        self.forget = QAction(self.tr("Forget for good…"), view)
        self.forget.triggered.connect(self._forget)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._show_menu)
        return view

    def _show_menu(self, place: QPoint) -> None:
        if (item := self.list.itemAt(place) or self.list.currentItem()) is not None:
            self.list.setCurrentItem(item)
            menu = self.menu(item.data(SHELF_ROW))
            if not menu.isEmpty():
                menu.exec(self.list.viewport().mapToGlobal(place))
            menu.deleteLater()

    def menu(self, row: ShelfRow) -> QMenu:
        """What can be done with a document of the list, which is the current one."""
        menu = QMenu(self)
        if (file := row.file) is not None:
            menu.addAction(self._close)
            versions = self.versions_of(file)
            versions.setTitle(self.tr("This is a new version of"))
            versions.setParent(menu, versions.windowFlags())
            versions.setEnabled(file.phase == "ready" and file.document is not None)
            menu.addMenu(versions)
        elif (entry := row.entry) is not None:
            opening = menu.addAction(self.tr("Open"))
            opening.triggered.connect(lambda: self.wanted.emit(entry.sha256, entry.file))
        if row.sha256 is not None:
            menu.addActions([self.remove, self.forget])
        return menu

    def _make_undo(self) -> QWidget:
        box = self._undo = QWidget()
        box.setObjectName("message")
        box.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._undo_words = label("", "small")
        self._undo_words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        undo = self.undo = QPushButton(self.tr("Undo"))
        undo.setProperty("role", "link")
        undo.clicked.connect(self._restore)
        row = QHBoxLayout(box)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(12)
        row.addWidget(self._undo_words, 1)
        row.addWidget(undo)
        box.hide()
        return box

    def reload(self) -> None:
        """Files came, went, or another one is in view."""
        self._shelf = self._archive.shelf()
        self._fill()

    def _fill(self) -> None:
        rows = shelf_rows(self._state.files.values(), self._shelf, self.filter.text())
        self.list.blockSignals(True)
        known = [self.list.item(place).data(SHELF_ROW) for place in range(self.list.count())]
        # The list may be at an event of an item, which must outlive it: items go only where there are others.
        if [_identity(row) for row in known] == [_identity(row) for row in rows]:
            for place, row in enumerate(rows):
                _fill_item(self.list.item(place), row)
        else:
            self.list.clear()
            for row in rows:
                item = QListWidgetItem(row.name)
                _fill_item(item, row)
                self.list.addItem(item)
        for place, row in enumerate(rows):
            if row.file is not None and row.file.key == self._state.current_key:
                self.list.setCurrentRow(place)
        self.list.blockSignals(False)
        self._filtering.setVisible(len(rows) > _MANY or bool(self.filter.text()))
        self.refresh()

    def refresh(self) -> None:
        """Progress or counts changed, or what is known of the file in view."""
        shown = self.outline.show_file(self._state.current)
        rows = range(min(self.list.count(), _MOST_BESIDE_CONTENTS))
        height = sum(self.list.sizeHintForRow(row) for row in rows)
        self.list.setMaximumHeight(height if shown else QWIDGETSIZE_MAX)
        self.list.viewport().update()

    def say_removed(self, sha256: str, name: str) -> None:
        """Say that a document was removed, and offer to take that back."""
        self._gone = (sha256, name)
        words = self.tr("Removed {name}")
        room = self.width() - 2 * 16 - 12 - self.undo.sizeHint().width()
        taken = self._undo_words.fontMetrics().horizontalAdvance(words.format(name=""))
        shown = self._undo_words.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, max(room - taken, 40))
        self._undo_words.setText(words.format(name=shown))
        tip = self.tr(
            "{name} was taken out of the list. Its decisions are kept, and come back when it is opened again."
        )
        self._undo.setToolTip(tooltip(tip.format(name=name)))
        self._undo.show()

    def _restore(self) -> None:
        if self._gone is not None:
            self._undo.hide()
            sha256, self._gone = self._gone[0], None
            self.restored.emit(sha256)

    def _changed(self, item: QListWidgetItem | None) -> None:
        """With the arrow keys open documents come into view; a stored one waits for Enter."""
        if item is not None and item.data(KEY) is not None:
            self.chosen.emit(item.data(KEY))

    def _open(self, item: QListWidgetItem) -> None:
        row: ShelfRow | None = item.data(SHELF_ROW)
        if row is not None and row.file is not None:
            self.chosen.emit(row.file.key)
        elif row is not None and row.entry is not None:
            self.wanted.emit(row.entry.sha256, row.entry.file)

    def _remove(self) -> None:
        item = self.list.currentItem()
        row: ShelfRow | None = item.data(SHELF_ROW) if item is not None else None
        if row is not None and row.sha256 is not None:
            self.removed.emit(row.sha256)

    def _forget(self) -> None:
        item = self.list.currentItem()
        row: ShelfRow | None = item.data(SHELF_ROW) if item is not None else None
        if row is not None and row.sha256 is not None:
            self.forgetting.emit(row.sha256)

    def forget_removed(self) -> None:
        """Offer no way back to what was removed last."""
        self._gone = None
        self._undo.hide()


class _List(QListWidget):
    """`entered_on` carries the item on which Enter was pressed."""

    entered_on = Signal(object)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """The contents below take and give room: the document in view stays in view."""
        super().resizeEvent(event)
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentItem() is not None:
            self.entered_on.emit(self.currentItem())
        else:
            super().keyPressEvent(event)


def _fill_item(item: QListWidgetItem, row: ShelfRow) -> None:
    item.setData(SHELF_ROW, row)
    item.setData(KEY, row.file.key if row.file is not None else None)
    item.setToolTip(tooltip(_path_of(row)))
    if row.file is None and row.entry is None:
        item.setFlags(Qt.ItemFlag.NoItemFlags)


def _identity(row: ShelfRow) -> object:
    if row.file is not None:
        return row.file.key
    return row.entry.sha256 if row.entry is not None else None


def _path_of(row: ShelfRow) -> str:
    if row.file is not None:
        return str(row.file.path)
    return str(Path(row.entry.file)) if row.entry is not None else ""


class _FileDelegate(QStyledItemDelegate):
    def __init__(self, state: WindowState, parent: QWidget) -> None:
        super().__init__(parent)
        self._state = state

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: N802
        row: ShelfRow = index.data(SHELF_ROW)
        line = _line(option.font)
        return QSize(200, 2 * line + 20 if row.file is not None else line + 12 if row.entry is None else 2 * line + 8)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row: ShelfRow = index.data(SHELF_ROW)
        theme, rect = appearance().theme, option.rect
        painter.save()
        if row.file is None and row.entry is None:
            painter.fillRect(rect, colour(theme.panel))
            painter.setPen(colour(theme.muted))
            place = rect.adjusted(16, 8, -16, 0)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, self.tr("Not open"))
        else:
            self._paint_row(painter, option, row, theme)
        painter.restore()

    def _paint_row(self, painter: QPainter, option: QStyleOptionViewItem, row: ShelfRow, theme: Theme) -> None:
        rect, file = option.rect, row.file
        chosen = file is not None and file.key == self._state.current_key
        state = option.state
        over = bool(state & QStyle.StateFlag.State_MouseOver) or (
            bool(state & QStyle.StateFlag.State_Selected) and bool(state & QStyle.StateFlag.State_HasFocus)
        )
        painter.fillRect(rect, colour(theme.flag_wash if chosen else theme.hover if over else theme.panel))
        if chosen:
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), colour(theme.flag))
        room = rect.adjusted(16, 9 if file is not None else 3, -16, 0)
        if row.is_unread:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(colour(theme.flag))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(QPointF(rect.right() - 16, room.top() + _line(option.font) / 2), 3.5, 3.5)
            room.setRight(room.right() - 12)
        font = QFont(option.font)
        font.setWeight(QFont.Weight.DemiBold if chosen else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(colour(theme.text if file is not None else theme.muted))
        name = painter.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideMiddle, room.width())
        height = _line(option.font)
        painter.drawText(QRect(room.left(), room.top(), room.width(), height), Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(option.font)
        painter.setPen(colour(theme.danger if file is not None and file.phase == "failed" else theme.muted))
        line = QRect(room.left(), room.top() + height, room.width(), height)
        told = state_words(file) if file is not None else entry_words(row.entry)
        told = painter.fontMetrics().elidedText(told, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, told)
        if file is not None and file.meter is not None:
            bar = QRectF(room.left(), rect.bottom() - 5, room.width(), 2)
            painter.fillRect(bar, colour(theme.line))
            painter.fillRect(QRectF(bar.left(), bar.top(), bar.width() * file.meter.share, 2), colour(theme.flag))
