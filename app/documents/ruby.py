"""Ruby (furigana): the small readings above or beside Japanese words, which are no part of the sentence.

They are read as blocks of their own behind the page's text, so that the word they stand at stays whole.
"""

from __future__ import annotations

import re

from app.documents.laying import Group
from app.documents.pdf_lines import Line

_KANA = re.compile(r"[\u3040-\u30ff\s・]+")
_SMALLER = 0.65  # than the words
_CLOSE = 0.7  # in multiples of the words' size
_MOST_PAIRS = 200_000


def apart_from_ruby(lines: list[Line]) -> tuple[list[Line], list[Group]]:
    """The lines without ruby, and the ruby, one group for each line that has some."""
    small = [line for line in lines if line.level and len(line.text) <= 40 and _KANA.fullmatch(line.text)]
    if not small or len(small) * len(lines) > _MOST_PAIRS:
        return lines, []
    found: dict[int, Group] = {}  # by the line that the ruby belongs to
    taken: set[int] = set()
    for mark in small:
        for host in lines:
            if _stands_at(mark, host):
                found.setdefault(id(host), Group([])).lines.append(mark)
                taken.add(id(mark))
                break
    return [line for line in lines if id(line) not in taken], list(found.values())


def _stands_at(mark: Line, host: Line) -> bool:
    """Directly above a line of larger characters, and nowhere beyond it."""
    if not host.level or mark.size > _SMALLER * host.size:
        return False
    above = host.y0 - mark.y1
    return (
        -0.3 * host.size < above < _CLOSE * host.size
        and mark.middle < host.y0 + 0.2 * host.size
        and mark.x0 > host.x0 - host.size
        and mark.x1 < host.x1 + host.size
    )
