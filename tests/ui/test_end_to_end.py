"""The main job through the real window, and what must never be lost on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from app.review.selection import FIRST, selected_share
from app.ui.main_window import MainWindow
from app.ui.relations import relations
from app.ui.session import Session
from app.ui.state import BUSY, OpenFile
from app.ui.tiles import coarse_tile
from app.ui.widgets import PassageButton
from app.workspace.store import Workspace
from tests.ui.conftest import EXAMPLE

Settle = Callable[[], OpenFile]
ROOT = EXAMPLE.parents[2]


def review_and_export(qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, output: Path) -> None:
    session.open([EXAMPLE])
    file = settle()
    assert file.phase == "ready", file.problem
    accepted = file.findings.selected
    assert accepted is not None
    qtbot.keyClick(window, Qt.Key.Key_A)
    rejected = file.findings.selected
    assert rejected is not None
    assert rejected.id != accepted.id  # the next undecided one came by itself
    qtbot.keyClick(window, Qt.Key.Key_R)
    session.exporter.export(file, "export-pdf", output)
    qtbot.waitUntil(lambda: window.views[file.key].bar.message is not None, timeout=60_000)
    message = window.views[file.key].bar.message
    assert message is not None
    assert message.kind == "success", message.text

    with pymupdf.open(output) as exported:
        page = exported[accepted.page - 1]
        covered = [
            {word[4] for word in page.get_text("words") if _inside(word, annotation.vertices)}
            for annotation in page.annots(types=[pymupdf.PDF_ANNOT_HIGHLIGHT])
        ]
    assert set(accepted.text.split()) in covered
    if rejected.page == accepted.page:
        assert set(rejected.text.split()) not in covered


def _inside(word: tuple[float, ...], vertices: list[tuple[float, float]]) -> bool:
    x, y = (word[0] + word[2]) / 2, (word[1] + word[3]) / 2
    for start in range(0, len(vertices), 4):
        xs, ys = zip(*vertices[start : start + 4], strict=True)
        if min(xs) <= x <= max(xs) and min(ys) <= y <= max(ys):
            return True
    return False


def test_a_contract_is_read_decided_on_and_exported(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    review_and_export(qtbot, window, session, settle, tmp_path / "annotated.pdf")


@pytest.mark.slow
def test_the_same_with_the_trained_model(qtbot: QtBot, tmp_path: Path) -> None:
    session = Session(tmp_path / "reviews.fusen")
    window = MainWindow(session)
    qtbot.addWidget(window)
    window.show()
    session.start()

    def wait() -> OpenFile:
        def ended() -> bool:
            return session.state.current is not None and session.state.current.phase not in BUSY

        qtbot.waitUntil(ended, timeout=600_000)  # the slowest machines have two busy cores
        assert session.state.current is not None
        return session.state.current

    try:
        review_and_export(qtbot, window, session, wait, tmp_path / "annotated.pdf")
    finally:
        session.close()


@pytest.mark.parametrize("ending", ["docx", "markdown", "json"])
def test_a_brief_is_written_where_the_user_chose(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path, ending: str
) -> None:
    session.open([EXAMPLE])
    file = settle()
    qtbot.keyClick(window, Qt.Key.Key_A)
    output = tmp_path / f"brief.{ending}"
    session.exporter.export(file, f"export-{ending}", output)
    qtbot.waitUntil(lambda: window.views[file.key].bar.message is not None, timeout=30_000)
    message = window.views[file.key].bar.message
    assert message is not None
    assert message.kind == "success", message.text
    assert output.stat().st_size > 500
    assert session.exporter.suggestion(file, f"export-{ending}").stem == f"{file.path.stem}-brief"
    assert session.exporter.suggestion(file, "export-pdf").name == f"{file.path.stem}-annotated.pdf"


def test_the_document_itself_is_never_overwritten(
    window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    copy = tmp_path / "mine.pdf"
    copy.write_bytes(EXAMPLE.read_bytes())
    session.open([copy])
    file = settle()
    session.exporter.export(file, "export-pdf", copy)
    message = window.views[file.key].bar.message
    assert message is not None
    assert message.kind == "error"
    assert copy.read_bytes() == EXAMPLE.read_bytes()


def test_a_dropped_file_opens(window: MainWindow, session: Session, settle: Settle) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(EXAMPLE))])
    event = QDropEvent(
        QPointF(100, 100), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    window.dropEvent(event)
    assert settle().phase == "ready"


def test_undo_redo_comment_and_keys(qtbot: QtBot, window: MainWindow, session: Session, settle: Settle) -> None:
    session.open([EXAMPLE])
    file = settle()
    first = file.findings.selected_id
    assert first is not None
    qtbot.keyClick(window, Qt.Key.Key_A)
    qtbot.keyClick(window, Qt.Key.Key_U)
    undone = file.findings.get(first)
    assert undone is not None
    assert undone.decision == "undecided"
    assert file.findings.selected_id == first
    session.redo()
    redone = file.findings.get(first)
    assert redone is not None
    assert redone.decision == "accepted"
    qtbot.keyClick(window, Qt.Key.Key_N)
    second = file.findings.selected_id
    assert second != first
    qtbot.keyClick(window, Qt.Key.Key_P)
    assert file.findings.selected_id == first
    session.comment(file, first, "  責任の上限を確認  ")
    commented = file.findings.get(first)
    assert commented is not None
    assert (commented.comment, commented.decision) == ("責任の上限を確認", "accepted")


def test_a_second_look_needs_no_second_analysis(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    session.open([EXAMPLE])
    file = settle()
    qtbot.keyClick(window, Qt.Key.Key_A)
    session.close_current()
    assert session.state.current is None
    session.open([EXAMPLE])
    again = settle()
    assert again.document is None  # it was not even read
    assert again.findings.counts().accepted == 1
    assert len(again.findings) == len(file.findings)


def test_cancel_leaves_the_pages(qtbot: QtBot, window: MainWindow, session: Session, tmp_path: Path) -> None:
    slow = tmp_path / "slow.md"
    slow.write_text("# Take your time\n\nThe supplier shall not assign this agreement to anyone.\n", encoding="utf-8")
    session.open([slow])
    file = session.state.current
    assert file is not None
    qtbot.waitUntil(lambda: file.phase == "analysing", timeout=30_000)
    session.cancel()
    assert file.phase == "stopped"
    assert window.views[file.key].sheets is not None
    qtbot.waitUntil(lambda: not window.panel.cancel.isVisible(), timeout=5_000)


@pytest.mark.parametrize(
    ("name", "content", "phase"),
    [
        ("gone.pdf", None, "failed"),
        ("empty.pdf", b"", "failed"),
        ("damaged.pdf", b"%PDF-1.7\nnot really", "failed"),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(40), "failed"),
    ],
)
def test_a_bad_file_says_what_to_do_and_leaves_others_alone(
    window: MainWindow, session: Session, settle: Settle, tmp_path: Path, name: str, content: bytes | None, phase: str
) -> None:
    session.open([EXAMPLE])
    good = settle()
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    session.open([path])
    bad = settle()
    assert bad.phase == phase
    assert bad.problem is not None
    assert bad.problem.message in window.views[bad.key].state.title.text()
    assert bad.problem.advice in window.views[bad.key].state.text.text()
    assert good.phase == "ready"


def test_a_password_is_asked_for_and_opens(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    locked = tmp_path / "locked.pdf"
    with pymupdf.open(EXAMPLE) as document:
        document.save(locked, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="付箋", owner_pw="o")
    session.open([locked])
    file = settle()
    assert file.phase == "locked"
    view = window.views[file.key].state
    view.password.setText("wrong")
    view.button.click()
    qtbot.waitUntil(lambda: file.phase == "locked" and file.problem is not None, timeout=30_000)
    view.password.setText("付箋")
    view.button.click()
    qtbot.waitUntil(lambda: file.phase == "ready", timeout=60_000)


KILLED = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from app.ui.main_window import MainWindow
from app.ui.session import Session
application = QApplication([])
session = Session(Path(sys.argv[1]), model_worker="tests.ui.fake_model_worker")
window = MainWindow(session)
window.show()
session.start()
session.open([Path(sys.argv[2])])
def look(key):
    file = session.state.files[key]
    if file.phase == "ready" and file.findings.counts().accepted == 0:
        session.decide("accepted")
        print("decided", flush=True)
session.hub.selected.connect(look)
application.exec()
"""


