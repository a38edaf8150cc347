"""The card of the selected finding: what it is, its words, a comment, and the buttons to decide."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.tags import tag_name
from app.ui.actions import Actions
from app.ui.finding_list import is_accepted
from app.ui.state import OpenFile
from app.ui.widgets import label, restyle


class FindingCard(QWidget):
    """Shows one finding; `commented` carries file, id and text when the reviewer leaves the comment field."""

    commented = Signal(object, str, str)

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._file: OpenFile | None = None
        self._finding_id: str | None = None
        self._kept = ""
        self._tags, self._figures = label("", "head"), label("", "small")
        self._quote = label("")
        self._quote.setWordWrap(True)
        self._quote.setMaximumHeight(112)
        self._quote.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._quote.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._comment = CommentField()
        self._comment.setFixedHeight(58)
        self._comment.setTabChangesFocus(True)
        self._comment.setPlaceholderText(self.tr("Comment (C) – goes with the finding into every export"))
        self._comment.setAccessibleName(self.tr("Comment"))
        self._comment.left.connect(self.keep_comment)
        self.accept = self._button(actions, "accept", "A")
        self.reject = self._button(actions, "reject", "R")
        self.next = self._button(actions, "next", "N", self.tr("Next"))
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.accept, self.reject, self.next):
            buttons.addWidget(button, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        for widget in (self._tags, self._figures, self._quote, self._comment):
            layout.addWidget(widget)
        layout.addLayout(buttons)

    def _button(self, actions: Actions, command: str, key: str, text: str = "") -> QPushButton:
        action = actions[command]
        button = QPushButton(f"{text or action.text()}  {key}")
        button.setToolTip(action.toolTip())
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(action.trigger)
        action.changed.connect(lambda: button.setEnabled(action.isEnabled()))
        button.setEnabled(action.isEnabled())
        return button

    def show_finding(self, file: OpenFile | None) -> None:
        """Show the selected finding of `file`; the comment of the one before is kept first."""
        finding = file.findings.selected if file is not None and file.phase == "ready" else None
        if (finding.id if finding else None) != self._finding_id:
            self.keep_comment()
        self.setVisible(finding is not None)
        if finding is None:
            self._finding_id = None
            return
        self._tags.setText(" · ".join(tag_name(t.tag) for t in finding.tags) or self.tr("Important passage"))
        low, high = finding.interval
        figures = self.tr("Importance {importance:.0%} ({low:.0%}–{high:.0%})")
        if finding.quads:
            figures = self.tr("Page {page}  ·  importance {importance:.0%} ({low:.0%}–{high:.0%})")
        self._figures.setText(figures.format(page=finding.page, importance=finding.importance, low=low, high=high))
        text = " ".join(finding.text.split())
        self._quote.setText(text if len(text) < 320 else text[:319].rstrip() + "…")
        if not self._comment.hasFocus() or finding.id != self._finding_id:
            self._comment.setPlainText(finding.comment)
            self._kept = finding.comment
        self._file, self._finding_id = file, finding.id
        restyle(self.accept, role="accepted" if is_accepted(finding.decision) else "primary")
        restyle(self.reject, role="rejected" if finding.decision == "rejected" else "")

    def edit_comment(self) -> None:
        """Put the cursor into the comment."""
        self._comment.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keep_comment(self) -> None:
        """Store what was typed, if it was changed."""
        text = self._comment.toPlainText().strip()
        if self._file is not None and self._finding_id is not None and text != self._kept:
            self._kept = text
            self.commented.emit(self._file, self._finding_id, text)


class CommentField(QPlainTextEdit):
    """Return and Esc leave the field, Shift+Return makes a new line; `left` is emitted whenever it loses the cursor."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Leave, or type."""
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if event.key() == Qt.Key.Key_Escape or (event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not shift):
            self.window().setFocus()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """The cursor goes elsewhere."""
        super().focusOutEvent(event)
        self.left.emit()
