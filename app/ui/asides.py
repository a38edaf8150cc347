"""What can stand in the right panel instead of the findings: the ledger and the second look of the file in view."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.analysis.analysis import ScoredPassage
from app.ui.actions import Actions
from app.ui.ledger_page import LedgerPage
from app.ui.looking import Looking
from app.ui.second_look_page import SecondLookPage
from app.ui.session import Session
from app.ui.state import Aside, OpenFile
from app.ui.tour_bar import TourBar

_SOON = 60
"""Milliseconds: a decision is painted first, the ledger follows."""


class Asides(QObject):
    """`went` carries a range of the text, `seen` a passage that is to be seen in the document."""

    went = Signal(int, int)
    seen = Signal(object)

    def __init__(self, actions: Actions, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self.ledger, self.second_look, self.tour = LedgerPage(actions), SecondLookPage(), TourBar(actions)
        self.pages: dict[Aside, QWidget] = {"ledger": self.ledger, "second-look": self.second_look}
        self._soon = QTimer(self, interval=_SOON, singleShot=True)
        self._soon.timeout.connect(self.refresh)
        for signal in (session.hub.shown, session.hub.changed, session.hub.findings, session.hub.current):
            signal.connect(self._refresh_soon)
        self.ledger.followed.connect(self.went)
        self.second_look.shown.connect(self.seen)
        self.second_look.judged.connect(self._judge)
        self.second_look.again.connect(lambda: self._with(Looking.draw_again))
        self.tour.ended.connect(lambda: self._with(Looking.end_tour))

    def refresh(self) -> None:
        """Show what holds now, as far as it shows."""
        self._soon.stop()
        looking, file, aside = self._session.looking, self._session.state.current, self._session.state.aside
        if looking is None or file is None:
            self.tour.show_ledger(None)
            return
        touring = looking.is_touring(file)
        ledger = looking.ledger(file) if touring or aside == "ledger" else None
        self.tour.show_ledger(ledger if touring and aside != "ledger" else None)
        if aside == "ledger":
            self.ledger.show_ledger(file, ledger, looking.outcome(file))
        elif aside == "second-look":
            self.second_look.show_look(file, looking.second_look(file), looking.outcome(file))

    def _refresh_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _judge(self, passage: ScoredPassage, matters: bool) -> None:
        self._with(lambda looking, file: looking.judge(file, passage, matters=matters))

    def _with(self, act: Callable[[Looking, OpenFile], object]) -> None:
        if self._session.looking is not None and (file := self._session.state.current) is not None:
            act(self._session.looking, file)
            self.refresh()
