"""The findings in a PDF's outline (bookmarks): one entry at the end with an entry for each finding; what was there stays.

Written object by object, as PyMuPDF's own way to change an outline makes all of it anew and loses what it does not know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.documents.mupdf import check_memory, pymupdf

_MOST_ENTRIES = 100_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the outline that leads to annotation `target` (its number in the file) on page `page` (from 1)."""

    title: str
    page: int
    target: int


def append_outline(pdf: pymupdf.Document, title: str, entries: Sequence[Entry]) -> None:
    """Add an entry `title`, closed, with `entries` below it. An outline that is damaged is left as it is."""
    if not entries:
        return
    root = _root(pdf)
    if root is None:
        return
    last = _last_of(pdf, root)
    if last is None:
        return
    head = pdf.get_new_xref()
    numbers = [pdf.get_new_xref() for _ in entries]
    for index, (number, entry) in enumerate(zip(numbers, entries, strict=True)):
        before = f"/Prev {numbers[index - 1]} 0 R" if index else ""
        after = f"/Next {numbers[index + 1]} 0 R" if index + 1 < len(numbers) else ""
        pdf.update_object(number, f"<<{_words(entry.title)}/Parent {head} 0 R{before}{after}{_target(pdf, entry)}>>")
    before = f"/Prev {last} 0 R" if last else ""
    # A negative count is that of entries which show once this one is opened.
    inner = f"/First {numbers[0]} 0 R/Last {numbers[-1]} 0 R/Count {-len(numbers)}"
    pdf.update_object(head, f"<<{_words(title)}/Parent {root} 0 R{before}{inner}{_target(pdf, entries[0])}/F 2>>")
    _hang_in(pdf, root, last, head)


def _root(pdf: pymupdf.Document) -> int | None:
    """The outline's object, made where there is none; None where what stands in its place is something else."""
    catalog = pdf.pdf_catalog()
    kind, value = pdf.xref_get_key(catalog, "Outlines")
    if kind == "xref":
        number = int(value.split()[0])
        if is_dictionary(pdf, number):
            return number
    if kind == "dict":
        return None  # one that is no object of its own is against the standard, and nothing could refer to it
    number = int(pdf.get_new_xref())
    pdf.update_object(number, "<</Type/Outlines>>")
    pdf.xref_set_key(catalog, "Outlines", f"{number} 0 R")
    return number


def _last_of(pdf: pymupdf.Document, root: int) -> int | None:
    """The last entry of the first level, found by going through them; 0 where there is none, None where they run in a circle."""
    number, last = _reference(pdf, root, "First"), 0
    seen: set[int] = set()
    while number:
        if number in seen or len(seen) > _MOST_ENTRIES or not is_dictionary(pdf, number):
            return None
        seen.add(number)
        last, number = number, _reference(pdf, number, "Next")
    return last


def _hang_in(pdf: pymupdf.Document, root: int, last: int, head: int) -> None:
    pdf.xref_set_key(root, "Last", f"{head} 0 R")
    if last:
        pdf.xref_set_key(last, "Next", f"{head} 0 R")
    else:
        pdf.xref_set_key(root, "First", f"{head} 0 R")
    kind, value = pdf.xref_get_key(root, "Count")
    shown = int(value) if kind == "int" else 0
    pdf.xref_set_key(root, "Count", str(max(0, shown) + 1))


def _reference(pdf: pymupdf.Document, number: int, key: str) -> int:
    kind, value = pdf.xref_get_key(number, key)
    return int(value.split()[0]) if kind == "xref" else 0


def is_dictionary(pdf: pymupdf.Document, number: int) -> bool:
    """Whether object `number` is there and is a dictionary."""
    if not 0 < number < pdf.xref_length():
        return False
    try:
        return str(pdf.xref_object(number, compressed=True)).lstrip().startswith("<<")
    except MemoryError:
        raise
    except Exception as error:
        check_memory(error)
        return False


def _words(title: str) -> str:
    return f"/Title {pymupdf.get_pdf_str(title)}"


def _target(pdf: pymupdf.Document, entry: Entry) -> str:
    """The upper left of the annotation's area, in the page's own space, as the file has it."""
    _, area = pdf.xref_get_key(entry.target, "Rect")
    left, _, _, top = (float(number) for number in area.strip("[] ").split())
    return f"/Dest[{pdf.page_xref(entry.page - 1)} 0 R/XYZ {left:.2f} {top:.2f} null]"
