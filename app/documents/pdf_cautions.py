"""What a PDF would do or carry besides showing its pages: scripts, programs to start, forms to send, files inside it.

Fusen does none of it; the user is told that it is there. Only names in the file's dictionaries are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from app.documents.document import Notice
from app.documents.left_out import listed
from app.documents.mupdf import check_memory, pymupdf

MOST_OBJECTS = 50_000
"""Annotations, fields and actions that are looked at; a document of thousands of pages has fewer."""

_ACTION = re.compile(
    r"/S\s*/(JavaScript|Launch|SubmitForm|ImportData|GoToR|GoToE|RichMediaExecute|Rendition|Movie|Sound)\b"
)
_OPENED = re.compile(r"/S\s*/URI\b")
_REFERENCE = re.compile(r"(\d+) 0 R")
# Keys under which an action, or a dictionary of actions by event, may stand as an object of its own.
_EVENTS = "A|AA|Next|O|C|K|F|V|E|X|D|U|Fo|Bl|PO|PC|PV|PI|WC|WS|DS|WP|DP"
_TO_ACTION = re.compile(rf"/(?:{_EVENTS})\s*(?:\d+ 0 R|\[[^\[\]]*\])")
_INSIDE = re.compile(r"/Subtype\s*/(FileAttachment|RichMedia|3D|Movie|Sound|Screen)\b")

_SENTENCES: Mapping[str, tuple[str, str]] = {
    "JavaScript": ("active-content", "The file holds scripts (JavaScript), which were not run"),
    "Launch": ("active-content", "The file asks to start another program or file, which was not done"),
    "SubmitForm": ("active-content", "The file would send what is filled in to another machine, which was not done"),
    "ImportData": ("active-content", "The file would take in data from another file, which was not done"),
    "GoToR": ("active-content", "The file leads to places in other files, which were not opened"),
    "URI": ("active-content", "The file asks to open a web page by itself, which was not done"),
    "media": ("active-content", "The file holds sound, film or a model in 3D, which was not played"),
    "files": ("embedded-files", "The file holds other files, which were not opened or read"),
    "xfa": (
        "xfa-form",
        "The file holds a form (XFA) that only some programs show; what is filled in there may be missing here",
    ),
}
_MEDIA = frozenset({"RichMediaExecute", "Rendition", "Movie", "Sound", "RichMedia", "3D", "Screen"})


def cautions(pdf: pymupdf.Document) -> list[Notice]:
    """Warnings of what the file would do or carries, each with the pages where it stands on pages."""
    try:
        found = _Finder(pdf).found()
    except Exception as error:
        check_memory(error)
        return []  # of a file that is damaged there; that is told of elsewhere
    notices = []
    for what, (code, words) in _SENTENCES.items():
        if what in found:
            pages = found[what] - {0}
            where = f" (page{'s' if len(pages) > 1 else ''} {listed(pages)})" if pages and 0 not in found[what] else ""
            notices.append(Notice(code, f"{words}{where}."))
    return notices


class _Finder:
    """Goes through the catalogue, the pages and the form, and collects what was met, by page (0: the file as a whole)."""

    def __init__(self, pdf: pymupdf.Document) -> None:
        self._pdf = pdf
        self._left = MOST_OBJECTS
        self._found: dict[str, set[int]] = {}

    def found(self) -> Mapping[str, set[int]]:
        """What there is, with its pages."""
        catalog = self._pdf.pdf_catalog()
        self._look_at_catalog(catalog)
        for index in range(self._pdf.page_count):
            try:
                self._look_at_page(self._pdf.page_xref(index), index + 1)
            except Exception as error:
                check_memory(
                    error
                )  # a page that is broken or no object of its own; the others are looked at all the same
        self._look_at_fields(catalog)
        return self._found

    def _add(self, what: str, page: int) -> None:
        what = "media" if what in _MEDIA else {"GoToE": "GoToR", "FileAttachment": "files"}.get(what, what)
        self._found.setdefault(what, set()).add(page)

    def _look_at_catalog(self, catalog: int) -> None:
        for key in ("OpenAction", "AA"):
            text = self._value(catalog, key)
            self._look_for_actions(text, 0, by_itself=True)
        if self._has(catalog, "Names/JavaScript"):
            self._add("JavaScript", 0)
        if self._has(catalog, "Names/EmbeddedFiles") or self._has(catalog, "Collection"):
            self._add("files", 0)
        if self._has(catalog, "AcroForm/XFA") or self._value(catalog, "NeedsRendering") == "true":
            self._add("xfa", 0)

    def _look_at_page(self, page: int, number: int) -> None:
        self._look_for_actions(self._value(page, "AA"), number, by_itself=True)
        for text in self._objects(self._value(page, "Annots")):
            self._look_for_actions(text, number)
            for inside in _INSIDE.findall(text):
                self._add(inside, number)

    def _look_at_fields(self, catalog: int) -> None:
        waiting = [self._value(catalog, "AcroForm/Fields")]
        seen: set[str] = set()
        while waiting:
            for text in self._objects(waiting.pop(), seen):
                self._look_for_actions(text, 0)
                kids = re.search(r"/Kids\s*(\[[^\]]*\])", text)
                if kids is not None:
                    waiting.append(kids[1])

    def _look_for_actions(self, text: str, page: int, *, by_itself: bool = False) -> None:
        """Note the actions of a dictionary and of those that follow on them; `by_itself`: run without a click."""
        waiting, seen = [text], set[str]()
        while waiting:
            current = waiting.pop()
            for action in _ACTION.findall(current):
                self._add(action, page)
            if by_itself and _OPENED.search(current):
                self._add("URI", page)
            for key in _TO_ACTION.findall(current):
                waiting.extend(text for text in self._objects(key, seen) if not re.search(r"/Type\s*/Page\b", text))

    def _objects(self, text: str, seen: set[str] | None = None) -> Iterator[str]:
        """The text itself, where it is more than references, and the objects that it refers to."""
        if "<<" in text:
            yield text
        for number in _new(_REFERENCE.findall(text), set() if seen is None else seen):
            if self._left <= 0:
                return
            self._left -= 1
            yield self._pdf.xref_object(int(number), compressed=True)

    def _value(self, xref: int, key: str) -> str:
        """The value of a key as text, a reference followed."""
        kind, value = self._pdf.xref_get_key(xref, key)
        if kind == "xref":
            return str(self._pdf.xref_object(int(value.split()[0]), compressed=True))
        return "" if kind == "null" else str(value)

    def _has(self, xref: int, key: str) -> bool:
        return self._value(xref, key) not in ("", "null", "[]", "<<>>", "<</Names[]>>")


def _new(numbers: Iterable[str], seen: set[str]) -> Iterator[str]:
    for number in numbers:
        if number not in seen:
            seen.add(number)
            yield number
