"""The CUAD command on made-up contracts with a made-up model that reads tags off words."""

from __future__ import annotations

import json
import lzma
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from model.attention import CoveredMass
from model.evaluation import cuad
from model.scorer import Attending, ModelName, PassageScores
from model.tags import CONTRACT_TAGS, TAGS, Kind

LAW = "This Agreement is governed by the laws of the State of Delaware."
INSURED = "The supplier shall keep liability insurance at its own cost."
MORE = "It shall name the customer as one who is insured as well."
PLAIN = "The headings are for convenience only and have no other meaning."


class FakeScorer:
    """Sees the law in everything that names it, and insurance in every other passage but a little."""

    name = ModelName("fake", "1", "ab" * 32)

    def score(
        self, passages: Sequence[str], *, kind: Kind | None = None, attending: Attending | None = None, structure=None
    ) -> PassageScores:
        assert kind == "contract"
        tags = np.zeros((len(passages), len(CONTRACT_TAGS)))
        tags[:, CONTRACT_TAGS.index("governing-law")] = [0.95 * ("governed" in text) for text in passages]
        tags[:, CONTRACT_TAGS.index("insurance")] = [0.8 if "insur" in text else 0.3 for text in passages]
        none = np.zeros(len(passages))
        mass = CoveredMass(1, 1, 1, 0)
        return PassageScores(kind, none, none, none, tags, TAGS[kind], np.ones((len(passages), 1)), 9, 1.0, mass)

    def threshold(self, kind: Kind, recall: float) -> float:
        raise AssertionError("not asked for")


def contract(published: str, split: str, text: str, labelled: dict[str, str]) -> dict:
    labels = [{"start": text.index(p), "end": text.index(p) + len(p), "tag": tag} for p, tag in labelled.items()]
    return {"id": "made-up", "split": split, "cuad_split": published, "text": text, "labels": labels}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = [
        contract("test", "train", f"{PLAIN}\n\n{LAW}", {LAW: "governing-law"}),
        contract("test", "test", f"{INSURED} {MORE}\n\n{PLAIN}", {f"{INSURED} {MORE}": "insurance"}),
        contract("train", "validation", f"{PLAIN} {LAW}", {LAW: "governing-law"}),
        contract("train", "train", PLAIN, {}),
    ]
    with lzma.open(tmp_path / "contracts.jsonl.xz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    say_split(tmp_path, "cuad_split")
    return tmp_path


def say_split(folder: Path, split: str | None) -> None:
    recipe = {} if split is None else {"contract_split": split}
    (folder / "manifest.json").write_text(json.dumps({"training": {"recipe": recipe}}), encoding="utf-8")


def run(folder: Path, *arguments: str) -> dict:
    out = folder / "figures.json"
    given = ["--data", str(folder), "--weights", str(folder), "--json", str(out), *arguments]
    assert cuad.main(given, load=lambda folder, device: FakeScorer()) == 0
    return json.loads(out.read_text("utf-8"))


def test_figures_of_the_published_split(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = run(folder)
    ours, perfect = facts["pooled"]
    # The law is found alone at .95; both passages on insurance are joined at .8; at .3 there are three false spans: a
    # heading in each contract, and the law taken for insurance.
    assert ours["recall"] == 1.0
    assert ours["precision"] == ours["aupr"] == 1.0
    assert (perfect["precision"], perfect["recall"]) == (1.0, 1.0)
    assert facts["comparable"] is True
    assert (facts["contracts"], facts["contracts_at_hand"]) == (2, 2)
    by_tag = {each["tag"]: each for each in facts["categories"]}
    assert list(by_tag) == list(CONTRACT_TAGS)
    assert (by_tag["governing-law"]["answers"], by_tag["governing-law"]["precision"]) == (1, 1.0)
    assert (by_tag["insurance"]["answers"], by_tag["insurance"]["precision"]) == (1, 1.0)
    assert by_tag["audit-rights"]["precision"] is None
    printed = capsys.readouterr().out
    assert "DeBERTa-xlarge, published" in printed
    assert "not comparable" not in printed.lower()
    assert "What differs from the published setting" in printed


def test_false_spans_lower_precision(folder: Path) -> None:
    contracts = list(cuad.read_published(folder, "test"))
    said = cuad.tag_probabilities(FakeScorer(), contracts, 0)
    questions = cuad.asked(contracts, said, cuad.Rule(join_from=2.0))
    insurance = [contract["insurance"] for contract in questions]
    assert insurance[0].wrong.tolist() == [0.3, 0.3]
    assert insurance[1].found.tolist() == [0.8]
    assert insurance[1].wrong.tolist() == [0.3]


@pytest.mark.parametrize("said", ["split", None])
def test_weights_of_another_split_are_refused(
    folder: Path, said: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    say_split(folder, said)
    with pytest.raises(SystemExit) as stopped:
        run(folder)
    assert stopped.value.code == 2
    assert "--anyway" in capsys.readouterr().err
    facts = run(folder, "--anyway")
    assert facts["comparable"] is False
    assert "not comparable" in capsys.readouterr().out
    assert any("NOT COMPARABLE" in difference for difference in facts["differences"])


def test_the_shipped_weights_say_which_split_they_were_trained_on(weights: Path) -> None:
    manifest = json.loads((weights / "manifest.json").read_text("utf-8"))
    recipe = manifest["training"]["recipe"]
    assert cuad.trained_on_published_split(weights) is (recipe.get("contract_split") == "cuad_split")
    assert cuad.trained_on_published_split(weights / "nowhere") is False


def test_rules_are_compared_on_contracts_that_are_not_tested_on(folder: Path) -> None:
    say_split(folder, None)
    facts = run(folder, "--choose")
    assert facts["contracts"] == 1
    assert facts["split"] == "published train, validation"
    assert len(facts["rules"]) == len(cuad.RULES)
    assert {"join_from", "alone", "trim", "aupr", "precision"} == set(facts["rules"][0])


def test_published_training_contracts_are_said_to_be_others(folder: Path) -> None:
    facts = run(folder, "--split", "train", "--limit", "1")
    assert (facts["contracts"], facts["contracts_at_hand"]) == (1, 2)
    assert facts["comparable"] is False
    assert any("not the contracts that the published models" in difference for difference in facts["differences"])


def test_an_empty_split_is_wrong_usage(folder: Path) -> None:
    with lzma.open(folder / "contracts.jsonl.xz", "wt", encoding="utf-8") as file:
        file.write("")
    with pytest.raises(SystemExit) as stopped:
        run(folder)
    assert stopped.value.code == 2


@pytest.mark.slow
def test_the_real_model_gains_by_trimming_dates_and_titles(shared: Path, weights: Path, tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    given = ["--data", str(shared / "data"), "--weights", str(weights), "--device", "cpu", "--json", str(out)]
    assert cuad.main([*given, "--choose", "--limit", "2"]) == 0
    rules = json.loads(out.read_text("utf-8"))["rules"]
    best = {trim: max(rule["aupr"] for rule in rules if rule["trim"] is trim) for trim in (False, True)}
    assert 0.2 < best[False] < best[True] <= 1.0
