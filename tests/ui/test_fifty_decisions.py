"""Fifty decisions on a real contract by keyboard alone: how many keys does a decision take?"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.workspace.store import Workspace
from tests.ui.conftest import EXAMPLE

CONTRACTS = EXAMPLE.parents[3] / "shared" / "documents" / "contracts"
DECISIONS, MOST_KEYS = 50, 1.2
Key = Qt.Key


def contract() -> Path:
    """A real one of many pages, where such lie beside the repository; else the example."""
    found = sorted(CONTRACTS.glob("*Development Agreement.pdf")) if CONTRACTS.is_dir() else []
    return found[0] if found else EXAMPLE


@pytest.mark.slow
def test_a_decision_takes_hardly_more_than_one_key(
    qtbot: QtBot, window: MainWindow, session: Session, tmp_path: Path
) -> None:
    session.open([contract()])
    file = session.state.current
    assert file is not None
    qtbot.waitUntil(lambda: file.phase == "ready" and file.document is not None, timeout=300_000)
    session.choose_share(0.75)  # so many findings that there are fifty
    assert len(file.findings) >= DECISIONS
    keys = 0

    def press(*pressed: Key) -> None:
        nonlocal keys
        for key in pressed:
            qtbot.keyClick(QApplication.focusWidget() or window, key)
            keys += 1

    # A review as it goes: mostly accept and reject; a few are skipped, one is undone, one gets other ends, one an owner.
    plan = [Key.Key_A, Key.Key_R, Key.Key_A, Key.Key_A, Key.Key_R] * 10
    for number, key in enumerate(plan):
        if number in (12, 33):
            press(Key.Key_K)
        if number == 20:
            press(Key.Key_U, key)
        if number == 27:
            press(Key.Key_E, Key.Key_Left, Key.Key_Return)
            continue
        press(key)
    assert file.sha256 is not None
    with Workspace.open(session._path) as workspace:
        findings = workspace.findings(file.sha256)
    counts = Counter(finding.decision for finding in findings)
    decided = sum(counts.values()) - counts["undecided"]
    assert decided == DECISIONS, counts
    assert counts["edited"] == 1
    assert sum(finding.skipped for finding in findings) == 2
    assert keys / decided <= MOST_KEYS, f"{keys} keys for {decided} decisions"
