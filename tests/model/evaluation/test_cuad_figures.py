"""CUAD's measures on questions whose counts are known, and on random ones beside a count by the letter of the definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.evaluation import cuad_figures
from model.evaluation.cuad_figures import Candidate, Counted, count, curve, jaccard, precision_at, tally, words

WORDS = ["the", "supplier", "shall", "pay", "a", "fee", "of", "ten", "dollars", "each", "year"]
PARTS = [" ".join(WORDS[start:end]) for start in range(0, 8, 2) for end in range(start + 2, len(WORDS) + 1, 3)]


def counted(found: list[float], wrong: list[float]) -> Counted:
    return Counted(np.array(found, dtype=np.float64), np.array(wrong, dtype=np.float64))


def test_words_are_compared_without_case_and_marks():
    assert words("The Licensor/Licensee, U.S.; shall:") == {"the", "licensor", "licensee", "us", "shall"}
    assert jaccard(words("a b c"), words("B c d")) == pytest.approx(2 / 4)
    assert jaccard(words(".,;"), words("")) == 0.0


def test_a_match_needs_half_of_the_words():
    spans = [Candidate("a b", 0.9), Candidate("a b c d e", 0.4)]
    found = count("insurance", spans, ["a b c d"])
    assert found.found.tolist() == [0.9], "2 of 4 words are half"
    assert found.wrong.tolist() == []
    assert count("insurance", spans, ["a x y z"]).wrong.tolist() == [0.9, 0.4]


def test_for_parties_the_answer_may_be_a_part():
    spans = [Candidate("This Agreement is made by and between Alpha Inc. and Beta Ltd. as of today", 0.7)]
    answers = ["Alpha Inc.", "Beta Ltd."]
    assert count("parties", spans, answers).found.tolist() == [0.7, 0.7]
    other = count("document-name", spans, answers)
    assert (other.found.tolist(), other.wrong.tolist()) == ([cuad_figures.UNMATCHED] * 2, [0.7])


def test_the_same_text_counts_once_and_none_not_at_all():
    spans = [Candidate("a b", 0.2), Candidate("a b", 0.6), Candidate("", 0.9)]
    assert count("insurance", spans, []).wrong.tolist() == [0.6]


def test_a_curve_that_can_be_reckoned_by_hand():
    # At .9: nothing. Above .8 down to .5: one of three found, nothing wrong. From .5 down: two found, one wrong.
    points = curve(tally([counted([0.9, 0.5], [0.5]), counted([-1.0], [])]))
    assert points.recall[0] == 0.0
    assert points.precision[0] == 1.0
    assert points.recall[-1] == pytest.approx(2 / 3)
    assert points.precision[-1] == pytest.approx(2 / 3)
    assert np.isnan(points.precision[1]), "above .99 nothing is predicted"
    # From recall 1/3 to 2/3 the trapezoid goes from precision 1 down to 2/3; beyond that recall nothing is counted.
    assert cuad_figures.area(points) == pytest.approx(1 / 3 + (1 + 2 / 3) / 2 / 3)
    assert precision_at(points, 0.6) == pytest.approx(2 / 3)
    assert precision_at(points, 0.8) == 0.0


def test_questions_are_pooled():
    one, other = counted([0.9], []), counted([], [0.8, 0.7, 0.6])
    points = curve(tally([one, other]))
    assert points.precision[-1] == pytest.approx(1 / 4), "one of four predicted spans, not the mean of 1 and 0"


def test_precision_is_the_best_at_that_recall_or_a_higher_one():
    points = curve(tally([counted([0.9, 0.7, 0.6, 0.5, 0.4], [0.8, 0.85])]))
    assert precision_at(points, 0.2) == 1.0
    # At recall .4 precision is 2/4, but at recall 1 it is 5/7.
    assert precision_at(points, 0.4) == pytest.approx(5 / 7)


def test_without_answers_nothing_is_defined():
    points = curve(tally([counted([], [0.5])]))
    assert cuad_figures.area(points) is None
    assert precision_at(points) is None


def test_resampled_contracts():
    contracts = [tally([counted([0.9], [])]), tally([counted([0.9], [])]), tally([])]
    areas, precisions = cuad_figures.bootstrap(contracts, 50, 1)
    defined = ~np.isnan(areas)
    assert (areas[defined] == 1.0).all()
    assert (precisions[defined] == 1.0).all()
    assert defined.sum() > 0
    again, _ = cuad_figures.bootstrap(contracts, 50, 1)
    np.testing.assert_array_equal(areas, again)


def by_the_letter(
    questions: list[tuple[str, list[Candidate], list[str]]], threshold: float
) -> tuple[float | None, float | None]:
    """Precision and recall counted question by question, span by span."""
    true = false = missed = 0
    for category, spans, answers in questions:
        likeliest: dict[str, float] = {}
        for span in spans:
            likeliest[span.text] = max(span.probability, likeliest.get(span.text, 0.0))
        predicted = [text for text, probability in likeliest.items() if text and probability > threshold]

        def matches(text: str, answer: str, category: str = category) -> bool:
            return (category == "parties" and answer in text) or jaccard(words(text), words(answer)) >= 0.5

        for answer in answers:
            hit = any(matches(text, answer) for text in predicted)
            true, missed = true + hit, missed + (not hit)
        false += sum(not any(matches(text, answer) for answer in answers) for text in predicted)
    return (
        true / (true + false) if true + false else None,
        true / (true + missed) if true + missed else None,
    )


SPANS = st.lists(st.builds(Candidate, st.sampled_from(PARTS), st.integers(0, 100).map(lambda n: n / 100)), max_size=5)
QUESTION = st.tuples(
    st.sampled_from(["parties", "insurance"]), SPANS, st.lists(st.sampled_from(PARTS), max_size=3, unique=True)
)


@settings(max_examples=200, deadline=None)
@given(st.lists(QUESTION, min_size=1, max_size=4))
def test_counts_are_those_of_the_definition(questions):
    counts = [count(category, spans, answers) for category, spans, answers in questions]
    points = curve(tally(counts))
    for index, threshold in enumerate(cuad_figures.THRESHOLDS, 1):
        precision, recall = by_the_letter(questions, float(threshold))
        assert precision is None if np.isnan(points.precision[index]) else precision == points.precision[index]
        assert recall is None if np.isnan(points.recall[index]) else recall == points.recall[index]


def test_the_published_thresholds():
    thresholds = cuad_figures.THRESHOLDS
    assert len(thresholds) == 101
    assert thresholds[[0, 98, 99, 100]].tolist() == [0.99, 0.01, 0.001, 0.0]
    assert (np.diff(thresholds) < 0).all()
    assert cuad_figures.every_threshold([counted([0.5, -1.0], [0.25])]).tolist() == [0.5, 0.25, 0.0]
