"""The findings list over the card of the selected finding, and how they share a height that is too low for both.

The card takes what it needs as long as the list keeps the room of five rows with one line of the passage each. In a low
window rows are that dense, and the card scrolls; only where even that does not fit has the list fewer.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.finding_card import FindingCard
from app.ui.findings_table import FindingsTable

ROWS = 5
COMFORTABLE = 4.8
"""So many dense rows are as high as a card on which little scrolls."""
FEWEST = 2
"""Rows that the list keeps whatever comes."""


class ReviewColumn(QWidget):
    """`empty` stands where the list would, when there is nothing to list."""

    def __init__(self, rows: FindingsTable, empty: QWidget, card: FindingCard) -> None:
        super().__init__()
        self._rows, self._card = rows, card
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(rows, 1)
        column.addWidget(empty, 1)
        column.addWidget(card)

    def share(self) -> None:
        """Work out anew what each gets."""
        row, least = self._rows.row_height(dense=True), self._card.minimumSizeHint().height()
        # By the height alone: rows that changed with what is on the card would jump from one finding to the next.
        self._rows.show_dense(dense=self.height() < (ROWS + COMFORTABLE) * row)
        self._rows.setMinimumHeight(FEWEST * row)
        self._card.setMaximumHeight(max(self.height() - ROWS * row, least))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """There is another height to share."""
        super().resizeEvent(event)
        if event.size().height() != event.oldSize().height():
            self.share()
            self._column.activate()

    def event(self, event: QEvent) -> bool:
        """What is on the card, or the font, wants another height."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.share()
        return super().event(event)
