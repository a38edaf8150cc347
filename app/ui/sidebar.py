"""The open documents, each with its state; below them the contents of the one in view."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.ui.actions import Actions
from app.ui.appearance import appearance, colour
from app.ui.contents import ContentsPanel
from app.ui.outline import Outline
from app.ui.state import WindowState
from app.ui.widgets import label, tooltip
from app.ui.words import state_words

KEY = Qt.ItemDataRole.UserRole + 1
ROW = 60
_MOST_BESIDE_CONTENTS = 4
QWIDGETSIZE_MAX = (1 << 24) - 1
"""Qt's word for no limit, which its Python binding does not have."""


class Sidebar(QWidget):
    """`chosen` carries the key of a file."""

    chosen = Signal(int)

    def __init__(self, state: WindowState, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._state = state
        self.list = QListWidget()
        self.list.setItemDelegate(_FileDelegate(state, self.list))
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(self.tr("Documents"))
        self.list.currentItemChanged.connect(lambda item: self.chosen.emit(item.data(KEY)) if item else None)
        self.list.addAction(actions["close"])
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.contents = ContentsPanel()
        self.outline = Outline(self.contents)
        opening = QPushButton(self.tr("Open…"))
        opening.clicked.connect(actions["open"].trigger)
        title = label(self.tr("Documents"), "title")
        title.setContentsMargins(16, 16, 16, 12)
        foot = QVBoxLayout()
        foot.setContentsMargins(16, 16, 16, 16)
        foot.addWidget(opening)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 1, 0)
        layout.setSpacing(0)
        layout.addWidget(title)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.outline, 3)
        layout.addLayout(foot)

    def reload(self) -> None:
        """Files came, went, or another one is in view."""
        self.list.blockSignals(True)
        self.list.clear()
        for file in self._state.files.values():
            item = QListWidgetItem(file.name)
            item.setData(KEY, file.key)
            item.setToolTip(tooltip(str(file.path)))
            self.list.addItem(item)
            if file.key == self._state.current_key:
                self.list.setCurrentItem(item)
        self.list.blockSignals(False)
        self.refresh()

    def refresh(self) -> None:
        """Progress or counts changed, or what is known of the file in view."""
        shown = self.outline.show_file(self._state.current)
        self.list.setMaximumHeight(min(self.list.count(), _MOST_BESIDE_CONTENTS) * ROW if shown else QWIDGETSIZE_MAX)
        self.list.viewport().update()


class _FileDelegate(QStyledItemDelegate):
    def __init__(self, state: WindowState, parent: QWidget) -> None:
        super().__init__(parent)
        self._state = state

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: N802
        return QSize(200, ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        file = self._state.files.get(index.data(KEY))
        if file is None:
            return
        theme, rect = appearance().theme, option.rect
        chosen = file.key == self._state.current_key
        over = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.fillRect(rect, colour(theme.flag_wash if chosen else theme.hover if over else theme.panel))
        if chosen:
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), colour(theme.flag))
        room = rect.adjusted(16, 9, -16, 0)
        font = QFont(option.font)
        font.setWeight(QFont.Weight.DemiBold if chosen else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(colour(theme.text))
        name = painter.fontMetrics().elidedText(file.name, Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(QRect(room.left(), room.top(), room.width(), 20), Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(option.font)
        painter.setPen(colour(theme.danger if file.phase == "failed" else theme.muted))
        line = QRect(room.left(), room.top() + 20, room.width(), 20)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, state_words(file))
        if file.meter is not None:
            bar = QRectF(room.left(), rect.bottom() - 5, room.width(), 2)
            painter.fillRect(bar, colour(theme.line))
            painter.fillRect(QRectF(bar.left(), bar.top(), bar.width() * file.meter.share, 2), colour(theme.flag))
        painter.restore()
