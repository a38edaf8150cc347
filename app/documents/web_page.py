"""HTML -> pieces: headings, paragraphs, lists and cells as a reader sees them; nothing is run, fetched or followed.

The parser hands over one element after the other and no tree is kept, so that neither depth nor length can exhaust memory.
Markdown is read through here as well, since it may hold HTML.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from lxml import etree

from app.documents.document import BlockType, Cell, Notice
from app.documents.hiding import StyleSheet, declarations, is_white, style_hides
from app.documents.pieces import Piece, Pieces
from app.documents.tables import TableGrid

MARK = "data-list-mark"
"""The attribute of a list item that holds the mark it had in Markdown."""

_BLOCKS = frozenset(
    re.findall(
        r"\S+",
        "address article aside blockquote body button caption center dd details dialog dir div dl dt fieldset figcaption figure"
        " footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html iframe legend li main menu nav noframes ol optgroup option"
        " p pre search section select summary table tbody td textarea tfoot th thead title tr ul video audio",
    )
)
# Scripts and styles; what stands in for something that is shown; readings above Japanese words; names inside of drawings.
_DROPPED = frozenset(
    re.findall(
        r"\S+",
        "script style template rt rp rtc datalist iframe canvas audio video object applet desc defs metadata",
    )
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_RUNS = frozenset(
    re.findall(
        r"\S+",
        "script applet object embed",
    )
)
_FETCHES = frozenset(
    re.findall(
        r"\S+",
        "img iframe embed object source video audio track input frame image script link",
    )
)
_REMOTE = re.compile(r"\s*(?:https?:|ftp:|file:|//|\\\\)", re.IGNORECASE)
_ACTIVE = re.compile(r"(?:javascript|vbscript):|data:text/html", re.IGNORECASE)
_UNSEEN = re.compile(r"[\x00-\x20]")  # browsers pass over these in addresses
_BREAK = "\x0b"
_CJK = "[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]"
_BETWEEN_CJK = re.compile(rf"(?<={_CJK})[ \t]*\n[ \t\n]*|(?<![ \t\n])[ \t]*+\n[ \t\n]*+(?={_CJK})")
_SPACES = re.compile(r"[ \t\n\r\f]+")
_BREAKS = re.compile(rf" ?{_BREAK} ?")
_PARAGRAPH = re.compile(rf"{_BREAK}(?:\s*{_BREAK})+")
_SENTENCE = re.compile(r"(?<![^\W\d_])[^\W\d_]{2,}+(?:[ ,]++[^\W\d_]{2,}+){4}|[\u3040-\u30ff\u4e00-\u9fff]{8}")
_CODE_LIKE = re.compile(r"[<>{}\[\]=]")
_CELL_PARTS = 4


@dataclass(slots=True)
class _Element:
    """An element that is open, with what it takes over from those around it."""

    tag: str
    dropped: bool = False
    hidden: bool = False
    kept_lines: bool = False
    backed: bool = False  # it or one around it has a background of its own
    type: BlockType = "paragraph"
    level: int | None = None


@dataclass(slots=True)
class _Cell:
    """The pieces of a table's cell; a cell that holds a table only serves to place it."""

    place: Cell
    pieces: list[Piece] = field(default_factory=list)
    places: bool = False


@dataclass(slots=True)
class _List:
    ordered: bool
    number: int
    style: str


