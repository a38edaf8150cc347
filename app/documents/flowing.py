"""Where a page's headers, footers and footnotes stand in the text: never within a paragraph that goes on over a page's end.

A block lies on one page, so such a paragraph is two blocks. Between them there is white space only, and a reader who takes the
text as it is meets whole sentences.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from app.documents.laying import Group
from app.documents.line_patterns import ENDS_SENTENCE, MARKER, NUMBER


@dataclass(slots=True, eq=False)
class Flow:
    """A page's groups by where they belong; each in reading order."""

    headers: list[Group] = field(default_factory=list)
    body: list[Group] = field(default_factory=list)
    footnotes: list[Group] = field(default_factory=list)
    footers: list[Group] = field(default_factory=list)


def joined_over_pages(flows: list[Flow]) -> list[list[Group]]:
    """Each page's groups in the order of the text."""
    goes_on = [_may_go_on(a, b) for a, b in itertools.pairwise(flows)]
    return [
        _in_order(flow, from_before=before, goes_on=after)
        for flow, before, after in zip(flows, [False, *goes_on], [*goes_on, False], strict=False)
    ]


def _may_go_on(page: Flow, following: Flow) -> bool:
    """Whether the first paragraph of a page may be the rest of the last one of the page before."""
    if not page.body or not following.body:
        return False
    last, first = page.body[-1], following.body[0]
    if last.type not in ("paragraph", "list-item") or first.type != "paragraph":
        return False
    end, start = last.lines[-1], first.lines[0]
    if end.bold != start.bold or not 0.9 < start.size / max(end.size, 0.1) < 1.1:
        return False
    if start.text[:1].islower():
        return True
    if MARKER.match(start.text) or NUMBER.match(start.text):
        return False
    if not ENDS_SENTENCE.search(end.text):
        return True
    # A sentence may end with the page while its paragraph goes on: its last line is as long as the others then.
    return len(last.lines) > 1 and end.x1 > max(line.x1 for line in last.lines) - 2 * end.size


def _in_order(flow: Flow, *, from_before: bool, goes_on: bool) -> list[Group]:
    """Headers in front and notes and footers behind, but for one block where a paragraph goes on there.

    A page that is all one paragraph from the page before to the one after has no other place for them.
    """
    notes = flow.footnotes + flow.footers
    body = flow.body
    if len(body) < 2:
        between = from_before and not goes_on
        return [*body, *flow.headers, *notes] if between else [*flow.headers, *_behind(body, notes, goes_on)]
    start, end = (1 if from_before else 0), (len(body) - 1 if goes_on else len(body))
    return [*body[:start], *flow.headers, *body[start:end], *notes, *body[end:]]


def _behind(body: list[Group], notes: list[Group], goes_on: bool) -> list[Group]:
    return [*notes, *body] if goes_on else [*body, *notes]
