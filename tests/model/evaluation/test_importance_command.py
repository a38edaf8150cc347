"""The importance command end to end on three made-up documents with a made-up model; and on real weights where there are any."""

from __future__ import annotations

import json
import lzma
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from model.attention import CoveredMass
from model.evaluation import comparison, reliability
from model.evaluation.baselines import BASELINES, Encode
from model.evaluation.importance import main
from model.evaluation.importance_figures import ADAPTIVE, DENSE, FIRST
from model.evaluation.sentence_encoders import Source
from model.scorer import Attending, ModelName, PassageScores
from model.tags import KINDS, TAGS, Kind
from model.training.corpora import LabelledDocument, document_spans

WEIGHTS = Path(__file__).resolve().parents[3] / "resources" / "model"
CLAUSES = {
    "governing-law": "This Agreement is governed by the laws of the State of Delaware.",
    "parties": "This Agreement is made between Alpha Inc. and Beta Ltd.",
    None: "The headings are for convenience only and have no other meaning.",
}


class FakeScorer:
    """Knows what is important from one word; adaptive attention is off by a little and covers a little less when long."""

    name = ModelName("fake", "1", "ab" * 32)

    def score(
        self,
        passages: Sequence[str],
        *,
        kind: Kind | None = None,
        attending: Attending | None = None,
        structure=None,
        early=None,
    ) -> PassageScores:
        assert kind in KINDS
        importance = np.array([0.9 if "governed" in text else 0.1 for text in passages])
        if early is not None:
            none = np.zeros((len(passages), 1), np.float32)
            tags = np.zeros((len(passages), len(TAGS[kind])))
            first = 1 - importance
            early(PassageScores(kind, first, first, first, tags, TAGS[kind], none, 9, 0.0, CoveredMass(1, 1, 1, 0)))
            raise AssertionError("whoever has the first findings asks for no more")
        assert attending is not None
        if attending.adaptive:
            importance = importance - 0.01
        tags = np.zeros((len(passages), len(TAGS[kind])))
        if kind == "contract":
            tags[:, TAGS[kind].index("governing-law")] = importance
            tags[:, TAGS[kind].index("parties")] = ["between" in text for text in passages]
        density, mass = (
            (0.5, CoveredMass(0.9, 0.88, 0.92, 256)) if attending.adaptive else (1.0, CoveredMass(1, 1, 1, 0))
        )
        low, high = importance - 0.05, importance + 0.05
        vectors = np.ones((len(passages), 1), np.float32)
        return PassageScores(kind, importance, low, high, tags, TAGS[kind], vectors, 100 * len(passages), density, mass)

    def threshold(self, kind: Kind, recall: float) -> float:
        return 0.5 if recall < 0.9 else 0.0


