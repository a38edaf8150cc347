"""An encrypted workspace in the window: asked for at the start, protected in the settings, documents forgotten."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot
from samples import make_analysis, make_document

from app.errors import FusenError
from app.ui.main_window import MainWindow
from app.ui.protecting import ProtectionPart
from app.ui.session import Session
from app.ui.settings_page import SettingsPage
from app.ui.state import OpenFile
from app.ui.unlocking import Unlocking, UnlockPage
from app.workers.starting import environment
from app.workspace import encryption, rewriting
from app.workspace.encryption import Cost, Key
from app.workspace.store import Workspace
from tests.ui.conftest import EXAMPLE, FAKE_MODEL

PASSPHRASE = "correct horse battery"
DOCUMENT = make_document()
Settle = Callable[[], OpenFile]


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[bytes, bytes]]:
    """A keyring that is there, and what it keeps."""
    store: dict[bytes, bytes] = {}
    monkeypatch.setattr(encryption, "COST", Cost(1, 64, 1))
    monkeypatch.setattr("app.workspace.key_store.is_available", lambda: True)
    monkeypatch.setattr("app.workspace.key_store._kept", store.get)
    monkeypatch.setattr("app.workspace.key_store.remember", lambda key: store.__setitem__(key.salt, key.secret))
    monkeypatch.setattr("app.workspace.key_store.forget", lambda key: store.pop(key.salt, None))
    yield store
    monkeypatch.setattr(encryption, "_known", encryption._Keyring())


@pytest.fixture
def locked(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    """A window before an encrypted workspace that holds a document."""
    path = tmp_path / "secret.fusen"
    with Workspace.open(path) as workspace:
        workspace.save_analysis(DOCUMENT, make_analysis(DOCUMENT))
    rewriting.encrypt(path, PASSPHRASE)
    encryption._known = encryption._Keyring()
    session = Session(path, model_worker=FAKE_MODEL)
    window = MainWindow(session)
    qtbot.addWidget(window)
    window.show()
    yield window
    session.close()


def test_the_start_loads_nothing_of_it() -> None:
    code = "import app.cli, app.ui.application, app.ui.protecting, sys\n"
    code += "print([m for m in ('sqlcipher3', 'cryptography', 'keyring') if m in sys.modules])"
    told = subprocess.check_output([sys.executable, "-c", code], env=environment(), text=True)
    assert told.strip() == "[]"


def unlock_page(window: MainWindow) -> UnlockPage:
    page = window.cover
    assert isinstance(page, UnlockPage)
    return page


def test_the_passphrase_is_asked_for_and_a_wrong_one_is_said(qtbot: QtBot, locked: MainWindow) -> None:
    unlocking = Unlocking(locked, locked._session)
    unlocking.begin()
    page = unlock_page(locked)
    assert page.isVisible()
    needs = [locked.actions_by_id[each] for each in ("export", "audit-log", "search-all", "matrix", "hand-over")]
    assert not any(action.isEnabled() for action in needs)
    assert page.field.echoMode() == QLineEdit.EchoMode.Password
    locked._session.open([EXAMPLE])  # from a second start: it waits
    qtbot.waitUntil(page.remember.isEnabled)
    qtbot.keyClicks(page.field, "a wrong passphrase")
    qtbot.keyClick(page.field, Qt.Key.Key_Return)
    qtbot.waitUntil(page.wrong.isVisible)
    assert page.field.selectedText()
    locked.run_command("settings")
    locked.run_command("settings")
    assert page.isVisible(), "there is no way around it"
    qtbot.keyClicks(page.field, PASSPHRASE)
    with qtbot.waitSignal(unlocking.opened):
        qtbot.mouseClick(page.button, Qt.MouseButton.LeftButton)
    assert [entry.sha256 for entry in locked._session.archive.shelf()] == [DOCUMENT.sha256]
    assert locked.cover is None
    assert all(action.isEnabled() for action in needs)
    assert [file.path for file in locked._session.state.files.values()] == [EXAMPLE]


def test_a_remembered_key_opens_it_at_the_next_start(
    qtbot: QtBot, locked: MainWindow, kept: dict[bytes, bytes]
) -> None:
    path = locked._session.path
    key: Key = encryption.unlock(path, PASSPHRASE)
    encryption._known = encryption._Keyring()
    unlocking = Unlocking(locked, locked._session)
    kept[key.salt] = key.secret
    with qtbot.waitSignal(unlocking.opened):
        unlocking.begin()
    assert locked._session.is_open


def part_of(window: MainWindow) -> ProtectionPart:
    window.run_command("settings")
    assert window.household._protecting is not None
    return window.household._protecting.part


def fill(qtbot: QtBot, part: ProtectionPart, passphrase: str) -> None:
    for field in (part.first, part.second):
        qtbot.keyClicks(field, passphrase)
    part.understood.setChecked(True)


def test_encrypting_changing_and_decrypting_in_the_settings(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, kept: dict[bytes, bytes]
) -> None:
    session.settings.choose("reviewer", "Sato")
    session.open([EXAMPLE])
    findings = settle().findings.all()
    session.decide("accepted")
    part = part_of(window)
    page = window.household.page("settings")
    assert isinstance(page, SettingsPage)
    page.rows["show-recent"].control.setFocus()
    qtbot.keyClick(page.rows["show-recent"].control, Qt.Key.Key_Tab)
    assert window.focusWidget() is part.encrypt, "which was made after the keys below it"
    part.encrypt.click()
    qtbot.keyClicks(part.first, "not to be kept")
    part.cancel.click()
    assert (part.first.text(), window.focusWidget()) == ("", part.encrypt)
    part.encrypt.click()
    assert not part.go.isEnabled()
    qtbot.keyClicks(part.first, PASSPHRASE)
    qtbot.keyClicks(part.second, "a typing error")
    assert "differ" in part.wrong.text()
    part.second.clear()
    qtbot.keyClicks(part.second, PASSPHRASE)
    assert not part.go.isEnabled(), "what a lost passphrase means is to be understood first"
    part.understood.setChecked(True)
    qtbot.waitUntil(part.remember.isEnabled)
    part.remember.setChecked(True)
    part.go.click()
    qtbot.waitUntil(part.result.isVisible)
    assert encryption.state_of(session.path) == "encrypted"
    assert len(kept) == 1
    assert part.isVisible()
    assert part.first.text() == ""
    file = settle()
    assert [finding.id for finding in file.findings.all()] == [finding.id for finding in findings]
    assert "accepted" in [finding.decision for finding in file.findings.all()]
    part = part_of(window) if not part.isVisible() else part
    part.change.click()
    fill(qtbot, part, "another passphrase")
    part.remember.setChecked(False)
    part.go.click()
    qtbot.waitUntil(part.result.isVisible)
    assert kept == {}, "the key of before is of no use"
    encryption.unlock(session.path, "another passphrase")
    settle()
    part = part_of(window) if not part.isVisible() else part
    part.decrypt.click()
    assert not part.first.isVisible()
    part.go.click()
    qtbot.waitUntil(part.result.isVisible)
    assert encryption.state_of(session.path) == "plain"
    session.settings.choose("recall", 0.8)
    assert session.workspace is not None
    protected = [(e.kind, e.by) for _, e, _ in session.workspace.audit.told() if e and e.kind.endswith("crypted")]
    assert protected == [("encrypted", "Sato"), ("encrypted", "Sato"), ("decrypted", "Sato")]
    told = [entry for _, entry, _ in session.workspace.audit.told() if entry and entry.kind == "setting-changed"]
    assert len(told) == 1, "who listens does so once, however often the workspace was opened"


def test_what_fails_is_said_and_the_workspace_goes_on(
    qtbot: QtBot, window: MainWindow, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise FusenError("timeout", "Another window or program is writing to it.", "Close it.")

    monkeypatch.setattr(rewriting, "encrypt", fail)
    part = part_of(window)
    part.encrypt.click()
    fill(qtbot, part, PASSPHRASE)
    part.go.click()
    qtbot.waitUntil(part.result.isVisible)
    assert "Another window" in part.result.text()
    assert session.is_open


def test_a_document_is_forgotten_after_a_question(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    session.open([EXAMPLE])
    file = settle()
    words = next(iter(file.findings.all())).text[:30].encode()
    session.comment(file, next(iter(file.findings.all())).id, "planted comment")
    assert file.sha256 is not None
    window.sidebar.list.setCurrentRow(0)
    window.sidebar.forget.trigger()
    bar = window.forgetting.bar
    assert bar.isVisible()
    assert bar.cancel.hasFocus()
    qtbot.keyClick(bar.cancel, Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert session.state.files
    window.forgetting.ask(file.sha256)
    bar.forget.click()
    qtbot.waitUntil(lambda: not bar.isVisible())
    assert not session.state.files
    assert session.archive.shelf() == ()
    assert window.bar.message is not None
    assert EXAMPLE.name in window.bar.message.text
    assert not window.actions_by_id["undo"].isEnabled()
    window.restoring.write()
    for stored in session.path.parent.glob("reviews.fusen*"):
        content = stored.read_bytes()
        for planted in (words, b"planted comment", str(EXAMPLE).encode()):
            assert planted not in content, stored


def test_a_recent_document_can_be_forgotten(qtbot: QtBot, window: MainWindow, session: Session, settle: Settle) -> None:
    session.open([EXAMPLE])
    sha256 = settle().sha256
    session.close_current()
    row = window.start._rows[sha256 or ""]
    row.forget.trigger()
    assert window.forgetting.bar.isVisible()
    window.forgetting.bar.forget.click()
    qtbot.waitUntil(lambda: not window.forgetting.bar.isVisible())
    assert not window.start._rows
