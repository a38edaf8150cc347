"""The blind second look in the right panel: one drawn passage after the other, without what the model thinks of it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.analysis.analysis import ScoredPassage
from app.review.second_look import DRAW, Outcome
from app.ui.ledger_words import outcome_words
from app.ui.looking import SecondLook
from app.ui.state import OpenFile
from app.ui.widgets import label


class SecondLookPage(QWidget):
    """`judged` carries a passage and whether it matters, `shown` one that is to be seen in the document, `again` nothing."""

    judged = Signal(object, bool)
    shown = Signal(object)
    again = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.passage: ScoredPassage | None = None
        self.progress, self.told = label("", "head", wrap=True), label("", "small", wrap=True)
        self.text, self.place = label("", wrap=True), label("", "small")
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.matters = self._button(self.tr("It matters"), "1", "primary")
        self.matters.clicked.connect(lambda: self._judge(matters=True))
        self.does_not = self._button(self.tr("It does not"), "2", "")
        self.does_not.clicked.connect(lambda: self._judge(matters=False))
        self.in_document = self._button(self.tr("Show in the document"), "3", "link")
        self.in_document.clicked.connect(lambda: self.shown.emit(self.passage))
        self.more = self._button(self.tr("Draw more"), "4", "")
        self.more.clicked.connect(self.again)
        self._build()

    def _build(self) -> None:
        inside = QWidget()
        inside.setObjectName("drawnPassage")
        words = QVBoxLayout(inside)
        words.setContentsMargins(16, 12, 16, 12)
        words.setSpacing(8)
        words.addWidget(self.place)
        words.addWidget(self.text)
        words.addStretch(1)
        self._card = QScrollArea()
        self._card.setObjectName("drawn")
        self._card.setFrameShape(QFrame.Shape.NoFrame)
        self._card.setWidgetResizable(True)
        self._card.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._card.setWidget(inside)
        self._card.setMinimumHeight(80)
        self._card.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        answers = QHBoxLayout()
        answers.setSpacing(8)
        answers.addWidget(self.matters, 1)
        answers.addWidget(self.does_not, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 0, 16, 16)
        column.setSpacing(8)
        column.addWidget(self.progress)
        column.addWidget(self._card)
        column.addWidget(self.in_document, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(answers)
        column.addWidget(self.told)
        column.addWidget(self.more)
        column.addStretch(1)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """The card is as high as its passage, as far as there is room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = self.width() - 2 * 16 - 2 * 16 - 4
        place = self.place.sizeHint().height() + 8 if self.place.text() else 0
        needed = self.text.heightForWidth(max(room, 80)) + place + 2 * 12 + 8
        self._card.setFixedHeight(min(needed, max(self.height() - 220, 80)))

    @staticmethod
    def _button(text: str, key: str, role: str) -> QPushButton:
        button = QPushButton(f"{text}  {key}")
        # At once, and not with the pause in which a button shows that it is pressed: answers are typed fast.
        QShortcut(QKeySequence(key), button).activated.connect(button.click)
        button.setProperty("role", role)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def show_look(self, file: OpenFile, look: SecondLook | None, outcome: Outcome | None) -> None:
        """Show the passage that is to be judged next, or what came out."""
        passage = look.waiting[0] if look is not None and look.waiting else None
        fresh = passage is not None and passage != self.passage
        self.passage = passage
        for part in (self._card, self.in_document, self.matters, self.does_not):
            part.setVisible(passage is not None)
        self.more.setVisible(passage is None and look is not None and look.judged > 0)
        self.told.setText(self._told(look, outcome))
        if look is None or passage is None:
            done = look is not None and look.judged > 0
            self.progress.setText(self.tr("This draw is done.") if done else self.tr("There is nothing to draw from."))
            return
        total = look.judged + len(look.waiting)
        words = self.tr("Passage {n} of {total}: must a reviewer read it?")
        self.progress.setText(words.format(n=look.judged + 1, total=total))
        paged = bool(passage.quads)
        page = file.page_words(passage.page)
        self.place.setText(self.tr("p. {page}").format(page=page) if paged else "")
        self.place.setVisible(paged)
        self.text.setText(" ".join(passage.text.split()))
        self._fit()
        if fresh and self.isVisible():
            self.shown.emit(passage)

    def _told(self, look: SecondLook | None, outcome: Outcome | None) -> str:
        if look is None or (outcome is None and not look.waiting):
            return self.tr("Every passage is selected, decided on or was drawn already.")
        if outcome is None:
            words = self.tr(
                "{n} passages are drawn at random from those that were not selected. Your answers say how many are missed."
            )
            return words.format(n=DRAW)
        return outcome_words(outcome)

    def _judge(self, *, matters: bool) -> None:
        if self.passage is not None:
            self.judged.emit(self.passage, matters)
