"""From passages to spans: joining, dates and titles within sentences."""

from __future__ import annotations

import numpy as np
import pytest

from model.evaluation.cuad_spans import MOST_CANDIDATES, Rule, candidates, date_within, title_within
from model.training.corpora import document_spans

TEXT = "The first sentence is here. The second sentence is here.\n\nThe third sentence is here. The fourth is the last."


def proposed(tag: str, probabilities: list[float], rule: Rule, text: str = TEXT) -> list[tuple[str, float]]:
    found = candidates(tag, text, document_spans(text), np.array(probabilities), rule)
    return [(candidate.text, candidate.probability) for candidate in found]


def test_neighbours_that_are_likely_are_one_span():
    assert proposed("insurance", [0.6, 0.8, 0.7, 0.1], Rule(join_from=0.6, alone=0.0)) == [
        ("The first sentence is here. The second sentence is here.\n\nThe third sentence is here.", 0.8),
        ("The fourth is the last.", 0.1),
    ]
    assert proposed("insurance", [0.7, 0.1, 0.7, 0.7], Rule(join_from=0.7, alone=0.0)) == [
        ("The first sentence is here.", 0.7),
        ("The third sentence is here. The fourth is the last.", 0.7),
        ("The second sentence is here.", 0.1),
    ]


def test_the_passages_of_a_span_are_proposed_alone_with_less_of_their_probability():
    assert proposed("insurance", [0.1, 0.8, 0.6, 0.45], Rule(join_from=0.6, alone=0.5)) == [
        ("The second sentence is here.\n\nThe third sentence is here.", 0.8),
        ("The fourth is the last.", 0.45),
        ("The second sentence is here.", 0.4),
        ("The third sentence is here.", 0.3),
        ("The first sentence is here.", 0.1),
    ]


def test_nothing_is_joined_above_one():
    found = proposed("insurance", [1.0, 1.0, 0.5, 0.6], Rule(join_from=2.0))
    assert [probability for _, probability in found] == [1.0, 1.0, 0.6, 0.5]


def test_few_spans_are_proposed():
    text = " ".join(f"This is sentence number {number} of many." for number in range(MOST_CANDIDATES + 5))
    likely = [number / 100 for number in range(MOST_CANDIDATES + 5)]
    found = proposed("insurance", likely, Rule(), text)
    assert len(found) == MOST_CANDIDATES
    assert found[0] == (f"This is sentence number {MOST_CANDIDATES + 4} of many.", likely[-1])


def test_dates_and_titles_are_cut_out_of_their_sentences():
    text = 'This Supply Agreement (this "Agreement") is made as of March 3, 2020 by Alpha and Beta.'
    assert proposed("agreement-date", [0.9], Rule(), text) == [("March 3, 2020", 0.9)]
    assert proposed("document-name", [0.9], Rule(), text) == [("Supply Agreement", 0.9)]
    assert proposed("parties", [0.9], Rule(), text) == [(text, 0.9)]
    assert proposed("agreement-date", [0.9], Rule(trim=False), text) == [(text, 0.9)]
    assert proposed("agreement-date", [0.9], Rule(), "It is effective when signed.") == [
        ("It is effective when signed.", 0.9)
    ]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("made this 27th day of November 2018 (the", "27th day of November 2018"),
        ("as of the 6t h day of March, 2006 by", "6t h day of March, 2006"),
        ("on 1 January 2009.", "1 January 2009"),
        ("Dec. 8, 2005", "Dec. 8, 2005"),
        ("this ___ day of _________, 2004", "___ day of _________, 2004"),
        ("as of April 14th, 2020 (", "April 14th, 2020"),
        ("dated 10/31/2019 and", "10/31/2019"),
        ("in the year of the flood, it may rain 30 days", None),
    ],
)
def test_dates(text, date):
    assert date_within(text) == date


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (
            "SPONSORED RESEARCH AND LICENSE AGREEMENT This Sponsored Research",
            "SPONSORED RESEARCH AND LICENSE AGREEMENT",
        ),
        ('This License and Hosting Agreement (the "AGREEMENT") is made', "License and Hosting Agreement"),
        ("Exhibit 10.5 NON-EXCLUSIVE DISTRIBUTOR AGREEMENT", "NON-EXCLUSIVE DISTRIBUTOR AGREEMENT"),
        ("They came to an agreement.", None),
    ],
)
def test_titles(text, title):
    assert title_within(text) == title
