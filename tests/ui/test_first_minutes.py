"""The first five minutes, from the start page to the brief, by keys."""

from __future__ import annotations

from pathlib import Path

import docx
from PIL import Image
from pytestqt.qtbot import QtBot

from app.ui.main_window import MainWindow
from app.ui.session import Session
from tests.ui.first_minutes import COMMENT, DECISIONS, Minutes, write_film


def test_ten_decisions_a_question_and_a_brief(
    qtbot: QtBot, window: MainWindow, session: Session, tmp_path: Path
) -> None:
    minutes = Minutes(window, session, tmp_path / "brief.docx")
    file = minutes.play()
    counts = file.findings.counts()
    assert (counts.accepted, counts.rejected) == (DECISIONS.count("A"), DECISIONS.count("R"))
    assert [finding.comment for finding in file.findings.all() if finding.comment] == [COMMENT]
    message = window.views[file.key].bar.message
    assert message is not None
    assert message.kind == "success", message.text
    brief = docx.Document(str(minutes.output))
    told = "\n".join(cell.text for table in brief.tables for row in table.rows for cell in row.cells)
    assert COMMENT in told
    write_film(minutes.frames[:3], tmp_path / "film.gif")
    with Image.open(tmp_path / "film.gif") as film:
        assert film.n_frames >= 2
