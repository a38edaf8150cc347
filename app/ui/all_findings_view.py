"""The findings of all documents in one list, in place of the pages: what is mine, what is due, what nobody decided on yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.errors import FusenError
from app.ui.all_findings_model import (
    BESIDE,
    COLUMNS,
    FLAG,
    SORTED,
    AllFindingsModel,
    Column,
    FindingCellDelegate,
    column_name,
    row_height,
)
from app.ui.archive import Archive, Cancel
from app.ui.whole_page import WholePage
from app.ui.widgets import label
from app.ui.wish_bar import WishBar
from app.ui.wishing import Wished, wish_of
from app.ui.words import error_words
from app.workspace.across import Across, Order

_PAUSE = 300
"""Milliseconds without typing after which is looked for words."""
_RETURN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_LETTERS: dict[Column, int] = {"place": 5, "decision": 10, "owner": 9, "due": 11}
"""Width in letters of columns whose words are alike."""
_SHARES: dict[Column, tuple[int, int]] = {
    "document": (11, 18),
    "passage": (22, 78),
    "tags": (11, 18),
    "comment": (14, 34),
}
"""The least and the most letters of the other columns, which share what is left."""
_LEAVING: tuple[Column, ...] = ("tags", "comment", "owner")
"""Columns that a narrow window does not show, in the order in which they go."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("AllFindings", text)


