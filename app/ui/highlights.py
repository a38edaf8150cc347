"""Draws findings on a sheet: the highlight, its underline, and the sticky flag at the edge. Colour never says it alone.

Undecided: an orange wash, stronger where more important, no line, a plain flag. Accepted: green, one solid line below, a tick.
Edited or added: blue, a double line, an equals sign or a plus. Rejected: no wash, a broken line, a hollow flag with a cross. The
selected one has a double frame and its flag stands out further.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF

from app.review.findings import Decision, Finding
from app.ui.appearance import colour
from app.ui.palette import marks_on, wash_of
from app.ui.theme import Theme

FLAG_WIDTH = 24.0
FLAG_HEIGHT = 12.0


def draw_highlight(
    painter: QPainter, rects: Sequence[QRectF], finding: Finding, ground: Theme, *, selected: bool
) -> None:
    """Draw `rects` (view coordinates) of one finding on ground of a theme. Pages of a PDF are white: their ground is light."""
    marks, decision = marks_on(dark=ground.dark), finding.decision
    painter.save()
    if not ground.dark:
        # Dark letters stay as dark as they are; on dark ground the wash lies under light letters.
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
    if (strength := wash_of(decision, finding.importance, dark=ground.dark)) > 0:
        for rect in rects:
            painter.fillRect(rect, colour(marks.of(decision), strength))
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
    if decision != "undecided":
        pen = QPen(colour(marks.of(decision)), 1.6)
        pen.setStyle(Qt.PenStyle.DashLine if decision == "rejected" else Qt.PenStyle.SolidLine)
        painter.setPen(pen)
        below = (0.0, 2.6) if decision in ("edited", "added") else (0.0,)
        for rect in rects:
            for down in below:
                painter.drawLine(QLineF(rect.bottomLeft(), rect.bottomRight()).translated(0, down))
    painter.restore()
    if selected:
        draw_frame(painter, rects, ground, out=4.0)
        draw_frame(painter, rects, ground)


def draw_frame(
    painter: QPainter,
    rects: Sequence[QRectF],
    ground: Theme,
    style: Qt.PenStyle = Qt.PenStyle.SolidLine,
    out: float = 1.5,
) -> None:
    """One line around all of `rects`, `out` pixels away: lines of text that follow each other are framed together."""
    path = QPainterPath()
    # Winding, so that where lines overlap there is no hole.
    path.setFillRule(Qt.FillRule.WindingFill)
    for above, rect in zip([None, *rects], rects, strict=False):
        box = rect.adjusted(-out - 0.5, -out, out + 0.5, out)
        if above is not None and 0 < box.top() - above.bottom() < rect.height():
            box.setTop(above.bottom())
        path.addRect(box)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour(marks_on(dark=ground.dark).frame), 1.2, style))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path.simplified())
    painter.restore()


def draw_flag(painter: QPainter, rect: QRectF, decision: Decision, strength: float, theme: Theme) -> None:
    """One sticky flag, sticking out to the right."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    tint = marks_on(dark=theme.dark).of(decision)
    if decision == "rejected":
        painter.setPen(QPen(colour(tint), 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(tint, 0.45 + 0.55 * strength if decision == "undecided" else 1.0))
    painter.drawRoundedRect(rect, 2, 2)
    painter.setPen(QPen(colour(tint if decision == "rejected" else theme.panel), 1.6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    _draw_sign(painter, QPointF(rect.right() - 8, rect.center().y()), decision)
    painter.restore()


def _draw_sign(painter: QPainter, centre: QPointF, decision: Decision) -> None:
    """What a flag says without its colour: a tick, a cross, an equals sign for edited, a plus for added, nothing yet."""
    size = 3.0
    lines: dict[Decision, list[tuple[QPointF, QPointF]]] = {
        "rejected": [(QPointF(-size, -size), QPointF(size, size)), (QPointF(-size, size), QPointF(size, -size))],
        "edited": [(QPointF(-size, -1.7), QPointF(size, -1.7)), (QPointF(-size, 1.7), QPointF(size, 1.7))],
        "added": [(QPointF(-size, 0), QPointF(size, 0)), (QPointF(0, -size), QPointF(0, size))],
    }
    if decision == "accepted":
        tick = [centre + QPointF(-size, 0), centre + QPointF(-0.8, size - 0.6), centre + QPointF(size + 0.6, -size)]
        painter.drawPolyline(QPolygonF(tick))
    for begin, end in lines.get(decision, []):
        painter.drawLine(centre + begin, centre + end)
