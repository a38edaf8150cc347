"""Lines that run over a drawn border of a table, cut at it: the PDF's own lines may join cells that stand close together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from app.documents.pdf_lines import Line
from app.documents.rules import Rules


def split_at_rules(lines: list[Line], rules: Rules) -> list[Line]:
    """The lines, each cut at the white space in which an upright rule stands."""
    if not len(rules.upright):
        return lines
    return [part for line in lines for part in _parts(line, rules.crossing(line.x0 + 1, line.x1 - 1, line.middle))]


def _parts(line: Line, places: list[float]) -> list[Line]:
    if not places or not line.level:
        return [line]
    left, right = line.quads[:, 0::2].min(axis=1), line.quads[:, 0::2].max(axis=1)
    inked = np.array([not character.isspace() for character in line.text])
    cuts = [0]
    for place in places:
        # A rule through a letter is drawn on the text, not between two texts.
        if ((left + 0.5 < place) & (right - 0.5 > place) & inked).any():
            continue
        behind = np.flatnonzero(inked & ((left + right) / 2 > place))
        if len(behind) and cuts[-1] < behind[0] and inked[cuts[-1] : behind[0]].any():
            cuts.append(int(behind[0]))
    return [_part(line, start, end) for start, end in zip(cuts, [*cuts[1:], len(line.text)], strict=True)]


def _part(line: Line, start: int, end: int) -> Line:
    text = line.text[start:end].rstrip(" ")
    quads = line.quads[start : start + len(text)]
    return replace(line, text=text, quads=quads, x0=float(quads[:, 0::2].min()), x1=float(quads[:, 0::2].max()))
