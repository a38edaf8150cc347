"""What workers and the workspace tell, in Japanese: they speak English sentences with data in them.

A sentence is known by its words, with holes for the data: that carries the data over, which a table by code could not. What is
not known stays in English.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources
from typing import Literal

from app.documents.document import Language

LONGEST = 3
"""Sentences of one entry."""

Table = Literal["sentences", "words"]

_PAGES = re.compile(r" \(pages? ([^()]+)\)\.\Z")
"""Where something stands, at the end of a sentence about the file."""


@cache
def known(table: Table) -> dict[str, str]:
    """Japanese by English: sentences, and words that stand in holes of sentences, several of them with a semicolon between."""
    text = (resources.files("resources") / "sentences.json").read_text(encoding="utf-8")
    tables: dict[Table, dict[str, str]] = json.loads(text)
    return tables[table]


def in_language(text: str, language: Language) -> str:
    """The text in this language if all of its sentences are known, else as it is."""
    return text if language == "en" else _in_japanese(text)


def _in_japanese(text: str) -> str:
    parts = re.split(r"(?<=\.) (?=[A-Z])", text)
    said: list[str] = []
    place = 0
    while place < len(parts):
        # An entry may be of two sentences; the shortest that is known first, so that no hole takes in what follows.
        ends = range(place + 1, min(place + LONGEST, len(parts)) + 1)
        tried = ((end, _sentence(" ".join(parts[place:end]))) for end in ends)
        end, translated = next(((end, found) for end, found in tried if found is not None), (0, ""))
        if not end:
            return _sentence(text) or text
        said.append(translated)
        place = end
    return "".join(said)


def _sentence(text: str) -> str | None:
    for pattern, translated in _patterns():
        if (found := pattern.fullmatch(text)) is not None:
            return translated.format(**{hole: _piece(words) for hole, words in found.groupdict().items()})
    if (where := _PAGES.search(text)) is not None and (about := _sentence(f"{text[: where.start()]}.")) is not None:
        return f"{about.rstrip('。')}（{where[1]} ページ）。"
    return None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    # Those with the longest fixed words first: a hole must not swallow what another sentence says.
    ordered = sorted(known("sentences").items(), key=lambda entry: -len(re.sub(r"{\w+}", "", entry[0])))
    return tuple((_pattern(sentence), translated) for sentence, translated in ordered)


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = re.split(r"{(\w+)}", sentence)
    fixed_and_holes = (f"(?P<{part}>.+)" if place % 2 else re.escape(part) for place, part in enumerate(parts))
    return re.compile("".join(fixed_and_holes), re.DOTALL)


def _piece(words: str) -> str:
    pieces = known("words")
    parts = words.split("; ")
    return "、".join(pieces[part] for part in parts) if all(part in pieces for part in parts) else words
