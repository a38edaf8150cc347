"""The table of decisions and actions: a row for each finding with what was decided, who does what, until when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pptx.enum.text import MSO_ANCHOR

from app.export import wording
from app.export.brief import Brief, BriefFinding
from app.export.phrases import shortened
from app.export.pptx_base import bare_layout
from app.export.pptx_text import LINE, Fitted, Piece, clipped_to_lines, lines_of
from app.export.pptx_writing import INK, PAPER, WHITE, Box, Pen, emu
from app.export.wording import place_words, printable, say

MOST_ROWS = 120
_SIZE, _HEAD_SIZE, _PAD = 11.5, 11.5, 5.0
_SHARES = (0.045, 0.15, 0.325, 0.115, 0.17, 0.095, 0.1)
_MOST_LINES = 3
_COLUMNS = ("number-column", "place", "quote", "decision", "comment", "owner-column", "due-column")


def add_actions(pen: Pen, deck: Any, brief: Brief, shown: Sequence[BriefFinding]) -> None:
    """As many slides as the rows take: the findings that have a slide, then others that somebody is to deal with."""
    ids = {id(finding) for finding in shown}
    rows = [*shown, *(f for f in brief.findings if (f.owner or f.due) and id(f) not in ids)]
    cells = [_words(number, finding, brief) for number, finding in enumerate(rows[:MOST_ROWS], start=1)]
    left_out = len(rows) - len(cells)
    while cells:
        slide, free = pen.add_slide(bare_layout(deck), say("actions", brief.language))
        widths = [share * free.width for share in _SHARES]
        count = _fitting(cells, widths, free.height - (20 if left_out else 0))
        bottom = _add_table(pen, slide, free, widths, cells[:count], brief)
        cells = cells[count:]
        if left_out and not cells:
            words = say("slides-more-actions", brief.language, count=left_out)
            pen.write(slide, Box(free.left, bottom + 4, free.width, 16), [Piece(words)], (12, 10), quiet=True)


def _words(number: int, finding: BriefFinding, brief: Brief) -> tuple[str, ...]:
    language = brief.language
    decision, _ = wording.judged_words(finding, language)
    return (
        str(number),
        place_words(finding.quote, finding.section, brief),
        shortened(printable(finding.quote.text), finding.language),
        decision,
        printable(finding.comment),
        printable(finding.owner) or "–",
        printable(finding.due) or "–",
    )


def _height(cells: Sequence[str], widths: Sequence[float]) -> float:
    lines = [
        min(_MOST_LINES, lines_of(cell, _SIZE, width - 2 * _PAD)) for cell, width in zip(cells, widths, strict=True)
    ]
    return max(lines) * _SIZE * LINE + 2 * _PAD


def _fitting(rows: Sequence[Sequence[str]], widths: Sequence[float], height: float) -> int:
    """How many rows fit below a head of one line or two; at least one."""
    used = 2 * _HEAD_SIZE * LINE + 2 * _PAD
    for count, row in enumerate(rows):
        used += _height(row, widths)
        if used > height:
            return max(1, count)
    return len(rows)


def _add_table(
    pen: Pen, slide: Any, free: Box, widths: Sequence[float], rows: Sequence[Sequence[str]], brief: Brief
) -> float:
    """Returns where it ends."""
    edges = map(emu, (free.left, free.top, free.width, 10))
    table = slide.shapes.add_table(len(rows) + 1, len(widths), *edges).table
    for column, width in zip(table.columns, widths, strict=True):
        column.width = emu(width)
    heads = [say(key, brief.language) for key in _COLUMNS]
    head_lines = max(lines_of(text, _HEAD_SIZE, width - 2 * _PAD) for text, width in zip(heads, widths, strict=True))
    heights = [min(2, head_lines) * _HEAD_SIZE * LINE + 2 * _PAD, *(_height(row, widths) for row in rows)]
    for number, (row, height) in enumerate(zip((heads, *rows), heights, strict=True)):
        table.rows[number].height = emu(height)
        for column, (text, width) in enumerate(zip(row, widths, strict=True)):
            cell = table.cell(number, column)
            cell.margin_left = cell.margin_right = cell.margin_top = cell.margin_bottom = emu(_PAD)
            cell.vertical_anchor = MSO_ANCHOR.TOP
            shown = clipped_to_lines(text, _SIZE, width - 2 * _PAD, 2 if number == 0 else _MOST_LINES)
            _fill(pen, cell, shown, head=number == 0, shaded=number % 2 == 0)
    return free.top + sum(heights)


def _fill(pen: Pen, cell: Any, text: str, *, head: bool, shaded: bool) -> None:
    cell.fill.solid()
    cell.fill.fore_color.rgb = INK if head else PAPER if shaded else WHITE
    pen.fill(cell, Fitted((Piece(text),), _HEAD_SIZE if head else _SIZE, 0), bold=head, colour=WHITE if head else INK)
