"""What Ask and the search over all documents have in common: a panel to the right with a field, what is told, and places."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QProgressBar, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.ui.appearance import appearance
from app.ui.place_list import PlaceList
from app.ui.widgets import claims_escape, label

MARGIN = 16


class SidePanel(QWidget):
    """`closed` when the reader is done with it. Esc stops what runs, or else closes; Down goes from the field to the places."""

    closed = Signal()

    def __init__(self, title: str, placeholder: str, lines: int) -> None:
        super().__init__()
        self.setObjectName("findings")  # it stands where the findings stand, and looks like them
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.field = QLineEdit()
        self.field.setPlaceholderText(placeholder)
        self.field.setAccessibleName(title)
        self.field.setClearButtonEnabled(True)
        self.told = label("", "small", wrap=True)
        self.told.hide()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.stop = QPushButton(self.tr("Cancel"))
        self.stop.clicked.connect(self.cancel)
        self.list = PlaceList(lines)
        self.list.setAccessibleName(title)
        self._working = QWidget()
        row = QHBoxLayout(self._working)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.bar, 1)
        row.addWidget(self.stop)
        self._working.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._make_head(title))
        column.addWidget(self.list, 1)
        self.column = column

    def _make_head(self, title: str) -> QVBoxLayout:
        close = self._close = QToolButton()
        close.setToolTip(self.tr("Close (Esc)"))
        close.setAccessibleName(self.tr("Close"))
        close.setIconSize(QSize(16, 16))
        close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        close.clicked.connect(self.closed)
        appearance().changed.connect(self._dress)
        self._dress()
        top = QHBoxLayout()
        top.addWidget(label(title, "title"), 1)
        top.addWidget(close)
        self.head = QVBoxLayout()
        self.head.setContentsMargins(MARGIN, 12, MARGIN, 12)
        self.head.setSpacing(8)
        self.head.addLayout(top)
        self.head.addWidget(self.field)
        self.head.addWidget(self._working)
        self.head.addWidget(self.told)
        return self.head

    def open_field(self) -> None:
        """Let the reader type."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def cancel(self) -> None:
        """Stop what runs."""

    @property
    def is_working(self) -> bool:
        """Whether something runs that can be cancelled."""
        return not self._working.isHidden()

    def show_working(self, *, working: bool, share: float | None = None) -> None:
        """Something runs, of which `share` is done; without one it is not known how much."""
        self._working.setVisible(working)
        self.bar.setRange(0, 0 if share is None else 1000)
        if share is not None:
            self.bar.setValue(round(share * 1000))

    def tell(self, text: str) -> None:
        """Say something above the places; nothing with an empty text."""
        self.told.setText(text)
        self.told.setVisible(bool(text))

    def _dress(self) -> None:
        self._close.setIcon(appearance().icon("close"))

    def event(self, event: QEvent) -> bool:
        """Esc is this panel's while it has the keys, not the command's that cancels an analysis."""
        return claims_escape(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Keys that neither field nor list wanted."""
        if event.key() == Qt.Key.Key_Escape:
            if self.is_working:
                self.cancel()
            else:
                self.closed.emit()
        elif event.key() == Qt.Key.Key_Down and self.field.hasFocus():
            self.list.enter()
        else:
            super().keyPressEvent(event)
