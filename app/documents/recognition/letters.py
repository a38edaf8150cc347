"""Letters that look alike in a picture: which of two is meant follows from its neighbours, one character for one.

A recogniser sees 一 and ー, 力 and カ as the same strokes. In Japanese a letter of katakana stands among katakana, and
punctuation between Japanese letters is as wide as they are.
"""

from __future__ import annotations

import re

# Kanji of the same strokes as katakana. Those of the second kind are hardly ever met, so that one neighbour is enough.
_TO_KATAKANA = str.maketrans("二八力口工才千三卜夕", "ニハカロエオチミトタ")
_COMMON_KANJI, _RARE_KANJI = "二八力口工才千三", "卜夕"
_TO_HIRAGANA = str.maketrans("リヘ", "りへ")
_SURELY_KATAKANA = re.compile("[ァ-ヺー]")
_JAPANESE = re.compile("[\u3040-\u30ff\u3400-\u9fff\u3001-\u3011\uff01-\uff60々〆]")
_WIDE = str.maketrans("()!?:;,[]", "（）！？：；，［］")
_NARROW = "()!?:;,[]"


def as_meant(text: str) -> str:
    """The text of one line with look-alikes replaced; it keeps its length."""
    if not _JAPANESE.search(text):
        return text
    return _widened(_among_katakana(text))


def _among_katakana(text: str) -> str:
    letters = list(text)
    for i, letter in enumerate(text):
        before, after = letters[i - 1] if i else "", text[i + 1 : i + 2]
        if letter in "ー一":
            letters[i] = _bar(letter, before, after)
        elif _is_katakana(before) and (letter in _RARE_KANJI or (letter in _COMMON_KANJI and _is_katakana(after))):
            letters[i] = letter.translate(_TO_KATAKANA)
        elif letter in "リヘ" and _is_alone(before, after):
            letters[i] = letter.translate(_TO_HIRAGANA)
    return "".join(letters)


def _bar(letter: str, before: str, after: str) -> str:
    """A long vowel follows kana; the number one does not stand within katakana."""
    if _is_katakana(before):
        return "ー" if letter == "ー" or _is_katakana(after) else letter
    if letter == "ー" and (not _is_hiragana(before) or _is_kanji(after)):
        return "一"
    return letter


def _is_alone(before: str, after: str) -> bool:
    """Whether a katakana letter between these stands in no word of katakana."""
    return not _is_katakana(before) and not _is_katakana(after) and (_is_hiragana(before) or _is_kanji(before))


def _widened(text: str) -> str:
    """Punctuation between Japanese letters, or between one and the end of the line, as wide as they are."""
    letters = list(text)
    for i, letter in enumerate(text):
        if letter in _NARROW:
            around = (text[:i].rstrip(_NARROW + " ")[-1:], text[i + 1 :].lstrip(_NARROW + " ")[:1])
            if any(around) and all(not side or _JAPANESE.match(side) for side in around):
                letters[i] = letter.translate(_WIDE)
    return "".join(letters)


def _is_katakana(letter: str) -> bool:
    return bool(letter) and _SURELY_KATAKANA.match(letter) is not None


def _is_hiragana(letter: str) -> bool:
    return "\u3041" <= letter <= "\u309f"


def _is_kanji(letter: str) -> bool:
    return "\u3400" <= letter <= "\u9fff"
