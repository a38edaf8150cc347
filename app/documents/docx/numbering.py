"""Automatic numbers as Word shows them: "9.2", "(a)", "第三条". Counts on while paragraphs are asked for in their order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.documents.docx.names import ALTERNATE, W_VAL, Element, chosen, is_on, number_of, value_of, w
from app.documents.docx.number_formats import formatted

LEVELS = 9
_PLACE = re.compile(r"%([1-9])")
_LONGEST_TEXT = 200
_W_LVL, _W_ILVL, _W_START, _W_FORMAT = w("lvl"), w("ilvl"), w("start"), w("numFmt")
_W_ABSTRACT, _W_ABSTRACT_ID, _W_NUM, _W_NUM_ID = w("abstractNum"), w("abstractNumId"), w("num"), w("numId")
_W_OVERRIDE, _W_START_OVERRIDE, _W_STYLE_LINK = w("lvlOverride"), w("startOverride"), w("numStyleLink")


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list is numbered."""

    start: int = 0
    format: str = "decimal"
    custom: str = ""
    text: str = ""
    suffix: str = "tab"
    restart: int | None = None
    legal: bool = False
    style: str = ""


@dataclass(slots=True)
class _List:
    """A `w:num`: the abstract list whose count it shares, its levels, and from where it starts anew."""

    abstract: int
    levels: dict[int, Level]
    starts: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Label:
    """What stands before a paragraph: its number, what follows it, and the level from 0. Bullets have no text."""

    text: str
    space: str
    level: int
    is_bullet: bool = False


class Numbering:
    """The lists of a document and how far each has counted."""

    def __init__(self, root: Element, numbering_of_style: dict[str, int] | None = None) -> None:
        self._lists: dict[int, _List] = {}
        self._counts: dict[int, dict[int, int]] = {}
        self._started: set[tuple[int, int]] = set()
        if root is not None:
            self._read(root, numbering_of_style or {})

    def has(self, num_id: int) -> bool:
        """Whether there is such a list; 0 is none, on purpose."""
        return num_id in self._lists

    def level_of_style(self, num_id: int, style: str) -> int | None:
        """The level that is linked to this style."""
        levels = self._lists[num_id].levels
        return next((index for index, level in levels.items() if level.style == style and style), None)

    def next(self, num_id: int, index: int) -> Label:
        """Count one paragraph of the list at level `index`, and say what stands before it."""
        index = min(max(index, 0), LEVELS - 1)
        numbered = self._lists[num_id]
        counts = self._counts.setdefault(numbered.abstract, {})
        level = numbered.levels.get(index, Level())
        override = numbered.starts.get(index)
        if override is not None and (num_id, index) not in self._started:
            counts[index] = override
        elif index in counts:
            counts[index] += 1
        else:
            counts[index] = level.start if override is None else override
        self._started.add((num_id, index))
        for deeper in [other for other in counts if other > index]:
            restart = numbered.levels.get(deeper, Level()).restart
            if restart is None or (restart and index < restart):
                del counts[deeper]
        text = "" if level.format == "bullet" else _written(numbered, level, counts)
        space = " " if text and level.suffix != "nothing" else ""
        return Label(text, space, index, level.format == "bullet")

    def _read(self, root: Element, numbering_of_style: dict[str, int]) -> None:
        abstract: dict[int, dict[int, Level]] = {}
        linked: dict[int, str] = {}
        for element in root.iterchildren(_W_ABSTRACT):
            number = number_of(element.get(_W_ABSTRACT_ID))
            if number is None:
                continue
            abstract[number] = _levels(element)
            if link := value_of(element, _W_STYLE_LINK):
                linked[number] = link
        nums = {
            number: element
            for element in root.iterchildren(_W_NUM)
            if (number := number_of(element.get(_W_NUM_ID))) is not None
        }
        for number, element in nums.items():
            base = number_of(value_of(element, _W_ABSTRACT_ID))
            if base in linked:
                # The levels stand in the list of a numbering style; the count is that list's own.
                other = nums.get(numbering_of_style.get(linked[base], -1))
                base = number_of(value_of(other, _W_ABSTRACT_ID))
            if base is not None and number:
                self._lists[number] = _with_overrides(element, base, abstract.get(base, {}))


def _with_overrides(element: Element, base: int, levels: dict[int, Level]) -> _List:
    numbered = _List(base, dict(levels))
    for override in element.iterchildren(_W_OVERRIDE):
        index = number_of(override.get(_W_ILVL))
        if index is None:
            continue
        numbered.levels.update(_levels(override))
        start = number_of(value_of(override, _W_START_OVERRIDE))
        if start is not None:
            numbered.starts[index] = start
        elif override.find(_W_LVL) is not None:
            numbered.starts[index] = numbered.levels.get(index, Level()).start
    return numbered


def _levels(parent: Element) -> dict[int, Level]:
    found = {}
    for element in parent.iterchildren(_W_LVL):
        index = number_of(element.get(_W_ILVL))
        if index is not None and 0 <= index < LEVELS:
            found[index] = _level(element)
    return found


def _level(element: Element) -> Level:
    format_ = element.find(_W_FORMAT)
    alternate = element.find(ALTERNATE)  # custom formats come as an alternative to a plain one
    if format_ is None and alternate is not None and chosen(alternate) is not None:
        format_ = chosen(alternate).find(_W_FORMAT)
    name = "decimal" if format_ is None else format_.get(W_VAL) or "decimal"
    return Level(
        start=number_of(value_of(element, _W_START)) or 0,
        format=name,
        custom="" if format_ is None else format_.get(w("format")) or "",
        text=(value_of(element, w("lvlText")) or "")[:_LONGEST_TEXT],
        suffix=value_of(element, w("suff")) or "tab",
        restart=number_of(value_of(element, w("lvlRestart"))),
        legal=bool(is_on(element.find(w("isLgl")))),
        style=value_of(element, w("pStyle")) or "",
    )


def _written(numbered: _List, level: Level, counts: dict[int, int]) -> str:
    """The level's text with the numbers of its own and of higher levels; one that has not begun shows its start."""

    def number(found: re.Match[str]) -> str:
        other = int(found[1]) - 1
        shown = numbered.levels.get(other, Level())
        count = counts.get(other, numbered.starts.get(other, shown.start))
        if shown.format in ("none", "bullet"):
            return ""
        if level.legal:
            return str(count)
        return formatted(count, shown.format, shown.custom)

    if level.format == "none" and not _PLACE.search(level.text):
        return level.text.strip()
    return _PLACE.sub(number, level.text).strip()
