"""The flowing page in its view: highlights at their offsets, the place that is kept, what a click and a tooltip find."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from pytestqt.qtbot import QtBot

from app.documents.document import Cell, Comment, Document, Revision
from app.review.findings import Finding
from app.ui.appearance import appearance
from app.ui.finding_list import FindingList
from app.ui.flow.lines import rects_of
from app.ui.flow.sheets import FlowSheets
from app.ui.sheet_view import SheetView
from app.ui.theme import DARK, LIGHT
from tests.ui.flow.made import document_of, documents

SENTENCE = "The supplier shall deliver the goods within thirty days, unless the parties agree otherwise. "
KANA = "受託者は、注文の日から三十日以内に物品を納入しなければならない。"
Open = Callable[..., SheetView]


def finding_at(start: int, end: int, name: str = "one") -> Finding:
    return Finding(name, "0" * 64, start, end, 1, "", (), 0.8, (0.7, 0.9), (), 1)


def long_document(paragraphs: int = 600) -> Document:
    return document_of(
        [("paragraph", f"Clause {number}. " + SENTENCE * (1 + number % 4)) for number in range(paragraphs)]
    )


@pytest.fixture
def show(qtbot: QtBot) -> Open:
    def open_(document: Document, *findings: Finding, width: int = 760) -> SheetView:
        view = SheetView(FlowSheets(document, view_font()))
        qtbot.addWidget(view)
        view.resize(width, 900)
        view.show_findings(FindingList(findings))
        view.show()
        return view

    return open_


def view_font() -> object:
    from PySide6.QtWidgets import QApplication

    return QApplication.font()


def rects(view: SheetView, finding: Finding) -> list[QRectF]:
    return [rect for sheet in view._sheets.sheets_of(finding) for rect in view._marks._rects(finding.id, sheet)]


def words_under(view: SheetView, rect: QRectF) -> str:
    """The document's text between the ends of a rectangle, as the layout finds it there."""
    sheets = view._sheets
    assert isinstance(sheets, FlowSheets)
    sheet = view._sheet_at(rect.center().y() + view.verticalScrollBar().value())
    text, target = sheets._text(sheet), view.target(sheet)
    offsets = []
    for x in (rect.left() + 0.5, rect.right() - 0.5):
        at = (QPointF(x, rect.center().y()) - target.topLeft()) / view._scale()
        inside = at - QPointF(sheets._margin, sheets._above(sheet, text))
        offsets.append(text.offsets.offset(text.document.documentLayout().hitTest(inside, Qt.HitTestAccuracy.FuzzyHit)))
    return sheets._document.text[offsets[0] : offsets[1]]


@pytest.mark.parametrize("words", [SENTENCE, KANA, "🙂 𠮷野家 " * 9])
def test_highlights_lie_on_the_words_of_their_offsets(show: Open, words: str) -> None:
    document = document_of([("paragraph", words * 6), ("list-item", "1. " + words * 3), ("heading", words[:20])])
    for start, end in [(0, len(words)), (len(words) + 3, 2 * len(words) + 9), (len(words) * 6 + 5, len(words) * 8)]:
        finding = finding_at(start, end)
        view = show(document, finding)
        found = "".join(words_under(view, rect) for rect in rects(view, finding))
        # A line's last letter is found behind or before the line's end, as a line may end in a space that is not drawn.
        assert found.replace(" ", "") == document.text[start:end].replace(" ", "")


def test_a_highlight_leaves_out_what_was_deleted(show: Open) -> None:
    gone = Revision("deleted", "A", "", 4, 4, "XXXXXXXXXX")
    document = document_of([("paragraph", "The new words.")], revisions=(gone,))
    finding = finding_at(0, 14)
    view = show(document, finding)
    before, behind = rects(view, finding)
    assert behind.left() - before.right() > 40
    view.show_changes(shown=False)
    assert len(rects(view, finding)) == 1


def test_letters_from_right_to_left_are_covered(show: Open) -> None:
    document = document_of([("paragraph", "abc אבגד def")])
    finding = finding_at(4, 6)
    view = show(document, finding)
    (part,) = rects(view, finding)
    (whole,) = rects_of(view._sheets._text(0), 4, 8)
    assert part.width() > 4
    assert part.left() / view._scale() > whole.left()  # the first letter is the rightmost


