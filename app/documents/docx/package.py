"""The zip of a DOCX, opened with care: sizes before bytes, parts by name, relations that never lead outside, plain XML.

Nothing is unpacked to disk, no external target is followed, no document type or entity is read.
"""

from __future__ import annotations

import errno
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from lxml import etree

from app.documents.docx.names import CONTENT_TYPES, PACKAGE_RELATIONS, STRICT_TO_TRANSITIONAL, Element
from app.errors import FusenError

LARGEST_MAIN_PART = 160 << 20
LARGEST_PART = 40 << 20
LARGEST_RATIO = 200
MOST_PARTS = 20_000
# libxml2 needs up to twenty times the XML's length for its tree, so what is held of the tree at once is bounded here.
LONGEST_PIECE = 40 << 20
_RESOURCE_LIMIT = (
    114  # libxml2's XML_ERR_RESOURCE_LIMIT: a text longer than it takes, or a depth that no program writes
)
_LARGEST_DIRECTORY = 16 << 20
_MOST_CHECKED = 64 << 20
_STEP = 1 << 16
_DOCTYPES = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))
_WORD_TYPES = ("wordprocessingml.document.", "wordprocessingml.template.", "ms-word.document.", "ms-word.template.")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the standard allows no others, and Word opens none
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    RuntimeError,
    ValueError,
    struct.error,
    KeyError,
)

Progress = Callable[[int, int], None]


class BrokenPartError(Exception):
    """A part is missing, torn, or not the XML that it should be."""


@dataclass(frozen=True, slots=True)
class Relation:
    """What a part refers to: `target` is a part's name, or an address where `external`."""

    id: str
    kind: str
    target: str
    external: bool


@dataclass(slots=True)
class Package:
    """An opened zip: its parts by their lower-case names, as the standard compares them, and what was odd about it.

    `read` and `strict` name parts that were read, and those among them that use the strict variant's names.
    """

    name: str
    archive: zipfile.ZipFile
    parts: dict[str, zipfile.ZipInfo]
    main: str = ""
    macros: bool = False
    oddities: list[str] = field(default_factory=list)
    read: set[str] = field(default_factory=set)
    strict: set[str] = field(default_factory=set)

    def has(self, part: str) -> bool:
        """Whether there is a part of this name."""
        return part.lower() in self.parts

    def data(self, part: str, largest: int = LARGEST_PART) -> bytes:
        """A part's bytes, in transitional names. Raises `BrokenPartError`, or `FusenError` for one too large."""
        info = self.parts.get(part.lower())
        if info is None:
            raise BrokenPartError(part)
        if info.file_size > largest:
            raise too_large(self.name)
        self.read.add(part.lower())
        data = _unpacked(self.archive, info)
        if any(mark in data for mark in _DOCTYPES):
            raise BrokenPartError(part)  # the standard forbids them, and nothing good comes of one
        plain = _transitional(data)
        if plain is not data:
            self.strict.add(part.lower())
        return plain

    def xml(self, part: str) -> Element:
        """A part's root element. Raises `BrokenPartError`."""
        try:
            root: Element = etree.fromstring(self.data(part), _parser())
        except (etree.XMLSyntaxError, ValueError) as error:
            raise BrokenPartError(part) from error
        if root is None or root.getroottree().docinfo.internalDTD is not None:
            raise BrokenPartError(part)
        return root

    def relations(self, part: str) -> dict[str, Relation]:
        """The relations of a part ("" for the package) by their ids; none where the file does not say or says it badly."""
        folder, base = posixpath.split(part)
        name = posixpath.join(folder, "_rels", base + ".rels")
        if not self.has(name):
            return {}
        try:
            root = self.xml(name)
        except BrokenPartError:
            self.oddities.append(name)
            return {}
        found = (_relation(element, folder) for element in root.iter(f"{{{PACKAGE_RELATIONS}}}Relationship"))
        return {relation.id: relation for relation in found}


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """A part's bytes, never more than the directory says, whatever is packed. Raises `BrokenPartError`."""
    if info.compress_type not in _METHODS:
        raise BrokenPartError(info.filename)
    try:
        with archive.open(info) as part:
            return part.read(info.file_size)
    except _BROKEN as error:
        raise BrokenPartError(info.filename) from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # what a place before the file's beginning ends in
            raise
        raise BrokenPartError(info.filename) from error


def _parser() -> Any:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )


