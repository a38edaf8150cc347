"""The findings list for Qt: a model over `FindingList` and a delegate that paints its rows: findings, and heads of groups."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.export.wording import grade
from app.review.findings import Finding
from app.ui.appearance import appearance, colour
from app.ui.filter_words import choice_words
from app.ui.filtering import decisions_of
from app.ui.finding_list import FindingList
from app.ui.grouping import Group
from app.ui.highlights import draw_flag
from app.ui.language import current, tag_name
from app.ui.widgets import fitted

Index = QModelIndex | QPersistentModelIndex
FINDING, GROUP, PLACE = (Qt.ItemDataRole.UserRole + number for number in (1, 2, 3))
_WORDS = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
_MANY = 64
"""From so many changed rows on the view is told of them as one range."""


def row_height(font: QFont, *, dense: bool = False) -> int:
    """Pixels of a finding: its title and two lines of the passage, where `dense` one, with air around them."""
    return 20 + _title_height(font) + lines_of(dense=dense) * (QFontMetrics(font).height() + 1)


def lines_of(*, dense: bool) -> int:
    """How many lines of a passage a row shows."""
    return 1 if dense else 2


def head_height(font: QFont) -> int:
    """Pixels of the head of a group."""
    return QFontMetrics(font).height() + 16


def _title_height(font: QFont) -> int:
    return QFontMetrics(font).height() + 4


def title_of(finding: Finding) -> str:
    """The kind of passage in words; without a tag who found it, where that is the reviewer, else how important it is."""
    if finding.tags:
        return " · ".join(tag_name(tag.tag) for tag in finding.tags[:2])
    if finding.decision == "added":
        return _tr("Added by you")
    return grade(finding.importance, current())


class FindingsModel(QAbstractListModel):
    """Rows of the list as it is ordered now; `findings` is that list."""

    def __init__(self) -> None:
        super().__init__()
        self.findings = FindingList()
        self._label_of: Callable[[int], str] = str

    def show(self, findings: FindingList, label_of: Callable[[int], str]) -> None:
        """Take another list, or the same one in another order; `label_of` names a page by its number."""
        self.beginResetModel()
        self.findings, self._label_of = findings, label_of
        self.endResetModel()

    def touch(self, ids: frozenset[str]) -> None:
        """Values of these findings changed, and with them what the heads of their groups say."""
        rows = {row for finding_id in ids if (row := self.findings.row_of(finding_id)) is not None}
        rows |= {row for finding_id in ids if (row := self.findings.head_of(finding_id)) is not None}
        if len(rows) > _MANY:
            self.dataChanged.emit(self.index(min(rows)), self.index(max(rows)))
            return
        for row in rows:
            self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        """Number of rows shown."""
        return 0 if parent.isValid() else len(self.findings.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The finding or the group, or their words for assistive technology."""
        if not index.isValid():
            return None
        row = self.findings.rows[index.row()]
        if isinstance(row, Group):
            return row if role == GROUP else group_words(row) if role in _WORDS else None
        finding = self.findings.get(row)
        if finding is None or role == FINDING:
            return finding
        if role == PLACE:
            return self._place(finding)
        if role in _WORDS:
            decision = choice_words("decision", decisions_of(finding)[-1])
            return ", ".join(filter(None, (title_of(finding), self._place(finding), decision, finding.text)))
        return None

    def _place(self, finding: Finding) -> str:
        """Without pages of its own a document has no page worth naming."""
        return _tr("p. {page}").format(page=self._label_of(finding.page)) if finding.quads else ""


def group_words(group: Group) -> str:
    """The head of a group as it is read aloud."""
    state = _tr("closed") if group.collapsed else _tr("open")
    return f"{group_name(group)}, {group_counts(group)}, {state}"


def group_name(group: Group) -> str:
    """Its section; what stands before the first heading has none."""
    return group.name or _tr("Before the first heading")


