"""The part of the settings that protects the workspace: encrypt it, change its passphrase, decrypt it. With a progress bar.

While the file is written anew nobody may use it, so the open documents are closed and come back afterwards as they stood.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.errors import FusenError
from app.ui.appearance import TextWide
from app.ui.session import Session
from app.ui.state import BUSY
from app.ui.unlocking import ask_for_keyring, keyring_words, passphrase_field
from app.ui.widgets import label, restyle
from app.ui.words import error_words
from app.workspace import encryption

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow
    from app.workspace.rewriting import Outcome

Task = Literal["encrypt", "change", "decrypt"]
_RANGE = 1000
FIELD_WIDTH = 320


class ProtectionPart(QWidget):
    """`asked` carries the task, the new passphrase (empty for decrypting) and whether to remember its key."""

    asked = Signal(str, str, bool)

    def __init__(self) -> None:
        super().__init__()
        self._task: Task = "encrypt"
        self.state, self.why = label("", "head", wrap=True), label("", "small", wrap=True)
        self.encrypt, self.change, self.decrypt = QPushButton(), QPushButton(), QPushButton()
        self.encrypt.setText(self.tr("Encrypt…"))
        self.change.setText(self.tr("Change the passphrase…"))
        self.decrypt.setText(self.tr("Decrypt…"))
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        tasks: tuple[tuple[Task, QPushButton], ...] = (
            ("encrypt", self.encrypt),
            ("change", self.change),
            ("decrypt", self.decrypt),
        )
        for task, button in tasks:
            button.clicked.connect(lambda _checked=False, task=task: self._begin(task))
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.form = self._make_form()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, _RANGE)
        self.bar.setAccessibleName(self.tr("Progress"))
        self.result = label("", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(8)
        column.addWidget(self.state)
        column.addWidget(self.why)
        column.addLayout(buttons)
        below: tuple[QWidget, ...] = (self.form, self.bar, self.result)
        for widget in below:
            column.addWidget(widget)
            widget.hide()
        self.searched = " ".join(
            (self.encrypt.text(), self.change.text(), self.decrypt.text(), "encryption")
        ).casefold()

    def _make_form(self) -> QWidget:
        form = QWidget()
        self.warning = label("", wrap=True)
        self.first = passphrase_field(self.tr("New passphrase"))
        self.second = passphrase_field(self.tr("The same once more"))
        self.understood = QCheckBox(self.tr("I have kept the passphrase in a safe place"))
        self.remember, self.hint = QCheckBox(self.tr("Remember on this machine")), label("", "small", wrap=True)
        self.wrong = label("", "warning", wrap=True)
        self.go, self.cancel = QPushButton(), QPushButton(self.tr("Cancel"))
        self.go.setProperty("role", "primary")
        self.go.clicked.connect(self._ask)
        self.cancel.clicked.connect(self._cancel)
        for field in (self.first, self.second):
            TextWide(field, FIELD_WIDTH, at_most=True)
            field.textChanged.connect(lambda _text: self._check())
            field.returnPressed.connect(self._ask)
        self.understood.toggled.connect(lambda _on: self._check())
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.go)
        buttons.addWidget(self.cancel)
        buttons.addStretch(1)
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(8)
        for widget in (self.warning, self.first, self.second, self.wrong, self.understood, self.remember, self.hint):
            column.addWidget(widget)
        column.addLayout(buttons)
        return form

    def _cancel(self) -> None:
        self.forget_typed()
        {"encrypt": self.encrypt, "change": self.change, "decrypt": self.decrypt}[self._task].setFocus()

    def forget_typed(self) -> None:
        """Hold no passphrase that is not asked for any more."""
        self.form.hide()
        self.first.clear()
        self.second.clear()

    def show_state(self, *, encrypted: bool, usable: bool) -> None:
        """What the workspace is; not `usable` while it is not open."""
        self.state.setText(
            self.tr("The workspace is encrypted.") if encrypted else self.tr("The workspace is not encrypted.")
        )
        self.why.setText(
            self.tr(
                "Only its passphrase opens it. Exported files and the documents themselves are not encrypted by this."
            )
            if encrypted
            else self.tr(
                "Who can read your files can read in it what was analysed, found and decided. Encrypted, only who knows the "
                "passphrase can. Exported files and the documents themselves stay as they are."
            )
        )
        self.encrypt.setVisible(not encrypted)
        for button in (self.change, self.decrypt):
            button.setVisible(encrypted)
        for button in (self.encrypt, self.change, self.decrypt):
            button.setEnabled(usable)

    def show_keyring(self, *, available: bool | None) -> None:
        """See `UnlockPage.show_keyring`."""
        self.remember.setEnabled(bool(available))
        self.hint.setText(keyring_words(available))

    def show_progress(self, share: float | None) -> None:
        """How much is done; None: nothing is being done."""
        busy = share is not None
        self.bar.setVisible(busy)
        for button in (self.encrypt, self.change, self.decrypt):
            button.setEnabled(not busy)
        if share is not None:
            self.result.hide()
            self.bar.setValue(round(share * _RANGE))

    def show_result(self, text: str, *, good: bool) -> None:
        """What became of it."""
        restyle(self.result, role="" if good else "warning")
        self.result.setText(text)
        self.result.show()

    def _begin(self, task: Task) -> None:
        self._task = task
        self.result.hide()
        self.forget_typed()
        self.understood.setChecked(False)
        self.wrong.hide()
        decrypts = task == "decrypt"
        for widget in (self.first, self.second, self.understood, self.remember, self.hint):
            widget.setVisible(not decrypts)
        self.go.setText(
            {"encrypt": self.tr("Encrypt"), "change": self.tr("Change the passphrase"), "decrypt": self.tr("Decrypt")}[
                task
            ]
        )
        self.warning.setText(
            self.tr("Decrypted, who can read your files can read all that is in the workspace.")
            if decrypts
            else self.tr(
                "Without the passphrase nobody can open the workspace again: not you, not Fusen, not its makers. There is no "
                "other way in. Several words that do not belong together are easy to keep in mind and hard to guess."
            )
        )
        self.form.show()
        self._check()
        (self.go if decrypts else self.first).setFocus()

    def _check(self) -> None:
        first, second = self.first.text(), self.second.text()
        short, differ = len(first) < encryption.SHORTEST_PASSPHRASE, first != second
        told = ""
        if first and short:
            told = self.tr("{n} characters are the least.").format(n=encryption.SHORTEST_PASSPHRASE)
        elif second and differ:
            told = self.tr("The two differ.")
        self.wrong.setText(told)
        self.wrong.setVisible(bool(told) and self._task != "decrypt")
        self.go.setEnabled(self._task == "decrypt" or not (short or differ or not self.understood.isChecked()))

    def _ask(self) -> None:
        if self.go.isEnabled():
            passphrase = "" if self._task == "decrypt" else self.first.text()
            self.forget_typed()
            self.asked.emit(self._task, passphrase, self.remember.isChecked())


class Protecting(QObject):
    """Does what the part asks for, with the window's documents put away meanwhile."""

    def __init__(self, part: ProtectionPart, window: MainWindow, session: Session) -> None:
        super().__init__(part)
        self.part = part
        self._window = window
        self._session = session
        part.asked.connect(self._run)
        self.refresh()
        ask_for_keyring(session, lambda found: part.show_keyring(available=found))

    def refresh(self) -> None:
        """Show what the workspace is. What was typed before the page was left is not kept."""
        self.part.forget_typed()
        encrypted = encryption.state_of(self._session.path) == "encrypted"
        self.part.show_state(encrypted=encrypted, usable=self._session.is_open)

    def _run(self, task: Task, passphrase: str, remember: bool) -> None:
        if any(file.phase in BUSY for file in self._session.state.files.values()):
            self.part.show_result(
                self.tr("A document is being read or analysed. Wait until that is done, or cancel it."), good=False
            )
            return
        self._window.restoring.write()
        self._session.pause()
        self._window.show_page(self._window.household.page("settings"))
        self.part.show_progress(0.0)
        path, reviewer = self._session.path, str(self._session.settings["reviewer"])

        def progress(share: float) -> None:
            self._session.post(lambda: self.part.show_progress(share))

        self._session.in_background(
            lambda: _protect(task, path, passphrase, remember, reviewer, progress),
            lambda outcome: self._ended(self._words(task, outcome), good=True),
            lambda error: self._ended(" ".join(error_words(error)), good=False),
        )

    def _ended(self, words: str, *, good: bool) -> None:
        self.part.show_progress(None)
        self._session.start()
        self._window.restoring.restore()
        self._window.show_page(self._window.household.page("settings"))
        self.refresh()
        self.part.show_result(words, good=good)

    def _words(self, task: Task, outcome: tuple[Outcome, FusenError | None]) -> str:
        done, kept = outcome
        parts = [
            {
                "encrypt": self.tr("The workspace is encrypted now, and so are its copies from before updates."),
                "change": self.tr("The workspace has the new passphrase; the old one opens it no more."),
                "decrypt": self.tr("The workspace is decrypted."),
            }[task]
        ]
        if done.removed:
            parts.append(
                self.tr("Copies that could not be read were removed: {names}.").format(names=", ".join(done.removed))
            )
        if done.left:
            told = self.tr("Copies that could not be written anew stay as they were: {names}.")
            parts.append(told.format(names=", ".join(done.left)))
        if kept is not None:
            parts.extend(error_words(kept))
        return " ".join(parts)


def _protect(
    task: Task, path: Path, passphrase: str, remember: bool, reviewer: str, progress: Callable[[float], object]
) -> tuple[Outcome, FusenError | None]:
    from app.workspace import key_store, rewriting

    before = encryption.key_of(path)
    if task == "encrypt":
        outcome = rewriting.encrypt(path, passphrase, progress, reviewer=reviewer)
    elif task == "change":
        outcome = rewriting.change_passphrase(path, passphrase, progress, reviewer=reviewer)
    else:
        outcome = rewriting.decrypt(path, progress, reviewer=reviewer)
    if before is not None:
        key_store.forget(before)
    key = encryption.key_of(path)
    if remember and key is not None:
        try:
            key_store.remember(key)
        except FusenError as error:
            return outcome, error
    return outcome, None
