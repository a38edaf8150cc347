"""The head of the group that is scrolled through, painted over the list's top while its own row is out of view above.

It lies on the table and not on its viewport, which would take it along when it scrolls.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionViewItem, QTableView, QWidget

from app.ui.findings_model import GROUP, group_name, head_height, paint_head
from app.ui.grouping import Group
from app.ui.widgets import tooltip


class StickyHead(QWidget):
    """`pressed` carries the row of the head that it stands for. `head_row` gives that of the group in which a row is."""

    pressed = Signal(int)

    def __init__(self, table: QTableView, head_row: Callable[[int], int | None]) -> None:
        super().__init__(table)
        self._table = table
        self._head_row = head_row
        self.row: int | None = None
        self._group: Group | None = None
        self._over = False
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        table.verticalScrollBar().valueChanged.connect(self.follow)

    def follow(self) -> None:
        """Rows, their places or the list's size changed: stand where the next head leaves room, or hide."""
        table, view = self._table, self._table.viewport().geometry()
        top = table.rowAt(0)
        row = self._head_row(top) if top >= 0 else None
        if row is None or table.rowViewportPosition(row) >= 0:
            self.row = None
            self.hide()
            return
        height = head_height(table.font())
        self.row, self._group = row, table.model().index(row, 0).data(GROUP)
        if self._group is not None:
            self.setToolTip(tooltip(group_name(self._group)))
        pushed = next((y - height for y in self._heads_below(top, height)), 0)
        self.setGeometry(view.left(), view.top() + min(pushed, 0), view.width(), height)
        self.setMask(self.rect().adjusted(0, -min(pushed, 0), 0, 0))  # not over what stands above the list
        self.show()
        self.raise_()
        self.update()

    def _heads_below(self, top: int, height: int) -> list[int]:
        """Where the heads begin that would lie under this one."""
        table = self._table
        last = table.rowAt(height)
        rows = range(top + 1, (last if last >= 0 else table.model().rowCount() - 1) + 1)
        return [table.rowViewportPosition(r) for r in rows if table.model().index(r, 0).data(GROUP) is not None]

    def room(self, row: int) -> int:
        """How many pixels at the top of the list a row must leave to the head of its group."""
        head = self._head_row(row)
        return head_height(self._table.font()) if head is not None and head != row else 0

    def sizeHint(self) -> QSize:  # noqa: N802
        """That of a head."""
        return QSize(240, head_height(self._table.font()))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """As the row itself looks."""
        if self._group is None:
            return
        option = QStyleOptionViewItem()
        option.initFrom(self)
        option.rect = self.rect()
        option.font = self._table.font()
        option.state = QStyle.StateFlag.State_MouseOver if self._over else QStyle.StateFlag.State_None
        painter = QPainter(self)
        paint_head(painter, option, self._group)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """As on the row itself."""
        if event.button() == Qt.MouseButton.LeftButton and self.row is not None:
            self.pressed.emit(self.row)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """The list scrolls under it."""
        QApplication.sendEvent(self._table.verticalScrollBar(), event)

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802
        """It can be clicked on."""
        self._over = True
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Not any more."""
        self._over = False
        self.update()
        super().leaveEvent(event)
