"""What is asked of all documents at once: by index where that matters, of what was made before, and by plain reference."""

from __future__ import annotations

import random
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from samples import ENGLISH, JAPANESE, make_analysis, make_document

from app.analysis.analysis import TagScore
from app.documents.folding import fold, fold_words, search_pattern
from app.review.findings import Finding, Span
from app.review.matrix import Matrix, Source, TaggedPassage, make_matrix
from app.review.operations import SetComment, SetDecision, SetDue, SetOwner, SetRange, SetTags
from app.workspace import across as acrosses
from app.workspace import library as libraries
from app.workspace import rows, texts
from app.workspace.across import Occurring, Order, Wish, owner_key, query_of
from app.workspace.asked import ASKED, COUNT_ASKED
from app.workspace.library import COUNT_ALL, COUNT_ONE
from app.workspace.store import Workspace
from app.workspace.texts import occurrences

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
        ("SELECT count(*) " + query_of(Wish(due_by="2027-01-01"))[0], "findings_due (due>? AND due<?)"),
        ("SELECT count(*) " + query_of(Wish(dated=True))[0], "findings_due (due>?)"),
        ("SELECT count(*) " + query_of(Wish(owner=""))[0], "findings_shown"),
        ("SELECT count(*) " + query_of(Wish(tag="governing-law"))[0], "findings_tagged"),
        (acrosses._TAGS, "findings_tagged"),
        ("SELECT count(*) " + query_of(Wish(decision="accepted"), versions=True)[0], "findings_decided (decision=?)"),
        ("SELECT count(*) " + query_of(Wish(), versions=True)[0], "carried_by_source (source_id=?)"),
        (f"{ASKED} SELECT count(*) " + query_of(Wish(), asked=True)[0], "sqlite_autoindex_findings_1 (id=?)"),
        (COUNT_ASKED, "sqlite_autoindex_findings_1 (id=?)"),
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


@pytest.mark.parametrize("at_once", [rows.MOST_AT_ONCE, 0])
def test_rows_of_the_matrix_are_those_that_would_be_made_anew(
    workspace: Workspace, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MOST_AT_ONCE", at_once)  # with every change, or when they are asked for
    chance = random.Random(3)
    for step in range(24):
        finding = chance.choice(everything(workspace))
        document = next(each for each in DOCUMENTS if each.sha256 == finding.document_sha256)
        match step % 8:
            case 0:
                workspace.apply(SetDecision(finding.id, chance.choice(("accepted", "rejected", "undecided"))))
            case 1:
                workspace.apply(SetTags(finding.id, (TagScore("insurance", 1.0),)))
            case 2:
                workspace.apply(
                    SetRange(finding.id, replace(finding.span, end=finding.end - 2, text=finding.text[:-2]))
                )
            case 3:
                tagged = replace(make_analysis(document, selected=(1, 4)), language="ja")
                workspace.save_analysis(document, tagged)
            case 4:
                workspace.choose_share(document.sha256, chance.choice((None, 0.3)))
            case 5:
                workspace.undo()
            case 6:
                workspace.redo()
            case _:
                workspace.library.remove(document.sha256)
                workspace.apply(SetComment(finding.id, f"{step}"))
        if step % 3 == 0:
            assert workspace.library.matrix() == reference_matrix(workspace)


def reference_matrix(workspace: Workspace) -> Matrix:
    """Out of whole analyses and findings."""
    sources = []
    for stored in workspace.documents():
        analysis = workspace.analysis(stored.sha256)
        assert analysis is not None
        passages = tuple(
            TaggedPassage(p.start, p.end, p.page, str(p.page), p.text, p.importance, p.tags) for p in analysis.passages
        )
        findings = tuple(replace(finding, quads=()) for finding in workspace.findings(stored.sha256))
        name = Path(stored.file).name
        sources.append(Source(stored.sha256, stored.file, name, analysis.language, True, passages, findings))
    made = make_matrix(sources)
    return replace(made, documents=tuple(replace(each, passages=(), findings=()) for each in made.documents))


def test_a_matrix_that_cannot_be_stored_is_told_all_the_same(workspace: Workspace) -> None:
    expected = workspace.library.matrix()
    with closing(sqlite3.connect(workspace.path, isolation_level=None)) as other:
        other.execute("DELETE FROM matrix_rows")
        other.execute("BEGIN IMMEDIATE")
        workspace._connection.execute("PRAGMA busy_timeout = 1")
        assert workspace.library.matrix() == expected
        assert other.execute("SELECT count(*) FROM matrix_rows").fetchone() == (0,)


def test_places_are_counted_and_found_as_by_the_pattern() -> None:
    chance = random.Random(2)
    for _ in range(300):
        text = "".join(chance.choices("ab  \nｱガ損害…", k=60))
        query = " ".join(
            "".join(chance.choices("ab損害ガ.", k=chance.randrange(1, 3))) for _ in range(chance.randrange(1, 3))
        )
        folded, pattern = fold(text), search_pattern(query)
        assert isinstance(pattern, re.Pattern)
        expected = [found.span() for found in pattern.finditer(folded.text)]
        words = fold(query).text.split()
        content, spaced = folded.text.encode(), "  " in folded.text
        assert occurrences(content, words, 3, spaced=spaced) == (len(expected), expected[:3])


def test_what_a_search_lists_is_what_stands_in_the_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_PIECE", 7)
    monkeypatch.setattr(libraries, "_AROUND", 20)
    sentences = ("The ﬁrst … of １０％", "ｶﾞｲﾄﾞ  liability", "損害賠償\u3000の 上限", "Große  Haftung…")
    chance = random.Random(4)
    documents = [
        make_document(tuple(chance.choice(sentences) + f" {n}" for n in range(6)), file=f"/c/{n}.pdf") for n in range(4)
    ]
    with Workspace.open(tmp_path / "w.fusen") as workspace:
        for document in documents:
            workspace.save_analysis(document, make_analysis(document, selected=()))
            assert workspace.library.text(document.sha256) == texts.text_of(document)
        for query in (
            "the first",
            "...",
            "10%",
            "ガイド liability",
            "害",
            "賠償 の",
            "grosse haftung",
            "ß",
            "penguin",
            "\ud800",
        ):
            pattern = search_pattern(query)
            assert pattern is not None
            expected = {d.sha256: list(fold(d.text).ranges(pattern)) for d in documents}
            listed = {found.sha256: found for found in workspace.library.search(query)}
            assert {name: [(h.start, h.end) for h in found.hits] for name, found in listed.items()} == {
                name: ranges for name, ranges in expected.items() if ranges
            }
            for document in documents:
                for hit in listed[document.sha256].hits if document.sha256 in listed else ():
                    assert hit.excerpt[slice(*hit.marked)] == " ".join(document.text[hit.start : hit.end].split())
                    around = " ".join(document.text[max(hit.start - 40, 0) : hit.end + 40].split())
                    assert hit.excerpt.strip(" …") in around


def test_of_very_many_hits_the_first_documents_are_listed_in_full(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libraries, "MOST_LISTED", 2)
    monkeypatch.setattr(libraries, "MOST_OF_MANY", 1)
    found = list(workspace.library.search("the"))
    assert [len(each.hits) for each in found] == [each.total for each in found[:1]] + [1] * (len(found) - 1)
    assert all(each.total > 1 for each in found)
