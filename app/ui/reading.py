"""What a reader does with the pages of one view: choose and copy text, find words, go back and forward. Connects the parts."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, QPointF, Signal
from PySide6.QtWidgets import QMenu

from app.ui.actions import words
from app.ui.commands import COMMANDS
from app.ui.find_bar import FindBar
from app.ui.finding_text import Hit
from app.ui.guide import Guide
from app.ui.lookup import place_of
from app.ui.marking import Marking
from app.ui.sheet_view import SheetView
from app.ui.state import OpenFile

COMMANDS_OF_A_VIEW = ("find", "find-next", "find-previous", "copy", "select-all", "caret", "back", "forward")
_LONGEST_WORDS = 200
"""In characters: a longer text is not what someone wants to find elsewhere."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("Reading", text)


class Reading(QObject):
    """`marked` carries the range of the text that was chosen, or None; `run` is for commands of the window."""

    marked = Signal(object)

    def __init__(
        self, file: OpenFile, sheets: SheetView, guide: Guide, find: FindBar, run: Callable[[str], object]
    ) -> None:
        super().__init__(sheets)
        self._file, self._sheets, self._guide, self._find, self._run = file, sheets, guide, find, run
        self._has_left = False  # since the bar was opened, the place before is remembered
        self.marking = Marking(sheets, file)
        self.marking.marked.connect(self.marked)
        guide.fill_menu = self._fill_menu
        guide.place_of_keys = self.marking.place
        find.shown.connect(lambda: sheets.show_hits(find.hits, find.current))
        find.reached.connect(self._reach)
        find.closed.connect(self._close)

    def commands(self) -> dict[str, Callable[[], object]]:
        """What the commands do that act on one view, by id."""
        return {
            "find": self.find,
            "find-next": lambda: self._step(1),
            "find-previous": lambda: self._step(-1),
            "copy": self.marking.copy,
            "select-all": self.marking.choose_all,
            "caret": self.marking.toggle_caret,
            "back": self._guide.back,
            "forward": self._guide.forward,
        }

    def find(self, words: str | None = None) -> None:
        """Open the bar, for these words, else for what is chosen."""
        self._has_left = False
        chosen = self.marking.text() if words is None else words
        self._find.open(chosen if len(chosen) <= _LONGEST_WORDS and "\n" not in chosen else "", self._origin())

    def _step(self, step: int) -> None:
        if self._find.isHidden():
            self._has_left = False
            self._find.open("", self._origin(after=step == 1))
            if step == 1:
                return  # the first hit behind the chosen text is the next one
        self._find.step(step)

    def _origin(self, *, after: bool = False) -> int:
        """Where counting hits begins: at the chosen text, else at the top of the view."""
        if self._file.marked is not None:
            return self._file.marked[1 if after else 0]
        return self._sheets.nearest(QPointF(0, 0)) or 0

    def _reach(self, hit: Hit) -> None:
        if self._file.document is None:
            return
        if not self._has_left:
            self._guide.remember()
            self._has_left = True
        self._sheets.bring(place_of(self._file.document, *hit))

    def _close(self, hit: Hit | None) -> None:
        if hit is not None:
            self.marking.choose(*hit)
        self._sheets.setFocus()

    def _fill_menu(self, menu: QMenu) -> None:
        if not (chosen := self.marking.text()):
            return
        menu.addAction(_tr("Copy")).triggered.connect(self.marking.copy)
        if (command := next((one for one in COMMANDS if one.id == "add-finding"), None)) is not None:
            menu.addAction(words(command.text)).triggered.connect(lambda: self._run("add-finding"))
        if len(chosen) <= _LONGEST_WORDS:
            short = chosen if len(chosen) <= 30 else chosen[:29] + "…"
            action = menu.addAction(_tr("Find “{words}”").format(words=short.replace("&", "&&")))
            action.triggered.connect(lambda: self.find(chosen))
        menu.addSeparator()
