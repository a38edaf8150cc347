"""What kind of block a group of lines is: heading, list item, footnote or paragraph."""

from __future__ import annotations

import re

from app.documents.laying import Group, Style
from app.documents.line_patterns import LEADER, MARKER, NUMBER


def give_types(groups: list[Group], style: Style) -> None:
    """Set the type and level of groups that have none yet."""
    lowest_body = max((g.lines[-1].y1 for g in groups if g.lines[0].size > 0.92 * style.size), default=0.0)
    for group in groups:
        if group.type != "paragraph":
            continue
        first = group.lines[0]
        text = " ".join(line.text for line in group.lines)
        if _is_heading(group, text, style):
            group.type = "heading"
        elif first.size < 0.92 * style.size and first.y0 >= lowest_body and re.match(r"[\d*†‡※]", text):
            group.type = "footnote"
        elif found := MARKER.match(text):
            group.type = "list-item"
            group.level = 2 if re.match(r"[(（]?[ivx]{2,5}[)）]|[◦○]", found.group()) else 1


def _is_heading(group: Group, text: str, style: Style) -> bool:
    if len(group.lines) > 3 or len(text) > 150 or LEADER.search(text) or not re.search(r"[^\W\d_]", text):
        return False
    first = group.lines[0]
    numbered = bool(NUMBER.match(text))
    closed = bool(re.search(r"[.;,:。；、]$", text)) and not (numbered and len(text) < 60)
    if closed:
        return False
    large = first.size > 1.12 * style.size
    bold = all(line.bold for line in group.lines)
    capitals = text.isupper() and len(text) > 3
    japanese = numbered and bool(re.match(r"第.{1,6}[編章節条]", text)) and len(text) < 40
    return large or bold or capitals or japanese or (numbered and text.istitle() and len(text) < 80)


def give_levels(headings: list[Group]) -> None:
    """Numbered headings by the depth of their number, others by the rank of their size."""
    sizes = sorted({round(g.lines[0].size) for g in headings}, reverse=True)
    for group in headings:
        text = group.lines[0].text
        number = NUMBER.match(text)
        rank = min(sizes.index(round(group.lines[0].size)) + 1, 6)
        if number is None:
            group.level = rank
        elif re.match(r"第.*[節条款]", number.group()):
            group.level = 2
        else:
            group.level = min(len(re.findall(r"[.．][0-9０-９]", number.group())) + 1, 6)
