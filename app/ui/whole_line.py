"""A field for a path or a file's name, which stands in full below it where the field is too narrow."""

from __future__ import annotations

import re

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.ui.widgets import label

_JOINTS = re.compile(r"([/\\_\-.]|[^/\\_\-.\s]{20})")
_PADDING = 24


class WholeLine(QWidget):
    """`field` is the field; `add` sets something beside it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.field = QLineEdit()
        self.field.setAccessibleName(name)
        self.field.textChanged.connect(self._show_whole)
        self._whole = label("", "small", wrap=True)
        self._row = QHBoxLayout()
        self._row.setSpacing(12)
        self._row.addWidget(self.field, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(self._row)
        column.addWidget(self._whole)

    def add(self, widget: QWidget) -> None:
        """Set a widget to the right of the field."""
        self._row.addWidget(widget)

    def show_text(self, text: str) -> None:
        """Have this text, from its beginning."""
        if self.field.text() != text:
            self.field.setText(text)
            self.field.setCursorPosition(0)

    def _show_whole(self) -> None:
        text, room = self.field.text(), self.field.width() - _PADDING
        self._whole.setText(_JOINTS.sub("\\1\N{ZERO WIDTH SPACE}", text))
        self._whole.setVisible(self.field.fontMetrics().horizontalAdvance(text) > room > 0)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """At another width more or less fits."""
        super().resizeEvent(event)
        self._show_whole()