def children_of(data: bytes, tag: str, name: str, progress: Progress | None = None) -> Iterator[Element]:
    """Each child of the first element `tag`, in order, while the part is parsed; one is freed soon after its successor came.

    `progress(done, total)` is told the bytes that were read; what it raises ends the reading.
    Raises `BrokenPartError` for what is no XML or has no such element, and `FusenError` where one child alone is longer
    than `LONGEST_PIECE` bytes or holds a text of more than ten million.
    """
    parser: Any = etree.XMLPullParser(
        events=("start",),
        tag=tag,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    parent: Element = None
    since = 0
    try:
        for position in range(0, len(data), _STEP):
            if progress is not None:
                progress(position, len(data))
            parser.feed(data[position : position + _STEP])
            since += _STEP
            if parent is None:
                parent = next((element for _, element in parser.read_events()), None)
            complete = 0 if parent is None else len(parent) - 1  # the last one may not be at its end
            if complete > 0:
                yield from parent[:complete]
                del parent[:complete]
                since = 0
            elif since > LONGEST_PIECE:
                raise too_large(name)
        parser.close()
    except etree.XMLSyntaxError as error:
        if error.code == _RESOURCE_LIMIT and "depth" not in str(error):
            raise too_large(name) from error
        raise BrokenPartError(name) from error
    if parent is None or parent.getroottree().docinfo.internalDTD is not None:
        raise BrokenPartError(name)
    yield from parent


def open_package(file: IO[bytes], name: str) -> Package:
    """Look at the zip's directory before any part is unpacked. Raises `FusenError`."""
    _check_directory(file, name)
    try:
        archive = zipfile.ZipFile(file)
    except _BROKEN as error:
        raise damaged(name) from error
    package = Package(name, archive, {})
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > MOST_PARTS:
        raise too_large(name)
    for info in infos:
        _add_part(package, info)
    _find_main_part(package)
    return package


def _add_part(package: Package, info: zipfile.ZipInfo) -> None:
    part = info.filename.replace("\\", "/")
    if part.startswith("/") or ".." in part.split("/"):
        package.oddities.append(part)  # leads outside; nothing is unpacked, so it is only left out
        return
    if part.lower() in package.parts:
        # Two parts of one name show different readers different words.
        raise FusenError(
            "damaged",
            f"{package.name} holds two versions of one part, so programs would show different texts.",
            "Do not rely on this file. Ask for it again, or have it saved anew in Word.",
        )
    if info.file_size > (1 << 20) and info.file_size > LARGEST_RATIO * max(info.compress_size, 1):
        raise too_large(package.name)
    package.parts[part.lower()] = info


def _find_main_part(package: Package) -> None:
    if not package.has("[Content_Types].xml"):
        raise _not_word(package.name)
    try:
        types = package.xml("[Content_Types].xml")
    except BrokenPartError as error:
        raise damaged(package.name) from error
    mains = [r.target for r in package.relations("").values() if r.kind == "officeDocument" and not r.external]
    package.main = mains[0] if mains else "word/document.xml"
    content_type = _content_type(types, package.main)
    package.macros = "macroenabled" in content_type.lower() or any(p.endswith("vbaproject.bin") for p in package.parts)
    if content_type and not any(word in content_type for word in _WORD_TYPES) and content_type != "application/xml":
        raise _not_word(package.name)
    if not package.has(package.main):
        has_word = any(part.startswith("word/") for part in package.parts)
        raise damaged(package.name) if mains or has_word else _not_word(package.name)


def _content_type(types: Element, part: str) -> str:
    for override in types.iter(f"{{{CONTENT_TYPES}}}Override"):
        if (override.get("PartName") or "").lower() == "/" + part.lower():
            return override.get("ContentType") or ""
    return ""


def _relation(element: Element, folder: str) -> Relation:
    target = element.get("Target") or ""
    external = element.get("TargetMode") == "External"
    if not external:
        target = target.partition("#")[0].replace("\\", "/")
        path = target if target.startswith("/") else "/" + posixpath.join(folder, target)
        target = posixpath.normpath(path).lstrip("/")
    kind = (element.get("Type") or "").rsplit("/", 1)[-1]
    return Relation(element.get("Id") or "", kind, target, external)


def _transitional(data: bytes) -> bytes:
    """The same part with the names of the strict variant replaced, in either encoding that the standard allows."""
    for code in ("utf-8", "utf-16-le", "utf-16-be"):
        if "http://purl.oclc.org/ooxml/".encode(code) in data:
            for strict, transitional in STRICT_TO_TRANSITIONAL:
                data = data.replace(strict.encode(code), transitional.encode(code))
    return data


def _check_directory(file: IO[bytes], name: str) -> None:
    """Refuse a zip whose directory alone would fill the memory: its size stands in the last 22 bytes before a comment."""
    size = file.seek(0, 2)
    file.seek(max(0, size - (1 << 16) - 22))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at >= 0 and len(tail) >= at + 22:
        (directory,) = struct.unpack_from("<I", tail, at + 12)
        if directory > _LARGEST_DIRECTORY:
            raise too_large(name)
    file.seek(0)


def unread_damage(package: Package) -> list[str]:
    """The parts that were not needed for the text and do not pass their checksum, as far as checking is cheap."""
    found, left = [], _MOST_CHECKED
    for part, info in package.parts.items():
        if part in package.read or info.file_size > left:
            continue
        left -= info.file_size
        try:
            _unpacked(package.archive, info)
        except BrokenPartError:
            found.append(part)
    return found


def damaged(name: str) -> FusenError:
    """The file is not whole."""
    return FusenError(
        "damaged", f"{name} is damaged and cannot be read.", "Ask for the file again, or save it anew in Word."
    )


def _not_word(name: str) -> FusenError:
    return FusenError("unsupported", f"{name} is not a Word document.", "Save it as DOCX or PDF and open that.")


def too_large(name: str) -> FusenError:
    """The file, or a part of it, is more than is taken into memory."""
    return FusenError(
        "too-large", f"{name} unpacks to more than Fusen accepts.", "Split it and open the parts, or save it as PDF."
    )
