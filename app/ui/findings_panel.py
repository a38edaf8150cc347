"""The right side: progress while the analysis runs, then the findings with the card of the selected one, or the summary."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListView,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.ui.actions import Actions
from app.ui.finding_card import FindingCard
from app.ui.findings_model import FINDING, FindingDelegate, FindingsModel
from app.ui.first_findings import FirstFindingsNotice
from app.ui.overview import Overview
from app.ui.sensitivity import SensitivityBar
from app.ui.state import BUSY, OpenFile
from app.ui.widgets import label
from app.ui.words import counts_words, progress_words, stage_words


class FindingsPanel(QWidget):
    """Shows one file at a time; `chosen` carries the id of a finding."""

    chosen = Signal(str)

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("findings")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._file: OpenFile | None = None
        self._stood = 0  # where the selected row was, before what stands above the list changed its height
        self._title, self._counts = label("", "title"), label("", "small", wrap=True)
        self._summary = _segment(actions["summary"], self.tr("Summary"))
        self._summary.setProperty("role", "toggle")
        policy = self._summary.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the list below is not to move when the summary comes
        self._summary.setSizePolicy(policy)
        self._model = FindingsModel()
        self.list = self._make_list()
        self.card = FindingCard(actions, self)
        self.sensitivity, self.first = SensitivityBar(), FirstFindingsNotice(actions)
        self.overview = Overview()
        self._clock = QTimer(self, interval=1000)  # the time left runs on between two reports
        self._clock.timeout.connect(self._tick)
        self._waiting, self._review = self._make_waiting(actions), self._make_review(actions)
        self._pages = QStackedWidget()
        for page in (self._waiting, self._review, self.overview):
            self._pages.addWidget(page)
        top = QHBoxLayout()
        top.addWidget(self._title, 1)
        top.addWidget(self._summary)
        head = QVBoxLayout()
        head.setContentsMargins(16, 12, 16, 8)
        head.setSpacing(4)
        head.addLayout(top)
        head.addWidget(self._counts)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self._pages, 1)

    def _make_list(self) -> QListView:
        view = QListView()
        view.setModel(self._model)
        view.setItemDelegate(FindingDelegate(view))
        view.setUniformItemSizes(True)
        view.setMouseTracking(True)
        view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setAccessibleName(self.tr("Findings"))
        view.selectionModel().currentChanged.connect(self._choose)
        view.clicked.connect(self._choose)
        return view

    def _make_review(self, actions: Actions) -> QWidget:
        page = QWidget()
        bars = QVBoxLayout()
        bars.setContentsMargins(16, 0, 16, 8)
        bars.setSpacing(8)
        bars.addWidget(self._make_segments(actions))
        bars.addWidget(self.sensitivity)
        bars.addWidget(self.first)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bars)
        column.addWidget(self.list, 1)
        column.addWidget(self.card)
        return page

    def _make_segments(self, actions: Actions) -> QWidget:
        box = QWidget()
        box.setObjectName("segments")
        row = QHBoxLayout(box)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        names = {
            "sort-importance": self.tr("Importance"),
            "sort-place": self.tr("Place"),
            "only-undecided": self.tr("Undecided"),
        }
        for command, text in names.items():
            row.addWidget(_segment(actions[command], text))
            if command == "sort-place":
                row.addStretch(1)
        return box

    def _make_waiting(self, actions: Actions) -> QWidget:
        page, box = QWidget(), QWidget()
        box.setObjectName("progressCard")
        box.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._progress = box
        self._stage, self._left = label("", "head", wrap=True), label("", "small")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 1000)
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.setToolTip(actions["cancel"].toolTip())
        self.cancel.clicked.connect(actions["cancel"].trigger)
        self._again = QPushButton(self.tr("Analyse"))
        self._again.setToolTip(actions["analyse"].toolTip())
        self._again.clicked.connect(actions["analyse"].trigger)
        row = QHBoxLayout()
        row.addWidget(self._left, 1)
        row.addWidget(self.cancel)
        inside = QVBoxLayout(box)
        inside.setContentsMargins(16, 16, 16, 12)
        inside.setSpacing(8)
        inside.addWidget(self._stage)
        inside.addWidget(self._bar)
        inside.addLayout(row)
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 4, 16, 16)
        column.addWidget(box)
        column.addWidget(self._again, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        return page

    def show_file(self, file: OpenFile | None, *, summary: bool = False) -> None:
        """Show another file, or the same one in another phase; with `summary` its summary."""
        if file is not self._file:
            self.card.keep_comment()
        self._file = file
        self._model.page_words = file.page_words if file is not None else str
        self._stood = self._top_of_current()
        busy, ready = file is not None and file.phase in BUSY, file is not None and file.phase == "ready"
        reviewable = file is not None and file.is_reviewable
        self._progress.setVisible(busy)
        self._clock.start() if busy else self._clock.stop()
        self._again.setVisible(file is not None and file.phase == "stopped")
        self._summary.setVisible(ready)
        self._pages.setCurrentWidget(
            self.overview if ready and summary else self._review if reviewable else self._waiting
        )
        if file is not None and busy:
            self._show_progress(file)
        self.sensitivity.setVisible(ready)
        if file is not None and reviewable:
            self.first.show_file(file)
        if file is not None and ready:
            self.sensitivity.show_file(file)
            if summary:
                self.overview.show_file(file)
        self.show_counts()

    def reload(self) -> None:
        """Rows changed their order or number. In a new list, the finding that stays selected stands where it stood."""
        findings = self._file.findings if self._file is not None else self._model.findings
        before, index = self._model.findings, self.list.currentIndex()
        stays = before is not findings and index.isValid() and before[index.row()].id == findings.selected_id
        self._model.show(findings)
        self.show_selection()
        self.show_counts()
        if stays:
            for part in (self, self._review):
                if (layout := part.layout()) is not None:
                    layout.activate()
            bar = self.list.verticalScrollBar()
            bar.setValue(bar.value() + self._top_of_current() - self._stood)

    def _top_of_current(self) -> int:
        """Where the selected row stands in the panel."""
        place = self.list.visualRect(self.list.currentIndex()).topLeft()
        return self.list.viewport().mapTo(self, place).y()

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
        if file is None or not file.is_reviewable:
            stopped = file is not None and file.phase == "stopped"
            self._title.setText(self.tr("Not analysed") if stopped else self.tr("Findings"))
            self._counts.setText("")
        else:
            title, counts = counts_words(file)
            self._title.setText(title)
            self._counts.setText(counts)
        self._counts.setVisible(bool(self._counts.text()))

    def _tick(self) -> None:
        if self._file is not None and self._file.phase in BUSY:
            self._show_progress(self._file)
            self.first.show_file(self._file)

    def _show_progress(self, file: OpenFile) -> None:
        meter = file.meter
        self._stage.setText(stage_words(meter.stage) if meter else self.tr("Opening"))
        self._bar.setValue(round(meter.share * 1000) if meter else 0)
        self._left.setText(progress_words(meter))

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
