"""Plain text -> pieces: paragraphs by empty lines, indents, marks and short lines; hard-wrapped lines joined; plain headings.

Nothing but white space, and the rule under a heading, is left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from app.documents.document import BlockType
from app.documents.pieces import Piece, Pieces, Words, join_lines

_LOOKED_AT = 400  # characters of a line, by which its kind is told
_NARROW, _WIDE = 40, 140  # columns: the range in which text is wrapped by hand
_SHORT = 30

_WIDE_LETTER = re.compile(
    "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]"
)
_MARK = re.compile(
    r"(?:[-*+•●○◦▪■□–—·・◆◇※]|\d{1,3}[.)．）]|[a-zA-Z][.)]|\((?:[a-zA-Z]|[ivxIVX]{1,5}|\d{1,3})\)|[ivx]{2,5}[.)])\s+(?=\S)"
    r"|(?:（(?:[一二三四五六七八九十]{1,3}|[0-9０-９]{1,2}|[ア-ン])）|[①-⑳㈠-㈩]|[０-９]{1,2}[．）])\s*(?=\S)"
)
_BULLET = re.compile(r"[-*+•●○◦▪■□–—·・◆◇※]\s")
_CLAUSE = re.compile(r"\d{1,3}(?:\.\d{1,3}){1,4}\.?\s+\S|第\s*[0-9０-９一二三四五六七八九十百]{1,5}\s*[編章節款条項]")
_TITLE_WORD = (
    r"(?:ARTICLE|Article|SECTION|Section|CHAPTER|Chapter|PART|Part|SCHEDULE|Schedule|EXHIBIT|Exhibit|ANNEX|Annex|APPENDIX"
    r"|Appendix)\s+(?:\d+(?:\.\d+)*|[IVXLC]+|[A-Z])\b"
)
_TITLED = re.compile(_TITLE_WORD)
_NUMBER = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+(?=\S)|[IVX]{1,5}\.\s+(?=\S)|[A-Z]\.\s+(?=\S)")
_JAPANESE_NUMBER = re.compile(r"第\s*[0-9０-９一二三四五六七八九十百]{1,5}\s*([編部章節款条])(?![^\s（(【「『:：])")
_JAPANESE_LEVEL = {"編": 1, "部": 1, "章": 1, "節": 2, "款": 3, "条": 2}
_RULE = re.compile(r"(?:(.)\1{2,}|(?:[-*_] ){2,}[-*_])$")
_RULED = frozenset("=-~*_#+^\"'`:.─━═＝－‐")
_ENDS = re.compile(r"[.!?:;。！？：；．][\"'”’)\]」』）]*$")
_CONTINUES = re.compile(r"[a-zà-ÿ,;)]")
_TABULAR = re.compile(r"\S(?:\t| {3,})\s*\S|^[|+].*[|+]$|[.．…‥・]{4,}\s*\S{0,6}$|(?:\. ){4,}\s*\S{0,6}$")
_LETTER = re.compile(r"[^\W\d_]")
_DIGITS = re.compile(r"\d+")


@dataclass(slots=True)
class _Line:
    """A line that is not empty; `indent` and `width` in columns, in which a Japanese letter takes two."""

    text: str
    indent: int
    width: int
    opens: bool  # it begins with a Japanese space, as paragraphs do
    mark: bool
    tabular: bool
    running: BlockType | None = None


@dataclass(slots=True)
class _Group:
    """The lines of one block to be, and whether it is parted from its neighbours by empty lines."""

    lines: list[_Line]
    after_blank: bool
    before_blank: bool = False


def read_plain(text: str) -> Pieces:
    r"""The pieces of a plain text whose line ends are `\n`, with `\f` on a line of its own where a page ends."""
    raw = text.split("\n")
    running = _running_lines(raw)
    lines = [_line(line, running.get(number)) for number, line in enumerate(raw)]
    groups = list(_groups(lines, _wrap(lines)))
    return Pieces(list(_pieces(groups, Words(text))))


def _line(raw: str, running: BlockType | None) -> _Line | None:
    text = raw.strip()
    if not text:
        return None
    head = raw[: len(raw) - len(raw.lstrip())]
    start = text[:_LOOKED_AT]
    marked = bool(_MARK.match(start) or _CLAUSE.match(start) or _TITLED.match(start))
    indent = len(head.expandtabs(8)) + head.count("\u3000")
    return _Line(
        text=text,
        indent=indent,
        width=indent + len(text) + (0 if start.isascii() else len(_WIDE_LETTER.findall(start))),
        opens=head.startswith("\u3000"),
        mark=marked,
        tabular=len(text) < _LOOKED_AT and bool(_TABULAR.search(text)),
        running=running,
    )


def _wrap(lines: list[_Line | None]) -> int | None:
    """The column at which lines were broken by hand, or None where each line is a paragraph of its own."""
    widths = sorted(line.width for line in lines if line is not None and line.width >= _SHORT)
    usual = widths[int(0.95 * (len(widths) - 1))] if widths else 0
    return usual if _NARROW <= usual <= _WIDE else None


def _running_lines(raw: list[str]) -> dict[int, BlockType]:
    """The first and last lines of pages that return, but for their numbers, on at least half of the pages."""
    found: dict[int, BlockType] = {}
    ends = [number for number, line in enumerate(raw) if line == "\f"]
    if len(ends) < 2:
        return found
    at: list[tuple[int, BlockType, str]] = []
    for start, end in zip([0, *ends], [*ends, len(raw)], strict=True):
        filled = [number for number in range(start, end) if raw[number].strip()]
        if len(filled) > 2:
            at.append((filled[0], "page-header", _without_numbers(raw[filled[0]])))
            at.append((filled[-1], "page-footer", _without_numbers(raw[filled[-1]])))
    counts = Counter((type_, words) for _, type_, words in at)
    needed = max(2, len(at) // 4)
    return {number: type_ for number, type_, words in at if counts[type_, words] >= needed}


def _without_numbers(line: str) -> str:
    return " ".join(_DIGITS.sub("0", line[:_LOOKED_AT]).split())


# ---- lines to groups


def _groups(lines: list[_Line | None], wrap: int | None) -> Iterator[_Group]:
    run: list[_Line] = []
    for line in [*lines, None]:
        if line is not None:
            run.append(line)
        elif run:
            yield from _groups_of_run(run, wrap)
            run = []


def _groups_of_run(run: list[_Line], wrap: int | None) -> Iterator[_Group]:
    """The blocks among lines without an empty one between them."""
    widest = max(line.width for line in run)
    if wrap is not None and len(run) > 2 and widest >= _NARROW:
        wrap = min(wrap, widest)  # a quotation may be narrower than the rest
    group = _Group([run[0]], after_blank=True)
    for line in run[1:]:
        if _continues(group.lines, line, wrap):
            group.lines.append(line)
        else:
            yield group
            group = _Group([line], after_blank=False)
    group.before_blank = True
    yield group


def _continues(block: list[_Line], line: _Line, wrap: int | None) -> bool:
    """Whether a line belongs to the block above it."""
    last, first = block[-1], block[0]
    if line.opens or line.running or last.running or line.tabular or last.tabular or wrap is None:
        return False
    if _is_rule(line) or _is_rule(last):
        return False
    short = _is_short(last, line, wrap)
    open_ = not _ENDS.search(last.text[-8:]) and bool(_CONTINUES.match(line.text))
    if line.mark and (_BULLET.match(line.text) or short or line.indent != last.indent or _ENDS.search(last.text[-8:])):
        return False
    if line.indent > last.indent + 1:
        return len(block) == 1 and (first.mark or not short)
    if line.indent < last.indent - 1 and (len(block) > 1 or first.mark or last.indent - line.indent > 8):
        return open_
    return open_ or not short


def _is_short(line: _Line, following: _Line, wrap: int) -> bool:
    """Whether the next line's first word had found room: the line was ended on purpose."""
    if line.width < _SHORT:
        return True
    word = 4 if _WIDE_LETTER.match(following.text) else min(len(following.text.split(maxsplit=1)[0]), 20)
    return line.width + 1 + word < 0.88 * wrap


