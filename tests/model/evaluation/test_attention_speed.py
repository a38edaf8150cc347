"""Speed of attention: what is measured on a CPU at small sizes, and what is made of figures that are made up here."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from model.attention import AdaptiveAttentionConfig, CoveredMass, adaptive_attention
from model.evaluation import attention_speed
from model.evaluation.attention_speed import computed_pairs, main
from model.evaluation.attention_speed_figures import (
    Cell,
    Length,
    Run,
    Settings,
    Timing,
    claims,
    described,
    merged,
    read,
)
from model.evaluation.attention_speed_timing import by_turns
from model.evaluation.attention_speed_ways import block_mask, leaning

SMALL = [
    "--heads",
    "2",
    "--head-size",
    "16",
    "--block-size",
    "16",
    "--pool",
    "8",
    "--repeats",
    "2",
    "--audit-rows",
    "8",
]
PARTS = {"estimate", "pilot", "select", "attend", "audit", "whole", "audited"}
SETTINGS = Settings("CPU", 2, 2, 64, "float32", 128, 64, "made-up inputs", "minimum", 4096)


def cell(tokens: int, density: float, fixed: int | None = None, **milliseconds: float) -> Cell:
    times = {way: Timing(value, 2 * value) for way, value in milliseconds.items()}
    pairs = round(2 * tokens**2 * density)
    return Cell(tokens, density, fixed, density, pairs, "gathered", times, CoveredMass(0.9, 0.8, 1.0, 8), 3 * 2**20)


def made_up() -> Run:
    usual = {"estimate": 1.0, "select": 3.0, "attend": 20.0, "whole": 25.0, "audited": 30.0, "flex": 40.0}
    dense = {"cuDNN": Timing(400.0, 500.0), "math": Timing(900.0, 950.0)}
    short = Length(2048, {}, None, (cell(2048, 0.25, 4, whole=10.0),))
    long = Length(
        4096, dense, None, (cell(4096, 0.05, **usual), cell(4096, 0.125, 4, whole=21.0)), ("math: OutOfMemory",)
    )
    return Run(SETTINGS, (short, long))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("speed") / "speed.json"
    given = ["--lengths", "128,256,512", "--densities", ".05,.2,.5", "--dense-up-to", "256", "--fixed-blocks", "6"]
    assert main([*SMALL, *given, "--fixed-lengths", "512,1024", "--backward", "--json", str(out)]) == 0
    return out


def test_every_cell_is_measured_in_parts_and_whole(written: Path) -> None:
    facts = json.loads(written.read_text("utf-8"))
    assert facts["threads"] == torch.get_num_threads()
    assert [length["tokens"] for length in facts["lengths"]] == [128, 256, 512, 1024]
    assert [len(length["cells"]) for length in facts["lengths"]] == [1, 1, 4, 1]  # all densities at the longest only
    for length in facts["lengths"]:
        assert length["notes"] == []
        for found in length["cells"]:
            assert set(found["times"]) - {"backward", "dense backward"} == PARTS
            assert 0 < found["density"] <= 1
            assert found["pairs"] == pytest.approx(found["density"] * 2 * length["tokens"] ** 2)
            assert all(0 < timing["minimum"] <= timing["median"] for timing in found["times"].values())
            assert found["covered"]["low"] <= found["covered"]["estimate"] <= found["covered"]["high"]
            rate = 4 * 16 * found["pairs"] / found["times"]["attend"]["minimum"] / 1e9
            assert found["derived"]["attend_teraflops"] == pytest.approx(rate)
    assert {"backward", "dense backward"} <= set(facts["lengths"][2]["cells"][0]["times"])


def test_a_larger_density_is_computed_and_covers_more(written: Path) -> None:
    (length,) = (length for length in json.loads(written.read_text("utf-8"))["lengths"] if length["tokens"] == 512)
    _, fifth, half, fixed = length["cells"]
    assert (fifth["density"], half["density"]) == (pytest.approx(7 / 32), 0.5)
    assert fixed["density"] == pytest.approx(6 / 32)
    assert fifth["covered"]["estimate"] < half["covered"]["estimate"]


def test_dense_beyond_the_limit_is_extrapolated_by_the_square(written: Path) -> None:
    run = read(json.loads(written.read_text("utf-8")))
    best = [run.best_dense(length) for length in run.lengths]
    assert [found[1].extrapolated for found in best[:3]] == [False, False, True]
    assert best[2][1].minimum == pytest.approx(4 * best[1][1].minimum)
    assert best[3] is None  # only the fixed number of blocks was asked for
    assert "≈" in described(run)


def test_what_is_written_is_read_back(written: Path) -> None:
    facts = json.loads(written.read_text("utf-8"))
    again = json.loads(json.dumps(read(facts).facts()))
    assert all(facts[name] == again[name] for name in again)


def test_claims_follow_from_the_figures() -> None:
    values = {claim.name.split(",")[0]: claim.value for claim in claims(made_up())}
    assert values["dense / whole"] == 400 / 25
    assert values["dense / whole with audit"] == pytest.approx(400 / 30)
    assert values["attend TFLOP/s / FlexAttention's"] == 2
    assert values["attend TFLOP/s / dense's"] == pytest.approx(0.05 * 400 / 20)
    assert values["(estimate + select) / attend"] == pytest.approx(4 / 20)
    assert values["(estimate + select"] is None  # nothing was replayed
    assert values["(whole call whose audit is read - without audit) / attend"] == pytest.approx(5 / 20)
    assert values["time(4"] == pytest.approx(2.1)
    assert values["peak memory"] == 3


def test_flops_are_those_of_computed_pairs() -> None:
    run = made_up()
    length = run.lengths[1]
    assert run.dense_teraflops(length) == pytest.approx(4 * 64 * 2 * 4096**2 / 0.4 / 1e12)
    assert run.teraflops(length.cells[0].pairs, None) is None


def test_the_statistic_that_is_shown_is_that_of_the_settings() -> None:
    run = made_up()
    assert run.best_dense(run.lengths[1]) == ("cuDNN", Timing(400.0, 500.0))
    assert replace(run, settings=replace(SETTINGS, statistic="median")).shown(Timing(400.0, 500.0)) == 500


def test_what_was_not_measured_is_empty_and_noted() -> None:
    text = described(made_up())
    assert "math: OutOfMemory" in text
    assert "not measured" in text


def test_runs_of_the_same_settings_are_merged() -> None:
    run = made_up()
    first, second = (replace(run, lengths=(length,)) for length in run.lengths)
    assert merged([second, first]) == [run]
    other = replace(run, settings=replace(SETTINGS, heads=4))
    assert len(merged([run, other])) == 2


def test_pairs_at_a_partial_token_block_are_counted_by_tokens() -> None:
    query, key, value = leaning(100, 2, 1, 16, 16, torch.device("cpu"), 0, torch.float32)
    config = AdaptiveAttentionConfig(density=0.4, block_size=16, pool=8, dense_below=0)
    selection = adaptive_attention(query, key, value, config=config).selection
    mask = selection.mask().repeat_interleave(16, 1).repeat_interleave(16, 2)[:, :100, :100]
    assert computed_pairs(selection) == int(mask.sum())


def test_flex_attention_gets_the_same_pairs() -> None:
    query, key, value = leaning(512, 2, 2, 16, 32, torch.device("cpu"), 0, torch.float32)
    config = AdaptiveAttentionConfig(coverage=0.7, block_size=32, pool=8, dense_below=0)
    selection = adaptive_attention(query, key, value, config=config).selection
    assert selection.counts.min() < selection.counts.max()
    assert torch.equal(block_mask(selection).to_dense()[0].bool(), selection.mask())


def test_made_up_inputs_are_the_same_again_and_concentrate_the_mass() -> None:
    def made(seed: int) -> tuple[torch.Tensor, ...]:
        return leaning(2048, 2, 2, 32, 32, torch.device("cpu"), seed, torch.float32)

    assert all(torch.equal(a, b) for a, b in zip(made(1), made(1), strict=True))
    assert not torch.equal(made(1)[0], made(2)[0])
    config = AdaptiveAttentionConfig(density=0.1, block_size=32, pool=16, dense_below=0)
    covered = adaptive_attention(*made(1), config=config).covered_mass
    assert covered is not None
    assert covered.low > 0.5


def test_a_way_that_fails_is_left_out_and_said() -> None:
    def fails() -> None:
        raise torch.OutOfMemoryError("there is no more\nand so on")

    times, failed = by_turns({(0, "attend"): lambda: None, (0, "flex"): fails}, 2)
    assert set(times) == {(0, "attend")}
    assert failed == {(0, "flex"): "OutOfMemoryError: there is no more"}


def test_a_length_that_fails_does_not_end_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object) -> None:
        raise torch.OutOfMemoryError("no inputs")

    monkeypatch.setattr(attention_speed, "make_inputs", fails)
    out = tmp_path / "speed.json"
    assert main([*SMALL, "--lengths", "128", "--json", str(out)]) == 0
    assert "no inputs" in capsys.readouterr().out
    assert json.loads(out.read_text("utf-8"))["lengths"][0]["cells"] == []


def test_recorded_inputs_set_the_heads_and_are_repeated(tmp_path: Path) -> None:
    query, key, value = leaning(64, 4, 2, 16, 16, torch.device("cpu"), 0, torch.float32)
    recorded, out = tmp_path / "recorded.safetensors", tmp_path / "speed.json"
    save_file({"query.0": query, "key.0": key, "value.0": value}, recorded)
    assert main([*SMALL, "--recorded", str(recorded), "--lengths", "150", "--densities", ".5", "--json", str(out)]) == 0
    settings = json.loads(out.read_text("utf-8"))["settings"]
    assert (settings["heads"], settings["key_heads"], settings["head_size"]) == (4, 2, 16)


def test_key_heads_must_divide_the_heads(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([*SMALL, "--key-heads", "3"])
    assert stopped.value.code == 2
    assert "must divide" in capsys.readouterr().err


def test_the_picture_is_drawn_from_what_was_written(written: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    other, picture = tmp_path / "other.json", tmp_path / "speed.png"
    other.write_text(json.dumps(made_up().facts()), "utf-8")
    assert main(["--from-json", str(written), str(other), "--plot", str(picture)]) == 0
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_picture_of_nothing_is_drawn_all_the_same(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    empty, picture = tmp_path / "empty.json", tmp_path / "speed.png"
    empty.write_text(json.dumps(Run(SETTINGS, (Length(4096, {}, None, (), ("nothing",)),)).facts()), "utf-8")
    assert main(["--from-json", str(empty), "--plot", str(picture)]) == 0
    assert picture.is_file()
