"""Analyses are kept by document, model and settings, so that earlier settings are there again at once; the latest few of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from samples import ENGLISH, JAPANESE, make_analysis, make_document

from app.analysis.analysis import AnalysisSettings
from app.review.operations import SetDecision
from app.workspace.analyses import KEPT
from app.workspace.store import Workspace

DOCUMENT = make_document()
ANALYSIS = make_analysis(DOCUMENT)
MODEL = ANALYSIS.model.sha256
OTHER = replace(make_analysis(DOCUMENT, selected=(1, 4)), settings=AnalysisSettings(recall=0.7))


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "w.fusen") as workspace:
        workspace.save_analysis(DOCUMENT, ANALYSIS)
        workspace.save_analysis(DOCUMENT, OTHER)
        yield workspace


def test_earlier_settings_are_current_again_without_an_analysis(workspace: Workspace) -> None:
    law = workspace.findings(DOCUMENT.sha256)[0]
    workspace.apply(SetDecision(law.id, "accepted"))
    assert workspace.take_analysis(DOCUMENT, MODEL, ANALYSIS.settings) == ANALYSIS
    assert workspace.analysis(DOCUMENT.sha256) == ANALYSIS
    assert [f.text for f in workspace.findings(DOCUMENT.sha256)] == [ENGLISH[1], ENGLISH[2], ENGLISH[3]]
    assert workspace.findings(DOCUMENT.sha256)[0].decision == "accepted"
    assert workspace.take_analysis(DOCUMENT, MODEL, OTHER.settings) == OTHER
    assert [f.text for f in workspace.findings(DOCUMENT.sha256)] == [ENGLISH[1], ENGLISH[4]]
    assert [cell.best.text for cell in workspace.library.matrix().cells.values()], "digests follow"


@pytest.mark.parametrize(
    ("model", "settings"),
    [
        ("cd" * 32, ANALYSIS.settings),
        (MODEL, AnalysisSettings(attention="dense")),
        (MODEL, AnalysisSettings(query="fees")),
    ],
)
def test_another_model_or_other_settings_are_another_analysis(
    workspace: Workspace, model: str, settings: AnalysisSettings
) -> None:
    assert workspace.take_analysis(DOCUMENT, model, settings) is None
    assert workspace.analysis(DOCUMENT.sha256) == OTHER


def test_an_analysis_of_a_text_that_was_read_otherwise_is_not_taken(workspace: Workspace) -> None:
    recognised = replace(DOCUMENT, text=DOCUMENT.text.replace("Supplier", "Suppl1er"))
    assert workspace.take_analysis(recognised, MODEL, ANALYSIS.settings) is None
    assert workspace.take_analysis(DOCUMENT, MODEL, ANALYSIS.settings) is not None


def test_an_analysis_that_cannot_be_read_is_made_anew(workspace: Workspace) -> None:
    workspace._connection.execute("UPDATE analyses SET content = x'00'")
    assert workspace.take_analysis(DOCUMENT, MODEL, ANALYSIS.settings) is None


def test_the_latest_few_of_each_document_are_kept(workspace: Workspace) -> None:
    other = make_document(JAPANESE, file="/contracts/業務委託.pdf")
    workspace.save_analysis(other, make_analysis(other))
    made = [replace(ANALYSIS, settings=AnalysisSettings(recall=0.8 + number / 100)) for number in range(KEPT + 1)]
    for analysis in made:
        workspace.save_analysis(DOCUMENT, analysis)
    assert workspace.take_analysis(DOCUMENT, MODEL, ANALYSIS.settings) is None
    assert workspace.take_analysis(DOCUMENT, MODEL, made[0].settings) is None
    assert [workspace.analyses.of(DOCUMENT, MODEL, each.settings) for each in made[1:]] == made[1:]
    assert workspace.analysis(other.sha256) is not None, "another document's stay"
    workspace.take_analysis(DOCUMENT, MODEL, made[1].settings)  # used last: the one after it is the oldest now
    workspace.save_analysis(DOCUMENT, ANALYSIS)
    assert workspace.analyses.of(DOCUMENT, MODEL, made[1].settings) is not None
    assert workspace.analyses.of(DOCUMENT, MODEL, made[2].settings) is None
