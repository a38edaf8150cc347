"""Draws findings on a sheet: the highlight, its underline, and the sticky flag at the edge. Colour never says it alone.

Undecided: an amber wash, stronger where more important, a plain flag. Accepted: green, a solid line below, a tick. Rejected:
no wash, a broken line, a hollow flag with a cross. The selected one is framed and its flag stands out further.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF

from app.review.findings import Decision, Finding
from app.ui.appearance import colour
from app.ui.finding_list import is_accepted
from app.ui.theme import Theme, wash

FLAG_WIDTH = 24.0
FLAG_HEIGHT = 12.0


def draw_highlight(
    painter: QPainter, rects: Sequence[QRectF], finding: Finding, ground: Theme, *, selected: bool
) -> None:
    """Draw `rects` (view coordinates) of one finding on ground of a theme. Pages of a PDF are white: their ground is light."""
    painter.save()
    accepted, rejected = is_accepted(finding.decision), finding.decision == "rejected"
    if not ground.dark:
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
    if not rejected:
        # On dark ground a wash lies under light letters, which must stay readable on the strongest.
        strength = (0.55 if accepted else 1.25) if not ground.dark else (0.62 if accepted else 0.58)
        tint = colour(ground.accepted if accepted else "#ffc02e", wash(finding.importance) * strength)
        for rect in rects:
            painter.fillRect(rect, tint)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
    if accepted or rejected:
        pen = QPen(colour(ground.accepted if accepted else ground.rejected), 1.6)
        pen.setStyle(Qt.PenStyle.SolidLine if accepted else Qt.PenStyle.DashLine)
        painter.setPen(pen)
        for rect in rects:
            painter.drawLine(QLineF(rect.bottomLeft(), rect.bottomRight()))
    painter.restore()
    if selected:
        draw_frame(painter, rects, ground)


def draw_frame(
    painter: QPainter, rects: Sequence[QRectF], ground: Theme, style: Qt.PenStyle = Qt.PenStyle.SolidLine
) -> None:
    """One line around all of `rects`: lines of text that follow each other are framed together."""
    path = QPainterPath()
    # Winding, so that where lines overlap there is no hole.
    path.setFillRule(Qt.FillRule.WindingFill)
    for above, rect in zip([None, *rects], rects, strict=False):
        box = rect.adjusted(-2, -1.5, 2, 1.5)
        if above is not None and 0 < box.top() - above.bottom() < rect.height():
            box.setTop(above.bottom())
        path.addRect(box)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour(ground.flag_text), 1.4, style))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path.simplified())
    painter.restore()


def draw_flag(painter: QPainter, rect: QRectF, decision: Decision, strength: float, theme: Theme) -> None:
    """One sticky flag, sticking out to the right."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    rejected = decision == "rejected"
    tint = theme.accepted if is_accepted(decision) else theme.flag
    if rejected:
        painter.setPen(QPen(colour(theme.rejected), 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(tint, 0.45 + 0.55 * strength if decision == "undecided" else 1.0))
    painter.drawRoundedRect(rect, 2, 2)
    centre, size = QPointF(rect.right() - 8, rect.center().y()), 3.0
    if is_accepted(decision):
        painter.setPen(QPen(colour(theme.panel), 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        tick = [centre + QPointF(-size, 0), centre + QPointF(-0.8, size - 0.6), centre + QPointF(size + 0.6, -size)]
        painter.drawPolyline(QPolygonF(tick))
    elif rejected:
        painter.drawLine(centre + QPointF(-size, -size), centre + QPointF(size, size))
        painter.drawLine(centre + QPointF(-size, size), centre + QPointF(size, -size))
    painter.restore()
