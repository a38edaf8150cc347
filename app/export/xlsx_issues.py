"""The findings as an Excel list to filter and to follow up; two more sheets with open questions and how it was made.

What stands in a document is written as text whatever it looks like: nothing of it becomes a formula, a number or a link.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from app.documents.document import Language
from app.export import wording
from app.export.arranging import document_titles
from app.export.brief import Brief, BriefFinding
from app.export.telling import Part, told
from app.export.wording import is_wide, printable, say

LONGEST = 32_000
"""Excel's limit for the text of a cell is 32,767 units of UTF-16."""
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What a formula may begin with; also the full-width ones, which Excel in Japanese takes for the same."""
_LINE_HEIGHTS: dict[Language, float] = {"en": 13.5, "ja": 17.0}
"""Points of a line at this size; a font for Japanese is taller, and is taken for Japanese words in English too."""
_MOST_HEIGHT = 409.0
_INK, _QUIET, _SHADE, _LINE = "#1F2A37", "#5B6570", "#EEF1F5", "#C9D0D8"
_LEFT = {"align": "left", "indent": 1}
"""Without an indent, a full column runs into the next one."""
_FONTS = {"en": "Calibri", "ja": "Yu Gothic"}

Kind = Literal["text", "number", "percent", "date"]


@dataclass(frozen=True, slots=True)
class _Column:
    key: str
    width: float
    kind: Kind = "text"


_COLUMNS = (
    _Column("number", 6, "number"),
    _Column("document", 20),
    _Column("page", 8),
    _Column("section", 20),
    _Column("quote", 54),
    _Column("tags", 18),
    _Column("importance", 17, "percent"),
    _Column("decision", 14),
    _Column("raised-column", 17),
    _Column("comment", 30),
    _Column("owner-column", 13),
    _Column("due-column", 12, "date"),
    _Column("status", 13),
    _Column("opinions", 22),
    _Column("links", 36),
    _Column("group", 18),
    _Column("id", 14),
)


def render(brief: Brief, template: Path | None = None) -> bytes:
    """See `app.export.formats.Render`; there are no templates."""
    import xlsxwriter  # here, because few sessions export

    written = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_format_properties": {"font_name": _FONTS[brief.language], "font_size": 10},
    }
    book = xlsxwriter.Workbook(written, options)
    moment = brief.created_at.replace(tzinfo=None, microsecond=0)
    words = {"title": printable(brief.title)[:255], "subject": printable(brief.purpose)[:255], "author": "Fusen"}
    book.set_properties({**words, "created": moment})
    styles = _Styles(book)
    _add_issues(book, styles, brief)
    for part in told(brief):
        if part.key in ("questions", "changes"):
            _add_lines(book, styles, part, brief.language)
    _add_about(book, styles, brief)
    book.close()
    return written.getvalue()


class _Styles:
    """The formats of cells, each made once."""

    def __init__(self, book: Any) -> None:
        cell = {"text_wrap": True, "valign": "top", "bottom": 1, "bottom_color": _LINE, "font_color": _INK}
        head = {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": _SHADE, "bottom": 1}
        self.head = book.add_format({**head, "bottom_color": _QUIET, "font_color": _INK, **_LEFT})
        self.text = book.add_format({**cell, **_LEFT})
        # Else editing such a cell, without changing it, would make a formula of it.
        self.quoted = book.add_format({**cell, **_LEFT, "quote_prefix": True})
        self.number = book.add_format({**cell, "align": "center"})
        self.percent = book.add_format({**cell, "num_format": "0%", "align": "center"})
        self.date = book.add_format({**cell, "num_format": "yyyy-mm-dd", **_LEFT})
        self.title = book.add_format({"bold": True, "font_size": 14, "font_color": _INK})
        self.label = book.add_format({**cell, "bold": True})

    def of_text(self, text: str) -> Any:
        """The format for text of a document or of the reviewer."""
        return self.quoted if text.startswith(FORMULA_SIGNS) else self.text


def _add_issues(book: Any, styles: _Styles, brief: Brief) -> None:
    language = brief.language
    grouped = {index: name for name, members in brief.groups for index in members}
    columns = [column for column in _COLUMNS if column.key != "group" or grouped]
    sheet = _sheet(book, say("issues", language))
    findings = (*brief.findings, *brief.undecided)
    titles = document_titles(brief)
    for number, column in enumerate(columns):
        # For programs, and whoever takes the list in again.
        sheet.set_column(number, number, column.width, None, {"hidden": column.key == "id"})
        sheet.write_string(0, number, say(column.key, language), styles.head)
    for index, finding in enumerate(findings):
        values = _values(finding, index + 1, grouped.get(index, ""), titles, brief)
        for number, column in enumerate(columns):
            _write(sheet, styles, (index + 1, number), values[column.key], column.kind)
        shown = ((str(values[each.key]), each.width) for each in columns if each.key != "id")
        sheet.set_row(index + 1, _height(shown, language))
    sheet.set_paper(8)  # A3: there is much beside each other
    last = max(len(findings), 1)
    sheet.set_row(0, 30)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, last, len(columns) - 1)
    sheet.repeat_rows(0)
    _validate(sheet, [column.key for column in columns], last, language)


def _values(
    finding: BriefFinding, number: int, group: str, titles: dict[str, str], brief: Brief
) -> dict[str, str | int | float]:
    language, quote = brief.language, finding.quote
    return {
        "number": number,
        "document": titles.get(finding.document) or printable(quote.file),
        "page": "" if quote.page is None else printable(quote.label) or str(quote.page),
        "section": wording.section_words(wording.below_title(finding.section, brief), language),
        "quote": printable(quote.text),
        "tags": wording.tag_words(finding.tags, language),
        "importance": finding.importance if finding.scored else say("not-scored", language),
        "decision": wording.decision_words(finding.decision, language),
        "raised-column": say("yes", language) if finding.raised else "",
        "comment": printable(finding.comment),
        "owner-column": printable(finding.owner),
        "due-column": finding.due,
        "status": say("status-open", language),
        "opinions": say("between", language).join(wording.opinion_words(finding, language)),
        "links": "\n".join(say("colon", language).join(wording.link_words(link, brief)) for link in finding.links),
        "group": printable(group),
        "id": finding.id,
    }


def _write(sheet: Any, styles: _Styles, place: tuple[int, int], value: str | float, kind: Kind) -> None:
    if isinstance(value, int | float):
        sheet.write_number(*place, value, styles.percent if kind == "percent" else styles.number)
        return
    if kind == "date" and (day := _date(value)) is not None:
        sheet.write_datetime(*place, datetime(day.year, day.month, day.day), styles.date)
        return
    sheet.write_string(*place, held(value), styles.of_text(value))


def held(text: str) -> str:
    """As much of the text as a cell holds."""
    return text.encode("utf-16-le", "replace")[: 2 * LONGEST].decode("utf-16-le", "ignore")


def _height(cells: Iterable[tuple[str, float]], language: Language) -> float:
    """Points that a row needs for its texts in columns of these widths; not all programs find out by themselves."""
    return min(max((_points(held(text), width, language) for text, width in cells), default=0) + 3, _MOST_HEIGHT)


def _points(text: str, width: float, language: Language) -> float:
    lines = sum(max(-(-_columns(line) // int(width - 1)), 1) for line in text.split("\n"))
    return lines * _LINE_HEIGHTS["ja" if _columns(text) > len(text) else language]


def _columns(text: str) -> int:
    """A Japanese character takes two."""
    return sum(1 + is_wide(character) for character in text)


def _date(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year >= 1900 else None  # Excel knows no day before


def _validate(sheet: Any, keys: Sequence[str], last: int, language: Language) -> None:
    states = [say(f"status-{state}", language) for state in ("open", "doing", "done", "dropped")]
    column = keys.index("status")
    sheet.data_validation(1, column, last, column, {"validate": "list", "source": states})


def _add_lines(book: Any, styles: _Styles, part: Part, language: Language) -> None:
    """Questions or changes: the number of the finding, the words, what they are about."""
    sheet = _sheet(book, part.title)
    last, width = ("quote", 70) if part.key == "questions" else ("place", 30)
    columns = (("number", 6), (part.key, 80), (last, width))
    for column, (key, columns_wide) in enumerate(columns):
        sheet.set_column(column, column, columns_wide)
        sheet.write_string(0, column, say(key, language), styles.head)
    for row, line in enumerate(part.lines, start=1):
        if line.number is not None:
            sheet.write_number(row, 0, line.number, styles.number)
        for column, text in enumerate((line.text, line.more), start=1):
            sheet.write_string(row, column, held(text), styles.of_text(text))
        sheet.set_row(row, _height(((line.text, 80), (line.more, width)), language))
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)


def _add_about(book: Any, styles: _Styles, brief: Brief) -> None:
    """Everything else that the brief says, so that the list does not travel without it."""
    language = brief.language
    sheet = _sheet(book, say("about", language))
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 110)
    sheet.write_string(0, 0, held(printable(brief.title)), styles.title)
    rows = [(say("purpose", language), printable(brief.purpose))] if brief.purpose else []
    for part in told(brief):
        if part.key in ("questions", "changes", "undecided", "places"):
            continue
        rows.append(("", ""))
        rows.append((part.title, part.note))
        rows += [field for table in part.fields for field in table]
        rows += [
            (f"[{line.number}]" if line.number else "", f"{line.text} {line.more}".rstrip()) for line in part.lines
        ]
        rows += [("", remark) for remark in part.remarks]
    for row, (label, text) in enumerate(rows, start=1):
        if label or text:
            sheet.write_string(row, 0, held(label), styles.label)
            sheet.write_string(row, 1, held(text), styles.of_text(text))
            sheet.set_row(row, _height(((label, 30), (text, 110)), language))


def _sheet(book: Any, name: str) -> Any:
    sheet = book.add_worksheet(name[:31])
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)
    return sheet
