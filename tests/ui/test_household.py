"""Settings, keys, about and the layout, through the real window."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QSpinBox, QSplitter, QWidget
from pytestqt.qtbot import QtBot

from app.ui import remembered
from app.ui.about_page import AboutPage
from app.ui.appearance import appearance
from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.ui.settings import Settings
from app.ui.settings_page import CONTROL_WIDTH, SettingsPage
from app.ui.state import OpenFile
from app.ui.theme import LIGHT
from tests.ui.conftest import EXAMPLE, FAKE_MODEL

Settle = Callable[[], OpenFile]


def settings_page(window: MainWindow) -> SettingsPage:
    window.run_command("settings")
    page = window.household._pages["settings"]
    assert isinstance(page, SettingsPage)
    assert page.isVisible()
    return page


# ---- settings


def test_settings_take_the_place_of_the_document_and_give_it_back(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    session.open([EXAMPLE])
    file = settle()
    chosen = file.findings.selected
    assert chosen is not None
    qtbot.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    page = window.household._pages["settings"]
    assert page.isVisible()
    assert not window.panel.isVisible()
    assert not window.sidebar.isVisible()
    page.setFocus()
    qtbot.keyClick(page, Qt.Key.Key_A)  # the finding that does not show is not accepted
    assert file.findings.get(chosen.id).decision == "undecided"
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert not page.isVisible()
    assert window.panel.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_A)
    assert file.findings.get(chosen.id).decision == "accepted"


def test_a_document_that_is_opened_shows_instead_of_the_settings(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    page = settings_page(window)
    session.open([EXAMPLE])
    settle()
    assert not page.isVisible()
    assert not session.state.away


def test_the_search_leaves_what_has_the_words(window: MainWindow) -> None:
    page = settings_page(window)
    page.search.setText("memory MODEL")
    assert [key for key, row in page.rows.items() if row.isVisible()] == ["model-memory"]
    assert not page.keys.isVisible() or not any(row.isVisible() for row in page.keys.rows.values())
    page.search.setText("ctrl+p")
    assert [key for key, row in page.keys.rows.items() if row.isVisible()] == ["print"]
    page.search.setText("dark")
    assert "theme" in [key for key, row in page.rows.items() if row.isVisible()]  # by its choices
    page.search.setText("xyzzy")
    assert page._none.isVisible()
    page.search.clear()
    assert all(row.isVisible() for row in page.rows.values())


def test_a_choice_takes_effect_and_is_kept(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    session = Session(tmp_path / "reviews.fusen", model_worker=FAKE_MODEL, settings=Settings.load(file))
    window = MainWindow(session)
    qtbot.addWidget(window)
    window.show()
    pixels = QApplication.font().pixelSize()
    try:
        page = settings_page(window)
        theme, size, name = (page.rows[key].control for key in ("theme", "text-size", "reviewer"))
        assert isinstance(theme, QComboBox)
        assert isinstance(size, QSpinBox)
        assert isinstance(name, QLineEdit)
        theme.setCurrentIndex(theme.findData("dark"))
        assert appearance().theme.dark
        size.setValue(150)
        assert QApplication.font().pixelSize() == round(pixels * 1.5)
        assert theme.minimumWidth() > 1.4 * CONTROL_WIDTH, "so that larger words fit into it"
        name.setText(" 山田 ")
        name.editingFinished.emit()
        assert json.loads(file.read_text("utf-8")) == {"theme": "dark", "text-size": 1.5, "reviewer": "山田"}
    finally:
        appearance().choose("light")
        appearance().choose("system")
        session.close()
    assert QApplication.font().pixelSize() == pixels


def test_settings_that_cannot_be_kept_are_told_once_and_hold(qtbot: QtBot, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    session = Session(tmp_path / "r.fusen", model_worker=FAKE_MODEL, settings=Settings(blocked / "settings.json"))
    window = MainWindow(session)
    qtbot.addWidget(window)
    window.show()
    page = settings_page(window)
    device = page.rows["device"].control
    assert isinstance(device, QComboBox)
    device.setCurrentIndex(device.findData("cpu"))
    assert session.settings["device"] == "cpu"
    assert window.bar.message is not None
    assert window.bar.message.kind == "error"
    session.close()


def test_bad_values_of_the_file_are_told_at_the_start(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"theme": "purple", "keys": {"accept": 3}}', encoding="utf-8")
    session = Session(tmp_path / "r.fusen", model_worker=FAKE_MODEL, settings=Settings.load(file))
    window = MainWindow(session)
    qtbot.addWidget(window)
    assert window.bar.message is not None
    assert "purple" in window.bar.message.text
    assert "keys of accept" in window.bar.message.text
    session.close()


def test_the_reviewers_name_stands_on_what_she_exports(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    session.settings.choose("reviewer", "山田 花子")
    session.settings.choose("recall", 0.8)
    session.open([EXAMPLE])
    file = settle()
    assert file.analysis is not None
    assert file.analysis.settings.recall == 0.8
    qtbot.keyClick(window, Qt.Key.Key_A)
    session.exporter.export(file, "export-pdf", tmp_path / "out.pdf")
    qtbot.waitUntil(lambda: window.views[file.key].bar.message is not None, timeout=60_000)
    with pymupdf.open(tmp_path / "out.pdf") as exported:
        authors = {annotation.info["title"] for page in exported for annotation in page.annots()}
    assert authors == {"山田 花子"}


# ---- keys


def press(widget: QWidget, key: Qt.Key) -> None:
    """Record a key in a field for keys, and leave it."""
    widget.setFocus()
    QTest.keyClick(widget, key)
    QTest.keyClick(widget, Qt.Key.Key_Tab)


def test_keys_can_be_changed_and_collisions_are_told(window: MainWindow, session: Session) -> None:
    page = settings_page(window)
    row, other = page.keys.rows["accept"], page.keys.rows["reject"]
    press(row.field, Qt.Key.Key_Y)
    assert session.settings.keys()["accept"] == ("Y",)
    assert window.actions_by_id["accept"].shortcuts() == [QKeySequence("Y")]
    assert row.reset.isVisible()
    press(other.field, Qt.Key.Key_Y)
    assert session.settings.keys()["reject"] == ("R",)  # not yet
    assert "Accept" in other.told.text()
    other.take.click()
    assert session.settings.keys()["reject"] == ("Y",)
    assert session.settings.keys()["accept"] == ()
    assert not other.told.isVisible()
    row.reset.click()
    assert session.settings.keys()["accept"] == ("A",)
    other.reset.click()
    assert session.settings.changed_keys() == {}


def test_giving_back_a_key_that_another_has_is_told(window: MainWindow, session: Session) -> None:
    page = settings_page(window)
    session.settings.choose_keys("accept", ["Y"])
    session.settings.choose_keys("reject", ["A"])
    session.settings.choose_keys("accept", None)
    page.keys.refresh()
    assert "A is the key of “Reject” as well." in page.keys.rows["accept"].told.text()


@pytest.mark.parametrize("key", [Qt.Key.Key_F1, Qt.Key.Key_Question])
def test_the_key_map_lies_over_the_window(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, key: Qt.Key
) -> None:
    session.open([EXAMPLE])
    file = settle()
    session.settings.choose_keys("accept", ["B"])
    window.panel.list.setFocus()
    qtbot.keyClick(window, key)
    overlay = window.household.keys
    assert overlay.isVisible()
    assert overlay.geometry() == window.rect()
    texts = {child.text() for child in overlay.findChildren(type(window.panel._title))}
    assert {"B", "Accept"} <= texts
    chosen = file.findings.selected
    assert chosen is not None
    qtbot.keyClick(overlay, Qt.Key.Key_B)
    assert file.findings.get(chosen.id).decision == "undecided"
    window.resize(900, 600)
    assert overlay.size() == window.size()
    assert overlay.rect().contains(overlay.card.geometry())
    qtbot.keyClick(overlay, Qt.Key.Key_Escape)
    assert not overlay.isVisible()
    assert window.focusWidget() is window.panel.list
    qtbot.keyClick(window, Qt.Key.Key_B)
    assert file.findings.get(chosen.id).decision == "accepted"


def test_a_click_beside_the_key_map_closes_it(qtbot: QtBot, window: MainWindow) -> None:
    window.run_command("keys")
    overlay = window.household.keys
    qtbot.mouseClick(overlay, Qt.MouseButton.LeftButton, pos=overlay.card.geometry().center())
    assert overlay.isVisible()
    qtbot.mouseClick(overlay, Qt.MouseButton.LeftButton, pos=QPoint(4, 4))
    assert not overlay.isVisible()


def test_about_shows_what_fusen_builds_on_and_its_licence(window: MainWindow) -> None:
    window.run_command("about")
    page = window.household._pages["about"]
    assert isinstance(page, AboutPage)
    assert "multilingual-e5-small" in page.text.toPlainText()
    page.tabs.setCurrentIndex(1)
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in page.text.toPlainText()
    window.run_command("about")
    assert not page.isVisible()


# ---- the layout


def test_the_layout_comes_back(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "state" / "window.json"
    layouts = []
    for turn in range(2):
        session = Session(tmp_path / "r.fusen", model_worker=FAKE_MODEL)
        window = MainWindow(session)
        window.household.remember_layout(file)
        window.show()
        splitter = window.centralWidget()
        assert isinstance(splitter, QSplitter)
        if turn == 0:
            window.resize(700, 600)
            splitter.setSizes([170, 300, 330])
        layouts.append((window.size(), splitter.saveState()))
        window.close()
        session.close()
        window.deleteLater()
    assert layouts[0] == layouts[1]
    assert layouts[0][0] == QSize(700, 600)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"geometry": 3, "parts": {}}', '{"geometry": "é", "parts": {"parts": ""}}']
)
def test_a_layout_that_is_no_layout_is_ignored(qtbot: QtBot, window: MainWindow, tmp_path: Path, text: str) -> None:
    file = tmp_path / "window.json"
    file.write_text(text, encoding="utf-8")
    before = window.size()
    remembered.restore(file, window)
    assert window.size() == before


def test_a_full_disk_costs_only_the_layout(window: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    remembered.keep(tmp_path / "file" / "window.json", window)


def test_as_if_changes_no_widget(window: MainWindow) -> None:
    before = appearance().theme
    with appearance().as_if(LIGHT):
        assert appearance().theme is LIGHT
    assert appearance().theme is before