def test_a_decision_survives_a_kill(tmp_path: Path) -> None:
    store = tmp_path / "reviews.fusen"
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(store), str(EXAMPLE)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    with process:
        assert process.stdout.readline() == "decided\n"
        process.send_signal(signal.SIGKILL)
        process.wait()
    with Workspace.open(store) as workspace:
        (document,) = workspace.documents()
        assert [f.decision for f in workspace.findings(document.sha256)].count("accepted") == 1


def test_the_window_loads_neither_torch_nor_pymupdf() -> None:
    code = "import sys, app.ui.application as a; print([m for m in ('torch', 'pymupdf', 'fitz', 'model') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_more_and_less_of_the_text_is_selected_and_decisions_stay(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    session.open([EXAMPLE])
    file = settle()
    decided = file.findings.selected_id
    assert decided is not None
    qtbot.keyClick(window, Qt.Key.Key_R)
    proposed, looked_at = len(file.findings), file.findings.selected_id
    qtbot.keyClick(window, Qt.Key.Key_BracketRight)
    assert len(file.findings) > proposed
    assert file.findings.selected_id == looked_at
    for _ in range(12):
        qtbot.keyClick(window, Qt.Key.Key_BracketLeft)
    assert len(file.findings) < proposed
    kept = file.findings.get(decided)
    assert kept is not None
    assert kept.decision == "rejected"
    session.close_current()
    session.open([EXAMPLE])
    again = settle()
    assert again.analysis is not None
    assert again.analysis.settings.share == 0.01  # kept over a restart
    window.panel.sensitivity.target.click()
    assert len(again.findings) > proposed
    assert again.analysis.settings.share is None
    assert not window.panel.sensitivity.target.isVisible()


