"""Runs of a DOCX cut at a passage's ends, so that a highlight and a comment lie on its words and on no others.

A cut run keeps its properties in both halves; what a word processor shows is the same as before.
"""

from __future__ import annotations

import copy
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, takewhile

from lxml import etree

from app.documents.docx.names import (
    ALTERNATE,
    MATH,
    W_P,
    W_PPR,
    W_R,
    W_RPR,
    W_SDT,
    W_T,
    W_VAL,
    Element,
    properties_of,
    w,
)
from app.documents.docx.paragraphs import XML_SPACE, Origin, shown_text
from app.documents.docx.tracing import TracedBlock

_FORMULAS = (f"{{{MATH}}}oMath", f"{{{MATH}}}oMathPara")
_BINDING = f"{w('sdtPr')}/{w('dataBinding')}"
_W_HIGHLIGHT = w("highlight")
# What the schema wants before a highlight within a run's properties.
_BEFORE_HIGHLIGHT = {
    *map(
        w, ("rStyle", "rFonts", "b", "bCs", "i", "iCs", "caps", "smallCaps", "strike", "dstrike", "outline", "shadow")
    ),
    *map(w, ("emboss", "imprint", "noProof", "snapToGrid", "vanish", "webHidden", "color", "spacing", "w", "kern")),
    *map(w, ("position", "sz", "szCs")),
}


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a comment's range encloses, from the beginning of `first` to the end of `last`, which may be one element.

    `on_words`: whether these are runs of the passage itself, and not what holds them, such as a text box.
    """

    first: Element
    last: Element
    on_words: bool


def cut(traced: TracedBlock, offset: int) -> None:
    """Let a run end and another begin at this offset of the text, as far as one run holds what is on both its sides."""
    at = offset - traced.base
    index = bisect_right(traced.origins, at, key=_end)
    if index == len(traced.origins):
        return
    origin = traced.origins[index]
    if origin.start < at:
        if not _is_text_of_run(origin.element):
            return  # one sign, or a formula
        traced.origins[index : index + 1] = _halves(origin, at)
        index += 1
    elif index == 0 or _run_of(traced.origins[index - 1].element) is not _run_of(origin.element):
        return
    _split_run(traced.origins[index].element)


def elements_in(traced: TracedBlock, start: int, end: int) -> list[Element]:
    """The elements that the words of a range of the text came from."""
    first, last = max(start, traced.block.start) - traced.base, min(end, traced.block.end) - traced.base
    begin = bisect_right(traced.origins, first, key=_end)
    within = takewhile(lambda origin: origin.start < last, islice(traced.origins, begin, None))
    return [origin.element for origin in within]


def highlight(elements: Sequence[Element], colour: str) -> None:
    """Give the runs of these elements a highlight; a run that has one keeps it, as that is somebody's own mark."""
    for element in elements:
        run = _run_of(element)
        if run is None:
            continue
        properties = properties_of(run, W_RPR)
        if properties is None:
            properties = etree.SubElement(run, W_RPR)
            run.insert(0, properties)
        if properties.find(_W_HIGHLIGHT) is None:
            mark = etree.SubElement(properties, _W_HIGHLIGHT)
            mark.set(W_VAL, colour)
            place = next((i for i, child in enumerate(properties) if child.tag not in _BEFORE_HIGHLIGHT), 0)
            properties.insert(place, mark)


def anchor_of(elements: Sequence[Element]) -> Anchor | None:
    """What a comment on these elements encloses; None for no elements.

    A comment may begin and end between runs only, and programs lose it inside of text boxes, formulas and controls that are
    filled anew on opening: then it encloses what holds the words.
    """
    if not elements:
        return None
    flat = [element for element in elements if not _is_boxed(element)]
    enclosed = flat or elements
    return Anchor(_holder(enclosed[0]), _holder(enclosed[-1]), len(flat) == len(elements))


def beginning_of(paragraph: Element) -> int:
    """The index in a paragraph at which its content begins."""
    return 0 if properties_of(paragraph, W_PPR) is None else 1


def _holder(element: Element) -> Element:
    """The outermost run or formula around an element, or what a comment's marks must not be put into."""
    chain = [element, *element.iterancestors()]
    paragraphs = [index for index, node in enumerate(chain) if node.tag == W_P]
    if not paragraphs:
        return element
    inline = chain[: paragraphs[-1]]
    outer = [node for node in inline if node.tag in (W_R, ALTERNATE, *_FORMULAS) or _is_bound(node)]
    return outer[-1] if outer else inline[-1]


def _end(origin: Origin) -> int:
    return origin.end


def _is_boxed(element: Element) -> bool:
    """Whether the element stands in a paragraph within another, as in a text box."""
    paragraphs = element.iterancestors(W_P)
    return next(paragraphs, None) is not None and next(paragraphs, None) is not None


def _is_bound(node: Element) -> bool:
    return node.tag == W_SDT and node.find(_BINDING) is not None


def _run_of(element: Element) -> Element:
    return next(element.iterancestors(W_R, W_P), None) if element.tag != W_R else element


def _is_text_of_run(element: Element) -> bool:
    return bool(element.tag == W_T and element.getparent().tag == W_R)


def _halves(origin: Origin, at: int) -> list[Origin]:
    """Cut a text element in two; the second follows the first within the same run."""
    first, text, inside = origin.element, shown_text(origin.element), at - origin.start
    second = etree.SubElement(first.getparent(), W_T, dict(first.attrib))
    first.addnext(second)
    for element, part in ((first, text[:inside]), (second, text[inside:])):
        element.text = part
        if part != part.strip():
            element.set(XML_SPACE, "preserve")
    return [Origin(origin.start, at, first), Origin(at, origin.end, second)]


def _split_run(element: Element) -> None:
    """Let a new run begin with the child of the run that holds `element`."""
    run = _run_of(element)
    if run is None or run.tag != W_R:
        return
    child = element
    while child.getparent() is not run:
        child = child.getparent()
    properties = properties_of(run, W_RPR)
    index = run.index(child)
    if index <= (0 if properties is None else 1):
        return
    following = list(run)[index:]
    new = etree.SubElement(run.getparent(), W_R, dict(run.attrib))
    run.addnext(new)
    if properties is not None:
        new.append(copy.deepcopy(properties))
    new.extend(following)
