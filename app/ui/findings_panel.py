"""The right side: progress while the analysis runs, then the findings with the card of the selected one, or the summary."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.ui.actions import Actions
from app.ui.filter_bar import FilterBar
from app.ui.finding_card import FindingCard
from app.ui.finding_list import FindingList
from app.ui.findings_table import FindingsTable
from app.ui.first_findings import FirstFindingsNotice
from app.ui.list_bar import ListBar, segment
from app.ui.overview import Overview
from app.ui.review_column import ReviewColumn
from app.ui.sensitivity import SensitivityBar
from app.ui.state import BUSY, Aside, OpenFile
from app.ui.widgets import label
from app.ui.words import counts_words, progress_words, stage_words

LOW = 38
"""Lines of text that the panel is high, below which the slider does not show."""


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
        self._turns = [self._make_turn(actions["ledger"], self.tr("Ledger"))]
        self._turns.append(self._make_turn(actions["summary"], self.tr("Summary")))
        self.list, self.filter = FindingsTable(), FilterBar(actions)
        self.list.setAccessibleName(self.tr("Findings"))
        self.list.chosen.connect(self.chosen)
        self.filter.left.connect(self.enter_list)
        self._empty, self._show_all = self._make_empty(actions)
        self._opens_filter = False
        self.card = FindingCard(actions, self)
        self._reviewing = ReviewColumn(self.list, self._empty, self.card)
        self._is_low = False
        self.sensitivity, self.first = SensitivityBar(), FirstFindingsNotice(actions)
        self.overview = Overview()
        self._clock = QTimer(self, interval=1000)  # the time left runs on between two reports
        self._clock.timeout.connect(self._tick)
        self._waiting, self._review = self._make_waiting(actions), self._make_review(actions)
        self._pages = QStackedWidget()
        self._asides: dict[str, QWidget] = {}
        for page in (self._waiting, self._review, self.overview):
            self._pages.addWidget(page)
        top = QHBoxLayout()
        top.addWidget(self._title, 1)
        for turn in self._turns:
            top.addWidget(turn)
        head = QVBoxLayout()
        head.setContentsMargins(16, 12, 16, 8)
        head.setSpacing(4)
        head.addLayout(top)
        head.addWidget(self._counts)
        self._column = layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self._pages, 1)

    def add_asides(self, pages: dict[Aside, QWidget], tour: QWidget) -> None:
        """Take what can show instead of the findings, and what stands above them on the way through what is left."""
        for name, page in pages.items():
            self._asides[name] = page
            self._pages.addWidget(page)
        self._column.insertWidget(1, tour)

    @staticmethod
    def _make_turn(action: QAction, text: str) -> QToolButton:
        turn = segment(action, text)
        turn.setProperty("role", "toggle")
        policy = turn.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the list below is not to move when the summary comes
        turn.setSizePolicy(policy)
        return turn

    def _make_empty(self, actions: Actions) -> tuple[QWidget, QPushButton]:
        """Stands where the list would be when no finding passes the filter."""
        box, again = QWidget(), QPushButton(self.tr("Show all findings"))
        again.clicked.connect(actions["clear-filter"].trigger)
        again.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.nothing = label("", "muted", wrap=True)
        column = QVBoxLayout(box)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self.nothing)
        column.addWidget(again, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        return box, again

    def _make_review(self, actions: Actions) -> QWidget:
        page = QWidget()
        bars = QVBoxLayout()
        bars.setContentsMargins(16, 0, 16, 8)
        bars.setSpacing(8)
        self.bar = ListBar(actions)
        self.bar.opened.connect(self._open_filter)
        bars.addWidget(self.bar)
        bars.addWidget(self.filter)
        bars.addWidget(self.sensitivity)
        bars.addWidget(self.first)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bars)
        column.addWidget(self._reviewing, 1)
        return page

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

    def show_file(self, file: OpenFile | None, *, summary: bool = False, aside: Aside = "") -> None:
        """Show another file, or the same one in another phase; with `summary` its summary, or what `aside` names."""
        if file is not self._file:
            self.card.keep_comment()
        self._file = file
        self._stood = self._top_of_current()
        busy, ready = file is not None and file.phase in BUSY, file is not None and file.phase == "ready"
        reviewable = file is not None and file.is_reviewable
        self._progress.setVisible(busy)
        self._clock.start() if busy else self._clock.stop()
        self._again.setVisible(file is not None and file.phase == "stopped")
        for turn in self._turns:
            turn.setVisible(ready)
        page = self._asides.get(aside, self.overview if summary else self._review) if ready else self._review
        self._pages.setCurrentWidget(page if reviewable else self._waiting)
        if file is not None and busy:
            self._show_progress(file)
        if file is not None and reviewable:
            self.first.show_file(file)
        if file is not None and ready:
            self.sensitivity.show_file(file)
            if summary:
                self.overview.show_file(file)
        self.show_counts()

    def reload(self) -> None:
        """Rows changed their order or number. In a new list, the finding that stays selected stands where it stood."""
        findings = self._file.findings if self._file is not None else self.list.findings
        before = self.list.findings
        stays = before is not findings and before.selected_id == findings.selected_id is not None
        self.list.show_list(findings, self._page_name)
        self._show_rows(findings)
        self.show_selection()
        self.show_counts()
        if stays:
            for part in (self, self._review, self._reviewing):
                if (layout := part.layout()) is not None:
                    layout.activate()
            bar = self.list.verticalScrollBar()
            bar.setValue(bar.value() + self._top_of_current() - self._stood)

    def _page_name(self, page: int) -> str:
        return (self._file.label_of(page) if self._file is not None else "") or str(page)

    def _show_rows(self, findings: FindingList) -> None:
        """The list, or why there is nothing in it."""
        nothing = len(findings) == 0
        hidden = nothing and findings.total() > 0
        self.nothing.setText(self.tr("No finding has these.") if hidden else self.tr("Nothing is selected."))
        self._show_all.setVisible(hidden)
        self._empty.setVisible(nothing)
        self.list.setVisible(not nothing)
        self._show_filter()

    def _show_filter(self) -> None:
        file = self._file
        if file is None or not file.is_reviewable:
            return
        opened = self._opens_filter or bool(file.findings.filter and not file.findings.only_undecided)
        self.filter.setVisible(opened)
        self.sensitivity.setVisible(
            file.phase == "ready" and not opened and not self._is_low
        )  # else the list had no room
        self.bar.show_file(file, opened=opened)
        if opened:
            self.filter.show_file(file)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """In a low window the slider makes room; its commands stay in the menu."""
        super().resizeEvent(event)
        is_low = event.size().height() < LOW * self.fontMetrics().height()
        if is_low != self._is_low:
            self._is_low = is_low
            self._show_filter()

    def _open_filter(self, opened: bool) -> None:
        self._opens_filter = opened
        self._show_filter()
        if opened:
            self.filter.text.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.enter_list()

    def edit_filter(self) -> None:
        """Put the cursor into the words to look for."""
        self._open_filter(True)
        self.filter.text.selectAll()

    def enter_list(self) -> None:
        """Put the cursor into the list."""
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _top_of_current(self) -> int:
        """Where the selected row stands in the panel."""
        place = self.list.visualRect(self.list.currentIndex()).topLeft()
        return self.list.viewport().mapTo(self, place).y()

    def touch(self, ids: frozenset[str]) -> None:
        """Values of these findings changed."""
        self.list.touch(ids)
        self.card.show_finding(self._file)
        self._show_filter()
        self.show_counts()

    def show_selection(self) -> None:
        """Bring the selected finding into the list's view and onto the card."""
        file = self._file
        self.list.show_selection()
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
