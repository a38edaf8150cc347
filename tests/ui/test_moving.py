"""Going to pages, back and forward, in a real window."""

from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from app.ui.main_window import MainWindow
from tests.ui.conftest import Open
from tests.ui.hands import ALT, JAPANESE, PDF, sheets_of, text_of, view_of


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
