"""The summary: important passages, each saying something of its own, in reading order."""

from __future__ import annotations

import numpy as np
from made import made_document

from app.analysis.passages import document_passages
from app.analysis.summary import MOST, most_relevant_and_novel, summarise

SENTENCE = "The Supplier shall deliver item number {} to the Customer."


def unit(*rows: list[float]) -> np.ndarray:
    vectors = np.array(rows, dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_a_repetition_gives_way_to_something_new() -> None:
    vectors = unit([1, 0], [1, 0.01], [0, 1])
    assert most_relevant_and_novel(np.array([1.0, 0.99, 0.6]), vectors, 2) == [0, 2]
    assert most_relevant_and_novel(np.array([1.0, 0.99, 0.6]), vectors, 2, weight=1.0) == [0, 1]
    assert most_relevant_and_novel(np.array([1.0, 0.99, 0.6]), vectors, 9) == [0, 2, 1]


def test_headings_and_fragments_are_left_out_and_the_order_is_the_text_s() -> None:
    document = made_document(
        [
            ("heading", "An important heading that ends in a full stop, as some do."),
            SENTENCE.format(1),
            ("table-cell", "30 days."),
            "(b) the following things that the Supplier must deliver:",
            *[SENTENCE.format(n) for n in range(2, 8)],
        ]
    )
    passages = document_passages(document)
    importance = np.array([0.99, 0.3, 0.98, 0.97, *[0.1] * 5, 0.9])
    found = summarise(document, passages, importance, np.eye(len(passages), dtype=np.float32))
    assert found == (1, 9)


def test_short_documents_have_short_summaries_and_long_ones_are_bounded() -> None:
    for count, wanted in ((1, 1), (5, 1), (6, 2), (400, MOST)):
        document = made_document([SENTENCE.format(n) for n in range(count)])
        passages = document_passages(document)
        vectors = np.eye(len(passages), dtype=np.float32)
        assert len(summarise(document, passages, np.linspace(0, 1, count), vectors)) == wanted


def test_japanese_sentences_are_whole_though_short() -> None:
    document = made_document(
        [("heading", "第5条（責任）"), "乙の賠償責任は、委託料の総額を上限とする。"], language="ja"
    )
    passages = document_passages(document)
    assert summarise(document, passages, np.array([0.9, 0.5]), np.eye(2, dtype=np.float32)) == (1,)


def test_nothing_to_choose_from_gives_no_summary() -> None:
    document = made_document([("heading", "Contents"), ("table-cell", "30")])
    passages = document_passages(document)
    assert summarise(document, passages, np.zeros(2), np.eye(2, dtype=np.float32)) == ()
