"""Lists and counts of the findings of all documents, where documents have versions."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from samples import ENGLISH, make_analysis, make_document

from app.review.findings import Decision
from app.review.operations import SetComment, SetDecision
from app.workspace import across as across_module
from app.workspace.across import Wish
from app.workspace.briefing import brief_of
from app.workspace.store import Workspace
from tests.workspace.version_samples import FIRST, NEW, SECOND, agree, saved


def test_every_list_and_count_has_what_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(across_module, "MOST", 500)
    second = make_document((*ENGLISH[:3], NEW[4], ENGLISH[4]), file="/contracts/services v2.pdf")
    with Workspace.open(tmp_path / "asked.fusen") as workspace:
        law, termination = saved(workspace, FIRST, (2, 3))
        workspace.apply(SetDecision(termination.id, "accepted"))
        workspace.apply(SetDecision(law.id, "accepted"))
        saved(workspace, second, ())
        workspace.versions.follow(second, FIRST.sha256)
        (asked,) = (f for f in workspace.library.across(Wish(decision="undecided")).findings)
        assert (asked.document_sha256, asked.text) == (second.sha256, NEW[4])
        assert workspace.library.across(Wish(tag=asked.tags[0].tag)).total == 1
        assert workspace.library.across(Wish(words="ninety days")).total == 1
        assert [(entry.total, entry.decided) for entry in workspace.library.shelf()] == [(2, 2), (2, 1)]
        agree(workspace)
        assert brief_of(workspace, second.sha256).documents[0].not_looked_at.undecided == 1
        analysis = make_analysis(second, selected=(1,))
        assert asked.id in {f.id for f in workspace.preview(second.sha256, analysis)}
        for change in (
            lambda: workspace.apply(SetDecision(asked.id, "rejected")),
            workspace.undo,
            lambda: workspace.library.remove(second.sha256),
            lambda: workspace.library.restore(second.sha256),
            lambda: workspace.library.remove(FIRST.sha256),
            lambda: workspace.versions.unfollow(second.sha256),
        ):
            change()
            agree(workspace)


def test_what_nobody_decided_on_in_either_version_is_listed_once(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "once.fusen") as workspace:
        saved(workspace, FIRST, (1, 2))
        saved(workspace, SECOND, (2,))  # the law, and not the liability
        carried = workspace.versions.follow(SECOND, FIRST.sha256)
        assert (carried.origins, carried.gone) == ((), ())
        listed = workspace.library.across(Wish(decision="undecided")).findings
        assert [(f.document_sha256, f.text) for f in listed] == [(FIRST.sha256, ENGLISH[1]), (SECOND.sha256, NEW[2])]
        assert not workspace.versions.asked_ids(SECOND.sha256)
        workspace.apply(SetDecision(listed[1].id, "accepted"))
        assert [f.text for f in workspace.library.across(Wish(decision="undecided")).findings] == [ENGLISH[1]]
        agree(workspace)
        workspace.versions.unfollow(SECOND.sha256)
        assert workspace.library.across(Wish()).total == 3


@pytest.mark.parametrize("seed", range(6))
def test_lists_and_counts_agree_over_three_versions(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)
    words = [f"The Supplier shall keep the {name} of all goods for {name} years." for name in "abcdefgh"]
    documents = []
    for number in range(3):
        words = [word.replace("shall", "will") if chance.random() < 0.3 else word for word in words]
        documents.append(make_document((f"Agreement {number}", *words), file=f"/c/v{number}.pdf"))
    with Workspace.open(tmp_path / "three.fusen") as workspace:
        for document in documents:
            saved(workspace, document, tuple(chance.sample(range(1, 9), 5)))
        for step in range(40):
            document = chance.choice(documents)
            found = workspace.stored_findings(document.sha256)
            finding = chance.choice(found)
            match chance.randrange(8):
                case 0 | 1 | 2:
                    decision: Decision = chance.choice(("accepted", "rejected", "undecided"))
                    workspace.apply(SetDecision(finding.id, decision))
                case 3:
                    workspace.apply(SetComment(finding.id, chance.choice(("", "Hm."))))
                case 4:
                    place = documents.index(document)
                    if place:
                        workspace.versions.follow(document, documents[place - 1].sha256)
                case 5:
                    workspace.undo()
                case 6:
                    removed = document.sha256 in {each.sha256 for each in workspace.documents()}
                    (workspace.library.remove if removed else workspace.library.restore)(document.sha256)
                case _:
                    workspace.save_analysis(
                        document, make_analysis(document, selected=tuple(chance.sample(range(9), 3)))
                    )
            monkeypatch.setattr(across_module, "MOST", chance.choice((1, 500)))
            if step % 4 == 0:
                monkeypatch.setattr(across_module, "MOST", 500)
                agree(workspace)
        assert workspace.verify().problems == ()
