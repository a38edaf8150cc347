"""The language of each block by its letters, since a document may hold two."""

from __future__ import annotations

import re

from app.analysis.structure.values import BlockLanguage
from app.documents.document import Document

_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\uff21-\uff3a\uff41-\uff5a]")
_KANA = re.compile(r"[\u3041-\u30ff\uff66-\uff9d]")
_KANJI = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff々〆]")
_JAPANESE = 0.1
"""The share of kana and kanji from which a text is Japanese, as for a whole document."""
_MIXED_WORDS = re.compile(r"(?<![A-Za-z\u00c0-\u024f'’-])(?:[A-Za-z\u00c0-\u024f'’-]+[ ,.;:]+){5}")
"""Japanese holds single words and names in Latin letters; this many words in a row are a sentence of another language."""


def block_languages(document: Document) -> tuple[BlockLanguage, ...]:
    """One entry a block. Kanji without any kana in the whole document are taken for another language."""
    has_kana = _KANA.search(document.text) is not None
    return tuple(_language(document.text[block.start : block.end], has_kana) for block in document.blocks)


def _language(text: str, has_kana: bool) -> BlockLanguage:
    letters = len(_LETTER.findall(text))
    if not letters:
        return "none"
    latin = len(_LATIN.findall(text))
    japanese = len(_KANA.findall(text)) + (len(_KANJI.findall(text)) if has_kana else 0)
    if latin + japanese < letters / 2:
        return "other"
    if japanese <= _JAPANESE * letters:
        return "en"
    return "mixed" if _MIXED_WORDS.search(text) else "ja"
