"""What a tooltip says of a tracked change or a comment, and the comment's mark in the margin."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from app.documents.document import Comment, Revision
from app.ui.appearance import colour
from app.ui.theme import Theme

LONGEST = 1200


def _tr(text: str) -> str:
    return QCoreApplication.translate("Flow", text)


def revision_note(revision: Revision) -> str:
    """What was done, by whom and when, as markup."""
    kinds = {"inserted": _tr("Inserted"), "deleted": _tr("Deleted"), "moved": _tr("Moved here")}
    return _head(kinds[revision.kind], revision.author, revision.date)


def comment_note(comment: Comment) -> str:
    """Who said what and when, as markup."""
    words = comment.text if len(comment.text) <= LONGEST else comment.text[:LONGEST] + "…"
    return f"{_head(_tr('Comment'), comment.author, comment.date)}<br>{_plain(words)}"


def _head(what: str, author: str, date: str) -> str:
    return " · ".join(part for part in (what, f"<b>{_plain(author)}</b>" if author else "", _day(date)) if part)


def _day(date: str) -> str:
    """An ISO 8601 time as far as the minute; anything else as it is."""
    day, _, time = date[:40].partition("T")
    return _plain(f"{day} {time[:5]}".strip())


def _plain(text: str) -> str:
    """Words of a file are never markup."""
    return escape(text).replace("\n", "<br>")


def draw_comment(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    """A small speech bubble."""
    bubble = QPainterPath()
    bubble.addRoundedRect(rect.adjusted(0, 0, 0, -2.0), 2, 2)
    tail = QPainterPath(QPointF(rect.left() + 2.5, rect.bottom() - 2.5))
    tail.lineTo(rect.left() + 2.5, rect.bottom() + 0.5)
    tail.lineTo(rect.left() + 5.5, rect.bottom() - 2.5)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour(theme.muted), 0.9, Qt.PenStyle.SolidLine))
    painter.setBrush(colour(theme.flag_wash))
    painter.drawPath(bubble.united(tail))
    painter.restore()
