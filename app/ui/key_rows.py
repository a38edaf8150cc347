"""Keys of commands to be changed: a field for each, which says where a key is taken and can take it from there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, QSignalBlocker, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QKeySequenceEdit, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.ui.actions import words
from app.ui.appearance import TextWide
from app.ui.command import Command
from app.ui.commands import COMMANDS
from app.ui.settings import Settings, collisions
from app.ui.widgets import label

FIELD_WIDTH = 240
Keep = Callable[[Callable[[], object]], None]


def plain(text: str) -> str:
    """A command's words without what belongs to menus."""
    return words(text).replace("&", "").rstrip("…").removesuffix("...")


def name_of(command: Command) -> str:
    """A command's name in the user's language. Japanese menus have their letter in brackets: it is left out."""
    name = plain(command.text)
    return name[:-3] if name.endswith(")") and name[-3:-2] == "(" else name


class KeyRows(QWidget):
    """A row for every command. `keep` runs a change and tells where it cannot be kept."""

    def __init__(self, settings: Settings, keep: Keep) -> None:
        super().__init__()
        self._settings = settings
        self._keep = keep
        self.rows: dict[str, KeyRow] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for command in COMMANDS:
            row = self.rows[command.id] = KeyRow(command)
            row.asked.connect(self._ask)
            row.taken.connect(self._take)
            row.cleared.connect(self._clear)
            column.addWidget(row)
        self.refresh()

    def refresh(self) -> None:
        """Show the keys as they are now, and where two commands have the same."""
        keys, changed = self._settings.keys(), self._settings.changed_keys()
        taken = collisions(keys)
        for command, row in self.rows.items():
            others = {other for key in keys[command] for other in taken.get(key, ()) if other != command}
            row.show_keys(keys[command], changed=command in changed)
            row.tell("", ())
            if others:
                row.tell(self._taken_words(keys[command], others), ())

    def filter(self, wanted: Sequence[str]) -> bool:
        """Show the rows that have all of the words; whether there is one."""
        found = False
        for row in self.rows.values():
            shows = all(word in row.searched() for word in wanted)
            row.setVisible(shows)
            found = found or shows
        return found

    def _taken_words(self, keys: Sequence[str], commands: set[str] | Sequence[str]) -> str:
        names = self.tr(", ").join(sorted(name_of(self.rows[command].command) for command in commands))
        return self.tr("{key} is the key of “{command}” as well.").format(key=native(keys[0]), command=names)

    def _ask(self, command: str, key: str) -> None:
        """The user pressed a key in the field of a command."""
        keys = self._settings.keys()
        others = [other for other, its in keys.items() if key in its and other != command]
        if others:
            self.rows[command].tell(self._taken_words([key], others), (key,))
            return
        self._give(command, key)

    def _take(self, command: str, key: str) -> None:
        for other, its in self._settings.keys().items():
            if key in its and other != command:
                left = [one for one in its if one != key]
                self._keep(partial(self._settings.choose_keys, other, left))
        self._give(command, key)

    def _give(self, command: str, key: str) -> None:
        """Put the key in the first place; further keys of the command stay."""
        rest = [one for one in self._settings.keys()[command][1:] if one != key]
        self._keep(lambda: self._settings.choose_keys(command, [key, *rest] if key else []))
        self.refresh()

    def _clear(self, command: str) -> None:
        """Back to the command's own keys, as far as nobody has taken them."""
        self._keep(lambda: self._settings.choose_keys(command, None))
        self.refresh()


def native(key: str) -> str:
    """A key as the platform writes it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


class KeyRow(QWidget):
    """`asked`: a key was pressed (empty: none shall be). `taken`: take it from the other. `cleared`: the own ones again."""

    asked = Signal(str, str)
    taken = Signal(str, str)
    cleared = Signal(str)

    def __init__(self, command: Command) -> None:
        super().__init__()
        self.command = command
        name = name_of(command)
        self._keys: tuple[str, ...] = ()
        self._offered = ""
        self.field = QKeySequenceEdit()
        self.field.setMaximumSequenceLength(1)
        self.field.setClearButtonEnabled(True)
        TextWide(self.field, FIELD_WIDTH)
        title = QCoreApplication.translate("KeyRows", "Key of “{command}”").format(command=name)
        self.field.setAccessibleName(title)
        if (line := self.field.findChild(QLineEdit)) is not None:
            line.setAccessibleName(title)
            line.setPlaceholderText(QCoreApplication.translate("KeyRows", "Press a key"))
        self.field.editingFinished.connect(self._finished)
        self._more = label("", "small")
        self.told, self.take, self.reset = label("", "warning", wrap=True), QPushButton(), QPushButton()
        for button, text in (
            (self.take, QCoreApplication.translate("KeyRows", "Use it here")),
            (self.reset, QCoreApplication.translate("KeyRows", "Reset")),
        ):
            button.setText(text)
            button.setProperty("role", "link")
            button.setAccessibleName(f"{text}: {name}")
        self.take.clicked.connect(lambda: self.taken.emit(command.id, self._offered))
        self.reset.clicked.connect(lambda: self.cleared.emit(command.id))
        self._lay_out(name)

    def _lay_out(self, name: str) -> None:
        top, below = QHBoxLayout(), QHBoxLayout()
        for row in (top, below):
            row.setSpacing(12)
        top.addWidget(label(name, wrap=True), 1)
        top.addWidget(self._more)
        top.addWidget(self.reset)
        top.addWidget(self.field)
        below.addWidget(self.told, 1)
        below.addWidget(self.take)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(2)
        column.addLayout(top)
        column.addLayout(below)

    def searched(self) -> str:
        """What a search looks at."""
        return f"{name_of(self.command)} {self.command.id} {' '.join(map(native, self._keys))}".casefold()

    def show_keys(self, keys: tuple[str, ...], *, changed: bool) -> None:
        """Show these keys; `changed`: they are not the command's own."""
        self._keys = keys
        with QSignalBlocker(self.field):
            self.field.setKeySequence(QKeySequence(keys[0]) if keys else QKeySequence())
        self._more.setText(" ".join(native(key) for key in keys[1:]))
        self.reset.setVisible(changed)

    def tell(self, text: str, offer: Sequence[str]) -> None:
        """Say what is wrong, and offer to take a key from elsewhere."""
        self.told.setText(text)
        self.told.setVisible(bool(text))
        self._offered = next(iter(offer), "")
        self.take.setVisible(bool(self._offered))

    def _finished(self) -> None:
        key = self.field.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        if key != (self._keys[0] if self._keys else ""):
            self.asked.emit(self.command.id, key)
