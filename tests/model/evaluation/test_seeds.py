"""Means and ranges over seeds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from model.evaluation import seeds


def row(method: str, ap: float, tags: float | None = None) -> dict:
    return {
        "method": method,
        "average_precision": ap,
        "recall": {"0.1": 0.3, "0.2": 0.5, "0.3": 0.6},
        "tag_mean_average_precision": tags,
        "calibration_error": None,
        "rouge": None,
    }


def write(folder: Path, name: str, weights: str, corpus: str, *rows: dict) -> Path:
    path = folder / name
    facts = {"weights_sha256": weights, "corpora": [{"corpus": corpus, "split": "test", "rows": list(rows)}]}
    path.write_text(json.dumps(facts), "utf-8")
    return path


def test_the_mean_stands_beside_the_range(tmp_path, capsys):
    files = [
        write(tmp_path, f"{i}.json", str(i), "contract", row("lead", 0.1), row("Fusen", ap, 0.5))
        for i, ap in enumerate((0.7, 0.8, 0.75))
    ]
    assert seeds.main([*map(str, files), "--json", str(tmp_path / "all.json")]) == 0
    text = capsys.readouterr().out
    assert "**contract, test**: 3 seeds" in text
    lines = {line.split("|")[1].strip(): line for line in text.splitlines() if line.startswith("|")}
    assert "0.750 [0.700, 0.800]" in lines["Fusen"]
    assert "ECE" not in lines["method"], "no method has it"
    assert "– |" in lines["lead"], "tags"
    facts = json.loads((tmp_path / "all.json").read_text("utf-8"))
    assert facts["weights_sha256"] == ["0", "1", "2"]
    assert facts["corpora"][0]["rows"]["Fusen"]["recall@20"] == {"mean": 0.5, "low": 0.5, "high": 0.5}


def test_files_of_the_same_weights_belong_together(tmp_path):
    files = [
        write(tmp_path, f"{weights}{corpus}.json", weights, corpus, row("Fusen", 0.5))
        for weights in "ab"
        for corpus in ("contract", "design")
    ]
    runs = seeds.by_weights([json.loads(path.read_text("utf-8")) for path in files])
    assert set(seeds.over_runs(runs)) == {("contract", "test"), ("design", "test")}


def test_what_one_run_lacks_is_no_mean(tmp_path):
    first = {"weights_sha256": "a", "corpora": [{"corpus": "contract", "split": "test", "rows": [row("Fusen", 0.5)]}]}
    second = {"weights_sha256": "b", "corpora": []}
    with pytest.raises(ValueError, match="1 of 2 runs"):
        seeds.over_runs(seeds.by_weights([first, second]))
