"""The learned estimator: its statistics beside plain ones, its protocol, and its weights on disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from made_cases import CPU, packed

from model.attention import AdaptiveAttentionConfig, adaptive_attention, dense_attention
from model.attention.estimators import PooledEstimator, estimate_mass
from model.attention.estimators.learned import (
    LearnedEstimator,
    load_learned,
    manifest_of,
    save_learned,
    share_of,
    statistics,
)
from model.attention.layout import make_layout

pytestmark = pytest.mark.usefixtures("one_thread")

FACTS = {"model_sha256": "5e", "model_parameters": 1_000_000}


def made(
    heads: int = 4, key_heads: int = 2, width: int = 3, size: int = 8, pool: int = 4, seed: int = 0
) -> LearnedEstimator:
    generator = torch.Generator().manual_seed(seed)
    shapes = [(heads, width, size), (key_heads, width, 4 * size), (key_heads, 4 * size)]
    return LearnedEstimator(pool, *(0.3 * torch.randn(shape, generator=generator) for shape in shapes))


def of_means(heads: int, size: int, pool: int) -> LearnedEstimator:
    """Looks at means only, at full rank."""
    eye = torch.eye(size).expand(heads, size, size)
    return LearnedEstimator(
        pool, eye, torch.cat([eye, torch.zeros(heads, size, 3 * size)], -1), torch.zeros(heads, 4 * size)
    )


def tensors(heads: int, tokens: int, size: int = 8, seed: int = 0) -> torch.Tensor:
    return torch.randn(1, heads, tokens, size, generator=torch.Generator().manual_seed(seed))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.lists(st.integers(1, 40), min_size=1, max_size=4))
def test_statistics_are_those_of_the_tokens_that_a_run_has(seed, lengths):
    """Of several documents, ragged ends included, beside one run at a time by hand."""
    layout = packed(lengths, 16)
    query, key = tensors(2, layout.tokens, seed=seed), tensors(1, layout.tokens, seed=seed + 1) - 3.0
    pooled = statistics(query, key, layout, 0.5, 8)
    for document in layout.documents:
        for run in range(2 * document.blocks):
            place = 2 * document.first + run
            ours = slice(document.start + 8 * run, document.start + min(document.tokens, 8 * run + 8))
            if ours.start >= ours.stop:
                assert pooled.log_count[place] == -torch.inf
                assert torch.isfinite(pooled.keys[:, place]).all()
                continue
            keys, mean = key[0, :, ours], key[0, :, ours].mean(1)
            expected = [mean, keys.var(1, correction=0), keys.amax(1) - mean, keys.amin(1) - mean]
            torch.testing.assert_close(pooled.keys[:, place], torch.cat(expected, -1), atol=1e-5, rtol=1e-4)
            torch.testing.assert_close(pooled.queries[:, place], 0.5 * query[0, :, ours].mean(1))
            assert pooled.log_count[place].exp() == pytest.approx(ours.stop - ours.start)


@pytest.mark.parametrize("tokens", [64, 61])
def test_the_means_alone_are_the_pooled_estimator(tokens):
    query, key = tensors(2, tokens), tensors(2, tokens, seed=1)
    layout = make_layout(1, tokens, 16, CPU)
    (document,) = layout.documents
    ours, pooled = (
        estimate_mass(estimator(query, key, layout, 0.4), document, torch.arange(document.blocks), is_causal=False)
        for estimator in (of_means(2, 8, 8), PooledEstimator(8, spread=False))
    )
    torch.testing.assert_close(ours, pooled)


@pytest.mark.parametrize("is_causal", [False, True])
def test_it_takes_the_place_of_another_estimator(is_causal):
    """Grouped heads, packed documents; at full coverage nothing depends on it, at less it selects."""
    query, key = tensors(4, 200), tensors(2, 200, seed=1)
    config = AdaptiveAttentionConfig(coverage=0.5, block_size=8, pool=8, dense_below=0, floor=1)
    result = adaptive_attention(query, key, key, config=config, is_causal=is_causal, estimator=made(pool=8))
    assert 0.05 < result.density < 0.9
    torch.testing.assert_close(result.selection.estimated.clamp_min(0.5), result.selection.estimated)
    whole = AdaptiveAttentionConfig(density=1.0, block_size=8, pool=8, dense_below=0)
    result = adaptive_attention(query, key, key, config=whole, is_causal=is_causal, estimator=made(pool=8))
    torch.testing.assert_close(result.output, dense_attention(query, key, key, is_causal=is_causal))


def test_features_have_the_type_of_the_tensors():
    layout = make_layout(1, 32, 8, CPU)
    query, key = tensors(4, 32).bfloat16(), tensors(2, 32, seed=1).bfloat16()
    features = made()(query, key, layout, 0.4)
    exact = made()(query.float(), key.float(), layout, 0.4)
    assert (features.probes.dtype, features.features.dtype) == (torch.bfloat16, torch.bfloat16)
    torch.testing.assert_close(features.features.float(), exact.features, atol=0.05, rtol=0.01)
    torch.testing.assert_close(features.bias, exact.bias)


def test_other_heads_and_runs_that_do_not_fit_are_refused():
    layout = make_layout(1, 32, 8, CPU)
    with pytest.raises(ValueError, match="for 4 query and 2 key heads of 8, not for 2 and 2 of 8"):
        made()(tensors(2, 32), tensors(2, 32), layout, 1.0)
    with pytest.raises(ValueError, match="runs of 3 tokens do not divide token blocks of 8"):
        made(pool=3)(tensors(4, 32), tensors(2, 32), layout, 1.0)


def test_two_percent_of_the_parameters_and_no_more(tmp_path: Path):
    """Parameters: 4 · 3 · 8 + 2 · 3 · 32 + 2 · 32 a layer."""
    both = {0: made(), 3: made(seed=1)}
    assert made().parameters == 352
    assert share_of(both, 35_200) == 0.02
    with pytest.raises(ValueError, match=r"has 2\.1% of the model's parameters; 2% are allowed"):
        share_of(both, 34_000)
    with pytest.raises(ValueError, match="are allowed"):
        save_learned(tmp_path / "e.safetensors", both, {"model_parameters": 34_000})
    assert not list(tmp_path.iterdir())


def test_weights_come_back_with_their_manifest(tmp_path: Path):
    path = tmp_path / "estimator.safetensors"
    saved = {0: made(), 5: made(pool=8, seed=1)}
    save_learned(path, saved, {**FACTS, "steps": 7})
    loaded, manifest = load_learned(path, "5e")
    assert (manifest["parameters"], manifest["share"], manifest["steps"]) == (704, 704 / 1e6, 7)
    assert list(loaded) == [0, 5]
    for layer, each in saved.items():
        assert loaded[layer].pool == each.pool
        for part in ("query_weight", "key_weight", "key_bias"):
            assert torch.equal(getattr(loaded[layer], part), getattr(each, part))


def test_weights_of_another_model_or_damaged_ones_are_refused(tmp_path: Path):
    path = tmp_path / "estimator.safetensors"
    with pytest.raises(FileNotFoundError):
        load_learned(path)
    save_learned(path, {0: made()}, FACTS)
    with pytest.raises(ValueError, match="distilled from other weights: 5e"):
        load_learned(path, "77")
    manifest = json.loads(manifest_of(path).read_text("utf-8"))
    manifest_of(path).write_text(json.dumps({**manifest, "pool": {"0": 4, "1": 4}}))
    with pytest.raises(ValueError, match=r"lacks weights of a learned estimator: 'layers\.1\.query_weight'"):
        load_learned(path)
    manifest_of(path).write_text(json.dumps({**manifest, "format": "other"}))
    with pytest.raises(ValueError, match="not the manifest of a learned estimator"):
        load_learned(path)
    manifest_of(path).write_text(json.dumps(manifest))
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(ValueError, match="is not the file that"):
        load_learned(path)


def test_weights_that_do_not_fit_each_other_are_refused(tmp_path: Path):
    path = tmp_path / "estimator.safetensors"
    good = made()
    save_learned(path, {0: LearnedEstimator(4, good.query_weight, good.key_weight[..., :-1], good.key_bias)}, FACTS)
    with pytest.raises(ValueError, match="layer 0 do not fit each other"):
        load_learned(path)


def test_the_shipped_model_has_room_for_a_wide_one(weights: Path):
    """Width 32 on each of 2 layers of 6 heads of 64 takes less than half a percent of it."""
    from model.checkpoint import load_checkpoint, read_manifest
    from model.scorer import MANIFEST, WEIGHTS
    from model.training.estimator import parameters_of

    architecture, _ = read_manifest(weights / MANIFEST)
    served = parameters_of(load_checkpoint(weights / WEIGHTS, architecture))
    assert served == 38_059_710
    one = made(heads=6, key_heads=6, width=32, size=64, pool=64)
    assert share_of({0: one, 1: one}, served) == pytest.approx(0.00331, abs=1e-5)
