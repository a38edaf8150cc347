"""DOCX -> Document through python-docx: paragraphs, headings, list items, table cells; tracked insertions kept, deletions not."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.document import Document as WordDocument
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from app.documents.building import TextBuilder
from app.documents.document import BlockType, Document, Notice
from app.documents.files import sha256_of
from app.documents.guessing import guess_kind, guess_language
from app.errors import FusenError

LARGEST_PART = 200 << 20
LARGEST_RATIO = 200
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_W_TEXT, _W_TAB, _W_BREAK, _W_HYPHEN = qn("w:t"), qn("w:tab"), qn("w:br"), qn("w:noBreakHyphen")
_W_PARAGRAPH, _W_TABLE, _W_ROW, _W_CELL = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
# What a reader of the page does not see in this place: deleted or moved text, and the fallback twin of a drawing.
_SKIPPED = {
    qn("w:del"),
    qn("w:moveFrom"),
    qn("w:pPr"),
    qn("w:rPr"),
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
}
_INSIDE = {qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:moveTo"), qn("w:customXml"), qn("w:smartTag")}


def read_docx(path: Path) -> Document:
    """The document as one page without size. Raises `FusenError`."""
    word = _opened(path)
    builder = TextBuilder()
    builder.begin_page(0.0, 0.0)
    reader = _Reader(word, builder)
    try:
        reader.read(word.element.body, in_cell=False)
        reader.read_footnotes(word)
    except (RecursionError, SyntaxError) as error:  # the XML parser raises SyntaxError too
        raise _damaged(path) from error
    text, pages, blocks, _ = builder.finish()
    notices = [] if text else [Notice("no-text", "The document holds no text, so there is nothing to analyse.")]
    return Document(
        file=str(path),
        sha256=sha256_of(path),
        format="docx",
        language=guess_language(text),
        kind=guess_kind(text),
        page_count=1,
        text=text,
        pages=pages,
        blocks=blocks,
        warnings=tuple(notices),
    )


def _opened(path: Path) -> WordDocument:
    _check_package(path)
    try:
        return docx.Document(str(path))
    except MemoryError:
        raise
    except Exception as error:
        # python-docx lets the errors of zip, XML and its own parts through; all of them mean a file that is not whole.
        raise _damaged(path) from error


def _check_package(path: Path) -> None:
    """Look at the zip's directory before any part is unpacked into memory."""
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise _damaged(path) from error
    names = [part.filename for part in parts]
    if "[Content_Types].xml" not in names or not any(name.startswith("word/") for name in names):
        raise FusenError("unsupported", f"{path.name} is not a Word document.", "Save it as DOCX or PDF and open that.")
    if len(set(names)) < len(names) or any(name.startswith(("/", "\\")) or ".." in name.split("/") for name in names):
        # Two parts of one name show different readers different words; names that lead outside are no accident either.
        raise _damaged(path)
    for part in parts:
        bomb = part.file_size > (1 << 20) and part.file_size > LARGEST_RATIO * max(part.compress_size, 1)
        if bomb or part.file_size > LARGEST_PART:
            raise FusenError(
                "too-large", f"{path.name} unpacks to more than Fusen accepts.", "Save it anew, without pictures."
            )


def _damaged(path: Path) -> FusenError:
    return FusenError(
        "damaged", f"{path.name} is damaged and cannot be read.", "Ask for the file again, or save it anew in Word."
    )


class _Reader:
    """Walks the body in reading order and counts the automatic numbers of list paragraphs."""

    def __init__(self, word: WordDocument, builder: TextBuilder) -> None:
        self._builder = builder
        self._styles = {style.style_id: style for style in word.styles}

    def read(self, parent: Any, *, in_cell: bool) -> None:
        """All blocks below `parent`."""
        for child in parent:
            if child.tag == _W_PARAGRAPH:
                self._paragraph(child, in_cell=in_cell)
            elif child.tag == _W_TABLE:
                self._table(child)
            elif child.tag in _INSIDE:
                self.read(child, in_cell=in_cell)

    def read_footnotes(self, word: WordDocument) -> None:
        """Footnotes and endnotes, after the body; python-docx knows their parts only as bytes."""
        for relation in word.part.rels.values():
            if relation.is_external or not relation.reltype.endswith(("/footnotes", "/endnotes")):
                continue
            for note in parse_xml(relation.target_part.blob):
                # Separators between text and notes carry a type, notes do not.
                if note.get(qn("w:type")) is None:
                    self._builder.add("footnote", _CONTROLS.sub("", "".join(_texts(note))).strip())

    def _paragraph(self, element: Any, *, in_cell: bool) -> None:
        text = _CONTROLS.sub("", "".join(_texts(element))).strip()
        type_, level = self._kind(element)
        if in_cell:
            type_, level = "table-cell", None
        self._builder.add(type_, text, level)

    def _table(self, table: Any) -> None:
        """Cell by cell; the continuation of a cell merged downwards holds nothing of its own."""
        for row in table.iter(_W_ROW):
            if row.getparent() is not table and row.getparent().tag not in _INSIDE:
                continue
            for cell in row.iter(_W_CELL):
                if _row_of(cell) is row:
                    self._cell(cell)

    def _cell(self, cell: Any) -> None:
        properties = cell.tcPr
        merge = properties.find(qn("w:vMerge")) if properties is not None else None
        if merge is None or merge.get(qn("w:val")) == "restart":
            self.read(cell, in_cell=True)

    def _kind(self, element: Any) -> tuple[BlockType, int | None]:
        properties = element.pPr
        style_id = properties.style if properties is not None else None
        style = self._styles.get(style_id) if style_id else None
        names = [style.name or ""] if style is not None else []
        base = getattr(style, "base_style", None)
        if base is not None:
            names.append(base.name or "")
        for name in names:
            if found := re.fullmatch(r"heading (\d)", name, re.IGNORECASE):
                return "heading", int(found[1])
            if name.lower() in ("title", "subtitle"):
                return "heading", 1
        numbering = properties.numPr if properties is not None else None
        if numbering is not None and numbering.numId is not None and numbering.numId.val:
            return "list-item", (numbering.ilvl.val if numbering.ilvl is not None else 0) + 1
        if any(name.lower().startswith("list") for name in names):
            return "list-item", 1
        return "paragraph", None


def _row_of(cell: Any) -> Any:
    """The row that a cell stands in, through content controls."""
    parent = cell.getparent()
    while parent.tag in _INSIDE:
        parent = parent.getparent()
    return parent


def _texts(element: Any) -> Iterator[str]:
    """The visible text below a paragraph; a text box's paragraphs follow after a space."""
    for child in element:
        if child.tag == _W_TEXT:
            yield child.text or ""
        elif child.tag in (_W_TAB, _W_BREAK):
            yield " "
        elif child.tag == _W_HYPHEN:
            yield "-"
        elif child.tag == _W_PARAGRAPH:
            yield " "
            yield from _texts(child)
        elif child.tag not in _SKIPPED:
            yield from _texts(child)
