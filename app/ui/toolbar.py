"""The bar above the pages: where one is, undo, zoom, export. What a narrow window has no room for is in a menu at its end."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QToolButton, QWidget

from app.ui.actions import Actions
from app.ui.appearance import appearance
from app.ui.page_field import PageField
from app.ui.widgets import label

_GIVING_WAY = (("fit-width",), ("zoom-out", "", "zoom-in"), ("undo", "redo"))
"""What goes into the menu first, by command; the empty one is the zoom in words."""


class Toolbar(QWidget):
    """Buttons of commands, with the place and the zoom in words."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("toolbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._actions = actions
        self.page, self._zoom = PageField(), label("", "muted")
        self._zoom.setMinimumWidth(40)
        self._zoom.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sidebar = self._tool("sidebar")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(4)
        row.addWidget(self.sidebar)
        row.addWidget(self.page, 1)
        self._parts: dict[str, QWidget] = {"": self._zoom}
        for command in ("undo", "redo", "zoom-out"):
            row.addWidget(self._tool(command))
        row.addWidget(self._zoom)
        for command in ("zoom-in", "fit-width"):
            row.addWidget(self._tool(command))
        self.more = self._make_more()
        row.addWidget(self.more)
        row.addSpacing(8)
        self.export = QPushButton(self.tr("Export"))
        self.export.setToolTip(actions["export"].toolTip())
        self.export.clicked.connect(actions["export"].trigger)
        row.addWidget(self.export)
        appearance().changed.connect(self._dress)
        self._dress()

    def _tool(self, command: str) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(self._actions[command])
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if command != "sidebar":
            self._parts[command] = button
        return button

    def _make_more(self) -> QToolButton:
        more = QToolButton()
        more.setToolTip(self.tr("More"))
        more.setAccessibleName(self.tr("More"))
        more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        more.setMenu(QMenu(more))
        more.hide()
        return more

    def _dress(self) -> None:
        self.more.setIcon(appearance().icon("more"))
        self._give_way()

    def show_place(self, page: int, pages: int, zoom: float, label: str = "") -> None:
        """Say where one is; a document without pages of its own has only a zoom. `label`: the page's own, where it has one."""
        place = self.tr("Page {label} ({page} of {pages})") if label else self.tr("Page {page} of {pages}")
        self.page.show_place(place.format(page=page, pages=pages, label=label) if pages else "")
        self._zoom.setText(f"{zoom:.0%}" if zoom else "")

    def show_sidebar_button(self, *, shown: bool) -> None:
        """Whether the sidebar makes room, and is to be brought back from here."""
        self.sidebar.setVisible(shown)
        self._give_way()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """There is room for more, or for less."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._give_way()

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """As wide as the window wants: what has no room goes into the menu."""
        return QSize(0, super().minimumSizeHint().height())

    def _give_way(self) -> None:
        """Put so many parts into the menu that the others fit."""
        hidden: list[str] = []
        for group in ((), *_GIVING_WAY):
            hidden += group
            if self._width_without(hidden) <= self.width():
                break
        for command, part in self._parts.items():
            part.setVisible(command not in hidden)
        self.more.setVisible(bool(hidden))
        menu = self.more.menu()
        menu.clear()
        menu.addActions([self._actions[command] for command in self._parts if command in hidden and command])

    def _width_without(self, hidden: list[str]) -> int:
        """What the bar needs with these parts in the menu."""
        parts = [part for command, part in self._parts.items() if command not in hidden]
        parts += [self.more] if hidden else []
        parts += [self.sidebar] if not self.sidebar.isHidden() else []
        place = self.page.width_of(self.tr("Page {page} of {pages}").format(page=888, pages=888))
        return 40 + place + self.export.sizeHint().width() + sum(p.sizeHint().width() + 4 for p in parts)
