"""Two views beside each other: the documents to the left, and to the right another one or the same once more.

Follows `WindowState`; a head over each view names its file and shows which one the commands act on.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.ui.appearance import appearance
from app.ui.document_view import DocumentView
from app.ui.state import OpenFile, WindowState
from app.ui.widgets import restyle

_BESIDE_NAME = 76
"""In pixels: margins and the button that closes."""
_NARROWEST = 240
"""In pixels, of each of two views."""


class Pane(QWidget):
    """A view with its head; `chosen` carries the key of a file to show here."""

    chosen = Signal(int)
    closed = Signal()

    def __init__(self, content: QWidget | None, *, closes: bool) -> None:
        super().__init__()
        self.head = QWidget()
        self.head.setObjectName("paneHead")
        self.head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.name = QPushButton()
        self.name.setProperty("role", "place")
        self.name.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.name.setToolTip(self.tr("Show another open document here"))
        self.name.clicked.connect(self._ask)
        self.name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._files: list[tuple[int, str]] = []
        self._name, self._mark = "", ""
        self.close_button = QToolButton()
        self.close_button.setToolTip(self.tr("Show one document only (Ctrl+\\)"))
        self.close_button.setAccessibleName(self.tr("Show one document only"))
        self.close_button.clicked.connect(self.closed)
        self.close_button.setVisible(closes)
        row = QHBoxLayout(self.head)
        row.setContentsMargins(10, 2, 6, 2)
        row.setSpacing(4)
        row.addWidget(self.name, 1)
        row.addWidget(self.close_button)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.head)
        if content is not None:
            self._column.addWidget(content, 1)
        appearance().changed.connect(self._dress)
        self._dress()

    def put(self, content: QWidget) -> None:
        """Show this below the head."""
        self._column.addWidget(content, 1)

    def show_file(self, file: OpenFile | None, files: list[OpenFile], *, active: bool) -> None:
        """Name the file, and the ones that could be shown instead."""
        self._files = [(one.key, one.name) for one in files]
        name = file.name if file is not None else ""
        self._name, self._mark = name, "  ▾" if len(files) > 1 else ""
        self.name.setAccessibleName(name)
        self._fit_name()
        restyle(self.head, active="true" if active else "false")
        restyle(self.name, active="true" if active else "false")  # its style hangs on the head's

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Shorten the name to what fits."""
        super().resizeEvent(event)
        self._fit_name()

    def _fit_name(self) -> None:
        self.name.ensurePolished()
        letters = self.name.fontMetrics()
        room = self.width() - _BESIDE_NAME - letters.horizontalAdvance(self._mark)
        self.name.setText(letters.elidedText(self._name, Qt.TextElideMode.ElideMiddle, max(room, 40)) + self._mark)

    def menu(self) -> QMenu:
        """The open documents."""
        menu = QMenu(self)
        for key, name in self._files:
            menu.addAction(name.replace("&", "&&")).triggered.connect(lambda _=False, key=key: self.chosen.emit(key))
        return menu

    def _ask(self) -> None:
        if len(self._files) > 1:
            menu = self.menu()
            menu.exec(self.name.mapToGlobal(self.name.rect().bottomLeft()))
            menu.deleteLater()

    def _dress(self) -> None:
        self.close_button.setIcon(appearance().icon("close"))


class SideBySide(QSplitter):
    """`activated` says that the reader went into the view to the right (True) or left; `chosen` which file goes where."""

    activated = Signal(bool)
    chosen = Signal(bool, int)
    closed = Signal()

    def __init__(self, content: QWidget, state: WindowState, make: Callable[[OpenFile], DocumentView]) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._state, self._make = state, make
        self.view: DocumentView | None = None
        self._shown: OpenFile | None = None
        self._replaces = False
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        self.left, self.right = Pane(content, closes=False), Pane(None, closes=True)
        for beside, pane in ((False, self.left), (True, self.right)):
            self.addWidget(pane)
            pane.chosen.connect(lambda key, beside=beside: self.chosen.emit(beside, key))
        self.right.closed.connect(self.closed)
        application = QApplication.instance()
        assert isinstance(application, QApplication)  # noqa: S101 -- widgets exist only after it
        application.focusChanged.connect(self._follow_focus)
        self.follow()

    def follow(self) -> None:
        """The state is another one."""
        state = self._state
        beside = state.files.get(state.beside_key) if state.beside_key is not None else None
        was_two = self._shown is not None
        if beside is not self._shown:
            self._replaces = True  # where the keys go meanwhile is not the reader's wish
            self._replace(beside)
            self._replaces = False
        two = beside is not None
        self.right.setVisible(two)
        self.left.head.setVisible(two)
        for pane in (self.left, self.right):
            pane.setMinimumWidth(_NARROWEST if two else 0)
        files = list(state.files.values())
        left = state.files.get(state.left_key) if state.left_key is not None else None
        self.left.show_file(left, files, active=not state.beside_active)
        self.right.show_file(beside, files, active=state.beside_active)
        if two and not was_two:
            self.setSizes([self.width() // 2] * 2)

    def _replace(self, file: OpenFile | None) -> None:
        """Another file to the right, or none: a view is made for it and goes with it."""
        if self.view is not None:
            self.view.hide()
            self.view.deleteLater()
        self._shown = file
        self.view = self._make(file) if file is not None else None
        if self.view is not None:
            self.right.put(self.view)
            self.view.show()  # now, so that it can have the keys
            self.view.refresh()

    def _follow_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        if self._state.beside_key is None or new is None or self._replaces:
            return
        for beside, pane in ((False, self.left), (True, self.right)):
            if pane.isAncestorOf(new) and new is not pane.close_button and new is not pane.name:
                self.activated.emit(beside)
