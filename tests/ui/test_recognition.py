"""A page whose text another program recognised: the window says so, and one click has it recognised again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest

from app.documents.recognition.recogniser import is_installed
from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.ui.state import OpenFile
from tests.made_scans import Scan, as_scan

SENTENCE = "The Supplier shall indemnify the Customer."


@pytest.fixture
def misread(tmp_path: Path) -> Path:
    """A scan of the sentence with an invisible text that is wrong."""
    with pymupdf.open() as pdf:
        pdf.new_page(width=400, height=200).insert_text((40, 60), SENTENCE, fontsize=14)
        pdf.save(tmp_path / "text.pdf")
    scan = as_scan(tmp_path / "text.pdf", tmp_path / "scan.pdf", Scan(angle=0))
    with pymupdf.open(scan) as pdf:
        pdf[0].insert_text((40, 60), "Tne 5upplier sha11 lndemnify tne Gustomer.", fontsize=14, render_mode=3)
        pdf.save(tmp_path / "misread.pdf")
    return tmp_path / "misread.pdf"


@pytest.mark.skipif(not is_installed(), reason="the extra ocr is not installed")
def test_poor_text_is_told_of_and_recognised_again(
    window: MainWindow, session: Session, settle: Callable[[], OpenFile], misread: Path
) -> None:
    session.open([misread])
    file = settle()
    assert file.document is not None
    assert "5upplier" in file.document.text
    bar = window.views[file.key].bar
    assert bar.message is not None
    assert bar.message.command == "recognise"
    assert bar.action.text() == "Recognise again"
    assert window.actions_by_id["recognise"].isEnabled()
    bar.action.click()
    assert file.phase == "reading"
    settle()
    assert file.document is not None
    assert SENTENCE in file.document.text
    assert bar.message is not None
    assert "Page 1 was recognised" in bar.message.text
    assert bar.message.command is None
    assert not window.actions_by_id["recognise"].isEnabled()
