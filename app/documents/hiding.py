"""Which parts of a web page no reader sees, as far as its styles say so plainly: inline, or in a sheet by tag, class or id.

Not a browser: selectors of several parts and rules within conditions (`@media`) are passed over, so that text is rather kept
than lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

LONGEST_SHEET = 1 << 20
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)  # one that nothing closes goes on to the end
_SIMPLE = re.compile(r"(?:[a-z][\w-]*)?(?:[.#][\w-]+)?")
_LENGTH = re.compile(r"(-?\d*\.?\d+)\s*(?:px|pt|em|rem|ex|ch|vw|vh|%|mm|cm|in)?")
_FAR = -500.0
_WHITE = frozenset({"white", "#fff", "#ffffff", "rgb(255,255,255)", "rgba(255,255,255,1)", "#ffffffff"})
_CLEAR = re.compile(r"transparent|rgba\(.*,0*\.?0*\)|#[0-9a-f]{6}00|#[0-9a-f]{3}0")


@lru_cache(maxsize=4096)
def declarations(style: str) -> Mapping[str, str]:
    """`name: value` pairs in lower case, a later one before an earlier one."""
    pairs = (part.partition(":") for part in _COMMENT.sub("", style[:4096]).lower().split(";"))
    return {
        name.strip(): value.replace("!important", "").strip() for name, colon, value in pairs if colon and value.strip()
    }


@lru_cache(maxsize=4096)
def style_hides(style: str) -> bool:
    """Whether an element with these declarations is not to be seen, whatever lies around it."""
    found = declarations(style)
    if found.get("display") == "none" or found.get("visibility") in ("hidden", "collapse"):
        return True
    if found.get("mso-hide") == "all" or found.get("content-visibility") == "hidden":
        return True
    return _is_minute(found) or _is_elsewhere(found) or _is_see_through(found)


def is_white(color: str) -> bool:
    """Whether this is the colour of a page that says nothing else."""
    return color.lower().replace(" ", "") in _WHITE


def _number(value: str | None) -> float | None:
    found = _LENGTH.fullmatch(value) if value else None
    return float(found[1]) if found else None


def _is_minute(found: Mapping[str, str]) -> bool:
    opacity, size = _number(found.get("opacity")), _number(found.get("font-size"))
    if (
        opacity == 0.0
        or size == 0.0
        or (size is not None and size <= 1.0 and found["font-size"].endswith(("px", "pt")))
    ):
        return True
    cut = found.get("overflow", found.get("overflow-y", "")) in ("hidden", "clip")
    sides = (_number(found.get(name)) for name in ("height", "max-height", "width", "max-width"))
    return cut and any(side is not None and side <= 1.0 for side in sides)


def _is_elsewhere(found: Mapping[str, str]) -> bool:
    indent = _number(found.get("text-indent"))
    if indent is not None and indent <= _FAR:
        return True
    if found.get("position") not in ("absolute", "fixed"):
        return False
    if re.fullmatch(r"rect\((?:\s*[01](?:px)?[\s,]*){4}\)", found.get("clip", "")):
        return True
    sides = (_number(found.get(name)) for name in ("left", "top", "right", "bottom"))
    return any(side is not None and side <= _FAR for side in sides)


def _is_see_through(found: Mapping[str, str]) -> bool:
    color = found.get("color", "").replace(" ", "")
    behind = found.get("background-color", found.get("background", "")).replace(" ", "")
    if not color:
        return False
    return bool(_CLEAR.fullmatch(color)) or color == behind or (color in _WHITE and behind in _WHITE)


class StyleSheet:
    """The simple selectors under which a page hides text."""

    def __init__(self) -> None:
        self._hidden: set[str] = set()
        self.colours = False
        """Whether it sets backgrounds: white letters then say nothing."""

    def add(self, sheet: str) -> None:
        """Take the rules of one `style` element."""
        for selectors, style in _rules(_COMMENT.sub("", sheet[:LONGEST_SHEET])):
            self.colours = self.colours or "background" in style
            hides = style_hides(style.strip())
            shows = not hides and bool({"display", "visibility", "position"} & set(declarations(style.strip())))
            for selector in (part.strip() for part in selectors.split(",")):
                if not selector or selector == "*" or not _SIMPLE.fullmatch(selector):
                    continue
                if hides:
                    self._hidden.add(selector)
                elif shows:
                    self._hidden.discard(selector)

    def hides(self, tag: str, id_: str, classes: str) -> bool:
        """Whether an element of this kind is not to be seen."""
        if not self._hidden:
            return False
        names = [f"#{id_}"] if id_ else []
        names += [f".{name}" for name in classes.split()]
        return tag in self._hidden or any(name in self._hidden or tag + name in self._hidden for name in names)


def _rules(sheet: str) -> list[tuple[str, str]]:
    """Selectors and declarations of the rules that stand under no condition."""
    found: list[tuple[str, str]] = []
    depth, start, selectors = 0, 0, ""
    for brace in re.finditer(r"[{}]", sheet):
        if brace.group() == "{":
            if not depth:
                selectors = sheet[start : brace.start()].rpartition(";")[2].strip()
                start = brace.end()
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                if not selectors.startswith("@"):
                    found.append((selectors, sheet[start : brace.start()]))
                start = brace.end()
    return found
