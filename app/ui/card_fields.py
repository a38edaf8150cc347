"""The fields of a finding's card. Each is left by Enter, Ctrl+Enter or Esc, without the mouse; what is typed is kept then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from app.review.due import parse_due
from app.ui.widgets import restyle, tooltip

_RETURN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class CommentField(QPlainTextEdit):
    """Shift+Return makes a new line. `left` is emitted whenever it loses the cursor, `done` where a key asked for that."""

    left = Signal()
    done = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Leave, or type."""
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if event.key() == Qt.Key.Key_Escape or (event.key() in _RETURN and not shift):
            self.done.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """The cursor goes elsewhere."""
        super().focusOutEvent(event)
        self.left.emit()


class LineField(QLineEdit):
    """One line; `read` makes what is kept of what is typed, or raises ValueError. `changed` carries what is to be kept.

    Esc takes back what was typed.
    """

    changed = Signal(str)
    done = Signal()

    def __init__(self, placeholder: str, name: str, read: Callable[[str], str], advice: str = "") -> None:
        super().__init__()
        self._read = read
        self._advice = advice
        self._kept = ""
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(name)
        self.setAcceptDrops(False)
        self.textEdited.connect(lambda _text: self._judge(wrong=False))

    def show_value(self, value: str) -> None:
        """Show what is kept; what is being typed stays."""
        if not self.hasFocus():
            self._kept = value
            self.setText(value)
            self.setCursorPosition(0)
            self._judge(wrong=False)

    def keep(self) -> bool:
        """Say what is to be kept, if it is another; False where it cannot be read."""
        try:
            value = self._read(self.text())
        except ValueError:
            self._judge(wrong=True)
            return False
        self.setText(value)
        if value != self._kept:
            self._kept = value
            self.changed.emit(value)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Leave, or type."""
        if event.key() == Qt.Key.Key_Escape:
            self.setText(self._kept)
            self._judge(wrong=False)
            self.done.emit()
        elif event.key() in _RETURN:
            if self.keep():
                self.done.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """The cursor goes elsewhere: keep what can be read."""
        super().focusOutEvent(event)
        self.keep()

    def _judge(self, *, wrong: bool) -> None:
        restyle(self, kind="wrong" if wrong else "")
        self.setToolTip(tooltip(self._advice) if wrong and self._advice else "")
        self.setAccessibleDescription(self._advice if wrong else "")


def read_due(text: str) -> str:
    """A due date as it is kept."""
    return parse_due(text, date.today())


def read_owner(text: str) -> str:
    """An owner as it is kept."""
    return " ".join(text.split())