def test_the_window_starts_with_the_most_important_fifth(window: MainWindow, session: Session, settle: Settle) -> None:
    session.open([EXAMPLE])
    file = settle()
    assert file.analysis is not None
    assert file.analysis.settings.share == FIRST
    assert file.proposed_share is not None
    assert file.proposed_share > selected_share(file.analysis)
    assert f"{file.proposed_share:.0%}" in window.panel.sensitivity.target.text()


def test_the_summary_and_links_lead_to_their_passages(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    session.open([EXAMPLE])
    file = settle()
    sheets = window.views[file.key].sheets
    assert sheets is not None
    assert file.analysis is not None
    finding = next(f for f in file.findings if relations(file.analysis, f))
    target = relations(file.analysis, finding)[0].passage
    session.select(file, finding.id)
    qtbot.waitUntil(lambda: any(not b.isHidden() for b in window.panel.card.findChildren(PassageButton)))
    button = next(b for b in window.panel.card.findChildren(PassageButton) if not b.isHidden())
    assert target.text[:40] in button.accessibleName()
    button.click()
    shown = file.findings.selected
    assert shown is not None
    assert (shown.id == finding.id) == (file.findings.at(target.start, target.end) is None)
    assert sheets.current_sheet() in (target.page - 2, target.page - 1, target.page)
    qtbot.keyClick(window, Qt.Key.Key_S)
    entries = window.panel.overview.findChildren(PassageButton)
    assert sum(entry.property("chosen") for entry in entries) == len(file.analysis.summary)
    qtbot.mouseClick(entries[-1], Qt.MouseButton.LeftButton)
    assert session.state.summary
    qtbot.keyClick(window, Qt.Key.Key_A)  # decides nothing that does not show
    assert file.findings.counts().decided == 0
    qtbot.keyClick(window, Qt.Key.Key_N)
    assert not session.state.summary


def test_undo_shows_the_document_that_it_changed(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    session.open([EXAMPLE])
    first = settle()
    qtbot.keyClick(window, Qt.Key.Key_A)
    note = tmp_path / "note.md"
    note.write_text("# Note\n\nThe supplier shall not assign this agreement to anyone.\n", encoding="utf-8")
    session.open([note])
    settle()
    qtbot.keyClick(window, Qt.Key.Key_U)
    assert session.state.current is first
    assert first.findings.counts().decided == 0
    qtbot.keyClick(window, Qt.Key.Key_A)
    session.close_current()
    qtbot.keyClick(window, Qt.Key.Key_U)
    shown = session.state.current
    assert shown is not None
    assert window.views[shown.key].bar.message is not None


def test_a_page_that_cannot_be_drawn_says_so(window: MainWindow, session: Session, settle: Settle) -> None:
    session.open([EXAMPLE])
    file = settle()
    assert file.opened is not None
    session.images.forget(file.key)
    page = file.opened.pages[0]
    session.images._give_up((file.key, coarse_tile(1, page.width, page.height)))
    assert session.images.is_lost(file.key, 1)
    view = window.views[file.key].sheets
    assert view is not None
    view.verticalScrollBar().setValue(0)
    view.grab()
    session.images.forget(file.key)
    assert not session.images.is_lost(file.key, 1)
