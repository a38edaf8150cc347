"""Ways to damage a DOCX that leave its XML well formed: elements in wrong places, rings, huge numbers, wrong names of parts.

A reader meets these behind its door, where it believes what it was told.
"""

from __future__ import annotations

import random
import re
import struct
from collections.abc import Callable
from typing import Any

from lxml import etree

from tests.fuzz import docx_mutations as package
from tests.fuzz import pdf_mutations as raw

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATIONS = ("word/_rels/document.xml.rels", "_rels/.rels")
_TYPES = ("[Content_Types].xml",)
_NUMBERS = (
    *("0", "-1", "1", "8", "9", "10", "255", "32768", "65536", "2147483647", "-2147483648", "4294967296", "999999999"),
    *("9" * 40, "1e308", "0x10", "1.5", "１２", "1_0", " 7 ", "NaN", "inf", "-0"),
)
_TAGS = (
    *("p", "r", "t", "tbl", "tr", "tc", "pPr", "rPr", "tcPr", "tblPr", "sectPr", "sdt", "sdtContent", "ins", "del"),
    *("moveFrom", "moveTo", "fldChar", "instrText", "fldSimple", "sym", "tab", "br", "footnoteReference", "hyperlink"),
    *("numPr", "numId", "ilvl", "style", "basedOn", "abstractNum", "num", "lvl", "lvlOverride", "body", "txbxContent"),
    *("altChunk", "commentRangeStart", "commentReference", "ffData", "vMerge", "gridSpan", "ruby", "customXml"),
)
_TARGETS = (
    *("missing.xml", "document.xml", "styles.xml", "/word/document.xml", "../word/document.xml", "../../../etc/passwd"),
    *("", "#", "media", "%2e%2e/x", "\\word\\document.xml", "file:///etc/hostname", "http://localhost:9/x", "x" * 5000),
)
_ENCODINGS = ("utf-16", "utf-16-le", "utf-8-sig", "shift_jis", "iso-8859-1", "utf-7", "ebcdic-cp-us", "x-none")


def swap_elements(data: bytes, rng: random.Random) -> bytes:
    """Elements change places with others of the part."""

    def swap(elements: list[Any]) -> None:
        one, other = rng.choice(elements), rng.choice(elements)
        if one in other.iterancestors() or other in one.iterancestors() or one is other:
            return
        first, second = one.getparent(), other.getparent()
        at, place = first.index(one), second.index(other)
        mark = etree.Element("mark")
        first[at] = mark
        second[place] = one
        mark.getparent().replace(mark, other)

    return _in_tree(data, rng, swap)


def move_elements(data: bytes, rng: random.Random) -> bytes:
    """Elements move into others, which may be of any kind."""

    def move(elements: list[Any]) -> None:
        one, other = rng.choice(elements), rng.choice(elements)
        if one is not other and one not in other.iterancestors():
            other.insert(rng.randrange(len(other) + 1), one)

    return _in_tree(data, rng, move)


def drop_elements(data: bytes, rng: random.Random) -> bytes:
    """Elements of any kind are missing."""
    return _in_tree(data, rng, lambda elements: _drop(rng.choice(elements)))


def rename_elements(data: bytes, rng: random.Random) -> bytes:
    """Elements become others of the vocabulary: a run where a table was."""

    def rename(elements: list[Any]) -> None:
        rng.choice(elements).tag = f"{{{_W}}}{rng.choice(_TAGS)}"

    return _in_tree(data, rng, rename)


def swap_attributes(data: bytes, rng: random.Random) -> bytes:
    """Elements get the attributes of others, or none."""

    def swap(elements: list[Any]) -> None:
        one, other = rng.choice(elements), rng.choice(elements)
        taken = dict(other.attrib) if rng.random() < 0.7 else {}
        one.attrib.clear()
        one.attrib.update(taken)

    return _in_tree(data, rng, swap)


def grow_numbers(data: bytes, rng: random.Random) -> bytes:
    """Numbers in attributes become huge, negative, or no numbers."""

    def grow(elements: list[Any]) -> None:
        numbered = [(e, name) for e in elements for name, value in e.attrib.items() if value.strip("-").isdigit()]
        for element, name in rng.sample(numbered, min(len(numbered), rng.choice((1, 10, 200)))):
            element.set(name, rng.choice(_NUMBERS))

    return _in_tree(data, rng, grow)


