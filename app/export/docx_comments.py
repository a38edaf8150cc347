"""The comments of a DOCX: the part that holds them, the relation and content type that lead to it, the marks in the text.

What was there stays: comments are only added, with numbers that no other has.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from lxml import etree

from app.documents.docx.names import (
    CONTENT_TYPES,
    PACKAGE_RELATIONS,
    RELATIONS,
    STRICT_TO_TRANSITIONAL,
    W_AUTHOR,
    W_DATE,
    W_ID,
    W_P,
    W_R,
    W_RPR,
    W_T,
    WORD,
    Element,
    w,
)
from app.documents.docx.package import BrokenPartError, Package
from app.documents.docx.paragraphs import XML_SPACE
from app.errors import FusenError
from app.export.docx_runs import Anchor, beginning_of

_TYPES_PART = "[Content_Types].xml"
_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
_MARKS = (w("comment"), w("commentRangeStart"), w("commentRangeEnd"), w("commentReference"))
_LONGEST_INITIALS = 3


@dataclass(frozen=True, slots=True)
class Writer:
    """Whose comments they are, and of when."""

    author: str
    moment: datetime

    @property
    def initials(self) -> str:
        """The first letters of the name's words."""
        return "".join(word[0] for word in self.author.split()[:_LONGEST_INITIALS])


class Comments:
    """The comments part of one package while comments are added to it. Raises `FusenError` where that cannot be."""

    def __init__(self, package: Package, body: Element) -> None:
        self._package = package
        relation = next((r for r in package.relations(package.main).values() if r.kind == "comments"), None)
        self._name = relation.target if relation is not None and not relation.external else ""
        self._root = self._existing() if self._name else etree.Element(w("comments"), nsmap={"w": WORD})
        used = {mark.get(W_ID) for root in (self._root, body) for mark in root.iter(*_MARKS)}
        self._free: Iterator[str] = (str(number) for number in count() if str(number) not in used)

    def add(self, lines: Sequence[str], writer: Writer) -> str:
        """A comment of these lines, the first of them bold; its number."""
        number = next(self._free)
        comment = etree.SubElement(self._root, w("comment"))
        comment.set(W_ID, number)
        comment.set(W_AUTHOR, writer.author)
        comment.set(W_DATE, writer.moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
        comment.set(w("initials"), writer.initials)
        for index, line in enumerate(lines):
            run = etree.SubElement(etree.SubElement(comment, W_P), W_R)
            if index == 0:
                etree.SubElement(etree.SubElement(run, W_RPR), w("b"))
                mark = etree.SubElement(comment[0], W_R)
                etree.SubElement(mark, w("annotationRef"))
                comment[0].insert(0, mark)
            text = etree.SubElement(run, W_T, {XML_SPACE: "preserve"})
            text.text = line
        return number

    def parts(self) -> tuple[dict[str, bytes], dict[str, bytes]]:
        """The parts that change and those that are new, by name."""
        content = {self._name or self._free_name(): part_bytes(self._root, strict=self._is_strict())}
        (name,) = content
        if self._name:
            changed, added = {**content, **self._typed(name)}, {}
        else:
            related, new = self._related(name)
            changed, added = {**self._typed(name), **related}, {**new, **content}
        return changed, added

    def _existing(self) -> Element:
        try:
            return self._package.xml(self._name)
        except BrokenPartError as error:
            raise _damaged(self._package.name) from error

    def _is_strict(self) -> bool:
        return self._package.main.lower() in self._package.strict

    def _free_name(self) -> str:
        folder = posixpath.dirname(self._package.main)
        names = (posixpath.join(folder, f"comments{number or ''}.xml") for number in count())
        return next(name for name in names if not self._package.has(name))

    def _typed(self, name: str) -> dict[str, bytes]:
        """The content types with that of the comments, where it is not stated yet."""
        root = self._package.xml(_TYPES_PART)
        override = f"{{{CONTENT_TYPES}}}Override"
        if any((entry.get("PartName") or "").lower() == f"/{name}".lower() for entry in root.iter(override)):
            return {}
        etree.SubElement(root, override, {"PartName": f"/{name}", "ContentType": _COMMENTS_TYPE})
        return {_TYPES_PART: part_bytes(root)}

    def _related(self, name: str) -> tuple[dict[str, bytes], dict[str, bytes]]:
        """The main part's relations with one to the comments: as a changed part, or as a new one."""
        folder, base = posixpath.split(self._package.main)
        part = posixpath.join(folder, "_rels", base + ".rels")
        exists = self._package.has(part)
        try:
            root = self._package.xml(part) if exists else etree.Element(f"{{{PACKAGE_RELATIONS}}}Relationships")
        except BrokenPartError as error:
            raise _damaged(self._package.name) from error
        used = {entry.get("Id") for entry in root}
        id_ = next(f"rId{number}" for number in count(len(used) + 1) if f"rId{number}" not in used)
        target = posixpath.relpath(name, folder or ".")
        attributes = {"Id": id_, "Type": f"{RELATIONS}/comments", "Target": target}
        etree.SubElement(root, f"{{{PACKAGE_RELATIONS}}}Relationship", attributes)
        content = {part: part_bytes(root, strict=self._is_strict())}
        return (content, {}) if exists else ({}, content)


def mark_range(anchor: Anchor, number: str) -> None:
    """Let the comment enclose what the anchor says, with its sign behind it."""
    start, end = (_mark(anchor.first, name, number) for name in ("commentRangeStart", "commentRangeEnd"))
    anchor.first.addprevious(start)
    anchor.last.addnext(end)
    end.addnext(_sign(anchor.first, number))


def mark_place(paragraph: Element, number: str) -> None:
    """Let the comment stand at the beginning of a paragraph, on no words."""
    at = beginning_of(paragraph)
    marks = [_mark(paragraph, name, number) for name in ("commentRangeStart", "commentRangeEnd")]
    for offset, mark in enumerate((*marks, _sign(paragraph, number))):
        paragraph.insert(at + offset, mark)


def part_bytes(root: Element, *, strict: bool = False) -> bytes:
    """A part's XML; with `strict` in the names of the strict variant, which reading replaces by the usual ones."""
    tree = root.getroottree()
    standalone = tree.docinfo.standalone
    data: bytes = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=standalone is not False)
    if strict:
        for other, transitional in STRICT_TO_TRANSITIONAL:
            data = data.replace(transitional.encode(), other.encode())
    return data


def _mark(near: Element, name: str, number: str) -> Element:
    mark = near.makeelement(w(name), nsmap=near.nsmap)
    mark.set(W_ID, number)
    return mark


def _sign(near: Element, number: str) -> Element:
    run = near.makeelement(W_R, nsmap=near.nsmap)
    run.append(_mark(near, "commentReference", number))
    return run


def _damaged(name: str) -> FusenError:
    return FusenError(
        "damaged",
        f"{name} is damaged where comments are kept, so none can be added.",
        "Open it in Word, let it be repaired, save it and analyse it again.",
    )
