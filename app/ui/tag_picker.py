"""A small list of all tags with a field to filter it: arrows move, Enter or Space sets or takes away a tag, Esc is done."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.documents.document import Language
from app.tags import tag_name, tag_names

_TAG = Qt.ItemDataRole.UserRole
WIDTH, HEIGHT = 272, 312


def tag_choices(first: Sequence[str], used: Sequence[str], language: Language) -> list[str]:
    """Every tag: those of the finding, then those that the document has elsewhere, then the others, each part by its name."""

    def named(tags: set[str]) -> list[str]:
        return sorted(tags, key=lambda tag: tag_name(tag, language).casefold())

    elsewhere = set(used) - set(first)
    return [*dict.fromkeys(first), *named(elsewhere), *named(set(tag_names()) - elsewhere - set(first))]


class TagPicker(QFrame):
    """A popup; `chosen` carries the tags once it is closed with others than it was opened with."""

    chosen = Signal(list)

    def __init__(self, tags: Sequence[str], used: Sequence[str], language: Language, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("tagPicker")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._before = tuple(tags)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Filter tags"))
        self.filter.setAccessibleName(self.tr("Filter tags"))
        self.filter.textChanged.connect(self._narrow)
        self.filter.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Tags"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for tag in tag_choices(tags, used, language):
            item = QListWidgetItem(tag_name(tag, language))
            item.setData(_TAG, tag)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            item.setCheckState(Qt.CheckState.Checked if tag in tags else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.list.itemClicked.connect(self._toggle)
        self.list.setCurrentRow(0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self.filter)
        layout.addWidget(self.list, 1)
        self.resize(WIDTH, HEIGHT)

    def show_above(self, widget: QWidget) -> None:
        """Show over `widget`, where there is room on the screen."""
        room = widget.screen().availableGeometry()
        corner = widget.mapToGlobal(QPoint(0, -HEIGHT - 4))
        x = min(max(corner.x(), room.left()), room.right() - WIDTH)
        self.move(x, max(corner.y(), room.top()))
        self.show()
        self.filter.setFocus(Qt.FocusReason.PopupFocusReason)

    def tags(self) -> list[str]:
        """The tags that are set now, in the order of the list."""
        items = (self.list.item(row) for row in range(self.list.count()))
        return [item.data(_TAG) for item in items if item.checkState() == Qt.CheckState.Checked]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Keys of the field that are about the list."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key, empty = event.key(), not self.filter.text()
            if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                self._step(1 if key == Qt.Key.Key_Down else -1)
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.close()
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or (key == Qt.Key.Key_Space and empty):
                if (item := self.list.currentItem()) is not None and not item.isHidden():
                    self._toggle(item)
                self.filter.clear()
                return True
        return super().eventFilter(watched, event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Closed, whichever way: say what was chosen."""
        super().hideEvent(event)
        if set(self.tags()) != set(self._before):
            self._before = tuple(self.tags())
            self.chosen.emit(self.tags())

    def _narrow(self, text: str) -> None:
        wanted = text.casefold().strip()
        first: QListWidgetItem | None = None
        for row in range(self.list.count()):
            item = self.list.item(row)
            item.setHidden(wanted not in item.text().casefold())
            first = first or (None if item.isHidden() else item)
        if first is not None and (self.list.currentItem() is None or self.list.currentItem().isHidden()):
            self.list.setCurrentItem(first)

    def _step(self, step: int) -> None:
        row = self.list.currentRow() + step
        while 0 <= row < self.list.count() and self.list.item(row).isHidden():
            row += step
        if 0 <= row < self.list.count():
            self.list.setCurrentRow(row)

    @staticmethod
    def _toggle(item: QListWidgetItem) -> None:
        checked = item.checkState() == Qt.CheckState.Checked
        item.setCheckState(Qt.CheckState.Unchecked if checked else Qt.CheckState.Checked)
