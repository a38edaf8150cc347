"""The workspace keeps documents, analyses, decisions and the way back, over restarts and re-analysis."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import ENGLISH, JAPANESE, make_analysis, make_document, with_importance

from app.analysis.analysis import AnalysisSettings
from app.errors import FusenError
from app.review.operations import DECISIONS, SetComment, SetDecision
from app.workers.protocol import OpenedDocument, PageSize
from app.workspace.store import Workspace

DOCUMENT = make_document()
ANALYSIS = make_analysis(DOCUMENT)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "review.fusen") as workspace:
        workspace.save_analysis(DOCUMENT, ANALYSIS)
        yield workspace


@pytest.mark.parametrize("sentences", [ENGLISH, JAPANESE])
def test_everything_is_there_after_a_restart(tmp_path: Path, sentences: tuple[str, ...]) -> None:
    document = make_document(sentences)
    analysis = make_analysis(document)
    path = tmp_path / "ワークスペース" / "審査.fusen"
    with Workspace.open(path) as workspace:
        workspace.save_analysis(document, analysis)
        first, *_ = workspace.findings(document.sha256)
        workspace.apply(SetDecision(first.id, "accepted"))
        workspace.apply(SetComment(first.id, "上限額を確認 – check 😀"))
        expected = workspace.findings(document.sha256)
    with Workspace.open(path) as workspace:
        assert workspace.findings(document.sha256) == expected
        assert workspace.analysis(document.sha256) == analysis
        (stored,) = workspace.documents()
        assert (stored.title, stored.page_count, stored.analyzed) == (sentences[0], 2, True)
        assert expected[0].decision == "accepted"
        assert expected[0].comment == "上限額を確認 – check 😀"
        assert [f.text for f in expected] == [p.text for p in analysis.passages if p.selected]


def test_a_document_that_was_only_opened_is_remembered(tmp_path: Path) -> None:
    opened = OpenedDocument(path="/contracts/契約.pdf", sha256="c" * 64, format="pdf", pages=(PageSize(595, 842),) * 3)
    with Workspace.open(tmp_path / "w.fusen") as workspace:
        workspace.add_document(opened)
        (stored,) = workspace.documents()
        assert (stored.file, stored.title, stored.page_count) == (
            str(Path("/contracts/契約.pdf").absolute()),
            "契約",
            3,
        )
        assert not stored.analyzed
        assert workspace.analysis("c" * 64) is None
        assert workspace.findings("c" * 64) == ()


def test_a_moved_document_keeps_its_title_date_and_decisions(workspace: Workspace) -> None:
    (before,) = workspace.documents()
    first = workspace.findings(DOCUMENT.sha256)[0]
    workspace.apply(SetDecision(first.id, "rejected"))
    workspace.add_document(OpenedDocument(path="/elsewhere/a.pdf", sha256=DOCUMENT.sha256, format="pdf", pages=()))
    (after,) = workspace.documents()
    assert after == replace(before, file=str(Path("/elsewhere/a.pdf").absolute()))
    assert workspace.findings(DOCUMENT.sha256)[0].decision == "rejected"


def test_analysing_again_keeps_what_was_decided(workspace: Workspace) -> None:
    liability, law, termination = workspace.findings(DOCUMENT.sha256)
    workspace.apply(SetDecision(liability.id, "accepted"))
    workspace.apply(SetComment(law.id, "Ask Tokyo"))
    again = with_importance(make_analysis(DOCUMENT, selected=(1, 4)), 1, 0.99)
    workspace.save_analysis(DOCUMENT, again)
    findings = {f.text: f for f in workspace.findings(DOCUMENT.sha256)}
    assert set(findings) == {ENGLISH[1], ENGLISH[2], ENGLISH[4]}, (
        "decided or commented stays, undecided goes, new comes"
    )
    assert (findings[ENGLISH[1]].decision, findings[ENGLISH[1]].importance) == ("accepted", 0.99)
    assert (findings[ENGLISH[2]].comment, findings[ENGLISH[2]].selected) == ("Ask Tokyo", False)
    assert findings[ENGLISH[4]].decision == "undecided"
    assert termination.text not in findings


def test_a_decision_does_not_move_to_other_words_at_the_same_place(workspace: Workspace) -> None:
    liability = workspace.findings(DOCUMENT.sha256)[0]
    workspace.apply(SetDecision(liability.id, "accepted"))
    passages = list(ANALYSIS.passages)
    passages[1] = replace(passages[1], text="Something else stands at these offsets.")
    workspace.save_analysis(DOCUMENT, replace(ANALYSIS, passages=tuple(passages)))
    by_text = {f.text: f.decision for f in workspace.findings(DOCUMENT.sha256)}
    assert by_text[liability.text] == "accepted"
    assert by_text["Something else stands at these offsets."] == "undecided"


def test_the_latest_analysis_counts_even_if_it_repeats_an_older_one(workspace: Workspace) -> None:
    dense = replace(ANALYSIS, settings=AnalysisSettings(attention="dense"))
    workspace.save_analysis(DOCUMENT, dense)
    assert workspace.analysis(DOCUMENT.sha256) == dense
    workspace.save_analysis(DOCUMENT, ANALYSIS)
    assert workspace.analysis(DOCUMENT.sha256) == ANALYSIS


def test_undo_reaches_back_over_a_restart_and_over_a_new_analysis(tmp_path: Path) -> None:
    path = tmp_path / "w.fusen"
    with Workspace.open(path) as workspace:
        workspace.save_analysis(DOCUMENT, ANALYSIS)
        termination = workspace.findings(DOCUMENT.sha256)[2]
        workspace.apply(SetDecision(termination.id, "accepted"))
        workspace.undo()
        workspace.save_analysis(DOCUMENT, make_analysis(DOCUMENT, selected=(1,)))
        assert termination.id not in {f.id for f in workspace.findings(DOCUMENT.sha256)}
    with Workspace.open(path) as workspace:
        change = workspace.redo()
        assert change is not None
        assert [(f.id, f.decision) for f in change.findings] == [(termination.id, "accepted")]
        assert termination.id in {f.id for f in workspace.findings(DOCUMENT.sha256)}
        assert workspace.redo() is None


def test_a_preview_is_what_saving_would_show_and_stores_nothing(workspace: Workspace) -> None:
    liability, law, _ = workspace.findings(DOCUMENT.sha256)
    workspace.apply(SetDecision(liability.id, "accepted"))
    workspace.apply(SetComment(law.id, "Ask Tokyo"))
    before = workspace.findings(DOCUMENT.sha256)
    passages = list(make_analysis(DOCUMENT, selected=(2, 4)).passages)
    passages[1] = replace(passages[1], text="Something else stands at these offsets.")
    first = replace(ANALYSIS, passages=tuple(passages), preliminary=True)
    shown = workspace.preview(DOCUMENT.sha256, first)
    assert workspace.findings(DOCUMENT.sha256) == before
    assert workspace.analysis(DOCUMENT.sha256) == ANALYSIS
    assert {f.text for f in shown} == {ENGLISH[1], ENGLISH[2], ENGLISH[4]}
    workspace.save_analysis(DOCUMENT, replace(first, preliminary=False))
    assert workspace.findings(DOCUMENT.sha256) == shown


def test_a_preliminary_analysis_is_not_stored(workspace: Workspace) -> None:
    with pytest.raises(ValueError, match="preliminary"):
        workspace.save_analysis(DOCUMENT, replace(ANALYSIS, preliminary=True))
    assert workspace.analysis(DOCUMENT.sha256) == ANALYSIS


@pytest.mark.parametrize("selected", [(1, 2), (2, 4)])
def test_a_decision_on_a_first_finding_is_kept_whatever_the_precise_reading_selects(
    tmp_path: Path, selected: tuple[int, ...]
) -> None:
    path = tmp_path / "w.fusen"
    opened = OpenedDocument(path="/contracts/services.pdf", sha256=DOCUMENT.sha256, format="pdf", pages=())
    with Workspace.open(path) as workspace:
        workspace.add_document(opened)
        first = workspace.preview(DOCUMENT.sha256, replace(ANALYSIS, preliminary=True))
        liability, law, termination = first
        workspace.apply(SetDecision(liability.id, "accepted"), liability)
        workspace.apply(SetComment(liability.id, "Too low"), liability)
        workspace.apply(SetDecision(law.id, "rejected"), law)
        workspace.undo()
        assert [(f.id, f.selected) for f in workspace.findings(DOCUMENT.sha256)] == [(liability.id, False)]
        assert workspace.analysis(DOCUMENT.sha256) is None
    with Workspace.open(path) as workspace:  # nothing followed: a kill, and another start
        shown = workspace.preview(DOCUMENT.sha256, replace(ANALYSIS, preliminary=True))
        assert [(f.id, f.decision) for f in shown] == [
            (liability.id, "accepted"),
            (law.id, "undecided"),
            (termination.id, "undecided"),
        ]
        workspace.save_analysis(DOCUMENT, with_importance(make_analysis(DOCUMENT, selected=selected), 1, 0.2))
        kept = next(f for f in workspace.findings(DOCUMENT.sha256) if f.id == liability.id)
        assert (kept.decision, kept.comment, kept.importance) == ("accepted", "Too low", 0.2)
        assert kept.selected == (1 in selected)
        workspace.redo()
        rejected = next(f for f in workspace.findings(DOCUMENT.sha256) if f.id == law.id)
        assert rejected.decision == "rejected"


def test_a_decision_that_comes_while_the_precise_findings_are_stored_does_not_change_their_scores(
    workspace: Workspace,
) -> None:
    liability = workspace.findings(DOCUMENT.sha256)[0]
    workspace.apply(SetDecision(liability.id, "accepted"), replace(liability, importance=0.1, selected=False))
    assert workspace.findings(DOCUMENT.sha256)[0] == replace(liability, decision="accepted")


def test_nothing_to_undo(workspace: Workspace) -> None:
    assert workspace.undo() is None
    assert workspace.redo() is None


def test_an_operation_without_effect_is_no_step_of_the_history(workspace: Workspace) -> None:
    first = workspace.findings(DOCUMENT.sha256)[0]
    workspace.apply(SetDecision(first.id, "accepted"))
    assert workspace.apply(SetDecision(first.id, "accepted")).findings == ()
    workspace.undo()
    assert workspace.findings(DOCUMENT.sha256)[0].decision == "undecided"


def test_an_unknown_finding_changes_nothing(workspace: Workspace) -> None:
    with pytest.raises(KeyError):
        workspace.apply(SetDecision("nowhere", "accepted"))
    assert workspace.undo() is None


steps = st.lists(
    st.one_of(
        st.tuples(st.just("decide"), st.integers(0, 2), st.sampled_from(DECISIONS)),
        st.tuples(st.just("comment"), st.integers(0, 2), st.sampled_from(["", "a", "確認"])),
        st.tuples(st.just("undo"), st.just(0), st.just("")),
        st.tuples(st.just("redo"), st.just(0), st.just("")),
        st.tuples(st.just("restart"), st.just(0), st.just("")),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_any_sequence_of_steps_agrees_with_a_plain_list_of_states(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, str]]
) -> None:
    path = tmp_path_factory.mktemp("steps") / "w.fusen"
    workspace = Workspace.open(path)
    workspace.save_analysis(DOCUMENT, ANALYSIS)
    states, now = [workspace.findings(DOCUMENT.sha256)], 0  # the reference: every state there was, and where we stand
    for kind, index, value in steps:
        target = states[now][index]
        if kind == "restart":
            workspace.close()
            workspace = Workspace.open(path)
        elif kind == "undo":
            assert workspace.can_undo == (now > 0)
            assert (workspace.undo() is None) == (now == 0)
            now = max(0, now - 1)
        elif kind == "redo":
            assert workspace.can_redo == (now < len(states) - 1)
            assert (workspace.redo() is None) == (now == len(states) - 1)
            now = min(len(states) - 1, now + 1)
        else:
            operation = SetDecision(target.id, value) if kind == "decide" else SetComment(target.id, value)  # type: ignore[arg-type]
            changed = {f.id: f for f in workspace.apply(operation).findings}
            if changed:
                states = [*states[: now + 1], tuple(changed.get(f.id, f) for f in states[now])]
                now += 1
        assert workspace.findings(DOCUMENT.sha256) == states[now]
    workspace.close()


def test_two_windows_see_each_others_decisions(workspace: Workspace) -> None:
    with Workspace.open(workspace.path) as other:
        first = other.findings(DOCUMENT.sha256)[0]
        workspace.apply(SetDecision(first.id, "accepted"))
        assert other.findings(DOCUMENT.sha256)[0].decision == "accepted"


def test_a_workspace_that_another_program_holds_is_explained(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.workspace.database.BUSY_SECONDS", 0.1)
    first = workspace.findings(DOCUMENT.sha256)[0]
    with Workspace.open(workspace.path) as other:
        workspace._connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(FusenError) as caught:
            other.apply(SetDecision(first.id, "accepted"))
        assert caught.value.code == "timeout"
        assert "close it" in caught.value.advice
        assert other.findings(DOCUMENT.sha256)[0].decision == "undecided", "reading goes on"
        workspace._connection.execute("ROLLBACK")
        other.apply(SetDecision(first.id, "accepted"))


def test_a_workspace_belongs_to_one_thread(workspace: Workspace) -> None:
    caught: list[BaseException] = []

    def use() -> None:
        try:
            workspace.undo()
        except BaseException as error:
            caught.append(error)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert "thread" in str(caught[0])


def test_an_analysis_that_cannot_be_read_does_not_take_the_decisions_with_it(workspace: Workspace) -> None:
    first = workspace.findings(DOCUMENT.sha256)[0]
    workspace.apply(SetDecision(first.id, "accepted"))
    workspace._connection.execute("UPDATE analyses SET content = substr(content, 1, length(content) / 2)")
    with pytest.raises(FusenError) as caught:
        workspace.analysis(DOCUMENT.sha256)
    assert caught.value.code == "damaged"
    assert workspace.findings(DOCUMENT.sha256)[0].decision == "accepted"


def test_the_reviewer_chooses_how_much_to_read(tmp_path: Path) -> None:
    document = make_document()
    analysis = make_analysis(document)
    with Workspace.open(tmp_path / "w.fusen") as workspace:
        workspace.save_analysis(document, analysis)
        proposed = workspace.findings(document.sha256)
        workspace.apply(SetDecision(proposed[0].id, "accepted"))
        workspace.choose_share(document.sha256, 1.0)
        assert len(workspace.findings(document.sha256)) == len(analysis.passages)
    with Workspace.open(tmp_path / "w.fusen") as workspace:  # it is kept
        chosen = workspace.analysis(document.sha256)
        assert chosen is not None
        assert chosen.settings.share == 1.0
        assert all(passage.selected for passage in chosen.passages)
        workspace.choose_share(document.sha256, None)
        assert workspace.analysis(document.sha256) == analysis
        again = workspace.findings(document.sha256)
        assert [f.id for f in again] == [f.id for f in proposed]
        assert again[0].decision == "accepted"
