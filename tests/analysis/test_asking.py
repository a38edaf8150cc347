"""Questions about a document: read once, kept, forgotten in time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.analysis.asking import Readings
from app.errors import FusenError
from tests.analysis.made import StandInScorer, made_document

DOCUMENT = made_document(
    ["The Supplier bears the cost of recall.", "This Agreement is governed by the laws of Japan."],
    ["第5条 乙は損害を賠償する。"],
)


def nothing(stage: str, done: int, total: int) -> None:
    """Hear of progress and do nothing."""


def test_a_document_is_read_once_for_many_questions() -> None:
    scorer = StandInScorer()
    readings = Readings(scorer)
    places, relevance = readings.relevance(DOCUMENT, "cost of recall", nothing)
    assert DOCUMENT.text[places[relevance.argmax()].start :].startswith("The Supplier bears")
    places, relevance = readings.relevance(replace(DOCUMENT, quads=None), "laws of japan", nothing)
    assert DOCUMENT.text[places[relevance.argmax()].start :].startswith("This Agreement")
    assert scorer.readings == 1


def test_an_empty_question_only_reads() -> None:
    scorer = StandInScorer()
    places, relevance = Readings(scorer).relevance(DOCUMENT, "  ", nothing)
    assert (len(places), list(relevance)) == (3, [0.0] * 3)
    assert scorer.readings == 1


def test_the_same_bytes_read_with_other_words_are_another_document() -> None:
    scorer = StandInScorer()
    readings = Readings(scorer)
    readings.relevance(DOCUMENT, "cost", nothing)
    readings.relevance(replace(DOCUMENT, text=DOCUMENT.text.replace("cost", "cos1")), "cost", nothing)
    assert scorer.readings == 2


def test_the_oldest_readings_are_forgotten() -> None:
    scorer = StandInScorer()
    readings = Readings(scorer, most=4)
    other = made_document(["Another agreement.", "It ends in March."])
    for document in (DOCUMENT, other, other, DOCUMENT, DOCUMENT):
        readings.relevance(document, "cost", nothing)
    assert scorer.readings == 3


def test_a_document_without_text_cannot_be_asked() -> None:
    with pytest.raises(FusenError) as caught:
        Readings(StandInScorer()).relevance(made_document([]), "cost", nothing)
    assert caught.value.code == "empty"


def test_who_reports_may_cancel() -> None:
    def stop(stage: str, done: int, total: int) -> None:
        raise FusenError("cancelled", "Stopped.")

    readings = Readings(StandInScorer())
    with pytest.raises(FusenError):
        readings.relevance(DOCUMENT, "cost", stop)
    assert readings.relevance(DOCUMENT, "cost", nothing)[1].any()
