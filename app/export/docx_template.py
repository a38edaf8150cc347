"""The Word document that a brief is written into: python-docx's own, or a company's template with its styles and headers.

Of a template stay its styles, its page, headers and footers; what stands on its pages goes. A style that it lacks is taken
from python-docx's document.
"""

from __future__ import annotations

import copy
import io
from collections.abc import Iterator
from typing import Any

from docx.api import Document as open_docx  # noqa: N813 -- a function, in spite of its name
from docx.document import Document as Docx
from docx.oxml.ns import qn
from docx.styles import BabelFish
from lxml import etree

from app.export import fixed_zip

LATIN, JAPANESE = "Calibri", "Yu Gothic"
STYLES = ("Title", "Heading 1", "Heading 2", "List Bullet", "Table Grid")
"""What a brief is made of, besides its own styles, which are based on the template's standard paragraph."""

_OF_PAGES = (
    *("/image", "/hyperlink", "/chart", "/oleObject", "/package", "/aFChunk", "/subDocument", "/header", "/footer"),
    *("/comments", "/commentsExtended", "/commentsIds", "/commentsExtensible", "/people"),
)
"""Relationships that only what stood on the pages had use for."""


def open_base(template: bytes | None) -> Docx:
    """An empty document with the styles of `template`. Raises whatever python-docx does where that is no Word document."""
    docx = open_docx(None if template is None else io.BytesIO(template))
    package = docx.part.package
    for key in [key for key, relation in package.rels.items() if relation.reltype.endswith("/thumbnail")]:
        del package.rels[key]  # a picture of other pages
    if template is not None:
        _empty(docx)
        _complete(docx)
    return docx


def same_bytes(docx: Docx) -> bytes:
    """Saved so that the same brief gives the same bytes."""
    saved = io.BytesIO()
    docx.save(saved)
    return fixed_zip.same_bytes(saved.getvalue())


def set_fonts(run_properties: Any, *, latin: str | None = LATIN) -> None:
    """Both scripts' fonts by name. Without an East Asian font of its own, Word shows Japanese in whatever it finds."""
    fonts = run_properties.get_or_add_rFonts()
    wanted = {"eastAsia": JAPANESE} | (dict.fromkeys(("ascii", "hAnsi", "cs"), latin) if latin else {})
    for script, font in wanted.items():
        fonts.attrib.pop(qn("w:cstheme" if script == "cs" else f"w:{script}Theme"), None)  # a theme's font would win
        fonts.set(qn(f"w:{script}"), font)


def has_japanese_font(docx: Docx) -> bool:
    """Whether the standard paragraph names a font for Japanese."""
    path = ".//w:docDefaults//w:rFonts | .//w:style[@w:default='1' and @w:type='paragraph']//w:rFonts"
    named = (qn("w:eastAsia"), qn("w:eastAsiaTheme"))
    return any(fonts.get(name) for fonts in docx.styles.element.xpath(path) for name in named)


def _empty(docx: Docx) -> None:
    """Take away what stands on the pages, but for the last section's set-up, with the headers that it takes over."""
    body: Any = docx.element.body
    sections = list(body.iter(qn("w:sectPr")))
    if not sections:
        body.get_or_add_sectPr()
        sections = list(body.iter(qn("w:sectPr")))
    last = sections[-1]
    for reference in _inherited(sections[:-1], last):
        last.insert(0, reference)
    for child in list(body):
        body.remove(child)
    body.append(last)
    used = etree.tostring(docx.element).decode()
    part = docx.part
    for key, relation in list(part.rels.items()):
        if relation.reltype.endswith(_OF_PAGES) and f'"{key}"' not in used:
            del part.rels[key]
        elif relation.reltype.endswith(("/footnotes", "/endnotes")):
            _empty_notes(relation.target_part)


def _empty_notes(part: Any) -> None:
    """Leave the lines that stand between text and notes, which have a type, and no note."""
    root = etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
    for note in [note for note in root if note.get(qn("w:type")) in (None, "normal")]:
        root.remove(note)
    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _inherited(before: list[Any], last: Any) -> Iterator[Any]:
    """Headers and footers of earlier sections which the last one, naming none of that kind, shows too."""
    names = ("w:headerReference", "w:footerReference")
    own = {(each.tag, each.get(qn("w:type"))) for name in names for each in last.findall(qn(name))}
    for section in reversed(before):
        for name in names:
            for each in section.findall(qn(name)):
                kind = (each.tag, each.get(qn("w:type")))
                if kind not in own:
                    own.add(kind)
                    yield copy.deepcopy(each)


def _complete(docx: Docx) -> None:
    """Add the styles that are missing, in the look of python-docx's own document."""
    known = {style.name for style in docx.styles}
    missing = [name for name in STYLES if name not in known]
    if not missing:
        return
    ours, styles = open_docx().styles, docx.styles.element
    standard = styles.xpath("w:style[@w:default='1' and @w:type='paragraph']/@w:styleId")
    taken = set(styles.xpath("w:style/@w:styleId"))
    for name in missing:
        style = copy.deepcopy(ours[name].element)
        for tag in ("w:link", "w:basedOn", "w:next", "w:numPr"):
            for each in style.xpath(f".//{tag}"):
                each.getparent().remove(each)  # names another style, or a list that the template does not have
        if style.get(qn("w:type")) == "paragraph" and standard:
            style.find(qn("w:name")).addnext(_valued("w:basedOn", standard[0]))
        while style.get(qn("w:styleId")) in taken:
            style.set(qn("w:styleId"), style.get(qn("w:styleId")) + "Fusen")
        styles.append(style)


def is_bulleted(docx: Docx, name: str) -> bool:
    """Whether the style brings its own bullet."""
    internal = BabelFish.ui2internal(name)
    return bool(docx.styles.element.xpath(f"w:style[w:name/@w:val='{internal}']//w:numPr"))


def _valued(tag: str, value: str) -> Any:
    from docx.oxml import OxmlElement

    element: Any = OxmlElement(tag)
    element.set(qn("w:val"), value)
    return element
