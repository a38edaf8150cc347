"""The export page in the real window: chosen, looked at, written; nothing is replaced unasked. One window serves all tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pymupdf
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QComboBox, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.errors import FusenError
from app.export.arranging import ORDERS
from app.review.findings import Finding
from app.ui.export_page import KEPT, ExportPage
from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.ui.settings import Settings
from app.ui.state import OpenFile
from tests.ui.conftest import EXAMPLE, FAKE_MODEL

TIMEOUT = 8_000


class Desk:
    """The window with one document, and its export page."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.document = folder / "contract.pdf"
        shutil.copyfile(EXAMPLE, self.document)
        self.session = Session(
            folder / "w.fusen", model_worker=FAKE_MODEL, settings=Settings.load(folder / "settings.json")
        )
        self.window = MainWindow(self.session)
        self.window.show()
        self.session.start()
        self.session.open([self.document])

    @property
    def file(self) -> OpenFile:
        file = self.session.state.current
        assert file is not None
        return file

    def open(self, qtbot: QtBot) -> ExportPage:
        """Ctrl+E, until the preview is there."""
        shown = self.window.household._pages.get("export")
        if shown is None or not shown.isVisible():
            qtbot.keyClick(self.window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
        page = self.window.household._pages["export"]
        assert isinstance(page, ExportPage)
        qtbot.waitUntil(lambda: page._shown is not None, timeout=TIMEOUT)
        return page

    def decide(self, finding: Finding, decision: str) -> None:
        self.session.select(self.file, finding.id)
        self.session.decide(decision)  # type: ignore[arg-type]  # one of the decisions


@pytest.fixture(scope="module")
def module_desk(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    desk = Desk(tmp_path_factory.mktemp("export"))
    yield desk
    desk.window.close()
    desk.session.close()


@pytest.fixture
def desk(module_desk: Desk, qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    """Read and analysed, with two findings accepted, one rejected, and a folder of its own to write to."""
    desk = module_desk
    qtbot.waitUntil(lambda: desk.file.phase == "ready" and desk.file.document is not None, timeout=60_000)
    findings = sorted(desk.file.findings.all(), key=lambda one: one.start)
    for number, finding in enumerate(findings):
        wanted = ("accepted", "accepted", "rejected")[number] if number < 3 else "undecided"
        if finding.decision != wanted:
            desk.decide(finding, wanted)
    page = desk.open(qtbot)
    page._change({"folder": str(tmp_path), "formats": ("docx",), "scope": "accepted", "left_out": frozenset()})
    page._choice = page._choice.with_template("docx", "")
    qtbot.waitUntil(lambda: page._can_write() and page._targets[0].output.parent == tmp_path, timeout=TIMEOUT)
    yield desk
    if page.isVisible():
        qtbot.keyClick(page, Qt.Key.Key_Escape)


def write(qtbot: QtBot, page: ExportPage) -> None:
    """Enter on the button, until there is a question or an end."""
    page.bar.write.setFocus()
    qtbot.keyClick(page.bar.write, Qt.Key.Key_Return)
    settle(qtbot, page)


def settle(qtbot: QtBot, page: ExportPage) -> None:
    told = page.bar
    qtbot.waitUntil(
        lambda: page._stop is None and not page._wants and (told.asks or told.text.isVisible()), timeout=TIMEOUT
    )


def test_ctrl_e_shows_the_brief_of_the_document_in_view_and_escape_leads_back(qtbot: QtBot, desk: Desk) -> None:
    page = desk.open(qtbot)
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert not page.isVisible()
    sheets = desk.window.sheets()
    assert sheets is not None
    sheets.setFocus()
    page = desk.open(qtbot)
    assert page.choosing.documents.checked() == (desk.file.sha256,)
    assert not desk.window.actions_by_id["accept"].isEnabled()
    first = min(desk.file.findings.all(), key=lambda one: one.start)
    words = " ".join(first.text.split())
    assert words in " ".join(page.paper.toPlainText().split())
    assert len(page.choosing.findings.things()) == 2
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert desk.window.focusWidget() is sheets


def test_the_newest_choice_wins_in_the_preview(qtbot: QtBot, desk: Desk) -> None:
    page = desk.open(qtbot)
    shown: list[str] = []
    assert page._brief is not None
    page._exporter.preview(page._brief, page._choice, lambda _preview: shown.append("old"), page._fail)
    for order in ORDERS:
        page._change({"order": order})
    qtbot.waitUntil(lambda: page._shown is not None and page._shown.brief.findings != (), timeout=TIMEOUT)
    page._change({"order": "place", "grouping": "none", "title": "Talks of April"})
    qtbot.waitUntil(lambda: "Talks of April" in page.paper.toPlainText(), timeout=TIMEOUT)
    assert shown == []
    page._change({"title": ""})
    page.choosing.findings.setFocus()
    page.choosing.findings.setCurrentIndex(page.choosing.findings.model().index(0, 0))
    qtbot.keyClick(page.choosing.findings, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page._shown is not None and len(page._shown.brief.findings) == 1, timeout=TIMEOUT)
    assert page.choosing._findings_count.text() == "1 of 2"
    chosen = page._choice.documents
    shelf, page._archive.shelf = page._archive.shelf, tuple  # type: ignore[method-assign, assignment]  # as before the analysis
    page.follow()
    assert desk.file.name in page.choosing.lacking.text()
    page._archive.shelf = shelf  # type: ignore[method-assign]  # and after it
    page.follow()
    assert not page.choosing.lacking.isVisible()
    page._change({"order": "tag"})  # a preview is being made
    page._change({"documents": ()})
    assert page.bar.text.text() == "Choose a document."
    assert not page.choosing.findings.isVisible()
    page._change({"documents": chosen})
    qtbot.waitUntil(page._can_write, timeout=TIMEOUT)


def test_several_formats_are_written_and_nothing_is_replaced_unasked(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    page = desk.open(qtbot)
    for name in ("md", "annotated"):
        page.choosing.formats[name].box.setChecked(True)
    write(qtbot, page)
    names = ["contract-annotated.pdf", "contract-brief.docx", "contract-brief.md"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    rows = [row for form in page.choosing.formats.values() for row in form.files.values()]
    assert all(row.open.isVisible() and row.folder.isVisible() for row in rows)
    assert page.bar.folder.hasFocus()
    with pymupdf.open(tmp_path / "contract-annotated.pdf") as copy:
        assert sum(len(list(page.annots() or ())) for page in copy) == 2
        assert "FusenAuditHead" in copy.xref_object(int(copy.xref_get_key(-1, "Info")[1].split()[0]))
    assert desk.session.workspace is not None
    told = [entry.by for _, entry, _ in desk.session.workspace.audit.told() if entry and entry.kind == "exported"]
    assert set(told) == {""}, "in the log stands who exported, not what"
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    qtbot.keyClick(page.bar.folder, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)  # and opens no folder
    settle(qtbot, page)
    assert page.bar.asks
    assert "contract-brief.docx" in page.bar.text.text()
    qtbot.keyClick(page.bar, Qt.Key.Key_Escape)  # takes the question back, and not the page away
    assert page.isVisible()
    assert not page.bar.asks
    write(qtbot, page)
    assert page.bar.both.hasFocus()
    qtbot.keyClick(page.bar.both, Qt.Key.Key_Return)
    settle(qtbot, page)
    assert {name: (tmp_path / name).read_bytes() for name in names} == before
    assert (tmp_path / "contract-brief (2).docx").exists()
    (tmp_path / "contract-brief.md").write_bytes(b"mine")
    page._change({"formats": ("md",)})
    qtbot.waitUntil(page._can_write, timeout=TIMEOUT)
    write(qtbot, page)
    page.bar.replace.click()
    settle(qtbot, page)
    assert (tmp_path / "contract-brief.md").read_bytes() != b"mine"


def test_who_writes_before_the_preview_came_writes_what_was_chosen_last(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    page = desk.open(qtbot)
    page._change({"formats": ("md",), "title": "Talks of May"})
    write(qtbot, page)
    assert "Talks of May" in (tmp_path / "contract-brief.md").read_text("utf-8")
    page._change({"title": "Talks of June"})
    write(qtbot, page)
    assert page.bar.asks
    page.follow()  # findings came meanwhile: the question is asked again, and not taken away without a word
    assert not page.bar.asks
    settle(qtbot, page)
    assert page.bar.asks
    page.bar.replace.click()
    settle(qtbot, page)
    assert "Talks of June" in (tmp_path / "contract-brief.md").read_text("utf-8")
    page._change({"title": ""})


def leave(qtbot: QtBot, page: ExportPage) -> None:
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert not page.isVisible()


def test_what_is_in_the_way_of_a_wish_ends_it(
    qtbot: QtBot, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, folder = desk.open(qtbot), tmp_path / "meeting"
    folder.mkdir()
    page._change({"formats": ("md",), "folder": str(folder)})
    qtbot.waitUntil(lambda: page._shown is not None and page._can_write(), timeout=TIMEOUT)
    folder.rmdir()
    write(qtbot, page)
    assert "does not exist" in page.bar.text.text()
    folder.mkdir()
    page.follow()
    qtbot.waitUntil(lambda: page._shown is not None and page._can_write(), timeout=TIMEOUT)
    assert list(folder.iterdir()) == [], "nobody wished for it again"
    with monkeypatch.context() as busy:
        busy.setattr("app.ui.export_source.originals", refuse)
        page.write()
        qtbot.waitUntil(lambda: not page._wants, timeout=TIMEOUT)
    page.follow()
    qtbot.waitUntil(lambda: page._shown is not None and page._can_write(), timeout=TIMEOUT)
    assert list(folder.iterdir()) == []
    folder.rmdir()  # and what is no longer in the way keeps nobody from writing
    page._look()
    qtbot.waitUntil(lambda: not page._can_write(), timeout=TIMEOUT)
    folder.mkdir()
    page.write()
    settle(qtbot, page)
    assert [file.name for file in folder.iterdir()] == ["contract-brief.md"]


def refuse(_workspace: Path) -> tuple[Path, ...]:
    raise FusenError("timeout", "Another window is writing.", "Wait.")


def test_a_question_is_not_asked_where_nobody_sees_it(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    page = desk.open(qtbot)
    (tmp_path / "contract-brief.md").write_bytes(b"mine")
    page._change({"formats": ("md",)})
    page.write()  # before the preview has come
    leave(qtbot, page)
    qtbot.waitUntil(lambda: page._shown is not None, timeout=TIMEOUT)
    desk.session.exporter._looking._pool.submit(lambda: None).result()
    QApplication.processEvents()
    assert not page.bar.asks
    page = desk.open(qtbot)
    qtbot.waitUntil(lambda: page.bar.asks, timeout=TIMEOUT)
    qtbot.keyClick(page.bar, Qt.Key.Key_Escape)
    assert (tmp_path / "contract-brief.md").read_bytes() == b"mine"


def test_what_was_wished_for_one_document_is_not_done_with_another(
    qtbot: QtBot, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = desk.open(qtbot)
    page._change({"formats": ("md",), "title": "Talks of July"})
    page._wants = True  # to write, and the preview does not come before she leaves
    page._choice = replace(page._choice, documents=("another document",))
    page._take_documents()
    assert not page._wants
    assert page._choice.documents == (desk.file.sha256,)
    qtbot.waitUntil(lambda: page._shown is not None and page._can_write(), timeout=TIMEOUT)
    assert list(tmp_path.iterdir()) == []


def test_what_changed_while_files_were_written_is_shown_afterwards(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    page = desk.open(qtbot)
    page._change({"formats": ("md", "annotated")})
    qtbot.waitUntil(lambda: page._shown is not None and page._can_write(), timeout=TIMEOUT)
    page.write()
    qtbot.waitUntil(lambda: page._stop is not None, timeout=TIMEOUT)
    first = next(one for one in desk.file.findings.all() if one.decision == "accepted")
    leave(qtbot, page)
    desk.decide(first, "rejected")
    page = desk.open(qtbot)
    qtbot.waitUntil(
        lambda: page._stop is None and page._shown is not None and len(page._shown.brief.findings) == 1,
        timeout=TIMEOUT,
    )
    assert page.bar.text.text().startswith("2 file")  # in whichever form a number is told


def test_a_brief_that_could_not_be_made_is_made_with_the_next_choice(
    qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = desk.open(qtbot)
    page._fail(FusenError("timeout", "Another window is writing.", "Wait."))
    assert not page.bar.write.isEnabled()
    page._change({"formats": ("md",)})
    qtbot.waitUntil(lambda: page._shown is not None and page._can_write(), timeout=TIMEOUT)


def test_what_fails_is_said_at_its_format_and_the_others_are_written(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    page = desk.open(qtbot)
    page._choice = page._choice.with_template("docx", str(tmp_path / "house.dotx"))
    page._change({"formats": ("docx", "md")})
    qtbot.waitUntil(page._can_write, timeout=TIMEOUT)
    write(qtbot, page)
    (row,) = page.choosing.formats["docx"].files.values()
    assert "house.dotx" in row.status.text()
    assert not row.open.isVisible()
    qtbot.waitUntil(lambda: not row.status.visibleRegion().isEmpty(), timeout=TIMEOUT)
    assert [path.name for path in tmp_path.iterdir()] == ["contract-brief.md"]
    assert page.bar.text.text() == "1 of 2 files were written."


def test_the_document_itself_is_never_a_target(qtbot: QtBot, desk: Desk) -> None:
    page = desk.open(qtbot)
    page._change({"folder": str(desk.folder), "formats": ("annotated",)})
    (target,) = page._targets
    page._name(target, "contract.pdf")
    qtbot.waitUntil(lambda: bool(page._obstacles.originals), timeout=TIMEOUT)
    assert not page.bar.write.isEnabled()
    page.write()
    assert desk.document.read_bytes() == EXAMPLE.read_bytes()
    (row,) = page.choosing.formats["annotated"].files.values()
    assert "never written over" in row.status.text()
    page._typed.clear()


def test_a_wrong_folder_is_said_before_anything_is_written(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    page = desk.open(qtbot)
    field = page.choosing.folder.field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, str(tmp_path / "no"))
    qtbot.waitUntil(lambda: not page.bar.write.isEnabled(), timeout=TIMEOUT)
    assert "does not exist" in page.bar.text.text()
    assert page.choosing.folder_told.isVisibleTo(page.choosing)


def test_writing_can_be_cancelled(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    page = desk.open(qtbot)
    page._change({"formats": ("docx", "annotated")})
    qtbot.waitUntil(page._can_write, timeout=TIMEOUT)
    page.write()
    qtbot.waitUntil(lambda: page._stop is not None, timeout=TIMEOUT)
    assert not page.choosing.isEnabled()
    page.bar.cancel.click()
    settle(qtbot, page)
    assert page.bar.text.text().startswith("Cancelled.")
    assert not (tmp_path / "contract-annotated.pdf").exists()
    assert not list(tmp_path.glob(".*"))
    assert page.choosing.isEnabled()


def test_where_nothing_was_accepted_the_page_says_what_can_be_done(qtbot: QtBot, desk: Desk) -> None:
    page = desk.open(qtbot)
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    for finding in [one for one in desk.file.findings.all() if one.decision == "accepted"]:
        desk.decide(finding, "undecided")
    page = desk.open(qtbot)
    qtbot.waitUntil(lambda: page.choosing.nothing.isVisibleTo(page.choosing), timeout=TIMEOUT)
    page.choosing.with_undecided.click()
    undecided = sum(one.decision == "undecided" for one in desk.file.findings.all())
    assert len(page.choosing.findings.things()) == undecided
    qtbot.waitUntil(lambda: page._shown is not None and len(page._shown.brief.findings) == undecided, timeout=TIMEOUT)
    page._change({"scope": "accepted"})
    page.choosing.go.click()
    assert not page.isVisible()
    first = min((f for f in desk.file.findings.all() if f.decision == "undecided"), key=lambda one: one.start)
    qtbot.waitUntil(lambda: desk.file.findings.selected_id == first.id, timeout=TIMEOUT)


def test_every_control_has_a_name_and_can_be_reached(qtbot: QtBot, desk: Desk) -> None:
    page = desk.open(qtbot)
    kinds = (QPushButton, QLineEdit, QComboBox, QAbstractItemView)
    controls = [one for kind in kinds for one in page.findChildren(kind) if one.isVisibleTo(page)]
    controls = [one for one in controls if one.objectName() != "" or one.parentWidget() is not None]
    own = [one for one in controls if not isinstance(one.parentWidget(), QComboBox)]
    assert all(one.accessibleName() or getattr(one, "text", str)() for one in own)
    page.done.setFocus()
    met: list[QWidget | None] = []
    for _ in range(80):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        met.append(QApplication.focusWidget())
    word = page.choosing.formats["docx"]
    (row,) = word.files.values()
    assert met[met.index(word.box) + 1] is row.name, "which was made late"
    wanted = [page.bar.write, page.paper, page.choosing.documents, page.choosing.findings, page.choosing.folder.field]
    assert all(one in met for one in wanted)
    assert all(form.box in met for form in page.choosing.formats.values())


def test_how_one_exports_is_remembered(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    page = desk.open(qtbot)
    page._change({"order": "importance", "grouping": "tag", "formats": ("md",)})
    qtbot.waitUntil(page._can_write, timeout=TIMEOUT)
    write(qtbot, page)
    kept = Settings.load(desk.folder / "settings.json")
    again = ExportPage(desk.session.archive, desk.session.exporter, kept, desk.session.state)
    qtbot.addWidget(again)
    assert (again._choice.order, again._choice.grouping, again._choice.formats) == ("importance", "tag", ("md",))
    assert again._choice.folder == str(tmp_path)
    assert kept.kept(KEPT) is not None
    page._change({"order": "place", "grouping": "none"})
