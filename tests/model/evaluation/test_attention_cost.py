"""Costs of attention: what is measured, what is extrapolated, on a small untrained encoder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from model.attention import AdaptiveAttentionConfig
from model.encoder import Encoder
from model.evaluation.attention_cost import Cost, described, main, measure
from model.layers import EncoderConfig

WEIGHTS = Path(__file__).resolve().parents[3] / "resources" / "model"
CONFIG = AdaptiveAttentionConfig(coverage=0.5, block_size=16, pool=8, dense_below=0)


@pytest.fixture(scope="module")
def costs() -> list[Cost]:
    torch.manual_seed(0)
    sizes = EncoderConfig(
        vocabulary=100, width=64, feed_forward=64, local_layers=1, local_heads=2, window=62, long_layers=2, long_heads=2
    )
    ids = torch.randint(4, 100, (400,))
    return measure(Encoder(sizes).eval(), ids, [100, 200, 400], CONFIG, repeats=2, dense_up_to=200)


def test_dense_is_extrapolated_by_the_square_from_the_longest_measured(costs: list[Cost]) -> None:
    assert [cost.dense_measured for cost in costs] == [True, True, False]
    assert costs[2].dense.minimum == pytest.approx(4 * costs[1].dense.minimum)
    assert costs[2].ratio == pytest.approx(costs[2].dense.minimum / costs[2].adaptive.minimum)


def test_every_length_is_audited(costs: list[Cost]) -> None:
    for cost in costs:
        assert 0 < cost.density <= 1
        assert cost.covered_mass.low <= cost.covered_mass.estimate <= cost.covered_mass.high
        assert 0 < cost.covered_mass.rows <= 2 * CONFIG.audit_rows  # two layers
        assert 0 < cost.adaptive.minimum <= cost.adaptive.median
        assert cost.without_audit.minimum > 0
        assert len(cost.kernels) == 2


def test_the_table_marks_what_was_not_measured(costs: list[Cost]) -> None:
    lines = described(costs).splitlines()
    assert [line.count("≈") for line in lines[2:]] == [0, 0, 2]


def test_without_any_dense_measurement_there_is_no_ratio() -> None:
    torch.manual_seed(0)
    sizes = EncoderConfig(vocabulary=100, width=32, feed_forward=32, local_layers=1, local_heads=1, long_heads=1)
    (cost,) = measure(Encoder(sizes).eval(), torch.randint(4, 100, (64,)), [64], CONFIG, repeats=1, dense_up_to=0)
    assert (cost.dense, cost.ratio) == (None, None)
    assert "–" in described([cost])


def test_without_weights_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--weights", str(tmp_path), "--data", str(tmp_path)])
    assert stopped.value.code == 2
    assert "no weights" in capsys.readouterr().err


@pytest.mark.slow
def test_the_real_model_is_measured(shared: Path, tmp_path: Path) -> None:
    out = tmp_path / "cost.json"
    given = ["--weights", str(WEIGHTS), "--data", str(shared / "data"), "--tokens", "2048", "--repeats", "1"]
    assert main([*given, "--json", str(out)]) == 0
    (length,) = json.loads(out.read_text("utf-8"))["lengths"]
    assert length["tokens"] == 2048
    assert length["dense_measured"]
