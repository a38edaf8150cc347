"""Choosing text on the pages with mouse and keys: drag, clicks, Shift, and a caret (F7) that the arrow keys move.

It watches beside `SheetView`, which knows nothing of it. A plain click is handed on: it selects the finding under it.
"""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.ui.appearance import appearance, colour
from app.ui.going_on import joined_text
from app.ui.lookup import place_of
from app.ui.sheet_view import LOOKED_AT, SheetView
from app.ui.state import OpenFile
from app.ui.text_choice import UNITS, TextChoice
from app.ui.text_direction import begins, runs_down
from app.ui.text_units import Step
from app.ui.theme import LIGHT

_SCROLLING = 40
"""Milliseconds between two steps while the pointer is held above or below the view."""
_BESIDE_LINE = 400
"""In characters: so far is looked for the ends of a line."""
_STEPS: dict[int, tuple[str, Step]] = {
    Qt.Key.Key_Left: ("text", -1),
    Qt.Key.Key_Right: ("text", 1),
    Qt.Key.Key_Up: ("line", -1),
    Qt.Key.Key_Down: ("line", 1),
    Qt.Key.Key_Home: ("end", -1),
    Qt.Key.Key_End: ("end", 1),
}
_STEPS_DOWN: dict[int, tuple[str, Step]] = _STEPS | {
    Qt.Key.Key_Up: ("text", -1),
    Qt.Key.Key_Down: ("text", 1),
    Qt.Key.Key_Right: ("line", -1),
    Qt.Key.Key_Left: ("line", 1),
}
"""In vertical lines, of which the next stands to the left."""
_NEIGHBOURS = 4
"""Characters before and behind a place by which is seen how its line runs."""


class Caret(QWidget):
    """A thin line where the next key chooses text; it does not blink."""

    def __init__(self, view: QWidget, *, on_paper: bool) -> None:
        super().__init__(view)
        self._on_paper = on_paper
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """In the colour of the letters beside it."""
        theme = LIGHT if self._on_paper else appearance().theme
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour(theme.text))
        painter.end()


