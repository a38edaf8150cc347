"""The comparison of estimators: figures beside plain ones on made-up queries and keys, and the command end to end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from made_long_documents import one_strong_key_a_run, write_folder

from model.attention.estimators import AntidiagonalEstimator, PooledEstimator
from model.attention.estimators.learned import LearnedEstimator, save_learned
from model.evaluation.estimators import (
    COVERAGES,
    DENSITIES,
    KEPT,
    ORACLE,
    RANDOM,
    Recorded,
    Recorder,
    described,
    estimators_for,
    main,
    measure,
    read_documents,
    read_recorded,
    summarise,
)
from model.training.estimator import Recipe, distil, make_example

pytestmark = pytest.mark.usefixtures("one_thread")


def recorded(seed: int = 0, *, is_causal: bool = False) -> Recorded:
    return Recorded("made", 0, *one_strong_key_a_run(seed, tokens=1024), 0.25, is_causal)


def rotary_slash(away: int, tokens: int = 1024, size: int = 64) -> Recorded:
    """Each query looks at the key `away` before it and hardly at its neighbours, by rotary phases alone.

    Frequencies lie between 0.3 and 1 a token, the fast ones of rotary positions (arXiv 2104.09864).
    """
    frequency = 0.3 + 0.7 * torch.rand(size // 2, generator=torch.Generator().manual_seed(0))
    angle = torch.arange(tokens)[:, None] * frequency
    key = torch.cat([angle.cos(), angle.sin()], -1)
    turned = angle - away * frequency
    query = torch.cat([turned.cos(), turned.sin()], -1)
    return Recorded("slash", 0, query[None, None], key[None, None], 0.5, is_causal=True)


@pytest.mark.parametrize("is_causal", [False, True])
def test_the_oracle_is_best_and_lots_are_worst(is_causal):
    found = measure(recorded(is_causal=is_causal), 16, estimators_for(16, 0), drawn=20, repeats=0, seed=0)
    training_free = {"pooled 8", "mean 8", "pooled 16", "mean 16", "antidiagonal 8", "antidiagonal 16"}
    assert set(found) == {ORACLE, RANDOM, KEPT, *training_free}
    for density in (0.1, 0.2):
        covered = {name: each.at_density[density].covered for name, each in found.items() if name != KEPT}
        assert covered[ORACLE] == max(covered.values())
        assert covered[ORACLE] > covered["pooled 8"] > 1.4 * covered[RANDOM]
    for each in (found[ORACLE], found["pooled 8"]):
        covered = [each.at_density[density].covered for density in DENSITIES]
        assert covered == sorted(covered)
    for coverage in COVERAGES:
        point = found[ORACLE].at_coverage[coverage]
        assert point.covered == pytest.approx(point.estimated, abs=1e-5)
        assert point.covered > coverage
        assert found[ORACLE].believed[coverage] == point
    assert found[KEPT].at_density[0.0].density == pytest.approx(found[RANDOM].at_density[0.01].density)


def test_densities_count_what_is_always_kept():
    """64 blocks: own, two neighbours, opening, one explored: nearly five of them, however few were asked for."""
    found = measure(recorded(), 16, {}, drawn=64, repeats=0, seed=0)
    assert 4.5 / 64 < found[ORACLE].at_density[0.01].density < 5 / 64
    assert found[ORACLE].at_density[0.2].density == pytest.approx(13 / 64)


def test_seconds_are_the_median_of_the_repeats():
    found = measure(recorded(), 16, estimators_for(16, 0), drawn=2, repeats=3, seed=0)
    assert found[RANDOM].milliseconds is None
    assert 0 < found["mean 16"].milliseconds < 1000


def test_antidiagonals_find_a_slash_that_means_miss_and_the_other_way_round():
    """Query and key of a sample lie an odd way apart: at 205 they are hit, at 200 they fall between, and means are in phase."""
    ways = {"antidiagonal": AntidiagonalEstimator(8), "mean": PooledEstimator(8, spread=False)}
    for away, finds, misses in ((205, "antidiagonal", "mean"), (200, "mean", "antidiagonal")):
        found = measure(rotary_slash(away), 32, ways, drawn=32, repeats=0, seed=0)
        covered = {name: each.at_density[0.2].covered for name, each in found.items() if name != KEPT}
        assert covered[ORACLE] > 0.99
        assert covered[finds] > 0.99
        assert covered[misses] < 0.7


def test_a_pilot_calibrates_averages():
    """Queries that differ within a run: their mean is too sure of itself, which a pilot finds out."""
    generator = torch.Generator().manual_seed(0)
    query = torch.randn(1, 2, 1024, 16, generator=generator)
    key = torch.randn(1, 2, 1024, 16, generator=generator)
    shared = torch.randn(1, 2, 64, 16, generator=generator).repeat_interleave(16, 2)
    made = Recorded("made", 0, 1.5 * query + 2.0 * shared, key + shared.flip(2), 0.25)
    pooled = measure(made, 16, {"pooled": PooledEstimator(8)}, drawn=64, repeats=0, seed=0)["pooled"]
    for asked in COVERAGES:
        assert pooled.believed[asked].covered < asked - 0.04
        assert pooled.at_coverage[asked].covered == pytest.approx(asked, abs=0.02)
        assert pooled.at_coverage[asked].density > pooled.believed[asked].density


def test_a_distilled_one_covers_what_means_dilute():
    recipe = Recipe(drawn=8, block_size=16, pool=16, width=8, steps=300, rate=1e-2)
    generator = torch.Generator().manual_seed(0)
    examples = [make_example(*one_strong_key_a_run(seed), recipe, generator, scale=0.25) for seed in range(1, 11)]
    ways = estimators_for(16, 0, {0: distil(examples, recipe)})
    found = measure(recorded(100), 16, ways, drawn=20, repeats=0, seed=0)
    covered = {name: found[name].at_density[0.2].covered for name in found if name != KEPT}
    assert covered["learned"] > 0.97 * covered[ORACLE]
    assert covered["mean 16"] < 0.6 * covered[ORACLE]


def test_rows_are_means_and_the_worst():
    each = [measure(recorded(seed), 16, {}, drawn=10, repeats=0, seed=0) for seed in (0, 1)]
    (oracle,) = (row for row in summarise(16, each) if row.estimator == ORACLE)
    values = [one[ORACLE].at_density[0.05].covered for one in each]
    assert oracle.at_density[0.05].covered == pytest.approx(sum(values) / 2)
    assert oracle.at_density[0.05].worst == min(values)
    text = described(summarise(16, each))
    assert text.startswith("token blocks of 16; what is always kept covers 0.")
    assert len({line.count("|") for line in text.splitlines() if line.startswith("|")}) == 1


def test_what_another_model_recorded_comes_back(tmp_path: Path):
    recorder = Recorder()
    tensors = [torch.randn(1, heads, 40, 8) for heads in (4, 2, 4, 2)]
    recorder.record(tensors[0], tensors[1].bfloat16())
    recorder.record(*tensors[2:])
    recorder.save(tmp_path / "gemma.safetensors", is_causal=True, layers=1, scale=0.5)
    first, second = read_recorded(tmp_path / "gemma.safetensors")
    assert (first.document, first.layer, first.scale, first.is_causal) == ("gemma 0", 0, 0.5, True)
    assert (second.document, second.layer) == ("gemma 1", 0)
    assert torch.equal(first.key, tensors[1].bfloat16().float())
    assert torch.equal(second.query, tensors[2])
    recorder.save(tmp_path / "e5.safetensors", is_causal=False)
    first, second = read_recorded(tmp_path / "e5.safetensors")
    assert (second.document, second.layer, second.is_causal) == ("e5 0", 1, False)
    assert second.scale == pytest.approx(8**-0.5)


@pytest.mark.filterwarnings("ignore:.*pyparsing")
def test_recorded_queries_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    pytest.importorskip("matplotlib")
    recorder = Recorder()
    for seed in (0, 1):
        recorder.record(*one_strong_key_a_run(seed, tokens=512))
    source, out, drawing = (tmp_path / name for name in ("made.safetensors", "out.json", "plot.png"))
    recorder.save(source, is_causal=False)
    given = ["--recorded", str(source), "--block-size", "16", "--drawn", "4", "--repeats", "1"]
    assert main([*given, "--json", str(out), "--plot", str(drawing)]) == 0
    assert "| antidiagonal 8 " in capsys.readouterr().out
    facts = json.loads(out.read_text("utf-8"))
    assert facts["pairs"] == [{"document": "made 0", "layer": layer, "tokens": 512} for layer in (0, 1)]
    by_name = {row["estimator"]: row for row in facts["rows"]}
    assert by_name["oracle"]["at_density"]["0.2"]["covered"] > 0.7
    assert len(facts["each"]["16"]) == 2
    assert drawing.read_bytes().startswith(b"\x89PNG")


def test_documents_are_read_by_turns_and_a_learned_estimator_joins(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    data, weights = write_folder(tmp_path)
    names = [(each.document, each.layer) for each in read_documents(data, "test", weights, 5, 256, 0)]
    assert [name.split("-")[0] for name, _ in names[::2]] == ["contract", "design", "japanese", "contract", "design"]
    assert all("-test-" in name for name, _ in names)
    assert [layer for _, layer in names] == [0, 1] * 5
    learned = tmp_path / "learned.safetensors"
    one = LearnedEstimator(16, torch.zeros(2, 2, 64), torch.zeros(2, 2, 256), torch.zeros(2, 256))
    sha256 = json.loads((weights / "manifest.json").read_text("utf-8"))["sha256"]
    facts = {"model_sha256": sha256, "model_parameters": 10**6}
    save_learned(learned, {0: one, 1: one}, facts)
    given = ["--data", str(data), "--weights", str(weights), "--tokens", "256", "--documents", "2", "--drawn", "4"]
    given += ["--repeats", "1", "--block-size", "16", "--learned", str(learned)]
    assert main(given) == 0
    assert "| learned " in capsys.readouterr().out
    save_learned(learned, {0: one, 1: one}, {**facts, "model_sha256": "other"})
    with pytest.raises(SystemExit):
        main(given)
    assert "distilled from other weights: other" in capsys.readouterr().err


def test_without_documents_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    data, weights = write_folder(tmp_path)
    for given, said in (
        (["--data", str(data), "--weights", str(tmp_path)], "no weights"),
        (["--data", str(data), "--weights", str(weights), "--tokens", "100000"], "no document of 50000 tokens"),
    ):
        with pytest.raises(SystemExit) as stopped:
            main(given)
        assert stopped.value.code == 2
        assert said in capsys.readouterr().err
