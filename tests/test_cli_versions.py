"""What changed between two versions: the list, `fusen versions`, and the notes of the brief."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from samples import ENGLISH, make_analysis, make_document
from typer.testing import CliRunner

from app.cli import app
from app.comparing import chosen_document
from app.errors import FusenError
from app.review.operations import SetComment, SetDecision
from app.review.version_changes import changes, counts
from app.workspace.briefing import brief_of
from app.workspace.changes import changes_between
from app.workspace.store import Workspace

NEW = (
    ENGLISH[0],
    ENGLISH[1].replace("twelve", "six"),
    "The Supplier shall keep insurance cover against fire and theft of all stored goods.",
    ENGLISH[3],
    ENGLISH[4],
)
FIRST = make_document(file="/contracts/services v1.pdf")
SECOND = make_document(NEW, file="/contracts/services v2.pdf")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "versions.fusen") as workspace:
        workspace.save_analysis(FIRST, make_analysis(FIRST))
        liability, law, _ = workspace.findings(FIRST.sha256)
        workspace.apply(SetDecision(liability.id, "accepted"))
        workspace.apply(SetComment(law.id, "Ask the other side."))
        workspace.save_analysis(SECOND, make_analysis(SECOND))
        yield workspace


def test_changes_have_their_words_places_and_decisions(workspace: Workspace) -> None:
    changed, gone, new = sorted(
        changes_between(workspace, FIRST.sha256, SECOND.sha256), key=lambda change: SORTED.index(change.sort)
    )
    assert changed.before is not None
    assert changed.before.decision == "accepted"
    assert changed.after is not None
    replaced = next(piece for piece in changed.pieces() if piece.kind == "replaced")
    assert FIRST.text[slice(*replaced.old)] == "twelve"
    assert SECOND.text[slice(*replaced.new)] == "six"
    assert gone.old_text == ENGLISH[2]
    assert gone.new_range is None
    assert new.new_text == NEW[2]
    assert new.concerns  # the model selected it


SORTED = ["changed", "gone", "new"]


def test_a_split_passage_has_its_differences_at_both_places() -> None:
    one = make_document(
        ("Title", "The Supplier shall deliver the goods on time, and the Buyer shall pay for them within 30 days.")
    )
    two = make_document(
        ("Title", "The Supplier shall deliver the goods on time;", "the Buyer shall pay for them within 45 days.")
    )
    (split,) = changes(make_analysis(one), make_analysis(two))
    assert (split.kind, split.sort) == ("split", "changed")
    assert ("30", "45") in [(one.text[slice(*p.old)], two.text[slice(*p.new)]) for p in split.pieces()]


def test_the_command_line_prints_the_changes(workspace: Workspace) -> None:
    run = CliRunner().invoke(app, ["versions", str(workspace.path), "services v1.pdf", SECOND.sha256[:8]])
    assert run.exit_code == 0
    assert "services v1.pdf -> services v2.pdf: 1 changed, 1 new, 1 gone" in run.stdout
    assert "changed p. 1, was accepted" in run.stdout
    assert "paid in the [-twelve-]{+six+} months" in run.stdout
    run = CliRunner().invoke(app, ["versions", str(workspace.path), FIRST.sha256, SECOND.sha256, "--json"])
    value = json.loads(run.stdout)
    assert value["schema"] == "fusen.versions/1"
    assert value["counts"] == {"changed": 1, "new": 1, "gone": 1, "moved": 0, "renumbered": 0}
    assert {each["decision_before"] for each in value["changes"]} == {"accepted", "undecided", None}


def test_the_command_line_says_what_is_wrong(workspace: Workspace, tmp_path: Path) -> None:
    run = CliRunner().invoke(app, ["versions", str(workspace.path), "nothing.pdf", SECOND.sha256, "--json"])
    assert run.exit_code == 1
    assert json.loads(run.stdout)["code"] == "not-found"
    assert CliRunner().invoke(app, ["versions", str(tmp_path / "none"), "a", "b"]).exit_code == 1
    workspace.save_analysis(
        third := make_document((*NEW, "More."), file="/other/services v2.pdf"), make_analysis(third)
    )
    with pytest.raises(FusenError, match="several"):
        chosen_document(workspace, "services v2.pdf")


def test_the_brief_tells_what_changed_for_the_findings_since_the_version_before(workspace: Workspace) -> None:
    assert brief_of(workspace, SECOND.sha256).changes == ()
    workspace.versions.follow(SECOND, FIRST.sha256)
    brief = brief_of(workspace, SECOND.sha256)
    assert [document.version for document in brief.documents] == ["2"]
    notes = brief.changes
    by_kind = {note.kind: note for note in notes}
    assert set(by_kind) == {"changed", "removed", "added"}
    changed = by_kind["changed"]
    assert (changed.decision_before, changed.decision) == ("accepted", "undecided")
    assert changed.before == ENGLISH[1]
    assert changed.quote.text == NEW[1]
    assert changed.place_before is not None
    assert (changed.place_before.file, changed.place_before.page) == ("services v1.pdf", 1)
    assert by_kind["removed"].quote.text == ENGLISH[2]


def test_nothing_changed_between_a_document_and_itself() -> None:
    analysis = make_analysis(FIRST)
    assert changes(analysis, analysis) == ()
    assert set(counts(()).values()) == {0}
