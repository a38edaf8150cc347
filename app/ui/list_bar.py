"""The row above the findings list: how it is sorted, whether by section, whether only what is undecided, and the filter."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from app.ui.actions import Actions
from app.ui.finding_list import ORDERS, Order
from app.ui.state import OpenFile


def order_words(order: Order) -> str:
    """A short word for an order."""
    return {
        "importance": QCoreApplication.translate("ListBar", "Importance"),
        "place": QCoreApplication.translate("ListBar", "Place"),
        "uncertainty": QCoreApplication.translate("ListBar", "Uncertainty"),
        "tag": QCoreApplication.translate("ListBar", "Tag"),
    }[order]


class ListBar(QWidget):
    """`opened` says whether the filter is to show."""

    opened = Signal(bool)

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("segments")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.order = self._make_order(actions)
        self.group = segment(actions["group"], self.tr("Sections"))
        self.undecided = segment(actions["only-undecided"], self.tr("Undecided"))
        self.filter = QToolButton()
        self.filter.setText(self.tr("Filter"))
        self.filter.setToolTip(actions["filter"].toolTip())
        self.filter.setCheckable(True)
        self.filter.setProperty("role", "segment")
        self.filter.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.filter.clicked.connect(self.opened)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        for part in (self.order, self.group, self.undecided, self.filter):
            row.addWidget(part)
            if part is self.order:
                row.addStretch(1)

    def _make_order(self, actions: Actions) -> QToolButton:
        button, menu = QToolButton(), QMenu(self)
        for order in ORDERS:
            menu.addAction(actions[f"sort-{order}"])
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setProperty("role", "segment")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolTip(self.tr("Sort by"))
        button.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        return button

    def show_file(self, file: OpenFile, *, opened: bool) -> None:
        """Say how this file's findings are sorted, and whether the filter shows."""
        self.order.setText(order_words(file.findings.order) + "  \u25be")
        self.filter.setChecked(opened)


def segment(action: QAction, text: str) -> QToolButton:
    """A button with a short word of its own for an action whose words are made for a menu."""
    button = QToolButton()
    button.setText(text)
    button.setToolTip(action.toolTip())
    button.setCheckable(True)
    button.setProperty("role", "segment")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def follow() -> None:
        button.setEnabled(action.isEnabled())
        button.setChecked(action.isChecked())

    def press() -> None:
        action.trigger()
        follow()

    button.clicked.connect(press)
    action.changed.connect(follow)
    follow()
    return button
