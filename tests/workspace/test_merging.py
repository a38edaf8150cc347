"""Merging what another reviewer decided: nothing of one's own is overwritten, in any order, as often as one likes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from app.cli import app
from app.errors import FusenError
from app.export.phrases import certainty
from app.export.wording import opinion_words
from app.review.agreement import agreement
from app.review.audit_words import Names, entry_words
from app.review.findings import Decision, Finding, Opinion, Piece
from app.review.handover import Review, read_review
from app.review.operations import SetComment, SetDecision, SetOpinion, SetRange, SetTags, Together
from app.review.settling import decided_alone, disagree, settlement
from app.ui.merge_page import write_hand_over
from app.workspace.across import Wish
from app.workspace.briefing import brief_of
from app.workspace.merging import Comparison, Plan, hand_over, merge, plan, read_file
from app.workspace.store import Workspace
from tests.samples import make_analysis, make_document

DOCUMENT = make_document()


@contextmanager
def opened(folder: Path, name: str) -> Iterator[Workspace]:
    with Workspace.open(folder / f"{name}.fusen") as workspace:
        workspace.reviewer = name
        if not workspace.documents():
            workspace.save_analysis(DOCUMENT, make_analysis(DOCUMENT, selected=(0, 1, 2, 3, 4)))
        yield workspace


def decide(workspace: Workspace, *decisions: Decision) -> None:
    for finding, decision in zip(workspace.findings(DOCUMENT.sha256), decisions, strict=False):
        workspace.apply(SetDecision(finding.id, decision))


def handed(folder: Path, name: str, *decisions: Decision, comment: str = "") -> bytes:
    with opened(folder, name) as workspace:
        decide(workspace, *decisions)
        if comment:
            workspace.apply(SetComment(workspace.findings(DOCUMENT.sha256)[0].id, comment))
        return hand_over(workspace)


def take(workspace: Workspace, content: bytes) -> Comparison:
    review = read_review(content, "a")
    made = plan(workspace, review)
    merge(workspace, review)
    return made.comparison


def state(workspace: Workspace) -> list[tuple[str, str, str, tuple[object, ...]]]:
    return [(f.decision, f.decided_by, f.comment, f.opinions) for f in workspace.findings(DOCUMENT.sha256)]


def test_what_only_another_reviewer_said_something_of_is_counted(tmp_path: Path) -> None:
    theirs = handed(tmp_path, "Sato", "accepted")
    with opened(tmp_path, "Mori") as mine:
        take(mine, theirs)
        mine.save_analysis(DOCUMENT, make_analysis(DOCUMENT, selected=()))
        (only,) = mine.findings(DOCUMENT.sha256)
        mine.apply(SetDecision(only.id, "undecided"))
        assert (mine.library.shelf()[0].total, mine.library.across(Wish(decision="undecided")).total) == (1, 1)


def test_own_decisions_stay_and_others_are_taken_where_there_are_none(tmp_path: Path) -> None:
    theirs = handed(tmp_path, "Sato", "accepted", "rejected", "accepted", comment="Ask Legal?")
    with opened(tmp_path, "Mori") as mine:
        decide(mine, "accepted", "accepted")
        assert take(mine, theirs) == Comparison("Sato", 3, 1, 1, 1, documents=(DOCUMENT.text.split("\n")[0],))
        first, second, third, *_ = mine.findings(DOCUMENT.sha256)
        assert (first.decision, first.decided_by, first.comment) == ("accepted", "Mori", "")
        assert first.opinions[0].comment == "Ask Legal?"
        assert (second.decision, second.decided_by, disagree(second)) == ("accepted", "Mori", True)
        assert (third.decision, third.decided_by, disagree(third)) == ("accepted", "Sato", False)
        assert third.decided_at == third.opinions[0].at
        assert mine.verify().is_whole
        brief = brief_of(mine)
        assert brief.reviewers == ("Mori", "Sato")
        assert brief.audit_head == mine.audit_head()
        assert [each.reason for each in brief.questions] == ["disagreement"]


def test_the_same_file_twice_changes_nothing_and_a_merge_is_one_step(tmp_path: Path) -> None:
    theirs = handed(tmp_path, "Sato", "accepted", "rejected", "rejected", comment="No")
    with opened(tmp_path, "Mori") as mine:
        decide(mine, "accepted")
        before = state(mine)
        take(mine, theirs)
        merged, head = state(mine), mine.audit_head()
        take(mine, theirs)
        assert (state(mine), mine.audit_head()) == (merged, head)
        mine.undo()
        assert state(mine) == before
        mine.redo()
        assert state(mine) == merged
        assert mine.verify().is_whole


def test_deciding_again_makes_it_ones_own(tmp_path: Path) -> None:
    theirs = handed(tmp_path, "Sato", "rejected")
    with opened(tmp_path, "Mori") as mine:
        take(mine, theirs)
        decide(mine, "rejected")
        assert state(mine)[0][:2] == ("rejected", "Mori")
        mine.undo()
        assert state(mine)[0][:2] == ("rejected", "Sato")


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from(("undecided", "accepted", "rejected")), min_size=3, max_size=3), min_size=4, max_size=4
    )
)
def test_the_order_of_files_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, decisions: list[list[Decision]]
) -> None:
    folder = tmp_path_factory.mktemp("order")
    mine, *others = decisions
    files = []
    for name, each in zip(("Abe", "Ito", "Ono"), others, strict=True):
        if set(each) != {"undecided"}:
            files.append(handed(folder, name, *each, comment=f"{name} says"))
    found = []
    for number, order in enumerate(permutations(files)):
        with opened(folder, f"Mori{number}") as workspace:
            workspace.reviewer = "Mori"
            decide(workspace, *mine)
            for content in order:
                take(workspace, content)
            found.append(state(workspace))
    assert all(each == found[0] for each in found)


def test_a_later_hand_over_replaces_an_earlier_one_and_not_the_other_way(tmp_path: Path) -> None:
    early = handed(tmp_path, "Sato", "accepted", "accepted")
    with opened(tmp_path, "Sato") as theirs:
        first, second, *_ = theirs.findings(DOCUMENT.sha256)
        theirs.apply(Together((SetDecision(first.id, "undecided"), SetDecision(second.id, "rejected"))))
        late = hand_over(theirs)
    for files in ((early, late), (late, early), (late,)):
        with opened(tmp_path, f"Mori{len(files)}{files[0] == late}") as mine:
            for content in files:
                take(mine, content)
            assert [each[:2] for each in state(mine)[:2]] in (
                [("undecided", ""), ("rejected", "Sato")],
                [("accepted", "Sato"), ("rejected", "Sato")] if files == (late, early) else None,
            )


def test_what_another_added_moved_and_tagged_comes_along(tmp_path: Path) -> None:
    with opened(tmp_path, "Sato") as theirs:
        base = theirs.findings(DOCUMENT.sha256)[1]
        theirs.apply(Together((SetDecision(base.id, "accepted"), SetTags(base.id, ()))))
        file = hand_over(theirs)
        without = hand_over(theirs, texts=False)
    assert DOCUMENT.text[30:60].encode() not in without
    path = tmp_path / "bare.fusen"
    with Workspace.open(path) as mine:
        mine.reviewer = "Mori"
        mine.add_document(DOCUMENT)
        assert take(mine, without).unknown == 1
        assert take(mine, file).undecided == 1
        (found,) = mine.findings(DOCUMENT.sha256)
        assert (found.text, found.decision, found.tags) == (base.text, "accepted", ())
        assert mine.verify().is_whole
        mine.undo()
        assert mine.findings(DOCUMENT.sha256) == ()
        assert mine.verify().is_whole


def test_ends_that_another_moved_are_believed_only_as_far_as_the_words_stand_there(tmp_path: Path) -> None:
    with opened(tmp_path, "Sato") as theirs:
        base = theirs.findings(DOCUMENT.sha256)[1]
        span = replace(base.span, start=base.start + 4, text=base.text[4:])
        theirs.apply(SetRange(base.id, span))
        files = {"with words": hand_over(theirs), "without": hand_over(theirs, texts=False)}
        for name, forged in (
            ("other words", replace(span, text="The Supplier is not liable.")),
            ("another page", replace(span, page=7)),
            ("beyond the end", replace(span, start=10**6, end=10**6 + 5, text="")),
        ):
            theirs.apply(SetRange(base.id, forged))
            files[name] = hand_over(theirs)
    for name, content in files.items():
        with opened(tmp_path, f"Mori {name}") as mine:
            assert take(mine, content).undecided == 1
            found = mine.findings(DOCUMENT.sha256)[1]
            assert (found.decision, found.decided_by) == ("edited", "Sato")
            assert found.text == (span.text if name.startswith("with") else base.text)
            assert DOCUMENT.text[found.start : found.end] == found.text


def test_a_range_over_the_end_of_a_page_comes_whole(tmp_path: Path) -> None:
    with opened(tmp_path, "Sato") as theirs:
        base = theirs.findings(DOCUMENT.sha256)[2]
        span = replace(base.span, end=base.end + 20, text=DOCUMENT.text[base.start : base.end + 20])
        span = replace(span, more=(Piece(2, ((72.0, 90.0, 99.0, 90.0, 99.0, 100.0, 72.0, 100.0),)),))
        theirs.apply(SetRange(base.id, span))
        file = hand_over(theirs)
    with opened(tmp_path, "Mori") as mine:
        take(mine, file)
        assert mine.findings(DOCUMENT.sha256)[2].span == span


def test_two_of_one_name_are_told_apart_by_as_much_of_the_key_as_it_takes(tmp_path: Path) -> None:
    def called(workspace: Workspace, name: str, signer: str) -> str:
        review = read_review(file, "a")
        return plan(workspace, msgspec.structs.replace(review, reviewer=name, signer=signer)).comparison.reviewer

    file = handed(tmp_path, "Sato", "accepted")
    with opened(tmp_path, "Mori") as mine:
        finding = mine.findings(DOCUMENT.sha256)[0]
        assert called(mine, "Sa\nto ", "12" * 32) == "Sa to"
        for name, signer in (("Sato", "ab" * 32), ("Sato (cdcdcd)", "cd" * 32)):
            mine.apply(SetOpinion(finding.id, name, Opinion(name, "accepted", signer=signer)))
        assert called(mine, "Sato", "ab" * 32) == "Sato"
        assert called(mine, "Sato", "cd" * 32) == "Sato (cdcdcd)"
        assert called(mine, "Sato", "cdcdcd" + "00" * 29) == "Sato (cdcdcd0000000000)"
        assert called(mine, "Mori", "ef" * 32) == "Mori (efefef)"


def test_what_was_decided_since_a_file_was_summed_up_stays(tmp_path: Path) -> None:
    review = read_review(handed(tmp_path, "Sato", "rejected", "rejected"), "a")
    with opened(tmp_path, "Mori") as mine:
        assert plan(mine, review).comparison.undecided == 2
        decide(mine, "accepted")
        merge(mine, review)
        assert [each[:2] for each in state(mine)[:2]] == [("accepted", "Mori"), ("rejected", "Sato")]


def test_what_is_decided_in_another_window_while_a_file_is_merged_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path, "Sato") as sato:
        decide(sato, "accepted")
        review = read_review(hand_over(sato), "sato")
    with opened(tmp_path, "Mori") as mori, opened(tmp_path, "Mori") as window:

        def plan_slowly(workspace: Workspace, of: Review) -> Plan:
            made = plan(workspace, of)
            monkeypatch.undo()
            decide(window, "rejected")
            return made

        monkeypatch.setattr("app.workspace.merging.plan", plan_slowly)
        merge(mori, review)
        first = mori.findings(mori.documents()[0].sha256)[0]
    assert (first.decision, first.decided_by) == ("rejected", "Mori")
    assert [opinion.decision for opinion in first.opinions] == ["accepted"]


def test_who_decided_in_the_end_is_noted_and_is_no_agreement(tmp_path: Path) -> None:
    with opened(tmp_path, "Sato") as theirs:
        decide(theirs, "rejected", "rejected")
        early = hand_over(theirs)
        theirs.apply(SetComment(theirs.findings(DOCUMENT.sha256)[0].id, "Still no."))
        late = hand_over(theirs)
    with opened(tmp_path, "Mori") as mine:
        decide(mine, "accepted", "rejected")
        take(mine, early)
        before = mine.findings(DOCUMENT.sha256)
        assert [each.reason for each in brief_of(mine).questions] == ["disagreement"]
        decide(mine, "accepted")  # the same again: she has heard the other and stays with it
        first, second, *_ = mine.findings(DOCUMENT.sha256)
        settled = settlement(first)
        assert settled is not None
        assert (disagree(first), settled.by, settled.before) == (False, "Mori", "accepted")
        assert settlement(second) is None
        decide(mine, "rejected")
        first = mine.findings(DOCUMENT.sha256)[0]
        assert decided_alone(first) == ("accepted", "Mori")
        found = agreement(mine.findings(DOCUMENT.sha256), "Mori")
        assert (found.pairs[0].agreement, found.disagreements, found.settled) == (0.5, 1, 1)
        decide(mine, "edited")
        brief = brief_of(mine)
        assert not brief.questions
        (told,) = brief.findings
        assert [(each.reviewer, each.decision) for each in told.opinions] == [
            ("Mori", "accepted"),
            ("Sato", "rejected"),
        ]
        assert "decided in the end: Edited (Mori, " in " ".join(opinion_words(told, "en"))
        assert "最終判断" in certainty(told, "ja")
        entries = [entry for _, entry, _ in mine.audit.told() if entry is not None]
        assert "edited, disagreement settled" in entry_words(entries[-1], {}, Names())
        take(mine, early)
        assert settlement(mine.findings(DOCUMENT.sha256)[0]) is not None  # nothing new in it
        take(mine, late)
        assert disagree(mine.findings(DOCUMENT.sha256)[0])  # what she says now was not heard yet
        for _ in range(4):
            mine.undo()
        assert mine.findings(DOCUMENT.sha256) == before
        assert mine.verify().is_whole


def test_other_documents_and_own_reviews_are_refused(tmp_path: Path) -> None:
    theirs = handed(tmp_path, "Sato", "accepted")
    with opened(tmp_path, "Sato") as own, pytest.raises(FusenError, match="your own"):
        plan(own, read_review(theirs, "a"))
    with Workspace.open(tmp_path / "empty.fusen") as empty:
        empty.add_document(replace(DOCUMENT, sha256="f" * 64))
        with pytest.raises(FusenError, match="other versions"):
            plan(empty, read_review(theirs, "a"))
    with opened(tmp_path, "Mori") as mine, pytest.raises(FusenError, match="Nothing was decided"):
        hand_over(mine)
    with pytest.raises(FusenError, match="no file"):
        read_file(tmp_path / "none.fusenreview")


def test_words_that_do_not_stand_there_are_left_out(tmp_path: Path) -> None:
    other = replace(DOCUMENT, text=DOCUMENT.text.replace("liability", "LIABILITY"))
    with Workspace.open(tmp_path / "other.fusen") as theirs:
        theirs.reviewer = "Sato"
        theirs.save_analysis(other, make_analysis(other))
        theirs.apply(SetDecision(theirs.findings(DOCUMENT.sha256)[0].id, "accepted"))
        file = hand_over(theirs)
    with opened(tmp_path, "Mori") as mine:
        assert take(mine, file).unknown == 1
        assert all(not finding.opinions for finding in mine.findings(DOCUMENT.sha256))


def test_the_commands(tmp_path: Path) -> None:
    run = CliRunner().invoke
    for name, decisions in (("Sato", ("accepted", "rejected", "accepted")), ("Mori", ("accepted", "accepted"))):
        with opened(tmp_path, name) as workspace:
            decide(workspace, *decisions)
    file = str(tmp_path / "sato.fusenreview")
    done = run(app, ["review", "hand-over", str(tmp_path / "Sato.fusen"), "--out", file, "--reviewer", "Sato"])
    assert (done.exit_code, done.stdout.strip()) == (0, file)
    nowhere = str(tmp_path / "none" / "sato.fusenreview")
    assert run(app, ["review", "hand-over", str(tmp_path / "Sato.fusen"), "--out", nowhere]).exit_code == 1
    assert run(app, ["audit", "show", str(tmp_path / "Sato.fusen")]).stdout.count("Handed over") == 1
    mine = [str(tmp_path / "Mori.fusen"), "--reviewer", "Mori"]
    done = run(app, ["review", "merge", *mine, file])
    assert done.exit_code == 0, done.output
    assert "Sato decided on 3 passages: 1 as you, 1 otherwise, 1 that you have not decided." in done.stdout
    assert "nothing changed" in run(app, ["review", "merge", *mine, file]).stdout
    done = run(app, ["review", "agreement", *mine, "--json"])
    value = json.loads(done.stdout)
    assert value["pairs"][0]["reviewers"] == ["Mori", "Sato"]
    assert (value["pairs"][0]["passages"], value["disagreements"]) == (2, 1)
    assert "50% alike on 2 passages" in run(app, ["review", "agreement", *mine]).stdout
    assert run(app, ["review", "merge", *mine, str(tmp_path / "Sato.fusen")]).exit_code == 1
    done = run(app, ["audit", "verify", mine[0]])
    assert (done.exit_code, "is whole" in done.stdout) == (0, True)
    assert "Merged the review of Sato" in run(app, ["audit", "show", mine[0]]).stdout


def test_handing_over_replaces_a_review_and_nothing_else(tmp_path: Path) -> None:
    run = CliRunner().invoke
    original = tmp_path / "contract.pdf"
    with opened(tmp_path, "Sato") as workspace:
        decide(workspace, "accepted")
        workspace.originals.moved(workspace.documents()[0].sha256, original)
    original.write_bytes(b"the original")
    (tmp_path / "notes.txt").write_text("my own")
    (tmp_path / "again.fusen").symlink_to(tmp_path / "Sato.fusen")
    before = {file: file.read_bytes() for file in (original, tmp_path / "notes.txt", tmp_path / "Sato.fusen")}
    for out, told in (
        ("Sato.fusen", "is the workspace"),
        ("again.fusen", "is the workspace"),
        ("contract.pdf", "is the original"),
        ("notes.txt", "is no review"),
    ):
        done = run(app, ["review", "hand-over", str(tmp_path / "Sato.fusen"), "--out", str(tmp_path / out)])
        assert (done.exit_code, told in done.stderr) == (1, True), done.output
    with pytest.raises(FusenError, match="is the workspace"):
        write_hand_over(tmp_path / "Sato.fusen", "Sato", tmp_path / "again.fusen")
    assert {file: file.read_bytes() for file in before} == before
    for _ in range(2):
        arguments = ["review", "hand-over", str(tmp_path / "Sato.fusen"), "--out", str(tmp_path / "sato.fusenreview")]
        assert run(app, arguments).exit_code == 0


def test_findings_are_equal_whatever_the_date() -> None:
    assert Finding.__dataclass_fields__["decided_at"].compare is False
