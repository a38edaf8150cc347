"""The brief as a Word document: real headings, tables whose header repeats, numbered places that are linked both ways.

On A4 in fonts that show Japanese, or in the styles of a company's template. The same brief gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from docx.document import Document as Docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Length, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from app.documents.document import Language
from app.export.brief import Brief
from app.export.docx_template import STYLES, has_japanese_font, is_bulleted, open_base, same_bytes, set_fonts
from app.export.telling import Field, Group, Line, Part, Told, told
from app.export.template_file import WORD, filled
from app.export.wording import date_words, printable, say
from app.export.writing import write_whole

_INK, _QUIET = RGBColor(0x1F, 0x2A, 0x37), RGBColor(0x5B, 0x65, 0x70)
_LINK = RGBColor(0x1D, 0x4F, 0x91)
_SHADE, _LINE = "EEF1F5", "B4BDC8"
_FINDING_SHARES = (0.06, 0.40, 0.15, 0.19, 0.20)
_NARROW_SHARES, _NARROW = (0.09, 0.33, 0.18, 0.21, 0.19), Cm(14)
"""On a template's narrow page words of one line would be broken."""
_WHOLE = 500
"""Characters of a row that is not broken over two pages; a longer one would leave much of a page empty."""
_FIELD_SHARES = (0.24, 0.76)
_FIRST_BOOKMARK = 9000  # above what a template's header may have
_LOCALES: dict[Language, str] = {"en": "en-GB", "ja": "ja-JP"}


def write_brief_docx(brief: Brief, output: Path, template: Path | None = None) -> None:
    """Write the brief to `output`, whole or not at all. Raises FusenError when it cannot be written."""
    write_whole(output, render(brief, template))


def render(brief: Brief, template: Path | None = None) -> bytes:
    """See `app.export.formats.Render`. Raises FusenError where the template is not a Word document."""
    return filled(template, WORD, partial(_written, brief))


def _written(brief: Brief, template: bytes | None) -> bytes:
    docx = open_base(template)
    if template is None:
        _set_up_page(docx)
    writer = _Writer(docx, brief)
    writer.write()
    _set_properties(docx, brief)
    return same_bytes(docx)


