"""Choosing, ordering and grouping the findings of a brief."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import ENGLISH, JAPANESE, make_analysis, make_document

from app.export.arranging import GROUPINGS, ORDERS, Grouping, Order, arranged
from app.export.brief import Brief, BriefFinding, BriefSource, Question, Quote, make_brief
from app.workspace.packing import finding_of

NOW = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)


def finding(name: str, **changes: object) -> BriefFinding:
    made = BriefFinding(Quote("a.pdf", 1, name), "en", (), 0.5, (0.4, 0.6), "accepted", "", id=name, document="a" * 64)
    return replace(made, **changes)  # type: ignore[arg-type] -- the fields of a finding


def brief(*findings: BriefFinding, documents: int = 1) -> Brief:
    sources = []
    for sentences in (ENGLISH, JAPANESE)[:documents]:
        document = make_document(sentences)
        sources.append(BriefSource(f"/{sentences[0]}.pdf", sentences[0], "pdf", 2, make_analysis(document), ()))
    return replace(make_brief(sources, created_at=NOW, language="en"), findings=findings)


def names(made: Brief) -> list[str]:
    return [each.id for each in made.findings]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("place", ["one", "two", "three"]),
        ("importance", ["three", "one", "two"]),
        ("tag", ["two", "three", "one"]),
        ("decision", ["two", "three", "one"]),
        ("owner", ["three", "one", "two"]),
        ("due", ["one", "three", "two"]),
    ],
)
def test_every_order(order: Order, expected: list[str]) -> None:
    made = brief(
        finding("one", importance=0.5, owner="Mori", due="2026-01-02"),
        finding("two", importance=0.1, tags=("audit-rights",), decision="edited"),
        finding(
            "three",
            importance=0.9,
            owner="abe",
            due="2026-05-01",
            tags=("audit-rights", "governing-law"),
            probabilities=(0.2, 0.7),
            decision="added",
        ),
    )
    assert names(arranged(made, order=order)) == expected


def test_groups_number_through_and_what_has_no_owner_comes_last() -> None:
    made = brief(finding("one"), finding("two", owner="Mori"), finding("three", owner="Abe"), finding("four"))
    grouped = arranged(made, grouping="owner")
    assert names(grouped) == ["three", "two", "one", "four"]
    assert grouped.groups == (("Abe", (0,)), ("Mori", (1,)), ("Without an owner", (2, 3)))


def test_sections_are_those_that_tell_findings_apart() -> None:
    title = "Agreement"
    made = brief(
        finding("one", section=(title, "9 Liability", "9.2 Cap")),
        finding("two", section=(title, "9 Liability")),
        finding("three", section=(title, "12 Term")),
        finding("four", section=()),
    )
    assert arranged(made, grouping="section").groups == (
        ("9 Liability", (0, 1)),
        ("12 Term", (2,)),
        ("Before the first heading", (3,)),
    )


def test_of_several_documents_the_title_is_told() -> None:
    made = brief(documents=2)
    first, second = made.documents
    findings = (finding("one", document=first.sha256), finding("two", document=second.sha256, section=("第1条",)))
    made = replace(made, findings=findings)
    assert [name for name, _ in arranged(made, grouping="document").groups] == [ENGLISH[0], JAPANESE[0]]
    assert arranged(made, grouping="section").groups[1][0] == f"{JAPANESE[0]}: 第1条"


def test_what_is_not_chosen_is_counted_and_its_questions_go() -> None:
    quote = Quote("a.pdf", 1, "")
    questions = (Question("asked", quote, "one", "Why?"), Question("asked", quote, "two", "When?"))
    made = replace(brief(finding("one"), finding("two"), finding("three")), questions=questions)
    some = arranged(made, chosen=["two"])
    assert (names(some), some.left_out, some.questions) == (["two"], 2, questions[1:])
    assert arranged(some, chosen=[]).left_out == 3


@given(
    st.lists(st.tuples(st.sampled_from(["", "a", "A", "b"]), st.sampled_from([(), ("x",), ("x", "y")])), max_size=12),
    st.sampled_from(ORDERS),
    st.sampled_from(GROUPINGS),
)
def test_no_finding_is_lost_or_told_twice(
    kinds: list[tuple[str, tuple[str, ...]]], order: Order, grouping: Grouping
) -> None:
    made = brief(*(finding(str(n), owner=owner, tags=path, section=path) for n, (owner, path) in enumerate(kinds)))
    done = arranged(made, order=order, grouping=grouping)
    assert sorted(names(done)) == sorted(names(made))
    if grouping == "none":
        assert done.groups == ()
    else:
        assert [index for _, indices in done.groups for index in indices] == list(range(len(kinds)))
        assert len({name for name, _ in done.groups}) == len(done.groups)


def test_the_undecided_are_ordered_too() -> None:
    document = make_document()
    analysis = make_analysis(document)
    findings = tuple(finding_of(document.sha256, p) for p in analysis.passages if p.selected)
    made = make_brief([BriefSource("/a.pdf", "A", "pdf", 2, analysis, findings[::-1])], created_at=NOW)
    assert [f.importance for f in arranged(made, order="importance", chosen=[]).undecided] == [0.93, 0.71, 0.64]
