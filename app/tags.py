"""Tags in plain words, English and Japanese: what the window, the exports and the command line show for `cap-on-liability`."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

from app.documents.document import Language


def tag_name(tag: str, language: Language = "en") -> str:
    """The words for a tag; a tag that has none is shown as it is spelled, with spaces."""
    names = tag_names().get(tag)
    return names[language] if names else tag.replace("-", " ").capitalize()


@cache
def tag_names() -> dict[str, dict[Language, str]]:
    """The words of every tag by language."""
    text = (resources.files("resources") / "tags.json").read_text(encoding="utf-8")
    names: dict[str, dict[Language, str]] = json.loads(text)
    return names
