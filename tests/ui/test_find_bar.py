"""Finding words in a document, in a real window."""

from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.ui.lookup import place_of
from app.ui.main_window import MainWindow
from tests.ui.conftest import Open
from tests.ui.hands import PDF, SHIFT, sheets_of, text_of, type_words, view_of, wait_for_hits


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
