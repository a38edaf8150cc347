"""The importance command end to end on three made-up documents with a made-up model; and on real weights where there are any."""

from __future__ import annotations

import json
import lzma
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from model.attention import CoveredMass
from model.evaluation import comparison
from model.evaluation.importance import ADAPTIVE, DENSE, main
from model.scorer import Attending, ModelName, PassageScores
from model.tags import TAGS, Kind

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
        self, passages: Sequence[str], *, kind: Kind | None = None, attending: Attending | None = None
    ) -> PassageScores:
        assert kind == "contract"
        assert attending is not None
        importance = np.array([0.9 if "governed" in text else 0.1 for text in passages])
        if attending.adaptive:
            importance = importance - 0.01
        tags = np.zeros((len(passages), len(TAGS[kind])))
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
    given = ["--data", str(data), "--kinds", "contract", "--json", str(out), *arguments]
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
    assert rows[DENSE]["tag_mean_average_precision"] == 1.0
    assert rows[DENSE]["calibration_error"] == pytest.approx(0.1)
    assert rows["lead"]["average_precision"] < 0.6
    assert rows["lead"]["tag_mean_average_precision"] is None
    assert rows["lead"]["calibration_error"] is None
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
    assert corpus["difference"]["average_precision"] == 0.0
    assert corpus["difference"]["interval"] == [0.0, 0.0]
    assert corpus["difference"]["largest_importance"] == pytest.approx(0.01)


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
    assert (facts["seed"], facts["split"]) == (3, "test")
    assert facts["corpora"][0]["documents"] == 2


def test_baselines_need_no_weights(data: Path) -> None:
    def no_weights(folder: Path, device: str) -> FakeScorer:
        raise FileNotFoundError("no manifest")

    arguments = ["--data", str(data), "--kinds", "contract"]
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


def test_covered_mass_counts_documents_by_their_tokens() -> None:
    parts = [CoveredMass(0.8, 0.7, 0.9, 10), CoveredMass(1.0, 1.0, 1.0, 10)]
    mass = comparison.mean_covered_mass(parts, [300, 100])
    assert (mass.estimate, mass.low, mass.high, mass.rows) == pytest.approx((0.85, 0.775, 0.925, 20))


@pytest.mark.slow
def test_the_real_model_outranks_every_baseline(shared: Path, tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    given = ["--data", str(shared / "data"), "--split", "validation", "--kinds", "contract", "--limit", "4"]
    assert main([*given, "--weights", str(WEIGHTS), "--json", str(out)]) == 0
    (corpus,) = json.loads(out.read_text("utf-8"))["corpora"]
    precision = {row["method"]: row["average_precision"] for row in corpus["rows"]}
    best_baseline = max(value for name, value in precision.items() if name not in (ADAPTIVE, DENSE))
    assert min(precision[ADAPTIVE], precision[DENSE]) > best_baseline
    assert corpus["attention"][0]["density"] <= 1.0
