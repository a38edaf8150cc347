"""Where the cells of tables stand, in every format that says it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.documents.document import Cell
from app.documents.loading import load_document
from app.documents.tables import MOST_COLUMNS, GrowingCell, TableGrid

Cells = list[tuple[str, tuple[int, int, int, int, int] | None]]

MARKDOWN = "Before.\n\n| a | b |\n|---|---|\n| c | d |\n\nBetween.\n\n| e |\n|---|\n| f |\n"
RST = """\
+-----+-----+
| a   | b   |
+     +-----+
|     | c   |
+-----+-----+
| d         |
+-----------+

After.

=== ===
e   f
=== ===
"""
HTML = """<table><thead><tr><th rowspan=2>a</th><th colspan=2>b</th></tr><tr><th>c</th><th>d</th></tr></thead>
<tbody><tr><td>e</td><td><ul><li>f</li></ul></td><td>g</td></tr></tbody></table>
<table><tr><td>out <table><tr><td>in</td></tr></table></td><td>h</td></tr></table><pre>x
  y</pre>"""
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def cells(path: Path) -> Cells:
    document = load_document(path)
    found: Cells = []
    for block in document.blocks:
        cell = block.cell
        place = None if cell is None else (cell.table, cell.row, cell.column, cell.rows, cell.columns)
        found.append((document.text[block.start : block.end], place))
    return found


def test_a_grid_counts_what_is_merged() -> None:
    grid = TableGrid(3)
    assert [grid.place(rows=2), grid.place(columns=2)] == [Cell(3, 0, 0, 2, 1), Cell(3, 0, 1, 1, 2)]
    grid.begin_row()
    assert [grid.place(), grid.place()] == [Cell(3, 1, 1), Cell(3, 1, 2)]
    grid.begin_row()
    grid.skip(1)
    assert grid.place() == Cell(3, 2, 1)


def test_absurd_numbers_are_cut() -> None:
    grid = TableGrid(0)
    for _ in range(600):
        cell = grid.place(rows=10**9, columns=10**9)
        assert 0 <= cell.column < cell.column + cell.columns <= MOST_COLUMNS
    grid.begin_row()
    grid.skip(10**9)
    assert grid.place().column < MOST_COLUMNS


def test_a_cell_grows_downwards() -> None:
    cell = GrowingCell(Cell(0, 2, 1, 1, 2))
    cell.goes_on(4)
    assert cell.cell == Cell(0, 2, 1, 3, 2)


def test_markdown(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(MARKDOWN)
    assert cells(path) == [
        ("Before.", None),
        ("a", (0, 0, 0, 1, 1)), ("b", (0, 0, 1, 1, 1)), ("c", (0, 1, 0, 1, 1)), ("d", (0, 1, 1, 1, 1)),
        ("Between.", None),
        ("e", (1, 0, 0, 1, 1)), ("f", (1, 1, 0, 1, 1)),
    ]  # fmt: skip


def test_restructured_text(tmp_path: Path) -> None:
    path = tmp_path / "a.rst"
    path.write_text(RST)
    assert cells(path) == [
        ("a", (0, 0, 0, 2, 1)), ("b", (0, 0, 1, 1, 1)), ("c", (0, 1, 1, 1, 1)), ("d", (0, 2, 0, 1, 2)),
        ("After.", None),
        ("e", (1, 0, 0, 1, 1)), ("f", (1, 0, 1, 1, 1)),
    ]  # fmt: skip


def test_html(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(HTML)
    found = dict(cells(path))
    assert {name: found[name] for name in "abcdefgh"} == {
        "a": (0, 0, 0, 2, 1), "b": (0, 0, 1, 1, 2), "c": (0, 1, 1, 1, 1), "d": (0, 1, 2, 1, 1),
        "e": (0, 2, 0, 1, 1), "f": (0, 2, 1, 1, 1), "g": (0, 2, 2, 1, 1), "h": (1, 0, 1, 1, 1),
    }  # fmt: skip
    assert found["in"] == (2, 0, 0, 1, 1)  # a table in a cell is one of its own
    blocks = load_document(path).blocks
    assert [block.preformatted for block in blocks] == [False] * (len(blocks) - 1) + [True]


@pytest.mark.parametrize("source", ["<td>a", "<tr><td>a<td colspan=0>b", "<table><td rowspan=-3>a<td colspan=x>b"])
def test_html_that_forgot_its_table(tmp_path: Path, source: str) -> None:
    path = tmp_path / "a.html"
    path.write_text(source)
    assert [text for text, _ in cells(path)] == ["a", "b"][: source.count("<td")]


def docx_with(folder: Path, body: str) -> Path:
    import docx
    from docx.oxml import parse_xml

    document = docx.Document()
    for element in parse_xml(f"<w:body {W}>{body}</w:body>"):
        document.element.body.insert(0, element)
    path = folder / "a.docx"
    document.save(str(path))
    return path


def cell_of(text: str, properties: str = "") -> str:
    words = f"<w:r><w:t>{text}</w:t></w:r>" if text else ""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p>{words}</w:p></w:tc>"


def test_docx(tmp_path: Path) -> None:
    inner = f"<w:tbl><w:tr>{cell_of('in')}</w:tr></w:tbl>"
    rows = [
        cell_of("a", '<w:vMerge w:val="restart"/>') + cell_of("b", '<w:gridSpan w:val="2"/>'),
        cell_of("", "<w:vMerge/>") + cell_of("c") + f"<w:tc><w:p><w:r><w:t>d</w:t></w:r></w:p>{inner}<w:p/></w:tc>",
        cell_of("e", '<w:gridSpan w:val="9999999999999"/>'),
    ]
    body = "".join(f"<w:tr>{row}</w:tr>" for row in rows)
    last = f'<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>{cell_of("f")}</w:tr>'
    assert cells(docx_with(tmp_path, f"<w:tbl>{body}{last}</w:tbl>")) == [
        ("a", (0, 0, 0, 2, 1)), ("b", (0, 0, 1, 1, 2)), ("c", (0, 1, 1, 1, 1)), ("d", (0, 1, 2, 1, 1)),
        ("in", (1, 0, 0, 1, 1)), ("e", (0, 2, 0, 1, 1)), ("f", (0, 3, 1, 1, 1)),
    ]  # fmt: skip


def test_json_has_cells_only_where_there_are_any(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("Text.\n\n| a |\n|---|\n\n```\ncode\n```\n")
    text, cell, code = load_document(path).to_json()["blocks"]
    assert not {"cell", "preformatted"} & text.keys()
    assert cell["cell"] == {"table": 0, "row": 0, "column": 0, "rows": 1, "columns": 1}
    assert code["preformatted"] is True
