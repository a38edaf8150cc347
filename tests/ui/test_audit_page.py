"""The audit log and the reviewers' page, through the real window over a workspace that has a history."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from app.review.audit_words import ENTRIES, PROBLEMS, REDONE, STRANGER, UNDONE, WORDS
from app.review.findings import Finding, Opinion
from app.review.operations import SetDecision
from app.ui import audit_words
from app.ui.audit_page import AuditPage
from app.ui.audit_words import INNER, TEMPLATES
from app.ui.card_words import opinion_lines
from app.ui.filtering import Facets, Filter
from app.ui.main_window import MainWindow
from app.ui.merge_page import MergePage
from app.ui.session import Session
from app.ui.settings import Settings
from app.workspace.merging import hand_over, read_file
from app.workspace.store import Workspace
from tests.samples import make_analysis, make_document
from tests.ui.conftest import FAKE_MODEL

DOCUMENT = make_document()


def made(path: Path, reviewer: str, *decisions: str) -> bytes:
    with Workspace.open(path) as workspace:
        workspace.reviewer = reviewer
        workspace.save_analysis(DOCUMENT, make_analysis(DOCUMENT))
        for finding, decision in zip(workspace.findings(DOCUMENT.sha256), decisions, strict=False):
            workspace.apply(SetDecision(finding.id, decision))  # type: ignore[arg-type] -- words of the tests
        return hand_over(workspace)


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    made(tmp_path / "mine.fusen", "Mori", "accepted", "accepted")
    settings = Settings()
    settings.choose("reviewer", "Mori")
    session = Session(tmp_path / "mine.fusen", model_worker=FAKE_MODEL, settings=settings)
    shown = MainWindow(session)
    qtbot.addWidget(shown)
    shown.show()
    session.start()
    yield shown
    session.close()


def audit_page(window: MainWindow) -> AuditPage:
    window.run_command("audit-log")
    page = window.household._pages["audit"]
    assert isinstance(page, AuditPage)
    return page


def test_the_windows_words_are_those_of_the_log() -> None:
    assert set(TEMPLATES) == {*PROBLEMS.values(), *ENTRIES.values(), UNDONE, REDONE}
    assert audit_words.STRANGER == STRANGER
    assert INNER == WORDS


def test_the_log_shows_newest_first_and_is_verified(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    page = audit_page(window)
    rows = [[page.model.index(row, column).data() for column in range(3)] for row in range(page.model.rowCount())]
    assert [row[1:] for row in rows[:2]] == [
        ["Mori", "Handed over the review of services.pdf: 2 findings"],
        ["Mori", "Decided in services.pdf: accepted"],
    ]
    assert rows[-1][2] == "Workspace made"
    qtbot.mouseClick(page.verify_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "is whole" in page.result.text(), timeout=10_000)
    with closing(sqlite3.connect(tmp_path / "mine.fusen")) as other:
        other.execute("UPDATE findings SET decision = 'rejected' WHERE decision = 'accepted'")
        other.commit()
    page.verify()
    qtbot.waitUntil(lambda: "changed past the log" in page.result.text(), timeout=10_000)
    page.save(tmp_path / "log.jsonl")
    qtbot.waitUntil(lambda: "Saved" in page.result.text(), timeout=10_000)
    lines = (tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["number"] for line in lines] == list(range(1, len(rows) + 1))


def test_a_dropped_review_is_summed_up_and_merged_in_one_step(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    file = tmp_path / "sato.fusenreview"
    file.write_bytes(made(tmp_path / "theirs.fusen", "Sato", "accepted", "rejected", "accepted"))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    no_key, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    window.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, left, no_key))
    page = window.household._pages["reviewers"]
    assert isinstance(page, MergePage)
    assert page.isVisible()
    assert page.summary.text() == ("Sato decided on passages: 3. As you: 1. Otherwise: 1. Not decided by you: 1.")
    qtbot.mouseClick(page.merge_button, Qt.MouseButton.LeftButton)
    assert "Merged" in page.summary.text()
    assert "Mori, Sato: alike 50 % of 2 passages" in page.figures.text()
    assert "kappa 0.00; too few to tell much" in page.figures.text()
    rows = [
        [item.widget().text() for item in map(page.tags.itemAt, range(at, at + 3))]
        for at in range(0, page.tags.count(), 3)
    ]
    assert rows == [
        ["Cap on liability", "alike 1 of 1", "too few to tell much"],
        ["Governing law", "alike 0 of 1", "too few to tell much"],
    ]
    assert window._session.state.can_undo
    workspace = window._session.workspace
    assert workspace is not None
    assert [f.decided_by for f in workspace.findings(DOCUMENT.sha256)] == ["Mori", "Mori", "Sato"]
    window._session.undo()
    assert [f.decided_by for f in workspace.findings(DOCUMENT.sha256)] == ["Mori", "Mori", ""]
    window.household.take_review(tmp_path / "none.fusenreview")
    assert "There is no file" in page.summary.text()
    assert not page.merge_button.isEnabled()


def test_settings_that_results_depend_on_are_told(window: MainWindow) -> None:
    session = window._session
    session.settings.choose("recall", 0.8)
    session.settings.choose("theme", "dark")
    session.settings.choose("audit-text", True)
    workspace = session.workspace
    assert workspace is not None
    assert workspace.tells_texts
    told = [entry.details for _, entry, _ in workspace.audit.told() if entry and entry.kind == "setting-changed"]
    assert told == [{"key": "recall", "value": 0.8}, {"key": "audit-text", "value": True}]


def test_a_disagreement_is_told_in_the_card_and_chosen_by_a_chip() -> None:
    text = "Either party may terminate."
    finding = Finding("a", "b", 0, len(text), 1, text, (), 0.5, (0.4, 0.6), (), 1, True, "accepted", decided_by="Mori")
    other = replace(finding, id="c", opinions=(Opinion("Sato", "rejected", "Usual"), Opinion("Ito", "accepted")))
    assert opinion_lines(finding) == ""
    assert opinion_lines(other).split("\n") == [
        "The reviewers disagree; decide again to settle it.",
        "You: accepted",
        "Sato: rejected – “Usual”",
        "Ito: accepted",
    ]
    facets = Facets()
    facets.replace([finding, other])
    assert dict(facets.options("kind")) == {"model": 2, "disputed": 1}
    facets.use(Filter().toggled("kind", "disputed"))
    assert [name for name, record in facets.records.items() if not record.fails] == ["c"]


def test_a_review_is_handed_over_without_the_documents_words(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "mine.fusenreview"
    monkeypatch.setattr("app.ui.dialogs.ask_output", lambda *_: output)
    window.run_command("hand-over")
    page = window.household._pages["reviewers"]
    assert isinstance(page, MergePage)
    for box_is_ticked in (False, True):
        page.without_texts.setChecked(box_is_ticked)
        output.unlink(missing_ok=True)
        page.hand_over_button.click()
        qtbot.waitUntil(output.exists, timeout=10_000)
        words = [found.proposed.text for each in read_file(output).documents for found in each.findings]
        assert any(words) is not box_is_ticked
