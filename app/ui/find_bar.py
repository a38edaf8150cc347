"""The bar above the pages that finds words as they are typed. The work is `TextSearch`'s, done in slices between events."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLineEdit, QToolButton, QWidget

from app.documents.document import Document
from app.ui.appearance import appearance
from app.ui.finding_text import Hit, TextSearch, hit_from
from app.ui.widgets import label, restyle

SLICE = 0.008
"""Seconds of work between two looks at what else there is to do."""
_TELL_EVERY = 0.15
_NARROW = 520
"""In pixels."""


class FindBar(QWidget):
    """Knows the hits and which one the reader is at. It shows nothing on the pages itself: others follow its signals."""

    shown = Signal()
    """Hits came, or are none any more."""
    reached = Signal(object)
    """A hit (its range) is to be shown."""
    closed = Signal(object)
    """The reader is done; carries the hit that she is at, or None."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("findBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._document: Document | None = None
        self._search: TextSearch | None = None
        self._origin = 0
        self._told = 0.0
        self.current: int | None = None
        self._working = QTimer(self, interval=0)
        self._working.timeout.connect(self._work)
        self.words = QLineEdit()
        self.words.setPlaceholderText(self.tr("Find in this document"))
        self.words.setAccessibleName(self.tr("Find in this document"))
        self.words.setClearButtonEnabled(True)
        self.words.setMinimumWidth(110)
        self.words.textChanged.connect(self._begin)
        self.words.installEventFilter(self)
        self.count = label("", "muted")
        self.count.setMinimumWidth(88)
        self.match_case = self._toggle("Aa", self.tr("Match case"))
        self.whole_words = self._toggle(self.tr("Words"), self.tr("Whole words only"))
        self.previous = self._button(self.tr("Previous hit (Shift+F3)"))
        self.next = self._button(self.tr("Next hit (F3)"))
        self.close_button = self._button(self.tr("Close (Esc)"))
        self.previous.clicked.connect(lambda: self.step(-1))
        self.next.clicked.connect(lambda: self.step(1))
        self.close_button.clicked.connect(self.finish)
        self._rows = self._lay_out()
        appearance().changed.connect(self._dress)
        self._dress()
        self.hide()

    @property
    def hits(self) -> list[Hit]:
        """What was found up to now, in the order of the text; none while the bar is closed."""
        return self._search.hits if self._search is not None and not self.isHidden() else []

    def show_document(self, document: Document | None) -> None:
        """The text in which to find; another one is searched at once where the bar is open."""
        if document is not self._document:
            self._document, self._search = document, None
            if not self.isHidden():
                self._begin()

    def open(self, words: str, origin: int) -> None:
        """Open the bar; hits are counted from `origin` on. `words`, where there are any, replace those of the last time."""
        self._origin = origin
        was_hidden = self.isHidden()
        self.show()
        if words and words != self.words.text():
            self.words.setText(words)  # begins
        elif was_hidden:
            self._begin()
        self.words.setFocus()
        self.words.selectAll()

    def finish(self) -> None:
        """Close the bar and leave the reader at the hit."""
        if self.isHidden():
            return
        hit = self._hit()
        self._working.stop()
        self.hide()
        self.shown.emit()
        self.closed.emit(hit)

    def step(self, step: int) -> None:
        """To the next or previous hit; behind the last comes the first."""
        if self.current is not None and self.hits:
            self._reach((self.current + step) % len(self.hits))

    # ---- the work

    def _begin(self) -> None:
        self.current, self._told = None, 0.0
        if self._document is None:
            self._say()
            return
        if self._search is None:
            self._search = TextSearch(self._document)
        self._search.look_for(
            self.words.text(), match_case=self.match_case.isChecked(), whole_words=self.whole_words.isChecked()
        )
        self._working.start()
        self._work()

    def _work(self) -> None:
        search, until = self._search, time.perf_counter() + SLICE
        if search is None:
            self._working.stop()
            return
        more = search.work()
        while more and time.perf_counter() < until:
            more = search.work()
        if not more:
            self._working.stop()
        if self.current is None and search.hits and (not more or search.hits[-1][1] > self._origin):
            self._reach(hit_from(search.hits, self._origin))
        if not more or until - self._told > _TELL_EVERY:
            self._told = until
            self._say()
            self.shown.emit()

    def _reach(self, number: int | None) -> None:
        self.current = number
        self._say()
        self.shown.emit()
        if (hit := self._hit()) is not None:
            self._origin = hit[0]
            self.reached.emit(hit)

    def _hit(self) -> Hit | None:
        return self.hits[self.current] if self.current is not None and self.current < len(self.hits) else None

    def _say(self) -> None:
        """The count in words."""
        asked, done = bool(self.words.text().strip()), self._search is not None and self._search.is_done
        total = f"{len(self.hits):,}" + ("" if done else "…")
        text = ""
        if asked and self._document is None:
            text = self.tr("The text is still being read.")
        elif asked and self.current is not None:
            text = self.tr("{number} of {count}").format(number=f"{self.current + 1:,}", count=total)
        elif asked and done:
            text = self.tr("Not found")
        self.count.setText(text)
        restyle(self.count, role="wrong" if asked and done and not self.hits else "muted")
        for button in (self.previous, self.next):
            button.setEnabled(len(self.hits) > 0)

    # ---- parts

    def _lay_out(self) -> QBoxLayout:
        """What is looked for, and beside it (in a narrow view below it) how."""
        rows = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        rows.setContentsMargins(16, 6, 16, 6)
        rows.setSpacing(4)
        what, how = QHBoxLayout(), QHBoxLayout()
        what.setSpacing(8)
        what.addWidget(self.words, 1)
        what.addWidget(self.count)
        how.setSpacing(2)
        for widget in (self.match_case, self.whole_words, self.previous, self.next):
            how.addWidget(widget)
        how.addStretch(1)
        how.addWidget(self.close_button)
        rows.addLayout(what, 3)
        rows.addLayout(how, 2)
        return rows

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """One row where there is room."""
        super().resizeEvent(event)
        narrow = event.size().width() < _NARROW
        self._rows.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
        side = 6 if narrow else 16
        self._rows.setContentsMargins(side, 6, side, 6)

    def _toggle(self, text: str, hint: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(hint)
        button.setAccessibleName(hint)
        button.setCheckable(True)
        button.setProperty("role", "toggle")
        button.toggled.connect(self._begin)
        return button

    def _button(self, hint: str) -> QToolButton:
        button = QToolButton()
        button.setToolTip(hint)
        button.setAccessibleName(hint)
        return button

    def _dress(self) -> None:
        for button, name in ((self.previous, "previous"), (self.next, "next"), (self.close_button, "close")):
            button.setIcon(appearance().icon(name))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc closes from its buttons as well."""
        if event.key() == Qt.Key.Key_Escape:
            self.finish()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Enter goes on, Shift+Enter back, Esc closes, whichever command has these keys."""
        if not isinstance(event, QKeyEvent):
            return False
        is_key = event.type() == QEvent.Type.KeyPress
        if event.key() == Qt.Key.Key_Escape:
            event.accept()
            if is_key:
                self.finish()
            return True
        if is_key and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.step(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
            return True
        return False
