"""ROUGE of selections by hand, in English and Japanese."""

from __future__ import annotations

import numpy as np
import pytest

from model.evaluation import rouge
from model.training.corpora import LabelledDocument, document_spans

pytest.importorskip("rouge_score", reason="needs the library rouge-score")


def document(passages: list[str], summary: str) -> LabelledDocument:
    text = "\n\n".join(passages)
    spans = document_spans(text)
    assert len(spans) == len(passages)
    return LabelledDocument(
        "made-up", "test", "design", "design", text, spans, None, np.zeros((0, 2), np.int32), summary
    )


def test_f1_by_hand() -> None:
    found = rouge.overlap("the cat sat down", "the cat ran")
    # Common words: 2 of 3 and of 4; common pairs: 1 of 2 and of 3.
    assert found["ROUGE-1"] == pytest.approx(2 * (2 / 3) * (2 / 4) / (2 / 3 + 2 / 4))
    assert found["ROUGE-2"] == pytest.approx(2 * (1 / 2) * (1 / 3) / (1 / 2 + 1 / 3))
    assert found["ROUGE-L"] == pytest.approx(found["ROUGE-1"])


def test_english_words_are_stemmed() -> None:
    assert rouge.overlap("The proposal changes schedulers.", "Proposals changed the scheduler")["ROUGE-1"] == 1.0


def test_japanese_is_compared_by_characters() -> None:
    found = rouge.overlap("契約を解除する。", "契約の解除")
    # 契, 約, 解 and 除 of seven and of five characters.
    assert found["ROUGE-1"] == pytest.approx(2 * (4 / 5) * (4 / 7) / (4 / 5 + 4 / 7))
    assert rouge.overlap("契約を解除する。", "契約を解除する") == dict.fromkeys(rouge.MEASURES, 1.0)


def test_the_selection_is_ten_percent_in_reading_order() -> None:
    passages = [f"Sentence number {number} says." for number in range(10, 40)]  # thirty of the same length
    scores = np.zeros(30)
    scores[[20, 3, 11, 7]] = [4, 3, 2, 1]
    chosen = rouge.selected_text(document(passages, ""), scores).split("\n")
    assert chosen == [passages[3], passages[11], passages[20]]


def test_nothing_is_selected_where_the_first_passage_is_longer() -> None:
    made = document(["A short one.", "A passage that is much longer than a tenth of the text."], "A short one.")
    assert rouge.selected_text(made, np.array([0.0, 1.0])) == ""
    assert rouge.mean_overlap([made], [np.array([0.0, 1.0])]) == dict.fromkeys(rouge.MEASURES, 0.0)


def test_the_mean_is_over_documents_with_a_summary() -> None:
    passages = [f"Item {name}." for name in "abcdefghijkl"]
    good, bad, without = (document(passages, summary) for summary in ("Item a.", "Nothing alike", ""))
    first = -np.arange(12.0)
    found = rouge.mean_overlap([good, bad, without], [first] * 3)
    assert found == dict.fromkeys(rouge.MEASURES, 0.5)
    assert rouge.mean_overlap([without], [first]) is None