def test_a_passage_over_a_cut_lies_on_both_portions(show: Open) -> None:
    document = document_of([("paragraph", SENTENCE * 300)])
    sheets = FlowSheets(document, view_font())
    cut = sheets._plan.portions[0].end
    finding = finding_at(cut - 40, cut + 40)
    assert list(sheets.sheets_of(finding)) == [0, 1]
    view = show(document, finding)
    view.reveal("one")
    assert all(view._marks._rects("one", sheet) for sheet in (0, 1))
    assert [name for sheet in (0, 1) for name, _ in view._marks.flags(sheet)] == ["one"]


# ---- place


def line_in_view(view: SheetView) -> int:
    sheets = view._sheets
    y = view.verticalScrollBar().value() + view.viewport().height() * 0.3
    sheet = view._sheet_at(y)
    return sheets.hold(sheet, (y - view._tops[sheet]) / view._scale())[0]


@pytest.mark.parametrize("place", [0.0, 0.31, 0.77, 1.0])
def test_another_width_zoom_or_theme_stays_at_the_place(qtbot: QtBot, show: Open, place: float) -> None:
    view = show(long_document())
    qtbot.wait(20)
    bar = view.verticalScrollBar()
    bar.setValue(round(bar.maximum() * place))
    before = line_in_view(view)
    steps: list[Callable[[], object]] = [
        lambda: view.resize(480, 900), lambda: view.resize(1100, 900), lambda: view.resize(760, 500),
        lambda: view.zoom_by(1.4), lambda: view.zoom_by(0.5), lambda: appearance().use(DARK),
        lambda: appearance().use(LIGHT), lambda: view.resize(760, 900), view.fit_width,
    ]  # fmt: skip
    for step in steps:
        step()
        qtbot.wait(1)
        assert abs(line_in_view(view) - before) < 1500  # less than a view
    if place in (0.31, 0.77):
        assert abs(line_in_view(view) - before) < 200  # about a line, after all that


def test_work_done_when_idle_moves_nothing(qtbot: QtBot, show: Open) -> None:
    view = show(long_document())
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() // 2)
    finding = view._sheets._plan.portions[view.current_sheet()]
    before = view.target(view.current_sheet()).top(), finding
    qtbot.waitUntil(lambda: not view._idle.isActive(), timeout=30_000)
    assert view._sheets.is_settled(range(len(view._sizes)))
    after = view._sheets._plan.portions.index(before[1])
    assert abs(view.target(after).top() - before[0]) <= 2


def test_scrolling_goes_over_every_line_without_a_jump(show: Open) -> None:
    view = show(long_document(200))
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum())
    while bar.value() > 0:  # upwards, into what was only estimated
        showing = view._showing()[-1]
        top = view.target(showing).top()
        before = bar.value()
        bar.setValue(before - 200)
        if bar.value() > 0:
            assert abs(view.target(showing).top() - top - 200) <= 2


def test_a_finding_far_down_is_revealed_where_it_is(show: Open) -> None:
    document = long_document(3000)
    block = document.blocks[2500]
    finding = finding_at(block.start, block.end)
    view = show(document, finding)
    view.reveal("one")
    box = rects(view, finding)[0]
    assert 0 < box.top() < view.viewport().height() * 0.6
    assert words_under(view, box).startswith("Clause 2500.")
    view.show_passage(finding_at(0, 5))
    assert view.verticalScrollBar().value() < 100


# ---- pointer


def hover(view: SheetView, at: QPointF) -> str:
    event = QMouseEvent(
        QEvent.Type.MouseMove, at, view.viewport().mapToGlobal(at), Qt.MouseButton.NoButton, Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    view.mouseMoveEvent(event)
    return view.viewport().toolTip().removeprefix("<qt>").removesuffix("</qt>")


def test_a_click_on_a_highlight_or_its_flag_selects(qtbot: QtBot, show: Open) -> None:
    view = show(document_of([("paragraph", SENTENCE * 3)]), finding_at(20, 60), finding_at(120, 190, "two"))
    for point in (rects(view, finding_at(120, 190, "two"))[0].center(), dict(view._marks.flags(0))["two"].center()):
        with qtbot.waitSignal(view.clicked) as caught:
            qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=point.toPoint())
        assert caught.args == ["two"]


