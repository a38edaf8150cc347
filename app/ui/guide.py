"""Ways through one document: a reference or a defined term says what it means and can be followed, and there is a way back.

What was jumped from is remembered in `History`; the buttons of a mouse that go back and forward do so here as well.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QMouseEvent
from PySide6.QtWidgets import QMenu, QToolTip

from app.ui.history import History, Place
from app.ui.lookup import Hint, Lookup, place_of
from app.ui.sheet_view import LOOKED_AT, SheetView
from app.ui.state import OpenFile
from app.ui.widgets import tooltip

_LINES = (0.32, 0.36, 0.28, 0.42, 0.2, 0.5)
_COLUMNS = (0.5, 0.3, 0.42, 0.62)
"""Where in the view, as shares of its size, is looked for the text that is being read."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("Guide", text)


def hint_words(hint: Hint) -> str:
    """What a tooltip says of a reference or term."""
    if hint.kind == "elsewhere":
        return _tr("Another document: {name}").format(name=hint.title) if hint.title else _tr("Another document")
    if hint.kind == "missing":
        return _tr("No clause of this document has this number.")
    lead = _tr("{term}, as defined").format(term=hint.title) if hint.kind == "term" else hint.title
    quote = hint.text.removeprefix(hint.title).lstrip(" .:–—")
    return "\n".join(filter(None, (lead, quote, _tr("Ctrl+click goes there, Alt+Left comes back."))))