class _Writer:
    """Writes the parts of a brief one after the other into a document that has the styles."""

    def __init__(self, docx: Docx, brief: Brief) -> None:
        self._docx = docx
        self._brief = brief
        self._language = brief.language
        self._bookmarks = count(_FIRST_BOOKMARK)
        # A template that names no font for Japanese would leave it to chance.
        self._needs_font = not has_japanese_font(docx)
        self._cell = _own_style(docx, "Fusen Table", 9)
        self._note = _own_style(docx, "Fusen Note", None, _QUIET)
        self._small = _own_style(docx, "Fusen Small", 8, _QUIET)
        self._names = {name: _style_id(docx, name) for name in STYLES}
        self._bullet = "" if is_bulleted(docx, "List Bullet") else "• "
        section = docx.sections[-1]
        room = (section.page_width or Cm(21)) - (section.left_margin or 0) - (section.right_margin or 0)
        self._room = max(int(room), int(Cm(8)))

    def write(self) -> None:
        """Everything."""
        brief = self._brief
        self._paragraph(printable(brief.title), "Title")
        if brief.purpose:
            self._paragraph(f"{say('purpose', self._language)}{self._colon}{printable(brief.purpose)}")
        day = date_words(brief.created_at.date().isoformat(), self._language)
        self._paragraph(f"{say('made-at', self._language)} {day}", self._note)
        for part in told(brief):
            self._part(part)

    @property
    def _colon(self) -> str:
        return say("colon", self._language)

    def _part(self, part: Part) -> None:
        self._paragraph(part.title, "Heading 1")
        if part.note:
            note = self._paragraph(part.note, self._note)
            note.paragraph_format.keep_with_next = True  # it says something of what follows
        for table in part.fields:
            self._fields(table)
        for group in part.groups:
            if group.heading:
                self._paragraph(group.heading, "Heading 2")
            self._findings(group)
        for line in part.lines:
            self._line(line, part.key)
        for remark in part.remarks:
            self._paragraph(remark, self._note).paragraph_format.space_before = Pt(6)  # often behind a table

    def _line(self, line: Line, key: str) -> None:
        is_place = key == "places"
        style = self._note if is_place else "List Bullet"
        paragraph = self._paragraph("" if is_place else self._bullet, style)
        if line.marked and line.number is not None:
            name = f"place{line.number}" if is_place else f"number{line.number}"
            target = f"number{line.number}" if is_place else f"place{line.number}"
            self._bookmarked(paragraph, name, line.number, target)
            paragraph.add_run(" ")
        self._run(paragraph, line.text, line.language)
        if line.more:
            self._run(paragraph, say("in-brackets", self._language, text=line.more)).font.color.rgb = _QUIET
        if not line.marked and line.number is not None:
            paragraph.add_run(" ")
            self._link(paragraph, f"[{line.number}]", f"number{line.number}")

    # ---- tables

    def _findings(self, group: Group) -> None:
        shares = _FINDING_SHARES if self._room >= _NARROW else _NARROW_SHARES
        table = self._table(len(group.findings) + 1, shares, group.heading or say("findings", self._language))
        rows = _rows(table)
        for cell, label in zip(
            rows[0], ("number", "quote", "tags", "decision-importance", "action-comment"), strict=True
        ):
            self._fill(cell, say(label, self._language), bold=True, shaded=True)
        _repeat_on_each_page(table)
        for row, cells, finding in zip(table._tbl.tr_lst[1:], rows[1:], group.findings, strict=True):
            self._finding(cells, finding)
            if sum(map(len, (finding.quote, *(words for _, words in finding.notes)))) <= _WHOLE:
                _append(row.get_or_add_trPr(), OxmlElement("w:cantSplit"))

    def _finding(self, cells: Sequence[_Cell], finding: Told) -> None:
        number, quote, tags, judged, actions = cells
        _set_style(number.paragraphs[0], self._cell)
        self._bookmarked(number.paragraphs[0], f"number{finding.number}", finding.number, "", bare=True)
        self._fill(quote, finding.quote, language=finding.language)
        place = self._small_in(quote)
        self._run(place, f"{finding.place} " if finding.place else "")
        self._link(place, f"[{finding.number}]", f"place{finding.number}")
        for label, words in finding.notes:
            note = self._small_in(quote)
            self._run(note, f"{label}{self._colon}").bold = True
            self._run(note, words)
        self._fill(tags, finding.tags or "–")
        self._fill(judged, finding.decision, bold=True)
        self._run(self._small_in(judged), finding.importance)
        lines = [
            *((action, True) for action in finding.actions),
            *([(finding.comment, False)] if finding.comment else []),
        ]
        for index, (words, bold) in enumerate(lines):
            paragraph = actions.paragraphs[0] if index == 0 else actions.add_paragraph()
            _set_style(paragraph, self._cell)
            self._run(paragraph, words).bold = bold

    def _fields(self, fields: Sequence[Field]) -> None:
        table = self._table(len(fields), _FIELD_SHARES, "")
        for cells, (label, value) in zip(_rows(table), fields, strict=True):
            self._fill(cells[0], label, bold=True, shaded=True)
            self._fill(cells[1], value)
        self._paragraph("", self._small)  # two tables in a row would become one

    def _table(self, rows: int, shares: Sequence[float], caption: str) -> Table:
        table: Table = self._docx.add_table(rows=rows, cols=len(shares), style="Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.LEFT
        table.autofit = False
        # Word goes by the cells' widths, LibreOffice by the columns'.
        widths = [Length(round(self._room * share)) for share in shares]
        for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths, strict=True):
            column.w = width
        for row in table._tbl.tr_lst:
            for cell, width in zip(row.tc_lst, widths, strict=True):
                cell.width = width
        if caption:
            named: Any = OxmlElement("w:tblCaption")  # what a screen reader calls it
            named.set(qn("w:val"), caption)
            _append(table._tbl.tblPr, named)
        return table

    def _fill(
        self, cell: _Cell, text: str, *, bold: bool = False, shaded: bool = False, language: Language | None = None
    ) -> None:
        paragraph = cell.paragraphs[0]
        _set_style(paragraph, self._cell)
        self._run(paragraph, text, language).bold = bold or None
        if shaded:
            shade: Any = OxmlElement("w:shd")
            for name, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", _SHADE)):
                shade.set(qn(name), value)
            _append(cell._tc.get_or_add_tcPr(), shade)

    # ---- words

    def _paragraph(self, text: str, style: str = "") -> Paragraph:
        paragraph = self._docx.add_paragraph()
        if style:
            _set_style(paragraph, self._names.get(style, style))
        if text:
            self._run(paragraph, text)
        return paragraph

    def _small_in(self, cell: _Cell) -> Paragraph:
        paragraph: Paragraph = cell.add_paragraph()
        _set_style(paragraph, self._small)
        return paragraph

    def _run(self, paragraph: Paragraph, text: str, language: Language | None = None) -> Any:
        run = paragraph.add_run(text)
        if self._needs_font:
            set_fonts(run._element.get_or_add_rPr(), latin=None)
        if language is not None and language != self._language:
            _set_language(run._element.get_or_add_rPr(), language)
        return run

    def _bookmarked(self, paragraph: Paragraph, name: str, number: int, target: str, *, bare: bool = False) -> None:
        """A number with a bookmark around it, linked to another one where there is a `target`."""
        key = str(next(self._bookmarks))
        start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        start.set(qn("w:id"), key)
        start.set(qn("w:name"), name)
        end.set(qn("w:id"), key)
        _append(paragraph._p, start)
        words = str(number) if bare else f"[{number}]"
        if target:
            self._link(paragraph, words, target)
        else:
            self._run(paragraph, words)
        _append(paragraph._p, end)

    def _link(self, paragraph: Paragraph, text: str, bookmark: str) -> None:
        """A link within the document."""
        link: Any = OxmlElement("w:hyperlink")
        link.set(qn("w:anchor"), bookmark)
        link.set(qn("w:history"), "1")
        run = self._run(paragraph, text)
        run.font.color.rgb = _LINK
        link.append(run._element)
        _append(paragraph._p, link)


