"""Trials of the recipe beside each other, on made-up data."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from made_data import write_base, write_data
from test_pipeline import SMALL, run

from model.training import prepare, trials
from model.training.train import Recipe


def test_trials_change_what_there_is_in_the_recipe():
    kinds = {each.name: type(each.default) for each in fields(Recipe)}
    for name, change in trials.TRIALS.items():
        assert {key: type(value) for key, value in change.items()} == {key: kinds[key] for key in change}, name
        assert all(getattr(Recipe(), key) != value for key, value in change.items()), f"{name} changes something"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    write_data(tmp_path / "data")
    write_base(tmp_path / "base.bin")
    given = ("--data", tmp_path / "data", "--base", tmp_path / "base.bin", "--out", tmp_path / "training")
    run(prepare.main, *given, "--layers", 3, "--minimum", 2)
    return tmp_path / "training"


def test_two_trials_train_beside_each_other(data, tmp_path, capsys, monkeypatch):
    # As `SMALL`, but without what the trials change.
    small = {**SMALL, "tokens_planned": 2000.0, "evaluations": 1}
    passed_on = [
        part for name, value in small.items() if name != "minutes" for part in ("--" + name.replace("_", "-"), value)
    ]
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    out = tmp_path / "trials"
    given = ["--data", data, "--out", out, "--minutes", 1, "--trials", "base", "seed-1", *passed_on]
    assert trials.main(list(map(str, given))) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:]] == ["base", "seed-1"]
    assert [line.split("|")[4].strip() for line in lines[2:]] == ["0", "1"]
    for name in ("base", "seed-1"):
        assert (out / name / "model.safetensors").is_file()
    assert trials.main(["--out", str(out), "--table"]) == 0
    assert capsys.readouterr().out.splitlines() == lines


def test_a_trial_that_fails_is_named(tmp_path, capsys):
    given = ["--data", str(tmp_path / "nowhere"), "--out", str(tmp_path / "trials"), "--trials", "base"]
    assert trials.main(given) == 1
    assert "base failed" in capsys.readouterr().err
    assert (tmp_path / "trials" / "base" / "train.log").read_text()


def test_training_needs_data(tmp_path, capsys):
    with pytest.raises(SystemExit):
        trials.main(["--out", str(tmp_path)])
    assert "--data is needed" in capsys.readouterr().err
