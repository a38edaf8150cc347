"""Numbers of clauses as people write them, brought to one spelling: IV, ４, 四 and Two to digits."""

from __future__ import annotations

import re
import unicodedata

_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_KANJI = {character: value for value, character in enumerate("〇一二三四五六七八九")}
_KANJI |= {str(value): value for value in range(10)}  # people mix them: 2十
_WORDS = {word: str(value) for value, word in enumerate(["one", "two", "three", "four", "five", "six"], 1)}
_IS_ROMAN = re.compile(r"c{0,3}(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})", re.IGNORECASE)


def roman(text: str) -> int | None:
    """The value of a Roman number below 400, or None where it is none."""
    if not text or not _IS_ROMAN.fullmatch(text):
        return None
    values = [_ROMAN[character] for character in text.lower()]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-value if value < following else value for value, following in pairs)


def digits(text: str) -> str:
    """A Japanese number (12, １２, 十二, 百三) in plain digits."""
    plain = unicodedata.normalize("NFKC", text)
    if plain.isascii():
        return str(int(plain))
    if not set(plain) & set("十百"):
        return str(int("".join(str(_KANJI[character]) for character in plain)))
    total = value = 0
    for character in plain:
        if character in "十百":
            total += (value or 1) * (10 if character == "十" else 100)
            value = 0
        else:
            value = _KANJI[character]
    return str(total + value)


def number(text: str) -> str:
    """The number or letter of an exhibit; words up to six in digits. I and V stay as they are, for they may be letters."""
    return _WORDS.get(text.lower(), text)


def steps(dotted: str, brackets: str = "") -> tuple[str, ...]:
    """`9.2` or `17.A` and `(a)(ii)` as steps from the outermost to the innermost: 9, 2, a, ii. A last `.0` says nothing."""
    outer = [str(int(step)) if step.isdecimal() else step for step in dotted.split(".") if step]
    if len(outer) > 1 and outer[-1] == "0":
        outer.pop()
    return (*outer, *re.findall(r"\(\s*(\w+)\s*\)", brackets))