class _Reader:
    """What the parser calls, element by element."""

    def __init__(self, *, comments: bool) -> None:
        self.pieces: list[Piece] = []
        self.language: str | None = None
        self.title = ""
        self.hidden = 0
        self.comments = 0
        self.active = self.remote = self.struck = False
        self._keeps_comments = comments
        self._stack = [_Element("")]
        self._buffer: list[str] = []
        self._other: list[str] = []  # what is in a title or a style sheet
        self._cells: list[_Cell] = []
        self._tables: list[TableGrid] = []
        self._table_count = 0
        self._lists: list[_List] = []
        self._mark = ""
        self._bullet = False  # the list item that begins has one
        self._sheet = StyleSheet()

    # ---- what the parser calls

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        tag = tag.lower()
        if tag in _BLOCKS:
            self._flush()
        self._notice(tag, attributes)
        around = self._stack[-1]
        element = _Element(
            tag, around.dropped, around.hidden, around.kept_lines, around.backed, around.type, around.level
        )
        element.dropped = around.dropped or tag in _DROPPED or (tag == "title" and around.tag != "head")
        element.backed = around.backed or "bgcolor" in attributes or "background" in attributes.get("style", "")
        element.hidden = around.hidden or self._is_hidden(tag, attributes, element)
        self._stack.append(element)
        if not element.dropped:
            self._enter(element, attributes)

    def end(self, tag: str) -> None:
        """An element ends, and with it those within that were left open."""
        tag = tag.lower()
        if all(element.tag != tag for element in reversed(self._stack[-64:])):
            return
        while len(self._stack) > 1:
            element = self._stack[-1]
            self._leave(element)
            self._stack.pop()
            if element.tag == tag:
                return

    def data(self, text: str) -> None:
        """Text within the element that is open."""
        element = self._stack[-1]
        if element.tag in ("title", "style"):
            self._other.append(text)
        elif element.dropped:
            return
        elif element.hidden:
            self.hidden += len("".join(text.split()))
        else:
            self._buffer.append(text)

    def comment(self, text: str) -> None:
        """A comment in the source."""
        text = text.strip()
        if not text or self._stack[-1].dropped:
            return
        if self._keeps_comments:
            self.comments += 1
            self._flush()
            for part in re.split(r"\n\s*\n", text):
                self._add(Piece("footnote", _tidy(part)))
        elif _SENTENCE.search(text) and not _CODE_LIKE.search(text):
            self.hidden += len("".join(text.split()))

    def close(self) -> _Reader:
        """The end of the file."""
        while len(self._stack) > 1:
            self._leave(self._stack[-1])
            self._stack.pop()
        self._flush()
        return self

    # ---- elements

    def _is_hidden(self, tag: str, attributes: Mapping[str, str], element: _Element) -> bool:
        if tag == "noscript" or (tag == "dialog" and "open" not in attributes):
            return True
        if "hidden" in attributes and attributes["hidden"].lower() != "until-found":
            return True
        style = attributes.get("style", "").strip()
        if style and style_hides(style):
            return True
        color = declarations(style).get("color", "") if style else ""
        color = color or (attributes.get("color", "") if tag == "font" else "")
        if color and is_white(color) and not element.backed and not self._sheet.colours:
            return True
        shown = style and declarations(style).get("display", "none") != "none"
        return not shown and self._sheet.hides(tag, attributes.get("id", ""), attributes.get("class", ""))

    def _notice(self, tag: str, attributes: Mapping[str, str]) -> None:
        """What asks to be run or fetched."""
        if tag == "html" and self.language is None:
            self.language = attributes.get("lang") or attributes.get("xml:lang")
        if tag in _RUNS and attributes.get("type", "").lower() not in ("application/json", "application/ld+json"):
            self.active = True
        self.struck = self.struck or tag in ("s", "strike", "del")
        refreshes = tag == "meta" and attributes.get("http-equiv", "").lower() == "refresh"
        self.remote = self.remote or refreshes
        for name, value in attributes.items():
            if name.startswith("on") or _ACTIVE.match(_UNSEEN.sub("", value[:80])):
                self.active = True
            elif name in ("src", "srcset", "data", "poster", "background") or (name == "href" and tag in _FETCHES):
                is_page = tag == "link" and "stylesheet" not in attributes.get("rel", "").lower()
                self.remote = self.remote or (not is_page and bool(_REMOTE.match(value)))
            elif name == "style" and re.search(r"url\(\s*['\"]?(?:https?:|//)", value, re.IGNORECASE):
                self.remote = True
        if tag == "link" and "stylesheet" in attributes.get("rel", "").lower():
            self._sheet.colours = True

    def _enter(self, element: _Element, attributes: Mapping[str, str]) -> None:
        tag = element.tag
        if tag in _HEADINGS:
            element.type, element.level = "heading", _HEADINGS[tag]
        elif tag in ("ul", "ol", "menu", "dir"):
            self._lists.append(_new_list(tag, attributes))
        elif tag == "li":
            element.type, element.level = "list-item", max(len(self._lists), 1)
            self._mark = self._item_mark(attributes)
            list_ = self._lists[-1] if self._lists else None
            self._bullet = not self._mark and (list_ is None or not (list_.ordered or list_.style == "none"))
        elif tag == "table":
            if self._cells:
                self._cells[-1].places = True
            self._begin_table()
        elif tag == "tr" and self._tables:
            self._tables[-1].begin_row()
        elif tag in ("td", "th"):
            element.type, element.level = "table-cell", None
            if not self._tables:  # a cell without a table: the parser lets it stand
                self._begin_table()
            rows, columns = _span(attributes, "rowspan"), _span(attributes, "colspan")
            self._cells.append(_Cell(self._tables[-1].place(rows, columns)))
        elif tag in ("pre", "textarea"):
            element.kept_lines = True
        elif element.hidden:
            return
        elif tag == "br":
            self._buffer.append("\n" if element.kept_lines else _BREAK)
        elif tag == "q":
            self._buffer.append('"')
        elif tag in ("img", "area") and attributes.get("alt"):
            self._buffer.append(attributes["alt"])

    def _leave(self, element: _Element) -> None:
        tag = element.tag
        if tag in ("title", "style"):
            told = "".join(self._other)
            self._other.clear()
            if tag == "style":
                self._sheet.add(told)
            elif not element.dropped and not self.title:
                self.title = _tidy(told)
        if element.dropped:
            return
        if tag == "q" and not element.hidden:
            self._buffer.append('"')
        if tag in _BLOCKS:
            self._flush()
        if tag in ("ul", "ol", "menu", "dir") and self._lists:
            self._lists.pop()
        elif tag == "li":
            self._mark, self._bullet = "", False
        elif tag in ("td", "th") and self._cells:
            self._close_cell(self._cells.pop())
        elif tag == "table" and self._tables:
            self._tables.pop()

    def _begin_table(self) -> None:
        self._tables.append(TableGrid(self._table_count))
        self._table_count += 1

    def _item_mark(self, attributes: Mapping[str, str]) -> str:
        if MARK in attributes:
            return attributes[MARK][:12]
        if not self._lists or not self._lists[-1].ordered:
            return ""
        list_ = self._lists[-1]
        if re.fullmatch(r"-?\d{1,6}", attributes.get("value", "")):
            list_.number = int(attributes["value"])
        list_.number += 1
        return f"{_numeral(list_.number - 1, list_.style)}." if list_.style != "none" else ""

    # ---- pieces

    def _flush(self) -> None:
        """End the block that is being read."""
        if not self._buffer:
            return
        text = "".join(self._buffer)
        self._buffer.clear()
        element = self._stack[-1]
        blocks = [_in_lines(text)] if element.kept_lines else [_tidy(part) for part in _PARAGRAPH.split(text)]
        for block in blocks:
            if not block:
                continue
            if element.type == "list-item" and self._mark:
                block, self._mark = f"{self._mark} {block}", ""
            bullet, self._bullet = self._bullet and element.type == "list-item", False
            self._add(Piece(element.type, block, element.level, preformatted=element.kept_lines, bullet=bullet))

    def _add(self, piece: Piece) -> None:
        (self._cells[-1].pieces if self._cells else self.pieces).append(piece)

    def _close_cell(self, cell: _Cell) -> None:
        """A cell is one block; one in which a whole text was placed is not."""
        out = self._cells[-1].pieces if self._cells else self.pieces
        plain = all(piece.type == "table-cell" for piece in cell.pieces)
        if cell.pieces and plain and not cell.places and len(cell.pieces) <= _CELL_PARTS:
            fixed = all(piece.preformatted for piece in cell.pieces)
            out.append(Piece("table-cell", "\n".join(p.text for p in cell.pieces), cell=cell.place, preformatted=fixed))
            return
        if cell.places or len(cell.pieces) > _CELL_PARTS:
            own = [Piece("paragraph", p.text) if p.type == "table-cell" and not cell.places else p for p in cell.pieces]
            out.extend(own)
        else:
            out.extend(replace(piece, cell=cell.place) for piece in cell.pieces)


