"""Ways to damage a DOCX: the package as bytes, its list of parts, and the XML inside its parts.

Like their fellows for PDF they take bytes and a seeded generator, and return bytes.
"""

from __future__ import annotations

import io
import random
import re
import warnings
import zipfile
from collections.abc import Callable

from tests.fuzz import pdf_mutations as raw

Parts = list[tuple[str, bytes]]

_TAG = re.compile(rb"</?[A-Za-z][^<>]*>")
_ATTRIBUTE = re.compile(rb'(?<=\s)([\w:]+)="([^"]*)"')
_ELEMENT = re.compile(
    rb"<(w:(?:p|r|tbl|tr|tc|t|pPr|rPr|sectPr|sdt|ins|del|drawing|hyperlink))(?:\s[^<>]*)?>.*?</\1>", re.DOTALL
)
_TEXT = re.compile(rb"(?<=>)[^<>]+(?=</)")
_VALUES = (
    b"",
    b"0",
    b"-1",
    b"99999999999",
    b"NaN",
    b"none",
    b"rId1",
    b"rId999",
    b"../../x",
    b"http://localhost/x",
    b"&#0;",
    "契約".encode(),
    b"x" * 70_000,
)
_TEXTS = (
    b"",
    b"&amp;#x0;",
    b"&undefined;",
    b"\x00",
    b"\xff\xfe",
    b"]]>",
    b"<![CDATA[x]]>",
    "\ud7ff\u202e".encode(),
    b"a" * 100_000,
)
_WRAPPERS = (
    b"w:p",
    b"w:r",
    b"w:tbl",
    b"w:tr",
    b"w:tc",
    b"w:sdt",
    b"w:ins",
    b"w:hyperlink",
    b"mc:AlternateContent",
    b"w:txbxContent",
)
_LIKELY = (
    *("word/document.xml", "word/styles.xml", "word/numbering.xml", "word/footnotes.xml", "word/header1.xml"),
    *("word/comments.xml", "word/settings.xml", "word/_rels/document.xml.rels", "[Content_Types].xml", "_rels/.rels"),
)
_METHODS = (zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


def damage_bytes(data: bytes, rng: random.Random) -> bytes:
    """The package's bytes, as any file's."""
    damage = rng.choice((raw.flip_bits, raw.truncate, raw.remove_chunk, raw.repeat_chunk, raw.overwrite_chunk))
    return damage(data, rng)


def damage_directory(data: bytes, rng: random.Random) -> bytes:
    """Bits in the headers of the package: sizes, methods, names, checksums."""
    places = [found.start() for found in re.finditer(rb"PK(?:\x01\x02|\x03\x04|\x05\x06)", data)]
    changed = bytearray(data)
    for _ in range(rng.choice((1, 2, 6))):
        at = rng.choice(places) + rng.randrange(30) if places else rng.randrange(len(changed))
        if at < len(changed):
            changed[at] = rng.choice((0, 0xFF, changed[at] ^ 1, rng.randrange(256)))
    return bytes(changed)


def change_parts(data: bytes, rng: random.Random) -> bytes:
    """A part is missing, empty, there twice, or holds what belongs to another."""
    parts = unpacked(data)
    at, other = index(parts, rng), rng.randrange(len(parts))
    name, content = parts[at]
    action = rng.randrange(6)
    if action == 0:
        del parts[at]
    elif action == 1:
        parts[at] = (name, b"")
    elif action == 2:
        parts.append((name, parts[other][1]))
    elif action == 3:
        parts[at] = (name, parts[other][1])
    elif action == 4:
        parts[at] = (rng.choice((name.upper(), "../" + name, name.replace("/", "\\"), "/" + name)), content)
    else:
        parts[at] = (name, raw.truncate(content, rng) if content else b"<")
    return packed(parts, rng)


def remove_tags(data: bytes, rng: random.Random) -> bytes:
    """Single tags are missing, so that elements do not close or close twice."""
    return inside(data, rng, lambda xml: raw.replace_some(_TAG, xml, rng, lambda _: b""))


def remove_elements(data: bytes, rng: random.Random) -> bytes:
    """Whole elements are missing; the XML stays well formed for the most part."""
    return inside(data, rng, lambda xml: raw.replace_some(_ELEMENT, xml, rng, lambda _: b""))


def repeat_elements(data: bytes, rng: random.Random) -> bytes:
    """Elements stand there many times."""
    times = rng.choice((2, 10, 300))
    return inside(data, rng, lambda xml: raw.replace_some(_ELEMENT, xml, rng, lambda found: found[0][:20_000] * times))


def change_attributes(data: bytes, rng: random.Random) -> bytes:
    """Attributes get values that nobody expects."""

    def other(found: re.Match[bytes]) -> bytes:
        if rng.random() < 0.15:
            return b""
        return found[1] + b'="' + rng.choice(_VALUES) + b'"'

    return inside(data, rng, lambda xml: raw.replace_some(_ATTRIBUTE, xml, rng, other))


def change_texts(data: bytes, rng: random.Random) -> bytes:
    """Text becomes empty, huge, or no valid XML."""
    return inside(data, rng, lambda xml: raw.replace_some(_TEXT, xml, rng, lambda _: rng.choice(_TEXTS)))


def nest(data: bytes, rng: random.Random) -> bytes:
    """Elements lie many levels deep in others of a kind that may not hold them."""
    wrapper, depth = rng.choice(_WRAPPERS), rng.choice((1, 5, 100, 3000))
    before, after = b"<" + wrapper + b">", b"</" + wrapper + b">"
    return inside(
        data, rng, lambda xml: raw.replace_some(_ELEMENT, xml, rng, lambda f: before * depth + f[0] + after * depth)
    )


def declare_entities(data: bytes, rng: random.Random) -> bytes:
    """A document type that names entities: growing ones, and ones that lie in another file."""
    growing = b"".join(
        b'<!ENTITY e%d "%s">' % (i, b"&e%d;" % (i - 1) * 10 if i else b"word") for i in range(rng.choice((3, 12)))
    )
    outside = b'<!ENTITY e0 SYSTEM "file:///etc/hostname"><!ENTITY e2 SYSTEM "http://localhost:9/x">'
    declared = b"<!DOCTYPE w:document [" + rng.choice((growing, outside)) + b"]>"

    def declaring(xml: bytes) -> bytes:
        head = re.match(rb"\s*(?:<\?xml[^>]*\?>)?", xml)
        at = head.end() if head else 0
        return xml[:at] + declared + raw.replace_some(_TEXT, xml[at:], rng, lambda _: b"&e2;")

    return inside(data, rng, declaring)


def inside(data: bytes, rng: random.Random, change: Callable[[bytes], bytes], wanted: tuple[str, ...] = ()) -> bytes:
    """The package with one of its XML parts changed, one that is `wanted` where there is such a part."""
    parts = unpacked(data)
    likely = [i for i, (name, _) in enumerate(parts) if name in wanted]
    at = rng.choice(likely) if likely else index(parts, rng)
    name, content = parts[at]
    parts[at] = (name, change(content))
    return packed(parts, rng)


def index(parts: Parts, rng: random.Random) -> int:
    """The place of a part, mostly the main one or another that readers look at."""
    names = [name for name, _ in parts]
    if rng.random() < 0.5 and _LIKELY[0] in names:
        return names.index(_LIKELY[0])
    likely = [i for i, name in enumerate(names) if name in _LIKELY]
    return rng.choice(likely) if likely and rng.random() < 0.8 else rng.randrange(len(parts))


def unpacked(data: bytes) -> Parts:
    """The parts of a package in their order."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return [(info.filename, package.read(info)) for info in package.infolist()]


def packed(parts: Parts, rng: random.Random) -> bytes:
    """A package of these parts, compressed in one of the ways that a zip knows."""
    target = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # two parts of one name are meant
        with zipfile.ZipFile(target, "w", rng.choice(_METHODS)) as package:
            for name, content in parts:
                # A date of its own would make each run another file.
                package.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content, package.compression)
    return target.getvalue()


MUTATIONS: tuple[raw.Mutation, ...] = (
    damage_bytes,
    damage_directory,
    change_parts,
    remove_tags,
    remove_elements,
    repeat_elements,
    change_attributes,
    change_texts,
    nest,
    declare_entities,
)
