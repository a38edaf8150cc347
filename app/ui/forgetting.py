"""Forgetting a document for good: asked inline before, since it cannot be undone, then done in the background."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget
from shiboken6 import isValid

from app.errors import FusenError
from app.ui.hub import Message
from app.ui.reviewer import Reviewer
from app.ui.session import Session
from app.ui.widgets import claims_escape, label, restyle
from app.workspace.store import Workspace

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow
    from app.workspace.forgetting import Forgotten


class ForgetBar(QWidget):
    """Above the pages while there is something to ask; `confirmed` carries the document's hash."""

    confirmed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._sha256 = ""
        self._focus: QWidget | None = None  # had the keys before the question
        self.text = label("", wrap=True)
        self.forget, self.cancel = QPushButton(self.tr("Forget for good")), QPushButton(self.tr("Cancel"))
        self.forget.clicked.connect(self._confirm)
        self.cancel.clicked.connect(self._leave)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(16)
        row.addWidget(self.text, 1)
        for button in (self.forget, self.cancel):
            button.setProperty("role", "link")
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def ask(self, sha256: str, name: str) -> None:
        """Ask whether to forget it. The focus is on the way out."""
        self._sha256 = sha256
        if self.isHidden():
            self._focus = self.window().focusWidget()
        restyle(self, kind="error")
        words = self.tr(
            "Forget {name} for good? All that was found, decided and commented in it is erased, also in copies of the "
            "workspace. This cannot be undone. The file itself and what was exported stay. Remove it from the workspace "
            "instead to keep the decisions."
        )
        self.text.setText(words.format(name=name))
        self.forget.show()
        self.cancel.show()
        self.show()
        self.cancel.setFocus()

    def show_busy(self, name: str) -> None:
        """It is being forgotten."""
        restyle(self, kind="note")
        self.text.setText(self.tr("Forgetting {name}…").format(name=name))
        self.forget.hide()
        self.cancel.hide()
        self.show()

    def event(self, event: QEvent) -> bool:
        """Esc is the question's while its buttons have the keys."""
        return claims_escape(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc takes the question back."""
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)

    def _leave(self) -> None:
        focus = self._focus
        if focus is not None and isValid(focus) and focus.isVisible():
            focus.setFocus()
        self.hide()

    def _confirm(self) -> None:
        self.confirmed.emit(self._sha256)


class Forgetting(QObject):
    """Asks in its `bar` and does it."""

    def __init__(self, window: MainWindow, session: Session) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self.bar = ForgetBar(window)
        self.bar.confirmed.connect(self._forget)

    def ask(self, sha256: str) -> None:
        """Ask whether to forget the document with this hash."""
        if self._session.is_open:
            self.bar.ask(sha256, self._name(sha256))

    def _name(self, sha256: str) -> str:
        files = self._session.state.with_sha256(sha256)
        if files:
            return files[0].name
        entry = next((entry for entry in self._session.archive.shelf() if entry.sha256 == sha256), None)
        return Path(entry.file).name if entry is not None else ""

    def _forget(self, sha256: str) -> None:
        name, path = self._name(sha256), self._session.path
        reviewer = self._session.workspace.reviewer if self._session.workspace is not None else ""
        self.bar.show_busy(name)
        for file in self._session.state.with_sha256(sha256):
            self._session.close_file(file.key)

        def forget() -> Forgotten:
            with Workspace.open(path) as workspace:
                workspace.reviewer = reviewer
                return workspace.forget(sha256)

        self._session.in_background(forget, lambda outcome: self._forgotten(name, outcome), self._failed)

    def _forgotten(self, name: str, outcome: Forgotten) -> None:
        advice = ""
        if outcome.removed:
            removed = ", ".join(outcome.removed)
            advice = self.tr("Copies that could not be read were removed: {names}.").format(names=removed)
        self._end(Message("success", self.tr("{name} is forgotten.").format(name=name), advice))

    def _failed(self, error: FusenError) -> None:
        self.bar.hide()
        self._session.archive.tell(error)
        self._refresh()

    def _end(self, message: Message) -> None:
        self.bar.hide()
        self._refresh()
        self._session.hub.announced.emit(0, message)

    def _refresh(self) -> None:
        self._window.sidebar.forget_removed()
        self._window.sidebar.reload()
        self._window.household.show_recent()
        self._session.reviewing(Reviewer.refresh_history)
        self._window.whole.reload()