# ---- helpers


def _append(parent: Any, child: Any) -> None:
    """The types of python-docx say that an element holds nothing but its own kind."""
    parent.append(child)


def _rows(table: Table) -> list[list[_Cell]]:
    """All cells; python-docx's own way looks through the table once for each of them."""
    return [[_Cell(cell, table) for cell in row.tc_lst] for row in table._tbl.tr_lst]


def _repeat_on_each_page(table: Table) -> None:
    header: Any = OxmlElement("w:tblHeader")
    header.set(qn("w:val"), "true")
    _append(table._tbl.tr_lst[0].get_or_add_trPr(), header)


def _set_style(paragraph: Paragraph, style_id: str) -> None:
    """By its identifier: python-docx would look the name up among all styles, for each of thousands of paragraphs."""
    element: Any = paragraph._p
    element.style = style_id


def _style_id(docx: Docx, name: str) -> str:
    styles: Any = docx.styles
    return str(styles[name].style_id)


def _own_style(docx: Docx, name: str, size: float | None, colour: RGBColor | None = None) -> str:
    """The identifier of a style of ours, which a template may bring in its own look."""
    known = next((style for style in docx.styles if style.name == name), None)
    if isinstance(known, ParagraphStyle):
        return str(known.style_id)
    style: Any = docx.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = docx.styles.default(WD_STYLE_TYPE.PARAGRAPH)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(2)
    style.paragraph_format.first_line_indent = Pt(0)
    style.paragraph_format.line_spacing = 1.1
    if size is not None:
        style.font.size = Pt(size)
    if colour is not None:
        style.font.color.rgb = colour
    return str(style.style_id)


def _set_up_page(docx: Docx) -> None:
    section = docx.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.0)
    section.top_margin = section.bottom_margin = Cm(2.0)
    for name in ("Normal", "Title", "Heading 1", "Heading 2", "List Bullet", "Table Grid"):
        set_fonts(docx.styles[name].element.get_or_add_rPr())
    styles: Any = docx.styles
    for border in styles["Table Grid"].element.xpath(".//w:tblBorders/*"):
        border.set(qn("w:color"), _LINE)
    styles["Normal"].font.size = Pt(10.5)
    styles["Normal"].paragraph_format.space_after = Pt(4)
    styles["Title"].font.size = Pt(22)
    for name, size in (("Heading 1", 14), ("Heading 2", 11.5)):
        styles[name].font.size = Pt(size)
        styles[name].paragraph_format.space_after = Pt(4)
    for name in ("Title", "Heading 1", "Heading 2"):
        styles[name].font.color.rgb = _INK


def _set_properties(docx: Docx, brief: Brief) -> None:
    standard: Any = docx.styles.default(WD_STYLE_TYPE.PARAGRAPH)
    if standard is not None:
        _set_language(standard.element.get_or_add_rPr(), brief.language)
    moment = brief.created_at.replace(microsecond=0)
    properties = docx.core_properties
    properties.title = printable(brief.title)[:255]
    properties.subject = printable(brief.purpose)[:255]
    properties.author = properties.last_modified_by = "Fusen"
    properties.comments = ""
    properties.keywords = ""
    properties.language = brief.language
    properties.created = properties.modified = moment
    properties.revision = 1


def _set_language(run_properties: Any, language: Language) -> None:
    """Decides on hyphenation, on spelling, and on the shapes of characters that Chinese and Japanese share."""
    for known in run_properties.findall(qn("w:lang")):
        run_properties.remove(known)
    named: Any = OxmlElement("w:lang")
    named.set(qn("w:val"), _LOCALES[language])
    named.set(qn("w:eastAsia"), "ja-JP")
    run_properties.append(named)
