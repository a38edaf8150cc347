"""Choosing text, finding, going to pages, back and forward, two views: in a real window, by mouse and by keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.ui.document_view import DocumentView
from app.ui.lookup import place_of
from app.ui.main_window import MainWindow
from app.ui.session import Session
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

Settle = Callable[[], OpenFile]
Open = Callable[[Path], OpenFile]


@pytest.fixture
def open_file(qtbot: QtBot, window: MainWindow, session: Session, settle: Settle) -> Open:
    """Open a file, read and analysed."""

    def open_(path: Path) -> OpenFile:
        session.open([path])
        file = settle()
        qtbot.waitUntil(lambda: file.document is not None and file.phase == "ready", timeout=60_000)
        sheets = view_of(window, file).sheets
        assert sheets is not None
        sheets.setFocus()
        return file

    return open_


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


@pytest.mark.parametrize(("path", "words"), [(PDF, "freight network"), (JAPANESE, "権利義務")], ids=["pdf", "docx"])
def test_text_is_chosen_by_dragging_and_copied(
    window: MainWindow, open_file: Open, path: Path, words: str, qtbot: QtBot, session: Session
) -> None:
    file = open_file(path)
    view = view_of(window, file)
    start, end = plain_words(file, words)
    from_, to = points(view, file, start, end)
    with qtbot.waitSignal(session.hub.marked):
        drag(sheets_of(view).viewport(), from_, to)
    assert marked_text(file) == words
    window.run_command("copy")
    assert QGuiApplication.clipboard().text() == words
    assert sheets_of(view)._ranges.marked == (start, end)
    QTest.mouseClick(sheets_of(view).viewport(), LEFT, pos=from_)
    assert file.marked is None
    assert not window.actions_by_id["copy"].isEnabled()


def test_clicks_choose_word_sentence_and_block(window: MainWindow, open_file: Open) -> None:
    file = open_file(JAPANESE)
    view = view_of(window, file)
    assert file.analysis is not None
    assert file.document is not None
    start, end = plain_words(file, "業務委託")
    at, _ = points(view, file, start + 1, end)
    viewport = sheets_of(view).viewport()
    QTest.mouseClick(viewport, LEFT, pos=at)
    QTest.mouseDClick(viewport, LEFT, pos=at)
    assert "業務委託" in marked_text(file)
    assert len(marked_text(file)) < 12
    QTest.mousePress(viewport, LEFT, pos=at)
    QTest.mouseRelease(viewport, LEFT, pos=at)
    assert any(file.marked == (one.start, one.end) for one in file.analysis.passages) or any(
        file.marked == (one.start, one.end) for one in file.document.blocks
    )
    QTest.mousePress(viewport, LEFT, pos=at)
    QTest.mouseRelease(viewport, LEFT, pos=at)
    assert any(file.marked == (one.start, one.end) for one in file.document.blocks)


def test_a_click_on_a_highlight_still_selects_its_finding_and_moves_nothing(
    window: MainWindow, open_file: Open
) -> None:
    file = open_file(PDF)
    view = view_of(window, file)
    other = next(one for one in file.findings.all() if one.id != file.findings.selected_id)
    at, _ = points(view, file, other.start, other.end)
    bar = sheets_of(view).verticalScrollBar()
    bar.setValue(bar.value() - 250)  # the finding stands low in the view
    place = bar.value()
    at, _ = (point + QPoint(0, 0) for point in (sheets_of(view).rects(other)[0].center().toPoint(), QPoint()))
    QTest.mouseClick(sheets_of(view).viewport(), LEFT, pos=at)
    assert file.findings.selected_id == other.id
    assert bar.value() == place
    assert file.marked is None


def test_shift_extends_by_click_and_by_keys(window: MainWindow, open_file: Open) -> None:
    file = open_file(PDF)
    view = view_of(window, file)
    start, end = plain_words(file, "Customer operates a regional")
    from_, to = points(view, file, start, end)
    sheets = sheets_of(view)
    QTest.mouseClick(sheets.viewport(), LEFT, pos=from_)
    QTest.mouseClick(sheets.viewport(), LEFT, SHIFT, to)
    assert marked_text(file) == "Customer operates a regional"
    QTest.keyClick(sheets, Qt.Key.Key_Left, SHIFT)
    assert marked_text(file) == "Customer operates a regiona"
    QTest.keyClick(sheets, Qt.Key.Key_Left, SHIFT | CONTROL)
    assert marked_text(file) == "Customer operates a "
    QTest.keyClick(sheets, Qt.Key.Key_Escape)
    assert file.marked is None


@pytest.mark.parametrize("path", [PDF, JAPANESE], ids=["pdf", "docx"])
def test_text_is_chosen_by_keys_alone(window: MainWindow, open_file: Open, path: Path) -> None:
    file = open_file(path)
    view = view_of(window, file)
    sheets = sheets_of(view)
    window.run_command("caret")
    marking = view.desk.marking if view.desk is not None else None
    assert marking is not None
    assert marking.caret.isVisible()
    start = marking._caret_at()
    bar = sheets.verticalScrollBar().value()
    QTest.keyClick(sheets, Qt.Key.Key_Right)
    QTest.keyClick(sheets, Qt.Key.Key_Home)
    QTest.keyClick(sheets, Qt.Key.Key_End, SHIFT)
    line = marked_text(file)
    assert len(line) > 3
    assert "\n\n" not in line
    QTest.keyClick(sheets, Qt.Key.Key_Down, SHIFT)
    assert marked_text(file).startswith(line)
    assert len(marked_text(file)) > len(line)
    QTest.keyClick(sheets, Qt.Key.Key_Up, SHIFT)
    assert marked_text(file) == line
    QTest.keyClick(sheets, Qt.Key.Key_Left)
    assert file.marked is None
    assert abs(sheets.verticalScrollBar().value() - bar) < 60
    QTest.keyClick(sheets, Qt.Key.Key_End, CONTROL)
    assert marking._caret_at() == len(text_of(file))
    assert sheets.verticalScrollBar().value() > bar
    QTest.keyClick(sheets, Qt.Key.Key_Home, CONTROL | SHIFT)
    assert file.marked == (0, len(text_of(file)))
    QTest.keyClick(sheets, Qt.Key.Key_Escape)
    QTest.keyClick(sheets, Qt.Key.Key_Escape)
    assert not marking.caret.isVisible()
    assert start > 0
    QTest.keyClick(sheets, Qt.Key.Key_A, CONTROL)
    assert file.marked == (0, len(text_of(file)))


def test_the_pages_come_to_a_pointer_that_is_held_below_them(window: MainWindow, open_file: Open, qtbot: QtBot) -> None:
    file = open_file(PDF)
    view = view_of(window, file)
    sheets = sheets_of(view)
    start, end = plain_words(file, "Customer operates a regional")
    at, _ = points(view, file, start, end)
    viewport, bar = sheets.viewport(), sheets.verticalScrollBar()
    QTest.mousePress(viewport, LEFT, pos=at)
    below = QPointF(at.x(), viewport.height() + 60)
    kind, none = QEvent.Type.MouseMove, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(viewport, QMouseEvent(kind, below, below, Qt.MouseButton.NoButton, LEFT, none))
    place = bar.value()
    qtbot.waitUntil(lambda: bar.value() > place + 100)
    grown = file.marked
    assert grown is not None
    assert grown[0] == start
    qtbot.waitUntil(lambda: file.marked is not None and file.marked[1] > grown[1])
    QTest.mouseRelease(viewport, LEFT, pos=QPoint(at.x(), viewport.height() - 1))
    assert view.desk is not None
    assert not view.desk.marking._scrolling.isActive()


def test_where_a_list_has_the_keys_all_is_every_row(window: MainWindow, open_file: Open) -> None:
    file = open_file(PDF)
    window.sidebar.contents.tree.setFocus()
    window.run_command("select-all")
    assert file.marked is None


def test_the_menu_acts_on_the_chosen_text(window: MainWindow, open_file: Open, qtbot: QtBot) -> None:
    file = open_file(PDF)
    view = view_of(window, file)
    assert view.guide is not None
    assert view.desk is not None
    assert not any("Copy" in action.text() for action in view.guide.menu(None).actions())
    start = text_of(file).index("Confidential Information")
    view.desk.marking.choose(start, start + 24)
    actions = {action.text(): action for action in view.guide.menu(None).actions()}
    actions["Copy"].trigger()
    assert QGuiApplication.clipboard().text() == "Confidential Information"
    actions["Find “Confidential Information”"].trigger()
    assert view.find_bar.isVisible()
    assert len(wait_for_hits(qtbot, view)) == text_of(file).lower().count("confidential information")
    assert view.find_bar.count.text().startswith("1 of ") or view.find_bar.current is not None


def test_words_are_found_as_they_are_typed(window: MainWindow, open_file: Open, qtbot: QtBot) -> None:
    file = open_file(PDF)
    view = view_of(window, file)
    sheets, bar = sheets_of(view), view.find_bar
    sheets.verticalScrollBar().setValue(0)
    before = sheets.verticalScrollBar().value()
    type_words(window, view, "LIABILITY")
    hits = wait_for_hits(qtbot, view)
    assert [text_of(file)[a:b].lower() for a, b in hits] == ["liability"] * text_of(file).lower().count("liability")
    assert bar.count.text() == f"1 of {len(hits)}"
    assert sheets._ranges.hits == hits
    assert sheets._ranges.current == hits[0]
    assert file.document is not None
    shown = sheets.rects(place_of(file.document, *hits[0]))[0]
    assert sheets.viewport().rect().contains(shown.center().toPoint())
    QTest.keyClick(bar.words, Qt.Key.Key_Return)
    assert bar.count.text() == f"2 of {len(hits)}"
    window.run_command("find-next")
    assert bar.count.text() == f"3 of {len(hits)}"
    window.run_command("find-previous")
    QTest.keyClick(bar.words, Qt.Key.Key_Return, SHIFT)
    QTest.keyClick(bar.words, Qt.Key.Key_Return, SHIFT)
    assert bar.count.text() == f"{len(hits)} of {len(hits)}"
    QTest.keyClick(bar.words, Qt.Key.Key_Escape)
    assert bar.isHidden()
    assert sheets.hasFocus()
    assert sheets._ranges.hits == []
    assert file.marked == hits[-1]  # to copy it, or to add it as a finding
    window.run_command("back")
    assert abs(sheets.verticalScrollBar().value() - before) <= 1


def test_case_whole_words_and_nothing(window: MainWindow, open_file: Open, qtbot: QtBot) -> None:
    file = open_file(PDF)
    view = view_of(window, file)
    bar = view.find_bar
    type_words(window, view, "provider")
    everywhere = len(wait_for_hits(qtbot, view))
    bar.match_case.click()
    assert len(wait_for_hits(qtbot, view)) == text_of(file).count("provider") < everywhere
    bar.match_case.click()
    bar.words.setText("agree")
    anywhere = len(wait_for_hits(qtbot, view))
    bar.whole_words.click()
    assert len(wait_for_hits(qtbot, view)) < anywhere
    bar.words.setText("there is no such word")
    wait_for_hits(qtbot, view)
    assert bar.count.text() == "Not found"
    assert not bar.next.isEnabled()
    bar.words.clear()
    assert bar.count.text() == ""


@pytest.fixture
def broken_lines(tmp_path: Path) -> Path:
    """A Japanese PDF whose words run over line ends and over a page's end."""
    path = tmp_path / "折返し.pdf"
    words = (
        "受託者は本契約に基づく業務の遂行に際して委託者の秘密情報を第三者に開示し又は漏えいしてはならず当該義務は" * 40
    )
    with pymupdf.open() as pdf:
        for number in range(2):
            page = pdf.new_page(width=595, height=842)
            for row in range(36):
                line = words[(number * 36 + row) * 24 : (number * 36 + row + 1) * 24]
                page.insert_text((60, 60 + row * 20), line, fontname="japan", fontsize=16)
        pdf.save(path)
    return path


