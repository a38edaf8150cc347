"""The list of findings of all documents as a table: a finding a row, as the workspace answered, and how its cells are drawn."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Literal, get_args

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.review.findings import Decision, Finding
from app.ui.appearance import appearance, colour
from app.ui.filter_words import choice_words
from app.ui.highlights import draw_flag
from app.ui.language import tag_name
from app.ui.theme import Theme
from app.ui.widgets import fitted, markup, tooltip
from app.workspace.across import Across, Holder, Order

Index = QModelIndex | QPersistentModelIndex
Column = Literal["document", "place", "passage", "tags", "decision", "owner", "due", "comment"]
COLUMNS: tuple[Column, ...] = get_args(Column)
SORTED: dict[Column, Order] = {
    "document": "document",
    "place": "document",
    "decision": "decision",
    "owner": "owner",
    "due": "due",
}
"""What a click on a column's head sorts by; the others have no order that anybody looks for."""

_LONGEST_TIP = 600
_LINES = 2
_ABOVE = 8
BESIDE, FLAG = 10, 20
"""Pixels beside the words of a cell, and of the flag before a decision."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("AllFindings", text)


def column_name(column: Column) -> str:
    """What stands above a column."""
    return {
        "document": _tr("Document"),
        "place": _tr("Page"),
        "passage": _tr("Passage"),
        "tags": _tr("Tags"),
        "decision": _tr("Decision"),
        "owner": _tr("Owner"),
        "due": _tr("Due date"),
        "comment": _tr("Comment"),
    }[column]


def decision_name(decision: Decision) -> str:
    """What a decision is called, as on the chips of a document's list."""
    return choice_words("kind" if decision in ("edited", "added") else "decision", decision)


def is_overdue(finding: Finding, today: date) -> bool:
    """Whether its day has passed; nobody waits for what was rejected."""
    return "" < finding.due < today.isoformat() and finding.decision != "rejected"


def cell_words(finding: Finding, holder: Holder, column: Column) -> str:
    """What stands in a cell, on one line."""
    words = {
        "document": Path(holder.file).name,
        "place": holder.label_of(finding.page) if holder.format == "pdf" else "",
        "passage": finding.text,
        "tags": _tr(", ").join(tag_name(score.tag) for score in finding.tags),
        "decision": decision_name(finding.decision),
        "owner": finding.owner,
        "due": finding.due,
        "comment": finding.comment,
    }[column]
    return " ".join(words.split())


class AllFindingsModel(QAbstractTableModel):
    """`today`: the day by which dates are overdue."""

    def __init__(self) -> None:
        super().__init__()
        self.found = Across(0, ())
        self.today = date.today()

    def show(self, found: Across) -> None:
        """Show another answer."""
        self.beginResetModel()
        self.found, self.today = found, date.today()
        self.endResetModel()

    def finding(self, row: int) -> Finding | None:
        """The finding of a row."""
        return self.found.findings[row] if 0 <= row < len(self.found.findings) else None

    def holder(self, finding: Finding) -> Holder:
        """The document that it is in."""
        return self.found.holders[finding.document_sha256]

    def row_of(self, finding_id: str) -> int | None:
        """Where a finding stands."""
        return next((row for row, each in enumerate(self.found.findings) if each.id == finding_id), None)

    def lines(self, rows: Sequence[int]) -> str:
        """These rows as tab separated text; what a spreadsheet would compute begins with an apostrophe."""
        from app.export.matrix_table import harmless  # here, because few copy

        chosen = [self.found.findings[row] for row in rows]
        texts = ([cell_words(each, self.holder(each), column) for column in COLUMNS] for each in chosen)
        return "\n".join("\t".join(map(harmless, cells)) for cells in texts)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        """Number of findings listed."""
        return 0 if parent.isValid() else len(self.found.findings)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        """Those of `COLUMNS`."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Words; more of them in a tooltip."""
        finding = self.finding(index.row())
        if finding is None or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        column = COLUMNS[index.column()]
        words = cell_words(finding, self.holder(finding), column)
        if column == "due" and is_overdue(finding, self.today):
            words = f"{words} {_tr('overdue')}"
        if role == Qt.ItemDataRole.DisplayRole:
            return words
        if column == "passage":  # with what a narrow window has no columns for
            beside = (cell_words(finding, self.holder(finding), each) for each in ("tags", "comment"))
            return markup([html.escape(part[:_LONGEST_TIP]) for part in (words, *beside) if part])
        return tooltip(self.holder(finding).file if column == "document" else words[:_LONGEST_TIP])

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Names of the columns, and which of them sort."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column_name(column)
        if role == Qt.ItemDataRole.ToolTipRole and column in SORTED:
            return _tr("Click to sort, again for the other way round")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None


def row_height(font: QFont) -> int:
    """Pixels of a row: two lines."""
    return _LINES * (QFontMetrics(font).height() + 1) + 2 * _ABOVE


class FindingCellDelegate(QStyledItemDelegate):
    """A cell of up to two lines; the decision with its flag, a date that has passed with the word for that."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        """All rows are alike."""
        return QSize(80, row_height(option.font))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the cell."""
        model, theme, rect = index.model(), appearance().theme, option.rect
        if not isinstance(model, AllFindingsModel) or (finding := model.finding(index.row())) is None:
            return
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.fillRect(rect, colour(theme.flag_wash if chosen else theme.panel))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), colour(theme.line))
        if chosen and index.column() == 0:
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), colour(theme.flag))
        painter.setFont(option.font)
        room = rect.adjusted(BESIDE, _ABOVE, -BESIDE, -_ABOVE)
        self._paint_cell(painter, room, finding, model, COLUMNS[index.column()], theme)
        painter.restore()

    def _paint_cell(
        self, painter: QPainter, room: QRect, finding: Finding, model: AllFindingsModel, column: Column, theme: Theme
    ) -> None:
        tint, height = theme.text, painter.fontMetrics().height()
        if column == "decision":
            flag = QRectF(room.left(), room.top() + height / 2 - 5, FLAG, 10)
            draw_flag(painter, flag, finding.decision, finding.importance, theme)
            room = room.adjusted(FLAG + 8, 0, 0, 0)
        overdue = column == "due" and is_overdue(finding, model.today)
        if overdue:
            tint = theme.danger
        elif column in ("place", "tags") or (column == "decision" and finding.decision in ("undecided", "rejected")):
            tint = theme.muted
        words = cell_words(finding, model.holder(finding), column)
        if column == "document":  # a name may be broken before its ending
            words = words.replace(".", "\u200b.").replace("_", "_\u200b")
        lines = [words, _tr("overdue")] if overdue else fitted(words, painter.font(), room.width(), _LINES)
        painter.setPen(colour(tint))
        for number, line in enumerate(lines):
            place = QRect(room.left(), room.top() + number * (height + 1), room.width(), height)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, line)
