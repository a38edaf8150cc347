"""Where on a set text an offset's letters lie: a rectangle for each stretch of a line, from the layout itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from PySide6.QtCore import QRectF
from PySide6.QtGui import QTextBlock, QTextLine

from app.ui.flow.setting import SetText

# Letters and controls that are written from right to left, between which neighbours in the text are none on the line.
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\u200f\u202b\u2067\u2068\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)

_OVER, _UNDER = 0.94, 0.27
"""From the base line up and down, in parts of the letters' size: the same whichever font had the letters."""


def rects_of(text: SetText, start: int, end: int) -> list[QRectF]:
    """The rectangles of `start:end`, in the order of the text, in the set text's own coordinates."""
    rects: list[QRectF] = []
    for first, last in text.offsets.ranges(start, end):
        block = text.document.findBlock(first)
        while block.isValid() and block.position() < last:
            rects += _in_block(text, block, first, last)
            block = block.next()
    return _merged(rects)


def line_top(text: SetText, position: int) -> float:
    """How far down the line with this position begins."""
    block = text.document.findBlock(position)
    top = text.document.documentLayout().blockBoundingRect(block).top()
    line = block.layout().lineForTextPosition(position - block.position())
    return top + line.y() if line.isValid() else top


def _in_block(text: SetText, block: QTextBlock, first: int, last: int) -> Iterator[QRectF]:
    box = text.document.documentLayout().blockBoundingRect(block)
    layout, begin = block.layout(), block.position()
    size = block.charFormat().intProperty(block.charFormat().Property.FontPixelSize)
    is_mixed = bool(_RIGHT_TO_LEFT.search(block.text()))
    for number in range(layout.lineCount()):
        line = layout.lineAt(number)
        a = max(first - begin, line.textStart())
        b = min(last - begin, line.textStart() + line.textLength(), block.length() - 1)
        if a >= b:
            continue
        base = box.top() + line.y() + line.ascent()
        for left, right in _stretches(line, a, b) if is_mixed else [_ends(line, a, b)]:
            yield QRectF(box.left() + left, base - _OVER * size, right - left, (_OVER + _UNDER) * size)


def _ends(line: QTextLine, a: int, b: int) -> tuple[float, float]:
    left, right = _x(line, a), _x(line, b)
    return min(left, right), max(left, right)


def _stretches(line: QTextLine, a: int, b: int) -> list[tuple[float, float]]:
    """What the letters `a:b` cover where the directions of writing are mixed."""
    found: list[tuple[float, float]] = []
    for left, right in sorted(_ends(line, at, at + 1) for at in range(a, b)):
        if found and left <= found[-1][1] + 0.5:
            found[-1] = (found[-1][0], max(found[-1][1], right))
        else:
            found.append((left, right))
    return found


def _x(line: QTextLine, at: int) -> float:
    value: object = line.cursorToX(at)
    # PySide returns the position together with the cursor that it moved.
    return float(value[0] if isinstance(value, tuple) else value)  # type: ignore[arg-type]


def _merged(rects: list[QRectF]) -> list[QRectF]:
    """Neighbours on one line as one."""
    merged: list[QRectF] = []
    for rect in rects:
        last = merged[-1] if merged else None
        if last is not None and last.top() == rect.top() and abs(last.right() - rect.left()) < 0.5:
            last.setRight(rect.right())
        else:
            merged.append(QRectF(rect))
    return merged