def group_counts(group: Group) -> str:
    """How many of its findings wait."""
    if not group.undecided:
        return _tr("{n} · done").format(n=group.count)
    return _tr("{open} of {n} open").format(open=group.undecided, n=group.count)


class FindingDelegate(QStyledItemDelegate):
    """A row: flag with the decision, kind, page, two lines of the passage, or one where `dense`."""

    dense = False

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        """All findings are alike, and all heads."""
        is_head = index.data(GROUP) is not None
        return QSize(240, head_height(option.font) if is_head else row_height(option.font, dense=self.dense))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the row."""
        if (group := index.data(GROUP)) is not None:
            paint_head(painter, option, group)
        elif (finding := index.data(FINDING)) is not None:
            self._paint_finding(painter, option, finding, index.data(PLACE))

    def _paint_finding(self, painter: QPainter, option: QStyleOptionViewItem, finding: Finding, place: str) -> None:
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
        flag = QRectF(rect.left() + 16, rect.top() + 4 + _title_height(option.font) / 2, 24, 12)
        draw_flag(painter, flag, finding.decision, finding.importance, theme)
        rejected = finding.decision == "rejected"
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        where = "  ·  ".join(filter(None, (f"{finding.importance:.0%}", place)))
        painter.setPen(colour(theme.muted))
        painter.setFont(option.font)
        flags, height = Qt.AlignmentFlag.AlignVCenter, _title_height(option.font)
        taken = painter.fontMetrics().horizontalAdvance(where) + 8
        beside = QRect(right - taken, rect.top() + 10, taken, height)
        painter.drawText(beside, flags | Qt.AlignmentFlag.AlignRight, where)
        painter.setFont(bold)
        painter.setPen(colour(theme.muted if rejected else theme.text))
        room = QRect(left, rect.top() + 10, right - taken - left, height)
        title = painter.fontMetrics().elidedText(title_of(finding), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, flags, title)
        painter.setPen(colour(theme.muted))
        painter.setFont(option.font)
        metrics, top = painter.fontMetrics(), rect.top() + 11 + height
        for line in fitted(finding.text, option.font, right - left, lines_of(dense=self.dense)):
            painter.drawText(QPoint(left, top + metrics.ascent()), line)
            top += metrics.height() + 1
        painter.restore()


def paint_head(painter: QPainter, option: QStyleOptionViewItem, group: Group) -> None:
    """The head of a group: a triangle, the section, how many of its findings wait."""
    theme, rect = appearance().theme, option.rect
    selected = bool(option.state & QStyle.StateFlag.State_Selected)
    over = bool(option.state & QStyle.StateFlag.State_MouseOver)
    painter.save()
    painter.fillRect(rect, colour(theme.flag_wash if selected else theme.line if over else theme.hover))
    painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), colour(theme.line))
    middle, left = rect.top() + rect.height() / 2, rect.left() + 16.0
    corners = [(0.0, -4.0), (5.0, 0.0), (0.0, 4.0)] if group.collapsed else [(-2.0, -2.5), (6.0, -2.5), (2.0, 3.0)]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(theme.muted))
    painter.drawPolygon(QPolygonF([QPointF(left + x, middle + y) for x, y in corners]))
    counts, right = group_counts(group), rect.right() - 4
    painter.setFont(option.font)
    painter.setPen(colour(theme.muted))
    taken = painter.fontMetrics().horizontalAdvance(counts) + 8
    painter.drawText(
        QRect(right - taken, rect.top(), taken, rect.height()),
        Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
        counts,
    )
    bold = QFont(option.font)
    bold.setWeight(QFont.Weight.DemiBold)
    painter.setFont(bold)
    painter.setPen(colour(theme.text))
    room = QRect(round(left) + 16, rect.top(), right - taken - round(left) - 24, rect.height())
    name = painter.fontMetrics().elidedText(group_name(group), Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, name)
    painter.restore()


def _tr(text: str) -> str:
    return QCoreApplication.translate("Findings", text)
