"""The map of all keys, laid over the window; a key or a click takes it away again."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.ui.actions import words
from app.ui.commands import COMMANDS, MENUS
from app.ui.key_rows import name_of, native
from app.ui.settings import Settings
from app.ui.widgets import label

COLUMN_WIDTH = 330
MOST_COLUMNS = 3
ROOM = 48
_ORDER = ("review", "view", "file", "help")
"""Of the menus: first what the keys are pressed for all day."""


class KeyMap(QWidget):
    """`closed` is emitted when the user is done with it; `changing` when she wants other keys."""

    closed = Signal()
    changing = Signal()

    def __init__(self, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("keyMap")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Keys"))
        self._settings = settings
        self.card = QWidget(self)
        self.card.setObjectName("keyCard")
        self.card.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._area = QScrollArea()
        self._area.setObjectName("houseArea")
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._area.setAccessibleName(self.tr("Keys"))
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        change, close = QPushButton(self.tr("Change keys…")), QPushButton(self.tr("Close"))
        change.clicked.connect(self.changing)
        close.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(label(self.tr("Keys"), "brand"), 1)
        head.addWidget(change)
        head.addWidget(close)
        layout = QVBoxLayout(self.card)
        layout.setContentsMargins(24, 16, 16, 16)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(self._area, 1)
        parent.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        """Show the keys as they are now."""
        if (window := self.parentWidget()) is not None:
            self.setGeometry(window.rect())
        self._fill()
        self.show()
        self.raise_()
        self._area.setFocus(Qt.FocusReason.OtherFocusReason)

    def _columns(self) -> int:
        return max(1, min(MOST_COLUMNS, (self.width() - 2 * ROOM) // COLUMN_WIDTH))

    def _fill(self) -> None:
        columns = self._columns()
        keys = self._settings.keys()
        menus = {name: [c for c in COMMANDS if c.menu == name and keys[c.id]] for name in _ORDER}
        content = QWidget()
        content.setObjectName("houseContent")
        row = QHBoxLayout(content)
        row.setContentsMargins(0, 0, 12, 0)
        row.setSpacing(32)
        stacks = [QVBoxLayout() for _ in range(columns)]
        heights = [0] * columns
        for name, commands in menus.items():
            if not commands:
                continue
            place = heights.index(min(heights))
            heights[place] += len(commands) + 2
            stacks[place].addWidget(label(words(MENUS[name]).split("(")[0].replace("&", ""), "head"))
            stacks[place].addLayout(self._table([(name_of(c), keys[c.id]) for c in commands]))
            stacks[place].addSpacing(12)
        for stack in stacks:
            stack.setSpacing(8)
            stack.addStretch(1)
            row.addLayout(stack, 1)
        self._area.setWidget(content)
        # Its width: from the scroll area, so that no name is cut.
        wide = content.sizeHint().width() + 24 + 16 + 20
        self._wanted = (max(wide, 360), content.sizeHint().height() + 110)
        self._place()

    @staticmethod
    def _table(rows: list[tuple[str, tuple[str, ...]]]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for number, (name, keys) in enumerate(rows):
            held = QHBoxLayout()
            held.setSpacing(4)
            for key in keys:
                held.addWidget(label(native(key), "key"))
            held.addStretch(1)
            grid.addLayout(held, number, 0)
            grid.addWidget(label(name), number, 1)
        return grid

    def _place(self) -> None:
        width = min(self._wanted[0], self.width() - 2 * 24)
        height = min(self._wanted[1], self.height() - 2 * 24)
        self.card.setGeometry((self.width() - width) // 2, (self.height() - height) // 2, width, height)

    # ---- events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Stay as large as the window."""
        if event.type() == QEvent.Type.Resize and isinstance(event, QResizeEvent) and self.isVisible():
            columns = self._columns()
            self.resize(event.size())
            self._fill() if columns != self._columns() else self._place()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc closes; Tab and the arrows work as ever; what else is typed goes nowhere."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Beside the card: close."""
        if not self.card.geometry().contains(event.position().toPoint()):
            self.closed.emit()