def document(number: int, split: str, tags: Sequence[str | None]) -> dict:
    text, labels = "", []
    for tag in tags:
        if tag:
            labels.append({"start": len(text), "end": len(text) + len(CLAUSES[tag]), "tag": tag})
        text += CLAUSES[tag] + "\n\n"
    return {"id": f"made-up-{number}", "split": split, "text": text, "labels": labels}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    documents = [
        document(0, "test", ["parties", None, "governing-law"]),
        document(1, "test", [None, "governing-law", None, None]),
        document(2, "test", ["parties", None]),
        document(3, "train", ["governing-law"]),
    ]
    with lzma.open(tmp_path / "contracts.jsonl.xz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in documents)
    return tmp_path


def run(data: Path, *arguments: str) -> dict:
    out = data / "figures.json"
    given = ["--data", str(data), "--kinds", "contract", "--baselines", "words", "--json", str(out), *arguments]
    assert main(given, load=lambda folder, device: FakeScorer()) == 0
    return json.loads(out.read_text("utf-8"))


def test_all_methods_are_figured(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = run(data)
    (corpus,) = facts["corpora"]
    assert (corpus["documents"], corpus["judged"], corpus["with_important"], corpus["passages"]) == (3, 3, 2, 9)
    assert corpus["share"] == pytest.approx(2 / 9)  # parties only describe the contract
    rows = {row["method"]: row for row in corpus["rows"]}
    assert list(rows)[-2:] == [ADAPTIVE, DENSE]
    assert rows[DENSE]["average_precision"] == 1.0
    assert rows[DENSE]["average_precision_interval"] == [1.0, 1.0]
    assert rows[DENSE]["recall_interval"].keys() == rows[DENSE]["recall"].keys() == {"0.1", "0.2", "0.3"}
    low, high = rows[DENSE]["recall_interval"]["0.3"]
    assert low <= rows[DENSE]["recall"]["0.3"] <= high
    assert rows[DENSE]["tag_mean_average_precision"] == 1.0
    assert rows[DENSE]["tag_mean_average_precision_interval"] == [1.0, 1.0]
    assert rows[DENSE]["calibration_error"] == pytest.approx(0.1)
    assert rows["lead"]["average_precision"] < 0.6
    assert rows["lead"]["tag_mean_average_precision"] is None
    assert rows["lead"]["calibration_error"] is None
    assert rows["lead"]["rouge"] is None
    assert (corpus["split"], corpus["language"], corpus["summaries"], corpus["kinds"]) == ("test", "en", 0, [])
    printed = capsys.readouterr().out
    assert all(name in printed for name in rows)


def test_adaptive_stands_beside_dense(data: Path) -> None:
    (corpus,) = run(data)["corpora"]
    adaptive, dense = corpus["attention"]
    assert (adaptive["density"], dense["density"]) == (0.5, 1.0)
    assert (adaptive["read_densely"], dense["read_densely"]) == (0, 3)
    mass = adaptive["covered_mass"]
    assert mass["estimate"] == pytest.approx(0.9)
    assert 0.88 < mass["low"] < 0.9 < mass["high"] < 0.92
    (difference,) = corpus["differences"]
    assert difference["average_precision"] == 0.0
    assert difference["interval"] == [0.0, 0.0]
    assert difference["largest_importance"] == pytest.approx(0.01)
    assert difference["rank_correlation"] == pytest.approx(1.0)
    assert (adaptive["read_deeply"], adaptive["missed"]) == (1.0, None)


def test_what_a_recall_target_selects(data: Path) -> None:
    (corpus,) = run(data)["corpora"]
    few, *all_of_it = corpus["selection"]
    assert (few["target"], few["recall"]) == (0.8, 1.0)
    assert 0 < few["share"] < 0.5
    assert [(each["recall"], each["share"]) for each in all_of_it] == [(1.0, 1.0), (1.0, 1.0)]


def test_figures_say_how_they_came_about(data: Path) -> None:
    facts = run(data, "--seed", "3", "--limit", "2")
    assert facts["weights_sha256"] == "ab" * 32
    assert facts["command"].startswith("python -m model.evaluation.importance --data ")
    assert (facts["seed"], facts["splits"], facts["rouge_share"]) == (3, ["test"], 0.1)
    assert facts["corpora"][0]["documents"] == 2


def test_baselines_need_no_weights(data: Path) -> None:
    def no_weights(folder: Path, device: str) -> FakeScorer:
        raise FileNotFoundError("no manifest")

    arguments = ["--data", str(data), "--kinds", "contract", "--baselines", "words"]
    assert main([*arguments, "--attention", "none"], load=no_weights) == 0
    with pytest.raises(SystemExit) as stopped:
        main(arguments, load=no_weights)
    assert stopped.value.code == 2


def test_an_empty_split_is_said(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(data, "--split", "validation")["corpora"] == []
    assert "no document in split validation" in capsys.readouterr().err


def test_unknown_kinds_are_wrong_usage(data: Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--data", str(data), "--kinds", "contract,novel"])
    assert stopped.value.code == 2


def with_summaries(data: Path) -> None:
    """Two design documents and a Japanese corpus of two kinds beside the contracts."""
    passages = [f"The cache keeps entry number {number} for a day." for number in range(11)]
    text = "\n\n".join(["We chose a governed cache for all of it.", *passages])
    important = [{"start": 0, "end": 40, "tag": "important"}]
    common = {"split": "test", "text": text, "kind": "design"}
    designs = [
        {**common, "id": "a", "labels": important, "summary": "We chose a governed cache.", "summary_kind": "summary"},
        {**common, "id": "b", "labels": [], "summary": "", "summary_kind": "none"},
    ]
    clauses = ["本契約は日本法に準拠する (governed)。", "見出しは便宜のためのものである。"]
    japanese = [
        {
            "id": kind,
            "split": split,
            "kind": kind,
            "text": "\n\n".join(clauses),
            "labels": [{"start": 0, "end": len(clauses[0]), "tag": "other"}],
        }
        for split in ("validation", "test")
        for kind in ("report", "contract")
    ]
    for name, lines in (("design", designs), ("japanese-labelled", japanese)):
        with lzma.open(data / f"{name}.jsonl.xz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)


def test_the_selection_is_compared_with_the_summary(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_summaries(data)
    (corpus,) = run(data, "--kinds", "design")["corpora"]
    assert (corpus["documents"], corpus["judged"], corpus["summaries"]) == (2, 1, 1)
    rouge = {row["method"]: row["rouge"] for row in corpus["rows"]}
    # The first passage is a tenth of the text: five words of the summary and four others.
    assert rouge["lead"] == rouge[DENSE] == pytest.approx({"ROUGE-1": 10 / 14, "ROUGE-2": 8 / 12, "ROUGE-L": 10 / 14})
    assert rouge["longest"]["ROUGE-1"] < rouge["lead"]["ROUGE-1"]
    assert "ROUGE-L" in capsys.readouterr().out
    run(data)
    assert "ROUGE" not in capsys.readouterr().out  # contracts have no summary


def test_the_kinds_of_the_japanese_documents_stand_alone_too(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_summaries(data)
    (corpus,) = run(data, "--kinds", "", "--japanese")["corpora"]
    assert (corpus["corpus"], corpus["language"], corpus["documents"], corpus["passages"]) == ("japanese", "ja", 2, 4)
    assert [(kind["kind"], kind["documents"], kind["passages"]) for kind in corpus["kinds"]] == [
        ("contract", 1, 2),
        ("report", 1, 2),
    ]
    methods = [row["method"] for row in corpus["rows"]]
    for kind in corpus["kinds"]:
        assert [row["method"] for row in kind["rows"]] == methods
        assert kind["rows"][-1]["average_precision"] == 1.0
        assert kind["rows"][-1]["calibration_error"] == pytest.approx(0.1)
    calibrated = [(each["method"], each["kind"], each["documents"]) for each in corpus["reliability"]]
    expected = [("japanese", 2), ("contract", 1), ("report", 1)]
    assert calibrated == [(method, *each) for method in (ADAPTIVE, DENSE) for each in expected]
    printed = capsys.readouterr().out
    assert "AP contract" in printed
    assert "ja, report, test" in printed


def test_all_splits_are_validation_and_test(data: Path) -> None:
    with_summaries(data)
    facts = run(data, "--japanese", "--split", "all")
    assert facts["splits"] == ["validation", "test"]
    found = [(corpus["corpus"], corpus["split"]) for corpus in facts["corpora"]]
    assert found == [("japanese", "validation"), ("contract", "test"), ("japanese", "test")]
    facts = run(data, "--split", "train", "--split", "test", "--split", "test")
    assert [(corpus["split"], corpus["documents"]) for corpus in facts["corpora"]] == [("train", 1), ("test", 3)]


def test_the_diagram_is_that_of_the_json(data: Path) -> None:
    pytest.importorskip("matplotlib", reason="needs the extra training")
    with_summaries(data)
    run(data, "--japanese", "--diagram", str(data / "drawn.svg"))
    assert reliability.main(["--json", str(data / "figures.json"), "--out", str(data / "again.svg")]) == 0
    assert (data / "drawn.svg").read_bytes() == (data / "again.svg").read_bytes()
    assert "Japanese all kinds" in (data / "drawn.svg").read_text("utf-8")
    with pytest.raises(SystemExit) as stopped:
        run(data, "--attention", "none", "--diagram", str(data / "nothing.svg"))
    assert stopped.value.code == 2


def small_encoder(device: str) -> Encode:
    assert device in ("cpu", "cuda")
    return lambda texts: np.array([[1.0, 0.0] if "governed" in text else [0.0, 1.0] for text in texts], np.float32)


def test_encoders_add_two_baselines_each(data: Path) -> None:
    out = data / "figures.json"
    given = ["--data", str(data), "--kinds", "contract", "--attention", "none", "--json", str(out)]
    assert main(given, encoders={"Small": Source("numpy", "numpy", small_encoder)}) == 0
    (corpus,) = json.loads(out.read_text("utf-8"))["corpora"]
    methods = [row["method"] for row in corpus["rows"]]
    assert methods == [*BASELINES, "Small centroid", "Small LexRank"]
    assert corpus["reliability"] == []
    assert main([*given, "--baselines", "none"]) == 0
    assert json.loads(out.read_text("utf-8"))["corpora"][0]["rows"] == []


def test_a_missing_encoder_is_said_with_the_extra_that_brings_it(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    encoders = {"Small": Source("some-encoder", "a_module_that_is_not_there", small_encoder)}
    with pytest.raises(SystemExit) as stopped:
        main(["--data", str(data), "--attention", "none"], encoders=encoders)
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert "not installed: some-encoder" in said
    assert "fusen[evaluation]" in said
    assert "--baselines words" in said
    assert main(["--data", str(data), "--kinds", "contract", "--attention", "none", "--baselines", "words"]) == 0


def test_methods_are_told_apart_in_time() -> None:
    def slow(texts: Sequence[str], kind: Kind, structure: object) -> comparison.Said:
        time.sleep(0.02)
        return comparison.Said(np.zeros(len(texts)))

    def quick(texts: Sequence[str], kind: Kind, structure: object) -> comparison.Said:
        return comparison.Said(np.ones(len(texts)))

    texts = ["One here.\n\nAnother.", "Alone."]
    documents = [
        LabelledDocument(str(i), "test", "none", "report", text, document_spans(text), None, np.zeros((0, 2), np.int32))
        for i, text in enumerate(texts)
    ]
    done: list[tuple[int, int]] = []
    runs = comparison.run({"slow": slow, "quick": quick}, documents, lambda *counts: done.append(counts))
    assert done == [(1, 2), (2, 2)]
    assert min(runs["slow"].seconds) >= 0.02 > max(runs["quick"].seconds)
    assert [len(said.importance) for said in runs["quick"].said] == [2, 1]
    second = runs["slow"].of([1])
    assert (second.seconds, second.said) == (runs["slow"].seconds[1:], runs["slow"].said[1:])


def test_covered_mass_counts_documents_by_their_tokens() -> None:
    parts = [CoveredMass(0.8, 0.7, 0.9, 10), CoveredMass(1.0, 1.0, 1.0, 10)]
    mass = comparison.mean_covered_mass(parts, [300, 100])
    assert (mass.estimate, mass.low, mass.high, mass.rows) == pytest.approx((0.85, 0.775, 0.925, 20))


@pytest.mark.slow
def test_the_real_model_outranks_every_baseline(shared: Path, tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    given = ["--data", str(shared / "data"), "--split", "validation", "--kinds", "contract", "--limit", "1"]
    given += ["--baselines", "words"]
    assert main([*given, "--weights", str(WEIGHTS), "--json", str(out)]) == 0
    (corpus,) = json.loads(out.read_text("utf-8"))["corpora"]
    precision = {row["method"]: row["average_precision"] for row in corpus["rows"]}
    best_baseline = max(value for name, value in precision.items() if name not in (ADAPTIVE, DENSE))
    assert min(precision[ADAPTIVE], precision[DENSE]) > best_baseline
    assert corpus["attention"][0]["density"] <= 1.0


def test_first_findings_are_a_way_of_their_own(data):
    (corpus,) = run(data, "--attention", "first,adaptive")["corpora"]
    rows = {row["method"]: row for row in corpus["rows"]}
    assert list(rows)[-2:] == [FIRST, ADAPTIVE]
    assert rows[FIRST]["average_precision"] < rows[ADAPTIVE]["average_precision"] == 1.0
    (difference,) = corpus["differences"]
    assert difference["methods"] == [FIRST, ADAPTIVE]
    assert difference["rank_correlation"] == pytest.approx(-1.0)
    assert [each["method"] for each in corpus["attention"]] == [ADAPTIVE]
