"""A document becomes an analysis: order, selection, tags, cost, refusals; once with the trained model where it is there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made import StandInScorer, made_document

from app.analysis import analyzing
from app.analysis.analysis import Analysis, AnalysisSettings
from app.analysis.analyzing import analyze
from app.analysis.selecting import ranks, select_by_share, select_by_threshold
from app.documents.document import Document, Notice
from app.documents.loading import load_document
from app.errors import FusenError
from model.scorer import Attending
from model.structure import HEADING

REPOSITORY = Path(__file__).resolve().parents[2]
MODEL = REPOSITORY / "resources" / "model"
SENTENCES = (
    "This Agreement is governed by the laws of Japan.",
    "Supplier's liability under Section 2 is limited to the fees.",
    "Either party may terminate this Agreement on notice.",
    "The parties meet quarterly and keep minutes of what they say.",
)


def document(**changes: object) -> Document:
    made = made_document(
        [("heading", "1. Law"), SENTENCES[0]], [("heading", "2. Liability"), *SENTENCES[1:]], quads=True
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def analysed(settings: AnalysisSettings | None = None, scorer: StandInScorer | None = None) -> Analysis:
    return analyze(document(), settings or AnalysisSettings(), scorer or StandInScorer(), lambda *_: None)


def test_passages_carry_place_text_quads_and_scores() -> None:
    analysis = analysed()
    texts = [passage.text for passage in analysis.passages]
    assert texts == ["1. Law", SENTENCES[0], "2. Liability", *SENTENCES[1:]]
    assert [passage.page for passage in analysis.passages] == [1, 1, 2, 2, 2, 2]
    assert all(document().text[p.start : p.end] == p.text for p in analysis.passages)
    assert [len(passage.quads) for passage in analysis.passages] == [1] * 6
    liability = analysis.passages[3]
    assert (liability.importance, liability.interval) == (0.9, (pytest.approx(0.85), pytest.approx(0.95)))


def test_ranks_count_from_one_and_equals_keep_the_order_of_the_text() -> None:
    assert [p.rank for p in analysed().passages] == [4, 5, 1, 2, 3, 6]
    assert ranks(np.array([0.2, 0.9, 0.2, 0.9])).tolist() == [3, 1, 4, 2]


def test_recall_asks_the_scorer_for_its_threshold() -> None:
    scorer = StandInScorer()
    selected = [p.text for p in analysed(AnalysisSettings(recall=0.7), scorer).passages if p.selected]
    assert selected == ["2. Liability", SENTENCES[1], SENTENCES[2]]  # 0.8 and above
    assert scorer.asked["threshold"] == ("contract", 0.7, False)


def test_a_query_has_a_threshold_of_its_own() -> None:
    scorer = StandInScorer()
    analysed(AnalysisSettings(query="who is liable?", recall=0.15), scorer)
    assert scorer.asked["query"] == "who is liable?"
    assert scorer.asked["threshold"] == ("contract", 0.15, True)


def test_share_selects_the_most_important_until_it_is_reached() -> None:
    analysis = analysed(AnalysisSettings(share=0.25))
    selected = [p for p in analysis.passages if p.selected]
    whole = sum(len(p.text) for p in analysis.passages)
    assert [p.rank for p in selected] == [1, 2]
    assert sum(len(p.text) for p in selected) >= 0.25 * whole
    assert sum(len(p.text) for p in selected if p.rank < 2) < 0.25 * whole


@pytest.mark.parametrize(
    ("share", "wanted"),
    [(0.01, [False, True, False]), (0.5, [False, True, False]), (0.51, [True, True, False]), (1.0, [True, True, True])],
)
def test_selection_by_share(share: float, wanted: list[bool]) -> None:
    assert select_by_share(np.array([0.5, 0.9, 0.1]), [20, 50, 30], share).tolist() == wanted


def test_the_threshold_itself_is_selected() -> None:
    assert select_by_threshold(np.array([0.4, 0.5, 0.6]), 0.5).tolist() == [False, True, True]


def test_only_likely_tags_are_shown_the_most_probable_first() -> None:
    analysis = analyze(
        made_document(["Unlimited liability is governed by law.", "Nothing else is said."]),
        AnalysisSettings(),
        StandInScorer(),
        lambda *_: None,
    )
    assert [(t.tag, t.probability) for t in analysis.passages[0].tags] == [
        ("governing-law", 0.9),
        ("cap-on-liability", 0.75),
    ]
    assert analysis.passages[1].tags == ()


@pytest.mark.parametrize(("asked", "given"), [("auto", None), ("report", "report")])
def test_the_model_decides_on_the_kind_unless_told(asked: str, given: str | None) -> None:
    scorer = StandInScorer()
    analysis = analysed(AnalysisSettings(kind=asked), scorer)  # type: ignore[arg-type]
    assert scorer.asked["kind"] == given
    assert analysis.kind == (given or "contract")


def test_the_settings_of_attention_reach_the_model() -> None:
    scorer = StandInScorer()
    analysed(AnalysisSettings(attention="dense", coverage=0.8), scorer)
    assert scorer.asked["attending"] == Attending(adaptive=False, coverage=0.8, whole=True)
    analysed(AnalysisSettings(), scorer)
    assert not scorer.asked["attending"].whole


def test_what_is_known_of_the_blocks_reaches_the_model() -> None:
    scorer = StandInScorer()
    analysed(scorer=scorer)
    structure = scorer.asked["structure"]
    assert len(structure) == len(scorer.asked["passages"])
    assert (structure[:, :HEADING] > 0).all()
    assert structure[:, HEADING].tolist() == [0, 1, 0, 1, 2, 3], "each passage knows its heading"


def test_the_levels_of_headings_reach_the_model() -> None:
    plain = document()
    levels = iter((1, 2))
    blocks = tuple(replace(block, level=next(levels)) if block.type == "heading" else block for block in plain.blocks)
    scorer = StandInScorer()
    analyze(document(blocks=blocks), AnalysisSettings(), scorer, lambda *_: None)
    assert scorer.asked["structure"][:, HEADING].tolist() == [0, 1, 2, 1, 2, 3], "the second lies below the first"


def test_links_summary_cost_and_warnings_are_there() -> None:
    notice = Notice("repaired", "The file was damaged.")
    analysis = analyze(document(warnings=(notice,)), AnalysisSettings(), StandInScorer(), lambda *_: None)
    assert [(link.source, link.target, link.kind) for link in analysis.links] == [(3, 2, "reference")]
    assert analysis.summary == (3,)
    assert analysis.warnings == (notice,)
    assert (analysis.model.name, analysis.model.sha256) == ("stand-in", "cd" * 32)
    cost = analysis.cost
    assert (cost.density, cost.device, cost.covered_mass.low) == (0.25, "cpu", 0.95)
    assert cost.tokens == sum(len(p.text) for p in analysis.passages)
    assert 0 < cost.seconds < 10
    assert cost.peak_bytes > 1 << 20
    assert json.loads(json.dumps(analysis.to_json()))["schema"] == "fusen.analysis/1"


def test_first_findings_come_before_the_precise_ones_and_are_marked() -> None:
    found: list[Analysis] = []
    stages: list[str] = []

    def early(analysis: Analysis) -> None:
        assert stages == []  # nothing was attended to yet
        found.append(analysis)

    final = analyze(
        document(), AnalysisSettings(share=0.3), StandInScorer(), lambda stage, *_: stages.append(stage), early
    )
    (first,) = found
    assert (first.preliminary, final.preliminary) == (True, False)
    assert (first.links, first.summary) == ((), ())
    assert final.links
    assert final.summary
    assert [(p.start, p.end, p.page, p.quads) for p in first.passages] == [
        (p.start, p.end, p.page, p.quads) for p in final.passages
    ]
    assert [p.importance for p in first.passages] == [0.1, 0.7, 0.6, 0.6, 0.65, 0.1]
    assert [p.rank for p in first.passages] == [5, 1, 3, 4, 2, 6]
    assert [p.selected for p in first.passages] == [False, True, False, False, True, False]
    assert [p.selected for p in final.passages] == [False, False, True, True, False, False]
    assert first.warnings == final.warnings
    assert first.cost.seconds <= final.cost.seconds


def test_first_findings_are_no_json() -> None:
    found: list[Analysis] = []
    final = analyze(document(), AnalysisSettings(), StandInScorer(), lambda *_: None, found.append)
    assert "preliminary" not in final.to_json()
    with pytest.raises(ValueError, match="preliminary"):
        found[0].to_json()


def test_a_scorer_need_not_have_first_findings_nor_anyone_want_them() -> None:
    found: list[Analysis] = []
    analyze(document(), AnalysisSettings(query="who?"), StandInScorer(), lambda *_: None, found.append)
    assert found == []
    scorer = StandInScorer()
    analysed(scorer=scorer)
    assert scorer.asked["early"] is None  # so that no scan is made for nobody


def test_what_early_raises_ends_the_work() -> None:
    def early(_: Analysis) -> None:
        raise FusenError("cancelled", "Enough.")

    stages: list[str] = []
    with pytest.raises(FusenError, match="Enough"):
        analyze(document(), AnalysisSettings(), StandInScorer(), lambda stage, *_: stages.append(stage), early)
    assert stages == []


def test_progress_goes_through_the_stages_and_what_it_raises_ends_the_work() -> None:
    stages: list[str] = []

    def report(stage: str, done: int, total: int) -> None:
        assert 0 <= done <= total
        stages.append(stage)
        if stage == "linking" and len(stages) > 5:
            raise FusenError("cancelled", "Enough.")

    with pytest.raises(FusenError, match="Enough"):
        analyze(document(), AnalysisSettings(), StandInScorer(), report)
    assert list(dict.fromkeys(stages)) == ["scanning", "attending", "scoring", "linking"]


@pytest.mark.parametrize("pages", [[], [[]], [[("page-footer", "Page 1")]]])
def test_a_document_without_passages_is_refused_with_advice(pages: list[list[tuple[str, str]]]) -> None:
    with pytest.raises(FusenError) as caught:
        analyze(made_document(*pages), AnalysisSettings(), StandInScorer(), lambda *_: None)  # type: ignore[arg-type]
    assert caught.value.code == "empty"
    assert caught.value.advice


def test_a_document_that_is_too_long_is_refused_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analyzing, "LONGEST", 100)
    with pytest.raises(FusenError) as caught:
        analysed()
    assert caught.value.code == "too-large"
    assert "100" in caught.value.message
    assert caught.value.advice


@pytest.mark.parametrize("name", ["services-agreement.pdf", "outsourcing-agreement-ja.pdf"])
def test_the_trained_model_reads_the_examples(name: str) -> None:
    from model.scorer import Scorer

    read = load_document(REPOSITORY / "resources" / "examples" / name)
    analysis = analyze(read, AnalysisSettings(device="cpu"), Scorer.load(MODEL, "cpu"), lambda *_: None)
    assert analysis.kind == "contract"
    assert sorted(p.rank for p in analysis.passages) == list(range(1, len(analysis.passages) + 1))
    assert all(0 <= p.interval[0] <= p.importance <= p.interval[1] <= 1 for p in analysis.passages)
    selected = [p for p in analysis.passages if p.selected]
    assert 0 < len(selected) < len(analysis.passages)
    ten = sorted(analysis.passages, key=lambda p: p.rank)[:10]
    assert any(word in p.text.lower() for p in ten for word in ("liab", "terminat", "責任", "解除", "損害"))
    assert 0 < analysis.cost.density <= 1
    assert 1 < len(analysis.summary) <= 8