class Guide(QObject):
    """Watches the pages' mouse beside `SheetView`, which knows nothing of it; `reading` carries the offset in view."""

    reading = Signal(int)

    def __init__(self, sheets: SheetView, file: OpenFile) -> None:
        super().__init__(sheets)
        self._sheets = sheets
        self._file = file
        self._lookup: Lookup | None = None
        self._known: object = None
        self.history = History()
        self.fill_menu: Callable[[QMenu], None] = lambda menu: None
        self.place_of_keys: Callable[[], QPointF | None] = lambda: None  # where a menu comes that a key asks for
        self._waiting = QTimer(self, interval=150, singleShot=True)
        self._waiting.timeout.connect(self._tell_place)
        sheets.moved.connect(self._waiting.start)
        sheets.viewport().installEventFilter(self)
        sheets.installEventFilter(self)  # the key for the menu comes to whom has the keys

    def go(self, start: int, end: int) -> None:
        """Show a range of the text; the place that is left is remembered."""
        document = self._file.document
        if document is None:
            return
        self.remember()
        self._sheets.show_passage(place_of(document, start, end))

    def go_page(self, page: int) -> None:
        """Show a page (from 1) from its top; the place that is left is remembered."""
        self.remember()
        self._sheets.show_sheet(page - 1)

    def remember(self) -> None:
        """Remember where the reader is, to come back."""
        self.history.leave(self.place())

    def back(self) -> None:
        """Go back to the place that was left last."""
        self.show_place(self.history.back(self.place()))

    def forward(self) -> None:
        """Go to the place that `back` left."""
        self.show_place(self.history.forward(self.place()))

    def place(self) -> Place:
        """The character on the line that is looked at, and where it stands."""
        view, zoom, document = self._sheets.viewport().rect(), self._sheets.zoom, self._file.document
        line = view.height() * LOOKED_AT
        offset = self._sheets.nearest(QPointF(view.width() * 0.4, line))
        if offset is not None and document is not None:
            offset = min(offset, len(document.text) - 1)
            if rects := self._sheets.rects(place_of(document, offset, offset + 1)):
                at = (rects[0].topLeft() - QPointF(0, line)) / zoom
                return Place(self._sheets.current_sheet(), offset, at.x(), at.y())
        sheet = self._sheets.current_sheet()
        at = self._sheets.corner(sheet) / zoom
        return Place(sheet, None, at.x(), at.y())

    def show_place(self, place: Place | None) -> None:
        """Scroll to a place that was remembered, if any."""
        document, zoom = self._file.document, self._sheets.zoom
        if place is None:
            return
        for _ in range(3):  # what comes into view may turn out higher than it was estimated
            wanted, found = QPointF(place.across, place.down) * zoom, self._sheets.corner(place.sheet)
            if place.offset is not None and document is not None:
                spot = place_of(document, place.offset, place.offset + 1)
                rects = self._sheets.rects(spot)
                wanted += QPointF(0, self._sheets.viewport().height() * LOOKED_AT)
                found = rects[0].topLeft() if rects else wanted
            self._scroll(found - wanted)

    def _scroll(self, by: QPointF) -> None:
        across, down = self._sheets.horizontalScrollBar(), self._sheets.verticalScrollBar()
        across.setValue(across.value() + round(by.x()))
        down.setValue(down.value() + round(by.y()))

    def hint_at(self, at: QPointF) -> Hint | None:
        """The reference or term under a point of the view."""
        offset = self._sheets.offset_at(at)
        lookup = self._current_lookup()
        return lookup.at(offset) if offset is not None and lookup is not None else None

    def _current_lookup(self) -> Lookup | None:
        document, structure = self._file.document, self._file.structure
        if document is not None and structure is not self._known:
            self._lookup, self._known = Lookup(document, structure), structure
        return self._lookup if document is not None else None

    # ---- events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Take the events that are about a reference or term; leave all others to the view."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            return self._show_hint(event)
        if isinstance(event, QContextMenuEvent):
            by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
            return by_key == (watched is self._sheets) and self._show_menu(event)
        if watched is self._sheets:
            return False
        if isinstance(event, QMouseEvent) and event.button() in (
            Qt.MouseButton.BackButton,
            Qt.MouseButton.ForwardButton,
        ):
            return self._step(event)
        if isinstance(event, QMouseEvent) and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if event.type() == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
                return self._follow(self.hint_at(event.position()))
            if event.type() == QEvent.Type.MouseMove:
                hint = self.hint_at(event.position())
                if hint is not None and hint.target is not None:
                    self._sheets.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
                    return True
        return False

    def _step(self, event: QMouseEvent) -> bool:
        """A mouse has buttons for back and forward."""
        if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
            self.back() if event.button() == Qt.MouseButton.BackButton else self.forward()
        return True

    def _show_hint(self, event: QHelpEvent) -> bool:
        hint = self.hint_at(QPointF(event.pos()))
        if hint is None:
            return False
        QToolTip.showText(event.globalPos(), tooltip(hint_words(hint)).replace("\n", "<br>"), self._sheets.viewport())
        return True

    def _show_menu(self, event: QContextMenuEvent) -> bool:
        at, place = QPointF(event.pos()), event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            at = self.place_of_keys() or QPointF(self._sheets.viewport().rect().center())
            place = self._sheets.viewport().mapToGlobal(at.toPoint())
        menu = self.menu(self.hint_at(at))
        if menu.isEmpty():
            return False
        self._open(menu, place)
        menu.deleteLater()
        return True

    @staticmethod
    def _open(menu: QMenu, place: QPoint) -> None:
        menu.exec(place)

    def menu(self, hint: Hint | None) -> QMenu:
        """What can be done at a place of the pages: with the chosen text, with a reference or term, and the ways back."""
        menu = QMenu(self._sheets)
        self.fill_menu(menu)
        if hint is not None and hint.target is not None:
            words = _tr("Go to the definition of {term}") if hint.kind == "term" else _tr("Go to {term}")
            action = menu.addAction(words.format(term=hint.title[:60].replace("&", "&&")))
            action.triggered.connect(lambda: self._follow(hint))
        if self.history.behind:
            menu.addAction(_tr("Back")).triggered.connect(self.back)
        if self.history.ahead:
            menu.addAction(_tr("Forward")).triggered.connect(self.forward)
        return menu

    def _follow(self, hint: Hint | None) -> bool:
        if hint is None or hint.target is None:
            return False
        self.go(*hint.target)
        return True

    def _tell_place(self) -> None:
        view = self._sheets.viewport().size()
        for line in _LINES:
            for column in _COLUMNS:
                offset = self._sheets.offset_at(QPointF(view.width() * column, view.height() * line))
                if offset is not None:
                    self.reading.emit(offset)
                    return