def _is_rule(line: _Line) -> bool:
    return line.text[0] in _RULED and bool(_RULE.match(line.text))


# ---- groups to pieces


def _pieces(groups: list[_Group], words: Words) -> Iterator[Piece]:
    indents: list[int] = []
    rules: dict[str, int] = {}
    waiting: Piece | None = None
    for number, group in enumerate(groups):
        first = group.lines[0]
        above = groups[number - 1] if number else None
        if waiting is not None and above is not None and _underlines(group, above):
            level = rules.setdefault(first.text[0], min(len(rules) + 1, 6))
            waiting = Piece("heading", waiting.text, level)
            indents.clear()
            continue
        if waiting is not None:
            yield waiting
        following = groups[number + 1] if number + 1 < len(groups) else None
        under_heading = waiting is not None and waiting.type == "heading"
        waiting = _piece(group, following, under_heading, words, indents)
    if waiting is not None:
        yield waiting


def _piece(group: _Group, following: _Group | None, under_heading: bool, words: Words, indents: list[int]) -> Piece:
    """One block; `indents` are those of the list items around it, which it may change."""
    first = group.lines[0]
    text = join_lines((line.text for line in group.lines), words)
    if first.running is not None:
        return Piece(first.running, text)
    level = _heading_level(group, following, under_heading)
    if level is not None:
        indents.clear()
        return Piece("heading", text, level)
    while indents and indents[-1] >= first.indent:
        indents.pop()
    if not _MARK.match(first.text[:_LOOKED_AT]):
        return Piece("paragraph", text)
    indents.append(first.indent)
    return Piece("list-item", text, min(len(indents), 9))


