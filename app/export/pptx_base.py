"""The presentation that slides are added to: a plain one of our own, or a company's template with its master and layouts.

A template's slides go; a layout is found by its type, or else by the placeholders that it has.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.oxml.ns import qn
from pptx.util import Inches

LATIN, JAPANESE = "Calibri", "Yu Gothic"
_WIDE = (Inches(13.333), Inches(7.5))
TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)
BODIES = (PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.BODY)
_RUNNING = (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.HEADER)


def open_base(template: bytes | None) -> Any:
    """A presentation without slides. Raises whatever python-pptx does where the template is none."""
    deck = _own() if template is None else Presentation(io.BytesIO(template))
    _drop_relations(deck.part.package, ("/thumbnail",))  # a picture of other slides
    if template is not None:
        _drop_slides(deck)
    if not len(deck.slide_layouts):
        raise ValueError("a presentation without layouts")
    return deck


def title_layout(deck: Any) -> Any:
    """The layout of the first slide."""
    return _layout(deck, ("title",), lambda kinds: _has(kinds, (*TITLES,)) + 2 * (PP_PLACEHOLDER.SUBTITLE in kinds))


def list_layout(deck: Any) -> Any:
    """A title and one body of text."""
    return _layout(deck, ("obj", "tx"), lambda kinds: 3 * _has(kinds, TITLES) + 3 * _has(kinds, BODIES) - len(kinds))


def bare_layout(deck: Any) -> Any:
    """A title and as little else as there is."""
    return _layout(deck, ("titleOnly",), lambda kinds: 4 * _has(kinds, TITLES) - len(kinds))


def names_japanese_font(deck: Any) -> bool:
    """Whether the theme names a font for East Asian text."""
    for part in deck.slide_master.part.rels.values():
        if part.reltype.endswith("/theme"):
            root = etree.fromstring(part.target_part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
            fonts = [font.get("typeface") for font in root.iter(qn("a:ea"))]
            scripts = [font.get("typeface") for font in root.iter(qn("a:font")) if font.get("script") == "Jpan"]
            return any(fonts) or any(scripts)
    return False


def _layout(deck: Any, types: tuple[str, ...], fitness: Callable[[list[Any]], int]) -> Any:
    layouts = list(deck.slide_layouts)
    for type_ in types:
        for layout in layouts:
            if layout._element.get("type") == type_:
                return layout
    return max(layouts, key=lambda layout: fitness(_kinds(layout)))


def _kinds(layout: Any) -> list[Any]:
    kinds = [shape.placeholder_format.type for shape in layout.placeholders]
    return [kind for kind in kinds if kind not in _RUNNING]


def _has(kinds: list[Any], wanted: tuple[Any, ...]) -> int:
    return int(any(kind in wanted for kind in kinds))


def _own() -> Any:
    """python-pptx's own presentation, which is of the old shape of screens, made wide and plain."""
    deck = Presentation()
    factor = _WIDE[0] / deck.slide_width
    deck.slide_width, deck.slide_height = _WIDE
    master = deck.slide_master
    for holder in (master, *master.slide_layouts):
        for shape in holder.placeholders:
            if shape._element.spPr.find(qn("a:xfrm")) is not None:
                height, top = shape.height, shape.top
                shape.left, shape.width = int(shape.left * factor), int(shape.width * factor)
                shape.top, shape.height = int(top * _WIDE[1] / 6858000), int(height * _WIDE[1] / 6858000)
    _place_titles(deck)
    _set_styles(master)
    return deck


def _place_titles(deck: Any) -> None:
    """The title at the upper left, one or two lines high, so that the slide is for what is below it."""
    for holder in (deck.slide_master, list_layout(deck), bare_layout(deck)):
        for shape in holder.placeholders:
            if shape.placeholder_format.type in TITLES:
                shape.left, shape.top, shape.width, shape.height = (
                    Inches(0.6),
                    Inches(0.62),
                    Inches(12.13),
                    Inches(0.75),
                )
            elif shape.placeholder_format.type in BODIES:
                shape.left, shape.top, shape.width, shape.height = Inches(0.6), Inches(1.6), Inches(12.13), Inches(5.1)
    for shape in title_layout(deck).placeholders:
        kind = shape.placeholder_format.type
        for level in shape._element.iter(qn("a:lvl1pPr")):
            level.set("algn", "l")
        if kind in TITLES:
            shape.left, shape.top, shape.width, shape.height = Inches(0.9), Inches(1.7), Inches(11.5), Inches(1.7)
        elif kind == PP_PLACEHOLDER.SUBTITLE:
            shape.left, shape.top, shape.width, shape.height = Inches(0.9), Inches(3.6), Inches(11.5), Inches(2.4)


def _set_styles(master: Any) -> None:
    for name, size in (("p:titleStyle", "2800"), ("p:bodyStyle", "2000")):
        for level in master._element.find(qn("p:txStyles")).find(qn(name)):
            level.set("algn", "l")
            for properties in level.iter(qn("a:defRPr")):
                properties.set("sz", size)
    for shape in master.placeholders:
        if shape.placeholder_format.type in TITLES:
            shape.text_frame._txBody.find(qn("a:bodyPr")).set("anchor", "b")


def _drop_slides(deck: Any) -> None:
    """Take away the slides and all that points to one of them: what still led to it would keep it in the file.

    These are custom shows, sections (in the extensions), the outline's view, and buttons on layouts. A slide that is pointed to
    and is not there, PowerPoint calls damage.
    """
    main = deck.part
    for tag in ("p:sldIdLst", "p:custShowLst", "p:extLst"):
        for found in main._element.findall(qn(tag)):
            main._element.remove(found)
    _drop_relations(main, ("/slide", "/viewProps", "/commentAuthors"))
    _drop_relations(main.package, ("/extended-properties",))  # their titles
    for part in list(main.package.iter_parts()):
        for key in _drop_relations(part, ("/slide",)):
            for link in part._element.xpath(f".//*[@r:id='{key}']") if hasattr(part, "_element") else ():
                link.getparent().remove(link)
        if part.partname.endswith("/presProps.xml"):
            _show_all(part)


def _drop_relations(part: Any, kinds: tuple[str, ...]) -> list[str]:
    """Those of these kinds; their keys."""
    rels = part._rels
    gone = [key for key, relation in rels.items() if relation.reltype.endswith(kinds)]
    for key in gone:
        rels.pop(key)
    return gone


def _show_all(properties: Any) -> None:
    """Let the show not be of certain slides only."""
    root: Any = etree.fromstring(properties.blob, etree.XMLParser(resolve_entities=False, no_network=True))
    chosen = list(root.iter(qn("p:custShow"), qn("p:sldRg")))
    for each in chosen:
        each.getparent().remove(each)
    if chosen:
        properties._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
