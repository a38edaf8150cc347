"""Text that fits its box: how many lines it takes, which size it is set in, where it is shortened.

PowerPoint does not tell before somebody looks. So widths are estimated, for any usual font rather too wide than too narrow, and
lines are set at a distance of our own, which no font changes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.export.wording import clipped, is_wide

LINE = 1.32
"""From one line to the next, in sizes of the type."""
_NARROW, _WIDE_LATIN = set("iljtfrI.,:;'|!()[]- "), set("mwMW@%—…")
_SHORTEST = 12
_NEVER_FIRST = set("、。，．・：；？！）」』】〕〉》ーっゃゅょッャュョ,.;:!?)]}’”…")


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph: `label` in bold before `text`. Only a `flexible` one may be shortened. `scale`: its size among others."""

    text: str
    label: str = ""
    flexible: bool = False
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Fitted:
    """Paragraphs that fit at this size (points), with `gap` points after each."""

    pieces: tuple[Piece, ...]
    size: float
    gap: float


def lines_of(text: str, size: float, width: float) -> int:
    """How many lines the text takes at most, at `size` points in a box `width` points wide."""
    lines, used = 1, 0.0
    for token in _tokens(text):
        length = sum(map(_width, token)) * size
        if used + length <= width:
            used += length
        elif token.isspace():
            lines, used = lines + 1, 0.0
        elif length <= width:
            lines, used = lines + 1, length
        else:  # longer than a line: broken anywhere
            over = used + length
            lines += int(over // width)
            used = over % width
    return lines


def height_of(pieces: Sequence[Piece], size: float, gap: float, width: float) -> float:
    """Points that the paragraphs take one below the other."""
    lines = (lines_of(piece.label + piece.text, size * piece.scale, width) * piece.scale for piece in pieces)
    return sum(lines) * size * LINE + gap * max(0, len(pieces) - 1)


def fitted(pieces: Sequence[Piece], width: float, height: float, largest: float, smallest: float) -> Fitted:
    """The largest size at which all fits; where none does, the smallest, with the flexible paragraphs shortened."""
    kept = tuple(piece for piece in pieces if piece.text or piece.label)
    size = largest
    while size >= smallest:
        gap = size * 0.45
        if height_of(kept, size, gap, width) <= height:
            return Fitted(kept, size, gap)
        size -= 1
    gap = smallest * 0.35
    while height_of(kept, smallest, gap, width) > height:
        index = max(range(len(kept)), key=lambda number: len(kept[number].text) * (100 if kept[number].flexible else 1))
        if len(kept[index].text) <= _SHORTEST:
            kept = kept[:-1]  # a box so small that nothing more can be said in it
            if not kept:
                break
            continue
        piece = kept[index]
        shorter = Piece(clipped(piece.text, int(len(piece.text) * 0.85)), piece.label, piece.flexible, piece.scale)
        kept = (*kept[:index], shorter, *kept[index + 1 :])
    return Fitted(kept, smallest, gap)


def clipped_to_lines(text: str, size: float, width: float, lines: int) -> str:
    """The text, or so much of it as so many lines hold."""
    while lines_of(text, size, width) > lines and len(text) > 1:
        text = clipped(text, min(len(text) - 1, int(len(text) * 0.92)))
    return text


def _tokens(text: str) -> Iterator[str]:
    """What is not broken over lines: a word, a space, a wide character with the signs that may not begin a line."""
    word = ""
    for character in text:
        wide = is_wide(character)
        if character in _NEVER_FIRST and word:
            word += character
        elif wide or character.isspace():
            if word:
                yield word
            word = character if wide else ""
            if not wide:
                yield character
        elif word and is_wide(word[-1]):
            yield word
            word = character
        else:
            word += character
    if word:
        yield word


def _width(character: str) -> float:
    """In sizes of the type; of Latin letters as in a wide sans serif."""
    kind = unicodedata.east_asian_width(character)
    if unicodedata.combining(character):
        return 0.0
    if kind in "WFA":
        return 1.0
    if character in _NARROW:
        return 0.34
    if character in _WIDE_LATIN:
        return 0.95
    return 0.72 if character.isupper() else 0.58
