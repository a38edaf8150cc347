"""Distillation of a learned estimator: the truth it learns from, what it starts as, that it learns, and the command."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from made_long_documents import one_strong_key_a_run, write_folder

from model.attention.dense import causal_mask, reference_attention
from model.attention.estimators import PooledEstimator, estimate_mass
from model.attention.estimators.learned import LearnedEstimator, load_learned
from model.attention.layout import make_layout
from model.training.estimator import (
    Example,
    Recipe,
    dense_mass,
    distil,
    divergence,
    figures,
    initial,
    log_mass,
    main,
    make_example,
)

pytestmark = pytest.mark.usefixtures("one_thread")

RECIPE = Recipe(drawn=6, block_size=16, pool=8, width=8, steps=300, rate=1e-2)


def tensors(heads: int, tokens: int, size: int = 8, seed: int = 0) -> torch.Tensor:
    return torch.randn(1, heads, tokens, size, generator=torch.Generator().manual_seed(seed))


def example_of(
    query: torch.Tensor, key: torch.Tensor, recipe: Recipe = RECIPE, *, is_causal: bool = False, seed: int = 0
) -> Example:
    generator = torch.Generator().manual_seed(seed)
    return make_example(query, key, recipe, generator, scale=query.shape[-1] ** -0.5, is_causal=is_causal)


def made_estimator(size: int, seed: int = 0) -> LearnedEstimator:
    generator = torch.Generator().manual_seed(seed)
    shapes = [(4, 3, size), (2, 3, 4 * size), (2, 4 * size)]
    return LearnedEstimator(8, *(0.2 * torch.randn(shape, generator=generator) for shape in shapes))


@pytest.mark.parametrize("tokens", [96, 91])
@pytest.mark.parametrize("is_causal", [False, True])
def test_dense_mass_is_that_of_the_reference(tokens, is_causal):
    query, key = tensors(4, tokens), tensors(2, tokens, seed=1)
    allowed = causal_mask(tokens, tokens, query.device) if is_causal else torch.ones(tokens, tokens, dtype=torch.bool)
    _, probabilities = reference_attention(query, key, key, allowed, 0.4)
    mass = dense_mass(query, key, [0, 3, 5], 16, 0.4, is_causal=is_causal)
    assert mass.shape == (4, 3, 6)
    for place, block in enumerate([0, 3, 5]):
        rows = probabilities[0, :, 16 * block : 16 * block + 16].mean(1)
        expected = torch.stack([part.sum(-1) for part in rows.split(16, -1)], -1)
        torch.testing.assert_close(mass[:, place].double(), expected, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("tokens", [96, 91])
@pytest.mark.parametrize("is_causal", [False, True])
def test_what_is_learnt_is_what_is_used(tokens, is_causal):
    """The estimate inside the loss and `estimate_mass` are the same, several runs a block and grouped heads included."""
    query, key = tensors(4, tokens), tensors(2, tokens, seed=1)
    example = example_of(query, key, is_causal=is_causal)
    estimator = made_estimator(8)
    layout = make_layout(1, tokens, 16, query.device)
    (document,) = layout.documents
    whole = estimate_mass(
        estimator(query, key, layout, 8**-0.5), document, torch.arange(document.blocks), is_causal=is_causal
    )
    inside = log_mass(estimator.project(example.pooled, 2), example).exp()
    torch.testing.assert_close(inside, whole[:, example.drawn])
    lost = divergence(estimator, example)
    held, guessed = example.mass.double(), whole[:, example.drawn].double()
    terms = torch.where(held > 0, held * (held / guessed.clamp_min(1e-30)).log(), 0.0)
    torch.testing.assert_close(lost.double(), terms.sum(-1), atol=1e-5, rtol=1e-4)
    assert (lost > -1e-6).all()


def test_it_starts_as_the_pooled_estimator():
    """At full rank exactly, whichever heads share keys."""
    query, key = tensors(4, 96), tensors(2, 96, seed=1)
    layout = make_layout(1, 96, 16, query.device)
    (document,) = layout.documents
    start = initial([example_of(query, key)], pool=8, width=8)
    ours, pooled = (
        estimate_mass(each(query, key, layout, 8**-0.5), document, torch.arange(6), is_causal=False)
        for each in (start, PooledEstimator(8, spread=False))
    )
    torch.testing.assert_close(ours, pooled, atol=1e-5, rtol=1e-3)


def test_a_lower_rank_keeps_the_directions_that_matter():
    """Two of sixteen coordinates carry the scores: rank 2 suffices once the best are chosen."""
    strength = torch.full((16,), 0.05)
    strength[[5, 11]] = 3.0
    query, key = tensors(2, 256, 16) * strength, tensors(2, 256, 16, seed=1)
    example = example_of(query, key)
    whole, narrow = (initial([example], 8, width) for width in (16, 2))
    estimates = [log_mass(each.project(example.pooled, 2), example).exp() for each in (whole, narrow)]
    torch.testing.assert_close(estimates[0], estimates[1], atol=0.01, rtol=0.1)
    assert narrow.query_weight.shape == (2, 2, 16)


def test_distilled_it_beats_what_it_started_as_on_documents_that_it_has_not_seen():
    """Strong keys hide in the means of their runs: these cannot tell, their largest coordinates can."""
    recipe = replace(RECIPE, pool=16)
    examples = [example_of(*one_strong_key_a_run(seed), recipe, seed=seed) for seed in range(12)]
    held_out = [example_of(*one_strong_key_a_run(seed), recipe, seed=seed) for seed in range(100, 106)]
    before = figures(initial(examples, 16, 8), held_out, density=0.125)
    after = figures(distil(examples, recipe), held_out, density=0.125)
    assert after["best"] == before["best"] > 0.7
    assert before["held"] < 0.4
    assert after["held"] > 0.95 * after["best"]
    assert after["divergence"] < 0.1 * before["divergence"]


def test_causal_examples_are_learnt_from():
    """No gradient of what may not be seen: weights stay finite, the divergence falls."""
    examples = [
        example_of(*one_strong_key_a_run(seed, tokens=240), replace(RECIPE, pool=8), is_causal=True, seed=seed)
        for seed in range(6)
    ]
    learnt = distil(examples, replace(RECIPE, steps=100))
    assert all(torch.isfinite(part).all() for part in (learnt.query_weight, learnt.key_weight, learnt.key_bias))
    assert figures(learnt, examples)["divergence"] < 0.5 * figures(initial(examples, 8, 8), examples)["divergence"]


def test_the_seed_decides():
    examples = [example_of(*one_strong_key_a_run(seed)) for seed in range(3)]
    first, same = (distil(examples, replace(RECIPE, steps=10)) for _ in range(2))
    other = distil(examples, replace(RECIPE, steps=10, seed=1))
    assert torch.equal(first.key_weight, same.key_weight)
    assert not torch.equal(first.key_weight, other.key_weight)


def test_the_command_reads_train_documents_and_says_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    data, weights = write_folder(tmp_path)
    out = tmp_path / "out" / "estimator.safetensors"
    given = ["--data", str(data), "--weights", str(weights), "--out", str(out), "--documents", "2", "--shortest", "200"]
    given += ["--tokens", "256", "--block-size", "16", "--pool", "16", "--width", "4", "--steps", "60", "--drawn", "8"]
    main([*given, "--validation-documents", "1"])
    estimators, manifest = load_learned(out, json.loads((weights / "manifest.json").read_text("utf-8"))["sha256"])
    assert list(estimators) == [0, 1]
    assert estimators[0].query_weight.shape == (2, 4, 64)
    assert len(manifest["documents"]) == 6
    assert all("-train-" in name for name in manifest["documents"]), "none of the other splits"
    assert not any(name.endswith("-3") for name in manifest["documents"]), "none that are short"
    assert manifest["recipe"]["steps"] == 60
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["layer"] for line in printed] == [0, 1]
    for line in printed:
        assert math.isfinite(line["distilled"]["divergence"])
        assert line["distilled"]["divergence"] < line["initial"]["divergence"]
        assert manifest["validation"][str(line["layer"])]["distilled"] == line["distilled"]
