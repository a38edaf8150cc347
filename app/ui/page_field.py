"""The place in the toolbar: which page is in view, and a field that goes to another one by its label or number."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QSizePolicy, QWidget

from app.ui.page_labels import page_named
from app.ui.widgets import label, restyle


class PageField(QWidget):
    """`asked` carries the page (from 1) to go to; `left` says that the field was left without one."""

    asked = Signal(int)
    opened = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._labels: Sequence[str] = ()
        self.place = QPushButton()
        self.place.setProperty("role", "place")
        self.place.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.place.setToolTip(self.tr("Go to page (Ctrl+G)"))
        self.place.clicked.connect(self.opened)
        self.edit = QLineEdit()
        self.edit.setFixedWidth(96)
        self.edit.setAccessibleName(self.tr("Go to page"))
        self.edit.installEventFilter(self)
        self.edit.textEdited.connect(self._explain)
        self.hint = label("", "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # must widen nothing
        for widget, stretch in ((self.place, 0), (self.edit, 0), (self.hint, 1)):
            row.addWidget(widget, stretch)
        row.addStretch(0)
        self.close_field()

    def width_of(self, text: str) -> int:
        """Pixels that a place in these words takes."""
        return self.place.fontMetrics().horizontalAdvance(text) + 14

    def show_place(self, text: str) -> None:
        """Say where the reader is."""
        self.place.setText(text)
        self.place.setAccessibleName(text)
        self.place.setVisible(bool(text) and self.edit.isHidden())

    def open_field(self, labels: Sequence[str], page: int) -> None:
        """Ask for a page; `labels` has one entry a page, empty where the file has none."""
        self._labels = labels
        self.place.hide()
        self.edit.setText((labels[page - 1] if 1 <= page <= len(labels) else "") or str(page))
        self.edit.show()
        self._explain()
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.edit.selectAll()

    def close_field(self) -> None:
        """Show the place again."""
        self.edit.hide()
        self.hint.hide()
        self.place.setVisible(bool(self.place.text()))

    def _explain(self) -> None:
        """What can be typed."""
        self.hint.show()
        restyle(self.hint, role="muted")
        first = next((name for name in self._labels if name), "")
        text = self.tr("1 to {count}, or a label such as {label}") if first else self.tr("1 to {count}")
        self.hint.setText(text.format(count=len(self._labels), label=first))

    def _go(self) -> None:
        if not (typed := self.edit.text().strip()):
            return
        if (page := page_named(self._labels, typed)) is not None:
            self.close_field()
            self.asked.emit(page)
            return
        restyle(self.hint, role="wrong")
        self.hint.setText(
            self.tr("There is no page “{typed}” (1 to {count})").format(typed=typed[:12], count=len(self._labels))
        )
        self.edit.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Enter goes, Esc and leaving the field close it."""
        if isinstance(event, QKeyEvent):
            is_key = event.type() == QEvent.Type.KeyPress
            if event.key() == Qt.Key.Key_Escape:
                event.accept()
                if is_key:
                    self.close_field()
                    self.left.emit()
                return True
            if is_key and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._go()
                return True
        elif event.type() == QEvent.Type.FocusOut and not self.edit.isHidden():
            self.close_field()
        return False
