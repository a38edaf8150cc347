"""The vocabulary of WordprocessingML: namespaces, tags and the small types of its attributes."""

from __future__ import annotations

from typing import Any

Element = Any
"""An element of lxml, which brings no types."""

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"
COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
SHAPE = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
VML = "urn:schemas-microsoft-com:vml"

# The strict variant of the standard says the same under other names. Longer names first: one is the beginning of another.
STRICT_TO_TRANSITIONAL = (
    ("http://purl.oclc.org/ooxml/officeDocument/relationships", RELATIONS),
    ("http://purl.oclc.org/ooxml/wordprocessingml/main", WORD),
    ("http://purl.oclc.org/ooxml/officeDocument/math", MATH),
    ("http://purl.oclc.org/ooxml/drawingml/main", DRAWING),
)


def w(name: str) -> str:
    """The full tag of an element or attribute of the main vocabulary."""
    return f"{{{WORD}}}{name}"


W_P, W_R, W_T, W_TBL, W_TR, W_TC = w("p"), w("r"), w("t"), w("tbl"), w("tr"), w("tc")
W_PPR, W_RPR, W_TRPR, W_TCPR, W_TBLPR = w("pPr"), w("rPr"), w("trPr"), w("tcPr"), w("tblPr")
W_INS, W_DEL, W_MOVE_FROM, W_MOVE_TO = w("ins"), w("del"), w("moveFrom"), w("moveTo")
W_SDT, W_SDT_CONTENT, W_BODY, W_SECTION = w("sdt"), w("sdtContent"), w("body"), w("sectPr")
W_TEXT_BOX, W_VAL, W_ID, W_TYPE = w("txbxContent"), w("val"), w("id"), w("type")
W_AUTHOR, W_DATE, W_NAME = w("author"), w("date"), w("name")
R_ID = f"{{{RELATIONS}}}id"
ALTERNATE = f"{{{COMPATIBILITY}}}AlternateContent"
CHOICE, FALLBACK = f"{{{COMPATIBILITY}}}Choice", f"{{{COMPATIBILITY}}}Fallback"


def value_of(parent: Element, name: str) -> str | None:
    """The `w:val` of the child `name` (a full tag), or None where there is no such child or no value."""
    child = None if parent is None else parent.find(name)
    found: str | None = None if child is None else child.get(W_VAL)
    return found


def properties_of(element: Element, tag: str) -> Element:
    """The properties of a paragraph or run, which the standard puts first; None where there are none."""
    # Asked for every paragraph and run: a search through the children takes seven times as long.
    if len(element) and element[0].tag == tag:
        return element[0]
    return None


def is_on(element: Element) -> bool | None:
    """A property that is on or off; None where it is not stated."""
    if element is None:
        return None
    return element.get(W_VAL) not in ("0", "false", "off", "none")


def number_of(text: str | None) -> int | None:
    """A whole number of at most nine digits; None for anything else, as hostile files hold anything."""
    if text is None or len(text) > 10:
        return None
    try:
        return int(text)
    except ValueError:
        return None


def half_points(text: str | None) -> float | None:
    """A size of type: half points as a plain number, or the strict variant's number with a unit."""
    if text is None:
        return None
    try:
        return float(text[:-2]) * 2 if text.endswith("pt") else float(text)
    except ValueError:
        return None


def chosen(alternate: Element) -> Element:
    """The branch of an alternative that Word shows: the first choice, else the fallback; None where there is neither."""
    choice = alternate.find(CHOICE)
    return alternate.find(FALLBACK) if choice is None else choice
