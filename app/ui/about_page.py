"""What Fusen is, what stays on this machine, whose work it builds on, and under which licence it is."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QPlainTextEdit, QTabBar

from app.ui.house_page import HousePage
from app.ui.widgets import label

ROOT = Path(__file__).resolve().parents[2]


def kept_text(name: str) -> str:
    """The text of NOTICE or LICENSE, of a clone or of an installation; empty where it is missing."""
    from importlib import metadata  # takes a fiftieth of a second, which the start does not have

    beside = ROOT / name
    try:
        if beside.is_file():
            return beside.read_text(encoding="utf-8")
        for file in metadata.files("fusen") or ():
            if file.name == name and "licenses" in file.parts:
                return file.read_text(encoding="utf-8")
    except (OSError, metadata.PackageNotFoundError):
        pass
    return ""


def version() -> str:
    """Of the installed program."""
    from importlib import metadata

    try:
        return metadata.version("fusen")
    except metadata.PackageNotFoundError:
        return ""


def stays_words() -> str:
    """One honest paragraph about what is kept where, and what never happens."""
    return QCoreApplication.translate(
        "AboutPage",
        "Documents are read and analysed on this machine; Fusen never connects to the network. It keeps the text that it "
        "analysed, the findings, your decisions and comments in a workspace file in your user folder. Unless you encrypt it in "
        "the settings, who can read your files can read that. Your documents themselves are never changed, and their "
        "passwords are not stored.",
    )


class AboutPage(HousePage):
    """Two texts, one at a time: they are long."""

    def __init__(self) -> None:
        super().__init__(QCoreApplication.translate("AboutPage", "About Fusen"))
        what = self.tr("Version {version}").format(version=version()) if version() else "Fusen"
        self.column.addWidget(label(self.tr("Flags the passages that a person must read."), "head", wrap=True))
        self.column.addWidget(label(f"{what}  ·  AGPL-3.0-or-later", "muted", wrap=True))
        self.column.addWidget(label(stays_words(), wrap=True))
        warning = self.tr(
            "The model's estimates are no legal advice, and a passage that is not flagged may matter all the same."
        )
        self.column.addWidget(label(warning, "muted", wrap=True))
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(self.tr("Licences"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.addTab(self.tr("What Fusen builds on"))
        self.tabs.addTab(self.tr("Licence"))
        self.tabs.currentChanged.connect(self._show)
        self.column.addWidget(self.tabs)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setMinimumHeight(200)
        self.column.addWidget(self.text, 1)
        self._show(0)

    def _show(self, tab: int) -> None:
        name = ("NOTICE", "LICENSE")[tab]
        self.text.setAccessibleName(self.tabs.tabText(tab))
        self.text.setPlainText(kept_text(name) or self.tr("The file {name} is missing.").format(name=name))
