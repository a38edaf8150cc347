"""What a paragraph or run inherits from its styles: heading level, list, numbering, and whether a reader can see it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from app.documents.docx.names import (
    W_NAME,
    W_PPR,
    W_RPR,
    W_TYPE,
    W_VAL,
    Element,
    half_points,
    is_on,
    number_of,
    value_of,
    w,
)

SMALLEST_READABLE = 6.0  # half points: below three points nobody reads
_NEAR = 8  # colours whose channels differ by no more look alike
_LONGEST_CHAIN = 30
_HEX = re.compile(r"[0-9A-Fa-f]{6}")
_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_HEADING_NAMES = ("title", "subtitle")
_W_VANISH, _W_COLOR, _W_SIZE, _W_SHADE = w("vanish"), w("color"), w("sz"), w("shd")
_W_HIGHLIGHT, _W_RUN_STYLE, _W_FILL, _W_OUTLINE = w("highlight"), w("rStyle"), w("fill"), w("outlineLvl")
_W_NUMBERING, _W_NUM_ID, _W_LEVEL, _W_STYLE = w("numPr"), w("numId"), w("ilvl"), w("style")
_W_BASED_ON, _W_DEFAULT = w("basedOn"), w("default")

Ground = str | Literal["unknown"] | None
"""The colour that text stands on: six digits, "unknown" (a picture, a pattern, a style's stripes), or None for paper."""


@dataclass(frozen=True, slots=True)
class Look:
    """What decides whether text can be seen; None where it is not stated."""

    hidden: bool | None = None
    color: str | None = None
    size: float | None = None
    ground: Ground = None

    def over(self, below: Look) -> Look:
        """The look itself, completed by what it inherits from `below`."""
        if self is PLAIN:
            return below
        return Look(
            below.hidden if self.hidden is None else self.hidden,
            self.color or below.color,
            below.size if self.size is None else self.size,
            self.ground or below.ground,
        )

    def is_visible(self, ground: Ground) -> bool:
        """Whether a reader sees text of this look on `ground`; colours count only where both are known."""
        if self.hidden or (self.size is not None and self.size < SMALLEST_READABLE):
            return False
        below = self.ground or ground or "FFFFFF"
        if self.color is None or below == "unknown":
            return True
        return not _alike(self.color, below)


PLAIN = Look()


@dataclass(frozen=True, slots=True)
class Style:
    """One style with all that it inherits; `numbered_by` is the style of the chain that states the numbering."""

    heading: int | None = None
    is_list: bool = False
    num_id: int | None = None
    level: int | None = None
    numbered_by: str = ""
    look: Look = PLAIN
    shaded: bool = False


class Styles:
    """The styles of a document, resolved when first asked for."""

    def __init__(self, root: Element) -> None:
        self._elements: dict[str, Element] = {}
        self._resolved: dict[str, Style] = {}
        self._default = ""
        self.base = PLAIN
        self.numbering_of: dict[str, int] = {}
        if root is None:
            return
        for element in root.iter(_W_STYLE):
            style_id = element.get(w("styleId")) or ""
            self._elements[style_id] = element
            if element.get(W_TYPE) == "paragraph" and element.get(_W_DEFAULT) in ("1", "true", "on"):
                self._default = style_id
            if element.get(W_TYPE) == "numbering":
                number = number_of(value_of(element.find(f"{W_PPR}/{_W_NUMBERING}"), _W_NUM_ID))
                if number is not None:
                    self.numbering_of[style_id] = number
        defaults = root.find(f"{w('docDefaults')}/{w('rPrDefault')}/{W_RPR}")
        self.base = PLAIN if defaults is None else self.look_of(defaults)

    def paragraph(self, style_id: str | None) -> Style:
        """The style of a paragraph; the document's default where it names none."""
        return self.named(self._default if style_id is None else style_id)

    def named(self, style_id: str) -> Style:
        """The style of this id with all that it inherits; a plain one where there is none."""
        if style_id not in self._resolved:
            self._resolved[style_id] = (
                Style()
            )  # what a style sees of itself, if it says that its letters look as its own do
            self._resolved[style_id] = self._resolve(style_id)
        return self._resolved[style_id]

    def look_of(self, properties: Element) -> Look:
        """What the run properties state, their character style included."""
        hidden, color, size, ground, below = None, None, None, None, PLAIN
        for child in properties:
            tag = child.tag
            if tag == _W_VANISH:
                hidden = is_on(child)
            elif tag == _W_COLOR:
                color = (child.get(W_VAL) or "auto").upper()
            elif tag == _W_SIZE:
                size = half_points(child.get(W_VAL))
            elif tag == _W_SHADE:
                ground = shade_of(child)
            elif tag == _W_HIGHLIGHT and child.get(W_VAL) not in ("none", "white"):
                ground = "unknown"
            elif tag == _W_RUN_STYLE:
                below = self.named(child.get(W_VAL) or "").look
        return Look(hidden, color, size, ground).over(below)

    def _chain(self, style_id: str) -> list[tuple[str, Element]]:
        """The style and what it is based on, nearest first; a ring ends where it closes."""
        found: list[tuple[str, Element]] = []
        while style_id in self._elements and len(found) < _LONGEST_CHAIN:
            element = self._elements[style_id]
            found.append((style_id, element))
            style_id = value_of(element, _W_BASED_ON) or ""
        return found

    def _resolve(self, style_id: str) -> Style:
        chain = self._chain(style_id)
        num_id = level = None
        numbered_by = ""
        look = PLAIN
        for name, element in chain:
            numbering = element.find(f"{W_PPR}/{_W_NUMBERING}")
            if num_id is None and (stated := number_of(value_of(numbering, _W_NUM_ID))) is not None:
                num_id, numbered_by = stated, name
            level = number_of(value_of(numbering, _W_LEVEL)) if level is None else level
            look = look.over(self._stated_look(element))
        names = [value_of(element, W_NAME) or "" for _, element in chain]
        return Style(
            heading=_heading_level([element for _, element in chain], names),
            is_list=any(name.lower().startswith("list") for name in names),
            num_id=num_id,
            level=level,
            numbered_by=numbered_by,
            look=look,
            shaded=any(next(element.iter(_W_SHADE), None) is not None for _, element in chain),
        )

    def _stated_look(self, element: Element) -> Look:
        properties = element.find(W_RPR)
        look = PLAIN if properties is None else self.look_of(properties)
        ground = shade_of(element.find(f"{W_PPR}/{_W_SHADE}"))
        return look if ground is None else look.over(Look(ground=ground))


def heading_of(properties: Element) -> int | None:
    """The level from 1 that a paragraph or style states itself; 0 for "body text", None where it states none."""
    stated = number_of(value_of(properties, _W_OUTLINE))
    if stated is None:
        return None
    return stated + 1 if 0 <= stated <= 8 else 0


def numbering_of(properties: Element) -> tuple[int | None, int | None]:
    """The list and the level that a paragraph states itself."""
    numbering = properties.find(_W_NUMBERING)
    return number_of(value_of(numbering, _W_NUM_ID)), number_of(value_of(numbering, _W_LEVEL))


def shade_of(shade: Element) -> Ground:
    """The colour that a shading gives; None for none."""
    if shade is None or shade.get(W_VAL) == "nil":
        return None
    fill = (shade.get(_W_FILL) or "auto").upper()
    if shade.get(W_VAL) == "solid":
        fill = (shade.get(_W_COLOR) or "auto").upper()
        return fill if _HEX.fullmatch(fill) else "unknown"
    if shade.get(W_VAL) not in (None, "clear"):
        return "unknown"
    return fill if _HEX.fullmatch(fill) else None


def _heading_level(chain: list[Element], names: list[str]) -> int | None:
    for element, name in zip(chain, names, strict=True):
        stated = heading_of(element.find(W_PPR))
        if stated is not None:
            return stated or None
        if found := _HEADING.fullmatch(name):
            return int(found[1])
        if name.lower() in _HEADING_NAMES:
            return 1
    return None


def _alike(one: str, other: str) -> bool:
    if not (_HEX.fullmatch(one) and _HEX.fullmatch(other)):
        return False
    return all(abs(int(one[i : i + 2], 16) - int(other[i : i + 2], 16)) <= _NEAR for i in (0, 2, 4))
