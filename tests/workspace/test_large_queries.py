"""What is asked of all documents at once: by index where that matters, the same from memory, and by plain reference."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from samples import ENGLISH, JAPANESE, make_analysis, make_document

from app.analysis.analysis import TagScore
from app.documents.folding import fold, fold_words, search_pattern
from app.review.findings import Finding, Span
from app.review.operations import SetComment, SetDecision, SetDue, SetOwner, SetRange, SetTags
from app.workspace import across as acrosses
from app.workspace import library as libraries
from app.workspace import recalling
from app.workspace.across import Occurring, Order, Wish, owner_key, query_of
from app.workspace.library import COUNT_ALL, COUNT_ONE, occurrences
from app.workspace.recalling import Recall
from app.workspace.store import Workspace

DOCUMENTS = [
    make_document(tuple(f"{sentence} {number}" for sentence in sentences), file=f"/contracts/{number}.pdf")
    for number, sentences in enumerate((ENGLISH, JAPANESE) * 3)
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    chance = random.Random(1)
    path = tmp_path_factory.mktemp("made") / "w.fusen"
    with Workspace.open(path) as workspace:
        for document in DOCUMENTS:
            workspace.save_analysis(document, make_analysis(document))
            first, second, third = workspace.findings(document.sha256)
            workspace.apply(SetDecision(first.id, chance.choice(("accepted", "rejected"))))
            workspace.apply(SetOwner(second.id, chance.choice(("佐藤", "Meier"))))
            workspace.apply(SetDue(second.id, f"2027-0{chance.randrange(1, 9)}-01"))
            workspace.apply(SetTags(third.id, chance.choice(((), (TagScore("cap-on-liability", 1.0),)))))
    return path


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(Path(shutil.copy(made, tmp_path))) as workspace:
        yield workspace


def everything(workspace: Workspace) -> list[Finding]:
    return [f for document in workspace.documents() for f in workspace.findings(document.sha256)]


def matches(finding: Finding, wish: Wish) -> bool:
    """The plain reference."""
    kept = ("accepted", "edited", "added") if wish.decision == "kept" else (wish.decision,)
    shown = fold_words(f"{finding.text} {finding.comment}")
    return (
        (wish.decision is None or finding.decision in kept)
        and not (wish.not_rejected and finding.decision == "rejected")
        and (wish.owner is None or owner_key(wish.owner) == owner_key(finding.owner))
        and (wish.due_by is None or "" < finding.due <= wish.due_by)
        and (wish.due_from is None or finding.due >= wish.due_from)
        and not (wish.dated and not finding.due)
        and (wish.tag is None or wish.tag in [tag.tag for tag in finding.tags])
        and all(word in shown for word in fold_words(wish.words).split())
    )


WISHES = [
    Wish(),
    Wish(decision="accepted"),
    Wish(decision="undecided"),
    Wish(owner="佐藤"),
    Wish(due_by="2027-04-01"),
    Wish(owner="Meier", due_by="2027-08-01", decision="undecided"),
    Wish(tag="cap-on-liability"),
    Wish(tag="cap-on-liabilit"),
    Wish(tag="governing-law", decision="undecided"),
    Wish(decision="kept"),
    Wish(not_rejected=True, words="THE １"),
    Wish(owner="佐 藤"),
    Wish(owner="ＭＥＩＥＲ", due_from="2027-04-01", due_by="2027-07-01"),
    Wish(owner="", decision="rejected"),
    Wish(dated=True, words="nowhere"),
    Wish(words="損害"),
    Wish(words="%"),
]


@pytest.mark.parametrize("few", [1, 500])
@pytest.mark.parametrize("wish", WISHES)
def test_findings_of_all_documents_are_those_that_are_as_wished(
    workspace: Workspace, wish: Wish, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acrosses, "MOST", few)
    workspace.library.remove(DOCUMENTS[2].sha256)
    expected = [f for f in everything(workspace) if matches(f, wish)]
    found = workspace.library.across(wish)
    assert found.total == len(expected)
    assert [replace(f, quads=()) for f in expected[:few]] == list(found.findings)


@pytest.mark.parametrize("few", [1, 500])
@pytest.mark.parametrize("descending", [False, True])
def test_findings_of_all_documents_are_sorted_with_what_has_no_value_last(
    workspace: Workspace, few: int, descending: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acrosses, "MOST", few)
    whole = everything(workspace)
    order = ("undecided", "accepted", "edited", "added", "rejected")
    values: dict[Order, Callable[[Finding], str]] = {
        "due": lambda f: f.due,
        "owner": lambda f: f.owner,
        "decision": lambda f: str(order.index(f.decision)),
    }
    for by, value in values.items():
        filled = sorted((f for f in whole if value(f)), key=value, reverse=descending)
        expected = [f.id for f in (*filled, *(f for f in whole if not value(f)))]
        found = workspace.library.across(Wish(), by, descending=descending)
        assert (found.total, [f.id for f in found.findings]) == (len(whole), expected[:few])
    named = workspace.library.across(Wish(), "document", descending=True)
    assert named.findings[0].document_sha256 == DOCUMENTS[-1].sha256
    assert named.holders[DOCUMENTS[-1].sha256].file == DOCUMENTS[-1].file


def test_owners_and_tags_that_occur_are_named_once(workspace: Workspace) -> None:
    for finding in everything(workspace)[:2]:
        workspace.apply(SetOwner(finding.id, "ＭＥＩＥＲ"))
    whole = everything(workspace)
    found = workspace.library.occurring()
    assert {owner_key(owner) for owner in found.owners} == {"meier", "佐藤"}
    assert len(found.owners) == 2
    assert found.tags == tuple(sorted({tag.tag for finding in whole for tag in finding.tags}))
    for document in DOCUMENTS:
        workspace.library.remove(document.sha256)
    assert workspace.library.occurring() == Occurring()


def test_words_are_looked_for_in_what_a_finding_covers_now(workspace: Workspace) -> None:
    finding = everything(workspace)[0]
    start, end = finding.start, finding.end + 40
    workspace.apply(SetRange(finding.id, Span(start, end, 1, "Zebra crossing", ()), "edited"))
    assert [f.id for f in workspace.library.across(Wish(words="zebra")).findings] == [finding.id]
    first = finding.text.split()[0]
    assert finding.id not in {f.id for f in workspace.library.across(Wish(words=first)).findings}


def test_a_document_that_is_off_the_shelf_is_not_asked(workspace: Workspace) -> None:
    workspace.library.remove(DOCUMENTS[0].sha256)
    assert DOCUMENTS[0].sha256 not in {f.document_sha256 for f in workspace.library.across(Wish()).findings}


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (COUNT_ALL, "findings_shown"),
        (COUNT_ONE, "findings_shown (document_sha256=?)"),
        ("SELECT count(*) " + query_of(Wish(decision="accepted"))[0], "findings_decided (decision=?)"),
        ("SELECT count(*) " + query_of(Wish(owner="佐藤"))[0], "findings_owned (owner=?)"),
        ("SELECT count(*) " + query_of(Wish(due_by="2027-01-01"))[0], "findings_due (due<?)"),
        ("SELECT count(*) " + query_of(Wish(tag="governing-law"))[0], "findings_tagged"),
    ],
)
def test_no_question_about_all_documents_reads_every_finding(workspace: Workspace, query: str, index: str) -> None:
    values = ("x",) * query.count("?")
    plan = [row[3] for row in workspace._connection.execute(f"EXPLAIN QUERY PLAN {query}", values)]
    assert any(f"USING INDEX {index}" in step or f"USING COVERING INDEX {index}" in step for step in plan), plan
    assert "SCAN findings" not in plan


def test_the_shelf_counts_what_changed_since(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    for few in (0, 20):  # counted together, and one by one
        monkeypatch.setattr(libraries, "_FEW", few)
        for finding in everything(workspace)[:4]:
            workspace.apply(SetDecision(finding.id, "rejected" if finding.decision == "accepted" else "accepted"))
            workspace.save_analysis(DOCUMENTS[1], make_analysis(DOCUMENTS[1], selected=(1, 2, 3, 4)))
            expected = [
                (len(findings), sum(f.decision != "undecided" for f in findings))
                for document in DOCUMENTS
                for findings in [workspace.findings(document.sha256)]
            ]
            assert [(entry.total, entry.decided) for entry in workspace.library.shelf()] == expected


def test_what_is_recalled_is_what_would_be_read_anew(workspace: Workspace) -> None:
    recall, chance = Recall(), random.Random(3)
    for _ in range(12):
        assert workspace.library.matrix(recall) == workspace.library.matrix()
        for query in ("liability", "損害", "準拠", "the laws"):
            assert list(workspace.library.search(query, recall=recall)) == list(workspace.library.search(query))
        document, finding = chance.choice(DOCUMENTS), chance.choice(everything(workspace))
        match chance.randrange(4):
            case 0:
                workspace.apply(SetDecision(finding.id, "rejected"))
            case 1:
                workspace.apply(SetTags(finding.id, (TagScore("insurance", 1.0),)))
            case 2:
                workspace.save_analysis(document, make_analysis(document, selected=(1, 4)))
            case _:
                workspace.library.remove(document.sha256)
                workspace.apply(SetComment(finding.id, "x"))


def test_what_was_read_ahead_is_not_read_again(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    recall, asked = Recall(), iter([False, False, True])
    expected = list(workspace.library.search("liability")), workspace.library.matrix()
    workspace.library.make_ready(recall, lambda: next(asked), texts=False)
    assert len(recall._rows) == 2, "a question ends it"
    workspace.library.make_ready(recall, lambda: False, texts=False)
    workspace.library.make_ready(recall, lambda: False, texts=True)
    monkeypatch.setattr(libraries.Library, "_row", lambda *_: pytest.fail("a row was read again"))
    monkeypatch.setattr(libraries.Library, "_text", lambda *_: pytest.fail("a text was read again"))
    assert (list(workspace.library.search("liability", recall=recall)), workspace.library.matrix(recall)) == expected


def test_texts_beyond_what_memory_may_take_are_read_anew(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recalling, "MOST_CHARACTERS", len(DOCUMENTS[0].text) + 10)
    recall = Recall()
    expected = list(workspace.library.search("liability"))
    for _ in range(2):
        assert list(workspace.library.search("liability", recall=recall)) == expected
    assert recall._characters <= recalling.MOST_CHARACTERS


def test_places_are_counted_and_found_as_by_the_pattern() -> None:
    chance = random.Random(2)
    for _ in range(300):
        text = "".join(chance.choices("ab  \nｱガ損害", k=60))
        query = " ".join(
            "".join(chance.choices("ab損害ガ", k=chance.randrange(1, 3))) for _ in range(chance.randrange(1, 3))
        )
        folded, pattern = fold(text), search_pattern(query)
        assert isinstance(pattern, re.Pattern)
        expected = list(folded.ranges(pattern))
        assert occurrences(folded, fold(query).text.split(), 3) == (len(expected), expected[:3])


def test_of_very_many_hits_the_first_documents_are_listed_in_full(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libraries, "MOST_LISTED", 2)
    monkeypatch.setattr(libraries, "MOST_OF_MANY", 1)
    found = list(workspace.library.search("the"))
    assert [len(each.hits) for each in found] == [each.total for each in found[:1]] + [1] * (len(found) - 1)
    assert all(each.total > 1 for each in found)
