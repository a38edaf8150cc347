"""Words and steps in a text, choosing, pages by their labels, history, the nearest place on a page: without Qt."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from samples import ENGLISH, JAPANESE, make_analysis, make_document

from app.ui.history import History, Place
from app.ui.nearest import nearest_place
from app.ui.page_labels import page_named
from app.ui.state import WindowState
from app.ui.text_choice import TextChoice
from app.ui.text_units import block_at, sentence_at, step_letter, step_word, word_at


@pytest.mark.parametrize(
    ("text", "at", "word"),
    [
        ("the Supplier's fee", 6, "Supplier's"),
        ("pays 1,000.50 yen.", 7, "1,000.50"),
        ("pays 1,000.50 yen.", 15, "yen"),
        ("a (b)", 2, "("),
        ("a   b", 2, "   "),
        ("受託者の損害賠償責任は", 5, "損害賠償責任"),
        ("ソフトウェアサービスを提供", 3, "ソフトウェアサービス"),
        ("ﾃﾞｰﾀを", 1, "ﾃﾞｰﾀ"),
        ("契約を解除することができる", 6, "することができる"),
        ("人々の", 1, "人々"),
        ("ABC株式会社", 1, "ABC"),
        ("cafe\u0301 au", 1, "cafe\u0301"),
    ],
)
def test_a_word_is_what_a_double_click_should_choose(text: str, at: int, word: str) -> None:
    start, end = word_at(text, at)
    assert text[start:end] == word


def test_a_caret_steps_by_letters_and_words() -> None:
    text = "cafe\u0301 本契約を\n\n解除"
    places, at = [], 0
    while at < len(text):
        places.append(at := step_letter(text, at, 1))
    assert places == [1, 2, 3, 5, 6, 7, 8, 9, 10, 12, 13, 14]
    back, at = [], len(text)
    while at > 0:
        back.append(at := step_letter(text, at, -1))
    assert back == [*reversed(places[:-1]), 0]
    words, at = [], 0
    while at < len(text):
        words.append(at := step_word(text, at, 1))
    assert words == [6, 9, 12, 14]
    assert step_word(text, 14, -1) == 12
    assert step_word(text, 6, -1) == 0
    assert step_letter(text, 0, -1) == step_word(text, 0, -1) == 0


@pytest.mark.parametrize("sentences", [ENGLISH, JAPANESE])
def test_sentences_are_passages_where_there_are_any(sentences: tuple[str, ...]) -> None:
    document = make_document(sentences)
    at = document.text.index(sentences[1]) + 3
    assert document.text[slice(*sentence_at(document, (), at))] == sentences[1]
    assert document.text[slice(*block_at(document, at))] == sentences[1]
    passages = make_analysis(document).passages
    assert sentence_at(document, passages, at) == (passages[1].start, passages[1].end)


def test_choosing_by_words_keeps_the_first_word_whichever_way() -> None:
    document = make_document()
    choice = TextChoice(document)
    assert choice.range is None
    start = document.text.index("liability")
    choice.begin(start + 3, "word")
    assert choice.range == (start, start + 9)
    choice.extend(document.text.index("exceed") + 2)
    assert document.text[slice(*choice.range or (0, 0))] == "liability shall not exceed"
    choice.extend(document.text.index("total") + 1)
    assert document.text[slice(*choice.range or (0, 0))] == "total liability"
    choice.move(choice.step(-1, by_word=True), extends=True)
    assert document.text[slice(*choice.range or (0, 0))] == "Supplier's total liability"
    choice.move(start, extends=False)
    assert choice.range is None
    choice.choose(3, 9)
    choice.extend(5)
    assert choice.range == (3, 5)


def test_pages_are_called_by_label_or_number() -> None:
    labels = ["i", "ii", "iii", "iv", "1", "2", "3", "A-1", "A-2", "付録"]
    named = {
        typed: page_named(labels, typed) for typed in ("iv", "IV", "ⅳ", "A-2", "ａ－２", "2", "10", "付録", "p. 3")
    }
    assert named == {
        "iv": 4, "IV": 4, "ⅳ": 4, "A-2": 9, "ａ－２": 9, "2": 6, "10": 10, "付録": 10, "p. 3": 7,
    }  # fmt: skip
    plain = [""] * 120
    assert [page_named(plain, typed) for typed in ("1", "120", "page 7", "第12ページ", "８頁")] == [1, 120, 7, 12, 8]
    assert [page_named(plain, typed) for typed in ("0", "121", "iv", "", "p", "-3", "9" * 5000)] == [None] * 7


def test_history_goes_back_and_forward_and_forgets_after_a_jump() -> None:
    a, b, c, d = (Place(0, offset, 0.0, 0.0) for offset in (1, 2, 3, 4))
    history = History()
    assert history.back(a) is None
    assert history.forward(a) is None
    history.leave(a)
    history.leave(b)
    assert history.back(c) == b
    assert history.back(b) == a
    assert history.forward(a) == b
    history.leave(d)
    assert history.ahead == []
    assert history.back(c) == d
    for offset in range(500):
        history.leave(Place(0, offset, 0.0, 0.0))
    assert len(history.behind) == 100


def line_of(count: int, x: float, y: float, *, down: bool = False) -> np.ndarray:
    """Characters of 10 points beside each other, or below each other."""
    quads = np.zeros((count, 8), dtype=np.float32)
    for n in range(count):
        left, top = (x, y + 10 * n) if down else (x + 10 * n, y)
        quads[n] = (left, top, left + 10, top, left + 10, top + 10, left, top + 10)
    return quads


def test_the_nearest_place_is_on_the_line_beside_the_point() -> None:
    long, short, none = line_of(20, 50, 100), line_of(4, 50, 114), np.zeros((1, 8), dtype=np.float32)
    quads = np.concatenate([long, none, short])
    assert nearest_place(quads, 51, 105) == 0
    assert nearest_place(quads, 58, 105) == 1
    assert nearest_place(quads, 400, 119) == 25  # the end of the short line, though the long one is nearer
    assert nearest_place(quads, 0, 119) == 21
    assert nearest_place(quads, 0, 0) == 0
    assert nearest_place(quads, 300, 800) == 25
    assert nearest_place(none, 3, 3) is None
    assert nearest_place(quads[:0], 3, 3) is None


def test_the_nearest_place_in_columns_and_in_vertical_text() -> None:
    columns = np.concatenate([line_of(10, 50, 100), line_of(10, 50, 112), line_of(10, 300, 100), line_of(10, 300, 112)])
    assert nearest_place(columns, 160, 105) == 10
    assert nearest_place(columns, 290, 117) == 30
    vertical = np.concatenate([line_of(20, 500, 60, down=True), line_of(5, 480, 60, down=True)])
    assert nearest_place(vertical, 505, 62) == 0
    assert nearest_place(vertical, 505, 69) == 1
    assert nearest_place(vertical, 485, 700) == 25


def test_two_views_follow_one_state() -> None:
    state = WindowState()
    a, b, c = (state.add(Path(name)) for name in "abc")
    state.show_beside()
    assert state.beside_key is None  # there is nothing to be beside of
    state.bring(a.key)
    state.show_beside()
    assert (state.left_key, state.beside_key, state.current_key) == (a.key, a.key, a.key)
    state.bring(b.key)  # chosen from the list: in the active view
    assert (state.left_key, state.beside_key, state.current_key) == (a.key, b.key, b.key)
    state.activate(beside=False)
    assert (state.left_key, state.beside_key, state.current_key) == (a.key, b.key, a.key)
    state.bring(c.key)
    assert (state.left_key, state.beside_key, state.current_key) == (c.key, b.key, c.key)
    state.activate(beside=True)
    state.remove(c.key)  # what stood to the left
    assert (state.left_key, state.beside_key, state.current_key) == (b.key, None, b.key)
    state.bring(a.key)
    state.show_beside()
    assert state.beside_key == b.key  # the one that was in view before
    state.remove(b.key)
    assert (state.left_key, state.beside_key, state.current_key) == (a.key, None, a.key)
    state.show_beside()
    state.remove(a.key)
    assert (state.left_key, state.beside_key, state.current_key) == (None, None, None)
