"""The bar above the pages: where one is, undo, zoom, export."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QWidget

from app.ui.actions import Actions
from app.ui.page_field import PageField
from app.ui.widgets import label


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
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(4)
        row.addWidget(self.page, 1)
        for command in ("undo", "redo", "zoom-out"):
            row.addWidget(self._tool(command))
        row.addWidget(self._zoom)
        for command in ("zoom-in", "fit-width"):
            row.addWidget(self._tool(command))
        row.addSpacing(8)
        self.export = QPushButton(self.tr("Export"))
        self.export.setToolTip(actions["export"].toolTip())
        self.export.clicked.connect(actions["export"].trigger)
        row.addWidget(self.export)

    def _tool(self, command: str) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(self._actions[command])
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def show_place(self, page: int, pages: int, zoom: float, label: str = "") -> None:
        """Say where one is; a document without pages of its own has only a zoom. `label`: the page's own, where it has one."""
        place = self.tr("Page {label} ({page} of {pages})") if label else self.tr("Page {page} of {pages}")
        self.page.show_place(place.format(page=page, pages=pages, label=label) if pages else "")
        self._zoom.setText(f"{zoom:.0%}" if zoom else "")
