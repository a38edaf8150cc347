"""The language of the window: the system's, or the one that is set. Loads our translations and Qt's own."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from app import tags
from app.sentences import in_language

log = logging.getLogger(__name__)

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "translations"

Language = Literal["en", "ja"]
_MARK = "fusenTranslator"


def wanted(choice: str, system: QLocale | None = None) -> Language:
    """The language for a choice of the settings: `en`, `ja`, or the first of the system's languages that there is."""
    if choice in ("en", "ja"):
        return "ja" if choice == "ja" else "en"
    for name in (system or QLocale.system()).uiLanguages():
        spoken = name.replace("_", "-").split("-")[0]
        if spoken in ("en", "ja"):
            return "ja" if spoken == "ja" else "en"
    return "en"


def use(language: Language) -> None:
    """Speak `language` from now on: what has its words already keeps them."""
    application = QCoreApplication.instance()
    assert application is not None  # noqa: S101 -- called by who has just made it
    for old in application.findChildren(QTranslator, _MARK):
        application.removeTranslator(old)
        old.deleteLater()
    folders = [QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)] if language != "en" else []
    # Ours last: Qt asks the one that was installed last first.
    for name, folder in (*((f"qtbase_{language}", folder) for folder in folders), (f"fusen_{language}", str(FOLDER))):
        translator = QTranslator(application)
        translator.setObjectName(_MARK)
        if translator.load(name, folder):
            application.installTranslator(translator)
        else:
            translator.deleteLater()
            log.warning("the translation %s is missing", name)
    application.setProperty("language", language)
    QLocale.setDefault(QLocale("ja_JP" if language == "ja" else "en_US"))


def tag_name(tag: str) -> str:
    """A tag's words in the language of the window."""
    return tags.tag_name(tag, current())


def current() -> Language:
    """The language that the window speaks."""
    application = QCoreApplication.instance()
    return "ja" if application is not None and application.property("language") == "ja" else "en"


def told(text: str) -> str:
    """What a worker or the workspace tells, in the window's language as far as its sentences are known."""
    return in_language(text, current())
