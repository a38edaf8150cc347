"""Adaptive attention beside its references, on random inputs."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from model.attention import AdaptiveAttentionConfig, adaptive_attention, dense_attention
from model.attention.dense import causal_mask, reference_attention

pytestmark = pytest.mark.usefixtures("one_thread")

SHAPES = st.tuples(
    st.integers(1, 2),  # batch
    st.sampled_from([(1, 1), (2, 2), (4, 2), (4, 1)]),  # query heads, key heads
    st.integers(1, 150),  # tokens
    st.sampled_from([8, 16]),  # head_dim
)


def inputs(shape: tuple, seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    batch, (heads, key_heads), tokens, width = shape
    generator = torch.Generator().manual_seed(seed)
    query = torch.randn(batch, heads, tokens, width, generator=generator)
    key = torch.randn(batch, key_heads, tokens, width, generator=generator)
    value = torch.randn(batch, key_heads, tokens, width, generator=generator)
    return query, key, value


def padding(batch: int, tokens: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    lengths = torch.randint(1, tokens + 1, (batch, 1), generator=generator)
    return torch.arange(tokens)[None, :] >= lengths


def expected(query, key, value, mask, is_causal, padded):
    tokens = query.shape[2]
    allowed = mask.repeat_interleave(8, 2).repeat_interleave(8, 3)[:, :, :tokens, :tokens]
    if is_causal:
        allowed = allowed & causal_mask(tokens, tokens, query.device)
    if padded is not None:
        allowed = allowed & ~padded[:, None, None, :]
    return reference_attention(query, key, value, allowed)


@settings(max_examples=60, deadline=None)
@given(SHAPES, st.booleans(), st.booleans(), st.integers(0, 1000))
def test_full_coverage_equals_dense(shape, is_causal, is_padded, seed):
    query, key, value = inputs(shape, seed)
    padded = padding(shape[0], shape[2], seed) if is_padded else None
    config = AdaptiveAttentionConfig(coverage=1.0, block_size=8, pool=4, dense_below=0)
    result = adaptive_attention(query, key, value, config=config, is_causal=is_causal, key_padding_mask=padded)
    dense = dense_attention(query, key, value, is_causal=is_causal, key_padding_mask=padded)
    torch.testing.assert_close(result.output, dense, atol=1e-5, rtol=1e-4)
    assert result.density == 1.0
    assert result.covered_mass.estimate == pytest.approx(1.0, abs=1e-6)


@settings(max_examples=80, deadline=None)
@given(SHAPES, st.booleans(), st.booleans(), st.floats(0.1, 0.99), st.integers(0, 1000))
def test_gathered_kernel_equals_the_masked_reference(shape, is_causal, is_padded, coverage, seed):
    query, key, value = inputs(shape, seed)
    padded = padding(shape[0], shape[2], seed) if is_padded else None
    config = AdaptiveAttentionConfig(coverage=coverage, block_size=8, pool=4, dense_below=0, floor=1, audit_rows=0)
    result = adaptive_attention(query, key, value, config=config, is_causal=is_causal, key_padding_mask=padded)
    assert result.kernel == "gathered"
    output, _ = expected(query, key, value, result.selection.mask(), is_causal, padded)
    torch.testing.assert_close(result.output.double(), output, atol=1e-5, rtol=1e-4)


@settings(max_examples=20, deadline=None)
@given(st.integers(60, 200), st.booleans(), st.integers(0, 100))
def test_gradients_equal_those_of_the_reference(tokens, is_causal, seed):
    query, key, value = (t.requires_grad_() for t in inputs((1, (2, 1), tokens, 8), seed))
    config = AdaptiveAttentionConfig(coverage=0.6, block_size=8, pool=4, dense_below=0, audit_rows=0)
    result = adaptive_attention(query, key, value, config=config, is_causal=is_causal)
    output, _ = expected(query, key, value, result.selection.mask(), is_causal, None)
    ours = torch.autograd.grad(result.output.square().sum(), (query, key, value))
    reference = torch.autograd.grad(output.square().sum(), (query, key, value))
    for mine, theirs in zip(ours, reference, strict=True):
        torch.testing.assert_close(mine, theirs, atol=1e-4, rtol=1e-3)


def test_always_kept_blocks_are_selected():
    query, key, value = inputs((1, (2, 2), 512, 16), 3)
    config = AdaptiveAttentionConfig(coverage=0.05, block_size=16, pool=8, dense_below=0, floor=1, explored=2)
    mask = adaptive_attention(query, key, value, config=config).selection.mask()
    blocks = torch.arange(32)
    assert mask[:, :, blocks, blocks].all()
    assert mask[:, :, blocks[1:], blocks[1:] - 1].all()
    assert mask[:, :, blocks[:-1], blocks[:-1] + 1].all()
    assert mask[..., 0].all()
    near = ((blocks[:, None] - blocks[None, :]).abs() <= 1) | (blocks[None, :] == 0)
    assert (mask & ~near).any(), "some pairs are explored at random"


def test_causal_selection_never_looks_ahead():
    query, key, value = inputs((1, (2, 2), 300, 16), 4)
    config = AdaptiveAttentionConfig(coverage=0.9, block_size=16, pool=8, dense_below=0)
    mask = adaptive_attention(query, key, value, config=config, is_causal=True).selection.mask()
    assert not mask.triu(1).any()


def test_count_adapts_to_the_text():
    """A head whose queries match one block takes few; one that looks at everything alike takes many."""
    tokens, width = 1024, 16
    key = torch.randn(1, 2, tokens, width, generator=torch.Generator().manual_seed(0))
    query = torch.zeros(1, 2, tokens, width)
    target = torch.zeros(width)
    target[0] = 8.0
    key[0, 0, 512:528] = target
    query[0, 0] = target
    config = AdaptiveAttentionConfig(coverage=0.9, block_size=16, pool=16, dense_below=0, floor=1)
    result = adaptive_attention(query, key, key, config=config)
    focused, diffuse = result.selection.counts[0].float().mean(-1)
    assert focused <= 8
    assert diffuse >= 50
    assert result.selection.mask()[0, 0, :, 32].all()


def test_ceiling_bounds_the_density_and_the_audit_says_what_it_costs():
    query, key, value = inputs((1, (2, 2), 2048, 16), 5)
    config = AdaptiveAttentionConfig(coverage=0.95, block_size=16, pool=16, ceiling=8, dense_below=0, audit_rows=512)
    result = adaptive_attention(query, key, value, config=config)
    assert int(result.selection.counts.max()) <= 8
    assert result.density <= 8 / 128
    _, probabilities = expected(query, key, value, torch.ones(1, 2, 256, 256, dtype=torch.bool), False, None)
    fine = result.selection.mask().repeat_interleave(16, 2).repeat_interleave(16, 3)
    truth = float((probabilities * fine).sum(-1).mean())
    assert result.covered_mass.low <= truth <= result.covered_mass.high
    assert truth < 0.3


def test_selection_is_deterministic_and_follows_the_seed():
    query, key, value = inputs((1, (2, 2), 1024, 16), 6)
    config = AdaptiveAttentionConfig(coverage=0.2, block_size=16, pool=16, dense_below=0, explored=2)
    first = adaptive_attention(query, key, value, config=config).selection
    again = adaptive_attention(query, key, value, config=config).selection
    other = AdaptiveAttentionConfig(coverage=0.2, block_size=16, pool=16, dense_below=0, explored=2, seed=1)
    assert torch.equal(first.blocks, again.blocks)
    assert not torch.equal(first.mask(), adaptive_attention(query, key, value, config=other).selection.mask())


def test_short_texts_are_dense_and_say_so():
    query, key, value = inputs((1, (2, 2), 100, 16), 7)
    result = adaptive_attention(query, key, value)
    assert (result.kernel, result.density) == ("dense", 1.0)
    torch.testing.assert_close(result.output, dense_attention(query, key, value))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda q, k, v: (q, k, v[:, :, :-1]), "one shape"),
        (lambda q, k, v: (q[:, :3], k, v), "divide"),
        (lambda q, k, v: (q[:, :, :0], k[:, :, :0], v[:, :, :0]), "no tokens"),
    ],
)
def test_shapes_that_do_not_fit_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        adaptive_attention(*change(*inputs((1, (4, 2), 20, 8), 0)))


@pytest.mark.parametrize(
    "settings_", [{"coverage": 0.0}, {"coverage": 1.5}, {"pool": 7}, {"floor": -1}, {"ceiling": 2}]
)
def test_settings_that_make_no_sense_are_refused(settings_):
    with pytest.raises(ValueError, match="must"):
        AdaptiveAttentionConfig(**settings_)


def test_an_own_scale_is_used():
    query, key, value = inputs((1, (2, 2), 64, 16), 8)
    config = AdaptiveAttentionConfig(block_size=8, pool=4, dense_below=0, coverage=0.999, floor=8, audit_rows=0)
    result = adaptive_attention(query, key, value, config=config, scale=1.0 / math.sqrt(32))
    output, _ = reference_attention(query, key, value, torch.ones(64, 64, dtype=torch.bool), 1.0 / math.sqrt(32))
    torch.testing.assert_close(result.output.double(), output, atol=1e-5, rtol=1e-4)
