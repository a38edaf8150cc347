"""The findings list for Qt: a model over `FindingList` and a delegate that paints a row; all rows are of one height."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QTextLayout, QTextOption
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.review.findings import Finding
from app.tags import tag_name
from app.ui.appearance import appearance, colour
from app.ui.finding_list import FindingList
from app.ui.highlights import draw_flag

Index = QModelIndex | QPersistentModelIndex
FINDING = Qt.ItemDataRole.UserRole + 1
ROW_HEIGHT = 80


def title_of(finding: Finding) -> str:
    """The kind of passage in words."""
    return " · ".join(tag_name(tag.tag) for tag in finding.tags[:2]) or "Important passage"


class FindingsModel(QAbstractListModel):
    """Rows of the list as it is ordered now."""

    def __init__(self) -> None:
        super().__init__()
        self._findings = FindingList()

    def show(self, findings: FindingList) -> None:
        """Take another list, or the same one in another order."""
        self.beginResetModel()
        self._findings = findings
        self.endResetModel()

    def touch(self, ids: frozenset[str]) -> None:
        """Values of these findings changed."""
        for finding_id in ids:
            if (row := self._findings.row_of(finding_id)) is not None:
                self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        """Number of findings shown."""
        return 0 if parent.isValid() else len(self._findings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The finding, or its words for assistive technology."""
        if not index.isValid():
            return None
        finding = self._findings[index.row()]
        if role == FINDING:
            return finding
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{title_of(finding)}, page {finding.page}, {finding.decision}: {finding.text}"
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
        painter.fillRect(QRect(rect.left() + 16, rect.bottom(), rect.width() - 32, 1), colour(theme.line))
        draw_flag(
            painter, QRectF(rect.left() + 16, rect.top() + 15, 24, 12), finding.decision, finding.importance, theme
        )
        rejected = finding.decision == "rejected"
        left, right = rect.left() + 52, rect.right() - 16
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        # Without pages of its own a document has no page worth naming.
        where = f"p. {finding.page}" if finding.quads else ""
        painter.setPen(colour(theme.muted))
        painter.setFont(option.font)
        flags = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(right - 60, rect.top() + 10, 60, 22), flags | Qt.AlignmentFlag.AlignRight, where)
        painter.setFont(bold)
        painter.setPen(colour(theme.muted if rejected else theme.text))
        room = QRect(left, rect.top() + 10, right - 60 - left, 22)
        title = painter.fontMetrics().elidedText(title_of(finding), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, flags, title)
        painter.setPen(colour(theme.muted))
        _two_lines(painter, option.font, finding, QRect(left, rect.top() + 33, right - left, 40))
        painter.restore()


def _two_lines(painter: QPainter, font: QFont, finding: Finding, room: QRect) -> None:
    text = " ".join(finding.text.split())[:400]
    painter.setFont(font)
    layout = QTextLayout(text, font)
    layout.setTextOption(QTextOption(Qt.AlignmentFlag.AlignLeft))
    layout.beginLayout()
    metrics, top = painter.fontMetrics(), room.top()
    for number in range(2):
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(room.width())
        part = text[line.textStart() :] if number else text[line.textStart() : line.textStart() + line.textLength()]
        shown = metrics.elidedText(part.strip(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(QPoint(room.left(), top + metrics.ascent()), shown)
        top += metrics.height() + 1
    layout.endLayout()
