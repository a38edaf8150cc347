"""The estimator beside the exact attention mass: right where its assumption holds, near elsewhere, never mass for padding."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from model.attention.dense import reference_attention
from model.attention.estimator import estimate_mass, pad_tokens, pool_keys, pool_queries

pytestmark = pytest.mark.usefixtures("one_thread")


def exact_mass(query: torch.Tensor, key: torch.Tensor, valid: torch.Tensor, block: int) -> torch.Tensor:
    """(batch, heads, query blocks, key blocks): mean over the queries of a block, sum over the keys of a block."""
    batch, heads, tokens, _ = query.shape
    count = tokens // block
    _, probabilities = reference_attention(query, key, key, valid[:, None, None, :])
    return probabilities.view(batch, heads, count, block, count, block).sum(-1).mean(3)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.integers(2, 8), st.integers(1, 64))
def test_runs_of_equal_tokens_are_estimated_exactly(seed, count, length):
    """Without variance within a run the mean stands for each of its keys; padding at the end takes no mass."""
    generator = torch.Generator().manual_seed(seed)
    query, key = (
        torch.randn(1, 2, count * 2, 8, generator=generator).repeat_interleave(4, 2) for _ in range(2)
    )  # runs of four
    valid = (torch.arange(8 * count) < min(length, 8 * count))[None]
    estimated = estimate_mass(pool_queries(query, 4), pool_keys(key, valid, 4, 8), 8**-0.5)
    torch.testing.assert_close(estimated.double(), exact_mass(query, key, valid, 8), atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(estimated.sum(-1), torch.ones(1, 2, count))


def test_one_strong_key_among_weak_ones_is_not_averaged_away():
    generator = torch.Generator().manual_seed(0)
    key = 0.1 * torch.randn(1, 1, 256, 16, generator=generator)
    direction = torch.nn.functional.normalize(torch.randn(16, generator=generator), dim=0)
    key[0, 0, 100] = 6.0 * direction
    query = (3.0 * direction).expand(1, 1, 256, 16).contiguous()
    estimated = estimate_mass(
        pool_queries(query, 16), pool_keys(key, torch.ones(1, 256, dtype=torch.bool), 16, 32), 1.0
    )
    assert int(estimated[0, 0, 0].argmax()) == 100 // 32


def test_keys_that_vary_more_hold_more_mass():
    """By the second-order expansion, where the means alone would say that all blocks are alike."""
    generator = torch.Generator().manual_seed(5)
    key = 0.3 * torch.randn(1, 1, 1024, 16, generator=generator)
    key = key - key.view(1, 1, 64, 16, 16).mean(3).repeat_interleave(16, 2)  # every run has the mean zero
    key[:, :, 256:512] *= 4.0
    query = torch.randn(1, 1, 1, 16, generator=generator).expand(1, 1, 1024, 16).contiguous()
    valid = torch.ones(1, 1024, dtype=torch.bool)
    estimated = estimate_mass(pool_queries(query, 16), pool_keys(key, valid, 16, 256), 16**-0.5)[0, 0, 0]
    exact = exact_mass(query, key, valid, 256)[0, 0, 0]
    assert exact[1] > 1.3 * exact[0], "the case tells the means from the masses"
    torch.testing.assert_close(estimated.double(), exact, atol=0.02, rtol=0.1)


def test_random_keys_are_estimated_nearly():
    generator = torch.Generator().manual_seed(1)
    query, key = (0.7 * torch.randn(2, 2, 256, 16, generator=generator) for _ in range(2))
    valid = torch.ones(2, 256, dtype=torch.bool)
    estimated = estimate_mass(pool_queries(query, 16), pool_keys(key, valid, 16, 32), 16**-0.5)
    assert (estimated - exact_mass(query, key, valid, 32)).abs().max() < 0.02


def test_blocks_that_may_not_be_seen_take_no_mass():
    generator = torch.Generator().manual_seed(2)
    query, key = (torch.randn(1, 2, 64, 8, generator=generator) for _ in range(2))
    pooled = pool_keys(key, torch.ones(1, 64, dtype=torch.bool), 4, 8)
    allowed = torch.ones(8, 8, dtype=torch.bool).tril()
    estimated = estimate_mass(pool_queries(query, 4), pooled, 8**-0.5, allowed)
    assert not estimated.triu(1).any()
    torch.testing.assert_close(estimated.sum(-1), torch.ones(1, 2, 8))
    free = estimate_mass(pool_queries(query, 4), pooled, 8**-0.5) * allowed
    torch.testing.assert_close(estimated[:, :, -1], free[:, :, -1])


def test_fewer_key_heads_serve_groups_of_query_heads():
    generator = torch.Generator().manual_seed(3)
    query = torch.randn(1, 4, 64, 8, generator=generator)
    key = torch.randn(1, 2, 64, 8, generator=generator)
    valid = torch.ones(1, 64, dtype=torch.bool)
    grouped = estimate_mass(pool_queries(query, 4), pool_keys(key, valid, 4, 8), 8**-0.5)
    repeated = pool_keys(key.repeat_interleave(2, 1), valid, 4, 8)
    torch.testing.assert_close(grouped, estimate_mass(pool_queries(query, 4), repeated, 8**-0.5))


@pytest.mark.parametrize(("tokens", "padded"), [(1, 8), (7, 8), (8, 8), (9, 16)])
def test_padding_goes_up_to_the_next_block(tokens, padded):
    values = torch.ones(2, 1, tokens, 3)
    result = pad_tokens(values, 8)
    assert result.shape == (2, 1, padded, 3)
    assert torch.equal(result[:, :, :tokens], values)
    assert not result[:, :, tokens:].any()
