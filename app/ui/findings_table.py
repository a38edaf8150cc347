"""The view of the findings list: one column whose rows are findings and heads of groups; several can be selected.

A table and not a list: it knows the heights of ten thousand rows of two kinds without asking for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QItemSelectionRange, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from app.ui.finding_list import FindingList
from app.ui.findings_model import GROUP, FindingDelegate, FindingsModel, Index, head_height, row_height
from app.ui.grouping import Group
from app.ui.sticky_head import StickyHead

_SELECT = QItemSelectionModel.SelectionFlag


class FindingsTable(QTableView):
    """`chosen` carries the id of the finding to look at, `picked` all ids on which a decision is to act and the current one.

    `headed` carries the key of the group on whose head the cursor stands, `folded` that of one to close (True) or open.
    """

    chosen = Signal(str)
    picked = Signal(object, object)
    headed = Signal(object)
    folded = Signal(object, bool)
    _stands = False  # events come before there is anything to change

    def __init__(self) -> None:
        super().__init__()
        self._model = FindingsModel()
        self._told: tuple[object, ...] = ()
        self._heads: list[int] = []
        self.setModel(self._model)
        self._delegate = FindingDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setMouseTracking(True)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(1)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.sticky = StickyHead(self, self._head_above)
        self.sticky.pressed.connect(self._press_sticky)
        self.selectionModel().selectionChanged.connect(self._tell)
        self.selectionModel().currentChanged.connect(self._moved)
        self.clicked.connect(self._click)
        self._stands = True

    @property
    def findings(self) -> FindingList:
        """The list that it shows."""
        return self._model.findings

    def show_list(self, findings: FindingList, label_of: Callable[[int], str] = str) -> None:
        """Show another list, or the same one with other rows; `label_of` names a page by its number."""
        # The model's reset ends what was current; the state says what is.
        self.selectionModel().blockSignals(True)
        self._model.show(findings, label_of)
        self._fit_rows()
        self.selectionModel().blockSignals(False)
        self.updateGeometries()
        self.sticky.follow()
        self.viewport().update()

    def row_height(self, *, dense: bool | None = None) -> int:
        """Pixels of a finding's row as they are, or as they would be."""
        return row_height(self.font(), dense=self._delegate.dense if dense is None else dense)

    def show_dense(self, *, dense: bool) -> None:
        """Have rows with one line of the passage, or with two."""
        if dense != self._delegate.dense:
            self._delegate.dense = dense
            self._refit()

    def _refit(self) -> None:
        """Rows have another height; the selected one stays where it was."""
        top = self.visualRect(self.currentIndex()).top()
        self._fit_rows()
        self.updateGeometries()
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + self.visualRect(self.currentIndex()).top() - top)
        self.sticky.follow()
        self.viewport().update()

    def _fit_rows(self) -> None:
        """Give rows the heights that the font wants."""
        header, height, finding = self.verticalHeader(), head_height(self.font()), self.row_height()
        heads = [number for number, row in enumerate(self.findings.rows) if isinstance(row, Group)]
        header.blockSignals(True)
        header.setDefaultSectionSize(finding)
        for row in self._heads:  # a header keeps the sizes of its rows where the model has other ones
            if row < len(self.findings.rows):
                header.resizeSection(row, finding)
        for row in heads:
            header.resizeSection(row, height)
        self._heads = heads
        header.blockSignals(False)

    def touch(self, ids: frozenset[str]) -> None:
        """Values of these findings changed."""
        self._model.touch(ids)
        self.sticky.follow()

    def scrollTo(  # noqa: N802
        self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        """Bring a row into view, below the head of its group that stays at the top."""
        super().scrollTo(index, hint)
        if not index.isValid():
            return
        hidden = self.sticky.room(index.row()) - self.rowViewportPosition(index.row())
        if hidden > 0:
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() - hidden)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Another font: rows of another height, with the selected one where it was."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and self._stands:
            self._refit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """What stays at the top is as wide as the list."""
        super().resizeEvent(event)
        if self._stands:
            self.sticky.follow()

    def _head_above(self, row: int) -> int | None:
        """The row with the head of the group in which a row is; its own where it is one."""
        entry = self.findings.rows[row]
        return self.findings.head_of(entry) if isinstance(entry, str) else row

    def _press_sticky(self, row: int) -> None:
        """A click on the head that stays at the top is one on its row."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.setCurrentIndex(self._model.index(row))
        self._click(self._model.index(row))

    def show_selection(self) -> None:
        """Mark what the state says is selected."""
        findings = self.findings
        row = findings.cursor_row()
        index = self._model.index(row) if row is not None else QModelIndex()
        rows = {row} if row is not None else set()
        if findings.head is None and len(findings.picked) > 1:
            rows = {place for one in findings.picked if (place := findings.row_of(one)) is not None}
        model = self.selectionModel()
        # Heads between findings that are selected together are selected with them, which means nothing.
        now = {each for each in self._selected_rows() if len(rows) < 2 or isinstance(findings.rows[each], str)}
        if model.currentIndex() == index and now == rows:
            return
        chosen = QItemSelection()
        for first, last in _runs(rows):
            chosen.append(QItemSelectionRange(self._model.index(first), self._model.index(last)))
        model.blockSignals(True)
        model.select(chosen, _SELECT.ClearAndSelect)
        model.setCurrentIndex(index, _SELECT.NoUpdate)
        model.blockSignals(False)
        self._told = ()
        self.viewport().update()

    def _moved(self, current: QModelIndex) -> None:
        """The cursor went elsewhere. Where Qt moves it before it selects, what it selects follows at once."""
        if current.row() in self._selected_rows():
            self._tell()

    def _tell(self) -> None:
        """The user selected something."""
        rows = self._selected_rows()
        ids = [each for row in rows if isinstance(each := self.findings.rows[row], str)]
        current = self.currentIndex().row()
        entry = self.findings.rows[current] if 0 <= current < len(self.findings.rows) else None
        if len(ids) > 1:
            told: tuple[object, ...] = ("picked", tuple(ids), entry if isinstance(entry, str) else None)
        elif isinstance(entry, Group) and current in rows:
            told = ("headed", entry.key)
        elif ids:
            told = ("chosen", ids[0])
        else:
            return
        if told != self._told:
            self._told = told
            {"picked": self.picked, "headed": self.headed, "chosen": self.chosen}[str(told[0])].emit(*told[1:])

    def _selected_rows(self) -> list[int]:
        parts = self.selectionModel().selection().toList()
        return [row for part in parts for row in range(part.top(), part.bottom() + 1)]

    def _click(self, index: QModelIndex) -> None:
        """On the selected one alone: it is to be seen again. On a head: close or open its group."""
        if (group := index.data(GROUP)) is not None:
            self.folded.emit(group.key, not group.collapsed)
        elif len(self.findings.picked) < 2 and isinstance(entry := self.findings.rows[index.row()], str):
            self.chosen.emit(entry)

    def event(self, event: QEvent) -> bool:
        """Where the list has the cursor, “all” means all of its findings, whatever else the window has on that key."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.matches(QKeySequence.StandardKey.SelectAll)
        ):
            event.accept()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Left and right close and open a group, Home and End go to the ends; the other keys are the table's."""
        key, row = event.key(), self.findings.cursor_row()
        folds = self.findings.by_section and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        head = self.findings.rows[row] if row is not None else None
        if folds and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            closes = key == Qt.Key.Key_Left
            if isinstance(head, Group):
                self.folded.emit(head.key, closes)
            elif closes and row is not None and (group := self._group_above(row)) is not None:
                self.folded.emit(group.key, True)
        elif folds and isinstance(head, Group) and key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.folded.emit(head.key, not head.collapsed)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and not event.modifiers():
            ends = (0, len(self.findings.rows) - 1)
            self.setCurrentIndex(self._model.index(ends[key == Qt.Key.Key_End]))
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """The second click on a head is one more click."""
        self.mousePressEvent(event)

    def _group_above(self, row: int) -> Group | None:
        above = (self.findings.rows[place] for place in range(row, -1, -1))
        return next((entry for entry in above if isinstance(entry, Group)), None)


def _runs(rows: Iterable[int]) -> list[tuple[int, int]]:
    """First and last of rows that follow on each other."""
    runs: list[tuple[int, int]] = []
    for row in sorted(rows):
        if runs and runs[-1][1] == row - 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs
