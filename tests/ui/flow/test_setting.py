"""What is set is the document's text, at the positions that are noted; changes, comments and tables are where they belong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from PySide6.QtGui import QFont, QTextFormat, QTextTable
from PySide6.QtWidgets import QApplication

from app.documents.document import Block, BlockSource, Cell, Comment, Document, Revision
from app.ui.flow.offsets import units
from app.ui.flow.plan import Marks, make_plan
from app.ui.flow.setting import _SHOWN, Setter, SetText
from app.ui.flow.styles import CELL, SMALL_CELL, Looks
from app.ui.theme import DARK, LIGHT
from tests.ui.flow.made import document_of, documents

# A list item's mark is drawn in another way, unit for unit: its point and the space behind it.
_MARK = "•\u200b\t"


@pytest.fixture(autouse=True)
def _application(qapp: QApplication) -> None:
    """Fonts need it."""


def set_all(document: Document, *, changes: bool = True, theme: object = LIGHT) -> list[SetText]:
    plan = make_plan(document)
    looks = Looks(theme if theme in (LIGHT, DARK) else LIGHT, document.language, QFont())
    setter = Setter(document, plan, Marks(document), looks, changes=changes)
    return [setter.set(number) for number in range(len(plan.portions))]


def plain_text(text: SetText) -> str:
    return text.document.toPlainText()


def at(text: SetText, first: int, last: int) -> str:
    raw = text.document.toRawText().encode("utf-16-le", "surrogatepass")
    return raw[2 * first : 2 * last].decode("utf-16-le", "surrogatepass")


@given(documents())
@settings(max_examples=120, deadline=None)
def test_every_character_stands_where_it_is_noted(document: Document) -> None:
    for changes in (True, False):
        plan = make_plan(document)
        for portion, text in zip(plan.portions, set_all(document, changes=changes), strict=True):
            for number in range(portion.first, portion.last):
                block = document.blocks[number]
                for offset in range(max(block.start, portion.start), min(block.end, portion.end)):
                    letter = document.text[offset]
                    position = text.offsets.position(offset)
                    shown = at(text, position, position + units(letter))
                    assert shown == letter.translate(_SHOWN) or shown in _MARK
                    assert text.offsets.offset(position) == offset
                    assert text.offsets.ranges(offset, offset + 1) == [(position, position + units(letter))]


@given(documents())
@settings(max_examples=60, deadline=None)
def test_what_was_deleted_has_no_offsets(document: Document) -> None:
    for text in set_all(document):
        taken = {p for first, last in text.offsets.ranges(0, len(document.text) + 9) for p in range(first, last)}
        for first, last, revision in text.changes:
            if revision.kind == "deleted":
                assert taken.isdisjoint(range(first, last))
                assert at(text, first, last) == revision.text.translate(_SHOWN)
            else:
                assert taken.issuperset(range(first, last))
    shown = [r for text in set_all(document) for *_, r in text.changes if r.kind == "deleted"]
    assert {id(r) for r in shown} == {id(r) for r in document.revisions if r.kind == "deleted"}


def test_changes_stand_in_the_text_or_not() -> None:
    revisions = (
        Revision("deleted", "A", "2026-01-02", 4, 4, "old "),
        Revision("inserted", "A", "2026-01-02", 4, 8),
        Revision("deleted", "A", "2026-01-02", 0, 0, "A whole one.", apart=True),
    )
    document = document_of([("paragraph", "The new words.")], revisions=revisions)
    (text,) = set_all(document)
    assert plain_text(text) == "A whole one.\nThe old new words."
    formats = {}
    block = text.document.begin().next()
    iterator = block.begin()
    while not iterator.atEnd():
        fragment = iterator.fragment()
        formats[fragment.text()] = fragment.charFormat()
        iterator += 1
    assert formats["old "].fontStrikeOut()
    assert formats["new "].fontUnderline()
    assert not formats["The "].fontUnderline()
    assert formats["old "].foreground().color().name() == LIGHT.deleted
    (text,) = set_all(document, changes=False)
    assert plain_text(text) == "The new words."
    assert text.changes == []


def test_deletions_are_shown_where_nothing_is_left() -> None:
    (text,) = set_all(document_of([], revisions=(Revision("deleted", "A", "", 0, 0, "all of it"),)))
    assert plain_text(text) == "all of it"


def test_very_many_and_very_long_deletions_are_cut() -> None:
    many = tuple(Revision("deleted", "A", "", 3, 3, "x" * 5000) for _ in range(1000))
    (text,) = set_all(document_of([("paragraph", "abcdef")], revisions=many))
    assert len(plain_text(text)) < 500_000


def test_comments_are_noted_at_their_place() -> None:
    comments = (Comment("A", "", "why?", 4, 7), Comment("B", "", "here", 0, 0))
    (text,) = set_all(document_of([("paragraph", "The new words.")], comments=comments))
    assert sorted((position, comment.author) for position, comment in text.comments) == [(0, "B"), (4, "A")]


def table_of(text: SetText) -> QTextTable:
    (table,) = (frame for frame in text.document.rootFrame().childFrames() if isinstance(frame, QTextTable))
    return table


def words_of(table: QTextTable, row: int, column: int) -> str:
    cell = table.cellAt(row, column)
    cursor = cell.firstCursorPosition()
    cursor.setPosition(cell.lastPosition(), cursor.MoveMode.KeepAnchor)
    return cursor.selectedText().replace("\u2029", "|")


def test_tables_have_their_rows_columns_and_merged_cells() -> None:
    cells = [Cell(7, 0, 0, 2, 1), Cell(7, 0, 1, 1, 2), Cell(7, 1, 1), Cell(7, 1, 2), Cell(7, 1, 2)]
    blocks = [("paragraph", "before"), *(("table-cell", word) for word in "abcde"), ("paragraph", "after")]
    (text,) = set_all(document_of(blocks, [None, *cells, None]))
    table = table_of(text)
    assert (table.rows(), table.columns()) == (2, 3)
    assert [words_of(table, *place) for place in [(0, 0), (1, 0), (0, 1), (0, 2), (1, 1), (1, 2)]] == [
        "a", "a", "b", "b", "c", "d|e",
    ]  # fmt: skip
    assert (table.cellAt(0, 0).rowSpan(), table.cellAt(0, 1).columnSpan()) == (2, 2)


def test_cells_that_overlap_lose_no_words() -> None:
    cells = [Cell(0, 0, 0, 3, 3), Cell(0, 1, 1, 2, 2), Cell(0, 2, 2)]
    (text,) = set_all(document_of([("table-cell", word) for word in ("one", "two", "three")], cells))
    assert words_of(table_of(text), 0, 0) == "one|two|three"


def test_a_table_of_very_many_columns_is_set_as_paragraphs() -> None:
    cells = [Cell(0, 0, column) for column in range(60)]
    for text in set_all(document_of([("table-cell", "word")] * 60, cells)):
        assert text.document.rootFrame().childFrames() == []


def test_a_form_with_a_grid_of_dozens_is_a_table_of_what_its_cells_take() -> None:
    cells = [Cell(0, 0, 0, 1, 30), Cell(0, 0, 30, 1, 12), Cell(0, 1, 0, 1, 10), Cell(0, 1, 10, 1, 32)]
    (text,) = set_all(document_of([("table-cell", word) for word in "abcd"], cells))
    table = table_of(text)
    assert (table.rows(), table.columns()) == (2, 3)
    assert [words_of(table, *place) for place in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)]] == ["a", "a", "b", "c", "d"]


def test_parts_of_a_table_agree_in_their_columns() -> None:
    cells = [Cell(0, row, column) for row in range(200) for column in range(3)]
    blocks = [("table-cell", "x" * (5 + 9 * cell.column) if cell.row < 20 else "y") for cell in cells]
    texts = set_all(document_of(blocks, cells))
    for text in texts:
        text.lay_out(430.0)
    widths = {tuple(w.rawValue() for w in table_of(text).format().columnWidthConstraints()) for text in texts}
    assert len(texts) > 5
    assert len(widths) == 1


def test_columns_follow_the_width_and_what_stands_in_them() -> None:
    cells = [Cell(0, 0, 0), Cell(0, 0, 1)]
    (text,) = set_all(document_of([("table-cell", "No."), ("table-cell", "A description of some length. " * 9)], cells))
    found = []
    for width in (430.0, 220.0):
        text.lay_out(width)
        layout = table_of(text).format()
        narrow, _ = (constraint.rawValue() for constraint in layout.columnWidthConstraints())
        found.append(narrow / 100 * layout.width().rawValue() / 100 * width)
        assert text.document.size().width() <= width + 1
    assert 15 < found[0] < 60
    assert abs(found[0] - found[1]) < 15  # the short word needs its room in a narrow window too


def test_a_crowded_table_is_set_in_smaller_letters() -> None:
    for columns, crowded in ((4, False), (12, True)):
        cells = [Cell(0, 0, column) for column in range(columns)]
        (text,) = set_all(document_of([("table-cell", "Quantity")] * columns, cells))
        block = text.document.findBlock(text.offsets.position(0))
        size = block.charFormat().intProperty(QTextFormat.Property.FontPixelSize)
        assert size == (SMALL_CELL if crowded else CELL)


def test_marks_of_list_items_hang() -> None:
    document = document_of([("list-item", "- a point"), ("list-item", "(viii) a clause"), ("list-item", "no mark")])
    (text,) = set_all(document)
    assert text.document.toRawText() == "•\ta point\u2029(viii)\ta clause\u2029no mark"
    block = text.document.begin()
    formats = []
    while block.isValid():
        formats.append(block.blockFormat())
        block = block.next()
    assert [f.textIndent() < 0 for f in formats] == [True, True, False]
    assert all(
        f.leftMargin() + f.textIndent() == formats[0].leftMargin() + formats[0].textIndent() for f in formats[:2]
    )
    assert formats[2].leftMargin() == formats[0].leftMargin()


def test_a_bullet_that_the_text_does_not_hold_has_no_offsets() -> None:
    document = document_of([("list-item", "a point")])
    bulleted = replace(document.blocks[0], bullet=True)
    (text,) = set_all(replace(document, blocks=(bulleted,)))
    assert text.document.toRawText() == "•\ta point"
    assert (text.offsets.position(0), text.offsets.ranges(0, 7)) == (2, [(2, 9)])


def test_a_label_that_word_wrote_hangs_too() -> None:
    document = document_of([("heading", "12.1 Liability")])
    block = document.blocks[0]
    labelled = Block(block.type, block.start, block.end, 1, 2, BlockSource("word/document.xml", 0, 0, 5))
    (text,) = set_all(replace(document, blocks=(labelled,)))
    assert text.document.toRawText() == "12.1\tLiability"


@pytest.mark.parametrize(
    "words", ["🙂" * 5000, "\t" * 3000, "x" * 50_000, "\u202eabc\u05d0" * 900, "\ud83d" * 5, "\u0301" * 9000]
)
def test_odd_text_is_set_and_laid_out(words: str) -> None:
    for text in set_all(document_of([("paragraph", words)])):
        text.document.setTextWidth(400)
        assert text.document.size().width() <= 401
