"""How a page's lines become text: order, columns, tables, footnotes, running lines, paragraphs over page ends, directions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pymupdf
import pytest
from made_pdf import LOREM, blocks, lines, read, vertical

from app.documents.document import Document


def in_order(document: Document, *texts: str) -> bool:
    """Whether the texts follow each other in the document."""
    flat = " ".join(document.text.split())
    places = [flat.find(text) for text in texts]
    return -1 not in places and places == sorted(places)


# ---- columns


def columns(page: Any, xs: tuple[float, ...], width: int, *, rows: int, across: bool) -> None:
    """Columns of numbered lines, written one after the other or row by row."""
    cells = [(column, row) for column in range(len(xs)) for row in range(rows)]
    if across:
        cells.sort(key=lambda cell: cell[1])
    for column, row in cells:
        text = f"column {column} row {row} " + "goes on and on with words " * 4
        page.insert_text((xs[column], 150 + 13 * row), text[:width], fontsize=10)


@pytest.mark.parametrize("across", [False, True], ids=["by column", "by row"])
@pytest.mark.parametrize(("xs", "width"), [((60, 310), 44), ((50, 225, 400), 32)], ids=["two", "three"])
def test_columns_are_read_one_after_the_other(tmp_path: Path, xs: tuple[float, ...], width: int, across: bool) -> None:
    def draw(page: Any) -> None:
        page.insert_text((60, 110), "A title over all of the columns, as wide as the whole of the page is", fontsize=16)
        columns(page, xs, width, rows=12, across=across)
        lines(page, 60, 340, LOREM[:2])

    document = read(tmp_path, draw)
    wanted = [f"column {column} row {row}" for column in range(len(xs)) for row in range(12)]
    assert in_order(document, "A title", *wanted, "The supplier delivers")


def test_a_sentence_goes_on_in_the_next_column(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        lines(page, 60, 120, [f"{line[:46]}" for line in LOREM * 4])
        lines(page, 320, 120, ["and goes on at the head of the next column,", "where it comes to its end."])

    document = read(tmp_path, draw)
    assert any("and goes on at the head" in text and "tells the customer" in text for text in blocks(document))


def test_what_is_drawn_last_stands_where_it_is_seen(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        lines(page, 60, 300, LOREM)
        lines(page, 60, 500, ["The last words of the page are here and end it."])
        lines(page, 60, 120, ["THE TITLE OF IT ALL"], size=16)
        lines(page, 60, 420, ["Drawn late, but in the middle of the page."])

    document = read(tmp_path, draw)
    assert in_order(document, "THE TITLE", "The supplier", "Drawn late", "The last words")


# ---- tables

ROWS = (
    ("Item", "Price", "Delivery"),
    ("Paper", "12.00", "at once"),
    ("Ink", "7.50", "in a week"),
    ("Pens", "3.20", "soon"),
)


def table(page: Any, *, by_column: bool, ruled: bool, leading: float) -> None:
    cells = [(r, c) for r in range(len(ROWS)) for c in range(3)]
    if by_column:
        cells.sort(key=lambda cell: (cell[1], cell[0]))
    for r, c in cells:
        page.insert_text((80 + 140 * c, 200 + leading * r), ROWS[r][c], fontsize=10)
    if ruled:
        for r in range(len(ROWS) + 1):
            page.draw_line((75, 200 - 0.75 * leading + leading * r), (495, 200 - 0.75 * leading + leading * r))
        for c in range(4):
            page.draw_line((75 + 140 * c, 200 - 0.75 * leading), (75 + 140 * c, 200 + 3.25 * leading))


@pytest.mark.parametrize("leading", [12.5, 20])
@pytest.mark.parametrize("ruled", [True, False], ids=["ruled", "without rules"])
@pytest.mark.parametrize("by_column", [True, False], ids=["by column", "by row"])
def test_tables_are_read_row_by_row_cell_by_cell(tmp_path: Path, by_column: bool, ruled: bool, leading: float) -> None:
    def draw(page: Any) -> None:
        lines(page, 75, 120, LOREM[:3])
        table(page, by_column=by_column, ruled=ruled, leading=leading)
        lines(page, 75, 320, LOREM[:3])

    document = read(tmp_path, draw)
    assert blocks(document, "table-cell") == [cell for row in ROWS for cell in row]


def test_cells_of_several_lines_stay_whole_between_rules(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        texts = [
            ("Net amount", "after tax"),
            ("Place of", "Delivery"),
            ("Paper of", "Best Quality"),
            ("Tokyo", "Main Office"),
        ]
        for number, cell in enumerate(texts):
            column, row = number % 2, number // 2
            lines(page, 80 + 150 * column, 200 + 40 * row, cell)
        for y in (185, 225, 265):
            page.draw_line((75, y), (375, y))
        for x in (75, 225, 375):
            page.draw_line((x, 185), (x, 265))

    document = read(tmp_path, draw)
    wanted = ["Net amount after tax", "Place of Delivery", "Paper of Best Quality", "Tokyo Main Office"]
    assert blocks(document, "table-cell") == wanted


def test_a_border_cuts_cells_that_stand_close(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        for row in range(3):
            page.insert_text((80, 200 + 20 * row), f"left {row} right {row}", fontsize=10)
        x = 80 + pymupdf.get_text_length("left 0", fontsize=10) + 1.2
        page.draw_line((x, 180), (x, 260))

    document = read(tmp_path, draw)
    assert [text for text in blocks(document) if "left" in text] == ["left 0", "left 1", "left 2"]


# ---- running lines

WORDS = ("Still", "Then", "Once", "More", "Here", "There", "Now", "Again")


def roman(number: int) -> str:
    return ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii")[number]


def test_running_lines_of_odd_and_even_pages_and_changing_titles(tmp_path: Path) -> None:
    titles = ("Deliveries", "Deliveries", "Payments", "Payments", "Warranties", "Liability", "Liability", "Ending")

    def draw(page: Any) -> None:
        number = page.number
        if number % 2:
            page.insert_text((60, 40), f"{number + 1}", fontsize=8)
            page.insert_text((90, 40), "Agreement of the Parties", fontsize=8)
        else:
            page.insert_text((90, 40), f"Chapter: {titles[number]}", fontsize=8)
            page.insert_text((520, 40), f"{number + 1}", fontsize=8)
        page.insert_text((200, 815), f"27 May 2026 - Page {number + 1} of 8", fontsize=8)
        lines(page, 60, 100 + 5 * number, [f"{WORDS[number]} {line}" for line in LOREM])

    document = read(tmp_path, draw, pages=8)
    for text in blocks(document, "paragraph", "heading", "list-item", "footnote", "table-cell"):
        assert "Chapter" not in text
        assert "Page" not in text
        assert "Agreement of the Parties" not in text
    assert len(blocks(document, "page-footer")) == 8
    assert len(blocks(document, "page-header")) == 16


def test_roman_numbers_that_count_pages(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        page.insert_text((200, 815), f"Contents - {roman(page.number)}", fontsize=8)
        lines(page, 60, 100, [f"{WORDS[page.number]} {line}" for line in LOREM])

    document = read(tmp_path, draw, pages=4)
    assert blocks(document, "page-footer") == [f"Contents - {roman(number)}" for number in range(4)]


def test_headings_with_numbers_of_their_own_are_no_running_lines(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        page.insert_text((60, 80), f"Exhibit {page.number + 1}", fontsize=14)
        lines(page, 60, 120, [f"{WORDS[page.number]} {line}" for line in LOREM])

    document = read(tmp_path, draw, pages=4)
    assert blocks(document, "heading") == [f"Exhibit {number}" for number in range(1, 5)]


def test_the_number_below_a_short_page_is_its_footer(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        y = lines(page, 60, 100, [f"{WORDS[page.number]} {line}" for line in LOREM])
        page.insert_text((290, y + 12), str(page.number + 1), fontsize=10)

    document = read(tmp_path, draw, pages=3)
    assert blocks(document, "page-footer") == ["1", "2", "3"]
    assert document.text.rstrip().endswith("3")


# ---- footnotes, and paragraphs over a page's end


def test_footnotes_and_running_lines_of_full_pages(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        page.insert_text((60, 40), "Agreement of the Parties", fontsize=8)
        page.insert_text((290, 815), str(page.number + 1), fontsize=8)
        lines(page, 60, 100, ["First of all, the following is agreed upon by the parties."])
        start = "" if page.number == 0 else "over the end of the page, and "
        y = lines(page, 60, 640, [start + LOREM[0], *LOREM[1:], "The rest of this is read"])
        if page.number == 0:
            page.draw_line((60, y + 6), (160, y + 6))
            lines(
                page,
                60,
                y + 20,
                ["1 A note that stands at the foot of the page.", "2 Another that took", "5 days."],
                size=7,
            )

    document = read(tmp_path, draw, pages=2)
    notes = ["1 A note that stands at the foot of the page.", "2 Another that took 5 days."]
    assert blocks(document, "footnote") == notes
    for page in document.pages:
        assert "Agreement of the Parties" in document.text[page.start : page.end]


def test_a_sentence_over_the_page_end(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        page.insert_text((60, 40), "Agreement of the Parties", fontsize=8)
        page.insert_text((290, 815), str(page.number + 1), fontsize=8)
        y = lines(page, 60, 100, ["goes on here until it ends."] if page.number else ["A heading of a kind"])
        lines(page, 60, y + 20, [f"{WORDS[page.number]} a paragraph of its own."])
        y = lines(
            page,
            60,
            640,
            [*(f"{WORDS[page.number]} {line}" for line in LOREM), f"and this {WORDS[page.number]} sentence"],
        )
        page.draw_line((60, y + 6), (160, y + 6))
        lines(page, 60, y + 20, [f"{page.number + 1} A note that stands at the foot of the page."], size=7)

    document = read(tmp_path, draw, pages=3)
    flat = " ".join(document.text.split())
    for word in WORDS[:2]:
        assert f"and this {word} sentence goes on here until it ends." in flat
    assert len(blocks(document, "footnote")) == 3
    assert [block.page for block in document.blocks] == sorted(block.page for block in document.blocks)


def test_footnotes_of_one_column_do_not_part_it_from_the_next(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        for column, x in enumerate((60, 320)):
            y = lines(
                page, x, 520, [line[:44] for line in LOREM * 3] + ["the words go on" if column == 0 else "The end."]
            )
            page.draw_line((x, y + 4), (x + 60, y + 4))
            lines(page, x, y + 16, [f"{column + 1} Note of column {column}."], size=7)

    document = read(tmp_path, draw)
    assert blocks(document, "footnote") == ["1 Note of column 0.", "2 Note of column 1."]
    assert document.text.index("Note of column 0") > document.text.index("The end.")


def test_the_mark_of_a_footnote_stands_in_its_sentence(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        y = 200.0
        page.insert_text((60, y), "The goods arrive on the 16", fontsize=10)
        end = 60 + pymupdf.get_text_length("The goods arrive on the 16", fontsize=10)
        page.insert_text((end + 9, y), "of October.", fontsize=10)
        lines(page, 60, y + 12, LOREM)
        page.insert_text((end, y - 3.5), "th", fontsize=6)

    document = read(tmp_path, draw)
    assert document.text.startswith("The goods arrive on the 16th of October.")
    assert document.quads is not None
    at = document.text.index("th of")
    assert document.quads[at, 1] < document.quads[at - 1, 7]


# ---- directions


def test_headings_have_levels(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        y = lines(page, 60, 100, ["Terms of Delivery"], size=20, font="hebo")
        for number, size in (("1 Orders", 14), ("1.1 Form", 12), ("1.1.1 Writing", 11)):
            y = lines(page, 60, y + 20, [number], size=size, font="hebo")
            y = lines(page, 60, y + 4, LOREM)

    document = read(tmp_path, draw)
    found = [(document.text[b.start : b.end], b.level) for b in document.blocks if b.type == "heading"]
    assert found == [("Terms of Delivery", 1), ("1 Orders", 1), ("1.1 Form", 2), ("1.1.1 Writing", 3)]


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_turned_text_is_joined_as_level_text_is(tmp_path: Path, turn: int) -> None:
    def draw(page: Any) -> None:
        for i, line in enumerate(LOREM):
            at = {90: (100 + 12 * i, 700), 180: (500, 400 - 12 * i), 270: (400 - 12 * i, 100)}[turn]
            page.insert_text(at, line, fontsize=10, rotate=turn)

    document = read(tmp_path, draw)
    assert blocks(document) == [" ".join(LOREM)]


COLUMNS = ("受託者は本業務の遂行に関して知", "り得た委託者の秘密情報を第三者", "に開示してはならない。")


@pytest.mark.parametrize("backwards", [False, True])
def test_vertical_columns_run_from_right_to_left(tmp_path: Path, backwards: bool) -> None:
    def draw(page: Any) -> None:
        written = [(400 - 17 * i, 100.0, text) for i, text in enumerate(COLUMNS)]
        vertical(page, written[::-1] if backwards else written)
        page.insert_text((290, 800), "- 1 -", fontsize=9)

    document = read(tmp_path, draw)
    assert blocks(document, "paragraph") == ["".join(COLUMNS)]
    assert blocks(document, "page-footer") == ["- 1 -"]
    assert document.quads is not None
    first, later = document.quads[0], document.quads[len(COLUMNS[0])]
    assert first[0] > later[0]  # the quads are those of the page as displayed


def test_characters_set_one_by_one_down_the_page(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        for i, text in enumerate(COLUMNS):
            for k, character in enumerate(text):
                page.insert_text((400 - 17 * i, 100 + 10.5 * k), character, fontsize=10, fontname="japan")

    assert blocks(read(tmp_path, draw)) == ["".join(COLUMNS)]


def test_ruby_does_not_part_the_word_that_it_reads(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        for i, text in enumerate(("本契約の受託者は、秘密情報を第三者に", "開示してはならないものとする。")):
            page.insert_text((100, 200 + 18 * i), text, fontsize=10, fontname="japan")
            page.insert_text((140, 191 + 18 * i), "じゅたくしゃ"[: 6 - 2 * i], fontsize=4.5, fontname="japan")

    document = read(tmp_path, draw)
    assert "本契約の受託者は、秘密情報を第三者に開示してはならないものとする。" in blocks(document)
    assert "じゅたくしゃ" in document.text


def test_japanese_lines_join_without_a_space_and_english_ones_with_one(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        lines(page, 60, 100, ["受託者は秘密情報を第三者に開示して", "はならない。"], font="japan")
        lines(page, 60, 200, ["The sup-", "plier answers for it."])
        lines(page, 60, 300, ["A supplier is who supplies."])

    document = read(tmp_path, draw)
    assert "受託者は秘密情報を第三者に開示してはならない。" in document.text
    assert "The supplier answers for it." in document.text


def test_a_page_of_very_many_lines_is_read(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        writer = pymupdf.TextWriter(page.rect)
        for i in range(3000):
            writer.append((20 + 9 * (i % 60), 20 + 16 * (i // 60)), str(i % 10), fontsize=5)
        writer.write_text(page)

    document = read(tmp_path, draw)
    assert sum(character.isdigit() for character in document.text) == 3000
    assert document.quads is not None
    assert np.isfinite(document.quads).all()
