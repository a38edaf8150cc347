"""The pages for assistive technology: a document whose value is the text in view. Every other widget is left to Qt.

They have no text interface of their own (caret, lines, selection): Qt for Python 6.12 lets one be written, but binds none of its
functions that answer with several numbers (selection, text at an offset, attributes), and a screen reader asks for these first.
What the caret chooses is told by the clipboard and the finding that is made of it.
"""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget

from app.ui.sheet_view import SheetView
from app.ui.state import OpenFile

LONGEST = 20_000
"""Characters of the text in view that are told."""

_files: WeakKeyDictionary[SheetView, OpenFile] = WeakKeyDictionary()
_installed: list[Callable[[str, QObject], QAccessibleInterface | None]] = []


def tell(view: SheetView, file: OpenFile) -> None:
    """Have the view's text told from now on."""
    _files[view] = file
    if not _installed:
        _installed.append(_made)
        QAccessible.installFactory(_made)


def text_in_view(view: SheetView) -> str:
    """The text of the pages that show, or of what shows of a text without pages; empty until it is read."""
    file = _files.get(view)
    document, shown = file.document if file is not None else None, view.shown_range()
    if document is None or shown is None:
        return ""
    first, last = shown
    if not view.is_joined:
        pages = document.pages[first - 1 : last - 1]
        first, last = (pages[0].start, pages[-1].end) if pages else (0, 0)
    return document.text[first:last][:LONGEST]


class PagesInterface(QAccessibleWidget):
    """What a screen reader asks of the pages."""

    def __init__(self, view: SheetView) -> None:
        super().__init__(view, QAccessible.Role.Document, view.accessibleName())
        self._view = view

    def text(self, kind: QAccessible.Text) -> str:
        """The name, which page shows, the text in view."""
        if kind == QAccessible.Text.Value:
            return text_in_view(self._view)
        return (
            self._view.accessibleDescription() if kind == QAccessible.Text.Description else self._view.accessibleName()
        )


def _made(_class: str, thing: QObject) -> QAccessibleInterface | None:
    return PagesInterface(thing) if isinstance(thing, SheetView) and thing in _files else None
