"""Operations: each leads where it says, its inverse leads back, and both survive being written down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import make_analysis, make_document

from app.analysis.analysis import TagScore
from app.review.findings import Finding, Span, as_proposed, reviewed
from app.review.operations import (
    DECISIONS,
    Change,
    Operation,
    SetComment,
    SetDecision,
    SetDecisions,
    SetDue,
    SetOwner,
    SetRaised,
    SetRange,
    SetSkipped,
    SetTags,
    Single,
    Together,
    apply,
    finding_ids,
    from_json,
    inverse,
    to_json,
)
from app.workspace.packing import finding_of

DOCUMENT = make_document()
FINDINGS = {f.id: f for f in (finding_of(DOCUMENT.sha256, p) for p in make_analysis(DOCUMENT).passages)}

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
ids = st.sampled_from(sorted(FINDINGS))
decisions = st.sampled_from(DECISIONS)
numbers = st.floats(0, 600, width=32)
spans = st.builds(
    Span,
    st.integers(0, 50),
    st.integers(51, 90),
    st.integers(1, 2),
    text,
    st.lists(st.tuples(*[numbers] * 8), max_size=2).map(tuple),
)
tags = st.lists(st.builds(TagScore, st.sampled_from(["risk", "insurance"]), st.just(1.0)), max_size=2).map(tuple)
single_values: st.SearchStrategy[Single] = st.one_of(
    st.builds(SetDecision, ids, decisions),
    st.builds(SetComment, ids, text),
    st.builds(SetRange, ids, st.none() | spans, decisions),
    st.builds(SetTags, ids, st.none() | tags),
    st.builds(SetOwner, ids, text),
    st.builds(SetDue, ids, st.sampled_from(["", "2026-03-31"])),
    st.builds(SetRaised, ids, st.booleans()),
    st.builds(SetSkipped, ids, st.booleans()),
)
operation_values: st.SearchStrategy[Operation] = st.one_of(
    single_values,
    st.builds(SetDecisions, st.lists(ids, min_size=1, max_size=4).map(tuple), decisions),
    st.builds(Together, st.lists(single_values, min_size=1, max_size=4).map(tuple)),
)


@given(st.lists(operation_values), operation_values)
def test_the_inverse_leads_back_from_any_state(earlier: list[Operation], operation: Operation) -> None:
    state = dict(FINDINGS)
    for step in earlier:
        state |= {f.id: f for f in apply(state, step).findings}
    back = inverse(state, operation)
    after = state | {f.id: f for f in apply(state, operation).findings}
    assert after | {f.id: f for f in apply(after, back).findings} == state


@given(operation_values)
def test_an_operation_changes_its_findings_alone_and_only_once(operation: Operation) -> None:
    change = apply(FINDINGS, operation)
    assert {f.id for f in change.findings} <= set(finding_ids(operation))
    after = FINDINGS | {f.id: f for f in change.findings}
    assert apply(after, operation) == Change()


@given(operation_values)
def test_what_is_written_down_is_read_back(operation: Operation) -> None:
    assert from_json(to_json(operation)) == operation


def test_an_unknown_decision_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="perhaps"):
        SetDecision("x", "perhaps")  # type: ignore[arg-type]


def test_an_unknown_finding_is_a_mistake_of_the_program() -> None:
    with pytest.raises(KeyError):
        apply(FINDINGS, SetComment("nowhere", "?"))


@pytest.mark.parametrize(
    ("written", "operation"),
    [
        ('{"operation": "set-decision", "finding_id": "x", "decision": "accepted"}', SetDecision("x", "accepted")),
        ('{"operation": "set-comment", "finding_id": "x", "comment": "確認"}', SetComment("x", "確認")),
    ],
)
def test_histories_of_the_first_version_are_read(written: str, operation: Operation) -> None:
    assert from_json(written) == operation


@pytest.mark.parametrize(
    "written",
    [
        "{}",
        '{"operation": "set-fire"}',
        '{"operation": "set-decision", "finding_id": "x", "decision": "perhaps"}',
        '{"operation": "set-due", "finding_id": "x", "due": "soon"}',
        '{"operation": "together", "operations": "all"}',
        '{"operation": "set-raised", "finding_id": "x"}',
    ],
)
def test_what_is_no_operation_is_refused(written: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        from_json(written)


@given(st.lists(single_values, max_size=6))
def test_what_the_model_said_is_never_lost(steps: list[Single]) -> None:
    state = dict(FINDINGS)
    for step in steps:
        state |= {f.id: f for f in apply(state, step).findings}
    for finding_id, before in FINDINGS.items():
        bare = as_proposed(state[finding_id])
        assert (bare.span, bare.tags) == (before.span, before.tags)
        assert state[finding_id].proposed == before.span
        assert reviewed(before, state[finding_id]) == state[finding_id]


def test_an_edited_finding_keeps_its_words_when_it_is_analysed_anew() -> None:
    before = next(iter(FINDINGS.values()))
    own = Span(before.start + 2, before.end - 2, before.page, before.text[2:-2], before.quads)
    (edited,) = apply(FINDINGS, SetRange(before.id, own)).findings
    assert isinstance(edited, Finding)
    assert (edited.decision, edited.span, edited.proposal) == ("edited", own, before.span)
    again = reviewed(before, edited)
    assert again == edited