def read_page(text: str, *, comments: bool = False, noun: str = "page") -> Pieces:
    """The pieces of an HTML page or a part of one. `comments` keeps those of the source; `noun` is what the user calls it."""
    reader = _Reader(comments=comments)
    # The target's type is a protocol whose methods take what these take.
    parser = etree.HTMLParser(target=cast(Any, reader), encoding="utf-8", no_network=True, huge_tree=True)
    parser.feed(text.encode("utf-8", "replace"))
    parser.close()
    pieces = reader.pieces
    if reader.title and not any(piece.type == "heading" and piece.level == 1 for piece in pieces):
        pieces = [Piece("heading", reader.title, 1), *pieces]
    return Pieces(pieces, _notices(reader, noun), reader.language)


def _notices(reader: _Reader, noun: str) -> list[Notice]:
    found = []
    if reader.hidden:
        told = f"This {noun} holds text that no reader sees ({reader.hidden:,} characters); it was left out."
        found.append(Notice("hidden-text", told))
    if reader.comments:
        found.append(comments_notice(reader.comments))
    if reader.active:
        found.append(Notice("active-content", f"This {noun} holds scripts or links that start one; nothing was run."))
    if reader.remote:
        told = f"This {noun} asks for pictures or other parts from elsewhere; nothing was fetched."
        found.append(Notice("remote-content", told))
    if reader.struck:
        found.append(Notice("struck-text", "Some of the text is struck through; it was read like the rest."))
    return found


