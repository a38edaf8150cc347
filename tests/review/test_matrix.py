"""The matrix: which passage stands in a cell, how rows are sorted and filtered."""

from __future__ import annotations

from app.analysis.analysis import TagScore
from app.review.findings import Decision, Finding
from app.review.matrix import Source, TaggedPassage, make_matrix


def passage(text: str, importance: float, tag: str, probability: float = 0.9, start: int = 0) -> TaggedPassage:
    return TaggedPassage(start, start + len(text), 1, "i", text, importance, (TagScore(tag, probability),))


def finding(of: TaggedPassage, decision: Decision, tags: tuple[TagScore, ...] | None = None) -> Finding:
    quads = ((0.0,) * 8,)
    shown = of.tags if tags is None else tags
    return Finding("f", "s", of.start, of.end, 1, of.text, quads, of.importance, (0, 1), shown, 1, True, decision)


def source(name: str, *passages: TaggedPassage, findings: tuple[Finding, ...] = ()) -> Source:
    return Source(name, f"/{name}", name, "en", True, passages, findings)


LAW, CAP = "governing-law", "cap-on-liability"


def test_the_likeliest_passage_stands_in_a_cell_and_the_others_are_counted() -> None:
    matrix = make_matrix([source("a", passage("New York", 0.9, LAW, 0.6), passage("Delaware", 0.4, LAW, 0.8, 50))])
    cell = matrix.cell(0, LAW)
    assert cell is not None
    assert (cell.best.text, cell.more, cell.best.label) == ("Delaware", 1, "i")


def test_what_the_reviewer_kept_comes_first_and_what_she_rejected_last() -> None:
    one, two, three = (
        passage(text, 0.5, LAW, p, at) for text, p, at in (("one", 0.9, 0), ("two", 0.8, 9), ("three", 0.7, 19))
    )
    rejected, accepted = finding(one, "rejected"), finding(three, "accepted")
    shown = []
    for passages, findings in (
        ((one, two, three), (rejected, accepted)),
        ((one, two), (rejected,)),
        ((one,), (rejected,)),
    ):
        cell = make_matrix([source("a", *passages, findings=findings)]).cell(0, LAW)
        assert cell is not None
        shown.append((cell.best.text, cell.best.decision, cell.more))
    assert shown == [("three", "accepted", 2), ("two", "undecided", 1), ("one", "rejected", 0)]


def test_the_tags_that_a_finding_has_now_count() -> None:
    one = passage("one", 0.5, LAW)
    matrix = make_matrix([source("a", one, findings=(finding(one, "edited", (TagScore(CAP, 1.0),)),))])
    assert matrix.tags == (CAP,)


def test_tags_that_no_document_has_are_no_columns_and_frequent_ones_come_first() -> None:
    matrix = make_matrix(
        [source("a", passage("x", 0.5, LAW), passage("y", 0.5, CAP)), source("b", passage("z", 0.5, LAW)), source("c")]
    )
    assert matrix.tags == (LAW, CAP)
    assert matrix.cell(2, LAW) is None


def test_rows_are_sorted_by_any_column_and_empty_cells_come_last_both_ways() -> None:
    matrix = make_matrix(
        [
            source("b", passage("New York", 0.3, LAW)),
            source("A"),
            source("c", passage("delaware", 0.7, LAW)),
            source("d", passage("日本法", 0.5, LAW)),
        ]
    )
    assert matrix.arranged() == (1, 0, 2, 3)
    assert matrix.arranged(LAW) == (2, 0, 3, 1)
    assert matrix.arranged(LAW, descending=True) == (3, 0, 2, 1)
    assert matrix.arranged(LAW, "importance", descending=True) == (2, 3, 0, 1)


def test_a_filter_keeps_rows_that_hold_all_words_anywhere() -> None:
    matrix = make_matrix(
        [source("Lease.pdf", passage("New York", 0.3, LAW)), source("業務委託.pdf", passage("日本法", 0.5, LAW))]
    )
    assert matrix.arranged(words="york LEASE") == (0,)
    assert matrix.arranged(words="日本") == (1,)
    assert matrix.arranged(words="penguin") == ()
