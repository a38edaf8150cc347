"""The matrix given away: what stands in the cells, and that no text of a document becomes a formula."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest

from app.analysis.analysis import TagScore
from app.errors import FusenError
from app.export.matrix_table import matrix_csv, matrix_markdown, matrix_table, write_matrix
from app.review.matrix import Source, TaggedPassage, make_matrix

LAW = "governing-law"
EVIL = '=HYPERLINK("http://example.com","click")'


def source(name: str, *texts: str, paged: bool = True) -> Source:
    passages = (
        TaggedPassage(n * 100, n * 100 + len(text), 4, "iv", text, 0.5, (TagScore(LAW, 0.9 - n / 10),))
        for n, text in enumerate(texts)
    )
    return Source(name, f"/{name}", name, "en", paged, tuple(passages))


MATRIX = make_matrix(
    [source("a|b.pdf", "Laws of\nJapan.", "More of it."), source("=1+1.md", EVIL, paged=False), source("空.pdf")]
)


def test_a_cell_says_the_passage_its_page_and_how_many_more() -> None:
    table = matrix_table(MATRIX, (0, 2), (LAW,), "en")
    assert table == [["File", "Governing law"], ["a|b.pdf", "Laws of Japan. (p. iv; 1 more)"], ["空.pdf", ""]]
    japanese = matrix_table(MATRIX, (0,), (LAW,), "ja")
    assert japanese[1][1] == "Laws of Japan.（iv ページ；ほか 1 箇所）"


def test_csv_holds_no_formula() -> None:
    table = matrix_table(MATRIX, (0, 1, 2), (LAW,), "en")
    rows = list(csv.reader(io.StringIO(matrix_csv(table))))
    assert rows[2] == ["'=1+1.md", f"'{EVIL}"]
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_xlsx_holds_text_only(tmp_path: Path) -> None:
    output = tmp_path / "matrix.xlsx"
    write_matrix(matrix_table(MATRIX, (0, 1, 2), (LAW,), "en"), output)
    with zipfile.ZipFile(output) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        strings = book.read("xl/sharedStrings.xml").decode()
        assert not any("external" in name or "hyperlink" in name.lower() for name in book.namelist())
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet.lower()
    assert "=HYPERLINK(" in strings
    assert [path.name for path in tmp_path.iterdir()] == ["matrix.xlsx"]


def test_markdown_keeps_its_columns() -> None:
    head, rule, first, *_ = matrix_markdown(matrix_table(MATRIX, (0, 1), (LAW,), "en")).splitlines()
    assert (head, rule) == ("| File | Governing law |", "| --- | --- |")
    assert first.startswith("| a\\|b.pdf | Laws of Japan. ")


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".md"])
def test_a_folder_that_is_not_there_is_told(tmp_path: Path, ending: str) -> None:
    with pytest.raises(FusenError) as caught:
        write_matrix([["File"]], tmp_path / "none" / f"matrix{ending}")
    assert caught.value.code == "not-found"


def test_csv_is_read_by_spreadsheets_as_unicode(tmp_path: Path) -> None:
    write_matrix([["契約"]], tmp_path / "matrix.csv")
    assert (tmp_path / "matrix.csv").read_bytes().startswith(b"\xef\xbb\xbf")
