"""The matrix: every analysed document of the workspace beside the others, by tag; in place of the pages."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Unpack

from PySide6.QtCore import QEvent, QModelIndex, QObject, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QMenu,
    QPushButton,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.errors import FusenError
from app.review.matrix import DOCUMENT, CellPassage, Matrix, SortKey, Source
from app.ui import dialogs
from app.ui.appearance import appearance
from app.ui.archive import Archive
from app.ui.language import current, tag_name
from app.ui.matrix_model import (
    COLUMN_WIDTH,
    Arrangement,
    CellDelegate,
    MatrixModel,
    row_height,
    shown_tags,
)
from app.ui.widgets import claims_escape, label
from app.ui.words import error_words

_NAMES_WIDTH = 200
_FORMATS = {".xlsx": "Excel (XLSX)", ".csv": "CSV", ".md": "Markdown"}


class MatrixView(QWidget):
    """`followed` carries a `Source` and a `CellPassage` of it, or None for the document alone; `closed` ends the view.

    `hid` carries the tags whose columns are hidden now.
    """

    followed = Signal(object, object)
    hid = Signal(object)
    closed = Signal()

    def __init__(self, archive: Archive) -> None:
        super().__init__()
        self.setObjectName("matrix")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._archive = archive
        self._loading = self._stale = False
        self.model = MatrixModel()
        self.table = self._make_table()
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Filter"))
        self.filter.setAccessibleName(self.tr("Filter the documents"))
        self.filter.setClearButtonEnabled(True)
        self.filter.setMaximumWidth(240)
        self.filter.textChanged.connect(lambda words: self._arrange(words=words))
        self.told = label("", "muted", wrap=True)
        self._counts = label("", "small")
        self._columns = QMenu(self)
        self._columns.aboutToShow.connect(self._fill_columns)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._make_bar())
        layout.addWidget(self.told)
        layout.addWidget(self.table, 1)
        self.told.setContentsMargins(16, 16, 16, 16)

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setItemDelegate(CellDelegate(table))
        table.setShowGrid(False)
        table.setMouseTracking(True)
        table.setCornerButtonEnabled(False)
        table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        table.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        table.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        table.setAccessibleName(self.tr("Documents by tag"))
        across, down = table.horizontalHeader(), table.verticalHeader()
        across.setDefaultSectionSize(COLUMN_WIDTH)
        across.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        across.setTextElideMode(Qt.TextElideMode.ElideRight)
        across.setSectionsClickable(True)
        across.setHighlightSections(False)
        across.sectionClicked.connect(self._sort_column)
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        down.setFixedWidth(_NAMES_WIDTH)
        down.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        down.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        down.setHighlightSections(False)
        down.setSectionsClickable(True)
        down.sectionClicked.connect(lambda row: self.followed.emit(self.model.source(row), None))
        table.clicked.connect(self._follow)
        table.installEventFilter(self)
        return table

    def _make_bar(self) -> QWidget:
        bar = QWidget()
        bar.setObjectName("toolbar")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(bar)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(8)
        row.addWidget(label(self.tr("Documents by tag"), "head"))
        row.addWidget(self._counts)
        row.addStretch(1)
        row.addWidget(self.filter)
        row.addWidget(self._make_sorting())
        columns = QPushButton(self.tr("Tags"))
        columns.setMenu(self._columns)
        row.addWidget(columns)
        self.export = QPushButton(self.tr("Export"))
        menu = QMenu(self.export)
        for ending, name in _FORMATS.items():
            menu.addAction(name).triggered.connect(lambda _checked=False, ending=ending: self._ask_export(ending))
        self.export.setMenu(menu)
        row.addWidget(self.export)
        row.addWidget(self._make_close())
        return bar

    def _make_close(self) -> QToolButton:
        close = self._close = QToolButton()
        close.setToolTip(self.tr("Close (Esc)"))
        close.setAccessibleName(self.tr("Close"))
        close.setIconSize(QSize(16, 16))
        close.clicked.connect(self.closed)
        appearance().changed.connect(self._dress)
        self._dress()
        return close

    def _make_sorting(self) -> QWidget:
        box = QWidget()
        box.setObjectName("segments")
        row = QHBoxLayout(box)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        self.sorting: dict[str, QToolButton] = {}
        names: dict[SortKey | Literal["name"], str] = {
            "name": self.tr("Name"),
            "text": self.tr("Text"),
            "importance": self.tr("Importance"),
        }
        for name, text in names.items():
            button = self.sorting[name] = QToolButton()
            button.setText(text)
            button.setCheckable(True)
            button.setProperty("role", "segment")
            button.setToolTip(self.tr("Sort by this; by text and importance in the column that was clicked on last"))
            button.clicked.connect(lambda _checked=False, name=name: self._sort_by(name))
            row.addWidget(button)
        return box

    # ---- what shows

    def load(self) -> None:
        """Show what the workspace holds now."""
        if self._loading:
            self._stale = True
            return
        self._loading, self._stale = True, False
        if not self.model.matrix.documents:
            self._tell(self.tr("Comparing the documents…"))
        self._archive.matrix(self._show, self._failed)

    def _show(self, matrix: Matrix) -> None:
        self._loading = False
        index = self.table.currentIndex()
        self.model.show(matrix)
        self.table.setCurrentIndex(self.model.index(index.row(), index.column()))
        self._follow_model()
        if not matrix.documents:
            self._tell(self.tr("No document of this workspace was analysed yet."))
        elif not matrix.tags:
            self._tell(self.tr("No passage of these documents has a tag."))
        else:
            self._tell("")
        if self._stale:
            self.load()

    def _failed(self, error: FusenError) -> None:
        self._loading = False
        self._tell(" ".join(error_words(error)).strip())

    def _tell(self, text: str) -> None:
        self.told.setText(text)
        self.told.setVisible(bool(text))
        self.table.setVisible(not text)
        self.export.setEnabled(not text)

    def _follow_model(self) -> None:
        model, across = self.model, self.table.horizontalHeader()
        total = len(model.matrix.documents)
        counts = self.tr("1 document") if total == 1 else self.tr("{n:,} documents").format(n=total)
        if len(model.rows) < total:
            counts = self.tr("{shown:,} of {n:,} documents").format(shown=len(model.rows), n=total)
        self._counts.setText(counts if total else "")
        is_column = model.by != DOCUMENT
        across.setSortIndicatorShown(is_column)
        if is_column:
            order = Qt.SortOrder.DescendingOrder if model.descending else Qt.SortOrder.AscendingOrder
            across.setSortIndicator(model.tags.index(model.by), order)
        for name, button in self.sorting.items():
            button.setChecked(name == (model.key if is_column else "name"))
            button.setEnabled(name == "name" or bool(model.tags))

    def _arrange(self, **wanted: Unpack[Arrangement]) -> None:
        self.model.arrange(**wanted)
        self._follow_model()

    def _sort_column(self, column: int) -> None:
        model = self.model
        tag = model.tags[column]
        self._arrange(by=tag, descending=not model.descending if tag == model.by else model.key == "importance")

    def _sort_by(self, name: SortKey | Literal["name"]) -> None:
        if name == "name":
            self._arrange(by=DOCUMENT, descending=False)
            return
        column = max(self.table.currentIndex().column(), 0)
        by = self.model.by if self.model.by != DOCUMENT else self.model.tags[column]
        self._arrange(by=by, key=name, descending=name == "importance")

    def _fill_columns(self) -> None:
        self._columns.clear()
        every = self._columns.addAction(self.tr("Show all"))
        every.setEnabled(bool(self.model.hidden))
        every.triggered.connect(lambda: self.hid.emit(frozenset()))
        self._columns.addSeparator()
        for tag, count in shown_tags(self.model.matrix):
            name = tag_name(tag).replace("&", "&&")
            action = QAction(f"{name}  ({count})", self._columns)
            action.setCheckable(True)
            action.setChecked(tag not in self.model.hidden)
            action.triggered.connect(lambda _checked=False, tag=tag: self.toggle_tag(tag))
            self._columns.addAction(action)

    def toggle_tag(self, tag: str) -> None:
        """Hide or show a column."""
        self.hid.emit(self.model.hidden ^ {tag})

    def hide_tags(self, hidden: frozenset[str]) -> None:
        """Hide the columns of these tags and no others."""
        self._arrange(hidden=hidden)

    # ---- going on from it

    def _follow(self, index: QModelIndex) -> None:
        if (cell := self.model.cell(index)) is not None:
            source: Source = self.model.source(index.row())
            passage: CellPassage = cell.best
            self.followed.emit(source, passage)

    def _ask_export(self, ending: str) -> None:
        suggestion = Path.home() / f"{self.tr('Documents by tag')}{ending}"
        if (output := dialogs.ask_output(self, self.tr("Export the matrix"), suggestion)) is not None:
            self.save(output)

    def save(self, output: Path) -> None:
        """Write the rows and columns that show."""
        words = self.tr("Saved {name}.").format(name=output.name)
        model = self.model
        self._archive.save_matrix(model.matrix, model.rows, model.tags, current(), output, words)

    def _dress(self) -> None:
        self._close.setIcon(appearance().icon("close"))
        self.table.verticalHeader().setDefaultSectionSize(row_height(self.table.font()))

    # ---- events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Enter in the table goes to the passage."""
        is_press = event.type() == QEvent.Type.KeyPress
        if is_press and isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._follow(self.table.currentIndex())
            return True
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        """Esc is this view's while it has the keys."""
        return claims_escape(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc empties the filter, then closes."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.filter.text():
            self.filter.clear()
        else:
            self.closed.emit()
