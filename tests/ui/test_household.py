"""Settings, keys, about, printing, dragging out and the layout, through the real window."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QKeySequence, QMouseEvent
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QSpinBox, QSplitter, QWidget
from pytestqt.qtbot import QtBot

from app.ui import dialogs, drag_out, remembered
from app.ui.about_page import AboutPage
from app.ui.appearance import appearance
from app.ui.citing import citation
from app.ui.findings_model import FINDING
from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.ui.settings import Settings
from app.ui.settings_page import SettingsPage
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
    press(row.field, Qt.Key.Key_B)
    assert session.settings.keys()["accept"] == ("B",)
    assert window.actions_by_id["accept"].shortcuts() == [QKeySequence("B")]
    assert row.reset.isVisible()
    press(other.field, Qt.Key.Key_B)
    assert session.settings.keys()["reject"] == ("R",)  # not yet
    assert "Accept" in other.told.text()
    other.take.click()
    assert session.settings.keys()["reject"] == ("B",)
    assert session.settings.keys()["accept"] == ()
    assert not other.told.isVisible()
    row.reset.click()
    assert session.settings.keys()["accept"] == ("A",)
    other.reset.click()
    assert session.settings.changed_keys() == {}


def test_giving_back_a_key_that_another_has_is_told(window: MainWindow, session: Session) -> None:
    page = settings_page(window)
    session.settings.choose_keys("accept", ["B"])
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


# ---- printing


def printed(qtbot: QtBot, window: MainWindow, file: OpenFile, output: Path, *, highlights: bool) -> None:
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(output))
    window.household.print_to(printer, file, highlights=highlights)
    assert window.household.printing.isVisible()
    qtbot.waitUntil(lambda: not window.household.printing.is_busy, timeout=60_000)


def coloured(page: pymupdf.Page) -> int:
    """Pixels that are no grey."""
    pixmap = page.get_pixmap(dpi=40)
    samples = pixmap.samples
    return sum(max(samples[n : n + 3]) - min(samples[n : n + 3]) > 12 for n in range(0, len(samples), 3))


def test_a_pdf_is_printed_with_and_without_highlights(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    session.open([EXAMPLE])
    file = settle()
    assert file.opened is not None
    finding = file.findings.selected
    assert finding is not None
    with_, without = tmp_path / "with.pdf", tmp_path / "without.pdf"
    printed(qtbot, window, file, with_, highlights=True)
    assert "was sent to the printer" in window.household.printing.text.text()
    printed(qtbot, window, file, without, highlights=False)
    with pymupdf.open(with_) as marked, pymupdf.open(without) as plain, pymupdf.open(EXAMPLE) as original:
        assert len(marked) == len(plain) == len(original) == len(file.opened.pages)
        assert coloured(marked[finding.page - 1]) > 100 + coloured(plain[finding.page - 1])
        ink = [
            sum(255 - value for value in document[0].get_pixmap(dpi=40, colorspace="gray").samples)
            for document in (plain, original)
        ]
        assert ink[0] == pytest.approx(ink[1], rel=0.3)  # the page as it is, a little smaller: printers have margins


def test_a_rejected_finding_is_not_marked(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    session.open([EXAMPLE])
    file = settle()
    for finding in list(file.findings.all()):
        session.select(file, finding.id)
        session.decide("rejected")
    printed(qtbot, window, file, tmp_path / "a.pdf", highlights=True)
    printed(qtbot, window, file, tmp_path / "b.pdf", highlights=False)
    with pymupdf.open(tmp_path / "a.pdf") as marked, pymupdf.open(tmp_path / "b.pdf") as plain:
        assert [coloured(page) for page in marked] == [coloured(page) for page in plain]


def test_a_text_is_printed_in_light_whatever_the_window_is(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    source = tmp_path / "long.txt"
    lines = [f"{number}. The supplier shall not assign item number{number}x to anybody else." for number in range(400)]
    source.write_text("\n\n".join(lines), encoding="utf-8")
    appearance().choose("dark")
    try:
        session.open([source])
        file = settle()
        printed(qtbot, window, file, tmp_path / "out.pdf", highlights=True)
        assert appearance().theme.dark
    finally:
        appearance().choose("light")
        appearance().choose("system")
    with pymupdf.open(tmp_path / "out.pdf") as document:
        assert 4 < len(document) < 60
        samples = document[1].get_pixmap(dpi=40, colorspace="gray").samples
        assert sum(value > 200 for value in samples) > len(samples) * 0.6
        assert sum(value < 110 for value in samples) > 100
        text = "".join(page.get_text() for page in document)
    assert text.count("The supplier shall not assign item") == 400  # none lost and none twice where pages end


def test_printing_can_be_cancelled(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    session.open([EXAMPLE])
    file = settle()
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "out.pdf"))
    window.household.print_to(printer, file, highlights=True)
    bar = window.household.printing
    qtbot.waitUntil(lambda: bar.job is None or bar.job.share > 0, timeout=30_000)
    assert bar.job is not None
    bar.button.click()
    assert not bar.is_busy
    assert "cancelled" in bar.text.text()
    qtbot.wait(100)  # what was on its way comes to nothing
    bar.button.click()
    assert not bar.isVisible()


def test_the_command_asks_for_the_printer_and_prints(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def ask(_parent: QWidget, printer: QPrinter, *, paged: bool) -> bool:
        asked.append(paged)
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(tmp_path / "out.pdf"))
        printer.setFromTo(2, 3)
        return len(asked) > 1

    monkeypatch.setattr(dialogs, "ask_printer", ask)
    session.open([EXAMPLE])
    settle()
    qtbot.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert not window.household.printing.is_busy  # she thought better of it
    window.run_command("print-plain")
    qtbot.waitUntil(lambda: not window.household.printing.is_busy, timeout=60_000)
    assert asked == [True, True]
    with pymupdf.open(tmp_path / "out.pdf") as document:
        assert len(document) == 2  # the pages that were asked for


def test_a_printer_that_refuses_is_told(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, tmp_path: Path
) -> None:
    session.open([EXAMPLE])
    file = settle()
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "no such folder" / "out.pdf"))
    with qtbot.captureExceptions() as faults, _quiet():
        window.household.print_to(printer, file, highlights=True)
    assert not faults
    assert not window.household.printing.is_busy
    assert "does not take the document" in window.household.printing.text.text()


class _quiet:  # noqa: N801 -- reads as a word
    """Qt writes a warning of its own about the printer, which is not the window's fault."""

    def __enter__(self) -> None:
        from PySide6.QtCore import qInstallMessageHandler

        self._kept = qInstallMessageHandler(lambda *_: None)

    def __exit__(self, *_: object) -> None:
        from PySide6.QtCore import qInstallMessageHandler

        qInstallMessageHandler(self._kept)