def test_japanese_is_found_and_copied_over_line_and_page_ends(
    window: MainWindow, open_file: Open, qtbot: QtBot, broken_lines: Path
) -> None:
    file = open_file(broken_lines)
    view = view_of(window, file)
    assert file.document is not None
    end = file.document.pages[0].end
    text = text_of(file)
    tail, head = text[:end].rstrip()[-4:], text[end:].lstrip()[:4]
    type_words(window, view, tail + head)
    hits = wait_for_hits(qtbot, view)
    assert any(a < end <= b for a, b in hits)
    type_words(window, view, "委託者の秘密情報を第三者に開示し")
    hits = wait_for_hits(qtbot, view)
    sheets = sheets_of(view)
    lines = [len({round(rect.top()) for rect in sheets.rects(place_of(file.document, *hit))}) for hit in hits]
    assert max(lines) == 2
    view.find_bar.finish()
    window.run_command("copy")
    assert QGuiApplication.clipboard().text() == "委託者の秘密情報を第三者に開示し"


def test_a_million_characters_are_searched_without_holding_up_the_window(
    window: MainWindow, open_file: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "long.txt"
    unit = "The archive keeps every record of the year, １２ months long, in the order in which it came.\n\n"
    path.write_text(unit * (1_000_000 // len(unit)) + "The last record says: needle.\n", encoding="utf-8")
    file = open_file(path)
    view = view_of(window, file)
    window.run_command("find")
    view.find_bar.words.setText("needle")
    assert view.find_bar._search is not None
    assert not view.find_bar._search.is_done  # typing goes on while it is looked for
    assert view.find_bar.count.text() == ""
    hits = wait_for_hits(qtbot, view)
    assert [text_of(file)[a:b] for a, b in hits] == ["needle"]
    assert view.find_bar.count.text() == "1 of 1"
    view.find_bar.words.setText("12 months")
    assert len(wait_for_hits(qtbot, view)) == 1_000_000 // len(unit)


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """Twelve pages: i to iv, then 1 to 6, then A-1 and A-2."""
    path = tmp_path / "labelled.pdf"
    with pymupdf.open() as pdf:
        for number in range(12):
            page = pdf.new_page(width=595, height=842)
            page.insert_text((72, 72), f"This is what stands on sheet {number + 1} of the whole document, in words.")
        pdf.set_page_labels(
            [
                {"startpage": 0, "prefix": "", "style": "r", "firstpagenum": 1},
                {"startpage": 4, "prefix": "", "style": "D", "firstpagenum": 1},
                {"startpage": 10, "prefix": "A-", "style": "D", "firstpagenum": 1},
            ]
        )
        pdf.save(path)
    return path


def test_pages_are_gone_to_by_label(window: MainWindow, open_file: Open, labelled: Path) -> None:
    file = open_file(labelled)
    sheets, field = sheets_of(view_of(window, file)), window._toolbar.page
    for typed, page in (("iv", 4), ("A-2", 12), ("3", 7), ("page 12", 12)):
        window.run_command("go-to-page")
        assert field.edit.isVisible()
        field.edit.selectAll()
        QTest.keyClicks(field.edit, typed)
        QTest.keyClick(field.edit, Qt.Key.Key_Return)
        assert sheets.current_sheet() == page - 1
        assert not field.edit.isVisible()
        assert sheets.hasFocus()
    window.run_command("go-to-page")
    field.edit.selectAll()
    QTest.keyClicks(field.edit, "xx")
    QTest.keyClick(field.edit, Qt.Key.Key_Return)
    assert field.edit.isVisible()
    assert "xx" in field.hint.text()
    assert field.hint.property("role") == "wrong"
    QTest.keyClicks(field.edit, "i")
    assert field.hint.property("role") == "muted"
    QTest.keyClick(field.edit, Qt.Key.Key_Escape)
    assert not field.edit.isVisible()
    for page in (7, 12, 4):
        window.run_command("back")
        assert sheets.current_sheet() == page - 1
    window.run_command("forward")
    assert sheets.current_sheet() == 11


@pytest.mark.parametrize("path", [PDF, JAPANESE], ids=["pdf", "docx"])
def test_back_and_forward_hold_the_place_in_the_text(window: MainWindow, open_file: Open, path: Path) -> None:
    file = open_file(path)
    view = view_of(window, file)
    sheets, guide = sheets_of(view), view.guide
    assert guide is not None
    bar, text = sheets.verticalScrollBar(), text_of(file)
    bar.setValue(bar.maximum() // 4)
    start = bar.value()
    guide.go(len(text) - 400, len(text) - 380)
    there = bar.value()
    assert there > start + 300
    QTest.keyClick(window, Qt.Key.Key_Left, ALT)
    assert abs(bar.value() - start) <= 1
    QTest.keyClick(window, Qt.Key.Key_Right, ALT)
    assert abs(bar.value() - there) <= 1
    QTest.mousePress(sheets.viewport(), Qt.MouseButton.BackButton)
    assert abs(bar.value() - start) <= 1
    QTest.mousePress(sheets.viewport(), Qt.MouseButton.ForwardButton)
    assert abs(bar.value() - there) <= 1
    reading = sheets.nearest(QPointF(200, sheets.viewport().height() * 0.3))
    guide.back()
    sheets.zoom_by(1.4)  # elsewhere everything is now
    guide.forward()
    now = sheets.nearest(QPointF(200 * 1.4, sheets.viewport().height() * 0.3))
    assert reading is not None
    assert now is not None
    assert abs(now - reading) < 400


def test_two_views_side_by_side(window: MainWindow, session: Session, open_file: Open, qtbot: QtBot) -> None:
    japanese, file = open_file(JAPANESE), open_file(PDF)
    both = window.both
    assert both.right.isHidden()
    assert both.left.head.isHidden()
    window.run_command("beside")
    right = both.view
    assert right is not None
    assert session.state.beside_key == japanese.key  # the one that was in view before
    assert window.actions_by_id["beside"].isChecked()
    qtbot.waitUntil(lambda: right.sheets is not None)
    assert both.right.head.property("active") == "true"
    assert window.panel.isVisible()
    assert abs(both.left.width() - both.right.width()) < 20
    both.right.chosen.emit(file.key)  # the same once more
    right = both.view
    assert right is not None
    assert right.sheets is not None
    left = sheets_of(view_of(window, file))
    place = left.verticalScrollBar().value()
    window.run_command("find")
    assert right.find_bar.isVisible()
    assert not view_of(window, file).find_bar.isVisible()
    right.find_bar.words.setText("governed")
    wait_for_hits(qtbot, right)
    assert left.verticalScrollBar().value() == place  # the other view stays
    right.find_bar.finish()
    assert left._ranges.marked == right.sheets._ranges.marked == file.marked
    zoom = left.zoom
    window.run_command("zoom-in")
    assert left.zoom == zoom
    window.run_command("other-view")
    assert both.left.head.property("active") == "true"
    assert left.hasFocus()
    window.run_command("zoom-in")
    assert left.zoom > zoom
    QTest.mouseClick(right.sheets.viewport(), LEFT, pos=QPoint(120, 200))
    assert session.state.beside_active
    window.run_command("beside")
    assert session.state.beside_key is None
    assert both.right.isHidden()
    assert session.state.current is file


def test_closing_a_document_that_stands_beside_another(window: MainWindow, session: Session, open_file: Open) -> None:
    japanese, file = open_file(JAPANESE), open_file(PDF)
    window.run_command("beside")
    window.run_command("close")
    assert list(session.state.files) == [file.key]
    assert session.state.current is file
    assert window.both.right.isHidden()
    window.run_command("beside")
    assert session.state.beside_key == file.key
    window.run_command("close")
    assert session.state.current is None
    assert window.both.right.isHidden()
    assert japanese.key not in window.views
