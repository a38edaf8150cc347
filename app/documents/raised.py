"""Raised and lowered marks that a PDF draws apart from their line: the "st" of "1st", the number of a footnote.

Many programs write them after the line, or after the page. They belong where they stand: directly behind a character, in the
gap that the line leaves for them.
"""

from __future__ import annotations

import numpy as np

from app.documents.pdf_lines import Line

_LONGEST = 8  # characters
_SMALLER = 0.8  # than the line's size
# In multiples of the line's size.
_CLOSE_BEHIND = 0.35
_MAY_OVERLAP = 0.25
_WORD_GAP = 0.15
_MOST_PAIRS = 200_000


def with_marks_in_place(lines: list[Line]) -> list[Line]:
    """The lines, with each mark that stands in a gap of another line put into its text."""
    smallest = min((line.size for line in lines if line.level), default=0.0)
    hosts = [line for line in lines if line.level and len(line.text) > 1 and line.size * _SMALLER >= smallest]
    if not hosts:
        return lines
    largest = max(line.size for line in hosts)
    marks = [m for m in lines if m.level and len(m.text) <= _LONGEST and m.size <= _SMALLER * largest]
    if not marks or len(marks) * len(hosts) > _MOST_PAIRS:
        return lines
    moved: dict[int, Line] = {}  # id() of a mark, or of a line that has one now
    placed: set[int] = set()
    for mark in marks:
        for host in hosts:
            if host is mark or id(host) in placed or not _may_hold(host, mark):
                continue
            made = _insert(moved.get(id(host), host), mark)
            if made is not None:
                moved[id(host)] = made
                placed.add(id(mark))
                break
    return [moved.get(id(line), line) for line in lines if id(line) not in placed]


def _may_hold(host: Line, mark: Line) -> bool:
    if mark.size > _SMALLER * host.size or not host.x0 < mark.x0 <= host.x1 + _CLOSE_BEHIND * host.size:
        return False
    shared = min(host.y1, mark.y1) - max(host.y0, mark.y0)
    return shared > 0.3 * (mark.y1 - mark.y0)


def _insert(host: Line, mark: Line) -> Line | None:
    """`host` with `mark` behind the character that it follows closely; None where it follows none, or stands on another."""
    left, right = host.quads[:, 0::2].min(axis=1), host.quads[:, 0::2].max(axis=1)
    inked = np.array([not character.isspace() for character in host.text])
    before = np.flatnonzero(inked & ((left + right) / 2 < (mark.x0 + mark.x1) / 2))
    if not len(before):
        return None
    at = int(before[-1])
    after = np.flatnonzero(inked[at + 1 :])
    following = at + 1 + int(after[0]) if len(after) else len(host.text)
    room = float(left[following]) - mark.x1 if len(after) else host.size
    behind = mark.x0 - float(right[at])
    if not -_MAY_OVERLAP * host.size < behind < _CLOSE_BEHIND * host.size or room < -_MAY_OVERLAP * host.size:
        return None
    # The white space that was read between the characters may be no more than the room for the mark.
    rest = at + 1 if room > _WORD_GAP * host.size else following
    return Line(
        host.text[: at + 1] + mark.text + host.text[rest:],
        np.concatenate([host.quads[: at + 1], mark.quads, host.quads[rest:]]),
        host.x0,
        min(host.y0, mark.y0),
        max(host.x1, mark.x1),
        max(host.y1, mark.y1),
        host.size,
        host.bold,
        host.level,
        host.source,
    )