class Marking(QObject):
    """`marked` carries the chosen range of offsets, or None."""

    marked = Signal(object)

    def __init__(self, sheets: SheetView, file: OpenFile) -> None:
        super().__init__(sheets)
        self._sheets, self._file = sheets, file
        self._choice: TextChoice | None = None
        self._pressed: QMouseEvent | None = None
        self._drags = False
        self._clicks, self._since, self._clicked_at = 0, QElapsedTimer(), QPointF()
        self._goal: float | None = None  # how far across the caret tries to stay from line to line
        self.has_caret = False
        self.caret = Caret(sheets.viewport(), on_paper=file.is_pdf)
        self._scrolling = QTimer(self, interval=_SCROLLING)
        self._scrolling.timeout.connect(self._scroll_on)
        self._pointer = QPointF()
        sheets.moved.connect(self._place_caret)
        sheets.viewport().installEventFilter(self)
        sheets.installEventFilter(self)

    # ---- what can be asked for

    def choose(self, start: int, end: int) -> None:
        """Choose this range."""
        if (choice := self._current()) is not None:
            choice.choose(start, end)
            self._tell()

    def choose_all(self) -> None:
        """Choose the whole text."""
        if (choice := self._current()) is not None:
            self.choose(0, len(choice.document.text))

    def clear(self) -> None:
        """Choose nothing; the caret stays where it is."""
        if self._choice is not None and self._choice.caret is not None:
            self._choice.begin(self._choice.caret)
        self._tell()

    def text(self) -> str:
        """The chosen text, as it is copied."""
        document = self._file.document
        return joined_text(document, *self._file.marked) if document is not None and self._file.marked else ""

    def place(self) -> QPointF | None:
        """Where in the view the caret stands, or the chosen text ends; None where neither shows."""
        choice = self._current()
        offset = choice.caret if choice is not None else None
        if offset is None or (self._file.marked is None and not self.has_caret) or not self._shows(offset):
            return None
        rect = self._caret_rect(offset)
        return QPointF(rect.center().x(), rect.bottom() - 1) if rect is not None else None

    def copy(self) -> None:
        """Put the chosen text into the clipboard."""
        if text := self.text():
            QGuiApplication.clipboard().setText(text)

    def toggle_caret(self) -> None:
        """Have a caret at the top of what is read, or none any more."""
        self.has_caret = not self.has_caret and self._current() is not None
        if self.has_caret:
            self._sheets.setFocus()
            self._ensure_place()
        self._place_caret()

    # ---- the choice

    def _current(self) -> TextChoice | None:
        """The choice in the text as it is now; None until the text is read."""
        document = self._file.document
        if document is None:
            return None
        if self._choice is None or self._choice.document is not document:
            self._choice = TextChoice(document)
        if self._file.analysis is not None:
            self._choice.passages = self._file.analysis.passages
        if self._file.marked is not None and self._choice.range != self._file.marked:
            self._choice.choose(*self._file.marked)  # another view of the document, or a search, chose it
        return self._choice

    def _tell(self) -> None:
        self._place_caret()
        self.marked.emit(self._choice.range if self._choice is not None else None)

    def _ensure_place(self) -> TextChoice | None:
        """The choice, with a caret that is in view where there was none."""
        choice, view = self._current(), self._sheets.viewport().rect()
        if choice is None:
            return None
        if choice.caret is None or (choice.range is None and not self._shows(choice.caret)):
            for share in (LOOKED_AT, 0.1, 0.6, 0.9):
                offset = self._sheets.nearest(QPointF(view.width() * 0.05, view.height() * share))
                if offset is not None and self._shows(offset):
                    choice.begin(offset)
                    break
        return choice

    def _shows(self, offset: int) -> bool:
        rect = self._caret_rect(offset)
        return rect is not None and QRectF(self._sheets.viewport().rect()).contains(rect.center())

    # ---- mouse

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Take what chooses text; leave everything else to the view."""
        if isinstance(event, QMouseEvent) and watched is self._sheets.viewport():
            return self._mouse(event)
        if isinstance(event, QKeyEvent) and watched is self._sheets:
            if event.type() == QEvent.Type.ShortcutOverride and self._wants(event):
                event.accept()  # the key is for the caret, whichever command has it
                return True
            return event.type() == QEvent.Type.KeyPress and self._wants(event) and self._key(event)
        return False

    def _mouse(self, event: QMouseEvent) -> bool:
        kind, held = event.type(), event.buttons() & Qt.MouseButton.LeftButton
        if kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
            return event.button() == Qt.MouseButton.LeftButton and self._press(event)
        if kind == QEvent.Type.MouseMove and held:
            return self._drag(event)
        if kind == QEvent.Type.MouseButtonRelease and event.button() == Qt.MouseButton.LeftButton:
            return self._release()
        return False

    def _press(self, event: QMouseEvent) -> bool:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return False
        offset, choice = self._sheets.nearest(event.position()), self._current()
        if offset is None or choice is None:
            return False
        self._sheets.setFocus(Qt.FocusReason.MouseFocusReason)
        self._goal = None
        clicks = self._count(event)
        extends = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier) and choice.caret is not None
        self._drags = extends or clicks > 1
        self._pressed = event.clone()
        if extends:
            choice.extend(offset)
        elif clicks > 1:
            inside = self._sheets.offset_at(event.position())
            choice.begin(offset if inside is None else inside, UNITS[clicks - 1])
        else:
            choice.begin(offset)
        self._tell()
        return True

    def _count(self, event: QMouseEvent) -> int:
        """Which click this is at one place, from 1 to 4."""
        near = (event.position() - self._clicked_at).manhattanLength() < QApplication.startDragDistance()
        soon = self._since.isValid() and self._since.elapsed() < 1.5 * QApplication.doubleClickInterval()
        is_double = event.type() == QEvent.Type.MouseButtonDblClick
        self._clicks = self._clicks % len(UNITS) + 1 if near and soon and (is_double or self._clicks > 1) else 1
        if is_double:
            self._clicks = max(self._clicks, 2)
        self._clicked_at = event.position()
        self._since.start()
        return self._clicks

    def _drag(self, event: QMouseEvent) -> bool:
        if self._pressed is None:
            return False
        self._pointer = event.position()
        way = (self._pointer - self._pressed.position()).manhattanLength()
        self._drags = self._drags or way >= QApplication.startDragDistance()
        if self._drags:
            self._extend_to(self._pointer)
            inside = 0 <= self._pointer.y() <= self._sheets.viewport().height()
            self._scrolling.stop() if inside else self._scrolling.start()
        return True

    def _extend_to(self, at: QPointF) -> None:
        offset, choice = self._sheets.nearest(at), self._current()
        if offset is not None and choice is not None:
            choice.extend(offset)
            self._tell()

    def _scroll_on(self) -> None:
        """The pointer is held outside: the pages come to it."""
        height, y = self._sheets.viewport().height(), self._pointer.y()
        bar = self._sheets.verticalScrollBar()
        bar.setValue(bar.value() + round((min(y, 0) + max(y - height, 0)) / 2))
        self._extend_to(QPointF(self._pointer.x(), min(max(y, 0.0), height - 1.0)))

    def _release(self) -> bool:
        pressed, self._pressed = self._pressed, None
        self._scrolling.stop()
        if pressed is not None and not self._drags:
            self._sheets.mousePressEvent(pressed)  # it was a plain click, which is the view's own
        return False

    # ---- keys

    def _wants(self, event: QKeyEvent) -> bool:
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() == Qt.Key.Key_Escape:
            return self.has_caret or self._file.marked is not None
        if held & (Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier):
            return False
        return event.key() in _STEPS and (self.has_caret or bool(held & Qt.KeyboardModifier.ShiftModifier))

    def _key(self, event: QKeyEvent) -> bool:
        if event.matches(QKeySequence.StandardKey.Cancel):
            if self._file.marked is not None:
                self.clear()
            else:
                self.toggle_caret()
            return True
        if (choice := self._ensure_place()) is None or choice.caret is None:
            return False
        way, step = (_STEPS_DOWN if self._runs_down(choice.caret) else _STEPS)[event.key()]
        by_word = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        place = {"text": lambda: choice.step(step, by_word=by_word), "line": lambda: self._other_line(step)}.get(
            way, lambda: self._line_end(step, whole=by_word)
        )()
        if way != "line":
            self._goal = None
        choice.move(place, extends=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        self._tell()
        self._bring(place)
        return True

    def _other_line(self, step: Step) -> int:
        """The place above or below the caret on the next line that there is; of vertical lines, beside it."""
        here = self._caret_at()
        rect, down = self._caret_rect(here), self._runs_down(here)
        if rect is None:
            return here
        middle, size = rect.center(), rect.width() if down else rect.height()
        self._goal = (middle.y() if down else middle.x()) if self._goal is None else self._goal
        for far in range(3, 120):
            way = step * far * size * 0.3
            at = QPointF(middle.x() - way, self._goal) if down else QPointF(self._goal, middle.y() + way)
            offset = self._sheets.nearest(at)
            if offset is None or (there := self._caret_rect(offset)) is None:
                continue
            moved = middle.x() - there.center().x() if down else there.center().y() - middle.y()
            if moved * step > size * 0.4:
                return offset
        return here

    def _line_end(self, step: Step, *, whole: bool) -> int:
        """The beginning or end of the line, or of the whole text."""
        here, document = self._caret_at(), self._file.document
        assert document is not None  # noqa: S101 -- there is a caret in it
        if whole:
            return 0 if step == -1 else len(document.text)
        if (rect := self._caret_rect(here)) is None:
            return here
        around = place_of(document, max(here - _BESIDE_LINE, 0), min(here + _BESIDE_LINE, len(document.text)))
        lines = self._sheets.rects(around) if around.start <= here <= around.end else []
        down = self._runs_down(here)
        room = (0, -2, 0, 2) if down else (-2, 0, 2, 0)
        line = next((one for one in lines if one.adjusted(*room).contains(rect.center())), rect)
        x, y = (line.left() - 1, line.top() - 1) if step == -1 else (line.right() + 1, line.bottom() + 1)
        found = self._sheets.nearest(QPointF(rect.center().x(), y) if down else QPointF(x, rect.center().y()))
        return here if found is None else found

    def _caret_at(self) -> int:
        return self._choice.caret if self._choice is not None and self._choice.caret is not None else 0

    # ---- the caret

    def _runs_down(self, offset: int) -> bool:
        """Whether the line of a place is a vertical one. Text that the window sets never is."""
        document = self._file.document
        if document is None or not self._file.is_pdf:
            return False
        around = range(max(offset - _NEIGHBOURS, 0), min(offset + _NEIGHBOURS, len(document.text)))
        placed = (self._sheets.rects(place_of(document, place, place + 1)) for place in around)
        return runs_down([rects[0] for rects in placed if rects])

    def _caret_rect(self, offset: int) -> QRectF | None:
        """Where in the view a caret before this character stands: at its beginning, else at the end of the one before."""
        document = self._file.document
        if document is None:
            return None
        for place, behind in ((offset, False), (offset - 1, True), (offset + 1, False), (offset - 2, True)):
            if 0 <= place < len(document.text) and (rects := self._sheets.rects(place_of(document, place, place + 1))):
                rect = rects[-1] if behind else rects[0]
                return begins(rect, down=self._runs_down(offset), behind=behind)
        return None

    def _place_caret(self) -> None:
        choice = self._choice
        rect = self._caret_rect(choice.caret) if self.has_caret and choice and choice.caret is not None else None
        self.caret.setVisible(rect is not None)
        if rect is not None:
            down = rect.width() > rect.height()
            least = QSize(6, 2) if down else QSize(2, 6)
            self.caret.setGeometry(QRect(rect.topLeft().toPoint(), rect.size().toSize().expandedTo(least)))

    def _bring(self, offset: int) -> None:
        """Scroll as little as shows the caret."""
        if (rect := self._caret_rect(offset)) is None:
            return
        height, bar = self._sheets.viewport().height(), self._sheets.verticalScrollBar()
        above, below = min(rect.top() - 24, 0.0), max(rect.bottom() + 24 - height, 0.0)
        bar.setValue(bar.value() + round(above + below))
