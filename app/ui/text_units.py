"""Words, sentences and blocks of a text, as far as choosing text by mouse and keys needs them. Knows no Qt.

Japanese has no spaces: there a word is a run of one script, so that a compound in kanji or a loan word in katakana is one.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from typing import Literal

from app.analysis.analysis import ScoredPassage
from app.documents.document import Document

Range = tuple[int, int]
Step = Literal[1, -1]

_LONGEST = 400
"""In characters: a longer word is none."""
_KANJI = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff々〆〇ヶ]")
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc-\u30ff\uff66-\uff9f]")
_HIRAGANA = re.compile("[\u3041-\u309f]")


def kind_of(letter: str) -> str:
    """What a character is to its neighbours: of one word where this is equal and not empty."""
    if _KANJI.match(letter):
        return "kanji"
    if _KATAKANA.match(letter):
        return "katakana"
    if _HIRAGANA.match(letter):
        return "hiragana"
    return "word" if letter.isalnum() or letter == "_" or _is_joined(letter) else ""


def is_boundary(text: str, offset: int) -> bool:
    """Whether a word may begin or end at this place."""
    if offset <= 0 or offset >= len(text):
        return True
    before, after = kind_of(text[offset - 1]), kind_of(text[offset])
    return before != after or not before


def word_at(text: str, offset: int) -> Range:
    """The word that holds this character; of white space the run, of any other sign the sign."""
    if not text:
        return (0, 0)
    offset = min(max(offset, 0), len(text) - 1)
    if text[offset].isspace():
        return _run(text, offset, str.isspace)
    if not (kind := kind_of(text[offset])):
        return (offset, offset + 1)
    start, end = _run(text, offset, lambda letter: kind_of(letter) == kind)
    while kind == "word" and _joins(text, start - 1):
        start = _run(text, start - 2, lambda letter: kind_of(letter) == kind)[0]
    while kind == "word" and _joins(text, end):
        end = _run(text, end + 1, lambda letter: kind_of(letter) == kind)[1]
    return (start, end)


def sentence_at(document: Document, passages: Sequence[ScoredPassage], offset: int) -> Range:
    """The passage that holds this character, as far as there are passages, else the block."""
    number = bisect_right(passages, offset, key=lambda passage: passage.start) - 1
    if number >= 0 and passages[number].start <= offset < passages[number].end:
        return (passages[number].start, passages[number].end)
    return block_at(document, offset)


def block_at(document: Document, offset: int) -> Range:
    """The block that holds this character, or that ends before it."""
    number = bisect_right(document.blocks, offset, key=lambda block: block.start) - 1
    if number < 0:
        return (offset, offset)
    block = document.blocks[number]
    return (block.start, block.end)


def step_letter(text: str, offset: int, step: Step) -> int:
    """The next place for a caret: behind what is written as one letter, and over the gap between two blocks at once."""
    place = min(max(offset + step, 0), len(text))
    while 0 < place < len(text) and (_is_joined(text[place]) or text[place - 1 : place + 1] == "\n\n"):
        place += step
    return place


def step_word(text: str, offset: int, step: Step) -> int:
    """The beginning of the next word, or of this one or the one before."""
    if step == 1:
        if offset < len(text):
            offset = max(word_at(text, offset)[1], offset + 1)
        return word_at(text, offset)[1] if offset < len(text) and text[offset].isspace() else offset
    if offset > 0 and text[offset - 1].isspace():
        offset = word_at(text, offset - 1)[0]
    return word_at(text, offset - 1)[0] if offset > 0 else 0


def _run(text: str, offset: int, belongs: object) -> Range:
    assert callable(belongs)  # noqa: S101 -- it always is
    start, end = offset, offset + 1
    while start > 0 and offset - start < _LONGEST and belongs(text[start - 1]):
        start -= 1
    while end < len(text) and end - offset < _LONGEST and belongs(text[end]):
        end += 1
    return (start, end)


def _joins(text: str, at: int) -> bool:
    """Whether the sign at `at` stands within a word or number: don't, 1,000.50."""
    if not 0 < at < len(text) - 1:
        return False
    before, sign, after = text[at - 1], text[at], text[at + 1]
    if sign in "'’":
        return before.isalpha() and after.isalpha() and kind_of(before) == kind_of(after) == "word"
    return sign in ".,．，" and before.isdecimal() and after.isdecimal()


def _is_joined(letter: str) -> bool:
    """Whether it is written as part of the letter before it."""
    return unicodedata.combining(letter) != 0 or unicodedata.category(letter) in ("Mn", "Me")
