"""The estimators beside the exact attention mass: right where their assumptions hold, near elsewhere, no mass for padding."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from made_cases import CPU, packed

from model.attention import AdaptiveAttentionConfig
from model.attention.dense import causal_mask, reference_attention
from model.attention.estimators import (
    AntidiagonalEstimator,
    Estimator,
    PooledEstimator,
    estimate_mass,
    make_estimator,
)
from model.attention.layout import Layout, make_layout

pytestmark = pytest.mark.usefixtures("one_thread")

ESTIMATORS = [PooledEstimator(4), PooledEstimator(4, spread=False), AntidiagonalEstimator(4)]


def whole(tokens: int, block: int) -> Layout:
    return make_layout(1, tokens, block, CPU)


def estimated(
    estimator: Estimator,
    query: torch.Tensor,
    key: torch.Tensor,
    layout: Layout,
    scale: float,
    *,
    is_causal: bool = False,
) -> list[torch.Tensor]:
    """A document after the other, (heads, query blocks, key blocks) each."""
    features = estimator(query, key, layout, scale)
    return [
        estimate_mass(features, document, torch.arange(document.blocks), is_causal=is_causal)
        for document in layout.documents
    ]


def exact_mass(query: torch.Tensor, key: torch.Tensor, block: int, scale: float, *, is_causal: bool = False):
    """(heads, query blocks, key blocks): mean over the queries of a block, sum over the keys of a block."""
    tokens = query.shape[2]
    allowed = torch.ones(tokens, tokens, dtype=torch.bool)
    _, probabilities = reference_attention(
        query, key, key, causal_mask(tokens, tokens, CPU) if is_causal else allowed, scale
    )
    return probabilities[0].unflatten(2, (-1, block)).sum(-1).unflatten(1, (-1, block)).mean(2)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 8))
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_runs_of_equal_tokens_are_estimated_exactly(estimator, seed, count):
    """Without variance within a run the mean stands for each of its tokens."""
    generator = torch.Generator().manual_seed(seed)
    query, key = (
        torch.randn(1, 2, count * 2, 8, generator=generator).repeat_interleave(4, 2) for _ in range(2)
    )  # runs of four
    (mass,) = estimated(estimator, query, key, whole(8 * count, 8), 8**-0.5)
    torch.testing.assert_close(mass.double(), exact_mass(query, key, 8, 8**-0.5), atol=1e-5, rtol=1e-4)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 64))
@pytest.mark.parametrize("estimator", ESTIMATORS[:2])
def test_what_is_beyond_the_end_takes_no_mass(estimator, seed, length):
    """A last, partial block is estimated by the keys that it has; equal ones exactly."""
    key = torch.randn(1, 1, 1, 8, generator=torch.Generator().manual_seed(seed)).expand(1, 1, length, 8)
    query = torch.randn(1, 2, length, 8, generator=torch.Generator().manual_seed(seed + 1))
    layout = whole(length, 8)
    (mass,) = estimated(estimator, query, key, layout, 1.0)
    torch.testing.assert_close(mass, (layout.lengths / length).expand_as(mass))


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("is_causal", [False, True])
def test_documents_are_estimated_each_by_itself_and_rows_sum_to_one(estimator, is_causal):
    generator = torch.Generator().manual_seed(4)
    layout = packed([40, 7, 64, 1], 8)
    query, key = (torch.randn(1, 2, layout.tokens, 8, generator=generator) for _ in range(2))
    together = estimated(estimator, query, key, layout, 0.4, is_causal=is_causal)
    for document, mass in zip(layout.documents, together, strict=True):
        ours = slice(document.start, document.start + document.tokens)
        alone = whole(document.tokens, 8)
        (expected,) = estimated(estimator, query[:, :, ours], key[:, :, ours], alone, 0.4, is_causal=is_causal)
        torch.testing.assert_close(mass, expected)
        torch.testing.assert_close(mass.sum(-1), torch.ones(mass.shape[:2]))
        assert not is_causal or not mass.triu(1).any()


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("is_causal", [False, True])
def test_tiles_of_query_blocks_are_parts_of_the_whole(estimator, is_causal):
    generator = torch.Generator().manual_seed(5)
    query, key = (torch.randn(1, 2, 90, 8, generator=generator) for _ in range(2))
    layout = whole(90, 8)
    features = estimator(query, key, layout, 0.4)
    (document,) = layout.documents
    parts = [estimate_mass(features, document, blocks, is_causal=is_causal) for blocks in torch.arange(12).split(5)]
    (mass,) = estimated(estimator, query, key, layout, 0.4, is_causal=is_causal)
    torch.testing.assert_close(torch.cat(parts, dim=1), mass)


def test_one_strong_key_among_weak_ones_is_not_averaged_away():
    generator = torch.Generator().manual_seed(0)
    key = 0.1 * torch.randn(1, 1, 256, 16, generator=generator)
    direction = torch.nn.functional.normalize(torch.randn(16, generator=generator), dim=0)
    key[0, 0, 100] = 6.0 * direction
    query = (3.0 * direction).expand(1, 1, 256, 16).contiguous()
    (mass,) = estimated(PooledEstimator(16), query, key, whole(256, 32), 1.0)
    assert int(mass[0, 0].argmax()) == 100 // 32


def test_keys_that_vary_more_hold_more_mass():
    """By the second-order expansion, where the means alone would say that all blocks are alike."""
    generator = torch.Generator().manual_seed(5)
    key = 0.3 * torch.randn(1, 1, 1024, 16, generator=generator)
    key = key - key.view(1, 1, 64, 16, 16).mean(3).repeat_interleave(16, 2)  # every run has the mean zero
    key[:, :, 256:512] *= 4.0
    query = torch.randn(1, 1, 1, 16, generator=generator).expand(1, 1, 1024, 16).contiguous()
    (mass,) = estimated(PooledEstimator(16), query, key, whole(1024, 256), 16**-0.5)
    exact = exact_mass(query, key, 256, 16**-0.5)[0, 0]
    assert exact[1] > 1.3 * exact[0], "the case tells the means from the masses"
    torch.testing.assert_close(mass[0, 0].double(), exact, atol=0.02, rtol=0.1)
    (means,) = estimated(PooledEstimator(16, spread=False), query, key, whole(1024, 256), 16**-0.5)
    torch.testing.assert_close(means[0, 0], torch.full((4,), 0.25))


@pytest.mark.parametrize("is_causal", [False, True])
@pytest.mark.parametrize(("estimator", "error"), [(PooledEstimator(16), 0.02), (AntidiagonalEstimator(4), 0.05)])
def test_random_keys_are_estimated_nearly(estimator, error, is_causal):
    generator = torch.Generator().manual_seed(1)
    query, key = (0.7 * torch.randn(1, 2, 256, 16, generator=generator) for _ in range(2))
    (mass,) = estimated(estimator, query, key, whole(256, 32), 16**-0.5, is_causal=is_causal)
    exact = exact_mass(query, key, 32, 16**-0.5, is_causal=is_causal)
    # Within its own block a query sees half of the keys on average, the estimate all: not told apart at the beginning.
    assert (mass - exact)[:, 4 * is_causal :].abs().max() < error + 0.1 * is_causal


@pytest.mark.parametrize("away", [63, 65, 67, 77])
def test_a_slash_crosses_the_antidiagonal(away):
    """Each query looks at one key a fixed, odd way before it. An even way falls between the samples of an even stride."""
    generator = torch.Generator().manual_seed(6)
    key = torch.randn(1, 1, 256, 64, generator=generator)
    query = 0.5 * key.roll(away, 2)
    (mass,) = estimated(AntidiagonalEstimator(4), query, key, whole(256, 16), 1.0)
    blocks = torch.arange(-(-away // 16), 16)
    assert (mass[0, blocks, blocks - away // 16] + mass[0, blocks, blocks + -away // 16]).mean() > 0.5


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_fewer_key_heads_serve_groups_of_query_heads(estimator):
    generator = torch.Generator().manual_seed(3)
    query = torch.randn(1, 4, 64, 8, generator=generator)
    key = torch.randn(1, 2, 64, 8, generator=generator)
    (grouped,) = estimated(estimator, query, key, whole(64, 8), 8**-0.5)
    (repeated,) = estimated(estimator, query, key.repeat_interleave(2, 1), whole(64, 8), 8**-0.5)
    torch.testing.assert_close(grouped, repeated)


def test_settings_name_the_estimators():
    made = [
        make_estimator(AdaptiveAttentionConfig(estimator=name, pool=8)) for name in ("pooled", "mean", "antidiagonal")
    ]
    assert made == [PooledEstimator(8), PooledEstimator(8, spread=False), AntidiagonalEstimator(8)]
    with pytest.raises(ValueError, match="must be pooled, mean or antidiagonal"):
        make_estimator(AdaptiveAttentionConfig(estimator="learned"))
