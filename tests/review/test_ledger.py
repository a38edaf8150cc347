"""What was looked at, and what is left."""

from __future__ import annotations

from app.analysis.structure.values import Clause, Structure
from app.documents.document import Page
from app.review.findings import Decision, Finding
from app.review.ledger import Ledger, Left, make_ledger, next_left
from app.review.sections import Sections, cut
from app.review.spans import Range, Ranges


def finding(start: int, decision: Decision = "undecided", *, selected: bool = True) -> Finding:
    return Finding(
        f"f{start}", "s", start, start + 5, start // 100 + 1, "text", (), 0.5, (0, 1), (), 1, selected, decision
    )


def two_articles(length: int) -> Sections:
    """第1条 from the beginning, 第2条 from the middle."""
    half = length // 2
    first = Clause("article", "第1条", ("1",), "定義", (0, 6), 0, half, 1, None)
    second = Clause("article", "第2条", ("2",), "責任", (half, half + 6), half, length, 1, None)
    return cut(Structure((first, second)), length)


def ledger_of(findings: list[Finding], shown: Ranges = (), *, pages: int = 4, paged: bool = True) -> Ledger:
    made = [Page(n + 1, 595, 842, n * 100, n * 100 + 100) for n in range(pages)]
    passages: list[Range] = [(start, start + 5) for start in range(0, pages * 100, 20)]
    sections = two_articles(pages * 100)
    return make_ledger(sections, made if paged else [], passages, findings, shown, paged=paged)


def test_without_findings_only_pages_are_left() -> None:
    ledger = ledger_of([])
    assert (ledger.undecided, ledger.never_shown, ledger.unseen) == ((), ((1, 5),), 4)
    assert [entry.state for entry in ledger.entries] == ["never", "never"]
    assert [entry.passages for entry in ledger.entries] == [10, 10]
    assert ledger.progress == 0.0
    assert ledger_of([], ((1, 5),)).is_done


def test_sections_say_what_was_decided_and_shown() -> None:
    findings = [
        finding(10, "accepted"),
        finding(150),
        finding(250),
        finding(390, "rejected"),
        finding(30, selected=False),
    ]
    ledger = ledger_of(findings, ((1, 3),))
    first, second = ledger.entries
    assert first.section.name == "第1条  定義"
    assert (first.pages, first.selected, first.decided, first.undecided) == ((1, 3), 2, 1, 1)
    assert (first.shown, first.size, first.state) == (2, 2, "part")
    assert (second.pages, second.shown, second.size, second.state) == ((3, 5), 0, 2, "part")
    assert ledger.undecided == ("f150", "f250")  # what is not selected does not wait
    assert (ledger.decided, ledger.never_shown) == (2, ((3, 5),))
    assert ledger.progress == 0.5


def test_what_is_asked_again_waits_whether_or_not_it_is_selected() -> None:
    findings = [finding(10, "accepted"), finding(30, selected=False), finding(150, "rejected", selected=False)]
    ledger = make_ledger(Sections(), [], [], findings, ((0, 400),), paged=False, asked={"f30", "f150"})
    assert ledger.undecided == ("f30",)
    assert [entry.undecided for entry in ledger.entries] == [1]
    assert not ledger.is_done


def test_all_decided_and_shown_is_done() -> None:
    ledger = ledger_of([finding(10, "accepted"), finding(250, "rejected")], ((1, 5),))
    assert ledger.is_done
    assert [entry.state for entry in ledger.entries] == ["done", "done"]
    assert ledger.progress == 1.0
    assert next_left(ledger) is None


def test_the_way_leads_through_decisions_first_then_through_pages() -> None:
    waiting = ledger_of([finding(250), finding(10)], ((2, 4),))
    first = next_left(waiting)
    assert first == Left(finding_id="f10")
    assert next_left(waiting, first) == Left(finding_id="f250")
    assert next_left(waiting, Left(finding_id="f250")) == Left(finding_id="f10")  # round
    decided = ledger_of([finding(250, "accepted"), finding(10, "accepted")], ((2, 4),))
    page = next_left(decided, Left(finding_id="f250"))
    assert page == Left(place=1)
    assert next_left(decided, page) == Left(place=4)
    shown = ledger_of([], ((1, 4),))  # the first page was seen meanwhile
    assert next_left(shown, page) == Left(place=4)


def test_text_without_pages_counts_in_characters() -> None:
    ledger = ledger_of([], ((0, 390),), pages=8, paged=False)
    assert (ledger.never_shown, ledger.size) == (((390, 800),), 800)
    first, second = ledger.entries
    assert (first.state, first.shown, first.size) == ("done", 390, 400)  # the lines at an edge are not exact
    assert (second.state, second.pages) == ("never", (0, 0))
    assert next_left(ledger) == Left(place=390)
    assert ledger_of([], ((0, 700),), pages=8, paged=False).is_done


def test_an_empty_document_has_nothing_left() -> None:
    ledger = make_ledger(Sections(), [], [], [], (), paged=False)
    assert ledger.is_done
    assert ledger.progress == 1.0


def test_a_page_without_text_is_still_a_page_to_be_shown() -> None:
    pages = [Page(1, 595, 842, 0, 50), Page(2, 595, 842, 50, 50), Page(3, 595, 842, 50, 100)]
    ledger = make_ledger(two_articles(100), pages, [], [], ((1, 2),), paged=True)
    assert ledger.never_shown == ((2, 4),)