def test_changes_and_comments_say_who_and_when_and_never_as_markup(show: Open) -> None:
    revisions = (
        Revision("inserted", "Ann <b>", "2026-03-04T05:06:07Z", 4, 8),
        Revision("deleted", "Ben", "", 4, 4, "former "),
        Revision("moved", "Cem", "2026", 9, 14),
    )
    comments = (Comment("Dai", "2026-01-02T03:04:00Z", "<img src=x>\nWhy?", 0, 3),)
    view = show(document_of([("paragraph", "The new words.")], revisions=revisions, comments=comments))
    sheets = view._sheets
    text, target = sheets._text(0), view.target(0)

    def told(start: int) -> str:
        rect = sheets.place(finding_at(start, start + 1), 0)[0]
        return hover(view, target.topLeft() + rect.center() * view._scale())

    assert told(5) == "Inserted · <b>Ann &lt;b&gt;</b> · 2026-03-04 05:06"
    assert told(10) == "Moved here · <b>Cem</b> · 2026"
    assert told(1) == "Comment · <b>Dai</b> · 2026-01-02 03:04<br>&lt;img src=x&gt;<br>Why?"
    deleted = next((first, last) for first, last, revision in text.changes if revision.kind == "deleted")
    block = text.document.findBlock(deleted[0])
    line = block.layout().lineAt(0)
    x = line.cursorToX(deleted[0])[0] + 4
    inside = QPointF(sheets._margin + x, sheets._above(0, text) + line.y() + line.ascent() - 3)
    assert hover(view, target.topLeft() + inside * view._scale()) == "Deleted · <b>Ben</b>"
    ((mark, _),) = sheets._comment_marks(0, text)
    assert "Dai" in hover(view, target.topLeft() + mark.center() * view._scale())
    assert hover(view, QPointF(3, 3)) == ""


# ---- drawing


def test_light_and_dark_have_their_own_paper_and_ink(show: Open) -> None:
    document = document_of([("heading", "Terms"), ("paragraph", SENTENCE)], comments=(Comment("A", "", "b", 0, 3),))
    view = show(document, finding_at(7, 40))
    papers = []
    for theme in (DARK, LIGHT):
        appearance().use(theme)
        picture = view.viewport().grab().toImage()
        colours = {picture.pixelColor(x, y).name() for x in range(0, 700, 2) for y in range(60, 240)}
        assert {theme.sheet, theme.desk} <= colours
        ink = QColor(theme.text).lightness()
        assert any(abs(QColor(name).lightness() - ink) < 12 for name in colours)
        papers.append(picture.pixelColor(QPoint(view.viewport().width() // 2, 300)).name())
    assert papers == [DARK.sheet, LIGHT.sheet]


@given(documents())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_document_is_drawn(show: Open, document: Document) -> None:
    length = len(document.text)
    view = show(document, finding_at(0, length), finding_at(length // 2, length // 2 + 1, "two"))
    assert not view.grab().isNull()
    for sheet in range(len(view._sizes)):
        for x in (30.0, 100.0, 300.0):
            view._sheets.note(sheet, QPointF(x, 60.0))
    view.resize(300, 300)
    view.show_changes(shown=False)
    view.reveal("two")
    assert not view.grab().isNull()
    view.close()


def test_half_a_million_paragraphs_show_at_once(show: Open) -> None:
    document = document_of([("paragraph", "Clause. The supplier shall deliver.")] * 500_000)
    started = time.process_time()
    view = show(document)
    view.viewport().repaint()
    assert time.process_time() - started < 3.0  # a tenth of it
    assert len(view._sheets._set) < 12
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    assert view._showing()[-1] == len(view._sizes) - 1
    assert len(view._sheets._set) < 24


def test_a_table_over_several_portions_has_no_gap(show: Open) -> None:
    cells = [Cell(0, row, column) for row in range(120) for column in range(2)]
    view = show(document_of([("table-cell", "word")] * len(cells), cells))
    heights = [height for _, height in view._sizes]
    assert len(heights) > 2
    view._sheets.settle(range(len(heights)))
    each = [view._sheets._text(n).document.size().height() for n in range(1, len(heights) - 1)]
    assert [height for _, height in view._sheets.sizes()][1:-1] == [height - 1 for height in each]
