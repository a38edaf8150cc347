"""Ways through the documents in view: to a page, to a place and back, larger and smaller, a second view beside the first.

Everything acts on the active view, which the window names.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtWidgets import QAbstractItemView, QApplication

from app.ui.document_view import DocumentView
from app.ui.guide import Guide
from app.ui.reading import COMMANDS_OF_A_VIEW
from app.ui.session import Session
from app.ui.sheet_view import SheetView
from app.ui.sheets import Placed
from app.ui.toolbar import Toolbar

_STEP = 1.2


class Views(Protocol):
    """What the window lends: the active view, and the pages in it."""

    def view(self) -> DocumentView | None:
        """The active view."""

    def sheets(self) -> SheetView | None:
        """The pages of the active view."""


class Moving:
    """Made by the window."""

    def __init__(self, views: Views, session: Session, toolbar: Callable[[], Toolbar]) -> None:
        self._views = views
        self._session = session
        self._state = session.state
        self._toolbar = toolbar

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What the commands do, by the command's id."""
        handlers: dict[str, Callable[[], object]] = {
            "zoom-in": partial(self._zoom, _STEP),
            "zoom-out": partial(self._zoom, 1 / _STEP),
            "fit-width": self._fit_width,
            "fit-page": self._fit_page,
            "go-to-page": self.ask_page,
            "beside": self._toggle_beside,
            "other-view": self._change_view,
        }
        for command in COMMANDS_OF_A_VIEW:
            handlers[command] = partial(self._run_in_view, command)
        handlers["select-all"] = self._select_all
        return handlers

    def guide(self) -> Guide | None:
        """The ways through the document of the active view."""
        view = self._views.view()
        return view.guide if view is not None else None

    def go(self, start: int, end: int) -> None:
        """Go to a range of the text; there is a way back."""
        if (guide := self.guide()) is not None:
            guide.go(start, end)

    def jump_to_page(self, page: int) -> None:
        """Go to a page, from 1; the keys stay where they are."""
        if (guide := self.guide()) is not None:
            guide.go_page(page)

    def go_page(self, page: int) -> None:
        """Go to a page that was typed, and on reading."""
        self.jump_to_page(page)
        self.focus_pages()

    def show_passage(self, passage: Placed | None) -> None:
        """Show a passage that need not be a finding."""
        if passage is not None and (sheets := self._views.sheets()) is not None:
            sheets.show_passage(passage)

    def focus_pages(self) -> None:
        """Let the pages have the keys."""
        if (sheets := self._views.sheets()) is not None:
            sheets.setFocus()

    def ask_page(self) -> None:
        """Let the reader type a page's label."""
        file, sheets = self._state.current, self._views.sheets()
        if file is not None and file.opened is not None and sheets is not None:
            labels = [file.label_of(page) for page in range(1, len(file.opened.pages) + 1)]
            self._toolbar().page.open_field(labels, sheets.current_sheet() + 1)

    def show_in(self, beside: bool, key: int) -> None:
        """Show another document in one of the two views."""
        self._session.activate(beside=beside)
        self._session.show(key)
        self.focus_pages()

    def _zoom(self, factor: float) -> None:
        if (sheets := self._views.sheets()) is not None:
            sheets.zoom_by(factor)

    def _fit_width(self) -> None:
        if (sheets := self._views.sheets()) is not None:
            sheets.fit_width()

    def _fit_page(self) -> None:
        if (sheets := self._views.sheets()) is not None:
            sheets.fit_page()

    def _run_in_view(self, command: str) -> None:
        if (view := self._views.view()) is not None:
            view.run(command)

    def _select_all(self) -> None:
        """The whole text of the pages, or every row where a list has the keys."""
        focus = QApplication.focusWidget()
        focus.selectAll() if isinstance(focus, QAbstractItemView) else self._run_in_view("select-all")

    def _toggle_beside(self) -> None:
        if self._state.beside_key is not None:
            self._session.end_beside()
            self.focus_pages()
            return
        place = guide.place() if (guide := self.guide()) is not None else None
        key = self._state.current_key
        self._session.show_beside()
        self.focus_pages()
        if place is not None and self._state.beside_key == key and (guide := self.guide()) is not None:
            guide.show_place(place)

    def _change_view(self) -> None:
        self._session.activate(beside=not self._state.beside_active)
        self.focus_pages()
