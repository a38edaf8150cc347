"""Retrieval tasks: where evidence and questions stand, and who can answer them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_language_models import BEGIN, Guessing, Repeating

from model.attention import AdaptiveAttentionConfig
from model.evaluation.retrieval_tasks import TASKS, Context, Maker, Probe


def maker(language: str = "en", seed: int = 0) -> Maker:
    # No two alike, so that nothing but what is put in stands in the text twice.
    return Maker(Guessing(2).encode, [BEGIN], list(range(100_000, 120_000)), language, seed)


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("task", TASKS)
@settings(max_examples=10, deadline=None)
@given(power=st.integers(8, 12), questions=st.integers(1, 8), seed=st.integers(0, 99))
def test_each_answer_stands_so_many_tokens_before(
    task: str, language: str, power: int, questions: int, seed: int
) -> None:
    context = maker(language, seed).at_distance(task, 2**power, questions)
    assert len(context.probes) == questions
    for probe in context.probes:
        told = probe.start - 2**power
        assert probe.distance == 2**power
        assert context.ids[probe.start : probe.end] == context.ids[told : told + probe.end - probe.start]
        assert probe.evidence[0] < told < probe.evidence[1]


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("task", TASKS)
def test_questions_at_the_end_have_their_evidence_all_over_the_text(task: str, language: str) -> None:
    context = maker(language).at_the_end(task, 4096, 8)
    assert 4000 < len(context.ids) <= 4096
    assert min(probe.start for probe in context.probes) > 4096 - 8 * 96
    told = [probe.start - probe.distance for probe in context.probes]
    assert told != sorted(told)
    assert min(told) < 1000
    assert max(told) > 2500
    for probe, place in zip(context.probes, told, strict=True):
        assert context.ids[probe.start : probe.end] == context.ids[place : place + probe.end - probe.start]


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("task", TASKS)
def test_who_repeats_answers_all_as_far_as_it_looks_back(task: str, language: str) -> None:
    model, config = Repeating(reach=600), AdaptiveAttentionConfig()
    near, far = (maker(language).at_distance(task, distance, 4) for distance in (512, 1024))
    for context, way, expected in ((near, config, True), (far, None, True), (far, config, False)):
        reading = model.read(context.ids, context.targets(), way)
        assert context.answered(reading.greedy.tolist()) == [expected] * 4


@pytest.mark.parametrize("task", TASKS)
def test_without_the_evidence_nobody_knows(task: str) -> None:
    context = maker().at_distance(task, 512, 4)
    bare = context.without_evidence()
    for asked, probe in zip(bare.probes, context.probes, strict=True):
        assert bare.ids[asked.start : asked.end] == context.ids[probe.start : probe.end]
    reading = Repeating(reach=0).read(bare.ids, bare.targets(), None)
    assert bare.answered(reading.greedy.tolist()) == [False] * 4
    assert len(context.ids) - len(bare.ids) == sum(last - first for first, last in (p.evidence for p in context.probes))


def test_the_key_is_asked_for_in_the_words_in_which_it_was_told() -> None:
    context = maker().at_distance("key", 256, 2)
    text = "".join(map(chr, context.ids))
    probe = context.probes[0]
    answer = "".join(map(chr, context.ids[probe.start : probe.end]))
    assert answer.startswith(" ")
    assert len(answer) == 6
    assert text.count(f" is{answer}.\n") == 2


def test_an_answer_counts_where_all_its_tokens_are_right() -> None:
    context = Context(tuple(range(20)), (Probe(5, 7, 1, (0, 1)), Probe(10, 13, 1, (0, 1)), Probe(15, 16, 1, (0, 1))))
    assert context.targets() == [5, 6, 10, 11, 12, 15]
    assert context.answered([True, True, True, True, False, True]) == [True, False, True]


def test_the_same_seed_makes_the_same_texts() -> None:
    first, second, other = (maker(seed=seed).at_the_end("key", 2048, 4) for seed in (1, 1, 2))
    assert first == second
    assert first != other


def test_more_questions_than_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="fewer questions or a longer text"):
        maker().at_the_end("passage", 1024, 8)
