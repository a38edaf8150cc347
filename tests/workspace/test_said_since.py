"""What is said of an old version after the new one followed it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from samples import ENGLISH, JAPANESE, make_document

from app.documents.document import Document
from app.review.findings import Finding, Opinion
from app.review.operations import SetComment, SetDecision, SetOpinion, SetOwner, Together
from app.review.settling import disagree
from app.workspace.store import Workspace
from app.workspace.versions import SaidSince
from tests.workspace.version_samples import FIRST, NEW, SECOND, THIRD, agree, by_text, saved


@pytest.fixture
def followed(tmp_path: Path) -> Iterator[Workspace]:
    """The second version follows the first, of which nothing was said yet."""
    with Workspace.open(tmp_path / "followed.fusen") as workspace:
        saved(workspace, FIRST, (1, 2, 3))
        saved(workspace, SECOND, (1, 2, 3))
        workspace.versions.follow(SECOND, FIRST.sha256)
        yield workspace
        assert workspace.verify().problems == ()


def say(workspace: Workspace, document: Document, words: str, *said: str) -> Finding:
    """Decide on a passage, with a comment."""
    finding = by_text(workspace, document)[words]
    for each in said:
        decided = each in ("accepted", "rejected", "undecided")
        workspace.apply(SetDecision(finding.id, each) if decided else SetComment(finding.id, each))  # type: ignore[arg-type]
    return finding


def test_what_is_decided_on_the_old_version_later_is_taken_over_when_asked_to(followed: Workspace) -> None:
    versions = followed.versions
    assert versions.said_since(SECOND) == SaidSince()
    followed.reviewer = "Mori"
    say(followed, FIRST, ENGLISH[2], "accepted", "Ours.")
    asked = say(followed, FIRST, ENGLISH[3], "rejected")
    followed.reviewer = "Abe"
    before = followed.findings(SECOND.sha256)
    since = versions.said_since(SECOND)
    assert [(origin.source.text, origin.holds) for origin in since.origins] == [(ENGLISH[2], True), (ENGLISH[3], False)]
    assert followed.findings(SECOND.sha256) == before  # nothing happens unasked
    assert versions.take_over(SECOND) == since
    law = by_text(followed, SECOND)[NEW[2]]
    assert (law.decision, law.decided_by, law.comment) == ("accepted", "Mori", "Ours.")
    assert versions.asked_again(SECOND.sha256)[by_text(followed, SECOND)[NEW[4]].id].source.id == asked.id
    assert versions.said_since(SECOND) == SaidSince()
    agree(followed)
    followed.undo()
    assert not by_text(followed, SECOND)[NEW[2]].is_touched
    assert versions.said_since(SECOND) == SaidSince()  # she took it back: it is not offered again
    say(followed, FIRST, ENGLISH[2], "rejected")
    assert len(versions.take_over(SECOND).origins) == 1
    assert by_text(followed, SECOND)[NEW[2]].decision == "rejected"


def test_what_is_taken_over_later_writes_over_nothing_of_the_new_version(followed: Workspace) -> None:
    say(followed, SECOND, NEW[2], "rejected")
    say(followed, SECOND, NEW[3], "Mine.")
    say(followed, FIRST, ENGLISH[2], "accepted", "Theirs.")
    liability = say(followed, FIRST, ENGLISH[1], "accepted", "Theirs.")
    followed.apply(SetOwner(liability.id, "Sato"))
    (origin,) = followed.versions.take_over(SECOND).origins
    assert origin.source.id == liability.id
    found = by_text(followed, SECOND)
    assert (found[NEW[2]].decision, found[NEW[2]].comment) == ("rejected", "")
    assert (found[NEW[3]].decision, found[NEW[3]].comment, found[NEW[3]].owner) == ("accepted", "Mine.", "Sato")
    say(followed, SECOND, NEW[3], "undecided")
    assert followed.versions.said_since(SECOND) == SaidSince()


def test_what_was_said_before_and_what_was_taken_back_is_not_offered(followed: Workspace) -> None:
    say(followed, FIRST, ENGLISH[2], "accepted")
    followed.versions.follow(SECOND, FIRST.sha256)
    say(followed, SECOND, NEW[2], "undecided")
    assert followed.versions.said_since(SECOND) == SaidSince()
    say(followed, FIRST, ENGLISH[1], "accepted", "undecided")
    assert followed.versions.said_since(SECOND) == SaidSince()
    other = make_document(JAPANESE, file="/contracts/業務委託.pdf")
    saved(followed, other, (1,))
    assert followed.versions.said_since(other) == SaidSince()


def test_the_third_version_hears_of_the_first_and_of_the_second(followed: Workspace) -> None:
    saved(followed, SECOND, (1, 2, 3, 4))
    saved(followed, THIRD, (1, 2, 3, 4))
    followed.versions.follow(THIRD, SECOND.sha256)
    say(followed, FIRST, ENGLISH[2], "accepted")
    say(followed, FIRST, ENGLISH[1], "accepted")
    say(followed, SECOND, NEW[3], "rejected")  # the nearer one counts
    assert len(followed.versions.take_over(THIRD).origins) == 2
    found = by_text(followed, THIRD)
    assert (found[NEW[2]].decision, found[NEW[3]].decision) == ("accepted", "rejected")
    assert followed.versions.said_since(THIRD) == SaidSince()
    say(followed, SECOND, NEW[4], "rejected")
    followed.versions.take_over(THIRD)
    assert by_text(followed, THIRD)[NEW[4]].decision == "rejected"
    say(followed, FIRST, ENGLISH[3], "accepted", "Old.")
    assert followed.versions.said_since(THIRD) == SaidSince()
    agree(followed)


def test_what_a_colleague_said_of_the_old_version_comes_along(followed: Workspace) -> None:
    law = say(followed, FIRST, ENGLISH[2], "accepted")
    followed.versions.take_over(SECOND)
    liability = by_text(followed, FIRST)[ENGLISH[1]]
    opinion = Opinion("Sato", "rejected", "Hm.", "2020-01-02T03:04:05.000+00:00", "ab" * 32, handed_at="2020-01-03")
    followed.apply(
        Together(
            (
                SetOpinion(law.id, "Sato", opinion),
                SetOpinion(liability.id, "Sato", opinion),
                SetDecision(liability.id, "rejected", "Sato", opinion.at),
            )
        ),
        told="merged",
    )
    assert len(followed.versions.take_over(SECOND).origins) == 2
    found = by_text(followed, SECOND)
    assert (found[NEW[2]].decision, disagree(found[NEW[2]])) == ("accepted", True)  # beside one's own decision
    assert (found[NEW[3]].decision, found[NEW[3]].decided_by) == ("rejected", "Sato")
    assert followed.versions.said_since(SECOND) == SaidSince()
