"""Puts the views of the workspace as a whole into the window: Ask, the search over all documents, the matrix, all findings.

They come and go beside or in place of what the window shows of one document, and lead to a place of any document, opening it
where it is not open. From a finding that the list of all findings led to, Esc and "back" lead to the list again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QWidget

from app.review.findings import Finding
from app.review.matrix import CellPassage, Source
from app.ui.archive import file_with
from app.ui.ask_panel import AskPanel
from app.ui.commands import COMMANDS
from app.ui.history import Place as Left
from app.ui.matrix_view import MatrixView
from app.ui.search_panel import SearchPanel, Target
from app.ui.side_panel import SidePanel
from app.ui.state import BUSY, OpenFile
from app.workspace.across import Holder

if TYPE_CHECKING:
    from app.ui.all_findings_view import AllFindingsView
    from app.ui.main_window import MainWindow
    from app.ui.session import Session

_WIDTH, _SIDEBAR_WIDTH = 380, 240
"""Of a panel to the right and of the sidebar, where they had no width before."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to go in a document; without a range to its beginning. `finding`: the id of the one to be selected there."""

    start: int = 0
    end: int = 0
    page: int = 1
    finding: str = ""


class Whole(QObject):
    """Made by the window, once the rest of it stands."""

    def __init__(self, window: MainWindow, session: Session, stack: QStackedWidget, splitter: QSplitter) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._stack = stack
        self._splitter = splitter
        self._waiting: dict[int, Place] = {}  # by the key of a file that is being opened
        self.ask = AskPanel(session.archive, can_add=any(command.id == "add-finding" for command in COMMANDS))
        self.search = SearchPanel(session.archive)
        self.matrix = MatrixView(session.archive)
        self.matrix.setParent(window)  # without one it would outlive the window
        self.matrix.hide()  # else it lay over the pages from the beginning
        self._all: AllFindingsView | None = None
        # From the list of all findings: to which file, past which places.
        self._came: tuple[int, list[Left]] | None = None
        for panel in (self.ask, self.search):
            panel.hide()
            panel.setMinimumWidth(304)
            splitter.addWidget(panel)
            panel.closed.connect(lambda panel=panel: self._close(panel))
        self._connect()
        window.installEventFilter(self)

    def follow(self) -> None:
        """Hear of changes from now on: after the window's own views, which may move the pages."""
        hub = self._session.hub
        hub.current.connect(self._show_current)
        hub.changed.connect(self._changed)
        hub.selected.connect(self._arrive)
        hub.hid.connect(lambda: self.matrix.hide_tags(self._session.state.hidden_tags))
        hub.wished.connect(lambda: self._all.show_wished(self._session.state.wished) if self._all is not None else None)
        hub.findings.connect(lambda *_: self.reload())

    def _connect(self) -> None:
        self.ask.followed.connect(self._window.moving.go)
        self.ask.adding.connect(self._add_finding)
        self.search.followed.connect(self._follow_hit)
        self.matrix.followed.connect(self._follow_cell)
        self.matrix.closed.connect(self.close_page)
        self.matrix.hid.connect(self._session.hide_tags)
        sidebar = self._window.sidebar
        # Afterwards: what they do takes the items away from which they come.
        later = Qt.ConnectionType.QueuedConnection
        sidebar.wanted.connect(self.go_to, later)
        sidebar.removed.connect(self.remove, later)
        sidebar.restored.connect(self.restore, later)
        sidebar.list.itemClicked.connect(lambda _item: self.close_page())

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What the commands do."""
        return {
            "ask": lambda: self._open(self.ask),
            "search-all": lambda: self._open(self.search),
            "matrix": lambda: self._toggle(self.matrix),
            "all-findings": lambda: self._toggle(self.all_findings),
            "back": self._go_back,
        }

    @property
    def is_matrix(self) -> bool:
        """Whether the matrix stands in place of the pages."""
        return self._stack.currentWidget() is self.matrix

    @property
    def all_findings(self) -> AllFindingsView:
        """The list of the findings of all documents, made when it is first wanted."""
        if self._all is None:
            from app.ui.all_findings_view import AllFindingsView  # here: the window is to be up at once

            session = self._session
            view = self._all = AllFindingsView(session.archive, lambda: str(session.settings["reviewer"]).strip())
            view.show_wished(session.state.wished)
            view.wished.connect(session.wish)
            view.followed.connect(self._follow_finding)
            view.closed.connect(self.close_page)
            view.asked_settings.connect(lambda: self._window.run_command("settings"))
        return self._all

    @property
    def page(self) -> MatrixView | AllFindingsView | None:
        """What stands in place of the pages: the matrix, the list of all findings, or nothing of the kind."""
        shown = self._stack.currentWidget()
        return next((page for page in (self.matrix, self._all) if page is not None and page is shown), None)

    def reload(self) -> None:
        """Something changed of what is told of all documents."""
        if self.page is not None:
            self.page.load()

    @property
    def panel(self) -> SidePanel | None:
        """The panel that stands in place of the findings."""
        return next((panel for panel in (self.ask, self.search) if not panel.isHidden()), None)

    # ---- coming and going

    def _open(self, panel: SidePanel) -> None:
        if self.panel not in (None, panel):
            self._hide(self.panel)
        if panel is self.ask:
            self.close_page()
            self.ask.show_file(self._session.state.current)
        if panel.isHidden():
            sizes = self._splitter.sizes()
            panel.show()
            self._window.panel.hide()
            self.settle()
            self._give(panel, sizes)
        self.settle()
        panel.open_field()

    def _give(self, panel: QWidget, sizes: list[int]) -> None:
        """Let a panel to the right have the room that the others had, of which one shows at a time."""
        right = [self._splitter.indexOf(each) for each in (self._window.panel, self.ask, self.search)]
        width = sum(sizes[place] for place in right) or _WIDTH
        for place in right:
            sizes[place] = width if self._splitter.widget(place) is panel else 0
        side = self._splitter.indexOf(self._window.sidebar)
        sizes[side] = sizes[side] or _SIDEBAR_WIDTH
        self._splitter.setSizes(sizes)

    def _hide(self, panel: SidePanel | None) -> None:
        if panel is not None:
            panel.cancel()
            panel.hide()

    def _close(self, panel: SidePanel) -> None:
        sizes = self._splitter.sizes()
        self._hide(panel)
        self._window.settle()
        if not self._window.panel.isHidden():
            self._give(self._window.panel, sizes)
        self._window.moving.focus_pages()

    def _toggle(self, page: MatrixView | AllFindingsView) -> None:
        """Show the matrix or the list of all findings, or the document again."""
        if self.page is page:
            self.close_page()
            return
        if not self.ask.isHidden():
            self._hide(self.ask)
        self._came = None
        self._window.panel.card.keep_comment()
        self._window.show_page(page)
        page.begin()

    def close_page(self) -> None:
        """Show the document again."""
        if self.page is not None:
            self._window.show_page(None)
            self._window.moving.focus_pages()

    def come_back(self) -> bool:
        """From a finding to the list of all findings that led to it, as it was left; False where none did."""
        if self._came is None or self._came[0] != self._session.state.current_key or self._session.state.away:
            return False
        self._toggle(self.all_findings)
        return True

    def _go_back(self) -> None:
        guide, view = self._window.moving.guide(), self._window.view()
        stays = self._came is not None and (guide is None or guide.history.behind == self._came[1])
        if not (stays and self.come_back()) and view is not None:
            view.run("back")

    def settle(self) -> None:
        """What is of one document makes way for what is of them all."""
        window = self._window
        if self.panel is not None:
            window.panel.hide()
        if self.page is not None or self.panel is self.search:
            window.sidebar.show()
        elif not self._session.state.away:
            window.sidebar.setVisible(self._session.state.current is not None)
        window.actions_by_id["matrix"].setChecked(self.is_matrix)
        window.actions_by_id["all-findings"].setChecked(self._all is not None and self.page is self._all)

    def _show_current(self) -> None:
        file = self._session.state.current
        if file is None or file.phase in ("locked", "failed"):
            self._hide(self.ask if not self.ask.isHidden() else None)
        self.ask.show_file(file)
        self._window.settle()

    def _changed(self, key: int) -> None:
        if key == self._session.state.current_key and not self.ask.isHidden():
            self.ask.show_file(self._session.state.current)
        file = self._session.state.files.get(key)
        if file is None or file.phase in BUSY:
            return
        # Findings that come would move the pages once more; a text that is set by the window shows after they came.
        if file.analysis is None or (file.document is not None and not file.is_pdf):
            self._arrive(key)

    # ---- the shelf

    def remove(self, sha256: str) -> None:
        """Take a document out of the window and off the shelf; the sidebar offers the way back."""
        files = self._session.state.with_sha256(sha256)
        entry = next((entry for entry in self._session.archive.shelf() if entry.sha256 == sha256), None)
        for file in files:
            self._session.close_file(file.key)
        self._session.archive.remove(sha256)
        self._window.sidebar.reload()
        name = files[0].name if files else Path(entry.file).name if entry is not None else ""
        self._window.sidebar.say_removed(sha256, name)
        self.reload()

    def restore(self, sha256: str) -> None:
        """Put it back on the shelf."""
        self._session.archive.restore(sha256)
        self._window.sidebar.reload()
        self.reload()

    # ---- places

    def _add_finding(self, start: int, end: int) -> None:
        if (file := self._session.state.current) is not None:
            file.marked = (start, end)
            self._session.hub.marked.emit(file.key)
            self._window.actions_by_id.refresh()
            self._window.run_command("add-finding")

    def _follow_hit(self, target: Target) -> None:
        self.go_to(target.sha256, target.file, Place(target.start, target.end, target.page))

    def _follow_finding(self, finding: Finding, holder: Holder) -> None:
        place = Place(finding.start, finding.end, finding.page, finding.id)
        self.go_to(finding.document_sha256, holder.file, place)
        guide, key = self._window.moving.guide(), self._session.state.current_key
        if key is not None:
            self._came = (key, list(guide.history.behind) if guide is not None else [])

    def _follow_cell(self, source: Source, passage: CellPassage | None) -> None:
        self.close_page()
        place = Place(passage.start, passage.end) if passage is not None else None
        self.go_to(source.sha256, source.file, place)

    def go_to(self, sha256: str, file: str, place: Place | None = None) -> None:
        """Bring a document into view, opened where it is not, at a place of it."""
        known = file_with(list(self._session.state.files.values()), sha256)
        if known is not None:
            self._session.show(known.key)
        else:
            self._session.open([Path(file)])
            known = self._session.state.current
        self.close_page()
        if known is not None and place is not None:
            self._waiting[known.key] = place
            if known.phase not in BUSY:
                self._arrive(known.key)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Esc that nothing else wanted leads back to the list of all findings, where that led to the document."""
        is_press = watched is self._window and event.type() == QEvent.Type.KeyPress
        if is_press and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            return self.come_back()
        return super().eventFilter(watched, event)

    def _arrive(self, key: int) -> None:
        file = self._session.state.files.get(key)
        if file is None or key not in self._waiting or not self._window.has_pages(key):
            return
        place = self._waiting.pop(key)
        _go(self._window, self._session, file, place)


def _go(window: MainWindow, session: Session, file: OpenFile, place: Place) -> None:
    finding = file.findings.get(place.finding) or file.findings.at(place.start, place.end)
    if finding is not None:
        if place.finding:  # its card is to be seen, whatever stands in its place
            session.state.summary, session.state.aside = False, ""
            window.settle()
        session.select(file, finding.id)
        return
    if file.document is not None:
        window.moving.go(place.start, place.end)
        return
    # A stored document's text comes a little later; until then its passages say where the words stand.
    passages = file.analysis.passages if file.analysis is not None else ()
    around = next((p for p in passages if p.start <= place.start < p.end), None)
    if around is not None:
        window.moving.show_passage(around)