class AllFindingsView(WholePage):
    """`followed` carries a finding and its `Holder`; `wished` what the reviewer wants listed.

    `asked_settings` when she wants to say who she is; `reviewer` gives the name that she has in the settings.
    """

    followed = Signal(object, object)
    wished = Signal(object)
    asked_settings = Signal()

    def __init__(self, archive: Archive, reviewer: Callable[[], str]) -> None:
        super().__init__("allFindings")
        self._archive, self._reviewer = archive, reviewer
        self._wished = Wished()
        self._cancel: Cancel | None = None
        self._is_known = False  # something was answered
        self._shown = self._wished  # what the table lists
        self.model = AllFindingsModel()
        self.table = self._make_table()
        self.bar = WishBar()
        self.bar.asked.connect(self.wished)
        self.words = self.field
        self.words.setPlaceholderText(_tr("Words in the passage or comment (/)"))
        self.words.setAccessibleName(_tr("List findings with these words"))
        self.words.setMaximumWidth(260)
        self._pause = QTimer(self, interval=_PAUSE, singleShot=True)
        self._pause.timeout.connect(lambda: self.wished.emit(replace(self._wished, words=self.words.text())))
        self.words.textChanged.connect(lambda _text: self._pause.start())
        self.bar.clear.pressed.connect(self._pause.stop)  # what was being typed goes as well
        self.counts, self.told = label("", "small"), label("", "muted", wrap=True)
        self.help = QPushButton()
        self.help.clicked.connect(self._help)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._make_head())
        layout.addWidget(self.bar)
        layout.addWidget(self._make_empty(), 1)
        layout.addWidget(self.table, 1)
        hint = label(
            _tr("Enter opens a finding in its document, Esc comes back to the list. Ctrl+C copies rows."), "small"
        )
        hint.setObjectName("listFoot")
        hint.setContentsMargins(13, 6, 13, 8)  # Qt adds what is usual for a label with a line
        layout.addWidget(hint)
        self.dress()

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setItemDelegate(FindingCellDelegate(table))
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        table.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        table.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        table.setAccessibleName(_tr("All findings"))
        head, side = table.horizontalHeader(), table.verticalHeader()
        head.setSectionsClickable(True)
        head.setHighlightSections(False)
        head.setMinimumSectionSize(48)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.sectionClicked.connect(lambda column: self._sort(SORTED.get(COLUMNS[column])))
        side.hide()
        side.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.doubleClicked.connect(lambda index: self._follow(index.row()))
        opening, copying = QAction(_tr("Open in the document"), table), QAction(_tr("Copy"), table)
        opening.triggered.connect(lambda: self._follow(self.table.currentIndex().row()))
        copying.triggered.connect(self.copy)
        table.addActions([opening, copying])
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        for part in (table, table.viewport()):
            part.installEventFilter(self)
        return table

    def _make_head(self) -> QWidget:
        head = QWidget()
        head.setObjectName("toolbar")
        head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.sorting = QComboBox()
        self.sorting.setAccessibleName(_tr("Sort"))
        self.sorting.setToolTip(_tr("Sort; the same once more for the other way round"))
        for order in dict.fromkeys(SORTED.values()):
            self.sorting.addItem(_tr("By {column}").format(column=column_name(order).lower()), order)
        self.sorting.activated.connect(lambda: self._sort(self.sorting.currentData()))
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(8)
        row.addWidget(label(_tr("All findings"), "head"))
        row.addWidget(self.counts)
        row.addWidget(self.bar.clear)
        row.addStretch(1)
        row.addWidget(self.words, 2)
        row.addWidget(self.sorting)
        row.addWidget(self.close_button)
        return head

    def _make_empty(self) -> QWidget:
        self._empty = QWidget()
        column = QVBoxLayout(self._empty)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self.told)
        column.addWidget(self.help, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        return self._empty

    # ---- what shows

    def begin(self) -> None:
        """The view comes into sight: list what there is by now, from where it was left."""
        self.load()
        (self if self.table.isHidden() else self.table).setFocus()

    def show_wished(self, wished: Wished) -> None:
        """List what is wished, and nothing else."""
        self._wished = wished
        self.bar.show_wished(wished)
        self.sorting.setCurrentIndex(max(self.sorting.findData(wished.order), 0))
        if not self._pause.isActive() and self.words.text().strip() != wished.words.strip():
            with QSignalBlocker(self.words):
                self.words.setText(wished.words)
        if self.isVisible():
            self._ask()

    def load(self) -> None:
        """List what the workspace holds now."""
        self._archive.occurring(lambda known: self.bar.know(known, self._reviewer()))
        self._ask()

    def _ask(self) -> None:
        if self._cancel is not None:
            self._cancel()
            self._cancel = None
        if self._wished.whose == "mine" and not self._reviewer():
            self._show(Across(0, ()))
            return
        if not self._is_known:
            self._tell(_tr("Collecting the findings…"))
        wish = wish_of(self._wished, date.today(), self._reviewer())
        order, descending = self._wished.order, self._wished.descending
        self._cancel = self._archive.across(wish, order, self._show, self._failed, descending=descending)

    def _show(self, found: Across) -> None:
        self._is_known = True
        model, table = self.model, self.table
        before = table.currentIndex().row()
        current, down = model.finding(before), table.verticalScrollBar().value()
        model.show(found)
        row = model.row_of(current.id) if current is not None else None
        if row is None and self._wished == self._shown:  # it was decided on, and is none of these any more
            row = min(before, len(found.findings) - 1)
        self._shown = self._wished
        if found.findings:
            table.setCurrentIndex(model.index(max(row or 0, 0), 0))
        if row is not None:
            table.verticalScrollBar().setValue(down)
        head, column = table.horizontalHeader(), COLUMNS.index(self._wished.order)
        head.setSortIndicatorShown(True)
        down_first = Qt.SortOrder.DescendingOrder if self._wished.descending else Qt.SortOrder.AscendingOrder
        head.setSortIndicator(column, down_first)
        self._count(found)
        self._tell("" if found.findings else self._nothing())

    def _count(self, found: Across) -> None:
        listed = len(found.findings)
        counts = _tr("1 finding") if found.total == 1 else _tr("{n:,} findings").format(n=found.total)
        if listed < found.total:
            counts = _tr("the first {listed:,} of {n:,} findings").format(listed=listed, n=found.total)
        self.counts.setText(counts if listed else "")

    def _nothing(self) -> str:
        if self._wished.whose == "mine" and not self._reviewer():
            return _tr(
                "Fusen does not know your name yet. Give it in the settings (Reviewer's name), as it stands in the field "
                "“Owner” of your findings."
            )
        if self._wished.is_filtering:
            return _tr("No finding is like that. Remove a filter to see more.")
        return _tr("There are no findings yet. Open a document; what Fusen finds in it is listed here with all others.")

    def _failed(self, error: FusenError) -> None:
        self.counts.setText("")
        self._tell(" ".join(error_words(error)).strip())

    def _tell(self, text: str) -> None:
        had_keys = self.table.hasFocus() or self.hasFocus()
        self.told.setText(text)
        self._empty.setVisible(bool(text))
        self.table.setVisible(not text)
        self.help.setText(_tr("Open the settings") if self._is_nameless else _tr("Remove filters"))
        self.help.setVisible(self._is_known and self._wished.is_filtering)
        if had_keys:
            (self if text else self.table).setFocus()  # so that keys still act here

    @property
    def _is_nameless(self) -> bool:
        return self._wished.whose == "mine" and not self._reviewer()

    def _help(self) -> None:
        self.asked_settings.emit() if self._is_nameless else self.bar.clear.click()

    # ---- sorting

    def _sort(self, order: Order | None) -> None:
        """Sort by this, and the other way round where that is so already."""
        if order is not None:
            descending = order == self._wished.order and not self._wished.descending
            self.wished.emit(replace(self._wished, order=order, descending=descending))

    # ---- going on from it

    def _follow(self, row: int) -> None:
        if (finding := self.model.finding(row)) is not None:
            self.followed.emit(finding, self.model.holder(finding))

    def copy(self) -> None:
        """Put the selected rows on the clipboard, as tab separated text."""
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        if rows:
            QGuiApplication.clipboard().setText(self.model.lines(rows))

    # ---- how it looks

    def dress(self) -> None:
        """Rows and columns follow the text."""
        super().dress()
        self.table.verticalHeader().setDefaultSectionSize(row_height(self.table.font()))
        self._share_width()

    def _share_width(self) -> None:
        """Give the columns what they need, and the passage first of all what is left; what has no room does not show."""
        letter, between = self.table.fontMetrics().horizontalAdvance("n"), 2 * BESIDE
        room = self.table.viewport().width()
        least = {each: letters * letter + between for each, letters in _LETTERS.items()}
        least |= {each: fewest * letter + between for each, (fewest, _) in _SHARES.items()}
        least["decision"] += FLAG + 8
        for column in _LEAVING:
            gone = sum(least.values()) > room
            self.table.setColumnHidden(COLUMNS.index(column), gone)
            if gone:
                del least[column]
        wishes = {each: (most - fewest) * letter for each, (fewest, most) in _SHARES.items() if each in least}
        spare = max(room - sum(least.values()), 0)
        for column, width in least.items():
            share = spare * wishes.get(column, 0) / sum(wishes.values())
            self.table.setColumnWidth(COLUMNS.index(column), width + int(share))

    # ---- events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Columns share the table's width; in it Enter opens the finding, Ctrl+C copies, / goes to the words."""
        if watched is self.table.viewport() and event.type() == QEvent.Type.Resize:
            QTimer.singleShot(0, self, self._share_width)  # once all of the table has its part
        if not isinstance(event, QKeyEvent) or event.type() not in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride):
            return super().eventFilter(watched, event)
        if event.matches(QKeySequence.StandardKey.Copy) or event.matches(QKeySequence.StandardKey.SelectAll):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            self.copy() if event.matches(QKeySequence.StandardKey.Copy) else self.table.selectAll()
            return True
        if event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        if event.key() in _RETURN:
            self._follow(self.table.currentIndex().row())
            return True
        if event.text() == "/":
            self.words.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return True
        if event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and not event.modifiers():
            row = 0 if event.key() == Qt.Key.Key_Home else self.model.rowCount() - 1
            self.table.setCurrentIndex(self.model.index(row, 0))
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Down goes from the words to the list; Esc as ever."""
        if event.key() == Qt.Key.Key_Down and self.words.hasFocus():
            self.table.setFocus()
        else:
            super().keyPressEvent(event)