def _underlines(group: _Group, above: _Group) -> bool:
    """Whether this is a rule directly under one line of words, about as long as these."""
    rule, title = group.lines[0], above.lines[0]
    if len(group.lines) > 1 or len(above.lines) > 1 or group.after_blank or not _is_rule(rule) or title.tabular:
        return False
    words = title.width - title.indent
    return 0.6 * words <= len(rule.text) <= 1.4 * words + 4 and words <= 100 and bool(_LETTER.search(title.text))


def _heading_level(group: _Group, following: _Group | None, under_heading: bool) -> int | None:
    """The level of a line that is plainly a heading: numbered like one, or in capitals and by itself."""
    line = group.lines[0]
    text = line.text
    if len(group.lines) > 1 or line.tabular or len(text) > 90 or not _LETTER.search(text):
        return None
    if found := _JAPANESE_NUMBER.match(text):
        return _JAPANESE_LEVEL[found[1]] if line.width <= 70 and not re.search("[。、，]", text) else None
    if _ENDS.search(text) or text.endswith(","):
        return None
    alone = group.before_blank and (group.after_blank or under_heading)
    title = _TITLED.match(text)
    if title is not None:
        return (
            (1 if title.group()[0] not in "S" else 2)
            if alone or _is_titled(text[title.end() :]) or title.group() == text
            else None
        )
    number = _NUMBER.match(text)
    name = text[number.end() :] if number else text
    if number is not None and _LETTER.match(name) and not name[0].islower():
        level = (number[1] or "").count(".") + 1
        dotted = "." in number.group()
        if (_is_titled(name) and (dotted or alone)) or (alone and _introduces(name, following)):
            return min(level, 6)
    capitals = name.isupper() and len(_LETTER.findall(name)) >= 4 and len(name.split()) <= 8
    return 1 if number is None and alone and capitals and not _BULLET.match(text) and not line.mark else None


def _is_titled(name: str) -> bool:
    """Whether all longer words begin with a capital."""
    words = re.findall(r"[^\W\d_]{4,}", name)
    return bool(words) and len(name.split()) <= 12 and all(word[0].isupper() for word in words)


def _introduces(name: str, following: _Group | None) -> bool:
    """Whether a few words stand over a paragraph rather than in a list of such."""
    if following is None or len(name.split()) > 8:
        return False
    below = following.lines[0]
    return not below.mark and (len(following.lines) > 1 or below.width > 80 or len(below.text) > len(name) + 20)
