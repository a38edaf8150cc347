"""Whether text at a place runs down the page, as vertical Japanese does, from where its characters stand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QRectF


def runs_down(characters: Sequence[QRectF]) -> bool:
    """Of some characters in the order of the text: most stand right below the one before, and not beside it."""
    down = across = 0
    for before, after in pairwise(characters):
        aside, below = after.center().x() - before.center().x(), after.center().y() - before.center().y()
        if abs(aside) < 0.5 * before.width() and below > 0.3 * before.height():
            down += 1
        elif abs(below) < 0.5 * before.height():
            across += 1
    return down > across


def begins(character: QRectF, *, down: bool, behind: bool) -> QRectF:
    """A caret before a character, or behind it: a line of two pixels across the direction of the text."""
    if down:
        return QRectF(character.left(), character.bottom() - 1 if behind else character.top() - 1, character.width(), 2)
    return QRectF(character.right() - 1 if behind else character.left() - 1, character.top(), 2, character.height())
