"""The ledger in the right panel: what is left in a line, the way through it, what second looks say, and every section."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QPainter, QPen
from PySide6.QtWidgets import (
    QListView,
    QProgressBar,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.review.ledger import Entry, Ledger
from app.review.second_look import Outcome
from app.ui.actions import Actions
from app.ui.appearance import appearance, colour
from app.ui.ledger_words import entry_name, entry_words, head_words, outcome_words, pages_words
from app.ui.state import OpenFile
from app.ui.theme import Theme
from app.ui.widgets import label

Index = QModelIndex | QPersistentModelIndex
ENTRY, PAGES = Qt.ItemDataRole.UserRole + 1, Qt.ItemDataRole.UserRole + 2
ROW = 56


class LedgerPage(QWidget):
    """Shows the ledger of one file; `followed` carries the range of the section to go to."""

    followed = Signal(int, int)

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.head, self.looks = label("", "head", wrap=True), label("", "small", wrap=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 1000)
        self._bar.setAccessibleName(self.tr("How much is done"))
        self.go = _button(actions, "next-left", self.tr("Go to what is left  ⇧L"), "primary")
        self.look = _button(actions, "second-look", self.tr("Blind second look  V"), "")
        self._model = _Entries()
        self.list = QListView()
        self.list.setModel(self._model)
        self.list.setItemDelegate(_EntryDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(self.tr("Sections"))
        self.list.clicked.connect(self._follow)
        self.list.activated.connect(self._follow)
        top = QVBoxLayout()
        top.setContentsMargins(16, 0, 16, 12)
        top.setSpacing(8)
        for part in (self.head, self._bar, self.go, self.looks, self.look):
            top.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.list, 1)

    def show_ledger(self, file: OpenFile, ledger: Ledger | None, outcome: Outcome | None) -> None:
        """Show it as it stands now; None while the document is still being read."""
        for part in (self._bar, self.looks, self.look, self.list):
            part.setVisible(ledger is not None)
        self.go.setVisible(ledger is not None and not ledger.is_done)
        if ledger is None:
            self.head.setText(self.tr("The document is still being read."))
            return
        self.head.setText(head_words(ledger))
        self._bar.setValue(round(ledger.progress * 1000))
        self.looks.setText(outcome_words(outcome))
        self._model.show(file, ledger.entries)

    def _follow(self, index: QModelIndex) -> None:
        entry: Entry = index.data(ENTRY)
        self.followed.emit(entry.section.start, min(entry.section.start + 1, entry.section.end))


def _button(actions: Actions, command: str, text: str, role: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("role", role)
    button.setToolTip(actions[command].toolTip())
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.clicked.connect(actions[command].trigger)
    return button


class _Entries(QAbstractListModel):
    """A row a section."""

    def __init__(self) -> None:
        super().__init__()
        self._entries: tuple[Entry, ...] = ()
        self._file: OpenFile | None = None

    def show(self, file: OpenFile, entries: tuple[Entry, ...]) -> None:
        """Where the sections are the same ones, the place in the list stays."""
        same = file is self._file and [e.section for e in entries] == [e.section for e in self._entries]
        if same:
            self._entries = entries
            self.dataChanged.emit(self.index(0), self.index(len(entries) - 1))
            return
        self.beginResetModel()
        self._file, self._entries = file, entries
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        """Number of sections."""
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The entry, its pages, or the words for assistive technology."""
        if not index.isValid() or self._file is None:
            return None
        entry = self._entries[index.row()]
        if role == ENTRY:
            return entry
        if role == PAGES:
            return pages_words(entry, self._file)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return ", ".join(filter(None, (entry_name(entry), pages_words(entry, self._file), *entry_words(entry))))
        return None


class _EntryDelegate(QStyledItemDelegate):
    """A mark for the state, the section, its pages, what was decided and shown."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        return QSize(200, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry, pages = index.data(ENTRY), index.data(PAGES)
        theme, rect = appearance().theme, option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        over = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.fillRect(rect, colour(theme.flag_wash if selected else theme.hover if over else theme.panel))
        left, right = rect.left() + 44, rect.right() - 16
        painter.fillRect(QRect(rect.left() + 16, rect.bottom(), right - rect.left() - 16, 1), colour(theme.line))
        draw_state(painter, QPointF(rect.left() + 25, rect.top() + 18), entry.state, theme)
        flags = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(option.font)
        painter.setPen(colour(theme.muted))
        taken = painter.fontMetrics().horizontalAdvance(pages) + 8 if pages else 0
        painter.drawText(QRect(right - taken, rect.top() + 8, taken, 20), flags | Qt.AlignmentFlag.AlignRight, pages)
        decided, shown = entry_words(entry)
        line = painter.fontMetrics().elidedText(f"{decided}  ·  {shown}", Qt.TextElideMode.ElideRight, right - left)
        painter.drawText(QRect(left, rect.top() + 28, right - left, 20), flags, line)
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(colour(theme.text))
        room = right - taken - left - 8
        name = painter.fontMetrics().elidedText(entry_name(entry), Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(left, rect.top() + 8, room, 20), flags, name)
        painter.restore()


def draw_state(painter: QPainter, centre: QPointF, state: str, theme: Theme) -> None:
    """A ring that is empty, half or full."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    tint = colour(theme.accepted if state == "done" else theme.flag if state == "part" else theme.muted)
    painter.setPen(QPen(tint, 1.5))
    painter.setBrush(tint if state == "done" else Qt.BrushStyle.NoBrush)
    ring = QRectF(centre.x() - 6, centre.y() - 6, 12, 12)
    painter.drawEllipse(ring)
    if state == "part":
        painter.setBrush(tint)
        painter.drawPie(ring, 90 * 16, 180 * 16)
    if state == "done":
        painter.setPen(QPen(colour(theme.panel), 1.5))
        points = [(-2.8, 0.2), (-0.8, 2.2), (3.0, -2.2)]
        painter.drawPolyline([centre + QPointF(x, y) for x, y in points])
