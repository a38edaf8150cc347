"""What a reviewer does besides deciding lasts: over restarts, new analyses and a file of an older version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from samples import ENGLISH, make_analysis, make_document

from app.analysis.analysis import TagScore
from app.review.findings import Finding, Piece, Span
from app.review.operations import (
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
    Together,
)
from app.review.ranges import added_finding
from app.workspace import packing
from app.workspace.database import connect, migration_scripts, transaction
from app.workspace.store import Workspace

DOCUMENT = make_document()
ANALYSIS = make_analysis(DOCUMENT)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "review.fusen") as workspace:
        workspace.save_analysis(DOCUMENT, ANALYSIS)
        yield workspace


def shorter(finding: Finding) -> Span:
    return Span(finding.start + 4, finding.end - 4, finding.page, finding.text[4:-4], finding.quads[:1])


def every_kind(finding: Finding, other: Finding) -> list[Operation]:
    return [
        SetRange(finding.id, shorter(finding)),
        SetTags(finding.id, (TagScore("insurance", 1.0),)),
        SetOwner(finding.id, "佐藤"),
        SetDue(finding.id, "2026-03-31"),
        SetRaised(finding.id, raised=True),
        SetSkipped(other.id, skipped=True),
        SetDecisions((finding.id, other.id), "rejected"),
        Together((SetDecision(finding.id, "edited"), SetComment(other.id, "?"))),
    ]


def test_every_kind_of_change_is_kept_undone_and_done_again_over_restarts(tmp_path: Path) -> None:
    path = tmp_path / "w.fusen"
    with Workspace.open(path) as workspace:
        workspace.save_analysis(DOCUMENT, ANALYSIS)
        first, second, _ = workspace.findings(DOCUMENT.sha256)
        states = [workspace.findings(DOCUMENT.sha256)]
        for operation in every_kind(first, second):
            assert workspace.apply(operation).findings
            states.append(workspace.findings(DOCUMENT.sha256))
    with Workspace.open(path) as workspace:
        for state in reversed(states[:-1]):
            workspace.undo()
            assert workspace.findings(DOCUMENT.sha256) == state
        assert not workspace.can_undo
    with Workspace.open(path) as workspace:
        for state in states[1:]:
            workspace.redo()
            assert workspace.findings(DOCUMENT.sha256) == state
        assert not workspace.can_redo


def test_a_new_analysis_and_its_preview_leave_what_the_reviewer_did(workspace: Workspace) -> None:
    first, second, _ = workspace.findings(DOCUMENT.sha256)
    for operation in every_kind(first, second):
        workspace.apply(operation)
    edited = next(f for f in workspace.findings(DOCUMENT.sha256) if f.id == first.id)
    assert (edited.span, edited.proposal) == (shorter(first), first.span)
    assert (edited.tags, edited.proposed_tags) == ((TagScore("insurance", 1.0),), first.tags)
    again = make_analysis(DOCUMENT, selected=(4,))
    passages = list(again.passages)
    passages[1] = replace(passages[1], importance=0.5, tags=(TagScore("risk", 0.7),))
    again = replace(again, passages=tuple(passages))
    shown = workspace.preview(DOCUMENT.sha256, again)
    workspace.save_analysis(DOCUMENT, again)
    assert workspace.findings(DOCUMENT.sha256) == shown
    after = next(f for f in shown if f.id == first.id)
    assert after == replace(edited, importance=0.5, selected=False, proposed_tags=(TagScore("risk", 0.7),))
    assert ENGLISH[4] in {f.text for f in shown}


@pytest.mark.parametrize(
    "operation",
    [SetOwner("", "Sato"), SetDue("", "2026-03-31"), SetRaised("", raised=True), SetTags("", (TagScore("risk", 1.0),))],
)
def test_what_was_said_of_a_finding_outlives_an_analysis_that_does_not_select_it(
    workspace: Workspace, operation: Operation
) -> None:
    first = workspace.findings(DOCUMENT.sha256)[0]
    workspace.apply(replace(operation, finding_id=first.id))  # type: ignore[call-arg] -- only kinds of one finding are given
    workspace.save_analysis(DOCUMENT, make_analysis(DOCUMENT, selected=()))
    assert [f.id for f in workspace.findings(DOCUMENT.sha256)] == [first.id]


def test_a_range_that_is_added_becomes_a_finding_and_is_none_after_undo(tmp_path: Path) -> None:
    path = tmp_path / "w.fusen"
    with Workspace.open(path) as workspace:
        workspace.save_analysis(DOCUMENT, ANALYSIS)
        before = workspace.findings(DOCUMENT.sha256)
        passage = ANALYSIS.passages[4]
        added = added_finding(DOCUMENT, ANALYSIS, passage.start + 4, passage.end)
        workspace.apply(SetDecision(added.id, "added"), added)
        found = workspace.findings(DOCUMENT.sha256)
        assert found == (*before, replace(added, decision="added"))
        workspace.save_analysis(DOCUMENT, ANALYSIS)
    with Workspace.open(path) as workspace:
        assert workspace.findings(DOCUMENT.sha256) == found
        workspace.undo()
        assert workspace.findings(DOCUMENT.sha256) == before
        workspace.redo()
        assert workspace.findings(DOCUMENT.sha256) == found


def test_what_goes_on_over_a_page_end_is_kept(tmp_path: Path) -> None:
    path, more = tmp_path / "review.fusen", (Piece(3, ((1.0,) * 8,)), Piece(5, ((2.0,) * 8, (3.0,) * 8)))
    with Workspace.open(path) as workspace:
        workspace.save_analysis(DOCUMENT, ANALYSIS)
        edited = workspace.findings(DOCUMENT.sha256)[0]
        workspace.apply(SetRange(edited.id, replace(edited.span, end=edited.end + 9, more=more)))
        added = replace(added_finding(DOCUMENT, ANALYSIS, 0, 40), more=more)
        workspace.apply(SetDecision(added.id, "added"), added)
    with Workspace.open(path) as workspace:
        found = {finding.id: finding.more for finding in workspace.findings(DOCUMENT.sha256)}
        assert (found.pop(edited.id), found.pop(added.id)) == (more, more)
        assert set(found.values()) == {()}
        workspace.undo()
        workspace.undo()
        assert all(finding.more == () for finding in workspace.findings(DOCUMENT.sha256))


def test_a_workspace_of_the_version_before_opens_with_its_decisions_and_its_history(tmp_path: Path) -> None:
    path = tmp_path / "old.fusen"
    old = connect(path, migration_scripts()[:2])
    finding = packing.finding_of(DOCUMENT.sha256, ANALYSIS.passages[1])
    row = packing.row_of(replace(finding, decision="accepted"))[:15]
    written = '{"operation": "set-decision", "finding_id": "%s", "decision": "%s"}'
    with transaction(old, path):
        old.execute(
            "INSERT INTO documents (sha256, file, title, format, page_count, added_at) VALUES (?, '/a.pdf', 'A', 'pdf', 2, '')",
            (DOCUMENT.sha256,),
        )
        old.execute(f"INSERT INTO findings VALUES ({', '.join('?' * 15)})", row)  # noqa: S608 -- question marks only
        old.execute(
            "INSERT INTO history (at, finding_id, operation, inverse) VALUES ('', ?, ?, ?)",
            (finding.id, written % (finding.id, "accepted"), written % (finding.id, "undecided")),
        )
    old.close()
    with Workspace.open(path) as workspace:
        assert workspace.findings(DOCUMENT.sha256) == (replace(finding, decision="accepted"),)
        workspace.undo()
        assert workspace.findings(DOCUMENT.sha256) == (finding,)
        assert workspace.documents()[0].page_labels == ()


def test_the_labels_of_pages_and_the_state_of_the_window_are_kept(workspace: Workspace) -> None:
    assert workspace.window_state() is None
    workspace.save_window_state('{"files": []}')
    workspace.save_window_state('{"files": ["付箋"]}')
    assert workspace.window_state() == '{"files": ["付箋"]}'
    labelled = replace(DOCUMENT, pages=(replace(DOCUMENT.pages[0], label="iv"), DOCUMENT.pages[1]))
    workspace.save_analysis(labelled, ANALYSIS)
    assert workspace.documents()[0].page_labels == ("iv", "")
