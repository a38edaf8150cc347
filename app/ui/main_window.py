"""The window: puts the views together and hands what they ask for to pipeline, reviewer and exporter."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QIcon, QPaintEvent
from PySide6.QtWidgets import (
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.analysis.analysis import ScoredPassage
from app.ui import dialogs
from app.ui.actions import Actions
from app.ui.appearance import ICONS
from app.ui.asides import Asides
from app.ui.beside import SideBySide
from app.ui.deciding import Deciding
from app.ui.document_view import DocumentView, MessageBar
from app.ui.exporting import SINGLE
from app.ui.findings_panel import FindingsPanel
from app.ui.forgetting import Forgetting
from app.ui.household import Household
from app.ui.hub import Message
from app.ui.language import current
from app.ui.moving import Moving
from app.ui.narrow import Narrow
from app.ui.restoring import Restoring
from app.ui.session import Session
from app.ui.sheet_view import SheetView
from app.ui.sidebar import Sidebar
from app.ui.start_page import StartPage
from app.ui.state import Aside, OpenFile
from app.ui.toolbar import Toolbar
from app.ui.versioning import Versioning
from app.ui.watching import Watch
from app.ui.whole import Whole

EXAMPLES = Path(__file__).resolve().parents[2] / "resources" / "examples"

SIZE = QSize(1360, 860)
"""Of a new window, where the screen is that large."""


class MainWindow(QMainWindow):
    """`painted` is emitted once, after the first paint; `closing` when the user closes the window.

    `cover`: a page that shows where otherwise documents would, while they cannot.
    """

    painted = Signal()
    closing = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._state = session.state
        self._was_painted = False
        self.restarts = False  # another window is to follow when this one is closed
        self.views: dict[int, DocumentView] = {}
        self.cover: QWidget | None = None
        self.setWindowTitle("Fusen")
        self.setWindowIcon(QIcon(str(ICONS / "fusen.svg")))
        self.setAcceptDrops(True)
        self.resize(SIZE.boundedTo(self.screen().availableSize()))
        self.household = Household(self, session)
        self.versioning = Versioning(self, session)
        self.moving = Moving(self, session, lambda: self._toolbar)
        self.actions_by_id = Actions(self._state, self._handlers(), self)
        self.addActions(self.actions_by_id.all())
        self.actions_by_id.fill(self.menuBar())
        self.sidebar = Sidebar(self._state, self.actions_by_id, session.archive, self)
        self.sidebar.outline.add_pages(session.images)
        self.start = StartPage(self.actions_by_id, self)
        self.panel = FindingsPanel(self.actions_by_id, self)
        self.asides = Asides(self.actions_by_id, session, self)
        self.panel.add_asides(self.asides.pages, self.asides.tour)
        self.bar = MessageBar(self.run_command, self)
        self.forgetting = Forgetting(self, session)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.start)
        self._build()
        self.deciding = Deciding(session, self.actions_by_id, self.panel.card, self.sheets, self.panel.list, self)
        self._connect()
        self.household.move_in()
        self.restoring = Restoring(session, lambda key: self.views[key].sheets if key in self.views else None, self)
        self._show_current()

    def _build(self) -> None:
        self._toolbar = Toolbar(self.actions_by_id)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.household.crash)
        column.addWidget(self._toolbar)
        column.addWidget(self.household.printing)
        column.addWidget(self.forgetting.bar)
        column.addWidget(self.bar)
        self.both = SideBySide(self._stack, self._state, self._make_view)
        column.addWidget(self.both, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setObjectName("parts")
        splitter.setHandleWidth(1)
        splitter.setChildrenCollapsible(False)
        for part in (self.sidebar, middle, self.panel):
            splitter.addWidget(part)
        splitter.setSizes([240, 740, 380])
        splitter.setStretchFactor(1, 1)
        self.setCentralWidget(splitter)
        self.sidebar.unfolded.connect(lambda shown: self._toolbar.show_sidebar_button(shown=not shown))
        self._toolbar.show_sidebar_button(shown=False)
        self.narrow = Narrow(self, splitter, self.sidebar, middle, self.panel)
        self.whole = Whole(self, self._session, self._stack, splitter)

    def _connect(self) -> None:
        session, hub = self._session, self._session.hub
        hub.listed.connect(self._list)
        hub.current.connect(self._show_current)
        hub.changed.connect(self._refresh_file)
        hub.findings.connect(self._refresh_findings)
        hub.selected.connect(self._refresh_selection)
        hub.arranged.connect(self._refresh_list)
        hub.history.connect(self.actions_by_id.refresh)
        hub.announced.connect(self._announce)
        hub.marked.connect(self._refresh_marked)
        session.images.arrived.connect(self._refresh_pages)
        self.both.activated.connect(lambda beside: session.activate(beside=beside))
        self.both.chosen.connect(self.moving.show_in)
        self.both.closed.connect(session.end_beside)
        self._toolbar.page.opened.connect(self.moving.ask_page)
        self._toolbar.page.asked.connect(self.moving.go_page)
        self._toolbar.page.left.connect(self.moving.focus_pages)
        self.sidebar.chosen.connect(session.show)
        self.sidebar.contents.chosen.connect(self.moving.go)
        self.sidebar.outline.chosen_page.connect(self.moving.jump_to_page)
        self.sidebar.forgetting.connect(self.forgetting.ask)
        self.sidebar.versions_of = self.versioning.menu
        self.start.forgetting.connect(self.forgetting.ask)
        self.start.chosen.connect(lambda path: session.open([Path(path)]))
        self.panel.chosen.connect(self._select)
        self.panel.list.picked.connect(session.pick)
        self.panel.list.headed.connect(session.stand_on)
        self.panel.list.folded.connect(lambda key, collapsed: session.collapse(key, collapsed=collapsed))
        self.panel.filter.asked.connect(session.filter)
        self.asides.went.connect(self.moving.go)
        self.asides.seen.connect(self.moving.show_passage)
        self.panel.card.commented.connect(session.comment)
        self.panel.card.followed.connect(self._follow)
        self.panel.overview.followed.connect(self._follow)
        self.panel.sensitivity.asked.connect(session.choose_share)
        self.whole.follow()

    def _handlers(self) -> dict[str, Callable[[], object]]:
        """What each command does: here what needs the window, the rest is the session's."""
        handlers: dict[str, Callable[[], object]] = {
            **self._session.handlers(),
            **{c: partial(self._decide, c) for c in ("edit-range", "tags", "owner", "due", "why")},
            "open": self._ask_files,
            "look-for": self._look_for,
            "show-where": self._show_where,
            "example": self._open_example,
            "quit": self.close,
            "comment": lambda: self.panel.card.edit_comment(),
            "next": lambda: self._step(1),
            "previous": lambda: self._step(-1),
            "summary": self._toggle_summary,
            "ledger": lambda: self._toggle_aside("ledger"),
            "second-look": lambda: self._toggle_aside("second-look"),
            "next-left": self._go_to_what_is_left,
            "filter": self._edit_filter,
            "sidebar": lambda: self.narrow.toggle(),
            "show-changes": self._toggle_changes,
        }
        handlers |= self.household.handlers() | self.versioning.handlers()
        for command in ("ask", "matrix", "all-findings", "search-all", "back"):
            handlers[command] = partial(self._run_whole, command)
        for command in SINGLE:
            handlers[command] = partial(self._ask_export, command)
        return self.moving.handlers() | handlers

    def _decide(self, command: str) -> None:
        self.deciding.handlers()[command]()

    def run_command(self, command: str) -> None:
        """Run a command by its id."""
        self.actions_by_id[command].trigger()

    # ---- what changed

    def _list(self) -> None:
        for key in [key for key in self.views if key not in self._state.files]:
            view = self.views.pop(key)
            self._stack.removeWidget(view)
            view.deleteLater()
        for file in self._state.files.values():
            if file.key not in self.views:
                view = self.views[file.key] = self._make_view(file)
                self._stack.addWidget(view)
                view.refresh()
        self.both.follow()
        self.sidebar.reload()

    def _make_view(self, file: OpenFile) -> DocumentView:
        view = DocumentView(file, self._session.images, self.run_command)
        view.chosen.connect(lambda finding_id: self._select(finding_id, view))
        view.marked.connect(lambda chosen: self._session.mark(file, chosen))
        view.moved.connect(self._show_place)
        view.reading.connect(lambda offset: self._show_reading(view, offset))
        view.state.unlocked.connect(lambda password: self._session.unlock(file, password))
        view.state.retried.connect(lambda: self._session.retry(file))
        return view

    def _views_of(self, key: int) -> list[DocumentView]:
        """Every view of a file, the active one first."""
        beside = self.both.view if key == self._state.beside_key else None
        views = [view for view in (self.views.get(key), beside) if view is not None]
        return views[::-1] if self._state.beside_active else views

    def view(self) -> DocumentView | None:
        """The active view."""
        file = self._state.current
        return next(iter(self._views_of(file.key)), None) if file is not None else None

    def _show_current(self) -> None:
        file = self._state.current
        self._state.away = False
        left = self._state.left_key
        self._stack.setCurrentWidget(self.views[left] if left is not None else self.start)
        self.both.follow()
        self.sidebar.setVisible(file is not None)
        self.setWindowTitle(f"{file.name} – Fusen" if file else "Fusen")
        self.sidebar.reload()
        self._show_panel()
        self.panel.reload()
        if file is None:
            self.household.show_recent()

    def show_page(self, page: QWidget | None) -> None:
        """Show a page of the window's own instead of the document; None: the document again, or what covers it."""
        self._show_current()
        page = self.cover if page is None else page
        if page is not None:
            self._state.away = True
            if self._stack.indexOf(page) < 0:
                self._stack.addWidget(page)
            self._stack.setCurrentWidget(page)
            self.sidebar.hide()
            self._show_panel()

    def _refresh_file(self, key: int) -> None:
        for view in self._views_of(key):
            had = view.sheets
            view.refresh()
            if had is None and (sheets := view.sheets) is not None:
                self.household.watch(sheets, self._state.files[key])
                Watch(sheets).seen.connect(partial(self._session.saw, self._state.files[key]))
                self.setTabOrder(self._toolbar.export, sheets)
            self.sidebar.refresh()
        if key == self._state.current_key:
            self._show_panel()

    def _show_reading(self, view: DocumentView, offset: int) -> None:
        if view is self.view():
            self.sidebar.contents.show_place(offset)

    def _show_panel(self) -> None:
        """What stands above and beside the pages, as far as there are any."""
        file = self._state.current
        for widget in (self.panel, self._toolbar):
            shows = file is not None and not self._state.away
            shows = shows and not (widget is self.panel and self.whole.panel is not None)
            widget.setVisible(shows and file is not None and file.phase not in ("locked", "failed"))
        self._toolbar.export.setEnabled(file is not None and file.phase == "ready")
        if file is not None and file.has_first_findings:
            # There is none yet, and when it comes it must not take the list's place.
            self._state.summary, self._state.aside = False, ""
        self.panel.show_file(file, summary=self._state.summary, aside=self._state.aside)
        self.actions_by_id.refresh()
        self._show_place()
        self.whole.settle()

    def _refresh_findings(self, key: int, ids: frozenset[str]) -> None:
        for view in self._views_of(key):
            if view.sheets is not None:
                view.sheets.refresh(ids) if ids else view.show_findings()
        if key == self._state.current_key:
            self.panel.touch(ids) if ids else self.panel.reload()
            self.actions_by_id.refresh()
        self.sidebar.refresh()

    def _refresh_selection(self, key: int) -> None:
        if (file := self._state.files.get(key)) is None:
            return
        for number, view in enumerate(self._views_of(key)):
            if view.sheets is not None and file.findings.selected_id is not None:
                # Another view of the same file stays where it is: it is there to be compared with.
                view.sheets.refresh() if number else view.sheets.reveal(file.findings.selected_id)
        if key == self._state.current_key:
            self.panel.show_selection()
            self.actions_by_id.refresh()

    def _refresh_pages(self, key: int, page: int) -> None:
        for view in self._views_of(key):
            if view.sheets is not None:
                view.sheets.refresh_page(page)

    def _refresh_marked(self, key: int) -> None:
        for view in self._views_of(key):
            view.show_marked()
        self.actions_by_id.refresh()

    def _refresh_list(self, key: int) -> None:
        """The list has other rows, or another order; the pages stay as they are."""
        if key == self._state.current_key:
            self.panel.reload()
            self.actions_by_id.refresh()

    def _announce(self, key: int, message: Message | None) -> None:
        for bar in [view.bar for view in self._views_of(key)] or [self.bar]:
            bar.show_message(message)

    def sheets(self) -> SheetView | None:
        """The pages in view."""
        view = self.view()
        return view.sheets if view is not None else None

    def _show_place(self) -> None:
        file, sheets = self._state.current, self.sheets()
        if file is None or sheets is None or file.opened is None:
            self._toolbar.show_place(0, 0, 0)
        else:
            page = sheets.current_sheet() + 1
            self.sidebar.outline.show_page(page)
            self._toolbar.show_place(page, len(file.opened.pages), sheets.zoom, file.label_of(page))

    # ---- what the user asks for

    def _select(self, finding_id: str, view: DocumentView | None = None) -> None:
        """Select a finding; one that was clicked on in a view is of that view's file."""
        if view is not None:
            self._session.activate(beside=view is self.both.view)
        if (file := self._state.current) is not None:
            self._show_list()
            self._session.select(file, finding_id)

    def _show_list(self) -> None:
        """The findings, where something else shows in their place."""
        if self._state.summary or self._state.aside:
            self._state.summary, self._state.aside = False, ""
            self._show_panel()

    def _toggle_summary(self) -> None:
        self._state.summary, self._state.aside = not self._state.summary, ""
        self._show_panel()
        if self._state.summary:
            self.panel.overview.setFocus()  # so that Ctrl+C copies it

    def _toggle_aside(self, aside: Aside) -> None:
        self._state.summary, self._state.aside = False, "" if self._state.aside == aside else aside
        self._show_panel()
        self.asides.refresh()

    def _go_to_what_is_left(self) -> None:
        """The next passage to decide on, else the next page that was never shown, else the ledger, which says so."""
        file, looking = self._state.current, self._session.looking
        left = looking.next_left(file) if file is not None and looking is not None else None
        if left is not None and left.finding_id is not None:
            self._select(left.finding_id)
        elif left is not None and left.place is not None and file is not None and file.is_pdf:
            self.moving.go_page(left.place)
        elif left is not None and left.place is not None:
            self.moving.go(left.place, left.place + 1)
        elif self._state.aside != "ledger":
            self._toggle_aside("ledger")

    def _edit_filter(self) -> None:
        self._show_list()
        self.panel.edit_filter()

    def _toggle_changes(self) -> None:
        if (file := self._state.current) is not None:
            file.shows_changes = not file.shows_changes
            for view in self._views_of(file.key):
                view.show_changes()
            self.actions_by_id.refresh()

    def _follow(self, passage: ScoredPassage) -> None:
        """Go to a passage: to its finding if it is one and findings show, else to its place."""
        file, sheets = self._state.current, self.sheets()
        finding = file.findings.at(passage.start, passage.end) if file is not None else None
        if (guide := self.moving.guide()) is not None:
            guide.remember()
        if file is not None and finding is not None and not self._state.summary and not self._state.aside:
            self._session.select(file, finding.id)
        elif sheets is not None:
            sheets.show_passage(passage)

    # ---- for the views of the whole workspace

    def _run_whole(self, command: str) -> None:
        self.whole.handlers()[command]()

    def settle(self) -> None:
        """Show what belongs beside the document that is in view."""
        self._show_panel()

    def has_pages(self, key: int) -> bool:
        """Whether a file's pages show already."""
        return key in self.views and self.views[key].sheets is not None

    def _step(self, step: Literal[1, -1]) -> None:
        self._show_list()
        self._session.step(step)

    def _ask_files(self) -> None:
        self._session.open(dialogs.ask_files(self))

    def _look_for(self) -> None:
        """Ask for the folder in which the file in view may be now."""
        file = self._state.current
        title = self.tr("Look for {name} in this folder").format(name=file.name if file is not None else "")
        if file is not None and (folder := dialogs.ask_where(self, title)) is not None:
            self._session.caretaker.look_below(file, folder)

    def _show_where(self) -> None:
        """Ask where the file in view is now."""
        file = self._state.current
        title = self.tr("Where {name} is").format(name=file.name if file is not None else "")
        if file is not None and (path := dialogs.ask_file(self, title, file.name)) is not None:
            self._session.caretaker.take_path(file, path)

    def _open_example(self) -> None:
        name = "outsourcing-agreement-ja.pdf" if current() == "ja" else "services-agreement.pdf"
        self._session.open([EXAMPLES / name])

    def _ask_export(self, command: str) -> None:
        file: OpenFile | None = self._state.current
        if file is None:
            return
        self.panel.card.keep_comment()
        suggestion = self._session.exporter.suggestion(file, command)
        title = self.actions_by_id[command].text().replace("&", "")
        if (output := dialogs.ask_output(self, title, suggestion)) is not None:
            self._session.exporter.export(file, command, output)

    def restart(self) -> None:
        """Close, and come back as the settings are now with everything that is open."""
        self.restarts = True
        self.close()

    # ---- events

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Files are welcome."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self.start.show_dragging(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802
        """They went elsewhere."""
        self.start.show_dragging(False)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Open them."""
        self.start.show_dragging(False)
        event.acceptProposedAction()
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        reviews = [file for file in files if file.suffix == ".fusenreview"]
        self._session.open([file for file in files if file not in reviews])
        for review in reviews[-1:]:
            self.household.take_review(review)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Note the first paint: the workers start after it."""
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            self.painted.emit()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Keep what is typed."""
        self.panel.card.keep_comment()
        self.household.close()
        self.restoring.write()
        self.closing.emit()
        event.accept()
