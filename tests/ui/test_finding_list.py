"""The findings list as the reviewer works through it: order, filter with its numbers, groups, several selected. Without Qt."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.analysis import TagScore
from app.review.findings import Decision, Finding
from app.review.sections import Section, Sections
from app.ui.filtering import CHOICES, Filter, Part, decisions_of, kind_of, pages_between, searchable
from app.ui.finding_list import FindingList, certainty
from app.ui.grouping import Group

SECTIONS = Sections((Section(0, 100), Section(100, 200, "第1条", "定義"), Section(200, 300, "第2条", "責任")))


def finding(
    number: int,
    *,
    decision: Decision = "undecided",
    tag: str = "",
    importance: float = 0.5,
    interval: tuple[float, float] = (0.4, 0.6),
    text: str = "text",
    page: int = 1,
) -> Finding:
    tags = (TagScore(tag, 0.9),) if tag else ()
    start = number * 10
    return Finding(str(number), "s", start, start + 5, page, text, (), importance, interval, tags, 1, True, decision)


def ids(findings: FindingList) -> list[str]:
    return [f.id for f in findings]


# ---- order


def test_the_least_certain_come_first() -> None:
    near = finding(1, importance=0.52, interval=(0.2, 0.8))
    close_but_sure = finding(2, importance=0.55, interval=(0.54, 0.56))
    far = finding(3, importance=0.95, interval=(0.9, 0.98))
    threshold = finding(4, importance=0.5, interval=(0.45, 0.55))
    findings = FindingList([far, close_but_sure, near, threshold])
    findings.arrange("uncertainty")
    assert ids(findings) == ["4", "1", "2", "3"]
    assert certainty(near, 0.5) < certainty(close_but_sure, 0.5)
    assert (
        certainty(replace(far, interval=(0.95, 0.95)), 0.5) > 1000
    )  # an interval without width is no division by zero


def test_tags_are_sorted_by_their_names_and_what_has_none_comes_last() -> None:
    findings = FindingList([finding(1), finding(2, tag="governing-law"), finding(3, tag="cap-on-liability")])
    findings.arrange("tag")
    assert ids(findings) == ["3", "2", "1"]
    names = {"governing-law": "1 law", "cap-on-liability": "2 cap"}
    other = FindingList(
        [finding(1), finding(2, tag="governing-law"), finding(3, tag="cap-on-liability")], names.__getitem__
    )
    other.arrange("tag")
    assert ids(other) == ["2", "3", "1"]


def test_what_the_list_looked_like_is_taken_before_the_findings_come() -> None:
    findings = FindingList()
    findings.show_as("place", Filter(text="pay"), by_section=True, collapsed=frozenset({100}))
    come = FindingList([finding(1, text="pay"), finding(12, text="pay"), finding(2)])
    come.follow(findings)
    come.take_sections(SECTIONS)
    assert (come.order, come.filter.text, come.by_section) == ("place", "pay", True)
    assert ids(come) == ["1", "12"]
    assert [row.collapsed for row in come.rows if isinstance(row, Group)] == [False, True]


# ---- filter


def test_parts_are_combined_and_choices_within_one_are_alternatives() -> None:
    findings = FindingList(
        [
            finding(1, tag="a", text="The Supplier shall pay", page=1),
            finding(2, tag="b", text="The Customer shall pay", page=2),
            finding(3, tag="c", text="The Supplier may leave", page=3),
            finding(4, tag="a", decision="accepted", text="The supplier pays", page=4),
        ]
    )
    findings.arrange("place")
    findings.choose(Filter(tags=frozenset("ab")))
    assert ids(findings) == ["1", "2", "4"]
    findings.choose(Filter(tags=frozenset("ab"), text="SUPPLIER"))
    assert ids(findings) == ["1", "4"]
    findings.choose(Filter(tags=frozenset("ab"), text="supplier", decisions=frozenset({"accepted"})))
    assert ids(findings) == ["4"]
    findings.choose(Filter(pages=(2, 3)))
    assert ids(findings) == ["2", "3"]
    findings.choose(Filter())
    assert len(findings) == 4


def test_a_number_says_what_choosing_would_show() -> None:
    findings = FindingList([finding(1, tag="a"), finding(2, tag="a", decision="accepted"), finding(3, tag="b")])
    findings.choose(Filter(tags=frozenset("a")))
    assert dict(findings.facets.options("tag")) == {"a": 2, "b": 1}  # what another tag would show besides
    assert dict(findings.facets.options("decision")) == {"undecided": 1, "accepted": 1}
    findings.choose(Filter(tags=frozenset("b"), decisions=frozenset({"accepted"})))
    assert len(findings) == 0
    assert dict(findings.facets.options("decision")) == {"undecided": 1, "accepted": 0}  # chosen ones stay to be seen


def test_width_and_case_and_white_space_make_no_difference() -> None:
    assert searchable("Ｆｅｅｓ\u3000ﾊ\nＡＢＣ") == "fees ハ abc"
    findings = FindingList([finding(1, text="本契約の委託料は\n１００万円とする。"), finding(2, text="解除")])
    findings.choose(Filter(text="100万円"))
    assert ids(findings) == ["1"]


def test_what_a_comment_says_is_found_and_kinds_tell_who_it_was() -> None:
    findings = FindingList([replace(finding(1), comment="Ask Legal"), finding(2, decision="added"), finding(3)])
    findings.choose(Filter(text="legal"))
    assert ids(findings) == ["1"]
    findings.choose(Filter(kinds=frozenset({"added"})))
    assert ids(findings) == ["2"]
    assert dict(findings.facets.options("kind")) == {"model": 2, "added": 1}


def test_where_the_filter_hides_the_selected_one_another_is_selected_and_it_comes_back() -> None:
    findings = FindingList([finding(1, tag="a"), finding(2, tag="b"), finding(3, tag="b", importance=0.9)])
    findings.select("1")
    findings.choose(Filter(tags=frozenset("b")))
    assert findings.selected_id == "3"
    findings.choose(Filter(text="nothing has this"))
    assert (len(findings), findings.selected_id) == (0, None)
    findings.choose(Filter())
    assert findings.selected_id == "1"


def test_one_that_is_chosen_elsewhere_shows_in_spite_of_the_filter() -> None:
    findings = FindingList([finding(1, tag="a"), finding(2, tag="b")])
    findings.choose(Filter(tags=frozenset("b")))
    assert findings.row_of("1") is None
    assert findings.select("1")
    assert findings.row_of("1") is not None


def test_what_was_just_decided_keeps_its_row() -> None:
    findings = FindingList([finding(1, importance=0.9), finding(2)])
    findings.arrange(only_undecided=True)
    findings.select("1")
    assert findings.update([finding(1, importance=0.9, decision="rejected")]) == ["1"]
    assert ids(findings) == ["1", "2"]
    findings.select("2")
    findings.rebuild()
    assert ids(findings) == ["2"]


decisions = st.sampled_from(["undecided", "accepted", "rejected", "edited", "added"])
made = st.builds(
    lambda number, decision, tag, page: finding(number, decision=decision, tag=tag, page=page, text=f"number {number}"),
    st.integers(0, 29),
    decisions,
    st.sampled_from(["", "a", "b", "c"]),
    st.integers(1, 4),
)
filters = st.builds(
    Filter,
    tags=st.frozensets(st.sampled_from("abc"), max_size=2),
    decisions=st.frozensets(st.sampled_from(["undecided", "accepted", "rejected"]), max_size=2),
    kinds=st.frozensets(st.sampled_from(["model", "added", "edited"]), max_size=2),
    pages=st.none() | st.just((2, 3)),
    text=st.sampled_from(["", "1", "number 2"]),
)


def plainly(finding: Finding, chosen: Filter, without: Part | None = None) -> bool:
    """The filter as it is meant, with one part left out."""
    tests: dict[Part, bool] = {
        "tag": not chosen.tags or any(tag.tag in chosen.tags for tag in finding.tags),
        "decision": not chosen.decisions or not chosen.decisions.isdisjoint(decisions_of(finding)),
        "kind": not chosen.kinds or kind_of(finding) in chosen.kinds,
        "page": chosen.pages is None or chosen.pages[0] <= finding.page <= chosen.pages[1],
        "text": chosen.text in finding.text,
    }
    return all(passed for part, passed in tests.items() if part != without)


@given(st.lists(made, unique_by=lambda f: f.id), st.lists(made, max_size=6), filters)
def test_rows_and_numbers_are_those_of_a_plain_count(
    first: list[Finding], later: list[Finding], chosen: Filter
) -> None:
    findings = FindingList(first)
    findings.choose(chosen)
    findings.update(later)
    now = list(findings.all())
    for part in CHOICES:
        value_of = {"tag": lambda f: [t.tag for t in f.tags], "decision": decisions_of}
        values = value_of.get(part, lambda f: [kind_of(f)])
        plain = Counter(value for f in now if plainly(f, chosen, without=part) for value in values(f))
        assert {value: n for value, n in findings.facets.options(part) if n} == plain
    findings.selected_id = None
    findings.rebuild()
    assert set(ids(findings)) == {f.id for f in now if plainly(f, chosen)}
    counts = findings.counts()
    assert counts.accepted == sum(f.decision in ("accepted", "edited", "added") for f in now)
    assert (counts.total, counts.rejected) == (len(now), sum(f.decision == "rejected" for f in now))


def test_what_was_skipped_is_undecided_too() -> None:
    skipped, other = replace(finding(1), skipped=True), finding(2)
    findings = FindingList([skipped, other, replace(finding(3), decision="accepted", skipped=True)])
    assert dict(findings.facets.options("decision"))["skipped"] == 1
    findings.choose(Filter(decisions=frozenset(["skipped"])))
    assert ids(findings) == ["1"]
    findings.choose(Filter(decisions=frozenset(["undecided"])))
    assert sorted(ids(findings)) == ["1", "2"]


# ---- pages by their labels


@pytest.mark.parametrize(
    ("typed", "pages"),
    [
        ("3", (5, 5)),
        ("ii", (2, 2)),
        ("II – 2", (2, 4)),
        ("2-ii", (2, 4)),
        ("A-1", (6, 6)),
        ("A-1-A-2", (6, 7)),
        ("１～３", (3, 5)),
        ("", None),
        ("9", None),
        ("1-", None),
    ],
)
def test_pages_are_named_by_their_labels(typed: str, pages: tuple[int, int] | None) -> None:
    assert pages_between(typed, ["i", "ii", "1", "2", "3", "A-1", "A-2"]) == pages


# ---- groups


@pytest.fixture
def grouped() -> FindingList:
    findings = FindingList(
        [
            finding(21, importance=0.9),
            finding(11, importance=0.2),
            finding(12, importance=0.8),
            finding(1, decision="accepted"),
        ]
    )
    findings.take_sections(SECTIONS)
    findings.group(by_section=True)
    return findings


def rows(findings: FindingList) -> list[str]:
    return [f"[{row.name}]" if isinstance(row, Group) else row for row in findings.rows]


def test_groups_stand_in_the_order_of_the_text_and_keep_the_order_within(grouped: FindingList) -> None:
    assert rows(grouped) == ["[]", "1", "[第1条  定義]", "12", "11", "[第2条  責任]", "21"]
    assert [(row.count, row.undecided) for row in grouped.rows if isinstance(row, Group)] == [(1, 0), (2, 2), (1, 1)]
    assert ids(grouped) == ["1", "12", "11", "21"]
    grouped.group(by_section=False)
    assert rows(grouped) == ["21", "12", "1", "11"]


def test_a_closed_group_shows_its_head_alone_and_takes_the_cursor(grouped: FindingList) -> None:
    grouped.select("11")
    grouped.collapse(100, collapsed=True)
    assert rows(grouped) == ["[]", "1", "[第1条  定義]", "[第2条  責任]", "21"]
    assert (grouped.cursor_row(), grouped.selected_id) == (2, "11")
    assert grouped.neighbour(1) == "21"
    assert grouped.neighbour(-1) == "1"
    grouped.collapse(100, collapsed=False)
    assert "11" in rows(grouped)


def test_what_waits_in_a_closed_group_comes_last_and_opens_it(grouped: FindingList) -> None:
    grouped.collapse(100, collapsed=True)
    grouped.select("1")
    assert grouped.next_undecided() == "21"
    grouped.update([finding(21, importance=0.9, decision="accepted")])
    assert grouped.next_undecided() == "12"
    assert grouped.select("12")
    assert rows(grouped)[2:5] == ["[第1条  定義]", "12", "11"]


def test_a_decision_changes_the_number_on_the_head(grouped: FindingList) -> None:
    grouped.update([finding(12, importance=0.8, decision="rejected")])
    head = grouped.rows[2]
    assert isinstance(head, Group)
    assert (head.count, head.undecided) == (2, 1)


def test_all_groups_close_and_open_together(grouped: FindingList) -> None:
    grouped.select("12")
    grouped.collapse_all()
    assert all(isinstance(row, Group) for row in grouped.rows)
    assert grouped.cursor_row() == 1
    grouped.collapse_all()
    assert len(grouped.rows) == 7


def test_an_empty_list_has_no_groups() -> None:
    findings = FindingList()
    findings.group(by_section=True)
    findings.collapse_all()
    findings.choose(Filter(text="x"))
    assert (findings.rows, findings.next_undecided(), findings.neighbour(1)) == ([], None, None)


# ---- several


def test_several_are_acted_on_in_the_order_of_the_list(grouped: FindingList) -> None:
    grouped.pick({"21", "11", "12"}, "12")
    assert grouped.targets == ("12", "11", "21")
    assert grouped.selected_id == "12"
    grouped.select("1")
    assert grouped.targets == ("1",)


def test_what_a_filter_or_a_closed_group_hides_is_not_acted_on(grouped: FindingList) -> None:
    grouped.pick({"21", "11", "12"}, "21")
    grouped.collapse(100, collapsed=True)
    assert grouped.targets == ("21",)
    grouped.pick({"21", "1"}, "21")
    grouped.choose(Filter(decisions=frozenset({"accepted"})))
    assert grouped.targets == ("1",)


def test_another_list_goes_on_with_filter_groups_and_selection(grouped: FindingList) -> None:
    grouped.collapse(100, collapsed=True)
    grouped.choose(Filter(decisions=frozenset({"undecided"})))
    grouped.select("21")
    other = FindingList([finding(21), finding(11), finding(5)])
    other.follow(grouped)
    assert rows(other) == ["[]", "5", "[第1条  定義]", "[第2条  責任]", "21"]
    assert (other.selected_id, other.filter) == ("21", grouped.filter)
