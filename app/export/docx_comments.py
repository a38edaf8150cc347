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
    RELATIONS,
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
from app.export.docx_parts import Additions, part_bytes
from app.export.docx_runs import Anchor, beginning_of

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

    def add_to(self, additions: Additions) -> None:
        """Put the part into the package, with what leads to it where it is new."""
        name = self._name or additions.free_name(posixpath.dirname(self._package.main), "comments")
        additions.put(name, part_bytes(self._root, strict=self._is_strict()))
        additions.state_type(name, _COMMENTS_TYPE)
        if not self._name:
            try:
                additions.relate(self._package.main, f"{RELATIONS}/comments", name, strict=self._is_strict())
            except BrokenPartError as error:
                raise _damaged(self._package.name) from error

    def _existing(self) -> Element:
        try:
            return self._package.xml(self._name)
        except BrokenPartError as error:
            raise _damaged(self._package.name) from error

    def _is_strict(self) -> bool:
        return self._package.main.lower() in self._package.strict


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
