"""The right side: progress while the analysis runs, then the list of findings and the card of the selected one."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QListView, QProgressBar, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.ui.actions import Actions
from app.ui.finding_card import FindingCard
from app.ui.findings_model import FINDING, FindingDelegate, FindingsModel
from app.ui.state import BUSY, OpenFile
from app.ui.widgets import label
from app.ui.words import stage_words, time_left


class FindingsPanel(QWidget):
    """Shows one file at a time."""

    chosen = Signal(str)

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("findings")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._file: OpenFile | None = None
        self._title, self._counts = label("", "title"), label("", "small", wrap=True)
        self._model = FindingsModel()
        self.list = QListView()
        self.list.setModel(self._model)
        self.list.setItemDelegate(FindingDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(self.tr("Findings"))
        self.list.selectionModel().currentChanged.connect(self._choose)
        self.list.clicked.connect(self._choose)
        self._segments = self._make_segments(actions)
        self._progress = self._make_progress(actions)
        self._filler = QWidget()
        self.card = FindingCard(actions, self)
        head = QVBoxLayout()
        head.setContentsMargins(16, 16, 16, 12)
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addWidget(self._counts)
        head.addWidget(self._segments)
        head.addWidget(self._progress)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.list, 1)
        layout.addWidget(self._filler, 1)
        layout.addWidget(self.card)

    def _make_segments(self, actions: Actions) -> QWidget:
        box = QWidget()
        box.setObjectName("segments")
        row = QHBoxLayout(box)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        names = {
            "sort-importance": self.tr("Importance"),
            "sort-place": self.tr("Place"),
            "only-undecided": self.tr("Undecided only"),
        }
        for command, text in names.items():
            row.addWidget(_segment(actions[command], text))
            if command == "sort-place":
                row.addStretch(1)
        return box

    def _make_progress(self, actions: Actions) -> QWidget:
        box = QWidget()
        box.setObjectName("progressCard")
        box.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._stage, self._left = label("", "head", wrap=True), label("", "small")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 1000)
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.clicked.connect(actions["cancel"].trigger)
        row = QHBoxLayout()
        row.addWidget(self._left, 1)
        row.addWidget(self.cancel)
        column = QVBoxLayout(box)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(8)
        column.addWidget(self._stage)
        column.addWidget(self._bar)
        column.addLayout(row)
        return box

    def show_file(self, file: OpenFile | None) -> None:
        """Show another file, or the same one in another phase."""
        if file is not self._file:
            self.card.keep_comment()
        self._file = file
        busy, ready = file is not None and file.phase in BUSY, file is not None and file.phase == "ready"
        self._progress.setVisible(busy)
        self.list.setVisible(ready)
        self._filler.setVisible(not ready)
        self._segments.setVisible(ready)
        if file is not None and busy:
            self._show_progress(file)
        self.show_counts()

    def reload(self) -> None:
        """Rows changed their order or number."""
        if self._file is not None:
            self._model.show(self._file.findings)
        self.show_selection()
        self.show_counts()

    def touch(self, ids: frozenset[str]) -> None:
        """Values of these findings changed."""
        self._model.touch(ids)
        self.card.show_finding(self._file)
        self.show_counts()

    def show_selection(self) -> None:
        """Bring the selected finding into the list's view and onto the card."""
        file = self._file
        row = file.findings.row_of(file.findings.selected_id) if file and file.findings.selected_id else None
        index = self._model.index(row) if row is not None else QModelIndex()
        self.list.selectionModel().blockSignals(True)
        self.list.setCurrentIndex(index)
        self.list.selectionModel().blockSignals(False)
        self.list.viewport().update()
        self.card.show_finding(file)
        # Once the card has taken its room, so that it does not cover the row.
        QTimer.singleShot(0, self.list, self._scroll_to_current)

    def show_counts(self) -> None:
        """The head: how many, how far."""
        file = self._file
        if file is None or file.phase != "ready":
            stopped = file is not None and file.phase == "stopped"
            self._title.setText(self.tr("Not analysed") if stopped else self.tr("Findings"))
            self._counts.setText(self.tr("Press F5 to analyse the document.") if stopped else "")
            return
        counts = file.findings.counts()
        one = counts.total == 1
        self._title.setText(self.tr("1 finding") if one else self.tr("{n} findings").format(n=counts.total))
        passages = len(file.analysis.passages) if file.analysis else counts.total
        text = self.tr("of {passages:,} passages read  ·  {accepted} accepted, {rejected} rejected, {open} open")
        self._counts.setText(
            text.format(
                passages=passages,
                accepted=counts.accepted,
                rejected=counts.rejected,
                open=counts.total - counts.decided,
            )
        )

    def _show_progress(self, file: OpenFile) -> None:
        meter = file.meter
        self._stage.setText(stage_words(meter.stage) if meter else self.tr("Opening"))
        self._bar.setValue(round(meter.share * 1000) if meter else 0)
        parts = [f"{meter.share:.0%}", time_left(meter.seconds_left())] if meter else []
        self._left.setText("  ·  ".join(part for part in parts if part))

    def _scroll_to_current(self) -> None:
        if self.list.currentIndex().isValid():
            self.list.scrollTo(self.list.currentIndex())

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(index.data(FINDING).id)


def _segment(action: QAction, text: str) -> QToolButton:
    """A button with a short word of its own for an action whose words are made for a menu."""
    button = QToolButton()
    button.setText(text)
    button.setToolTip(action.text())
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
