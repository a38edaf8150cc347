"""From a PDF's lines to blocks: paragraphs joined over line ends, headings, list items, cells, footnotes, running lines."""

from __future__ import annotations

import statistics
from collections import Counter

from app.documents.block_types import give_levels, give_types
from app.documents.cells import mark_cells
from app.documents.flowing import Flow, joined_over_pages
from app.documents.footnotes import apart_from_footnotes, single_notes
from app.documents.joining import finish
from app.documents.laying import Group, LaidBlock, PageLines, Style
from app.documents.line_patterns import STARTS_CJK, WORD
from app.documents.paragraphs import group
from app.documents.reading_order import by_direction, in_reading_order, with_columns_joined
from app.documents.ruby import apart_from_ruby
from app.documents.running_lines import running_lines
from app.documents.splitting import split_at_rules

# Vertical writing often comes so; the mean length of a line.
_CHARACTER_BY_CHARACTER = 2.0

__all__ = ["LaidBlock", "PageLines", "lay_out"]


def lay_out(pages: list[PageLines]) -> list[list[LaidBlock]]:
    """The blocks of each page in reading order.

    Page headers come first, footnotes and page footers last, unless they would stand within a paragraph that goes on over the
    page's end: then they stand between two other blocks of their page.
    """
    style = _style_of(pages)
    flows = [_flow_of(page, style) for page in pages]
    give_levels([g for flow in flows for g in flow.body if g.type == "heading"])
    return [[finish(group, style) for group in groups] for groups in joined_over_pages(flows)]


def _style_of(pages: list[PageLines]) -> Style:
    sizes: Counter[float] = Counter()
    style = Style(10.0)
    for page in pages:
        for line in page.lines:
            sizes[round(line.size * 2) / 2] += len(line.text)
            if line.text.isascii() or not STARTS_CJK.match(line.text):
                # The last word may be cut by the line's end.
                style.words.update(WORD.findall(line.text.lower())[:-1])
    if sizes:
        style.size = sizes.most_common(1)[0][0] or 10.0
    style.running = running_lines(pages)
    return style


def _flow_of(page: PageLines, style: Style) -> Flow:
    """The groups of a page: its body in reading order, apart from what is not part of it."""
    flow = Flow()
    rest = [line for line in page.lines if id(line) not in style.running]
    top, bottom = min((line.y0 for line in rest), default=0.0), max((line.y1 for line in rest), default=0.0)
    for line in page.lines:
        if id(line) in style.running:
            # A page that is not full has its number right below the text, be that in its upper half.
            above = line.middle < top or (line.middle < page.height / 2 and line.middle < bottom)
            (flow.headers if above else flow.footers).append(Group([line], "page-header" if above else "page-footer"))
    for part in by_direction(PageLines(page.width, page.height, rest, page.rules)):
        _add(part, style, flow)
    return flow


def _add(page: PageLines, style: Style, flow: Flow) -> None:
    lines = split_at_rules(page.lines, page.rules)
    if statistics.fmean(len(line.text) for line in lines) < _CHARACTER_BY_CHARACTER:
        lines = with_columns_joined(lines)
    lines, ruby = apart_from_ruby(lines)
    lines, notes = apart_from_footnotes(in_reading_order(lines, page.width), style.size, page)
    groups = mark_cells(group(lines, style, page.rules), page.rules)
    give_types(groups, style)
    flow.body += groups + ruby
    for note in single_notes(notes):
        flow.footnotes += [Group(found.lines, "footnote") for found in group(note, style, page.rules)]
