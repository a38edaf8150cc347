"""The findings list for Qt: a model over `FindingList` and a delegate that paints a row; all rows are of one height."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.export.wording import grade
from app.review.findings import Finding
from app.tags import tag_name
from app.ui.appearance import appearance, colour
from app.ui.finding_list import FindingList
from app.ui.highlights import draw_flag
from app.ui.widgets import fitted

Index = QModelIndex | QPersistentModelIndex
FINDING = Qt.ItemDataRole.UserRole + 1
PAGE = Qt.ItemDataRole.UserRole + 2
"""What the page of the finding is called."""
ROW_HEIGHT = 80


def title_of(finding: Finding) -> str:
    """The kind of passage in words; without a tag, how important it is."""
    return " · ".join(tag_name(tag.tag) for tag in finding.tags[:2]) or grade(finding.importance, "en")


class FindingsModel(QAbstractListModel):
    """Rows of the list as it is ordered now; `findings` is that list."""

    def __init__(self) -> None:
        super().__init__()
        self.findings = FindingList()
        self.page_words: Callable[[int], str] = str

    def show(self, findings: FindingList) -> None:
        """Take another list, or the same one in another order."""
        self.beginResetModel()
        self.findings = findings
        self.endResetModel()

    def touch(self, ids: frozenset[str]) -> None:
        """Values of these findings changed."""
        for finding_id in ids:
            if (row := self.findings.row_of(finding_id)) is not None:
                self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        """Number of findings shown."""
        return 0 if parent.isValid() else len(self.findings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The finding, or its words for assistive technology."""
        if not index.isValid():
            return None
        finding = self.findings[index.row()]
        if role == FINDING:
            return finding
        if role == PAGE:
            return self.page_words(finding.page)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            page = self.page_words(finding.page)
            return f"{title_of(finding)}, page {page}, {finding.decision}: {finding.text}"
        return None


class FindingDelegate(QStyledItemDelegate):
    """A row: flag with the decision, kind, page, two lines of the passage."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        """All rows are alike."""
        return QSize(240, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the row."""
        finding = index.data(FINDING)
        theme, rect = appearance().theme, option.rect
        state = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.fillRect(rect, colour(theme.flag_wash if selected else theme.panel))
        if not selected and state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, colour(theme.hover))
        if selected:
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), colour(theme.flag))
        left, right = rect.left() + 52, rect.right() - 4  # the scroll bar stands to the right
        painter.fillRect(QRect(rect.left() + 16, rect.bottom(), right - rect.left() - 16, 1), colour(theme.line))
        draw_flag(
            painter, QRectF(rect.left() + 16, rect.top() + 15, 24, 12), finding.decision, finding.importance, theme
        )
        rejected = finding.decision == "rejected"
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        # Without pages of its own a document has no page worth naming.
        where = f"{finding.importance:.0%}" + (f"  ·  p. {index.data(PAGE)}" if finding.quads else "")
        painter.setPen(colour(theme.muted))
        painter.setFont(option.font)
        flags = Qt.AlignmentFlag.AlignVCenter
        taken = painter.fontMetrics().horizontalAdvance(where) + 8
        painter.drawText(QRect(right - taken, rect.top() + 10, taken, 22), flags | Qt.AlignmentFlag.AlignRight, where)
        painter.setFont(bold)
        painter.setPen(colour(theme.muted if rejected else theme.text))
        room = QRect(left, rect.top() + 10, right - taken - left, 22)
        title = painter.fontMetrics().elidedText(title_of(finding), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, flags, title)
        painter.setPen(colour(theme.muted))
        painter.setFont(option.font)
        metrics, top = painter.fontMetrics(), rect.top() + 33
        for line in fitted(finding.text, option.font, right - left, 2):
            painter.drawText(QPoint(left, top + metrics.ascent()), line)
            top += metrics.height() + 1
        painter.restore()
