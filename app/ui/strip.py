"""The strip beside the scroll bar: the whole document at a glance. A click jumps, the pointer asks what is there.

Three lanes: how important every passage is, the findings with their decisions, the hits of a search; a frame says which part is
in view. A finding's mark says its decision by its shape: undecided short, accepted full, edited or added full with a gap in the
middle, rejected two ends only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, QTimer, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QToolTip, QWidget

from app.analysis.analysis import ScoredPassage
from app.review.findings import Decision
from app.ui.appearance import appearance, colour
from app.ui.finding_list import FindingList
from app.ui.palette import Marks, marks_on
from app.ui.sheets import Sheets, Spots, TextRange
from app.ui.strip_rows import Floats, nearest, peaks, rows_of

WIDTH = 24
_IMPORTANCE = (3, 7)  # left edge and width of each lane
_DECISIONS = (12, 8)
_HITS = (21, 3)
_MARK = 2.0
_REACH = 3.0  # pixels around the pointer
_LONGEST = 260
_FAINT = 0.06
"""Passages less important than this leave no trace: most of a document is."""

_NOWHERE: Spots = (np.zeros(0, np.int64), np.zeros(0))
_COVERING: tuple[Decision, ...] = ("rejected", "accepted", "edited", "added", "undecided")
"""Which mark covers which where several fall on one row, the last the most: what is still to be done covers what is done."""
_LAYER: dict[Decision, int] = {decision: layer for layer, decision in enumerate(_COVERING)}


class Strip(QWidget):
    """`jumped` carries a place as its share of the whole height of all sheets."""

    jumped = Signal(float)

    def __init__(self, sheets: Sheets, shares: Callable[[Spots], Floats], parent: QWidget) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Overview of the document"))
        self._sheets = sheets
        self._locate = shares
        self._passages: Sequence[ScoredPassage] = ()
        self._importance = np.zeros(0)
        self._findings = FindingList()
        self._place_of: dict[str, int] = {}  # of each finding among the spots
        self._layers = np.zeros(0, np.int64)  # of `_COVERING`, for each of these
        self._spots: dict[str, Spots] = {"passages": _NOWHERE, "findings": _NOWHERE, "hits": _NOWHERE}
        self._shares: dict[str, Floats] = {}
        self._current_hit: int | None = None
        self._view = (0.0, 1.0)
        self._ground: QImage | None = None  # the importance, which changes seldom
        self._picture: QImage | None = None
        # Sheets that are being laid out move everything every few milliseconds.
        self._later = QTimer(self, interval=80, singleShot=True)
        self._later.timeout.connect(self.refresh)
        appearance().changed.connect(self.refresh)

    # ---- what is shown

    def show_passages(self, passages: Sequence[ScoredPassage]) -> None:
        """Show how important all passages of the document are."""
        self._passages = passages
        self._importance = np.fromiter((p.importance for p in passages), np.float64, len(passages))
        self._set("passages", self._sheets.spots(passages))

    def show_findings(self, findings: FindingList) -> None:
        """Show these findings with their decisions."""
        self._findings = findings
        known = list(findings.all())
        self._place_of = {finding.id: place for place, finding in enumerate(known)}
        self._layers = np.array([_LAYER[finding.decision] for finding in known], np.int64)
        self._set("findings", self._sheets.spots(known))

    def show_hits(self, hits: Sequence[TextRange], current: int | None) -> None:
        """Show where a search found something."""
        self._current_hit = current
        self._set("hits", self._sheets.spots_at([start for start, _ in hits]))

    def show_view(self, top: float, bottom: float) -> None:
        """Frame what is in view, as shares of the whole."""
        if (top, bottom) != self._view:
            self._view = (top, bottom)
            self.update()

    def rearrange(self) -> None:
        """Sheets stand elsewhere now."""
        self._later.start()

    def refresh(self) -> None:
        """Work out anew what is painted: places or colours changed."""
        self._shares.clear()
        self._ground = None
        self._refresh_marks()

    def refresh_decisions(self, ids: Iterable[str]) -> None:
        """The decisions on these findings are others."""
        for finding_id in ids:
            finding, place = self._findings.get(finding_id), self._place_of.get(finding_id)
            if finding is not None and place is not None:
                self._layers[place] = _LAYER[finding.decision]
        self._refresh_marks()

    def _refresh_marks(self) -> None:
        self._picture = None
        self.update()

    def _set(self, lane: str, spots: Spots) -> None:
        self._spots[lane] = spots
        self._shares.pop(lane, None)
        if lane == "passages":
            self._ground = None
        self._refresh_marks()

    def _at(self, lane: str) -> Floats:
        if lane not in self._shares:
            self._shares[lane] = self._locate(self._spots[lane])
        return self._shares[lane]

    # ---- pointer

    def passage_at(self, y: float) -> ScoredPassage | None:
        """The most important passage around a height of the strip."""
        share, reach = y / max(self.height(), 1), _REACH / max(self.height(), 1)
        index = nearest(self._at("passages"), self._importance, share, reach)
        return self._passages[index] if index is not None else None

    def told_at(self, y: float) -> str:
        """What a tooltip says there, as markup: how important, the page, the words, the decision."""
        passage = self.passage_at(y)
        if passage is None:
            return ""
        label = self._sheets.label(passage.page - 1)
        head = [f"{passage.importance:.0%}"] + ([self.tr("page {label}").format(label=label)] if label else [])
        finding = self._findings.at(passage.start, passage.end)
        if finding is not None:
            head.append(self._decision_words(finding.decision))
        words = " ".join(passage.text.split())
        words = words if len(words) <= _LONGEST else words[:_LONGEST].rstrip() + "…"
        return f"<qt><b>{escape(' · '.join(head))}</b><br>{escape(words)}</qt>"

    def _decision_words(self, decision: Decision) -> str:
        return {
            "undecided": self.tr("undecided"),
            "accepted": self.tr("accepted"),
            "rejected": self.tr("rejected"),
            "edited": self.tr("edited"),
            "added": self.tr("added by you"),
        }[decision]

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Jump to the passage there, else to the place."""
        y = event.position().y()
        index = nearest(
            self._at("passages"), self._importance, y / max(self.height(), 1), _REACH / max(self.height(), 1)
        )
        marked = index is not None and self._importance[index] > _FAINT
        self.jumped.emit(float(self._at("passages")[index]) if index is not None and marked else self._share(y))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Say what is there; with a button down, go there."""
        y = event.position().y()
        if event.buttons():
            self.jumped.emit(self._share(y))
        else:
            QToolTip.showText(event.globalPosition().toPoint(), self.told_at(y), self)

    def _share(self, y: float) -> float:
        return min(max(y / max(self.height(), 1), 0.0), 1.0)

    # ---- painting

    def sizeHint(self) -> QSize:  # noqa: N802
        """As wide as its lanes."""
        return QSize(WIDTH, 100)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """All rows are others."""
        super().resizeEvent(event)
        self._ground = self._picture = None

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """The lanes as one kept picture, over it what changes with every scroll."""
        theme, ratio = appearance().theme, self.devicePixelRatioF()
        if self._ground is None or self._ground.devicePixelRatio() != ratio:
            self._ground, self._picture = self._paint_ground(ratio), None
        if self._picture is None:
            self._picture = self._paint_marks(self._ground)
        painter = QPainter(self)
        painter.drawImage(QPointF(0, 0), self._picture)
        top, bottom = (share * self.height() for share in self._view)
        frame = QRectF(0.5, top + 0.5, WIDTH - 1, max(bottom - top, 6.0) - 1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour(theme.text, 0.75), 1))
        painter.setBrush(colour(theme.text, 0.07))
        painter.drawRoundedRect(frame, 2, 2)
        painter.end()

    def _paint_ground(self, ratio: float) -> QImage:
        theme = appearance().theme
        image = QImage((QSize(WIDTH, max(self.height(), 1)) * ratio), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        image.fill(colour(theme.panel))
        painter = QPainter(image)
        painter.fillRect(QRectF(0, 0, 1, self.height()), colour(theme.line))
        heights = peaks(self._at("passages"), self._importance, self.height())
        for row in np.flatnonzero(heights > _FAINT).tolist():
            painter.fillRect(
                QRectF(_IMPORTANCE[0], row, _IMPORTANCE[1], 1), colour(theme.text, 0.1 + 0.75 * heights[row])
            )
        painter.end()
        return image

    def _paint_marks(self, ground: QImage) -> QImage:
        image, marks = ground.copy(), marks_on(dark=appearance().theme.dark)
        painter = QPainter(image)
        self._paint_decisions(painter, marks)
        rows = rows_of(self._at("hits"), self.height())  # there may be a hundred thousand hits
        at = self._current_hit
        current = rows[at] if at is not None and at < len(rows) else -1
        for row in np.unique(rows).tolist():
            wider = 4 if row == current else 0
            rect = QRectF(_HITS[0] - wider, row - wider / 4, _HITS[1] + wider, _MARK + wider / 2)
            painter.fillRect(rect, colour(marks.hit))
        painter.end()
        return image

    def _paint_decisions(self, painter: QPainter, marks: Marks) -> None:
        on_row = np.full(max(self.height(), 1), -1)
        np.maximum.at(on_row, rows_of(self._at("findings"), self.height()), self._layers)
        left, width = _DECISIONS
        for row in np.flatnonzero(on_row >= 0).tolist():
            decision = _COVERING[on_row[row]]
            tint = colour(marks.of(decision))
            for begin, end in _SHAPES[decision]:
                painter.fillRect(QRectF(left + begin * width, row, (end - begin) * width, _MARK), tint)


_SHAPES: dict[Decision, tuple[tuple[float, float], ...]] = {
    "undecided": ((0.0, 0.5),),
    "accepted": ((0.0, 1.0),),
    "edited": ((0.0, 0.625), (0.75, 1.0)),
    "added": ((0.0, 0.625), (0.75, 1.0)),
    "rejected": ((0.0, 0.25), (0.75, 1.0)),
}
