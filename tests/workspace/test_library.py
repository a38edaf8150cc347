"""The workspace seen whole: shelf, search, matrix, questions; English and Japanese."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from samples import ENGLISH, JAPANESE, make_analysis, make_document

from app.errors import FusenError
from app.review.operations import SetDecision
from app.workspace.library import MOST_QUESTIONS
from app.workspace.store import Workspace

ENGLISH_DOCUMENT = make_document(ENGLISH, file="/contracts/services.pdf")
JAPANESE_DOCUMENT = make_document(JAPANESE, file="/contracts/業務委託.pdf")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "review.fusen") as workspace:
        for document in (ENGLISH_DOCUMENT, JAPANESE_DOCUMENT):
            workspace.save_analysis(document, make_analysis(document))
        yield workspace


def found(workspace: Workspace, query: str) -> list[tuple[str, list[str]]]:
    return [
        (Path(each.file).name, [hit.excerpt[slice(*hit.marked)] for hit in each.hits])
        for each in workspace.library.search(query)
    ]


def test_the_shelf_says_how_far_each_document_is(workspace: Workspace) -> None:
    first = workspace.findings(ENGLISH_DOCUMENT.sha256)[0]
    workspace.apply(SetDecision(first.id, "accepted"))
    workspace.add_document(make_opened("c" * 64))
    shelf = workspace.library.shelf()
    assert [(Path(e.file).name, e.analyzed, e.total, e.decided) for e in shelf] == [
        ("services.pdf", True, 3, 1),
        ("業務委託.pdf", True, 3, 0),
        ("opened.pdf", False, 0, 0),
    ]


def make_opened(sha256: str):  # type: ignore[no-untyped-def]
    from app.workers.protocol import OpenedDocument, PageSize

    return OpenedDocument(path="/contracts/opened.pdf", sha256=sha256, format="pdf", pages=(PageSize(595, 842),))


def test_a_removed_document_is_off_the_shelf_until_it_is_restored_or_opened_again(workspace: Workspace) -> None:
    sha256 = ENGLISH_DOCUMENT.sha256
    workspace.apply(SetDecision(workspace.findings(sha256)[0].id, "accepted"))
    workspace.library.remove(sha256)
    assert [e.sha256 for e in workspace.library.shelf()] == [JAPANESE_DOCUMENT.sha256]
    assert [d.sha256 for d in workspace.documents()] == [JAPANESE_DOCUMENT.sha256]
    assert found(workspace, "liability") == []
    assert [d.sha256 for d in workspace.library.matrix().documents] == [JAPANESE_DOCUMENT.sha256]
    workspace.library.restore(sha256)
    assert workspace.library.shelf()[0].decided == 1
    workspace.library.remove(sha256)
    workspace.add_document(ENGLISH_DOCUMENT)
    assert workspace.library.shelf()[0].decided == 1


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("LIABILITY shall", [("services.pdf", ["liability shall"])]),
        ("準拠", [("業務委託.pdf", ["準拠"])]),
        ("Ｊａｐａｎ", [("services.pdf", ["Japan"])]),
        ("penguin", []),
        ("  ", []),
    ],
)
def test_words_are_found_in_all_documents(workspace: Workspace, query: str, expected: object) -> None:
    assert found(workspace, query) == expected


def test_a_place_that_was_found_has_its_page_and_label(workspace: Workspace) -> None:
    pages = (replace(JAPANESE_DOCUMENT.pages[0], label="i"), replace(JAPANESE_DOCUMENT.pages[1], label="ii"))
    workspace.save_analysis(replace(JAPANESE_DOCUMENT, pages=pages), make_analysis(JAPANESE_DOCUMENT))
    (document,) = workspace.library.search("三十日前")
    (hit,) = document.hits
    assert (hit.page, hit.label, document.total) == (2, "ii", 1)
    assert JAPANESE_DOCUMENT.text[hit.start : hit.end] == "三十日前"
    assert hit.excerpt.startswith("各当事者は、")


@pytest.mark.parametrize("before", ["the words before it " * 20, "前にある言葉" * 40])
def test_a_place_is_near_the_beginning_of_its_excerpt(tmp_path: Path, before: str) -> None:
    document = make_document(("Title", f"{before}penguin and so on, for a while."))
    with Workspace.open(tmp_path / "w.fusen") as workspace:
        workspace.save_analysis(document, make_analysis(document, selected=(1,)))
        (found,) = workspace.library.search("penguin")
    (hit,) = found.hits
    assert hit.excerpt.startswith("…")
    assert hit.excerpt[slice(*hit.marked)] == "penguin"
    assert 15 < hit.marked[0] <= 51
    assert "Title" not in hit.excerpt


def test_a_search_stops_when_it_is_told_to(workspace: Workspace) -> None:
    assert list(workspace.library.search("a", stopped=lambda: True)) == []


def test_an_analysis_from_before_there_were_digests_is_searched_and_compared(workspace: Workspace) -> None:
    expected, matrix = found(workspace, "liability"), workspace.library.matrix()
    connection = sqlite3.connect(workspace.path)
    for table in ("digests", "folded_texts", "folded_findings", "matrix_rows"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 -- our own names
    connection.commit()
    connection.close()
    assert found(workspace, "liability") == expected
    assert workspace.library.matrix() == matrix


@pytest.mark.parametrize(
    ("spoil", "search"),
    [
        ("UPDATE folded_texts SET content = X'00'", True),
        ("UPDATE folded_texts SET content = X'ffffff7f00'", True),  # as if it were of two gigabytes
        ("UPDATE digests SET text = X'00'", True),
        ("UPDATE digests SET text = X'78'", True),
        ("UPDATE matrix_rows SET content = X'00'", False),
        ("UPDATE matrix_rows SET revision = -1", None),
        ("UPDATE digests SET tagged = X'00'", None),
    ],
)
def test_what_is_damaged_is_told(workspace: Workspace, spoil: str, search: bool | None) -> None:
    connection = sqlite3.connect(workspace.path)
    connection.execute(spoil)
    connection.commit()
    connection.close()
    if search is None:
        assert workspace.library.matrix().tags, "what was kept is made anew, or was made before"
        return
    with pytest.raises(FusenError) as caught:
        list(workspace.library.search("a")) if search else workspace.library.matrix()
    assert caught.value.code == "damaged"


def test_a_digest_that_cannot_be_read_refuses_no_decision(workspace: Workspace) -> None:
    connection = sqlite3.connect(workspace.path)
    connection.execute("UPDATE digests SET tagged = X'00'")
    connection.commit()
    connection.close()
    workspace.apply(SetDecision(workspace.findings(ENGLISH_DOCUMENT.sha256)[0].id, "accepted"))
    with pytest.raises(FusenError, match="damaged"):
        workspace.library.matrix()


def test_the_matrix_compares_documents_by_tag_with_what_was_decided(workspace: Workspace) -> None:
    law = next(f for f in workspace.findings(ENGLISH_DOCUMENT.sha256) if "governed" in f.text)
    workspace.apply(SetDecision(law.id, "rejected"))
    matrix = workspace.library.matrix()
    cells = [matrix.cell(row, "governing-law") for row in range(2)]
    assert [cell.best.decision for cell in cells if cell] == ["rejected", "undecided"]
    assert [cell.best.text for cell in cells if cell] == [ENGLISH[2], JAPANESE[2]]


def test_questions_are_kept_the_latest_first_and_can_be_forgotten(workspace: Workspace) -> None:
    for number in range(MOST_QUESTIONS + 5):
        workspace.library.remember_question(f"question {number}")
    workspace.library.remember_question("question 10")
    kept = workspace.library.questions()
    assert kept[:2] == ("question 10", f"question {MOST_QUESTIONS + 4}")
    assert len(kept) == MOST_QUESTIONS
    workspace.library.forget_questions()
    assert workspace.library.questions() == ()
