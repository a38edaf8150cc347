"""What the views of the whole workspace list, apart from any window; and that a large matrix scrolls at once."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from app.analysis.analysis import TagScore
from app.review.matrix import Source, TaggedPassage, make_matrix
from app.ui.answering import Answer, clear, ranked
from app.ui.matrix_model import CellDelegate, MatrixModel
from app.ui.search_panel import Target, hit_rows
from app.ui.shelf_rows import shelf_rows
from app.ui.state import WindowState
from app.ui.word_answers import answers_by_words
from app.workers.protocol import Answers, OpenedDocument
from app.workspace.library import DocumentHits, Hit, ShelfEntry


def test_answers_are_ranked_and_what_is_far_from_one_is_left_out() -> None:
    answers = Answers(((0, 5), (6, 9), (10, 14), (15, 20)), (0.02, 0.4, 0.001, 0.4))
    assert ranked(answers) == (Answer(6, 9, 0.4), Answer(15, 20, 0.4), Answer(0, 5, 0.02))
    assert ranked(answers, most=1) == (Answer(6, 9, 0.4),)
    assert clear(ranked(answers)) == 2
    assert ranked(Answers((), ())) == ()


TEXT = "The Supplier bears the cost of a recall. The party shall pay. 甲は、本契約を解除することができる。 Recalls cost money."
PLACES = ((0, 40), (41, 61), (62, 80), (81, 100))


def found(question: str) -> list[str]:
    return [TEXT[answer.start : answer.end] for answer in answers_by_words(question, TEXT, PLACES)]


def test_the_first_answers_share_the_rare_words_of_the_question_in_either_language() -> None:
    supplier, _party, japanese, recalls = (TEXT[start:end] for start, end in PLACES)
    assert found("Who bears the cost of recall?")[0] == supplier
    assert found("recalled goods costs") == [supplier, recalls]
    assert found("契約の解除") == [japanese]
    assert found("art") == []  # within "party" it is no word
    assert found("") == found("?!") == found("の") == []
    assert answers_by_words("cost", "", ()) == ()
    assert answers_by_words("\u0130stanbul cost", "\u0130 cost", ((0, 6),))[0] == Answer(0, 6, 1.0)


def entry(name: str, sha256: str = "", total: int = 3, decided: int = 0) -> ShelfEntry:
    return ShelfEntry(sha256 or name, f"/contracts/{name}", name, total > 0, total, decided)


def test_a_document_that_is_open_is_listed_once_also_before_its_hash_is_known() -> None:
    state = WindowState()
    one, two = state.add(Path("/contracts/one.pdf")), state.add(Path("/elsewhere/two.pdf"))
    two.opened = OpenedDocument(path="/elsewhere/two.pdf", sha256="22", format="pdf", pages=())
    shelf = (entry("one.pdf"), entry("two.pdf", "22"), entry("三.pdf", decided=1))
    rows = shelf_rows(state.files.values(), shelf)
    assert [(row.file, row.name) for row in rows] == [(one, "one.pdf"), (two, "two.pdf"), (None, ""), (None, "三.pdf")]
    assert [row.name for row in shelf_rows([], shelf)] == ["one.pdf", "two.pdf", "三.pdf"]
    assert [row.name for row in shelf_rows(state.files.values(), shelf, "三")] == ["三.pdf"]
    assert [row.is_unread for row in shelf_rows([], shelf)] == [True, True, False]


def test_of_many_places_it_is_told_how_many_there_are() -> None:
    hit = Hit(10, 15, 2, "ii", "the words here", (4, 9))
    head, place = hit_rows(DocumentHits("11", "/contracts/one.pdf", True, 70, (hit,)))
    assert (head.text, head.place, head.head) == ("one.pdf", "1 of 70 places", True)
    assert (place.place, place.target) == ("p. ii", Target("11", "/contracts/one.pdf", 10, 15, 2))
    _, unpaged = hit_rows(DocumentHits("11", "/contracts/one.md", False, 1, (hit,)))
    assert unpaged.place == ""


def test_a_matrix_of_300_documents_and_40_tags_is_painted_and_sorted_at_once(qtbot: QtBot) -> None:
    text = "This Agreement shall be governed by the laws of the State of Delaware without regard to conflicts. " * 3
    tags = [TagScore(f"tag-{number}", 0.9) for number in range(40)]
    passages = tuple(
        TaggedPassage(n * 500, n * 500 + len(text), n, str(n), text, 0.5, (tag,)) for n, tag in enumerate(tags)
    )
    matrix = make_matrix(Source(str(n), f"/{n}.pdf", f"{n}.pdf", "en", True, passages) for n in range(300))
    model, view = MatrixModel(), QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    view.setItemDelegate(CellDelegate(view))
    view.resize(1200, 800)
    view.show()
    began = time.process_time()
    model.show(matrix)
    view.grab()
    model.arrange(by="tag-7", key="importance", descending=True)
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    view.horizontalScrollBar().setValue(view.horizontalScrollBar().maximum())
    view.grab()
    # A matrix whose every cell is laid out takes tens of seconds; this asks for those in view alone.
    assert time.process_time() - began < 3
    assert (model.rowCount(), model.columnCount()) == (300, 40)
    assert model.headerData(0, Qt.Orientation.Vertical) is not None