def comments_notice(count: int) -> Notice:
    """That comments of a source are shown, which readers of the finished document do not see."""
    told = (
        f"The source holds {count} comments that readers of the finished document do not see; they are shown as notes."
    )
    if count == 1:
        told = "The source holds a comment that readers of the finished document do not see; it is shown as a note."
    return Notice("hidden-comments", told)


def _span(attributes: Mapping[str, str], name: str) -> int:
    """How many rows or columns a cell takes; zero says: all that follow, which is not known here."""
    stated = attributes.get(name, "")
    return int(stated) if re.fullmatch(r"[0-9]{1,5}", stated) else 1


def _new_list(tag: str, attributes: Mapping[str, str]) -> _List:
    start = attributes.get("start", "")
    number = int(start) if re.fullmatch(r"-?\d{1,6}", start) else 1
    found = declarations(attributes.get("style", "").strip())
    style = found.get("list-style-type", found.get("list-style", ""))
    kind = {"lower-alpha": "a", "lower-latin": "a", "upper-alpha": "A", "lower-roman": "i", "upper-roman": "I"}.get(
        style
    )
    return _List(tag == "ol", number, "none" if "none" in style else kind or attributes.get("type", "1"))


def _numeral(number: int, style: str) -> str:
    """A list's number as it is shown: 1, a, A, i or I."""
    if style in ("a", "A") and 1 <= number <= 702:
        high, low = divmod(number - 1, 26)
        letters = (chr(96 + high) if high else "") + chr(97 + low)
        return letters.upper() if style == "A" else letters
    if style in ("i", "I") and 1 <= number < 400:
        return roman(number) if style == "I" else roman(number).lower()
    return str(number)


def roman(number: int) -> str:
    """A number from 1 to 3999 in Roman numerals."""
    values = (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X")
    written = ""
    for value, letters in (*values, (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        count, number = divmod(number, value)
        written += letters * count
    return written


def _tidy(text: str) -> str:
    """One block's words: white space as one space, none where a Japanese line was broken; `br` as a line end."""
    text = _BETWEEN_CJK.sub("", text)
    return _BREAKS.sub("\n", _SPACES.sub(" ", text)).strip()


def _in_lines(text: str) -> str:
    """Preformatted text, with its lines."""
    return "\n".join(line.rstrip() for line in text.expandtabs(4).split("\n")).strip("\n")