def tie_styles(data: bytes, rng: random.Random) -> bytes:
    """Styles that rest on themselves or each other, and lists whose numbering is each other's."""
    rings = {"basedOn", "link", "next", "rStyle", "pStyle", "styleLink", "numStyleLink", "abstractNumId", "numId"}

    def tie(elements: list[Any]) -> None:
        styles = [e.get(f"{{{_W}}}styleId") or "" for e in elements if e.get(f"{{{_W}}}styleId")]
        for element in elements:
            if etree.QName(element).localname in rings and rng.random() < 0.5:
                element.set(f"{{{_W}}}val", rng.choice(styles) if styles else str(rng.randrange(4)))
            if etree.QName(element).localname == "style" and rng.random() < 0.3:
                tag, where = rng.choice((("basedOn", element), ("rStyle", etree.SubElement(element, f"{{{_W}}}rPr"))))
                etree.SubElement(where, f"{{{_W}}}{tag}").set(f"{{{_W}}}val", rng.choice(styles or [""]))

    return _in_tree(data, rng, tie, ("word/styles.xml", "word/numbering.xml"))


def tie_notes(data: bytes, rng: random.Random) -> bytes:
    """Notes that refer to notes, among them themselves; comments in comments."""

    def tie(elements: list[Any]) -> None:
        ids = [e.get(f"{{{_W}}}id") or "1" for e in elements if e.get(f"{{{_W}}}id")] or ["1"]
        for run in rng.sample(elements, min(len(elements), 10)):
            tag = rng.choice(("footnoteReference", "endnoteReference", "commentReference", "commentRangeStart"))
            etree.SubElement(run, f"{{{_W}}}{tag}").set(f"{{{_W}}}id", rng.choice(ids))

    return _in_tree(data, rng, tie, ("word/footnotes.xml", "word/endnotes.xml", "word/comments.xml"))


def break_relations(data: bytes, rng: random.Random) -> bytes:
    """Relations lead to what is missing, outside, or of another kind; two have one number."""

    def change(elements: list[Any]) -> None:
        one, other = rng.choice(elements), rng.choice(elements)
        name = rng.choice(("Target", "Target", "Target", "Id", "Type", "TargetMode"))
        wanted = {"Target": rng.choice(_TARGETS), "TargetMode": rng.choice(("External", "Internal", "?"))}
        one.set(name, wanted.get(name) or other.get(name) or "")

    return _in_tree(data, rng, change, _RELATIONS)


def mistype_parts(data: bytes, rng: random.Random) -> bytes:
    """The list of contents says of parts what they are not."""

    def change(elements: list[Any]) -> None:
        one, other = rng.choice(elements), rng.choice(elements)
        name = rng.choice(("ContentType", "PartName", "Extension"))
        one.set(name, rng.choice((other.get(name) or "", "application/xml", "text/plain", "", "x/y", "/word/none.xml")))

    return _in_tree(data, rng, change, _TYPES)


def change_encoding(data: bytes, rng: random.Random) -> bytes:
    """A part in another encoding than UTF-8, whether it says so, keeps silent or lies."""
    encoding = rng.choice(_ENCODINGS)
    said = rng.choice((encoding, rng.choice(_ENCODINGS), ""))

    def recode(xml: bytes) -> bytes:
        text = re.sub(r"^\s*<\?xml[^>]*\?>", "", xml.decode("utf-8", "replace"))
        text = (f'<?xml version="{rng.choice(("1.0", "1.1"))}" encoding="{said}"?>' if said else "") + text
        try:
            return text.encode(encoding, "xmlcharrefreplace")
        except LookupError:
            return text.encode()

    return package.inside(data, rng, recode)


def lie_about_sizes(data: bytes, rng: random.Random) -> bytes:
    """The directory of the zip gives sizes, places and checksums that are not so."""
    places = [found.start() for found in re.finditer(rb"PK\x01\x02", data)]
    changed = bytearray(data)
    for place in rng.sample(places, min(len(places), rng.choice((1, 3)))):
        at = place + rng.choice((16, 20, 24, 42))  # checksum, packed size, size, place of the local header
        if at + 4 <= len(changed):
            wrong = rng.choice((0, 1, 10, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, len(data), rng.getrandbits(32)))
            struct.pack_into("<I", changed, at, wrong)
    return bytes(changed)


def _in_tree(
    data: bytes, rng: random.Random, change: Callable[[list[Any]], None], wanted: tuple[str, ...] = ()
) -> bytes:
    """The package with the elements of one of its parts changed a few times; the root stays what it is."""

    def changed(xml: bytes) -> bytes:
        try:
            root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
        except (etree.XMLSyntaxError, ValueError):
            return raw.flip_bits(xml, rng) if xml else b"<"
        for _ in range(rng.choice((1, 1, 3, 20))):
            elements = [element for element in root.iterdescendants() if isinstance(element.tag, str)]
            if elements:
                change(elements)
        return etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)

    return package.inside(data, rng, changed, wanted)


def _drop(element: Any) -> None:
    element.getparent().remove(element)


MUTATIONS: tuple[raw.Mutation, ...] = (
    swap_elements,
    move_elements,
    drop_elements,
    rename_elements,
    swap_attributes,
    grow_numbers,
    tie_styles,
    tie_notes,
    break_relations,
    mistype_parts,
    change_encoding,
    lie_about_sizes,
)
