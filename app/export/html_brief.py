"""The brief as one web page that needs nothing else: no script, no font, no picture, no address of another machine.

Its content security policy forbids everything but its own style sheet, so that a browser refuses whatever else might slip in.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache, partial
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from app.documents.document import Language
from app.export.brief import Brief
from app.export.telling import told
from app.export.wording import date_words, printable, say

if TYPE_CHECKING:
    from jinja2 import Template


def render(brief: Brief, template: Path | None = None) -> bytes:
    """See `app.export.formats.Render`; there are no templates for users."""
    return brief_html(brief).encode()


def brief_html(brief: Brief) -> str:
    """The page."""
    from markupsafe import Markup  # comes with jinja2

    style = _resource("brief.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    language = brief.language

    def lang(other: Language | None) -> str:
        return Markup(f' lang="{other}"') if other not in (None, language) else ""  # noqa: S704 -- one of two words

    return _page().render(
        language=language,
        title=printable(brief.title),
        purpose=printable(brief.purpose),
        moment=brief.created_at.replace(microsecond=0),
        date=date_words(brief.created_at.date().isoformat(), language),
        parts=told(brief),
        tabled=range(1, len(brief.findings) + len(brief.undecided) + 1),
        style=Markup(style),  # noqa: S704 -- our own, and escaped it would be no style sheet
        style_hash=f"sha256-{digest}",
        say=partial(_say, language),
        lang=lang,
    )


def _say(language: Language, key: str) -> str:
    return say(key, language)


def _resource(name: str) -> str:
    return (resources.files("resources") / "templates" / name).read_text(encoding="utf-8")


@cache
def _page() -> Template:
    from jinja2 import Environment, StrictUndefined  # here, because few sessions export

    return Environment(autoescape=True, undefined=StrictUndefined).from_string(_resource("brief.html"))
