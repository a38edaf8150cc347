"""From a PDF's lines to blocks: paragraphs joined over line ends, headings, list items, cells, footnotes, running lines.

The order is the PDF's own, which is the reading order for nearly all programs that write PDF, except where it plainly runs
across two columns.
"""

from __future__ import annotations

import itertools
import re
import statistics
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from app.documents.document import BlockType
from app.documents.pdf_lines import SOFT_HYPHEN, Line, Quads

_CJK = "[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]"
_STARTS_CJK = re.compile(_CJK)
_ENDS_CJK = re.compile(_CJK + "$")
_ENDS_SENTENCE = re.compile(r"[.!?:;。！？：；…][\"'”’)\]」』）]*$")
_LEADER = re.compile(r"[.．…‥・]{4,}\s*\S{0,6}$|(?:\. ){4,}\s*\S{0,6}$")
_MARKER = re.compile(
    r"(?:[•●○◦▪■□–—*·・◆◇➢]|\((?:[a-zA-Z]|[ivxIVX]{1,5}|\d{1,2})\)|（(?:[一二三四五六七八九十]{1,3}|[0-9０-９]{1,2}|[ア-ン])）"
    r"|(?:[a-z]{1,2}|[ivx]{1,5}|\d{1,2})\)|[①-⑳㈠-㈩])(?=\s|[^\W\d_a-zA-Z])"
)
_NUMBER = re.compile(
    r"(?:(?:ARTICLE|Article|SECTION|Section|CHAPTER|Chapter|PART|Part|SCHEDULE|Schedule|EXHIBIT|Exhibit|ANNEX|Annex|APPENDIX"
    r"|Appendix)\s+(?:\d+(?:\.\d+)*|[IVXLC]+|[A-Z])\b|第\s*[0-9０-９一二三四五六七八九十百]+\s*[編章節条款]"
    r"|[0-9０-９]{1,2}(?:[.．][0-9０-９]{1,2})*[.．]?(?=\s)|[IVX]{1,5}\.(?=\s))"
)
_PAGE_NUMBER = re.compile(
    r"[\s\-–—−|]*(?:page|p\.)?\s*(?:[A-Z]{1,2}-)?(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:of|/)\s*\d{1,4})?[\s\-–—−|.]*",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+|\b[ivxlc]{1,6}\b")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_HYPHENS = "-\u2010" + SOFT_HYPHEN

MARGIN_SHARE = 0.12


@dataclass(slots=True, eq=False)
class PageLines:
    """What is laid out: one page's displayed size and its lines."""

    width: float
    height: float
    lines: list[Line]


@dataclass(slots=True, eq=False)
class LaidBlock:
    """A finished block: its text and, for each code point, a quad (zeros for a separator)."""

    type: BlockType
    text: str
    quads: Quads
    level: int | None = None


@dataclass(slots=True, eq=False)
class _Group:
    """The lines of one block to be."""

    lines: list[Line]
    type: BlockType = "paragraph"
    level: int | None = None


@dataclass(slots=True, eq=False)
class _Style:
    """What the whole document has in common: the body's size, its words, the running lines of its pages."""

    size: float
    words: Counter[str] = field(default_factory=Counter)
    running: set[int] = field(default_factory=set)  # id() of lines


def lay_out(pages: list[PageLines]) -> list[list[LaidBlock]]:
    """The blocks of each page in reading order; page headers come first, page footers last."""
    style = _style_of(pages)
    groups = [_groups_of(page, style) for page in pages]
    _give_levels([g for page in groups for g in page if g.type == "heading"])
    return [[_finish(group, style) for group in page] for page in groups]


def _style_of(pages: list[PageLines]) -> _Style:
    sizes: Counter[float] = Counter()
    style = _Style(10.0)
    for page in pages:
        for line in page.lines:
            sizes[round(line.size * 2) / 2] += len(line.text)
            if line.text.isascii() or not _STARTS_CJK.match(line.text):
                # The last word may be cut by the line's end.
                style.words.update(word.lower() for word in _WORD.findall(line.text)[:-1])
    if sizes:
        style.size = sizes.most_common(1)[0][0] or 10.0
    style.running = _running_lines(pages)
    return style


# ---- running headers and footers


def _running_lines(pages: list[PageLines]) -> set[int]:
    """Lines in the pages' margins that repeat over pages but for their numbers, and lone page numbers."""
    found: dict[tuple[str, int], list[Line]] = {}
    running: set[int] = set()
    for page in pages:
        for line in _margin_lines(page):
            if _PAGE_NUMBER.fullmatch(line.text) and _is_alone(line, page):
                running.add(id(line))
            within = line.y1 < page.height * MARGIN_SHARE or line.y0 > page.height * (1 - MARGIN_SHARE)
            if not _DIGITS.sub("", line.text.lower()).strip(" .:-–—…*[]()"):
                continue  # what stands in for blacked-out text repeats too
            # Away from the edge only the very same words are a running line: clauses may differ by their numbers alone,
            # and so do headings such as "Exhibit 1".
            same = not within or _NUMBER.match(line.text)
            key = (line.text if same else _DIGITS.sub("#", line.text.lower()), round(line.middle / 6))
            found.setdefault(key, []).append(line)
    needed = max(3, min(len(pages) // 20, 8))
    for (text, place), lines in found.items():
        near = sum(len(found.get((text, place + step), ())) for step in (-1, 0, 1))
        if near >= needed:
            running.update(id(line) for line in lines)
    return running


def _is_alone(line: Line, page: PageLines) -> bool:
    """No other line at its height: a number beside text numbers a clause or stands in a table."""
    return not any(abs(other.middle - line.middle) < 0.5 * line.size for other in page.lines if other is not line)


def _margin_lines(page: PageLines) -> list[Line]:
    """Lines near the page's upper and lower edge, and in any case its three highest and lowest ones."""
    by_height = sorted(page.lines, key=lambda line: line.middle)
    top = [line for line in by_height if line.y1 < page.height * MARGIN_SHARE]
    bottom = [line for line in by_height if line.y0 > page.height * (1 - MARGIN_SHARE)]
    edges = {id(line): line for line in [*top[:8], *by_height[:3], *bottom[-8:], *by_height[-3:]]}
    return list(edges.values())


# ---- order and grouping


def _groups_of(page: PageLines, style: _Style) -> list[_Group]:
    headers = [line for line in page.lines if id(line) in style.running and line.middle < page.height / 2]
    footers = [line for line in page.lines if id(line) in style.running and line.middle >= page.height / 2]
    body = _by_columns([line for line in page.lines if id(line) not in style.running], page)
    groups = _group(body, style)
    _mark_cells(groups)
    _give_types(groups, style)
    before = [_Group([line], "page-header") for line in headers]
    return before + groups + [_Group([line], "page-footer") for line in footers]


def _by_columns(lines: list[Line], page: PageLines) -> list[Line]:
    """The lines, down one column and then the other, where the PDF writes them across both."""
    pairs = [(a, b) for a, b in itertools.pairwise(lines) if _beside(a, b, page.width)]
    if len(pairs) < 8:
        return lines
    gutter_left, gutter_right = max(a.x1 for a, _ in pairs), min(b.x0 for _, b in pairs)
    if gutter_left >= gutter_right:
        return lines
    middle = (gutter_left + gutter_right) / 2
    ordered: list[Line] = []
    left: list[Line] = []
    right: list[Line] = []
    for line in sorted(lines, key=lambda line: (round(line.middle), line.x0)):
        if line.x0 < middle < line.x1:
            ordered += [*left, *right, line]
            left, right = [], []
        else:
            (left if line.x1 <= middle else right).append(line)
    return [*ordered, *left, *right]


def _beside(a: Line, b: Line, width: float) -> bool:
    """Two long runs of prose at one height, left and right of a gutter."""
    return (
        abs(a.middle - b.middle) < 0.4 * a.size
        and a.size < b.x0 - a.x1 < 0.15 * width
        and min(a.x1 - a.x0, b.x1 - b.x0) > 0.28 * width
    )


def _group(lines: list[Line], style: _Style) -> list[_Group]:
    groups: list[_Group] = []
    leading = _usual_leading(lines, style.size)
    right = _right_edge(lines)
    for line in lines:
        if groups and _continues(groups[-1].lines, line, leading, right):
            groups[-1].lines.append(line)
        else:
            groups.append(_Group([line]))
    return groups


def _usual_leading(lines: list[Line], size: float) -> float:
    """The distance of lines within paragraphs, as a multiple of their size."""
    steps = [
        (b.middle - a.middle) / a.size
        for a, b in itertools.pairwise(lines)
        if a.size > 0 and abs(a.size - b.size) < 0.1 * size and 0.7 < (b.middle - a.middle) / a.size < 2.6
    ]
    # The lower quartile: where each paragraph is one or two lines long, the gaps between them are as frequent.
    return statistics.quantiles(steps, n=4)[0] if len(steps) > 3 else 1.25


def _right_edge(lines: list[Line]) -> dict[int, float]:
    """Where full lines end, by the column (their left end in steps of a third of an inch gives it roughly)."""
    ends: dict[int, float] = {}
    for line in lines:
        column = round(line.x0 / 24)
        for near in range(column - 4, column + 3):
            ends[near] = max(ends.get(near, 0.0), line.x1)
    return ends


def _continues(block: list[Line], line: Line, leading: float, right: dict[int, float]) -> bool:
    """Whether `line` goes on with the sentence or paragraph of `block`."""
    last = block[-1]
    if not (last.level and line.level):
        return last.source == line.source and last.level == line.level
    if not 0.75 < line.size / max(last.size, 0.1) < 1.33:
        return False
    step = line.middle - last.middle
    if abs(step) < 0.45 * max(last.size, line.size):
        return _same_row(block, line)
    if _LEADER.search(last.text):
        return False
    if step < 0:
        # The head of the next column goes on with an unfinished sentence.
        return not _ENDS_SENTENCE.search(last.text) and line.text[:1].islower() and last.bold == line.bold
    return step <= (leading + 0.35) * last.size and _runs_on(block, line, right)


def _same_row(block: list[Line], line: Line) -> bool:
    last = block[-1]
    gap = line.x0 - last.x1
    marker = (
        len(block) == 1 and len(last.text) < 14 and (_MARKER.match(last.text + " ") or _NUMBER.match(last.text + " "))
    )
    return -0.5 * line.size < gap < (6 if marker else 2.5) * line.size


def _runs_on(block: list[Line], line: Line, right: dict[int, float]) -> bool:
    """At a usual distance below: the same paragraph, unless its last line, this line's start or a style says otherwise."""
    last = block[-1]
    if last.bold != line.bold and not (len(block) == 1 and last.text[-1:] not in ".:" and line.text[:1].islower()):
        return False
    ended = bool(_ENDS_SENTENCE.search(last.text))
    short = last.x1 < right.get(round(last.x0 / 24), last.x1) - max(6 * last.size, 0.0)
    marked = bool(_MARKER.match(line.text) or _NUMBER.match(line.text))
    if marked and (ended or short or line.text[:1] in "(（•●第"):
        return False
    if short and (ended or line.text[:1].isupper() or _STARTS_CJK.match(line.text) is not None):
        return False
    indented = line.x0 > min(b.x0 for b in block) + 0.9 * line.size
    fresh = not line.text[:1].islower()
    return not (indented and ended and fresh and len(block) > 1)


def _mark_cells(groups: list[_Group]) -> None:
    """Short blocks that stand beside each other are a table's cells."""
    for a, b in itertools.pairwise(groups):
        first, last = b.lines[0], a.lines[0]
        if not (first.level and last.level) or len(a.lines) > 6 or len(b.lines) > 6:
            continue
        if abs(first.middle - last.middle) < 0.45 * first.size and first.x0 > max(line.x1 for line in a.lines):
            a.type = b.type = "table-cell"


# ---- kinds of block


def _give_types(groups: list[_Group], style: _Style) -> None:
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
        elif found := _MARKER.match(text):
            group.type = "list-item"
            group.level = 2 if re.match(r"[(（]?[ivx]{2,5}[)）]|[◦○]", found.group()) else 1


def _is_heading(group: _Group, text: str, style: _Style) -> bool:
    if len(group.lines) > 3 or len(text) > 150 or _LEADER.search(text) or not re.search(r"[^\W\d_]", text):
        return False
    first = group.lines[0]
    numbered = bool(_NUMBER.match(text))
    closed = bool(re.search(r"[.;,:。；、]$", text)) and not (numbered and len(text) < 60)
    if closed:
        return False
    large = first.size > 1.12 * style.size
    bold = all(line.bold for line in group.lines)
    capitals = text.isupper() and len(text) > 3
    japanese = numbered and bool(re.match(r"第.{1,6}[編章節条]", text)) and len(text) < 40
    return large or bold or capitals or japanese or (numbered and text.istitle() and len(text) < 80)


def _give_levels(headings: list[_Group]) -> None:
    """Numbered headings by the depth of their number, others by the rank of their size."""
    sizes = sorted({round(g.lines[0].size) for g in headings}, reverse=True)
    for group in headings:
        text = group.lines[0].text
        number = _NUMBER.match(text)
        rank = min(sizes.index(round(group.lines[0].size)) + 1, 6)
        if number is None:
            group.level = rank
        elif re.match(r"第.*[節条款]", number.group()):
            group.level = 2
        else:
            group.level = min(len(re.findall(r"[.．][0-9０-９]", number.group())) + 1, 6)


# ---- joining lines


def _finish(group: _Group, style: _Style) -> LaidBlock:
    first = group.lines[0]
    parts, quads = [first.text], [first.quads]
    for line in group.lines[1:]:
        before = parts[-1]
        if before[-1:] in _HYPHENS and line.text[:1].islower() and before[-2:-1].isalpha():
            if _drops_hyphen(before, line.text, style.words):
                parts[-1], quads[-1] = before[:-1], quads[-1][:-1]
        elif not (_ENDS_CJK.search(before) or _STARTS_CJK.match(line.text)):
            parts.append(" ")
            quads.append(np.zeros((1, 8), dtype=np.float32))
        parts.append(line.text)
        quads.append(line.quads)
    text, rows = "".join(parts), np.concatenate(quads)
    if SOFT_HYPHEN in text:
        keep = np.array([character != SOFT_HYPHEN for character in text])
        text, rows = text.replace(SOFT_HYPHEN, ""), rows[keep]
    return LaidBlock(group.type, text, rows, group.level)


def _drops_hyphen(before: str, after: str, words: Counter[str]) -> bool:
    """Whether the hyphen at a line's end only divides a word: the document's other words decide."""
    if before.endswith(SOFT_HYPHEN):
        return True
    head = re.search(r"[^\W\d_]+(?=.$)", before)
    tail = re.match(r"[^\W\d_]+", after)
    if head is None or tail is None:
        return False
    first, second = head.group().lower(), tail.group().lower()
    whole, hyphenated = words[first + second], words[f"{first}-{second}"]
    if whole != hyphenated:
        return whole > hyphenated
    # Two words of their own, as in "third-party", rather than the halves of one.
    return not (words[first] and words[second]) and first not in {
        "non",
        "co",
        "re",
        "pre",
        "sub",
        "self",
        "anti",
        "multi",
    }
