"""Japanese is written with an input method in every field; single keys are commands where there is none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pymupdf
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QKeySequenceEdit, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.ui.state import OpenFile
from tests.ui.conftest import EXAMPLE

Settle = Callable[[], OpenFile]


def fields(window: QWidget) -> list[QWidget]:
    """Where words are typed now."""
    found: list[QWidget] = []
    for kind in (QLineEdit, QPlainTextEdit):
        for field in window.findChildren(kind):
            is_key = isinstance(field.parentWidget(), QKeySequenceEdit)
            if field.isVisible() and not field.isReadOnly() and not is_key:
                found.append(field)
    return [field for field in found if "spinbox" not in field.objectName()]


def text_of(field: QWidget) -> str:
    assert isinstance(field, QLineEdit | QPlainTextEdit)
    return field.text() if isinstance(field, QLineEdit) else field.toPlainText()


def compose(field: QWidget) -> None:
    """Write 法的 as an input method does: kana that are being composed, then the word."""
    field.setFocus()
    for preedit in ("ほ", "ほう", "ほうてき"):
        QApplication.sendEvent(field, QInputMethodEvent(preedit, []))
    done = QInputMethodEvent("", [])
    done.setCommitString("法的")
    QApplication.sendEvent(field, done)


def check(window: QWidget) -> int:
    found = fields(window)
    for field in found:
        before = text_of(field)
        assert field.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled), field.accessibleName()
        compose(field)
        assert "法的" in text_of(field), field.accessibleName()
        assert len(text_of(field)) == len(before) + 2
    return len(found)


def test_comments(qtbot: QtBot, window: MainWindow, session: Session, settle: Settle) -> None:
    session.open([EXAMPLE])
    file = settle()
    finding = file.findings.selected
    assert finding is not None
    qtbot.keyClick(window, Qt.Key.Key_C)
    assert check(window) >= 1
    window.panel.card.edit_comment()
    field = QApplication.focusWidget()
    QApplication.sendEvent(field, QInputMethodEvent("かんがえちゅう", []))
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    kept = file.findings.get(finding.id)
    assert kept is not None
    assert kept.comment == "法的"  # what was only being composed is no part of it
    assert kept.decision == "undecided"


def test_settings(window: MainWindow) -> None:
    window.run_command("settings")
    assert check(window) >= 2


def test_passwords(window: MainWindow, session: Session, settle: Settle, tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    with pymupdf.open() as document:
        document.new_page()
        document.save(path, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="x", owner_pw="y")
    session.open([path])
    file = settle()
    field = window.views[file.key].state.password
    # Qt gives a hidden field no composing, but what an input method commits arrives.
    done = QInputMethodEvent("", [])
    done.setCommitString("鍵")
    field.setFocus()
    QApplication.sendEvent(field, done)
    assert field.text() == "鍵"


def test_single_keys_are_commands_while_an_input_method_is_on(
    window: MainWindow, session: Session, settle: Settle
) -> None:
    """Where nothing is written, no widget asks for an input method, so it lets the keys pass."""
    session.open([EXAMPLE])
    file = settle()
    sheets = window.views[file.key].sheets
    assert sheets is not None
    for widget in (window, window.panel.list, sheets, window.sidebar.list, window.sidebar.contents.tree):
        assert not widget.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
