"""The window speaks English and Japanese, all of it: what is written in its sources, what Qt says, what workers tell."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from app.documents import pdf_cautions
from app.errors import FusenError
from app.sentences import known
from app.ui import language
from app.ui.commands import COMMANDS
from app.ui.key_rows import name_of
from app.ui.language import told
from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.ui.start_page import RecentButton
from app.ui.words import error_words
from app.workspace.store import StoredDocument
from tests import translations

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def japanese(qtbot: QtBot) -> Iterator[None]:
    language.use("ja")
    yield
    language.use("en")
    QLocale.setDefault(QLocale.c())


def test_every_string_is_translated() -> None:
    assert translations.faults() == []


def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in translations.FOLDER.iterdir():
        shutil.copy(file, tmp_path)
    here = tmp_path / "fusen_ja.ts"
    monkeypatch.setattr(translations, "TARGETS", ((here, "ja", ()),))
    monkeypatch.setattr(translations, "JAPANESE", here)
    whole = here.read_text(encoding="utf-8")
    here.write_text(whole.replace("<source>Reject</source>", "<source>Refuse</source>"), encoding="utf-8")
    (found,) = translations.faults()[:1]
    assert "Reject" in found
    rejected = re.compile("(<source>Reject</source>.*?<translation)>却下<", re.DOTALL)
    here.write_text(rejected.sub(r'\1 type="unfinished"><', whole, count=1), encoding="utf-8")
    assert any("unfinished" in fault and "Reject" in fault for fault in translations.faults())
    lines = tmp_path / "lines.tsv"
    lines.write_text("Command\tReject\t却下\nCommand\tNo such words\tない\n", encoding="utf-8")
    strangers = translations.update(list(translations.read_lines(lines)))
    assert [line.key for line in strangers] == [("Command", "No such words")]
    assert translations.faults() == []
    lines.write_text("no tabs\n", encoding="utf-8")
    with pytest.raises(SystemExit):
        list(translations.read_lines(lines))


def test_strings_of_helpers_and_f_strings_are_found() -> None:
    source = """
def _tr(text: str, number: int = -1) -> str:
    return QCoreApplication.translate("Words", text, "", number)
def other(text): return text
a = _tr("one") + _tr("two" if a else "three") + other("four") + _tr(five) + _tr("%n six", 6)
class View(QWidget):
    def show(self):
        self.setText(f"{self.tr('seven')} {QCoreApplication.translate('Else', 'eight')} {text.translate(TABLE)}")
"""
    found = list(translations.strings(ast.parse(source)))
    assert [(one.context, one.text) for one in found] == [
        *(("Words", text) for text in ("one", "two", "three", "%n six")),
        ("View", "seven"),
        ("Else", "eight"),
    ]
    assert [one.text for one in found if one.counted] == ["%n six"]


def test_holes_are_kept() -> None:
    for key, message in translations.messages(translations.JAPANESE).items():
        (text,) = translations._forms(message)
        for hole in ("%n", *(part.split("}")[0] for part in key[1].split("{")[1:])):
            assert (hole in key[1]) == (hole in text), key


def test_commands_and_qt_itself_speak_japanese(japanese: None, qtbot: QtBot, session: Session) -> None:
    window = MainWindow(session)
    qtbot.addWidget(window)
    assert [action.text() for action in window.menuBar().actions()] == [
        "ファイル(&F)",
        "編集(&E)",
        "レビュー(&R)",
        "表示(&V)",
        "ヘルプ(&H)",
    ]
    for entries in (window.menuBar(), *(action.menu() for action in window.menuBar().actions())):
        letters = [text[text.find("&") + 1] for entry in entries.actions() if "&" in (text := entry.text())]
        assert len(letters) == len(set(letters)), "a letter stands for one entry"
    assert window.actions_by_id["accept"].text() == "承認"
    assert {command.id: name_of(command) for command in COMMANDS}["settings"] == "設定"
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(box)
    assert box.buttons()[0].text() == "キャンセル"
    assert language.current() == "ja"
    assert language.tag_name("governing-law") == "準拠法"


@pytest.mark.parametrize(("decided", "words"), [(1, "1 of 3 decided"), (2, "2 of 3 decided"), (3, "All decided")])
def test_forms_of_number(qtbot: QtBot, decided: int, words: str) -> None:
    language.use("en")
    row = RecentButton(StoredDocument("0" * 64, "/x/a.pdf", "A", "pdf", 1, "2026-01-01", analyzed=True))
    qtbot.addWidget(row)
    row.show_progress(decided, 3)
    assert row.accessibleName() == f"a.pdf, {words}"
    QLocale.setDefault(QLocale.c())


class System(QLocale):
    def __init__(self, *names: str) -> None:
        super().__init__(QLocale.Language.C)
        self._names = list(names)

    def uiLanguages(self, *_: object) -> list[str]:  # noqa: N802
        return self._names


@pytest.mark.parametrize(
    ("choice", "system", "expected"),
    [
        ("system", ("ja-Jpan-JP", "ja-JP", "ja"), "ja"),
        ("system", ("ja_JP",), "ja"),
        ("system", ("de-DE", "ja-JP", "en"), "ja"),
        ("system", ("en-GB", "ja-JP"), "en"),
        ("system", ("fr-FR",), "en"),
        ("system", ("jam-JM",), "en"),
        ("system", (), "en"),
        ("en", ("ja-JP",), "en"),
        ("ja", ("en-US",), "ja"),
    ],
)
def test_the_language_follows_the_system_or_the_choice(choice: str, system: tuple[str, ...], expected: str) -> None:
    assert language.wanted(choice, System(*system)) == expected


def sentences_of_sources() -> str:
    folders = ("documents", "workers", "workspace", "analysis", "export", "ui")
    return "\n".join(file.read_text("utf-8") for folder in folders for file in (ROOT / "app" / folder).rglob("*.py"))


def test_told_sentences_are_said_somewhere() -> None:
    """A sentence that nobody says any more is to go: its longest fixed part stands in no source."""
    source = "".join(sentences_of_sources().split())
    for sentence in known("sentences"):
        parts = [part for hole in sentence.split("{") for part in hole.split("}")[-1:]]
        words = "".join(max(parts, key=len).split())
        assert words.strip(".:")[:10] in source, sentence  # further on it may be put together of parts


def test_what_workers_tell_is_said_in_japanese(japanese: None) -> None:
    missing = FusenError("not-found", "契約. 1.pdf does not exist.", "Check the name and the folder.")
    assert error_words(missing) == ("契約. 1.pdf は存在しません。", "名前とフォルダーを確認してください。")
    assert (
        told("Pages 3–5, 9 took too long and were left out.") == "3–5, 9 ページは時間がかかりすぎたため、除外しました。"
    )
    two = "The file holds macros. They were not run. These pages could not be read: 2."
    assert told(two) == "ファイルにマクロが含まれています。実行していません。次のページを読み込めませんでした：2"
    hidden = "Pages 3–5 hold text that no reader sees (it is not painted; it is too small to be read)."
    assert told(hidden) == "3–5 ページに、読者に見えない文字列があります（描画されない、小さすぎて読めない）。"
    for _, words in pdf_cautions._SENTENCES.values():
        assert told(f"{words} (pages 3–5).").endswith("（3–5 ページ）。")
    assert told("Nobody knows this {sentence}. Nor this.") == "Nobody knows this {sentence}. Nor this."


def test_english_stays_as_it_was_told(qtbot: QtBot) -> None:
    assert told("a.pdf does not exist.") == "a.pdf does not exist."
