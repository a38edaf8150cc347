"""Opening an encrypted workspace at the start: the page that asks for its passphrase, and who waits for it.

The key is made in the background, for it takes its time on purpose; so is the system's keyring asked, which may ask its user.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.errors import FusenError
from app.ui.session import Session
from app.ui.widgets import label
from app.ui.words import error_words
from app.workspace import encryption

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow

CARD_WIDTH = 440
T = TypeVar("T")


def passphrase_field(words: str) -> QLineEdit:
    """A line that does not show what is typed, whose words stand in it and are its name."""
    field = QLineEdit()
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setPlaceholderText(words)
    field.setAccessibleName(words)
    return field


class UnlockPage(QWidget):
    """`asked` carries the passphrase and whether the key is to be kept on this machine."""

    asked = Signal(str, bool)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName("statePanel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.field = passphrase_field(self.tr("Passphrase"))
        self.field.returnPressed.connect(self._ask)
        self.remember = QCheckBox(self.tr("Remember on this machine"))
        self.hint = label("", "small", wrap=True)
        self.wrong = label("", "warning", wrap=True)
        self.wrong.hide()
        self.button = QPushButton(self.tr("Open"))
        self.button.setProperty("role", "primary")
        self.button.clicked.connect(self._ask)
        card = QWidget()
        card.setObjectName("stateCard")
        card.setFixedWidth(CARD_WIDTH)
        column = QVBoxLayout(card)
        column.setContentsMargins(32, 24, 32, 24)
        column.setSpacing(12)
        column.addWidget(label(self.tr("The workspace is encrypted"), "title", wrap=True))
        column.addWidget(
            label(self.tr("Enter the passphrase of {name} to open it.").format(name=name), "muted", wrap=True)
        )
        column.addWidget(self.field)
        column.addWidget(self.wrong)
        remembering = QVBoxLayout()
        remembering.setSpacing(2)
        remembering.addWidget(self.remember)
        remembering.addWidget(self.hint)
        column.addLayout(remembering)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        layout = QVBoxLayout(self)
        layout.addWidget(card, 0, Qt.AlignmentFlag.AlignCenter)
        self.show_keyring(available=None)

    def show_keyring(self, *, available: bool | None) -> None:
        """Whether the system has a keyring; None while that is not known."""
        self.remember.setEnabled(bool(available))
        self.hint.setText(keyring_words(available))

    def show_busy(self, *, busy: bool) -> None:
        """The passphrase is being tried."""
        self.field.setEnabled(not busy)
        self.button.setEnabled(not busy)
        self.button.setText(self.tr("Opening…") if busy else self.tr("Open"))
        if busy:
            self.wrong.hide()

    def show_wrong(self, text: str) -> None:
        """Say why it does not open, and let it be tried again."""
        self.show_busy(busy=False)
        self.wrong.setText(text)
        self.wrong.show()
        self.field.selectAll()
        self.field.setFocus()

    def wrong_words(self) -> str:
        """For a passphrase that is not the workspace's."""
        return self.tr(
            "This passphrase does not open it. Upper and lower case count. Without the passphrase nobody can open the "
            "workspace, Fusen neither."
        )

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """The keys go to the field, and what was wrong there is typed over."""
        super().showEvent(event)
        self.field.selectAll()
        self.field.setFocus()

    def _ask(self) -> None:
        if self.field.text() and self.field.isEnabled():
            self.asked.emit(self.field.text(), self.remember.isChecked())


def keyring_words(available: bool | None) -> str:
    """What remembering means on this machine; nothing while that is not known."""
    if available is None:
        return ""
    if available:
        return QCoreApplication.translate(
            "UnlockPage", "The key is kept in the keyring of this system, so that nothing is asked at the next start."
        )
    return QCoreApplication.translate(
        "UnlockPage", "This system has no keyring, so the passphrase is asked for at each start."
    )


class Unlocking(QObject):
    """Starts the session once its workspace can be opened; `opened` is emitted then, once."""

    opened = Signal()

    def __init__(self, window: MainWindow, session: Session) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self.page: UnlockPage | None = None

    def begin(self) -> None:
        """Open the workspace, or ask for its passphrase first."""
        path = self._session.path
        if not _is_locked(path):
            self._open()
            return
        page = self.page = UnlockPage(path.name)
        page.asked.connect(self._try)
        self._window.cover = page
        self._window.show_page(None)
        look = partial(_look, self._session, lambda: _from_keyring(path), self._looked)
        # On a thread of its own: the system may ask its user, or not answer for long, and a passphrase is not to wait for that.
        threading.Thread(target=look, name="keyring", daemon=True).start()

    def _looked(self, found: tuple[bool, bool]) -> None:
        unlocked, available = found
        if self.page is not None:
            if unlocked:
                self._open()
            else:
                self.page.show_keyring(available=available)

    def _try(self, passphrase: str, remember: bool) -> None:
        assert self.page is not None  # noqa: S101 -- it asked
        self.page.show_busy(busy=True)
        path = self._session.path
        self._session.in_background(lambda: _unlock(path, passphrase, remember=remember), self._unlocked, self._failed)

    def _unlocked(self, kept: FusenError | None) -> None:
        if self.page is not None:  # else the keyring was first
            self._open()
        if kept is not None:
            self._session.archive.tell(kept)

    def _failed(self, error: FusenError) -> None:
        if self.page is not None:
            wrong = error.code == "wrong-password"
            self.page.show_wrong(self.page.wrong_words() if wrong else " ".join(error_words(error)))

    def _open(self) -> None:
        page, self.page = self.page, None
        self._window.cover = None
        if page is not None:
            page.field.clear()
            self._window.show_page(None)
            page.deleteLater()
        self._session.start()
        self.opened.emit()


def _is_locked(path: Path) -> bool:
    try:
        return encryption.is_locked(path)
    except OSError:  # opening it says what is the matter
        return False


def _look(session: Session, work: Callable[[], T], done: Callable[[T], object]) -> None:
    found = work()
    session.post(lambda: done(found))


def ask_for_keyring(session: Session, done: Callable[[bool], object]) -> None:
    """Find out whether this system has a keyring; `done` is told in the window's thread."""
    threading.Thread(target=partial(_look, session, _has_keyring, done), name="keyring", daemon=True).start()


def _has_keyring() -> bool:
    from app.workspace import key_store

    return key_store.is_available()


def _from_keyring(path: Path) -> tuple[bool, bool]:
    """Whether a kept key opened the file, and whether there is a keyring at all."""
    from app.workspace import key_store

    available = key_store.is_available()
    try:
        return available and key_store.unlock_remembered(path), available
    except FusenError:  # the passphrase is asked for, and opening says what is the matter
        return False, available


def _unlock(path: Path, passphrase: str, *, remember: bool) -> FusenError | None:
    """Open the file; returns why the key was not kept where it should be."""
    from app.workspace import key_store, rewriting

    key = encryption.unlock(path, passphrase)
    rewriting.finish(path)
    if remember:
        try:
            key_store.remember(key)
        except FusenError as error:
            return error
    return None
