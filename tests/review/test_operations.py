"""Operations: each leads where it says, its inverse leads back, and both survive being written down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import make_analysis, make_document

from app.review.operations import (
    DECISIONS,
    Change,
    Operation,
    SetComment,
    SetDecision,
    apply,
    from_json,
    inverse,
    to_json,
)
from app.workspace.packing import finding_of

DOCUMENT = make_document()
FINDINGS = {f.id: f for f in (finding_of(DOCUMENT.sha256, p) for p in make_analysis(DOCUMENT).passages)}

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
operation_values: st.SearchStrategy[Operation] = st.one_of(
    st.builds(SetDecision, st.sampled_from(sorted(FINDINGS)), st.sampled_from(DECISIONS)),
    st.builds(SetComment, st.sampled_from(sorted(FINDINGS)), text),
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
def test_an_operation_changes_its_finding_alone_and_only_once(operation: Operation) -> None:
    change = apply(FINDINGS, operation)
    assert {f.id for f in change.findings} <= {operation.finding_id}
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
