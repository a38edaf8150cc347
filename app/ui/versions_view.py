"""Two versions of a document side by side, in place of the pages: a list of changes, the old version, the new one.

Both scroll together by the passages that match. Changed words are struck through on the left and underlined on the right. Keys: N
and P go through the changes, A and R decide on the finding in the new version, B decides as before, Enter goes to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QEvent, QLocale, QObject, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QToolButton, QVBoxLayout, QWidget

from app.review.findings import Finding
from app.review.version_changes import (
    CONCERNS,
    SORTS,
    ChangeSort,
    Concern,
    PassageChange,
    aligned,
    anchors,
    changes,
    counts,
    further_findings,
)
from app.ui.appearance import appearance
from app.ui.changed_note import decided_words
from app.ui.flow.sheets import FlowSheets
from app.ui.lookup import place_of
from app.ui.place_list import PlaceList, PlaceRow
from app.ui.reviewer import Reviewer
from app.ui.sheet_view import LOOKED_AT, SheetView
from app.ui.sheets import PdfSheets, TextRange
from app.ui.state import OpenFile
from app.ui.widgets import label
from app.ui.words import error_words

if TYPE_CHECKING:
    from app.ui.session import Session
    from app.workspace.store import Workspace

_LIST_WIDTH = 300


@dataclass(frozen=True, slots=True)
class Found:
    """What is shown: changes, what must be heard of first, and places of both versions that belong together."""

    changes: tuple[PassageChange, ...]
    anchors: tuple[tuple[int, int], ...]


def find_changes(workspace: Workspace, old: str, new: str) -> Found | None:
    """Compare two analysed documents; None where one is not analysed any more."""
    from app.review.carrying import match_passages

    before, after = workspace.analysis(old), workspace.analysis(new)
    if before is None or after is None:
        return None
    matching = match_passages(before, after)
    findings = workspace.findings(old)
    found = changes(before, after, findings, workspace.findings(new), matching)
    found += tuple(further_findings(before, findings, found))
    ordered = sorted(found, key=lambda change: (CONCERNS.index(change.concern), not change.concerns))
    return Found(tuple(ordered), anchors(before, after, matching))


class VersionPane(QWidget):
    """One version: its name above its pages, once they are there. `scrolled` when another place shows."""

    scrolled = Signal()

    def __init__(self, session: Session, file: OpenFile, kind: Literal["removed", "added"], title: str) -> None:
        super().__init__()
        self._session, self.file, self._kind = session, file, kind
        self.sheets: SheetView | None = None
        head = QWidget()
        head.setObjectName("paneHead")
        head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 4, 16, 4)
        name = label(f"{title}: {file.name}", "small")
        name.setMinimumWidth(1)
        row.addWidget(name)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(head)
        self._waiting = label(self.tr("Opening {name}…").format(name=file.name), "muted")
        self._waiting.setWordWrap(True)
        self._waiting.setContentsMargins(24, 24, 24, 24)
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._column.addWidget(self._waiting, 1)
        self.setMinimumWidth(240)

    def refresh(self) -> bool:
        """Show the pages where they came; says whether they came just now."""
        file = self.file
        if file.problem is not None and file.document is None:
            self._waiting.setText(" ".join(error_words(file.problem)))
        if self.sheets is not None or file.document is None:
            return False
        paged = file.opened is not None and bool(file.opened.pages)  # without its file it shows as it is stored
        source = PdfSheets(file, self._session.images) if paged else FlowSheets(file.document, self.font())
        self.sheets = SheetView(source)
        self.sheets.show_findings(file.findings)
        self.sheets.mark_changes(self._kind)
        self.sheets.moved.connect(self.scrolled)
        self._waiting.hide()
        self._column.addWidget(self.sheets, 1)
        return True

    def mark(self, ranges: Sequence[TextRange]) -> None:
        """Mark what changed."""
        if self.sheets is not None:
            self.sheets.show_hits(sorted({each for each in ranges if each[0] < each[1]}))

    def bring(self, place: TextRange | None, near: int) -> None:
        """Frame a range and bring it into view; without one the place where it would stand."""
        if self.sheets is None or self.file.document is None:
            return
        length = len(self.file.document.text)
        if place is not None and place[1] <= length:
            self.sheets.show_passage(place_of(self.file.document, *place))
        elif near < length:
            self.sheets.bring(place_of(self.file.document, near, near + 1))

    def offset(self) -> int | None:
        """The place that the reader looks at."""
        if self.sheets is None:
            return None
        view = self.sheets.viewport()
        return self.sheets.nearest(QPointF(view.width() / 2, view.height() * LOOKED_AT))

    def hold(self, offset: int) -> None:
        """Have this place where the reader looks."""
        document = self.file.document
        if self.sheets is None or document is None or not 0 <= offset < len(document.text):
            return
        if rects := self.sheets.rects(place_of(document, offset, offset + 1)):
            bar, height = self.sheets.verticalScrollBar(), self.sheets.viewport().height()
            bar.setValue(round(bar.value() + rects[0].top() - height * LOOKED_AT))


class VersionsView(QWidget):
    """`left` when the reader is done; `chosen` carries the id of a finding of the new version to go to."""

    left = Signal()
    chosen = Signal(str)

    def __init__(self, session: Session, old: OpenFile, new: OpenFile) -> None:
        super().__init__()
        self.setObjectName("matrix")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session, self._found = session, Found((), ())
        self._moves = False
        self.old = VersionPane(session, old, "removed", self.tr("Before"))
        self.new = VersionPane(session, new, "added", self.tr("Now"))
        self.list = PlaceList(2)
        self.list.setAccessibleName(self.tr("Changes"))
        self.list.installEventFilter(self)
        self.list.selectionModel().currentChanged.connect(lambda *_: self._show_change())
        self.chips = {sort: self._chip(sort) for sort in SORTS}
        self.told = label(self.tr("Comparing…"), "small", wrap=True)
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.setHandleWidth(1)
        parts.setChildrenCollapsible(False)
        parts.addWidget(self._make_side())
        for pane in (self.old, self.new):
            parts.addWidget(pane)
            parts.setStretchFactor(parts.indexOf(pane), 1)
        parts.setSizes([_LIST_WIDTH, 500, 500])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._make_bar())
        layout.addWidget(parts, 1)
        self._aligning = QTimer(self, interval=16, singleShot=True)
        self._aligning.timeout.connect(self._align)
        self._scrolled: VersionPane | None = None
        for pane in (self.old, self.new):
            pane.scrolled.connect(lambda pane=pane: self._follow(pane))

    def _make_bar(self) -> QWidget:
        bar = QWidget()
        bar.setObjectName("toolbar")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(bar)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(6)
        row.addWidget(label(self.tr("Changes since the version before"), "head"))
        row.addStretch(1)
        for chip in self.chips.values():
            row.addWidget(chip)
        self._closer = QToolButton()
        self._closer.setToolTip(self.tr("Close (Esc)"))
        self._closer.setAccessibleName(self.tr("Close"))
        self._closer.setIconSize(QSize(16, 16))
        self._closer.clicked.connect(self.left)
        row.addWidget(self._closer)
        appearance().changed.connect(self._dress)
        self._dress()
        return bar

    def _make_side(self) -> QWidget:
        side = QWidget()
        side.setMinimumWidth(220)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.list, 1)
        self.told.setContentsMargins(16, 10, 16, 12)
        column.addWidget(self.told)
        return side

    def _chip(self, sort: ChangeSort) -> QToolButton:
        chip = QToolButton()
        chip.setProperty("role", "chip")
        chip.setCheckable(True)
        chip.setText(self._sort_words(sort))
        chip.toggled.connect(lambda _on: self._fill())
        return chip

    def _sort_words(self, sort: ChangeSort) -> str:
        return {
            "changed": self.tr("Changed"),
            "new": self.tr("New"),
            "gone": self.tr("Gone"),
            "moved": self.tr("Moved"),
            "renumbered": self.tr("Renumbered"),
        }[sort]

    def _dress(self) -> None:
        self._closer.setIcon(appearance().icon("close"))

    # ---- coming and going

    def begin(self) -> None:
        """Compare, and show both versions as they come."""
        hub = self._session.hub
        hub.changed.connect(self._arrive)
        hub.findings.connect(self._refresh)
        self._session.images.arrived.connect(self._draw)
        for pane in (self.old, self.new):
            pane.refresh()
        old, new = self.old.file.sha256, self.new.file.sha256
        before = self.new.file.predecessor if old is None else old
        if new is not None:
            self._session.with_workspace(lambda workspace: find_changes(workspace, before, new), self._take)
        self.list.setFocus()

    def end(self) -> None:
        """Hear of nothing any more."""
        hub = self._session.hub
        hub.changed.disconnect(self._arrive)
        hub.findings.disconnect(self._refresh)
        self._session.images.arrived.disconnect(self._draw)
        appearance().changed.disconnect(self._dress)

    def _arrive(self, key: int) -> None:
        for pane in (self.old, self.new):
            if pane.file.key == key and pane.refresh():
                self._mark()
                self._show_change()

    def _draw(self, key: int, page: int) -> None:
        for pane in (self.old, self.new):
            if pane.file.key == key and pane.sheets is not None:
                pane.sheets.refresh_page(page)

    def _refresh(self, key: int, _ids: object) -> None:
        for pane in (self.old, self.new):
            if pane.file.key == key and pane.sheets is not None:
                pane.sheets.refresh()
        if key in (self.old.file.key, self.new.file.key):
            self._fill()  # what was decided now stands in the list

    def _take(self, found: Found | None) -> None:
        self._found = found or Found((), ())
        for sort, count in counts(self._found.changes).items():
            self.chips[sort].setText(f"{self._sort_words(sort)} {count}")
            self.chips[sort].setVisible(count > 0)
        self._mark()
        self._fill()
        if not self._found.changes:
            self.told.setText(self.tr("Nothing changed."))

    # ---- what is shown

    def _fill(self) -> None:
        wanted = {sort for sort, chip in self.chips.items() if chip.isChecked()} or set(SORTS)
        shown = [change for change in self._found.changes if change.sort in wanted]
        grouped = {concern: [change for change in shown if change.concern == concern] for concern in CONCERNS}
        current, rows = self.current(), []
        for concern, group in grouped.items():
            if group and (concern != "other" or len(group) < len(shown)):
                rows.append(PlaceRow(self._concern_words(concern), QLocale().toString(len(group)), head=True))
            rows += [self._row(change) for change in group]
        self.list.show_rows(rows)
        places = [place for place, row in enumerate(rows) if not row.head]
        kept = next((place for place in places if rows[place].target is current), None) if current else None
        if places:
            self.list.setCurrentIndex(self.list.model().index(places[0] if kept is None else kept, 0))

    def _concern_words(self, concern: Concern) -> str:
        return {
            "again": self.tr("Decided before, changed since"),
            "lost": self.tr("Decided before, no longer there"),
            "fresh": self.tr("New or changed findings"),
            "other": self.tr("Other changes"),
        }[concern]

    def _row(self, change: PassageChange) -> PlaceRow:
        passage = (change.new or change.old)[0]
        file = self.new.file if change.new else self.old.file
        place = self.tr("p. {page}").format(page=file.page_words(passage.page)) if file.is_pdf else ""
        lead = filter(None, (self._sort_words(change.sort), place, self._decided(change), self._decided_now(change)))
        return PlaceRow(" ".join((change.new_text or change.old_text).split()), " · ".join(lead), change)

    def _decided(self, change: PassageChange) -> str:
        if change.before is None or change.before.decision == "undecided":
            return ""
        return self.tr("was {decision}").format(decision=decided_words(change.before.decision))

    def _decided_now(self, change: PassageChange) -> str:
        finding = self._session_finding(change)
        if finding is None or finding.decision == "undecided":
            return ""
        return self.tr("now {decision}").format(decision=decided_words(finding.decision))

    def _mark(self) -> None:
        old, new = list(_ranges(self._found.changes, "old")), list(_ranges(self._found.changes, "new"))
        self.old.mark(old)
        self.new.mark(new)

    def current(self) -> PassageChange | None:
        """The change that the reader is at."""
        target = self.list.current_target()
        return target if isinstance(target, PassageChange) else None

    def _show_change(self) -> None:
        if (change := self.current()) is None:
            return
        old, new = change.old_range, change.new_range
        self._moves = True
        self.old.bring(old, aligned(self._found.anchors, new[0] if new else 0, back=True))
        self.new.bring(new, aligned(self._found.anchors, old[0] if old else 0, back=False))
        self._moves = False
        self._aligning.stop()
        self.told.setText(self._said(change))

    def _said(self, change: PassageChange) -> str:
        finding, before = self._session_finding(change), self._decided(change)
        noted = " ".join(change.before.comment.split()) if change.before is not None else ""
        if finding is None:
            told = [before, self.tr("“{comment}”").format(comment=noted) if noted else ""]
            return " · ".join(filter(None, told)) or self.tr("No finding. N: next change, P: previous one.")
        now = self.tr("now {decision}").format(decision=decided_words(finding.decision))
        keys = self.tr("A: accept, R: reject, Enter: go to it")
        if finding.id in self.new.file.asked:
            keys = self.tr("A: accept, R: reject, B: as before, Enter: go to it")
        return " · ".join(filter(None, (before, now))) + "\n" + keys

    def _session_finding(self, change: PassageChange) -> Finding | None:
        return self.new.file.findings.get(change.after.id) if change.after is not None else None

    # ---- scrolling together

    def _follow(self, pane: VersionPane) -> None:
        if not self._moves and pane.isVisible():
            self._scrolled = pane
            self._aligning.start()

    def _align(self) -> None:
        pane = self._scrolled
        if pane is None or (offset := pane.offset()) is None:
            return
        back = pane is self.new
        self._moves = True
        (self.old if back else self.new).hold(aligned(self._found.anchors, offset, back=back))
        self._moves = False

    # ---- keys

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Keys that the list would search with."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self._press(event):
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """The same where something else has the keys."""
        if not self._press(event):
            super().keyPressEvent(event)

    def _press(self, event: QKeyEvent) -> bool:
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        match event.key():
            case Qt.Key.Key_N | Qt.Key.Key_J:
                self._step(1)
            case Qt.Key.Key_P:
                self._step(-1)
            case Qt.Key.Key_A:
                self._decide("accepted")
            case Qt.Key.Key_R:
                self._decide("rejected")
            case Qt.Key.Key_B:
                self._decide("before")
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._go_to()
            case Qt.Key.Key_Escape:
                self.left.emit()
            case _:
                return False
        return True

    def _step(self, step: int) -> None:
        rows, row = self.list.rows, self.list.currentIndex().row() + step
        while 0 <= row < len(rows) and rows[row].head:
            row += step
        if 0 <= row < len(rows):
            self.list.setCurrentIndex(self.list.model().index(row, 0))

    def _decide(self, decision: Literal["accepted", "rejected", "before"]) -> None:
        change = self.current()
        if change is None or (finding := self._session_finding(change)) is None:
            return
        self._session.select(self.new.file, finding.id)
        if decision == "before":
            self._session.reviewing(Reviewer.decide_as_before)
        else:
            self._session.decide(decision)
        self._show_change()

    def _go_to(self) -> None:
        change = self.current()
        if change is not None and (finding := self._session_finding(change)) is not None:
            self.chosen.emit(finding.id)


def _ranges(found: Sequence[PassageChange], side: Literal["old", "new"]) -> Iterator[TextRange]:
    """What is to be marked in one of the versions: words that differ, and all of what is in that one only."""
    for change in found:
        if change.kind in ("new", "gone"):
            place = change.old_range if side == "old" else change.new_range
            if place is not None:
                yield place
        elif change.sort == "changed":
            yield from (getattr(piece, side) for piece in change.pieces() if piece.kind != "equal")