# ---- dragging out


def drag(widget: QWidget, start: QPoint, end: QPoint) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for kind, at, buttons in (
        (QMouseEvent.Type.MouseButtonPress, start, left),
        (QMouseEvent.Type.MouseMove, end, left),
        (QMouseEvent.Type.MouseButtonRelease, end, Qt.MouseButton.NoButton),
    ):
        everywhere = QPointF(widget.mapToGlobal(at))
        button = Qt.MouseButton.NoButton if kind == QMouseEvent.Type.MouseMove else left
        QApplication.sendEvent(widget, QMouseEvent(kind, QPointF(at), everywhere, button, buttons, none))


@pytest.fixture
def dragged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    texts: list[str] = []
    monkeypatch.setattr(drag_out, "start_drag", lambda _source, text: texts.append(text))
    return texts


def test_a_finding_is_dragged_out_with_its_place(
    window: MainWindow, session: Session, settle: Settle, dragged: list[str]
) -> None:
    session.open([EXAMPLE])
    file = settle()
    view = window.panel.list
    place = view.visualRect(view.model().index(1, 0)).center()
    drag(view.viewport(), place, place + QPoint(40, 60))
    finding = view.model().index(1, 0).data(FINDING)
    (text,) = dragged
    assert text == citation(file, finding.start, finding.end, finding.text)
    assert text.startswith("“")
    assert f"({EXAMPLE.name}, p. {finding.page})" in text


def test_selected_words_are_dragged_from_the_pages_and_a_click_stays_a_click(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, dragged: list[str]
) -> None:
    session.open([EXAMPLE])
    file = settle()
    qtbot.waitUntil(lambda: file.document is not None, timeout=30_000)
    sheets = window.views[file.key].sheets
    assert sheets is not None
    finding = file.findings.selected
    assert finding is not None
    sheets.reveal(finding.id)
    rects = sheets._rects(finding.id, finding.page - 1)
    at = rects[0].center().toPoint()
    assert sheets.offset_at(QPointF(at)) is not None
    drag(sheets.viewport(), at, at + QPoint(50, 5))
    assert dragged == []  # nothing is selected
    file.marked = (finding.start, finding.end)
    drag(sheets.viewport(), at, at + QPoint(50, 5))
    assert dragged == [citation(file, finding.start, finding.end, finding.text)]
    with qtbot.waitSignal(sheets.clicked, timeout=1000):
        drag(sheets.viewport(), at, at)


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
