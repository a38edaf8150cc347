"""What shows while no document is in view: where to drop one, the example, and what was read before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.ui.actions import Actions
from app.ui.appearance import ICONS, picture
from app.ui.widgets import clear, label, restyle, tooltip
from app.workspace.store import StoredDocument

RECENT = 5


class StartPage(QWidget):
    """`chosen` carries the path of a recent document."""

    chosen = Signal(str)

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("start")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        mark = label("")
        mark.setPixmap(picture("fusen", "#000000", 64)) if ICONS.is_dir() else None
        head = QHBoxLayout()
        head.setSpacing(16)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(label("Fusen", "brand"))
        words.addWidget(label(self.tr("Flags the passages that a person must read."), "muted"))
        head.addWidget(mark)
        head.addLayout(words, 1)
        self._zone = self._make_zone(actions)
        self._recent_title = label(self.tr("Read before"), "head")
        self._recent = QVBoxLayout()
        self._recent.setSpacing(0)
        column = QWidget()
        column.setFixedWidth(560)
        layout = QVBoxLayout(column)
        layout.setSpacing(16)
        layout.addLayout(head)
        layout.addSpacing(8)
        layout.addWidget(self._zone)
        layout.addWidget(label(self.tr("Nothing leaves this machine: documents are read and analysed here."), "small"))
        layout.addSpacing(8)
        layout.addWidget(self._recent_title)
        layout.addLayout(self._recent)
        outer = QVBoxLayout(self)
        outer.addWidget(column, 0, Qt.AlignmentFlag.AlignCenter)
        self.show_recent(())

    def _make_zone(self, actions: Actions) -> QWidget:
        zone = QWidget()
        zone.setObjectName("dropZone")
        zone.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        title = label(self.tr("Drop documents here"), "title")
        formats = label(self.tr("PDF, Word, text, Markdown or HTML, English or Japanese"), "muted")
        opening, example = QPushButton(self.tr("Open…")), QPushButton(self.tr("Open the example"))
        opening.setProperty("role", "primary")
        opening.clicked.connect(actions["open"].trigger)
        example.clicked.connect(actions["example"].trigger)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(opening)
        row.addWidget(example)
        row.addStretch(1)
        layout = QVBoxLayout(zone)
        layout.setContentsMargins(32, 40, 32, 40)
        layout.setSpacing(8)
        layout.addWidget(title, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(formats, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addSpacing(8)
        layout.addLayout(row)
        return zone

    def show_recent(self, documents: Sequence[StoredDocument]) -> None:
        """List the last documents that are still there."""
        clear(self._recent)
        there = [document for document in reversed(documents) if Path(document.file).is_file()][:RECENT]
        for document in there:
            button = QPushButton(f"{Path(document.file).name}".replace("&", "&&"))
            button.setProperty("role", "recent")
            button.setToolTip(tooltip(document.file))
            button.clicked.connect(lambda _checked=False, file=document.file: self.chosen.emit(file))
            self._recent.addWidget(button)
        self._recent_title.setVisible(bool(there))

    def show_dragging(self, active: bool) -> None:
        """Light up while something is held over the window."""
        restyle(self._zone, active="true" if active else "false")
