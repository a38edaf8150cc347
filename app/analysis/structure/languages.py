"""The language of each block by its letters, since a document may hold two."""

from __future__ import annotations

import re

from app.analysis.structure.values import BlockLanguage
from app.documents.document import Document

_LETTERS = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\uff21-\uff3a\uff41-\uff5a]+")
_KANA = re.compile(r"[\u3041-\u30ff\uff66-\uff9d]+")
_KANJI = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff々〆]+")
_JAPANESE = 0.1
"""The share of kana and kanji from which a text is Japanese, as for a whole document."""
_MIXED_WORDS = re.compile(r"(?<![A-Za-z\u00c0-\u024f'’-])(?:[A-Za-z\u00c0-\u024f'’-]+[ ,.;:]+){5}")
"""Japanese holds single words and names in Latin letters; this many words in a row are a sentence of another language."""


def block_languages(document: Document) -> tuple[BlockLanguage, ...]:
    """One entry a block. Kanji without any kana in the whole document are taken for another language."""
    has_kana = _KANA.search(document.text) is not None
    return tuple(_language(document.text[block.start : block.end], has_kana) for block in document.blocks)


def _language(text: str, has_kana: bool) -> BlockLanguage:
    letters = _count(_LETTERS, text)
    if not letters:
        return "none"
    if text.isascii():
        return "en"
    latin = _count(_LATIN, text)
    japanese = _count(_KANA, text) + (_count(_KANJI, text) if has_kana else 0)
    if latin + japanese < letters / 2:
        return "other"
    if japanese <= _JAPANESE * letters:
        return "en"
    return "mixed" if _MIXED_WORDS.search(text) else "ja"


def _count(runs: re.Pattern[str], text: str) -> int:
    """How many letters the runs hold together."""
    return sum(map(len, runs.findall(text)))
