"""What a reader's hand and eye do in a real window: point at words, drag over them, look for them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.ui.document_view import DocumentView
from app.ui.lookup import place_of
from app.ui.main_window import MainWindow
from app.ui.sheet_view import SheetView
from app.ui.state import OpenFile

EXAMPLES = Path(__file__).resolve().parents[2] / "resources" / "examples"
PDF, JAPANESE = EXAMPLES / "services-agreement.pdf", EXAMPLES / "outsourcing-agreement-ja.docx"
SHIFT, CONTROL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
LEFT = Qt.MouseButton.LeftButton


def view_of(window: MainWindow, file: OpenFile) -> DocumentView:
    return window.views[file.key]


def sheets_of(view: DocumentView) -> SheetView:
    assert view.sheets is not None
    return view.sheets


def text_of(file: OpenFile) -> str:
    assert file.document is not None
    return file.document.text


def marked_text(file: OpenFile) -> str:
    return text_of(file)[slice(*file.marked)] if file.marked is not None else ""


def points(view: DocumentView, file: OpenFile, start: int, end: int) -> tuple[QPoint, QPoint]:
    """The left and the right edge of a range in view, inside its first and last letter; scrolled to."""
    assert file.document is not None
    sheets = sheets_of(view)
    sheets.bring(place_of(file.document, start, end))
    first = sheets.rects(place_of(file.document, start, start + 1))[0]
    last = sheets.rects(place_of(file.document, end - 1, end))[-1]
    return (
        (first.center() - QPointF(first.width() * 0.3, 0)).toPoint(),
        (last.center() + QPointF(last.width() * 0.3, 0)).toPoint(),
    )


def plain_words(file: OpenFile, words: str) -> tuple[int, int]:
    """The first place of some words that no finding covers, so that a click there is a click on text."""
    text, at = text_of(file), -1
    while (at := text.find(words, at + 1)) >= 0:
        if not any(one.start < at + len(words) and one.end > at for one in file.findings.all()):
            return at, at + len(words)
    raise AssertionError(words)


def drag(viewport: QWidget, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(viewport, LEFT, pos=start)
    for step in range(1, 5):
        QTest.mouseMove(viewport, start + (end - start) * step / 4)
        # The offscreen platform sends moves without buttons; a real one has them.
    QTest.mouseRelease(viewport, LEFT, pos=end)


def type_words(window: MainWindow, view: DocumentView, words: str) -> None:
    window.run_command("find")
    view.find_bar.words.clear()
    if words.isascii():
        QTest.keyClicks(view.find_bar.words, words)
    else:
        view.find_bar.words.insert(words)  # as an input method does


def wait_for_hits(qtbot: QtBot, view: DocumentView) -> list[tuple[int, int]]:
    bar = view.find_bar
    qtbot.waitUntil(lambda: bar._search is not None and bar._search.is_done, timeout=20_000)
    return bar.hits
