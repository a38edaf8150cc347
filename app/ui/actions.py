"""Makes a QAction of every command and keeps it enabled, checked and in the theme's colour as the state says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenuBar

from app.ui.appearance import appearance
from app.ui.commands import COMMANDS, MENUS
from app.ui.finding_list import ORDERS
from app.ui.state import WindowState


def words(text: str) -> str:
    """A command's text in the user's language."""
    return QCoreApplication.translate("Command", text)


class Actions(QObject):
    """All actions by the id of their command."""

    def __init__(self, state: WindowState, handlers: Mapping[str, Callable[[], object]], parent: QObject) -> None:
        super().__init__(parent)
        self._state = state
        self._actions: dict[str, QAction] = {}
        for command in COMMANDS:
            action = QAction(words(command.text), self)
            action.setShortcuts([QKeySequence(key) for key in command.keys])
            action.setCheckable(command.checkable)
            action.triggered.connect(lambda _checked=False, run=handlers[command.id]: run())
            self._actions[command.id] = action
        appearance().changed.connect(self._dress)
        self._dress()
        self.refresh()

    def __getitem__(self, command: str) -> QAction:
        return self._actions[command]

    def all(self) -> list[QAction]:
        """Every action, for the window to take its keys from."""
        return list(self._actions.values())

    def fill(self, bar: QMenuBar) -> None:
        """Make the menus."""
        menus = {name: bar.addMenu(words(title)) for name, title in MENUS.items()}
        for command in COMMANDS:
            if command.separator_before:
                menus[command.menu].addSeparator()
            menus[command.menu].addAction(self._actions[command.id])

    def use_keys(self, keys: Mapping[str, Sequence[str]]) -> None:
        """Give commands other keys."""
        for command, its in keys.items():
            self._actions[command].setShortcuts([QKeySequence(key) for key in its])
        self._dress()

    def refresh(self) -> None:
        """Enable and check what the state allows."""
        for command in COMMANDS:
            # What acts on the document in view waits until it shows again.
            shows = not self._state.away or command.anywhere or command.menu in ("file", "help")
            self._actions[command.id].setEnabled(shows and command.enabled(self._state))
        findings = self._state.current.findings if self._state.current else None
        order = findings.order if findings else None
        for each in ORDERS:
            self._actions[f"sort-{each}"].setChecked(order == each)
        self._actions["group"].setChecked(findings is not None and findings.by_section)
        for aside in ("ledger", "second-look"):
            self._actions[aside].setChecked(self._state.aside == aside)
        self._actions["summary"].setChecked(self._state.summary)
        self._actions["beside"].setChecked(self._state.beside_key is not None)
        file = self._state.current
        self._actions["show-changes"].setChecked(file is not None and file.has_changes and file.shows_changes)
        self._actions["embed"].setChecked(file is not None and file.is_embedded)
        self._actions["only-undecided"].setChecked(findings is not None and findings.only_undecided)

    def _dress(self) -> None:
        for command in COMMANDS:
            action = self._actions[command.id]
            keys = " / ".join(key.toString() for key in action.shortcuts())
            name = action.text().replace("&", "") + (f" ({keys})" if keys else "")
            action.setToolTip("\n".join(filter(None, (name, words(command.hint) if command.hint else ""))))
            if command.icon:
                action.setIcon(appearance().icon(command.icon))
                action.setIconVisibleInMenu(False)
