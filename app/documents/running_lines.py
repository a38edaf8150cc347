"""Running headers, footers and page numbers: what repeats in the margins of pages, or counts them.

A line is running where the same words, but for their numbers, stand at one height on several pages; where a number in them
goes up with the pages; and where it shares the height and size of such lines on other pages, as a chapter's title does that
changes.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from app.documents.laying import PageLines
from app.documents.line_patterns import DIGITS, NUMBER, PAGE_NUMBER
from app.documents.pdf_lines import Line

MARGIN_SHARE = 0.12

_NUMERAL = re.compile(r"\d{1,4}|\b[ivxlc]{1,7}\b")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_COUNTED = 3  # pages whose numbers go up together are no accident
_SAME_HEIGHT = 3.0  # points
_Key = tuple[str, int]


def running_lines(pages: list[PageLines]) -> set[int]:
    """The `id()` of each running line."""
    running: set[int] = set()
    repeated: dict[_Key, list[Line]] = defaultdict(list)
    counted: dict[tuple[str, int, int], list[tuple[int, Line]]] = defaultdict(list)
    for number, page in enumerate(pages):
        for line in _margin_lines(page):
            if PAGE_NUMBER.fullmatch(line.text) and _is_alone(line, page):
                running.add(id(line))
            if _is_within(line, page):
                for key in _counting_keys(line, number):
                    counted[key].append((number, line))
            if (repeated_key := _repeated_key(line, page)) is not None:
                repeated[repeated_key].append(line)
    running |= _repeating(repeated, max(3, min(len(pages) // 20, 8)))
    for found in counted.values():
        if len({number for number, _ in found}) >= _COUNTED:
            running.update(id(line) for _, line in found)
    return running | _in_line_with_others(pages, running)


def _repeated_key(line: Line, page: PageLines) -> _Key | None:
    if not DIGITS.sub("", line.text.lower()).strip(" .:-–—…*[]()"):
        return None  # what stands in for blacked-out text repeats too
    # Away from the edge only the very same words are a running line: clauses may differ by their numbers alone, and so do
    # headings such as "Exhibit 1".
    same = not _is_within(line, page) or NUMBER.match(line.text)
    return line.text if same else DIGITS.sub("#", line.text.lower()), round(line.middle / 6)


def _is_within(line: Line, page: PageLines) -> bool:
    """Whether the line stands in one of the margins."""
    return line.y1 < page.height * MARGIN_SHARE or line.y0 > page.height * (1 - MARGIN_SHARE)


def _repeating(found: dict[_Key, list[Line]], needed: int) -> set[int]:
    running: set[int] = set()
    for (text, place), lines in found.items():
        near = sum(len(found.get((text, place + step), ())) for step in (-1, 0, 1))
        if near >= needed:
            running.update(id(line) for line in lines)
    return running


def _counting_keys(line: Line, number: int) -> list[tuple[str, int, int]]:
    """For each number in the line: the words around it, its height, and by how much it is ahead of the page's own number.

    The words at hand are the same on all pages of a document, or of its odd ones.
    """
    text = line.text.lower()
    if len(text) > 200:
        return []
    keys = []
    number_of_part = NUMBER.match(line.text)
    # Three exhibits with one page each go up with the pages too.
    of_part = number_of_part.end() if number_of_part and not number_of_part.group()[0].isdigit() else 0
    for found in _NUMERAL.finditer(text, of_part):
        value = _value(found.group())
        words = f"{text[: found.start()]}#{text[found.end() :]}"
        keys.append((words, round(line.middle / 12), value - number))
    return keys


def _value(numeral: str) -> int:
    if numeral.isdigit():
        return int(numeral)
    total = 0
    for letter, following in zip(numeral, [*numeral[1:], ""], strict=True):
        value = _ROMAN[letter]
        total += -value if following and _ROMAN[following] > value else value
    return total


def _in_line_with_others(pages: list[PageLines], running: set[int]) -> set[int]:
    """The outermost row of a page where most others have a running line at that height and in that size."""
    heights: dict[bool, Counter[tuple[int, int]]] = {True: Counter(), False: Counter()}
    rows: list[tuple[bool, Line]] = []
    for page in pages:
        level = [line for line in page.lines if line.level]
        for top in (True, False):
            edge = _outermost_row(level, page, top=top)
            heights[top].update({_height(line) for line in edge if id(line) in running})
            rows += [(top, line) for line in edge if id(line) not in running]
    needed = max(_COUNTED, len(pages) // 3)
    found: set[int] = set()
    for top, line in rows:
        height, size = _height(line)
        near = sum(heights[top][height + up, size + larger] for up in (-1, 0, 1) for larger in (-1, 0, 1))
        if near >= needed and len(line.text) < 120:
            found.add(id(line))
    return found


def _height(line: Line) -> tuple[int, int]:
    return round(line.middle / _SAME_HEIGHT), round(line.size * 2)


def _outermost_row(lines: list[Line], page: PageLines, *, top: bool) -> list[Line]:
    """The lines of the highest or lowest row, if it lies in the margin and well apart from the next row."""
    if not lines:
        return []
    first = min(lines, key=lambda line: line.middle) if top else max(lines, key=lambda line: line.middle)
    row = [line for line in lines if abs(line.middle - first.middle) < 0.5 * first.size]
    rest = [line for line in lines if abs(line.middle - first.middle) >= 0.5 * first.size]
    within = first.y1 < page.height * MARGIN_SHARE if top else first.y0 > page.height * (1 - MARGIN_SHARE)
    gap = min(
        (line.y0 - first.y1 if top else first.y0 - line.y1 for line in rest),
        default=page.height,
    )
    return row if within and gap > 0.8 * first.size else []


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
