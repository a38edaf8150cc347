"""The window: puts the views together and hands what they ask for to pipeline, reviewer and exporter."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QIcon, QPaintEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QMessageBox,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.ui.actions import Actions
from app.ui.appearance import ICONS
from app.ui.document_view import DocumentView, MessageBar
from app.ui.exporting import ENDINGS
from app.ui.findings_panel import FindingsPanel
from app.ui.hub import Message
from app.ui.session import Session
from app.ui.sidebar import Sidebar
from app.ui.start_page import StartPage
from app.ui.state import OpenFile
from app.ui.widgets import label

EXAMPLES = Path(__file__).resolve().parents[2] / "resources" / "examples"


class MainWindow(QMainWindow):
    """`painted` is emitted once, after the first paint; `closing` when the user closes the window."""

    painted = Signal()
    closing = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._state = session.state
        self._was_painted = False
        self.views: dict[int, DocumentView] = {}
        self.setWindowTitle("Fusen")
        self.setWindowIcon(QIcon(str(ICONS / "fusen.svg")))
        self.setAcceptDrops(True)
        self.resize(1360, 860)
        self.actions_by_id = Actions(self._state, self._handlers(), self)
        self.addActions(self.actions_by_id.all())
        self.actions_by_id.fill(self.menuBar())
        self.sidebar = Sidebar(self._state, self.actions_by_id, self)
        self.start = StartPage(self.actions_by_id, self)
        self.panel = FindingsPanel(self.actions_by_id, self)
        self.bar = MessageBar(self.run_command, self)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.start)
        self._build()
        self._connect()
        self._show_current()

    def _build(self) -> None:
        self._toolbar = self._make_toolbar()
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self._toolbar, self.bar):
            column.addWidget(widget)
        column.addWidget(self._stack, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setHandleWidth(1)
        splitter.setChildrenCollapsible(False)
        for widget, smallest in ((self.sidebar, 180), (middle, 360), (self.panel, 320)):
            widget.setMinimumWidth(smallest)
            splitter.addWidget(widget)
        splitter.setSizes([220, 760, 380])
        splitter.setStretchFactor(1, 1)
        self.setCentralWidget(splitter)

    def _make_toolbar(self) -> QWidget:
        bar = QWidget()
        bar.setObjectName("toolbar")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._page = label("", "muted")
        self._zoom = label("", "muted")
        row = QHBoxLayout(bar)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(4)
        row.addWidget(self._page, 1)
        for command in ("undo", "redo", "zoom-out"):
            row.addWidget(self._tool(command))
        row.addWidget(self._zoom)
        for command in ("zoom-in", "fit-width"):
            row.addWidget(self._tool(command))
        row.addSpacing(8)
        self.export = QPushButton(self.tr("Export"))
        menu = QMenu(self.export)
        for command in ENDINGS:
            menu.addAction(self.actions_by_id[command])
        self.export.setMenu(menu)
        row.addWidget(self.export)
        return bar

    def _tool(self, command: str) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(self.actions_by_id[command])
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _connect(self) -> None:
        session, hub = self._session, self._session.hub
        hub.listed.connect(self._list)
        hub.current.connect(self._show_current)
        hub.changed.connect(self._refresh_file)
        hub.findings.connect(self._refresh_findings)
        hub.selected.connect(self._refresh_selection)
        hub.history.connect(self.actions_by_id.refresh)
        hub.announced.connect(self._announce)
        session.images.arrived.connect(self._refresh_pages)
        self.sidebar.chosen.connect(session.show)
        self.start.chosen.connect(lambda path: session.open([Path(path)]))
        self.panel.chosen.connect(self._select)
        self.panel.card.commented.connect(session.comment)

    def _handlers(self) -> dict[str, Callable[[], object]]:
        session = self._session
        handlers: dict[str, Callable[[], object]] = {
            "open": self._ask_files,
            "example": self._open_example,
            "close": session.close_current,
            "quit": self.close,
            "accept": lambda: session.decide("accepted"),
            "reject": lambda: session.decide("rejected"),
            "clear": lambda: session.decide("undecided"),
            "comment": lambda: self.panel.card.edit_comment(),
            "next": lambda: session.step(1),
            "previous": lambda: session.step(-1),
            "undo": session.undo,
            "redo": session.redo,
            "analyse": session.retry,
            "cancel": session.cancel,
            "sort-importance": lambda: session.arrange(order="importance"),
            "sort-place": lambda: session.arrange(order="place"),
            "only-undecided": session.toggle_undecided,
            "zoom-in": lambda: self._zoom_by(1.2),
            "zoom-out": lambda: self._zoom_by(1 / 1.2),
            "fit-width": self._fit_width,
            "keys": self._show_keys,
            "about": self._show_about,
        }
        for command in ENDINGS:
            handlers[command] = partial(self._ask_export, command)
        return handlers

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
                view = DocumentView(file, self._session.images, self.run_command)
                view.chosen.connect(self._select)
                view.state.unlocked.connect(lambda password, file=file: self._session.unlock(file, password))
                view.state.retried.connect(lambda file=file: self._session.retry(file))
                self.views[file.key] = view
                self._stack.addWidget(view)
                view.refresh()
        self.sidebar.reload()

    def _show_current(self) -> None:
        file = self._state.current
        self._stack.setCurrentWidget(self.views[file.key] if file else self.start)
        for widget in (self.sidebar, self.panel, self._toolbar):
            widget.setVisible(file is not None)
        self.setWindowTitle(f"{file.name} – Fusen" if file else "Fusen")
        self.sidebar.reload()
        self.panel.show_file(file)
        self.panel.reload()
        self.actions_by_id.refresh()
        self._show_place()
        if file is None:
            self.start.show_recent(self._session.recent())

    def _refresh_file(self, key: int) -> None:
        if key in self.views:
            had = self.views[key].sheets
            self.views[key].refresh()
            if had is None and (sheets := self.views[key].sheets) is not None:
                sheets.moved.connect(self._show_place)
            self.sidebar.refresh()
        if key == self._state.current_key:
            self.panel.show_file(self._state.current)
            self.actions_by_id.refresh()
            self._show_place()

    def _refresh_findings(self, key: int, ids: frozenset[str]) -> None:
        view = self.views.get(key)
        if view is not None and view.sheets is not None:
            view.sheets.refresh() if ids else view.show_findings()
        if key == self._state.current_key:
            self.panel.touch(ids) if ids else self.panel.reload()
            self.actions_by_id.refresh()
        self.sidebar.refresh()

    def _refresh_selection(self, key: int) -> None:
        file, view = self._state.files.get(key), self.views.get(key)
        if file is None or view is None:
            return
        if view.sheets is not None and file.findings.selected_id is not None:
            view.sheets.reveal(file.findings.selected_id)
        if key == self._state.current_key:
            self.panel.show_selection()
            self.actions_by_id.refresh()

    def _refresh_pages(self, key: int, _page: int) -> None:
        if key in self.views and (sheets := self.views[key].sheets) is not None:
            sheets.refresh()

    def _announce(self, key: int, message: Message | None) -> None:
        (self.views[key].bar if key in self.views else self.bar).show_message(message)

    def _show_place(self) -> None:
        file = self._state.current
        sheets = self.views[file.key].sheets if file is not None else None
        if file is None or sheets is None or file.opened is None:
            self._page.setText("")
            self._zoom.setText("")
            return
        pages = len(file.opened.pages)
        place = self.tr("Page {page} of {pages}").format(page=sheets.current_sheet() + 1, pages=pages)
        self._page.setText(place if pages else "")
        self._zoom.setText(f"{sheets.zoom:.0%}")

    # ---- what the user asks for

    def _select(self, finding_id: str) -> None:
        if (file := self._state.current) is not None:
            self._session.select(file, finding_id)

    def _zoom_by(self, factor: float) -> None:
        if (file := self._state.current) is not None and (sheets := self.views[file.key].sheets) is not None:
            sheets.zoom_by(factor)

    def _fit_width(self) -> None:
        if (file := self._state.current) is not None and (sheets := self.views[file.key].sheets) is not None:
            sheets.fit_width()

    def _ask_files(self) -> None:
        kinds = self.tr("Documents (*.pdf *.docx *.txt *.md);;All files (*)")
        files, _ = QFileDialog.getOpenFileNames(self, self.tr("Open documents"), "", kinds)
        self._session.open([Path(file) for file in files])

    def _open_example(self) -> None:
        self._session.open([EXAMPLES / "services-agreement.pdf"])

    def _ask_export(self, command: str) -> None:
        file: OpenFile | None = self._state.current
        if file is None:
            return
        self.panel.card.keep_comment()
        suggestion = str(self._session.exporter.suggestion(file, command))
        title, ending = self.actions_by_id[command].text().replace("&", ""), ENDINGS[command]
        chosen, _ = QFileDialog.getSaveFileName(self, title, suggestion, f"*{ending}")
        if chosen:
            path = Path(chosen)
            self._session.exporter.export(file, command, path if path.suffix else path.with_suffix(ending))

    def _show_keys(self) -> None:
        lines = [
            f"{', '.join(key.toString() for key in action.shortcuts())}\t{action.text().replace('&', '')}"
            for action in self.actions_by_id.all()
            if action.shortcuts()
        ]
        QMessageBox.information(self, self.tr("Keys"), "\n".join(lines))

    def _show_about(self) -> None:
        text = self.tr(
            "Fusen flags the passages that a person must read. Nothing leaves this machine.\nAGPL-3.0-or-later."
        )
        QMessageBox.about(self, self.tr("About Fusen"), text)

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
        self._session.open([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Note the first paint: the workers start after it."""
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            self.painted.emit()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Keep what is typed."""
        self.panel.card.keep_comment()
        self.closing.emit()
        event.accept()
