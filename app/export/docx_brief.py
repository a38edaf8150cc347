"""The brief as a Word document: real headings, tables whose header repeats, fonts that show Japanese, A4.

The same brief gives the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docx.api import Document as open_docx  # noqa: N813 -- a function, in spite of its name
from docx.document import Document as Docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Cell

from app.export import wording
from app.export.brief import Brief, BriefFinding
from app.export.wording import citation, printable, say
from app.export.writing import write_whole

_LATIN, _JAPANESE = "Calibri", "Yu Gothic"
_INK, _QUIET, _SHADE = RGBColor(0x1F, 0x2A, 0x37), RGBColor(0x5B, 0x65, 0x70), "EEF1F5"
_FINDING_WIDTHS = (Cm(1.4), Cm(7.1), Cm(2.7), Cm(2.7), Cm(3.1))
_FINDING_WIDTHS_WITH_FILE = (Cm(3.2), Cm(5.6), Cm(2.7), Cm(2.7), Cm(2.8))
_FIELD_WIDTHS = (Cm(4.0), Cm(13.0))


def write_brief_docx(brief: Brief, output: Path) -> None:
    """Write the brief to `output`, whole or not at all. Raises FusenError when it cannot be written."""
    write_whole(output, brief_docx(brief))


def render(brief: Brief, template: Path | None = None) -> bytes:
    """See `app.export.formats.Render`."""
    return brief_docx(brief)


def brief_docx(brief: Brief) -> bytes:
    """The bytes of the Word document."""
    docx = open_docx()
    _set_up(docx, brief)
    language = brief.language
    docx.add_heading(printable(brief.title), level=0)
    if brief.purpose:
        docx.add_paragraph(f"{say('purpose', language)}: {printable(brief.purpose)}")
    docx.add_heading(say("documents", language), level=1)
    for document in brief.documents:
        _add_fields(docx, wording.document_lines(document, language))
    docx.add_heading(say("findings", language), level=1)
    if brief.findings:
        _add_findings(docx, brief.findings, brief)
    else:
        docx.add_paragraph(say("no-findings", language))
    if brief.rejected:
        docx.add_paragraph().add_run(say("rejected", language, count=brief.rejected)).font.color.rgb = _QUIET
    _add_summary(docx, brief)
    docx.add_heading(say("not-looked-at", language), level=1)
    for document in brief.documents:
        docx.add_paragraph(wording.not_looked_at_line(document, language), style="List Bullet")
    if brief.undecided:
        docx.add_heading(say("undecided", language), level=1)
        _add_note(docx, say("undecided-note", language))
        _add_findings(docx, brief.undecided, brief)
    docx.add_heading(say("how-made", language), level=1)
    _add_note(docx, say("how-made-note", language))
    for document in brief.documents:
        _add_fields(docx, wording.how_made_lines(document, brief))
    return _same_bytes(docx)


def _add_summary(docx: Docx, brief: Brief) -> None:
    if not brief.summary:
        return
    docx.add_heading(say("summary", brief.language), level=1)
    _add_note(docx, say("summary-note", brief.language))
    for quote in brief.summary:
        paragraph = docx.add_paragraph(printable(quote.text), style="List Bullet")
        paragraph.add_run(f" ({citation(quote, brief)})").font.color.rgb = _QUIET


def _add_findings(docx: Docx, findings: Sequence[BriefFinding], brief: Brief) -> None:
    labels = ("place", "quote", "tags", "decision-importance", "comment")
    widths = _FINDING_WIDTHS if len(brief.documents) == 1 else _FINDING_WIDTHS_WITH_FILE
    table = _add_table(docx, len(findings) + 1, widths)
    for cell, label in zip(table.rows[0].cells, labels, strict=True):
        _fill(cell, say(label, brief.language), bold=True, shaded=True)
    _repeat_on_each_page(table)
    for row, finding in zip(table.rows[1:], findings, strict=True):
        for cell, text in zip(row.cells, wording.finding_words(finding, brief), strict=True):
            _fill(cell, text)


def _add_fields(docx: Docx, lines: Sequence[tuple[str, str]]) -> None:
    table = _add_table(docx, len(lines), _FIELD_WIDTHS)
    for row, (label, value) in zip(table.rows, lines, strict=True):
        _fill(row.cells[0], label, bold=True, shaded=True)
        _fill(row.cells[1], value)
    docx.add_paragraph()  # two tables in a row would become one


def _add_note(docx: Docx, text: str) -> None:
    note = docx.add_paragraph()
    note.paragraph_format.keep_with_next = True  # it says something of what follows
    note.add_run(text).font.color.rgb = _QUIET


def _add_table(docx: Docx, rows: int, widths: Sequence[Cm]) -> Table:
    table: Table = docx.add_table(rows=rows, cols=len(widths), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.LEFT
    table.autofit = False
    # Word goes by the cells' widths, LibreOffice by the columns'.
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    return table


def _fill(cell: _Cell, text: str, *, bold: bool = False, shaded: bool = False) -> None:
    run = cell.paragraphs[0].add_run(text)
    run.font.size = Pt(9)
    run.bold = bold
    _set_fonts(run._element.get_or_add_rPr())
    cell.paragraphs[0].paragraph_format.space_before = cell.paragraphs[0].paragraph_format.space_after = Pt(2)
    if shaded:
        shade = OxmlElement("w:shd")
        for name, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", _SHADE)):
            shade.set(qn(name), value)
        properties: Any = cell._tc.get_or_add_tcPr()  # its type says that it holds nothing but its own kind
        properties.append(shade)


def _repeat_on_each_page(table: Table) -> None:
    header = OxmlElement("w:tblHeader")
    header.set(qn("w:val"), "true")
    properties: Any = table.rows[0]._tr.get_or_add_trPr()
    properties.append(header)


def _set_up(docx: Docx, brief: Brief) -> None:
    section = docx.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.0)
    section.top_margin = section.bottom_margin = Cm(2.0)
    for name in ("Normal", "Title", "Heading 1", "List Bullet", "Table Grid"):
        _set_fonts(docx.styles[name].element.get_or_add_rPr())
    docx.styles["Normal"].font.size = Pt(10.5)
    for name in ("Title", "Heading 1"):
        docx.styles[name].font.color.rgb = _INK
    _set_language(docx, brief)
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


def _set_fonts(run_properties: Any) -> None:
    """Both scripts' fonts by name. Without an East Asian font of its own, Word shows Japanese in whatever it finds."""
    fonts = run_properties.get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.attrib.pop(qn(f"w:{script}Theme"), None)  # a theme's font would win over the named one
    fonts.attrib.pop(qn("w:cstheme"), None)
    for script, font in (("ascii", _LATIN), ("hAnsi", _LATIN), ("cs", _LATIN), ("eastAsia", _JAPANESE)):
        fonts.set(qn(f"w:{script}"), font)


def _set_language(docx: Docx, brief: Brief) -> None:
    # The language decides on hyphenation, on spelling, and on the shapes of characters that Chinese and Japanese share.
    properties = docx.styles["Normal"].element.get_or_add_rPr()
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "ja-JP" if brief.language == "ja" else "en-GB")
    language.set(qn("w:eastAsia"), "ja-JP")
    properties.append(language)


def _same_bytes(docx: Docx) -> bytes:
    """Saved with one fixed date for all parts, since a zip's dates would tell two exports of one brief apart."""
    saved, fixed = io.BytesIO(), io.BytesIO()
    docx.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            part.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(part, source.read(name))
    return fixed.getvalue()
