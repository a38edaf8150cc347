"""One paragraph -> the words that a reader of Word sees, with the tracked changes, comment marks and boxes met on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from app.documents.docx.names import (
    ALTERNATE,
    DRAWING,
    MATH,
    SHAPE,
    VML,
    W_AUTHOR,
    W_DATE,
    W_DEL,
    W_ID,
    W_INS,
    W_MOVE_FROM,
    W_MOVE_TO,
    W_NAME,
    W_PPR,
    W_R,
    W_RPR,
    W_T,
    W_TEXT_BOX,
    W_VAL,
    Element,
    chosen,
    is_on,
    number_of,
    properties_of,
    value_of,
    w,
)
from app.documents.docx.styles import PLAIN, Ground, Look, Styles

ChangeKind = Literal["inserted", "deleted", "moved", "moved-away"]
MarkKind = Literal["start", "end", "reference"]

_WHITE_SPACE = " \t\r\n"
_BLANKS = re.compile(r"[\t\r\n]")
_LONGEST_EXCERPT = 80
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_CHANGES: dict[str, ChangeKind] = {
    W_INS: "inserted",
    W_DEL: "deleted",
    W_MOVE_TO: "moved",
    W_MOVE_FROM: "moved-away",
}
_GONE = ("deleted", "moved-away")
_M_T, _A_T, _A_P, _V_TEXT_PATH = f"{{{MATH}}}t", f"{{{DRAWING}}}t", f"{{{DRAWING}}}p", f"{{{VML}}}textpath"
_WSP, _NO_FILL = f"{{{SHAPE}}}wsp", f"{{{SHAPE}}}spPr/{{{DRAWING}}}noFill"
# How a formula's parts are told apart on one line.
_MATH_SIGNS = {f"{{{MATH}}}den": "/", f"{{{MATH}}}sup": "^", f"{{{MATH}}}sub": "_"}
_SKIPPED = {
    W_PPR,
    W_RPR,
    w("sdtPr"),
    w("sdtEndPr"),
    w("fldData"),
    w("rt"),
    w("rubyPr"),
    f"{{{MATH}}}rPr",
    f"{{{MATH}}}ctrlPr",
}
_SIGNS = {
    w("tab"): " ",
    w("ptab"): " ",
    w("br"): "\n",
    w("cr"): "\n",
    w("noBreakHyphen"): "-",
    _A_P: " ",
}
_COMMENT_MARKS: dict[str, MarkKind] = {
    w("commentRangeStart"): "start",
    w("commentRangeEnd"): "end",
    w("commentReference"): "reference",
}
_NOTES = {w("footnoteReference"): "footnotes", w("endnoteReference"): "endnotes"}
# Symbol fonts put pictures at private code points; these are the ones that carry meaning in forms and lists.
_SYMBOLS = {
    0xA3: "☐", 0xA8: "☐", 0x6F: "☐", 0x71: "☐", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0x78: "☒", 0xFD: "☒", 0xFE: "☑",
    0xFB: "✗", 0xFC: "✓", 0x6C: "●", 0x6E: "■", 0xA7: "▪", 0xB7: "•", 0xD8: "➢", 0xE0: "→", 0xDF: "←",
}  # fmt: skip
_GREEK = dict(zip(range(0x61, 0x7B), "αβχδεφγηιϕκλμνοπθρστυϖωξψζ", strict=True))
_OUTSIDE = re.compile(r"^\s*(?:DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|LINK|IMPORT)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Change:
    """A tracked change: what was done, by whom, when; `move` names the move that it is a half of."""

    kind: ChangeKind
    author: str
    date: str
    move: str = ""


@dataclass(slots=True)
class Span:
    """The part `start:end` of a line that a change covers; `text` is what it took away."""

    change: Change
    start: int
    end: int
    text: str = ""


@dataclass(slots=True)
class Origin:
    """The element that the part `start:end` of a line was read from."""

    start: int
    end: int
    element: Element


@dataclass(slots=True)
class Line:
    """The text of one block while it is put together, and what is attached to places in it.

    `origins` are kept only where somebody wants to find his way back from the text: they keep the whole tree in memory.
    """

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    spans: list[Span] = field(default_factory=list)
    marks: list[tuple[str, MarkKind, int]] = field(default_factory=list)
    boxes: list[tuple[Element, Ground]] = field(default_factory=list)
    first: int = -1
    last: int = -1
    origins: list[Origin] | None = None

    def add(self, text: str, change: Change | None, element: Element) -> None:
        """Visible words, read from `element`."""
        start = self.length
        self.pieces.append(text)
        self.length += len(text)
        if self.origins is not None:
            self.origins.append(Origin(start, self.length, element))
        if change is None:
            return
        if self.spans and self.spans[-1].end == start and self.spans[-1].change == change:
            self.spans[-1].end = self.length
        else:
            self.spans.append(Span(change, start, self.length))

    def take_away(self, text: str, change: Change) -> None:
        """Words that a change deletes, or moves from here."""
        if self.spans and self.spans[-1].end == self.length and self.spans[-1].change == change:
            self.spans[-1].text += text
        else:
            self.spans.append(Span(change, self.length, self.length, text))

    def end_taken_away(self) -> None:
        """The end of a paragraph was deleted or moved with what stands before it."""
        if self.spans and self.spans[-1].text and self.spans[-1].end == self.length:
            self.spans[-1].text += "\n"


@dataclass(slots=True)
class Met:
    """What was met in the whole document, for its warnings and for what is read after the body."""

    hidden: int = 0
    excerpt: str = ""
    outside: bool = False
    embedded: bool = False
    notes: dict[tuple[str, str], None] = field(default_factory=dict)  # in the order of their references
    moves: set[str] = field(default_factory=set)

    def hide(self, text: str) -> None:
        """Text that no reader sees; white space alone is none."""
        if text.strip():
            self.hidden += len(text)
            if len(self.excerpt) < _LONGEST_EXCERPT:
                self.excerpt = (self.excerpt + " " + text.strip()).strip()[:_LONGEST_EXCERPT]


def shown_text(element: Element) -> str:
    """The characters of a text element that count: without white space at its ends unless it says that this is kept."""
    text: str = element.text or ""
    if text and (text[0] in _WHITE_SPACE or text[-1] in _WHITE_SPACE) and element.get(XML_SPACE) != "preserve":
        return text.strip(_WHITE_SPACE)
    return text


class ParagraphReader:
    """Reads the paragraphs of one story in their order: fields and moves run on from one paragraph to the next."""

    def __init__(self, styles: Styles, met: Met) -> None:
        self._styles = styles
        self._met = met
        self._fields: list[bool] = []  # for each open field: are we in its result?
        self._moves: dict[str, str] = {}
        self._look = PLAIN
        self._ground: Ground = None
        self._visible = True
        self._handlers: dict[str, Callable[[Element, Line, Change | None], None]] = self._handlers_by_tag()

    def read(self, paragraph: Element, line: Line, look: Look, ground: Ground, change: Change | None) -> None:
        """Add the paragraph's words to `line`; `look` is what it inherits, `change` what its surroundings undergo."""
        self._look, self._ground = look, ground
        self._visible = look.is_visible(ground)
        self._inline(paragraph, line, change)
        if False in self._fields:
            # A field's code does not run on over paragraphs; a lost end must not swallow the rest of the document.
            self._fields = [state for state in self._fields if state]

    def pause(self) -> list[bool]:
        """Set the open fields aside while a box, which is a story of its own, is read."""
        fields, self._fields = self._fields, []
        return fields

    def resume(self, fields: list[bool]) -> None:
        """Take up the fields that `pause` gave."""
        self._fields = fields

    def change_of(self, element: Element, around: Change | None) -> Change | None:
        """The change that an element such as `w:ins` states; what is taken away stays so, whatever stands in it."""
        kind = _CHANGES[element.tag]
        if around is not None and around.kind in _GONE:
            return around
        move = self._moves.get(kind, "")
        if kind == "moved":
            self._met.moves.add(move)
        return Change(kind, element.get(W_AUTHOR) or "", element.get(W_DATE) or "", move)

    def mark(self, element: Element, line: Line) -> bool:
        """Take note of a comment's or a move's mark; whether the element was one."""
        tag = element.tag
        if tag in _COMMENT_MARKS:
            line.marks.append((element.get(W_ID) or "", _COMMENT_MARKS[tag], line.length))
            return True
        if tag in (w("moveFromRangeStart"), w("moveToRangeStart")):
            kind = "moved" if tag == w("moveToRangeStart") else "moved-away"
            self._moves[kind] = element.get(W_NAME) or ""
            return True
        return False

    def _handlers_by_tag(self) -> dict[str, Callable[[Element, Line, Change | None], None]]:
        handlers: dict[str, Callable[[Element, Line, Change | None], None]] = {
            W_R: self._run,
            W_T: self._text,
            w("delText"): self._text,
            _M_T: self._text,
            _A_T: self._text,
            w("fldChar"): self._field,
            w("instrText"): self._code,
            w("delInstrText"): self._nothing,
            w("sym"): self._symbol,
            W_TEXT_BOX: self._box,
            ALTERNATE: self._alternate,
            _V_TEXT_PATH: self._text_path,
            w("fldSimple"): self._simple_field,
        }
        handlers.update(dict.fromkeys(_SKIPPED, self._nothing))
        handlers.update(dict.fromkeys(_SIGNS, self._sign))
        handlers.update(dict.fromkeys(_NOTES, self._note))
        handlers.update(dict.fromkeys(_MATH_SIGNS, self._math))
        handlers.update(dict.fromkeys(_CHANGES, self._changed))
        marks = (*_COMMENT_MARKS, w("moveFromRangeStart"), w("moveToRangeStart"))
        handlers.update(dict.fromkeys(marks, self._mark))
        return handlers

    def _inline(self, parent: Element, line: Line, change: Change | None) -> None:
        """What no handler knows is looked into: hyperlinks, content controls, smart tags, and what is yet to be invented."""
        handlers = self._handlers
        for child in parent:
            handler = handlers.get(child.tag)
            if handler is not None:
                handler(child, line, change)
            elif len(child):
                self._inline(child, line, change)

    def _run(self, run: Element, line: Line, change: Change | None) -> None:
        properties = properties_of(run, W_RPR)
        before = self._visible
        if properties is not None:
            self._visible = self._styles.look_of(properties).over(self._look).is_visible(self._ground)
        self._inline(run, line, change)
        self._visible = before

    def _say(self, text: str, line: Line, change: Change | None, element: Element) -> None:
        if not text or False in self._fields:
            return
        if change is not None and change.kind in _GONE:
            line.take_away(text, change)
        elif self._visible:
            line.add(text, change, element)
        else:
            self._met.hide(text)

    def _text(self, element: Element, line: Line, change: Change | None) -> None:
        self._say(_BLANKS.sub(" ", shown_text(element)), line, change, element)

    def _sign(self, element: Element, line: Line, change: Change | None) -> None:
        self._say(_SIGNS[element.tag], line, change, element)
        self._inline(element, line, change)

    def _math(self, element: Element, line: Line, change: Change | None) -> None:
        if len(element):
            self._say(_MATH_SIGNS[element.tag], line, change, element)
            self._inline(element, line, change)

    def _changed(self, element: Element, line: Line, change: Change | None) -> None:
        self._inline(element, line, self.change_of(element, change))

    def _mark(self, element: Element, line: Line, change: Change | None) -> None:
        del change
        self.mark(element, line)

    def _nothing(self, element: Element, line: Line, change: Change | None) -> None:
        """Not seen by a reader."""

    def _alternate(self, element: Element, line: Line, change: Change | None) -> None:
        branch = chosen(element)
        if branch is not None:
            self._inline(branch, line, change)

    def _symbol(self, element: Element, line: Line, change: Change | None) -> None:
        try:
            code = int(element.get(w("char")) or "", 16) & 0xFFFF
        except ValueError:
            return
        font = (element.get(w("font")) or "").lower()
        plain = code - 0xF000 if 0xF000 <= code <= 0xF0FF else code
        if font == "symbol":
            text = _GREEK.get(plain) or _SYMBOLS.get(plain) or (chr(plain) if 0x20 <= plain < 0x7F else " ")
        elif plain != code or "dings" in font:
            text = _SYMBOLS.get(plain, " ")
        else:
            text = " " if 0xD800 <= code <= 0xF8FF or code < 0x20 else chr(code)
        self._say(text, line, change, element)

    def _note(self, element: Element, line: Line, change: Change | None) -> None:
        """The sign itself is left out: glued to a word, it would make another word of it."""
        del line
        if self._visible and not (change is not None and change.kind in _GONE):
            self._met.notes.setdefault((_NOTES[element.tag], element.get(W_ID) or ""))

    def _field(self, element: Element, line: Line, change: Change | None) -> None:
        kind = element.get(w("fldCharType"))
        if kind == "begin":
            self._say(_form_field(element.find(w("ffData"))), line, change, element)
            self._fields.append(False)
        elif kind == "separate" and self._fields:
            self._fields[-1] = True
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _code(self, element: Element, line: Line, change: Change | None) -> None:
        del line, change
        self._met.outside |= bool(_OUTSIDE.match(element.text or ""))

    def _simple_field(self, element: Element, line: Line, change: Change | None) -> None:
        self._met.outside |= bool(_OUTSIDE.match(element.get(w("instr")) or ""))
        self._inline(element, line, change)

    def _text_path(self, element: Element, line: Line, change: Change | None) -> None:
        self._say(_BLANKS.sub(" ", element.get("string") or ""), line, change, element)

    def _box(self, element: Element, line: Line, change: Change | None) -> None:
        if False in self._fields:
            return
        if change is not None and change.kind in _GONE:
            self._inline(element, line, change)
        elif self._look.hidden:
            self._met.hide(" ".join(text.text or "" for text in element.iter(W_T)))
        else:
            shape = next(element.iterancestors(_WSP), None)
            clear = shape is not None and shape.find(_NO_FILL) is not None
            line.boxes.append((element, None if clear else "unknown"))


def _form_field(data: Any) -> str:
    """What the old form fields show: a ticked or empty box, the chosen entry of a list."""
    if data is None:
        return ""
    box, choices = data.find(w("checkBox")), data.find(w("ddList"))
    if box is not None:
        ticked = is_on(box.find(w("checked")))
        return "☒" if (is_on(box.find(w("default"))) if ticked is None else ticked) else "☐"
    if choices is not None:
        entries = [entry.get(W_VAL) or "" for entry in choices.iterchildren(w("listEntry"))]
        index = number_of(value_of(choices, w("result"))) or number_of(value_of(choices, w("default"))) or 0
        return entries[index] if 0 <= index < len(entries) else ""
    return ""
