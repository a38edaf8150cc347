"""The matrix of documents and tags as a table to give away: CSV, XLSX, Markdown.

What stands in a document never becomes a formula: in XLSX every cell is written as text, in CSV, where nothing tells text from
formulas, what a spreadsheet would compute begins with an apostrophe (OWASP, "CSV Injection").
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from app.documents.document import Language
from app.export.markdown import markdown_text
from app.export.wording import decision_words, printable, say
from app.export.writing import write_whole
from app.export.xlsx_issues import FORMULA_SIGNS, held
from app.review.matrix import Cell, Matrix
from app.tags import tag_name

Table = list[list[str]]


def matrix_table(matrix: Matrix, rows: Sequence[int], tags: Sequence[str], language: Language) -> Table:
    """Rows of plain text, the first with the columns' names; of each cell the best passage, where it stands, how many more."""
    head = [say("file", language), *(tag_name(tag, language) for tag in tags)]
    body = []
    for row in rows:
        document = matrix.documents[row]
        cells = (matrix.cell(row, tag) for tag in tags)
        body.append([printable(document.name), *(_words(cell, language, paged=document.paged) for cell in cells)])
    return [head, *body]


def write_matrix(table: Table, output: Path) -> None:
    """Write the table in the format that the name of `output` ends in. Raises FusenError when it cannot be written."""
    match output.suffix.lower():
        case ".xlsx":
            write_whole(output, matrix_xlsx(table))
        case ".md":
            write_whole(output, matrix_markdown(table).encode())
        case _:
            # With a mark, without which Excel takes UTF-8 for a code page.
            write_whole(output, matrix_csv(table).encode("utf-8-sig"))


def matrix_csv(table: Table) -> str:
    """RFC 4180."""
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows([[harmless(text) for text in row] for row in table])
    return written.getvalue()


def matrix_markdown(table: Table) -> str:
    """A table as GitHub reads it."""
    head, *body = [[markdown_text(text) for text in row] for row in table]
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def matrix_xlsx(table: Table) -> bytes:
    """A workbook with one sheet, its first row and column frozen."""
    import xlsxwriter  # here, because few sessions export

    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    cell = book.add_format({"text_wrap": True, "valign": "top"})
    for row, texts in enumerate(table):
        for column, text in enumerate(texts):
            sheet.write_string(row, column, held(text), cell if row else head)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, max(len(table[0]) - 1, 1), 44)
    sheet.freeze_panes(1, 1)
    if len(table) > 1:
        sheet.autofilter(0, 0, len(table) - 1, len(table[0]) - 1)
    book.close()
    return written.getvalue()


def _words(cell: Cell | None, language: Language, *, paged: bool) -> str:
    if cell is None:
        return ""
    best = cell.best
    facts = [say("page-citation", language, page=printable(best.label))] if paged else []
    if best.decision != "undecided":
        facts.append(decision_words(best.decision, language))
    if cell.more:
        facts.append(say("more-passages", language, count=cell.more))
    told = say("between", language).join(facts)
    return printable(best.text) + (say("in-brackets", language, text=told) if told else "")


def harmless(text: str) -> str:
    """The text of a cell where nothing tells text from formulas."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text
