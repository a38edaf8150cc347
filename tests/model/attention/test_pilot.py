"""The pilot: what is asked of an estimate so that a selection truly covers what was asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
import torch
from made_cases import exact_covered, packed
from torch import Tensor

from model.attention import AdaptiveAttentionConfig, adaptive_attention
from model.attention.estimators import Estimator, Features, PooledEstimator
from model.attention.layout import Layout, make_layout
from model.attention.pilot import foresee, pilot_tokens

pytestmark = pytest.mark.usefixtures("one_thread")

CONFIG = AdaptiveAttentionConfig(block_size=16, pool=8, floor=1, explored=0, dense_below=0, audit_rows=0, pilot_rows=24)
SCALE = 16**-0.5


@dataclass(frozen=True)
class Sharpened:
    """Pooled estimates whose logits are multiplied: as overconfident as one likes, or as little confident."""

    factor: float

    def __call__(self, query: Tensor, key: Tensor, layout: Layout, scale: float) -> Features:
        features = PooledEstimator(8)(query, key, layout, scale)
        return replace(features, probes=features.probes * self.factor)


def text(tokens: int, heads: int = 4, key_heads: int = 2, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Queries and keys of runs that look at each other; heads differ in how far they concentrate."""
    generator = torch.Generator().manual_seed(seed)
    topics = torch.randn(12, 16, generator=generator)
    of_token = topics[torch.randint(12, (-(-tokens // 10),), generator=generator).repeat_interleave(10)[:tokens]]
    noise = torch.randn(heads + key_heads, tokens, 16, generator=generator)
    strength = torch.linspace(0.5, 2.0, heads)[:, None, None]
    return (strength * of_token + 0.7 * noise[:heads])[None], (of_token + 0.7 * noise[heads:])[None]


def covered(
    estimator: Estimator, config: AdaptiveAttentionConfig, tokens: int = 900, **given: bool
) -> tuple[Tensor, float]:
    """(heads,) exact covered mass, and density."""
    query, key = text(tokens)
    result = adaptive_attention(query, key, key, config=config, estimator=estimator, **given)
    return exact_covered(query, key, result.selection, SCALE).mean(1), result.density


@pytest.mark.parametrize("is_causal", [False, True])
@pytest.mark.parametrize("factor", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("asked", [0.6, 0.8, 0.95])
def test_what_is_asked_for_is_covered_however_confident_the_estimate(asked, factor, is_causal):
    found, _ = covered(Sharpened(factor), replace(CONFIG, coverage=asked), is_causal=is_causal)
    assert asked - 0.03 < float(found.mean()) < asked + 0.1
    assert float(found.min()) > asked - 0.08


def test_without_a_pilot_a_confident_estimate_is_believed():
    found, fewer = covered(Sharpened(4.0), replace(CONFIG, coverage=0.95, pilot_rows=0))
    assert float(found.mean()) < 0.85
    _, more = covered(Sharpened(4.0), replace(CONFIG, coverage=0.95))
    assert more > fewer


def test_an_estimate_that_knows_nothing_costs_pairs_and_not_mass():
    found, density = covered(Sharpened(0.0), replace(CONFIG, coverage=0.9))
    assert float(found.mean()) > 0.87
    _, informed = covered(Sharpened(1.0), replace(CONFIG, coverage=0.9))
    assert density > informed + 0.1


def test_nothing_is_asked_for_beyond_what_is_kept_where_that_suffices():
    query, key = text(900)
    result = adaptive_attention(query, key, key, config=replace(CONFIG, coverage=0.7, neighbours=40, opening=0))
    assert result.density < 0.99
    near = (torch.arange(57)[:, None] - torch.arange(57)).abs() <= 40
    more = result.selection.counts - near.sum(1)
    assert int(more.min()) == 0
    assert int(more.max()) < 4, "counts are rounded up to few sizes"


@pytest.mark.parametrize("is_causal", [False, True])
def test_a_document_is_calibrated_alike_in_any_company(is_causal):
    query, key = text(700)
    layouts = [make_layout(1, 500, 16, query.device), packed([200, 500], 16)]
    parts = [(query[:, :, 200:], key[:, :, 200:]), (query, key)]
    found = []
    for layout, (queries, keys) in zip(layouts, parts, strict=True):
        features = PooledEstimator(8)(queries, keys, layout, SCALE)
        coverage, density = foresee(queries, keys, features, layout, CONFIG, SCALE, is_causal=is_causal)
        found.append(coverage[-1])
        assert 0.0 < density() <= 1.0
    torch.testing.assert_close(found[0], found[1])


def test_scores_in_parts_are_those_of_one_piece(monkeypatch):
    whole, _ = covered(PooledEstimator(8), CONFIG)
    monkeypatch.setattr("model.attention.pilot._SCORES", 4 * 900 * 5)
    parts, _ = covered(PooledEstimator(8), CONFIG)
    torch.testing.assert_close(whole, parts)


@pytest.mark.parametrize("is_causal", [False, True])
@pytest.mark.parametrize("settings_", [{}, {"pilot_rows": 0}, {"threshold": 0.02}])
def test_the_foreseen_density_is_about_that_of_the_selection(settings_, is_causal):
    config = replace(CONFIG, coverage=0.8, opening=0, neighbours=0, **settings_)
    query, key = text(2000)
    layout = packed([1200, 800], 16)
    features = PooledEstimator(8)(query, key, layout, SCALE)
    _, foreseen = foresee(query, key, features, layout, config, SCALE, is_causal=is_causal)
    result = adaptive_attention(
        query, key, key, config=config, estimator=PooledEstimator(8), is_causal=is_causal, bounds=[0, 1200, 2000]
    )
    assert result.density / 1.35 - 0.01 < foreseen() < result.density * 1.2 + 0.01


@pytest.mark.parametrize("tokens", [1, 5, 24, 25, 1000])
def test_pilot_rows_are_spread_over_the_document(tokens):
    (document,) = packed([tokens], 16).documents
    drawn = pilot_tokens(document, CONFIG)
    assert len(drawn) == min(24, tokens)
    edges = torch.arange(len(drawn)) * tokens / len(drawn)
    assert (drawn >= edges.floor()).all()
    assert (drawn < edges + tokens / len(drawn) + 1).all()
    assert int(drawn.max()) < tokens
    assert torch.equal(drawn, pilot_tokens(document, CONFIG))
    assert tokens < 100 or not torch.equal(drawn, pilot_tokens(document, replace(CONFIG, seed=1)))


def test_rows_that_were_remembered_while_inferring_serve_training():
    query, key = text(703)  # a length that no other test has
    with torch.inference_mode():
        inferred = adaptive_attention(query, key, key, config=CONFIG).output
    leaf = query.clone().requires_grad_()
    trained = adaptive_attention(leaf, key, key, config=CONFIG).output
    torch.testing.assert_close(trained, inferred)
    trained.sum().backward()
    assert leaf.grad is not None
    assert leaf.grad.isfinite().all()
    assert leaf.grad.abs().max() > 0
