"""What shows while no document is in view: where to drop one, the example, what was read before, and what stays here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.ui.about_page import stays_words
from app.ui.actions import Actions
from app.ui.appearance import ICONS, TextWide, picture
from app.ui.widgets import Excerpt, clear, label, restyle, tooltip
from app.workspace.store import StoredDocument

RECENT = 5
COLUMN = 600
PROGRESS_WIDTH = 112


class StartPage(QScrollArea):
    """`chosen` carries the path of a recent document, `forgetting` the hash of one to forget for good."""

    chosen = Signal(str)
    forgetting = Signal(str)

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("start")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._zone = self._make_zone(actions)
        self._recent_title = label(self.tr("Continue"), "head")
        self._recent = QVBoxLayout()
        self._recent.setSpacing(0)
        self._rows: dict[str, RecentButton] = {}
        self.first = self._make_first()
        column = QWidget()
        TextWide(column, COLUMN, at_most=True)
        layout = QVBoxLayout(column)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(16)
        layout.addStretch(1)
        layout.addLayout(self._make_head())
        layout.addWidget(self._zone)
        layout.addWidget(self._recent_title)
        layout.addLayout(self._recent)
        layout.addWidget(self.first)
        layout.addLayout(self._make_stays())
        layout.addStretch(1)
        desk = QWidget()
        desk.setObjectName("start")
        desk.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        outer = QHBoxLayout(desk)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addStretch(1)
        outer.addWidget(column, 1000)
        outer.addStretch(1)
        self.setWidget(desk)
        self.show_recent(())

    def _make_head(self) -> QHBoxLayout:
        mark = label("")
        if ICONS.is_dir():
            mark.setPixmap(picture("fusen", "#000000", 64))
        head, words = QHBoxLayout(), QVBoxLayout()
        head.setSpacing(16)
        words.setSpacing(0)
        words.addWidget(label("Fusen", "brand"))
        words.addWidget(label(self.tr("Flags the passages that a person must read."), "muted", wrap=True))
        head.addWidget(mark)
        head.addLayout(words, 1)
        return head

    def _make_stays(self) -> QVBoxLayout:
        stays = QVBoxLayout()
        stays.setSpacing(4)
        stays.addWidget(label(self.tr("What stays on this machine"), "head"))
        stays.addWidget(label(stays_words(), "muted", wrap=True))
        return stays

    def _make_zone(self, actions: Actions) -> QWidget:
        zone = QWidget()
        zone.setObjectName("dropZone")
        zone.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        title = label(self.tr("Drop documents here"), "title")
        formats = label(self.tr("PDF, Word, text, Markdown or HTML, English or Japanese"), "muted", wrap=True)
        formats.setAlignment(Qt.AlignmentFlag.AlignCenter)
        opening, example = QPushButton(self.tr("Open…")), QPushButton(self.tr("Open the example"))
        opening.setProperty("role", "primary")
        opening.clicked.connect(actions["open"].trigger)
        example.clicked.connect(actions["example"].trigger)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(opening)
        row.addWidget(example)
        row.addStretch(1)
        layout = QVBoxLayout(zone)
        layout.setContentsMargins(32, 32, 32, 32)
        layout.setSpacing(8)
        layout.addWidget(title, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(formats)
        layout.addSpacing(8)
        layout.addLayout(row)
        return zone

    def _make_first(self) -> QWidget:
        """What the work is like, for who has not done it yet."""
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        grid.addWidget(label(self.tr("How it works"), "head"), 0, 0, 1, 2)
        steps = (
            self.tr(
                "Open a document. Its pages show at once; the model reads it here, which takes seconds to minutes."
            ),
            self.tr("Go through what it flagged: A accepts, R rejects, C comments, N goes on. All keys: F1."),
            self.tr("Export what you accepted: a brief for Word, slides, a list, or your file with comments."),
        )
        for number, step in enumerate(steps, start=1):
            grid.addWidget(label(str(number), "key"), number, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label(step, wrap=True), number, 1)
        return box

    def show_recent(self, documents: Sequence[StoredDocument]) -> list[StoredDocument]:
        """List the last documents and return them. Without any, how the work goes is shown instead.

        Nobody asks whether their files are still there: a drive of the network that does not answer would hold up the window,
        and a document whose file is gone opens as the workspace keeps it.
        """
        clear(self._recent)
        shown = list(reversed(documents[-RECENT:]))
        self._rows = {}
        for document in shown:
            row = self._rows[document.sha256] = RecentButton(document)
            row.clicked.connect(lambda _checked=False, file=document.file: self.chosen.emit(file))
            row.forget.triggered.connect(lambda _checked=False, sha256=document.sha256: self.forgetting.emit(sha256))
            self._recent.addWidget(row)
        self._recent_title.setVisible(bool(shown))
        self.first.setVisible(not shown)
        return shown

    def show_progress(self, progresses: Mapping[str, tuple[int, int]]) -> None:
        """How far the review of those that are listed is."""
        for sha256, (decided, total) in progresses.items():
            if sha256 in self._rows:
                self._rows[sha256].show_progress(decided, total)

    def show_dragging(self, active: bool) -> None:
        """Light up while something is held over the window."""
        restyle(self._zone, active="true" if active else "false")


class RecentButton(QPushButton):
    """A document that was read before: its name and folder, and how far its review is."""

    def __init__(self, document: StoredDocument) -> None:
        super().__init__()
        path = Path(document.file)
        self._name = path.name
        self.setProperty("role", "recent")
        self.setToolTip(tooltip(document.file))
        self.setAccessibleName(path.name)
        self.forget = QAction(self.tr("Forget for good…"), self)
        self.addAction(self.forget)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        name, folder = Excerpt(1), Excerpt(1)
        folder.setProperty("role", "small")
        for part, text in ((name, path.name), (folder, str(path.parent))):
            part.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
            part.show_text(text)
        self._words, self._bar = label("" if document.analyzed else self.tr("Not analysed"), "small"), QProgressBar()
        self._words.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(PROGRESS_WIDTH)
        self._bar.hide()
        left, right = QVBoxLayout(), QVBoxLayout()
        sides: tuple[tuple[QVBoxLayout, tuple[QWidget, ...]], ...] = (
            (left, (name, folder)),
            (right, (self._words, self._bar)),
        )
        for column, parts in sides:
            column.setSpacing(2)
            for piece in parts:
                piece.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
                column.addWidget(piece)
        right.setAlignment(self._bar, Qt.AlignmentFlag.AlignRight)
        right.insertStretch(0, 1)
        right.addStretch(1)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 8, 6)
        row.setSpacing(16)
        row.addLayout(left, 1)
        row.addLayout(right)

    def show_progress(self, decided: int, total: int) -> None:
        """Say how many findings are decided."""
        if total == 0:
            return
        words = self.tr("%n of {total} decided", "", decided).format(total=total)
        self._words.setText(self.tr("All decided") if decided == total else words)
        self._bar.setRange(0, total)
        self._bar.setValue(decided)
        self._bar.show()
        self.setAccessibleName(f"{self._name}, {self._words.text()}")

    def sizeHint(self) -> QSize:  # noqa: N802
        """That of what is on it."""
        return self._row.sizeHint()

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """That of what is on it."""
        return QSize(120, self._row.minimumSize().height())
