"""What was decided on one version of a document, in the workspace's next version of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from samples import ENGLISH, JAPANESE, make_document

from app.analysis.analysis import TagScore
from app.errors import FusenError
from app.review.findings import Opinion
from app.review.handover import is_own
from app.review.operations import (
    SetComment,
    SetDecision,
    SetDue,
    SetOpinion,
    SetOwner,
    SetRaised,
    SetRange,
    SetSkipped,
    SetTags,
    Together,
)
from app.review.ranges import added_finding, span_of
from app.review.settling import disagree
from app.review.version_changes import changes, further_findings
from app.workspace.across import Wish
from app.workspace.briefing import brief_of
from app.workspace.changes import changes_between
from app.workspace.store import Workspace
from tests.workspace.version_samples import FIRST, INSURANCE, NEW, SECOND, by_text, saved


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "versions.fusen") as workspace:
        liability, law, termination = saved(workspace, FIRST, (1, 2, 3))
        span = span_of(FIRST, liability.start + 4, liability.end - 1)
        for operation in (
            SetRange(liability.id, span),
            SetComment(liability.id, "Too low?"),
            SetOwner(liability.id, "Sato"),
            SetDue(liability.id, "2026-12-01"),
            SetRaised(liability.id, raised=True),
            SetTags(liability.id, (TagScore("insurance", 1.0),)),
            SetDecision(law.id, "rejected"),
            SetDecision(termination.id, "accepted"),
            SetComment(termination.id, "Agreed with sales."),
        ):
            workspace.apply(operation)
        words = FIRST.text.index("meet quarterly")
        added = added_finding(FIRST, None, words, words + len("meet quarterly"))
        workspace.apply(SetDecision(added.id, "added"), added)
        saved(workspace, SECOND, (1, 2, 3))
        yield workspace
        assert workspace.verify().problems == ()  # the audit log tells all that became of findings


def test_what_was_decided_holds_where_the_words_are_the_same(workspace: Workspace) -> None:
    first = {f.id for f in workspace.findings(FIRST.sha256)}
    assert first <= {f.id for f in workspace.library.across(Wish()).findings}
    carried = workspace.versions.follow(SECOND, FIRST.sha256)
    found = by_text(workspace, SECOND)
    assert [f.id for f in workspace.library.across(Wish(owner="Sato")).findings] == [found[NEW[3]].id]
    listed = workspace.library.across(Wish())
    assert listed.total == len({f.proposed.text for f in listed.findings}) == len(found)  # none twice, none left out
    with_words = tuple(f for f in listed.findings if "agreement" in f"{f.text} {f.comment}".casefold())
    assert workspace.library.across(Wish(words="agreement")).findings == with_words
    law, liability = found[NEW[2]], found[NEW[3]]
    assert law.decision == "rejected"
    assert liability.decision == "edited"
    assert liability.text == NEW[3][4:-1]
    assert SECOND.text[liability.start : liability.end] == liability.text
    assert (liability.comment, liability.owner, liability.due, liability.raised) == (
        "Too low?",
        "Sato",
        "2026-12-01",
        True,
    )
    assert [tag.tag for tag in liability.tags] == ["insurance"]
    assert found["meet quarterly"].decision == "added"
    assert found[INSURANCE].decision == "undecided"
    assert not carried.gone
    lineage = workspace.versions.lineage(SECOND.sha256)
    assert lineage is not None
    assert (lineage.predecessor, lineage.recognised) == (FIRST.sha256, "told")
    assert workspace.versions.history(SECOND.sha256) == (SECOND.sha256, FIRST.sha256)


def test_where_words_changed_the_reviewer_is_asked_again(workspace: Workspace) -> None:
    before = by_text(workspace, FIRST)
    workspace.versions.follow(SECOND, FIRST.sha256)
    termination = by_text(workspace, SECOND)[NEW[4]]  # which the model did not select
    assert not termination.selected
    assert termination.decision == "undecided"
    assert termination.comment == "Agreed with sales."
    asked = workspace.versions.asked_again(SECOND.sha256)
    assert set(asked) == {termination.id}
    assert asked[termination.id].source == before[ENGLISH[3]]
    assert asked[termination.id].kind == "changed"
    assert asked[termination.id].decided_at


def test_carrying_over_is_one_step_and_can_be_undone(workspace: Workspace) -> None:
    before = workspace.findings(SECOND.sha256)
    workspace.versions.follow(SECOND, FIRST.sha256)
    after = workspace.findings(SECOND.sha256)
    workspace.undo()
    undone = {f.id: f for f in workspace.findings(SECOND.sha256)}
    assert all(undone[finding.id] == finding for finding in before)
    assert not any(finding.is_touched for finding in undone.values())
    workspace.redo()
    assert workspace.findings(SECOND.sha256) == after


def test_it_is_no_version_after_all(workspace: Workspace) -> None:
    before = workspace.findings(SECOND.sha256)
    workspace.versions.follow(SECOND, FIRST.sha256)
    law = by_text(workspace, SECOND)[NEW[2]]
    workspace.apply(SetComment(law.id, "Said since."))
    workspace.versions.unfollow(SECOND.sha256)
    left = {finding.id: finding for finding in workspace.findings(SECOND.sha256)}
    assert left.pop(law.id).comment == "Said since."  # what she said of it since stays
    assert list(left.values()) == [finding for finding in before if finding.id != law.id]
    assert workspace.versions.lineage(SECOND.sha256) is None
    assert not workspace.versions.asked_again(SECOND.sha256)
    assert all(finding.is_touched for finding in by_text(workspace, FIRST).values())


def test_what_was_carried_over_is_taken_back_whatever_was_said_of_the_old_version_since(workspace: Workspace) -> None:
    before = workspace.findings(SECOND.sha256)
    workspace.versions.follow(SECOND, FIRST.sha256)
    for finding in workspace.findings(FIRST.sha256):
        workspace.apply(SetDecision(finding.id, "rejected" if finding.decision == "accepted" else "accepted"))
        workspace.apply(SetComment(finding.id, "Otherwise."))
    law, liability = (by_text(workspace, SECOND)[NEW[index]] for index in (2, 3))
    workspace.apply(SetDecision(law.id, "accepted"))
    workspace.apply(SetComment(liability.id, "Said since."))
    workspace.versions.unfollow(SECOND.sha256)
    left = {finding.id: finding for finding in workspace.findings(SECOND.sha256)}
    assert (left.pop(law.id).decision, left.pop(liability.id).comment) == ("accepted", "Said since.")
    assert list(left.values()) == [each for each in before if each.id not in (law.id, liability.id)]


def test_what_she_tagged_and_skipped_in_the_new_version_stays_hers(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "hers.fusen") as workspace:
        _, _, termination = saved(workspace, FIRST, (1, 2, 3))
        workspace.apply(SetDecision(termination.id, "accepted"))
        saved(workspace, SECOND, (2, 3, 4))
        workspace.versions.follow(SECOND, FIRST.sha256)
        found = by_text(workspace, SECOND)
        tags = (TagScore("insurance", 1.0),)
        workspace.apply(SetTags(found[NEW[2]].id, tags))  # of which nothing had been said
        workspace.apply(SetSkipped(found[NEW[3]].id, skipped=True))
        workspace.apply(SetTags(found[NEW[4]].id, tags))  # whose words had changed
        before = workspace.findings(SECOND.sha256)
        workspace.versions.unfollow(SECOND.sha256)
        assert workspace.findings(SECOND.sha256) == before


def test_nothing_that_was_said_of_the_new_version_is_written_over(workspace: Workspace) -> None:
    law = by_text(workspace, SECOND)[NEW[2]]
    workspace.apply(SetDecision(law.id, "accepted"))
    workspace.versions.follow(SECOND, FIRST.sha256)
    assert by_text(workspace, SECOND)[NEW[2]].decision == "accepted"
    again = workspace.findings(SECOND.sha256)
    workspace.versions.follow(SECOND, FIRST.sha256)
    assert workspace.findings(SECOND.sha256) == again


def test_what_is_gone_is_told(workspace: Workspace) -> None:
    third = make_document((ENGLISH[0], INSURANCE, ENGLISH[2]))
    saved(workspace, third, (1,))
    carried = workspace.versions.follow(third, FIRST.sha256)
    assert {finding.proposed.text for finding in carried.gone} == {ENGLISH[1], ENGLISH[3], "meet quarterly"}
    old, new = workspace.analysis(FIRST.sha256), workspace.analysis(third.sha256)
    assert old is not None
    assert new is not None
    before = workspace.findings(FIRST.sha256)
    found = changes(old, new, before)
    lost = [change for change in (*found, *further_findings(old, before, found)) if change.concern == "lost"]
    assert {change.before for change in lost} == set(carried.gone)
    words = FIRST.text.index("The parties")
    beside = added_finding(FIRST, None, words, words + len("The parties"))
    workspace.apply(SetDecision(beside.id, "added"), beside)
    before = workspace.findings(FIRST.sha256)
    found = changes(old, new, before)
    lost = [change for change in (*found, *further_findings(old, before, found)) if change.concern == "lost"]
    assert {change.before.text for change in lost if change.before} == {f.text for f in carried.gone} | {"The parties"}


def test_all_that_was_said_of_passages_that_were_merged_is_told(tmp_path: Path) -> None:
    pieces = (
        "The Supplier shall deliver the goods on time and in full to the depot.",
        "The Supplier shall bear all costs of transport and of packaging of the goods.",
    )
    old = make_document(("Agreement", *pieces), file="/contracts/one v1.pdf")
    new = make_document(("Agreement", " ".join(pieces)), file="/contracts/one v2.pdf")
    with Workspace.open(tmp_path / "merged.fusen") as workspace:
        for finding, decision in zip(saved(workspace, old, (1, 2)), ("accepted", "rejected"), strict=True):
            workspace.apply(SetDecision(finding.id, decision))  # type: ignore[arg-type] -- one of two
        words = old.text.index("all costs")
        added = added_finding(old, None, words, words + len("all costs"))
        workspace.apply(SetDecision(added.id, "added"), added)
        saved(workspace, new, ())
        workspace.versions.follow(new, old.sha256)
        told = changes_between(workspace, old.sha256, new.sha256)
        assert sorted(each.before.decision for each in told if each.before) == ["accepted", "added", "rejected"]
        assert {(each.concern, each.new_text) for each in told} == {("again", " ".join(pieces))}


def test_the_brief_tells_what_changed_also_where_the_old_version_is_off_the_shelf(workspace: Workspace) -> None:
    workspace.versions.follow(SECOND, FIRST.sha256)
    told = brief_of(workspace, SECOND.sha256).changes
    assert told
    workspace.library.remove(FIRST.sha256)
    assert [(each.kind, each.before, each.decision_before) for each in brief_of(workspace).changes] == [
        (each.kind, each.before, each.decision_before) for each in told
    ]


def test_a_document_that_shares_most_is_offered_and_no_other(workspace: Workspace) -> None:
    other = make_document(JAPANESE, file="/contracts/業務委託.pdf")
    saved(workspace, other, (1,))
    likely = workspace.versions.likely_predecessor(SECOND.sha256)
    assert likely is not None
    assert likely.document.sha256 == FIRST.sha256
    assert 0.5 < likely.share < 1
    assert workspace.versions.likely_predecessor(other.sha256) is None
    workspace.versions.follow(SECOND, FIRST.sha256, "offered")
    assert workspace.versions.likely_predecessor(SECOND.sha256) is None
    assert workspace.versions.likely_predecessor(FIRST.sha256) is None  # its successor is none of its predecessors


def test_the_older_one_is_not_offered_as_the_newer_one(workspace: Workspace) -> None:
    likely = workspace.versions.likely_predecessor(SECOND.sha256)
    assert likely is not None
    assert likely.document.sha256 == FIRST.sha256
    assert workspace.versions.likely_predecessor(FIRST.sha256) is None


def test_versions_do_not_go_in_circles(workspace: Workspace) -> None:
    workspace.versions.follow(SECOND, FIRST.sha256)
    with pytest.raises(FusenError, match="earlier version") as told:
        workspace.versions.follow(FIRST, SECOND.sha256)
    assert told.value.code == "unsupported"
    with pytest.raises(FusenError):
        workspace.versions.follow(SECOND, SECOND.sha256)


def test_a_change_that_takes_nothing_along_is_asked_and_told_in_the_log(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "bare.fusen") as workspace:
        (termination,) = saved(workspace, FIRST, (3,))
        workspace.apply(SetDecision(termination.id, "accepted"))
        saved(workspace, SECOND, ())
        carried = workspace.versions.follow(SECOND, FIRST.sha256)
        assert carried.operations == ()
        assert [finding.text for finding in workspace.findings(SECOND.sha256)] == [NEW[4]]
        assert workspace.verify().problems == ()


def test_what_was_not_answered_in_the_second_version_is_asked_in_the_third(workspace: Workspace) -> None:
    workspace.versions.follow(SECOND, FIRST.sha256)
    for words in (NEW[4], NEW[4].replace("Either", "Each")):
        document = make_document((NEW[0], *NEW[2:4], words, NEW[5]), file="/contracts/services v3.pdf")
        saved(workspace, document, ())
        workspace.versions.follow(document, SECOND.sha256)
        termination = by_text(workspace, document)[words]
        asked = workspace.versions.asked_again(document.sha256)
        assert set(asked) == {termination.id} == workspace.versions.asked_ids(document.sha256)
        assert (asked[termination.id].source.text, asked[termination.id].source.decision) == (ENGLISH[3], "accepted")
        assert asked[termination.id].decided_at
        assert termination.comment == "Agreed with sales."


def test_a_decision_stays_whose_it_was(workspace: Workspace) -> None:
    law, liability = (by_text(workspace, FIRST)[ENGLISH[index]] for index in (2, 1))
    workspace.reviewer = "Mori"
    opinion = Opinion("Sato", "rejected", "Usual.", "2026-01-02T03:04:05.000+00:00", "ab" * 32)
    workspace.apply(
        Together((SetOpinion(law.id, "Sato", opinion), SetDecision(law.id, "rejected", "Sato", opinion.at)))
    )
    workspace.apply(SetDecision(liability.id, "edited"))
    workspace.apply(SetOpinion(liability.id, "Sato", opinion))
    workspace.reviewer = "Abe"
    workspace.versions.follow(SECOND, FIRST.sha256)
    found = by_text(workspace, SECOND)
    taken = found[NEW[2]]
    assert (taken.decided_by, taken.decided_at, taken.opinions) == ("Sato", opinion.at, (opinion,))
    assert not is_own(taken)
    assert (found[NEW[3]].decided_by, disagree(found[NEW[3]])) == ("Mori", True)
    workspace.versions.unfollow(SECOND.sha256)
    assert not any(finding.is_touched for finding in workspace.findings(SECOND.sha256))


def test_what_another_reviewer_said_of_the_new_version_keeps_nothing_of_ones_own_out(workspace: Workspace) -> None:
    workspace.reviewer = "Mori"
    law = by_text(workspace, SECOND)[NEW[2]]
    opinion = Opinion("Sato", "accepted", "Hm.", "2026-01-02T03:04:05.000+00:00", "ab" * 32)
    workspace.apply(
        Together(
            (
                SetOpinion(law.id, "Sato", opinion),
                SetDecision(law.id, "accepted", "Sato", opinion.at),
                SetComment(law.id, "Hm."),
            )
        )
    )
    workspace.apply(SetComment(by_text(workspace, FIRST)[ENGLISH[2]].id, "Not ours."))
    workspace.versions.follow(SECOND, FIRST.sha256)
    kept = by_text(workspace, SECOND)[NEW[2]]
    assert (kept.decision, kept.comment, kept.opinions) == ("rejected", "Not ours.", (opinion,))


def test_what_came_of_a_document_that_it_is_no_version_of_is_taken_back(workspace: Workspace) -> None:
    other = make_document((*ENGLISH[:2], ENGLISH[2], "Nothing else."), file="/contracts/other.pdf")
    (wrong,) = saved(workspace, other, (2,))
    workspace.apply(SetDecision(wrong.id, "accepted"))
    workspace.versions.follow(SECOND, other.sha256)
    assert by_text(workspace, SECOND)[NEW[2]].decision == "accepted"
    with pytest.raises(FusenError):
        workspace.versions.follow(SECOND, "0" * 64)
    assert by_text(workspace, SECOND)[NEW[2]].decision == "accepted"
    workspace.versions.follow(SECOND, FIRST.sha256)
    assert by_text(workspace, SECOND)[NEW[2]].decision == "rejected"
    assert workspace.versions.history(SECOND.sha256) == (SECOND.sha256, FIRST.sha256)


def test_a_japanese_contract_with_other_line_breaks_and_numbers(tmp_path: Path) -> None:
    old = make_document(
        (
            "業務委託契約書",
            "第2条 乙は、秘密情報を第三者に開示してはならない。",
            "甲は三十日以内に支払う。",
            "本契約は日本法に準拠する。",
        )
    )
    new = make_document(
        (
            "業務委託契約書",
            "第３条 乙は、秘密情報を 第三者に開示してはならない。",
            "甲は六十日以内に支払う。",
            "本契約は日本法に準拠する。",
        )
    )
    with Workspace.open(tmp_path / "ja.fusen") as workspace:
        secret, payment = saved(workspace, old, (1, 2))
        workspace.apply(SetDecision(payment.id, "accepted"))
        workspace.apply(SetRange(secret.id, span_of(old, secret.start + 6, secret.end - 1)))
        saved(workspace, new, (1, 2))
        workspace.versions.follow(new, old.sha256)
        kept, asked = workspace.findings(new.sha256)
        assert kept.decision == "edited"
        assert kept.text == "、秘密情報を 第三者に開示してはならない"
        assert asked.decision == "undecided"
        assert set(workspace.versions.asked_again(new.sha256)) == {asked.id}
